//! From a decoded scalar back to its source.
//!
//! No YAML parser says where inside its source a decoded character stood. So a scalar is decoded
//! a second time on demand (YAML 1.2.2, chapters 7.3 and 8.1), noting the place of each piece.
//! The caller compares the text with the parser's and forgets the places where they differ.

use std::ops::Range;

use crate::source::{MappedText, Span};

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    /// `|`, with the columns that the parser says its content is indented by.
    Literal(Columns),
    /// `>`, with the same.
    Folded(Columns),
    /// As it is meant, letter by letter: a text that no YAML holds.
    Verbatim,
}

/// How far a text is indented, up to 16 million columns: in three bytes, for a large list has millions of nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns([u8; 3]);

impl Columns {
    fn new(columns: u32) -> Self {
        let [high, one, two, three] = columns.to_be_bytes();
        Self(if high == 0 { [one, two, three] } else { [u8::MAX; 3] })
    }

    fn get(self) -> u32 {
        let [one, two, three] = self.0;
        u32::from_be_bytes([0, one, two, three])
    }
}

impl Style {
    /// That of a block scalar whose text is indented by so many `columns`.
    pub(super) fn block(is_literal: bool, columns: u32) -> Self {
        let columns = Columns::new(columns);
        if is_literal { Self::Literal(columns) } else { Self::Folded(columns) }
    }
}

/// Decodes the scalar of the given style at `span` of `text`, of which `end` bytes are the
/// scalar's document.
pub(super) fn decode(text: &str, span: Span, style: Style, end: usize) -> MappedText {
    let Range { start, end: stop } = span.range();
    let mut out = MappedText::new(span);
    let (quotes, folded, indent) = match style {
        Style::Plain => (0, false, None),
        Style::SingleQuoted | Style::DoubleQuoted => (1, false, None),
        Style::Literal(indent) => (0, false, Some(indent.get())),
        Style::Folded(indent) => (0, true, Some(indent.get())),
        Style::Verbatim => {
            out.push(text.get(start..stop).unwrap_or(""), start..stop);
            return out;
        }
    };
    if let Some(indent) = indent {
        let indent = detected(text.get(start..stop).unwrap_or("")).unwrap_or(indent as usize);
        return block(text.get(start..end).unwrap_or(""), start, indent, folded, out);
    }
    let base = start + quotes;
    let raw = text.get(base..stop.saturating_sub(quotes)).unwrap_or("");
    Flow { raw, base, at: 0, style, out }.decode()
}

/// A plain or quoted scalar, without its quotes, on its way to text.
struct Flow<'a> {
    raw: &'a str,
    /// Where `raw` starts in the file.
    base: usize,
    at: usize,
    style: Style,
    out: MappedText,
}

impl Flow<'_> {
    fn decode(mut self) -> MappedText {
        while let Some(byte) = self.byte(0) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => self.space(),
                b'\'' if self.style == Style::SingleQuoted => self.emit("'", 2),
                b'\\' if self.style == Style::DoubleQuoted => self.escape(),
                _ => {
                    let rest = self.rest();
                    let special = |b: u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | b'\'' | b'\\');
                    // The first byte is content, whatever it is in the other styles.
                    let len = rest.bytes().skip(1).position(special).map_or(rest.len(), |n| n + 1);
                    self.copy(len);
                }
            }
        }
        self.out
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.raw.as_bytes().get(self.at + ahead).copied()
    }

    fn rest(&self) -> &str {
        self.raw.get(self.at..).unwrap_or("")
    }

    /// Takes `len` bytes as they are.
    fn copy(&mut self, len: usize) {
        let from = self.base + self.at;
        self.out.push(self.raw.get(self.at..self.at + len).unwrap_or(""), from..from + len);
        self.at += len;
    }

    /// Writes `text` for the next `len` bytes.
    fn emit(&mut self, text: &str, len: usize) {
        let from = self.base + self.at;
        self.out.push(text, from..from + len);
        self.at += len;
    }

    /// White space: folded where it holds a line break, else content.
    fn space(&mut self) {
        let (len, breaks) = blanks_and_breaks(self.rest());
        match breaks {
            0 => self.copy(len),
            1 => self.emit(" ", len),
            n => self.emit(&"\n".repeat(n - 1), len),
        }
    }

    /// An escape of a double-quoted scalar (YAML 1.2.2, 5.7).
    fn escape(&mut self) {
        let Some(code) = self.rest().chars().nth(1) else { return self.copy(1) };
        match code {
            '\n' | '\r' => {
                let (len, breaks) = blanks_and_breaks(self.raw.get(self.at + 1..).unwrap_or(""));
                self.emit(&"\n".repeat(breaks.saturating_sub(1)), len + 1);
            }
            'x' => self.code_point(2),
            'u' => self.code_point(4),
            'U' => self.code_point(8),
            _ => {
                let decoded = simple_escape(code).unwrap_or(code);
                self.emit(decoded.encode_utf8(&mut [0; 4]), 1 + code.len_utf8());
            }
        }
    }

    /// `\x`, `\u` or `\U` and its digits; JSON's pairs of surrogates too.
    fn code_point(&mut self, digits: usize) {
        let hex = |from: usize| u32::from_str_radix(self.raw.get(from..from + digits)?, 16).ok();
        let high = hex(self.at + 2).unwrap_or(0);
        let len = 2 + digits;
        let low = if (0xD800..0xDC00).contains(&high) { hex(self.at + len + 2) } else { None };
        let (code, len) = match low {
            Some(low @ 0xDC00..=0xDFFF) => (0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00), 2 * len),
            _ => (high, len),
        };
        let decoded = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        self.emit(decoded.encode_utf8(&mut [0; 4]), len);
    }
}

