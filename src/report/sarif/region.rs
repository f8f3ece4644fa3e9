//! Spans as SARIF's regions, which count lines, characters and bytes.

use super::log::{Exact, Region};
use crate::source::{Encoding, Source, Span};

/// Bytes between two known counts.
const STRIDE: usize = 4096;

/// Counts the characters before a place of one source without reading it from its start each time.
pub(super) struct Counter<'a> {
    source: &'a Source,
    /// The counts before each multiple of [`STRIDE`].
    known: Vec<Count>,
}

/// How much lies before a place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Count {
    /// Unicode code points.
    characters: usize,
    /// UTF-16 code units.
    units: usize,
}

impl<'a> Counter<'a> {
    pub(super) fn new(source: &'a Source) -> Self {
        let mut count = Count::default();
        let mut known = vec![count];
        for block in source.text.as_bytes().chunks(STRIDE) {
            count.add(block);
            known.push(count);
        }
        Self { source, known }
    }

    fn before(&self, offset: usize) -> Count {
        let block = offset / STRIDE;
        let mut count = self.known.get(block).copied().unwrap_or_default();
        count.add(self.source.text.as_bytes().get(block * STRIDE..offset).unwrap_or_default());
        count
    }

    /// `span`, which lies in the source.
    pub(super) fn region(&self, span: Span) -> Region {
        let range = span.range();
        let (start, end) = (self.source.position(range.start), self.source.position(range.end));
        let (from, to) = (self.before(range.start), self.before(range.end));
        // A byte order mark is no character (3.30.2), but its bytes count.
        let mark = usize::from(self.source.text.starts_with('\u{feff}'));
        let (byte_offset, byte_length) = match self.source.encoding {
            Encoding::Utf8 => (range.start, range.len()),
            // On disk, two bytes for the mark and for each code unit.
            Encoding::Utf16 => (2 + 2 * from.units, 2 * (to.units - from.units)),
        };
        let char_offset = from.characters.saturating_sub(mark);
        let exact = Exact {
            start_column: start.column,
            end_line: end.line,
            end_column: end.column,
            char_offset,
            char_length: to.characters.saturating_sub(mark).saturating_sub(char_offset),
            byte_offset,
            byte_length,
        };
        Region { start_line: start.line, exact: Some(exact) }
    }
}

impl Count {
    /// Counts the characters that begin in `bytes`, a piece of UTF-8.
    fn add(&mut self, bytes: &[u8]) {
        let begin = bytes.iter().filter(|&&byte| byte & 0xc0 != 0x80).count();
        self.characters += begin;
        // Code points of four bytes are pairs of code units.
        self.units += begin + bytes.iter().filter(|&&byte| byte >= 0xf0).count();
    }
}
