//! Between places in a text as the protocol counts them, by lines and units of the encoding that was agreed upon, and
//! offsets in bytes (LSP 3.17, "Position" and "Text Documents").

use std::ops::Range;

use lsp_types::{GeneralClientCapabilities, Position, PositionEncodingKind};

use crate::source::Span;

/// What a column counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum PositionEncoding {
    /// Bytes of UTF-8.
    Utf8,
    /// Units of UTF-16, which every client knows.
    #[default]
    Utf16,
}

impl PositionEncoding {
    /// UTF-8 where the client offers it.
    pub(super) fn negotiated(client: Option<&GeneralClientCapabilities>) -> Self {
        let offered = client.and_then(|client| client.position_encodings.as_ref());
        match offered {
            Some(offered) if offered.contains(&PositionEncodingKind::UTF8) => Self::Utf8,
            _ => Self::Utf16,
        }
    }

    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    /// How many units `bytes` of UTF-8 are: in UTF-16 one for each code point, and a second for those of four bytes.
    fn units(self, bytes: &[u8]) -> usize {
        match self {
            Self::Utf8 => bytes.len(),
            Self::Utf16 => {
                bytes.iter().map(|byte| usize::from(byte & 0xc0 != 0x80) + usize::from(*byte >= 0xf0)).sum()
            }
        }
    }
}

/// A line may be megabytes long (JSON): columns are counted from the block's start, not the line's.
const BLOCK: usize = 4096;

/// A text's lines.
pub(super) struct Lines<'t> {
    text: &'t str,
    encoding: PositionEncoding,
    /// The offset at which each line starts.
    starts: Vec<usize>,
    /// How many units stand before each block.
    blocks: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str, encoding: PositionEncoding) -> Self {
        let bytes = text.as_bytes();
        // A line ends with `\n`, `\r\n`, or `\r` alone.
        let is_end = |&at: &usize| bytes.get(at) == Some(&b'\n') || bytes.get(at + 1) != Some(&b'\n');
        let ends = memchr::memchr2_iter(b'\n', b'\r', bytes).filter(is_end);
        let starts = std::iter::once(0).chain(ends.map(|end| end + 1)).collect();
        let blocks = bytes.chunks(BLOCK).scan(0, |sum, block| {
            let before = *sum;
            *sum += encoding.units(block);
            Some(before)
        });
        Self { text, encoding, starts, blocks: blocks.collect() }
    }

    /// Where the byte at `offset` stands.
    pub(super) fn position(&self, offset: usize) -> Position {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.starts.partition_point(|&start| start <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or_default();
        let column = self.units_before(offset) - self.units_before(start);
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Position::new(number(line), number(column))
    }

    /// The place of `span`.
    pub(super) fn range(&self, span: Span) -> lsp_types::Range {
        let Range { start, end } = span.range();
        lsp_types::Range::new(self.position(start), self.position(end))
    }

    /// The byte at `position`. Past a line's end that is its end, past the last line the text's.
    pub(super) fn offset(&self, position: Position) -> usize {
        let Some(&start) = self.starts.get(position.line as usize) else { return self.text.len() };
        let end = self.starts.get(position.line as usize + 1).copied().unwrap_or(self.text.len());
        let line = self.text.get(start..end).unwrap_or_default().trim_end_matches(['\r', '\n']);
        let mut room = position.character as usize;
        for (at, char) in line.char_indices() {
            let units = match self.encoding {
                PositionEncoding::Utf8 => char.len_utf8(),
                PositionEncoding::Utf16 => char.len_utf16(),
            };
            // Within a character counts as before it.
            match room.checked_sub(units) {
                Some(rest) => room = rest,
                None => return start + at,
            }
        }
        start + line.len()
    }

    /// The bytes of the line that the byte at `offset` stands on, with its end.
    pub(super) fn line_of(&self, offset: usize) -> Range<usize> {
        let next = self.starts.partition_point(|&start| start <= offset);
        let start = next.checked_sub(1).and_then(|line| self.starts.get(line));
        start.copied().unwrap_or_default()..self.starts.get(next).copied().unwrap_or(self.text.len())
    }

    /// The bytes of `range`, whose ends may be swapped.
    pub(super) fn bytes(&self, range: lsp_types::Range) -> Range<usize> {
        let (start, end) = (self.offset(range.start), self.offset(range.end));
        start.min(end)..start.max(end)
    }

    fn units_before(&self, offset: usize) -> usize {
        let bytes = self.text.as_bytes();
        let block = offset / BLOCK;
        let rest = bytes.get(block * BLOCK..offset).unwrap_or_default();
        self.blocks.get(block).map_or(0, |before| before + self.encoding.units(rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a: 가🚀é\r\nb\rc\n\n끝";

    fn at(line: u32, character: u32) -> Position {
        Position::new(line, character)
    }

    #[test]
    fn positions_count_units_and_lead_back() {
        let end = TEXT.find('\r').unwrap();
        for (encoding, column) in [(PositionEncoding::Utf8, 12), (PositionEncoding::Utf16, 7)] {
            let lines = Lines::new(TEXT, encoding);
            assert_eq!(lines.position(end), at(0, column));
            assert_eq!(lines.position(TEXT.find('b').unwrap()), at(1, 0));
            assert_eq!(lines.position(TEXT.find('c').unwrap()), at(2, 0));
            for (offset, _) in TEXT.char_indices().filter(|(offset, _)| *offset != end + 1) {
                assert_eq!(lines.offset(lines.position(offset)), offset, "{encoding:?}");
            }
        }
    }

    #[test]
    fn what_is_past_the_end_or_within_a_character_is_brought_back() {
        let lines = Lines::new(TEXT, PositionEncoding::Utf16);
        let rocket = TEXT.find('🚀').unwrap();
        assert_eq!(lines.offset(at(0, 5)), rocket, "between the two units of one character");
        assert_eq!(lines.offset(at(0, u32::MAX)), TEXT.find('\r').unwrap());
        assert_eq!(lines.offset(at(u32::MAX, 0)), TEXT.len());
        assert_eq!(lines.position(rocket + 1), lines.position(rocket));
        assert_eq!(lines.position(usize::MAX), at(4, 1));
        assert_eq!(lines.bytes(lsp_types::Range::new(at(9, 9), at(0, 0))), 0..TEXT.len());
    }

    #[test]
    fn columns_of_long_lines_go_over_blocks() {
        let text = format!("x\n{}", "가🚀é".repeat(5000));
        let lines = Lines::new(&text, PositionEncoding::Utf16);
        assert_eq!(lines.position(text.len()), at(1, 20_000));
        assert_eq!(lines.offset(at(1, 20_000)), text.len());
    }
}
