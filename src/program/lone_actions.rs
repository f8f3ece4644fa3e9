//! Scripts in which a template's action may stand for whole commands.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use crate::helm;
use crate::shell::ir::Script;
use crate::shell::{Parsed, Unparsed};
use crate::source::MappedText;

/// Parses `text`, the second time without what stands alone between blanks and only Helm knows: it may be whole commands
/// that an `include` brings. Texts that are `known` aren't parsed again.
pub(super) fn parse(text: MappedText, known: &Parsed) -> (MappedText, Result<Arc<Script>, Unparsed>) {
    let parsed = known.parse(text.as_str());
    if !matches!(parsed, Err(Unparsed::Syntax { .. })) {
        return (text, parsed);
    }
    let without = text.replace(&lone_placeholders(text.as_str()));
    match known.parse(without.as_str()) {
        Ok(script) => (without, Ok(script)),
        Err(_) => (text, parsed),
    }
}

fn lone_placeholders(text: &str) -> Vec<(Range<usize>, Cow<'static, str>)> {
    let words = text.split([' ', '\t', '\n']).scan(0, |at, word| {
        let start = *at;
        *at += word.len() + 1;
        Some((start, word))
    });
    let is_lone = |word: &str| !word.is_empty() && word.chars().all(helm::is_placeholder);
    let lone = words.filter(|(_, word)| is_lone(word));
    lone.map(|(start, word)| (start..start + word.len(), Cow::Borrowed(""))).collect()
}
