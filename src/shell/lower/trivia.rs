//! What stands between commands: blanks, comments and the bodies of here-documents.

use std::ops::Range;

/// The comments and here-document bodies seen so far, to step over them.
#[derive(Default)]
pub(super) struct Trivia {
    comments: Vec<Range<usize>>,
    /// From the body's first byte to the end of the delimiter's line.
    documents: Vec<Range<usize>>,
}

impl Trivia {
    pub(super) fn add_comment(&mut self, range: Range<usize>) {
        self.comments.push(range);
    }

    pub(super) fn add_document(&mut self, range: Range<usize>) {
        self.documents.push(range);
    }

    /// The comments' places, in order.
    pub(super) fn into_comments(mut self) -> Vec<Range<usize>> {
        self.comments.sort_by_key(|range| (range.start, range.end));
        self.comments.dedup();
        self.comments
    }

    /// The place of `opening` before `at`, with nothing but blanks and comments between.
    pub(super) fn opening(&self, source: &str, at: usize, opening: char) -> Option<usize> {
        let mut at = at;
        loop {
            if let Some(skipped) =
                self.comments.iter().chain(&self.documents).find(|r| r.end == at && r.start < at)
            {
                at = skipped.start;
                continue;
            }
            let last = source.get(..at)?.chars().next_back()?;
            at -= last.len_utf8();
            if last == opening {
                return Some(at);
            }
            if !(last.is_ascii_whitespace() || last == '\\') {
                return None;
            }
        }
    }

    /// One past the place of `closing` after `at`, with nothing but blanks, comments, terminators
    /// and here-documents between.
    pub(super) fn closing(&self, source: &str, at: usize, closing: char) -> Option<usize> {
        let mut at = at;
        loop {
            let next = source.get(at..)?.chars().next()?;
            if next == closing {
                return Some(at + 1);
            }
            at = match next {
                '\n' => self.past_documents(at + 1),
                '#' => at + source.get(at..)?.find('\n')?,
                ';' | '&' | '\\' => at + 1,
                _ if next.is_ascii_whitespace() => at + 1,
                _ => return None,
            };
        }
    }

    /// The end of the here-documents whose bodies start at the start of a line.
    fn past_documents(&self, line: usize) -> usize {
        let mut at = line;
        while let Some(document) = self.documents.iter().find(|d| d.start == at && d.end > at) {
            at = document.end;
        }
        at
    }
}
