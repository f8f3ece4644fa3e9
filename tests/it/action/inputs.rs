//! What the inputs do, and what they can't.

use std::fs;

use serde_json::Value;

use super::runner::Job;
use crate::support::binary::run as initlint;

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

fn job(files: &[(&str, &str)]) -> Job {
    let mut job = Job::new(files);
    job.add_cargo();
    job.inputs.insert("version".to_owned(), "source".to_owned());
    job
}

#[test]
fn one_run_gives_annotations_summary_and_sarif() {
    let job = job(&[("bad.yaml", BAD)]);
    let outcome = job.run(&[("sarif-file", "out.sarif")]);
    assert_eq!((outcome.status, job.runs().len()), (1, 1), "{}", outcome.log);
    assert!(outcome.log.starts_with("::error file=bad.yaml,line=8,"), "{}", outcome.log);
    assert!(outcome.summary.starts_with("### initlint: 1 error\n"), "{}", outcome.summary);
    assert!(outcome.summary.contains("[forbidden-probe]("), "{}", outcome.summary);
    assert_eq!(outcome.outputs["sarif-file"], "out.sarif");
    let sarif: Value = serde_json::from_slice(&fs::read(job.workspace().join("out.sarif")).unwrap()).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "forbidden-probe");
}

#[test]
fn code_scanning_is_not_told_of_what_is_suppressed() {
    let suppressed = BAD.replace("port: 80}}", "port: 80}} # initlint: ignore[forbidden-probe] a test");
    let job = job(&[("suppressed.yaml", &suppressed), ("bad.yaml", BAD)]);
    let outcome = job.run(&[("sarif-file", "out.sarif")]);
    assert_eq!(outcome.status, 1, "{}", outcome.log);
    let sarif: Value = serde_json::from_slice(&fs::read(job.workspace().join("out.sarif")).unwrap()).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let paths = results.iter().map(|result| {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap()
    });
    assert_eq!(paths.collect::<Vec<_>>(), ["bad.yaml"]);
}

#[test]
fn without_findings_the_step_succeeds() {
    let job = job(&[("good.yaml", &BAD.replace("livenessProbe: {", "# livenessProbe: {"))]);
    let outcome = job.run(&[]);
    assert_eq!((outcome.status, outcome.log.as_str()), (0, ""));
    assert!(outcome.summary.starts_with("### initlint: no findings\n"), "{}", outcome.summary);
    assert_eq!(outcome.outputs["sarif-file"], "");
}

#[test]
fn each_input_reaches_the_command_line() {
    let job = job(&[
        ("bad.yaml", BAD),
        ("a b.yaml", BAD),
        ("--help", BAD),
        ("a config.yaml", "minSeverity: info\n"),
        ("good.yaml", "kind: ConfigMap\n"),
    ]);
    let written = initlint(&job.workspace(), &["--write-baseline", "known.json", "good.yaml"]);
    assert_eq!(written.0, 0, "{written:?}");
    let outcome = job.run(&[
        ("paths", "bad.yaml\n  a b.yaml  \n\n--help\n"),
        ("args", "--pedantic\n  --exclude *.json\n"),
        ("baseline", "known.json"),
        ("config", "a config.yaml"),
        ("fail-on", "never"),
        ("kubernetes-version", "1.31"),
    ]);
    assert_eq!(outcome.status, 0, "{}", outcome.log);
    assert_eq!(outcome.log.lines().filter(|line| line.starts_with("::error file=")).count(), 3);
    let summary = format!("markdown={}", job.temp().join("initlint-summary.md").display());
    let expected = [
        "--format",
        "github",
        "--fail-on",
        "never",
        "--kubernetes-version",
        "1.31",
        "--baseline",
        "known.json",
        "--config",
        "a config.yaml",
        "--output-file",
        &summary,
        "--pedantic",
        "--exclude",
        "*.json",
        "--",
        "bad.yaml",
        "a b.yaml",
        "--help",
    ];
    assert_eq!(job.runs(), [expected]);
}

#[test]
fn nothing_that_is_given_is_run_or_forges_an_output() {
    let evil = "$(touch pwned)`touch pwned`; touch pwned";
    for input in ["paths", "args", "baseline", "config", "fail-on", "kubernetes-version", "sarif-file"] {
        let job = job(&[("bad.yaml", BAD)]);
        let outcome = job.run(&[(input, evil)]);
        assert!(outcome.status > 0, "{input}: {}", outcome.log);
        assert!(!job.workspace().join("pwned").exists(), "{input}");
    }
    let job = job(&[("bad.yaml", BAD)]);
    let outcome = job.run(&[("sarif-file", "a\nsarif-file=b")]);
    assert_eq!(outcome.outputs["sarif-file"], "asarif-file=b", "{}", outcome.log);
}

#[test]
fn a_run_that_fails_leaves_no_summary_and_no_output_of_an_earlier_one() {
    let job = job(&[("bad.yaml", BAD)]);
    assert_eq!(job.run(&[("sarif-file", "out.sarif")]).status, 1);
    let outcome = job.run(&[("sarif-file", "out.sarif"), ("args", "--no-such-option")]);
    assert_eq!((outcome.status, outcome.summary.as_str()), (2, ""), "{}", outcome.log);
    assert_eq!(outcome.outputs["sarif-file"], "");
    let outcome = job.run(&[("paths", "bad.yaml\nmissing.yaml"), ("sarif-file", "out.sarif")]);
    assert_eq!((outcome.status, outcome.outputs["sarif-file"].as_str()), (2, "out.sarif"));
    assert!(outcome.log.contains("::error file=missing.yaml,"), "{}", outcome.log);
}
