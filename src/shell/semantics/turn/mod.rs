//! A turn of a loop while nothing that it asks for is there: whether it goes on to the next one. In the same way a whole
//! script in which some commands fail: whether it may still succeed.
//!
//! Each command that asks for something fails, and what it would say is empty. Where a turn hangs on anything else, such
//! as a count, its outcome isn't told: silence is better than a loop that is wrongly called endless.

mod failed;
mod outcome;
mod simple;
mod value;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::ends;
use super::execution::Execution;
use super::loops::{Entry, Loop};
use crate::commands::Awaited;
use crate::shell::ir::{Arm, Clause, Command, CommandKind, List, Word};
use failed::Failed;
use foldhash::{HashMap, HashMapExt};
use outcome::{Jump, Outcome, Status, one_of};
use value::Value;

/// Something that is asked for.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) what: Awaited,
    /// Whether asking is all that the command does; another may do its work and fail.
    pub(super) is_probe: bool,
}

/// What a loop does while nothing that it asks for is there.
#[derive(Debug)]
pub(super) struct Turns {
    /// Whether it surely goes on and on.
    pub(super) stays: bool,
    /// What its condition asks for, or else its body.
    pub(super) asked: Vec<Asked>,
    /// Whether it passes time.
    pub(super) sleeps: bool,
    /// How much, as far as its words say.
    pub(super) pause: Option<Duration>,
}

/// The turns of `own` among the `executions` of its script.
pub(super) fn turns<'s>(own: &Loop<'s>, executions: &[Execution<'s>]) -> Turns {
    let runs = executions.get(own.runs.clone()).unwrap_or_default();
    let mut first = Turn::new(&own.shell, runs, own.assigned());
    first.whole(own);
    // What no way through it sets stays as it is.
    let mut turn = Turn::new(&own.shell, runs, first.touched);
    let (status, jumps) = turn.whole(own);
    let leaves = |jump: &Jump| !matches!(jump, Jump::Continue(_));
    let goes_on = match &own.command.kind {
        CommandKind::Loop { until: true, .. } => status == Status::Fails,
        CommandKind::Loop { until: false, .. } => status == Status::Succeeds,
        _ => false,
    };
    // `while ! $ready`: the body asks for what the variable says.
    let is_named = |asked: &Asked| !matches!(&asked.what, Awaited::Command(name) if name.starts_with('$'));
    let is_of_body = !turn.asked_first.iter().any(is_named) && turn.asked.iter().any(is_named);
    let asked = if is_of_body || turn.asked_first.is_empty() { turn.asked } else { turn.asked_first };
    Turns { stays: goes_on && !jumps.iter().any(leaves), asked, sleeps: turn.sleeps, pause: turn.pause }
}

/// How deep functions and further shells are looked into.
const MAX_DEPTH: usize = 6;
/// How many commands of a loop are looked at.
const MAX_STEPS: usize = 4_000;
/// How many nodes are looked at for what a loop sets, in the time that a command takes.
const NODES_PER_STEP: usize = 16;

/// What tells a command from others. That is where it stands, and its name for a text of its own: a test's words are copies
/// of those in the script.
type Key = (usize, usize, Option<String>);

fn key(command: &Command) -> Key {
    let name = match &command.kind {
        CommandKind::Simple(simple) => simple.words.first().and_then(Word::literal),
        _ => None,
    };
    (command.range.start, command.range.end, name)
}

/// A turn.
struct Turn<'f, 's> {
    shell: &'f Entry<'s>,
    runs: &'f [Execution<'s>],
    /// Where the first run of each command is among them.
    first_runs: HashMap<Key, usize>,
    /// The commands that fail, where it isn't all that ask for something.
    failed: Option<Failed<'f>>,
    /// The variables that change from turn to turn.
    changing: BTreeSet<String>,
    /// What this turn has set.
    set: BTreeMap<String, Value>,
    touched: BTreeSet<String>,
    last: Status,
    asked: Vec<Asked>,
    /// What the condition asks for.
    asked_first: Vec<Asked>,
    sleeps: bool,
    /// The longest time that it passes at once.
    pause: Option<Duration>,
    depth: usize,
    steps: usize,
}

