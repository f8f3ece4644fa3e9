//! The last lines: how much was found in how much, and what was passed over.

use std::fmt::Write as _;

use super::concise::tinted;
use super::text::visible;
use super::{Report, option_of};
use crate::finding::{Safety, Severity};
use crate::read::{Reason, Unjudged};

/// How many of the places that are passed over are named.
const NAMED: usize = 3;

/// A line that sums the run up, and one more for each kind of thing that wasn't judged.
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
    text.push_str(&format!(" in {}", count(summary.files, "file")));
    if summary.pods > 0 {
        text.push_str(&format!(", {}", count(summary.pods, "Pod spec")));
    }
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
    if summary.accepted > 0 {
        let _ = write!(text, "; {} accepted as unchecked", summary.accepted);
    }
    if let Some(line) = fixable(report) {
        text.push('\n');
        text.push_str(&line);
    }
    for line in unjudged(&summary.unjudged, "lint") {
        text.push('\n');
        text.push_str(&line);
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

/// How many of the findings can be mended by machine; `None` where none can.
fn fixable(report: &Report) -> Option<String> {
    let fixes = || report.findings.iter().filter_map(|finding| finding.fix.as_ref());
    let safe = fixes().filter(|fix| fix.safety == Safety::Safe).count();
    match (safe, fixes().count() - safe) {
        (0, 0) => None,
        (0, others) => Some(format!("{others} fixable with {}", option_of(Safety::Unsafe))),
        (safe, 0) => Some(format!("{safe} fixable with {}", option_of(Safety::Safe))),
        (safe, others) => Some(format!("{safe} fixable with --fix, {others} more with --unsafe-fixes")),
    }
}

/// What wasn't judged, or only in part, and why: a line for each reason. `verb` is what one wants to do with it.
#[must_use]
pub fn unjudged(all: &[Unjudged], verb: &str) -> Vec<String> {
    const REASONS: [Reason; 7] = [
        Reason::HelmTemplate,
        Reason::OtherTemplate,
        Reason::Rendered,
        Reason::TestAssertion,
        Reason::Policy,
        Reason::Covered,
        Reason::Patch,
    ];
    let of = |reason| all.iter().filter(|one| one.reason == reason).collect::<Vec<_>>();
    let lists = REASONS.into_iter().map(|reason| (reason, of(reason)));
    lists.filter(|(_, list)| !list.is_empty()).map(|(reason, list)| line(reason, &list, verb)).collect()
}

fn line(reason: Reason, list: &[&Unjudged], verb: &str) -> String {
    let number = list.len();
    let places = places(list);
    match reason {
        Reason::HelmTemplate => {
            let describe = if verb == "lint" { "" } else { "--describe " };
            let skipped = format!("skipped {} ({places})", count(number, "Helm template"));
            let of_chart = match list {
                [_] => "it",
                all if all.iter().all(|one| one.chart.is_some()) => "them",
                _ => "those of a chart",
            };
            match chart(list) {
                Some(chart) => {
                    format!("{skipped}; to {verb} {of_chart}: helm template {chart} | initlint {describe}-")
                }
                None => skipped,
            }
        }
        Reason::OtherTemplate => {
            let of = if number == 1 { "another tool" } else { "other tools" };
            format!("skipped {} of {of} ({places})", count(number, "template"))
        }
        Reason::Rendered => {
            let of = if number == 1 { "a chart" } else { "charts" };
            let what = format!("{} rendered from {of} of this run", count(number, "document"));
            format!("skipped {what} ({places}); to {verb} one all the same, name its file")
        }
        Reason::TestAssertion => format!("skipped {} ({places})", count(number, "test assertion")),
        Reason::Policy if number == 1 => format!("skipped 1 policy ({places})"),
        Reason::Policy => format!("skipped {number} policies ({places})"),
        Reason::Covered if number == 1 => "skipped 1 object that another one here speaks for".to_owned(),
        Reason::Covered => format!("skipped {number} objects that another one here speaks for"),
        Reason::Patch => {
            let patches = if number == 1 { "1 patch" } else { &format!("{number} patches") };
            let (whose, them) = if number == 1 { ("its", "it") } else { ("their", "them") };
            format!("{patches} without {whose} base ({places}); {verb} the folder that builds {them}")
        }
    }
}

/// What stands for the chart of which templates are in `list`; `None` where there is nothing to render.
fn chart(list: &[&Unjudged]) -> Option<String> {
    let mut charts = list.iter().filter_map(|one| one.chart.as_deref());
    let first = charts.next()?;
    Some(match first {
        _ if charts.any(|other| other != first) => "CHART".to_owned(),
        "" => ".".to_owned(),
        folder => visible(folder),
    })
}

/// The first places, and how many more.
fn places(list: &[&Unjudged]) -> String {
    let mut names: Vec<String> = list
        .iter()
        .map(|one| match one.line {
            Some(line) => match &one.message {
                Some(message) => format!("{}:{line}: {}", visible(&one.path), visible(message)),
                None => format!("{}:{line}", visible(&one.path)),
            },
            None => visible(&one.path),
        })
        .take(NAMED)
        .collect();
    if let Some(more) = list.len().checked_sub(NAMED).filter(|more| *more > 0)
        && let Some(last) = names.last_mut()
    {
        last.push_str(&format!(" and {more} more"));
    }
    names.join(", ")
}

/// `1 file`, `2 files`.
#[must_use]
pub fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}
