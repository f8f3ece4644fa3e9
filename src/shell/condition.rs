//! `test` and `[`: what their arguments come to (POSIX XCU, *test*).

use super::ir::{Condition, Word};

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
        // `test` alone is false, as is the empty string.
        [] => Some(Condition::Word(Word::default())),
        [one] => Some(Condition::Word(one.clone())),
        [one, two] => two_arguments(one, two),
        [one, two, three] => three_arguments(one, two, three).or_else(|| grammar(arguments)),
        [not, rest @ ..] if arguments.len() == 4 && is(not, "!") => Some(negation(condition(rest)?)),
        [open, inner @ .., close] if arguments.len() == 4 && is(open, "(") && is(close, ")") => {
            condition(inner)
        }
        _ if arguments.len() > MAX_ARGUMENTS => None,
        _ => grammar(arguments),
    }
}

fn two_arguments(one: &Word, two: &Word) -> Option<Condition> {
    if is(one, "!") {
        return Some(negation(Condition::Word(two.clone())));
    }
    Some(Condition::Unary(unary_operator(one)?, two.clone()))
}

fn three_arguments(one: &Word, two: &Word, three: &Word) -> Option<Condition> {
    if let Some(operator) = binary_operator(two) {
        return Some(Condition::Binary(one.clone(), operator, three.clone()));
    }
    if is(two, "-a") || is(two, "-o") {
        let (left, right) = (Condition::Word(one.clone()), Condition::Word(three.clone()));
        let (left, right) = (Box::new(left), Box::new(right));
        return Some(if is(two, "-a") { Condition::And(left, right) } else { Condition::Or(left, right) });
    }
    if is(one, "!") {
        return Some(negation(two_arguments(two, three)?));
    }
    (is(one, "(") && is(three, ")")).then(|| Condition::Word(two.clone()))
}

fn negation(inner: Condition) -> Condition {
    Condition::Not(Box::new(inner))
}

/// The whole of `arguments` by the grammar.
fn grammar(arguments: &[Word]) -> Option<Condition> {
    let (condition, rest) = disjunction(arguments)?;
    rest.is_empty().then_some(condition)
}

type Parsed<'a> = Option<(Condition, &'a [Word])>;

fn disjunction(words: &[Word]) -> Parsed<'_> {
    chain(words, "-o", conjunction, Condition::Or)
}

fn conjunction(words: &[Word]) -> Parsed<'_> {
    chain(words, "-a", term, Condition::And)
}

fn chain<'a>(
    words: &'a [Word],
    operator: &str,
    operand: fn(&'a [Word]) -> Parsed<'a>,
    join: fn(Box<Condition>, Box<Condition>) -> Condition,
) -> Parsed<'a> {
    let (mut left, mut rest) = operand(words)?;
    while let [first, after @ ..] = rest
        && is(first, operator)
    {
        let (right, remaining) = operand(after)?;
        left = join(Box::new(left), Box::new(right));
        rest = remaining;
    }
    Some((left, rest))
}

fn term(words: &[Word]) -> Parsed<'_> {
    match words {
        [not, rest @ ..] if is(not, "!") => {
            let (inner, rest) = term(rest)?;
            Some((negation(inner), rest))
        }
        [left, operator, right, rest @ ..] if binary_operator(operator).is_some() => {
            Some((Condition::Binary(left.clone(), binary_operator(operator)?, right.clone()), rest))
        }
        [open, rest @ ..] if is(open, "(") => {
            let (inner, rest) = disjunction(rest)?;
            let (close, rest) = rest.split_first()?;
            is(close, ")").then_some((inner, rest))
        }
        [operator, operand, rest @ ..] if unary_operator(operator).is_some() => {
            Some((Condition::Unary(unary_operator(operator)?, operand.clone()), rest))
        }
        [word, rest @ ..] => Some((Condition::Word(word.clone()), rest)),
        [] => None,
    }
}

/// Operators are compared after quote removal: `"-f"` is one, too.
fn is(word: &Word, text: &str) -> bool {
    word.literal().is_some_and(|literal| literal == text)
}

/// `-h` becomes `-L`, its other name. bash's `-a file` and `-o option` aren't known to dash.
fn unary_operator(word: &Word) -> Option<String> {
    let text = word.literal()?;
    let operator = match text.as_str() {
        "-h" => "-L",
        known if UNARY.contains(&known) => known,
        _ => return None,
    };
    Some(operator.to_owned())
}

/// POSIX's, those that dash and busybox share with bash, and bash's own `-v` and `-N`.
const UNARY: [&str; 22] = [
    "-b", "-c", "-d", "-e", "-f", "-g", "-G", "-k", "-L", "-n", "-N", "-O", "-p", "-r", "-s", "-S", "-t",
    "-u", "-w", "-x", "-z", "-v",
];

/// `==` becomes `=`.
fn binary_operator(word: &Word) -> Option<String> {
    // `<` and `>` come escaped, or they would be redirections.
    let text = word.literal()?;
    let operator = match text.as_str() {
        "==" => "=",
        known if BINARY.contains(&known) => known,
        _ => return None,
    };
    Some(operator.to_owned())
}

const BINARY: [&str; 13] =
    ["=", "!=", "<", ">", "-eq", "-ne", "-gt", "-ge", "-lt", "-le", "-nt", "-ot", "-ef"];
