//! A file system of which only some is known.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use super::modes::Modes;
use super::places::{Place, Store};
pub(in crate::rerun) use crate::commands::world::Node;

/// A command, by its container and where it stands there. Cheap to copy; see `machine::Sites`.
pub(in crate::rerun) type SiteId = u32;

#[derive(Debug, Clone)]
struct Entry {
    node: Node,
    /// Who wrote it last.
    site: SiteId,
}

/// Files by place. What isn't listed follows from the nearest directory that is.
#[derive(Debug, Clone, Default)]
pub(in crate::rerun) struct Tree {
    entries: BTreeMap<Place, Entry>,
    /// Who removed what: for the diagnosis only.
    removals: BTreeMap<Place, SiteId>,
    /// Whether a symbolic link was ever put in.
    links: bool,
    /// The modes of files. An overwritten file keeps its mode; what takes its place has its own.
    pub(in crate::rerun) modes: Rc<Modes>,
}

impl PartialEq for Tree {
    /// Equal contents; who wrote them doesn't matter.
    fn eq(&self, other: &Self) -> bool {
        self.entries.len() == other.entries.len()
            && self.entries.iter().zip(&other.entries).all(|(a, b)| a.0 == b.0 && a.1.node == b.1.node)
    }
}

impl Tree {
    /// What is at `place`, symbolic links not followed.
    pub(in crate::rerun) fn see(&self, place: &Place) -> Node {
        if let Some(entry) = self.entries.get(place) {
            return entry.node.clone();
        }
        let mut above = place.clone();
        while let Some(end) = above.path.rfind('/') {
            above.path.truncate(end);
            if let Some(entry) = self.entries.get(&above) {
                return unlisted(&entry.node, &above, place);
            }
        }
        match (place.store, place.path.is_empty()) {
            (Store::Volume(_) | Store::External, false) => Node::Absent,
            (_, true) => Node::directory(),
            (Store::Container | Store::Unknown, false) => {
                Node::Unknown { key: format!("image:{}", place.path).into(), exists: false }
            }
        }
    }

    /// Puts `node` at `place`; what was below is forgotten unless a directory replaces a directory.
    pub(in crate::rerun) fn put(&mut self, place: Place, node: Node, site: SiteId) {
        if !matches!(node, Node::Directory(_)) {
            self.forget_below(&place);
        }
        if !matches!(node, Node::File(_)) {
            Modes::forget(&mut self.modes, &place);
        }
        self.links |= matches!(node, Node::Link(_));
        self.removals.remove(&place);
        self.entries.insert(place, Entry { node, site });
    }

    /// Removes `place` and all below.
    pub(in crate::rerun) fn remove(&mut self, place: &Place, site: SiteId) {
        for below in self.listed_below(place) {
            self.removals.insert(below, site);
        }
        self.forget_below(place);
        Modes::forget(&mut self.modes, place);
        self.entries.remove(place);
        self.removals.insert(place.clone(), site);
        if self.see(place) != Node::Absent {
            // Gone from among what a fill or the image put there.
            self.entries.insert(place.clone(), Entry { node: Node::Absent, site });
        }
    }

    /// Adds `key` to what fills the directory at `place`, and all the directories in it.
    ///
    /// Putting the same in again overwrites what came from it: removed or edited parts are back.
    pub(in crate::rerun) fn fill(
        &mut self,
        place: &Place,
        key: &Rc<str>,
        site: SiteId,
        came_from: impl Fn(&str) -> bool,
    ) {
        let mut fill = match self.see(place) {
            Node::Directory(fill) => fill,
            _ => BTreeSet::new(),
        };
        let again = !fill.insert(Rc::clone(key));
        if !again || !self.entries.contains_key(place) {
            self.put(place.clone(), Node::Directory(fill), site);
        }
        for below in self.listed_below(place) {
            let Some(entry) = self.entries.get_mut(&below) else { continue };
            match &mut entry.node {
                Node::Absent => {}
                Node::Directory(fill) => {
                    if !again {
                        fill.insert(Rc::clone(key));
                    }
                    continue;
                }
                Node::File(content) if came_from(content) => {}
                Node::Unknown { key: of, .. } if came_from(of) => {}
                _ => continue,
            }
            Modes::forget(&mut self.modes, &below);
            self.entries.remove(&below);
        }
    }

    /// The names listed directly in `directory`, of what exists or may.
    pub(in crate::rerun) fn names_in(&self, directory: &Place) -> Vec<String> {
        let name = |place: &Place| {
            let rest = place.path.get(directory.path.len() + 1..)?;
            Some(rest.split('/').next().unwrap_or(rest).to_owned())
        };
        let listed = self.below(directory).filter(|(_, entry)| entry.node != Node::Absent);
        // What is below `a` and what is called `a-b` come in no order of names.
        let names: BTreeSet<String> = listed.filter_map(|(place, _)| name(place)).collect();
        names.into_iter().collect()
    }

    /// All that is listed below `place`.
    pub(in crate::rerun) fn listed_below(&self, place: &Place) -> Vec<Place> {
        self.below(place).map(|(place, _)| place.clone()).collect()
    }

    /// What is at `place` and listed below it, by the path from there: empty for itself.
    pub(in crate::rerun) fn listing(&self, place: &Place) -> Vec<(String, Node)> {
        std::iter::once((String::new(), self.see(place)))
            .chain(self.below(place).map(|(listed, entry)| {
                (listed.path.get(place.path.len()..).unwrap_or_default().to_owned(), entry.node.clone())
            }))
            .collect()
    }

    /// How much is listed.
    pub(in crate::rerun) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether `place` is known by itself, not only by what fills the directory above.
    pub(in crate::rerun) fn lists(&self, place: &Place) -> bool {
        self.entries.contains_key(place)
    }

