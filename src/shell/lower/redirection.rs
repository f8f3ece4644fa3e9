//! Redirections and here-documents.

use shuck_ast::{
    Heredoc, HeredocBody, HeredocBodyMode, HeredocBodyPart, Redirect, RedirectKind, RedirectTarget,
};

use super::super::dialect::Form;
use super::super::ir::{Part, PartKind, Redirection, RedirectionKind, Word};
use super::literal::{self, Quoting};
use super::{Lowered, Lowering, range};

/// What bash gives to `{name}>file`: the first free descriptor from 10 up (bash(1), REDIRECTION).
const FIRST_FREE_DESCRIPTOR: u32 = 10;

impl Lowering<'_> {
    pub(super) fn redirections(&mut self, redirects: &[Redirect]) -> Lowered<Vec<Redirection>> {
        let mut lowered: Vec<Redirection> = Vec::with_capacity(redirects.len());
        for redirect in redirects {
            // The tree spells `&>> f` as `>> f 2>&1`, the second at the first's place.
            if is_implied(redirect)
                && let Some(last) = lowered.last_mut()
                && last.range.start == redirect.span.start.offset()
                && let RedirectionKind::Append(target) = &last.kind
            {
                last.kind = RedirectionKind::WriteBoth { target: target.clone(), append: true };
                continue;
            }
            lowered.push(self.redirection(redirect)?);
        }
        for redirection in &lowered {
            self.redirection_dialect(redirection);
        }
        Ok(lowered)
    }

    fn redirection_dialect(&mut self, redirection: &Redirection) {
        let place = || redirection.range.clone();
        if self.slice(place()).starts_with('{') {
            self.construct(place(), Form::DescriptorVariable);
        }
        match redirection.kind {
            RedirectionKind::WriteBoth { .. } => self.construct(place(), Form::RedirectBoth),
            RedirectionKind::HereString(_) => self.construct(place(), Form::HereString),
            _ => {}
        }
    }

    fn redirection(&mut self, redirect: &Redirect) -> Lowered<Redirection> {
        let mut place = range(redirect.span);
        let descriptor = if let Some(span) = redirect.fd_var_span {
            place.start = span.start.offset().saturating_sub(1);
            Some(FIRST_FREE_DESCRIPTOR)
        } else {
            self.slice(place.clone()).split(['<', '>', '&']).next().and_then(|digits| digits.parse().ok())
        };
        let kind = match &redirect.target {
            RedirectTarget::Heredoc(document) => RedirectionKind::HereDocument(self.document(document)?),
            RedirectTarget::Word(word) => {
                let mut target = self.word(word)?;
                if target.range.is_empty() {
                    // `2>&1` is one token, its `1` has no place in the tree.
                    let length = target.literal().map_or(0, |text| text.len());
                    target.range = place.end.saturating_sub(length)..place.end;
                    for part in &mut target.parts {
                        part.range = target.range.clone();
                    }
                }
                place.end = place.end.max(target.range.end);
                kind_of(redirect.kind, descriptor, target)
            }
        };
        Ok(Redirection { range: place, descriptor, kind })
    }

    fn document(&mut self, document: &Heredoc) -> Lowered<Word> {
        let body = &document.body;
        let place = range(body.span);
        let delimiter_line = self.slice(place.end..self.source.len());
        let line_end = delimiter_line.find('\n').map_or(delimiter_line.len(), |at| at + 1);
        self.trivia.add_document(place.start..place.end + line_end);
        let strip = document.delimiter.strip_tabs;
        let parts = match body.mode {
            HeredocBodyMode::Literal => {
                let text = literal::verbatim(self.slice(place.clone()), strip);
                let kind = PartKind::Literal { text, quoted: true };
                vec![Part { range: place.clone(), kind }]
            }
            HeredocBodyMode::Expanding => self.document_parts(body, strip)?,
        };
        Ok(Word { range: place, parts })
    }

    fn document_parts(&mut self, body: &HeredocBody, strip: bool) -> Lowered<Vec<Part>> {
        let mut parts = Vec::with_capacity(body.parts.len());
        let mut line_start = true;
        for node in &body.parts {
            let place = range(node.span);
            let kind = match &node.kind {
                HeredocBodyPart::Literal(_) => {
                    let text = literal::document(self.slice(place.clone()), strip, &mut line_start);
                    literal::push(&mut parts, &text, place, true);
                    continue;
                }
                HeredocBodyPart::Variable(name) => self.variable(name, &place, true),
                HeredocBodyPart::CommandSubstitution { body, syntax } => {
                    let body = self.substitution(body, *syntax, place.clone())?;
                    PartKind::Substitution { body, quoted: true }
                }
                HeredocBodyPart::ArithmeticExpansion { syntax, .. } => {
                    self.arithmetic_expansion(*syntax, &place)
                }
                HeredocBodyPart::Parameter(parameter) => self.parameter(parameter, Quoting::Double)?,
            };
            parts.push(Part { range: place, kind });
            line_start = false;
        }
        Ok(parts)
    }
}

/// A duplication that isn't written as such.
fn is_implied(redirect: &Redirect) -> bool {
    redirect.kind == RedirectKind::DupOutput
        && redirect.word_target().is_some_and(|word| word.span.start == word.span.end)
}

fn kind_of(kind: RedirectKind, descriptor: Option<u32>, target: Word) -> RedirectionKind {
    match kind {
        RedirectKind::Output => RedirectionKind::Write(target),
        RedirectKind::Clobber => RedirectionKind::Clobber(target),
        RedirectKind::Append => RedirectionKind::Append(target),
        RedirectKind::Input => RedirectionKind::Read(target),
        RedirectKind::ReadWrite => RedirectionKind::ReadWrite(target),
        RedirectKind::HereString => RedirectionKind::HereString(target),
        RedirectKind::OutputBoth => RedirectionKind::WriteBoth { target, append: false },
        // `>& file` without a descriptor (bash(1), "Redirecting Standard Output and Standard Error").
        RedirectKind::DupOutput if descriptor.is_none() && is_file(&target) => {
            RedirectionKind::WriteBoth { target, append: false }
        }
        RedirectKind::DupOutput | RedirectKind::DupInput => RedirectionKind::Duplicate(target),
        // These carry a document, never a word.
        RedirectKind::HereDoc | RedirectKind::HereDocStrip => RedirectionKind::HereDocument(target),
    }
}

/// Whether the word after `>&` is known to be neither a descriptor nor `-`.
fn is_file(word: &Word) -> bool {
    let descriptor = |text: String| text.trim_end_matches('-').chars().all(|c| c.is_ascii_digit());
    match word.parts.first().map(|part| &part.kind) {
        Some(PartKind::Literal { .. }) => word.literal().is_none_or(|text| !descriptor(text)),
        _ => false,
    }
}
