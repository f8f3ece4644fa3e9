//! Which branches are read together.
//!
//! A template is read until each of its branches was in some reading; in a script, where what is put out only Helm knows
//! or decides on what comes after it, also without. Within one reading a fact is true or false throughout, so that two branches that Helm never puts out
//! together are never read together.

use super::condition::certain_first;
use super::facts::Facts;
use super::script;
use super::tree::{Block, Piece, Tree, blocks};

/// How many readings there are at most. Real templates need two or three.
const MAX_READINGS: usize = 8;

/// What each reading takes for true, in order; the first takes the first branch of each block. `text` is the template.
pub(super) fn plans(text: &str, tree: &Tree<'_>, body: &[Piece<'_>]) -> Vec<Facts> {
    let mut read = Read::new(text, tree);
    let mut plans = Vec::new();
    while plans.len() < MAX_READINGS {
        let mut planner = Planner { tree, read: &read, facts: Facts::default(), path: Vec::new() };
        planner.body(body);
        let mut facts = planner.facts;
        let is_new = read.note(body, &mut facts);
        if !is_new && !plans.is_empty() {
            break;
        }
        plans.push(facts);
    }
    plans
}

/// What was in some reading.
struct Read<'a> {
    text: &'a str,
    tree: &'a Tree<'a>,
    /// By branch.
    arms: Vec<bool>,
    /// By the first branch of a block: whether none of its branches was taken.
    without: Vec<bool>,
}

impl<'a> Read<'a> {
    /// Nothing so far.
    fn new(text: &'a str, tree: &'a Tree<'a>) -> Self {
        let none = vec![false; tree.arms.len()];
        Self { text, tree, arms: none.clone(), without: none }
    }

    /// Whether a reading is still wanted in which `block` takes the branch at `position`, or behind the last one none.
    fn wants(&self, block: &Block, position: usize) -> bool {
        match block.arms.get(position) {
            Some(&arm) => self.arms.get(arm) == Some(&false),
            None => {
                let first = block.arms.first();
                first.is_some_and(|&first| self.without.get(first) == Some(&false))
                    && (self.steers_script(block) || self.ends_script(block))
            }
        }
    }

    /// Whether `block` may put out a command that decides on what becomes of those behind it.
    fn steers_script(&self, block: &Block) -> bool {
        block.arms.iter().filter_map(|&arm| self.tree.arms.get(arm)).any(|arm| arm.steers_script)
    }

    /// Whether `block` may put out the last commands of a script, or none: what these are only Helm knows.
    fn ends_script(&self, block: &Block) -> bool {
        let mut arms = block.arms.iter().filter_map(|&arm| self.tree.arms.get(arm));
        let first = arms.next().filter(|first| first.called.is_none() && arms.next().is_none());
        first.is_some_and(|only| {
            self.is_unknown(&only.body)
                && self.text.get(..only.range.start).and_then(|before| before.rsplit_once('\n')).is_some_and(
                    |(before, line)| line.trim_start().starts_with("{{") && script::goes_on_after(before),
                )
        })
    }

    /// Whether `body` puts nothing out but what only Helm knows, or a named template holds.
    fn is_unknown(&self, body: &[Piece<'_>]) -> bool {
        body.iter().all(|piece| match piece {
            Piece::Text(range) => self.text.get(range.clone()).is_some_and(|text| text.trim().is_empty()),
            Piece::Value(_) | Piece::Call(_) => true,
            Piece::Constant(..) => false,
            Piece::Block(block) => {
                let mut arms = block.arms.iter().filter_map(|&arm| self.tree.arms.get(arm));
                arms.all(|arm| self.is_unknown(&arm.body))
            }
        })
    }

    /// Notes the branches of a reading; whether one of them is new.
    fn note(&mut self, body: &[Piece<'_>], facts: &mut Facts) -> bool {
        let mut is_new = false;
        for block in blocks(body) {
            let taken = choose(self.tree, block, facts);
            let position = block.arms.iter().position(|&arm| Some(arm) == taken);
            is_new |= self.wants(block, position.unwrap_or(block.arms.len()));
            let (noted, number) = match taken {
                Some(arm) => (&mut self.arms, Some(arm)),
                None => (&mut self.without, block.arms.first().copied()),
            };
            if let Some(noted) = number.and_then(|number| noted.get_mut(number)) {
                *noted = true;
            }
            if let Some(arm) = taken.and_then(|arm| self.tree.arms.get(arm)) {
                is_new |= self.note(&arm.body, facts);
            }
        }
        is_new
    }
}

/// Takes for true what leads to branches that no reading had yet.
struct Planner<'a> {
    tree: &'a Tree<'a>,
    read: &'a Read<'a>,
    facts: Facts,
    /// The block and the arm in it of each body around; behind the last one none is taken.
    path: Vec<(&'a Block, usize)>,
}

impl<'a> Planner<'a> {
    fn body(&mut self, body: &'a [Piece<'a>]) {
        for block in blocks(body) {
            for position in 0..=block.arms.len() {
                self.path.push((block, position));
                if self.read.wants(block, position) {
                    self.adopt();
                }
                if let Some(arm) = block.arms.get(position).and_then(|&arm| self.tree.arms.get(arm)) {
                    self.body(&arm.body);
                }
                self.path.pop();
            }
        }
    }

    /// Takes what the path asks for, unless it goes against what is taken already.
    fn adopt(&mut self) {
        let tree = self.tree;
        let asked = || {
            self.path.iter().flat_map(|&(block, position)| {
                let arms = block.arms.iter().take(position + 1).enumerate();
                arms.filter_map(move |(at, &arm)| {
                    let condition = tree.arms.get(arm)?.condition.as_ref()?;
                    Some((condition, at == position))
                })
            })
        };
        if asked().all(|(condition, holds)| self.facts.holds(condition) != Some(!holds)) {
            for (condition, holds) in certain_first(asked()) {
                self.facts.assume(condition, holds);
            }
        }
    }
}

/// The arm of `block` that is output by `facts`. What they don't say is taken so that the first arm is output.
pub(super) fn choose(tree: &Tree<'_>, block: &Block, facts: &mut Facts) -> Option<usize> {
    block.arms.iter().copied().find(|&arm| {
        let Some(condition) = tree.arms.get(arm).and_then(|arm| arm.condition.as_ref()) else { return true };
        facts.assume(condition, true);
        facts.holds(condition) == Some(true)
    })
}
