//! A few bytes that would make very much work, or very much output.

use std::time::{Duration, Instant};

use initlint::discover::Input;
use initlint::pipeline;
use initlint::rule::MAX_FINDINGS;
use initlint::settings::Settings;

use crate::support::lint::lint;

const HEAD: &str =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers: [{name: app, image: 'a:1'}]\n";

/// What is told of a manifest that can't be checked, or not all of it.
fn errors(text: &str) -> Vec<String> {
    lint("a.yaml", text, &Settings::default()).errors.into_iter().map(|error| error.message).collect()
}

#[test]
fn aliases_and_merges_add_a_bounded_number_of_nodes() {
    let mounts = format!("x: &m [{}]\n", "{}, ".repeat(1000));
    let containers = "  - {name: a, image: 'a:1', volumeMounts: *m}\n".repeat(900);
    let many = errors(&format!("{HEAD}{mounts}  initContainers:\n{containers}").replace("x: &m", "  x: &m"));
    assert!(many[0].starts_with("aliases add more nodes to this document than are checked"), "{many:?}");

    let mut bomb = "a0: &a0 {k: 1}\n".to_owned();
    for level in 1..=6 {
        let before = format!("*a{}, ", level - 1).repeat(10);
        bomb.push_str(&format!("a{level}: &a{level} {{<<: [{before}]}}\n"));
    }
    let many = errors(&format!("{HEAD}{bomb}"));
    assert!(many[0].contains("to this document than are checked"), "{many:?}");

    // As people write them.
    let shared = "  x-common: &c {image: 'a:1', env: [{name: A, value: b}]}\n";
    let usual = (0..100).map(|i| format!("  - {{<<: *c, name: c{i}}}\n")).collect::<String>();
    assert_eq!(errors(&format!("{HEAD}{shared}  initContainers:\n{usual}")), [""; 0]);
}

#[test]
fn a_file_has_a_bounded_number_of_findings() {
    let mounts = "{}, ".repeat(MAX_FINDINGS);
    let text = format!("{HEAD}  initContainers: [{{name: a, image: busybox, volumeMounts: [{mounts}]}}]\n");
    let report = lint("a.yaml", &text, &Settings::default());
    assert!(report.findings.len() <= MAX_FINDINGS + 1, "{}", report.findings.len());
    assert!(report.errors[0].message.starts_with("too much is wrong here: only 1000"), "{:?}", report.errors);
    assert_eq!(report.exit_status(None), 2);

    let mounts = "{}, ".repeat(100);
    let text = format!("{HEAD}  initContainers: [{{name: a, image: busybox, volumeMounts: [{mounts}]}}]\n");
    let report = lint("a.yaml", &text, &Settings::default());
    assert!(report.findings.len() > 200 && report.errors.is_empty(), "{}", report.findings.len());
}

#[test]
fn a_long_name_is_quoted_in_part() {
    let name = "a".repeat(50_000);
    let text =
        format!("{HEAD}  initContainers: [{{name: {name}, image: busybox, volumeMounts: [{{}}, {{}}]}}]\n");
    let report = lint("a.yaml", &text, &Settings::default());
    assert!(report.findings.len() > 3);
    for finding in &report.findings {
        assert!(finding.message.len() < 2000, "{}", finding.message.len());
        let container = finding.resource.as_ref().and_then(|resource| resource.container.as_ref());
        assert!(container.is_none_or(|name| name.len() < 400));
    }
}

/// A script that takes about as many steps as one may.
const LONG: &str = "for a in 1 2 3 4 5 6 7 8 9; do for b in 1 2 3 4 5 6 7 8 9; do for c in 1 2 3 4 5 6 7 8 9; do mkdir -p \
                    /data/$a$b$c; done; done; done";

fn spec(script: &str) -> String {
    format!(
        "{{volumes: [{{name: d, emptyDir: {{}}}}], containers: [{{name: app, image: 'a:1'}}], initContainers: [{{name: i, \
         image: 'bash:5', volumeMounts: [{{name: d, mountPath: /data}}], command: [bash, -c, '{script}']}}]}}"
    )
}

/// A List of Pods, of which the last has something to be found.
fn list(count: usize) -> String {
    let item = |script: &str, name: &str| {
        format!("- {{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}, spec: {}}}\n", spec(script))
    };
    // What is alike is analysed once.
    let one = |number| item(&format!("{LONG} # {number}"), &format!("p{number}"));
    let long: String = (0..count).map(one).collect();
    format!("apiVersion: v1\nkind: List\nitems:\n{long}{}", item("mkdir /data/x", "last"))
}

#[test]
fn an_object_of_a_list_has_its_share_whatever_those_before_it_take() {
    let text = list(100);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(16 << 20).build().unwrap();
    let report = pool.install(|| lint("a.yaml", &text, &Settings::default()));
    let is_unfollowed = |message: &str| message.contains("is not followed to its end");
    let unfollowed = report.errors.iter().filter(|error| is_unfollowed(&error.message)).count();
    assert!((1..100).contains(&unfollowed), "{unfollowed}");
    let found: Vec<_> = report.findings.iter().filter(|one| one.rule == "non-idempotent-write").collect();
    let name = found.last().and_then(|last| last.resource.as_ref()?.name.as_deref());
    assert_eq!(name, Some("last"), "{unfollowed} not followed");
}

