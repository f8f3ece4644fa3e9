//! Words that stand in a text without their letters: escaped, broken over lines, or in base64.

use crate::sought::Sought;

/// The name of the tag of values in base64.
static BINARY: Sought = Sought::new("binary");

/// How long a tag may be (bytes): `!<tag:yaml.org,2002:binary>` has 27.
const MAX_TAG: usize = 256;

/// How long a kind may be before a line break in it (bytes).
const MAX_NAME: usize = 256;

/// Whether a key or a whole value that is a name could be written without its letters standing there: by an escape, in
/// base64, or broken over lines.
pub(super) fn hides_names(document: &str) -> bool {
    let mut quotes = Quotes { document, last: (0, false) };
    let bytes = document.as_bytes();
    let is_in_base64 = |at: usize| is_tag(bytes.get(at.saturating_sub(MAX_TAG)..at).unwrap_or_default());
    BINARY.all_in(document).any(is_in_base64)
        || memchr::memchr_iter(b'\\', bytes).any(|at| match bytes.get(at + 1) {
            Some(b'x' | b'u' | b'U') => is_escaped_name(document.get(at + 1..).unwrap_or("")),
            Some(b'\n' | b'\r') => quotes.is_key(at) || quotes.is_kind(at),
            _ => false,
        })
}

/// Tells what the double-quoted texts of a document stand for.
struct Quotes<'t> {
    document: &'t str,
    /// The end of the text that was looked at last, and whether a colon comes after it.
    last: (usize, bool),
}

impl Quotes<'_> {
    /// Whether the double-quoted text around `at` is the value of `kind`.
    fn is_kind(&self, at: usize) -> bool {
        let before = self.before_quotes(at).unwrap_or("");
        let key = before.trim_end().strip_suffix(':').unwrap_or("");
        key.trim_end().trim_end_matches(['"', '\'']).ends_with("kind")
    }

    /// Whether the double-quoted text around `at` may be a key.
    fn is_key(&mut self, at: usize) -> bool {
        self.is_before_colon(at) && self.before_quotes(at).is_some_and(may_stand_before_key)
    }

    /// What stands before the double-quoted text around `at`, where that begins near.
    fn before_quotes(&self, at: usize) -> Option<&str> {
        let from = at.saturating_sub(MAX_NAME);
        let near = self.document.as_bytes().get(from..at).unwrap_or_default();
        let is_opening = |quote: &usize| {
            let before = near.get(..*quote).unwrap_or_default();
            before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 0
        };
        let opening = memchr::memrchr_iter(b'"', near).find(is_opening)?;
        self.document.get(..from + opening)
    }

    /// Whether a colon comes after the double-quoted text around `at`. Ask in the order of the text.
    fn is_before_colon(&mut self, at: usize) -> bool {
        if at >= self.last.0 {
            let end = closing_quote(self.document, at);
            let after = self.document.get(end..).unwrap_or("");
            self.last = (end, after_colon(after).is_some());
        }
        self.last.1
    }
}

/// Whether a key that goes over several lines may stand behind `text`: first in its line, behind `?`, or within brackets.
fn may_stand_before_key(text: &str) -> bool {
    let mut line = text.bytes().rev().take(MAX_NAME).take_while(|byte| *byte != b'\n');
    let is_first = line.clone().all(|byte| matches!(byte, b' ' | b'-'));
    // Behind a comment, a tag or an anchor it isn't looked for what stands before these.
    is_first || text.trim_end().ends_with(['?', '{', '[', ',']) || line.any(|byte| b"#!&".contains(&byte))
}

/// Where the double-quoted text that holds `at` ends.
fn closing_quote(document: &str, mut at: usize) -> usize {
    let bytes = document.as_bytes();
    while let Some(found) = memchr::memchr2(b'"', b'\\', bytes.get(at..).unwrap_or_default()) {
        if bytes.get(at + found) == Some(&b'"') {
            return at + found;
        }
        at += found + 2;
    }
    document.len()
}

/// Whether what follows a backslash stands for a letter or the like (YAML 1.2.2, 5.7).
fn is_escaped_name(escape: &str) -> bool {
    let digits = match escape.bytes().next() {
        Some(b'x') => 2,
        Some(b'u') => 4,
        Some(b'U') => 8,
        _ => return false,
    };
    let code = escape.get(1..=digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
    code.and_then(|code| u8::try_from(code).ok()).is_some_and(is_name)
}

/// Whether `byte` may be part of a name.
pub(super) fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.'
}

/// Whether a tag's name may follow: `!!binary`, `!<tag:yaml.org,2002:binary>`, or a `%TAG`'s handle. One that is longer
/// than `before` may be one.
fn is_tag(before: &[u8]) -> bool {
    let is_before_word = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'[' | b'{');
    match before.iter().rposition(is_before_word) {
        Some(at) => before.get(at..).is_some_and(|word| word.contains(&b'!')),
        None => before.len() == MAX_TAG || before.contains(&b'!'),
    }
}

/// What follows a key's closing quote and its colon.
pub(super) fn after_colon(text: &str) -> Option<&str> {
    let text = text.strip_prefix(['"', '\'']).unwrap_or(text);
    after_blank(text).strip_prefix(':')
}

/// `text` without white space and comments at its start.
pub(super) fn after_blank(text: &str) -> &str {
    let mut text = text.trim_start();
    while text.starts_with('#') {
        text = text.find('\n').and_then(|end| text.get(end..)).unwrap_or("").trim_start();
    }
    text
}
