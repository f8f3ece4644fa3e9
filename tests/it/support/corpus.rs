//! Real manifests, which are other people's and so no part of the project.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// The folder of shared test material, from the environment variable `INITLINT_SHARED`. Says that
/// the test is skipped, and gives nothing, where it isn't set.
pub(crate) fn shared() -> Option<PathBuf> {
    let folder = std::env::var_os("INITLINT_SHARED").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: INITLINT_SHARED is not set");
    }
    folder
}

/// The YAML and JSON files below `folder`, with their text, in order.
pub(crate) fn manifests(folder: &Path) -> Vec<(PathBuf, String)> {
    let files = WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    files
        .filter(|file| file.path().extension().is_some_and(|e| e == "yaml" || e == "yml" || e == "json"))
        .map(|file| (file.path().to_owned(), std::fs::read_to_string(file.path()).unwrap()))
        .collect()
}
