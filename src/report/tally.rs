//! How many findings there are of each rule.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::concise::tinted;
use super::{Format, Report, json};
use crate::finding::Severity;

/// How many findings of one severity a rule has.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    rule: &'static str,
    severity: Severity,
    count: usize,
}

/// A row for each rule and severity: the worst last, and of one severity the most frequent first.
#[must_use]
pub fn rows(report: &Report) -> Vec<Row> {
    let mut counts: BTreeMap<(Severity, &'static str), usize> = BTreeMap::new();
    for finding in &report.findings {
        *counts.entry((finding.severity, finding.rule)).or_default() += 1;
    }
    let row = |((severity, rule), count)| Row { rule, severity, count };
    let mut rows: Vec<Row> = counts.into_iter().map(row).collect();
    rows.sort_by_key(|row| (row.severity, usize::MAX - row.count, row.rule));
    rows
}

/// Writes the rows as lines or as JSON; behind lines how to learn more.
///
/// # Errors
/// Whatever writing says.
pub fn write(report: &Report, format: Format, out: &mut dyn Write) -> io::Result<()> {
    let rows = rows(report);
    if format == Format::Json {
        return json::write_value(&rows, out);
    }
    let widest = rows.iter().map(|row| row.count.to_string().len()).max().unwrap_or(0);
    for Row { rule, severity, count } in &rows {
        writeln!(out, "{count:>widest$} {} {rule}", tinted(*severity, &format!("{severity:<7}")))?;
    }
    if !rows.is_empty() {
        writeln!(out, "initlint --explain RULE tells more of a rule")?;
    }
    Ok(())
}
