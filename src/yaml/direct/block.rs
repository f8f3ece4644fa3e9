//! Collections that are told by their indentation (YAML 1.2.2, chapter 8.2).

use super::Reader;
use super::scalars::Word;
use crate::yaml::tree::Content;

/// Each of these returns where what was read ends, and leaves the reader at the next line with content.
impl Reader<'_> {
    /// A map or a list that starts at `column` of a line.
    pub(super) fn block(&mut self, column: usize) -> Option<usize> {
        if self.is_dash() {
            return self.sequence(column);
        }
        let key = self.word()?;
        self.mapping(column, key)
    }

    /// Whether a `-` stands here that starts an item.
    fn is_dash(&self) -> bool {
        self.byte(0) == Some(b'-') && self.is_blank(1)
    }

    /// A map whose keys stand at `column`, behind its first key.
    fn mapping(&mut self, column: usize, first: Word) -> Option<usize> {
        let index = self.open(first.range.start, Content::Mapping)?;
        let mut key = first;
        loop {
            self.key(&key)?;
            let end = self.value(column)?;
            match self.column {
                Some(next) if next == column => key = self.word()?,
                Some(next) if next > column => return None,
                _ => return self.close(index, end),
            }
        }
    }

    /// What stands behind the colon of a key at `column`.
    fn value(&mut self, column: usize) -> Option<usize> {
        let colon = self.at;
        self.skip_spaces();
        if !matches!(self.byte(0), None | Some(b'\n' | b'#')) {
            return self.inline(column);
        }
        self.at = colon;
        self.end_line()?;
        match self.column {
            Some(next) if next > column => self.below(next, column),
            // A list may stand as far left as the key whose value it is.
            Some(next) if next == column && self.is_dash() => self.sequence(column),
            _ => Some(self.null(colon)),
        }
    }

    /// A list whose dashes stand at `column`.
    fn sequence(&mut self, column: usize) -> Option<usize> {
        let index = self.open(self.at, Content::Sequence)?;
        loop {
            let end = self.item(column)?;
            match self.column {
                Some(next) if next == column && self.is_dash() => {}
                Some(next) if next > column => return None,
                _ => return self.close(index, end),
            }
        }
    }

    /// An item whose dash stands here, at `column`.
    fn item(&mut self, column: usize) -> Option<usize> {
        let dash = self.at;
        self.at += 1;
        self.skip_spaces();
        let inner = column + (self.at - dash);
        match self.byte(0) {
            None | Some(b'\n' | b'#') => {
                self.at = dash + 1;
                self.end_line()?;
                // What an item without anything is, and where the list ends then, is the parser's to say.
                let next = self.column.filter(|next| *next > column)?;
                self.below(next, column)
            }
            Some(b'-') if self.is_dash() => self.sequence(inner),
            Some(b'|' | b'>' | b'[' | b'{') => self.inline(column),
            Some(_) => {
                let word = self.word()?;
                if word.is_key { self.mapping(inner, word) } else { self.lines(&word, column) }
            }
        }
    }

    /// A value that starts at column `next` of a line below the key or dash at `column`.
    fn below(&mut self, next: usize, column: usize) -> Option<usize> {
        match self.byte(0)? {
            b'[' | b'{' => self.flow_line(Some(column)),
            _ if self.is_dash() => self.sequence(next),
            _ => {
                let word = self.word()?;
                if word.is_key { self.mapping(next, word) } else { self.lines(&word, column) }
            }
        }
    }

    /// A value that starts in the line of the key or dash at `column`, and is no block collection.
    fn inline(&mut self, column: usize) -> Option<usize> {
        match self.byte(0)? {
            b'|' | b'>' => self.block_scalar(column),
            b'[' | b'{' => self.flow_line(Some(column)),
            _ => {
                let word = self.word()?;
                if word.is_key { None } else { self.lines(&word, column) }
            }
        }
    }
}
