//! Builtins of bash, and options of builtins that all shells have.

use super::Outcome::{self, Differs, Fails, Same, Stops};
use super::{Departure, Entry, Reader, entry};
use crate::shell::ir::{Command, CommandKind};
use crate::shell::semantics::execution::{Destination, destinations};
use crate::shell::semantics::visit::{self, Next, Node};
use crate::shell::semantics::{Argument, Execution, Facts, Fate, Reason, Unit, UnitKind};

const PIPEFAIL: &str = "pipefail";

pub(super) fn departures<'s>(
    facts: &Facts<'s>,
    unit: &'s Unit,
    reader: Reader,
    found: &mut Vec<Departure<'s>>,
) {
    let named = unit.text.as_str().matches(PIPEFAIL).count();
    for execution in facts.executions.iter().filter(|execution| std::ptr::eq(execution.unit, unit)) {
        let Some((entry, word)) = of_execution(execution, reader) else { continue };
        let outcome = entry.by(reader);
        if outcome == Same || outcome == Stops && is_asked_for(execution, named) {
            continue;
        }
        let is_fatal = match outcome {
            Stops => !execution.conditional && (execution.fate.is_fatal() || !execution.fate.is_apart()),
            Fails => !execution.conditional && execution.fate.is_fatal(),
            _ => false,
        };
        let range = word.map_or_else(|| execution.command.range.clone(), |word| word.range.clone());
        found.push(Departure { unit, range, outcome, instead: entry.instead, is_fatal });
    }
}

/// What becomes of a call, and the word that it hangs on.
fn of_execution<'e>(execution: &'e Execution<'_>, reader: Reader) -> Option<(Entry, Option<&'e Argument>)> {
    let name = execution.words.first()?;
    // Behind a wrapper it is a program, which has its own options.
    if execution.wrapper > 0 && name.text.as_deref() != Some("builtin") {
        return None;
    }
    let by_name = match name.text.as_deref()? {
        "source" => entry(Fails, Same, "`. FILE`"),
        "let" => entry(Fails, Same, "`a=$((a + 1))`"),
        "declare" | "typeset" => entry(Fails, Fails, "plain assignments, `export` and `readonly`"),
        "pushd" | "popd" => entry(Fails, Fails, "`cd` in a subshell: `(cd DIR && …)`"),
        "shopt" => entry(Fails, Fails, "a form that needs no option of bash's"),
        "mapfile" | "readarray" => entry(Fails, Fails, "`while read -r line; do …; done`"),
        "builtin" => entry(Fails, Fails, "`command`"),
        other => return of_option(other, execution, reader),
    };
    Some((by_name, Some(name)))
}

fn of_option<'e>(
    name: &str,
    execution: &'e Execution<'_>,
    reader: Reader,
) -> Option<(Entry, Option<&'e Argument>)> {
    let with = |wanted: &dyn Fn(&str) -> bool| {
        execution.arguments().iter().find(|word| word.text.as_deref().is_some_and(wanted))
    };
    let letters = |wanted: &'static str| {
        let options = execution.arguments().iter();
        let mut options =
            options.take_while(|word| word.text.as_deref().is_some_and(|text| text.starts_with('-')));
        options.find(|word| {
            word.text.as_deref().is_some_and(|text| text.chars().skip(1).any(|c| wanted.contains(c)))
        })
    };
    let (entry, word) = match name {
        "set" if reader == (Reader::Dash { has_pipefail: false }) => {
            (entry(Stops, Same, "a file in between, or `bash -c`"), with(&|text| text == PIPEFAIL)?)
        }
        "trap" => of_trap(execution)?,
        "local" => (entry(Stops, Stops, "`local` without options"), letters("aAgirnux")?),
        "export" => (entry(Stops, Stops, "the function in each script that calls it"), letters("f")?),
        "read" => match letters("a") {
            Some(word) => (entry(Fails, Fails, "`set -- $line`"), word),
            None => (entry(Fails, Same, "`read -r NAME`"), letters("tnNsdu")?),
        },
        "wait" => (entry(Fails, Same, "`wait PID`"), letters("n")?),
        "printf" => match letters("v") {
            Some(word) => (entry(Fails, Differs("it prints `-v`"), "`a=$(printf …)`"), word),
            None => {
                let format = execution.arguments().first()?;
                format.text.as_deref().filter(|text| text.contains("%q"))?;
                (entry(Fails, Fails, "`%s`, with the quotes written"), format)
            }
        },
        "echo" => {
            let word = letters("e").filter(|word| word.text.as_deref().is_some_and(is_echo_option))?;
            is_kept(execution).then_some((entry(Differs("it prints `-e` too"), Same, "`printf`"), word))?
        }
        _ => return None,
    };
    Some((entry, Some(word)))
}

