//! Paths as services that show a repository want them.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::path_text::{normal, text_of_path};

/// All but RFC 3986's unreserved characters and the slash. `:` is encoded too, since the first
/// segment of a relative reference may not hold one (section 4.2).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// `path` with forward slashes, relative to the checkout where it lies in it.
///
/// A relative path is taken to start from the current folder.
#[must_use]
pub fn portable(path: &str) -> Cow<'_, str> {
    let Ok(here) = std::env::current_dir() else { return with_slashes(path) };
    let checkout = checkout(&here);
    let is_plain = Path::new(path).is_relative() && !goes_up(path) && checkout == here;
    let absolute = absolute(&here, path);
    match absolute.strip_prefix(checkout).ok().and_then(Path::to_str) {
        Some(inside) if !is_plain => Cow::Owned(with_slashes(inside).into_owned()),
        _ => with_slashes(path),
    }
}

/// The folder that services show paths from: the one that a job of GitHub Actions or GitLab CI says
/// it has checked the repository out to, where it runs in there, else the current folder.
fn checkout(here: &Path) -> PathBuf {
    ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"]
        .into_iter()
        .filter_map(|name| std::env::var_os(name).map(PathBuf::from))
        .find(|folder| folder.is_absolute() && here.starts_with(folder))
        .unwrap_or_else(|| here.to_owned())
}

fn goes_up(path: &str) -> bool {
    path.split(['/', '\\']).any(|part| part == "..")
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
    /// A relative reference (RFC 3986, 4.2) that resolves against the checkout.
    Relative(String),
    /// A `file:` URI, for a file outside of it.
    Absolute(String),
}

/// The address of `path`, percent-encoded.
#[must_use]
pub fn uri(path: &str) -> Uri {
    let shown = portable(path);
    if !Path::new(&*shown).is_absolute() && !goes_up(&shown) {
        return Uri::Relative(utf8_percent_encode(&shown, ENCODED).to_string());
    }
    let here = std::env::current_dir().unwrap_or_default();
    let absolute = absolute(&here, path);
    let text = absolute.to_string_lossy();
    let rest = with_slashes(&text);
    Uri::Absolute(format!("file:///{}", utf8_percent_encode(rest.trim_start_matches('/'), ENCODED)))
}

/// `path`, as seen from the folder `here`, from the root on, without `.` and `..`. Links aren't
/// resolved.
#[must_use]
pub fn absolute(here: &Path, path: &str) -> PathBuf {
    normal(&here.join(path))
}

/// `path` as seen from `folder`, with forward slashes. Both are absolute.
#[must_use]
pub fn relative_to(folder: &Path, path: &Path) -> String {
    for (up, base) in folder.ancestors().enumerate() {
        if let Ok(rest) = path.strip_prefix(base) {
            return "../".repeat(up) + &with_slashes(&text_of_path(rest));
        }
    }
    with_slashes(&text_of_path(path)).into_owned()
}
