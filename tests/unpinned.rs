//! `unpinned-init-image` looks at the kustomizations of the run.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use initlint::discover::Input;
use initlint::pipeline;
use initlint::rule::Settings;
use support::lint::rules_of;

const POD: &str = "apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  initContainers:
  - {name: migrate, image: registry.example/migrate}
  containers:
  - {name: web, image: \"nginx:1.27\"}
";

fn found(kustomization: &str) -> Vec<&'static str> {
    let input = |path: &str, text: &str| Input::Text { path: path.to_owned(), text: text.to_owned() };
    let inputs = [input("base/pod.yaml", POD), input("overlays/prod/kustomization.yaml", kustomization)];
    rules_of(&pipeline::lint(&inputs, "<stdin>", &Settings::default()))
}

#[test]
fn an_image_that_a_kustomization_pins_is_left_to_it() {
    let pins = |name: &str, what: &str| format!("images:\n- {{name: {name}, {what}}}\n");
    assert_eq!(found(&pins("registry.example/migrate", "newTag: 4.1")), Vec::<&str>::new());
    assert_eq!(found(&pins("registry.example/migrate", "digest: 'sha256:ab'")), Vec::<&str>::new());
    assert_eq!(found(&pins("registry.example/migrate", "newTag: latest")), ["unpinned-init-image"]);
    assert_eq!(found(&pins("registry.example/other", "newTag: 4.1")), ["unpinned-init-image"]);
    assert_eq!(found("resources: [../../base/pod.yaml]\n"), ["unpinned-init-image"]);
}
