//! Definitions of custom resources, by what names them: their schemas are large, and nothing in them is ours to judge.

use std::ops::Range;

use crate::source::{FileId, MappedText, Span};
use crate::yaml::{Document, Node, Value};

/// The kind of which only the names are kept.
pub(super) const DEFINITION: &str = "CustomResourceDefinition";

/// The keys that name an object.
const NAMING: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// What names the definitions in the file `id`, whose `documents` all are some; none where that doesn't stand before the
/// schema of each. They hold on to none of the file's `text`.
#[must_use]
pub fn definitions(id: FileId, text: &str, documents: &[Range<usize>]) -> Vec<Value> {
    let definition = |range: &Range<usize>| {
        let head = range.start..range.start + head_of(text.get(range.clone())?)?;
        let mut written = MappedText::new(Span::new(id, head.clone()));
        written.push(text.get(head.clone())?, head);
        named(&Document::parse_text(written).into_iter().next()?.ok()?)
    };
    documents.iter().map(definition).collect::<Option<_>>().unwrap_or_default()
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
pub(super) fn head_of(text: &str) -> Option<usize> {
    memchr::memmem::find(text.as_bytes(), b"\nspec:").map(|at| at + 1)
}

/// The definition that `head` names; `None` where it names none.
pub(super) fn named(head: &Document) -> Option<Value> {
    let value = value_of(head).ok()?;
    let has = |path: &[&str]| value.at(path).and_then(Value::text).is_some_and(|text| !text.is_empty());
    let is_named = has(&["apiVersion"]) && has(&["metadata", "name"]);
    (is_named && value.get("kind").and_then(Value::text) == Some(DEFINITION)).then_some(value)
}
