//! What can't be checked, and must say so.

use std::fs;

use initlint::settings::Settings;

use crate::support::binary::{folder, run};
use crate::support::lint::lint;

fn pod(script: &str) -> String {
    let lines: String = script.lines().map(|line| format!("      {line}\n")).collect();
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  volumes: [{{name: d, emptyDir: {{}}}}]\n  \
         containers: [{{name: a, image: 'b:1'}}]\n  initContainers:\n  - name: i\n    image: bash:5\n    \
         volumeMounts: [{{name: d, mountPath: /data}}]\n    command: [bash, -c]\n    args:\n    - |\n{lines}"
    )
}

#[test]
fn a_script_past_a_bound_is_no_clean_script() {
    let chain: String = (1..30).map(|at| format!("f{at}() {{ f{}; f{}; }}\n", at - 1, at - 1)).collect();
    let list: String = (0..10).map(|at| format!("{at} ")).collect();
    let loops = |depth: usize| {
        let heads: String = (0..depth).map(|at| format!("for v{at} in {list}; do\n")).collect();
        format!("{heads}mkdir /data/$v0\n{}", "done\n".repeat(depth))
    };
    for script in [
        "mkdir /data/x\n# ${a ${b ${c ${d ${e".to_owned(),
        format!("mkdir /data/x\n{}", "# a comment\n".repeat(6000)),
        format!("mkdir /data/x\n# {}", "[".repeat(41)),
        format!("echo {}true{}", "$(".repeat(13), ")".repeat(13)),
        "cat <<E\na\nE\n".repeat(1800),
        format!("f0() {{ mkdir /data/x; }}\n{chain}f29\n"),
        loops(6),
        "mkdir /data/x\nfi".to_owned(),
        "mkdir '/data/x".to_owned(),
    ] {
        let report = lint("a.yaml", &pod(&script), &Settings::default());
        let is_told =
            !report.errors.is_empty() || report.findings.iter().any(|one| one.rule == "script-syntax");
        assert!(is_told && report.exit_status(None) > 0 || !report.findings.is_empty(), "{script:.200}");
    }
    let usual = lint("a.yaml", &pod("mkdir -p /data/x\n# a ${b}"), &Settings::default());
    assert!(usual.errors.is_empty() && usual.findings.is_empty());
}

#[test]
fn a_script_in_a_variable_past_a_bound_is_told() {
    let told = |variables: &str, count: usize| {
        let text = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  containers: [{{name: a, image: 'b:1'}}]\n  \
             initContainers:\n  - name: i\n    image: bash:5\n    command: [bash, -c, $(S)]\n    env: [{variables}]\n"
        );
        let errors = lint("a.yaml", &text, &Settings::default()).errors;
        assert_eq!(errors.len(), count, "{errors:?}");
    };
    let long = "#".repeat(60_000);
    let script = |text: &str| format!("{{name: S, value: '{text}'}}");
    told(&script("mkdir -p /x"), 0);
    for comments in [2, 3, 10] {
        told(&script(&format!("mkdir /x {}", long.repeat(comments))), 1);
    }
    let padding: String = (0..20).map(|n| format!("{{name: P{n}, value: $(P)}}, ")).collect();
    told(&format!("{{name: P, value: '{long}'}}, {padding}{{name: E}}, {}", script("$(E)mkdir /$(P)")), 1);
    told(&format!("{{name: P, value: '{long}'}}, {}", script("mkdir -p /x")), 0);
}

#[test]
fn a_script_that_a_container_runs_and_nobody_read_is_an_error() {
    let build = "resources: [pod.yaml]\nconfigMapGenerator:\n- name: s\n  files: [run.sh]\n";
    let pod = |command: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  containers: [{{name: a, image: 'b:1'}}]\n  volumes: \
             [{{name: v, configMap: {{name: s}}}}]\n  initContainers: [{{name: i, image: 'b:1', command: {command}, \
             volumeMounts: [{{name: v, mountPath: /s}}]}}]\n"
        )
    };
    for (command, told) in
        [("[sh, /s/run.sh]", true), ("[sh, -c, '. /s/run.sh; true']", true), ("[cat, /s/other]", false)]
    {
        let pod = pod(command);
        let folder = folder(&[("kustomization.yaml", build), ("pod.yaml", &pod)]);
        let large = fs::File::create(folder.path().join("large")).unwrap();
        large.set_len(101 << 20).unwrap();
        let make: [fn(&std::path::Path); 2] =
            [|_| {}, |folder| fs::rename(folder.join("large"), folder.join("run.sh")).unwrap()];
        for make in make {
            make(folder.path());
            for format in ["pretty", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown"] {
                let (status, out, err) = run(folder.path(), &["--no-config", "-q", "--format", format, "."]);
                assert_eq!(status, if told { 2 } else { 0 }, "{format} {command}: {out}{err}");
                assert!(!told || (out.clone() + &err).contains("kustomization"), "{format}: {out}{err}");
            }
        }
    }
}

