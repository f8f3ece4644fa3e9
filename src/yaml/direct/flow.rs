//! Collections in brackets (YAML 1.2.2, chapter 7.4), JSON among them.

use super::Reader;
use crate::yaml::tree::Content;

impl Reader<'_> {
    /// A collection in brackets, all of it indented past `parent`, and the end of its last line.
    pub(super) fn flow_line(&mut self, parent: Option<usize>) -> Option<usize> {
        let end = self.flow(parent)?;
        self.end_line()?;
        Some(end)
    }

    fn flow(&mut self, parent: Option<usize>) -> Option<usize> {
        let is_map = self.byte(0) == Some(b'{');
        let (content, closing) = if is_map { (Content::Mapping, b'}') } else { (Content::Sequence, b']') };
        let index = self.open(self.at, content)?;
        self.at += 1;
        loop {
            self.skip_flow_blanks(parent)?;
            // A comma may stand behind the last entry.
            if self.byte(0)? == closing {
                self.at += 1;
                return self.close(index, self.at);
            }
            if is_map {
                let key = self.flow_word()?;
                self.key(&key)?;
                self.skip_flow_blanks(parent)?;
            }
            self.flow_value(parent)?;
            self.skip_flow_blanks(parent)?;
            match self.byte(0)? {
                b',' => self.at += 1,
                byte if byte == closing => {
                    self.at += 1;
                    return self.close(index, self.at);
                }
                _ => return None,
            }
        }
    }

    fn flow_value(&mut self, parent: Option<usize>) -> Option<()> {
        if matches!(self.byte(0)?, b'[' | b'{') {
            return self.flow(parent).map(|_| ());
        }
        let word = self.flow_word()?;
        // An item with a colon is a map of one entry.
        if word.is_key { None } else { self.scalar(&word) }
    }

    /// Skips spaces, comments and line breaks. Each line must start past `parent`, but for a closing bracket, which may
    /// stand as far left.
    fn skip_flow_blanks(&mut self, parent: Option<usize>) -> Option<()> {
        let before = self.at;
        self.skip_spaces();
        let mut may_be_comment = self.at > before;
        loop {
            match self.byte(0) {
                Some(b'\n') => self.at += 1,
                Some(b'#') if may_be_comment => self.skip_line(),
                _ => return Some(()),
            }
            let start = self.at;
            self.skip_spaces();
            let column = self.at - start;
            let is_too_far_left = parent.is_some_and(|parent| match self.byte(0) {
                Some(b'\n') => false,
                Some(b']' | b'}') => column < parent,
                _ => column <= parent,
            });
            if is_too_far_left {
                return None;
            }
            may_be_comment = true;
        }
    }
}
