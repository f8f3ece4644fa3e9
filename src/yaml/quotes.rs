//! Quoted texts of several lines, told without a parser.
//!
//! A guess in one pass over the text: it knows keys, dashes, properties, block scalars and brackets as people write them.
//! Whether it is right the parser says afterwards.

use std::ops::Range;

/// A quoted text of several lines.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Quoted {
    /// From quote to quote.
    pub(super) range: Range<usize>,
    /// The column that its lines must be indented past.
    pub(super) column: usize,
}

/// The quoted texts of several lines in `text` that stand outside of brackets and have a line that isn't indented enough.
pub(super) fn unindented(text: &str) -> Vec<Quoted> {
    let mut search = Search { text, bytes: text.as_bytes(), at: 0, found: Vec::new() };
    while search.at < text.len() {
        search.line();
    }
    search.found
}

/// The offset past the quote that closes the one at `opening`.
pub(super) fn closing_quote(text: &str, opening: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let quote = *bytes.get(opening)?;
    let mut at = opening + 1;
    while let Some(&byte) = bytes.get(at) {
        at += match byte {
            b'\\' if quote == b'"' => 2,
            b'\'' if quote == byte && bytes.get(at + 1) == Some(&quote) => 2,
            _ if byte == quote => return Some(at + 1),
            _ => 1,
        };
    }
    None
}

struct Search<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    found: Vec<Quoted>,
}

impl Search<'_> {
    /// Reads a line, and the lines that belong to what it ends with.
    fn line(&mut self) {
        let start = self.at;
        self.skip_blanks();
        // The column of the key or dash that a value on this line belongs to; one on a line of its own belongs to
        // something further out.
        let mut parent = (self.at - start).saturating_sub(1);
        while let Some(byte) = self.byte(0).filter(|byte| !matches!(byte, b'\n' | b'\r' | b'#')) {
            let from = self.at;
            match byte {
                b'-' | b'?' | b':' if self.ends_word(1) => {
                    if byte != b':' {
                        parent = from - start;
                    }
                    self.at += 1;
                }
                b'&' | b'!' | b'*' => self.skip_word(),
                b'|' | b'>' => return self.skip_below(parent),
                b'"' | b'\'' => {
                    let Some(end) = closing_quote(self.text, from) else { return self.at = self.text.len() };
                    self.at = end;
                    self.quoted(from..end, parent);
                }
                b'[' | b'{' => self.skip_brackets(),
                _ if !self.skip_plain() => return self.skip_below(parent),
                _ => {}
            }
            self.skip_blanks();
            // What stands before a colon is a key.
            if self.byte(0) == Some(b':') && self.ends_word(1) && !matches!(byte, b'-' | b'?' | b':') {
                parent = from - start;
            }
        }
        self.skip_line();
    }

    fn quoted(&mut self, range: Range<usize>, column: usize) {
        let lines = self.text.get(range.clone()).unwrap_or("").lines().skip(1);
        let is_short = |line: &str| {
            // Tabs indent nothing.
            let content = line.trim_start_matches(' ');
            !content.is_empty() && line.len() - content.len() <= column
        };
        if lines.into_iter().any(is_short) {
            self.found.push(Quoted { range, column });
        }
    }

    /// Skips a text without quotes up to the `:` behind it; `false` where there is none in the line.
    fn skip_plain(&mut self) -> bool {
        loop {
            match self.byte(0) {
                None | Some(b'\n' | b'\r') => return false,
                Some(b':') if self.ends_word(1) => return true,
                Some(b' ' | b'\t') if self.byte(1) == Some(b'#') => return false,
                Some(_) => self.at += 1,
            }
        }
    }

    /// Skips what is left of the line, and all lines that are indented past the column `parent`.
    fn skip_below(&mut self, parent: usize) {
        self.skip_line();
        while self.at < self.text.len() {
            let start = self.at;
            self.skip_blanks();
            let is_blank = matches!(self.byte(0), Some(b'\n' | b'\r') | None);
            if !is_blank && self.at - start <= parent {
                return self.at = start;
            }
            self.skip_line();
        }
    }

    /// Skips brackets and what is in them.
    fn skip_brackets(&mut self) {
        let mut depth = 0;
        while let Some(byte) = self.byte(0) {
            match byte {
                b'[' | b'{' => depth += 1,
                b']' | b'}' => depth -= 1,
                b'"' | b'\'' if !self.is_in_word() => {
                    self.at = closing_quote(self.text, self.at).unwrap_or(self.text.len());
                    continue;
                }
                b'#' if !self.is_in_word() => {
                    self.skip_line();
                    continue;
                }
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    /// Whether a text without quotes goes on here.
    fn is_in_word(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.bytes.get(at));
        before.is_some_and(|byte| !b" \t\r\n,:[]{}".contains(byte))
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn ends_word(&self, ahead: usize) -> bool {
        self.byte(ahead).is_none_or(|byte| byte.is_ascii_whitespace())
    }

    fn skip_blanks(&mut self) {
        while matches!(self.byte(0), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    fn skip_word(&mut self) {
        while !self.ends_word(0) {
            self.at += 1;
        }
    }

    fn skip_line(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&str, usize)> {
        unindented(text).into_iter().map(|quoted| (text.get(quoted.range).unwrap(), quoted.column)).collect()
    }

    #[test]
    fn texts_are_found_wherever_people_write_them() {
        assert_eq!(found("a: \"b\nc\"\n"), [("\"b\nc\"", 0)]);
        assert_eq!(
            found("a:\n  b: 'it''s\n\n  c' # d\n  e: \"f\n  g\"\n"),
            [("'it''s\n\n  c'", 2), ("\"f\n  g\"", 2)]
        );
        assert_eq!(found("- - a: &x !!str \"b\n    c\"\n"), [("\"b\n    c\"", 4)]);
        assert_eq!(found("- \"b\nc\"\n"), [("\"b\nc\"", 0)]);
        assert_eq!(found("? a\n: \"b\nc\"\n"), [("\"b\nc\"", 0)]);
        assert_eq!(found("\"a\": \"b\nc\"\n"), [("\"b\nc\"", 0)]);
        assert_eq!(found("a:\n  \"b\n c\"\n"), [("\"b\n c\"", 1)]);
    }

    #[test]
    fn what_is_indented_or_no_quoted_text_is_left_alone() {
        for text in [
            "a: \"b\n c\"\n",
            "a: it's\nb: don't\n",
            "a: b\n  'c\n  d'\ne: f\n",
            "a: |\n  'b\n  c'\nd: >-\n  \"e\n\n  f\"\n",
            "# it's\na: b # it's\n",
            "a: ['b\n  c', d's, # it's\n  e]\n",
            "a: 'b",
            "",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
