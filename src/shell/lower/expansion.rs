//! Parameter expansions.

use std::ops::Range;

use shuck_ast::{
    BourneParameterExpansion as Bourne, Name, ParameterExpansion, ParameterExpansionSyntax, ParameterOp,
    Pattern, VarRef, Word as AstWord, WordPart,
};

use super::super::Unparsed;
use super::super::dialect::Form;
use super::super::ir::{Operation, OperationKind, PartKind, Word};
use super::literal::Quoting;
use super::{Lowered, Lowering, range, unread};

impl Lowering<'_> {
    /// `$NAME`.
    #[expect(clippy::unused_self, reason = "reads as its siblings do")]
    pub(super) fn variable(&self, name: &Name, place: &Range<usize>, quoted: bool) -> PartKind {
        let operation = Operation { range: place.end..place.end, kind: OperationKind::Plain };
        PartKind::Variable { name: name.to_string(), operation, quoted }
    }

    /// `${…}`.
    pub(super) fn parameter(
        &mut self,
        parameter: &ParameterExpansion,
        quoting: Quoting,
    ) -> Lowered<PartKind> {
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
                let name = &reference.name;
                (name, self.operation(name, operator, word, *colon_variant, place, quoting)?)
            }
            Bourne::Operation { reference, .. }
            | Bourne::Length { reference }
            | Bourne::Indices { reference } => (&reference.name, self.other(place, None)),
            Bourne::Indirect { reference, .. } => {
                (&reference.name, self.other(place, Some(Form::Indirection)))
            }
            Bourne::Slice { reference, .. } => (&reference.name, self.other(place, Some(Form::Substring))),
            Bourne::Transformation { reference, .. } => {
                (&reference.name, self.other(place, Some(Form::Transformation)))
            }
            Bourne::PrefixMatch { prefix, .. } => (prefix, self.other(place, Some(Form::PrefixMatch))),
        };
        Ok(PartKind::Variable { name: name.to_string(), operation, quoted: quoting == Quoting::Double })
    }

    /// The word parts that are expansions of parameters.
    pub(super) fn expansion(
        &mut self,
        part: &WordPart,
        place: Range<usize>,
        quoting: Quoting,
    ) -> Lowered<PartKind> {
        self.closed(&place)?;
        let (name, operation) = match part {
            WordPart::Variable(name) => {
                return Ok(self.variable(name, &place, quoting == Quoting::Double));
            }
            WordPart::Parameter(parameter) => return self.parameter(parameter, quoting),
            WordPart::ParameterExpansion { reference, operator, operand_word_ast, colon_variant, .. }
                if reference.subscript.is_none() =>
            {
                let word = operand_word_ast.as_deref();
                let name = &reference.name;
                (name, self.operation(name, operator, word, *colon_variant, place, quoting)?)
            }
            WordPart::ParameterExpansion { reference, .. } | WordPart::Length(reference) => {
                (&reference.name, self.other(place, None))
            }
            WordPart::ArrayAccess(reference)
            | WordPart::ArrayLength(reference)
            | WordPart::ArrayIndices(reference)
            | WordPart::ArraySlice { reference, .. } => {
                (&reference.name, self.other(place, Some(Form::Array)))
            }
            WordPart::Substring { reference, .. } => {
                (&reference.name, self.other(place, Some(Form::Substring)))
            }
            WordPart::IndirectExpansion { reference, .. } => {
                (&reference.name, self.other(place, Some(Form::Indirection)))
            }
            WordPart::Transformation { reference, .. } => {
                (&reference.name, self.other(place, Some(Form::Transformation)))
            }
            WordPart::PrefixMatch { prefix, .. } => (prefix, self.other(place, Some(Form::PrefixMatch))),
            _ => return unread("this expansion"),
        };
        Ok(PartKind::Variable { name: name.to_string(), operation, quoted: quoting == Quoting::Double })
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

    fn access(&mut self, reference: &VarRef, place: Range<usize>) -> Operation {
        if reference.subscript.is_some() {
            return self.other(place, None);
        }
        // `${NAME}`: before the brace.
        let end = place.end.saturating_sub(usize::from(self.slice(place.clone()).ends_with('}')));
        Operation { range: end..end, kind: OperationKind::Plain }
    }

    /// As written, without `${` and `}`. A subscript makes an array of any form.
    fn other(&mut self, place: Range<usize>, form: Option<Form>) -> Operation {
        let raw = self.slice(place.clone());
        let inner = raw.strip_prefix("${").and_then(|raw| raw.strip_suffix('}'));
        let start = place.start + if inner.is_some() { 2 } else { 0 };
        let text = inner.unwrap_or(raw).to_owned();
        let name = text.trim_start_matches(['!', '#']);
        let after = name.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
        let form = if after.starts_with('[') { Some(Form::Array) } else { form };
        if let Some(form) = form {
            self.construct(place, form);
        }
        Operation { range: start..start + text.len(), kind: OperationKind::Other(text) }
    }

    fn operation(
        &mut self,
        name: &Name,
        operator: &ParameterOp,
        word: Option<&AstWord>,
        or_empty: bool,
        place: Range<usize>,
        quoting: Quoting,
    ) -> Lowered<Operation> {
        let kind = match operator {
            ParameterOp::UseDefault => {
                OperationKind::Default { or_empty, word: self.operand_word(word, &place, quoting)? }
            }
            ParameterOp::AssignDefault => {
                OperationKind::AssignDefault { or_empty, word: self.operand_word(word, &place, quoting)? }
            }
            ParameterOp::UseReplacement => {
                OperationKind::Alternative { or_empty, word: self.operand_word(word, &place, quoting)? }
            }
            ParameterOp::Error => OperationKind::Required { or_empty },
            ParameterOp::RemovePrefixShort { pattern } => self.trim(false, false, pattern, &place)?,
            ParameterOp::RemovePrefixLong { pattern } => self.trim(false, true, pattern, &place)?,
            ParameterOp::RemoveSuffixShort { pattern } => self.trim(true, false, pattern, &place)?,
            ParameterOp::RemoveSuffixLong { pattern } => self.trim(true, true, pattern, &place)?,
            ParameterOp::ReplaceFirst { .. } | ParameterOp::ReplaceAll { .. } => {
                return Ok(self.other(place, Some(Form::Replacement)));
            }
            ParameterOp::UpperFirst
            | ParameterOp::UpperAll
            | ParameterOp::LowerFirst
            | ParameterOp::LowerAll => return Ok(self.other(place, Some(Form::CaseModification))),
        };
        let start = place.start + "${".len() + name.as_str().len();
        Ok(Operation { range: start..place.end.saturating_sub(1).max(start), kind })
    }

    fn trim(
        &mut self,
        suffix: bool,
        longest: bool,
        pattern: &Pattern,
        place: &Range<usize>,
    ) -> Lowered<OperationKind> {
        self.same(pattern.span.end.offset(), place.end.saturating_sub(1))?;
        Ok(OperationKind::Trim { suffix, longest, pattern: self.pattern(pattern)? })
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
