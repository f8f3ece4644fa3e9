//! Documents for tests, and the second opinion on their values.

use initlint::source::{FileId, Source};
use initlint::yaml::{Document, Kind, Node, Problem, split};
use serde_json::{Map, Value};

/// A source of `text`.
pub(crate) fn source(text: &str) -> Source {
    Source::new(FileId(0), "test.yaml", text)
}

/// Each document of `source`.
pub(crate) fn documents(source: &Source) -> Vec<Result<Document, Problem>> {
    split(&source.text).into_iter().map(|range| Document::parse(source, range)).collect()
}

/// The one document of `text`.
pub(crate) fn parse(text: &str) -> Document {
    let mut documents = documents(&source(text));
    assert_eq!(documents.len(), 1, "{text:?}");
    documents.remove(0).unwrap_or_else(|problem| panic!("{text:?}: {problem:?}"))
}

/// What kubectl makes of a node.
pub(crate) fn value(node: Node) -> Value {
    match node.kind() {
        Kind::Null => Value::Null,
        Kind::Bool(value) => value.into(),
        Kind::Int(value) => value.into(),
        Kind::Float(value) => value.into(),
        Kind::String(text) => text.into(),
        Kind::Sequence => node.items().map(value).collect(),
        Kind::Mapping => {
            let entries = node.entries().map(|entry| (entry.name().into_owned(), value(entry.value)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
    }
}

/// Every node below `node`, itself included, each where it is written; keys too.
pub(crate) fn walk<'d>(node: Node<'d>, visit: &mut impl FnMut(Node<'d>)) {
    visit(node);
    node.items().for_each(|item| walk(item, visit));
    node.written_entries().for_each(|entry| {
        walk(entry.key, visit);
        walk(entry.value, visit);
    });
}
