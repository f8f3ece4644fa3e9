//! A few bytes that would make very much work, or very much output.

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
