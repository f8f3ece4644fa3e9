//! What changes in files, as `diff -u` shows it.

use std::io::{self, Write};

use colored::Colorize;
use similar::{ChangeTag, TextDiff};

use crate::report::text::visible;

/// How many unchanged lines stand around those that change.
const CONTEXT: usize = 3;

/// Writes the change of the file at `path` from `before` to `after`.
///
/// # Errors
/// Whatever writing says.
pub fn diff(path: &str, before: &str, after: &str, out: &mut dyn Write) -> io::Result<()> {
    let diff = TextDiff::from_lines(before, after);
    let path = visible(path);
    writeln!(out, "{}\n{}", format!("--- {path}").bold(), format!("+++ {path}").bold())?;
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        writeln!(out, "{}", hunk.header().to_string().cyan())?;
        for change in hunk.iter_changes() {
            let line = change.value();
            let (text, end) = line
                .strip_suffix('\n')
                .map_or((line, "\n\\ No newline at end of file\n"), |text| (text, "\n"));
            match change.tag() {
                ChangeTag::Equal => write!(out, " {text}{end}")?,
                ChangeTag::Delete => write!(out, "{}{end}", format!("-{text}").red())?,
                ChangeTag::Insert => write!(out, "{}{end}", format!("+{text}").green())?,
            }
        }
    }
    Ok(())
}
