//! Loops: what keeps them going, and what ends them.

use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

use foldhash::HashMap;

use super::fate::{Fate, Place};
use super::unit::Unit;
use super::variables::Variables;
use super::visit::{self, Next, Node};
use crate::commands::{self, Trait};
use crate::shell::condition::is_test_name;
use crate::shell::ir::{Command, CommandKind, List, PartKind, Word};
use crate::source::Span;

/// A loop, where it runs.
#[derive(Debug, Clone)]
pub struct Loop<'s> {
    /// The text that it stands in.
    pub unit: &'s Unit,
    /// The loop.
    pub command: &'s Command,
    /// What its failure comes to.
    pub fate: Fate,
    /// Whether it may be passed over.
    pub conditional: bool,
    /// What leaves it beside its condition.
    pub exits: Vec<Exit>,
    /// What ends it in any case.
    pub bound: Option<Bound>,
    /// Whether nobody waits for it: it stands behind `&`.
    pub in_background: bool,
    /// The commands that its condition and its body run, as indices of the script's executions.
    pub runs: Range<usize>,
    /// The shell that runs it, as it is before its first turn.
    pub(super) shell: Entry<'s>,
}

/// What a loop starts with.
#[derive(Debug, Clone)]
pub(crate) struct Entry<'s> {
    pub(super) functions: Rc<HashMap<&'s str, (&'s Command, &'s Unit)>>,
    pub(super) variables: Variables,
    /// Whether a failure that nothing looks at ends it.
    pub(super) errexit: bool,
    pub(super) pipefail: bool,
}

impl Entry<'_> {
    /// The variables that the loop `own` may set, in the functions that it calls, too; and how many nodes were looked at for
    /// that.
    pub(super) fn assigned(&self, own: &Command) -> (BTreeSet<String>, usize) {
        let Assigned { names, mut visited, .. } = assigned(own);
        let mut names: BTreeSet<String> = names.into_iter().collect();
        let (mut seen, mut left) = (BTreeSet::new(), vec![own]);
        while let Some(command) = left.pop() {
            visit::commands(std::slice::from_ref(command), |inner| {
                let CommandKind::Simple(simple) = &inner.kind else { return };
                let name = simple.words.first().and_then(Word::literal).unwrap_or_default();
                if let Some((body, _)) = self.functions.get(name.as_str())
                    && seen.insert(name)
                {
                    let inner = assigned(body);
                    names.extend(inner.names);
                    visited += inner.visited;
                    left.push(body);
                }
            });
        }
        (names, visited)
    }
}

/// A command in a loop's body that leaves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    /// Where it stands.
    pub range: Range<usize>,
    /// Which it is.
    pub kind: ExitKind,
    /// Whether it stands behind a test.
    pub conditional: bool,
}

/// The commands that leave a loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitKind {
    /// `break`.
    Break,
    /// `return`.
    Return,
    /// `exit`, or `exec` with a command.
    Exit,
}

/// Why a loop ends in any case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bound {
    /// It goes over words: `for i in …`.
    Words,
    /// A variable that its body changes is compared: in its condition, or on the way to an exit.
    Counter(String),
    /// The time is compared: `date +%s`, `SECONDS`.
    Deadline,
    /// It reads its input to the end: `while read`.
    Input,
    /// Its shell is stopped: `timeout 60 sh -c …`.
    Timeout,
}

impl<'s> Loop<'s> {
    /// The loop `command` of `unit`, before it runs: `from` commands ran before it.
    pub(super) fn new(
        unit: &'s Unit,
        command: &'s Command,
        place: Place,
        from: usize,
        shell: Entry<'s>,
    ) -> Self {
        let (exits, bound) = (exits(command), bound(unit, command));
        Self {
            unit,
            command,
            fate: place.shell,
            conditional: place.conditional,
            exits,
            bound,
            in_background: place.background,
            runs: from..from,
            shell,
        }
    }

    /// All of it.
    #[must_use]
    pub fn span(&self) -> Span {
        self.unit.span(&self.command.range)
    }

