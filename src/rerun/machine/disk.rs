//! Files, as commands see and change them.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::matching::matches;
use super::{Change, ChangeKind, FailureCause, Machine, SUCCESS, Status, UNFOLLOWED};
use crate::rerun::state::atoms::{Atom, SETTLED, UNKNOWN, is_atom};
use crate::rerun::state::places::{Place, Store, absolute};
use crate::rerun::state::tree::{Node, Tree};

/// Longer contents become one atom: what is in them no longer matters.
const MAX_CONTENT: usize = 8 * 1024;
/// The most symbolic links followed in one path, as in Linux (`path_resolution(7)`).
const MAX_LINKS: usize = 40;
/// The most files that are kept apart.
const MAX_FILES: usize = 30_000;
/// The most changes kept in a log.
const MAX_CHANGES: usize = 4096;

impl Machine<'_, '_> {
    /// `path` against the working directory.
    pub(in crate::rerun) fn absolute(&self, path: &str) -> String {
        absolute(&self.shell.directory, path)
    }

    /// The place of `path`, symbolic links followed.
    pub(in crate::rerun) fn place(&self, path: &str) -> Place {
        let mut path = self.absolute(path);
        if let Some(place) = self.place_abroad(&path) {
            return place;
        }
        for _ in 0..MAX_LINKS {
            match self.first_link(&path, true) {
                Some(target) => path = target,
                None => break,
            }
        }
        self.mounts.locate(&path)
    }

    /// The place of `path` itself, where it may be a symbolic link.
    pub(in crate::rerun) fn place_of_link(&self, path: &str) -> Place {
        let mut path = self.absolute(path);
        if let Some(place) = self.place_abroad(&path) {
            return place;
        }
        for _ in 0..MAX_LINKS {
            match self.first_link(&path, false) {
                Some(target) => path = target,
                None => break,
            }
        }
        self.mounts.locate(&path)
    }

    /// The path that an absolute `path` comes to when its first symbolic link is followed.
    fn first_link(&self, path: &str, last: bool) -> Option<String> {
        if !self.volumes.has_links() && !self.container_fs.has_links() {
            return None;
        }
        let ends = path.match_indices('/').map(|(at, _)| at).chain(last.then_some(path.len()));
        for end in ends.filter(|&end| end > 0) {
            self.looked_up.update(|count| count + 1);
            let (head, rest) = path.split_at_checked(end)?;
            let place = self.mounts.locate(head);
            if let Node::Link(target) = self.tree(&place).see(&place) {
                let directory = head.rsplit_once('/').map_or("", |(directory, _)| directory);
                return Some(absolute(directory, &format!("{target}{rest}")));
            }
        }
        None
    }

    pub(super) fn tree(&self, place: &Place) -> &Tree {
        if place.store == Store::Container { &self.container_fs } else { &self.volumes }
    }

    pub(super) fn tree_mut(&mut self, place: &Place) -> &mut Tree {
        let tree = if place.store == Store::Container { &mut self.container_fs } else { &mut self.volumes };
        Rc::make_mut(tree)
    }

    /// What is at `place`.
    pub(in crate::rerun) fn look(&mut self, place: &Place) -> Node {
        let node = self.tree(place).see(place);
        let noted = self.assumptions.is_first() && self.log.missing.len() < MAX_CHANGES;
        if noted && node == Node::Absent && place.store != Store::Container {
            self.log.missing.push(place.clone());
        }
        node
    }

    /// Whether something is at `place`. Where nobody can know, the assumptions says.
    pub(in crate::rerun) fn exists(&mut self, place: &Place) -> bool {
        match self.look(place) {
            Node::Absent => false,
            Node::Unknown { key, exists: false } => self.may_exist(place, &key),
            _ => true,
        }
    }

    /// Whether something is at `place` that depends on `key`.
    ///
    /// A second run that looks for a file in what the first one unpacked there finds it: that is
    /// what the test is for. Unless the script makes that file itself, afterwards: a marker.
    pub(in crate::rerun) fn may_exist(&mut self, place: &Place, key: &str) -> bool {
        match self.is_unpacked(place, key) {
            Some(unpacked) => unpacked,
            // The script ends here without it.
            None if self.shell.options.errexit && self.errexit_ignored == 0 => true,
            None if matches!(place.store, Store::Volume(_)) => {
                self.note_unfollowed(key);
                self.assumptions.ask_for(place, &format!("exists:{key}"), false)
            }
            None => self.ask(&format!("exists:{key}"), true),
        }
    }

