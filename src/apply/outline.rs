//! What a file holds beside the places that change: the same before and after.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use crate::charts;
use crate::fix::Edits;
use crate::source::Source;
use crate::yaml::{self, Document, Node};

/// Whether `after` is `before` with `edits` made and nothing else in it has another value or another place in its
/// document: an alias leads to what it led to, and no map or list has taken in what stands behind it. Of the edits those
/// that are `changes` may change values, and the others are comments.
#[must_use]
pub(super) fn is_same_elsewhere(before: &Source, after: &Source, edits: &Edits, changes: &Edits) -> bool {
    let old = Reader {
        start: &|at| edits.start(at),
        changes: &|range| changes.touches(range),
        anchored: &|range| changes.touches(range),
    };
    let new = Reader { start: &|at| Some(at), changes: &|range| changes.made(range), anchored: &|_| false };
    match (old.outlines(before), new.outlines(after)) {
        (Some(old), Some(new)) => old == new,
        _ => false,
    }
}

/// What a text holds outside of what changes.
#[derive(Debug, PartialEq, Eq)]
struct Leaf {
    start: Option<usize>,
    /// The keys and items that lead to it, by where they start.
    path: u64,
    value: Value,
}

#[derive(Debug, PartialEq, Eq)]
enum Value {
    Scalar(&'static str, String),
    /// An alias, by where it leads.
    Alias(Option<usize>),
    /// A document that isn't YAML.
    Unreadable(String),
}

/// How places of one of the two texts are told in terms of the one afterwards.
struct Reader<'a> {
    start: &'a dyn Fn(usize) -> Option<usize>,
    changes: &'a dyn Fn(&Range<usize>) -> bool,
    /// Whether what an alias leads to is one of the things that change.
    anchored: &'a dyn Fn(&Range<usize>) -> bool,
}

impl Reader<'_> {
    /// The leaves of each document, or of each of a template's readings. `None` where an alias leads to what changes.
    fn outlines(&self, source: &Source) -> Option<Vec<Vec<Leaf>>> {
        let documents = yaml::split(&source.text);
        if let Some(template) = charts::template(source, &documents) {
            let readings = template.readings(source.id);
            let texts = readings.iter().map(|reading| Source::new(source.id, "", reading.text.as_str()));
            let read = readings.iter().zip(texts).flat_map(|(reading, text)| {
                let ranges = yaml::split(&text.text);
                ranges
                    .into_iter()
                    .map(|range| {
                        self.outline(
                            &text,
                            &range,
                            Document::parse_reading(reading, &text, range.clone()).ok(),
                        )
                    })
                    .collect::<Vec<_>>()
            });
            return read.collect();
        }
        documents
            .iter()
            .map(|range| self.outline(source, range, Document::parse(source, range.clone()).ok()))
            .collect()
    }

    fn outline(&self, text: &Source, range: &Range<usize>, document: Option<Document>) -> Option<Vec<Leaf>> {
        let mut leaves = Vec::new();
        let Some(document) = document else {
            let text = text.text.get(range.clone()).unwrap_or("").to_owned();
            return Some(vec![Leaf { start: None, path: 0, value: Value::Unreadable(text) }]);
        };
        self.collect(document.root(), 0, &mut leaves).then_some(leaves)
    }

    /// Adds what is at `node` and below; `false` where an alias leads to what changes.
    fn collect(&self, node: Node<'_>, path: u64, leaves: &mut Vec<Leaf>) -> bool {
        let (written, span) = (node.written_span().range(), node.span().range());
        if written != span {
            self.push(&written, path, Value::Alias((self.start)(span.start)), leaves);
            return !(self.anchored)(&span);
        }
        if let Some(text) = node.text() {
            self.push(&written, path, Value::Scalar(node.type_name(), text.to_owned()), leaves);
            return true;
        }
        let of_entries = node.written_entries().all(|entry| {
            let below = hash(path, "key", (self.start)(entry.key.written_span().range().start));
            self.collect(entry.key, path, leaves) && self.collect(entry.value, below, leaves)
        });
        of_entries
            && node.items().all(|item| {
                let below = hash(path, "item", (self.start)(item.written_span().range().start));
                self.collect(item, below, leaves)
            })
    }

    fn push(&self, written: &Range<usize>, path: u64, value: Value, leaves: &mut Vec<Leaf>) {
        if !(self.changes)(written) {
            leaves.push(Leaf { start: (self.start)(written.start), path, value });
        }
    }
}

fn hash(path: u64, kind: &str, start: Option<usize>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (path, kind, start).hash(&mut hasher);
    hasher.finish()
}
