//! A whole script in which some commands fail: whether it may still succeed.

use std::collections::BTreeSet;

use foldhash::{HashSet, HashSetExt};

use super::outcome::{Jump, Status};
use super::{Key, Turn, key};
use crate::commands::{Awaited, Call, Trait};
use crate::shell::ir::{Command, CommandKind, PartKind};
use crate::shell::semantics::visit::{self, Next, Node};
use crate::shell::semantics::{Facts, Fate};

/// What fails.
pub(super) struct Failed<'f> {
    /// The first.
    first: Key,
    all: HashSet<Key>,
    /// The commands whose failure ends the script.
    heeded: HashSet<Key>,
    /// Whether nothing is at a path for that.
    pub(super) is_missing: &'f dyn Fn(&str) -> bool,
    /// Whether the first was come to.
    pub(super) has_begun: bool,
    /// The variables that a loop has set in which something fails: what they count up to isn't followed.
    pub(super) doubtful: BTreeSet<String>,
    /// Whether a test that isn't told looks at one of them.
    is_in_doubt: bool,
}

impl<'f> Failed<'f> {
    fn new(
        facts: &Facts<'_>,
        first: usize,
        others: &BTreeSet<usize>,
        is_missing: &'f dyn Fn(&str) -> bool,
    ) -> Option<Self> {
        let first_run = facts.executions.get(first)?;
        let (mut all, mut passing) = (HashSet::new(), HashSet::new());
        for (at, run) in facts.executions.iter().enumerate().skip(first + 1) {
            let those = if others.contains(&at) { &mut all } else { &mut passing };
            those.insert(key(run.command));
        }
        // A function may be called with other words, too.
        all.retain(|command| !passing.contains(command));
        all.insert(key(first_run.command));
        let heeded = facts.steps.iter().filter(|step| step.fate == Fate::Errexit);
        Some(Self {
            first: key(first_run.command),
            all,
            heeded: heeded.map(|step| key(step.command)).collect(),
            is_missing,
            has_begun: false,
            doubtful: BTreeSet::new(),
            is_in_doubt: false,
        })
    }

    /// Whether `command` fails.
    pub(super) fn has(&self, command: &Command) -> bool {
        self.has_begun && self.all.contains(&key(command))
    }

    /// Whether the failure of `command` ends the script.
    pub(super) fn is_heeded(&self, command: &Command) -> bool {
        self.heeded.contains(&key(command))
    }
}

impl Facts<'_> {
    /// Whether the script may succeed where the command at `first` fails, and with it those at `others`. `is_missing` says
    /// at which paths nothing is then. A script that hangs on what a loop has counted may not.
    pub(crate) fn may_succeed(
        &self,
        first: usize,
        others: &BTreeSet<usize>,
        is_missing: &dyn Fn(&str) -> bool,
    ) -> bool {
        let failed = Failed::new(self, first, others, is_missing);
        let (Some(main), Some(shell), Some(_)) = (self.units.first(), &self.shell, &failed) else {
            return true;
        };
        let mut turn = Turn::new(shell, &self.executions, BTreeSet::new());
        turn.failed = failed;
        let whole = turn.list(&main.script.body, false);
        let Some(failed) = turn.failed.filter(|failed| failed.has_begun) else { return true };
        let exits = whole.jumps.iter().map(|jump| match jump {
            Jump::Exit(status) => *status,
            _ => Status::Either,
        });
        let ends: Vec<Status> = exits.chain(whole.falls.then_some(whole.status)).collect();
        let may_succeed = ends.iter().any(|status| *status != Status::Fails);
        may_succeed && !(failed.is_in_doubt && ends.iter().any(|status| *status != Status::Succeeds))
    }
}

impl Turn<'_, '_> {
    /// The status of a program where it is known which fail.
    pub(super) fn status_of(&mut self, command: &Command, words: &[String]) -> Status {
        let Some(failed) = &mut self.failed else { return Status::Either };
        failed.has_begun |= failed.first == key(command);
        if failed.has(command) {
            let call = Call::of(words);
            self.asks(Awaited::of(&call), true);
            return Status::of(call.is(Trait::HidesFailure));
        }
        if Call::of(words).is(Trait::OnlyPrints) { Status::Succeeds } else { Status::Either }
    }

    /// The `status` of a test; where it isn't told, what it looks at is noted.
    pub(super) fn told(&mut self, command: &Command, status: Status) -> Status {
        if let Some(failed) = &mut self.failed
            && status == Status::Either
        {
            failed.is_in_doubt |= mentions(command, &failed.doubtful);
        }
        status
    }
}

/// Whether `command` looks at a variable of `names`.
fn mentions(command: &Command, names: &BTreeSet<String>) -> bool {
    let mut found = false;
    visit::walk(std::slice::from_ref(command), &mut |node, _| {
        match node {
            Node::Part(part) => match &part.kind {
                PartKind::Variable { name, .. } => found |= names.contains(name),
                PartKind::Arithmetic(expression) => found |= is_in(&expression.text, names),
                _ => {}
            },
            Node::Command(command) => {
                if let CommandKind::Arithmetic(expression) = &command.kind {
                    found |= is_in(&expression.text, names);
                }
            }
            _ => {}
        }
        Next::Into
    });
    found
}

/// Whether an arithmetic expression names one of `names`.
fn is_in(expression: &str, names: &BTreeSet<String>) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    expression.split(|c| !is_name(c)).any(|name| names.contains(name))
}
