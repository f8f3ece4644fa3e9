//! Patterns: of `case`, `[[ a == b ]]` and `${a#b}`.

use shuck_ast::{Pattern, PatternPart};

use super::super::dialect::Form;
use super::super::ir::Word;
use super::literal;
use super::{Lowered, Lowering, range};

impl Lowering<'_> {
    /// A pattern as a word with globs.
    pub(super) fn pattern(&mut self, pattern: &Pattern) -> Lowered<Word> {
        let mut parts = Vec::with_capacity(pattern.parts.len());
        for (index, node) in pattern.parts.iter().enumerate() {
            let place = range(node.span);
            match &node.kind {
                PatternPart::Literal(_) => {
                    literal::unquoted(&mut parts, self.slice(place.clone()), place.start, index == 0);
                }
                PatternPart::AnyString | PatternPart::AnyChar | PatternPart::CharClass(_) => {
                    literal::push_glob(&mut parts, self.slice(place.clone()), place);
                }
                PatternPart::Group { .. } => {
                    self.construct(place.clone(), Form::ExtendedGlob);
                    literal::push_glob(&mut parts, self.slice(place.clone()), place);
                }
                PatternPart::Word(word) => {
                    let word = self.word(word)?;
                    literal::append(&mut parts, word.parts);
                }
            }
        }
        Ok(Word { range: range(pattern.span), parts })
    }
}
