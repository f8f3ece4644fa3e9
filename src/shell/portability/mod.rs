//! What `sh` makes of a script that is written for bash, where `sh` is Debian's dash or busybox's ash.
//!
//! ```text
//! facts → constructs (forms) and builtins → departures
//! ```
//!
//! Each fact was seen by running dash 0.5.12 and busybox 1.35; `tests/it/portability.rs` runs those that are installed.

use std::cell::Cell;
use std::ops::Range;

mod builtins;
mod expansions;
mod forms;

use super::ir::{Command, CommandKind};
use super::semantics::{Facts, Unit};
use crate::source::Span;

/// A shell that reads `sh` scripts, and isn't bash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Debian's dash.
    Dash {
        /// It knows `set -o pipefail` (since 0.5.12-7 of Debian's packages).
        has_pipefail: bool,
    },
    /// busybox's ash, with its additions for bash's sake, which all distributed builds have.
    Ash,
}

impl Reader {
    /// As a message calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Dash { .. } => "dash",
            Self::Ash => "busybox's ash",
        }
    }
}

/// What a shell does with something that only bash knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// What bash does.
    Same,
    /// It can't parse it: nothing from there on runs.
    Refuses,
    /// It ends there with an error.
    Stops,
    /// The command fails.
    Fails,
    /// It goes on with another meaning: what that is.
    Differs(&'static str),
}

/// What a shell does with a thing, and how POSIX says the same.
#[derive(Debug, Clone, Copy)]
struct Entry {
    dash: Outcome,
    ash: Outcome,
    instead: &'static str,
}

impl Entry {
    fn by(self, reader: Reader) -> Outcome {
        match reader {
            Reader::Dash { .. } => self.dash,
            Reader::Ash => self.ash,
        }
    }
}

const fn entry(dash: Outcome, ash: Outcome, instead: &'static str) -> Entry {
    Entry { dash, ash, instead }
}

/// Something in a script that its shell takes otherwise than bash.
#[derive(Debug, Clone)]
pub struct Departure<'s> {
    /// The text that it stands in.
    pub unit: &'s Unit,
    /// Where.
    pub range: Range<usize>,
    /// What the shell does.
    pub outcome: Outcome,
    /// The same for every shell.
    pub instead: &'static str,
    /// Whether the container fails by it.
    pub is_fatal: bool,
}

impl Departure<'_> {
    /// Where it stands.
    #[must_use]
    pub fn span(&self) -> Span {
        self.unit.span(&self.range)
    }

    /// What is written there.
    #[must_use]
    pub fn text(&self) -> &str {
        self.unit.text.as_str().get(self.range.clone()).unwrap_or_default()
    }
}

/// What the shells that read the texts of a script take otherwise than bash, in the order in which they meet it; `reader` says which they are.
/// Scripts that look which shell they have are left alone.
#[must_use]
pub fn departures<'s>(facts: &Facts<'s>, reader: impl Fn(&Unit) -> Option<Reader>) -> Vec<Departure<'s>> {
    let mut found = Vec::new();
    let mut seen: Vec<*const Unit> = Vec::new();
    for unit in &facts.units {
        if seen.contains(&std::ptr::from_ref(*unit)) {
            continue;
        }
        seen.push(std::ptr::from_ref(*unit));
        let text = unit.text.as_str();
        let knows = ["BASH_VERSION", "exec bash", "exec /bin/bash"].iter().any(|word| text.contains(word));
        let from = found.len();
        if let Some(reader) = reader(unit).filter(|_| !knows) {
            let places = Places::of(facts, unit);
            forms::departures(unit, reader, &places, &mut found);
            builtins::departures(facts, unit, reader, &mut found);
            expansions::departures(facts, unit, reader, &places, &mut found);
        }
        let starts = starts(unit);
        let read_at = |at: usize| starts.partition_point(|start| *start <= at);
        if let Some(own) = found.get_mut(from..) {
            own.sort_by_key(|departure| {
                let at = departure.range.start;
                (read_at(at), departure.outcome != Outcome::Refuses, at)
            });
        }
    }
    found
}

/// Where the parts of a text start that the shell parses before it runs any of them: lines, or the commands that go
/// over several (POSIX XCU 2.10.2, `complete_command`). What can't be parsed counts before what fails in the same part.
fn starts(unit: &Unit) -> Vec<usize> {
    let text = unit.text.as_str();
    let mut starts = Vec::new();
    let mut end = 0;
    for command in &unit.script.body {
        let is_new = starts.is_empty()
            || text.get(end..command.range.start).is_some_and(|between| between.contains('\n'));
        if is_new {
            starts.push(command.range.start);
        }
        end = command.range.end;
    }
    starts
}

/// Where the commands of a text run, and what their failures come to.
struct Places<'s> {
    list: Vec<Place<'s>>,
    /// How often it may still be asked: each time it goes over the list.
    budget: Cell<usize>,
}

/// More constructs than any script has of those that other shells don't know.
const MAX_PLACES: usize = 500;

struct Place<'s> {
    command: &'s Command,
    is_fatal: bool,
    conditional: bool,
    /// It runs in a shell of its own, whose end isn't the script's.
    is_apart: bool,
}

impl<'s> Places<'s> {
    fn of(facts: &Facts<'s>, unit: &Unit) -> Self {
        let steps = facts.steps.iter().filter(|step| std::ptr::eq(step.unit, unit));
        let list = steps.map(|step| Place {
            command: step.command,
            is_fatal: step.fate.is_fatal(),
            conditional: step.conditional,
            is_apart: step.fate.is_apart(),
        });
        Self { list: list.collect(), budget: Cell::new(MAX_PLACES) }
    }

    /// Whether what stands at `range` makes the container fail; `None` where it never runs.
    fn is_fatal(&self, range: &Range<usize>, outcome: Outcome) -> Option<bool> {
        self.budget.set(self.budget.get().checked_sub(1)?);
        let holds = |place: &&Place<'_>| {
            place.command.range.start <= range.start && range.end <= place.command.range.end
        };
        let smallest = self.list.iter().filter(holds).min_by_key(|place| place.command.range.len())?.command;
        // Its body runs where it is called, if it is; it is parsed in any case.
        if matches!(smallest.kind, CommandKind::Function { .. }) && outcome != Outcome::Refuses {
            return None;
        }
        let mut runs = self.list.iter().filter(|place| place.command.range == smallest.range);
        Some(runs.any(|place| match outcome {
            Outcome::Stops => !place.conditional && (place.is_fatal || !place.is_apart),
            Outcome::Fails => !place.conditional && place.is_fatal,
            Outcome::Refuses => true,
            Outcome::Same | Outcome::Differs(_) => false,
        }))
    }
}
