//! The objects of a build, which see each other before they see other files.

use std::collections::HashMap;
use std::sync::Arc;

use crate::kube::{Object, objects};
use crate::yaml::Document;

/// What a kustomization makes.
#[derive(Debug)]
pub(super) struct BuildObjects {
    documents: Vec<Arc<Document>>,
    /// Indices in `documents`.
    by_name: HashMap<(String, String), Vec<usize>>,
}

impl BuildObjects {
    pub(super) fn of(documents: Vec<Arc<Document>>) -> Self {
        let mut by_name: HashMap<(String, String), Vec<usize>> = HashMap::new();
        for (number, document) in documents.iter().enumerate() {
            if let Some(object) = object(document) {
                let key = (object.kind.to_owned(), object.name().unwrap_or_default().to_owned());
                by_name.entry(key).or_default().push(number);
            }
        }
        Self { documents, by_name }
    }

    /// The objects of `kind`, in order.
    pub(super) fn objects<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = Object<'a>> {
        self.documents
            .iter()
            .filter_map(|document| object(document))
            .filter(move |object| object.kind == kind)
    }

    /// The object of `kind` and `name` as one in `namespace` would see it; a missing namespace matches any.
    pub(super) fn find(&self, kind: &str, namespace: Option<&str>, name: &str) -> Option<Object<'_>> {
        let numbers = self.by_name.get(&(kind.to_owned(), name.to_owned()))?;
        let mut found = numbers.iter().filter_map(|&number| object(self.documents.get(number)?));
        found.find(|object| match (namespace, object.namespace()) {
            (Some(wanted), Some(own)) => wanted == own,
            _ => true,
        })
    }
}

fn object(document: &Document) -> Option<Object<'_>> {
    objects(document.root()).into_iter().next()
}