    /// In a second run: whether what a test looks for at `place` is of what the first one unpacked
    /// there. `None` where that tells nothing.
    pub(super) fn is_unpacked(&self, place: &Place, key: &str) -> Option<bool> {
        let told = matches!(place.store, Store::Volume(_))
            && !key.contains(UNKNOWN)
            && !key.starts_with("given:")
            && !self.assumptions.knows(&format!("exists:{key}"));
        self.expected.as_ref().filter(|_| told).map(|expected| !expected.lists(place))
    }

    /// The names in the directory at `place`, and whether there may be more.
    pub(in crate::rerun) fn names_in(&mut self, place: &Place) -> (Vec<String>, bool) {
        let open = match self.look(place) {
            Node::Directory(fill) => {
                !fill.is_empty() || (place.store == Store::Container && place.path.is_empty())
            }
            Node::Unknown { .. } => true,
            _ => false,
        };
        let names = self.tree(place).names_in(place);
        self.charge(names.len());
        (names, open)
    }

    /// What is listed at and below `place`; nothing past the bound on what is handled at once.
    pub(super) fn listing(&mut self, place: &Place) -> Vec<(String, Node)> {
        let listing = self.tree(place).listing(place);
        self.charge(listing.len());
        let total = self.volumes.len() + self.container_fs.len();
        if listing.len() > 1 && listing.len() + total > MAX_FILES {
            self.shared.steps = 0;
            return Vec::new();
        }
        listing
    }

    /// The contents of the file at `place`; `None` where there is none.
    pub(in crate::rerun) fn read(&mut self, place: &Place) -> Option<Rc<str>> {
        match self.look(place) {
            Node::File(content) => Some(content),
            Node::Unknown { key, .. } => {
                let shown = format!("the contents of {}", self.mounts.show(place));
                Some(String::from(self.atom(Atom::new(format!("from:{key}"), shown))).into())
            }
            Node::Absent | Node::Directory(_) | Node::Link(_) => None,
        }
    }

    /// Puts `node` at `place`, if the container may write there.
    pub(in crate::rerun) fn put(&mut self, place: &Place, node: Node, manner: ChangeKind) {
        let renewed = self.renewed(place, &node);
        let manner = if renewed.is_some() { ChangeKind::Renew } else { manner };
        if self.note(place, manner) {
            let site = self.current;
            let node = match renewed.unwrap_or(node) {
                Node::File(content) => Node::File(self.bounded(content)),
                node => node,
            };
            self.tree_mut(place).put(place.clone(), node, site);
        }
    }

    /// What a run puts in the place of the key or password of an earlier run, which later Pods know: another one.
    fn renewed(&mut self, place: &Place, node: &Node) -> Option<Node> {
        let Node::File(content) = node else { return None };
        let is_renewed = self.follows_whole_run
            && self.mounts.outlives_pod(place)
            && self.shared.atoms.is_secret(content)
            && self.expected.as_ref().is_some_and(|expected| expected.see(place) == *node);
        if !is_renewed {
            return None;
        }
        self.shared.fresh += 1;
        let key = format!("renewed:{}:{content}", self.shared.fresh);
        let other = self.atom(Atom { is_secret: true, ..Atom::new(key, "a key") });
        Some(Node::File(String::from(other).into()))
    }

    /// Removes what is at `place` and below.
    pub(in crate::rerun) fn remove(&mut self, place: &Place) {
        if self.tree(place).see(place) != Node::Absent && self.note(place, ChangeKind::Remove) {
            let site = self.current;
            self.tree_mut(place).remove(place, site);
        }
    }

