//! Conditions of branches, and what a reading takes for true.

use std::collections::HashMap;

use super::action;

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
    fact: Fact,
    /// False for `not …` and `ne …`.
    holds: bool,
}

/// What is true or false throughout a reading.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Fact {
    /// Equal texts are equal facts.
    text: String,
    /// The body whose `.` or variables it speaks of, by the offset where it opens.
    scope: Option<usize>,
    /// What `eq` compares with a literal; of several such facts at most one holds.
    subject: Option<String>,
}

/// How deeply `and`, `or` and `not` are looked into.
const MAX_DEPTH: usize = 10;

impl Condition {
    /// The condition that is written as `text` in a body that opens at `scope`.
    pub(super) fn of(text: &str, scope: Option<usize>) -> Self {
        Self::read(text, true, scope, MAX_DEPTH)
    }

    /// That `text` holds, or that it doesn't.
    fn read(text: &str, holds: bool, scope: Option<usize>, depth: usize) -> Self {
        let text = in_parentheses(text.trim()).unwrap_or(text.trim());
        let (operator, operands) = call(text);
        match (operator, operands.as_slice()) {
            _ if depth == 0 => {}
            ("not", [operand]) => return Self::read(operand, !holds, scope, depth - 1),
            ("and" | "or", [_, ..]) => {
                let parts = operands.iter().map(|operand| Self::read(operand, holds, scope, depth - 1));
                let is_all = (operator == "and") == holds;
                if let Some(literals) = parts.map(|part| part.of_kind(is_all)).collect::<Option<Vec<_>>>() {
                    let literals = literals.concat();
                    return if is_all { Self::All(literals) } else { Self::Any(literals) };
                }
            }
            _ if in_parentheses(text).is_some() => return Self::read(text, holds, scope, depth - 1),
            _ => {}
        }
        Self::All(vec![Literal::of(text, holds, scope)])
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
    /// What it says, one thing after another: a fact as it is written, after a `not` where it doesn't hold. `holds` is
    /// whether the condition does.
    pub(super) fn describe(&self, holds: bool) -> Vec<String> {
        match self {
            Self::All(literals) if holds || literals.len() == 1 => {
                literals.iter().map(|literal| literal.describe(holds)).collect()
            }
            Self::Any(literals) if !holds => literals.iter().map(|literal| literal.describe(holds)).collect(),
            Self::All(literals) | Self::Any(literals) => {
                let joined = literals.iter().map(|literal| literal.describe(holds)).collect::<Vec<_>>();
                vec![joined.join(" or ")]
            }
        }
    }
}

impl Literal {
    fn describe(&self, holds: bool) -> String {
        let not = if self.holds == holds { "" } else { "not " };
        format!("{not}`{}`", self.fact.text)
    }

    fn of(text: &str, holds: bool, scope: Option<usize>) -> Self {
        let scope = scope.filter(|_| action::is_local(text));
        let text = action::identity(text);
        let (text, holds) = match text.strip_prefix("ne ") {
            Some(operands) => (format!("eq {operands}"), !holds),
            None => (text, holds),
        };
        let subject = subject(&text);
        Self { fact: Fact { text, scope, subject }, holds }
    }
}

/// What is called, and with what; parentheses and strings stay whole.
fn call(text: &str) -> (&str, Vec<&str>) {
    let mut words = action::words(text);
    if words.is_empty() || words.contains(&"|") {
        return ("", Vec::new());
    }
    (words.remove(0), words)
}

/// What the parentheses around all of `text` hold.
fn in_parentheses(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('(')?.strip_suffix(')')?;
    let mut depth = 0_usize;
    for char in inner.chars() {
        match char {
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    (depth == 0).then(|| inner.trim())
}

/// `x` of `eq x "literal"` and of `eq "literal" x`.
fn subject(text: &str) -> Option<String> {
    let (_, operands) = call(text.strip_prefix("eq ").map(|_| text)?);
    let is_string = |text: &str| text.starts_with(['"', '`']);
    match operands.as_slice() {
        [first, second] if is_string(first) && !is_string(second) => Some((*second).to_owned()),
        [first, second] if is_string(second) && !is_string(first) => Some((*first).to_owned()),
        _ => None,
    }
}

/// What a reading takes for true and for false.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    known: HashMap<Fact, bool>,
    /// The fact that holds of each subject and scope.
    equal: HashMap<(String, Option<usize>), Fact>,
}

impl Facts {
    /// Whether `condition` holds; `None` where nothing says so.
    pub(super) fn holds(&self, condition: &Condition) -> Option<bool> {
        let (literals, decisive) = match condition {
            Condition::All(literals) => (literals, false),
            Condition::Any(literals) => (literals, true),
        };
        let known = || literals.iter().map(|literal| self.literal(literal));
        if known().any(|known| known == Some(decisive)) {
            return Some(decisive);
        }
        known().all(|known| known.is_some()).then_some(!decisive)
    }

    fn literal(&self, literal: &Literal) -> Option<bool> {
        let fact = &literal.fact;
        let known = self.known.get(fact).copied().or_else(|| {
            let equal = self.equal.get(&(fact.subject.clone()?, fact.scope))?;
            Some(equal == fact)
        });
        known.map(|known| known == literal.holds)
    }

    /// Takes `condition` for true or for false; what is known already stays as it is.
    ///
    /// Of several literals, one of which decides, the last that is open is taken: it is the most particular.
    pub(super) fn assume(&mut self, condition: &Condition, holds: bool) {
        if self.holds(condition).is_some() {
            return;
        }
        let (literals, is_all) = match condition {
            Condition::All(literals) => (literals, holds),
            Condition::Any(literals) => (literals, !holds),
        };
        let open: Vec<&Literal> = literals.iter().filter(|literal| self.literal(literal).is_none()).collect();
        let taken = if is_all { open.as_slice() } else { open.last().map_or(&[][..], std::slice::from_ref) };
        for literal in taken {
            self.set(literal, holds);
        }
    }

    /// Takes `condition` for true or for false, whatever was taken before.
    pub(super) fn force(&mut self, condition: &Condition, holds: bool) {
        let (Condition::All(literals) | Condition::Any(literals)) = condition;
        for fact in literals.iter().map(|literal| &literal.fact) {
            self.known.remove(fact);
            if let Some(subject) = fact.subject.clone() {
                self.equal.remove(&(subject, fact.scope));
            }
        }
        self.assume(condition, holds);
    }

    fn set(&mut self, literal: &Literal, holds: bool) {
        let fact = literal.fact.clone();
        let value = holds == literal.holds;
        if let Some(subject) = fact.subject.clone().filter(|_| value) {
            self.equal.insert((subject, fact.scope), fact.clone());
        }
        self.known.insert(fact, value);
    }
}
