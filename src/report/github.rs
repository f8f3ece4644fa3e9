//! `--format github`: annotations, as workflow commands of GitHub Actions.
//!
//! The runner reads a line `::error file=…,line=…::message` (`ActionCommand.TryParseV2` in
//! github.com/actions/runner). Nothing but such lines, and a few of our own words, is written.

use std::io::{self, Write};

use super::Report;
use super::annotated::Place;
use super::paths::portable;
use super::summary;
use super::text::visible;
use crate::discover::Failure;
use crate::finding::{Finding, Severity};

/// GitHub shows this many annotations of each kind for a step, and drops the rest in silence.
const SHOWN: usize = 10;

/// Writes the most severe findings, at most ten of each kind, and how many there are beside.
///
/// # Errors
/// Whatever writing says.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for failure in report.errors.iter().take(SHOWN) {
        write_failure(failure, out)?;
    }
    let mut left = [
        (Severity::Error, SHOWN.saturating_sub(report.errors.len())),
        (Severity::Warning, SHOWN),
        (Severity::Info, SHOWN),
    ];
    let mut omitted = report.errors.len().saturating_sub(SHOWN);
    for finding in report.most_severe_first() {
        let room = left.iter_mut().find(|(severity, room)| *severity == finding.severity && *room > 0);
        if let Some((_, room)) = room {
            *room -= 1;
            write_finding(finding, report, out)?;
        } else {
            omitted += 1;
        }
    }
    if omitted > 0 {
        writeln!(
            out,
            "{omitted} more left out: GitHub shows {SHOWN} errors, {SHOWN} warnings and {SHOWN} notices of a step. \
             --format concise lists all."
        )?;
    }
    if report.summary.accepted > 0 {
        writeln!(out, "{} accepted as unchecked", report.summary.accepted)?;
    }
    for line in summary::unjudged(&report.summary.unjudged, "lint") {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn write_finding(finding: &Finding, report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let Some(source) = report.source(finding.span) else { return Ok(()) };
    let (start, end) =
        (source.position(finding.span.start as usize), source.position(finding.span.end as usize));
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let path = visible(&portable(&source.path));
    let mut properties = Vec::new();
    match report.place_of(finding.span) {
        Place::AsFound => {
            properties.extend([
                ("file", path.clone()),
                ("line", start.line.to_string()),
                ("endLine", end.line.to_string()),
                ("col", start.column.to_string()),
            ]);
            properties.extend((start.line == end.line).then(|| ("endColumn", end.column.to_string())));
        }
        Place::File(file) => properties.push(("file", visible(&portable(file)))),
        Place::Nowhere => {}
    }
    properties.push(("title", format!("initlint: {}", finding.rule)));
    // The log shows the message alone: it says the place again.
    let mut text =
        format!("{path}:{}:{}: {}", start.line, start.column, visible(&report.message_with_places(finding)));
    if let Some(help) = &finding.help {
        text = format!("{text}\n{}", visible(help));
    }
    write_command(command, &properties, &text, out)
}

fn write_failure(failure: &Failure, out: &mut dyn Write) -> io::Result<()> {
    let path = visible(&portable(&failure.path));
    let text = format!("{}: {}", visible(&failure.place()), visible(&failure.message));
    let mut properties = vec![("file", path), ("title", "initlint: could not be checked".to_owned())];
    properties.extend(failure.line.map(|line| ("line", line.to_string())));
    write_command("error", &properties, &text, out)
}

fn write_command(
    command: &str,
    properties: &[(&str, String)],
    text: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let properties: Vec<String> =
        properties.iter().map(|(name, value)| format!("{name}={}", property(value))).collect();
    writeln!(out, "::{command} {}::{}", properties.join(","), data(text))
}

/// What stands behind the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
