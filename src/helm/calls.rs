//! Named templates, read where they are called.
//!
//! That is worth it where they put out keys and items of lists, since the map or the list around them is known then, and
//! lines of a script. A call within a line stays a value.

use std::ops::Range;

use super::action;
use super::script;
use super::tree::{Called, OpenKind, Parser, Piece};
use crate::source::FileId;

/// How many calls may lead to one another. Real charts have up to four.
const MAX_DEPTH: usize = 8;

/// How much text may be put out by what a template calls, all branches counted (bytes). Real ones take a tenth.
const MAX_EXPANDED: usize = 256 << 10;

/// What a call puts out: the file of the named template, all of its text, and what of it is put out.
type Callee<'t> = (FileId, &'t str, Vec<Piece<'t>>);

impl<'t> Parser<'t> {
    /// What the action `inner` at `range` puts out, if it calls a named template that is known and has lines of its own.
    pub(super) fn callee(&mut self, inner: &str, range: &Range<usize>) -> Option<Callee<'t>> {
        let library = self.library?;
        let is_in_define = self.open.iter().any(|open| matches!(open.kind, OpenKind::Define(_)));
        let call = action::included(inner).filter(|_| !is_in_define && self.is_alone(inner, range))?;
        let named = library.get(&call.name)?;
        if self.depth >= MAX_DEPTH || self.expanded + named.body.len() > MAX_EXPANDED {
            return None;
        }
        let arms = self.tree.arms.len();
        let number = self.next_scope();
        let scope = self.scope.called(call.argument, number);
        if !named.changes_argument() {
            let argument = self.arguments.resolved(call.argument, self.scope);
            self.arguments.add(number, &self.resolved(&argument));
        }
        let at = self.called.map_or(range.start, |called| called.at);
        let called = Called { file: named.file, at };
        let outer = (
            std::mem::replace(&mut self.text, &named.text),
            std::mem::take(&mut self.open),
            std::mem::replace(&mut self.scope, scope),
            self.called.replace(called),
            std::mem::take(&mut self.body),
        );
        self.depth += 1;
        self.expanded += named.body.len();
        let read = self.read(named.body.clone(), named.trims);
        self.depth -= 1;
        let body = std::mem::take(&mut self.body);
        (self.text, self.open, self.scope, self.called, self.body) = outer;
        let is_known = self.tells(&named.text, &body) || self.is_in_script(inner, range);
        if read.is_err() || !is_known {
            self.tree.arms.truncate(arms);
            return None;
        }
        Some((named.file, &named.text, body))
    }

    /// Whether what the action `inner` at `range` puts out has lines of its own.
    fn is_alone(&self, inner: &str, range: &Range<usize>) -> bool {
        let before = self.text.get(..range.start).and_then(|before| before.rsplit('\n').next());
        let after = self.text.get(range.end..).and_then(|after| after.split('\n').next());
        let breaks_line = action::indentation(inner).is_some_and(|indentation| indentation.breaks_line);
        let starts =
            |before: &str| before.is_empty() || breaks_line && (before.ends_with(':') || before == "-");
        before.is_some_and(|before| starts(before.trim()))
            && after.is_some_and(|after| after.trim().is_empty() || after.trim_start().starts_with('#'))
    }

    /// Whether what the action `inner` at `range` puts out are lines of a script.
    fn is_in_script(&self, inner: &str, range: &Range<usize>) -> bool {
        let before = self.text.get(..range.start).and_then(|before| before.rsplit_once('\n'));
        action::indentation(inner).is_some()
            && before.is_some_and(|(before, _)| script::goes_on_after(before) || script::begins_after(before))
    }

    /// Whether `body`, which stands in `text`, has keys or items of lists.
    fn tells(&self, text: &str, body: &[Piece<'_>]) -> bool {
        body.iter().any(|piece| match piece {
            Piece::Text(range) => text.get(range.clone()).is_some_and(has_entry),
            Piece::Constant(_, text) => has_entry(text),
            Piece::Value(_) => false,
            Piece::Block(block) => {
                let mut arms = block.arms.iter().filter_map(|&arm| self.tree.arms.get(arm));
                arms.any(|arm| self.tells(text, &arm.body))
            }
            Piece::Call(call) => self.tells(call.text, &call.body),
        })
    }
}

/// Whether `text` has a key or an item.
fn has_entry(text: &str) -> bool {
    text.lines()
        .map(str::trim)
        .any(|line| line.starts_with("- ") || line.contains(": ") || line.ends_with(':'))
}
