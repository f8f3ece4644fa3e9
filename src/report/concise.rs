//! One line for each finding: `path:line:column: severity[rule]: message [object]`.

use std::io::{self, Write};

use colored::{ColoredString, Colorize};

use super::text::{shown, visible};
use super::{Look, Report};
use crate::discover::Failure;
use crate::finding::{Fix, Safety, Severity};

/// Writes the findings, then what couldn't be read.
///
/// # Errors
/// Whatever writing says.
pub fn write(report: &Report, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    for finding in &report.findings {
        let Some(source) = report.source(finding.span) else { continue };
        let start = source.position(finding.span.start as usize);
        let level = tinted(finding.severity, &format!("{}[{}]", finding.severity, finding.rule));
        let (path, message) = (visible(&source.path), shown(&report.message_with_places(finding), look));
        let fixable = match &finding.fix {
            Some(Fix { safety: Safety::Safe, .. }) => " (fixable)",
            Some(Fix { safety: Safety::Unsafe, .. }) => " (unsafe fix)",
            None => "",
        };
        writeln!(out, "{path}:{}:{}: {level}: {message}{fixable}", start.line, start.column)?;
    }
    write_failures(&report.errors, out)
}

/// Writes what couldn't be checked, a line for each.
///
/// # Errors
/// Whatever writing says.
pub fn write_failures(failures: &[Failure], out: &mut dyn Write) -> io::Result<()> {
    for failure in failures {
        let (place, message) = (visible(&failure.place()), visible(&failure.message));
        writeln!(out, "{}: {place}: {message}", "error".red().bold())?;
    }
    Ok(())
}

/// `text` in the colour of a severity.
#[must_use]
pub fn tinted(severity: Severity, text: &str) -> ColoredString {
    match severity {
        Severity::Error => text.red().bold(),
        Severity::Warning => text.yellow().bold(),
        Severity::Info => text.cyan().bold(),
    }
}
