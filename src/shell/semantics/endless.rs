//! What a script surely comes to and never leaves.

use super::Facts;
use super::execution::Execution;
use super::fate::{Fate, Reason};
use super::loops::{Bound, Loop};
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
        let command = commands.filter_map(|(at, run)| {
            let command = Some(run.endless()?);
            Some((at, Endless { span: run.span(), command }))
        });
        let loops = self.loops.iter().filter(|own| self.is_endless(own));
        let of_loop = loops.map(|own| (own.runs.start, Endless { span: own.head(), command: None }));
        command.chain(of_loop).min_by_key(|(at, _)| *at).map(|(_, endless)| endless)
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
