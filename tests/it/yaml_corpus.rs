//! Places in real manifests. Needs `INITLINT_SHARED`.
#![cfg(test)]

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::{corpus, yaml};
use initlint::source::Source;
use initlint::yaml::{Document, Node};

/// Runs `check` over each document of the real manifests, all of which are valid.
fn each_document(mut check: impl FnMut(&Path, &Source, &Document)) {
    let Some(shared) = corpus::shared() else { return };
    let manifests = corpus::manifests(&shared.join("corpus"));
    assert!(manifests.len() > 100);
    for (path, text) in manifests {
        let source = yaml::source(&text);
        for document in yaml::documents(&source) {
            let document = document.unwrap_or_else(|problem| panic!("{}: {problem:?}", path.display()));
            check(&path, &source, &document);
        }
    }
}

#[test]
fn every_scalar_is_mapped() {
    let mut by_indicator = BTreeMap::new();
    let mut wrong = Vec::new();
    each_document(|path, source, document| {
        yaml::walk(document.root(), &mut |node: Node| {
            let Some(text) = node.text() else { return };
            let written = source.slice(node.span());
            let indicator = written.chars().next().filter(|c| "'\"|>".contains(*c)).unwrap_or('a');
            *by_indicator.entry(indicator).or_insert(0) += 1;
            let mapped = node.mapped();
            let is_exact = !mapped.is_opaque() && mapped.as_str() == text;
            if !is_exact || !yaml::leads_to_its_characters(&mapped, source) {
                wrong.push((path.to_owned(), written.to_owned(), text.to_owned()));
            }
        });
    });
    println!("scalars by indicator, plain as 'a': {by_indicator:?}");
    assert!(wrong.is_empty(), "{} {:#?}", wrong.len(), wrong.first());
}

#[test]
fn every_span_is_exact() {
    let mut nodes = 0;
    each_document(|path, source, document| {
        yaml::walk(document.root(), &mut |node: Node| {
            nodes += 1;
            if let Err(fault) = yaml::has_exact_spans(node, source) {
                let at = source.position(node.span().start as usize);
                panic!("{}:{}: {fault}: {:?}", path.display(), at.line, source.slice(node.span()));
            }
        });
    });
    println!("{nodes} nodes");
}
