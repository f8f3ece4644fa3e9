//! `--format gitlab`: the code quality report that GitLab shows in merge requests
//! (<https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>).

use std::io::{self, Write};

use serde::Serialize;

use super::Report;
use super::annotated::Place;
use super::fingerprint::Fingerprint;
use super::json::write_value;
use super::paths::portable;
use crate::finding::{Finding, Severity};

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: Fingerprint,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: std::borrow::Cow<'a, str>,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

/// Writes the findings as one JSON list. The form has no room for what could not be checked, which
/// `main.rs` tells on standard error.
///
/// # Errors
/// Whatever writing says.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let prints = Fingerprint::of(report);
    let issues: Vec<Issue> = report
        .findings
        .iter()
        .zip(prints)
        .filter_map(|(finding, print)| issue(finding, print, report))
        .collect();
    write_value(&issues, out)
}

fn issue<'a>(finding: &'a Finding, fingerprint: Fingerprint, report: &'a Report) -> Option<Issue<'a>> {
    let source = report.source(finding.span)?;
    let line = |offset: u32| source.position(offset as usize).line;
    Some(Issue {
        description: match &finding.help {
            Some(help) => format!("{}\n{help}", report.message_of(finding)),
            None => report.message_of(finding),
        },
        check_name: finding.rule,
        fingerprint,
        severity: match finding.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Info => "info",
        },
        location: match report.place_of(finding.span) {
            // The form wants a line.
            Place::File(file) => Location { path: portable(file), lines: Lines { begin: 1, end: 1 } },
            Place::AsFound | Place::Nowhere => Location {
                path: portable(&source.path),
                lines: Lines { begin: line(finding.span.start), end: line(finding.span.end) },
            },
        },
    })
}