    /// Its first word.
    #[must_use]
    pub fn keyword(&self) -> &'static str {
        match self.command.kind {
            CommandKind::Loop { until: true, .. } => "until",
            CommandKind::Loop { until: false, .. } => "while",
            CommandKind::Select { .. } => "select",
            _ => "for",
        }
    }

    /// Whether it may be left before its bound.
    pub(super) fn may_end(&self) -> bool {
        !self.exits.is_empty() || matches!(self.command.kind, CommandKind::Loop { .. })
    }

    /// Where it stands, from its first word to the end of its condition.
    #[must_use]
    pub fn head(&self) -> Span {
        let end = self.condition().last().map_or(self.command.range.end, |last| last.range.end);
        self.unit.span(&(self.command.range.start..end))
    }

    /// The commands of its condition; none for `for` and `select`.
    #[must_use]
    pub fn condition(&self) -> &'s [Command] {
        match &self.command.kind {
            CommandKind::Loop { condition, .. } => condition,
            _ => &[],
        }
    }

    /// The variables that it may set, in the functions that it calls, too.
    #[must_use]
    pub fn assigned(&self) -> BTreeSet<String> {
        self.shell.assigned(self.command).0
    }

    /// The commands of its body.
    #[must_use]
    pub fn body(&self) -> &'s [Command] {
        body(self.command)
    }
}

fn body(command: &Command) -> &[Command] {
    match &command.kind {
        CommandKind::Loop { body, .. }
        | CommandKind::For { body, .. }
        | CommandKind::ArithmeticFor { body, .. }
        | CommandKind::Select { body, .. } => body,
        _ => &[],
    }
}

fn is_loop(command: &Command) -> bool {
    !body(command).is_empty()
}

/// What leaves the loop from its body. A `break` in an inner loop leaves that one, unless its number says otherwise.
fn exits(command: &Command) -> Vec<Exit> {
    let mut exits = Vec::new();
    visit::walk(body(command), &mut |node, above| {
        let Node::Command(inner) = node else { return Next::Into };
        match inner.kind {
            // These run in a shell or at a time of their own.
            CommandKind::Function { .. } | CommandKind::Subshell(_) | CommandKind::Pipeline(_) => {
                return Next::Over;
            }
            _ => {}
        }
        let depth =
            above.iter().filter(|node| matches!(node, Node::Command(outer) if is_loop(outer))).count();
        if let Some(kind) = exit_kind(inner, depth) {
            let conditional = above.iter().any(is_choice);
            exits.push(Exit { range: inner.range.clone(), kind, conditional });
        }
        Next::Into
    });
    exits
}

/// Whether what stands in `node` may be passed over.
fn is_choice(node: &Node<'_>) -> bool {
    match node {
        Node::Arm(_) | Node::Clause(_) => true,
        Node::Command(command) => {
            matches!(command.kind, CommandKind::And(..) | CommandKind::Or(..) | CommandKind::If { .. })
                || is_loop(command)
        }
        _ => false,
    }
}

fn exit_kind(command: &Command, depth: usize) -> Option<ExitKind> {
    let CommandKind::Simple(simple) = &command.kind else { return None };
    let word = |at: usize| simple.words.get(at).and_then(Word::literal);
    match word(0)?.as_str() {
        "break" => {
            let levels = word(1).and_then(|levels| levels.parse::<usize>().ok()).unwrap_or(1);
            (levels > depth).then_some(ExitKind::Break)
        }
        "return" => Some(ExitKind::Return),
        "exit" => Some(ExitKind::Exit),
        "exec" if simple.words.len() > 1 => Some(ExitKind::Exit),
        _ => None,
    }
}

