//! What is known of commands: what each writes, and what it does when that exists.
//!
//! A command that isn't here is taken to be safe. A record is added in the file of its family;
//! `tests/it/rerun.rs` runs the fixtures of those whose command is installed where the tests run.

mod archives;
mod awaited;
mod buckets;
mod call;
mod cluster_objects;
mod copies;
mod database_servers;
mod databases;
mod download;
mod edits;
mod files;
mod filters;
mod git;
mod keys;
mod languages;
mod lines;
mod mongo;
mod network;
mod noise;
mod operations;
mod packets;
pub(crate) mod paths;
mod projects;
mod reading;
mod record;
mod remedy;
mod requests;
mod rights;
mod servers;
mod services;
mod setups;
mod signals;
mod sql;
mod substitution;
mod system;
mod text;
pub(crate) mod world;
mod wrappers;

use std::sync::OnceLock;

pub use awaited::Awaited;
pub use call::Call;
pub(crate) use cluster_objects::{made as made_object, needed as needed_objects, only_asks_for};
pub(crate) use copies::may_copy_file;
pub(crate) use database_servers::{DATA, OBJECTS};
pub(crate) use download::alternative;
pub(crate) use languages::takes_operators;
pub(crate) use network::pause;
pub(crate) use operations::{Attempt, Id, Operation, Ownership};
pub(crate) use paths::{Touching, copied_of_system, only_removes};
pub(crate) use reading::{found_command, lists_folder, run_on_found, searched_name, searches_text};
pub use record::Record;
pub(crate) use record::{Elsewhere, Trait};
pub(crate) use remedy::{Line, Remedy, Trouble, What};
pub use rights::Needs;
pub(crate) use rights::{
    changes_files, ends_soon, is_known, is_light, is_of_the_shell, is_socket_client, starts_server,
};
pub(crate) use servers::may_end_server;
pub(crate) use services::says_what_is_set;
pub(crate) use signals::{ends_by, sent_to_own_shell};
pub(crate) use system::may_import_of;
pub(crate) use wrappers::Wrapper;

use foldhash::HashMap;
use record::record;
use world::place::base_name;
pub(crate) use world::place::{absolute, is_at_or_below};

const NEVER_ENDS: &[Trait] = &[Trait::NeverEnds];
const MAY_SETTLE: &[Trait] = &[Trait::MaySettle];

/// The family of an image's userland, where they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Userland {
    /// GNU coreutils and GNU wget: Debian, Ubuntu, Fedora…
    Gnu,
    /// `BusyBox`: busybox, Alpine.
    Busybox,
    /// Not known: where the two differ, the milder reading counts.
    #[default]
    Unknown,
}

const FAMILIES: [&[Record]; 22] = [
    files::RECORDS,
    copies::RECORDS,
    archives::RECORDS,
    git::RECORDS,
    download::RECORDS,
    text::RECORDS,
    edits::RECORDS,
    filters::RECORDS,
    reading::RECORDS,
    databases::RECORDS,
    database_servers::RECORDS,
    services::RECORDS,
    buckets::RECORDS,
    packets::RECORDS,
    servers::RECORDS,
    keys::RECORDS,
    projects::RECORDS,
    network::RECORDS,
    system::RECORDS,
    wrappers::RECORDS,
    languages::RECORDS,
    setups::RECORDS,
];

/// All records.
pub fn records() -> impl Iterator<Item = &'static Record> {
    FAMILIES.iter().flat_map(|family| family.iter())
}

/// The record of the command `name`.
pub(crate) fn find(name: &str) -> Option<&'static Record> {
    static TABLE: OnceLock<HashMap<&'static str, &'static Record>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        records().flat_map(|record| record.names.iter().map(move |&name| (name, record))).collect()
    });
    table.get(name).copied()
}

/// Whether `name`, perhaps a path, is of a command that is `wanted` however it is called.
pub(crate) fn is(name: &str, wanted: Trait) -> bool {
    find(base_name(name)).is_some_and(|record| record.always_has(wanted))
}

/// Whether `name`, perhaps a path, is of a command that is `wanted`, at least if it is called in a certain way.
pub(crate) fn may_be(name: &str, wanted: Trait) -> bool {
    find(base_name(name)).is_some_and(|record| record.may_have(wanted))
}

/// Commands that no image with a shell lacks: those of every shell (POSIX XCU 2.15, bash, dash), and those that busybox
/// and coreutils share.
const EVERYWHERE: [&str; 72] = [
    ":", ".", "break", "cd", "continue", "declare", "eval", "exec", "exit", "export", "false", "let",
    "local", "read", "readonly", "return", "set", "shift", "source", "trap", "true", "umask", "unset",
    "wait", "[", "test", "echo", "printf", "cat", "cp", "mv", "rm", "rmdir", "mkdir", "ln", "ls", "touch",
    "chmod", "chown", "chgrp", "head", "tail", "sort", "uniq", "tr", "cut", "wc", "tee", "sed", "grep",
    "awk", "find", "xargs", "date", "sleep", "env", "id", "basename", "dirname", "pwd", "expr", "seq", "tar",
    "gzip", "gunzip", "stat", "df", "du", "sync", "sh", "mktemp", "readlink",
];

/// Whether every image with a shell has the command `name`.
pub(crate) fn is_everywhere(name: &str) -> bool {
    EVERYWHERE.contains(&name)
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
