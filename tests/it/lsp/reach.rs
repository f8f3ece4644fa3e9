//! What a change reaches beside the document that is typed, before anything is saved.

use serde_json::{Value, json};

use super::client::{Client, uri};
use super::diagnostics::{POD, SCRIPTS};
use crate::support::binary::folder;

#[test]
fn who_runs_the_scripts_that_are_typed_is_looked_at() {
    let folder = folder(&[("pods/web.yaml", POD), ("scripts.yaml", SCRIPTS)]);
    let scripts = uri(folder.path(), "scripts.yaml");
    let mut client = Client::with(folder.path(), json!({}), json!({ "select": ["non-idempotent-write"] }));
    client.open(&scripts, &SCRIPTS.replace("mkdir", "mkdir -p"));
    assert_eq!(client.places(&scripts), [""; 0]);
    client.change(&scripts, 2, &Value::Null, SCRIPTS);
    assert_eq!(client.places(&scripts), ["4:10-4:23 non-idempotent-write"]);
}

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      initContainers:
        - {name: proxy, image: envoy:1, livenessProbe: {exec: {command: [a]}}}
      containers: [{name: app, image: nginx:1.25}]
";

/// Makes a sidecar of the init container.
const PATCH: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {initContainers: [{name: proxy, restartPolicy: Always}]}}}
";

#[test]
fn what_is_typed_is_judged_in_its_builds() {
    let overlay = "resources: [../../base]\npatches: [{path: patch.yaml}]\n";
    let other = "resources: [pod.yaml]\n";
    let folder = folder(&[
        ("base/kustomization.yaml", "resources: [web.yaml]\n"),
        ("base/web.yaml", DEPLOYMENT),
        ("overlays/prod/kustomization.yaml", overlay),
        ("overlays/prod/patch.yaml", PATCH),
        ("other/kustomization.yaml", other),
        ("other/pod.yaml", POD),
    ]);
    let web = uri(folder.path(), "base/web.yaml");
    let patch = uri(folder.path(), "overlays/prod/patch.yaml");
    let mut client = Client::with(folder.path(), json!({}), json!({ "select": ["forbidden-probe"] }));
    client.open(&web, DEPLOYMENT);
    assert_eq!(client.places(&web), [""; 0], "it is a sidecar in the only build");
    client.change(&web, 2, &Value::Null, &DEPLOYMENT.replace("envoy:1", "envoy:2"));
    assert_eq!(client.places(&web), [""; 0]);
    client.open(&patch, PATCH);
    client.change(&patch, 2, &Value::Null, &PATCH.replace(", restartPolicy: Always", ""));
    assert_eq!(client.places(&web).len(), 1, "{:?}", client.diagnostics);
}
