//! What changes in files, as `diff -u` shows it.

use std::io::{self, Write};

use colored::Colorize;
use similar::{ChangeTag, TextDiff};

use crate::report::text::{visible, visible_with_tabs};

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
            let (text, end) = [("\r\n", "\r\n"), ("\n", "\n")]
                .into_iter()
                .find_map(|(own, end)| Some((line.strip_suffix(own)?, end)))
                .unwrap_or((line, "\n\\ No newline at end of file\n"));
            // What can't be seen may make the line look like another.
            let text = visible_with_tabs(text);
            match change.tag() {
                ChangeTag::Equal => write!(out, " {text}{end}")?,
                ChangeTag::Delete => write!(out, "{}{end}", format!("-{text}").red())?,
                ChangeTag::Insert => write!(out, "{}{end}", format!("+{text}").green())?,
            }
        }
    }
    Ok(())
}
