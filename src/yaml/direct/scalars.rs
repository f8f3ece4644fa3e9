//! Scalars: plain and quoted ones of one line (YAML 1.2.2, chapter 7.3), and block scalars (chapter 8.1).

use std::ops::Range;

use super::Reader;
use crate::yaml::resolve::{self, Resolved, Tag};
use crate::yaml::scalar::{Style, simple_escape};
use crate::yaml::tree::{Content, Meaning, NodeData, Scalar, Text};

/// The longest key (bytes); the parser takes 1024 characters.
const MAX_KEY: usize = 1000;

/// A scalar: all of a quoted one, and the first line of a plain one.
pub(super) struct Word {
    pub(super) range: Range<usize>,
    style: Style,
    /// Whether a quoted one holds escapes.
    has_escapes: bool,
    /// Whether a quoted one has several lines.
    is_folded: bool,
    /// Whether the colon of a key follows.
    pub(super) is_key: bool,
}

impl Reader<'_> {
    /// A scalar outside of brackets.
    pub(super) fn word(&mut self) -> Option<Word> {
        self.word_up_to(|_| false)
    }

    /// A scalar in brackets.
    pub(super) fn flow_word(&mut self) -> Option<Word> {
        self.word_up_to(|byte| matches!(byte, b',' | b'[' | b']' | b'{' | b'}'))
    }

    fn word_up_to(&mut self, ends: impl Fn(u8) -> bool) -> Option<Word> {
        let start = self.at;
        let is_in_brackets = ends(b',');
        let (style, has_escapes) = match self.byte(0)? {
            b'"' => (Style::DoubleQuoted, self.double_quoted()?),
            b'\'' => (Style::SingleQuoted, self.single_quoted()?),
            _ => {
                self.plain(&ends)?;
                (Style::Plain, false)
            }
        };
        let range = start..self.at;
        let written = self.bytes.get(range.clone())?;
        let is_folded = style != Style::Plain && memchr::memchr(b'\n', written).is_some();
        self.skip_spaces();
        let colon = self.byte(0) == Some(b':');
        // In brackets, what follows a quoted key needs no blank before it.
        let is_key = colon && (self.is_blank(1) || is_in_brackets && style != Style::Plain);
        if !is_key {
            self.at = range.end;
        }
        let is_read = (!colon || is_key) && !(is_folded && (is_key || is_in_brackets));
        is_read.then_some(Word { range, style, has_escapes, is_folded, is_key })
    }

    /// Goes past the first line of a plain scalar, but for the spaces at its end.
    fn plain(&mut self, ends: &impl Fn(u8) -> bool) -> Option<()> {
        match self.byte(0)? {
            b'-' | b'?' | b':'
                if self.byte(1).is_some_and(|next| !matches!(next, b' ' | b'\n' | b'\t') && !ends(next)) => {}
            b' ' | b'\n' | b'\t' | b'-' | b'?' | b':' | b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&'
            | b'*' | b'!' | b'|' | b'>' | b'%' | b'@' | b'`' => return None,
            _ => {}
        }
        self.plain_line(ends)
    }

    /// Goes past what a line holds of a plain scalar.
    fn plain_line(&mut self, ends: &impl Fn(u8) -> bool) -> Option<()> {
        let (mut at, mut end) = (self.at, self.at);
        while let Some(&byte) = self.bytes.get(at) {
            match byte {
                b' ' => {
                    at += 1;
                    continue;
                }
                b'\n' => break,
                b':' => match self.bytes.get(at + 1) {
                    None | Some(b' ' | b'\n') => break,
                    Some(b'\t') => return None,
                    Some(&next) if ends(next) => return None,
                    Some(_) => {}
                },
                b'#' if at > end => break,
                b'\t' => return None,
                _ if ends(byte) => break,
                _ => {}
            }
            at += 1;
            end = at;
        }
        self.at = end;
        Some(())
    }

    /// Goes past a single-quoted scalar; whether it holds quotes.
    fn single_quoted(&mut self) -> Option<bool> {
        let mut has_quotes = false;
        self.at += 1;
        loop {
            let rest = self.bytes.get(self.at..)?;
            self.at += memchr::memchr(b'\'', rest)? + 1;
            if self.byte(0) != Some(b'\'') {
                return Some(has_quotes);
            }
            has_quotes = true;
            self.at += 1;
        }
    }

    /// Goes past a double-quoted scalar; whether it holds escapes.
    fn double_quoted(&mut self) -> Option<bool> {
        let mut has_escapes = false;
        self.at += 1;
        loop {
            let rest = self.bytes.get(self.at..)?;
            self.at += memchr::memchr2(b'"', b'\\', rest)?;
            if self.byte(0)? == b'"' {
                self.at += 1;
                return Some(has_escapes);
            }
            self.at += 2;
            has_escapes = true;
        }
    }

    /// Adds a key, and goes past its colon.
    pub(super) fn key(&mut self, word: &Word) -> Option<()> {
        if !word.is_key || word.range.len() > MAX_KEY {
            return None;
        }
        let scalar = self.scalar_of(word)?;
        let is_refused =
            || resolve::resolve(self.decoded_text(scalar.text()), true, Tag::None) == Resolved::Null;
        // What `<<` merges is an alias nearly always.
        match scalar.meaning() {
            Meaning::Text => {}
            Meaning::Other if !is_refused() => {}
            Meaning::Merge | Meaning::Other => return None,
        }
        self.push(word.range.clone(), scalar);
        self.at += 1;
        Some(())
    }

    /// Adds a scalar that starts behind the key or dash at `column`, or below it, with all of its lines; each stands further
    /// right (chapter 6.5).
    pub(super) fn lines(&mut self, word: &Word, column: usize) -> Option<usize> {
        let first = &word.range;
        let end = if word.style == Style::Plain { self.end_of_plain(first.end, column)? } else { first.end };
        if end == first.end && !word.is_folded {
            self.scalar(word)?;
        } else {
            let quote = usize::from(word.style != Style::Plain);
            let from = self.decoded.len();
            self.fold(first.start + quote..end - quote, word.style, column)?;
            let scalar = self.decoded_from(from, word.style);
            self.push(first.start..end, scalar);
        }
        self.at = end;
        self.end_line()?;
        Some(end)
    }

    /// Where a plain scalar ends whose first line ends at `end`.
    fn end_of_plain(&mut self, mut end: usize, column: usize) -> Option<usize> {
        loop {
            self.at = end;
            self.skip_spaces();
            if self.byte(0) != Some(b'\n') {
                return Some(end);
            }
            let mut start = self.at;
            while self.byte(0) == Some(b'\n') {
                start = self.at + 1;
                self.at = start;
                self.skip_spaces();
            }
            if self.at - start <= column || matches!(self.byte(0), None | Some(b'#')) {
                return Some(end);
            }
            self.plain_line(&|_: u8| false)?;
            end = self.at;
            self.skip_spaces();
            // A key can't stand there.
            if self.byte(0) == Some(b':') {
                return None;
            }
        }
    }

    /// Decodes the lines of `inner`, which stands between quotes if there are any: a line break becomes a space, or nothing
    /// behind a backslash, and each empty line a line break.
    fn fold(&mut self, inner: Range<usize>, style: Style, column: usize) -> Option<()> {
        let written = self.text.get(inner).filter(|written| !written.contains('\t'))?;
        let last = written.matches('\n').count();
        let (mut breaks, mut is_joined) = (0, false);
        for (number, line) in written.split('\n').enumerate() {
            let content = if number == 0 { line } else { line.trim_start_matches(' ') };
            let indent = line.len() - content.len();
            let content = if number == last { content } else { trimmed(content, style) };
            let is_first = number == 0;
            if content.is_empty() && !is_first && number != last {
                breaks += 1;
                continue;
            }
            if !is_first && indent <= column {
                return None;
            }
            match std::mem::take(&mut breaks) {
                0 if is_first || is_joined => {}
                0 => self.decoded.push(' '),
                breaks => self.decoded.extend(std::iter::repeat_n('\n', breaks)),
            }
            is_joined = number != last && style == Style::DoubleQuoted && ends_in_backslash(content);
            let content = if is_joined { content.strip_suffix('\\')? } else { content };
            match style {
                Style::SingleQuoted => self.decoded.push_str(&content.replace("''", "'")),
                Style::DoubleQuoted => unescape(content, &mut self.decoded)?,
                _ => self.decoded.push_str(content),
            }
        }
        Some(())
    }

    /// Adds a scalar of one line that is no key.
    pub(super) fn scalar(&mut self, word: &Word) -> Option<()> {
        let scalar = self.scalar_of(word)?;
        self.push(word.range.clone(), scalar);
        Some(())
    }

    /// Adds a null that isn't written, at `at`.
    pub(super) fn null(&mut self, at: usize) -> usize {
        let text = Text::Source(self.place(at), self.place(at));
        self.push(at..at, Scalar::new(text, "", Style::Plain, Tag::None));
        at
    }

    fn push(&mut self, range: Range<usize>, scalar: Scalar) {
        let after = u32::try_from(self.nodes.len() + 1).unwrap_or(u32::MAX);
        let (start, end) = (self.place(range.start), self.place(range.end));
        self.nodes.push(NodeData { origin: 0, start, end, after, content: Content::Scalar(scalar) });
    }

    fn scalar_of(&mut self, word: &Word) -> Option<Scalar> {
        let Range { start, end } = word.range;
        let inner = if word.style == Style::Plain { start..end } else { start + 1..end - 1 };
        let written = self.text.get(inner.clone())?;
        if !word.has_escapes {
            let text = Text::Source(self.place(inner.start), self.place(inner.end));
            return Some(Scalar::new(text, written, word.style, Tag::None));
        }
        let from = self.decoded.len();
        match word.style {
            Style::SingleQuoted => self.decoded.push_str(&written.replace("''", "'")),
            _ => unescape(written, &mut self.decoded)?,
        }
        Some(self.decoded_from(from, word.style))
    }

    /// The scalar that was decoded last, `from` there on.
    fn decoded_from(&self, from: usize, style: Style) -> Scalar {
        let cut = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let text = Text::Decoded(cut(from), cut(self.decoded.len()));
        Scalar::new(text, self.decoded.get(from..).unwrap_or(""), style, Tag::None)
    }

    fn decoded_text(&self, text: Text) -> &str {
        let (held, start, end) = match text {
            Text::Source(start, end) => (self.text, start as usize - self.base, end as usize - self.base),
            Text::Decoded(start, end) => (self.decoded.as_str(), start as usize, end as usize),
        };
        held.get(start..end).unwrap_or("")
    }

    /// A block scalar in the collection at `column`, whose indentation is that of its first line with text.
    pub(super) fn block_scalar(&mut self, column: usize) -> Option<usize> {
        let start = self.at;
        let is_literal = self.byte(0) == Some(b'|');
        self.at += 1;
        let chomping = self.byte(0).filter(|byte| matches!(byte, b'-' | b'+'));
        self.at += usize::from(chomping.is_some());
        let header = self.at;
        self.skip_spaces();
        match self.byte(0)? {
            b'\n' => self.at += 1,
            b'#' if self.at > header => self.skip_line(),
            _ => return None,
        }
        if chomping != Some(b'+') && self.bytes.get(header) == Some(&b'\n') && self.holds_no_text(column) {
            let style = Style::block(is_literal, 0);
            let none = u32::try_from(self.base).unwrap_or(u32::MAX);
            self.push(start..header, Scalar::new(Text::Source(none, none), "", style, Tag::None));
            self.next_line()?;
            return Some(header);
        }
        let indent = self.indentation().filter(|indent| *indent > column)?;
        let from = self.decoded.len();
        let mut lines = Lines { is_literal, breaks: 0, has_text: false, was_blank: false };
        let mut end = start;
        // Up to the first line that is indented less.
        loop {
            let rest = self.text.get(self.at..)?;
            let spaces = rest.bytes().take(indent).take_while(|byte| *byte == b' ').count();
            if rest.is_empty() {
                break;
            }
            let len = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
            match rest.get(spaces..len)? {
                "" => lines.breaks += usize::from(len < rest.len()),
                _ if spaces < indent => break,
                line => {
                    lines.push(line, &mut self.decoded);
                    if !line.trim_end_matches(' ').is_empty() {
                        end = self.at + len;
                    }
                }
            }
            self.at = self.text.len().min(self.at + len + 1);
        }
        match chomping {
            Some(b'-') => {}
            Some(_) => self.decoded.extend(std::iter::repeat_n('\n', lines.breaks)),
            None => self.decoded.push('\n'),
        }
        let is_text = self.decoded.get(from..)?.contains(|char: char| !char.is_whitespace());
        let indent = u32::try_from(indent).ok().filter(|_| is_text)?;
        let style = Style::block(is_literal, indent);
        let scalar = self.decoded_from(from, style);
        self.push(start..end, scalar);
        self.next_line()?;
        // Nothing that belongs to the scalar may be left.
        self.column.is_none_or(|next| next <= column).then_some(end)
    }

    /// Whether the block scalar in the collection at `column` has only blank lines.
    fn holds_no_text(&self, column: usize) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let blank = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\n')).count();
        let indent = rest.iter().take(blank).rev().take_while(|byte| **byte == b' ').count();
        blank == rest.len() || indent <= column
    }

    /// How far the first line with text is indented, where no line before it is indented more.
    fn indentation(&self) -> Option<usize> {
        let (mut at, mut widest) = (self.at, 0);
        loop {
            let start = at;
            while self.bytes.get(at) == Some(&b' ') {
                at += 1;
            }
            match self.bytes.get(at)? {
                b'\n' => {
                    widest = widest.max(at - start);
                    at += 1;
                }
                b'\t' => return None,
                _ => return Some(at - start).filter(|indent| widest <= *indent),
            }
        }
    }
}

