//! Small manifests made from real faults that others met, each with what is wanted of it: `tests/cases`.
//!
//! `pending.tsv` names the rows that aren't right yet, with the rule that will bring them. It only shrinks: a row in it
//! that is right fails the test as much as one outside that is wrong, and `UPDATE_DOCS=1` takes it out.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::generated::compare;
use crate::support::lint::root;
use initlint::discover::{self, Walk};
use initlint::finding::Severity;
use initlint::pipeline;
use initlint::rule::Settings;

/// A row of `expect.tsv`.
struct Case {
    /// A file or a folder.
    file: String,
    settings: Settings,
    want: String,
}

fn folder() -> PathBuf {
    root().join("tests/cases")
}

/// The rows of a table without its heading, each by its columns.
fn rows(path: &Path) -> Vec<Vec<String>> {
    let text = fs::read_to_string(path).unwrap();
    let row = |line: &str| line.split('\t').map(str::to_owned).collect();
    text.lines().skip(1).filter(|line| !line.is_empty()).map(row).collect()
}

fn cases() -> Vec<Case> {
    let case = |row: Vec<String>| {
        let [file, options, want, ..] = row.as_slice() else { panic!("{row:?}") };
        let settings = settings(options);
        Case { file: file.clone(), settings, want: want.clone() }
    };
    rows(&folder().join("expect.tsv")).into_iter().map(case).collect()
}

fn settings(options: &str) -> Settings {
    let mut settings = Settings::default();
    let mut words = options.split_whitespace();
    while let Some(word) = words.next() {
        match word {
            "--kubernetes-version" => settings.version = words.next().unwrap().parse().unwrap(),
            "--pedantic" => settings.pedantic = true,
            other => panic!("an option that no case had before: {other}"),
        }
    }
    settings
}

impl Case {
    fn findings(&self) -> Vec<(&'static str, Severity)> {
        let found = discover::find(&[folder().join(&self.file)], &Walk::default());
        assert!(!found.inputs.is_empty(), "{}: no such case", self.file);
        let report = pipeline::lint(&found.inputs, "<stdin>", &self.settings);
        report.findings.iter().map(|finding| (finding.rule, finding.severity)).collect()
    }

    /// What is wrong; `RULE`, `RULE:SEVERITY`, and `-` for nothing at warning or above but an unpinned image; `!OTHER`
    /// for what must not be said besides.
    fn fault(&self) -> Option<String> {
        let found = self.findings();
        let mut want = self.want.split(' ');
        let (rule, severity) = want.next().map(|first| first.split_once(':').unwrap_or((first, ""))).unwrap();
        let unwanted: Vec<&str> = want.filter_map(|word| word.strip_prefix('!')).collect();
        let is_loud = |(rule, severity): &(&str, Severity)| {
            unwanted.contains(rule)
                || self.want.starts_with('-') && *severity > Severity::Info && *rule != "unpinned-init-image"
        };
        let is_wanted = |(id, found): &(&str, Severity)| {
            *id == rule && (severity.is_empty() || found.to_string() == severity)
        };
        let is_right = (rule == "-" || found.iter().any(is_wanted)) && !found.iter().any(is_loud);
        (!is_right).then(|| format!("{}: wants {}, says {found:?}", self.file, self.want))
    }
}

#[test]
fn each_case_is_as_expected_or_pending() {
    let path = folder().join("pending.tsv");
    let pending: BTreeSet<String> = rows(&path).into_iter().map(|row| row[0].clone()).collect();
    let (mut wrong, mut met) = (Vec::new(), pending.clone());
    for case in cases() {
        match case.fault() {
            Some(fault) if !pending.contains(&case.file) => wrong.push(fault),
            // A file has several rows; it is met when all are.
            Some(_) => _ = met.remove(&case.file),
            None => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let text = fs::read_to_string(&path).unwrap();
    let is_left = |line: &&str| line.split('\t').next().is_none_or(|file| !met.contains(file));
    let left: String = text.lines().filter(is_left).map(|line| format!("{line}\n")).collect();
    compare(&path, &left);
}

#[test]
fn what_is_pending_is_a_case() {
    let cases: Vec<String> = cases().into_iter().map(|case| case.file).collect();
    for row in rows(&folder().join("pending.tsv")) {
        assert!(cases.contains(&row[0]), "{} is no row of expect.tsv", row[0]);
    }
}
