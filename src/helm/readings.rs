//! Which branches are read together.
//!
//! A template is read until each of its branches was in some reading, in a script also without: a command that isn't there
//! may be what keeps another one safe. Within one reading a fact is true or false throughout, so that two branches that Helm
//! never puts out together are never read together.

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
    // What is found in a branch may need all others: they are left out in readings of their own.
    for leaves_out in [false, true] {
        if leaves_out && !read.leave_out(body) {
            break;
        }
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
    }
    plans
}

/// What was in some reading.
struct Read<'a> {
    text: &'a str,
    tree: &'a Tree<'a>,
    /// By branch.
    arms: Vec<bool>,
    /// By the first branch of a block: whether none of its branches was taken, or no reading without is wanted.
    without: Vec<bool>,
    /// Whether such readings are wanted by now.
    leaves_out: bool,
}

impl<'a> Read<'a> {
    /// Nothing so far.
    fn new(text: &'a str, tree: &'a Tree<'a>) -> Self {
        let none = vec![false; tree.arms.len()];
        Self { text, tree, arms: none.clone(), without: none, leaves_out: false }
    }

    /// Whether a reading is still wanted in which `block` takes the branch at `position`, or behind the last one none.
    fn wants(&self, block: &Block, position: usize) -> bool {
        match block.arms.get(position) {
            Some(&arm) => self.arms.get(arm) == Some(&false),
            None => {
                let first = block.arms.first();
                self.leaves_out && first.is_some_and(|&first| self.without.get(first) == Some(&false))
            }
        }
    }

    /// From now on wants readings that take none of the branches of a block in a script. Whether there is any.
    fn leave_out(&mut self, body: &[Piece<'_>]) -> bool {
        self.leaves_out = true;
        let mut is_any = false;
        for block in blocks(body) {
            let is_wanted = self.steers_script(block) || self.is_of_script(block);
            if let Some(without) = block.arms.first().and_then(|&first| self.without.get_mut(first)) {
                *without |= !is_wanted;
                is_any |= !*without;
            }
            for arm in block.arms.iter().filter_map(|&arm| self.tree.arms.get(arm)) {
                is_any |= self.leave_out(&arm.body);
            }
        }
        is_any
    }

    /// Whether `block` may put out a command that decides on what becomes of those behind it.
    fn steers_script(&self, block: &Block) -> bool {
        block.arms.iter().filter_map(|&arm| self.tree.arms.get(arm)).any(|arm| arm.steers_script)
    }

    /// Whether `block` is some of a script's lines, which it may put out or not.
    fn is_of_script(&self, block: &Block) -> bool {
        let arm = |number: Option<&usize>| number.and_then(|&number| self.tree.arms.get(number));
        let has_else = arm(block.arms.last()).is_none_or(|last| last.condition.is_none());
        let first = arm(block.arms.first()).filter(|first| first.called.is_none() && !has_else);
        let before = first.and_then(|first| self.text.get(..first.range.start)?.rsplit_once('\n'));
        before.is_some_and(|(before, line)| line.trim_start().starts_with("{{") && script::is_within(before))
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