    /// Puts into the directory at `place` all that `key` names: a tree, an archive.
    pub(in crate::rerun) fn fill(&mut self, place: &Place, key: &str, manner: ChangeKind) {
        if !self.note(place, manner) {
            return;
        }
        let (key, site): (Rc<str>, _) = (key.into(), self.current);
        // Both are borrowed at once: the tree changes while the atoms tell where contents came from.
        let atoms = &self.shared.atoms;
        let tree = if place.store == Store::Container { &mut self.container_fs } else { &mut self.volumes };
        Rc::make_mut(tree).fill(place, &key, site, |content| atoms.mentions(content, &key));
    }

    /// Sets the contents of the file at `place`.
    pub(in crate::rerun) fn write(&mut self, place: &Place, content: &str, manner: ChangeKind) -> Status {
        if let Some(status) = self.cannot_open(place) {
            return status;
        }
        self.put_new(place, content.into(), manner);
        SUCCESS
    }

    /// Puts a file at `place`: what wasn't there has the mode that redirections and downloads give.
    fn put_new(&mut self, place: &Place, content: Rc<str>, manner: ChangeKind) {
        let new = matches!(place.store, Store::Volume(_)) && self.volumes.see(place) == Node::Absent;
        self.put(place, Node::File(content), manner);
        if new {
            Rc::make_mut(&mut Rc::make_mut(&mut self.volumes).modes).add_plain(place);
        }
    }

    /// Adds to the contents of the file at `place`.
    pub(in crate::rerun) fn append(&mut self, place: &Place, text: &str) -> Status {
        if let Some(status) = self.cannot_open(place) {
            return status;
        }
        let node = self.tree(place).see(place);
        let existed = node != Node::Absent && !self.is_doubtful(place, &node, text);
        if text.is_empty() && existed {
            return SUCCESS;
        }
        let old = if existed { self.read(place).unwrap_or_default() } else { Rc::default() };
        let manner = if old.is_empty() { ChangeKind::Write } else { ChangeKind::Append };
        self.put_new(place, format!("{old}{text}").into(), manner);
        SUCCESS
    }

    /// Whether a file that is added to isn't among what was copied or unpacked around it, though it
    /// may be: nobody can know, so that what hangs on it is advice.
    fn is_doubtful(&mut self, place: &Place, node: &Node, text: &str) -> bool {
        let Node::Unknown { key, exists: false } = node else { return false };
        if text.is_empty() || place.store == Store::Container || key.contains(UNKNOWN) {
            return false;
        }
        // Settings of one machine are by custom not among what is shipped.
        if place.name().rsplit('.').next() == Some("env") {
            return true;
        }
        // What is added to there is most likely meant for what came with the copy.
        let copied_by = key.rsplit_once(":/").and_then(|(_, path)| path.split('/').next());
        let brings = |copied: &str| is_among(copied_by.unwrap_or_default(), copied);
        if crate::commands::copied_of_system(key).any(brings) || self.is_matched(place) {
            return false;
        }
        let absent = !self.ask(&format!("exists:{key}"), true);
        if absent {
            self.log.doubtful.push(self.current);
        }
        absent
    }

    /// Whether `place` stands for what a pattern matches in a folder that was filled with all of that, or more.
    fn is_matched(&self, place: &Place) -> bool {
        let (Some(atom), Some(folder)) = (self.shared.atoms.only(place.name()), place.parent()) else {
            return false;
        };
        let Node::Directory(fill) = self.tree(&folder).see(&folder) else { return false };
        let Some(pattern) = &atom.pattern else { return false };
        fill.iter().any(|source| is_among(pattern, source))
    }

    /// Why a file at `place` can't be opened for writing.
    fn cannot_open(&mut self, place: &Place) -> Option<Status> {
        if self.as_world().is_directory(place) == Some(true) {
            return Some(self.refuse(Some(place), FailureCause::WrongKind));
        }
        if self.as_world().is_denied(place) {
            return Some(self.refuse(Some(place), FailureCause::Denied));
        }
        if !self.as_world().has_parent(place) {
            let parent = place.parent();
            self.log.missing_parents.extend(parent.clone());
            return Some(self.refuse(parent.as_ref(), FailureCause::Missing));
        }
        None
    }

