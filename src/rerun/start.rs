//! What a first run starts with: the directories and files that are there before it.

use std::rc::Rc;

use super::machine::{ChangeKind, FailureCause, Run};
use super::state::places::{Mounts, Place, Store};
use super::state::tree::{Node, SiteId, Tree};
use crate::commands::looks_like_file;

/// A state in which the directories are there that the kubelet makes before a container starts.
pub(super) fn mounted(start: &Rc<Tree>, mounts: &Mounts) -> Rc<Tree> {
    let missing = |place: &&Place| start.see(place) == Node::Absent && !looks_like_file(&place.path);
    let mut tree = Rc::clone(start);
    for place in mounts.sub_paths().filter(missing) {
        Rc::make_mut(&mut tree).put(place.clone(), Node::directory(), SiteId::MAX);
    }
    tree
}

/// A state in which the directories are there that a script took to be there: a host's `/etc`, or
/// what an application makes in its volume.
pub(super) fn with_directories(start: &Rc<Tree>, missing_parents: &[Place]) -> Rc<Tree> {
    let mut tree = (**start).clone();
    for place in missing_parents.iter().filter(|place| matches!(place.store, Store::Volume(_))) {
        if tree.see(place) == Node::Absent {
            tree.put(place.clone(), Node::directory(), SiteId::MAX);
        }
    }
    Rc::new(tree)
}

/// A state in which is there again what a first run was given beside what those before it had left: they bring it in some
/// way that nobody knows, and do so again.
pub(super) fn given_again(state: &Rc<Tree>, before: &Tree, start: &Tree) -> Rc<Tree> {
    let mut tree = Rc::clone(state);
    for place in before.differences(start) {
        let is_given = before.see(place) == Node::Absent && start.see(place) != Node::Absent;
        if is_given && state.see(place) == Node::Absent {
            Rc::make_mut(&mut tree).put(place.clone(), start.see(place), SiteId::MAX);
        }
    }
    tree
}

/// What a failed first run was missing. `may_hold`: whether a volume may hold what no script here makes.
pub(super) fn missing_input(run: &Run, given: &Tree, may_hold: impl Fn(&Place) -> bool) -> Option<Place> {
    let fits = |place: &Place| {
        matches!(place.store, Store::Volume(_))
            && given.see(place) == Node::Absent
            && !run
                .log
                .changes
                .iter()
                .any(|change| change.manner == ChangeKind::Remove && change.place == *place)
    };
    let refused = run.log.cause.as_ref().filter(|refusal| refusal.why == FailureCause::Missing);
    let refused = refused.and_then(|refusal| refusal.place.clone()).filter(fits);
    // What a command needs its author has seen there. What a test finds missing may be missing in every first run.
    let is_likely = |place: &&Place| fits(place) && (run.log.ran_unknown || may_hold(place));
    refused.or_else(|| run.log.missing.iter().rev().find(is_likely).cloned())
}
