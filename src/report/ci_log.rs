//! Text in the log of a CI job, which must not command the one that runs the job.
//!
//! What reads a log acts on some lines of it: GitHub's runner on one that begins with `::name` after white space and
//! on `##[name` anywhere (`ActionCommand.TryParseV2` and `TryParse` in github.com/actions/runner), the agent of Azure
//! Pipelines on `##vso[` anywhere (`Command.TryParse` in microsoft/azure-pipelines-agent), `TeamCity` on `##teamcity[`.
//! A manifest or file of such a name could so set the `PATH` of later steps, or stop secrets from being masked. What is
//! written is disarmed wherever it goes: nobody can tell who will read it.

use std::io::{self, Write};

use super::Format;

/// What the text that is written is to its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// Lines for people.
    Text,
    /// Commands of ours to GitHub's runner.
    Commands,
    /// JSON, in whose strings any character can be escaped.
    Json,
    /// XML likewise.
    Xml,
}

impl From<Format> for Syntax {
    fn from(format: Format) -> Self {
        match format {
            Format::Pretty | Format::Concise | Format::Markdown => Syntax::Text,
            Format::Github => Syntax::Commands,
            Format::Json | Format::Sarif | Format::Gitlab => Syntax::Json,
            Format::Junit => Syntax::Xml,
        }
    }
}

/// Passes text on, line by line, without what would be a command in it.
#[derive(Debug)]
pub struct CiLog<W> {
    to: W,
    syntax: Syntax,
    /// The line so far.
    line: Vec<u8>,
}

impl<W: Write> CiLog<W> {
    /// Writes to `to`.
    pub fn new(to: W, syntax: Syntax) -> Self {
        Self { to, syntax, line: Vec::new() }
    }

    /// Passes `text` on line by line; the last waits for its end.
    fn write_lines(&mut self, text: &[u8]) -> io::Result<()> {
        // A lone carriage return may end a line for the reader too.
        for part in text.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')) {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") || part.ends_with(b"\r") {
                self.write_line()?;
            }
        }
        Ok(())
    }

    fn write_line(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        if !may_command(&line) {
            return self.to.write_all(&line);
        }
        let line = String::from_utf8_lossy(&line);
        let disarmed = match self.syntax {
            Syntax::Text => parted(&without_double_colon(&line, ": :")),
            Syntax::Commands => parted(&line),
            Syntax::Json => escaped(&line, "\\u0023"),
            Syntax::Xml => escaped(&without_double_colon(&line, "&#58;:"), "&#35;"),
        };
        self.to.write_all(disarmed.as_bytes())
    }
}

impl<W: Write> Write for CiLog<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let first = if self.line.is_empty() {
            0
        } else {
            memchr::memchr2(b'\n', b'\r', bytes).map_or(bytes.len(), |end| end + 1)
        };
        let (first, others) = bytes.split_at(first);
        self.write_lines(first)?;
        let (whole, last) = others.split_at(memchr::memrchr(b'\n', others).map_or(0, |end| end + 1));
        // Nearly always none of them has what a command begins with.
        if may_command(whole) {
            self.write_lines(whole)?;
        } else {
            self.to.write_all(whole)?;
        }
        self.write_lines(last)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.write_line()?;
        self.to.flush()
    }
}

/// Whether a line has any of the characters that a command begins with, twice.
fn may_command(line: &[u8]) -> bool {
    memchr::memmem::find(line, b"##").is_some() || memchr::memmem::find(line, b"::").is_some()
}

/// `line` without `::name` as the first of its text.
fn without_double_colon(line: &str, instead: &str) -> String {
    let text = line.trim_start();
    let (white, _) = line.split_at(line.len() - text.len());
    let is_name = |rest: &&str| rest.starts_with(|c: char| c.is_ascii_alphabetic());
    match text.strip_prefix("::").filter(is_name) {
        Some(rest) => format!("{white}{instead}{rest}"),
        None => line.to_owned(),
    }
}

/// `line` with a blank in `##[name`, `##vso[` and `##teamcity[`. `${name##[!0-9]}` of a script stays as it is: commands
/// begin with a letter.
fn parted(line: &str) -> String {
    let commands = |behind: &str| {
        let named = behind.strip_prefix('[');
        named.is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))
            || ["vso[", "teamcity["]
                .iter()
                .any(|name| behind.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)))
    };
    let mut out = String::with_capacity(line.len() + 1);
    let mut rest = line;
    while let Some(at) = rest.find("##") {
        let (before, behind) = rest.split_at(at + 2);
        out.push_str(before);
        if commands(behind) {
            out.push(' ');
        }
        // Of three in a row the last two count.
        rest = behind;
        if let Some(behind) = rest.strip_prefix('#').filter(|behind| commands(behind)) {
            out.push_str("# ");
            rest = behind;
        }
    }
    out + rest
}

/// `line` with each `#` that a command could begin with written as `escape`. In XML that of a character reference stays.
fn escaped(line: &str, escape: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut before = None;
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        let may_begin =
            characters.peek().is_some_and(|&next| matches!(next, '#' | '[') || next.is_ascii_alphabetic());
        if character == '#' && may_begin && before != Some('&') {
            out.push_str(escape);
        } else {
            out.push(character);
        }
        before = Some(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, syntax: Syntax) -> String {
        let mut log = CiLog::new(Vec::new(), syntax);
        // In pieces, as formatting writes.
        for piece in text.as_bytes().chunks(3) {
            log.write_all(piece).unwrap();
        }
        log.flush().unwrap();
        String::from_utf8(log.to).unwrap()
    }

    #[test]
    fn commands_are_parted() {
        let text = "::error::a\n \u{a0}\t::group::b\n\nc ##[add-mask]d ##[error]e\n::stop-commands::f\n##vso[task.x] ###VSO[a ##teamcity[b";
        let expected = ": :error::a\n \u{a0}\t: :group::b\n\nc ## [add-mask]d ## [error]e\n: :stop-commands::f\n## vso[task.x] ### VSO[a ## teamcity[b";
        assert_eq!(written(text, Syntax::Text), expected);
        assert_eq!(
            written("::error::##[a] ##vso[b]\n##[c]\n", Syntax::Commands),
            "::error::## [a] ## vso[b]\n## [c]\n"
        );
    }

    #[test]
    fn what_is_no_command_stays() {
        let text = "a::b: ${x##[!0-9]} ${y##*[a-z]} ##\n[error] std::io\n## vso[a] #vso[b]\n";
        assert_eq!(written(text, Syntax::Text), text);
    }

    #[test]
    fn json_and_xml_have_the_same_value() {
        let texts = ["##vso[a]", "###[add-mask]", "# a ##[x", "##teamcity[b", "a#b##c"];
        for text in texts {
            let json = written(&serde_json::to_string(text).unwrap(), Syntax::Json);
            assert!(!json.contains("##"), "{json}");
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
            let xml = written(&format!("<a>{text}&#xA;::error::x\n::b</a>"), Syntax::Xml);
            assert!(!xml.contains("##") && !xml.contains("\n::"), "{xml}");
            let read = roxmltree::Document::parse(&xml).unwrap();
            assert_eq!(read.root_element().text().unwrap(), format!("{text}\n::error::x\n::b"));
        }
    }
}