/// The length of the white space that `text` starts with, and how many lines end in it.
fn blanks_and_breaks(text: &str) -> (usize, usize) {
    let bytes = text.as_bytes();
    let len = bytes.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r')).count();
    let space = bytes.get(..len).unwrap_or_default();
    let crlf = space.windows(2).filter(|pair| pair == b"\r\n").count();
    (len, space.iter().filter(|b| matches!(b, b'\n' | b'\r')).count() - crlf)
}

/// The character that a backslash and `code` stand for in a double-quoted text (YAML 1.2.2, 5.7), but for those that stand for
/// themselves and those with digits.
pub(in crate::yaml) fn simple_escape(code: char) -> Option<char> {
    Some(match code {
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' => '\t',
        'n' => '\n',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        _ => return None,
    })
}

/// What becomes of the line breaks at a block scalar's end (YAML 1.2.2, 8.1.1.2).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Clip,
    Strip,
    Keep,
}

/// Decodes the block scalar that `text` starts with at its indicator. It ends by itself, at a
/// line of less indentation.
fn block(text: &str, base: usize, indent: usize, folded: bool, out: MappedText) -> MappedText {
    let (header, body) = split_line(text);
    let indicators = header.split('#').next().unwrap_or("");
    let chomping = match indicators {
        _ if indicators.contains('-') => Chomping::Strip,
        _ if indicators.contains('+') => Chomping::Keep,
        _ => Chomping::Clip,
    };
    let mut block = Block { folded, out, pending: Vec::new(), was_blank: true, started: false };
    let mut at = base + (text.len() - body.len());
    let mut rest = body;
    while !rest.is_empty() {
        let (line, after) = split_line(rest);
        let whole = rest.len() - after.len();
        let Some(content) = content_of(line, indent) else { break };
        let start = at + (line.len() - content.len());
        block.line(content, start, at + line.len()..at + whole);
        at += whole;
        rest = after;
    }
    block.finish(chomping)
}

/// The columns that the first line with text is indented by, in a block scalar that is written as
/// `written`; more than any line has where none has text. `None` where an indicator says it.
fn detected(written: &str) -> Option<usize> {
    let (header, mut body) = split_line(written);
    if header.split('#').next()?.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    while !body.is_empty() {
        let (line, rest) = split_line(body);
        let spaces = line.bytes().take_while(|&b| b == b' ').count();
        if spaces < line.len() {
            return Some(spaces);
        }
        body = rest;
    }
    Some(usize::MAX)
}

/// A line without its break, and what follows.
fn split_line(text: &str) -> (&str, &str) {
    let end = memchr::memchr2(b'\n', b'\r', text.as_bytes()).unwrap_or(text.len());
    let (line, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    let rest = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\n', '\r'])).unwrap_or(rest);
    (line, rest)
}

/// What a line holds past `indent` columns; `None` where it is no more of the scalar.
fn content_of(line: &str, indent: usize) -> Option<&str> {
    let spaces = line.bytes().take_while(|&b| b == b' ').count();
    let ends_document = indent == 0 && (line == "..." || line.starts_with("... "));
    if spaces >= indent && !ends_document {
        line.get(indent..)
    } else {
        // An empty line may be indented less.
        (spaces == line.len()).then_some("")
    }
}

/// A block scalar on its way to text.
struct Block {
    folded: bool,
    out: MappedText,
    /// The breaks since the last line with content; the first is that line's own.
    pending: Vec<Range<usize>>,
    /// Whether the last line with content starts with white space, and so isn't folded.
    was_blank: bool,
    /// Whether there was a line with content.
    started: bool,
}

impl Block {
    fn line(&mut self, content: &str, start: usize, line_break: Range<usize>) {
        if !content.is_empty() {
            self.join(content.starts_with([' ', '\t']));
            self.out.push(content, start..start + content.len());
            self.started = true;
        }
        self.pending.push(line_break);
    }

    /// Writes the breaks before a line with content.
    fn join(&mut self, is_blank: bool) {
        let fold = self.folded && self.started && !self.was_blank && !is_blank;
        let breaks = std::mem::take(&mut self.pending);
        match breaks.as_slice() {
            [only] if fold => self.out.push(" ", only.clone()),
            [_, more @ ..] if fold => self.breaks(more),
            all => self.breaks(all),
        }
        self.was_blank = is_blank;
    }

    fn breaks(&mut self, places: &[Range<usize>]) {
        for place in places {
            self.out.push("\n", place.clone());
        }
    }

    fn finish(mut self, chomping: Chomping) -> MappedText {
        let breaks = std::mem::take(&mut self.pending);
        // The last line's break is written even where the file ends without one: kubectl adds it.
        match chomping {
            Chomping::Clip if self.started => self.breaks(breaks.get(..1).unwrap_or_default()),
            Chomping::Keep => self.breaks(&breaks),
            Chomping::Clip | Chomping::Strip => {}
        }
        self.out
    }
}
