//! Conditions that are decided by what is known before the script runs: its arguments, and variables with literal values.
//!
//! `if [ "$1" = "--only-keys" ]; then exit 0; fi` ends a script that is called so; what comes after it never runs.

use super::follow::Follow;
use crate::helm;
use crate::shell::condition::test_command;
use crate::shell::ir::{Clause, Command, CommandKind, Condition, ConditionKind, List, PartKind, Word};

impl Follow<'_> {
    /// Whether `list`, on which hangs what runs next, succeeds; `None` where that isn't known.
    pub(super) fn decided_list(&mut self, list: &List) -> Option<bool> {
        let holds = self.list_holds(list);
        self.noted(holds)
    }

    /// Whether `command`, on which hangs what runs next, succeeds.
    pub(super) fn decided(&mut self, command: &Command) -> Option<bool> {
        let holds = self.holds(command);
        self.noted(holds)
    }

    /// `choice`, and notes that there is one.
    fn noted<T>(&mut self, choice: Option<T>) -> Option<T> {
        self.is_chosen |= choice.is_some();
        choice
    }

    /// Whether what is known may not hold: in a loop's next turn, or behind what isn't followed.
    fn is_uncertain(&self) -> bool {
        self.loops_around > 0 || self.shell.has_unread
    }

    fn list_holds(&mut self, list: &List) -> Option<bool> {
        let [command] = list.as_slice() else { return None };
        self.holds(command)
    }

    fn holds(&mut self, command: &Command) -> Option<bool> {
        if self.is_uncertain() || !command.redirections.is_empty() {
            return None;
        }
        match &command.kind {
            CommandKind::Simple(simple) => self.condition_holds(&test_command(&simple.words)?),
            CommandKind::Conditional(condition) => self.condition_holds(condition),
            CommandKind::Not(inner) => Some(!self.holds(inner)?),
            CommandKind::And(left, right) => both(self.holds(left), self.holds(right)),
            CommandKind::Or(left, right) => either(self.holds(left), self.holds(right)),
            CommandKind::Group(list) => self.list_holds(list),
            _ => None,
        }
    }

    fn condition_holds(&mut self, condition: &Condition) -> Option<bool> {
        match &condition.kind {
            ConditionKind::Word(word) => Some(!self.operand(word)?.is_empty()),
            ConditionKind::Unary(operator, word) => match operator.name.as_str() {
                "-z" => Some(self.operand(word)?.is_empty()),
                "-n" => Some(!self.operand(word)?.is_empty()),
                _ => None,
            },
            ConditionKind::Binary(left, operator, right) => {
                let (left, right) = (self.operand(left)?, self.operand(right)?);
                match operator.name.as_str() {
                    "=" => Some(left == right),
                    "!=" => Some(left != right),
                    _ => None,
                }
            }
            ConditionKind::Not(inner) => Some(!self.condition_holds(inner)?),
            ConditionKind::And(left, right) => both(self.condition_holds(left), self.condition_holds(right)),
            ConditionKind::Or(left, right) => either(self.condition_holds(left), self.condition_holds(right)),
        }
    }

    /// The text of an operand that is one word however it is written, and no pattern.
    fn operand(&mut self, word: &Word) -> Option<String> {
        let text = self.text(word).filter(|text| is_final(text))?;
        let is_quoted = word.parts.iter().all(|part| match &part.kind {
            PartKind::Literal { .. } => true,
            PartKind::Variable { quoted, .. } => *quoted,
            _ => false,
        });
        let may_be_other = |c: char| c.is_whitespace() || matches!(c, '*' | '?' | '[');
        let is_word = || !text.is_empty() && !text.contains(may_be_other);
        (is_quoted || is_word()).then_some(text)
    }

    /// What runs of `clauses`, where that is decided.
    pub(super) fn chosen<'c>(&mut self, subject: &Word, clauses: &'c [Clause]) -> Option<&'c [Command]> {
        let chosen = self.matching(subject, clauses);
        self.noted(chosen)
    }

    fn matching<'c>(&mut self, subject: &Word, clauses: &'c [Clause]) -> Option<&'c [Command]> {
        if self.is_uncertain() {
            return None;
        }
        let subject = self.text(subject).filter(|text| is_final(text))?;
        for clause in clauses {
            let patterns = clause.patterns.iter().map(|pattern| matches(pattern, &subject));
            let matched = patterns.reduce(either).flatten()?;
            if matched {
                return (!clause.falls_through).then_some(&clause.body);
            }
        }
        Some(&[])
    }
}

/// Whether `text` matches `pattern`, which is a text or `*`.
fn matches(pattern: &Word, text: &str) -> Option<bool> {
    match pattern.parts.as_slice() {
        [part] if matches!(&part.kind, PartKind::Glob(glob) if glob == "*") => Some(true),
        _ => Some(pattern.literal()? == text),
    }
}

/// Whether nobody puts anything else into `text` before the script runs: a template its values, kustomize or Flux a variable
/// (`${NAME}`), the kubelet one that it knows (`$(NAME)`), somebody's `sed` what stands for `%NAME%`.
fn is_final(text: &str) -> bool {
    !helm::has_placeholder(text) && !text.contains("${") && !text.contains("$(") && !text.contains('%')
}

fn both(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn either(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    both(one.map(|one| !one), other.map(|other| !other)).map(|neither| !neither)
}
