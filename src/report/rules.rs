//! The table of rules, for `--rules`.

use std::io::{self, Write};

use super::Look;
use super::concise::tinted;
use crate::rule::Group;
use crate::rules;

/// Writes each rule with what it finds, as a table or as JSON.
///
/// # Errors
/// Whatever writing says.
pub fn write(json: bool, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    if json {
        let entries: Vec<_> = rules::ALL.iter().map(|rule| rule.entry()).collect();
        serde_json::to_writer_pretty(&mut *out, &entries)?;
        return writeln!(out);
    }
    let widest = rules::ALL.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    let indent = widest + 22;
    for rule in rules::ALL {
        let severity = tinted(rule.severity, &format!("{:<7}", rule.severity));
        write!(out, "{:<widest$}  {severity}  {:<9}  ", rule.id, rule.group.name())?;
        let width = look.width.saturating_sub(indent).max(20);
        let mut column = 0;
        for word in rule.summary.split(' ') {
            let length = word.chars().count();
            if column > 0 && column + 1 + length > width {
                write!(out, "\n{:indent$}", "")?;
                column = 0;
            } else if column > 0 {
                write!(out, " ")?;
                column += 1;
            }
            write!(out, "{word}")?;
            column += length;
        }
        writeln!(out)?;
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
