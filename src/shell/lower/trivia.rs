//! What stands between commands: blanks, comments and the bodies of here-documents.
//!
//! The parser is lenient in places: it reads `a (b) c` as three commands and drops what follows
//! `a=b(`. So the text between what it found is checked here; a script of which a part belongs to
//! nothing is refused, never half read.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;

use super::super::Unparsed;
use super::super::ir::{Command, List};
use super::{Lowered, Lowering};

/// The comments and here-document bodies seen so far, to step over them.
#[derive(Default)]
pub(super) struct Trivia {
    /// From start to end.
    comments: BTreeMap<usize, usize>,
    /// Comments that the parser leaves out, as those after `&&` and `|`: found when stepped over.
    passed: RefCell<BTreeMap<usize, usize>>,
    /// From the body's first byte to the end of the delimiter's line.
    documents: BTreeMap<usize, usize>,
    /// From the end of either to its start.
    ends: BTreeMap<usize, usize>,
}

impl Trivia {
    pub(super) fn add_comment(&mut self, range: Range<usize>) {
        self.comments.insert(range.start, range.end);
        self.ends.insert(range.end, range.start);
    }

    pub(super) fn add_document(&mut self, range: Range<usize>) {
        self.documents.insert(range.start, range.end);
        self.ends.insert(range.end, range.start);
    }

    /// The comments' places, in order.
    pub(super) fn into_comments(mut self) -> Vec<Range<usize>> {
        self.comments.append(self.passed.get_mut());
        self.comments.into_iter().map(|(start, end)| start..end).collect()
    }
}

impl Lowering<'_> {
    /// Past line breaks that a backslash takes away.
    pub(super) fn skip_continuations(&self, from: usize) -> usize {
        let mut at = from;
        while self.rest(at).starts_with("\\\n") {
            at += 2;
        }
        at
    }

    /// Past blanks and continued lines, on one line.
    pub(super) fn skip_blanks(&self, from: usize) -> usize {
        let mut at = from;
        loop {
            let rest = self.rest(at);
            if rest.starts_with([' ', '\t']) {
                at += 1;
            } else if rest.starts_with("\\\n") {
                at += 2;
            } else {
                return at;
            }
        }
    }

    /// Past blanks, line breaks with the here-documents that follow them, and comments.
    pub(super) fn skip(&self, from: usize) -> usize {
        let mut at = from;
        loop {
            at = self.skip_blanks(at);
            let rest = self.rest(at);
            if rest.starts_with('\n') {
                at += 1;
                while let Some(end) = self.trivia.documents.get(&at).filter(|end| **end > at) {
                    at = *end;
                }
            } else if rest.starts_with('#') {
                let known = self.trivia.comments.get(&at).copied().filter(|end| *end > at);
                let end = known.unwrap_or_else(|| at + rest.find('\n').unwrap_or(rest.len()));
                self.trivia.passed.borrow_mut().insert(at, end);
                at = end;
            } else {
                return at;
            }
        }
    }

    /// Past what may end a command, too: `;`, `&` and line breaks, but no `;;`.
    fn skip_terminators(&self, from: usize) -> usize {
        let at = self.skip(from);
        let rest = self.rest(at);
        let ends_clause = rest.starts_with(";;") || rest.starts_with(";&");
        let ends_command = rest.starts_with(';') || (rest.starts_with('&') && !rest.starts_with("&&"));
        if ends_command && !ends_clause { self.skip(at + 1) } else { at }
    }

    /// One past `token`, which stands after `from` with nothing of meaning between.
    pub(super) fn expect(&self, from: usize, token: &str) -> Lowered<usize> {
        let at = self.skip(from);
        if self.rest(at).starts_with(token) { Ok(at + token.len()) } else { self.unexpected(at) }
    }

    /// As [`expect`](Self::expect), where the token may be left out.
    pub(super) fn optional(&self, from: usize, token: &str) -> usize {
        self.expect(from, token).unwrap_or(from)
    }

    /// Nothing of meaning stands between `from` and `to`.
    pub(super) fn reach(&self, from: usize, to: usize) -> Lowered<()> {
        let at = self.skip(from);
        if at == to { Ok(()) } else { self.unexpected(at.min(to)) }
    }

    /// Two ways to the same place.
    pub(super) fn same(&self, one: usize, other: usize) -> Lowered<()> {
        if one == other { Ok(()) } else { self.unexpected(one.min(other)) }
    }

    /// One past `token`, which ends a list.
    pub(super) fn expect_end(&self, list: &List, from: usize, token: &str) -> Lowered<usize> {
        self.reach(from, list.first().map_or_else(|| self.skip(from), |first| first.range.start))?;
        let end = list.last().map_or(from, |command| command.range.end);
        self.expect(self.skip_terminators(end), token)
    }

    /// Two commands of a list are parted by a terminator or a line break.
    pub(super) fn separated(&self, one: &Command, next: &Command) -> Lowered<()> {
        let from = one.range.end;
        self.reach(self.skip_terminators(from), next.range.start)?;
        let between = self.slice(self.skip_blanks(from)..next.range.start);
        if between.starts_with([';', '&', '\n', '#']) { Ok(()) } else { self.unexpected(next.range.start) }
    }

    /// The whole of the script belongs to its list.
    pub(super) fn whole(&self, list: &List) -> Lowered<()> {
        self.reach(0, list.first().map_or(self.source.len(), |first| first.range.start))?;
        let end = list.last().map_or(0, |command| command.range.end);
        self.reach(self.skip_terminators(end), self.source.len())
    }

    /// The place of `opening` before `at`, with nothing but blanks and comments between.
    pub(super) fn opening(&self, before: usize, opening: char) -> Lowered<usize> {
        let mut at = before;
        loop {
            if let Some(start) = self.trivia.ends.get(&at).filter(|start| **start < at) {
                at = *start;
                continue;
            }
            match self.slice(0..at).chars().next_back() {
                Some(last) if last == opening => return Ok(at - 1),
                Some(' ' | '\t' | '\n' | '\\') => at -= 1,
                _ => return self.unexpected(at),
            }
        }
    }

    fn rest(&self, at: usize) -> &str {
        self.slice(at..self.source.len())
    }

    pub(super) fn unexpected<T>(&self, at: usize) -> Lowered<T> {
        let rest = self.rest(at);
        let token = rest.chars().next();
        let range = at..at + token.map_or(0, char::len_utf8);
        let message = token.map_or("unexpected end".to_owned(), |token| format!("unexpected `{token}`"));
        // The parser accepted it: it may be at fault here, not the script.
        Err(Unparsed::Syntax { range, message, certain: false })
    }
}
