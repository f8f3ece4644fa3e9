//! `test` and `[`: what their arguments come to (POSIX XCU, *test*).

use std::ops::Range;

use super::ir::{Condition, ConditionKind, Operator, Word};

/// Whether `name` is `test` or `[`, whose arguments are a condition.
#[must_use]
pub fn is_test_name(name: &str) -> bool {
    matches!(name, "[" | "test")
}

/// The condition of `test words…` or `[ words… ]`, name included; `None` for another command, a `[`
/// without its `]`, and what the grammar doesn't cover.
///
/// Words that aren't literal are taken for one operand each, as scripts mean them: an unquoted
/// variable may vanish or split when the script runs. Up to four arguments follow POSIX's table, more
/// follow the grammar that it gives up on: `!` binds tightest, then `-a`, then `-o`.
#[must_use]
pub fn test_command(words: &[Word]) -> Option<Condition> {
    let (name, arguments) = words.split_first()?;
    match name.literal()?.as_str() {
        // `test` alone is false, as is the empty string.
        "test" if arguments.is_empty() => {
            Some(plain(&Word { range: name.range.end..name.range.end, parts: Vec::new() }))
        }
        "test" => condition(arguments),
        "[" => {
            let (last, arguments) = arguments.split_last()?;
            if is(last, "]") { condition(arguments) } else { None }
        }
        _ => None,
    }
}

/// More arguments than this are no test that anybody wrote. It bounds the recursion.
const MAX_ARGUMENTS: usize = 64;

fn condition(arguments: &[Word]) -> Option<Condition> {
    match arguments {
        [] => Some(plain(&Word::default())),
        [one] => Some(plain(one)),
        [one, two] => two_arguments(one, two),
        [one, two, three] => three_arguments(one, two, three).or_else(|| grammar(arguments)),
        [not, rest @ ..] if arguments.len() == 4 && is(not, "!") => Some(negation(not, condition(rest)?)),
        [open, inner @ .., close] if arguments.len() == 4 && is(open, "(") && is(close, ")") => {
            Some(within(open, condition(inner)?, close))
        }
        _ if arguments.len() > MAX_ARGUMENTS => None,
        _ => grammar(arguments),
    }
}

fn two_arguments(one: &Word, two: &Word) -> Option<Condition> {
    if is(one, "!") {
        return Some(negation(one, plain(two)));
    }
    let kind = ConditionKind::Unary(unary_operator(one)?, two.clone());
    Some(Condition { range: from_to(&one.range, &two.range), kind })
}

fn three_arguments(one: &Word, two: &Word, three: &Word) -> Option<Condition> {
    if let Some(condition) = comparison(one, two, three) {
        return Some(condition);
    }
    if is(two, "-a") || is(two, "-o") {
        let join = if is(two, "-a") { ConditionKind::And } else { ConditionKind::Or };
        return Some(joined(plain(one), plain(three), join));
    }
    if is(one, "!") {
        return Some(negation(one, two_arguments(two, three)?));
    }
    (is(one, "(") && is(three, ")")).then(|| within(one, plain(two), three))
}

/// A word that is to be not empty.
fn plain(word: &Word) -> Condition {
    Condition { range: word.range.clone(), kind: ConditionKind::Word(word.clone()) }
}

fn negation(not: &Word, inner: Condition) -> Condition {
    let range = from_to(&not.range, &inner.range);
    Condition { range, kind: ConditionKind::Not(Box::new(inner)) }
}

fn within(open: &Word, inner: Condition, close: &Word) -> Condition {
    Condition { range: from_to(&open.range, &close.range), ..inner }
}

fn comparison(left: &Word, operator: &Word, right: &Word) -> Option<Condition> {
    let kind = ConditionKind::Binary(left.clone(), binary_operator(operator)?, right.clone());
    Some(Condition { range: from_to(&left.range, &right.range), kind })
}

fn joined(left: Condition, right: Condition, join: Join) -> Condition {
    let range = from_to(&left.range, &right.range);
    Condition { range, kind: join(Box::new(left), Box::new(right)) }
}

fn from_to(first: &Range<usize>, last: &Range<usize>) -> Range<usize> {
    first.start..last.end
}

/// `And` or `Or`.
type Join = fn(Box<Condition>, Box<Condition>) -> ConditionKind;

/// The whole of `arguments` by the grammar.
fn grammar(arguments: &[Word]) -> Option<Condition> {
    let (condition, rest) = disjunction(arguments)?;
    rest.is_empty().then_some(condition)
}

type Parsed<'a> = Option<(Condition, &'a [Word])>;

fn disjunction(words: &[Word]) -> Parsed<'_> {
    chain(words, "-o", conjunction, ConditionKind::Or)
}

fn conjunction(words: &[Word]) -> Parsed<'_> {
    chain(words, "-a", term, ConditionKind::And)
}

fn chain<'a>(
    words: &'a [Word],
    operator: &str,
    operand: fn(&'a [Word]) -> Parsed<'a>,
    join: Join,
) -> Parsed<'a> {
    let (mut left, mut rest) = operand(words)?;
    while let [first, after @ ..] = rest
        && is(first, operator)
    {
        let (right, remaining) = operand(after)?;
        left = joined(left, right, join);
        rest = remaining;
    }
    Some((left, rest))
}

fn term(words: &[Word]) -> Parsed<'_> {
    match words {
        [not, rest @ ..] if is(not, "!") => {
            let (inner, rest) = term(rest)?;
            Some((negation(not, inner), rest))
        }
        [left, operator, right, rest @ ..] if binary_operator(operator).is_some() => {
            Some((comparison(left, operator, right)?, rest))
        }
        [open, rest @ ..] if is(open, "(") => {
            let (inner, rest) = disjunction(rest)?;
            let (close, rest) = rest.split_first()?;
            is(close, ")").then(|| (within(open, inner, close), rest))
        }
        [operator, operand, rest @ ..] if unary_operator(operator).is_some() => {
            Some((two_arguments(operator, operand)?, rest))
        }
        [word, rest @ ..] => Some((plain(word), rest)),
        [] => None,
    }
}

/// Operators are compared after quote removal: `"-f"` is one, too.
fn is(word: &Word, text: &str) -> bool {
    word.literal().is_some_and(|literal| literal == text)
}

/// `-h` becomes `-L`, its other name. bash's `-a file` and `-o option` aren't known to dash.
fn unary_operator(word: &Word) -> Option<Operator> {
    let text = word.literal()?;
    let operator = match text.as_str() {
        "-h" => "-L",
        known if UNARY.contains(&known) => known,
        _ => return None,
    };
    Some(Operator { range: word.range.clone(), name: operator.to_owned() })
}

/// POSIX's, those that dash and busybox share with bash, and bash's own `-v` and `-N`.
const UNARY: [&str; 22] = [
    "-b", "-c", "-d", "-e", "-f", "-g", "-G", "-k", "-L", "-n", "-N", "-O", "-p", "-r", "-s", "-S", "-t",
    "-u", "-w", "-x", "-z", "-v",
];

/// `==` becomes `=`.
fn binary_operator(word: &Word) -> Option<Operator> {
    // `<` and `>` come escaped, or they would be redirections.
    let text = word.literal()?;
    let operator = match text.as_str() {
        "==" => "=",
        known if BINARY.contains(&known) => known,
        _ => return None,
    };
    Some(Operator { range: word.range.clone(), name: operator.to_owned() })
}

const BINARY: [&str; 13] =
    ["=", "!=", "<", ">", "-eq", "-ne", "-gt", "-ge", "-lt", "-le", "-nt", "-ot", "-ef"];
