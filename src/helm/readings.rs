//! Which branches are read together.
//!
//! A template is read until each of its branches was in some reading. Within one reading a fact is true or false
//! throughout, so that two branches that Helm never puts out together are never read together.

use super::facts::Facts;
use super::tree::{Block, Piece, Tree, blocks};

/// How many readings there are at most. Real templates need two or three.
const MAX_READINGS: usize = 8;

/// What each reading takes for true, in order; the first takes the first branch of each block.
pub(super) fn plans(tree: &Tree<'_>, body: &[Piece<'_>]) -> Vec<Facts> {
    let mut covered = vec![false; tree.arms.len()];
    let mut plans = Vec::new();
    while plans.len() < MAX_READINGS {
        let mut planner = Planner { tree, covered: &covered, facts: Facts::default(), path: Vec::new() };
        planner.body(body);
        let mut facts = planner.facts;
        let mut is_new = false;
        cover(tree, body, &mut facts, &mut covered, &mut is_new);
        if !is_new && !plans.is_empty() {
            break;
        }
        plans.push(facts);
    }
    plans
}

/// Takes for true what leads to branches that no reading had yet.
struct Planner<'a> {
    tree: &'a Tree<'a>,
    covered: &'a [bool],
    facts: Facts,
    /// The block and the arm in it of each body around.
    path: Vec<(&'a Block, usize)>,
}

impl<'a> Planner<'a> {
    fn body(&mut self, body: &'a [Piece<'a>]) {
        for block in blocks(body) {
            for (position, &arm) in block.arms.iter().enumerate() {
                self.path.push((block, position));
                if self.covered.get(arm) == Some(&false) {
                    self.adopt();
                }
                if let Some(arm) = self.tree.arms.get(arm) {
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
            for (condition, holds) in asked() {
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

/// Notes the branches of a reading.
fn cover(tree: &Tree<'_>, body: &[Piece<'_>], facts: &mut Facts, covered: &mut [bool], is_new: &mut bool) {
    for block in blocks(body) {
        let Some(index) = choose(tree, block, facts) else { continue };
        if let Some(covered) = covered.get_mut(index) {
            *is_new |= !*covered;
            *covered = true;
        }
        if let Some(arm) = tree.arms.get(index) {
            cover(tree, &arm.body, facts, covered, is_new);
        }
    }
}
