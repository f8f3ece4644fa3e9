//! A loop that looks at a count which it never changes.

use crate::commands::{Call, Trait};
use crate::shell::ir::{Command, CommandKind, PartKind, Word};
use crate::shell::semantics::Loop;

/// The variable that the condition of a loop compares with a number, and that nothing in the loop sets.
pub(super) struct Unchanged<'s> {
    /// Its name.
    pub(super) name: &'s str,
    /// Whether the loop was to count it down.
    falls: bool,
}

impl<'s> Unchanged<'s> {
    /// Of `own`: `while [ $n -lt 30 ]` without an `n=…`.
    pub(super) fn of(own: &Loop<'s>) -> Option<Self> {
        let [Command { kind: CommandKind::Simple(test), .. }] = own.condition() else { return None };
        let [command, variable, operator, bound, ..] = test.words.as_slice() else { return None };
        let is_test = Call::of(&[command.literal()?]).is(Trait::Test);
        let falls = match operator.literal()?.as_str() {
            "-lt" | "-le" => false,
            "-gt" | "-ge" => true,
            _ => return None,
        };
        let is_number = bound.literal()?.bytes().all(|byte| byte.is_ascii_digit());
        let name = name_of(variable)?;
        let until = matches!(own.command.kind, CommandKind::Loop { until: true, .. });
        (is_test && is_number && !own.assigned().contains(name))
            .then_some(Self { name, falls: falls != until })
    }

    /// The command that counts.
    pub(super) fn counted(&self) -> String {
        let Self { name, falls } = self;
        format!("{name}=$(({name} {} 1))", if *falls { '-' } else { '+' })
    }
}

/// The variable that is all of `word`.
fn name_of(word: &Word) -> Option<&str> {
    let [part] = word.parts.as_slice() else { return None };
    let PartKind::Variable { name, operation, .. } = &part.kind else { return None };
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    (is_name && operation.range.is_empty()).then_some(name)
}