#[test]
fn a_script_that_runs_by_another_name_is_one_too() {
    let build =
        |kind: &str| format!("resources: [pod.yaml]\n{kind}Generator:\n- name: s\n  files: [run.sh]\n");
    let pod = |volume: &str, sub_path: &str, command: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  containers: [{{name: a, image: 'b:1'}}]\n  volumes: \
             [{{name: v, {volume}}}]\n  initContainers: [{{name: i, image: 'b:1', command: {command}, volumeMounts: \
             [{{name: v, mountPath: /s{sub_path}}}]}}]\n"
        )
    };
    let items = "items: [{key: run.sh, path: x}]";
    for (kind, volume, sub_path, command, status) in [
        ("configMap", format!("configMap: {{name: s, {items}}}"), "", "[sh, /s/x]", 2),
        ("configMap", format!("configMap: {{name: s, {items}}}"), "", "[sh, /s/y]", 0),
        (
            "configMap",
            format!("projected: {{sources: [{{configMap: {{name: s, {items}}}}}]}}"),
            "",
            "[/s/x]",
            2,
        ),
        ("secret", format!("secret: {{secretName: s, {items}}}"), "", "['sh', -c, '. /s/x']", 2),
        ("configMap", "configMap: {name: s}".to_owned(), ", subPath: run.sh", "[bash, /s]", 2),
        ("configMap", "configMap: {name: s}".to_owned(), "", "[sh, /s/run.sh]", 2),
        ("configMap", "configMap: {name: s}".to_owned(), "", "[ls, /s]", 0),
    ] {
        let folder =
            folder(&[("kustomization.yaml", &*build(kind)), ("pod.yaml", &pod(&volume, sub_path, command))]);
        for script in [None, Some(b"mkdir /x\n\x80\xff\0")] {
            if let Some(script) = script {
                fs::write(folder.path().join("run.sh"), script).unwrap();
            }
            for format in ["concise", "json", "gitlab"] {
                let (is, out, err) = run(folder.path(), &["--no-config", "-q", "--format", format, "."]);
                assert_eq!(is, status, "{volume} {command} {script:?} {format}: {out}{err}");
            }
        }
    }
}

#[test]
fn arguments_start_no_line_of_their_own() {
    let folder = folder(&[]);
    for argument in ["--no\n::error::x", "--format=x\n::error::y", "--min-severity=a\r\n##vso[task]b"] {
        let (status, out, err) = run(folder.path(), &[argument]);
        assert_eq!((status, &*out), (2, ""));
        assert!(!err.lines().any(|line| line.starts_with("::")) && !err.contains("##vso["), "{err}");
    }
    let (status, out, _) = run(folder.path(), &["--help"]);
    assert!(status == 0 && out.contains("Usage"));
}

#[test]
fn no_other_kind_in_a_document_hides_a_pod_from_a_walk() {
    let pod = pod("mkdir -p /data/x").replace("bash:5", "bash");
    let (head, rest) = pod.split_once("kind: Pod\n").unwrap();
    let definition = "kind: CustomResourceDefinition\n";
    let schema = "# openAPIV3Schema\n";
    for text in [
        format!("{head}{definition}kind: Pod\n{rest}"),
        format!("{schema}{head}{definition}kind: Pod\n{rest}"),
        format!("{schema}{head}{definition}\"kind\": Pod\n{rest}"),
        format!(
            "{head}kind: Pod\n{}",
            rest.replace("{name: p}", &format!("{{name: p, annotations: {{a: \"\n{definition}\"}}}}"))
        ),
        format!("# {definition}{pod}"),
        format!("{pod}---\n{definition}"),
    ] {
        let folder = folder(&[("a.yaml", &text)]);
        let (status, out, err) = run(folder.path(), &["--no-config", "--format=concise", "."]);
        assert!(status == 1 && out.contains("unpinned-init-image"), "{out}{err}\n{text}");
    }
}

#[test]
fn a_bound_is_not_told_as_a_mistake() {
    let quotes = "  - name: \"a\nb\"\n    image: 'x:1'\n".repeat(1200);
    let head = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers: [{name: a, image: 'b:1'}]\n  initContainers:\n";
    let report = lint("a.yaml", &format!("{head}{quotes}"), &Settings::default());
    assert!(!report.findings.iter().any(|finding| finding.rule == "invalid-yaml"));
    assert!(!report.findings.is_empty() || !report.errors.is_empty());
}