impl<'f, 's> Turn<'f, 's> {
    fn new(shell: &'f Entry<'s>, runs: &'f [Execution<'s>], changing: BTreeSet<String>) -> Self {
        let mut first_runs = HashMap::with_capacity(runs.len());
        for (at, run) in runs.iter().enumerate() {
            first_runs.entry(key(run.command)).or_insert(at);
        }
        Self {
            shell,
            runs,
            first_runs,
            failed: None,
            changing,
            set: BTreeMap::new(),
            touched: BTreeSet::new(),
            last: Status::Either,
            asked: Vec::new(),
            asked_first: Vec::new(),
            sleeps: false,
            pause: None,
            depth: 0,
            steps: 0,
        }
    }

    /// The condition, the body, and the condition again.
    fn whole(&mut self, own: &Loop<'_>) -> (Status, BTreeSet<Jump>) {
        let keep = match own.command.kind {
            CommandKind::Loop { until, .. } => !until,
            _ => true,
        };
        let first = self.condition_list(own.condition(), Some(keep));
        self.asked_first = std::mem::take(&mut self.asked);
        let body = self.list(own.body(), false);
        let asked = std::mem::take(&mut self.asked);
        let again = self.condition_list(own.condition(), Some(keep));
        self.asked = asked;
        let mut jumps = first.jumps;
        jumps.extend(body.jumps);
        jumps.extend(again.jumps);
        (again.status, jumps)
    }

    fn asks(&mut self, what: Awaited, is_probe: bool) {
        if self.failed.is_some() || self.asked.iter().all(|asked| asked.what != what) {
            self.asked.push(Asked { what, is_probe });
        }
    }

    /// How many things were asked for until now.
    fn asked_by_now(&self) -> usize {
        self.asked.len()
    }

    fn sets(&mut self, name: &str, value: Value) {
        self.touched.insert(name.to_owned());
        self.set.insert(name.to_owned(), value);
    }

    /// A list of which the last command decides. `keep` is the status that it had when the loop was entered, where that
    /// is known: what hangs on nothing that changes still has it.
    fn condition_list(&mut self, list: &[Command], keep: Option<bool>) -> Outcome {
        let Some((last, before)) = list.split_last() else { return Outcome::is(Status::Succeeds) };
        let outcome = self.list(before, true);
        if !outcome.falls {
            return outcome;
        }
        let mut own = self.command(last, keep, true);
        own.jumps.extend(outcome.jumps);
        own
    }

    /// Commands one after another. `looked_at`: a failure doesn't end the shell, whatever `errexit` says.
    fn list(&mut self, list: &[Command], looked_at: bool) -> Outcome {
        let mut whole = Outcome::is(Status::Succeeds);
        for command in list {
            let own = self.command(command, None, looked_at);
            self.last = own.status;
            whole.status = own.status;
            whole.falls = own.falls;
            whole.jumps.extend(own.jumps);
            let errexit = self.shell.errexit || self.failed.as_ref().is_some_and(|it| it.is_heeded(command));
            let ends = errexit && !looked_at && own.status == Status::Fails;
            if ends && !is_heeded_elsewhere(command) {
                whole.jumps.insert(Jump::Exit(Status::Fails));
                whole.falls = false;
            }
            if !whole.falls {
                break;
            }
        }
        whole
    }

    fn command(&mut self, command: &Command, keep: Option<bool>, looked_at: bool) -> Outcome {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return Outcome::jump(Jump::Exit(Status::Either));
        }
        if command.background {
            self.sleeps |= self.passes_time(command);
            return Outcome::is(Status::Succeeds);
        }
        if let Some(device) = self.device(command) {
            self.asks(device, true);
            return Outcome::is(Status::Fails);
        }
        match &command.kind {
            CommandKind::Simple(simple) => self.simple(command, simple, keep),
            CommandKind::Pipeline(commands) => self.pipeline(commands),
            CommandKind::Not(inner) => {
                let own = self.command(inner, keep.map(|keep| !keep), true);
                Outcome { status: own.status.not(), ..own }
            }
            CommandKind::And(left, right) => {
                let keep = keep.filter(|keep| *keep);
                self.chain(left, right, keep, looked_at, Status::Succeeds)
            }
            CommandKind::Or(left, right) => {
                let keep = keep.filter(|keep| !*keep);
                self.chain(left, right, keep, looked_at, Status::Fails)
            }
            CommandKind::If { arms, otherwise } => self.if_clause(arms, otherwise.as_ref(), looked_at),
            CommandKind::Loop { until, condition, body } => self.repeated(command, &mut |turn| {
                let test = turn.condition_list(condition, None);
                let mut whole = turn.inner_loop(body, test.status == Status::of(!until), looked_at);
                whole.jumps.extend(outcome::outside(test.jumps));
                whole
            }),
            CommandKind::For { words: Some(words), body, .. } if !words.iter().all(ends::may_vanish) => {
                self.repeated(command, &mut |turn| turn.once_or_more(body, looked_at))
            }
            CommandKind::For { body, .. }
            | CommandKind::ArithmeticFor { body, .. }
            | CommandKind::Select { body, .. } => {
                self.repeated(command, &mut |turn| turn.inner_loop(body, false, looked_at))
            }
            CommandKind::Case { subject, clauses } => self.case(subject, clauses, looked_at),
            CommandKind::Group(list) => self.condition_or_list(list, keep, looked_at),
            CommandKind::Subshell(list) => self.subshell(list, keep, looked_at),
            CommandKind::Function { .. } | CommandKind::Coprocess(_) => Outcome::is(Status::Succeeds),
            CommandKind::Conditional(condition) => {
                let status = self.condition(condition, keep);
                Outcome::is(self.told(command, status))
            }
            CommandKind::Arithmetic(expression) => {
                let status = self.arithmetic(&expression.text, keep);
                Outcome::is(self.told(command, status))
            }
        }
    }

    /// In a subshell environment: what it sets ends with it.
    fn subshell(&mut self, list: &List, keep: Option<bool>, looked_at: bool) -> Outcome {
        let before = self.set.clone();
        let own = self.condition_or_list(list, keep, looked_at);
        self.set = before;
        own.apart()
    }

    fn if_clause(&mut self, arms: &[Arm], otherwise: Option<&List>, looked_at: bool) -> Outcome {
        let mut ways: Vec<Outcome> = Vec::new();
        for arm in arms {
            match self.condition_list(&arm.condition, None).status {
                Status::Fails => {}
                Status::Succeeds => {
                    ways.push(self.list(&arm.body, looked_at));
                    return one_of(ways);
                }
                Status::Either => {
                    let (way, is_taken) = self.way(|turn| turn.list(&arm.body, looked_at));
                    if is_taken {
                        return way;
                    }
                    ways.push(way);
                }
            }
        }
        ways.push(match otherwise {
            Some(list) => self.list(list, looked_at),
            None => Outcome::is(Status::Succeeds),
        });
        one_of(ways)
    }

    /// A loop in it, whose turns set what a turn sets: that isn't known from the second turn on.
    fn repeated(&mut self, command: &Command, turn: &mut dyn FnMut(&mut Self) -> Outcome) -> Outcome {
        let (before, asked) = (self.set.clone(), self.asked_by_now());
        let outer = std::mem::take(&mut self.touched);
        let (names, visited) = self.shell.assigned(command);
        self.steps += visited / NODES_PER_STEP;
        self.set.extend(names.into_iter().map(|name| (name, Value::Changing)));
        turn(self);
        // What no way through it sets stays as it is.
        let touched = std::mem::replace(&mut self.touched, outer);
        self.set = before;
        for name in &touched {
            self.sets(name, Value::Changing);
        }
        if let CommandKind::For { name, .. } | CommandKind::Select { name, .. } = &command.kind {
            self.sets(name, Value::Changing);
        }
        self.asked.truncate(asked);
        let outcome = turn(self);
        if self.asked_by_now() > asked
            && let Some(failed) = &mut self.failed
        {
            failed.doubtful.extend(touched);
        }
        outcome
    }

    /// A loop in the loop; `stays`: only a jump leaves it.
    fn inner_loop(&mut self, body: &[Command], stays: bool, looked_at: bool) -> Outcome {
        let body = self.maybe(|turn| turn.list(body, looked_at));
        let falls = !stays || body.jumps.contains(&Jump::Break(1));
        Outcome { status: Status::Either, falls, jumps: outcome::outside(body.jumps) }
    }

    /// `for` over words of which there are some.
    fn once_or_more(&mut self, body: &[Command], looked_at: bool) -> Outcome {
        let own = self.maybe(|turn| turn.list(body, looked_at));
        let falls = own.falls || own.jumps.iter().any(|jump| outcome::is_inner(*jump));
        Outcome { status: Status::Either, falls, jumps: outcome::outside(own.jumps) }
    }

    fn condition_or_list(&mut self, list: &[Command], keep: Option<bool>, looked_at: bool) -> Outcome {
        if looked_at { self.condition_list(list, keep) } else { self.list(list, looked_at) }
    }

    /// `left && right` or `left || right`: `goes_on` is the status of `left` with which `right` runs.
    fn chain(
        &mut self,
        left: &Command,
        right: &Command,
        keep: Option<bool>,
        looked_at: bool,
        goes_on: Status,
    ) -> Outcome {
        let own = self.command(left, keep, true);
        self.last = own.status;
        if !own.falls || own.status == goes_on.not() {
            return own;
        }
        if own.status == goes_on {
            let mut right = self.command(right, keep, looked_at);
            right.jumps.extend(own.jumps);
            return right;
        }
        let (right, is_taken) = self.way(|turn| turn.command(right, keep, looked_at));
        if is_taken {
            return right;
        }
        // Whatever `left` says, the whole ends so where `right` does.
        let status = if right.status == goes_on.not() { right.status } else { Status::Either };
        let both = own.or(right);
        Outcome { status, ..both }
    }

    /// What may not run, and whether it is what runs, because the first command that fails stands in it.
    fn way(&mut self, body: impl FnOnce(&mut Self) -> Outcome) -> (Outcome, bool) {
        let has_begun = |turn: &Self| turn.failed.as_ref().is_none_or(|failed| failed.has_begun);
        let before = has_begun(self);
        let way = self.maybe(body);
        (way, !before && has_begun(self))
    }

    /// What may not run: what it sets isn't known afterwards.
    fn maybe(&mut self, body: impl FnOnce(&mut Self) -> Outcome) -> Outcome {
        let before = self.set.clone();
        let outcome = body(self);
        for (name, value) in &mut self.set {
            if before.get(name) != Some(value) {
                *value = Value::Changing;
            }
        }
        outcome
    }

    fn case(&mut self, subject: &Word, clauses: &[Clause], looked_at: bool) -> Outcome {
        let value = self.word(subject);
        let mut ways: Vec<Outcome> = Vec::new();
        for clause in clauses {
            match value.matches(&clause.patterns) {
                Status::Fails => {}
                Status::Succeeds if !clause.falls_through => {
                    ways.push(self.list(&clause.body, looked_at));
                    return one_of(ways);
                }
                _ => {
                    let (way, is_taken) = self.way(|turn| turn.list(&clause.body, looked_at));
                    if is_taken {
                        return way;
                    }
                    ways.push(way);
                }
            }
        }
        ways.push(Outcome::is(Status::Succeeds));
        one_of(ways)
    }

    /// A pipeline. What asks says nothing, and so nothing reaches what reads it.
    fn pipeline(&mut self, commands: &[Command]) -> Outcome {
        let Some((last, before)) = commands.split_last() else { return Outcome::is(Status::Either) };
        let (set, asked) = (self.set.clone(), self.asked_by_now());
        let (mut fails, mut falls) = (false, true);
        for (at, command) in before.iter().enumerate() {
            // Who only reads what the others say asks for nothing.
            let reads = if at > 0 && self.failed.is_none() { self.consumer(command) } else { None };
            let own = match reads {
                Some(status) => Outcome::is(status),
                None => self.command(command, None, true).apart(),
            };
            fails |= own.status == Status::Fails;
            falls &= own.falls;
        }
        let is_asked = self.asked_by_now() > asked;
        let own = match self.consumer(last) {
            _ if !is_asked => {
                let own = self.command(last, None, true).apart();
                self.ask_head(before.first(), last, asked);
                own
            }
            Some(status) => {
                if status == Status::Fails {
                    self.ask_through(last, asked);
                }
                Outcome::is(status)
            }
            None if self.failed.is_none() && matches!(last.kind, CommandKind::Simple(_)) => {
                Outcome::is(Status::Fails)
            }
            None => self.command(last, None, true).apart(),
        };
        self.ask_for_entry(commands, asked);
        self.set = set;
        let status = if self.shell.pipefail && fails { Status::Fails } else { own.status };
        Outcome { status, falls: own.falls && falls, ..own }
    }
}

/// Whether the failure of a command in a list is looked at by the command itself.
fn is_heeded_elsewhere(command: &Command) -> bool {
    matches!(
        command.kind,
        CommandKind::Not(_) | CommandKind::And(..) | CommandKind::If { .. } | CommandKind::Loop { .. }
    )
}
