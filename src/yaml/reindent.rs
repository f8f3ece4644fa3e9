//! Quoted scalars and brackets that go on at a column where granit refuses them.
//!
//! kubectl reads `a: "b⏎c"` though the second line isn't indented; granit wants it deeper than
//! the key (YAML 1.2.2, `s-flow-line-prefix`), by spaces. White space at the start of such a line means
//! nothing, so the scalar's lines are indented in a copy, and places are led back to the file. Brackets may
//! go on anywhere, but for granit not behind a tab.
//!
//! All such scalars are indented at once, by a guess that the parser confirms. Where it doesn't, or finds another error,
//! they are indented one after another, each where the parser stops.

use std::borrow::Cow;
use std::ops::Range;

use granit_parser::ErrorKind;

use super::events::events;
use super::problem::Problem;
use super::quotes::{self, Quoted, closing_quote};
use crate::source::{FileId, Span};

/// How many bytes may be put in, or where a guess doesn't help, parsed again, in all, for the sake of such scalars.
const BUDGET: usize = 16 << 20;

/// A document's text, with spaces put in at some lines' starts.
pub(super) struct Indented<'a> {
    text: Cow<'a, str>,
    /// Where the document starts in the file.
    base: usize,
    /// Where spaces were put in, in order.
    added: Vec<Added>,
    /// The scalar that was indented last, in `text`: from quote to quote.
    last: Range<usize>,
    budget: usize,
    /// Whether the lines were chosen by a guess, which the parser has yet to confirm.
    is_guess: bool,
}

/// Spaces that were put into the text.
struct Added {
    range: Range<usize>,
    /// How many bytes were put in up to here, these included.
    total: usize,
}

