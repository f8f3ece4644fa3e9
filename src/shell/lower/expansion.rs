//! Parameter expansions.

use std::ops::Range;

use shuck_ast::{
    BourneParameterExpansion as Bourne, Name, ParameterExpansion, ParameterExpansionSyntax, ParameterOp,
    VarRef, Word as AstWord, WordPart,
};

use super::super::Unparsed;
use super::super::ir::{Operation, Part, Word};
use super::literal::Quoting;
use super::{Lowered, Lowering, range, unread};

impl Lowering<'_> {
    /// `$NAME`.
    #[expect(clippy::unused_self, reason = "reads as its siblings do")]
    pub(super) fn variable(&self, name: &Name, quoted: bool) -> Part {
        Part::Variable { name: name.to_string(), operation: Operation::Plain, quoted }
    }

    /// `${…}`.
    pub(super) fn parameter(&mut self, parameter: &ParameterExpansion, quoting: Quoting) -> Lowered<Part> {
        let place = range(parameter.span);
        self.closed(&place)?;
        let ParameterExpansionSyntax::Bourne(bourne) = &parameter.syntax else {
            return unread("a zsh expansion");
        };
        let (name, operation) = match bourne {
            Bourne::Access { reference } => (&reference.name, self.access(reference, place)),
            Bourne::Operation { reference, operator, operand_word_ast, colon_variant, .. }
                if reference.subscript.is_none() =>
            {
                let word = operand_word_ast.as_deref();
                (&reference.name, self.operation(operator, word, *colon_variant, place, quoting)?)
            }
            Bourne::Operation { reference, .. }
            | Bourne::Length { reference }
            | Bourne::Indices { reference }
            | Bourne::Indirect { reference, .. }
            | Bourne::Slice { reference, .. }
            | Bourne::Transformation { reference, .. } => (&reference.name, self.other(place)),
            Bourne::PrefixMatch { prefix, .. } => (prefix, self.other(place)),
        };
        Ok(Part::Variable { name: name.to_string(), operation, quoted: quoting == Quoting::Double })
    }

    /// The word parts that are expansions of parameters.
    pub(super) fn expansion(
        &mut self,
        part: &WordPart,
        place: Range<usize>,
        quoting: Quoting,
    ) -> Lowered<Part> {
        self.closed(&place)?;
        let (name, operation) = match part {
            WordPart::Variable(name) => (name, Operation::Plain),
            WordPart::Parameter(parameter) => return self.parameter(parameter, quoting),
            WordPart::ParameterExpansion { reference, operator, operand_word_ast, colon_variant, .. }
                if reference.subscript.is_none() =>
            {
                let word = operand_word_ast.as_deref();
                (&reference.name, self.operation(operator, word, *colon_variant, place, quoting)?)
            }
            WordPart::ParameterExpansion { reference, .. }
            | WordPart::Length(reference)
            | WordPart::ArrayAccess(reference)
            | WordPart::ArrayLength(reference)
            | WordPart::ArrayIndices(reference)
            | WordPart::Substring { reference, .. }
            | WordPart::ArraySlice { reference, .. }
            | WordPart::IndirectExpansion { reference, .. }
            | WordPart::Transformation { reference, .. } => (&reference.name, self.other(place)),
            WordPart::PrefixMatch { prefix, .. } => (prefix, self.other(place)),
            _ => return unread("this expansion"),
        };
        Ok(Part::Variable { name: name.to_string(), operation, quoted: quoting == Quoting::Double })
    }

    /// The parser takes the end of the script for the end of `${`.
    fn closed(&self, place: &Range<usize>) -> Lowered<()> {
        let raw = self.slice(place.clone());
        if raw.starts_with("${") && !raw.ends_with('}') {
            let message = "unterminated parameter expansion".to_owned();
            return Err(Unparsed::Syntax { range: place.clone(), message, certain: false });
        }
        Ok(())
    }

    fn access(&self, reference: &VarRef, place: Range<usize>) -> Operation {
        if reference.subscript.is_some() { self.other(place) } else { Operation::Plain }
    }

    /// As written, without `${` and `}`.
    fn other(&self, place: Range<usize>) -> Operation {
        let raw = self.slice(place);
        let inner = raw.strip_prefix("${").and_then(|raw| raw.strip_suffix('}'));
        Operation::Other(inner.unwrap_or(raw).to_owned())
    }

    fn operation(
        &mut self,
        operator: &ParameterOp,
        word: Option<&AstWord>,
        or_empty: bool,
        place: Range<usize>,
        quoting: Quoting,
    ) -> Lowered<Operation> {
        let (suffix, longest, pattern) = match operator {
            ParameterOp::UseDefault => {
                return Ok(Operation::Default { or_empty, word: self.operand_word(word, &place, quoting)? });
            }
            ParameterOp::AssignDefault => {
                return Ok(Operation::AssignDefault {
                    or_empty,
                    word: self.operand_word(word, &place, quoting)?,
                });
            }
            ParameterOp::UseReplacement => {
                return Ok(Operation::Alternative {
                    or_empty,
                    word: self.operand_word(word, &place, quoting)?,
                });
            }
            ParameterOp::Error => return Ok(Operation::Required { or_empty }),
            ParameterOp::RemovePrefixShort { pattern } => (false, false, pattern),
            ParameterOp::RemovePrefixLong { pattern } => (false, true, pattern),
            ParameterOp::RemoveSuffixShort { pattern } => (true, false, pattern),
            ParameterOp::RemoveSuffixLong { pattern } => (true, true, pattern),
            _ => return Ok(self.other(place)),
        };
        self.same(pattern.span.end.offset(), place.end.saturating_sub(1))?;
        Ok(Operation::Trim { suffix, longest, pattern: self.pattern(pattern)? })
    }

    /// The word after `:-`; without one, an empty word before the brace.
    fn operand_word(
        &mut self,
        word: Option<&AstWord>,
        place: &Range<usize>,
        quoting: Quoting,
    ) -> Lowered<Word> {
        let end = place.end.saturating_sub(1);
        if let Some(word) = word {
            self.same(word.span.end.offset(), end)?;
            return self.word_within(word, quoting);
        }
        Ok(Word { range: end..end, parts: Vec::new() })
    }
}
