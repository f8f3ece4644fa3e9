//! Repositories with kustomizations, and what is said of them.

use std::path::PathBuf;

use initlint::discover::{self, Walk};
use initlint::pipeline;
use initlint::report::Report;
use initlint::rule::Settings;

/// A Deployment in which nothing is wrong.
pub(crate) const WEB: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      initContainers:
      - name: migrate
        image: registry.example/migrate:1
      containers:
      - {name: web, image: \"nginx:1.27\"}
";
/// The kustomization of a base with that.
pub(crate) const BASE: &str = "resources: [web.yaml]\n";
/// A patch that adds a probe, which an init container can't have.
pub(crate) const PROBE: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      initContainers:
      - name: migrate
        livenessProbe: {exec: {command: [\"true\"]}}
";
/// The kustomization of an overlay with a patch of that base.
pub(crate) const OVERLAY: &str = "resources: [../../base]\npatches:\n- path: patch.yaml\n";

/// A base and two overlays of it, of which `dev` has the patch.
pub(crate) fn overlays() -> Repository {
    Repository::of(&[
        ("base/kustomization.yaml", BASE),
        ("base/web.yaml", WEB),
        ("overlays/dev/kustomization.yaml", OVERLAY),
        ("overlays/dev/patch.yaml", PROBE),
        ("overlays/prod/kustomization.yaml", "resources: [../../base]\nnamePrefix: prod-\n"),
    ])
}

/// Files in a folder of their own, which is a git work tree.
pub(crate) struct Repository(tempfile::TempDir);

impl Repository {
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self(folder)
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub(crate) fn lint_by(&self, paths: &[&str], settings: &Settings) -> Report {
        let paths: Vec<PathBuf> = paths.iter().map(|path| self.path(path.trim_start_matches('.'))).collect();
        pipeline::lint(&discover::find(&paths, &Walk::default()).inputs, "", settings)
    }

    pub(crate) fn lint(&self, paths: &[&str]) -> Report {
        self.lint_by(paths, &Settings::default())
    }

    fn shown(&self, path: &str) -> String {
        path.replace(&format!("{}/", self.0.path().display()), "")
    }

    /// Each finding as `path:line rule [builds]`.
    pub(crate) fn told(&self, report: &Report) -> Vec<String> {
        let told = report.findings.iter().map(|finding| {
            let source = report.source(finding.span).unwrap();
            let line = source.position(finding.span.start as usize).line;
            let builds: Vec<String> = finding.builds.iter().map(|build| self.shown(build)).collect();
            format!("{}:{line} {} [{}]", self.shown(&source.path), finding.rule, builds.join(" "))
        });
        told.collect()
    }

    /// Each note and error, with its place.
    pub(crate) fn remarks(&self, report: &Report) -> Vec<String> {
        let errors = report.errors.iter().map(|error| format!("error {}: {}", error.place(), error.message));
        let notes = report.notes.iter().map(|note| format!("note {note}"));
        errors.chain(notes).map(|remark| self.shown(&remark)).collect()
    }
}
