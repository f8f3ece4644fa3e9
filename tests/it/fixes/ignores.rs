//! Suppressions that are written: nothing is found afterwards, none is in vain, and all objects are as they were.

use std::fs;
use std::path::{Path, PathBuf};

use initlint::discover::Input;
use initlint::rule::Settings;
use rayon::prelude::*;
use serde::Deserialize;

use super::{ignore, input, text_of};
use crate::support::lint::{cases, pretty, root};

/// The project's manifests, and those of a shared corpus where there is one.
pub(super) fn manifests() -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        ["rules", "tests/cases"].iter().flat_map(|folder| cases(&root().join(folder))).collect();
    if let Some(shared) = std::env::var_os("INITLINT_SHARED") {
        let folders = ["cases", "corpus/files"].map(|folder| Path::new(&shared).join(folder));
        paths.extend(folders.iter().flat_map(|folder| cases(folder)));
        return paths;
    }
    // The cases of a kind are much alike.
    let mut number = 0;
    paths.retain(|path| {
        number += 1;
        path.starts_with(root().join("rules")) || number % 4 == 0
    });
    paths
}

/// The objects of a text, without initlint's annotations.
fn objects(text: &str) -> Option<Vec<serde_yaml::Value>> {
    let documents = serde_yaml::Deserializer::from_str(text).map(serde_yaml::Value::deserialize);
    let mut objects: Vec<serde_yaml::Value> = documents.collect::<Result<_, _>>().ok()?;
    objects.iter_mut().for_each(without_annotations);
    Some(objects)
}

fn without_annotations(value: &mut serde_yaml::Value) {
    match value {
        serde_yaml::Value::Mapping(map) => {
            map.retain(|key, _| !key.as_str().is_some_and(|key| key.contains("initlint.dev/")));
            map.retain(|key, value| {
                key != "annotations" || value.as_mapping().is_none_or(|map| !map.is_empty())
            });
            map.values_mut().for_each(without_annotations);
            map.retain(|key, value| {
                key != "annotations" || value.as_mapping().is_none_or(|map| !map.is_empty())
            });
        }
        serde_yaml::Value::Sequence(items) => items.iter_mut().for_each(without_annotations),
        _ => {}
    }
}

#[test]
fn all_that_is_found_is_suppressed() {
    let settings = Settings::default();
    let wrong: Vec<String> = manifests()
        .par_iter()
        .filter_map(|path| {
            let text = fs::read_to_string(path).ok()?;
            let outcome = ignore(vec![input("case.yaml", &text)], &settings);
            let now = text_of(&outcome);
            // A comment of a template is no YAML.
            if !now.contains("{{") && objects(&text) != objects(now) {
                return Some(format!("{}: other objects", path.display()));
            }
            let report = &outcome.report;
            let left =
                report.findings.iter().filter(|finding| finding.rule != "invalid-yaml" || !now.contains('{'));
            (left.count() > 0).then(|| format!("{}:\n{}", path.display(), pretty(&outcome.report)))
        })
        .collect();
    assert!(wrong.is_empty(), "{}\n{} wrong", wrong.join("\n"), wrong.len());
}

#[test]
fn what_is_suppressed_stays_as_it_is() {
    let settings = Settings::default();
    for path in cases(&root().join("rules/forbidden_probe/bad")) {
        let outcome = ignore(vec![input("case.yaml", &fs::read_to_string(path).unwrap())], &settings);
        let again = ignore(outcome.inputs.clone(), &settings);
        assert!(again.changed.is_empty());
    }
}

fn ignored(path: &str, text: &str) -> String {
    let outcome = ignore(vec![input(path, text)], &Settings::default());
    let Some(Input::Text { text, .. }) = outcome.inputs.into_iter().next() else { panic!("one text") };
    text
}

#[test]
fn each_form_has_its_place() {
    let flow = "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"web\"}, \"spec\": {\"initContainers\": \
                [{\"name\": \"seed\", \"image\": \"a:1\", \"livenessProbe\": {}}], \"containers\": [{\"name\": \"web\", \"image\": \"a:1\"}]}}\n";
    let now = ignored("a.json", flow);
    let annotation =
        "\"annotations\": {\"ignore.initlint.dev/seed\": \"forbidden-probe: known: see #1\"}}, \"spec\"";
    assert!(now.contains(annotation), "{now}");
    let block = "apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  initContainers:
  - name: seed
    image: a:1
    # initlint: ignore[oversized-init-request] as it is
    livenessProbe: {}
    readinessProbe: {}
  containers: [{name: web, image: \"a:1\"}]
";
    let now = ignored("a.yaml", block);
    assert!(now.contains("ignore[oversized-init-request, forbidden-probe] as it is\n"), "{now}");
    assert!(
        now.contains("    # initlint: ignore[forbidden-probe] known: see #1\n    readinessProbe"),
        "{now}"
    );
}
