//! Texts of which parts are unknown.
//!
//! An unknown text (a Secret's value, the output of `curl`) is one private-use character, an
//! *atom*, so that texts with unknown parts are plain strings: joining, comparing, taking paths
//! apart need no other representation. Two atoms are equal when what they stand for has the same
//! key, which says how it comes about.

use std::borrow::Cow;
use std::rc::Rc;

use foldhash::HashMap;

/// Atoms are characters of the supplementary private-use planes, 15 and 16.
const FIRST: u32 = 0xF_0000;
/// One past the last.
const END: u32 = 0x10_FFFE;

/// What an unknown command may have left is marked by a key that starts so. It is taken to be safe: such marks make no
/// difference.
pub(crate) const UNKNOWN: &str = "?unknown ";

/// The key of an edited text starts so: its base, then each edit that changes nothing when made again, apart at
/// `\u{1}`.
pub(crate) const SETTLED: &str = "settled:";

/// The key of more random bytes than a key or a password has.
pub(crate) const NOISE: &str = "many of /dev/urandom";

/// What is known of an unknown text.
#[derive(Debug, Clone)]
pub(crate) struct Atom {
    /// How it comes about; equal keys, equal texts.
    pub(crate) key: Rc<str>,
    /// What to show for it in a message.
    pub(crate) shown: Rc<str>,
    /// Known not to be empty.
    pub(crate) never_empty: bool,
    /// What made it may have looked at the volumes, so that it may change with them.
    pub(crate) may_change: bool,
    /// It is another text in every run.
    pub(crate) varies: bool,
    /// It is a key or a password, or made of one.
    pub(crate) is_secret: bool,
    /// It stands for the names that a pathname pattern matches in a directory.
    pub(crate) pattern: Option<Rc<str>>,
    /// The command that made it, by its number, where nobody knows what that would make of its own result.
    pub(crate) maker: Option<u32>,
}

impl Atom {
    /// An unknown text of which nothing more is known.
    pub(crate) fn new(key: impl Into<Rc<str>>, shown: impl Into<Rc<str>>) -> Self {
        let (key, shown) = (key.into(), shown.into());
        Self {
            key,
            shown,
            never_empty: false,
            may_change: false,
            varies: false,
            is_secret: false,
            pattern: None,
            maker: None,
        }
    }

    /// The text that was edited, where it stands for one that an edit settles, and each of the edits.
    pub(crate) fn edits(&self) -> Option<(&str, impl Iterator<Item = &str>)> {
        let mut parts = self.key.strip_prefix(SETTLED)?.split('\u{1}');
        Some((parts.next().unwrap_or_default(), parts))
    }
}

/// The atoms of one analysis.
#[derive(Debug, Default)]
pub(crate) struct Atoms {
    by_key: HashMap<Rc<str>, char>,
    list: Vec<Atom>,
}

impl Atoms {
    /// The one atom that `text` consists of.
    pub(crate) fn only(&self, text: &str) -> Option<&Atom> {
        let mut characters = text.chars();
        let only = characters.next().filter(|_| characters.next().is_none())?;
        self.get(only)
    }

    /// The character that stands for the atom with this key, where there is one already.
    pub(crate) fn known(&self, key: &str) -> Option<char> {
        self.by_key.get(key).copied()
    }

    /// The character that stands for `atom`. Past 131,000 atoms all are one: the machine's own
    /// bounds end an analysis long before.
    pub(crate) fn intern(&mut self, atom: Atom) -> char {
        if let Some(&known) = self.by_key.get(&atom.key) {
            return known;
        }
        let number = u32::try_from(self.list.len()).unwrap_or(END);
        let Some(character) = char::from_u32(FIRST + number).filter(|&c| is_atom(c)) else {
            return '\u{F0000}';
        };
        // What is made of others changes where they do.
        let may_change = atom.may_change || self.may_change(&atom.key);
        self.by_key.insert(Rc::clone(&atom.key), character);
        self.list.push(Atom { may_change, ..atom });
        character
    }

    /// The atom that `character` stands for.
    pub(crate) fn get(&self, character: char) -> Option<&Atom> {
        if !is_atom(character) {
            return None;
        }
        let number = u32::from(character).checked_sub(FIRST)?;
        self.list.get(usize::try_from(number).ok()?)
    }

    /// `text` for a message: each atom replaced by what it shows.
    pub(crate) fn show(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for character in text.chars() {
            match self.get(character) {
                Some(atom) => out.push_str(&atom.shown),
                None => out.push(character),
            }
        }
        out
    }

    /// Whether `text` is surely empty or surely not.
    pub(crate) fn is_empty(&self, text: &str) -> Option<bool> {
        if text.is_empty() {
            return Some(true);
        }
        let certain = text.chars().any(|c| self.get(c).is_none_or(|atom| atom.never_empty));
        certain.then_some(false)
    }

