//! Documents that the prefilter passes over hold nothing that a rule would have found.

use std::path::PathBuf;

use crate::support::corpus;
use crate::support::lint::{cases, root};
use initlint::discover::Input;
use initlint::finding::Finding;
use initlint::pipeline;
use initlint::rule::Settings;

/// What is found in `paths` when every object is parsed, or only those that seem worth it.
/// A syntax error outside of what is worth parsing is the one thing that may differ.
fn findings(paths: &[PathBuf], whole: bool) -> Vec<Finding> {
    let inputs: Vec<Input> =
        paths.iter().map(|path| Input::File { path: path.clone(), named: whole }).collect();
    let report = pipeline::lint(&inputs, "<stdin>", &Settings { pedantic: true, ..Settings::default() });
    report.findings.into_iter().filter(|finding| finding.rule != "invalid-yaml").collect()
}

#[test]
fn nothing_is_lost_in_our_own_manifests() {
    let mut paths = cases(&root().join("rules"));
    paths.extend(cases(&root().join("examples")));
    let all = findings(&paths, true);
    assert!(all.len() > 10);
    assert_eq!(findings(&paths, false), all);
}

#[test]
fn nothing_is_lost_in_real_manifests() {
    let Some(shared) = corpus::shared() else { return };
    let paths = cases(&shared.join("corpus/files"));
    assert!(paths.len() > 300);
    assert_eq!(findings(&paths, false), findings(&paths, true));
}
