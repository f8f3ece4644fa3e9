//! The table of rules, for `--rules`.

use std::io::{self, Write};

use super::concise::tinted;
use super::describe::Form;
use super::text::{shown, wrap};
use super::{Look, json};
use crate::rule::{Group, Rule};
use crate::rules;

/// The columns of a severity and a group, and what parts them.
const MIDDLE: usize = 22;

/// A summary is put below its rule where fewer columns are left beside it.
const NARROWEST: usize = 20;

/// Writes each rule with what it finds: as a table, a line each, or JSON.
///
/// # Errors
/// Whatever writing says.
pub fn write(form: Form, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    match form {
        Form::Pretty => write_table(look, out),
        Form::Concise => rules::ALL.iter().try_for_each(|rule| {
            let Rule { id, group, severity, summary, .. } = *rule;
            writeln!(out, "{id}: {severity}: {}: {}", group.name(), shown(summary, look))
        }),
        Form::Json => json::write_value(&rules::ALL.iter().map(|rule| rule.entry()).collect::<Vec<_>>(), out),
    }
}

fn write_table(look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let widest = rules::ALL.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    let beside = look.width.saturating_sub(widest + MIDDLE);
    let is_beside = beside >= NARROWEST;
    let indent = if is_beside { widest + MIDDLE } else { 4 };
    for rule in rules::ALL {
        let severity = tinted(rule.severity, &format!("{:<7}", rule.severity));
        let summary = wrap(&shown(rule.summary, look), look.width.saturating_sub(indent));
        let summary = summary.join(&format!("\n{:indent$}", ""));
        let rule = format!("{:<widest$}  {severity}  {:<9}", rule.id, rule.group.name());
        if is_beside {
            writeln!(out, "{rule}  {summary}")?;
        } else {
            writeln!(out, "{}\n{:indent$}{summary}", rule.trim_end(), "")?;
        }
    }
    writeln!(
        out,
        "\ninitlint --explain RULE tells more.\n\nGroups, which --select, --ignore and config files take:"
    )?;
    for group in Group::ALL {
        writeln!(out, "{:<9}  {}", group.name(), group.summary())?;
    }
    Ok(())
}
