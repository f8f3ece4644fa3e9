//! What holds of every fix, in whatever form a manifest is written.

use std::fs;

use initlint::apply::Fixer;
use initlint::discover::Input;
use initlint::finding::{Finding, Safety, Severity};
use initlint::rule::Settings;
use initlint::source::{FileId, Span};
use rayon::prelude::*;

use super::ignores::manifests;
use super::{fix, input, text_of};
use crate::support::lint::pretty;

/// A Pod with what `init` says of its init container.
fn pod(init: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  initContainers:\n{init}  containers:\n  - {{name: web, image: \"nginx:1.27\"}}\n"
    )
}

fn fixed(text: &str) -> (String, Vec<String>) {
    let outcome = fix(vec![input("case.yaml", text)], Safety::Safe, &Settings::default());
    (text_of(&outcome).to_owned(), outcome.refused)
}

#[test]
fn fixes_of_one_line_are_made_one_after_another() {
    let text =
        pod("  - {name: seed, livenessProbe: {}, image: \"a:1\", readinessProbe: {}, lifecycle: {}}\n");
    assert_eq!(fixed(&text), (pod("  - {name: seed, image: \"a:1\"}\n"), vec![]));
}

#[test]
fn an_anchor_that_is_used_elsewhere_stays() {
    let text = pod("  - name: seed\n    image: a:1\n    livenessProbe: &probe {tcpSocket: {port: 80}}\n")
        .replace("\"nginx:1.27\"}", "\"nginx:1.27\", livenessProbe: *probe}");
    assert_eq!(fixed(&text), (text, vec![]));
    let unused = pod("  - name: seed\n    image: a:1\n    livenessProbe: &probe {tcpSocket: {port: 80}}\n");
    assert_eq!(fixed(&unused), (pod("  - name: seed\n    image: a:1\n"), vec![]));
}

#[test]
fn a_fix_that_would_bring_another_finding_is_refused() {
    let text = pod("  - {name: seed, image: \"a:1\", livenessProbe: {}}\n");
    let lint = |inputs: &[Input]| {
        let mut report = super::lint(inputs, &Settings::default());
        if report.findings.is_empty() {
            let place = Span::new(FileId(0), 0..1);
            report.findings.push(Finding::new(Severity::Info, place, "what wasn't there"));
        }
        report
    };
    let inputs = vec![input("case.yaml", &text)];
    let report = lint(&inputs);
    let outcome = Fixer { lint: &lint, allowed: Safety::Unsafe }.run(inputs, report);
    assert_eq!((outcome.fixed, text_of(&outcome)), (0, &*text));
    let told = "not fixed (remove `livenessProbe`): the finding would stay, or another one would come";
    assert!(outcome.refused[0].contains(told), "{:?}", outcome.refused);
}

/// After each fix the file is what it was elsewhere, the finding is gone and none has come: the engine sees to it. Here
/// it is held to that by itself, again.
#[test]
fn fixes_hold_what_they_promise() {
    let settings = Settings::default();
    let judged: Vec<(usize, Vec<String>)> = manifests()
        .par_iter()
        .map(|path| {
            let Ok(text) = fs::read_to_string(path) else { return (0, Vec::new()) };
            let before = super::lint(&[input("case.yaml", &text)], &settings);
            if before.findings.iter().all(|finding| finding.fix.is_none()) {
                return (0, Vec::new());
            }
            let outcome = fix(vec![input("case.yaml", &text)], Safety::Unsafe, &settings);
            let (now, mut wrong) = (text_of(&outcome).to_owned(), Vec::new());
            let after = &outcome.report;
            let counts = |report: &initlint::report::Report| report.findings.len();
            if outcome.fixed > 0 && counts(&before) < counts(after) + outcome.fixed {
                wrong.push(format!("{}: {} fixed\n{}\n{now}", path.display(), outcome.fixed, pretty(after)));
            }
            let again = fix(vec![input("case.yaml", &now)], Safety::Unsafe, &settings);
            if !again.changed.is_empty() {
                wrong.push(format!("{}: not all at once\n{now}\n{}", path.display(), text_of(&again)));
            }
            (outcome.fixed, wrong)
        })
        .collect();
    let fixed: usize = judged.iter().map(|(fixed, _)| fixed).sum();
    let wrong: Vec<String> = judged.into_iter().flat_map(|(_, wrong)| wrong).collect();
    assert!(wrong.is_empty(), "{}\n{} wrong", wrong.join("\n"), wrong.len());
    assert!(fixed > 10, "{fixed} fixed");
}
