//! How the failure of a command comes to count.

use std::collections::HashSet;

use super::script::{self, Script};
use super::{Masked, poison, rescue, weight};
use crate::commands::{Awaited, Call, Touching, Trait, is_at_or_below};
use crate::finding::{Edit, Fix};
use crate::fix;
use crate::images::Sh;
use crate::rule::PodContext;
use crate::shell::ir::{CommandKind, PartKind, Word};
use crate::shell::options::{Options, Shell};
use crate::shell::semantics::visit::{self, Next, Node};
use crate::shell::semantics::{Execution, Fate, Reason, Unit, UnitKind};
use crate::source::{MappedText, Source};

/// What to do about `first`, one of the `masked`.
pub(super) fn help(script: &Script<'_, '_>, first: &Masked<'_, '_>, masked: &[Masked<'_, '_>]) -> String {
    let help = of_status(script, first, masked);
    if saves_error_page(script, first) {
        // Else that is what would be found next.
        return format!("{help}, and write `curl -f`, which fails on an HTTP error, too");
    }
    help
}

/// Whether it saves whatever the server answers.
fn saves_error_page(script: &Script<'_, '_>, one: &Masked<'_, '_>) -> bool {
    let mut touches = script.touches(one.index);
    script.call(one.index).is(Trait::AcceptsErrorPage)
        && touches.any(|it| it.touching == Touching::Writes && !it.path.starts_with("/dev/"))
}

/// How its exit status comes to count.
fn of_status(script: &Script<'_, '_>, first: &Masked<'_, '_>, masked: &[Masked<'_, '_>]) -> String {
    let other = ended_besides(script, masked).map(|other| of(script, other));
    match (first.reason, other) {
        (Reason::NoErrexit, _) if is_question(first.execution) => {
            format!("put `{OR_NOTHING}` behind it: status 1 only says that no line is left")
        }
        (Reason::NoErrexit, Some(other)) if !first.is_cut_short && !means_to_go_on(script) => {
            format!("put `|| exit 1` behind it: `set -e` would end the script where `{other}` fails, too")
        }
        (Reason::EarlierInPipeline, Some(other)) if has_pipefail(script, first.execution.unit.shell) => {
            format!(
                "begin the script with `set -o pipefail`, and put `|| exit 1` behind this line: `set -e` would end the \
             script where `{other}` fails, too"
            )
        }
        (Reason::Substitution | Reason::Declaration, Some(_)) => {
            "assign it first, `x=$(…) || exit 1` on a line of its own, then use `$x`".to_owned()
        }
        _ => by_errexit(script, first).to_owned(),
    }
}

/// What ends a script where a question could not be asked.
const OR_NOTHING: &str = "|| [ $? -eq 1 ] || exit 1";

/// Whether a command fails with 1 where it finds nothing, and otherwise with more: `grep`.
fn is_question(execution: &Execution<'_>) -> bool {
    let call = Call::of(execution.written());
    call.is(Trait::Test) && call.is(Trait::AcceptsEmptyInput)
}

/// The same where `set -e` ends the script at no other command.
fn by_errexit(script: &Script<'_, '_>, first: &Masked<'_, '_>) -> &'static str {
    match first.reason {
        Reason::NoErrexit if first.is_cut_short => {
            "put `|| exit 1` behind the `$(…)`: the `exit` in it ends no more than that"
        }
        Reason::NoErrexit if means_to_go_on(script) => {
            "put `|| exit 1` behind it: the script looks at other failures itself, and `set -e` would end it there"
        }
        Reason::NoErrexit if is_left_of_and(first.execution) => {
            "begin the script with `set -e`, and write `a && b` as two lines: `set -e` ignores a failure of `a` there"
        }
        Reason::NoErrexit => "begin the script with `set -e`",
        Reason::EarlierInPipeline if has_pipefail(script, first.execution.unit.shell) => {
            if sets_errexit(script) {
                "begin the script with `set -o pipefail`"
            } else {
                "begin the script with `set -eo pipefail`"
            }
        }
        Reason::EarlierInPipeline if sets_errexit(script) => {
            "write to a file first, then read that; `set -o pipefail` does it in bash and busybox, but not in every dash"
        }
        Reason::EarlierInPipeline => {
            "write to a file first, then read that, each under `set -e`; `set -eo pipefail` does it in bash and busybox, but not in every dash"
        }
        Reason::Found => {
            "end it with `{} +` instead of `\\;` under `set -e`, `{}` behind all else (`cp -t DIR {} +`): `find` then fails with its command"
        }
        Reason::LeftOfAnd => "write the commands one below the other, without `&&`: `set -e` sees each then",
        _ => "assign it first, `x=$(…)` on a line of its own under `set -e`, then use `$x`",
    }
}

