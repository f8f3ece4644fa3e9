//! `--format markdown`: a table for the summary of a CI job, such as GitHub's
//! `$GITHUB_STEP_SUMMARY`.

use std::io::{self, Write};

use super::Report;
use super::paths::portable;
use super::summary::{self, count};
use super::text::visible;
use crate::finding::{Finding, Severity};
use crate::rule::docs_url;

/// GitHub refuses a step's summary that is larger than 1 MiB; the rest is for what stands around
/// the table (bytes).
const MAX_TABLE: usize = (1 << 20) - (64 << 10);

/// What couldn't be checked is named up to this many times.
const NAMED: usize = 50;

/// Writes the findings as a table, the most severe first.
///
/// # Errors
/// Whatever writing says.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "### initlint: {}\n", heading(report))?;
    write_table(report, out)?;
    if !report.errors.is_empty() {
        writeln!(out, "Could not be checked:\n")?;
        for failure in report.errors.iter().take(NAMED) {
            writeln!(
                out,
                "- <code>{}</code>: {}",
                escaped(&portable(&failure.place())),
                rich(&failure.message)
            )?;
        }
        if report.errors.len() > NAMED {
            writeln!(out, "- and {} more", report.errors.len() - NAMED)?;
        }
        writeln!(out)?;
    }
    let summary = &report.summary;
    let mut parts = vec![format!("{}, {}", count(summary.files, "file"), count(summary.pods, "Pod spec"))];
    let counted = [
        (summary.suppressed, "suppressed"),
        (summary.baselined, "in the baseline"),
        (summary.accepted, "accepted as unchecked"),
    ];
    parts.extend(counted.iter().filter(|(n, _)| *n > 0).map(|(number, what)| format!("{number} {what}")));
    writeln!(out, "{}", parts.join("; "))?;
    for line in summary::unjudged(&summary.unjudged, "lint") {
        writeln!(out, "\n{}", escaped(&line))?;
    }
    Ok(())
}

fn heading(report: &Report) -> String {
    let parts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Info]
        .into_iter()
        .map(|severity| (report.count(severity), severity))
        .filter(|(number, _)| *number > 0)
        .map(|(number, severity)| match severity {
            Severity::Info => format!("{number} info"),
            _ => count(number, severity.name()),
        })
        .collect();
    if !parts.is_empty() {
        parts.join(", ")
    } else if report.summary.pods == 0 {
        "nothing to check".to_owned()
    } else {
        "no findings".to_owned()
    }
}

fn write_table(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "| severity | rule | place | finding |\n| --- | --- | --- | --- |")?;
    let findings = report.most_severe_first();
    let mut size = 0;
    let mut shown = 0;
    for finding in &findings {
        let row = row(finding, report);
        size += row.len();
        if size > MAX_TABLE {
            break;
        }
        shown += 1;
        out.write_all(row.as_bytes())?;
    }
    writeln!(out)?;
    match findings.len() - shown {
        0 => Ok(()),
        omitted => writeln!(out, "{omitted} more left out: a summary holds 1 MiB.\n"),
    }
}

fn row(finding: &Finding, report: &Report) -> String {
    let place = report.source(finding.span).map_or(String::new(), |source| {
        let start = source.position(finding.span.start as usize);
        format!("{}:{}:{}", portable(&source.path), start.line, start.column)
    });
    let object = match report.subject_of(finding) {
        object if object.is_empty() => object,
        object => format!("<br><code>{}</code>", escaped(&object)),
    };
    format!(
        "| {} | [{rule}]({}) | <code>{}</code>{object} | {} |\n",
        finding.severity,
        docs_url(finding.rule),
        escaped(&place),
        rich(&finding.message),
        rule = finding.rule,
    )
}

/// A message with what stands between backquotes as code.
fn rich(text: &str) -> String {
    let mut out = String::new();
    let mut parts = text.split('`').peekable();
    let mut is_code = false;
    while let Some(part) = parts.next() {
        match (is_code, parts.peek()) {
            (true, Some(_)) => out.extend(["<code>", &escaped(part), "</code>"]),
            // A backquote without its twin.
            (true, None) => out.extend(["&#96;", &escaped(part)]),
            (false, _) => out.push_str(&escaped(part)),
        }
        is_code = !is_code;
    }
    out
}

/// Text that means nothing in Markdown or HTML: punctuation stands as character references, which
/// form no structure (`CommonMark` 0.31, 2.5).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in visible(text).chars() {
        if character == '@' {
            // Alone, since GitHub makes a mention or an address of it and the words around it.
            out.push_str("<span>&#64;</span>");
        } else if character.is_ascii_punctuation() && !matches!(character, ',' | '-' | '/') {
            out.extend(["&#", &(character as u32).to_string(), ";"]);
        } else {
            out.push(character);
        }
    }
    out
}
