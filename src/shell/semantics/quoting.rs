//! Where each byte of a word's text stands, through quotes and escapes (POSIX XCU 2.2): so that a script inside
//! `sh -c "…"` has places of its own.

use super::unit::Unit;
use crate::shell::ir::{Part, PartKind, Word};
use crate::source::MappedText;

/// The text that `word` of `unit` comes to, with the place of each byte; `value` gives what its expansions come to. A
/// text whose way through the quotes isn't found has the place of the whole word.
pub(super) fn mapped(
    unit: &Unit,
    word: &Word,
    mut value: impl FnMut(&Part) -> Option<String>,
) -> Option<MappedText> {
    let whole = unit.span(&word.range);
    let mut text = String::new();
    let mut expansions = Vec::new();
    for part in &word.parts {
        if let PartKind::Literal { text: literal, .. } = &part.kind {
            text.push_str(literal);
        } else {
            let value = value(part)?;
            text.push_str(&value);
            expansions.push((part, value));
        }
    }
    let opaque = MappedText::opaque(text.clone(), whole);
    if unit.text.is_opaque() {
        return Some(opaque);
    }
    let mut removal = QuoteRemoval { unit, out: MappedText::new(whole), quoting: Quoting::None };
    let mut at = word.range.start;
    for (part, value) in expansions {
        removal.literal(at..part.range.start);
        removal.out.push(&value, unit.span(&part.range).range());
        at = part.range.end;
    }
    removal.literal(at..word.range.end);
    Some(if removal.out.as_str() == text { removal.out } else { opaque })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quoting {
    None,
    Single,
    Double,
}

struct QuoteRemoval<'u> {
    unit: &'u Unit,
    out: MappedText,
    quoting: Quoting,
}

impl QuoteRemoval<'_> {
    /// Literal text, as written at `range`.
    fn literal(&mut self, range: std::ops::Range<usize>) {
        let raw = self.unit.text.as_str().get(range.clone()).unwrap_or_default();
        let mut chars = raw.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let next = chars.peek().map(|(_, next)| *next);
            match (self.quoting, c) {
                (Quoting::None, '\'') => self.quoting = Quoting::Single,
                (Quoting::None, '"') => self.quoting = Quoting::Double,
                (Quoting::Single, '\'') | (Quoting::Double, '"') => self.quoting = Quoting::None,
                (Quoting::None | Quoting::Double, '\\') if next == Some('\n') => _ = chars.next(),
                (Quoting::None, '\\') => self.escaped(range.start + at, &mut chars),
                (Quoting::Double, '\\') if next.is_some_and(|next| "$`\"\\".contains(next)) => {
                    self.escaped(range.start + at, &mut chars);
                }
                _ => self.push(c, range.start + at, c.len_utf8()),
            }
        }
    }

    /// What the backslash at `start` quotes.
    fn escaped(&mut self, start: usize, chars: &mut impl Iterator<Item = (usize, char)>) {
        if let Some((_, quoted)) = chars.next() {
            self.push(quoted, start, 1 + quoted.len_utf8());
        }
    }

    fn push(&mut self, c: char, start: usize, length: usize) {
        let source = self.unit.span(&(start..start + length)).range();
        self.out.push(c.encode_utf8(&mut [0; 4]), source);
    }
}
