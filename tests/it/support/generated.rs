//! Files that are made from the code.
use std::fs;
use std::path::Path;

/// Holds the file at `path` to `expected`; with `UPDATE_DOCS=1` in the environment, writes it.
pub(crate) fn compare(path: &Path, expected: &str) {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, expected).unwrap();
    }
    let found = fs::read_to_string(path).unwrap_or_default();
    assert!(found == expected, "{} is out of date: run the test with UPDATE_DOCS=1", path.display());
}
