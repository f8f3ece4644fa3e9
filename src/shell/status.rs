//! Whose failure is fatal: which commands of a script end it with failure when they fail.
//!
//! Follows POSIX XCU 2.8.1 and the description of `set -e` in 2.15: a failure is fatal where the command's status is
//! the script's own, or where `errexit` heeds it. What isn't followed: traps, `eval`, sourced files, and commands in
//! substitutions.

use std::collections::HashMap;

use super::ir::{Command, CommandKind, List, OperationKind, Part, PartKind, Script, Simple, Word};
use super::options::Options;
use crate::commands::{self, Trait};

/// How many commands are followed; functions that call each other could make endlessly many.
const MAX_RUNS: usize = 10_000;
/// How deep functions may call each other.
const MAX_CALLS: usize = 8;

/// A simple command of a script, where it runs.
#[derive(Debug, Clone, Copy)]
pub struct Execution<'s> {
    /// The command, redirections and all.
    pub command: &'s Command,
    /// Its words.
    pub simple: &'s Simple,
    /// Whether the script fails where it fails.
    pub is_fatal: bool,
    /// Whether it may be passed over: it stands behind a test, in a branch or in a loop that needn't run.
    pub conditional: bool,
}

/// The simple commands of `script` in the order in which they stand, those of functions where they are called.
/// `options` are those that its shell starts with.
#[must_use]
pub fn executions(script: &Script, mut options: Options) -> Vec<Execution<'_>> {
    let mut walk = Walk { functions: HashMap::new(), runs: Vec::new(), calls: 0 };
    let whole = Place { fatal: true, checked: true, conditional: false };
    walk.list(&script.body, whole, &mut options);
    walk.runs
}

/// What stands over a command.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// Its status is the script's.
    fatal: bool,
    /// `errexit` heeds its failure.
    checked: bool,
    conditional: bool,
}

impl Place {
    /// A place where no failure is fatal.
    fn ignored(self) -> Self {
        Self { fatal: false, checked: false, ..self }
    }

    fn behind(self, conditional: bool) -> Self {
        Self { conditional: self.conditional || conditional, ..self }
    }
}

struct Walk<'s> {
    functions: HashMap<&'s str, &'s Command>,
    runs: Vec<Execution<'s>>,
    calls: usize,
}

impl<'s> Walk<'s> {
    /// Follows `list`; tells whether it surely leaves the script.
    fn list(&mut self, list: &'s List, place: Place, options: &mut Options) -> bool {
        for (index, command) in list.iter().enumerate() {
            let rest = list.get(index + 1..).unwrap_or_default();
            let fatal = place.fatal && rest.is_empty() || rest.first().is_some_and(hands_on_status);
            if self.command(command, Place { fatal, ..place }, options) {
                return true;
            }
        }
        false
    }

    fn command(&mut self, command: &'s Command, place: Place, options: &mut Options) -> bool {
        if self.runs.len() >= MAX_RUNS {
            return true;
        }
        let place = if command.background { place.ignored() } else { place };
        match &command.kind {
            CommandKind::Simple(simple) => return self.simple(command, simple, place, options),
            CommandKind::Group(list) => return self.list(list, place, options),
            CommandKind::Subshell(list) => _ = self.list(list, place, &mut options.clone()),
            CommandKind::Pipeline(commands) => self.pipeline(commands, place, *options),
            CommandKind::Not(inner) | CommandKind::Coprocess(inner) => {
                _ = self.command(inner, place.ignored(), options);
            }
            CommandKind::And(left, right) => {
                self.command(left, Place { checked: false, ..place }, options);
                self.command(right, place.behind(is_test(left)), options);
            }
            CommandKind::Or(left, right) => {
                let handed_on = Place { fatal: always_fails(right), checked: false, ..place };
                self.command(left, handed_on, options);
                self.command(right, place.behind(true), options);
            }
            CommandKind::If { arms, otherwise } => {
                for arm in arms {
                    self.list(&arm.condition, place.ignored(), options);
                    self.list(&arm.body, place.behind(true), options);
                }
                if let Some(list) = otherwise {
                    self.list(list, place.behind(true), options);
                }
            }
            CommandKind::Loop { condition, body, .. } => {
                self.list(condition, place.ignored(), options);
                self.list(body, place.behind(true), options);
            }
            CommandKind::For { words, body, .. } => {
                let may_be_empty = words.as_ref().is_none_or(|words| words.iter().all(may_vanish));
                self.list(body, place.behind(may_be_empty), options);
            }
            CommandKind::ArithmeticFor { body, .. } | CommandKind::Select { body, .. } => {
                self.list(body, place.behind(true), options);
            }
            CommandKind::Case { clauses, .. } => {
                for clause in clauses {
                    self.list(&clause.body, place.behind(true), options);
                }
            }
            CommandKind::Function { name, body } => _ = self.functions.insert(name, body),
            CommandKind::Conditional(_) | CommandKind::Arithmetic(_) => {}
        }
        false
    }

