//! The last lines: how much was found in how much, and what was passed over.

use std::fmt::Write as _;

use super::Report;
use super::concise::tinted;
use super::excerpt::visible;
use crate::finding::Severity;
use crate::read::Skipped;

/// How many Helm templates are named.
const NAMED: usize = 3;

/// A line that sums the run up, and one more where Helm templates were passed over.
#[must_use]
pub fn lines(report: &Report) -> String {
    let summary = &report.summary;
    if summary.files == 0 && !report.errors.is_empty() {
        return format!("nothing was checked: {} could not be read", count(report.errors.len(), "path"));
    }
    let mut text = if summary.pods == 0 && report.findings.is_empty() {
        "nothing to check: no Pod with init containers or activeDeadlineSeconds".to_owned()
    } else {
        found(report)
    };
    let scope = format!(" in {}, {}", count(summary.files, "file"), count(summary.pods, "Pod spec"));
    text.push_str(&scope);
    if summary.suppressed > 0 {
        let _ = write!(text, "; {} suppressed", summary.suppressed);
    }
    if summary.baselined > 0 {
        let _ = write!(text, "; {} in the baseline", summary.baselined);
    }
    if summary.stale > 0 {
        let entries = if summary.stale == 1 { "entry" } else { "entries" };
        let _ = write!(text, "; {} stale {entries} in the baseline (write it again)", summary.stale);
    }
    if !report.errors.is_empty() {
        let _ = write!(text, "; {} could not be checked", count(report.errors.len(), "path"));
    }
    if !summary.skipped.is_empty() {
        text.push('\n');
        text.push_str(&helm(&summary.skipped, "lint them: helm template CHART | initlint -"));
    }
    text
}

fn found(report: &Report) -> String {
    let parts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Info]
        .into_iter()
        .map(|severity| (severity, report.count(severity)))
        .filter(|&(_, count)| count > 0)
        .map(|(severity, number)| {
            let text = match severity {
                Severity::Info => format!("{number} info"),
                _ => count(number, severity.name()),
            };
            tinted(severity, &text).to_string()
        })
        .collect();
    if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") }
}

/// Names the templates, and what to do with them rendered.
pub(super) fn helm(skipped: &[Skipped], to_do: &str) -> String {
    let names: Vec<String> = skipped.iter().take(NAMED).map(|skipped| visible(&skipped.path)).collect();
    let more = match skipped.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("skipped {} ({}{more}); to {to_do}", count(skipped.len(), "Helm template"), names.join(", "))
}

/// `1 file`, `2 files`.
#[must_use]
pub fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}