/// Whether the script asks whether its shell has an option: a shell of its own that does nothing else tries it
/// (`(set -o pipefail) || true`), or a test stands before it that names it, too.
///
/// `named`: how often the text names the option. What names it again and again doesn't ask.
fn is_asked_for(execution: &Execution<'_>, named: usize) -> bool {
    const MANY: usize = 32;
    if named > MANY || execution.words.iter().all(|word| word.text.as_deref() != Some(PIPEFAIL)) {
        return false;
    }
    let (is_alone, is_guarded) = surroundings(execution);
    is_alone && matches!(execution.fate, Fate::Ignored(_)) || is_guarded && named > 1
}

/// Whether nothing else runs in the shell that runs it, and whether something before it decides whether it runs.
fn surroundings(execution: &Execution<'_>) -> (bool, bool) {
    let own = execution.command;
    let is_it = |list: &[Command]| matches!(list, [only] if std::ptr::eq(only, own));
    let holds = |outer: &Command| outer.holds(own);
    let body = &execution.unit.script.body;
    let is_text = matches!(execution.unit.kind, UnitKind::Text | UnitKind::File);
    let (mut is_alone, mut is_guarded) = (is_text && is_it(body), false);
    visit::walk(body, &mut |node, _| {
        match node {
            Node::Command(Command { kind: CommandKind::Subshell(list), .. }) => is_alone |= is_it(list),
            Node::Command(Command {
                kind: CommandKind::And(_, right) | CommandKind::Or(_, right), ..
            }) => {
                is_guarded |= holds(right);
            }
            Node::Command(
                outer @ Command { kind: CommandKind::If { .. } | CommandKind::Case { .. }, .. },
            ) => {
                is_guarded |= holds(outer);
            }
            _ => {}
        }
        Next::Into
    });
    (is_alone, is_guarded)
}

/// `trap … ERR`, and signals by names with `SIG`.
fn of_trap<'e>(execution: &'e Execution<'_>) -> Option<(Entry, &'e Argument)> {
    let signals = execution.arguments().get(1..)?;
    signals.iter().find_map(|word| {
        let outcome = |dash: Outcome, ash: Outcome, instead| Some((entry(dash, ash, instead), word));
        match word.text.as_deref()? {
            "ERR" => outcome(Fails, Same, "`trap … EXIT`, which asks for `$?`"),
            "DEBUG" | "RETURN" => outcome(Fails, Fails, "`trap … EXIT`"),
            signal if signal.starts_with("SIG") => outcome(Fails, Same, "the name without `SIG`"),
            _ => None,
        }
    })
}

fn is_echo_option(text: &str) -> bool {
    text.chars().skip(1).all(|c| "neE".contains(c))
}

/// Whether what it prints goes anywhere but to the log.
fn is_kept(execution: &Execution<'_>) -> bool {
    matches!(destinations(&execution.command.redirections).0, Destination::File(_))
        || matches!(
            execution.fate,
            Fate::Ignored(Reason::EarlierInPipeline | Reason::Substitution | Reason::Declaration)
        )
}
