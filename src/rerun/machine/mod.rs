//! Runs a script's intermediate form on symbols, as a POSIX shell would (POSIX XCU 2).
//!
//! One [`Machine`] is one run. It keeps a log of what exploring needs: the states that a kill could
//! leave, which branches were taken, who changed what, and which command refused and why.

mod arithmetic;
mod braces;
mod builtins;
mod conditions;
mod control;
mod disk;
mod expansion;
mod foreign_root;
mod havoc;
mod log;
mod loops;
mod matching;
mod modes;
mod nested;
mod passed_on;
mod patterns;
mod shell;
mod simple;
mod world;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

use foldhash::{HashMap, HashMapExt};

use self::shell::{Function, Shell};
use super::mending::Mended;
use super::state::assumptions::Assumptions;
use super::state::atoms::{Atom, Atoms, clean};
use super::state::places::{Mounts, Place, Store};
use super::state::tree::{Node, SiteId, Tree};
use super::{Bound, Container, Program, Site};
use crate::shell::ir::{Command, Script};

pub(super) use crate::commands::world::{FAILURE, SUCCESS, Status};
pub(super) use havoc::UNFOLLOWED;
pub(super) use log::{
    Branch, Change, ChangeKind, CommandFailure, CrashPoint, FailureCause, GuardOverSlowCommand, Log,
};
pub(super) use matching::matches;

/// What a command comes to: a status, or a jump.
pub(super) type Flow = Result<Status, Jump>;

/// A jump out of the current list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Jump {
    /// `exit`, or a failure under `set -e`.
    Exit(Status),
    /// `return`.
    Return(Status),
    /// `break N`.
    Break(u32),
    /// `continue N`.
    Continue(u32),
    /// In a loop that a first run came out of, and this one never does.
    Endless,
    /// Past a bound, or at something that can't be modelled.
    GiveUp,
}

/// What all runs of one analysis share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) atoms: Atoms,
    pub(super) sites: Sites,
    /// Commands that may still be run.
    pub(super) steps: u32,
    /// Commands that were run.
    pub(super) spent: u32,
    /// Whether anything is unknown for not being followed.
    has_unfollowed: bool,
    /// How many names were made that nobody else has.
    fresh: u32,
    /// Scripts that were found as text while running, by that text.
    parsed: HashMap<String, Option<Rc<Script>>>,
    /// The commands that count as mended.
    pub(super) mended: Mended,
    /// The bodies of functions, by where they are defined.
    bodies: HashMap<SiteId, Rc<Command>>,
}

impl Shared {
    pub(super) fn new(steps: u32) -> Self {
        Self {
            atoms: Atoms::default(),
            sites: Sites::default(),
            steps,
            spent: 0,
            has_unfollowed: false,
            fresh: 0,
            parsed: HashMap::new(),
            mended: Mended::default(),
            bodies: HashMap::new(),
        }
    }
}

/// A container, the file of its that a command stands in, and where there.
type SiteKey = (usize, Option<Rc<str>>, Range<usize>);

/// The commands that were run, numbered.
#[derive(Debug, Default)]
pub(super) struct Sites {
    numbers: HashMap<SiteKey, SiteId>,
    list: Vec<(usize, Site)>,
}

impl Sites {
    fn number(&mut self, container: usize, file: Option<&Rc<str>>, range: Range<usize>) -> SiteId {
        let next = SiteId::try_from(self.list.len()).unwrap_or(SiteId::MAX);
        let key = (container, file.cloned(), range.clone());
        *self.numbers.entry(key).or_insert_with(|| {
            self.list.push((container, Site { file: file.map(ToString::to_string), range }));
            next
        })
    }

    /// The number of the command at `site` of a container, if it was ever run.
    pub(super) fn find(&self, container: usize, site: &Site) -> Option<SiteId> {
        let file = site.file.as_deref().map(Rc::from);
        self.numbers.get(&(container, file, site.range.clone())).copied()
    }

    /// The container and place of a site.
    pub(super) fn get(&self, id: SiteId) -> Option<&(usize, Site)> {
        self.list.get(usize::try_from(id).ok()?)
    }
}

/// Where standard output goes.
#[derive(Debug)]
enum Sink {
    /// Nobody reads it.
    Console,
    /// A pipe or a substitution.
    Text(String),
    /// A file, which it is added to, and the number of the redirection that opened it.
    File(Place, u32),
}

