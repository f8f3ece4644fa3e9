//! `operation-not-permitted` against the kernel: what it calls an error fails, what it passes over succeeds.

#![cfg(target_os = "linux")]
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::process::Command;

use crate::support::lint::{lint, rules_of};
use initlint::rule::Settings;

/// User 1000 with the groups 1000 and 2000, or root without the capability, runs `command` on its own file.
fn fails(is_root: bool, command: &str) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("f");
    fs::write(&file, "").unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let mut setpriv = Command::new("setpriv");
    if is_root {
        setpriv.args(["--bounding-set", "-chown", "--inh-caps", "-chown", "--clear-groups"]);
    } else {
        chown(&file, Some(1000), Some(1000)).unwrap();
        setpriv.args(["--reuid", "1000", "--regid", "1000", "--groups", "2000"]);
    }
    let output = setpriv.args(["sh", "-c", command]).current_dir(folder.path()).output().unwrap();
    !output.status.success()
}

/// Whether an init container of that user that runs `command` is reported as one that fails.
fn is_error(is_root: bool, command: &str) -> bool {
    let user = if is_root {
        "runAsUser: 0, capabilities: {drop: [ALL]}"
    } else {
        "runAsUser: 1000, runAsGroup: 1000"
    };
    let text = format!(
        "apiVersion: v1
kind: Pod
metadata: {{name: web}}
spec:
  securityContext: {{fsGroup: 2000}}
  initContainers:
  - name: own
    image: busybox:1.36
    command: [sh, -c, {}]
    securityContext: {{{user}}}
  containers:
  - {{name: web, image: \"nginx:1.27\"}}
",
        serde_json::to_string(command).unwrap()
    );
    let report = lint("pod.yaml", &text, &Settings::default());
    rules_of(&report).contains(&"operation-not-permitted")
        && report.findings.iter().any(|finding| finding.severity == initlint::finding::Severity::Error)
}

const BY_USER: [&str; 14] = [
    "chown 101 f",
    "chown 1000 f",
    "chown 1000:1000 f",
    "chown 1000:2000 f",
    "chown 1000.2000 f",
    "chown -R 1000:3000 .",
    "chgrp 2000 f",
    "chgrp 3000 f",
    "chown :3000 f",
    "chown root f",
    "chown 101 f || true",
    "chown 101 f; true",
    "true && chown 101 f",
    "find . -name f -exec chown 101 {} \\;",
];

const BY_ROOT: [&str; 6] =
    ["chown 101 f", "chown 0 f", "chown 0:0 f", "chown root:root f", "chown 0:1000 f", "chown nobody f"];

#[test]
fn the_kernel_agrees() {
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    if !is_root || Command::new("setpriv").arg("--version").output().is_err() {
        println!("skipped: it takes root and setpriv");
        return;
    }
    for (is_root, commands) in [(false, &BY_USER[..]), (true, &BY_ROOT[..])] {
        for command in commands {
            assert_eq!(is_error(is_root, command), fails(is_root, command), "root {is_root}: {command}");
        }
    }
}
