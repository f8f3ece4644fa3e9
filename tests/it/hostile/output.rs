//! Text that means something to whoever reads the output.

use std::fs;

use serde_json::Value;

use crate::support::binary::run;

/// What agents of CI systems act on, or what no one sees.
const NAMES: [&str; 9] = [
    "##vso[task.prependpath]/work/evil",
    "##VSO[task.setvariable variable=x]y",
    "##teamcity[setParameter name='x']",
    "##[add-mask]secret",
    "###[add-matcher]x",
    "a\u{ad}b\u{3164}c\u{2800}d\u{e0041}e\u{200c}f\u{feff}g",
    "\u{202e}gpj.sh",
    "user@evil.example @team",
    "a\u{2800}\u{200c}b\u{3164}\u{fe0f}c",
];

const FORMATS: [&str; 8] = ["pretty", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown"];

fn is_command(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.contains("##vso[") || text.contains("##teamcity[") || text.contains("##[a")
}

fn is_hidden(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{3164}' | '\u{2800}' | '\u{e0041}' | '\u{200c}' | '\u{feff}' | '\u{202e}' | '\u{fe0f}'
    )
}

#[test]
fn no_format_commands_an_agent_or_hides_text() {
    for name in NAMES {
        let folder = tempfile::tempdir().unwrap();
        let file = format!("{}.yaml", name.replace('/', "_"));
        let quoted = serde_json::to_string(name).unwrap();
        let pod = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: {quoted}}}\nspec:\n  initContainers:\n  - name: {quoted}\n    \
             image: {quoted}\n    livenessProbe: {{}}\n    {quoted}: 1\n  containers: [{{name: a, image: 'b:1'}}]\n"
        );
        fs::write(folder.path().join(&file), pod).unwrap();
        fs::write(folder.path().join(format!("bad-{file}")), "kind: Pod\ninitContainers: 'x\n").unwrap();
        fs::write(
            folder.path().join(format!("shown-{file}")),
            format!("kind: Pod\ninitContainers: *{name}\n"),
        )
        .unwrap();
        for format in FORMATS {
            let output = format!("--output-file={format}=out");
            let (_, out, err) = run(folder.path(), &["--no-config", "--format", format, &output, "."]);
            let written = fs::read_to_string(folder.path().join("out")).unwrap();
            for text in [&out, &err, &written] {
                assert!(!is_command(text), "{format} {name:?}\n{text}");
                assert!(!text.contains(is_hidden), "{format} {name:?}\n{text}");
            }
            if format == "json" {
                let report: Value = serde_json::from_str(&out).unwrap();
                let of = |finding: &Value| finding["resource"]["name"] == *name;
                assert!(report["findings"].as_array().unwrap().iter().any(of), "{out}");
            }
            if format == "markdown" {
                assert!(!out.contains("&#64;e") && !out.contains("@e"), "{out}");
            }
        }
        let (_, out, err) = run(folder.path(), &["--no-config", "--describe", "--format", "json", "."]);
        assert!(!is_command(&out) && !is_command(&err) && !out.contains(is_hidden), "{out}{err}");
        assert!(serde_json::from_str::<Value>(&out).is_ok(), "{out}");
        for format in ["--format", "--min-severity", "--output-file"] {
            let (_, _, err) = run(folder.path(), &[&format!("{format}={name}")]);
            assert!(!is_command(&err) && !err.contains(is_hidden), "{err}");
        }
    }
}

#[test]
fn a_diff_hides_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let pod = "apiVersion: v1\r\nkind: Pod\r\nmetadata: {name: p}\r\nspec:\r\n  initContainers:\r\n  - name: i\r\n    \
               image: 'b:1' # \t\u{202e}x\r\n    livenessProbe: {}\r\n  containers: [{name: a, image: 'b:1'}]\r\n";
    fs::write(folder.path().join("a.yaml"), pod).unwrap();
    let (status, out, _) = run(folder.path(), &["--no-config", "--diff", "a.yaml"]);
    assert_eq!(status, 1);
    let context = "     image: 'b:1' # \t\u{fffd}x\r\n-    livenessProbe: {}\r\n";
    assert!(out.contains(context), "{out:?}");
}

#[test]
fn what_the_configuration_holds_is_shown_safely() {
    let folder = tempfile::tempdir().unwrap();
    let config =
        "exclude: [\"\\x9b31m\", \"\\u202e.yaml\", \"##vso[task.prependpath]/evil\", \"\\U000e0041\"]\n";
    fs::write(folder.path().join(".initlint.yaml"), config).unwrap();
    let (status, out, _) = run(folder.path(), &["--dump-config"]);
    assert_eq!(status, 0);
    assert!(!is_command(&out) && !out.contains(is_hidden) && !out.contains('\u{9b}'), "{out}");
    assert!(
        out.contains("\\u009b31m") && out.contains("\\u202e.yaml") && out.contains("\\udb40\\udc41"),
        "{out}"
    );
}

