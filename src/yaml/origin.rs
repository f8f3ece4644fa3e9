//! The texts that nodes are read from.

use std::ops::Range;
use std::sync::Arc;

use super::heuristics::is_json;
use super::scalar::{self, Style};
use crate::source::{FileId, MappedText, Source, Span, Text};

/// A text that nodes were read from: a file's, one that is written in a scalar of a file, or what a template puts out.
pub(super) struct Origin {
    file: FileId,
    /// The whole text: what is written as it is meant is borrowed from it.
    pub(super) text: Text,
    /// Where the document starts in the text.
    start: usize,
    /// Where it ends there.
    pub(super) end: usize,
    /// Where each part of the text stands in the file; the text is the file's own without it.
    written: Option<Arc<MappedText>>,
}

impl Origin {
    /// The text of `source`, of whose documents one is `range`.
    pub(super) fn of(source: &Source, range: Range<usize>) -> Self {
        Self { file: source.id, text: source.text.clone(), start: range.start, end: range.end, written: None }
    }

    /// The text of `text`, which is `written` in a file; one of its documents is `range`.
    pub(super) fn within(text: &Source, written: Arc<MappedText>, range: Range<usize>) -> Self {
        Self { file: written.whole().file, written: Some(written), ..Self::of(text, range) }
    }

    /// The file that the text is of.
    pub(super) fn file(&self) -> FileId {
        self.file
    }

    /// Whether the document is JSON.
    pub(super) fn is_json(&self) -> bool {
        self.text.get(self.start..self.end).is_some_and(is_json)
    }

    /// Where the bytes from `start` to `end` of the text stand in the file.
    pub(super) fn span(&self, start: u32, end: u32) -> Span {
        match &self.written {
            Some(written) => written.span(start as usize..end as usize),
            None => Span { file: self.file, start, end },
        }
    }

    /// The bytes from `start` to `end`.
    pub(super) fn slice(&self, start: u32, end: u32) -> &str {
        self.text.get(start as usize..end as usize).unwrap_or("")
    }

    /// The text from `start` on.
    pub(super) fn rest(&self, start: u32) -> &str {
        self.text.get(start as usize..).unwrap_or("")
    }

    /// Where `part` stands in the text, if it is a part of this very text.
    pub(super) fn place_of(&self, part: &str) -> Option<(u32, u32)> {
        let start = part.as_ptr().addr().checked_sub(self.text.as_ptr().addr())?;
        let end = start.checked_add(part.len()).filter(|end| *end <= self.text.len())?;
        Some((u32::try_from(start).ok()?, u32::try_from(end).ok()?))
    }

    /// Whether a block scalar that ends at `end` ends with the text, whose last line has no break.
    pub(super) fn ends_without_break(&self, end: u32, style: Style) -> bool {
        let is_block = matches!(style, Style::Literal(_) | Style::Folded(_));
        is_block && self.text.get(end as usize..).is_some_and(|rest| !rest.contains('\n'))
    }

    /// The scalar that is written in `style` from `start` to `end`, with the place of each part in the file. Where it isn't
    /// `text`, as it was changed, that is known as a whole.
    pub(super) fn decode(&self, start: u32, end: u32, style: Style, text: &str) -> MappedText {
        let here = Span { file: self.file, start, end };
        let decoded = scalar::decode(&self.text, here, style, self.end);
        let decoded = match decoded.as_str() {
            same if same == text => decoded,
            longer if longer.strip_suffix('\n') == Some(text) => {
                decoded.replace(&[(text.len()..text.len() + 1, "".into())])
            }
            _ => MappedText::opaque(text.to_owned(), here),
        };
        match &self.written {
            Some(written) => decoded.through(written),
            None => decoded,
        }
    }
}
