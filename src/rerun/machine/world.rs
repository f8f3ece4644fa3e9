//! The machine as the world of a command.

use std::rc::Rc;

use super::{ChangeKind, FailureCause, Machine, Status};
use crate::commands::Userland;
use crate::commands::world::World;
use crate::rerun::state::atoms::{Atom, Atoms};
use crate::rerun::state::modes::Permissions;
use crate::rerun::state::places::Place;
use crate::rerun::state::tree::Node;

impl Machine<'_, '_> {
    /// What a command sees.
    pub(super) fn as_world(&mut self) -> &mut dyn World {
        self
    }
}

impl World for Machine<'_, '_> {
    fn place(&self, path: &str) -> Place {
        self.place(path)
    }

    fn place_of_link(&self, path: &str) -> Place {
        self.place_of_link(path)
    }

    fn absolute(&self, path: &str) -> String {
        self.absolute(path)
    }

    fn is_mount_point(&self, place: &Place) -> bool {
        self.mounts.is_mount_point(place)
    }

    fn look(&mut self, place: &Place) -> Node {
        self.look(place)
    }

    fn read(&mut self, place: &Place) -> Option<Rc<str>> {
        self.read(place)
    }

    fn names_in(&mut self, place: &Place) -> (Vec<String>, bool) {
        self.names_in(place)
    }

    fn listing(&mut self, place: &Place) -> Vec<(String, Node)> {
        self.listing(place)
    }

    fn permissions(&self, place: &Place) -> Permissions {
        self.permissions(place)
    }

    fn is_root(&self) -> Option<bool> {
        self.container.root
    }

    fn is_entry(&self, place: &Place) -> bool {
        self.mounts.entry(place).is_some_and(|entries| entries.are_flat)
    }

    fn has_links(&self, place: &Place) -> bool {
        self.mounts.has_links(place)
    }

    fn is_running(&self, place: &Place) -> bool {
        !self.assumptions.is_first()
            && self.mounts.is_running(place)
            && !matches!(self.tree(place).see(place), Node::Absent | Node::Unknown { exists: false, .. })
            && !self.has_changed(place)
    }

    fn is_program(&self, place: &Place) -> bool {
        self.mounts.is_running(place)
    }

    fn may_exist(&mut self, place: &Place, key: &str) -> bool {
        self.may_exist(place, key)
    }

    fn write(&mut self, place: &Place, content: &str, kind: ChangeKind) -> Status {
        self.write(place, content, kind)
    }

    fn append(&mut self, place: &Place, text: &str) -> Status {
        self.append(place, text)
    }

    fn put(&mut self, place: &Place, node: Node, kind: ChangeKind) {
        self.put(place, node, kind);
    }

    fn remove(&mut self, place: &Place) {
        self.remove(place);
    }

    fn fill(&mut self, place: &Place, key: &str, kind: ChangeKind) {
        self.fill(place, key, kind);
    }

    fn copy(&mut self, from: &Place, to: &Place, kind: ChangeKind) {
        self.copy(from, to, kind);
    }

    fn merge(&mut self, from: &Place, to: &Place, kind: ChangeKind) {
        self.merge(from, to, kind);
    }

    fn set_permissions(&mut self, place: &Place, permissions: Permissions) {
        self.set_permissions(place, permissions);
    }

    fn carry_permissions(&mut self, from: &Place, to: &Place) {
        self.carry_permissions(from, to);
    }

    fn input(&self) -> Option<Rc<str>> {
        self.input.clone()
    }

    fn emit(&mut self, text: &str) {
        self.emit(text);
    }

    fn emit_unknown(&mut self, words: &[String], may_change: bool) {
        self.emit_unknown(words, may_change);
    }

    fn stdout_is_read(&self) -> bool {
        self.stdout_is_read()
    }

    fn has_changed(&self, place: &Place) -> bool {
        self.log.changes.iter().any(|change| change.place.is_within(place))
    }

    fn writes_to(&self, place: &Place) -> bool {
        self.writes_to(place)
    }

    fn status_is_tested(&self) -> bool {
        self.status_is_tested
    }

    fn variable(&mut self, name: &str) -> Rc<str> {
        self.variable(name)
    }

    fn served(&self) -> Option<Place> {
        self.served.clone()
    }

    fn serve(&mut self, data: Option<Place>) {
        self.served = data;
    }

    fn userland(&self) -> Userland {
        self.container.userland
    }

    fn network_kind(&self) -> &'static str {
        self.network_kind()
    }

    fn matches(&self, pattern: &str, text: &str) -> bool {
        super::matches(pattern, text)
    }

    fn atoms(&self) -> &Atoms {
        &self.shared.atoms
    }

    fn atom(&mut self, atom: Atom) -> char {
        self.atom(atom)
    }

    fn settled(&mut self, old: &str, how: &str) -> String {
        self.settled(old, how)
    }

    fn fresh_number(&mut self) -> u32 {
        self.shared.fresh += 1;
        self.shared.fresh
    }

    fn steady_number(&self) -> u32 {
        self.current
    }

    fn fingerprint(&mut self) -> String {
        self.fingerprint()
    }

    fn ask(&mut self, question: &str, default: bool) -> bool {
        self.ask(question, default)
    }

    fn guess(&mut self, question: &str, likely: bool) -> bool {
        self.guess(question, likely)
    }

    fn fail(&mut self, place: Option<&Place>, why: FailureCause) -> Status {
        self.refuse(place, why)
    }

    fn assume(&mut self) {
        self.log.assumed.push(self.current);
    }

    fn doubt(&mut self) {
        self.log.doubtful.push(self.current);
    }

    fn unknown_command(&mut self, words: &[String]) -> Status {
        self.unknown_command(words)
    }
}
