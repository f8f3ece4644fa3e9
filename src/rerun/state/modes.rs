//! Files' modes, as far as a script sets them and a second run may trip over them.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::places::Place;

/// What is known to lack a permission. Modes aren't contents: two states may differ in them and be the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(in crate::rerun) struct Modes {
    unexecutable: BTreeSet<Place>,
    unwritable: BTreeSet<Place>,
}

/// What `chmod` sets of the permissions that matter; `None` leaves one as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::rerun) struct Permissions {
    /// Whether somebody may execute it: `test -x` of root asks no more.
    pub(in crate::rerun) execute: Option<bool>,
    /// Whether its owner may write it.
    pub(in crate::rerun) write: Option<bool>,
}

impl Permissions {
    /// Reads a mode as `chmod` does (POSIX XCU, chmod): `0400`, `+x`, `u=rw,go-w`.
    pub(in crate::rerun) fn read(mode: &str) -> Option<Self> {
        if !mode.is_empty() && mode.chars().all(|c| c.is_digit(8)) {
            let bits = u32::from_str_radix(mode, 8).ok()?;
            return Some(Self { execute: Some(bits & 0o111 != 0), write: Some(bits & 0o200 != 0) });
        }
        let mut out = Self::default();
        for clause in mode.split(',') {
            let at = clause.find(['+', '-', '='])?;
            let (who, rest) = clause.split_at_checked(at)?;
            let mut rest = rest.chars();
            let (sign, letters) = (rest.next()?, rest.as_str());
            let owner = who.is_empty() || who.contains(['u', 'a']);
            let changed = |known: Option<bool>, letter| match (sign, letters.contains(letter)) {
                ('+', true) => Some(true),
                ('-', true) => Some(false),
                ('=', given) => Some(given),
                _ => known,
            };
            if sign == '+' || owner {
                out.execute = changed(out.execute, 'x');
            }
            if owner {
                out.write = changed(out.write, 'w');
            }
        }
        Some(out)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_read_as_chmod_reads_them() {
        let read = |mode| Permissions::read(mode).map(|it| (it.execute, it.write));
        assert_eq!(read("0400"), Some((Some(false), Some(false))));
        assert_eq!(read("755"), Some((Some(true), Some(true))));
        assert_eq!(read("+x"), Some((Some(true), None)));
        assert_eq!(read("a-w"), Some((None, Some(false))));
        assert_eq!(read("go-rwx"), Some((None, None)));
        assert_eq!(read("u=r,go="), Some((Some(false), Some(false))));
        assert_eq!(read("ug+rw,o-w"), Some((None, Some(true))));
        for mode in ["", "9", "x", "$MODE"] {
            assert_eq!(read(mode), None, "{mode}");
        }
    }
}
