//! Files as kustomize reads them.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::files::Files;
use crate::discover::is_kustomization;
use crate::read::InputFile;
use crate::source::{FileId, Span};
use crate::yaml::{self, Document, Node, Problem, Value};

/// The kind of which only the names are kept.
pub(super) const DEFINITION: &str = "CustomResourceDefinition";

/// The keys that name an object.
const NAMING: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// The values of a file's documents.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub(super) values: Vec<Value>,
    /// Keys that are written twice, for which kustomize refuses the document.
    pub(super) refused: Vec<Span>,
    /// Whether every document is YAML, as far as it was looked at.
    pub(super) is_readable: bool,
}

impl Parsed {
    /// Parses `file`, all of it or of definitions what names them. What can't be read is told of where files are checked.
    pub(super) fn of(file: &InputFile, is_whole: bool) -> Self {
        let mut parsed = Self { is_readable: true, ..Self::default() };
        for range in &file.documents {
            let text = file.source.text.get(range.clone()).unwrap_or("");
            let head = (!is_whole && yaml::is_definition(text)).then(|| head_of(text)).flatten();
            let head = head.and_then(|length| definition(file, range.start..range.start + length));
            let value = match head {
                Some(value) => Ok(Ok(value)),
                None => Document::parse(&file.source, range.clone()).map(|document| value_of(&document)),
            };
            parsed.add(value);
        }
        parsed
    }

    fn add(&mut self, value: Result<Result<Value, Span>, Problem>) {
        match value {
            Ok(Ok(value)) => self.values.push(value),
            Ok(Err(place)) => self.refused.push(place),
            Err(_) => self.is_readable = false,
        }
    }
}

/// The value of a document.
///
/// # Errors
/// The place of a key that is written twice, which kustomize refuses.
pub(super) fn value_of(document: &Document) -> Result<Value, Span> {
    let root = document.root();
    // A definition's schema is large, and nothing in it is ours to judge.
    if root.get("kind").and_then(Node::as_str) == Some(DEFINITION) {
        Value::with_keys(root, &NAMING)
    } else {
        Value::of(root)
    }
}

/// How long the part of a definition is that stands before its schema.
fn head_of(text: &str) -> Option<usize> {
    memchr::memmem::find(text.as_bytes(), b"\nspec:").map(|at| at + 1)
}

/// The definition that these bytes of `file` name; `None` where they don't.
fn definition(file: &InputFile, head: std::ops::Range<usize>) -> Option<Value> {
    let value = value_of(&Document::parse(&file.source, head).ok()?).ok()?;
    let has = |path: &[&str]| value.at(path).and_then(Value::text).is_some_and(|text| !text.is_empty());
    let is_named = has(&["apiVersion"]) && has(&["metadata", "name"]);
    (is_named && value.get("kind").and_then(Value::text) == Some(DEFINITION)).then_some(value)
}

/// Parses the kustomizations among `files`, and what they name as resources: nearly all that their builds are made of, at
/// once instead of one after another. Those that `is_whole` says are parsed to their ends.
pub(super) fn ahead(files: &Files, is_whole: &(dyn Fn(FileId) -> bool + Sync)) -> HashMap<FileId, Parsed> {
    let parse = |file: &InputFile| (file.source.id, Parsed::of(file, is_whole(file.source.id)));
    let is_ours = |file: &&InputFile| is_kustomization(&file.source.path);
    let list = files.list();
    let mut parsed: HashMap<FileId, Parsed> = list.par_iter().filter(is_ours).map(parse).collect();
    let named =
        parsed.iter().flat_map(|(id, parsed)| resources(parsed).filter_map(|path| files.known(*id, path)));
    let named: HashSet<FileId> = named.filter(|id| !parsed.contains_key(id)).collect();
    parsed.par_extend(list.par_iter().filter(|file| named.contains(&file.source.id)).map(parse));
    parsed
}

/// The paths that a kustomization names as resources.
fn resources(kustomization: &Parsed) -> impl Iterator<Item = &str> {
    let lists = kustomization.values.iter().filter_map(|value| value.get("resources"));
    lists.flat_map(Value::items).filter_map(Value::text)
}
