//! What is known of public images: their shell, their user, their entrypoint, their commands.
//!
//! One table, `table.rs`, says it of exact names. An image that isn't in it is unknown, and rules keep silent: a name
//! that only looks like one of them (`mybusybox`, `team/busybox`) proves nothing.

use clap::ValueEnum;

mod official;
mod own;
mod processes;
mod reference;
mod release;
mod table;

pub use official::{holds_tools, is_bare_name, is_of_cluster};
pub use own::{Images, Known, OwnImage};
pub(crate) use reference::find;
pub use release::{dash_has_pipefail, passes_over_search_list};
pub use table::{KNOWN, with};

/// What is known of the images of some names and tags.
#[derive(Debug, PartialEq, Eq)]
pub struct KnownImage {
    /// The repositories, in full but for Docker Hub's host: `library/busybox`, `quay.io/argoproj/argocd`.
    pub names: &'static [&'static str],
    /// The tags that it speaks of; rows before it take theirs first.
    pub tags: Tags,
    /// What `sh` is.
    pub sh: Sh,
    /// The user that the image's own configuration names.
    pub user: User<'static>,
    /// The image's entrypoint; `None` where it isn't known.
    pub entrypoint: Option<&'static [&'static str]>,
    /// Commands that are surely there, beside those of the base that [`has`](Self::has) knows.
    pub(crate) commands: &'static [&'static str],
    /// Commands that are surely not there.
    pub(crate) lacks: &'static [&'static str],
    /// How sure all this is.
    pub confidence: Confidence,
    /// Where it was read.
    pub source: Source,
}

/// Which tags of a repository a row speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tags {
    /// Any, and none.
    Any,
    /// Those with one of these words between hyphens, a version after it or not: `alpine` is in `3.12-alpine3.19`.
    With(&'static [&'static str]),
    /// Those that begin with one of these major versions.
    Major(&'static [u32]),
    /// Those that begin with this version or a later one, and those that begin with none: `latest`.
    Since(u32, u32),
}

/// What `sh` is in an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Sh {
    /// Busybox's, and its other commands are busybox's too.
    Ash,
    /// Debian's, with GNU commands.
    Dash,
    /// Bash under the name of `sh`, with GNU commands.
    Bash,
    /// There is no shell.
    None,
}

/// The user that an image's configuration names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum User<'i> {
    /// Root, or nobody named, which is the same.
    Root,
    /// By number.
    Id(u32),
    /// By a name, which the kubelet can't tell from root's.
    Name(&'i str),
    /// Not known, or another in each cluster.
    Unknown,
}

/// How sure a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// It may be otherwise.
    Low,
    /// It was so in the versions that were looked at.
    Medium,
    /// It is so, in all versions that people use.
    High,
}

/// Where a row's facts were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The image's own Dockerfile.
    Dockerfile,
    /// Its users' reports.
    Issue,
    /// Common knowledge.
    Knowledge,
    /// The commands themselves were run.
    Executed,
}

impl KnownImage {
    /// Whether `command` is surely there (`true`) or surely not (`false`).
    #[must_use]
    pub fn has(&self, command: &str) -> Option<bool> {
        if self.commands.contains(&command) {
            return Some(true);
        }
        if self.lacks.contains(&command) {
            return Some(false);
        }
        self.sh.has(command)
    }
}

impl Sh {
    /// Whether `command` is surely, or surely not, in an image of which nothing but its `sh` is known.
    fn has(self, command: &str) -> Option<bool> {
        match (self, command) {
            (Sh::None, "sh" | "bash" | "ash" | "dash") => Some(false),
            (Sh::None, _) => None,
            (_, "sh") | (Sh::Ash, "ash" | "wget" | "nc" | "nslookup") | (Sh::Bash, "bash") => Some(true),
            _ => None,
        }
    }
}
