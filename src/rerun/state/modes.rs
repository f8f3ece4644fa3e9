//! Files' modes, as far as a script sets them and a second run may trip over them.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::places::Place;
pub(in crate::rerun) use crate::commands::world::permissions::Permissions;

/// What is known to lack a permission. Modes aren't contents: two states may differ in them and be the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(in crate::rerun) struct Modes {
    unexecutable: BTreeSet<Place>,
    unwritable: BTreeSet<Place>,
}

impl Modes {
    /// What is known of the file at `place`.
    pub(in crate::rerun) fn of(&self, place: &Place) -> Permissions {
        let lacking = |set: &BTreeSet<Place>| set.contains(place).then_some(false);
        Permissions { execute: lacking(&self.unexecutable), write: lacking(&self.unwritable) }
    }

    /// Notes a new file, which a redirection or a download made: it isn't executable.
    pub(in crate::rerun) fn add_plain(&mut self, place: &Place) {
        self.unexecutable.insert(place.clone());
    }

    /// Sets the permissions of the file at `place`; whether that changes what is known of them.
    pub(in crate::rerun) fn set(&mut self, place: &Place, permissions: Permissions) -> bool {
        let set = |set: &mut BTreeSet<Place>, permission| match permission {
            Some(true) => set.remove(place),
            Some(false) => set.insert(place.clone()),
            None => false,
        };
        let execute = set(&mut self.unexecutable, permissions.execute);
        set(&mut self.unwritable, permissions.write) || execute
    }

    /// Forgets what is known of `place` and all below it.
    pub(in crate::rerun) fn forget(modes: &mut Rc<Self>, place: &Place) {
        if modes.unexecutable.is_empty() && modes.unwritable.is_empty() {
            return;
        }
        let first = Place { store: place.store, path: format!("{}/", place.path) };
        let within = |set: &BTreeSet<Place>| -> Vec<Place> {
            let below = set.range(&first..).take_while(|known| known.is_within(place));
            set.get(place).into_iter().chain(below).cloned().collect()
        };
        for known in within(&modes.unexecutable) {
            Rc::make_mut(modes).unexecutable.remove(&known);
        }
        for known in within(&modes.unwritable) {
            Rc::make_mut(modes).unwritable.remove(&known);
        }
    }

    /// Files that aren't executable here, and may be in `other`.
    pub(in crate::rerun) fn lacking_execute<'m>(
        &'m self,
        other: &'m Modes,
    ) -> impl Iterator<Item = &'m Place> {
        self.unexecutable.difference(&other.unexecutable)
    }
}
