//! What of a walk's entries is looked at, and what is told of the others.

use std::path::{Path, PathBuf};
use std::{fs, io};

use globset::GlobSet;
use ignore::DirEntry;

use super::{
    CONFIG_FILES, EXTENSIONS, Failure, clean, has_template_ending, is_in_templates, is_kustomization,
    is_real_below, reason, shown,
};

/// What a walk comes upon.
pub(super) enum Seen {
    File(PathBuf),
    /// To a file.
    Link(PathBuf),
    Failure(Failure),
    Note(String),
}

pub(super) fn look_at(entry: &DirEntry, base: &Path, only: Option<&GlobSet>) -> Option<Seen> {
    let path = entry.path();
    let kind = entry.file_type()?;
    let is_manifest = path
        .extension()
        .is_some_and(|found| EXTENSIONS.iter().any(|extension| found.eq_ignore_ascii_case(extension)));
    let is_config = CONFIG_FILES.iter().any(|name| path.file_name().is_some_and(|own| own == *name));
    let is_manifest = is_manifest && !is_config
        || path.to_str().is_some_and(is_kustomization)
        || has_template_ending(path) && is_in_templates(path);
    let wanted = only.map_or(is_manifest, |glob| glob.is_match(clean(path)));
    if kind.is_symlink() && entry.depth() > 0 {
        return match fs::metadata(path) {
            Ok(target) if target.is_dir() => note_of_link(path, base).map(Seen::Note),
            Ok(target) if target.is_file() && wanted && !is_real_below(base, path) => {
                let why = "a link to a file outside the folder is not followed; name that file to check it";
                Some(Seen::Note(format!("{}: {why}", shown(path))))
            }
            Ok(target) if target.is_file() && wanted => Some(Seen::Link(clean(path))),
            Ok(_) if wanted => Some(no_file(path, "a link to what is not a regular file")),
            Err(error) if wanted && error.kind() == io::ErrorKind::PermissionDenied => {
                Some(no_file(path, &reason(&error)))
            }
            // People commit links whose targets are made where the files are used.
            Err(error) if wanted => {
                Some(Seen::Note(format!("{}: a broken symbolic link: {}", shown(path), reason(&error))))
            }
            Ok(_) | Err(_) => None,
        };
    }
    match kind {
        _ if kind.is_dir() || !wanted => None,
        _ if kind.is_file() => Some(Seen::File(clean(path))),
        // A pipe would be waited for.
        _ => Some(no_file(path, "not a regular file")),
    }
}

/// Whether it is a folder in which a package manager keeps the files of others, which nobody mends there: Go's `vendor`, which
/// has a list of its modules, and npm's.
pub(super) fn is_of_others(entry: &DirEntry) -> bool {
    let is_folder = entry.depth() > 0 && entry.file_type().is_some_and(|kind| kind.is_dir());
    is_folder
        && (entry.file_name() == "node_modules"
            || entry.file_name() == "vendor" && entry.path().join("modules.txt").is_file())
}

pub(super) fn note_of_others(entry: &DirEntry) -> Seen {
    Seen::Note(format!(
        "{}: the files of others are passed over; name the folder to check them",
        shown(entry.path())
    ))
}

/// What has a manifest's name and can't be opened.
fn no_file(path: &Path, why: &str) -> Seen {
    Seen::Failure(Failure::new(shown(path), why.to_owned()))
}

/// A linked folder isn't followed. That is worth a word unless its files are walked anyway.
fn note_of_link(path: &Path, base: &Path) -> Option<String> {
    let (target, base) = (fs::canonicalize(path).ok()?, fs::canonicalize(base).ok()?);
    let path = shown(path);
    if base.starts_with(&target) {
        Some(format!("{path}: a link to a folder above it (a loop) is not followed"))
    } else if target.starts_with(&base) {
        None
    } else {
        Some(format!("{path}: a link to another folder is not followed; name it to check it"))
    }
}

pub(super) fn failure_of_walk(base: &Path, error: &ignore::Error) -> Failure {
    fn path_of(error: &ignore::Error) -> Option<PathBuf> {
        match error {
            ignore::Error::WithPath { path, .. } => Some(path.clone()),
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
            _ => None,
        }
    }
    let path = path_of(error).unwrap_or_else(|| base.to_owned());
    let message = error.io_error().map_or_else(|| error.to_string(), reason);
    Failure::new(shown(&path), message)
}
