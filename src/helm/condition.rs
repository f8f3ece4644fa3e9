//! Conditions of branches.

use std::collections::HashMap;

use super::{action, implied};

/// The condition of a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    /// All of them hold: one fact, or `and`.
    All(Vec<Literal>),
    /// One of them holds: `or`.
    Any(Vec<Literal>),
}

/// That a fact is true, or that it is false.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Literal {
    pub(super) fact: FactId,
    /// What `eq` compares with a literal, or `kindIs`; of several such facts at most one holds.
    pub(super) subject: Option<SubjectId>,
    /// The facts that hold wherever it does.
    pub(super) implied: Vec<FactId>,
    /// False for `not …` and `ne …`.
    pub(super) holds: bool,
    /// The fact as it is written.
    text: String,
}

/// What is true or false throughout a reading, by its number in the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FactId(pub(super) usize);

/// What some facts compare with literals, by its number in the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SubjectId(pub(super) usize);

/// Numbers the facts of a template: what is asked for each branch of each reading shouldn't be a text.
#[derive(Debug, Default)]
pub(super) struct FactIds {
    facts: Numbers,
    subjects: Numbers,
}

/// Equal texts are equal, where they speak of the `.` or the variables of the same body: that which opens at the offset.
type Numbers = HashMap<(String, Option<usize>), usize>;

impl FactIds {
    /// The fact that is written as `text`.
    pub(super) fn fact(&mut self, text: String, scope: Option<usize>) -> FactId {
        FactId(number(&mut self.facts, text, scope))
    }

    /// What is written as `text` and compared with literals.
    pub(super) fn subject(&mut self, text: String, scope: Option<usize>) -> SubjectId {
        SubjectId(number(&mut self.subjects, text, scope))
    }
}

fn number(numbers: &mut Numbers, text: String, scope: Option<usize>) -> usize {
    let next = numbers.len();
    *numbers.entry((text, scope)).or_insert(next)
}

/// How deeply `and`, `or` and `not` are looked into.
const MAX_DEPTH: usize = 10;

impl Condition {
    /// The condition that is written as `text` in a body that opens at `scope`.
    pub(super) fn of(text: &str, scope: Option<usize>, ids: &mut FactIds) -> Self {
        Self::read(text, true, scope, ids, MAX_DEPTH)
    }

    /// That `text` holds, or that it doesn't.
    fn read(text: &str, holds: bool, scope: Option<usize>, ids: &mut FactIds, depth: usize) -> Self {
        let text = action::in_parentheses(text.trim()).unwrap_or(text.trim());
        let words = action::call(text);
        match words.as_slice() {
            _ if depth == 0 => {}
            ["not" | "empty", operand] => return Self::read(operand, !holds, scope, ids, depth - 1),
            ["default", "false" | "\"\"" | "nil" | "0" | "list" | "(list)" | "dict" | "(dict)", operand] => {
                return Self::read(operand, holds, scope, ids, depth - 1);
            }
            [operator @ ("and" | "or" | "coalesce"), operands @ ..] if !operands.is_empty() => {
                let parts = operands.iter().map(|operand| Self::read(operand, holds, scope, ids, depth - 1));
                let is_all = (*operator == "and") == holds;
                if let Some(literals) = parts.map(|part| part.of_kind(is_all)).collect::<Option<Vec<_>>>() {
                    let literals = literals.concat();
                    return if is_all { Self::All(literals) } else { Self::Any(literals) };
                }
            }
            _ if action::in_parentheses(text).is_some() => {
                return Self::read(text, holds, scope, ids, depth - 1);
            }
            _ => {}
        }
        Self::All(vec![Literal::of(text, holds, scope, ids)])
    }

    /// The literals, where they are all meant, or any of them; one is both.
    fn of_kind(self, is_all: bool) -> Option<Vec<Literal>> {
        match self {
            Self::All(literals) if is_all || literals.len() == 1 => Some(literals),
            Self::Any(literals) if !is_all || literals.len() == 1 => Some(literals),
            _ => None,
        }
    }
}

impl Condition {
    /// What it says, one thing after another, each with all of what would do. `holds` is whether the condition does.
    pub(super) fn said(&self, holds: bool) -> Vec<Vec<Said<'_>>> {
        let (literals, is_all) = match self {
            Self::All(literals) => (literals, holds),
            Self::Any(literals) => (literals, !holds),
        };
        let said = literals.iter().map(|literal| Said { literal, is_true: literal.holds == holds });
        if is_all { said.map(|one| vec![one]).collect() } else { vec![said.collect()] }
    }

    /// Whether `other` can't hold where it does, since both compare the same with different literals.
    pub(super) fn excludes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All(own), Self::All(others)) => own.iter().any(|own| {
                let is_other = |other: &Literal| {
                    own.holds && other.holds && own.subject == other.subject && own.fact != other.fact
                };
                own.subject.is_some() && others.iter().any(is_other)
            }),
            _ => false,
        }
    }
}

/// That a fact is true or that it is false, as people are told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said<'c> {
    literal: &'c Literal,
    is_true: bool,
}

impl Said<'_> {
    /// The fact as it is written, after a `not` where it doesn't hold.
    pub(super) fn text(&self) -> String {
        let not = if self.is_true { "" } else { "not " };
        format!("{not}`{}`", self.literal.text)
    }

    /// Whether `other` goes without saying beside it.
    pub(super) fn implies(&self, other: &Self) -> bool {
        self.is_true == other.is_true && {
            let (from, to) = if self.is_true { (self, other) } else { (other, self) };
            from.literal.implied.contains(&to.literal.fact)
        }
    }
}

impl PartialEq for Said<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.is_true == other.is_true && self.literal.text == other.literal.text
    }
}

impl Literal {
    fn of(text: &str, holds: bool, scope: Option<usize>, ids: &mut FactIds) -> Self {
        let whole_scope = scope;
        let scope_of = |text: &str| whole_scope.filter(|_| action::is_local(text));
        let scope = scope_of(text);
        let text = action::identity(text);
        let (text, holds) = match text.strip_prefix("ne ") {
            Some(operands) => (format!("eq {operands}"), !holds),
            None => (text, holds),
        };
        let subject = subject(&text).map(|subject| ids.subject(subject, scope));
        let implied = implied::by(&text).into_iter();
        let implied = implied.map(|text| (scope_of(&text), text)).map(|(scope, text)| ids.fact(text, scope));
        let implied = implied.collect();
        Self { fact: ids.fact(text.clone(), scope), subject, implied, holds, text }
    }
}

/// `x` of `eq x "literal"` and of `eq "literal" x`; `kindIs x` of `kindIs "map" x`.
fn subject(text: &str) -> Option<String> {
    let is_string = |text: &str| text.starts_with(['"', '`']);
    match action::call(text).as_slice() {
        ["eq", first, second] if is_string(first) && !is_string(second) => Some((*second).to_owned()),
        ["eq", first, second] if is_string(second) && !is_string(first) => Some((*first).to_owned()),
        ["kindIs", kind, value] if is_string(kind) => Some(format!("kindIs {value}")),
        _ => None,
    }
}
