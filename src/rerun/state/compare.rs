//! What two states differ in, as far as anybody can know.

use std::rc::Rc;

use super::atoms::{Atom, Atoms, UNKNOWN, is_atom};
use super::places::{Place, Store};
use super::tree::{Node, Tree};

/// Where what a second run left differs from what a first one did. What lies nobody knows where doesn't count, nor do
/// blank lines that a run put in once more which was killed.
pub(in crate::rerun) fn differences(
    atoms: &Atoms,
    first: &Tree,
    again: &Tree,
    is_killed: bool,
) -> Vec<Place> {
    let differs = |place: &Place| {
        let (first, again) = (first.see(place), again.see(place));
        place.store != Store::Unknown && !is_edited(atoms, &first, &again, is_killed) && {
            let known = |node| without_unknown_effects(atoms, node);
            differ(&known(first), &known(again))
        }
    };
    first.differences(again).into_iter().filter(|place| differs(place)).cloned().collect()
}

/// Whether a second run edited what the first left as it was. An edit sets what is set once, and whether it was so already
/// nobody knows.
fn is_edited(atoms: &Atoms, first: &Node, again: &Node, is_killed: bool) -> bool {
    let (Node::File(first), Node::File(again)) = (first, again) else { return false };
    if is_reordered(first, again, is_killed) {
        return true;
    }
    let (first, again) = (first.trim_end_matches('\n'), again.trim_end_matches('\n'));
    let only = atoms.only(again);
    let made = only.filter(|atom| atom.maker.is_some());
    only.and_then(Atom::edits).is_some_and(|(base, _)| base.trim_end_matches('\n') == first)
        || made
            .is_some_and(|made| !first.is_empty() && made.key.trim_end_matches([':', '\n']).ends_with(first))
}

/// Whether both have the same lines. A line that is taken out and put in again may come to stand elsewhere; what is all
/// unknown may be a whole file, and stays where it is.
fn is_reordered(first: &str, again: &str, is_killed: bool) -> bool {
    let lines = |text: &str| {
        let counts = |line: &&str| !(is_killed && line.trim().is_empty());
        let mut lines: Vec<String> = text.lines().filter(counts).map(str::to_owned).collect();
        lines.sort_unstable();
        lines
    };
    let is_alike = is_killed && !first.trim().is_empty() || first.len() == again.len();
    let unknown = |text: &str| -> Vec<String> {
        let is_unknown = |line: &&str| !line.is_empty() && line.chars().all(is_atom);
        text.lines().filter(is_unknown).map(str::to_owned).collect()
    };
    is_alike && lines(first) == lines(again) && unknown(first) == unknown(again)
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
    let Some((base, edits)) = atoms.only(&content).and_then(Atom::edits) else { return content };
    let edits: Vec<&str> = edits.filter(|edit| !edit.starts_with(UNKNOWN)).collect();
    if edits.is_empty() { base.into() } else { format!("{base}\u{1}{}", edits.join("\u{1}")).into() }
}

#[cfg(test)]
mod tests {
    use super::super::atoms::SETTLED;
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
        assert_eq!(differences(&atoms, &one, &other, false), []);
        other.put(at("/f"), file(settled), 3);
        assert_eq!(differences(&atoms, &other, &one, false), [at("/f")]);
        // What a second run sets may be set.
        assert_eq!(differences(&atoms, &one, &other, false), []);
        other.put(at("/f"), Node::File("other".into()), 3);
        // What an archive may hold may be missing as well.
        other.fill(&at("/d"), &"tar".into(), 3, |_| false);
        one.fill(&at("/d"), &"tar".into(), 3, |_| false);
        one.remove(&at("/d/x"), 4);
        other.put(Place { store: Store::Unknown, path: "/x".into() }, Node::directory(), 3);
        assert_eq!(differences(&atoms, &one, &other, false), [at("/f")]);
    }
}
