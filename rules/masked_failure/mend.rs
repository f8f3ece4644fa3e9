//! How the failure of a command comes to count.

use super::Masked;
use super::script::{self, Script};
use crate::finding::Fix;
use crate::fix;
use crate::images::{Known, Sh};
use crate::program::Program;
use crate::rule::PodContext;
use crate::shell::ir::{CommandKind, PartKind, Word};
use crate::shell::options::{Options, Shell};
use crate::shell::semantics::visit::{self, Next, Node};
use crate::shell::semantics::{Execution, Reason, Unit, UnitKind};

/// What to do about `first`.
pub(super) fn help(script: &Script<'_, '_>, first: &Masked<'_, '_>) -> &'static str {
    match first.reason {
        Reason::NoErrexit if first.is_cut_short => {
            "begin the script with `set -e`: the `exit` in `$(…)` ends no more than that"
        }
        Reason::NoErrexit if means_to_go_on(script) => {
            "put `|| exit 1` behind it: the script looks at other failures itself, and `set -e` would end it there"
        }
        Reason::NoErrexit if is_left_of_and(first.execution) => {
            "begin the script with `set -e`, and write `a && b` as two lines: `set -e` ignores a failure of `a` there"
        }
        Reason::NoErrexit => "begin the script with `set -e`",
        Reason::EarlierInPipeline if first.execution.unit.shell == Some(Shell::Bash) => {
            if sets_errexit(script) {
                "begin the script with `set -o pipefail`"
            } else {
                "begin the script with `set -eo pipefail`"
            }
        }
        Reason::EarlierInPipeline => {
            "write to a file first, then read that, each under `set -e`; `set -o pipefail` does it in bash and busybox, but not in every dash"
        }
        Reason::Found => {
            "end it with `{} +` instead of `\\;` under `set -e`: `find` then fails with its command"
        }
        Reason::LeftOfAnd => "write the commands one below the other, without `&&`: `set -e` sees each then",
        _ => "assign it first, `x=$(…)` on a line of its own under `set -e`, then use `$x`",
    }
}

/// What makes all of the `masked` failures count, where that is one change of the script.
pub(super) fn fix(
    program: &Program<'_, '_>,
    script: &Script<'_, '_>,
    masked: &[Masked<'_, '_>],
    cx: &PodContext<'_>,
) -> Option<Fix> {
    let main = script.facts.units.iter().find(|unit| matches!(unit.kind, UnitKind::Main))?;
    let has = |reason| masked.iter().any(|one| one.reason == reason);
    let source = cx.source(main.text.whole())?;
    let is_mended = |one: &Masked<'_, '_>| {
        matches!(one.reason, Reason::NoErrexit | Reason::EarlierInPipeline) && !is_left_of_and(one.execution)
    };
    if !masked.iter().all(is_mended) {
        return None;
    }
    if means_to_go_on(script) {
        let ends = masked.iter().map(|one| {
            let is_plain = one.reason == Reason::NoErrexit && is_command_of_main(one.execution);
            let range = one.execution.command.range.clone();
            fix::put_around(source, &main.text, range, "", " || exit 1").filter(|_| is_plain)
        });
        let edits: Option<Vec<_>> = ends.collect();
        return Some(Fix::for_review("put `|| exit 1` behind it", edits?.concat()));
    }
    let is_ash = || cx.image_of(program.container).and_then(Known::sh) == Some(Sh::Ash);
    let has_pipefail = main.shell == Some(Shell::Bash) || is_ash();
    let line = match (has(Reason::NoErrexit), has(Reason::EarlierInPipeline)) {
        (_, true) if !has_pipefail => return None,
        (false, true) if sets_errexit(script) => "set -o pipefail",
        (_, true) => "set -eo pipefail",
        (_, false) => "set -e",
    };
    let edits = fix::put_first(source, &main.text, line)?;
    Some(Fix::for_review(format!("begin the script with `{line}`"), edits))
}

/// Whether the shell ends the script at a failure, from its start or soon.
fn sets_errexit(script: &Script<'_, '_>) -> bool {
    script.facts.units.iter().any(|unit| matches!(unit.kind, UnitKind::Main) && unit.options.errexit)
        || script.facts.executions.iter().any(|execution| sets(execution, true))
}

/// Whether the script says `set +e`, or looks at `$?` and doesn't only end with it.
fn means_to_go_on(script: &Script<'_, '_>) -> bool {
    script.facts.executions.iter().any(|execution| sets(execution, false))
        || script.facts.units.iter().any(|unit| looks_at_status(unit))
}

/// Whether it is a `set` that turns `errexit` on or off.
fn sets(execution: &Execution<'_>, on: bool) -> bool {
    let mut options = Options { errexit: !on, ..Options::default() };
    execution.name() == Some("set") && {
        let arguments: Vec<_> = execution.arguments().iter().map(|word| word.text.as_deref()).collect();
        options.set(&arguments);
        options.errexit == on
    }
}

fn looks_at_status(unit: &Unit) -> bool {
    let mut found = false;
    visit::walk(&unit.script.body, &mut |node, above| {
        if let Node::Part(part) = node
            && matches!(&part.kind, PartKind::Variable { name, .. } if matches!(name.as_str(), "?" | "PIPESTATUS"))
        {
            found |= !above.iter().rev().any(ends_with_it);
        }
        Next::Into
    });
    found
}

/// `exit $?`, `return $?`.
fn ends_with_it(node: &Node<'_>) -> bool {
    let Node::Command(command) = node else { return false };
    let CommandKind::Simple(simple) = &command.kind else { return false };
    matches!(simple.words.first().and_then(Word::literal).as_deref(), Some("exit" | "return"))
}

/// Whether it stands left of `&&`, where its failure ends no script.
fn is_left_of_and(execution: &Execution<'_>) -> bool {
    kinds_around(execution)
        .any(|kind| matches!(kind, CommandKind::And(left, _) if script::holds(left, execution.command)))
}

/// Whether an `exit` behind it ends the script.
fn is_command_of_main(execution: &Execution<'_>) -> bool {
    let is_in_subshell = Script::around(execution).iter().any(super::weight::is_substitution);
    matches!(execution.unit.kind, UnitKind::Main)
        && !is_in_subshell
        && kinds_around(execution).all(|kind| {
            !matches!(
                kind,
                CommandKind::Subshell(_)
                    | CommandKind::Pipeline(_)
                    | CommandKind::And(..)
                    | CommandKind::Or(..)
                    | CommandKind::Not(_)
            )
        })
}

/// The commands that `execution` stands in.
fn kinds_around<'s>(execution: &Execution<'s>) -> impl Iterator<Item = &'s CommandKind> {
    Script::around(execution).into_iter().filter_map(|node| match node {
        Node::Command(command) => Some(&command.kind),
        _ => None,
    })
}