fn bound(unit: &Unit, command: &Command) -> Option<Bound> {
    let condition = match &command.kind {
        CommandKind::For { .. } => return Some(Bound::Words),
        CommandKind::Loop { condition, .. } => condition.as_slice(),
        CommandKind::ArithmeticFor { condition, step, .. } => {
            let changed = assigned_in(&step.text);
            return changed
                .into_iter()
                .find(|name| condition.text.contains(*name))
                .map(|name| Bound::Counter(name.to_owned()));
        }
        _ => &[],
    };
    if condition.first().is_some_and(is_read) {
        return Some(Bound::Input);
    }
    if unit.wrapper.iter().any(|word| commands::is(word, Trait::LimitsTime)) {
        return Some(Bound::Timeout);
    }
    let compared = compared(condition, body(command));
    if compared.iter().any(|text| text.contains(CLOCK)) {
        return Some(Bound::Deadline);
    }
    let changed = assigned(command).counted;
    changed.into_iter().find(|name| compared.iter().any(|text| mentions(text, name))).map(Bound::Counter)
}

/// The variable that holds the time since the shell started (bash(1)); for a test of the clock in any way.
const CLOCK: &str = "SECONDS";

/// `while read …`: it ends with its input.
fn is_read(command: &Command) -> bool {
    match &command.kind {
        CommandKind::Simple(simple) => {
            simple.words.first().and_then(Word::literal).as_deref() == Some("read")
        }
        CommandKind::Or(left, _) | CommandKind::And(left, _) => is_read(left),
        _ => false,
    }
}

/// What the tests compare that decide whether the loop goes on: in its condition, and over an exit of its body. Each as
/// the words and expressions in it, `$NAME` for a variable.
fn compared(condition: &[Command], body: &[Command]) -> Vec<String> {
    let mut texts = Vec::new();
    tests(condition, &mut texts);
    visit::walk(body, &mut |node, _| {
        if let Node::Command(command) = node {
            match &command.kind {
                CommandKind::If { arms, .. } => {
                    for arm in arms.iter().filter(|arm| leaves(&arm.body)) {
                        tests(&arm.condition, &mut texts);
                    }
                }
                CommandKind::And(test, then) | CommandKind::Or(test, then)
                    if leaves(std::slice::from_ref(&**then)) =>
                {
                    tests(std::slice::from_ref(&**test), &mut texts);
                }
                _ => {}
            }
        }
        Next::Into
    });
    texts
}

fn leaves(list: &[Command]) -> bool {
    let mut found = false;
    visit::commands(list, |command| found |= exit_kind(command, 0).is_some());
    found
}

/// The words of the tests in `list`.
fn tests(list: &[Command], texts: &mut Vec<String>) {
    visit::walk(list, &mut |node, _| {
        match node {
            Node::Command(command) => match &command.kind {
                CommandKind::Arithmetic(expression) => texts.push(expression.text.clone()),
                CommandKind::Simple(simple) => {
                    let name = simple.words.first().and_then(Word::literal);
                    if name.as_deref().is_some_and(is_test_name) {
                        texts.extend(simple.words.iter().map(shown));
                    } else if name.as_deref().is_some_and(|name| commands::is(name, Trait::TellsTime)) {
                        texts.push(CLOCK.to_owned());
                    }
                }
                _ => {}
            },
            Node::Condition(condition) => {
                if let crate::shell::ir::ConditionKind::Binary(left, _, right) = &condition.kind {
                    texts.extend([shown(left), shown(right)]);
                }
            }
            _ => {}
        }
        Next::Into
    });
}

/// A word with `$NAME` for its variables.
fn shown(word: &Word) -> String {
    let parts = word.parts.iter().map(|part| match &part.kind {
        PartKind::Literal { text, .. } => text.clone(),
        PartKind::Variable { name, .. } => format!("${name}"),
        PartKind::Arithmetic(expression) => expression.text.clone(),
        _ => String::new(),
    });
    parts.collect()
}

/// Whether a test's text speaks of variable `name`: as `$name`, or by itself in an expression.
fn mentions(text: &str, name: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + name.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(is_name) && !after.is_some_and(is_name)
    })
}

/// What a loop sets.
#[derive(Default)]
pub(super) struct Assigned {
    /// The names, in any way.
    pub(super) names: Vec<String>,
    /// Those that are counted: set to an arithmetic expression or by `expr`.
    pub(super) counted: Vec<String>,
    /// How many nodes were looked at.
    pub(super) visited: usize,
}

