//! What a script surely comes to and never leaves.

use foldhash::HashSet;

use super::execution::Execution;
use super::fate::{Fate, Reason};
use super::loops::{Bound, Loop};
use super::{Facts, Touch};
use crate::commands::{Call, Touching, Trait};
use crate::shell::ir::{CommandKind, Word};
use crate::source::Span;

/// A command or a loop that never ends, whatever happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endless {
    /// Where it stands: a loop from its first word to the end of its condition.
    pub span: Span,
    /// The command as people call it; `None` for a loop.
    pub command: Option<String>,
}

impl Facts<'_> {
    /// The first command or loop that never ends and that each run comes to.
    #[must_use]
    pub fn endless(&self) -> Option<Endless> {
        let commands = self.executions.iter().enumerate().filter(|(_, run)| is_in_force(run));
        let fifos: HashSet<usize> = self.makers_of_fifos().collect();
        let command = commands.filter_map(|(at, run)| {
            let command = Some(run.endless().or_else(|| self.reader_of_own_fifo(at, &fifos))?);
            Some((at, Endless { span: run.span(), command }))
        });
        let loops = self.loops.iter().filter(|own| self.is_endless(own));
        let of_loop = loops.map(|own| (own.runs.start, Endless { span: own.head(), command: None }));
        command.chain(of_loop).min_by_key(|(at, _)| *at).map(|(_, endless)| endless)
    }

    fn makers_of_fifos(&self) -> impl Iterator<Item = usize> {
        self.executions.iter().enumerate().filter(|(_, run)| makes_fifo(run)).map(|(at, _)| at)
    }

    /// The command at `at`, where it reads a FIFO that the script made before and that nothing else in it names: opening
    /// it waits for a writer (fifo(7)).
    fn reader_of_own_fifo(&self, at: usize, makers: &HashSet<usize>) -> Option<String> {
        let run = self.executions.get(at).filter(|_| !makers.is_empty())?;
        let own = self.touches().iter().filter(|touch| touch.by == Some(at));
        let read: Vec<&str> =
            own.filter(|touch| touch.touching == Touching::Reads).map(|touch| &*touch.path).collect();
        if read.is_empty() {
            return None;
        }
        let is_made = |touch: &&Touch| touch.by.is_some_and(|by| by < at && makers.contains(&by));
        let mut fifos = self.touches().iter().filter(|touch| touch.is_literal()).filter(is_made);
        let is_named = |path: &str| {
            let others = self.executions.iter().enumerate().filter(|(index, _)| *index != at);
            let mut others = others.filter(|(_, other)| !makes_fifo(other) && !other.is_test());
            others.any(|(_, other)| other.written().iter().any(|word| other.resolved(word) == path))
                || self.outputs.iter().any(|output| output.path.as_deref().is_none_or(|own| own == path))
        };
        fifos.find(|fifo| read.contains(&&*fifo.path) && !is_named(&fifo.path))?;
        Some(Call::of(run.written()).title())
    }

    fn is_endless(&self, own: &Loop<'_>) -> bool {
        let left_early = own.fate == Fate::Ignored(Reason::EarlierInPipeline);
        !own.conditional && !own.in_background && !left_early && self.cannot_be_left(own)
    }

    /// Whether the loop's condition always holds and nothing in it leaves it.
    pub(super) fn cannot_be_left(&self, own: &Loop<'_>) -> bool {
        let runs = self.executions.get(own.runs.clone()).unwrap_or_default();
        is_constant(own)
            && own.bound != Some(Bound::Timeout)
            && own.exits.is_empty()
            && !runs.iter().any(may_leave)
    }
}

fn makes_fifo(run: &Execution<'_>) -> bool {
    run.is(Trait::MakesFifo)
}

/// Whether each run comes to it and waits for it.
fn is_in_force(run: &Execution<'_>) -> bool {
    let elsewhere = [Reason::EarlierInPipeline, Reason::Trap, Reason::Substitution];
    let waits = !matches!(run.fate, Fate::Ignored(reason) if elsewhere.contains(&reason));
    waits && !run.conditional && !run.in_background
}

/// `while true`, `while :`, `until false`, `for ((;;))`.
fn is_constant(own: &Loop<'_>) -> bool {
    match &own.command.kind {
        CommandKind::Loop { until, condition, .. } => match condition.as_slice() {
            [only] => match &only.kind {
                CommandKind::Simple(simple) => {
                    let words: Option<Vec<String>> = simple.words.iter().map(Word::literal).collect();
                    let words = words.unwrap_or_default();
                    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
                        ["true" | ":"] | ["[", "1" | "true", "]"] => !until,
                        ["false"] => *until,
                        _ => false,
                    }
                }
                CommandKind::Arithmetic(expression) => !until && expression.text.trim() == "1",
                _ => false,
            },
            _ => false,
        },
        CommandKind::ArithmeticFor { condition, .. } => condition.text.trim().is_empty(),
        _ => false,
    }
}

/// Whether a command in a loop may end the loop's shell, by itself or by what it runs.
fn may_leave(run: &Execution<'_>) -> bool {
    let words = run.written();
    let first = run.simple.words.first().and_then(Word::literal);
    let first = first.as_deref().unwrap_or_default();
    matches!(first, "exit" | "eval" | "." | "source")
        || first == "exec" && run.simple.words.len() > 1
        || words.iter().any(|word| word == "$$")
}
