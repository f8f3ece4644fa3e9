//! Text in a log of GitHub Actions, which must not command the runner.
//!
//! The runner acts on a line of a step's output that begins with `::name` after white space, or
//! that holds `##[name` anywhere (`ActionCommand.TryParseV2` and `TryParse` in
//! github.com/actions/runner). A manifest or file of that name could so stop the runner from
//! masking secrets, or forge an annotation.

use std::io::{self, Write};

/// Passes text on, line by line. In a log of GitHub Actions a blank parts what would start a command.
#[derive(Debug)]
pub struct WorkflowLog<W> {
    to: W,
    /// The line so far; empty where nothing is watched.
    line: Vec<u8>,
    is_watched: bool,
}

impl<W: Write> WorkflowLog<W> {
    /// Writes to `to`; `is_watched` says that the runner reads it, and that none of the text is
    /// meant for it.
    pub fn new(to: W, is_watched: bool) -> Self {
        Self { to, line: Vec::new(), is_watched }
    }

    fn write_line(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        self.to.write_all(disarmed(&String::from_utf8_lossy(&line)).as_bytes())
    }
}

impl<W: Write> Write for WorkflowLog<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.is_watched {
            return self.to.write(bytes);
        }
        // A lone carriage return may end a line for the runner too.
        for part in bytes.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')) {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") || part.ends_with(b"\r") {
                self.write_line()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.write_line()?;
        self.to.flush()
    }
}

/// A line that the runner takes for text. `${name##[!0-9]}` of a script stays as it is: commands
/// begin with a letter.
fn disarmed(line: &str) -> String {
    let text = line.trim_start();
    let (white, _) = line.split_at(line.len() - text.len());
    let mut out = white.to_owned();
    let mut rest = text;
    if let Some(behind) = text.strip_prefix("::") {
        out.push_str(": :");
        rest = behind;
    }
    while let Some((before, behind)) = rest.split_once("##[") {
        let is_command = behind.starts_with(|c: char| c.is_ascii_alphabetic());
        out.push_str(before);
        out.push_str(if is_command { "## [" } else { "##[" });
        rest = behind;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, is_watched: bool) -> String {
        let mut log = WorkflowLog::new(Vec::new(), is_watched);
        // In pieces, as formatting writes.
        for piece in text.as_bytes().chunks(3) {
            log.write_all(piece).unwrap();
        }
        log.flush().unwrap();
        String::from_utf8(log.to).unwrap()
    }

    #[test]
    fn commands_are_parted() {
        let text = "::error::a\n \u{a0}\t::group::b\n\nc ##[add-mask]d ##[error]e\n::stop-commands::f";
        let expected =
            ": :error::a\n \u{a0}\t: :group::b\n\nc ## [add-mask]d ## [error]e\n: :stop-commands::f";
        assert_eq!(written(text, true), expected);
        assert_eq!(written(text, false), text);
    }

    #[test]
    fn what_is_no_command_stays() {
        let text = "a::b: ${x##[!0-9]} ${y##*[a-z]} ##\n[error] std::io\n";
        assert_eq!(written(text, true), text);
    }
}
