//! Conditions of branches, and what a reading takes for true.

use std::collections::HashMap;

use super::action;

/// The condition of a branch: that `fact` holds, or that it doesn't.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) fact: Fact,
    /// False for `not …` and `ne …`.
    pub(super) holds: bool,
}

/// What is true or false throughout a reading.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Fact {
    /// Equal texts are equal facts.
    pub(super) text: String,
    /// The body whose `.` or variables it speaks of, by the offset where it opens.
    scope: Option<usize>,
    /// What `eq` compares with a literal; of several such facts at most one holds.
    subject: Option<String>,
}

impl Condition {
    /// The condition that is written as `text` in a body that opens at `scope`.
    pub(super) fn of(text: &str, scope: Option<usize>) -> Self {
        let (mut text, mut holds) = (text.trim(), true);
        loop {
            if let Some(inner) = in_parentheses(text) {
                text = inner;
            } else if let Some(inner) = negated(text) {
                (text, holds) = (inner, !holds);
            } else {
                break;
            }
        }
        let scope = scope.filter(|_| action::is_local(text));
        let mut text = action::identity(text);
        if let Some(operands) = text.strip_prefix("ne ") {
            text = format!("eq {operands}");
            holds = !holds;
        }
        let subject = subject(&text);
        Self { fact: Fact { text, scope, subject }, holds }
    }
}

fn negated(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("not")?;
    inner.starts_with([' ', '(', '\t', '\n']).then(|| inner.trim()).filter(|inner| is_one_operand(inner))
}

/// Whether `text` is one operand, so that a `not` before it is about all of it.
fn is_one_operand(text: &str) -> bool {
    !text.contains(char::is_whitespace) || in_parentheses(text).is_some()
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
    let mut words = text.strip_prefix("eq ")?.split(' ');
    let (first, second) = (words.next()?, words.next()?);
    if words.next().is_some() {
        return None;
    }
    match (first.starts_with('"'), second.starts_with('"')) {
        (true, false) => Some(second.to_owned()),
        (false, true) => Some(first.to_owned()),
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
        let fact = &condition.fact;
        let known = self.known.get(fact).copied().or_else(|| {
            let equal = self.equal.get(&(fact.subject.clone()?, fact.scope))?;
            Some(equal == fact)
        });
        known.map(|known| known == condition.holds)
    }

    /// Takes `condition` for true or for false, whatever was taken before.
    pub(super) fn force(&mut self, condition: &Condition, holds: bool) {
        let fact = &condition.fact;
        self.known.remove(fact);
        if let Some(subject) = fact.subject.clone() {
            self.equal.remove(&(subject, fact.scope));
        }
        self.assume(condition, holds);
    }

    /// Takes `condition` for true or for false; what is known already stays as it is.
    pub(super) fn assume(&mut self, condition: &Condition, holds: bool) {
        if self.holds(condition).is_some() {
            return;
        }
        let fact = condition.fact.clone();
        let value = holds == condition.holds;
        if let Some(subject) = fact.subject.clone().filter(|_| value) {
            self.equal.insert((subject, fact.scope), fact.clone());
        }
        self.known.insert(fact, value);
    }
}
