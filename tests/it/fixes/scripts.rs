//! Scripts that are mended: what wasn't safe to run again is, and the execution agrees.

use initlint::discover::Input;
use initlint::finding::Safety;
use initlint::report::Report;
use initlint::rule::Settings;
use rayon::prelude::*;
use serde_json::json;

use super::{fix_by, lint, text_of};
use crate::rerun_support::{Case, Verdict, cases, execute, is_root, missing_command};

/// How a script is written in a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Literal,
    Json,
}

/// A Pod whose init container runs the script of `case`, as `analysed` there has it.
fn pod(case: &Case, form: Form) -> String {
    let literal = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("      {line}\n") };
    let script = match form {
        Form::Literal => format!("|2\n{}", case.script.lines().map(literal).collect::<String>()),
        Form::Json => format!("{}\n", json!(case.script)),
    };
    format!(
        "apiVersion: v1
kind: Pod
metadata: {{name: web}}
spec:
  initContainers:
  - name: seed
    image: registry.example/seed:1.0
    workingDir: /tmp
    command: [bash, -c]
    args:
    - {script}    volumeMounts:
    - {{name: data, mountPath: /data}}
    - {{name: work, mountPath: /work}}
  containers:
  - {{name: web, image: \"nginx:1.27\"}}
  volumes: [{{name: data, emptyDir: {{}}}}, {{name: work, emptyDir: {{}}}}]
"
    )
}

/// The script in a manifest.
fn script_of(text: &str) -> String {
    let pod: serde_yaml::Value = serde_yaml::from_str(text).unwrap();
    pod["spec"]["initContainers"][0]["args"][0].as_str().unwrap().to_owned()
}

fn rerun_alone(inputs: &[Input]) -> Report {
    let mut report = lint(inputs, &Settings::default());
    report.findings.retain(|finding| finding.rule.starts_with("non-idempotent-"));
    report
}

#[test]
fn what_is_mended_is_safe_to_run_again() {
    if cfg!(not(unix)) {
        println!("skipped: needs bash");
        return;
    }
    let is_run = |case: &Case| {
        case.not_run.is_none()
            && missing_command(&case.script).is_none()
            && !(case.busybox || case.user && is_root())
    };
    let mut all = cases();
    // Each is run some twenty times.
    if std::env::var_os("INITLINT_SHARED").is_none() {
        let mut number = 0;
        all.retain(|_| {
            number += 1;
            number % 6 == 0
        });
    }
    let judged: Vec<Option<String>> = all
        .par_iter()
        .filter(|case| is_run(case))
        .flat_map(|case| [(case, Form::Literal), (case, Form::Json)])
        .filter_map(|(case, form)| {
            let inputs = vec![super::input("case.yaml", &pod(case, form))];
            let outcome = fix_by(&rerun_alone, inputs, Safety::Unsafe);
            if outcome.fixed == 0 || !outcome.report.findings.is_empty() {
                return None;
            }
            let script = script_of(text_of(&outcome));
            let before = execute(&case.script);
            let after = execute(&script);
            let is_right = matches!(after, Verdict::Idempotent | Verdict::Inconclusive(_))
                && (before != Verdict::Idempotent || after == before);
            Some(if is_right {
                String::new()
            } else {
                format!("{}/{} {form:?}: {before:?}, then {after:?}\n{script}", case.file, case.name)
            })
        })
        .map(|wrong| (!wrong.is_empty()).then_some(wrong))
        .collect();
    let mended = judged.len();
    let wrong: Vec<String> = judged.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}\n{} of {mended} wrong", wrong.join("\n"), wrong.len());
    assert!(mended > 10, "{mended} mended");
}
