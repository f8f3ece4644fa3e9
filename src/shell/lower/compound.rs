//! Compound commands.

use shuck_ast::{
    CaseCommand, CaseTerminator, CompoundCommand, ForCommand, ForSyntax, IfCommand, IfSyntax, Span, StmtSeq,
    TimeCommand,
};

use super::super::ir::{Arm, Clause, Command, CommandKind, List};
use super::command::plain;
use super::{Lowered, Lowering, unread};

impl Lowering<'_> {
    pub(super) fn compound(&mut self, compound: &CompoundCommand) -> Lowered<Command> {
        match compound {
            CompoundCommand::If(command) => self.if_command(command),
            CompoundCommand::For(command) => self.for_command(command),
            CompoundCommand::While(c) => {
                let done = c.done_span.unwrap_or(c.span);
                self.condition_loop(false, &c.condition, &c.body, c.span.to(done))
            }
            CompoundCommand::Until(c) => {
                let done = c.done_span.unwrap_or(c.span);
                self.condition_loop(true, &c.condition, &c.body, c.span.to(done))
            }
            CompoundCommand::Case(command) => self.case(command),
            CompoundCommand::Subshell(body) => self.enclosed(body, '(', ')', CommandKind::Subshell),
            CompoundCommand::BraceGroup(body) => self.enclosed(body, '{', '}', CommandKind::Group),
            CompoundCommand::Arithmetic(c) => {
                Ok(spanned(c.span.to(c.right_paren_span), CommandKind::Arithmetic))
            }
            CompoundCommand::Conditional(c) => {
                let condition = self.conditional(&c.expression)?;
                Ok(spanned(c.span.to(c.right_bracket_span), CommandKind::Conditional(condition)))
            }
            CompoundCommand::Time(command) => self.time(command),
            CompoundCommand::ArithmeticFor(c) => {
                let done = c.done_span.unwrap_or(c.span);
                let body = self.list(&c.body)?;
                Ok(spanned(c.span.to(done), CommandKind::OpaqueLoop(body)))
            }
            CompoundCommand::Select(c) => {
                let body = self.list(&c.body)?;
                Ok(spanned(c.span.to(c.done_span), CommandKind::OpaqueLoop(body)))
            }
            CompoundCommand::Coproc(c) => {
                let body = self.statement(&c.body)?;
                let (start, end) = (c.span.start.offset(), body.range.end);
                Ok(plain(start, end, CommandKind::OpaqueLoop(vec![body])))
            }
            CompoundCommand::Repeat(_) => unread("`repeat` (zsh)"),
            CompoundCommand::Foreach(_) => unread("`foreach` (zsh)"),
            CompoundCommand::Always(_) => unread("`always` (zsh)"),
        }
    }

    fn if_command(&mut self, command: &IfCommand) -> Lowered<Command> {
        let IfSyntax::ThenFi { fi_span, .. } = command.syntax else {
            return unread("`if` with braces (zsh)");
        };
        let mut arms = vec![self.arm(&command.condition, &command.then_branch)?];
        for (condition, body) in &command.elif_branches {
            arms.push(self.arm(condition, body)?);
        }
        let otherwise = command.else_branch.as_ref().map(|body| self.list(body)).transpose()?;
        Ok(spanned(command.span.to(fi_span), CommandKind::If { arms, otherwise }))
    }

    fn arm(&mut self, condition: &StmtSeq, body: &StmtSeq) -> Lowered<Arm> {
        Ok(Arm { condition: self.list(condition)?, body: self.list(body)? })
    }

    fn condition_loop(
        &mut self,
        until: bool,
        condition: &StmtSeq,
        body: &StmtSeq,
        span: Span,
    ) -> Lowered<Command> {
        let (condition, body) = (self.list(condition)?, self.list(body)?);
        Ok(spanned(span, CommandKind::Loop { until, condition, body }))
    }

    fn for_command(&mut self, command: &ForCommand) -> Lowered<Command> {
        let (ForSyntax::InDoDone { done_span: end, .. } | ForSyntax::InBrace { right_brace_span: end, .. }) =
            command.syntax
        else {
            return unread("this form of `for` (zsh)");
        };
        let [target] = command.targets.as_slice() else {
            return unread("`for` with several variables (zsh)");
        };
        let name = self.slice(super::range(target.span)).to_owned();
        let words = command.words.as_ref().map(|words| self.words(words)).transpose()?;
        let body = self.list(&command.body)?;
        Ok(spanned(command.span.to(end), CommandKind::For { name, words, body }))
    }

    fn case(&mut self, command: &CaseCommand) -> Lowered<Command> {
        let subject = self.word(&command.word)?;
        let mut clauses = Vec::with_capacity(command.cases.len());
        for item in &command.cases {
            let patterns = item.patterns.iter().map(|p| self.pattern(p)).collect::<Lowered<_>>()?;
            let body = self.list(&item.body)?;
            let falls_through = item.terminator != CaseTerminator::Break;
            clauses.push(Clause { patterns, body, falls_through });
        }
        Ok(spanned(command.span.to(command.esac_span), CommandKind::Case { subject, clauses }))
    }

    /// The tree's span of `( … )` and `{ … }` is that of the list inside, more or less.
    fn enclosed(
        &mut self,
        body: &StmtSeq,
        opening: char,
        closing: char,
        kind: impl FnOnce(List) -> CommandKind,
    ) -> Lowered<Command> {
        let span = body.span;
        let body = self.list(body)?;
        let first = body.first().map_or(span.start.offset(), |command| command.range.start);
        let last = body.last().map_or(span.start.offset(), |command| command.range.end);
        let start = self.trivia.opening(self.source, first, opening).unwrap_or(first);
        let end = self.trivia.closing(self.source, last, closing).unwrap_or(last);
        Ok(plain(start, end, kind(body)))
    }

    /// `time` alone is a group of nothing.
    fn time(&mut self, command: &TimeCommand) -> Lowered<Command> {
        let start = command.span.start.offset();
        let body: List = command.command.iter().map(|inner| self.statement(inner)).collect::<Lowered<_>>()?;
        let end = body.last().map_or(start + "time".len(), |inner| inner.range.end);
        Ok(plain(start, end, CommandKind::Group(body)))
    }
}

fn spanned(span: Span, kind: CommandKind) -> Command {
    plain(span.start.offset(), span.end.offset(), kind)
}

/// From one span's start to another's end.
trait To {
    fn to(self, end: Span) -> Span;
}

impl To for Span {
    fn to(self, end: Span) -> Span {
        Span::from_positions(self.start, end.end)
    }
}
