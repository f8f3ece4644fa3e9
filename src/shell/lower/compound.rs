//! Compound commands. Each goes from keyword to keyword, because the tree's spans include
//! terminators, and because nothing may stand between that isn't in the tree.

use shuck_ast::{
    ArithmeticForCommand, CaseCommand, CaseTerminator, CompoundCommand, CoprocCommand, ForCommand, ForSyntax,
    IfCommand, IfSyntax, SelectCommand, Span, StmtSeq, TimeCommand, Word as AstWord,
};

use super::super::dialect::Form;
use super::super::ir::{Arm, Clause, Command, CommandKind, List, Word};
use super::command::plain;
use super::{Lowered, Lowering, range, unread};

impl Lowering<'_> {
    pub(super) fn compound(&mut self, compound: &CompoundCommand) -> Lowered<Command> {
        match compound {
            CompoundCommand::If(command) => self.if_command(command),
            CompoundCommand::For(command) => self.for_command(command),
            CompoundCommand::While(c) => self.condition_loop(false, &c.condition, &c.body, c.span),
            CompoundCommand::Until(c) => self.condition_loop(true, &c.condition, &c.body, c.span),
            CompoundCommand::Case(command) => self.case(command),
            CompoundCommand::Subshell(body) => self.enclosed(body, '(', ")", CommandKind::Subshell),
            CompoundCommand::BraceGroup(body) => self.enclosed(body, '{', "}", CommandKind::Group),
            CompoundCommand::Arithmetic(c) => {
                let (start, end) = (c.span.start.offset(), c.right_paren_span.end.offset());
                self.construct(start..end, Form::ArithmeticCommand);
                let expression = self.expression(start + 2..end.saturating_sub(2));
                Ok(plain(start, end, CommandKind::Arithmetic(expression)))
            }
            CompoundCommand::Conditional(c) => {
                let (start, end) = (c.span.start.offset(), c.right_bracket_span.end.offset());
                self.construct(start..end, Form::ConditionalCommand);
                let condition = self.conditional(&c.expression)?;
                Ok(plain(start, end, CommandKind::Conditional(condition)))
            }
            CompoundCommand::Time(command) => self.time(command),
            CompoundCommand::ArithmeticFor(command) => self.arithmetic_for(command),
            CompoundCommand::Select(command) => self.select(command),
            CompoundCommand::Coproc(command) => self.coproc(command),
            CompoundCommand::Repeat(_) => unread("`repeat` (zsh)"),
            CompoundCommand::Foreach(_) => unread("`foreach` (zsh)"),
            CompoundCommand::Always(_) => unread("`always` (zsh)"),
        }
    }

    fn if_command(&mut self, command: &IfCommand) -> Lowered<Command> {
        let IfSyntax::ThenFi { .. } = command.syntax else {
            return unread("`if` with braces (zsh)");
        };
        let start = command.span.start.offset();
        let mut at = self.expect(start, "if")?;
        let mut arms = Vec::new();
        let mut keyword = start;
        let mut rest = command.elif_branches.iter();
        let mut next = Some((&command.condition, &command.then_branch));
        while let Some((condition, body)) = next {
            next = rest.next().map(|(condition, body)| (condition, body));
            let closing = match (next, &command.else_branch) {
                (Some(_), _) => "elif",
                (None, Some(_)) => "else",
                (None, None) => "fi",
            };
            let (condition, then) = self.list_until(condition, at, "then")?;
            let (body, end) = self.list_until(body, then, closing)?;
            let last = body.last().map_or(then, |command| command.range.end);
            arms.push(Arm { range: keyword..last, condition, body });
            (keyword, at) = (end - closing.len(), end);
        }
        let otherwise = match &command.else_branch {
            Some(body) => {
                let (body, end) = self.list_until(body, at, "fi")?;
                at = end;
                Some(body)
            }
            None => None,
        };
        Ok(plain(start, at, CommandKind::If { arms, otherwise }))
    }

    fn condition_loop(
        &mut self,
        until: bool,
        condition: &StmtSeq,
        body: &StmtSeq,
        span: Span,
    ) -> Lowered<Command> {
        let start = span.start.offset();
        let at = self.expect(start, if until { "until" } else { "while" })?;
        let (condition, at) = self.list_until(condition, at, "do")?;
        let (body, end) = self.list_until(body, at, "done")?;
        Ok(plain(start, end, CommandKind::Loop { until, condition, body }))
    }

    fn for_command(&mut self, command: &ForCommand) -> Lowered<Command> {
        let (ForSyntax::InDoDone { .. } | ForSyntax::InBrace { .. }) = command.syntax else {
            return unread("this form of `for` (zsh)");
        };
        let [target] = command.targets.as_slice() else {
            return unread("`for` with several variables (zsh)");
        };
        let (start, name) = (command.span.start.offset(), range(target.span));
        self.reach(self.expect(start, "for")?, name.start)?;
        let (words, at) = self.in_words(command.words.as_deref(), name.end)?;
        let name = self.slice(name).to_owned();
        let (body, end) = self.do_done(&command.body, at)?;
        Ok(plain(start, end, CommandKind::For { name, words, body }))
    }

    fn select(&mut self, command: &SelectCommand) -> Lowered<Command> {
        let (start, name) = (command.span.start.offset(), range(command.variable_span));
        self.reach(self.expect(start, "select")?, name.start)?;
        let words = (!command.words.is_empty()).then_some(command.words.as_slice());
        let (words, at) = self.in_words(words, name.end)?;
        self.construct(start..start + "select".len(), Form::Select);
        let name = self.slice(name).to_owned();
        let (body, end) = self.do_done(&command.body, at)?;
        Ok(plain(start, end, CommandKind::Select { name, words, body }))
    }

    /// `in word…`, with the place after it.
    fn in_words(&mut self, words: Option<&[AstWord]>, from: usize) -> Lowered<(Option<Vec<Word>>, usize)> {
        let Some(words) = words else { return Ok((None, from)) };
        let mut at = self.expect(from, "in")?;
        let words = self.words(words)?;
        for word in &words {
            self.reach(at, word.range.start)?;
            at = word.range.end;
        }
        Ok((Some(words), at))
    }

    /// `do … done` after a `;` or a line break; bash allows braces too.
    fn do_done(&mut self, body: &StmtSeq, from: usize) -> Lowered<(List, usize)> {
        let nothing = List::new();
        if let Ok(at) = self.expect_end(&nothing, from, "do") {
            return self.list_until(body, at, "done");
        }
        let at = self.expect_end(&nothing, from, "{")?;
        self.list_until(body, at, "}")
    }

    /// With braces, the tree has a group for a body.
    fn arithmetic_for(&mut self, command: &ArithmeticForCommand) -> Lowered<Command> {
        let (start, from) = (command.span.start.offset(), command.right_paren_span.end.offset());
        self.construct(start..from, Form::ArithmeticFor);
        let (first, second) = (range(command.first_semicolon_span), range(command.second_semicolon_span));
        let init = self.expression(command.left_paren_span.end.offset()..first.start);
        let condition = self.expression(first.end..second.start);
        let step = self.expression(second.end..command.right_paren_span.start.offset());
        let (body, end) = if command.done_span.is_some() {
            self.do_done(&command.body, from)?
        } else {
            let (body, end) = self.list_until(&command.body, from, "")?;
            let end = body.last().map_or(end, |last| last.range.end);
            (body, end)
        };
        Ok(plain(start, end, CommandKind::ArithmeticFor { init, condition, step, body }))
    }

    fn case(&mut self, command: &CaseCommand) -> Lowered<Command> {
        let start = command.span.start.offset();
        let at = self.expect(start, "case")?;
        let subject = self.word(&command.word)?;
        self.reach(at, subject.range.start)?;
        let mut at = self.expect(subject.range.end, "in")?;
        let mut clauses = Vec::with_capacity(command.cases.len());
        for item in &command.cases {
            at = self.skip(at);
            let first = at;
            at = self.optional(at, "(");
            let mut patterns = Vec::with_capacity(item.patterns.len());
            for pattern in &item.patterns {
                at = if patterns.is_empty() { at } else { self.expect(at, "|")? };
                let pattern = self.pattern(pattern)?;
                self.reach(at, pattern.range.start)?;
                at = pattern.range.end;
                patterns.push(pattern);
            }
            at = self.expect(at, ")")?;
            // The last clause needs no terminator.
            let terminator = match item.terminator {
                _ if item.terminator_span.is_none() => "",
                CaseTerminator::Break => ";;",
                CaseTerminator::FallThrough => ";&",
                _ => ";;&",
            };
            let (body, end) = self.list_until(&item.body, at, terminator)?;
            let falls_through = item.terminator != CaseTerminator::Break;
            if falls_through {
                self.construct(end - terminator.len()..end, Form::FallThrough);
            }
            let last = body.last().map_or(at, |command| command.range.end);
            let range = first..if terminator.is_empty() { last } else { end };
            clauses.push(Clause { range, patterns, body, falls_through });
            at = end;
        }
        let end = self.expect(at, "esac")?;
        Ok(plain(start, end, CommandKind::Case { subject, clauses }))
    }

    /// The tree's span of `( … )` and `{ … }` is that of the list inside, more or less.
    fn enclosed(
        &mut self,
        body: &StmtSeq,
        opening: char,
        closing: &str,
        kind: impl FnOnce(List) -> CommandKind,
    ) -> Lowered<Command> {
        let span = body.span;
        let body = self.list(body)?;
        let first = body.first().map_or(span.start.offset(), |command| command.range.start);
        let start = self.opening(first, opening)?;
        let end = self.expect_end(&body, start + 1, closing)?;
        Ok(plain(start, end, kind(body)))
    }

    /// `time` alone is a group of nothing.
    fn time(&mut self, command: &TimeCommand) -> Lowered<Command> {
        let start = command.span.start.offset();
        let mut at = self.expect(start, "time")?;
        if command.posix_format {
            at = self.expect(at, "-p")?;
        }
        let Some(inner) = &command.command else {
            return Ok(plain(start, at, CommandKind::Group(List::new())));
        };
        let inner = self.statement(inner)?;
        self.reach(at, inner.range.start)?;
        Ok(plain(start, inner.range.end, CommandKind::Group(vec![inner])))
    }

    fn coproc(&mut self, command: &CoprocCommand) -> Lowered<Command> {
        let start = command.span.start.offset();
        let mut at = self.expect(start, "coproc")?;
        if let Some(name) = command.name_span.map(range) {
            self.reach(at, name.start)?;
            at = name.end;
        }
        self.construct(start..start + "coproc".len(), Form::Coprocess);
        let body = self.statement(&command.body)?;
        self.reach(at, body.range.start)?;
        Ok(plain(start, body.range.end, CommandKind::Coprocess(Box::new(body))))
    }
}
