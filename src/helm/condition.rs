//! Conditions of branches.

use std::collections::HashMap;

use super::library::{Library, Named};
use super::scope::Scope;
use super::{action, constant, implied};

/// The condition of a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    /// All of them hold: one fact, or `and`. Of none that is so whatever the values are.
    All(Vec<Literal>),
    /// One of them holds: `or`. Of none it never does.
    Any(Vec<Literal>),
}

/// That a fact is true, or that it is false, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Literal {
    pub(super) claim: Claim,
    /// What is so wherever its fact holds.
    pub(super) implied: Vec<Claim>,
    /// The fact as it is written.
    text: String,
    /// Whether that says the opposite of the fact: of `lt` and `ge` the fact is always the first.
    is_opposite: bool,
    /// Whether it hangs on what a named template is called with.
    is_of_call: bool,
}

/// That a fact is true, or that it is false.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) fact: FactId,
    /// What `eq` compares with a literal, or `kindIs`; of several such facts at most one holds.
    pub(super) subject: Option<SubjectId>,
    /// False for `not …` and `ne …`.
    pub(super) holds: bool,
}

/// What is true or false throughout a reading, by its number in the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FactId(pub(super) usize);

/// What some facts compare with literals, by its number in the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SubjectId(pub(super) usize);

/// Numbers the facts of a template: what is asked for each branch of each reading shouldn't be a text.
#[derive(Debug, Default)]
pub(super) struct FactIds<'t> {
    facts: Numbers,
    subjects: Numbers,
    /// What was read in bodies of a scope, by its text: many branches of a template ask for the same.
    literals: HashMap<Scope, HashMap<String, Literal>>,
    /// The named templates that conditions may ask for.
    library: Option<&'t Library>,
    /// How many of them ask for the one whose condition is being read.
    depth: usize,
}

/// Equal texts are equal, where they speak of the `.` or the variables of the same body: that of the number.
type Numbers = HashMap<(String, Option<usize>), usize>;

impl<'t> FactIds<'t> {
    /// None yet, of a template that may include what is in `library`.
    pub(super) fn new(library: Option<&'t Library>) -> Self {
        Self { library, ..Self::default() }
    }

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
    /// The condition that is written as `text` in a body of this `scope`.
    pub(super) fn of(text: &str, scope: Scope, ids: &mut FactIds<'_>) -> Self {
        Self::read(text, true, scope, ids, MAX_DEPTH)
    }

    /// That `text` holds, or that it doesn't.
    fn read(text: &str, holds: bool, scope: Scope, ids: &mut FactIds<'_>, depth: usize) -> Self {
        let text = action::in_parentheses(text.trim()).unwrap_or(text.trim());
        let words = action::call(text);
        match words.as_slice() {
            _ if depth == 0 => {}
            ["not" | "empty", operand] => return Self::read(operand, !holds, scope, ids, depth - 1),
            ["default", other, value] => {
                let parts = [value, other].map(|operand| Self::read(operand, holds, scope, ids, depth - 1));
                if let Some(joined) = Self::joined(parts.into(), !holds) {
                    return joined;
                }
            }
            [operator @ ("and" | "or" | "coalesce"), operands @ ..] if !operands.is_empty() => {
                let parts = operands.iter().map(|operand| Self::read(operand, holds, scope, ids, depth - 1));
                if let Some(joined) = Self::joined(parts.collect(), (*operator == "and") == holds) {
                    return joined;
                }
            }
            ["ternary", one, other, decides] => match (constant::truth(one), constant::truth(other)) {
                (Some(one), Some(other)) if one == other => return Self::constant(one == holds),
                (Some(one), Some(_)) => return Self::read(decides, one == holds, scope, ids, depth - 1),
                _ => {}
            },
            [function, operand]
                if constant::keeps(function)
                    && Self::read(operand, true, scope, ids, depth - 1).always_holds() =>
            {
                return Self::constant(holds);
            }
            _ if action::in_parentheses(text).is_some() => {
                return Self::read(text, holds, scope, ids, depth - 1);
            }
            _ => {}
        }
        match constant::truth(text) {
            Some(is_true) => Self::constant(is_true == holds),
            None => Self::All(vec![Literal::of(text, holds, scope, ids)]),
        }
    }

