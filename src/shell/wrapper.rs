//! What leads up to a command: `timeout 60` of `timeout 60 git clone …`.

use crate::commands::{self, Elsewhere};

/// What leads up to a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WrapperPrefix {
    /// This many words are wrappers with their arguments.
    Words(usize),
    /// The command runs in another file system.
    Elsewhere,
    /// It can't be told where the command starts.
    Unknown,
}

/// More wrappers around one another are no command that anybody wrote.
const MAX_WRAPPERS: usize = 16;

pub(super) fn lead(words: &[Option<&str>]) -> WrapperPrefix {
    let mut at = 0;
    for _ in 0..MAX_WRAPPERS {
        let rest = words.get(at..).unwrap_or(&[]);
        let Some(Some(name)) = rest.first() else { return WrapperPrefix::Words(at) };
        let name = base_name(name);
        let Some(record) = commands::find(name) else { return WrapperPrefix::Words(at) };
        if is_elsewhere(record.elsewhere, rest) {
            return WrapperPrefix::Elsewhere;
        }
        let Some(wrapper) = &record.wrapper else { return WrapperPrefix::Words(at) };
        match wrapper.length(name, rest) {
            // `flock FILE -c TEXT` has a script, which isn't looked for.
            Some(length)
                if rest.get(length).is_some_and(|word| word.is_some_and(|word| word.starts_with('-'))) =>
            {
                return WrapperPrefix::Unknown;
            }
            Some(length) if length < rest.len() => at += length,
            // Nothing is left to run: it is a command of its own (`env`, `command -v x`).
            Some(_) => return WrapperPrefix::Words(at),
            None => return WrapperPrefix::Unknown,
        }
    }
    WrapperPrefix::Unknown
}

/// The last part of a path: `bash` of `/bin/bash`.
#[must_use]
pub fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether the paths in the rest of the command belong to another file system.
fn is_elsewhere(elsewhere: Elsewhere, words: &[Option<&str>]) -> bool {
    match elsewhere {
        Elsewhere::Never => false,
        Elsewhere::Always => true,
        Elsewhere::With(subcommands) => words.iter().flatten().skip(1).any(|word| subcommands.contains(word)),
    }
}
