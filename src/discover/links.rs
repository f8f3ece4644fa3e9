//! Links to files that are there as well: one file is read once.

use std::fs;
use std::path::{Path, PathBuf};

use foldhash::HashSet;

use super::{Input, is_kustomization};

/// Drops links that are named to files that are there as well, and those of `walked`, which were found in folders, to others of
/// their own folder: from elsewhere a kustomization or a chart may reach for them.
pub(super) fn drop_links(inputs: &mut Vec<Input>, walked: &[PathBuf]) {
    drop_walked(inputs, walked);
    drop_named(inputs);
}

fn drop_walked(inputs: &mut Vec<Input>, walked: &[PathBuf]) {
    let twins: Vec<(&PathBuf, PathBuf)> =
        walked.iter().filter_map(|link| Some((link, twin_of(link)?))).collect();
    if twins.is_empty() {
        return;
    }
    let found: HashSet<PathBuf> =
        inputs.iter().filter_map(|input| Some(path_of(input)?.to_owned())).collect();
    let dropped: HashSet<&PathBuf> =
        twins.iter().filter(|(_, twin)| found.contains(twin)).map(|(link, _)| *link).collect();
    inputs.retain(|input| match input {
        Input::File { path, named: false } => !dropped.contains(path),
        _ => true,
    });
}

/// The file in its own folder that `link` leads to. A kustomization is known by its name.
fn twin_of(link: &Path) -> Option<PathBuf> {
    let real = fs::canonicalize(link).ok()?;
    let twin = link.with_file_name(real.file_name()?);
    let is_known_by_name = link.to_str().is_none_or(is_kustomization);
    let is_real = twin != link && fs::canonicalize(&twin).is_ok_and(|it| it == real) && !twin.is_symlink();
    (is_real && !is_known_by_name).then_some(twin)
}

fn drop_named(inputs: &mut Vec<Input>) {
    let is_link = |input: &Input| {
        let Input::File { path, named: true } = input else { return false };
        path.is_symlink()
    };
    if !inputs.iter().any(is_link) {
        return;
    }
    let real = |input: &Input| fs::canonicalize(path_of(input)?).ok();
    let mut known: HashSet<PathBuf> =
        inputs.iter().filter(|input| !is_link(input)).filter_map(real).collect();
    inputs.retain(|input| !is_link(input) || real(input).is_none_or(|real| known.insert(real)));
}

fn path_of(input: &Input) -> Option<&Path> {
    match input {
        Input::File { path, .. } | Input::Edited { path, .. } => Some(path),
        Input::Stdin | Input::Text { .. } => None,
    }
}
