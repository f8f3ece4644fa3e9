//! What holds of every fix, in whatever form a manifest is written.

use std::fs;
use std::ops::Range;
use std::time::{Duration, Instant};

use initlint::apply::Fixer;
use initlint::discover::Input;
use initlint::finding::{Finding, Safety, Severity};
use initlint::rule::Settings;
use initlint::source::{FileId, Span};
use initlint::yaml;
use rayon::prelude::*;
use serde::Deserialize;

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
    let told = "case.yaml:8:5: not fixed: an alias or a merge elsewhere uses it, too [forbidden-probe]";
    assert_eq!(fixed(&text), (text, vec![told.to_owned()]));
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
            let new = Finding::new(Severity::Info, place, "what wasn't there");
            report.findings.push(Finding { rule: "other", ..new });
        }
        report
    };
    let inputs = vec![input("case.yaml", &text)];
    let report = lint(&inputs);
    let outcome = Fixer { lint: &lint, allowed: Safety::Unsafe }.run(inputs, report);
    assert_eq!((outcome.fixed, text_of(&outcome)), (0, &*text));
    let told = "not fixed (remove `livenessProbe`): `other` would be found then [forbidden-probe]";
    assert!(outcome.refused[0].contains(told), "{:?}", outcome.refused);
}

#[test]
fn a_fix_that_another_one_changes_is_made_as_it_is_then() {
    let download = |name: &str| {
        format!(
            "        if [ ! -f /data/{name} ]; then\n          wget -q -O /data/{name} https://example.com/{name}\n        fi\n"
        )
    };
    let text = |script: &str| {
        let volume = "    volumeMounts: [{name: data, mountPath: /data}]\n";
        let init = format!(
            "  - name: seed\n    image: \"alpine:3.20\"\n    command: [sh, -c]\n    args:\n      - |\n{script}{volume}"
        );
        let app = "web, image: \"nginx:1.27\", volumeMounts: [{name: data, mountPath: /data}]}\n  volumes: [{name: data, emptyDir: {}}]";
        pod(&init).replace("web, image: \"nginx:1.27\"}", app)
    };
    let before = text(&format!("{}{}        echo ready\n", download("a"), download("b")));
    let outcome = fix(vec![input("case.yaml", &before)], Safety::Unsafe, &Settings::default());
    // Left of `&&` the download's failure would escape `set -e`.
    let moved = |name: &str| {
        let mv = format!("          mv /data/{name}.tmp /data/{name}\n        fi\n");
        download(name)
            .replacen(&format!("-O /data/{name}"), &format!("-O /data/{name}.tmp"), 1)
            .replace("        fi\n", &mv)
    };
    let after = text(&format!("        set -e\n{}{}        echo ready\n", moved("a"), moved("b")));
    assert_eq!(text_of(&outcome), after);
    assert_eq!((outcome.fixed, outcome.refused, outcome.report.findings.len()), (3, vec![], 0));
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

/// Numbers that look random and are the same in every run (Knuth, MMIX).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }
}

/// `text` with some of its lines deleted, doubled, moved in or out, or swapped.
fn edited(text: &str, numbers: &mut Numbers) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(lines.len());
        match numbers.below(5) {
            _ if lines.is_empty() => {}
            0 => _ = lines.remove(at),
            1 => lines.insert(at, lines[at].clone()),
            2 => lines[at].insert_str(0, "  "),
            3 => lines[at] = lines[at].replacen("  ", "", 1),
            _ => {
                let other = numbers.below(lines.len());
                lines.swap(at, other);
            }
        }
    }
    lines.join("\n") + "\n"
}

/// Whether the documents of `text` with which no finding has to do are the same in `now`.
fn is_same_in_others(text: &str, now: &str, settings: &Settings) -> bool {
    let report = super::lint(&[input("case.yaml", text)], settings);
    let (before, after) = (yaml::split(text), yaml::split(now));
    let places: Vec<Span> = report
        .findings
        .iter()
        .flat_map(|finding| finding.places().chain(finding.suppressible_at()))
        .collect();
    let has_finding =
        |range: &Range<usize>| places.iter().any(|place| range.contains(&(place.start as usize)));
    before.len() == after.len()
        && before
            .iter()
            .zip(&after)
            .all(|(old, new)| has_finding(old) || text[old.clone()] == now[new.clone()])
}

#[test]
fn many_keys_that_stand_twice_take_no_longer_each() {
    let keys = "    a: 1\n".repeat(40_000);
    let text = pod("  - {name: seed, image: \"a:1\"}\n");
    let text = text.replace("metadata: {name: web}\n", &format!("metadata:\n  name: web\n  labels:\n{keys}"));
    let start = Instant::now();
    let report = super::lint(&[input("case.yaml", &text)], &Settings::default());
    assert!(report.findings.iter().all(|finding| finding.rule != "duplicate-key" || finding.fix.is_some()));
    assert!(report.findings.len() > 1000, "{}", report.findings.len());
    assert!(start.elapsed() < Duration::from_mins(1), "{:?}", start.elapsed());
}

#[test]
fn whatever_is_edited_stays_readable() {
    let paths = manifests();
    let count = if std::env::var_os("INITLINT_SHARED").is_some() { 2000 } else { 120 };
    let settings = Settings::default();
    let is_read = |text: &str| {
        let mut documents = serde_yaml::Deserializer::from_str(text);
        documents.all(|document| serde_yaml::Value::deserialize(document).is_ok())
    };
    let wrong: Vec<String> = (0..count)
        .into_par_iter()
        .filter_map(|number| {
            let mut numbers = Numbers(number);
            let path = &paths[numbers.below(paths.len())];
            let text = edited(&fs::read_to_string(path).unwrap(), &mut numbers);
            let outcome = fix(vec![input("case.yaml", &text)], Safety::Unsafe, &settings);
            let now = text_of(&outcome);
            let is_broken = is_read(&text) && !is_read(now);
            (is_broken || !is_same_in_others(&text, now, &settings))
                .then(|| format!("{} {number}:\n{now}", path.display()))
        })
        .collect();
    assert!(wrong.is_empty(), "{}\n{} wrong", wrong.join("\n"), wrong.len());
}
