//! Commands that are about statuses: which hand one on, look at one, or fail in any case.

use std::rc::Rc;

use foldhash::HashMap;

use super::unit::Unit;
use crate::commands::{self, Trait};
use crate::shell::ir::{Command, CommandKind, PartKind, Word};

/// `exit`, `exit $?`, `return` and `return $?` end with the status of the command before; which of the two it is.
pub(super) fn hands_on_status(command: &Command) -> Option<Failing> {
    let words = words_of(command);
    let (name, operands) = words.split_first()?;
    let failing = match name.as_str() {
        "exit" => Failing::Exit,
        "return" => Failing::Return,
        _ => return None,
    };
    let CommandKind::Simple(simple) = &command.kind else { return None };
    let hands_on =
        operands.is_empty() || operands.len() == 1 && simple.words.get(1).is_some_and(is_last_status);
    hands_on.then_some(failing)
}

/// `$?`, quoted or not.
pub(super) fn is_last_status(word: &Word) -> bool {
    matches!(word.parts.as_slice(), [part] if matches!(&part.kind, PartKind::Variable { name, .. } if name == "?"))
}

/// Whether a command asks for the status of the one before: `if [ $? -ne 0 ]`, `rc=$?`, `case $? in`.
pub(super) fn looks_at_status(command: &Command) -> bool {
    match &command.kind {
        CommandKind::Simple(simple) => {
            simple.words.iter().any(has_last_status)
                || simple.assignments.iter().any(|it| it.value.words().iter().any(has_last_status))
        }
        CommandKind::If { arms, .. } => {
            arms.first().and_then(|arm| arm.condition.first()).is_some_and(looks_at_status)
        }
        CommandKind::Case { subject, .. } => has_last_status(subject),
        CommandKind::And(left, _) | CommandKind::Or(left, _) | CommandKind::Not(left) => {
            looks_at_status(left)
        }
        CommandKind::Arithmetic(expression) => expression.text.contains("$?"),
        CommandKind::Conditional(_) => {
            let mut found = false;
            super::visit::walk(std::slice::from_ref(command), &mut |node, _| {
                found |= matches!(node, super::visit::Node::Word(word) if has_last_status(word));
                super::visit::Next::Into
            });
            found
        }
        _ => false,
    }
}

fn has_last_status(word: &Word) -> bool {
    word.parts.iter().any(|part| matches!(&part.kind, PartKind::Variable { name, .. } if name == "?"))
}

/// `wait` for something of its own: `wait $!`, `wait -n`.
pub(super) fn waits_for_one(command: &Command) -> bool {
    let CommandKind::Simple(simple) = &command.kind else { return false };
    simple.words.len() > 1 && simple.words.first().and_then(Word::literal).as_deref() == Some("wait")
}

/// `wait`, for all that runs beside it or for one.
pub(super) fn waits(command: &Command) -> bool {
    let CommandKind::Simple(simple) = &command.kind else { return false };
    simple.words.first().and_then(Word::literal).as_deref() == Some("wait")
}

/// What stands between a command and the `wait` for it: `pid=$!`, `trap`.
pub(super) fn is_prelude(command: &Command) -> bool {
    let CommandKind::Simple(simple) = &command.kind else { return false };
    let name = simple.words.first().map(|word| word.literal().unwrap_or_default());
    name.is_none_or(|name| name == "trap" || commands::is(&name, Trait::OnlyPrints))
}

/// How a command fails that fails in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failing {
    /// It ends the shell: `exit 1`.
    Exit,
    /// It ends the function: `return 1`.
    Return,
    /// `false`.
    Status,
}

type Functions<'s> = Rc<HashMap<&'s str, (&'s Command, &'s Unit)>>;

/// How `command` fails, if it does in any case: `exit 1`, `false`, a group or a function that ends with one.
pub(super) fn failing_end(command: &Command, functions: &Functions<'_>) -> Option<Failing> {
    // After a failure, the status that they hand on is one.
    hands_on_status(command).or_else(|| failing(command, functions, MAX_DEPTH))
}

/// How deep functions are looked into.
const MAX_DEPTH: usize = 4;

fn failing(command: &Command, functions: &Functions<'_>, depth: usize) -> Option<Failing> {
    match &command.kind {
        CommandKind::Simple(_) => {
            let words = words_of(command);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let fails = |status: &str| status.parse::<u32>().is_ok_and(|status| status % 256 != 0);
            match words.as_slice() {
                ["false"] => Some(Failing::Status),
                ["exit", status] if fails(status) => Some(Failing::Exit),
                ["return", status] if fails(status) => Some(Failing::Return),
                [name, ..] if depth > 0 => {
                    let (body, _) = functions.get(name)?;
                    match failing(body, functions, depth - 1)? {
                        Failing::Exit => Some(Failing::Exit),
                        Failing::Return | Failing::Status => Some(Failing::Status),
                    }
                }
                _ => None,
            }
        }
        CommandKind::Group(list) => failing(list.last()?, functions, depth),
        CommandKind::Subshell(list) => failing(list.last()?, functions, depth).map(|_| Failing::Status),
        _ => None,
    }
}

/// The words of a simple command, up to the first that isn't literal.
fn words_of(command: &Command) -> Vec<String> {
    match &command.kind {
        CommandKind::Simple(simple) => {
            simple.words.iter().map(|word| word.literal().unwrap_or_default()).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a command is there to be asked, not to do something.
pub(super) fn is_test(command: &Command) -> bool {
    match &command.kind {
        CommandKind::Simple(simple) => {
            let name = simple.words.first().and_then(Word::literal);
            name.is_none_or(|name| commands::is(&name, Trait::Test))
        }
        CommandKind::Conditional(_) | CommandKind::Arithmetic(_) | CommandKind::Not(_) => true,
        CommandKind::And(left, right) | CommandKind::Or(left, right) => is_test(left) || is_test(right),
        CommandKind::Pipeline(commands) => commands.last().is_some_and(is_test),
        _ => false,
    }
}

/// Whether a word may expand to nothing at all.
pub(super) fn may_vanish(word: &Word) -> bool {
    word.parts.iter().all(|part| {
        matches!(
            part.kind,
            PartKind::Variable { quoted: false, .. }
                | PartKind::Substitution { quoted: false, .. }
                | PartKind::Glob(_)
        )
    })
}
