//! Conditions of branches.

use foldhash::HashMap;

use super::library::{Library, Named};
use super::scope::Scope;
use super::{action, constant, implied};

/// The condition of a branch. A `not` before several facts is one before each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    /// One fact, or that it isn't so.
    Is(Literal),
    /// All of them hold: `and`, none in which is another. Single facts come first. Of none it holds whatever the values are.
    All(Vec<Self>),
    /// One of them holds: `or`, likewise. Of none it never does.
    Any(Vec<Self>),
}

/// That a fact is true, or that it is false, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Literal {
    pub(super) claim: Claim,
    /// What is so wherever its fact holds.
    pub(super) implied: Vec<Claim>,
    /// The fact as it is written.
    pub(super) text: String,
    /// Whether that says the opposite of the fact: of `lt` and `ge` the fact is always the first.
    pub(super) is_opposite: bool,
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
            [operator @ ("eq" | "ne"), value, known] | [operator @ ("eq" | "ne"), known, value]
                if constant::emptiness(known).is_some() && is_always_set(value) =>
            {
                let is_empty = constant::emptiness(known) == Some(*operator == "eq");
                return Self::read(value, is_empty != holds, scope, ids, depth - 1);
            }
            ["default", other, value] => {
                let parts = [value, other].map(|operand| Self::read(operand, holds, scope, ids, depth - 1));
                return Self::joined(parts, !holds);
            }
            [operator @ ("and" | "or" | "coalesce"), operands @ ..] if !operands.is_empty() => {
                let parts = operands.iter().map(|operand| Self::read(operand, holds, scope, ids, depth - 1));
                return Self::joined(parts, (*operator == "and") == holds);
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
            None => Self::Is(Literal::of(text, holds, scope, ids)),
        }
    }

    /// That all of `parts` hold, or any of them.
    fn joined(parts: impl IntoIterator<Item = Self>, is_all: bool) -> Self {
        let mut joined = Vec::new();
        for part in parts {
            match part {
                part if part == Self::constant(!is_all) => return part,
                Self::All(inner) if is_all => joined.extend(inner),
                Self::Any(inner) if !is_all => joined.extend(inner),
                part => joined.push(part),
            }
        }
        joined.sort_by_key(|part| !matches!(part, Self::Is(_)));
        match joined.pop() {
            Some(only) if joined.is_empty() => only,
            last => {
                joined.extend(last);
                if is_all { Self::All(joined) } else { Self::Any(joined) }
            }
        }
    }

    /// What always holds, or never does.
    fn constant(holds: bool) -> Self {
        if holds { Self::All(Vec::new()) } else { Self::Any(Vec::new()) }
    }

    /// Whether it holds whatever the values are.
    pub(super) fn always_holds(&self) -> bool {
        *self == Self::constant(true)
    }
}

impl Condition {
    /// What it is made of, and whether all of that is meant, rather than one.
    pub(super) fn parts(&self) -> (&[Self], bool) {
        match self {
            Self::Is(_) => (std::slice::from_ref(self), true),
            Self::All(parts) => (parts, true),
            Self::Any(parts) => (parts, false),
        }
    }

    /// Whether there is one way alone in which it `holds`, or doesn't: with all that it is made of.
    fn has_one_way(&self, holds: bool) -> bool {
        let (parts, is_all) = self.parts();
        matches!(self, Self::Is(_)) || is_all == holds && parts.iter().all(|part| part.has_one_way(holds))
    }

    /// The facts that it needs, whatever else it asks for.
    fn sure(&self) -> impl Iterator<Item = &Literal> {
        let (parts, is_all) = self.parts();
        parts.iter().filter(move |_| is_all).filter_map(|part| match part {
            Self::Is(literal) => Some(literal),
            _ => None,
        })
    }

    /// Whether it hangs on what a named template is called with, which may settle it.
    pub(super) fn is_of_call(&self) -> bool {
        match self {
            Self::Is(literal) => literal.is_of_call,
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::is_of_call),
        }
    }

    /// Whether `other` can't hold where it does, since both compare the same with different literals.
    pub(super) fn excludes(&self, other: &Self) -> bool {
        self.sure().any(|own| {
            let is_other = |other: &Literal| {
                let (own, other) = (own.claim, other.claim);
                own.holds && other.holds && own.subject == other.subject && own.fact != other.fact
            };
            own.claim.subject.is_some() && other.sure().any(is_other)
        })
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
        implied.extend(compared_with_nothing(&words).map(|value| {
            let value = action::identity(value);
            let scope = whole_scope.of(&value);
            Claim { fact: ids.fact(value, scope), subject: None, holds: false }
        }));
        implied.extend(asked_by(&text, &words, whole_scope, ids));
        let claim = Claim { fact: ids.fact(text.clone(), scope), subject, holds };
        Self { claim, implied, is_of_call: whole_scope.is_of_call(&text), text, is_opposite: false }
    }
}

/// What is `asked`, with that first which holds in one way alone: it may make the rest hold, of which a part of one's own
/// choice would be taken else.
pub(super) fn certain_first<'c>(
    asked: impl Iterator<Item = (&'c Condition, bool)>,
) -> impl Iterator<Item = (&'c Condition, bool)> {
    let (certain, open): (Vec<_>, Vec<_>) =
        asked.partition(|(condition, holds)| condition.has_one_way(*holds));
    certain.into_iter().chain(open)
}

/// Whether `value` is something where nobody sets what it is made of: `eq X false` says nothing then of an `X` that isn't set.
fn is_always_set(value: &str) -> bool {
    let words = action::in_parentheses(value).map(action::call);
    words.is_some_and(|words| matches!(words.as_slice(), ["default" | "coalesce", ..]))
}

/// The value that isn't true where the comparison of these `words` holds: `X` of `eq X false`.
fn compared_with_nothing<'t>(words: &[&'t str]) -> Option<&'t str> {
    match words {
        ["eq", value, known] | ["eq", known, value] if constant::emptiness(known) == Some(true) => {
            Some(value)
        }
        _ => None,
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
    let sure = condition.sure();
    sure.flat_map(|literal| std::iter::once(literal.claim).chain(implied_where(literal))).collect()
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
