//! What two states differ in, as far as anybody can know.

use std::rc::Rc;

use super::atoms::{Atoms, SETTLED, UNKNOWN};
use super::places::{Place, Store};
use super::tree::{Node, Tree};

/// Where two states differ. What lies nobody knows where doesn't count.
pub(in crate::rerun) fn differences(atoms: &Atoms, one: &Tree, other: &Tree) -> Vec<Place> {
    let differs = |place: &Place| {
        place.store != Store::Unknown
            && differ(
                &without_unknown_effects(atoms, one.see(place)),
                &without_unknown_effects(atoms, other.see(place)),
            )
    };
    one.differences(other).into_iter().filter(|place| differs(place)).cloned().collect()
}

/// Whether two nodes surely differ: what may be missing may be missing.
fn differ(one: &Node, other: &Node) -> bool {
    let undecided = |one: &Node, other: &Node| {
        *one == Node::Absent && matches!(other, Node::Unknown { exists: false, .. })
    };
    one != other && !undecided(one, other) && !undecided(other, one)
}

/// A node without what unknown commands may have done to it.
fn without_unknown_effects(atoms: &Atoms, node: Node) -> Node {
    match node {
        Node::Directory(fill) => {
            Node::Directory(fill.into_iter().filter(|key| !key.starts_with(UNKNOWN)).collect())
        }
        Node::Unknown { key, exists: false } if key.starts_with(UNKNOWN) => Node::Absent,
        Node::File(content) => Node::File(settled_essence(atoms, content)),
        node => node,
    }
}

fn settled_essence(atoms: &Atoms, content: Rc<str>) -> Rc<str> {
    let mut characters = content.chars();
    let only = characters.next().filter(|_| characters.next().is_none());
    let Some(key) = only.and_then(|only| atoms.get(only)).and_then(|atom| atom.key.strip_prefix(SETTLED))
    else {
        return content;
    };
    let mut parts = key.split('\u{1}');
    let base = parts.next().unwrap_or_default();
    let edits: Vec<&str> = parts.filter(|edit| !edit.starts_with(UNKNOWN)).collect();
    if edits.is_empty() { base.into() } else { format!("{base}\u{1}{}", edits.join("\u{1}")).into() }
}

#[cfg(test)]
mod tests {
    use super::super::atoms::Atom;
    use super::*;

    #[test]
    fn what_unknown_commands_may_have_done_makes_no_difference() {
        let mut atoms = Atoms::default();
        let edited = atoms.intern(Atom::new(format!("{SETTLED}text\u{1}{UNKNOWN}tool"), "text"));
        let settled = atoms.intern(Atom::new(format!("{SETTLED}text\u{1}sed s/a/b/"), "text"));
        let at = |path: &str| Place { store: Store::Volume(0), path: path.into() };
        let file = |content: char| Node::File(String::from(content).into());
        let (mut one, mut other) = (Tree::default(), Tree::default());
        one.put(at("/f"), Node::File("text".into()), 1);
        other.put(at("/f"), file(edited), 2);
        other.put(at("/g"), Node::Unknown { key: format!("{UNKNOWN}tool").into(), exists: false }, 2);
        other.fill(&at(""), &format!("{UNKNOWN}tool").into(), 2, |_| false);
        one.put(at(""), Node::directory(), 1);
        assert_eq!(differences(&atoms, &one, &other), []);
        other.put(at("/f"), file(settled), 3);
        assert_eq!(differences(&atoms, &one, &other), [at("/f")]);
        // What an archive may hold may be missing as well.
        other.fill(&at("/d"), &"tar".into(), 3, |_| false);
        one.fill(&at("/d"), &"tar".into(), 3, |_| false);
        one.remove(&at("/d/x"), 4);
        other.put(Place { store: Store::Unknown, path: "/x".into() }, Node::directory(), 3);
        assert_eq!(differences(&atoms, &one, &other), [at("/f")]);
    }
}