#[test]
fn a_configuration_has_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let many = |count: usize| "- 'a*b*c*/**/x*y*z?'\n".repeat(count);
    let long = format!("exclude: ['{}']\n", "a*".repeat(600));
    for (config, message) in [
        (format!("exclude:\n{}", many(2000)), "a list has at most 1000 globs"),
        (format!("overrides:\n{}", "- paths: [a]\n".repeat(6000)), "at most 5000 items"),
        (long, "a glob has at most 1024 bytes"),
        (format!("exclude: []\n{}", "# x\n".repeat(300_000)), "larger than 1 MiB"),
    ] {
        fs::write(folder.path().join(".initlint.yaml"), config).unwrap();
        let (status, _, err) = run(folder.path(), &["--dump-config"]);
        assert_eq!(status, 2);
        assert!(err.contains(message), "{err}");
    }
}

#[test]
fn a_configuration_shows_some_of_many_mistakes() {
    let folder = tempfile::tempdir().unwrap();
    let keys: String = (0..5000).map(|n| format!("k{n}: 1\n")).collect();
    fs::write(folder.path().join(".initlint.yaml"), keys).unwrap();
    let (status, _, err) = run(folder.path(), &["--dump-config"]);
    assert!(status == 2 && err.contains("has 5000 mistakes") && err.len() < 100_000, "{}", err.len());
}

#[test]
fn a_malformed_baseline_starts_no_line_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("b.json"), "{\"schema\": 1, \"a\\n::error::b\": {}}").unwrap();
    let (status, _, err) = run(folder.path(), &["--baseline=b.json"]);
    assert_eq!(status, 2);
    assert!(!err.contains("\n::") && err.lines().count() == 1, "{err}");
}

#[cfg(unix)]
#[test]
fn a_report_is_not_written_through_a_link_to_another_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = |path: &str| folder.path().join(path);
    fs::create_dir(path("repo")).unwrap();
    fs::write(path(".bashrc"), "mine\n").unwrap();
    std::os::unix::fs::symlink("../.bashrc", path("repo/out.sarif")).unwrap();
    let (status, _, err) = run(&path("repo"), &["--output-file=sarif=out.sarif", "."]);
    assert_eq!(status, 2);
    assert!(err.contains("a link leads to a file in another folder"), "{err}");
    assert_eq!(fs::read_to_string(path(".bashrc")).unwrap(), "mine\n");
    std::os::unix::fs::symlink("..", path("repo/reports")).unwrap();
    for option in ["--output-file=json=reports/x.json", "--write-baseline=reports/x.json"] {
        let (status, _, err) = run(&path("repo"), &[option, "."]);
        assert!(status == 2 && err.contains("a link leads out of the working folder"), "{err}");
        assert!(!path("x.json").exists());
    }
    assert_eq!(run(&path("repo"), &["--output-file=json=../x.json", "."]).0, 0, "named as it is");
    let twice = ["--output-file=json=a.json", "--output-file=sarif=./a.json", "."];
    let (status, _, err) = run(&path("repo"), &twice);
    assert!(status == 2 && err.contains("two outputs are to go there"), "{err}");
}

/// Rust's runtime has opened `/dev/null` by then: nobody reads the report, and the exit status is right.
#[cfg(unix)]
#[test]
fn a_closed_standard_output_leaves_the_exit_status() {
    let folder = tempfile::tempdir().unwrap();
    let status = |pod: &str, closed: &str| {
        fs::write(folder.path().join("a.yaml"), pod).unwrap();
        let command = format!("exec \"$0\" --no-config a.yaml {closed}");
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &command, env!("CARGO_BIN_EXE_initlint")]).current_dir(folder.path());
        shell.output().unwrap().status.code()
    };
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers: [{name: a, image: 'b:1'}]\n  \
               initContainers: [{name: i, image: IMAGE}]\n";
    for closed in [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"] {
        assert_eq!(status(&pod.replace("IMAGE", "busybox"), closed), Some(1), "{closed}");
        assert_eq!(status(&pod.replace("IMAGE", "'busybox:1.36'"), closed), Some(0), "{closed}");
        assert_eq!(status("kind: Pod\nspec: {initContainers: [\n", closed), Some(1), "{closed}");
    }
}
