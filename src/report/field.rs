//! The fields that places lie in, by their paths: `spec.template.spec.initContainers[seed].image`.

use foldhash::HashMap;

use super::Report;
use crate::finding::abridged;
use crate::source::Span;
use crate::yaml::{self, Document, Node};

/// The field of each of some places. An item of a list is called by its name, and else by nothing: `env[HOME]`, `args[]`.
#[derive(Debug, Default)]
pub struct Fields(HashMap<Span, String>);

impl Fields {
    /// The fields of `places`. A text that isn't YAML, as most templates, has none.
    #[must_use]
    pub fn of(report: &Report, places: impl Iterator<Item = Span>) -> Self {
        let is_known = |place: &Span| report.fields.0.contains_key(place);
        let (known, mut places): (Vec<Span>, Vec<Span>) = places.partition(is_known);
        let known = known.into_iter().map(|place| (place, report.fields.at(place).to_owned()));
        let mut fields = Self(known.collect());
        places.sort_unstable();
        places.dedup();
        for of_file in places.chunk_by(|one, next| one.file == next.file) {
            let Some(source) = of_file.first().and_then(|place| report.source(*place)) else { continue };
            for range in yaml::split(&source.text) {
                let inside = within(of_file, Span::new(source.id, range.clone()));
                if inside.is_empty() {
                    continue;
                }
                if let Ok(document) = Document::parse(source, range) {
                    fields.enter(document.root(), "", &inside);
                }
            }
        }
        fields
    }

    /// The fields of those of `places` that lie in `document`, which is one of a file as it stands.
    #[must_use]
    pub fn within(document: &Document, places: impl Iterator<Item = Span>) -> Self {
        let (mut fields, root) = (Self::default(), document.root());
        let mut places: Vec<Span> = places.collect();
        if places.is_empty() {
            return fields;
        }
        places.sort_unstable();
        places.dedup();
        fields.enter(root, "", &within(&places, root.span()));
        fields
    }

    /// Adds the fields of other places.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// The path of the field that `place` lies in; empty where none is known.
    #[must_use]
    pub fn at(&self, place: Span) -> &str {
        self.0.get(&place).map_or("", String::as_str)
    }

    /// Notes the fields of `places`, which lie in `node` at `path`.
    fn enter(&mut self, node: Node<'_>, path: &str, places: &[Span]) {
        for place in places {
            self.0.insert(*place, path.to_owned());
        }
        for entry in node.written_entries() {
            let inside = within(places, entry.span());
            if inside.is_empty() {
                continue;
            }
            let name = entry.name();
            let key = abridged(&name);
            let deeper = if path.is_empty() { key.into_owned() } else { format!("{path}.{key}") };
            for place in &inside {
                self.0.insert(*place, deeper.clone());
            }
            self.enter_written(entry.value, &deeper, &inside);
        }
        for item in node.items() {
            let inside = within(places, item.written_span());
            if !inside.is_empty() {
                let name = item.get("name").and_then(Node::text).unwrap_or_default();
                let name = abridged(name);
                self.enter_written(item, &format!("{path}[{name}]"), &inside);
            }
        }
    }

    /// Enters a node where it is written. What an alias stands for is entered at its anchor.
    fn enter_written(&mut self, node: Node<'_>, path: &str, places: &[Span]) {
        let inside = within(places, node.written_span());
        if !inside.is_empty() && node.written_span() == node.span() {
            self.enter(node, path, &inside);
        }
    }
}

/// Those of `places`, which are in order, that lie in `span`.
fn within(places: &[Span], span: Span) -> Vec<Span> {
    let from = places.partition_point(|place| place.start < span.start);
    let starting = places.iter().skip(from).take_while(|place| place.start < span.end);
    starting.filter(|place| place.end <= span.end).copied().collect()
}
