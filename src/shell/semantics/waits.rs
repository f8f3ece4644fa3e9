//! What a script waits for, and what ends the wait where it doesn't come.

use std::time::Duration;

use super::Facts;
use super::execution::Execution;
use super::loops::{Bound, Loop};
use super::turn::{self, Turns};
use crate::commands::{self, Awaited, Call, Touching, Trait};
use crate::shell::ir::{CommandKind, List};
use crate::source::Span;

/// A loop that asks again and again, or a command that waits by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// Where it stands: a loop from its first word to the end of its condition.
    pub span: Span,
    /// The loop's keyword, or the command as people call it: `until`, `kubectl wait`.
    pub name: String,
    /// What it waits for.
    pub awaited: Vec<Awaited>,
    /// What ends it in any case; `None` where nothing does.
    pub bound: Option<WaitBound>,
    /// Whether time passes between two tries, or the command takes its time.
    pub sleeps: bool,
    /// How much, where the loop says.
    pub pause: Option<Duration>,
}

/// What ends a wait though what it waits for doesn't come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaitBound {
    /// The loop's own bound.
    Loop(Bound),
    /// The command's own time-out, set or usual.
    Command,
}

/// How many things a wait names.
const MAX_NAMED: usize = 8;

impl Facts<'_> {
    /// The waits of the script that its container waits for, in their order.
    #[must_use]
    pub fn waits(&self) -> Vec<Wait> {
        let loops: Vec<(&Loop<'_>, Wait)> =
            self.loops.iter().filter_map(|own| Some((own, self.wait_of_loop(own)?))).collect();
        let holds = |outer: &Loop<'_>, inner: &Loop<'_>| {
            !std::ptr::eq(outer, inner)
                && outer.runs.start <= inner.runs.start
                && inner.runs.end <= outer.runs.end
                && outer.span().contains(inner.span())
        };
        // What a loop holds that never ends is what it waits in.
        let is_outer =
            |outer: &Loop<'_>| loops.iter().any(|(inner, wait)| wait.bound.is_none() && holds(outer, inner));
        let in_loop = |at: usize| loops.iter().any(|(own, _)| own.runs.contains(&at));
        let of_loops = loops.iter().filter(|(own, _)| !is_outer(own));
        let of_loops = of_loops.map(|(own, wait)| (own.runs.start, wait.clone()));
        let commands = self.executions.iter().enumerate().filter(|(at, _)| !in_loop(*at));
        let of_commands = commands.filter_map(|(at, run)| Some((at, wait_of_command(run)?)));
        let mut all: Vec<(usize, Wait)> = of_loops.chain(of_commands).collect();
        all.sort_by_key(|(at, _)| *at);
        all.into_iter().map(|(_, wait)| wait).collect()
    }

    /// Whether the script itself writes the file that is asked for: it isn't what is missing.
    fn makes(&self, what: &Awaited) -> bool {
        let Awaited::File(path) = what else { return false };
        self.touches().iter().any(|touch| touch.touching == Touching::Writes && touch.path == *path)
    }

    /// Whether one of the commands before `before` goes on in the background, and signals the script's own process when its
    /// time is over. Without a `trap` the first process of a container heeds no signal of its own (`pid_namespaces(7)`).
    fn is_ended_from_aside(&self, before: usize) -> bool {
        let mut has_paused = false;
        let earlier = || self.executions.iter().take(before);
        let ends_by = |signal: &str| {
            let traps = earlier().rev().filter(|run| !run.in_background);
            let mut said = traps.filter_map(|run| commands::ends_by(&Call::of(run.written()), signal));
            said.next() == Some(true)
        };
        earlier().filter(|run| run.in_background).any(|run| {
            let call = Call::of(run.written());
            has_paused |= call.is(Trait::Waits) && call.is(Trait::OnlyPrints);
            let target = run.words.last().and_then(|word| run.unit.text.as_str().get(word.range.clone()));
            let sent = target.and_then(|target| commands::sent_to_own_shell(&call, target));
            has_paused && sent.is_some_and(ends_by)
        })
    }

    fn wait_of_loop(&self, own: &Loop<'_>) -> Option<Wait> {
        if own.in_background || own.bound == Some(Bound::Input) || self.cannot_be_left(own) {
            return None;
        }
        let Turns { stays, asked, sleeps, pause } = turn::turns(own, &self.executions);
        if !asked.iter().any(|asked| asked.is_probe || sleeps) {
            return None;
        }
        let bound = match &own.bound {
            Some(Bound::Timeout) => Some(Bound::Timeout),
            _ if self.is_ended_from_aside(own.runs.start) => Some(Bound::Timeout),
            _ if stays => None,
            Some(bound) if sleeps && own.may_end() => Some(bound.clone()),
            _ => return None,
        };
        let is_probe = asked.iter().any(|asked| asked.is_probe);
        let awaited = asked.into_iter().filter(|asked| asked.is_probe || !is_probe).map(|asked| asked.what);
        let (own_files, others): (Vec<Awaited>, Vec<Awaited>) =
            awaited.partition(|what| self.makes(what) || is_choice(own, what));
        let awaited = if others.is_empty() { own_files } else { others };
        Some(Wait {
            span: own.head(),
            name: own.keyword().to_owned(),
            awaited: awaited.into_iter().take(MAX_NAMED).collect(),
            bound: bound.map(WaitBound::Loop),
            sleeps,
            pause,
        })
    }
}

/// Whether a file only chooses what the loop asks: `until if [ -f FILE ]; then psql …; else psql …; fi`.
fn is_choice(own: &Loop<'_>, what: &Awaited) -> bool {
    let Awaited::File(path) = what else { return false };
    let asks = |list: &List| {
        let last = list.last().and_then(|last| match &last.kind {
            CommandKind::Simple(simple) => simple.words.first()?.literal(),
            _ => None,
        });
        last.is_some_and(|name| !commands::is_everywhere(&name))
    };
    own.condition().iter().any(|command| {
        let CommandKind::If { arms, otherwise: Some(otherwise) } = &command.kind else { return false };
        let tests = arms
            .iter()
            .flat_map(|arm| &arm.condition)
            .filter_map(|test| own.unit.text.as_str().get(test.range.clone()));
        tests.into_iter().any(|test| test.contains(path.as_str()))
            && asks(otherwise)
            && arms.iter().all(|arm| asks(&arm.body))
    })
}

/// A command that waits by itself. Behind a wrapper it may be that one: `flock LOCK COMMAND`.
fn wait_of_command(run: &Execution<'_>) -> Option<Wait> {
    if run.in_background {
        return None;
    }
    let limited = run.wrappers().any(|word| commands::is(word, Trait::LimitsTime));
    (0..=run.wrapper).find_map(|from| {
        let words = run.written_from(from);
        let call = Call::of(&words);
        let waits_for_ever = call.is(Trait::WaitsForEver);
        if !waits_for_ever && (!call.is(Trait::Waits) || call.is(Trait::OnlyPrints)) {
            return None;
        }
        let bound = if waits_for_ever && !limited { None } else { Some(WaitBound::Command) };
        let awaited = vec![Awaited::of(&call)];
        Some(Wait { span: run.span(), name: call.title(), awaited, bound, sleeps: true, pause: None })
    })
}
