//! Baselines: old findings stay quiet through edits, new ones speak up.

use std::fs;
use std::path::Path;

use crate::support::binary::{self, folder};
use crate::support::corpus::{manifests, shared};
use crate::support::lint::root;
use initlint::baseline::Baseline;
use initlint::discover::Input;
use initlint::pipeline;
use initlint::report::Report;
use initlint::rule::Settings;
use serde::Deserialize;

/// A Pod whose init container may have no probe.
fn pod(name: &str) -> String {
    format!(
        "apiVersion: v1
kind: Pod
metadata: {{name: {name}}}
spec:
  initContainers:
  - {{name: seed, image: \"x:1\", livenessProbe: {{exec: {{command: [a]}}}}}}
  containers:
  - {{name: web, image: \"x:1\"}}
"
    )
}

/// Runs initlint in `folder`, concisely where `args` ask for no other form.
fn run(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let form = if args.contains(&"--format") { [].as_slice() } else { &["--format", "concise"] };
    binary::run(folder, &[form, args].concat())
}

#[test]
fn only_new_findings_count() {
    let folder = folder(&[("a.yaml", &pod("a")), ("k8s/b.yaml", &pod("b"))]);
    let (status, out, err) = run(folder.path(), &["--write-baseline", "base.json"]);
    assert_eq!((status, out.as_str()), (0, ""), "{err}");
    assert!(err.contains("note: 2 findings written to base.json"), "{err}");
    let (status, out, err) = run(folder.path(), &["--baseline", "base.json"]);
    assert_eq!((status, out.as_str()), (0, ""), "{err}");
    assert!(err.starts_with("no findings in ") && err.contains("; 2 in the baseline\n"), "{err}");

    fs::write(folder.path().join("k8s/b.yaml"), [pod("new"), pod("b")].join("---\n")).unwrap();
    let (status, out, err) = run(folder.path(), &["--baseline", "base.json"]);
    assert_eq!((status, out.lines().count()), (1, 1), "{out}");
    assert!(out.starts_with("k8s/b.yaml:6:") && err.contains("; 2 in the baseline"), "{out}{err}");
    // As pre-commit runs it, with the changed files only: other files' entries aren't stale.
    let (status, _, err) = run(folder.path(), &["--baseline", "base.json", "a.yaml"]);
    assert!(status == 0 && err.contains("; 1 in the baseline") && !err.contains("stale"), "{err}");
    // A like finding beside the known one is a new one.
    fs::write(folder.path().join("a.yaml"), [pod("a"), pod("a")].join("---\n")).unwrap();
    assert_eq!(run(folder.path(), &["--baseline", "base.json", "a.yaml"]).1.lines().count(), 1);
}

#[test]
fn it_serves_from_any_folder() {
    let folder = folder(&[("k8s/deep/a.yaml", &pod("a")), ("b.yaml", &pod("b"))]);
    assert_eq!(run(folder.path(), &["--write-baseline", "base.json"]).0, 0);
    let deep = folder.path().join("k8s/deep");
    let absolute = deep.join("a.yaml");
    for (from, args) in [
        (folder.path(), vec!["--baseline=base.json", "./k8s"]),
        (&deep, vec!["--baseline=../../base.json"]),
        (&deep, vec!["--baseline=../../base.json", "../deep/a.yaml", "../../b.yaml"]),
        (&deep, vec!["--baseline=../../base.json", absolute.to_str().unwrap()]),
        (root(), vec![absolute.to_str().unwrap()]),
    ] {
        let base = folder.path().join("base.json");
        let mut args = args;
        if from == root() {
            args.extend(["--baseline", base.to_str().unwrap()]);
        }
        let (status, out, err) = run(from, &args);
        assert_eq!((status, out.as_str()), (0, ""), "{args:?}: {err}");
        assert!(!err.contains("stale"), "{args:?}: {err}");
    }
}

#[test]
fn stale_entries_are_counted_and_go_when_it_is_written_again() {
    let folder = folder(&[("a.yaml", &pod("a")), ("b.yaml", &pod("b")), ("c.yaml", &pod("c"))]);
    assert_eq!(run(folder.path(), &["--write-baseline", "base.json"]).0, 0);
    let mended = pod("a").replace("livenessProbe", "resources");
    fs::write(folder.path().join("a.yaml"), mended.replace("{exec: {command: [a]}}", "{}")).unwrap();
    fs::remove_file(folder.path().join("b.yaml")).unwrap();
    let (status, _, err) = run(folder.path(), &["--baseline", "base.json"]);
    assert_eq!(status, 0);
    assert!(err.contains("; 1 in the baseline; 2 stale entries in the baseline (write it again)"), "{err}");
    let json = run(folder.path(), &["--baseline", "base.json", "--format", "json"]).1;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["summary"]["baselined"], &json["summary"]["stale"]), (&1.into(), &2.into()));
    // What wasn't looked for isn't stale.
    let (_, _, err) = run(folder.path(), &["--baseline=base.json", "--ignore=forbidden-probe"]);
    assert!(!err.contains("stale"), "{err}");

    assert_eq!(run(folder.path(), &["--write-baseline", "base.json"]).0, 0);
    let text = fs::read_to_string(folder.path().join("base.json")).unwrap();
    assert!(text.contains("\"c.yaml\"") && !text.contains("a.yaml") && !text.contains("b.yaml"), "{text}");
    assert!(!run(folder.path(), &["--baseline", "base.json"]).2.contains("stale"));
}

#[test]
fn writing_for_some_keeps_what_is_known_of_others() {
    let folder = folder(&[("a.yaml", &pod("a")), ("b.yaml", &pod("b"))]);
    assert_eq!(run(folder.path(), &["--write-baseline", "base.json"]).0, 0);
    let (_, _, err) = run(folder.path(), &["--write-baseline", "base.json", "a.yaml"]);
    assert!(
        err.contains("note: 1 finding written to base.json; 1 kept that this run didn't look for"),
        "{err}"
    );
    for args in [["--select=hygiene"], ["--min-severity=error"]] {
        let written = run(folder.path(), &[&["--write-baseline", "base.json"], args.as_slice()].concat());
        assert_eq!(written.0, 0, "{}", written.2);
        let (status, out, err) = run(folder.path(), &["--baseline", "base.json"]);
        assert_eq!((status, out.as_str()), (0, ""), "{args:?}: {err}");
        assert!(err.contains("; 2 in the baseline\n"), "{args:?}: {err}");
    }
}

#[test]
fn the_file_is_sorted_and_each_finding_a_line_of_it() {
    let many = |names: &[&str]| names.iter().map(|name| pod(name)).collect::<Vec<_>>().join("---\n");
    let folder = folder(&[("z.yaml", &many(&["x", "y", "z"])), ("a.yaml", &pod("a"))]);
    let write = || {
        assert_eq!(run(folder.path(), &["--write-baseline", "base.json"]).0, 0);
        fs::read_to_string(folder.path().join("base.json")).unwrap()
    };
    let first = write();
    assert_eq!(first.lines().filter(|line| line.contains("container seed")).count(), 4, "{first}");
    let paths: Vec<&str> = first.lines().filter(|line| line.contains(".yaml\"")).collect();
    assert_eq!(paths, ["    \"a.yaml\": {", "    \"z.yaml\": {"]);
    fs::write(folder.path().join("z.yaml"), format!("# moved\n{}", many(&["z", "x", "y"]))).unwrap();
    assert_eq!(write(), first, "the order of documents is nothing to it");
    fs::write(folder.path().join("z.yaml"), many(&["z", "x", "w", "y"])).unwrap();
    let second = write();
    let gone = first.lines().filter(|line| !second.contains(line.trim_end_matches(','))).count();
    assert_eq!((second.lines().count(), gone), (first.lines().count() + 1, 0), "{second}");
}

#[test]
fn a_baseline_that_cannot_be_read_is_told_with_its_place() {
    let folder = folder(&[("a.yaml", &pod("a"))]);
    for (text, words) in [
        ("", "base.json:1:0: not a baseline: EOF"),
        ("{\n  \"schema\": 1,\n<<<<<<< ours\n", "base.json:3:1: not a baseline: "),
        (
            "{\"schema\": 3, \"findings\": {}}",
            "base.json:1:12: not a baseline: its schema is 3; this version reads 1 to 2",
        ),
        ("{\"schema\": 1}", "base.json:1:13: not a baseline: missing field `findings`"),
        ("{\"schema\": 1, \"findings\": {}, \"x\": 1}", "unknown field `x`"),
        (
            "{\"schema\": 1, \"findings\": {\"a\": {\"b\": {\n\"12\": \"\"}}}}",
            "base.json:2:4: not a baseline: `12` is no",
        ),
        ("[]", "base.json:1:"),
    ] {
        fs::write(folder.path().join("base.json"), text).unwrap();
        let (status, out, err) = run(folder.path(), &["--baseline", "base.json", "--fail-on", "never"]);
        assert_eq!((status, out.as_str()), (2, ""), "{text}");
        assert!(err.contains(words), "{text}: {err}");
    }
    let (status, out, err) = run(folder.path(), &["--baseline", "gone.json"]);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(err.contains("gone.json: no such baseline; make it with --write-baseline gone.json"), "{err}");
}

/// `text` with a comment line before each line where that changes no value, and its documents in
/// reverse order.
fn edited(text: &str) -> String {
    let mut documents = vec![String::new()];
    for line in text.split_inclusive('\n') {
        if line.trim_end() == "---" {
            documents.push(String::new());
        } else {
            *documents.last_mut().unwrap() += line;
        }
    }
    let mut documents: Vec<String> = documents.iter().rev().map(|document| commented(document)).collect();
    // A document may not begin where the last one has no end.
    documents.iter_mut().filter(|document| !document.ends_with('\n')).for_each(|d| d.push('\n'));
    documents.join("---\n")
}

fn commented(document: &str) -> String {
    let values = |text: &str| -> Option<Vec<serde_yaml::Value>> {
        serde_yaml::Deserializer::from_str(text).map(|d| serde_yaml::Value::deserialize(d).ok()).collect()
    };
    let Some(before) = values(document) else { return format!("# a comment\n{document}") };
    let mut lines: Vec<&str> = document.split_inclusive('\n').collect();
    // Each try reads the whole document anew: a few dozen will do for a long one.
    let step = lines.len() / 30 + 1;
    for at in (0..lines.len()).rev().step_by(step) {
        lines.insert(at, "      # a comment, 한글\n");
        if values(&lines.concat()).as_ref() != Some(&before) {
            lines.remove(at);
        }
    }
    lines.concat()
}

pub(crate) fn lint(files: &[(String, String)]) -> Report {
    let inputs: Vec<Input> =
        files.iter().map(|(path, text)| Input::Text { path: path.clone(), text: text.clone() }).collect();
    pipeline::lint(&inputs, "<stdin>", &Settings::default())
}

/// Writes and reads a baseline of `before`, and applies it to what is found in `after`.
pub(crate) fn compare(before: &[(String, String)], after: &[(String, String)]) -> Report {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("base.json");
    Baseline::of(&lint(before), &path).write(&path).unwrap();
    let mut report = lint(after);
    Baseline::read(&path).unwrap().apply(&mut report, &Settings::default());
    report
}

#[test]
fn edits_elsewhere_bring_nothing_back() {
    let before: Vec<(String, String)> = ["rules", "examples"]
        .iter()
        .flat_map(|folder| manifests(&root().join(folder)))
        .map(|(path, text)| (path.display().to_string(), text))
        .collect();
    let after: Vec<(String, String)> =
        before.iter().map(|(path, text)| (path.clone(), edited(text))).collect();
    let changed = before.iter().zip(&after).filter(|(before, after)| before != after).count();
    let found = lint(&before).findings.len();
    assert!(found > 20 && changed == before.len(), "{found} findings, {changed} files changed");
    let report = compare(&before, &after);
    assert_eq!((report.findings.len(), report.summary.stale), (0, 0), "{:#?}", report.findings);
    assert_eq!(report.baselined.len(), found);
}

/// The same on real manifests, a tenth of them edited, and all.
#[test]
fn edits_of_real_manifests_bring_nothing_back() {
    let Some(shared) = shared() else { return };
    let before: Vec<(String, String)> = manifests(&shared.join("corpus/files"))
        .into_iter()
        .map(|(path, text)| (path.display().to_string(), text))
        .collect();
    let found = lint(&before).findings.len();
    for nth in [10, 1] {
        let edit = |(index, (path, text)): (usize, &(String, String))| {
            (path.clone(), if index % nth == 0 { edited(text) } else { text.clone() })
        };
        let after: Vec<(String, String)> = before.iter().enumerate().map(edit).collect();
        let changed = before.iter().zip(&after).filter(|(before, after)| before != after).count();
        let report = compare(&before, &after);
        let back = report.findings.len();
        println!("{found} findings in {} files; {changed} edited; {back} come back", before.len());
        assert_eq!((back, report.summary.stale), (0, 0), "{:#?}", report.findings);
    }
}

/// A Pod whose init containers have these images.
fn images(images: &[(&str, &str)]) -> String {
    let inits: String =
        images.iter().map(|(name, image)| format!("  - {{name: {name}, image: {image}}}\n")).collect();
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  initContainers:\n{inits}  containers:\n  - {{name: web, image: \"x:1\"}}\n"
    )
}

#[test]
fn mending_one_container_of_several_brings_nothing_back() {
    let before = images(&[("a", "busybox"), ("b", "busybox:latest"), ("c", "alpine")]);
    let folder = folder(&[("a.yaml", &before)]);
    assert_eq!(run(folder.path(), &["--write-baseline", "base.json"]).0, 0);
    for (after, stale) in [
        (images(&[("a", "busybox:1.36"), ("b", "busybox:latest"), ("c", "alpine")]), "1 stale entry"),
        (images(&[("a", "busybox"), ("b", "busybox:1.36"), ("c", "alpine:3.20")]), "2 stale entries"),
        (images(&[("c", "alpine"), ("a", "busybox"), ("b", "busybox:latest")]), ""),
    ] {
        fs::write(folder.path().join("a.yaml"), &after).unwrap();
        let (status, out, err) = run(folder.path(), &["--baseline", "base.json"]);
        assert_eq!((status, out.as_str()), (0, ""), "{after}{err}");
        assert!(err.contains(" in the baseline") && err.contains(stale), "{after}{err}");
    }
    // Another container with the same mistake is new.
    let more = images(&[("a", "busybox"), ("b", "busybox:latest"), ("c", "alpine"), ("d", "redis")]);
    fs::write(folder.path().join("a.yaml"), more).unwrap();
    assert_eq!(run(folder.path(), &["--baseline", "base.json"]).0, 1);
}

#[test]
fn an_entry_is_for_its_field_and_for_nothing_worse() {
    let with = |resources: &str| pod("a").replace("livenessProbe: {exec: {command: [a]}}", resources);
    let folder = folder(&[("a.yaml", &with("resources: {requests: {cpu: abc}}"))]);
    assert_eq!(run(folder.path(), &["--write-baseline", "base.json"]).0, 0);
    fs::write(folder.path().join("a.yaml"), with("resources: {limits: {memory: abc}}")).unwrap();
    let (status, out, _) = run(folder.path(), &["--baseline", "base.json"]);
    assert_eq!((status, out.lines().count()), (1, 1), "{out}");

    let config = |level: &str| {
        fs::write(folder.path().join(".initlint.yaml"), format!("rules: {{forbidden-probe: {level}}}\n"))
    };
    fs::write(folder.path().join("a.yaml"), pod("a")).unwrap();
    config("warning").unwrap();
    assert_eq!(run(folder.path(), &["--write-baseline", "base.json"]).0, 0);
    for (level, status) in [("info", 0), ("warning", 0), ("error", 1)] {
        config(level).unwrap();
        let (found, out, err) = run(folder.path(), &["--baseline", "base.json", "--fail-on", "info"]);
        assert_eq!(found, status, "{level}: {out}");
        let note = "note: 1 finding is more severe than in the baseline\n";
        assert_eq!(err.contains(note), status == 1, "{level}: {err}");
    }
}

#[test]
fn a_renamed_file_keeps_its_entries_where_no_other_may_be_meant() {
    let folder = folder(&[("a.yaml", &pod("a")), ("b.yaml", &pod("b"))]);
    let write = || assert_eq!(run(folder.path(), &["--write-baseline", "base.json"]).0, 0);
    let rename = |from: &str, to: &str| {
        fs::create_dir_all(folder.path().join(to).parent().unwrap()).unwrap();
        fs::rename(folder.path().join(from), folder.path().join(to)).unwrap();
    };
    write();
    rename("a.yaml", "deep/new.yaml");
    let (status, _, err) = run(folder.path(), &["--baseline", "base.json"]);
    assert!(status == 0 && err.contains("; 2 in the baseline") && !err.contains("stale"), "{err}");
    write();
    let text = fs::read_to_string(folder.path().join("base.json")).unwrap();
    assert!(text.contains("deep/new.yaml") && !text.contains("a.yaml"), "{text}");
    // Of two files that are alike neither is known to be the other.
    fs::write(folder.path().join("c.yaml"), pod("b")).unwrap();
    write();
    rename("b.yaml", "x.yaml");
    rename("c.yaml", "y.yaml");
    assert_eq!(run(folder.path(), &["--baseline", "base.json"]).1.lines().count(), 2);
    // A copy is a new file.
    write();
    fs::write(folder.path().join("z.yaml"), pod("a")).unwrap();
    assert_eq!(run(folder.path(), &["--baseline", "base.json"]).1.lines().count(), 1);
}

#[cfg(unix)]
#[test]
fn file_names_that_are_no_text_are_told_apart() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let folder = folder(&[]);
    let path = |byte: u8| folder.path().join(OsStr::from_bytes(&[b'a', byte, b'.', b'y', b'a', b'm', b'l']));
    fs::write(path(0xff), pod("a")).unwrap();
    assert_eq!(run(folder.path(), &["--write-baseline", "base.json"]).0, 0);
    let (status, _, err) = run(folder.path(), &["--baseline", "base.json"]);
    assert!(status == 0 && !err.contains("stale"), "{err}");
    fs::write(path(0xfe), pod("a")).unwrap();
    let (status, out, _) = run(folder.path(), &["--baseline", "base.json"]);
    assert_eq!((status, out.lines().count()), (1, 1), "{out}");
    assert!(out.starts_with("a\\xFE.yaml:"), "{out}");
}

/// A baseline as it was written before fields and severities were part of it.
#[test]
fn a_baseline_of_schema_1_is_read_and_written_anew() {
    let folder = folder(&[("a.yaml", &pod("a")), ("b.yaml", &pod("b"))]);
    let old = r#"{"schema": 1, "findings": {
        "a.yaml": {"forbidden-probe": {"a558f84372fa227b": "Pod a, container seed"}},
        "b.yaml": {"forbidden-probe": {"e0c761355aa9b5c6": "Pod b, container seed"}}
    }}"#;
    fs::write(folder.path().join("base.json"), old).unwrap();
    let (status, _, err) = run(folder.path(), &["--baseline", "base.json"]);
    assert!(status == 0 && err.contains("; 2 in the baseline") && !err.contains("stale"), "{err}");
    // What isn't looked at keeps its old name.
    let (_, _, err) = run(folder.path(), &["--write-baseline", "base.json", "a.yaml"]);
    assert!(err.contains("1 finding written to base.json; 1 kept"), "{err}");
    let text = fs::read_to_string(folder.path().join("base.json")).unwrap();
    assert!(
        text.contains("\"schema\": 2")
            && text.contains("e0c761355aa9b5c6")
            && !text.contains("a558f84372fa227b"),
        "{text}"
    );
    assert_eq!(run(folder.path(), &["--baseline", "base.json"]).0, 0);
}