/// Which text the ranges of the current commands count in.
#[derive(Debug, Clone, Default)]
struct Frame {
    file: Option<Rc<str>>,
    /// Text made while running has no place of its own: all of it stands where it is run.
    fixed: Option<Range<usize>>,
}

/// Variables that were set for a while, with what they were before.
type Hidden = Vec<(String, Option<Rc<str>>)>;

/// One run of one container.
#[derive(Debug)]
pub(super) struct Machine<'s, 'c> {
    pub(super) container: &'c Container,
    index: usize,
    pub(super) mounts: &'c Mounts,
    pub(super) shared: &'s mut Shared,
    assumptions: Assumptions,
    volumes: Rc<Tree>,
    container_fs: Rc<Tree>,
    /// What the undisturbed run left; in a second run.
    expected: Option<Rc<Tree>>,
    /// Whether it is a second run that comes after the end of the first, and not after a kill.
    follows_whole_run: bool,
    /// The loops that it waited in for what comes from elsewhere.
    waited: Vec<SiteId>,
    shell: Shell,
    frame: Frame,
    input: Option<Rc<str>>,
    sinks: Vec<Sink>,
    /// How many files were opened for writing, and which of them is being written to.
    opened: u32,
    output: Option<u32>,
    /// The folder of data of the database server that the script has started.
    served: Option<Place>,
    /// Whether the command that is being run has passed over what it would fail on.
    passed_over: bool,
    /// While a command in another file system runs: whether its network is the node's.
    foreign_root: Option<bool>,
    /// Within how many conditions, where `set -e` doesn't count.
    errexit_ignored: u32,
    /// Whether the next command's status decides a branch.
    status_is_tested: bool,
    depth: u32,
    /// How many parts of paths were looked up for links since the last step.
    looked_up: Cell<usize>,
    /// Whether a command substitution ran since it was last asked.
    substituted: bool,
    /// Within how many parts of pipelines that don't end them: there a kill is no moment of its own.
    pipeline_depth: u32,
    /// How often standard input was read of which nothing is known.
    unknown_reads: u32,
    /// Within how many loops.
    loop_depth: u32,
    /// How often anything was written.
    writes: u64,
    /// Changes of the container's own files, within loops.
    own_changes: Vec<(Place, ChangeKind)>,
    /// What `local` has hidden, for each function that is running.
    locals: Vec<Hidden>,
    /// What the containers may have met that filled volumes for this one.
    met_by_earlier: Option<String>,
    /// The command being run, and its words.
    pub(super) current: SiteId,
    words: Rc<[String]>,
    /// Whether the volumes changed since the last crash point.
    changed: bool,
    /// How many crash points there were.
    crash_points: usize,
    /// Every how many of them is kept.
    crash_point_stride: usize,
    pub(super) log: Log,
}

/// A finished run.
#[derive(Debug)]
pub(super) struct Run {
    /// Its exit status; `None` where it couldn't be followed to its end.
    pub(super) status: Option<Status>,
    pub(super) volumes: Rc<Tree>,
    pub(super) assumptions: Assumptions,
    pub(super) log: Log,
}

/// The deepest nesting of functions, substitutions and nested shells.
const MAX_DEPTH: u32 = 24;
/// How many files or words one step may handle.
const ITEMS_PER_STEP: usize = 4;
/// The most refusals kept of one run.
const MAX_REFUSALS: usize = 256;
/// The most crash points kept of one run; past it every second one is, and so on.
const MAX_CRASH_POINTS: usize = 96;
/// The most files that the crash points of one run hold together; the same past it.
const MAX_KEPT_FILES: usize = 100_000;

impl<'s, 'c> Machine<'s, 'c> {
    /// A machine for `container`, number `index`, on what the volumes hold now.
    pub(super) fn new(
        container: &'c Container,
        index: usize,
        mounts: &'c Mounts,
        inputs: &Inputs,
        shared: &'s mut Shared,
        assumptions: Assumptions,
        volumes: Rc<Tree>,
    ) -> Self {
        Self {
            container,
            index,
            mounts,
            shared,
            assumptions,
            volumes,
            container_fs: Rc::clone(&inputs.files),
            expected: None,
            follows_whole_run: false,
            waited: Vec::new(),
            shell: inputs.shell.clone(),
            frame: Frame::default(),
            input: None,
            sinks: vec![Sink::Console],
            opened: 0,
            output: None,
            served: None,
            passed_over: false,
            foreign_root: None,
            errexit_ignored: 0,
            status_is_tested: false,
            depth: 0,
            looked_up: Cell::new(0),
            substituted: false,
            pipeline_depth: 0,
            unknown_reads: 0,
            loop_depth: 0,
            writes: 0,
            own_changes: Vec::new(),
            locals: Vec::new(),
            met_by_earlier: None,
            current: 0,
            words: Rc::new([]),
            changed: false,
            crash_points: 0,
            crash_point_stride: 1,
            log: Log::default(),
        }
    }

