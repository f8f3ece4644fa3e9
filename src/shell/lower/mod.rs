//! From the parser's tree to the intermediate form.
//!
//! Words are cut anew from the source at the parser's spans, because its own literals are resolved
//! in some places and raw in others. Ranges of commands are built from their words, because the
//! parser's include terminators.

use std::ops::Range;

use shuck_ast::{BackgroundOperator, Comment, File, Span, Stmt, StmtSeq, StmtTerminator};

use super::Unparsed;
use super::dialect::{Construct, Form};
use super::ir::{Command, List, Script};

mod command;
mod compound;
mod condition;
mod expansion;
mod literal;
mod pattern;
mod redirection;
mod trivia;
mod word;

use trivia::Trivia;

/// How deep commands and words may nest. Whoever walks the tree may do so by recursion.
const MAX_DEPTH: usize = 300;

type Lowered<T> = Result<T, Unparsed>;

/// A script and the places of its comments.
pub(super) fn script(source: &str, file: &File) -> Lowered<(Script, Vec<Range<usize>>)> {
    let mut lowering = Lowering { source, trivia: Trivia::default(), dialect: Vec::new(), depth: 0 };
    let body = lowering.list(&file.body)?;
    lowering.whole(&body)?;
    let mut dialect = lowering.dialect;
    dialect.sort_by_key(|construct| (construct.range.start, construct.range.end, construct.form));
    dialect.dedup();
    Ok((Script { body, dialect }, lowering.trivia.into_comments()))
}

struct Lowering<'a> {
    source: &'a str,
    trivia: Trivia,
    dialect: Vec<Construct>,
    depth: usize,
}

impl Lowering<'_> {
    fn list(&mut self, sequence: &StmtSeq) -> Lowered<List> {
        self.comments(&sequence.leading_comments);
        self.comments(&sequence.trailing_comments);
        for statement in &sequence.stmts {
            self.comments(&statement.leading_comments);
            self.comments(statement.inline_comment.as_slice());
        }
        let list =
            sequence.stmts.iter().map(|statement| self.statement(statement)).collect::<Lowered<List>>()?;
        for (one, next) in list.iter().zip(list.iter().skip(1)) {
            self.separated(one, next)?;
        }
        Ok(list)
    }

    /// The list between `from` and `end`, with one past that token.
    fn list_until(&mut self, sequence: &StmtSeq, from: usize, end: &str) -> Lowered<(List, usize)> {
        let list = self.list(sequence)?;
        let end = self.expect_end(&list, from, end)?;
        Ok((list, end))
    }

    fn comments(&mut self, comments: &[Comment]) {
        for comment in comments {
            self.trivia.add_comment(usize::from(comment.range.start())..usize::from(comment.range.end()));
        }
    }

    fn statement(&mut self, statement: &Stmt) -> Lowered<Command> {
        self.deeper(1, |lowering| {
            let mut command = lowering.command(statement)?;
            command.background = is_background(statement);
            Ok(command)
        })
    }

    /// Runs `work` with the nesting depth raised by `levels`.
    fn deeper<T>(&mut self, levels: usize, work: impl FnOnce(&mut Self) -> Lowered<T>) -> Lowered<T> {
        if self.depth + levels > MAX_DEPTH {
            let message = format!("commands nest deeper than {MAX_DEPTH} levels");
            return Err(Unparsed::Bound { message });
        }
        self.depth += levels;
        let result = work(self);
        self.depth -= levels;
        result
    }

    /// Notes what POSIX sh doesn't have.
    fn construct(&mut self, range: Range<usize>, form: Form) {
        self.dialect.push(Construct { range, form });
    }

    fn slice(&self, range: Range<usize>) -> &str {
        self.source.get(range).unwrap_or("")
    }
}

fn is_background(statement: &Stmt) -> bool {
    matches!(statement.terminator, Some(StmtTerminator::Background(BackgroundOperator::Plain)))
}

fn range(span: Span) -> Range<usize> {
    span.start.offset()..span.end.offset()
}

/// A grammar that isn't bash's.
fn unread<T>(what: &str) -> Lowered<T> {
    Err(Unparsed::Bound { message: format!("{what} isn't read") })
}
