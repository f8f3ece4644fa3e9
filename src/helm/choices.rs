//! What a reading takes of each block, and what it would be if some were taken otherwise.

use std::ops::Range;

use super::condition::Condition;
use super::facts::Facts;
use super::said::{self, Thing};
use super::tree::{Arm, Block, Called, Piece, Tree, blocks};
use crate::source::Span;

/// Which branch of a block a reading takes, if any. There is another one to take.
#[derive(Debug, Clone, Copy)]
pub struct Choice<'t> {
    block: &'t Block,
    taken: Option<usize>,
    tree: &'t Tree<'t>,
    /// What else would do, a bit for each branch, and one behind them for none.
    alike: u128,
}

/// The choices that matter for what `facts` put out of `body`, in the order of the template.
pub(super) fn of<'t>(tree: &'t Tree<'t>, body: &'t [Piece<'t>], facts: &Facts) -> Vec<Choice<'t>> {
    let mut choices = Vec::new();
    gather(tree, body, facts, &mut choices);
    choices
}

fn gather<'t>(tree: &'t Tree<'t>, body: &'t [Piece<'t>], facts: &Facts, choices: &mut Vec<Choice<'t>>) {
    for block in blocks(body) {
        let choice = Choice { block, taken: chosen(tree, block, facts), tree, alike: 0 };
        if choice.arms().next().is_some_and(|first| first.condition.is_some()) {
            choices.push(choice);
        }
        if let Some(arm) = choice.arm() {
            gather(tree, &arm.body, facts, choices);
        }
    }
}

/// The arm of `block` that is output by `facts`, which say all that bears on it.
fn chosen(tree: &Tree<'_>, block: &Block, facts: &Facts) -> Option<usize> {
    block.arms.iter().copied().find(|&arm| {
        let condition = tree.arms.get(arm).and_then(|arm| arm.condition.as_ref());
        condition.is_none_or(|condition| facts.holds(condition) == Some(true))
    })
}

impl<'t> Choice<'t> {
    fn arms(&self) -> impl Iterator<Item = &'t Arm<'t>> {
        self.block.arms.iter().filter_map(|&arm| self.tree.arms.get(arm))
    }

    fn arm(&self) -> Option<&'t Arm<'t>> {
        self.tree.arms.get(self.taken?)
    }

    /// Which of the branches is taken.
    fn position(&self) -> Option<usize> {
        self.block.arms.iter().position(|&arm| Some(arm) == self.taken)
    }

    /// Whether all of `range`, of the template, stands in the branch that is taken.
    #[must_use]
    pub fn holds(&self, range: &Range<usize>) -> bool {
        let is_in = |arm: &Arm<'_>| arm.range.contains(&range.start) && range.end <= arm.range.end;
        self.arm().is_some_and(|arm| arm.called.is_none() && is_in(arm))
    }

    /// Whether `span`, of another file, starts in the branch that is taken, which is of a named template there.
    #[must_use]
    pub fn holds_called(&self, span: Span) -> bool {
        let is_in = |called: Called| called.file == span.file;
        self.arm()
            .is_some_and(|arm| arm.called.is_some_and(is_in) && arm.range.contains(&(span.start as usize)))
    }

    /// The bytes of the template that the branches take up; of a named one that is called, where that is.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        if let Some(called) = self.arms().next().and_then(|arm| arm.called) {
            return called.at..called.at;
        }
        let start = self.arms().next().map_or(0, |arm| arm.range.start);
        start..self.arms().last().map_or(start, |arm| arm.range.end)
    }

    /// In how many ways it can be made otherwise: by another branch, or by none where there is no `else`.
    #[must_use]
    pub fn alternatives(&self) -> usize {
        let has_else = self.arms().last().is_some_and(|last| last.condition.is_none());
        self.block.arms.len() - usize::from(has_else)
    }

    /// The same where other outcomes would do as well: those to which it is made otherwise so much `later`.
    #[must_use]
    pub fn or_otherwise(self, later: impl IntoIterator<Item = usize>) -> Self {
        let bit = |later| u32::try_from(self.other(later)).ok().and_then(|at| 1_u128.checked_shl(at));
        let outcomes = later.into_iter().filter_map(bit);
        Self { alike: outcomes.fold(self.alike, |all, one| all | one), ..self }
    }

    /// What it is made if it is made otherwise, so much `later`: a branch, or behind the last that none is taken.
    fn other(&self, later: usize) -> usize {
        let alternatives = self.alternatives();
        let taken = self.position().unwrap_or(alternatives);
        (taken + 1 + later.min(alternatives.saturating_sub(1))) % (alternatives + 1)
    }

    /// Takes for true what leads to another outcome: to the first that comes after the one that is taken, or to one later
    /// by `later`, if there are as many. After the last comes the first branch.
    pub(super) fn turn(&self, facts: &mut Facts, later: usize) {
        let to = self.other(later);
        for (at, arm) in self.arms().enumerate().take(to + 1) {
            if let Some(condition) = &arm.condition {
                facts.force(condition, at == to);
            }
        }
    }

    /// Whether what it asks for hangs on what a named template is called with, which may settle it.
    #[must_use]
    pub fn is_of_call(&self) -> bool {
        self.asked().iter().any(|(condition, _)| condition.is_of_call())
    }

    /// The conditions of the branches up to the one that is taken, each with whether it holds.
    pub(super) fn asked(&self) -> Vec<(&'t Condition, bool)> {
        let upto = self.position();
        let arms = self.arms().enumerate().take(upto.map_or(usize::MAX, |taken| taken + 1));
        arms.filter_map(|(at, arm)| Some((arm.condition.as_ref()?, Some(at) == upto))).collect()
    }

    /// What has to hold for it, each with all of what would do. `None` where several branches would do, and that can't be said
    /// in short.
    fn conditions(&self) -> Option<Vec<Thing<'t>>> {
        if self.alike == 0 {
            return Some(self.own_conditions());
        }
        let alternatives = self.alternatives();
        let outcomes = alternatives + 1;
        let taken = self.position().unwrap_or(alternatives);
        let would_do = |outcome: usize| outcome == taken || (self.alike >> outcome) & 1 == 1;
        // The first ones would do, or those behind them.
        let is_first = would_do(0);
        let border = (0..outcomes).take_while(|&outcome| would_do(outcome) == is_first).count();
        if (border..outcomes).any(|outcome| would_do(outcome) == is_first) {
            return None;
        }
        let first = self.arms().take(border).filter_map(|arm| arm.condition.as_ref());
        if !is_first {
            return Some(first.flat_map(|condition| condition.said(false)).collect());
        }
        let mut any = Vec::new();
        for condition in first {
            let [said] = <[_; 1]>::try_from(condition.said(true)).ok()?;
            any.extend(said);
        }
        Some(vec![any])
    }

    /// What has to hold for the branch that is taken.
    fn own_conditions(&self) -> Vec<Thing<'t>> {
        let asked = self.asked();
        let taken = asked.iter().find_map(|&(condition, holds)| holds.then_some(condition));
        // What equals one text equals no other.
        let goes_without_saying = |condition: &Condition, holds: bool| {
            !holds && taken.is_some_and(|taken| taken.excludes(condition))
        };
        let said = asked.iter().filter(|(condition, holds)| !goes_without_saying(condition, *holds));
        said.flat_map(|(condition, holds)| condition.said(*holds)).collect()
    }
}

/// What has to hold for `choices`, one thing after another: conditions as they are written, each perhaps after a `not`.
/// `None` where that can't be said in short.
#[must_use]
pub fn conditions(choices: &[Choice<'_>]) -> Option<Vec<String>> {
    let each = choices.iter().map(Choice::conditions).collect::<Option<Vec<_>>>()?;
    Some(said::told(each.into_iter().flatten()))
}
