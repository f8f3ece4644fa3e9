//! Is it safe to run an init container again?
//!
//! A container is safe to run again when every second run, on what a first run left in the volumes,
//! ends as the undisturbed first run does and leaves the same volume contents. The first run may
//! have finished, or been killed right before or right after any of its commands. Killed, it runs
//! again alone; finished, the whole sequence of init containers runs again, because the Pod's
//! sandbox was lost (a node reboot, a restart of the network plugin).
//!
//! This module answers by doing just that, on symbols instead of files:
//!
//! 1. `state` holds what is known of the volumes, each empty at first, and of the container's own
//!    file system, fresh on every run. What nobody can know is an *atom*, a name for one unknown
//!    text, equal only to itself.
//! 2. `machine` runs a script's intermediate form on that state, as a POSIX shell would. What a
//!    command does to files is told by its record in [`crate::commands`]; a command without one
//!    is taken to be safe: it succeeds, and does the same each time.
//! 3. `explore` runs it once for reference, then again from each state that a kill could leave, and
//!    compares. An unknown answer (`[ -n "$TOKEN" ]`) is tried both ways in the first run; where the
//!    second run meets a new one, one answer that makes it safe is enough.
//! 4. `diagnose` turns a difference into a [`Hazard`]: the command to change, and why, in the words
//!    of `messages`.
//! 5. The command then counts as mended (`mending`), and all of that is done again: what a failure
//!    hid is told in the same run.
//!
//! All of it is bounded. What a loop leaves of which not every turn is followed is unknown from there
//! on, and what goes wrong only under some answer to a question about that isn't told. A container
//! that isn't followed to its end for a [`Bound`] says so.

mod branches;
mod budget;
mod context;
mod diagnose;
mod explore;
mod found;
mod machine;
mod memo;
mod mending;
mod messages;
mod start;
mod state;
mod things;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

pub use crate::commands::Userland;
use crate::shell::ir::Script;
use crate::shell::options::Options;
pub use budget::Budget;
use memo::Known;
pub use memo::Memo;
pub use mending::Mending;

/// One init container or sidecar, as far as running it again matters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Container {
    /// What it runs.
    pub program: Arc<Program>,
    /// Its volume mounts.
    pub mounts: Vec<Mount>,
    /// Its environment variables whose values are literal in the manifest, expanded.
    pub environment: Arc<BTreeMap<String, String>>,
    /// Its environment variables whose values come from elsewhere (Secrets, field references).
    pub unknown_environment: Arc<BTreeSet<String>>,
    /// `workingDir`; `None` is the image's, which isn't known.
    pub working_dir: Option<String>,
    /// Whose `wget`, `ls` and `sed` the image has.
    pub userland: Userland,
    /// Whether it is a sidecar, which runs beside what follows and restarts alone, also after its end.
    pub is_sidecar: bool,
    /// Whether the kubelet runs it again within one Pod. Where the Pod's `restartPolicy` is `Never` it doesn't, and a
    /// lost sandbox isn't made anew either (`computePodActions`).
    pub restarts: bool,
    /// Whether it runs as root, whom no mode keeps from writing; `None` where the image decides.
    pub root: Option<bool>,
    /// Whether its network is the node's (`hostNetwork`).
    pub host_network: bool,
    /// The files that are known, by absolute path, and their texts if these are: what a `ConfigMap` in the input mounts.
    pub files: Arc<BTreeMap<String, Option<String>>>,
    /// The `ConfigMap`s and Secrets that it mounts, by `mountPath`.
    pub entries: BTreeMap<String, Entries>,
    /// What the Pod's other containers run by the time that it runs again.
    pub running: Arc<[Running]>,
}

impl Container {
    /// How long something must last for a second run to meet it.
    fn lasts(&self) -> Lifetime {
        if self.restarts { Lifetime::Pod } else { Lifetime::Persistent }
    }
}

/// What a container runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Program {
    /// A shell script.
    Script {
        /// The parsed script.
        script: Arc<Script>,
        /// Its text, which the script's ranges count in.
        text: String,
        /// Options that the shell was started with.
        options: Options,
        /// `$0`, `$1`… as given after the script.
        arguments: Vec<String>,
        /// Whether the shell is bash (brace expansion, `[[`).
        bash: bool,
    },
    /// A command without a shell.
    Exec(Vec<String>),
}

impl Hash for Program {
    /// A script's text tells what it parses to.
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Script { script: _, text, options, arguments, bash } => {
                (text, options, arguments, bash).hash(state);
            }
            Self::Exec(words) => words.hash(state),
        }
    }
}

/// A volume mount.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mount {
    /// `mountPath`. A character of a private-use plane in it is the name of an unknown variable, and stands for its value.
    pub path: String,
    /// Which volume: the same number for the same volume, throughout a Pod.
    pub volume: usize,
    /// `subPath`.
    pub sub_path: Option<String>,
    /// `readOnly`, or a kind of volume that is.
    pub read_only: bool,
    /// How long what is written there lasts.
    pub life: Lifetime,
}

