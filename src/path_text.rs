//! Paths as text, without loss: a file's name needn't be UTF-8.

use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};

/// `path` without `.` and `..`, by its text alone: links aren't resolved.
#[must_use]
pub fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => _ = normal.pop(),
            part => normal.push(part),
        }
    }
    normal
}

/// A path as text, without loss: bytes that are no UTF-8 as `\xFF`.
#[must_use]
pub fn text_of_path(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        // A `String` takes all that is written to it.
        chunk.invalid().iter().for_each(|byte| _ = write!(text, "\\x{byte:02X}"));
    }
    text
}

/// The path that [`text_of_path`] made `text` of.
#[must_use]
pub fn path_of_text(text: &str) -> PathBuf {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\\x") {
        bytes.extend_from_slice(before.as_bytes());
        match after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.extend_from_slice(b"\\x");
                rest = after;
            }
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    path_of_bytes(bytes)
}

#[cfg(unix)]
fn path_of_bytes(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt as _;
    std::ffi::OsString::from_vec(bytes).into()
}

#[cfg(not(unix))]
fn path_of_bytes(bytes: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_kept() {
        for (bytes, text) in [
            (b"a/b.yaml".as_slice(), "a/b.yaml"),
            (b"a\xff.yaml", "a\\xFF.yaml"),
            (b"\xfe\xed\x95", "\\xFE\\xED\\x95"),
            ("한\\xy".as_bytes(), "한\\xy"),
        ] {
            let path = path_of_bytes(bytes.to_vec());
            assert_eq!(text_of_path(&path), text);
            assert_eq!(path_of_text(text), path);
        }
    }
}