    /// `old` after an edit that, made again, changes nothing more.
    pub(in crate::rerun) fn settled(&mut self, old: &str, how: &str) -> String {
        let how = how.replace('\u{1}', " ");
        let (base, mut edits) = match self.shared.atoms.only(old).and_then(Atom::edits) {
            Some((base, edits)) => (base, edits.collect()),
            None => (old, BTreeSet::new()),
        };
        edits.insert(&how);
        let edits: Vec<&str> = edits.into_iter().collect();
        let key = format!("{SETTLED}{base}\u{1}{}", edits.join("\u{1}"));
        String::from(self.atom(Atom::new(key, "edited text")))
    }

    /// Copies what is at `from` and below to `to`.
    pub(in crate::rerun) fn copy(&mut self, from: &Place, to: &Place, manner: ChangeKind) {
        if !self.note(to, manner) {
            return;
        }
        let site = self.current;
        for (path, node) in self.listing(from) {
            let node = match node {
                Node::Unknown { key, .. } if path.is_empty() => Node::Unknown { key, exists: true },
                Node::Absent if path.is_empty() => continue,
                node => node,
            };
            let target = Place { store: to.store, path: format!("{}{path}", to.path) };
            self.tree_mut(to).put(target, node, site);
        }
        self.carry_permissions(from, to);
    }

    /// Copies the directory at `from` into the one at `to`, which is made if need be.
    pub(in crate::rerun) fn merge(&mut self, from: &Place, to: &Place, manner: ChangeKind) {
        if !self.note(to, manner) {
            return;
        }
        let site = self.current;
        for (path, node) in self.listing(from) {
            let target = Place { store: to.store, path: format!("{}{path}", to.path) };
            let node = match (node, self.tree(&target).see(&target)) {
                (Node::Directory(more), Node::Directory(mut fill)) => {
                    fill.extend(more);
                    Node::Directory(fill)
                }
                (node, _) => node,
            };
            self.tree_mut(to).put(target, node, site);
        }
    }

    /// Records a change; `false` where the container may not write.
    pub(super) fn note(&mut self, place: &Place, manner: ChangeKind) -> bool {
        if !self.mounts.writable(place) {
            return false;
        }
        self.writes += 1;
        if place.store == Store::Container {
            if self.loop_depth > 0 && self.own_changes.len() < MAX_CHANGES {
                self.own_changes.push((place.clone(), manner));
            }
        } else {
            self.changed = true;
            if self.log.changes.len() < MAX_CHANGES {
                self.log.commands.entry(self.current).or_insert_with(|| Rc::clone(&self.words));
                let (site, output) = (self.current, self.output);
                self.log.changes.push(Change { site, place: place.clone(), manner, output });
            }
        }
        true
    }

    pub(super) fn bounded(&mut self, content: Rc<str>) -> Rc<str> {
        if content.len() <= MAX_CONTENT {
            return content;
        }
        self.shared.has_unfollowed = true;
        let key = [UNFOLLOWED, &content].concat();
        String::from(self.atom(Atom { never_empty: true, ..Atom::new(key, "a long text") })).into()
    }

    /// What an unknown command that was given `path` may have done there: the same each time.
    pub(in crate::rerun) fn may_have_touched(&mut self, path: &str, command: &str) {
        if !path.contains('/') && !path.starts_with(is_atom) && self.shell.directory == "/" {
            return;
        }
        let place = self.place(path);
        if place.store == Store::Container || !self.mounts.writable(&place) {
            return;
        }
        match self.tree(&place).see(&place) {
            Node::Absent if place.store == Store::Unknown => {}
            Node::Absent => {
                let key = format!("{command}:{}", place.path).into();
                self.put(&place, Node::Unknown { key, exists: false }, ChangeKind::Write);
            }
            Node::Directory(_) => self.fill(&place, command, ChangeKind::Write),
            Node::File(_) => {
                self.as_world().edit_once(&place, command);
            }
            Node::Link(_) | Node::Unknown { .. } => {}
        }
    }
}

/// Whether `name` may be one of those that `copied` stands for, a path that may end with a pattern.
fn is_among(name: &str, copied: &str) -> bool {
    let pattern = copied.rsplit('/').next().unwrap_or_default();
    !pattern.contains(['*', '?', '[']) || matches(pattern, name)
}
