//! Shell comments inside scripts.

use initlint::discover::Input;
use initlint::pipeline;
use initlint::rule::Settings;

use super::{IGNORE, indented, outcome, pod, scopes, told, with};

const SCRIPT: &str = "apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  initContainers:
  - name: seed
    image: busybox:1.36
    command:
    - sh
    - -c
";

/// What the suppressions of a script cover, its lines being indented as a block scalar's are.
fn in_script(header: &str, script: &str) -> Vec<String> {
    scopes(&format!("{SCRIPT}    - {header}\n{}    tty: true\n", indented("      ", script)))
}

#[test]
fn a_shell_comment_covers_its_command_or_the_next() {
    let ignore = "# initlint: ignore[non-idempotent-write] why";
    assert_eq!(in_script("|", &format!("a\n{ignore}\nmkdir b\nc")), ["      mkdir b".trim_start()]);
    assert_eq!(in_script("|", &format!("a\nmkdir b {ignore}\nc")), [format!("mkdir b {ignore}")]);
    assert_eq!(in_script("|-", &format!("{ignore}\n# more\n\n  mkdir b")), ["  mkdir b"]);
    // Lines that a backslash joins are one command.
    assert_eq!(
        in_script("|", &format!("a\n{ignore}\ncp \\\n  b \\\n  c\nd")),
        ["cp \\\n        b \\\n        c"]
    );
    assert_eq!(in_script("|", &format!("a\ncp \\\n  b {ignore}\nd")), [format!("cp \\\n        b {ignore}")]);
    assert_eq!(in_script("|", &format!("a\n# b \\\n{ignore}\nc\nd")), ["c"]);
    // In the middle of other commands.
    assert_eq!(in_script("|", &format!("if a; then\n  {ignore}\n  b\nfi")), ["  b"]);
    assert_eq!(in_script("|", &format!("a; b $(\n  c {ignore}\n)\nd")), [format!("  c {ignore}")]);
    // In the middle of a list or a pipeline.
    assert_eq!(in_script("|", &format!("a &&\n{ignore}\nb")), ["b"]);
    assert_eq!(in_script("|", &format!("a | # more\n  {ignore}\n  b")), ["  b"]);
    // At the end.
    assert_eq!(in_script("|", &format!("a\n{ignore}")), [ignore]);
}

#[test]
fn scripts_in_other_styles_have_comments_too() {
    let one = |line: &str| scopes(&format!("{SCRIPT}    - {line}\n"));
    assert_eq!(one("'a # initlint: ignore[x] why'"), ["a # initlint: ignore[x] why"]);
    assert_eq!(one("a  # initlint: ignore[x] YAML's own"), ["    - a  # initlint: ignore[x] YAML's own"]);
    assert_eq!(one("\"a\\n# initlint: ignore[x] why\\nb c\\nd\""), ["b c"]);
    let flow = SCRIPT.replace(
        "    command:\n    - sh\n    - -c\n",
        "    command: [sh, -c]\n    args: ['a # initlint: ignore[x] why']\n",
    );
    assert_eq!(scopes(&flow), [""; 0], "args are no script by themselves");
}

