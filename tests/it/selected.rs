//! `--select`: what is told of some rules is what is told of them among all.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::support::binary::{folder, run};
use crate::support::lint::root;
use initlint::rules;
use serde_json::Value;

/// What is found in `paths`, as it is told.
fn findings(here: &Path, paths: &[PathBuf], args: &[&str]) -> Vec<Value> {
    let paths = paths.iter().map(|path| path.to_str().unwrap());
    let args: Vec<&str> = ["--no-config", "--format=json"].iter().chain(args).copied().chain(paths).collect();
    let (_, out, err) = run(here, &args);
    let report: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{err}"));
    report["findings"].as_array().unwrap().clone()
}

/// Whether each rule by itself tells what it tells of `paths` among all.
fn is_told_as_among_all(here: &Path, paths: &[PathBuf]) {
    let all = findings(here, paths, &[]);
    let rules: BTreeSet<&str> = all.iter().map(|finding| finding["rule"].as_str().unwrap()).collect();
    for rule in rules {
        is_told_alone(here, paths, &all, &[rule]);
    }
}

/// Holds what is found if `rules` alone are asked for to what they find among `all`.
fn is_told_alone(here: &Path, paths: &[PathBuf], all: &[Value], rules: &[&str]) {
    let is_own = |finding: &&Value| finding["rule"].as_str().is_some_and(|rule| rules.contains(&rule));
    let own: Vec<&Value> = all.iter().filter(is_own).collect();
    let alone = findings(here, paths, &["--select", &rules.join(",")]);
    assert!(alone.iter().eq(own.iter().copied()), "{rules:?}: {alone:#?}\namong all: {own:#?}");
}

#[test]
fn each_rule_alone_finds_what_it_finds_among_all() {
    for rule in rules::ALL {
        let own = PathBuf::from("rules").join(rule.id.replace('-', "_"));
        let all = findings(root(), std::slice::from_ref(&own), &[]);
        is_told_alone(root(), &[own], &all, &[rule.id]);
    }
}

/// Each rule would take too long over all that there is.
#[test]
fn some_rules_find_what_they_find_among_all() {
    let paths = ["rules", "tests/cases"].map(PathBuf::from);
    let all = findings(root(), &paths, &[]);
    for which in 0..3 {
        let some: Vec<&str> = rules::ALL.iter().map(|rule| rule.id).skip(which).step_by(3).collect();
        is_told_alone(root(), &paths, &all, &some);
    }
}

/// Another rule wants the document, or tells of a command first.
#[test]
fn a_rule_hangs_on_no_other_to_be_told() {
    let helper = "{{- define \"a.pod\" }}\ninitContainers:\n- name: a\n  image: a:1\ncontainers:\n- name: b\n  image: b:1\n  \
                  resources: {requests: {cpu: 1}}\n{{- end }}\n";
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\nspec:\n  template:\n    spec:\n      \
               activeDeadlineSeconds: 5\n      {{- include \"a.pod\" . | nindent 6 }}\n      restartPolicy: Never\n";
    let number = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  activeDeadlineSeconds: 5\n  containers:\n  \
                  - {name: b, image: \"b:1\", args: [a, 1]}\n";
    let broken = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  activeDeadlineSeconds: 5\n containers: []\n";
    let first = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  initContainers:\n  - name: a\n    image: alpine/k8s:1.30.0\n    \
                 command: [sh, -c, \"iptables -A INPUT -j DROP\"]\n    \
                 volumeMounts: [{name: data, mountPath: /data}]\n  containers: [{name: b, image: \"b:1\"}]\n  \
                 volumes: [{name: data, emptyDir: {}}]\n";
    let files = [
        ("Chart.yaml", "apiVersion: v2\nname: a\nversion: 0.1.0\n"),
        ("templates/_a.tpl", helper),
        ("templates/job.yaml", job),
        ("number.yaml", number),
        ("broken.yaml", broken),
        ("first.yaml", first),
    ];
    let folder = folder(&files);
    let here = folder.path();
    is_told_as_among_all(here, &[PathBuf::from(".")]);
    let all = findings(here, &[PathBuf::from(".")], &[]);
    let found: BTreeSet<(&str, &str)> = all
        .iter()
        .map(|finding| (finding["path"].as_str().unwrap(), finding["rule"].as_str().unwrap()))
        .collect();
    for wanted in [
        ("templates/_a.tpl", "missing-init-resources"),
        ("number.yaml", "invalid-field"),
        ("broken.yaml", "invalid-yaml"),
        ("first.yaml", "operation-not-permitted"),
    ] {
        assert!(found.contains(&wanted), "{wanted:?} {found:?}");
    }
}

/// Who switches a rule off that would tell of a command first is told what others say of it.
#[test]
fn what_is_off_takes_no_place() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  initContainers:\n  - name: a\n    image: alpine/k8s:1.30.0\n    \
               command: [sh, -c, \"iptables -A INPUT -j DROP\"]\n    \
               volumeMounts: [{name: data, mountPath: /data}]\n  containers: [{name: b, image: \"b:1\"}]\n  \
               volumes: [{name: data, emptyDir: {}}]\n";
    let folder = folder(&[("a.yaml", pod), (".initlint.yaml", "rules: {operation-not-permitted: off}\n")]);
    let count = |args: &[&str]| {
        let (_, out, _) =
            run(folder.path(), &[&["--format=concise", "--select=non-idempotent-command"], args].concat());
        out.matches("non-idempotent-command").count()
    };
    assert_eq!(count(&["."]), 1);
    assert_eq!(count(&["--no-config", "."]), 0);
    assert_eq!(count(&["--no-config", "--ignore=operation-not-permitted", "."]), 1);
}