    /// Whether two texts surely differ, whatever their unknown parts are: beside what they share, one
    /// has nothing and the other something.
    pub(crate) fn differ(&self, one: &str, other: &str) -> bool {
        if is_known(one) && is_known(other) {
            return one != other;
        }
        let same =
            one.chars().zip(other.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
        let (one, other): (&str, &str) = (one.get(same..).unwrap_or(one), other.get(same..).unwrap_or(other));
        let pairs = one.chars().rev().zip(other.chars().rev());
        let same: usize = pairs.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
        let rest = |text: &str| self.is_empty(text.get(..text.len() - same).unwrap_or(text));
        matches!((rest(one), rest(other)), (Some(true), Some(false)) | (Some(false), Some(true)))
    }

    /// Whether `text` has a part that is another one on each run: a time, a random number.
    pub(crate) fn differs_per_run(&self, text: &str) -> bool {
        let variables = ["env:RANDOM", "env:EPOCHSECONDS", "env:$", "/dev/urandom"];
        self.comes_of(text, |text| {
            variables.iter().any(|key| text.contains(key))
                || text.chars().any(|c| self.get(c).is_some_and(|atom| atom.varies))
        })
    }

    /// Whether `text` holds a key or a password that the run has made, or is made of one.
    pub(crate) fn is_secret(&self, text: &str) -> bool {
        !is_known(text)
            && !self.is_noise(text)
            && self.comes_of(text, |text| {
                text.contains("/dev/urandom")
                    || text.chars().any(|c| self.get(c).is_some_and(|atom| atom.is_secret))
            })
    }

    /// Whether `text` is random bytes alone, and more of them than a key has.
    pub(crate) fn is_noise(&self, text: &str) -> bool {
        self.only(text).is_some_and(|atom| &*atom.key == NOISE)
    }

    /// Whether `text` may change when the volumes do.
    pub(crate) fn may_change(&self, text: &str) -> bool {
        text.chars().any(|c| self.get(c).is_some_and(|atom| atom.may_change))
    }

    /// Whether `text`, or what its atoms come of, mentions `needle`.
    pub(crate) fn mentions(&self, text: &str, needle: &str) -> bool {
        self.comes_of(text, |text| text.contains(needle))
    }

    /// What the command with this number made, where `text` comes of that.
    pub(crate) fn made_by(&self, text: &str, maker: u32) -> Option<char> {
        let mut made = None;
        let is_made = |c: &char| self.get(*c).is_some_and(|atom| atom.maker == Some(maker));
        self.comes_of(text, |text| {
            made = text.chars().find(is_made);
            made.is_some()
        });
        made
    }

    /// Whether `text`, or what its atoms come of, is `wanted`.
    fn comes_of(&self, text: &str, mut wanted: impl FnMut(&str) -> bool) -> bool {
        let mut pending: Vec<Rc<str>> = vec![text.into()];
        let mut steps = 0;
        while let Some(next) = pending.pop() {
            steps += 1;
            if wanted(&next) {
                return true;
            }
            if steps < 64 {
                pending.extend(next.chars().filter_map(|c| self.get(c)).map(|atom| Rc::clone(&atom.key)));
            }
        }
        false
    }
}

/// Whether `character` stands for an unknown text.
pub(crate) fn is_atom(character: char) -> bool {
    let number = u32::from(character);
    (FIRST..END).contains(&number) && number & 0xFFFE != 0xFFFE
}

/// Whether every part of `text` is known.
pub(crate) fn is_known(text: &str) -> bool {
    // In UTF-8 every such character starts with the byte F3 or F4.
    text.is_ascii() || !text.bytes().any(|byte| byte >= 0xF3) || !text.chars().any(is_atom)
}

/// Text from the input, in which the characters that stand for atoms mean nothing.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if is_known(text) { Cow::Borrowed(text) } else { Cow::Owned(text.replace(is_atom, "\u{FFFD}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_keys_are_equal_texts() {
        let mut atoms = Atoms::default();
        let a = atoms.intern(Atom::new("env:A", "$A"));
        let b = atoms.intern(Atom::new("env:B", "$B"));
        assert_ne!(a, b);
        assert_eq!(a, atoms.intern(Atom::new("env:A", "other")));
        assert_eq!(atoms.show(&format!("/data/{a}/{b}")), "/data/$A/$B");
    }

    #[test]
    fn private_characters_of_the_input_are_no_atoms() {
        assert!(!is_known("\u{F0001}"));
        assert!(is_known(&clean("x\u{F0001}")));
        assert!(is_known("\u{E000} 가 🙂"));
    }

    #[test]
    fn texts_differ_beside_what_they_share() {
        let mut atoms = Atoms::default();
        let atom = atoms.intern(Atom::new("x", "x"));
        assert!(atoms.differ("a", "b"));
        assert!(atoms.differ(&format!("{atom}"), &format!("{atom}more")));
        assert!(!atoms.differ(&format!("{atom}"), "more"));
        assert!(!atoms.differ(&format!("{atom}a"), &format!("{atom}b{atom}")));
        assert!(!atoms.differ("가", "가"));
    }

    #[test]
    fn an_atom_mentions_what_its_key_is_made_of() {
        let mut atoms = Atoms::default();
        let inner = atoms.intern(Atom::new("tree:/src", "x"));
        let outer = atoms.intern(Atom::new(format!("edit:{inner}"), "y"));
        assert!(atoms.mentions(&format!("a{outer}"), "tree:/src"));
        assert!(!atoms.mentions("a", "tree:/src"));
    }
}