/// What people call a command; of one that its image can't run, what starts it.
fn of(script: &Script<'_, '_>, execution: &Execution<'_>) -> String {
    let first = execution.programs().next().filter(|_| script.lacks(execution));
    first.map_or_else(|| Call::of(execution.written()).title(), str::to_owned)
}

/// A command besides the `masked` that may fail in a script that does its work, and at which `set -e` would end it: the
/// script looks at what comes of it, its image lacks it, it only asks, it restarts what may not be there, or nobody is to
/// see why it fails.
fn ended_besides<'f, 's>(script: &Script<'f, 's>, masked: &[Masked<'f, 's>]) -> Option<&'f Execution<'s>> {
    if sets_errexit(script) {
        return None;
    }
    let is_told = |index: usize| masked.iter().any(|one| one.index == index);
    let is_ended = |(index, own): &(usize, &Execution<'_>)| {
        own.fate == Fate::Ignored(Reason::NoErrexit) && !is_told(*index) && !is_left_of_and(own)
    };
    let ended = script.facts.executions.iter().enumerate().filter(is_ended);
    let mut ended = ended.take(MAX_ENDED);
    ended.find(|(index, own)| may_fail(script, *index, own)).map(|(_, own)| own)
}

/// How many commands are looked at for what `set -e` would do.
const MAX_ENDED: usize = 64;

fn may_fail(script: &Script<'_, '_>, index: usize, execution: &Execution<'_>) -> bool {
    let around = Script::around(execution);
    !execution.does_nothing()
        && (script.lacks(execution)
            || execution.is_test() && !looks_at_own(script, index)
            || rescue::is_provided_for(script, index, &around)
            || [Trait::Probe, Trait::MayFindNothing].iter().any(|it| execution.is(*it))
                && !looks_at_own(script, index)
                && !poison::ends_script(script, index, &around)
            || weight::hides_errors(script, index))
}

/// Whether all that the command at `index` looks at is what the script itself has made, or a volume: it fails only where
/// that failed.
fn looks_at_own(script: &Script<'_, '_>, index: usize) -> bool {
    let mut touches = script.touches(index).peekable();
    let made =
        || (0..index).flat_map(|by| script.touches(by).filter(|it| script::brings(it) || script::makes(it)));
    let is_own = |path: &str| {
        let path = path.trim_end_matches('/');
        script.is_mount(path)
            || made().any(|it| is_at_or_below(path, &it.path) || is_at_or_below(&it.path, path))
    };
    matches!(Awaited::of(&script.call(index)), Awaited::File(_))
        && touches.peek().is_some()
        && touches.all(|touch| touch.is_literal() && is_own(&touch.path))
}

/// Whether `shell` has `set -o pipefail`: bash, or the `sh` of an image that is known to be busybox's.
fn has_pipefail(script: &Script<'_, '_>, shell: Option<Shell>) -> bool {
    shell == Some(Shell::Bash) || script.sh() == Some(Sh::Ash)
}