/// The variables that `command` may set, by assignment, `read`, `for` and arithmetic.
pub(super) fn assigned(command: &Command) -> Assigned {
    let mut assigned = Assigned::default();
    visit::walk(std::slice::from_ref(command), &mut |node, _| {
        assigned.visited += 1;
        match node {
            Node::Assignment(assignment) => {
                assigned.names.push(assignment.name.clone());
                if assignment.value.words().iter().any(counts) {
                    assigned.counted.push(assignment.name.clone());
                }
            }
            Node::Part(part) => {
                if let PartKind::Arithmetic(expression) = &part.kind {
                    assigned.counted(&expression.text);
                }
            }
            Node::Command(inner) => assigned.command(inner),
            _ => {}
        }
        Next::Into
    });
    assigned
}

impl Assigned {
    fn counted(&mut self, expression: &str) {
        for name in assigned_in(expression) {
            self.names.push(name.to_owned());
            self.counted.push(name.to_owned());
        }
    }

    fn command(&mut self, command: &Command) {
        match &command.kind {
            CommandKind::For { name, .. } | CommandKind::Select { name, .. } => self.names.push(name.clone()),
            CommandKind::Arithmetic(expression) => self.counted(&expression.text),
            CommandKind::ArithmeticFor { init, step, .. } => {
                self.counted(&init.text);
                self.counted(&step.text);
            }
            CommandKind::Simple(simple) => {
                let name = simple.words.first().and_then(Word::literal);
                let operands = simple.words.iter().skip(1).filter_map(|word| match word.parts.first() {
                    Some(part) => match &part.kind {
                        PartKind::Literal { text, .. } => Some((text.as_str(), word)),
                        _ => None,
                    },
                    None => None,
                });
                match name.as_deref() {
                    Some("let") => operands.for_each(|(text, _)| self.counted(text)),
                    Some("read" | "getopts" | "export" | "local" | "readonly" | "declare" | "typeset") => {
                        for (text, word) in operands {
                            let own = text.split('=').next().unwrap_or_default().to_owned();
                            if counts(word) {
                                self.counted.push(own.clone());
                            }
                            self.names.push(own);
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

/// Whether a value is a count: `$((i + 1))`, `$(expr $i + 1)`.
fn counts(word: &Word) -> bool {
    word.parts.iter().any(|part| match &part.kind {
        PartKind::Arithmetic(_) => true,
        PartKind::Substitution { body, .. } => is_expr(body),
        _ => false,
    })
}

fn is_expr(list: &List) -> bool {
    let mut found = false;
    visit::commands(list, |command| {
        if let CommandKind::Simple(simple) = &command.kind {
            let name = simple.words.first().and_then(Word::literal);
            found |= name.is_some_and(|name| commands::is(&name, Trait::Calculates));
        }
    });
    found
}

/// The names that an arithmetic expression assigns: `i++`, `--i`, `i += 2`, `i = 0`.
pub(super) fn assigned_in(expression: &str) -> Vec<&str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut names = Vec::new();
    let mut rest = expression;
    let mut before = "";
    while let Some(start) = rest.find(is_name) {
        let (head, tail) = rest.split_at(start);
        let end = tail.find(|c| !is_name(c)).unwrap_or(tail.len());
        let (name, after) = tail.split_at(end);
        let next = after.trim_start();
        let is_set = next.starts_with("++")
            || next.starts_with("--")
            || head.trim_end().ends_with("++")
            || head.trim_end().ends_with("--")
            || next.starts_with('=') && !next.starts_with("==")
            || ["+=", "-=", "*=", "/=", "%=", "<<=", ">>="].iter().any(|operator| next.starts_with(operator));
        if is_set && !name.starts_with(|c: char| c.is_ascii_digit()) && !before.ends_with('$') {
            names.push(name);
        }
        before = head;
        rest = after;
    }
    names
}
