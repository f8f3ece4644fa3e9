//! Documents that the prefilter passes over hold nothing that a rule would have found.

use std::path::PathBuf;

use crate::support::corpus;
use crate::support::lint::{cases, root};
use initlint::discover::Input;
use initlint::finding::Finding;
use initlint::inputs::LOOKED_FOR;
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
    paths.extend(cases(&root().join("tests/cases")));
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

/// Ways to write `word` of which YAML makes the word again; each as a key with what follows up to its value.
fn disguised_key(word: &str) -> Vec<String> {
    let (first, rest) = word.split_at(1);
    let code = u32::from(first.chars().next().unwrap());
    vec![
        format!("{word}:"),
        format!("'{word}' :"),
        format!("\"\\x{code:02x}{rest}\":"),
        format!("\"\\u{code:04X}{rest}\":"),
        format!("\"\\U{code:08x}{rest}\":"),
        format!("? {word}\n  :"),
        format!("? &k !!str {word}\n  :"),
        format!("? \"{first}\\\n    {rest}\" # a note\n  :"),
    ]
}

/// Ways to write the kind `Job` and its key.
fn disguised_kinds() -> Vec<String> {
    let values = [
        "Job",
        "'Job'",
        "&a Job",
        "!!str Job",
        "# a note\n  Job",
        "\"\\x4aob\"",
        "\"J\\\n  ob\"",
        ">-\n  Job",
    ];
    let keys = ["kind:", "\"\\u006bind\":", "? kind\n:"];
    values.iter().flat_map(|value| keys.iter().map(move |key| format!("{key} {value}"))).collect()
}

#[test]
fn nothing_is_lost_behind_disguises() {
    let folder = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    let mut add = |text: String| {
        let path = folder.path().join(format!("{}.yaml", paths.len()));
        std::fs::write(&path, text).unwrap();
        paths.push(path);
    };
    for key in disguised_key("initContainers") {
        add(format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  {key}\n  - {{name: a, image: \"a:1\", livenessProbe: \
             {{exec: {{command: [ls]}}}}}}\n  containers: [{{name: b, image: \"b:1\"}}]\n"
        ));
    }
    for kind in disguised_kinds() {
        add(format!(
            "apiVersion: batch/v1\n{kind}\nmetadata: {{name: web}}\nspec:\n  template:\n    spec:\n      containers: [{{name: b, \
             image: \"b:1\"}}]\n"
        ));
    }
    for path in &paths {
        let plain = findings(std::slice::from_ref(path), true);
        let text = std::fs::read_to_string(path).unwrap();
        assert!(!plain.is_empty(), "{text}");
        assert_eq!(findings(std::slice::from_ref(path), false), plain, "{text}");
    }
}

/// Only what nobody asks for is dropped once it is read.
#[test]
fn what_a_kustomization_names_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        ("kustomization.yaml", "resources: [web.yaml]\npatches:\n- path: init.yaml\n"),
        (
            "web.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers: \
             [{name: b, image: \"b:1\"}]\n",
        ),
        (
            "init.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      \
             initContainers:\n      - {name: a, image: \"a:1\", livenessProbe: {exec: {command: [ls]}}}\n",
        ),
    ];
    let paths = files.map(|(name, text)| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    });
    let all = findings(&paths, true);
    assert!(all.iter().any(|finding| finding.rule == "forbidden-probe" && !finding.builds.is_empty()));
    assert_eq!(findings(&paths, false), all);
}

#[test]
fn kinds_that_rules_look_for_are_kept() {
    let files = walkdir::WalkDir::new(root().join("rules")).into_iter().map(Result::unwrap);
    let files = files.filter(|file| file.path().extension().is_some_and(|extension| extension == "rs"));
    let mut kinds = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file.path()).unwrap();
        for call in ["inputs.objects(", "inputs.lookup(", "inputs.select("] {
            let calls = text.split(call).skip(1).filter_map(|rest| rest.split('\"').nth(1));
            kinds.extend(calls.map(str::to_owned));
        }
    }
    assert!(kinds.contains(&"ServiceAccount".to_owned()), "{kinds:?}");
    assert!(kinds.iter().all(|kind| LOOKED_FOR.contains(&kind.as_str())), "{kinds:?}");
}
