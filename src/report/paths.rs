//! Paths as services that show a repository want them.

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but RFC 3986's unreserved characters and the slash. `:` is encoded too, since the first
/// segment of a relative reference may not hold one (section 4.2).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// `path` with forward slashes, relative to the current folder where it lies in it.
#[must_use]
pub fn portable(path: &str) -> Cow<'_, str> {
    let inside = Path::new(path)
        .is_absolute()
        .then(|| std::env::current_dir().ok())
        .flatten()
        .and_then(|here| Path::new(path).strip_prefix(here).ok()?.to_str().map(str::to_owned));
    match inside {
        Some(inside) => Cow::Owned(with_slashes(&inside).into_owned()),
        None => with_slashes(path),
    }
}

/// On Windows `\` parts a path; elsewhere it is a character of a name.
fn with_slashes(path: &str) -> Cow<'_, str> {
    if cfg!(windows) && path.contains('\\') {
        Cow::Owned(path.replace('\\', "/"))
    } else {
        Cow::Borrowed(path)
    }
}

/// A file's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Uri {
    /// A relative reference (RFC 3986, 4.2) that resolves against the current folder.
    Relative(String),
    /// A `file:` URI, for a file outside of it.
    Absolute(String),
}

/// The address of `path`, percent-encoded.
#[must_use]
pub fn uri(path: &str) -> Uri {
    let here = || std::env::current_dir().unwrap_or_default();
    let goes_up = path.split(['/', '\\']).any(|part| part == "..");
    let resolved = goes_up.then(|| absolute(&here(), path));
    let resolved = resolved.as_ref().map_or(Cow::Borrowed(path), |path| path.to_string_lossy());
    let shown = portable(&resolved);
    if Path::new(&*shown).is_absolute() {
        let rest = utf8_percent_encode(shown.trim_start_matches('/'), ENCODED);
        Uri::Absolute(format!("file:///{rest}"))
    } else {
        Uri::Relative(utf8_percent_encode(&shown, ENCODED).to_string())
    }
}

/// `path`, as seen from the folder `here`, from the root on, without `.` and `..`. Links aren't
/// resolved.
#[must_use]
pub fn absolute(here: &Path, path: &str) -> PathBuf {
    let mut out = PathBuf::new();
    for component in here.join(path).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// `path` as seen from `folder`, with forward slashes. Both are absolute.
#[must_use]
pub fn relative_to(folder: &Path, path: &Path) -> String {
    let mut up = 0;
    for base in folder.ancestors() {
        if let Ok(rest) = path.strip_prefix(base) {
            let rest = rest.to_string_lossy();
            return "../".repeat(up) + &with_slashes(&rest);
        }
        up += 1;
    }
    with_slashes(&path.to_string_lossy()).into_owned()
}
