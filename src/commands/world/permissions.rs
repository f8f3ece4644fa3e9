//! Modes of files, as `chmod` is given them.

/// What `chmod` sets of the permissions that matter; `None` leaves one as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Permissions {
    /// Whether somebody may execute it: `test -x` of root asks no more.
    pub(crate) execute: Option<bool>,
    /// Whether its owner may write it.
    pub(crate) write: Option<bool>,
}

impl Permissions {
    /// Reads a mode as `chmod` does (POSIX XCU, chmod): `0400`, `+x`, `u=rw,go-w`.
    pub(crate) fn read(mode: &str) -> Option<Self> {
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