    fn pipeline(&mut self, commands: &'s [Command], place: Place, options: Options) {
        let last = commands.len().saturating_sub(1);
        for (index, command) in commands.iter().enumerate() {
            let place = if index == last || options.pipefail { place } else { place.ignored() };
            // Each runs in a shell of its own.
            self.command(command, place, &mut { options });
        }
    }

    fn simple(
        &mut self,
        command: &'s Command,
        simple: &'s Simple,
        place: Place,
        options: &mut Options,
    ) -> bool {
        let name = simple.words.first().and_then(Word::literal);
        let called = name.as_deref().and_then(|name| self.functions.get(name).copied());
        if let Some(body) = called.filter(|_| self.calls < MAX_CALLS) {
            self.calls += 1;
            // A `return` that ends the function doesn't end the script.
            self.command(body, place, options);
            self.calls -= 1;
            return false;
        }
        let is_fatal = place.fatal || place.checked && options.errexit;
        self.runs.push(Execution { command, simple, is_fatal, conditional: place.conditional });
        match name.as_deref() {
            Some("set") => {
                let arguments: Vec<_> = simple.words.iter().skip(1).map(Word::literal).collect();
                let arguments: Vec<_> = arguments.iter().map(Option::as_deref).collect();
                options.set(&arguments);
            }
            Some("exit" | "return") => return true,
            // Without a command it only makes redirections.
            Some("exec") => return simple.words.len() > 1,
            _ => {}
        }
        false
    }
}

/// `exit` and `exit $?` end the script with the status of the command before.
fn hands_on_status(command: &Command) -> bool {
    let CommandKind::Simple(simple) = &command.kind else { return false };
    let is_status = |word: &Word| {
        let status = |part: &Part| matches!(&part.kind, PartKind::Variable { name, operation, .. } if name == "?" && operation.kind == OperationKind::Plain);
        matches!(word.parts.as_slice(), [part] if status(part))
    };
    match simple.words.as_slice() {
        [name] => name.literal().as_deref() == Some("exit"),
        [name, status] => name.literal().as_deref() == Some("exit") && is_status(status),
        _ => false,
    }
}

/// `exit 1`, `false`, or a group that ends with one.
fn always_fails(command: &Command) -> bool {
    match &command.kind {
        CommandKind::Simple(simple) => {
            let words: Vec<Option<String>> = simple.words.iter().map(Word::literal).collect();
            let words: Vec<&str> = words.iter().flatten().map(String::as_str).collect();
            match words.as_slice() {
                ["false"] => true,
                ["exit", status] => status.parse::<u32>().is_ok_and(|status| status % 256 != 0),
                _ => false,
            }
        }
        CommandKind::Group(list) => list.last().is_some_and(always_fails),
        _ => false,
    }
}

