//! `--format junit`: the XML that CI servers read test results from.
//!
//! There is no standard; this is the common part of what Jenkins' and GitLab's readers take. Jenkins'
//! xUnit plugin turns away what its `junit-10.xsd` doesn't know, such as `skipped` on `testsuites`.
//! Each file with findings is a test suite and each finding a failed test case of it, since readers
//! count tests by name.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_xml::se::Serializer;
use serde::Serialize;

use super::Report;
use super::paths::portable;
use super::summary::{self, count};
use super::text::visible;
use crate::discover::Failure;
use crate::finding::Finding;
use crate::rule::docs_url;

#[derive(Serialize)]
#[serde(rename = "testsuites")]
struct Suites {
    #[serde(rename = "@name")]
    name: &'static str,
    #[serde(rename = "@tests")]
    tests: usize,
    #[serde(rename = "@failures")]
    failures: usize,
    #[serde(rename = "@errors")]
    errors: usize,
    #[serde(rename = "testsuite")]
    files: Vec<Suite>,
}

#[derive(Serialize)]
struct Suite {
    #[serde(rename = "@name")]
    name: String,
    #[serde(rename = "@tests")]
    tests: usize,
    #[serde(rename = "@failures")]
    failures: usize,
    #[serde(rename = "@errors")]
    errors: usize,
    #[serde(rename = "@skipped")]
    skipped: usize,
    #[serde(rename = "testcase")]
    cases: Vec<Case>,
}

#[derive(Serialize)]
struct Case {
    #[serde(rename = "@name")]
    name: String,
    #[serde(rename = "@classname")]
    class: String,
    #[serde(rename = "$value", skip_serializing_if = "Option::is_none")]
    outcome: Option<Outcome>,
}

/// How a test that didn't pass ended.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Failure(Details),
    Error(Details),
    Skipped(Reason),
}

#[derive(Serialize)]
struct Details {
    #[serde(rename = "@type")]
    kind: String,
    #[serde(rename = "@message")]
    message: String,
    #[serde(rename = "$text")]
    text: String,
}

#[derive(Serialize)]
struct Reason {
    #[serde(rename = "@message")]
    message: String,
}

/// Writes the report as one XML document.
///
/// # Errors
/// Whatever writing says.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let mut serializer = Serializer::new(&mut text);
    serializer.indent(' ', 2);
    Suites::new(suites(report)).serialize(serializer).map_err(io::Error::other)?;
    writeln!(out, "{text}")
}

/// The test cases, file by file.
fn suites(report: &Report) -> Vec<Suite> {
    let mut cases: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    let accepted = report.accepted.iter().map(|accepted| {
        let reason = accepted.reason().unwrap_or("accepted as unchecked");
        (&accepted.failure, skipped(reason))
    });
    for (failure, outcome) in
        report.errors.iter().map(|failure| (failure, unchecked(failure))).chain(accepted)
    {
        let path = clean(&portable(&failure.path));
        let name = "could not be checked".to_owned();
        let case = Case { name, class: path.clone(), outcome: Some(outcome) };
        cases.entry(path).or_default().push(case);
    }
    let failed = report.findings.iter().map(|finding| (finding, failure(finding, report)));
    let suppressed = report.suppressed.iter().map(|suppressed| {
        let reason = suppressed.justification.as_deref().unwrap_or("suppressed");
        (&suppressed.finding, skipped(reason))
    });
    let baselined = report.baselined.iter().map(|finding| (finding, skipped("listed in the baseline")));
    for (finding, outcome) in failed.chain(suppressed).chain(baselined) {
        let Some(place) = place(finding, report) else { continue };
        let name =
            format!("{} at {}:{} {}", finding.rule, place.line, place.column, report.subject_of(finding));
        let case = Case { name: clean(name.trim_end()), class: place.path.clone(), outcome: Some(outcome) };
        cases.entry(place.path).or_default().push(case);
    }
    for line in summary::unjudged(&report.summary.unjudged, "lint") {
        let name = "not judged".to_owned();
        let case = Case { name, class: "initlint".to_owned(), outcome: Some(skipped(&line)) };
        cases.entry("initlint".to_owned()).or_default().push(case);
    }
    if cases.is_empty() {
        cases.insert("initlint".to_owned(), vec![no_findings(report)]);
    }
    cases.into_iter().map(|(name, cases)| Suite::new(name, cases)).collect()
}

/// Where no file has a finding, one test says how much was checked: readers take an empty report
/// for a broken one.
fn no_findings(report: &Report) -> Case {
    let (files, pods) = (report.summary.files, report.summary.pods);
    let outcome = (pods == 0).then(|| skipped("nothing to check"));
    let name = format!("no findings in {}, {}", count(files, "file"), count(pods, "Pod spec"));
    Case { name, class: "initlint".to_owned(), outcome }
}

struct Place {
    path: String,
    line: usize,
    column: usize,
}

fn place(finding: &Finding, report: &Report) -> Option<Place> {
    let source = report.source(finding.span)?;
    let start = source.position(finding.span.start as usize);
    Some(Place { path: clean(&portable(&source.path)), line: start.line, column: start.column })
}

fn failure(finding: &Finding, report: &Report) -> Outcome {
    let mut lines = Vec::new();
    if let Some(place) = place(finding, report) {
        let head = format!("{}:{}:{}: {}", place.path, place.line, place.column, finding.severity);
        lines.push(format!("{head}[{}]: {}", finding.rule, clean(&report.message_of(finding))));
    }
    lines.extend(finding.help.as_deref().map(clean));
    lines.push(docs_url(finding.rule));
    Outcome::Failure(Details {
        kind: finding.rule.to_owned(),
        message: clean(&finding.message),
        text: lines.join("\n"),
    })
}

fn unchecked(failure: &Failure) -> Outcome {
    let message = clean(&failure.message);
    let text = format!("{}: {message}", clean(&portable(&failure.place())));
    Outcome::Error(Details { kind: "not-checked".to_owned(), text, message })
}

fn skipped(reason: &str) -> Outcome {
    Outcome::Skipped(Reason { message: clean(reason) })
}

impl Suite {
    fn new(name: String, cases: Vec<Case>) -> Self {
        let number = |kind: fn(&Outcome) -> bool| {
            cases.iter().filter(|case| case.outcome.as_ref().is_some_and(kind)).count()
        };
        Self {
            name,
            tests: cases.len(),
            failures: number(|outcome| matches!(outcome, Outcome::Failure(_))),
            errors: number(|outcome| matches!(outcome, Outcome::Error(_))),
            skipped: number(|outcome| matches!(outcome, Outcome::Skipped(_))),
            cases,
        }
    }
}

impl Suites {
    fn new(suites: Vec<Suite>) -> Self {
        let sum = |number: fn(&Suite) -> usize| suites.iter().map(number).sum();
        Self {
            name: "initlint",
            tests: sum(|suite| suite.tests),
            failures: sum(|suite| suite.failures),
            errors: sum(|suite| suite.errors),
            files: suites,
        }
    }
}

/// One line of text that XML 1.0 can hold (its production `Char` leaves out control characters and
/// these two, escaped or not).
fn clean(text: &str) -> String {
    visible(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}