    /// Whether it may hold symbolic links.
    pub(in crate::rerun) fn has_links(&self) -> bool {
        self.links
    }

    /// Whether anything is known outside of volumes.
    pub(in crate::rerun) fn has_outside(&self) -> bool {
        self.entries.keys().next_back().is_some_and(|place| place.store == Store::External)
    }

    /// A number that differs where the contents do, all but surely.
    pub(in crate::rerun) fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for (place, entry) in &self.entries {
            place.hash(&mut hasher);
            entry.node.hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Where two trees differ.
    pub(in crate::rerun) fn differences<'t>(&'t self, other: &'t Tree) -> Vec<&'t Place> {
        let mut found = Vec::new();
        for (place, entry) in &self.entries {
            if other.entries.get(place).is_none_or(|theirs| theirs.node != entry.node) {
                found.push(place);
            }
        }
        found.extend(other.entries.keys().filter(|&place| !self.entries.contains_key(place)));
        found
    }

    /// Who wrote or removed what is at `place`, or made the nearest directory above.
    pub(in crate::rerun) fn writer(&self, place: &Place) -> Option<SiteId> {
        self.entries.get(place).map(|entry| entry.site).or_else(|| self.removals.get(place).copied())
    }

    fn below<'t>(&'t self, place: &'t Place) -> impl Iterator<Item = (&'t Place, &'t Entry)> {
        // Asked for with each write: `concat` is much faster than `format!`.
        let first = Place { store: place.store, path: [&place.path, "/"].concat() };
        self.entries.range(first..).take_while(move |(listed, _)| {
            listed.store == place.store
                && listed.path.strip_prefix(place.path.as_str()).is_some_and(|rest| rest.starts_with('/'))
        })
    }

    fn forget_below(&mut self, place: &Place) {
        for below in self.listed_below(place) {
            self.entries.remove(&below);
        }
    }
}

/// What is at `place`, which isn't listed, below `directory`, which is `node`.
fn unlisted(node: &Node, directory: &Place, place: &Place) -> Node {
    let rest = place.path.get(directory.path.len()..).unwrap_or_default();
    let depends_on = |what: &str| Node::Unknown { key: [what, ":", rest].concat().into(), exists: false };
    match node {
        Node::Directory(fill) if !fill.is_empty() => {
            let keys: Vec<&str> = fill.iter().map(AsRef::as_ref).collect();
            depends_on(&keys.join("+"))
        }
        Node::Unknown { key, .. } => depends_on(key),
        _ => Node::Absent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(path: &str) -> Place {
        Place { store: Store::Volume(0), path: path.into() }
    }

    fn unclear(node: &Node) -> bool {
        matches!(node, Node::Unknown { exists: false, .. })
    }

    #[test]
    fn a_volume_is_empty_at_first_and_an_image_is_unknown() {
        let tree = Tree::default();
        assert_eq!(tree.see(&at("")), Node::directory());
        assert_eq!(tree.see(&at("/x")), Node::Absent);
        assert!(unclear(&tree.see(&Place { store: Store::Container, path: "/x".into() })));
    }

    #[test]
    fn what_fills_a_directory_may_hold_any_name() {
        let mut tree = Tree::default();
        tree.put(at("/own"), Node::File("a".into()), 1);
        tree.fill(&at(""), &"tar".into(), 2, |_| false);
        assert!(unclear(&tree.see(&at("/x/y"))));
        assert_eq!(tree.see(&at("/own")), Node::File("a".into()));
        tree.remove(&at("/x"), 3);
        assert_eq!(tree.see(&at("/x/y")), Node::Absent);
        // Unpacked again, it is back.
        tree.fill(&at(""), &"tar".into(), 4, |_| false);
        assert!(unclear(&tree.see(&at("/x/y"))));
    }

    #[test]
    fn what_came_of_a_fill_is_written_over_by_it() {
        let mut tree = Tree::default();
        tree.fill(&at(""), &"tar".into(), 1, |_| false);
        tree.put(at("/edited"), Node::File("of tar".into()), 2);
        tree.put(at("/own"), Node::File("own".into()), 3);
        tree.fill(&at(""), &"tar".into(), 4, |content| content.contains("tar"));
        assert!(unclear(&tree.see(&at("/edited"))));
        assert_eq!(tree.see(&at("/own")), Node::File("own".into()));
    }

    #[test]
    fn equal_contents_are_equal_whoever_wrote_them() {
        let (mut one, mut other) = (Tree::default(), Tree::default());
        one.put(at("/a"), Node::File("x".into()), 1);
        other.put(at("/a"), Node::File("x".into()), 2);
        other.put(at("/b"), Node::directory(), 3);
        assert!(one != other && one.fingerprint() != other.fingerprint());
        other.remove(&at("/b"), 4);
        assert!(one == other && one.fingerprint() == other.fingerprint());
        assert_eq!(other.writer(&at("/b")), Some(4));
        assert_eq!(one.writer(&at("/a")), Some(1));
    }

    #[test]
    fn names_and_listings_stay_within_their_directory() {
        let mut tree = Tree::default();
        for path in ["/a", "/a/b", "/a/b/c", "/a-b", "/a0"] {
            tree.put(at(path), Node::directory(), 1);
        }
        assert_eq!(tree.names_in(&at("/a")), ["b"]);
        assert_eq!(tree.names_in(&at("")), ["a", "a-b", "a0"]);
        assert_eq!(tree.listing(&at("/a")).len(), 3);
        // A file in its place hides what was below.
        tree.put(at("/a"), Node::File("".into()), 2);
        assert_eq!(tree.see(&at("/a/b")), Node::Absent);
    }
}
