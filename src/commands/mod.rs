//! What is known of commands: what each writes, and what it does when that exists.
//!
//! A command that isn't here is taken to be safe. A record is added in the file of its family;
//! `tests/it/rerun.rs` runs the fixtures of those whose command is installed where the tests run.

mod archives;
mod call;
mod copies;
mod databases;
mod download;
mod edits;
mod files;
mod filters;
mod git;
mod keys;
mod lines;
pub(crate) mod options;
mod projects;
mod reading;
mod services;
mod sql;
mod substitution;
mod text;
pub(crate) mod world;

use std::collections::HashMap;
use std::sync::OnceLock;

pub(crate) use call::Call;

use world::{Status, World};

/// The family of an image's userland, where they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Userland {
    /// GNU coreutils and GNU wget: Debian, Ubuntu, Fedora…
    Gnu,
    /// `BusyBox`: busybox, Alpine.
    Busybox,
    /// Not known: where the two differ, the milder reading counts.
    #[default]
    Unknown,
}

/// What a command does when it is called: its status, with its changes made on the world.
pub(crate) type Effect = fn(&mut dyn World, &Call<'_>) -> Status;

/// A row of the table.
#[derive(Debug)]
pub(crate) struct Fact {
    /// The names by which the command is called.
    pub(crate) names: &'static [&'static str],
    /// What it does.
    pub(crate) effect: Effect,
}

const fn fact(names: &'static [&'static str], effect: Effect) -> Fact {
    Fact { names, effect }
}

const FAMILIES: [&[Fact]; 13] = [
    files::FACTS,
    copies::FACTS,
    archives::FACTS,
    git::FACTS,
    download::FACTS,
    text::FACTS,
    edits::FACTS,
    filters::FACTS,
    reading::FACTS,
    databases::FACTS,
    services::FACTS,
    keys::FACTS,
    projects::FACTS,
];

/// The names of each row.
pub fn rows() -> impl Iterator<Item = &'static [&'static str]> {
    FAMILIES.iter().flat_map(|family| family.iter().map(|fact| fact.names))
}

/// The row for the command `name`.
pub(crate) fn find(name: &str) -> Option<&'static Fact> {
    static TABLE: OnceLock<HashMap<&'static str, &'static Fact>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let rows = FAMILIES.iter().flat_map(|family| family.iter());
        rows.flat_map(|fact| fact.names.iter().map(move |&name| (name, fact))).collect()
    });
    table.get(name).copied()
}

/// Files without an extension that every system has (hier(7), and glibc's manual).
const SYSTEM_FILES: [&str; 12] = [
    "/etc/fstab",
    "/etc/group",
    "/etc/hostname",
    "/etc/hosts",
    "/etc/localtime",
    "/etc/machine-id",
    "/etc/os-release",
    "/etc/passwd",
    "/etc/profile",
    "/etc/services",
    "/etc/shadow",
    "/etc/timezone",
];

/// Whether a name looks like a file's rather than a directory's: it has an extension that isn't
/// part of a version and isn't `.d`, lies among programs, or is known.
pub(crate) fn looks_like_file(path: &str) -> bool {
    if SYSTEM_FILES.contains(&path) {
        return true;
    }
    let mut parts = path.trim_end_matches('/').rsplit('/');
    let name = parts.next().unwrap_or_default();
    if matches!(parts.next(), Some("bin" | "sbin")) {
        return true;
    }
    match name.trim_start_matches('.').rsplit_once('.') {
        Some((_, extension)) => {
            extension != "d"
                && extension.len() <= 8
                && extension.starts_with(|c: char| c.is_ascii_alphabetic())
                && extension.chars().all(|c| c.is_ascii_alphanumeric())
        }
        None => false,
    }
}