/// Whether a command is there to be asked, not to do something.
fn is_test(command: &Command) -> bool {
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
fn may_vanish(word: &Word) -> bool {
    word.parts.iter().all(|part| {
        matches!(
            part.kind,
            PartKind::Variable { quoted: false, .. }
                | PartKind::Substitution { quoted: false, .. }
                | PartKind::Glob(_)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of the commands whose failure is fatal (`!` after it where it may be passed over).
    fn counting(script: &str) -> Vec<String> {
        let script = super::super::parse(script).unwrap();
        let runs = executions(&script, Options::default());
        let counting = runs.iter().filter(|run| run.is_fatal);
        counting
            .map(|run| {
                let name = run.simple.words.first().and_then(Word::literal).unwrap_or_default();
                if run.conditional { format!("{name}!") } else { name }
            })
            .collect()
    }

    #[test]
    fn the_last_command_is_the_scripts_status() {
        assert_eq!(counting("a; b"), ["b"]);
        assert_eq!(counting("a && b"), ["a", "b"]);
        assert_eq!(counting("a || b"), ["b!"]);
        assert_eq!(counting("a || true; b"), ["b"]);
        assert_eq!(counting("a | b"), ["b"]);
        assert_eq!(counting("a & b"), ["b"]);
        assert_eq!(counting("a; exit 0"), ["exit"]);
        assert_eq!(counting("a; exit"), ["a", "exit"]);
        assert_eq!(counting("a; b; exit $?"), ["b", "exit"]);
        assert_eq!(counting("{ a; b; }; (c; d)"), ["d"]);
        assert_eq!(counting("if a; then b; else c; fi"), ["b!", "c!"]);
        assert_eq!(counting("for i in 1 2; do a; b; done"), ["b"]);
        assert_eq!(counting("for i in $list; do a; done"), ["a!"]);
        assert_eq!(counting("while a; do b; done; ! c"), Vec::<String>::new());
    }

    #[test]
    fn errexit_heeds_what_nobody_asks_for() {
        assert_eq!(counting("set -e; a; b"), ["a", "b"]);
        assert_eq!(counting("set -eu; a || true; b"), ["true!", "b"]);
        assert_eq!(counting("set -o errexit; a; set +e; b; c"), ["a", "set", "c"]);
        assert_eq!(counting("set -e; a && b; c"), ["b", "c"]);
        assert_eq!(counting("set -e; [ -d x ] && b; c"), ["b!", "c"]);
        assert_eq!(counting("set -e; a | b; c"), ["b", "c"]);
        assert_eq!(counting("set -eo pipefail; a | b; c"), ["a", "b", "c"]);
        assert_eq!(counting("set -e; if a; then b; fi; c"), ["b!", "c"]);
        assert_eq!(counting("set -e; ! a; b & c"), ["c"]);
    }

    #[test]
    fn a_failure_may_be_handed_on() {
        assert_eq!(counting("a || exit 1; b"), ["a", "b"]);
        assert_eq!(counting("a || { echo no; exit 3; }; b"), ["a", "b"]);
        assert_eq!(counting("a || exit 0; b"), ["b"]);
    }

    #[test]
    fn functions_count_where_they_are_called() {
        assert_eq!(counting("f() { a; b; }; c"), ["c"]);
        assert_eq!(counting("f() { a; b; }; f"), ["b"]);
        assert_eq!(counting("set -e; f() { a; b; }; f || true; c"), ["true!", "c"]);
        assert!(counting("f() { f; f; f; }; f").len() <= MAX_RUNS);
    }

    /// Each command that runs in any case is made to fail, the others to succeed.
    #[cfg(unix)]
    #[test]
    fn bash_agrees() {
        let scripts = [
            "a; b",
            "a && b",
            "a && b; c",
            "a || b",
            "a || true; b",
            "a | b",
            "a & b",
            "a; exit",
            "a; b; exit $?",
            "{ a; b; }; (c; d)",
            "for i in 1 2; do a; b; done",
            "set -e; a; b",
            "set -e; (a; b); c",
            "set -o errexit; a; set +e; b; c",
            "set -e; a && b; c",
            "set -e; a | b; c",
            "set -eo pipefail; a | b; c",
            "set -e; if a; then b; fi; c",
            "set -e; ! a; c",
            "set -e; a && b || c; d",
            "a || exit 1; b",
            "a || { echo no; exit 3; }; b",
            "a || exit 0; b",
            "f() { a; b; }; f; c",
            "set -e; f() { a; b; }; f; c",
            "set -e; f() { a; b; }; f || true; c",
            "set -e; f() { a; b; }; f && c; d",
            "set -e; { a; b; } || true; c",
            "set -e; { a; b; } && c; d",
            "set -e; (a; b) | c; d",
            "set -e; while ! a; do :; done; b",
            "set -e; a & b; wait; c",
            "set -e; case x in x) a;; esac; b",
        ];
        for text in scripts {
            let script = super::super::parse(text).unwrap();
            for run in executions(&script, Options::default()) {
                let name = run.simple.words.first().and_then(Word::literal).unwrap_or_default();
                if run.conditional || name.len() != 1 {
                    continue;
                }
                let others = ["a", "b", "c", "d"].map(|other| {
                    let status = u8::from(other == name);
                    format!("{other}() {{ return {status}; }}; ")
                });
                // A loop that waits for what fails would never end.
                let full = format!("{}{}", others.concat(), text.replace("while !", "while false &&"));
                let status = std::process::Command::new("bash").args(["-c", &full]).output().unwrap().status;
                assert_eq!(!status.success(), run.is_fatal, "{text}: {name}");
            }
        }
    }

    #[test]
    fn nothing_runs_after_the_end() {
        assert_eq!(counting("exit 0; a"), Vec::<String>::new());
        assert_eq!(counting("[ -f x ] && exit 0; a"), ["a"]);
    }
}