#[test]
fn a_command_with_thousands_of_operands_is_no_more_work_than_as_many_lines() {
    let operands: String = (0..8000).map(|number| format!("f{number} ")).collect();
    for command in ["touch", "cp", "chown 1", "cat", "rm", "ln -s", "aria2c", "tar cf", "mkdir", "curl -O"] {
        let script = format!("cd /data; {command} {operands} d; {command} x");
        let text = format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {}\n", spec(&script));
        let start = Instant::now();
        lint("a.yaml", &text, &Settings::default());
        let took = start.elapsed();
        println!("{command}: {took:?}");
        assert!(took < Duration::from_secs(20), "{command}: {took:?}");
    }
}

/// What is told of a build of `kustomization` with one Pod.
fn errors_of_build(kustomization: &str) -> Vec<String> {
    let pod = format!("{HEAD}  initContainers: [{{name: a, image: 'a:1'}}]\n");
    let text = |path: &str, text: &str| Input::Text { path: path.to_owned(), text: text.to_owned() };
    let inputs = [
        text("pod.yaml", &pod),
        text("kustomization.yaml", &format!("resources: [pod.yaml]\n{kustomization}")),
    ];
    let report = pipeline::lint(&inputs, "<stdin>", &Settings::default());
    report.errors.into_iter().map(|error| error.message).collect()
}

#[test]
fn builds_make_no_more_work_than_they_may() {
    let lines =
        |count: usize, line: &str| (0..count).map(|n| line.replace('N', &n.to_string())).collect::<String>();
    let patch = |operations: String| {
        let patch = serde_json::Value::from(format!("[{}]", operations.trim_end_matches(',')));
        format!("patches: [{{target: {{kind: Pod}}, patch: {patch}}}]\n")
    };
    let copy = r#"{"op":"copy","from":"/spec","path":"/spec/xN"},"#;
    let copy_in = r#"{"op":"copy","from":"/spec/initContainers","path":"/spec/initContainers/0/xN"},"#;
    let usual = [
        patch(lines(3, copy)),
        format!("commonLabels: {{{}}}\n", lines(20, "kN: v, ")),
        format!("configMapGenerator:\n{}", lines(200, "- {name: sN, literals: [a=b]}\n")),
        format!("configMapGenerator:\n- name: s\n  literals: [{}]\n", lines(500, "kN=v, ")),
    ];
    for kustomization in usual {
        assert_eq!(errors_of_build(&kustomization), [""; 0], "{kustomization:.200}");
    }
    let much = [
        (patch(lines(40, copy)), "copies too much"),
        (patch(lines(40, copy_in)), "copies too much"),
        (format!("commonLabels: {{{}}}\n", lines(60_000, "kN: v, ")), "too much work"),
        (
            format!("configMapGenerator:\n{}", lines(20_000, "- {name: sN, literals: [a=b]}\n")),
            "too much work",
        ),
        (
            format!("configMapGenerator:\n- name: s\n  literals: [{}]\n", lines(50_000, "kN=v, ")),
            "too much work",
        ),
    ];
    for (kustomization, told) in much {
        let errors = errors_of_build(&kustomization);
        assert!(errors.iter().any(|error| error.contains(told)), "{told}: {errors:?}");
    }
}

#[test]
fn a_help_lists_some_of_many_names() {
    let volumes = (0..2000).map(|n| format!("{{name: v{n}, emptyDir: {{}}}}, ")).collect::<String>();
    let text = format!(
        "{HEAD}  volumes: [{volumes}]\n  initContainers: [{{name: a, image: 'a:1', volumeMounts: [{{name: w, mountPath: /m}}]}}]\n"
    );
    let report = lint("a.yaml", &text, &Settings::default());
    let help = report.findings.iter().find_map(|one| one.help.as_deref()).unwrap();
    assert!(help.contains("`v0`, `v1`") && help.len() < 500, "{help}");
}

/// Those that are given the same share it; else each has its own.
#[test]
fn what_containers_of_a_pod_are_given_is_bounded() {
    let told = |count: usize, container: &str| {
        let containers = (0..count).map(|n| container.replace('N', &n.to_string())).collect::<String>();
        let text = "#".repeat(100_000);
        errors(&format!(
            "{HEAD}  volumes: [{{name: v, configMap: {{name: m}}}}]\n  initContainers:\n{containers}---\napiVersion: \
             v1\nkind: ConfigMap\nmetadata: {{name: m}}\ndata: {{k: mkdir -p /x, t: '{text}'}}\n"
        ))
    };
    let with = |words: &str, given: &str| {
        format!("  - {{name: cN, image: 'b:1', command: [sh, {words}], {given}}}\n")
    };
    let same = with("/s/k", "volumeMounts: [{name: v, mountPath: /s}]");
    assert_eq!(told(800, &same), [""; 0]);
    let apart = with("/sN/k", "volumeMounts: [{name: v, mountPath: /sN}]");
    assert_eq!(told(20, &apart), [""; 0]);
    let variables = with("-c, echo N", "envFrom: [{configMapRef: {name: m}}]");
    assert_eq!(told(20, &variables), [""; 0]);
    for many in [apart, variables] {
        let many = told(800, &many);
        assert!((1..800).contains(&many.len()), "{}", many.len());
        assert!(
            many.iter().all(|one| one.ends_with("given too many files and variables together")),
            "{many:?}"
        );
    }
}
