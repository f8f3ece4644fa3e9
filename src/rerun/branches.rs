//! The branches that a second run takes otherwise than the first.

use std::collections::VecDeque;

use foldhash::{HashMap, HashMapExt};

use super::machine::Branch;
use super::state::tree::SiteId;

/// The innermost branch over the first run's change number `at` that the second run took otherwise.
pub(super) fn guard_over<'b>(first: &'b [Branch], again: &[Branch], at: usize) -> Option<&'b Branch> {
    let turned = turned_branches(first, again).map(|(_, branch)| branch);
    turned.filter(|branch| branch.changes <= at && at < branch.until).last()
}

/// The first branch that the second run took otherwise: those after it may hang on it.
pub(super) fn first_turned<'b>(first: &'b [Branch], again: &[Branch]) -> Option<&'b Branch> {
    turned_branches(first, again).map(|(_, branch)| branch).next()
}

/// The branches of the first run that the second took otherwise, each with its number in the second.
fn turned_branches<'b>(first: &'b [Branch], again: &[Branch]) -> impl Iterator<Item = (usize, &'b Branch)> {
    let mut ways: HashMap<SiteId, VecDeque<(usize, bool, usize)>> = HashMap::new();
    for (number, branch) in again.iter().enumerate() {
        ways.entry(branch.site).or_default().push_back((number, branch.held, branch.clause));
    }
    first.iter().filter_map(move |branch| {
        let (number, held, clause) = ways.get_mut(&branch.site)?.pop_front()?;
        ((held, clause) != (branch.held, branch.clause)).then_some((number, branch))
    })
}

/// The branch that a second run's failure hangs on: of those that it took otherwise the last, whose status is the script's or
/// which leads to its `exit`.
pub(super) fn last_turned<'b>(first: &'b [Branch], again: &[Branch]) -> Option<&'b Branch> {
    turned_branches(first, again).max_by_key(|(number, _)| *number).map(|(_, branch)| branch)
}
