//! Who may silence a file: comments of its own YAML, not texts that it holds.

use initlint::settings::Settings;

use crate::support::lint::{lint, rules_of};

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers: [{name: a, image: \"b:1\"}]\n  \
                   initContainers: [{name: i, image: busybox}]\n";

const IGNORE: &str = "# initlint: ignore-file[unpinned-init-image] why";

fn is_silenced(text: &str) -> bool {
    !rules_of(&lint("a.yaml", text, &Settings::default())).contains(&"unpinned-init-image")
}

#[test]
fn a_text_in_a_manifest_silences_nothing_around_it() {
    let map = |kind: &str, data: &str| {
        format!("{POD}---\napiVersion: v1\nkind: {kind}\nmetadata: {{name: x}}\n{data}")
    };
    let container = |words: &str| {
        POD.replace(
            "  initContainers: [",
            &format!("  initContainers: [{{name: o, image: \"x:1\", {words}}}, "),
        )
    };
    for text in [
        map("ConfigMap", &format!("data:\n  README.md: |\n    Write such a line:\n\n    {IGNORE}\n")),
        map("ConfigMap", &format!("data:\n  run.sh: |\n    #!/bin/sh\n    {IGNORE}\n    mkdir x\n")),
        map("ConfigMap", &format!("data:\n  nested.yaml: \"kind: Pod\\n{IGNORE}\\n\"\n")),
        map("Secret", &format!("stringData: {{a: \"{IGNORE}\\n\"}}\n")),
        container(&format!("args: [\"-c\", \"{IGNORE}\"]")),
        container(&format!("command: [sh, -c, \"{IGNORE}\\nmkdir x\"]")),
        container(&format!("env: [{{name: A, value: \"{IGNORE}\"}}]")),
        format!("{POD}---\na: [\ntext: |\n  {IGNORE}\n"),
        format!("{POD}---\na: [\n{IGNORE}\n"),
        format!("{POD}---\n'\n{IGNORE}\n"),
        format!("{POD}---\ntext: |\n  {IGNORE}\n"),
    ] {
        assert!(!is_silenced(&text), "{text}");
    }
}

#[test]
fn a_comment_of_a_person_silences_the_file() {
    for text in [
        format!("{IGNORE}\n{POD}"),
        format!("{POD}{IGNORE}\n"),
        format!("{POD}---\na: b\n{IGNORE}\n"),
        format!("{POD}---\n{IGNORE}\na: [\n"),
        format!("{POD}--- {IGNORE}\na: [\n"),
    ] {
        assert!(is_silenced(&text), "{text}");
    }
}

#[test]
fn a_comment_in_a_script_silences_that_script() {
    let script = |comment: &str| {
        format!(
            "command: [sh, -c, \"{comment}\\necho >> /d/x\\necho >> /d/y\"], volumeMounts: [{{name: d, mountPath: /d}}]"
        )
    };
    let pod = |first: &str, second: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  containers: [{{name: a, image: \"b:1\"}}]\n  \
             volumes: [{{name: d, emptyDir: {{}}}}]\n  initContainers:\n  - {{name: i, image: \"b:1\", {}}}\n  \
             - {{name: j, image: \"b:1\", {}}}\n",
            script(first),
            script(second).replace("/d/", "/d/z")
        )
    };
    let count = |text: &str| {
        let report = lint("a.yaml", text, &Settings::default());
        report.findings.iter().filter(|finding| finding.rule == "non-idempotent-write").count()
    };
    let ignore = "# initlint: ignore-file[non-idempotent-write] why";
    let all = count(&pod("true", "true"));
    assert!(all >= 2, "{all}");
    assert_eq!(count(&pod(ignore, "true")) * 2, all);
    assert_eq!(count(&pod(ignore, ignore)), 0);
}
