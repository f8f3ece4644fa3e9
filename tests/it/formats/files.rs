//! `--output-file`, as a user runs it.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::support::binary::{self, command, run};

const BAD: &str = "apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  initContainers:
  - {name: seed, image: \"x:1\", livenessProbe: {exec: {command: [a]}}}
  containers:
  - {name: web, image: \"x:1\"}
";

fn folder() -> tempfile::TempDir {
    binary::folder(&[("bad.yaml", BAD)])
}

/// The names in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn several_reports_are_written_beside_the_shown_one() {
    let folder = folder();
    let formats = ["pretty", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown"];
    let outputs: Vec<String> =
        formats.iter().map(|format| format!("--output-file={format}=out.{format}")).collect();
    let mut args: Vec<&str> = outputs.iter().map(String::as_str).collect();
    args.extend(["--format", "concise", "--color", "always", "bad.yaml"]);
    fs::write(folder.path().join("out.sarif"), "old".repeat(100_000)).unwrap();
    let (status, out, err) = run(folder.path(), &args);
    assert_eq!(status, 1, "{err}");
    assert!(out.contains("bad.yaml:6:32") && out.contains('\u{1b}'), "{out}");
    for format in formats {
        let text = fs::read_to_string(folder.path().join(format!("out.{format}"))).unwrap();
        assert!(text.contains("forbidden-probe") && !text.contains('\u{1b}'), "{format}: {text}");
        let alone = run(folder.path(), &["--format", format, "--quiet", "bad.yaml"]).1;
        if format != "pretty" {
            assert_eq!(text, alone, "{format}");
        }
    }
    assert_eq!(names(folder.path()).len(), formats.len() + 1, "no file is left over");
}

#[test]
fn what_cannot_be_written_is_said_before_any_work() {
    let folder = folder();
    fs::create_dir(folder.path().join("folder")).unwrap();
    for (args, words) in [
        (vec!["--output-file=sarif=gone/out.sarif"], "there is no folder gone"),
        (vec!["--output-file=json=ok.json", "--output-file=sarif=gone/out.sarif"], "there is no folder gone"),
        (vec!["--output-file=json=folder"], "it is a folder"),
        (vec!["--output-file=json=a", "--output-file=sarif=a"], "two outputs"),
        (vec!["--write-baseline=a", "--output-file=sarif=a"], "two outputs"),
        (vec!["--write-baseline=gone/base.json"], "there is no folder gone"),
        (vec!["--output-file=csv=a"], "no format is called `csv`; the formats are pretty, concise, json"),
        (vec!["--output-file=sarif"], "FORMAT=PATH"),
        (vec!["--output-file=sarif="], "the path is missing"),
        (vec!["--output-file=sarif=-"], "--format"),
        (vec!["--output-file=sarif=a", "--describe"], "cannot be used with"),
    ] {
        let (status, out, err) = run(folder.path(), &[args.as_slice(), &["bad.yaml"]].concat());
        assert_eq!((status, out.as_str()), (2, ""), "{args:?}");
        assert!(err.contains(words), "{args:?}: {err}");
    }
    assert_eq!(names(folder.path()), ["bad.yaml", "folder"]);
}

#[test]
fn equals_signs_may_stand_in_the_path() {
    let folder = folder();
    assert_eq!(run(folder.path(), &["--output-file=json=a=b.json", "bad.yaml"]).0, 1);
    let text = fs::read_to_string(folder.path().join("a=b.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["schema"], 1);
}

#[cfg(unix)]
#[test]
fn links_devices_and_permissions_stay_what_they_are() {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};

    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("target"), "old").unwrap();
    fs::set_permissions(path("target"), fs::Permissions::from_mode(0o646)).unwrap();
    symlink("target", path("link")).unwrap();
    assert_eq!(run(folder.path(), &["--output-file=json=link", "bad.yaml"]).0, 1);
    assert!(fs::symlink_metadata(path("link")).unwrap().is_symlink());
    let target = fs::metadata(path("target")).unwrap();
    assert!(target.len() > 100 && target.permissions().mode() & 0o777 == 0o646, "{target:?}");

    assert_eq!(run(folder.path(), &["--output-file=json=/dev/null", "bad.yaml"]).0, 1);
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    let (status, out, err) =
        run(folder.path(), &["--output-file=json=/dev/stdout", "--format=gitlab", "bad.yaml"]);
    assert_eq!((status, out.contains("\"schema\": 1"), out.contains("check_name")), (1, true, true), "{err}");

    fs::write(path("new"), "").unwrap();
    let usual = fs::metadata(path("new")).unwrap().permissions().mode();
    assert_eq!(run(folder.path(), &["--output-file=json=fresh", "bad.yaml"]).0, 1);
    assert_eq!(fs::metadata(path("fresh")).unwrap().permissions().mode(), usual);
}

#[test]
fn a_file_is_written_also_where_the_reader_of_the_output_goes_away() {
    let folder = folder();
    let mut child = command(folder.path(), &["--output-file=json=out.json", "bad.yaml"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    child.wait().unwrap();
    assert!(fs::metadata(folder.path().join("out.json")).unwrap().len() > 100);
}

#[test]
fn what_gitlab_s_form_cannot_tell_is_told_beside_it() {
    let folder = folder();
    fs::write(folder.path().join("latin1.yaml"), b"apiVersion: v1\nkind: ConfigMap\ndata: {a: caf\xe9}\n")
        .unwrap();
    let (status, out, err) = run(folder.path(), &["--format", "gitlab", "bad.yaml", "latin1.yaml"]);
    assert_eq!((status, serde_json::from_str::<Value>(&out).unwrap().as_array().unwrap().len()), (2, 1));
    assert!(err.starts_with("error: latin1.yaml:3: not valid UTF-8"), "{err}");
}

#[test]
fn reports_in_the_linted_folder_are_no_manifests() {
    let folder = folder();
    let args =
        ["--output-file=json=out.json", "--output-file=sarif=out.sarif.json", "--write-baseline=base.json"];
    let first = run(folder.path(), &[args.as_slice(), &["--format=gitlab"]].concat());
    let second = run(folder.path(), &["--format=json", "--baseline=base.json", "--omit-suppressed"]);
    assert_eq!((first.0, second.0), (0, 0), "{}{}", first.2, second.2);
    let report: Value = serde_json::from_str(&second.1).unwrap();
    assert_eq!((&report["summary"]["baselined"], &report["summary"]["error"]), (&1.into(), &0.into()));
}

#[test]
fn suppressions_in_the_source_reach_the_reports() {
    let folder = folder();
    let reason = "# initlint: ignore[forbidden-probe] the image ]]> <b>needs</b> it\n  - {name: seed";
    fs::write(folder.path().join("bad.yaml"), BAD.replace("- {name: seed", reason)).unwrap();
    let read = |args: &[&str]| -> Value { serde_json::from_str(&run(folder.path(), args).1).unwrap() };
    let log = read(&["--format=sarif"]);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let justification = results[0]["suppressions"][0]["justification"].as_str().unwrap();
    assert_eq!((results.len(), justification), (1, "the image ]]> <b>needs</b> it"));
    let log = read(&["--format=sarif", "--omit-suppressed"]);
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 0);
    let xml = run(folder.path(), &["--format=junit"]).1;
    let document = roxmltree::Document::parse(&xml).unwrap();
    let skipped = document.descendants().find(|node| node.has_tag_name("skipped")).unwrap();
    assert_eq!(skipped.attribute("message"), Some("the image ]]> <b>needs</b> it"));
}

#[test]
fn services_are_told_paths_from_the_checkout() {
    let folder = binary::folder(&[("k8s/web/bad.yaml", BAD)]);
    let root = fs::canonicalize(folder.path()).unwrap();
    for variable in ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"] {
        for path in ["web/bad.yaml", "../k8s/web", root.join("k8s").to_str().unwrap()] {
            let read = |format: &str| {
                let mut command = command(&root.join("k8s"), &["--format", format, path]);
                binary::read(command.env(variable, &root).output().unwrap()).1
            };
            assert!(read("github").starts_with("::error file=k8s/web/bad.yaml,"), "{}", read("github"));
            for format in ["sarif", "gitlab", "junit"] {
                assert!(read(format).contains("\"k8s/web/bad.yaml\""), "{}", read(format));
            }
            // People and scripts see what they wrote.
            assert!(path.starts_with("../") || read("concise").starts_with(path), "{}", read("concise"));
        }
    }
}