/// What makes all of the `masked` failures count, where that is one change of the script.
pub(super) fn fix(script: &Script<'_, '_>, masked: &[Masked<'_, '_>], cx: &PodContext<'_>) -> Option<Fix> {
    let main = script.facts.units.iter().find(|unit| matches!(unit.kind, UnitKind::Main))?;
    let has = |reason| masked.iter().any(|one| one.reason == reason);
    let source = cx.source(main.text.whole())?;
    let is_mended = |one: &Masked<'_, '_>| {
        matches!(one.reason, Reason::NoErrexit | Reason::EarlierInPipeline)
            && !is_left_of_and(one.execution)
            && !one.is_cut_short
            && is_in_shell_of_main(one.execution)
    };
    if !masked.iter().all(is_mended) {
        return None;
    }
    let fails_on_error = fail_on_error(script, masked, source, &main.text);
    let more = if fails_on_error.is_empty() { "" } else { ", and write `curl -f`" };
    let asks = masked.iter().any(|one| is_question(one.execution));
    if asks || means_to_go_on(script) || ended_besides(script, masked).is_some() {
        let ends = masked.iter().map(|one| {
            let is_plain = one.reason == Reason::NoErrexit && is_command_of_main(one.execution);
            let range = one.execution.command.range.clone();
            let end = if is_question(one.execution) { OR_NOTHING } else { "|| exit 1" };
            fix::put_around(source, &main.text, range, "", &format!(" {end}")).filter(|_| is_plain)
        });
        let edits: Option<Vec<_>> = ends.collect();
        let first = masked.first().filter(|one| is_question(one.execution));
        let end = first.map_or("|| exit 1", |_| OR_NOTHING);
        let edits = [edits?.concat(), fails_on_error].concat();
        return Some(Fix::for_review(format!("put `{end}` behind it{more}"), edits));
    }
    let line = match (has(Reason::NoErrexit), has(Reason::EarlierInPipeline)) {
        (_, true) if !has_pipefail(script, main.shell) => return None,
        (false, true) if sets_errexit(script) => "set -o pipefail",
        (_, true) => "set -eo pipefail",
        (_, false) => "set -e",
    };
    let edits = [fix::put_first(source, &main.text, line)?, fails_on_error].concat();
    Some(Fix::for_review(format!("begin the script with `{line}`{more}"), edits))
}

/// Whether the shell that reads the script runs it, too: what that sets doesn't reach a shell of its own.
fn is_in_shell_of_main(execution: &Execution<'_>) -> bool {
    matches!(execution.unit.kind, UnitKind::Main | UnitKind::Sourced | UnitKind::Eval)
}

/// What has each of the `masked` that saves whatever a server answers fail on an HTTP error. Where that can't be put, it is
/// what will be found next.
fn fail_on_error(
    script: &Script<'_, '_>,
    masked: &[Masked<'_, '_>],
    source: &Source,
    text: &MappedText,
) -> Vec<Edit> {
    // What a function does is several executions of one command.
    let mut commands = HashSet::new();
    let is_first = |one: &&Masked<'_, '_>| {
        matches!(one.execution.unit.kind, UnitKind::Main)
            && commands.insert(one.execution.command.range.clone())
    };
    let saving = masked.iter().filter(|one| saves_error_page(script, one)).filter(is_first);
    let options = saving.filter_map(|one| {
        // What is put before the command takes its name's place.
        let behind = one.execution.arguments().first()?;
        fix::put_around(source, text, behind.range.clone(), "-f ", "")
    });
    options.flatten().collect()
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
pub(super) fn is_left_of_and(execution: &Execution<'_>) -> bool {
    kinds_around(execution)
        .any(|kind| matches!(kind, CommandKind::And(left, _) if left.holds(execution.command)))
}

/// Whether it stands left of `&&` or `||`, where what follows may decide.
pub(super) fn is_left_of_chain(execution: &Execution<'_>) -> bool {
    kinds_around(execution).any(|kind| match kind {
        CommandKind::And(left, _) | CommandKind::Or(left, _) => left.holds(execution.command),
        _ => false,
    })
}

/// Whether an `exit` behind it ends the script.
fn is_command_of_main(execution: &Execution<'_>) -> bool {
    let is_in_subshell = Script::around(execution).iter().any(weight::is_substitution);
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
