//! `--output-file`, as a user runs it.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

const BAD: &str = "apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  initContainers:
  - {name: seed, image: \"x:1\", livenessProbe: {exec: {command: [a]}}}
  containers:
  - {name: web, image: \"x:1\"}
";

fn run(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_initlint"))
        .current_dir(folder)
        .args(args)
        .env_clear()
        .env("LANG", "C.UTF-8")
        .output()
        .unwrap();
    let string = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), string(output.stdout), string(output.stderr))
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bad.yaml"), BAD).unwrap();
    folder
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
    fs::set_permissions(path("target"), fs::Permissions::from_mode(0o640)).unwrap();
    symlink("target", path("link")).unwrap();
    assert_eq!(run(folder.path(), &["--output-file=json=link", "bad.yaml"]).0, 1);
    assert!(fs::symlink_metadata(path("link")).unwrap().is_symlink());
    let target = fs::metadata(path("target")).unwrap();
    assert!(target.len() > 100 && target.permissions().mode() & 0o777 == 0o640, "{target:?}");

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
    use std::process::Stdio;

    let folder = folder();
    let mut child = Command::new(env!("CARGO_BIN_EXE_initlint"))
        .current_dir(folder.path())
        .args(["--output-file=json=out.json", "bad.yaml"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    child.wait().unwrap();
    assert!(fs::metadata(folder.path().join("out.json")).unwrap().len() > 100);
}
