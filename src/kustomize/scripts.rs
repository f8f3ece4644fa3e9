//! The text of the scripts that generators read.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use super::{folder_of, generators};
use crate::discover::Input;
use crate::read::{self, InputFile};

/// The scripts that the kustomizations among `files` make `ConfigMap`s of, numbered after `files`. `notes` gets a word on
/// each that can't be read: kustomize refuses it, and what runs it isn't followed.
#[must_use]
pub fn read(files: &[InputFile], notes: &mut Vec<String>) -> Vec<InputFile> {
    let known: HashSet<&str> = files.iter().map(|file| &*file.source.path).collect();
    let mut scripts: Vec<InputFile> = Vec::new();
    for (path, kustomization) in generators::files(files) {
        if known.contains(&*path) {
            continue;
        }
        let named_by = files.get(kustomization.0 as usize).map_or("", |file| &*file.source.path);
        let failure = if is_inside(&path, folder_of(named_by)) {
            let input = Input::File { path: path.clone().into(), named: false };
            let (file, failure) = read::read(files.len() + scripts.len(), &input, "");
            if failure.is_none() {
                scripts.push(InputFile { documents: Vec::new(), ..file });
            }
            failure.map(|failure| failure.message)
        } else {
            Some("leads out of the kustomization's folder".to_owned())
        };
        if let Some(why) = failure {
            notes.push(format!("{path}, which {named_by} makes a ConfigMap of, is not read: {why}"));
        }
    }
    scripts
}

/// Whether the file is in the folder with all links followed, as kustomize wants it (`loader.RestrictionRootOnly`). One
/// that isn't there is.
fn is_inside(path: &str, folder: &str) -> bool {
    let folder = if folder.is_empty() { Path::new(".") } else { Path::new(folder) };
    match (fs::canonicalize(path), fs::canonicalize(folder)) {
        (Ok(path), Ok(folder)) => path.starts_with(folder),
        _ => true,
    }
}