/// A Pod whose init container runs a script of a `ConfigMap`; suppressions may stand at `@1` to `@5`.
const MOUNTED: &str = "@1
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  initContainers:
  - name: seed @2
    image: busybox:1.36
    command: [sh, /scripts/seed.sh]
    volumeMounts:
    - {name: scripts, mountPath: /scripts}
    - {name: data, mountPath: /data}
  containers:
  - {name: web, image: \"nginx:1.27\"}
  volumes:
  - {name: scripts, configMap: {name: scripts}}
  - {name: data, emptyDir: {}}
";

const MAP: &str = "@3
apiVersion: v1
kind: ConfigMap
metadata: {name: scripts}
data:
  seed.sh: | @4
    true
    @5
    echo started >> /data/log
";

#[test]
fn a_finding_in_a_config_map_is_suppressed_there_or_where_it_runs() {
    suppressed_there_or_where_it_runs(MOUNTED, MAP);
}

#[test]
fn a_finding_in_a_secret_is_suppressed_there_or_where_it_runs() {
    let pod = MOUNTED.replace("configMap: {name: scripts}", "secret: {secretName: scripts}");
    let secret =
        MAP.replace("kind: ConfigMap", "kind: Secret").replace("data:\n  seed", "stringData:\n  seed");
    suppressed_there_or_where_it_runs(&pod, &secret);
    // Without the Secret nobody knows whether the suppression is of use.
    let ignore = "# initlint: ignore[non-idempotent-write] why";
    let alone = Input::Text { path: "pod.yaml".to_owned(), text: with(&pod, "@2", ignore) };
    assert_eq!(told(&pipeline::lint(&[alone], "", &Settings::default())), "; 0 suppressed");
}

fn suppressed_there_or_where_it_runs(pod: &str, map: &str) {
    let ignore = "# initlint: ignore[non-idempotent-write] why";
    let outcome = |place: &str, comment: &str| {
        let input =
            |path: &str, text: &str| Input::Text { path: path.to_owned(), text: with(text, place, comment) };
        told(&pipeline::lint(&[input("pod.yaml", pod), input("map.yaml", map)], "", &Settings::default()))
    };
    assert_eq!(outcome("@1", ""), "seed; 0 suppressed");
    for place in ["@1", "@2", "@3", "@4", "@5"] {
        assert_eq!(outcome(place, ignore), "; 1 suppressed", "{place}");
    }
    for place in ["@1", "@2", "@3", "@5"] {
        let file = "# initlint: ignore-file[non-idempotent-write] why";
        assert_eq!(outcome(place, file), "; 1 suppressed", "{place}");
    }
}

#[test]
fn a_finding_in_a_script_is_suppressed_where_its_command_is() {
    let text = |script: &str| {
        let lines = indented("      ", script);
        format!(
            "{SCRIPT}    - |\n{lines}    volumeMounts:\n    - {{name: data, mountPath: /data}}\n  containers:
  - {{name: web, image: 'nginx:1.27'}}\n  volumes:\n  - {{name: data, emptyDir: {{}}}}\n"
        )
    };
    let ignore = "# initlint: ignore[non-idempotent-write] why";
    let (first, second) = ("echo a >> /data/a", "echo b >> \\\n  /data/b");
    assert_eq!(outcome(&text(&format!("{first}\n{second}"))), "seed, seed; 0 suppressed");
    assert_eq!(outcome(&text(&format!("{ignore}\n{first}\n{second}"))), "seed; 1 suppressed");
    assert_eq!(outcome(&text(&format!("{first} {ignore}\n{second}"))), "seed; 1 suppressed");
    assert_eq!(outcome(&text(&format!("{first}\n{ignore}\n{second}"))), "seed; 1 suppressed");
    assert_eq!(outcome(&text(&format!("{first}\n{second} {ignore}"))), "seed; 1 suppressed");
    let between = format!("{first}\ntrue {ignore}\n{second}");
    assert_eq!(outcome(&text(&between)), "seed, unused-suppression, seed; 0 suppressed");
    // The second run ends at the first `mkdir`: that it would at the other is seen too.
    let behind = format!("set -e\nmkdir /data/a\nmkdir /data/b {ignore}");
    assert_eq!(outcome(&text(&behind)), "seed; 1 suppressed");
    let before = format!("set -e\ntrue {ignore}\nmkdir /data/a");
    assert_eq!(outcome(&text(&before)), "unused-suppression, seed; 0 suppressed");
}

#[test]
fn a_yaml_comment_covers_the_script_that_begins_there() {
    let ignore = "# initlint: ignore[non-idempotent-write] why";
    let text = format!("{SCRIPT}    - |  {ignore}\n      a\n      b\n    tty: true\n");
    assert_eq!(scopes(&text), [format!("    - |  {ignore}\n      a\n      b")]);
    let map =
        format!("apiVersion: v1\nkind: ConfigMap\ndata:\n  {ignore}\n  a.sh: |\n    a\n    b\n  b.sh: c\n");
    assert_eq!(scopes(&map), ["  a.sh: |\n    a\n    b"]);
}

/// Each row of suppressions is read in one go: ten thousand take no square of the time.
#[test]
fn many_suppressions_stand_in_a_row() {
    let rows = format!("{IGNORE}\n").repeat(10_000);
    assert_eq!(outcome(&pod("@1", rows.trim_end())), "; 2 suppressed");
    let script: String = "      # initlint: ignore[forbidden-probe] why\n".repeat(500);
    let text = format!("{SCRIPT}    - |\n{script}      true\n");
    assert_eq!(scopes(&text).len(), 500);
}
