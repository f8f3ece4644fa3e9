//! Permissions, as commands see and change them.

use std::rc::Rc;

use super::{ChangeKind, Machine};
use crate::rerun::state::modes::{Modes, Permissions};
use crate::rerun::state::places::{Place, Store};
use crate::rerun::state::tree::Node;

impl Machine<'_, '_> {
    /// What is known of the permissions of the file at `place`.
    pub(in crate::rerun) fn permissions(&self, place: &Place) -> Permissions {
        let known = self.tree(place).modes.of(place);
        let entry = self.mounts.entry(place).filter(|entries| !entries.are_writable);
        Permissions { write: known.write.or(entry.map(|_| false)), ..known }
    }

    /// Sets permissions, as `chmod` does.
    pub(in crate::rerun) fn set_permissions(&mut self, place: &Place, permissions: Permissions) {
        let known = self.permissions(place);
        let is_file = matches!(self.tree(place).see(place), Node::File(_));
        if place.store == Store::Container
            || !is_file
            || !Rc::make_mut(&mut self.tree_mut(place).modes).set(place, permissions)
        {
            return;
        }
        if known.execute == Some(false) && permissions.execute == Some(true) {
            self.note(place, ChangeKind::Mode);
        }
    }

    /// A file that takes the place of what was at `to` has the permissions of the one at `from`.
    pub(in crate::rerun) fn carry_permissions(&mut self, from: &Place, to: &Place) {
        let known = self.permissions(from);
        let modes = &mut self.tree_mut(to).modes;
        Modes::forget(modes, to);
        if known != Permissions::default() && to.store != Store::Container {
            Rc::make_mut(modes).set(to, known);
        }
    }
}