    /// That all of `parts` hold, or any of them. `None` where that can't be said in one word.
    fn joined(parts: Vec<Self>, is_all: bool) -> Option<Self> {
        let decisive = Self::constant(!is_all);
        if parts.contains(&decisive) {
            return Some(decisive);
        }
        let literals =
            parts.into_iter().map(|part| part.of_kind(is_all)).collect::<Option<Vec<_>>>()?.concat();
        Some(if is_all { Self::All(literals) } else { Self::Any(literals) })
    }

    /// What always holds, or never does.
    fn constant(holds: bool) -> Self {
        if holds { Self::All(Vec::new()) } else { Self::Any(Vec::new()) }
    }

    /// Whether it holds whatever the values are.
    pub(super) fn always_holds(&self) -> bool {
        *self == Self::constant(true)
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
        let said = literals.iter().map(|literal| Said { literal, is_true: literal.claim.holds == holds });
        if is_all { said.map(|one| vec![one]).collect() } else { vec![said.collect()] }
    }

    /// Whether it hangs on what a named template is called with, which may settle it.
    pub(super) fn is_of_call(&self) -> bool {
        let (Self::All(literals) | Self::Any(literals)) = self;
        literals.iter().any(|literal| literal.is_of_call)
    }

    /// Whether `other` can't hold where it does, since both compare the same with different literals.
    pub(super) fn excludes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All(own), Self::All(others)) => own.iter().any(|own| {
                let is_other = |other: &Literal| {
                    let (own, other) = (own.claim, other.claim);
                    own.holds && other.holds && own.subject == other.subject && own.fact != other.fact
                };
                own.claim.subject.is_some() && others.iter().any(is_other)
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
        let not = if self.is_true == self.literal.is_opposite { "not " } else { "" };
        format!("{not}`{}`", self.literal.text)
    }

    /// Whether `other` goes without saying beside it.
    pub(super) fn implies(&self, other: &Self) -> bool {
        self.is_true == other.is_true && {
            let (from, to) = if self.is_true { (self, other) } else { (other, self) };
            from.literal.implied.iter().any(|implied| implied.holds && implied.fact == to.literal.claim.fact)
        }
    }
}

impl PartialEq for Said<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Literal {
    /// That the fact which is written as `text` holds, or that it doesn't.
    fn of(text: &str, holds: bool, scope: Scope, ids: &mut FactIds<'_>) -> Self {
        let known = ids.literals.get(&scope).and_then(|literals| literals.get(text)).cloned();
        let literal = known.unwrap_or_else(|| {
            let read = Self::read(text, true, scope, ids);
            // Within what named templates ask for, not as many others are looked into.
            if ids.depth == 0 {
                ids.literals.entry(scope).or_default().insert(text.to_owned(), read.clone());
            }
            read
        });
        Self { claim: Claim { holds: literal.claim.holds == holds, ..literal.claim }, ..literal }
    }

    fn read(text: &str, holds: bool, whole_scope: Scope, ids: &mut FactIds<'_>) -> Self {
        let scope = whole_scope.of(text);
        let text = action::identity(text);
        let (text, holds) = match text.strip_prefix("ne ") {
            Some(operands) => (format!("eq {operands}"), !holds),
            None => (text, holds),
        };
        let words = action::call(&text);
        if let Some((fact, is_opposite)) = compared(&words).filter(|(fact, _)| *fact != text) {
            let literal = Self::read(&fact, holds != is_opposite, whole_scope, ids);
            return Self { text, is_opposite, ..literal };
        }
        let subject = subject(&words).map(|subject| ids.subject(subject, scope));
        let values = implied::by(&text).into_iter();
        let values = values.map(|text| Claim {
            fact: ids.fact(text.clone(), whole_scope.of(&text)),
            subject: None,
            holds: true,
        });
        let mut implied: Vec<Claim> = values.collect();
        implied.extend(asked_by(&text, &words, whole_scope, ids));
        let claim = Claim { fact: ids.fact(text.clone(), scope), subject, holds };
        Self { claim, implied, is_of_call: whole_scope.is_of_call(&text), text, is_opposite: false }
    }
}