impl<'a> Indented<'a> {
    pub(super) fn new(text: &'a str, base: usize) -> Self {
        Self {
            text: Cow::Borrowed(text),
            base,
            added: Vec::new(),
            last: 0..0,
            budget: BUDGET,
            is_guess: false,
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The place in the file of an offset of the text.
    pub(super) fn place(&self, offset: usize) -> u32 {
        let after = self.added.partition_point(|added| added.range.start < offset);
        let added = after.checked_sub(1).and_then(|at| self.added.get(at));
        let added = added.map_or(0, |added| added.total - added.range.end.saturating_sub(offset));
        u32::try_from(self.base + offset - added).unwrap_or(u32::MAX)
    }

    /// The same text with all quoted scalars indented that seem to need it; `None` where none does.
    ///
    /// The guess is right where the parser finds all added spaces [`within`](Self::added_within) quoted scalars: there they
    /// mean nothing.
    pub(super) fn guess(&self) -> Option<Self> {
        let quoted = quotes::unindented(&self.text);
        let added = |quoted: &Quoted| {
            let lines = memchr::memchr_iter(b'\n', self.text.get(quoted.range.clone())?.as_bytes()).count();
            lines.checked_mul(quoted.column + 1)
        };
        let added: usize = quoted.iter().map(added).try_fold(0usize, |sum, added| sum.checked_add(added?))?;
        if quoted.is_empty() || added > BUDGET {
            return None;
        }
        let mut guess = Self { text: self.text.clone(), is_guess: true, ..Self::new("", self.base) };
        guess.last = guess.insert(&quoted);
        Some(guess)
    }

    /// Whether a guess chose the lines.
    pub(super) fn is_guess(&self) -> bool {
        self.is_guess
    }

    /// How many lines were indented.
    pub(super) fn added(&self) -> usize {
        self.added.len()
    }

    /// How many of them are in `range`.
    pub(super) fn added_within(&self, range: &Range<usize>) -> usize {
        let before = |offset| self.added.partition_point(|added| added.range.end <= offset);
        before(range.end) - before(range.start)
    }

    /// Indents the quoted scalar that goes on at `offset`, or the lines that go on within brackets there.
    ///
    /// # Errors
    /// Where neither goes on there, the budget is used up, or the scalar has no end: that is the problem then.
    pub(super) fn indent(&mut self, offset: usize, file: FileId) -> Result<(), Option<Problem>> {
        let Some(Opening { at, column, is_quote }) = opening(&self.text, offset) else {
            return Err(None);
        };
        let range = if is_quote {
            let closing = closing_quote(&self.text, at);
            at..closing.ok_or_else(|| self.at_quote(at, file, "this quote is never closed"))?
        } else {
            tabbed_lines(&self.text, offset)
        };
        let lines = self.text.get(range.clone()).unwrap_or("").matches('\n').count();
        // Parsing up to here, twice; copying costs a fraction.
        let cost = offset + self.text.len() / 16 + lines * (column + 1);
        let is_again = self.added.last().is_some_and(|added| range.start < added.range.end);
        if is_again || cost > self.budget {
            return Err(None);
        }
        self.budget -= cost;
        let changed = self.insert(&[Quoted { range, column }]);
        if is_quote {
            self.last = changed;
        }
        Ok(())
    }

    /// Indents the lines that start in each of `scalars`, which come after those that were indented before. Where the
    /// last of them stands then.
    fn insert(&mut self, scalars: &[Quoted]) -> Range<usize> {
        let mut last = 0..0;
        let mut changed = String::with_capacity(self.text.len() + self.text.len() / 8);
        let mut total = self.added.last().map_or(0, |added| added.total);
        let mut copied = 0;
        for Quoted { range, column } in scalars {
            changed.push_str(self.text.get(copied..range.start).unwrap_or(""));
            let start = changed.len();
            let spaces = " ".repeat(column + 1);
            for (index, line) in self.text.get(range.clone()).unwrap_or("").split_inclusive('\n').enumerate()
            {
                if index > 0 {
                    total += spaces.len();
                    self.added.push(Added { range: changed.len()..changed.len() + spaces.len(), total });
                    changed.push_str(&spaces);
                }
                changed.push_str(line);
            }
            last = start..changed.len();
            copied = range.end;
        }
        changed.push_str(self.text.get(copied..).unwrap_or(""));
        self.text = Cow::Owned(changed);
        last
    }

    /// The problem behind an error at `offset`, if text follows the closing quote of the scalar
    /// that was indented last: then it was meant to end in an earlier line.
    pub(super) fn blame(&self, offset: usize, file: FileId) -> Option<Problem> {
        let between = self.text.get(self.last.end..offset)?;
        if self.added.is_empty() || between.contains('\n') {
            return None;
        }
        let message = "this quote isn't closed in its line, and takes in the lines after it";
        Some(self.at_quote(self.last.start, file, message))
    }

    fn at_quote(&self, opening: usize, file: FileId, message: &str) -> Problem {
        let opening = self.place(opening) as usize;
        Problem::Invalid {
            span: Span::new(file, opening..opening + 1),
            message: message.to_owned(),
            help: Some("close it at the end of the text".to_owned()),
        }
    }

    /// The problem of a quoted text that goes on at `offset`.
    pub(super) fn unindented(&self, offset: usize, file: FileId) -> Problem {
        let line = self.text.get(offset..).and_then(|rest| rest.lines().next()).unwrap_or("");
        let start = self.place(offset) as usize;
        Problem::Invalid {
            span: Span::new(file, start..start + line.trim_end().len()),
            message: "a quoted text goes on in this line, which isn't indented".to_owned(),
            help: Some("indent the line, or close the text in an earlier one".to_owned()),
        }
    }
}

/// Whether kubectl may read what granit refuses so.
pub(super) fn is_of_indentation(error: &ErrorKind) -> bool {
    use ErrorKind::{InvalidQuotedScalarIndent, TabInBlockIndentation, TabInIndentation};
    matches!(error, InvalidQuotedScalarIndent | TabInBlockIndentation | TabInIndentation)
}

/// A quote or bracket that is open somewhere.
struct Opening {
    at: usize,
    column: usize,
    is_quote: bool,
}

/// The quote or else the innermost bracket that is open at `offset`. A text that ends inside it makes the parser say so.
fn opening(text: &str, offset: usize) -> Option<Opening> {
    let text = text.get(..offset)?.trim_end();
    let error = events(text).find_map(Result::err)?;
    let at = error.marker().byte_offset()?;
    let is_quote = match error.kind() {
        ErrorKind::UnclosedQuotedScalar => true,
        ErrorKind::UnclosedFlowCollection { .. } => false,
        _ => return None,
    };
    Some(Opening { at, column: error.marker().col(), is_quote })
}

/// From the end of the line before `offset` over all lines that begin with a tab and surely go on within brackets.
fn tabbed_lines(text: &str, offset: usize) -> Range<usize> {
    let start = text.get(..offset).and_then(|before| before.rfind('\n')).unwrap_or(offset);
    let first = start + 1;
    let mut end = first;
    for line in text.get(first..).unwrap_or("").split_inclusive('\n') {
        let goes_on = end == first || text.get(..end).unwrap_or("").trim_end().ends_with(['[', '{', ',']);
        if !goes_on || !line.trim_start_matches(' ').starts_with('\t') {
            break;
        }
        end += line.len();
    }
    start..end
}