#[test]
fn a_config_file_names_the_baseline() {
    let folder = folder(&[
        (".initlint.yaml", "baseline: known.json\n"),
        ("a.yaml", &pod("a")),
        ("k8s/b.yaml", &pod("b")),
    ]);
    let (status, _, err) = run(folder.path(), &[]);
    assert_eq!(status, 2);
    assert!(err.contains("known.json: no such baseline; make it with --write-baseline known.json"), "{err}");
    assert_eq!(run(folder.path(), &["--write-baseline", "known.json"]).0, 0);
    assert_eq!(run(folder.path(), &[]).0, 0);
    // From the config file's folder, wherever one is.
    let (status, _, err) = run(&folder.path().join("k8s"), &[]);
    assert!(status == 0 && err.contains("; 1 in the baseline"), "{err}");
    assert_eq!(run(folder.path(), &["--no-baseline"]).1.lines().count(), 2);
    fs::write(folder.path().join("none.json"), r#"{"schema": 2, "findings": {}}"#).unwrap();
    assert_eq!(run(folder.path(), &["--baseline", "none.json"]).1.lines().count(), 2);
    assert_eq!(run(folder.path(), &["--describe"]).0, 0);
}

/// Forms that show one place of a finding name the others.
#[test]
fn every_place_of_a_finding_is_named() {
    let folder =
        folder(&[("a.yaml", &images(&[("a", "busybox"), ("b", "busybox:latest"), ("c", "alpine")]))]);
    let (_, out, _) = run(folder.path(), &[]);
    assert!(out.contains(" (likewise at 7:22, 8:22)\n"), "{out}");
    let (_, out, _) = run(folder.path(), &["--format", "github"]);
    assert!(out.contains(" (likewise at 7:22, 8:22)"), "{out}");
}
