//! Between the addresses of documents and the paths of files.

use std::path::{Path, PathBuf};

use lsp_types::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What stands for itself in the path of an address (RFC 3986, 3.3).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The path of the file at `uri`. What is in no file yet (`untitled:Untitled-1`) goes by its address.
pub(super) fn path(uri: &Uri) -> PathBuf {
    file_path(uri.as_str()).unwrap_or_else(|| PathBuf::from(uri.as_str()))
}

fn file_path(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    let rest = rest.strip_prefix("localhost").unwrap_or(rest);
    let path = percent_decode_str(rest.split(['?', '#']).next()?).decode_utf8().ok()?;
    let inner = path.strip_prefix('/')?;
    // Windows: `/c:/folder`.
    let has_drive = inner.as_bytes().get(1) == Some(&b':') && cfg!(windows);
    Some(PathBuf::from(if has_drive { inner } else { &path }))
}

/// The address of the file at `path`, which is absolute.
pub(super) fn of_path(path: &Path) -> Option<Uri> {
    let path = path.to_str()?.replace('\\', if cfg!(windows) { "/" } else { "\\" });
    let slash = if path.starts_with('/') { "" } else { "/" };
    format!("file://{slash}{}", utf8_percent_encode(&path, ENCODED)).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_paths_lead_to_each_other() {
        for path in ["/a b/한글.yaml", "/a%20b/[x]#y?.yaml", "/"] {
            assert_eq!(super::path(&of_path(Path::new(path)).unwrap()), Path::new(path));
        }
    }

    #[test]
    fn what_is_no_file_goes_by_its_address() {
        for uri in ["untitled:Untitled-1", "file://host/share/a.yaml", "file:///%ff"] {
            assert_eq!(super::path(&uri.parse().unwrap()), Path::new(uri));
        }
    }
}