/// The lines of a block scalar on their way to text.
struct Lines {
    is_literal: bool,
    /// The line breaks since the last line that isn't empty, its own included.
    breaks: usize,
    has_text: bool,
    /// Whether the last line starts with white space, and so isn't folded.
    was_blank: bool,
}

impl Lines {
    fn push(&mut self, line: &str, out: &mut String) {
        let is_blank = line.starts_with([' ', '\t']);
        let is_folded = !self.is_literal && self.has_text && !self.was_blank && !is_blank;
        match self.breaks {
            1 if is_folded => out.push(' '),
            breaks => out.extend(std::iter::repeat_n('\n', breaks - usize::from(is_folded))),
        }
        out.push_str(line);
        (self.breaks, self.has_text, self.was_blank) = (1, true, is_blank);
    }
}

/// `line` without the spaces at its end, but for one that a backslash stands before.
fn trimmed(line: &str, style: Style) -> &str {
    let content = line.trim_end_matches(' ');
    let is_escaped = style == Style::DoubleQuoted && content.len() < line.len() && ends_in_backslash(content);
    line.get(..content.len() + usize::from(is_escaped)).unwrap_or(content)
}

/// Whether the last character of `text` is a backslash that no other stands before.
fn ends_in_backslash(text: &str) -> bool {
    text.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

/// Decodes a double-quoted text of one line into `out`; `None` for halves of surrogate pairs, and for what is no escape.
fn unescape(written: &str, out: &mut String) -> Option<()> {
    let mut rest = written;
    while let Some((before, escape)) = rest.split_once('\\') {
        out.push_str(before);
        let mut chars = escape.chars();
        out.push(match chars.next()? {
            char @ ('"' | '\\' | '/' | ' ') => char,
            code @ ('x' | 'u' | 'U') => {
                let end = match code {
                    'x' => 3,
                    'u' => 5,
                    _ => 9,
                };
                let digits = escape.get(1..end).filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))?;
                chars = escape.get(end..)?.chars();
                char::from_u32(u32::from_str_radix(digits, 16).ok()?)?
            }
            code => simple_escape(code)?,
        });
        rest = chars.as_str();
    }
    out.push_str(rest);
    Some(())
}
