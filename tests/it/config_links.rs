//! What busybox's `cp` does the second time to the links of a `ConfigMap`'s volume, and what the rule says of it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use initlint::rule::Settings;

use crate::support::lint::{lint, rules_of};

/// Copies out of the volume at `/c` into the one at `/e`, and whether the second one fails.
const COPIES: [(&str, bool); 22] = [
    ("cp -a /c/. /e/", true),
    ("cp -r /c/. /e/", true),
    ("cp -R /c/. /e/", true),
    ("cp -pr /c/. /e/", true),
    ("cp -r /c /e/", true),
    ("cp -a /c/* /e/", true),
    ("cp -r /c/key /e/key", true),
    ("cp -d /c/key /e/key", true),
    ("cp -P /c/key /e/", true),
    ("cp -a /c/. /e/; rm -rf /e/*", true),
    ("cp -r /c/. /e/ && echo ok", true),
    ("cp -rf /c/. /e/", false),
    ("cp -a -f /c/. /e/", false),
    ("cp -rL /c/. /e/", false),
    ("cp -L -a /c/. /e/", false),
    ("cp -rL /c/* /e/", false),
    ("cp -rf /c/* /e/", false),
    ("cp -df /c/key /e/key", false),
    ("cp /c/key /e/key", false),
    ("cp /c/* /e/", false),
    ("rm -rf /e/sub; cp -r /c /e/sub", false),
    ("cp -r /c/. /e/ || true", false),
];

/// What the kubelet mounts: a link for each key, into a folder that a link leads to.
fn mount(folder: &Path) {
    fs::create_dir_all(folder.join("..2024_01_01")).unwrap();
    fs::write(folder.join("..2024_01_01/key"), "value\n").unwrap();
    symlink("..2024_01_01", folder.join("..data")).unwrap();
    symlink("..data/key", folder.join("key")).unwrap();
}

/// Whether the second run fails, where there is a busybox.
fn fails_again(script: &str) -> Option<bool> {
    let folder = tempfile::tempdir().unwrap();
    let (config, target) = (folder.path().join("c"), folder.path().join("e"));
    mount(&config);
    fs::create_dir(&target).unwrap();
    let script = script
        .replace("/c", &config.display().to_string())
        .replace("/e", &target.display().to_string())
        .replace("cp ", "busybox cp ");
    let run =
        || Command::new("sh").args(["-ec", &script]).output().ok().map(|output| output.status.success());
    Command::new("busybox").arg("true").output().ok()?;
    assert_eq!(run(), Some(true), "{script}");
    Some(run() == Some(false))
}

fn manifest(image: &str, volume: &str, mount: &str, script: &str) -> String {
    format!(
        "apiVersion: v1
kind: Pod
metadata: {{name: web}}
spec:
  initContainers:
  - name: config
    image: {image}
    command: [sh, -ec, {script:?}]
    volumeMounts:
    - {{name: c, {mount}}}
    - {{name: e, mountPath: /e}}
  containers:
  - name: web
    image: nginx:1.27
    volumeMounts: [{{name: e, mountPath: /e}}]
  volumes:
  - {{name: c, {volume}}}
  - {{name: e, emptyDir: {{}}}}
"
    )
}

const CONFIG_MAP: &str = "configMap: {name: c}";
const WHOLE: &str = "mountPath: /c";

fn is_found(image: &str, volume: &str, mount: &str, script: &str) -> bool {
    let report = lint("pod.yaml", &manifest(image, volume, mount, script), &Settings::default());
    rules_of(&report).contains(&"non-idempotent-write")
}

#[test]
fn busybox_fails_over_the_links_that_it_has_made() {
    for (script, fails) in COPIES {
        if let Some(failed) = fails_again(script) {
            assert_eq!(failed, fails, "{script}");
        }
        assert_eq!(is_found("busybox:1.36", CONFIG_MAP, WHOLE, script), fails, "{script}");
    }
}

#[test]
fn all_volumes_with_links_count_and_files_do_not() {
    let script = "cp -r /c/. /e/";
    for volume in [
        "secret: {secretName: c}",
        "projected: {sources: [{configMap: {name: c}}, {secret: {name: d}}]}",
        "downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}",
    ] {
        assert!(is_found("alpine:3.20", volume, WHOLE, script), "{volume}");
    }
    assert!(!is_found("alpine:3.20", "hostPath: {path: /etc/c}", WHOLE, script));
    assert!(!is_found("alpine:3.20", CONFIG_MAP, "mountPath: /c/key, subPath: key", "cp -d /c/key /e/key"));
}

#[test]
fn only_a_known_busybox_counts() {
    let script = "cp -a /c/. /e/";
    for image in ["alpine:3.20", "eclipse-mosquitto:2.0"] {
        assert!(is_found(image, CONFIG_MAP, WHOLE, script), "{image}");
    }
    for image in ["debian:12", "example.com/tools:1"] {
        assert!(!is_found(image, CONFIG_MAP, WHOLE, script), "{image}");
    }
    assert!(!is_found("alpine:3.20", CONFIG_MAP, WHOLE, "apk add coreutils; cp -a /c/. /e/"));
}
