//! What manifests mean: objects, templates, containers, volumes, environments.

mod any_shape;
mod containers;
mod effective;
mod expansion;
mod published;
mod templates;

use initlint::kube::{Pod, Version, objects, templates};
use initlint::source::{FileId, Source};
use initlint::yaml::{Document, split};

/// A file of manifests, to borrow Pods from.
struct Manifest {
    source: Source,
    documents: Vec<Document>,
}

impl Manifest {
    fn new(text: &str) -> Self {
        let source = Source::new(FileId(0), "test.yaml", text);
        let documents =
            split(text).into_iter().map(|range| Document::parse(&source, range).unwrap()).collect();
        Self { source, documents }
    }

    fn pods(&self) -> Vec<Pod<'_>> {
        let objects = self.documents.iter().flat_map(|document| objects(document.root()));
        objects.flat_map(|object| templates(&object, &[])).map(Pod::new).collect()
    }

    /// Each template's pointer, with the names of its containers in start-up order.
    fn found(&self) -> Vec<String> {
        let names = |pod: &Pod<'_>| {
            pod.containers().map(|(_, container)| container.name().to_owned()).collect::<Vec<_>>().join(" ")
        };
        self.pods().iter().map(|pod| format!("{}: {}", pod.template.pointer, names(pod))).collect()
    }

    fn text_at(&self, span: initlint::source::Span) -> &str {
        self.source.slice(span)
    }
}

fn version(text: &str) -> Version {
    text.parse().unwrap()
}