/// What is known of the files that a `ConfigMap`, a Secret or a projected volume becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Entries {
    /// Whether all lie in the mounted folder itself, so that what is there is a file and no folder.
    pub are_flat: bool,
    /// Whether their owner may write them, and so whoever copies them the copy.
    pub are_writable: bool,
}

/// The program of another container.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Running {
    /// Its absolute path, as that container sees it.
    pub path: String,
    /// That container's mounts.
    pub mounts: Vec<Mount>,
}

/// How long a volume keeps what a container writes to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lifetime {
    /// A `ConfigMap`, `Secret` or projected volume is the same input on each run.
    Run,
    /// An emptyDir or an ephemeral volume is the Pod's.
    Pod,
    /// A claim or a folder of the node meets every later Pod.
    Persistent,
}

/// What is known of running one container again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Analysis {
    /// What is unsafe in it, in order.
    pub hazards: Vec<Hazard>,
    /// Why nothing could be decided of it.
    pub unfinished: Option<Bound>,
}

/// What ends a run before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// More commands run than are followed.
    Steps,
    /// Functions and shells nest deeper than is followed.
    Depth,
    /// A command has more words than are followed.
    Words,
    /// A loop over positional parameters has more turns than are followed.
    Turns,
    /// The text of an inner script isn't parsed.
    Unparsed,
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Bound::Steps => "more commands run than are followed",
            Bound::Depth => "functions and shells nest deeper than is followed",
            Bound::Words => "a command has more words than are followed",
            Bound::Turns => "a loop over arguments has more turns than are followed",
            Bound::Unparsed => "a script inside it isn't parsed",
        })
    }
}

/// A command that makes running again unsafe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hazard {
    /// How it hurts.
    pub kind: Kind,
    /// How much.
    pub severity: Severity,
    /// Where the command to change stands.
    pub site: Site,
    /// The command's name: `mkdir`, `git clone`.
    pub command: String,
    /// The path that it trips over or changes, as the container sees it.
    pub path: Option<String>,
    /// The volume that the path lies in, as numbered in [`Mount`].
    pub volume: Option<usize>,
    /// What happens, as a sentence without a full stop.
    pub why: String,
    /// What to do, as a sentence without a full stop.
    pub help: String,
    /// What mends it, where the analysis has gone on with that. Where it fails and there is none, nothing after it was
    /// followed.
    pub mending: Option<Mending>,
    /// Whether with that a first run does what it did.
    pub is_same_at_first: bool,
    /// Whether it adds to what is there the second time, rather than change or replace it.
    pub adds: bool,
    /// Whether the command itself fails the second time, rather than that it is passed over.
    pub is_refused: bool,
    /// Whether it says no more than that something differs, which may come of what is found before it.
    pub is_vague: bool,
    /// The one long command of which a test takes half of what it makes for all. It could make that aside.
    pub slow: Option<Site>,
    /// Other places that the finding speaks of.
    pub labels: Vec<(Site, String)>,
    /// Whether some fact of the image or the environment had to be guessed.
    pub assumed: bool,
}

impl Hazard {
    /// The text that mends the command, in its place.
    #[must_use]
    pub fn mended(&self) -> Option<&str> {
        match &self.mending {
            Some(Mending::Text(text)) => Some(text),
            _ => None,
        }
    }
}

/// A place in a container's program.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Site {
    /// The file of [`Container::files`] that the range lies in; `None` is the container's own script.
    pub file: Option<String>,
    /// Bytes of that text. Empty for [`Program::Exec`].
    pub range: Range<usize>,
}

/// The ways in which a second run goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// It fails where the first didn't, and so will every later one.
    Stuck,
    /// It succeeds, but leaves something else in the volumes.
    Drifting,
    /// It takes work that was cut short for done.
    HalfDone,
    /// It fails over, or doubles, something outside the Pod's volumes.
    OutsidePod,
}

/// How much a hazard matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Advice.
    Info,
    /// Something is lost, doubled or stale after a restart.
    Warning,
    /// The Pod never starts again by itself.
    Error,
}

/// What is unsafe in a Pod's init containers and sidecars: one analysis for each of `sequence`.
///
/// A sidecar meets what the containers before it left. What it does beside those after it, and when, isn't known to them.
#[must_use]
pub fn analyse(sequence: &[Container]) -> Vec<Analysis> {
    analyse_within(sequence, &Budget::for_text(0, &Arc::default()))
}

/// As [`analyse`], with no more steps than are left in `budget`, which are taken once for each sequence.
#[must_use]
pub fn analyse_within(sequence: &[Container], budget: &Budget) -> Vec<Analysis> {
    if sequence.is_empty() {
        return Vec::new();
    }
    let (key, left) = (memo::key(sequence), budget.left());
    // With fewer steps it may end otherwise.
    let is_whole = |known: &Known| left >= known.steps + u64::from(explore::most_of_one(sequence));
    let known = budget.memo().get(key, sequence).filter(is_whole).unwrap_or_else(|| {
        let own = Budget::of(left, budget.memo());
        let analyses = explore::explore(sequence, &own);
        let known = Known { analyses, steps: left - own.left() };
        if is_whole(&known) {
            budget.memo().add(key, sequence, known.clone());
        }
        known
    });
    budget.spend_once(key, known.steps);
    known.analyses
}