    /// Makes this a second run, after an undisturbed one that left `expected` and `waited` in loops.
    pub(super) fn after(mut self, expected: &Rc<Tree>, waited: &[SiteId]) -> Self {
        self.follows_whole_run = Rc::ptr_eq(expected, &self.volumes) || **expected == *self.volumes;
        self.expected = Some(Rc::clone(expected));
        self.waited = waited.to_vec();
        self
    }

    /// Runs the container to its end.
    pub(super) fn run(mut self) -> Run {
        let container = self.container;
        let end = match &*container.program {
            Program::Script { script, options, arguments, .. } => {
                self.shell.options = *options;
                self.shell.parameters = arguments.iter().map(|text| Rc::from(self.given(text))).collect();
                self.list(&script.body)
            }
            Program::Exec(words) => self.exec_form(words),
        };
        let end = self.run_exit_trap(end);
        self.note_slow_commands_at_end();
        let status = match end {
            Ok(status) | Err(Jump::Exit(status) | Jump::Return(status)) => Some(status),
            Err(Jump::Break(_) | Jump::Continue(_)) => Some(self.shell.status),
            Err(Jump::Endless) => Some(FAILURE),
            Err(Jump::GiveUp) => None,
        };
        Run { status, volumes: self.volumes, assumptions: self.assumptions, log: self.log }
    }

    /// Counts a step; past the bound the run can't be followed.
    fn step(&mut self) -> Result<(), Jump> {
        let looked_up = self.looked_up.take();
        self.charge(looked_up);
        if self.shared.steps == 0 {
            return self.give_up(Bound::Steps);
        }
        self.spend(1);
        Ok(())
    }

    fn spend(&mut self, steps: u32) {
        let steps = steps.min(self.shared.steps);
        self.shared.steps -= steps;
        self.shared.spent = self.shared.spent.saturating_add(steps);
    }

    /// Ends a run that can't be followed any further.
    fn give_up<T>(&mut self, bound: Bound) -> Result<T, Jump> {
        self.log.bound = Some(bound);
        Err(Jump::GiveUp)
    }

    /// Counts work that grows with what is on the disk or in a list: `size` items handled at once.
    pub(super) fn charge(&mut self, size: usize) {
        self.spend(u32::try_from(size / ITEMS_PER_STEP).unwrap_or(u32::MAX));
    }

    /// Runs `body` one level deeper; recursion without end can't be followed.
    fn deeper<T>(&mut self, body: impl FnOnce(&mut Self) -> Result<T, Jump>) -> Result<T, Jump> {
        if self.depth >= MAX_DEPTH {
            return self.give_up(Bound::Depth);
        }
        self.depth += 1;
        let result = body(self);
        self.depth -= 1;
        result
    }

    /// The number of the command at `range` of the current text.
    fn site(&mut self, range: &Range<usize>) -> SiteId {
        let range = self.frame.fixed.clone().unwrap_or_else(|| range.clone());
        self.shared.sites.number(self.index, self.frame.file.as_ref(), range)
    }

    /// Ends a simple command: the moment at which a kill may come.
    fn crash_point(&mut self) {
        if self.changed && self.assumptions.is_first() && self.is_kept_crash_point() {
            let (volumes, asked) = (Rc::clone(&self.volumes), self.assumptions.asked().len());
            let changes = self.log.changes.len();
            // The next command that changes something has a copy to change.
            self.charge(volumes.len());
            self.log.crash_points.push(CrashPoint { site: self.current, volumes, asked, changes });
        }
        self.changed = false;
    }

