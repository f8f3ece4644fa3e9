//! The built binary, as a user runs it.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use initlint::rules;
use tempfile::TempDir;

const BAD: &str = "apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  initContainers:
  - name: seed
    image: registry.example/seed:1.0
    livenessProbe: {tcpSocket: {port: 80}}
  containers:
  - {name: web, image: \"nginx:1.27\"}
";

const GOOD: &str = "apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  initContainers:
  - {name: seed, image: \"registry.example/seed:1.0\"}
  containers:
  - {name: web, image: \"nginx:1.27\"}
";

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_initlint"));
    command.current_dir(folder).args(args).env_clear().env("LANG", "C.UTF-8");
    command
}

fn run(folder: &Path, args: &[&str]) -> (i32, String, String) {
    text(command(folder, args).output().unwrap())
}

fn text(output: Output) -> (i32, String, String) {
    let string = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), string(output.stdout), string(output.stderr))
}

fn run_with_input(folder: &Path, args: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut child = command(folder, args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    text(child.wait_with_output().unwrap())
}

#[test]
fn exit_status_tells_findings_from_failures() {
    let folder = folder(&[("bad.yaml", BAD.as_bytes()), ("good.yaml", GOOD.as_bytes())]);
    let status = |args: &[&str]| run(folder.path(), args).0;
    assert_eq!(status(&["good.yaml"]), 0);
    assert_eq!(status(&["bad.yaml"]), 1);
    assert_eq!(status(&[]), 1);
    assert_eq!(status(&["--fail-on", "never", "bad.yaml"]), 0);
    assert_eq!(status(&["--ignore", "forbidden-probe", "bad.yaml"]), 0);
    assert_eq!(status(&["--select", "active-deadline-on-non-job", "bad.yaml"]), 0);
    assert_eq!(status(&["bad.yaml", "missing.yaml"]), 2, "2 wins over 1");
    assert_eq!(status(&["--fail-on", "never", "missing.yaml"]), 2);
    assert_eq!(status(&["--no-such-flag"]), 2);
    assert_eq!(status(&["--select", "no-such-rule"]), 2);
    assert_eq!(status(&["--select", "forbidden-probe", "--ignore", "forbidden-probe"]), 2, "nothing is left");
    assert_eq!(status(&["--select", "rerun", "--ignore", "non-idempotent-write"]), 0);
    assert_eq!(status(&["--kubernetes-version", "0.9"]), 2);
    assert_eq!(status(&["--explain", "no-such-rule"]), 2);
}

#[test]
fn concise_is_one_line_for_each_finding() {
    let folder = folder(&[("한글 폴더/bad.yaml", BAD.as_bytes())]);
    let (_, out, err) = run(folder.path(), &["--format", "concise"]);
    assert_eq!(out.lines().count(), 1, "{out}");
    assert!(
        out.starts_with("한글 폴더/bad.yaml:8:5: error[forbidden-probe]: init container `seed` has"),
        "{out}"
    );
    assert!(out.ends_with(" (fixable)\n"), "{out}");
    assert_eq!(err, "1 error in 1 file, 1 Pod spec\n1 fixable with --fix\n");
}

#[test]
fn folders_globs_and_standard_input_are_read() {
    let folder = folder(&[
        ("a/bad.yaml", BAD.as_bytes()),
        ("a/deep/er/bad.yml", BAD.as_bytes()),
        ("a/bad.json", b"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"initContainers\":[{\"name\":\"i\",\"image\":\"x:1\",\"lifecycle\":{}}],\"containers\":[{\"name\":\"c\",\"image\":\"x:1\"}]}}"),
        ("a/notes.txt", BAD.as_bytes()),
        ("a/left-out/bad.yaml", BAD.as_bytes()),
        (".gitignore", b"left-out/\n"),
    ]);
    let paths = |args: &[&str]| -> Vec<String> {
        let (_, out, err) = run(folder.path(), &[&["--format", "concise"], args].concat());
        let lines = out.lines().map(|line| line.split(':').next().unwrap().to_owned());
        let lines: Vec<String> = lines.collect();
        assert!(!lines.is_empty(), "{err}");
        lines
    };
    assert_eq!(paths(&[]), ["a/bad.json", "a/bad.yaml", "a/deep/er/bad.yml"]);
    assert_eq!(paths(&["./a"]), ["a/bad.json", "a/bad.yaml", "a/deep/er/bad.yml"]);
    assert_eq!(paths(&["a", "a/bad.yaml"]), ["a/bad.json", "a/bad.yaml", "a/deep/er/bad.yml"], "each once");
    assert_eq!(paths(&["a/*.yaml"]), ["a/bad.yaml"]);
    assert_eq!(paths(&["a/**/*.y*ml"]), ["a/bad.yaml", "a/deep/er/bad.yml"]);
    assert_eq!(paths(&["a/notes.txt"]), ["a/notes.txt"], "named files are read whatever they are called");
    assert_eq!(paths(&["--no-ignore", "a/left-out"]), ["a/left-out/bad.yaml"]);
    assert_eq!(paths(&["--exclude", "a/deep", "--exclude", "*/*.json"]), ["a/bad.yaml"]);
    let (status, out, _) = run_with_input(folder.path(), &["-", "--format", "concise"], BAD.as_bytes());
    assert_eq!((status, &out[..12]), (1, "<stdin>:8:5:"));
    let args = ["-", "--format", "concise", "--stdin-filename", "web.yaml"];
    assert!(run_with_input(folder.path(), &args, BAD.as_bytes()).1.starts_with("web.yaml:8:5:"));
    let args = ["--files-from", "-", "--format", "concise"];
    assert!(run_with_input(folder.path(), &args, b"a/bad.yaml\n").1.starts_with("a/bad.yaml:8:5:"));
}

#[test]
fn what_cannot_be_checked_is_named_and_the_rest_is_linted() {
    let folder = folder(&[
        ("bad.yaml", BAD.as_bytes()),
        ("latin1.yaml", b"apiVersion: v1\nkind: ConfigMap\ndata: {a: caf\xe9}\n"),
        ("empty.yaml", b""),
        ("syntax.yaml", b"spec:\n  initContainers:\n  - name: 'x\n"),
        ("elsewhere.yaml", b"apiVersion: v1\nkind: ConfigMap\ndata: 'x\n"),
        ("bomb.yaml", bomb().as_bytes()),
        ("deep.yaml", format!("initContainers: {}", "[".repeat(10_000)).as_bytes()),
        ("nothing/readme.md", b"# no manifest"),
    ]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere", folder.path().join("broken.yaml")).unwrap();
        std::os::unix::fs::symlink("loop.yaml", folder.path().join("loop.yaml")).unwrap();
        std::os::unix::fs::symlink("..", folder.path().join("nothing/up")).unwrap();
    }
    let (status, out, err) = run(folder.path(), &["--format", "concise"]);
    assert_eq!(status, 2, "{out}{err}");
    for part in [
        "bad.yaml:8:5: error[forbidden-probe]",
        "syntax.yaml:3:11: error[invalid-yaml]",
        "error: latin1.yaml:3: not valid UTF-8, which kubectl wants; convert it: iconv -f WINDOWS-1252 -t UTF-8",
        "error: bomb.yaml:7: aliases add more than 1000000 nodes",
        "error: deep.yaml:1: maps and lists nest deeper than 255 levels",
    ] {
        assert!(out.contains(part), "{part} is missing in\n{out}");
    }
    assert!(!out.contains("empty.yaml") && !out.contains("elsewhere.yaml"), "{out}");
    for part in [
        "broken.yaml: a broken symbolic link: no such file or folder",
        "loop.yaml: a broken symbolic link: a loop of symbolic links",
    ] {
        assert!(err.contains(part) && !out.contains(part), "{part} is missing in\n{err}");
    }
    let (status, out, _) = run(folder.path(), &["broken.yaml"]);
    assert_eq!((status, out.contains("broken.yaml: no such file or folder")), (2, true), "{out}");
    assert!(err.contains("nothing/up: a link to a folder above it (a loop) is not followed"), "{err}");
    let (status, out, _) = run(folder.path(), &["elsewhere.yaml", "--format", "concise"]);
    assert_eq!(
        (status, out.contains("invalid-yaml")),
        (1, true),
        "an object in a file that is named is parsed"
    );
    let (status, _, err) = run(folder.path(), &["nothing"]);
    assert_eq!(status, 0);
    assert!(err.contains("note: nothing: no .yaml") && !err.contains("no findings"), "{err}");
}

/// Nine aliases to nine aliases to …
fn bomb() -> String {
    let levels = (1..12).map(|level| {
        let list = vec![format!("*a{}", level - 1); 9].join(", ");
        format!("a{level}: &a{level} [{list}]\n")
    });
    let lines: Vec<String> = levels.collect();
    format!("a0: &a0 [x]\n{}initContainers: *a11\n", lines.concat())
}

#[test]
fn helm_templates_that_cannot_be_read_are_named_not_errors() {
    let open = "kind: Pod\napiVersion: v1\n{{- if .Values.on }}\nspec:\n  initContainers: []\n";
    let torn = "apiVersion: v1\nkind: Pod\nspec:\n  initContainers:\n  - name: {{ .Values.name }}\n    image: x: 1\n";
    let folder = folder(&[("chart/a.yaml", open.as_bytes()), ("chart/b.yaml", torn.as_bytes())]);
    let (status, out, err) = run(folder.path(), &[]);
    assert_eq!((status, out.as_str()), (0, ""), "{err}");
    let skipped = "skipped 2 Helm templates (chart/a.yaml:3: this block has no `end`, chart/b.yaml:6: this `:` stands where no value can start)";
    assert!(err.contains(skipped), "{err}");
    assert!(!err.contains("helm template") && !err.contains("no findings"), "there is no chart: {err}");
    std::fs::write(folder.path().join("chart/Chart.yaml"), "name: a\n").unwrap();
    std::fs::create_dir(folder.path().join("chart/templates")).unwrap();
    std::fs::write(folder.path().join("chart/templates/c.yaml"), open).unwrap();
    let (.., err) = run(folder.path(), &[]);
    assert!(err.contains("to lint those of a chart: helm template chart | initlint -"), "{err}");
    let (.., err) = run(&folder.path().join("chart"), &["templates"]);
    assert!(err.contains("to lint it: helm template . | initlint -"), "{err}");
}

/// What `sed`, Jinja or `FreeMarker` fill in is no template of Helm's.
#[test]
fn templates_of_other_tools_are_called_so() {
    let head = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  initContainers:\n";
    let texts = [
        format!("{head}  - name: %NAME%\n"),
        format!("{head}  - name: {{name}}-a\n    x: 1: 2\n"),
        format!("{head}  {{% for a in b %}}\n  - name: {{{{ a }}}}\n  {{% endfor %}}\n"),
        format!("{head}<#list a as b>\n  - name: ${{b}}\n</#list>\n"),
    ];
    for text in &texts {
        let (status, out, err) = run(folder(&[("a.yaml", text.as_bytes())]).path(), &[]);
        assert_eq!((status, out.as_str()), (0, ""), "{text}{err}");
        assert!(err.contains("skipped 1 template of another tool (a.yaml:"), "{text}{err}");
    }
    let [first, second, ..] = &texts;
    let helm = format!("{head}  - name: {{{{ .Values.name }}}}\n    x: 1: 2\n");
    let files = [("a.yaml", first.as_bytes()), ("b.yaml", second.as_bytes()), ("c.yaml", helm.as_bytes())];
    let (.., err) = run(folder(&files).path(), &[]);
    let both =
        err.contains("skipped 2 templates of other tools (") && err.contains("skipped 1 Helm template (c");
    assert!(both, "{err}");
}

/// Each is a manifest only together with what another file holds.
#[test]
fn parts_of_templates_are_named() {
    let head = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  initContainers:\n";
    for (text, line) in [
        (format!("{head}{{{{ include \"list\" . }}}}\n      image: a:1\n"), 7),
        (
            head.replace(":\n  init", ":\n  a: b\n  init")
                .replace("Containers:", "Containers: {{ .Values.a }}")
                + "   - b\n",
            6,
        ),
        ("    - name: a\n      image: a:1\n  initContainers:\n{{ .Values.a }}\n".to_owned(), 3),
        (format!("{head}    - name: {{{{ .Values.a }}}}\n  {{{{ end }}}}\n"), 7),
    ] {
        for (files, path) in [
            (vec![("a.yaml", &*text)], "a.yaml"),
            (vec![("Chart.yaml", "name: a\n"), ("templates/a.yaml", &*text)], "templates/a.yaml"),
        ] {
            let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
            let (status, out, err) = run(folder(&files).path(), &[]);
            let named = format!("skipped 1 Helm template ({path}:{line}: ");
            assert!((status, out.as_str()) == (0, "") && err.contains(&named), "{text}{out}{err}");
        }
    }
}

/// A list of init containers that a template puts in is no part of one, and neither is what comes by name.
#[test]
fn what_a_template_puts_in_is_no_part() {
    for inits in [
        "  initContainers: {{ .Values.a }}\n",
        "  initContainers:\n{{ .Values.a | indent 4 }}\n",
        "  initContainers:\n    a:\n      image: {{ .Values.a }}\n    {{- toYaml .Values.b | nindent 4 }}\n",
    ] {
        let text = format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n{inits}  # the end\n");
        let (.., err) =
            run(folder(&[("Chart.yaml", b"name: a\n"), ("templates/a.yaml", text.as_bytes())]).path(), &[]);
        assert!(!err.contains("skipped"), "{text}{err}");
    }
}

#[test]
fn utf16_is_read_and_said_so() {
    let text: String = BAD.replace("web", "웹");
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let folder = folder(&[("wide.yaml", &bytes)]);
    let (status, out, _) = run(folder.path(), &["--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(status, 1);
    assert_eq!(json["findings"][0]["encoding"], "utf-16");
    assert_eq!(json["findings"][0]["span"]["start"]["line"], 8);
}

#[test]
fn json_has_the_promised_members() {
    let folder = folder(&[("bad.yaml", BAD.as_bytes())]);
    let (_, out, err) = run(folder.path(), &["--format", "json"]);
    assert_eq!(err, "");
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    insta::with_settings!({snapshot_path => "../../snapshots", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_json_snapshot!("cli@json", json, {".tool.version" => "[version]"});
    });
}

#[test]
fn colours_follow_flag_and_environment() {
    let folder = folder(&[("bad.yaml", BAD.as_bytes())]);
    let colored = |args: &[&str], env: &[(&str, &str)]| {
        let output = command(folder.path(), args).envs(env.iter().copied()).output().unwrap();
        output.stdout.contains(&0x1b)
    };
    assert!(!colored(&[], &[]), "a pipe");
    assert!(colored(&["--color", "always"], &[]));
    assert!(colored(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!colored(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn manifests_cannot_drive_the_terminal() {
    let evil = BAD.replace("name: seed", "name: \"se\\x1b[31med\" # \u{1b}[2J\u{9b}31m");
    let folder = folder(&[("evil.yaml", evil.as_bytes())]);
    for format in ["pretty", "concise"] {
        let (_, out, err) = run(folder.path(), &["--format", format]);
        assert!(!out.contains(['\u{1b}', '\u{9b}']) && !err.contains('\u{1b}'), "{out}");
    }
}

/// As GitHub's runner looks for commands in what a step prints.
fn holds_a_command(log: &str) -> bool {
    log.lines().any(|line| line.trim_start().starts_with("::") || line.contains("##[add-mask]"))
}

#[test]
fn manifests_and_config_files_cannot_command_the_runner() {
    let evil = BAD.replace("name: seed", "name: \"##[add-mask]seed\"");
    let evil = folder(&[("evil.yaml", evil.as_bytes())]);
    let config = folder(&[("bad.yaml", BAD.as_bytes()), (".initlint.yaml", b"'##[add-mask]bad': 1\n")]);
    for (folder, args, status) in [
        (&evil, vec!["--format", "pretty"], 1),
        (&evil, vec!["--format", "concise"], 1),
        (&evil, vec!["--describe"], 0),
        (&config, vec!["--format", "github"], 2),
        (&evil, vec!["##[add-mask]missing"], 2),
        (&evil, vec!["--format", "json", "--select", "##[add-mask]rule"], 2),
    ] {
        for is_log in [false, true] {
            let mut command = command(folder.path(), &args);
            if is_log {
                command.env("GITHUB_ACTIONS", "true");
            }
            let (code, out, err) = text(command.output().unwrap());
            assert_eq!(code, status, "{args:?} {err}");
            assert!(!holds_a_command(&format!("{out}{err}")), "{args:?} {out}{err}");
        }
    }
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let folder = folder(&[("many.yaml", format!("{BAD}---\n").repeat(2000).as_bytes())]);
    let mut child = command(folder.path(), &["--format", "concise"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(1), "what was found counts");
}

#[test]
fn nothing_is_written_over_a_manifest() {
    let folder = folder(&[("bad.yaml", BAD.as_bytes()), ("r.json", b"{}")]);
    let says = |args: &[&str], what: &str| {
        let (status, _, err) = run(folder.path(), args);
        assert!(status == 2 && err.contains(what), "{args:?}: {status} {err}");
        assert_eq!(fs::read_to_string(folder.path().join("bad.yaml")).unwrap(), BAD);
    };
    says(&["--write-baseline", "bad.yaml"], "bad.yaml:1:1: not a baseline");
    says(&["--output-file", "json=bad.yaml", "bad.yaml"], "it is one of the files to check");
    says(&["--output-file", "json=bad.yaml", "."], "it is one of the files to check");
    says(&["--write-baseline", "b.json", "bad.yaml", "absent.yaml"], "b.json was not written");
    assert!(!folder.path().join("b.json").exists());
    let (status, ..) = run(folder.path(), &["--output-file", "json=r.json", "."]);
    assert_eq!(status, 1, "a report may lie where it was written before");
}

#[test]
fn nothing_on_standard_input_is_no_success() {
    let folder = folder(&[]);
    let (status, out, _) = run_with_input(folder.path(), &["-"], b"");
    assert_eq!((status, out.contains("<stdin>: nothing came in")), (2, true), "{out}");
}

#[test]
fn a_folder_without_manifests_is_no_failure_and_a_path_that_is_not_there_is() {
    let folder = folder(&[("sub/readme.md", b"x"), ("plain/two.yaml", b"kind: Service\napiVersion: v1\n")]);
    let (status, _, err) = run(folder.path(), &["sub"]);
    assert_eq!(status, 0);
    assert!(err.starts_with("note: sub: no .yaml, .yml or .json file is in it\nnothing to check: "), "{err}");
    for paths in [["absent"], ["absent.yaml"], ["*.yml"]] {
        assert_eq!(run(folder.path(), &paths).0, 2, "{paths:?}");
    }
    // The same is counted whether a file is named or found, and no count is untrue.
    let pods =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c, image: \"x:1\"}]}\n";
    fs::write(folder.path().join("plain/pod.yaml"), pods).unwrap();
    let [found, named] = [["plain", "sub"], ["plain/pod.yaml", "plain/two.yaml"]]
        .map(|paths| run(folder.path(), &paths).2.lines().last().unwrap().to_owned());
    assert_eq!(found, named);
    assert!(found.ends_with("activeDeadlineSeconds in 2 files"), "{found}");
}

#[test]
fn a_folder_that_is_excluded_says_so() {
    let folder = folder(&[(".initlint.yaml", b"exclude: [old/]\n"), ("old/bad.yaml", BAD.as_bytes())]);
    let (status, _, err) = run(folder.path(), &["old"]);
    assert_eq!((status, err.contains("what is in it is excluded")), (0, true), "{err}");
    let named = ["old/bad.yaml", "--format", "concise"];
    assert_eq!(run(folder.path(), &named).0, 1, "a file that is named is checked");
}

/// What a package manager keeps of others is theirs to mend.
#[test]
fn the_files_of_others_are_passed_over_unless_they_are_named() {
    let folder = folder(&[
        ("vendor/modules.txt", b""),
        ("vendor/k8s.io/a/bad.yaml", BAD.as_bytes()),
        ("site/node_modules/a/bad.yaml", BAD.as_bytes()),
        ("chart/vendor/bad.yaml", BAD.as_bytes()),
    ]);
    let concise = ["--format", "concise"];
    let (status, out, err) = run(folder.path(), &concise);
    assert_eq!((status, out.lines().count()), (1, 1), "{out}");
    assert!(out.starts_with("chart/vendor/bad.yaml"), "{out}");
    for passed_over in ["vendor", "site/node_modules"] {
        assert!(err.contains(&format!("{passed_over}: the files of others are passed over")), "{err}");
        assert_eq!(run(folder.path(), &[&[passed_over], &concise[..]].concat()).0, 1, "{passed_over}");
    }
    assert_eq!(run(folder.path(), &[&["--no-ignore"], &concise[..]].concat()).1.lines().count(), 3);
}

#[test]
fn the_list_of_rules_comes_as_table_and_json() {
    let folder = folder(&[]);
    let (status, table, _) = run(folder.path(), &["--rules"]);
    assert!(status == 0 && table.lines().all(|line| line.chars().count() <= 80), "{table}");
    let (_, json, _) = run(folder.path(), &["--rules", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    for entry in json.as_array().unwrap() {
        let id = entry["id"].as_str().unwrap();
        assert!(table.contains(id));
        assert!(run(folder.path(), &["--explain", id]).1.starts_with(&format!("{id}\n")));
    }
    let (_, lines, _) = run(folder.path(), &["--rules", "--format", "concise"]);
    assert_eq!(lines.lines().count(), json.as_array().unwrap().len());
    assert_eq!(run(folder.path(), &["--rules", "--format", "sarif"]).0, 2);
    let narrow = command(folder.path(), &["--rules"]).env("COLUMNS", "20").output().unwrap();
    let narrow = String::from_utf8(narrow.stdout).unwrap();
    assert!(
        narrow.lines().take(9).filter(|line| line.starts_with("    ")).all(|line| line.len() <= 34),
        "{narrow}"
    );
}

#[test]
fn a_rule_is_explained_for_the_terminal_that_there_is() {
    let folder = folder(&[]);
    for (columns, id) in rules::ALL.iter().flat_map(|rule| [("40", rule.id), ("100", rule.id)]) {
        let told = command(folder.path(), &["--explain", id]).env("COLUMNS", columns).output().unwrap();
        let told = String::from_utf8(told.stdout).unwrap();
        let columns: usize = columns.parse().unwrap();
        // Code stands as it is written, and a word as it is spelt.
        let is_long = |line: &&str| {
            let text = line.trim_start();
            !line.starts_with("    ") && line.chars().count() > columns && text.contains(' ')
        };
        let long: Vec<&str> =
            told.lines().filter(is_long).filter(|line| !line.starts_with("error")).collect();
        assert!(long.iter().all(|line| line.contains("group ")), "{id}: {long:?}");
        for words in ["since ", &format!("initlint --ignore {id}\n"), &format!("ignore[{id}] "), "\nWhat\n"] {
            assert!(told.contains(words), "{id} lacks {words}: {told}");
        }
        assert!(!told.contains("```") && !told.lines().any(|line| line.starts_with('#')), "{told}");
    }
    let (_, json, _) = run(folder.path(), &["--explain", "oversized-init-request", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["group"], "resources");
    assert!(json["page"].as_str().unwrap().starts_with("# oversized-init-request\n"));
    assert_eq!(json["options"].as_array().unwrap().len(), 2);
    let (status, _, err) = run(folder.path(), &["--explain", "rerun"]);
    assert_eq!(status, 2);
    assert!(err.contains("`rerun` is a group: non-idempotent-write, non-idempotent-command\n"), "{err}");
    let page = run(folder.path(), &["--explain", "forbidden-probe", "--format", "markdown"]).1;
    assert!(page.starts_with("# forbidden-probe\n"));
    let (status, _, err) = run(folder.path(), &["--explain", "forbidden-probe", "--format", "sarif"]);
    assert_eq!((status, err.as_str()), (2, "error: --explain takes --format pretty, markdown or json\n"));
}

#[cfg(unix)]
#[test]
fn a_file_and_a_link_to_it_are_one_file() {
    let folder = folder(&[("bad.yaml", BAD.as_bytes())]);
    std::os::unix::fs::symlink("bad.yaml", folder.path().join("link.yaml")).unwrap();
    for named in [["bad.yaml", "link.yaml"], ["link.yaml", "bad.yaml"], ["link.yaml", "link.yaml"]] {
        let (_, out, err) = run(folder.path(), &[&named, ["--format", "concise"].as_slice()].concat());
        assert_eq!(out.lines().count(), 1, "{out}");
        assert!(err.contains("in 1 file"), "{err}");
    }
    let (_, out, err) = run(folder.path(), &["--format", "concise"]);
    assert!(out.starts_with("bad.yaml:") && out.lines().count() == 1, "{out}");
    assert!(err.contains("in 1 file"), "{err}");
    let (_, out, _) = run(folder.path(), &["link.yaml", "--format", "concise"]);
    assert!(out.starts_with("link.yaml:"), "it alone is named: {out}");
}

/// What one folder's kustomization or chart builds with a link isn't what the other's does with the file.
#[cfg(unix)]
#[test]
fn a_link_that_is_needed_by_its_name_is_read() {
    let files: [(&str, &[u8]); 3] = [
        ("base/web.yaml", BAD.as_bytes()),
        ("prod/kustomization.yaml", b"resources: [web.yaml]\n"),
        ("dev/kustomization.dev.yaml", b"resources: [../base/web.yaml]\n"),
    ];
    let folder = folder(&files);
    std::os::unix::fs::symlink("../base/web.yaml", folder.path().join("prod/web.yaml")).unwrap();
    std::os::unix::fs::symlink("kustomization.dev.yaml", folder.path().join("dev/kustomization.yaml"))
        .unwrap();
    let (_, out, err) = run(folder.path(), &["--format", "concise"]);
    assert!(out.contains("prod/web.yaml:"), "{out}");
    assert!(err.contains("dev/kustomization.yaml"), "outside of its root: {out}{err}");
}

#[test]
fn a_config_file_is_no_manifest_and_one_without_its_dot_is_told() {
    let folder = folder(&[(".initlint.yaml", b"failOn: error\n"), ("bad.yaml", BAD.as_bytes())]);
    let (_, _, err) = run(folder.path(), &["--format", "concise"]);
    assert!(err.contains("in 1 file"), "{err}");
    fs::rename(folder.path().join(".initlint.yaml"), folder.path().join("initlint.yaml")).unwrap();
    let (_, _, err) = run(folder.path(), &["--format", "concise"]);
    assert!(
        err.contains("note: initlint.yaml is not read: the config file is called .initlint.yaml"),
        "{err}"
    );
}
