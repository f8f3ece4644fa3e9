//! Whoever mends one finding under a baseline meets no new one.

use std::path::PathBuf;

use crate::baseline::{compare, lint};
use crate::support::corpus::manifests;
use crate::support::lint::root;
use initlint::apply::Fixer;
use initlint::discover::Input;
use initlint::finding::{Finding, Safety};
use initlint::pipeline;
use initlint::rule::Settings;
use rayon::prelude::*;

/// The ways in which somebody may mend what a finding is about: by its fix, and by the command that its help shows.
fn mended(text: &str, finding: &Finding) -> Vec<String> {
    let range = finding.span.range();
    let Some(found) = text.get(range.clone()) else { return Vec::new() };
    let with = |new: &str| [&text[..range.start], new, &text[range.end..]].concat();
    let mut all: Vec<String> = fixed(text, finding).into_iter().collect();
    let help = finding.help.as_deref().unwrap_or_default();
    // A word alone is the first of a command without a shell.
    let is_word = found.contains(", ") || !found.contains(' ');
    let is_command = !is_word || found.starts_with(|c: char| c.is_ascii_digit());
    let is_text = |code: &&str| !code.contains(['…', '\n']) && !code.contains("rule-id");
    let shown = help.split('`').nth(1).filter(is_text).filter(|_| is_command);
    match shown {
        Some(code) if help.starts_with("write `") => all.push(with(code)),
        Some(code) if help.starts_with("put `") && help.contains("before it") => {
            // In a quoted scalar a line break is a space.
            all.push(with(&format!("{code}; {found}")));
        }
        _ => {}
    }
    if finding.rule == "unpinned-init-image" {
        all.push(with(&format!("{}:1.0", found.trim_matches('"').trim_end_matches(":latest"))));
    }
    all
}

/// The text with the fix of `finding` made, where that is made.
fn fixed(text: &str, finding: &Finding) -> Option<String> {
    finding.fix.as_ref()?;
    let lint = |inputs: &[Input]| {
        let mut report = pipeline::lint(inputs, "<stdin>", &Settings::default());
        let is_other = |other: &&mut Finding| (other.rule, other.span) != (finding.rule, finding.span);
        report.findings.iter_mut().filter(is_other).for_each(|other| other.fix = None);
        report
    };
    let inputs = vec![Input::Text { path: "a.yaml".to_owned(), text: text.to_owned() }];
    let report = lint(&inputs);
    let outcome = Fixer { lint: &lint, allowed: Safety::Unsafe }.run(inputs, report);
    let is_made = outcome.fixed > 0;
    outcome.changed.into_iter().next().filter(|_| is_made).map(|changed| changed.after.to_string())
}

#[test]
fn mending_any_one_finding_brings_nothing_new() {
    let folders = ["rules", "tests/cases", "examples"].map(|folder| manifests(&root().join(folder)));
    let cases: Vec<(PathBuf, String)> = folders.into_iter().flatten().collect();
    let told: Vec<Option<String>> = cases
        .par_iter()
        .flat_map_iter(|(path, text)| {
            let file = |text: &str| vec![("a.yaml".to_owned(), text.to_owned())];
            let before = lint(&file(text));
            let ways = before.findings.iter().flat_map(|finding| {
                let ways = mended(text, finding).into_iter();
                ways.map(move |way| (finding.message.clone(), way))
            });
            let told = ways.map(|(message, way)| {
                let after = compare(&file(text), &file(&way));
                let new =
                    after.findings.iter().map(|finding| format!("{}: {}", finding.rule, finding.message));
                // What a hand would have put into quotes too.
                let new: Vec<String> = new.filter(|new| !new.starts_with("invalid-yaml")).collect();
                (!new.is_empty()).then(|| format!("{}: {message}\n  → {new:#?}", path.display()))
            });
            told.collect::<Vec<_>>()
        })
        .collect();
    let tried = told.len();
    let wrong: Vec<String> = told.into_iter().flatten().collect();
    println!("{tried} findings of {} files mended", cases.len());
    assert!(tried > 100, "{tried} ways tried");
    assert!(wrong.is_empty(), "{}\n{} of {tried}", wrong.join("\n"), wrong.len());
}

/// All mistakes of a script are told at once, so that mending two of them shows no third.
#[test]
fn mending_some_commands_of_a_script_brings_nothing_new() {
    let script = "mkdir /data/a\nmkdir /data/b\nln -s /data/a /data/c\ngit clone https://x.example/y.git /data/y\ncp -r /src /data/src\necho x >> /data/log\n";
    let job = |script: &str| {
        let lines: String = script.lines().map(|line| format!("          {line}\n")).collect();
        format!(
            "apiVersion: batch/v1
kind: Job
metadata: {{name: setup}}
spec:
  template:
    spec:
      restartPolicy: OnFailure
      initContainers:
      - name: a
        image: busybox:1.36
        command: [sh, -ec]
        args:
        - |
{lines}        volumeMounts: [{{name: data, mountPath: /data}}]
      containers: [{{name: c, image: \"x:1\"}}]
      volumes: [{{name: data, persistentVolumeClaim: {{claimName: d}}}}]
"
        )
    };
    let file = |script: &str| vec![("a.yaml".to_owned(), job(script))];
    let found = lint(&file(script)).findings.len();
    let report = compare(&file(script), &file(&script.replace("mkdir", "mkdir -p")));
    assert!(found > 4 && report.findings.is_empty(), "{found}: {:#?}", report.findings);
}