    /// Whether the next crash point is among those that are kept.
    fn is_kept_crash_point(&mut self) -> bool {
        let number = self.crash_points;
        self.crash_points += 1;
        let files = |points: &[CrashPoint]| points.iter().map(|point| point.volumes.len()).sum::<usize>();
        let kept = &self.log.crash_points;
        if kept.len() >= MAX_CRASH_POINTS || files(kept) > MAX_KEPT_FILES {
            let mut keep = false;
            self.log.crash_points.retain(|_| {
                keep = !keep;
                keep
            });
            self.crash_point_stride *= 2;
        }
        number.is_multiple_of(self.crash_point_stride)
    }

    /// The answer to a question that nobody can know.
    pub(super) fn ask(&mut self, question: &str, default: bool) -> bool {
        self.note_unfollowed(question);
        match self.met_by_earlier(question).map(|met| format!("{question}@{met}")) {
            Some(question) => self.assumptions.ask(&question, default),
            None => self.assumptions.ask(question, default),
        }
    }

    /// Notes whether a question hangs on what wasn't followed.
    fn note_unfollowed(&mut self, question: &str) {
        let may_be = self.shared.has_unfollowed || question.starts_with(UNFOLLOWED);
        self.log.is_open |= may_be && self.shared.atoms.mentions(question, UNFOLLOWED);
    }

    /// The answer to what a name likely stands for.
    pub(super) fn guess(&mut self, question: &str, likely: bool) -> bool {
        self.note_unfollowed(question);
        self.assumptions.guess(question, likely)
    }

    /// An unknown text, by how it comes about.
    pub(super) fn atom(&mut self, atom: Atom) -> char {
        self.shared.atoms.intern(atom)
    }

    /// Standard input, where something is known of it.
    pub(super) fn input(&self) -> Option<Rc<str>> {
        self.input.clone()
    }

    /// Writes to standard output.
    pub(super) fn emit(&mut self, text: &str) {
        match self.sinks.last_mut() {
            Some(Sink::Text(out)) => out.push_str(text),
            Some(Sink::File(place, opened)) => {
                let place = place.clone();
                self.output = Some(*opened);
                self.append(&place, text);
                self.output = None;
            }
            Some(Sink::Console) | None => {}
        }
    }

    /// Whether standard output goes to the file at `place`.
    pub(super) fn writes_to(&self, place: &Place) -> bool {
        matches!(self.sinks.last(), Some(Sink::File(file, _)) if file == place)
    }

    /// Whether anybody reads standard output.
    pub(super) fn stdout_is_read(&self) -> bool {
        !matches!(self.sinks.last(), Some(Sink::Console) | None)
    }

    /// Fails, for a reason that is known.
    pub(super) fn refuse(&mut self, place: Option<&Place>, why: FailureCause) -> Status {
        if !self.assumptions.is_first() && self.shared.mended.passes_over(self.current) {
            self.passed_over = true;
            return SUCCESS;
        }
        self.log.commands.insert(self.current, Rc::clone(&self.words));
        let refusal = CommandFailure { site: self.current, place: place.cloned(), why };
        self.log.cause = Some(refusal.clone());
        if self.log.refusals.len() < MAX_REFUSALS {
            self.log.refusals.push(refusal);
        }
        if let (FailureCause::Missing, Some(place)) = (why, place) {
            self.log.missing.push(place.clone());
        }
        FAILURE
    }

    /// A text that differs where the volumes do.
    pub(super) fn fingerprint(&mut self) -> String {
        self.charge(self.volumes.len());
        format!("{:x}", self.volumes.fingerprint())
    }
}

/// What a container is given, the same for each of its runs.
#[derive(Debug)]
pub(super) struct Inputs {
    shell: Shell,
    /// What is known of its own file system.
    files: Rc<Tree>,
}

impl Inputs {
    pub(super) fn of(container: &Container, mounts: &Mounts) -> Self {
        Self { shell: Shell::of(container), files: Rc::new(files(container, mounts)) }
    }
}

fn files(container: &Container, mounts: &Mounts) -> Tree {
    let mut tree = Tree::default();
    let own = |path: &str| Place { store: Store::Container, path: path.to_owned() };
    for (path, one_file) in mounts.inputs() {
        if !one_file && !path.is_empty() {
            let fill = BTreeSet::from([Rc::from(format!("input:{path}"))]);
            tree.put(own(path), Node::Directory(fill), SiteId::MAX);
        }
    }
    for (path, text) in container.files.iter() {
        let file = match text {
            Some(text) => Node::File(clean(text).into()),
            None => Node::Unknown { key: format!("input:{path}").into(), exists: true },
        };
        tree.put(own(path), file, SiteId::MAX);
    }
    tree
}
