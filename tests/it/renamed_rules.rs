//! Names that rules had before stay good, with a note.

use std::fs;
use std::process::Command;

use crate::support::lint::{lint, rules_of};
use initlint::finding::Severity;
use initlint::rule::Settings;
use initlint::rules::{ALL, RENAMED};

const POD: &str = "apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  securityContext: {runAsUser: 1000}
  initContainers:
  - name: own
    image: busybox:1.36
    # initlint: ignore[chown-without-root] the volume belongs to that user
    command: [chown, '101', /data]
  containers:
  - {name: web, image: \"nginx:1.27\"}
";

#[test]
fn each_new_name_is_a_rules_and_no_old_one_is() {
    for (old, new) in RENAMED {
        assert!(ALL.iter().any(|rule| rule.id == *new), "{new}");
        assert!(ALL.iter().all(|rule| rule.id != *old), "{old}");
    }
}

#[test]
fn a_suppression_by_the_old_name_holds() {
    let report = lint("pod.yaml", POD, &Settings::default());
    assert_eq!(report.suppressed.len(), 1);
    assert_eq!(report.suppressed[0].finding.rule, "operation-not-permitted");
    assert_eq!(rules_of(&report), ["unknown-rule"], "and nothing is unused");
    assert_eq!(report.findings[0].severity, Severity::Info);
    let message = "the rule `chown-without-root` is now called `operation-not-permitted`";
    assert_eq!(report.findings[0].message, message);
}

/// Standard output and standard error, with the suppression taken out.
fn run(config: &str, args: &[&str]) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("pod.yaml"), POD.replace("initlint: ignore", "")).unwrap();
    fs::write(folder.path().join(".initlint.yaml"), config).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_initlint"));
    let output = command.current_dir(folder.path()).args(args).env_clear().output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn flags_and_configuration_take_the_old_name() {
    let note = "the rule `chown-without-root` is now called `operation-not-permitted`";
    let (found, said) = run("", &["--select", "chown-without-root", "pod.yaml"]);
    assert!(found.contains("operation-not-permitted") && said.contains(note), "{found}\n{said}");
    let (found, said) = run("", &["--ignore", "chown-without-root", "pod.yaml"]);
    assert!(!found.contains("operation-not-permitted") && said.contains(note), "{found}\n{said}");
    let (found, said) = run("rules: {chown-without-root: off}", &["pod.yaml"]);
    assert!(!found.contains("operation-not-permitted") && said.contains(note), "{found}\n{said}");
    let (found, said) = run("", &["--explain", "chown-without-root"]);
    assert!(said.contains(note), "{said}");
    assert!(found.starts_with("operation-not-permitted\n"), "{found}");
    let (found, said) = run("", &["--select", "operation-not-permitted", "pod.yaml"]);
    assert!(found.contains("operation-not-permitted") && !said.contains("now called"), "{found}\n{said}");
}
