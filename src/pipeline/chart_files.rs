//! Scripts that lie in a chart beside its templates, which put them into ConfigMaps.

use std::collections::HashSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::discover::{self, Input};
use crate::helm;
use crate::path_text::{path_of_text, text_of_path};
use crate::read::{InputFile, read};

/// How many are read.
const MAX_FILES: usize = 4096;

/// How many files of a folder a pattern is held against.
const MAX_LISTED: usize = 1024;

/// Reads the scripts that the templates among `files` name, and puts them behind the others. They hold no documents.
pub(super) fn add(files: &mut Vec<InputFile>) {
    let asked = files.iter().filter(|file| !file.named_files.is_empty());
    let paths: Vec<String> = asked.flat_map(asked_paths).collect();
    let mut known: HashSet<String> = HashSet::new();
    for path in paths.into_iter().take(MAX_FILES).filter(|path| known.insert(path.clone())) {
        let input = Input::File { path: path_of_text(&path), named: false };
        let (file, failure) = read(files.len(), &input, "");
        if failure.is_none() && !file.source.text.is_empty() {
            files.push(InputFile { documents: Box::default(), ..file });
        }
    }
}

/// The paths of the scripts that the template `file` names, as they are shown.
fn asked_paths(file: &InputFile) -> Vec<String> {
    let Some(chart) = discover::chart_of(&path_of_text(&file.source.path)).map(text_of_path) else {
        return Vec::new();
    };
    let folder = &*if chart.is_empty() { chart } else { format!("{chart}/") };
    let Ok(root) = fs::canonicalize(on_disk(folder)) else { return Vec::new() };
    let found = file.named_files.iter().flat_map(|pattern| matching(folder, pattern));
    // What a link leads to elsewhere is no part of the chart.
    let is_inside =
        |path: &String| fs::canonicalize(path_of_text(path)).is_ok_and(|real| real.starts_with(&root));
    found.filter(|path| is_script(path) && is_inside(path)).collect()
}

/// The paths of files in the chart `folder` that `pattern` matches, those of one folder.
fn matching(folder: &str, pattern: &str) -> Vec<String> {
    let leads_down =
        Path::new(pattern).components().all(|component| matches!(component, Component::Normal(_)));
    if !leads_down || pattern.starts_with("templates/") {
        return Vec::new();
    }
    if !pattern.contains('*') {
        return vec![format!("{folder}{pattern}")];
    }
    let within = pattern.rsplit_once('/').map_or("", |(within, _)| within);
    let within = if within.is_empty() || within.contains('*') { String::new() } else { format!("{within}/") };
    let Ok(listed) = fs::read_dir(on_disk(&format!("{folder}{within}"))) else { return Vec::new() };
    let names = listed.take(MAX_LISTED).filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut paths: Vec<String> = names
        .map(|name| format!("{within}{name}"))
        .filter(|path| helm::matches_file(pattern, path))
        .collect();
    paths.sort_unstable();
    paths.into_iter().map(|path| format!("{folder}{path}")).collect()
}

fn on_disk(folder: &str) -> PathBuf {
    path_of_text(if folder.is_empty() { "./" } else { folder })
}

/// Whether the file at `path` may be one that a shell runs: there are charts with hundreds of others.
fn is_script(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    (!name.contains('.') || [".sh", ".bash"].iter().any(|ending| name.ends_with(ending)))
        && fs::symlink_metadata(path_of_text(path)).is_ok_and(|metadata| metadata.is_file())
}
