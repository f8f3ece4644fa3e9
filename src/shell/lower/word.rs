//! Words and their parts.

use std::ops::Range;

use shuck_ast::{
    ArithmeticExpansionSyntax, BraceSyntax, CommandSubstitutionSyntax, LiteralText, SourceText, StmtSeq,
    Word as AstWord, WordPart, WordPartNode,
};

use super::super::dialect::Form;
use super::super::ir::{
    Arithmetic, Command, CommandKind, List, Operation, OperationKind, Part, PartKind, Simple, Word,
};
use super::literal::{self, Quoting};
use super::{Lowered, Lowering, range, unread};

impl Lowering<'_> {
    /// Words of a command. The parser cuts `a<(b)` in two, which a shell does not.
    pub(super) fn words<'w>(&mut self, words: impl IntoIterator<Item = &'w AstWord>) -> Lowered<Vec<Word>> {
        let mut lowered: Vec<Word> = Vec::new();
        for word in words {
            let word = self.word(word)?;
            match lowered.last_mut() {
                Some(last) if last.range.end == word.range.start && !word.range.is_empty() => {
                    last.range.end = word.range.end;
                    literal::append(&mut last.parts, word.parts);
                }
                _ => lowered.push(word),
            }
        }
        Ok(lowered)
    }

    pub(super) fn word(&mut self, word: &AstWord) -> Lowered<Word> {
        self.word_within(word, Quoting::None)
    }

    /// A word that stands inside `${…}`, which may itself stand in double quotes.
    pub(super) fn word_within(&mut self, word: &AstWord, quoting: Quoting) -> Lowered<Word> {
        let mut parts = Vec::with_capacity(word.parts.len());
        self.deeper(1, |lowering| {
            lowering.tiled(&word.parts, range(word.span))?;
            let braces = if quoting == Quoting::None { lowering.braces(word) } else { Vec::new() };
            let mut covered = 0;
            for (index, node) in word.parts.iter().enumerate() {
                let place = range(node.span);
                match &node.kind {
                    WordPart::Literal(text) if quoting == Quoting::None => {
                        lowering.bare(&mut parts, text, &place, &braces, &mut covered, index == 0);
                    }
                    _ if place.start < covered => {}
                    _ => lowering.part(&mut parts, node, quoting)?,
                }
            }
            Ok(())
        })?;
        Ok(Word { range: self.without_continuation(range(word.span)), parts })
    }

    /// The parser counts a `\` at the end of the line to the word before it.
    fn without_continuation(&self, place: Range<usize>) -> Range<usize> {
        let mut end = place.end;
        while let Some(text) = self.slice(place.start..end).strip_suffix("\\\n")
            && text.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 0
        {
            end = place.start + text.len();
        }
        place.start..end
    }

    /// Between the double quotes, of which the first may be `$"`.
    fn inside_quotes(&self, place: &Range<usize>) -> Range<usize> {
        let opening = self.slice(place.clone()).find('"').unwrap_or(0) + 1;
        place.start + opening..place.end.saturating_sub(1)
    }

    /// The parts of a word stand side by side, from its start to its end.
    fn tiled(&self, parts: &[WordPartNode], place: Range<usize>) -> Lowered<()> {
        let mut at = place.start;
        for part in parts.iter().map(|part| range(part.span)).filter(|part| *part != (0..0)) {
            self.same(if part.start == at { at } else { self.skip_continuations(at) }, part.start)?;
            at = part.end;
        }
        let end = if at == place.end { at } else { self.skip_continuations(at) };
        if parts.is_empty() { Ok(()) } else { self.same(end, place.end) }
    }

    /// The outermost brace expansions.
    fn braces(&self, word: &AstWord) -> Vec<Range<usize>> {
        let mut outer: Vec<Range<usize>> = Vec::new();
        let mut all: Vec<_> =
            word.brace_syntax.iter().filter(|b| b.expands()).map(|b: &BraceSyntax| range(b.span)).collect();
        all.sort_by_key(|brace| (brace.start, usize::MAX - brace.end));
        for brace in all {
            if outer.last().is_none_or(|last| brace.start >= last.end) && self.slice(brace.clone()).len() > 1
            {
                outer.push(brace);
            }
        }
        outer
    }

    /// A literal outside quotes, with the brace expansions that start in it. `covered`: how far
    /// the last one reached.
    fn bare(
        &mut self,
        parts: &mut Vec<Part>,
        text: &LiteralText,
        place: &Range<usize>,
        braces: &[Range<usize>],
        covered: &mut usize,
        first: bool,
    ) {
        if place.is_empty() {
            literal::push(parts, text.as_str(self.source, shuck_ast::Span::new()), place.clone(), false);
            return;
        }
        let mut at = place.start.max(*covered);
        let from = at;
        for brace in braces.iter().filter(|brace| (from..place.end).contains(&brace.start)) {
            literal::unquoted(parts, self.slice(at..brace.start), at, first && at == place.start);
            let kind = PartKind::Braces(self.slice(brace.clone()).to_owned());
            parts.push(Part { range: brace.clone(), kind });
            self.construct(brace.clone(), Form::BraceExpansion);
            at = brace.end;
            *covered = brace.end;
        }
        if at < place.end {
            let before = parts.len().saturating_sub(1);
            literal::unquoted(parts, self.slice(at..place.end), at, first && at == place.start);
            self.extended_globs(parts.get(before..).unwrap_or_default());
        }
    }

    fn extended_globs(&mut self, parts: &[Part]) {
        for part in parts {
            if matches!(&part.kind, PartKind::Glob(text) if text.contains('(')) {
                self.construct(part.range.clone(), Form::ExtendedGlob);
            }
        }
    }

    fn part(&mut self, parts: &mut Vec<Part>, node: &WordPartNode, quoting: Quoting) -> Lowered<()> {
        let place = range(node.span);
        let quoted = quoting == Quoting::Double;
        let kind = match &node.kind {
            // Outside quotes `bare` has seen to it.
            WordPart::Literal(_) => {
                literal::push(parts, &literal::double_quoted(self.slice(place.clone())), place, true);
                return Ok(());
            }
            WordPart::SingleQuoted { value, dollar } => {
                self.single_quoted(parts, value, *dollar, place, quoting);
                return Ok(());
            }
            WordPart::DoubleQuoted { parts: inner, .. } => return self.double_quoted(parts, inner, &place),
            WordPart::CommandSubstitution { body, syntax } => {
                let body = self.substitution(body, *syntax, place.clone())?;
                PartKind::Substitution { body, quoted }
            }
            WordPart::ProcessSubstitution { body, .. } => {
                let (body, end) = self.list_until(body, place.start + 2, ")")?;
                self.same(end, place.end)?;
                self.construct(place.clone(), Form::ProcessSubstitution);
                PartKind::ProcessSubstitution(body)
            }
            WordPart::ArithmeticExpansion { syntax, .. } => self.arithmetic_expansion(*syntax, &place),
            WordPart::ZshQualifiedGlob(_) => return unread("a glob with qualifiers (zsh)"),
            expansion => self.expansion(expansion, place.clone(), quoting)?,
        };
        parts.push(Part { range: place, kind });
        Ok(())
    }

    /// `"…"`: the quotes count to the literals that touch them.
    fn double_quoted(
        &mut self,
        parts: &mut Vec<Part>,
        inner: &[WordPartNode],
        place: &Range<usize>,
    ) -> Lowered<()> {
        if self.slice(place.clone()).starts_with('$') {
            self.construct(place.clone(), Form::LocaleQuoting);
        }
        self.tiled(inner, self.inside_quotes(place))?;
        let mut own = Vec::with_capacity(inner.len());
        for node in inner {
            self.part(&mut own, node, Quoting::Double)?;
        }
        if own.is_empty() {
            literal::push(&mut own, "", place.clone(), true);
        }
        if let Some(Part { range, kind: PartKind::Literal { .. } }) = own.first_mut() {
            range.start = place.start;
        }
        if let Some(Part { range, kind: PartKind::Literal { .. } }) = own.last_mut() {
            range.end = place.end;
        }
        literal::append(parts, own);
        Ok(())
    }

    /// `$((…))` or `$[…]`.
    pub(super) fn arithmetic_expansion(
        &mut self,
        syntax: ArithmeticExpansionSyntax,
        place: &Range<usize>,
    ) -> PartKind {
        let (opening, closing) = match syntax {
            ArithmeticExpansionSyntax::DollarParenParen => (3, 2),
            ArithmeticExpansionSyntax::LegacyBracket => (2, 1),
        };
        if opening == 2 {
            self.construct(place.clone(), Form::OldArithmetic);
        }
        let end = place.end.saturating_sub(closing);
        PartKind::Arithmetic(self.expression(place.start + opening..end))
    }

    /// The expression in `place`, without the white space around it.
    pub(super) fn expression(&self, place: Range<usize>) -> Arithmetic {
        let text = self.slice(place.clone());
        let start = place.start + (text.len() - text.trim_start().len());
        let text = text.trim().to_owned();
        Arithmetic { range: start..start + text.len(), text }
    }

    /// The list of `$(…)` or of backquotes. The parser doesn't resolve the escapes that backquotes
    /// have of their own (POSIX XCU 2.6.3): a list with one is a command of unknown name.
    pub(super) fn substitution(
        &mut self,
        body: &StmtSeq,
        syntax: CommandSubstitutionSyntax,
        place: Range<usize>,
    ) -> Lowered<List> {
        let (opening, closing) = match syntax {
            CommandSubstitutionSyntax::DollarParen => ("$(", ")"),
            CommandSubstitutionSyntax::Backtick => ("`", "`"),
        };
        if closing == "`" && literal::has_backquote_escape(self.slice(place.clone())) {
            return Ok(vec![unknown_command(place.start + 1..place.end - 1, self.slice(place))]);
        }
        let (body, end) = self.list_until(body, place.start + opening.len(), closing)?;
        self.same(end, place.end)?;
        Ok(body)
    }

    /// Single quotes; inside `"${a:-'b'}"` they stand for themselves.
    fn single_quoted(
        &mut self,
        parts: &mut Vec<Part>,
        value: &SourceText,
        dollar: bool,
        place: Range<usize>,
        quoting: Quoting,
    ) {
        if dollar {
            self.construct(place.clone(), Form::AnsiQuoting);
        }
        if quoting == Quoting::Double && !dollar {
            literal::push(parts, &literal::double_quoted(self.slice(place.clone())), place, true);
        } else {
            literal::push(parts, value.slice(self.source), place, true);
        }
    }
}

fn unknown_command(range: Range<usize>, written: &str) -> Command {
    let operation = Operation { range: range.clone(), kind: OperationKind::Other(written.to_owned()) };
    let kind = PartKind::Variable { name: String::new(), operation, quoted: true };
    let words = vec![Word { range: range.clone(), parts: vec![Part { range: range.clone(), kind }] }];
    let kind = CommandKind::Simple(Simple { assignments: Vec::new(), words });
    Command { range, kind, redirections: Vec::new(), background: false }
}
