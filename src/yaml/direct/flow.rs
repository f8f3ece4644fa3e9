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
        self.skip_flow_blanks(parent)?;
        if self.byte(0)? == closing {
            self.at += 1;
            return self.close(index, self.at);
        }
        loop {
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
            self.skip_flow_blanks(parent)?;
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

    /// Skips spaces and line breaks. Each line must start past `parent`.
    fn skip_flow_blanks(&mut self, parent: Option<usize>) -> Option<()> {
        self.skip_spaces();
        while self.byte(0) == Some(b'\n') {
            self.at += 1;
            let start = self.at;
            self.skip_spaces();
            let is_too_far_left = parent.is_some_and(|parent| self.at - start <= parent);
            if is_too_far_left && self.byte(0) != Some(b'\n') {
                return None;
            }
        }
        Some(())
    }
}
