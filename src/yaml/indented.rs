//! Quoted scalars that go on at a column where granit refuses them.
//!
//! kubectl reads `a: "b⏎c"` though the second line isn't indented; granit wants it deeper than
//! the key (YAML 1.2.2, `s-flow-line-prefix`). White space at the start of such a line means
//! nothing, so the line is indented in a copy, and places are led back to the file.

use std::borrow::Cow;
use std::ops::Range;

use super::problem::Problem;
use crate::source::{FileId, Span};

/// How many bytes may be parsed again in all. A file that wants more has a quote that isn't
/// closed; the few real ones need less than ten rounds.
const BUDGET: usize = 16 << 20;

/// A document's text, with spaces put in at some lines' starts.
pub(super) struct Indented<'a> {
    text: Cow<'a, str>,
    /// Where the document starts in the file.
    base: usize,
    /// Where spaces were put in, in `text`, in order.
    added: Vec<Range<usize>>,
    /// The place in the file of the first line that was indented.
    first: usize,
    budget: usize,
}

impl<'a> Indented<'a> {
    pub(super) fn new(text: &'a str, base: usize) -> Self {
        Self { text: Cow::Borrowed(text), base, added: Vec::new(), first: 0, budget: BUDGET }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn is_changed(&self) -> bool {
        !self.added.is_empty()
    }

    /// The place in the file of an offset of the text.
    pub(super) fn place(&self, offset: usize) -> u32 {
        let before = self.added.iter().take_while(|added| added.start < offset);
        let added: usize = before.map(|added| added.end.min(offset) - added.start).sum();
        u32::try_from(self.base + offset - added).unwrap_or(u32::MAX)
    }

    /// Indents the line at `offset`, which lies in a quoted scalar, and the lines after it as far
    /// as they surely lie in the same one: none with a quote has come between. `false` where that
    /// was done in vain before, or goes past the budget.
    pub(super) fn indent(&mut self, offset: usize) -> bool {
        let line = self.text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let again = self.added.last().is_some_and(|added| added.start >= line);
        if again || self.budget < self.text.len() {
            return false;
        }
        self.budget -= self.text.len();
        if !self.is_changed() {
            self.first = self.place(offset) as usize;
        }
        // Deeper than any key can be that granit still parses on the line before.
        let deep = self.text.get(..line).and_then(|before| before.lines().next_back()).map_or(0, str::len);
        let spaces = " ".repeat(deep.min(1024) + 1);
        let mut changed = self.text.get(..line).unwrap_or("").to_owned();
        let mut rest = self.text.get(line..).unwrap_or("").split_inclusive('\n');
        for line in rest.by_ref() {
            self.added.push(changed.len()..changed.len() + spaces.len());
            changed.push_str(&spaces);
            changed.push_str(line);
            if line.contains(['"', '\'']) {
                break;
            }
        }
        rest.for_each(|line| changed.push_str(line));
        self.text = Cow::Owned(changed);
        true
    }

    /// The problem of a document that stays wrong after its quoted scalars were indented.
    pub(super) fn unclosed_quote(&self, file: FileId) -> Problem {
        Problem::Invalid {
            span: Span::new(file, self.first..self.first),
            message: "a quoted text goes on in this line, which isn't indented".to_owned(),
            help: Some("close the quote in an earlier line".to_owned()),
        }
    }
}
