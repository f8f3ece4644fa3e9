//! What couldn't be checked, and what accepts that.

use std::fs;

use serde_json::Value;

use super::with;
use crate::support::binary::run;
use crate::support::lint::lint;
use initlint::report::Report;
use initlint::settings::Settings;

/// Two init containers whose scripts are past a bound, since their comments open more expansions than are followed.
/// Suppressions may stand at `@1` to `@5`.
const POD: &str = "@1
apiVersion: v1
kind: Pod
metadata:
  name: p
  @2
spec:
  initContainers:
  - name: first @3
    image: busybox:1.36
    command: [sh, -c]
    args:
    - | @4
      mkdir /data/x
      # ${a ${b ${c ${d ${e
  - name: second @5
    image: busybox:1.36
    command: [sh, -c]
    args:
    - |
      mkdir /data/x
      # ${a ${b ${c ${d ${e
  containers:
  - {name: a, image: \"b:1\"}
";

const IGNORE: &str = "# initlint: ignore[unchecked] generated";

fn lint_with(place: &str, comment: &str) -> Report {
    lint("a.yaml", &with(POD, place, comment), &Settings::default())
}

fn unused(report: &Report) -> usize {
    report.findings.iter().filter(|finding| finding.rule == "unused-suppression").count()
}

#[test]
fn what_is_unchecked_is_accepted_where_it_stands() {
    for (place, comment, accepted) in [
        ("@9", "", 0),
        ("@1", "# initlint: ignore-file[unchecked] generated", 2),
        ("@1", IGNORE, 2),
        ("@2", "annotations: {initlint.dev/ignore: \"unchecked: generated\"}", 2),
        ("@2", "annotations: {ignore.initlint.dev/second: \"unchecked: generated\"}", 1),
        ("@3", IGNORE, 1),
        ("@4", IGNORE, 1),
        ("@5", IGNORE, 1),
    ] {
        let report = lint_with(place, comment);
        assert_eq!(
            (report.accepted.len(), report.errors.len()),
            (accepted, 2 - accepted),
            "{place} {comment}"
        );
        assert_eq!(report.exit_status(None), if accepted == 2 { 0 } else { 2 }, "{place}");
        assert_eq!(report.summary.accepted, accepted);
        assert!(report.accepted.iter().all(|accepted| accepted.reason() == Some("generated")));
        assert!(report.findings.is_empty() && report.suppressed.is_empty(), "{:?}", report.findings);
    }
}

#[test]
fn an_acceptance_that_is_not_needed_is_told() {
    let text = with(POD, "@3", IGNORE).replacen("# ${a ${b ${c ${d ${e", "true", 1);
    let report = lint("a.yaml", &text, &Settings::default());
    assert_eq!((unused(&report), report.errors.len()), (1, 1), "{:?}", report.findings);

    // What else is suppressed beside something unchecked may be needed once that can be checked.
    let other = lint_with("@3", "# initlint: ignore[forbidden-probe, unchecked] both");
    assert_eq!((unused(&other), other.accepted.len()), (0, 1), "{:?}", other.findings);
    let without_reason = lint_with("@3", "# initlint: ignore[unchecked]");
    let rules: Vec<&str> = without_reason.findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, ["suppression-without-reason"]);
}

#[test]
fn a_comment_in_the_script_or_a_template_accepts_too() {
    let in_script =
        POD.replacen("mkdir /data/x", "# initlint: ignore[unchecked] generated\n      mkdir /data/x", 1);
    let report = lint("a.yaml", &with(&in_script, "@9", ""), &Settings::default());
    assert_eq!((report.accepted.len(), report.errors.len()), (1, 1), "{:?}", report.errors);

    let comment = "{{/* initlint: ignore[unchecked] generated */}}\n  - name: first";
    let template = with(POD, "@9", "").replacen("  - name: first", &format!("  {comment}"), 1);
    let template = template.replace("name: p", "name: {{ .Release.Name }}");
    let report = lint("chart/templates/a.yaml", &template, &Settings::default());
    assert_eq!((report.accepted.len(), report.errors.len()), (1, 1), "{:?}", report.errors);
}

#[test]
fn an_override_accepts_files_objects_and_what_can_not_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = |path: &str| folder.path().join(path);
    fs::write(path("a.yaml"), with(POD, "@9", "")).unwrap();
    fs::write(path("b.yaml"), b"kind: Pod\napiVersion: v1\nmetadata: {name: \xff}\n").unwrap();
    let overrides = |selector: &str| {
        let config = format!("overrides:\n- {selector}\n  rules: {{unchecked: off}}\n");
        fs::write(path(".initlint.yaml"), config).unwrap();
        let (status, out, _) = run(folder.path(), &["--format=json", "."]);
        let report: Value = serde_json::from_str(&out).unwrap();
        let count = |list: &str| report[list].as_array().unwrap().len();
        assert_eq!(report["summary"]["accepted"], count("accepted"));
        (status, count("accepted"), count("errors"))
    };
    assert_eq!(overrides("paths: [c.yaml]"), (2, 0, 3));
    assert_eq!(overrides("paths: [b.yaml]"), (2, 1, 2));
    assert_eq!(overrides("paths: [a.yaml, b.yaml]"), (0, 3, 0));
    assert_eq!(overrides("resources: [Pod/p]"), (2, 2, 1));
    let (_, _, summary) = run(folder.path(), &["--format=concise", "."]);
    assert!(summary.contains("1 path could not be checked; 2 accepted as unchecked"), "{summary}");

    fs::write(path(".initlint.yaml"), "rules: {unchecked: warning}\n").unwrap();
    let (status, _, err) = run(folder.path(), &["."]);
    assert!(status == 2 && err.contains("`unchecked` takes off or on, not `warning`"), "{err}");
    fs::write(path(".initlint.yaml"), "rules: {hygiene: off, scripts: off, api: off}\n").unwrap();
    let (status, out, _) = run(folder.path(), &["--format=concise", "--select=non-idempotent-write", "."]);
    assert!(
        status == 2 && out.contains("too deeply nested"),
        "no group has it, and no choice of rules: {out}"
    );
}

#[test]
fn every_format_tells_what_is_unchecked_and_what_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let of = |comment: &str| fs::write(folder.path().join("a.yaml"), with(POD, "@3", comment)).unwrap();
    for format in ["pretty", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown"] {
        of("");
        let both = |args: &[&str]| {
            let (status, out, err) =
                run(folder.path(), &[&["--no-config", "--format", format], args].concat());
            (status, out + &err)
        };
        for args in [&["a.yaml"][..], &["-q", "a.yaml"], &["--no-summary", "-q", "a.yaml"]] {
            let (status, text) = both(args);
            assert_eq!(status, 2);
            for name in ["first", "second"] {
                assert!(text.contains(&format!("init container `{name}`")) || format == "markdown", "{text}");
            }
            assert!(text.matches("too deeply nested").count() >= 2, "{format} {args:?} {text}");
        }
        let (_, text) = both(&["--statistics", "a.yaml"]);
        assert!(text.contains("too deeply nested"), "{text}");
        of(IGNORE);
        let (_, text) = both(&["a.yaml"]);
        let told = match format {
            "json" => "\"reason\": \"generated\"",
            "sarif" => "\"justification\": \"generated\"",
            "junit" => "<skipped message=\"generated\"",
            _ => "1 accepted as unchecked",
        };
        assert!(text.contains(told), "{format}: {text}");
    }
}
