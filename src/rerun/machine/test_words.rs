//! Stand-in until `shell::condition` is there.
use crate::shell::ir::{Condition, Word};

pub(super) fn test_command(words: &[Word]) -> Option<Condition> {
    let mut words = words.get(1..)?;
    if words.last().and_then(Word::literal).as_deref() == Some("]") {
        words = words.get(..words.len() - 1)?;
    }
    or(words)
}
fn split<'w>(words: &'w [Word], operator: &str) -> Option<(&'w [Word], &'w [Word])> {
    let at = words
        .iter()
        .skip(1)
        .position(|word| word.literal().as_deref() == Some(operator) && is_plain(word))?
        + 1;
    Some((words.get(..at)?, words.get(at + 1..)?))
}
fn is_plain(word: &Word) -> bool {
    matches!(word.parts.as_slice(), [crate::shell::ir::Part::Literal { quoted: false, .. }])
}
fn or(words: &[Word]) -> Option<Condition> {
    match split(words, "-o") {
        Some((left, right)) => Some(Condition::Or(Box::new(and(left)?), Box::new(or(right)?))),
        None => and(words),
    }
}
fn and(words: &[Word]) -> Option<Condition> {
    match split(words, "-a") {
        Some((left, right)) => Some(Condition::And(Box::new(single(left)?), Box::new(and(right)?))),
        None => single(words),
    }
}
fn single(words: &[Word]) -> Option<Condition> {
    match words {
        [] => Some(Condition::Word(Word::default())),
        [not, rest @ ..] if not.literal().as_deref() == Some("!") && !rest.is_empty() => {
            Some(Condition::Not(Box::new(single(rest)?)))
        }
        [word] => Some(Condition::Word(word.clone())),
        [operator, word] => Some(Condition::Unary(operator.literal()?, word.clone())),
        [left, operator, right] => Some(Condition::Binary(left.clone(), operator.literal()?, right.clone())),
        _ => None,
    }
}
