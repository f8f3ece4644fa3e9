//! What a run has to tell: for exploring, and for the diagnosis.

use std::collections::BTreeMap;
use std::rc::Rc;

pub(in crate::rerun) use crate::commands::world::{ChangeKind, FailureCause};
use crate::rerun::Bound;
use crate::rerun::state::places::Place;
use crate::rerun::state::tree::{SiteId, Tree};

/// What a run has to tell.
#[derive(Debug, Default)]
pub(in crate::rerun) struct Log {
    /// The volumes after each command that changed them.
    pub(in crate::rerun) crash_points: Vec<CrashPoint>,
    /// Each branch: where, and whether its condition held.
    pub(in crate::rerun) branches: Vec<Branch>,
    /// Each change of a volume.
    pub(in crate::rerun) changes: Vec<Change>,
    /// The commands that failed for a known reason, in order.
    pub(in crate::rerun) refusals: Vec<CommandFailure>,
    /// The one of them that the current exit status comes of.
    pub(in crate::rerun) cause: Option<CommandFailure>,
    /// Places that a command or a test found missing.
    pub(in crate::rerun) missing: Vec<Place>,
    /// Directories that a file was to be written into, and that were missing.
    pub(in crate::rerun) missing_parents: Vec<Place>,
    /// Commands whose effect hangs on what nobody can know, and nothing in the script tells.
    pub(in crate::rerun) doubtful: Vec<SiteId>,
    /// The conditions of loops that never end by what is known.
    pub(in crate::rerun) endless: Vec<SiteId>,
    /// The loops of which not every turn was followed, in order.
    pub(in crate::rerun) unfollowed: Vec<SiteId>,
    /// Whether a command ran of which nothing is known.
    pub(in crate::rerun) ran_unknown: bool,
    /// Whether a command's output was kept that hangs on what lies elsewhere: another machine's answer.
    pub(in crate::rerun) is_told_elsewhere: bool,
    /// Whether something was asked that hangs on them.
    pub(in crate::rerun) is_open: bool,
    /// The bound that ended the run.
    pub(in crate::rerun) bound: Option<Bound>,
    /// Commands that refuse what exists by what is usual, not for sure.
    pub(in crate::rerun) assumed: Vec<SiteId>,
    /// Guards of which nothing held, and the places that they found missing.
    pub(in crate::rerun) passed_over: Vec<(Branch, Vec<Place>)>,
    /// Lone downloads and clones that a test stands over.
    pub(in crate::rerun) guards_over_slow_commands: Vec<GuardOverSlowCommand>,
    /// The words of each command, by site.
    pub(in crate::rerun) commands: BTreeMap<SiteId, Rc<[String]>>,
}

/// What a kill right after a command leaves.
#[derive(Debug, Clone)]
pub(in crate::rerun) struct CrashPoint {
    /// The command.
    pub(in crate::rerun) site: SiteId,
    /// What the volumes hold.
    pub(in crate::rerun) volumes: Rc<Tree>,
    /// How many questions nobody could answer had come before.
    pub(in crate::rerun) asked: usize,
    /// How many changes had been made.
    pub(in crate::rerun) changes: usize,
}

/// A branch taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::rerun) struct Branch {
    /// The condition.
    pub(in crate::rerun) site: SiteId,
    /// Whether it held.
    pub(in crate::rerun) held: bool,
    /// Which clause of a `case` it chose.
    pub(in crate::rerun) clause: usize,
    /// How many changes were made before.
    pub(in crate::rerun) changes: usize,
    /// How many places had been found missing by then: those that the condition looked for are the last.
    pub(in crate::rerun) missing: usize,
    /// How many had been made at the end of what it stands over. Where that was passed over, or left by a jump, all
    /// that follows may hang on it.
    pub(in crate::rerun) until: usize,
}

/// A change of a volume.
#[derive(Debug, Clone)]
pub(in crate::rerun) struct Change {
    pub(in crate::rerun) site: SiteId,
    pub(in crate::rerun) place: Place,
    /// How it came about, where that isn't plain.
    pub(in crate::rerun) manner: ChangeKind,
    /// The redirection that it went through, by its number in the run.
    pub(in crate::rerun) output: Option<u32>,
}

/// Why a command failed.
#[derive(Debug, Clone)]
pub(in crate::rerun) struct CommandFailure {
    pub(in crate::rerun) site: SiteId,
    pub(in crate::rerun) place: Option<Place>,
    /// What it met.
    pub(in crate::rerun) why: FailureCause,
}

/// A test over one command that takes long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::rerun) struct GuardOverSlowCommand {
    pub(in crate::rerun) guard: SiteId,
    /// Which way the test went.
    pub(in crate::rerun) held: bool,
    pub(in crate::rerun) command: SiteId,
    pub(in crate::rerun) place: Place,
    /// What the test found missing: there, above it or below it.
    pub(in crate::rerun) tested: Place,
}
