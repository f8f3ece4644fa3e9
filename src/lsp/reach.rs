//! How far a change reaches: what is linted while one types. All of a folder is linted when a document is opened or saved.

use std::collections::BTreeSet;
use std::ops::Range;

use aho_corasick::AhoCorasick;
use foldhash::HashSet;

use crate::discover::Failure;
use crate::finding::Finding;
use crate::kube;
use crate::read::InputFile;
use crate::source::{FileId, Span};
use crate::yaml::{Document, Node};

/// A folder's file, and why it can't be read.
pub(super) type Read = (InputFile, Option<Failure>);

/// The objects whose texts Pods run.
const MAPS: [&str; 2] = ["ConfigMap", "Secret"];

/// The places that `finding` speaks of, its own first.
pub(super) fn places(finding: &Finding) -> impl Iterator<Item = Span> {
    let labels = finding.labels.iter().map(|label| label.span);
    finding.suppressible_at().chain(labels)
}

/// The files `open`, and those that hold the name of a `ConfigMap` or a Secret in one of them: they may run its scripts.
pub(super) fn checked(files: &[Read], open: &HashSet<FileId>) -> HashSet<FileId> {
    let opened = files.iter().map(|(file, _)| file).filter(|file| open.contains(&file.source.id));
    let names: BTreeSet<String> = opened.flat_map(names_of_maps).filter(|name| !name.is_empty()).collect();
    let mut checked = open.clone();
    if !names.is_empty()
        && let Ok(names) = AhoCorasick::new(names)
    {
        let users = files.iter().filter(|(file, _)| names.is_match(&*file.source.text));
        checked.extend(users.map(|(file, _)| file.source.id));
    }
    checked
}

fn names_of_maps(file: &InputFile) -> Vec<String> {
    let may_hold = |range: &&Range<usize>| {
        let text = file.source.text.get((*range).clone()).unwrap_or_default();
        MAPS.iter().any(|kind| text.contains(kind))
    };
    let ranges = file.documents.iter().filter(may_hold);
    let documents = ranges.filter_map(|range| Document::parse(&file.source, range.clone()).ok());
    documents.flat_map(|document| names_in(&document)).collect()
}

fn names_in(document: &Document) -> Vec<String> {
    let objects = kube::objects(document.root()).into_iter();
    let maps = objects.filter(|object| MAPS.contains(&object.kind));
    let name = |metadata: Node<'_>| Some(metadata.get("name")?.as_str()?.to_owned());
    maps.filter_map(|object| object.metadata().and_then(name)).collect()
}
