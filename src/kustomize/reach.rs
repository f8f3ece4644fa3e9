//! Which kustomizations are built: those that reach something that is asked for. Most of a tree's hold nothing that a rule
//! speaks of.

use foldhash::{HashMap, HashSet, HashSetExt};

use super::builder::{Builder, items};
use super::files::{Found, Refused};
use super::generators::key_and_path;
use super::remarks::has_unfollowed;
use crate::source::FileId;
use crate::yaml::Value;

/// The kustomizations of a run, parted by whether they are built. Of some neither is known.
#[derive(Default)]
pub(super) struct Parted {
    /// Those that lead to a file that is asked for, by any number of steps.
    pub(super) asked_for: HashSet<FileId>,
    /// The files that those name, and what they include.
    pub(super) files: HashSet<FileId>,
    /// Those that lead to none.
    pub(super) idle: HashSet<FileId>,
}

/// What a kustomization names.
#[derive(Default)]
struct Named {
    files: Vec<FileId>,
    kustomizations: Vec<FileId>,
    /// The entries that can't be followed.
    refused: Vec<(Value, Refused)>,
}

/// Which files each kustomization names, or which others it includes, or is included by.
type Links = HashMap<FileId, Vec<FileId>>;

/// Parts `kustomizations` and what they include. Of files those are asked for that `is_checked` says. Of those that aren't
/// built it is told all the same what isn't read.
pub(super) fn part(
    builder: &mut Builder,
    kustomizations: &[(FileId, Value)],
    is_checked: &dyn Fn(FileId) -> bool,
) -> Parted {
    let mut open = kustomizations.to_vec();
    let mut seen: HashSet<FileId> = open.iter().map(|(id, _)| *id).collect();
    let (mut included_by, mut includes, mut named) = (Links::default(), Links::default(), Links::default());
    let (mut asked_for, mut unknown) = (Vec::new(), Vec::new());
    while let Some((id, value)) = open.pop() {
        let Named { files, kustomizations, refused } = named_by(builder, id, &value);
        let is_asked_for =
            |file: FileId| is_checked(file) && builder.files.get(file).is_some_and(|file| file.is_asked_for);
        asked_for.extend(files.iter().chain([&id]).any(|file| is_asked_for(*file)).then_some(id));
        for &included in &kustomizations {
            included_by.entry(included).or_default().push(id);
            if seen.insert(included) {
                match builder.kustomization(included) {
                    Some(value) => open.push((included, value)),
                    None => asked_for.push(included),
                }
            }
        }
        includes.insert(id, kustomizations);
        named.insert(id, files);
        if !refused.is_empty() || has_unfollowed(&value) {
            unknown.push((id, value, refused));
        }
    }
    let asked_for = linked(asked_for, &included_by);
    let is_told = |id: FileId| is_checked(id) && !asked_for.contains(&id);
    let not_known = linked(unknown.iter().map(|(id, ..)| *id).collect(), &included_by);
    for (_, value, refused) in unknown.into_iter().filter(|(id, ..)| is_told(*id)) {
        builder.name_what_is_not_followed(&value);
        for (entry, refused) in refused {
            builder.refuse(refused, &entry);
        }
    }
    seen.retain(|id| !asked_for.contains(id) && !not_known.contains(id));
    let needed = linked(asked_for.iter().copied().collect(), &includes);
    let files = needed.iter().filter_map(|id| named.get(id)).flatten().copied().collect();
    Parted { asked_for, files, idle: seen }
}

/// The `kustomizations`, what `links` lead to from them, and so on.
fn linked(mut kustomizations: Vec<FileId>, links: &Links) -> HashSet<FileId> {
    let mut all = HashSet::new();
    while let Some(id) = kustomizations.pop() {
        if all.insert(id) {
            kustomizations.extend(links.get(&id).into_iter().flatten());
        }
    }
    all
}

/// What the kustomization `value` in the file `id` names. The scripts among it are read: a Pod of any file may run them.
fn named_by(builder: &mut Builder, id: FileId, value: &Value) -> Named {
    let mut named = Named::default();
    for (entry, path) in paths(value) {
        // What is known needn't be read to learn whether it is asked for.
        let found = match builder.files.known(id, path) {
            Some(file) => Ok(Found::File(file)),
            None => builder.files.find(id, path),
        };
        match found {
            Ok(Found::File(file)) => named.files.push(file),
            Ok(Found::Kustomization(included)) => named.kustomizations.push(included),
            Err(Refused::NoText) => {}
            Err(refused) => named.refused.push((entry.clone(), refused)),
        }
    }
    for path in scripts(value) {
        if builder.files.known(id, path).is_none() {
            // One that can't be read is told of where a container runs it.
            _ = builder.files.file(id, path);
        }
    }
    named
}

/// The paths of what the kustomization `value` takes resources from, or changes them by.
fn paths(value: &Value) -> impl Iterator<Item = (&Value, &str)> {
    let listed = ["resources", "bases", "components", "patchesStrategicMerge"];
    let listed = listed.into_iter().flat_map(|key| items(value, key));
    let changes =
        ["patches", "patchesJson6902", "replacements"].into_iter().flat_map(|key| items(value, key));
    let entries = listed.chain(changes.filter_map(|entry| entry.get("path")));
    // A patch that is written there is a part of the kustomization.
    entries.filter_map(|entry| Some((entry, entry.text()?))).filter(|(_, path)| !path.contains('\n'))
}

/// The paths of what ConfigMaps are made of: scripts, which a Pod of any file may run.
fn scripts(value: &Value) -> impl Iterator<Item = &str> {
    let entries = items(value, "configMapGenerator").iter().flat_map(|entry| items(entry, "files"));
    entries.filter_map(Value::text).map(|entry| key_and_path(entry).1)
}