/// How many named templates that ask for others are looked into.
const MAX_ASKED: usize = 3;

/// What is so where the named template that `text` includes, whose `words` these are, puts something out.
fn asked_by(text: &str, words: &[&str], scope: Scope, ids: &mut FactIds<'_>) -> Vec<Claim> {
    let Some(library) = ids.library.filter(|_| ids.depth < MAX_ASKED) else { return Vec::new() };
    let (included, output) = match words {
        ["eq", included, output] => {
            (action::in_parentheses(included).unwrap_or(""), Some(output.trim_matches('"')))
        }
        _ => (text, None),
    };
    // What another argument is isn't known there.
    let Some(call) = action::included(included).filter(|call| matches!(call.argument, "." | "$")) else {
        return Vec::new();
    };
    let asked = library.get(&call.name).and_then(Named::asked);
    let Some(asked) = asked.filter(|asked| {
        output.is_none_or(|output| output == asked.output) && !action::has_variable(asked.condition)
    }) else {
        return Vec::new();
    };
    ids.depth += 1;
    let condition = Condition::of(asked.condition, scope.called(call.argument, 0), ids);
    ids.depth -= 1;
    match condition {
        Condition::All(literals) => literals
            .iter()
            .flat_map(|literal| std::iter::once(literal.claim).chain(implied_where(literal)))
            .collect(),
        Condition::Any(_) => Vec::new(),
    }
}

/// What `literal` brings with it where it is so.
fn implied_where(literal: &Literal) -> impl Iterator<Item = Claim> {
    literal.implied.iter().copied().filter(|_| literal.claim.holds)
}

/// The comparison of these `words`, of several that mean the same or the opposite always the same; and whether that is the opposite.
fn compared(words: &[&str]) -> Option<(String, bool)> {
    match words {
        ["le", one, other] => Some((format!("gt {one} {other}"), true)),
        ["ge", one, other] => Some((format!("lt {one} {other}"), true)),
        ["semverCompare", constraint, version] => {
            let constraint = constraint.trim_matches(['"', '`', ' ']);
            let bound = constraint.trim_start_matches(['<', '>', '=']);
            let (operator, is_opposite) = match constraint.strip_suffix(bound)? {
                ">=" => ("<", true),
                ">" => ("<=", true),
                operator @ ("<" | "<=") => (operator, false),
                _ => return None,
            };
            let is_one = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+');
            let bound = bound.trim();
            let fact = format!("semverCompare \"{operator}{bound}\" {version}");
            bound.bytes().all(is_one).then_some((fact, is_opposite))
        }
        _ => None,
    }
}

/// What a comparison of these `words` compares where it holds for one value alone, or above it, or below it: of those at most one holds. `x` of
/// `eq x "literal"` and of `eq "literal" x`; `kindIs x` of `kindIs "map" x`; `x 1` of `gt x 1`.
fn subject(words: &[&str]) -> Option<String> {
    let is_string = |text: &str| text.starts_with(['"', '`']);
    let is_number = |text: &str| text.parse::<i64>().is_ok();
    match words {
        ["eq", first, second] if is_string(first) && !is_string(second) => Some((*second).to_owned()),
        ["eq", first, second] if is_string(second) && !is_string(first) => Some((*first).to_owned()),
        ["kindIs", kind, value] if is_string(kind) => Some(format!("kindIs {value}")),
        ["eq" | "gt" | "lt", value, number] if is_number(number) => Some(format!("{value} {number}")),
        _ => None,
    }
}
