//! Simple commands, pipelines and AND-OR lists.

use shuck_ast::{
    ArrayElem, ArrayExpr, Assignment as AstAssignment, AssignmentValue, BinaryCommand, BinaryOp,
    BuiltinCommand, Command as AstCommand, DeclClause, DeclOperand, FunctionDef, Span, Stmt, Word as AstWord,
};

use super::super::dialect::Form;
use super::super::ir::{
    Assignment, Command, CommandKind, Operation, OperationKind, Part, PartKind, Redirection, RedirectionKind,
    Simple, Value, Word,
};
use super::{Lowered, Lowering, is_background, range, unread};

impl Lowering<'_> {
    /// A statement without its terminator.
    pub(super) fn command(&mut self, statement: &Stmt) -> Lowered<Command> {
        let mut redirections = self.redirections(&statement.redirects)?;
        let mut command = match &statement.command {
            AstCommand::Simple(simple) => {
                let mut words: Vec<&AstWord> = Vec::new();
                if !is_absent(&simple.name) {
                    words.push(&simple.name);
                }
                words.extend(&simple.args);
                self.simple(&simple.assignments, &words)?
            }
            AstCommand::Builtin(builtin) => self.builtin(builtin)?,
            AstCommand::Decl(clause) => self.declaration(clause)?,
            AstCommand::Binary(binary) => self.binary(binary)?,
            AstCommand::Compound(compound) => self.compound(compound)?,
            AstCommand::Function(function) => self.function(function)?,
            AstCommand::AnonymousFunction(_) => return unread("an anonymous function (zsh)"),
        };
        if let CommandKind::Simple(simple) = &mut command.kind {
            self.take_descriptors(simple, &mut redirections);
        }
        self.contiguous(&command, &redirections)?;
        for redirection in &redirections {
            widen(&mut command, redirection);
        }
        command.redirections.extend(redirections);
        if statement.negated { self.negated(statement, command) } else { Ok(command) }
    }

    /// The parser takes the descriptor of `3<<E` and `3<<<word` for a word.
    fn take_descriptors(&self, simple: &mut Simple, redirections: &mut [Redirection]) {
        for redirection in redirections.iter_mut().filter(|r| r.descriptor.is_none()) {
            let touches = |word: &Word| word.range.end == redirection.range.start && !word.range.is_empty();
            if let Some(at) = simple.words.iter().position(touches)
                && let Some(word) = simple.words.get(at).map(|word| word.range.clone())
                && let Ok(descriptor) = self.slice(word.clone()).parse()
            {
                redirection.descriptor = Some(descriptor);
                redirection.range.start = word.start;
                simple.words.remove(at);
            }
        }
    }

    /// The pieces of a command stand on one line, with nothing else between them.
    fn contiguous(&self, command: &Command, redirections: &[Redirection]) -> Lowered<()> {
        let mut places: Vec<_> = redirections.iter().map(|redirection| redirection.range.clone()).collect();
        match &command.kind {
            CommandKind::Simple(simple) => {
                places.extend(simple.assignments.iter().map(|assignment| assignment.range.clone()));
                places.extend(simple.words.iter().map(|word| word.range.clone()));
            }
            _ => places.push(command.range.clone()),
        }
        places.sort_by_key(|place| (place.start, place.end));
        for (one, next) in places.iter().zip(places.iter().skip(1)) {
            if self.skip_blanks(one.end) != next.start {
                return self.unexpected(self.skip_blanks(one.end).min(next.start));
            }
        }
        Ok(())
    }

    /// `! command`. A second `!` is read by the parser as a command's name.
    fn negated(&self, statement: &Stmt, inner: Command) -> Lowered<Command> {
        if let CommandKind::Simple(simple) = &inner.kind
            && let Some([Part { kind: PartKind::Literal { text, quoted: false }, .. }]) =
                simple.words.first().map(|w| w.parts.as_slice())
            && text == "!"
        {
            return unread("a doubled `!`");
        }
        let start = statement.span.start.offset().min(inner.range.start);
        self.reach(self.expect(start, "!")?, inner.range.start)?;
        Ok(plain(start, inner.range.end, CommandKind::Not(Box::new(inner))))
    }

    fn simple(&mut self, assignments: &[AstAssignment], words: &[&AstWord]) -> Lowered<Command> {
        let assignments = self.assignments(assignments)?;
        let words = self.words(words.iter().copied())?;
        self.double_equals(&words);
        Ok(simple_command(assignments, words))
    }

    /// `==` in `[ … ]` and `test`, which POSIX's *test* doesn't have.
    fn double_equals(&mut self, words: &[Word]) {
        let is = |word: &Word, names: &[&str]| word.literal().is_some_and(|text| names.contains(&&*text));
        if words.first().is_some_and(|name| is(name, &["[", "test"])) {
            for word in words.iter().filter(|word| is(word, &["=="])) {
                self.construct(word.range.clone(), Form::DoubleEquals);
            }
        }
    }

    fn assignments(&mut self, assignments: &[AstAssignment]) -> Lowered<Vec<Assignment>> {
        assignments.iter().map(|assignment| self.assignment(assignment)).collect()
    }

    fn assignment(&mut self, assignment: &AstAssignment) -> Lowered<Assignment> {
        let value = match &assignment.value {
            _ if assignment.target.subscript.is_some() => Value::Unread,
            AssignmentValue::Scalar(word) => Value::Text(self.word(word)?),
            AssignmentValue::Compound(array) => self.array(array)?,
        };
        self.assignment_dialect(assignment);
        Ok(Assignment {
            range: range(assignment.span),
            name: assignment.target.name.to_string(),
            value,
            append: assignment.append,
        })
    }

    fn assignment_dialect(&mut self, assignment: &AstAssignment) {
        let is_array = matches!(assignment.value, AssignmentValue::Compound(_));
        if is_array || assignment.target.subscript.is_some() {
            self.construct(range(assignment.span), Form::Array);
        }
        if assignment.append {
            self.construct(range(assignment.span), Form::AppendAssignment);
        }
    }

    fn array(&mut self, array: &ArrayExpr) -> Lowered<Value> {
        let mut words = Vec::with_capacity(array.elements.len());
        for element in &array.elements {
            let ArrayElem::Sequential(value) = element else { return Ok(Value::Unread) };
            words.push(self.word(&value.word)?);
        }
        Ok(Value::Array(words))
    }

    fn builtin(&mut self, builtin: &BuiltinCommand) -> Lowered<Command> {
        let (name, operand, rest, assignments, span) = match builtin {
            BuiltinCommand::Break(c) => ("break", &c.depth, &c.extra_args, &c.assignments, c.span),
            BuiltinCommand::Continue(c) => ("continue", &c.depth, &c.extra_args, &c.assignments, c.span),
            BuiltinCommand::Return(c) => ("return", &c.code, &c.extra_args, &c.assignments, c.span),
            BuiltinCommand::Exit(c) => ("exit", &c.code, &c.extra_args, &c.assignments, c.span),
        };
        let assignments = self.assignments(assignments)?;
        let mut words = vec![self.name_after(&assignments, span, name)];
        words.extend(self.words(operand.iter().chain(rest))?);
        Ok(simple_command(assignments, words))
    }

    /// The word of a builtin's name, for which the tree has no place: the first one after the
    /// assignments and redirections that may stand before it.
    fn name_after(&self, assignments: &[Assignment], span: Span, name: &str) -> Word {
        let from = assignments.last().map_or(span.start.offset(), |last| last.range.end);
        let rest = self.slice(from..span.end.offset().max(from));
        let start = from + rest.find(name).unwrap_or(0);
        literal_word(start, name)
    }

    fn declaration(&mut self, clause: &DeclClause) -> Lowered<Command> {
        let assignments = self.assignments(&clause.assignments)?;
        let name = range(clause.variant_span);
        let mut words = vec![literal_word(name.start, clause.variant.as_ref())];
        for operand in &clause.operands {
            words.push(match operand {
                DeclOperand::Flag(word) | DeclOperand::Dynamic(word) => self.word(word)?,
                DeclOperand::Name(reference) => {
                    let place = range(reference.span);
                    literal_word(place.start, self.slice(place.clone()))
                }
                DeclOperand::Assignment(assignment) => self.operand(assignment)?,
            });
        }
        Ok(simple_command(assignments, words))
    }

    /// `NAME=value` after `export`: a word whose first part holds `NAME=`. An array's value is
    /// an operation on the variable that isn't modelled.
    fn operand(&mut self, assignment: &AstAssignment) -> Lowered<Word> {
        let place = range(assignment.span);
        self.assignment_dialect(assignment);
        let (value, value_start) = match &assignment.value {
            AssignmentValue::Scalar(word) => (self.word(word)?.parts, word.span.start.offset()),
            AssignmentValue::Compound(array) => {
                let start = self.slice(place.start..array.span.start.offset()).rfind('(');
                let start = place.start + start.unwrap_or(0);
                let written = self.slice(start..place.end).to_owned();
                let name = assignment.target.name.to_string();
                let operation = Operation { range: start..place.end, kind: OperationKind::Other(written) };
                let kind = PartKind::Variable { name, operation, quoted: true };
                (vec![Part { range: start..place.end, kind }], start)
            }
        };
        let text = self.slice(place.start..value_start).to_owned();
        let kind = PartKind::Literal { text, quoted: false };
        let mut parts = vec![Part { range: place.start..value_start, kind }];
        super::literal::append(&mut parts, value);
        Ok(Word { range: place, parts })
    }

    fn function(&mut self, function: &FunctionDef) -> Lowered<Command> {
        let Some(entry) = function.header.entries.first() else {
            return unread("a function without a name");
        };
        let name = match &entry.static_name {
            Some(name) => name.to_string(),
            None => self.slice(range(entry.word.span)).to_owned(),
        };
        let keyword = function.header.function_keyword_span.map(|span| span.start.offset());
        let start = keyword.unwrap_or(entry.word.span.start.offset());
        if let Some(keyword) = keyword {
            self.construct(keyword..keyword + "function".len(), Form::FunctionKeyword);
        }
        let body = Box::new(self.statement(&function.body)?);
        let mut at = entry.word.span.end.offset();
        if function.header.trailing_parens_span.is_some() {
            at = self.expect(self.expect(at, "(")?, ")")?;
        }
        self.reach(at, body.range.start)?;
        Ok(plain(start, body.range.end, CommandKind::Function { name, body }))
    }

    fn binary(&mut self, binary: &BinaryCommand) -> Lowered<Command> {
        match binary.op {
            BinaryOp::Pipe | BinaryOp::PipeAll => self.pipeline(binary),
            BinaryOp::And | BinaryOp::Or => self.and_or(binary),
        }
    }

    /// A chain is nested to the left: it is walked without recursion.
    fn and_or(&mut self, binary: &BinaryCommand) -> Lowered<Command> {
        let mut links = vec![(binary.op, &*binary.right)];
        let mut first = &*binary.left;
        while let AstCommand::Binary(left) = &first.command
            && matches!(left.op, BinaryOp::And | BinaryOp::Or)
            && is_bare(first)
        {
            links.push((left.op, &left.right));
            first = &left.left;
        }
        self.deeper(links.len(), |lowering| {
            let mut command = lowering.statement(first)?;
            for (operator, right) in links.into_iter().rev() {
                let right = lowering.statement(right)?;
                let (start, end) = (command.range.start, right.range.end);
                let token = if operator == BinaryOp::And { "&&" } else { "||" };
                lowering.reach(lowering.expect(command.range.end, token)?, right.range.start)?;
                let (left, right) = (Box::new(command), Box::new(right));
                let kind = if operator == BinaryOp::And {
                    CommandKind::And(left, right)
                } else {
                    CommandKind::Or(left, right)
                };
                command = plain(start, end, kind);
            }
            Ok(command)
        })
    }

    /// `a |& b` is `a 2>&1 | b` (the redirection comes after all others); its place is the operator's.
    fn pipeline(&mut self, binary: &BinaryCommand) -> Lowered<Command> {
        let mut stages = vec![&*binary.right];
        let mut operators = vec![(binary.op, binary.op_span)];
        let mut first = &*binary.left;
        while let AstCommand::Binary(left) = &first.command
            && matches!(left.op, BinaryOp::Pipe | BinaryOp::PipeAll)
            && is_bare(first)
        {
            stages.push(&left.right);
            operators.push((left.op, left.op_span));
            first = &left.left;
        }
        stages.push(first);
        let mut commands =
            stages.into_iter().rev().map(|stage| self.statement(stage)).collect::<Lowered<Vec<_>>>()?;
        for ((one, next), (operator, _)) in
            commands.iter().zip(commands.iter().skip(1)).zip(operators.iter().rev())
        {
            let token = if *operator == BinaryOp::PipeAll { "|&" } else { "|" };
            self.reach(self.expect(one.range.end, token)?, next.range.start)?;
        }
        let start = commands.first().map_or(0, |command| command.range.start);
        let end = commands.last().map_or(0, |command| command.range.end);
        for (command, (operator, span)) in commands.iter_mut().zip(operators.into_iter().rev()) {
            if operator == BinaryOp::PipeAll {
                self.construct(range(span), Form::PipeBoth);
                command.redirections.push(error_to_output(span));
            }
        }
        Ok(plain(start, end, CommandKind::Pipeline(commands)))
    }
}

/// A statement that adds nothing to its command.
fn is_bare(statement: &Stmt) -> bool {
    !statement.negated && statement.redirects.is_empty() && !is_background(statement)
}

/// A simple command has a name word in the tree even where the script has none.
fn is_absent(name: &AstWord) -> bool {
    name.span.start.offset() == name.span.end.offset()
}

pub(super) fn plain(start: usize, end: usize, kind: CommandKind) -> Command {
    Command { range: start..end, kind, redirections: Vec::new(), background: false }
}

fn simple_command(assignments: Vec<Assignment>, words: Vec<Word>) -> Command {
    let places = || assignments.iter().map(|a| &a.range).chain(words.iter().map(|w| &w.range));
    let start = places().map(|r| r.start).min().unwrap_or(usize::MAX);
    let end = places().map(|r| r.end).max().unwrap_or(0);
    plain(start, end, CommandKind::Simple(Simple { assignments, words }))
}

/// A command's range covers its redirections, before and after its words.
fn widen(command: &mut Command, redirection: &Redirection) {
    command.range.start = command.range.start.min(redirection.range.start);
    command.range.end = command.range.end.max(redirection.range.end);
}

fn literal_word(start: usize, text: &str) -> Word {
    let place = start..start + text.len();
    let kind = PartKind::Literal { text: text.to_owned(), quoted: false };
    Word { range: place.clone(), parts: vec![Part { range: place, kind }] }
}

fn error_to_output(span: Span) -> Redirection {
    let place = range(span);
    let literal = PartKind::Literal { text: "1".to_owned(), quoted: false };
    let parts = vec![Part { range: place.clone(), kind: literal }];
    let kind = RedirectionKind::Duplicate(Word { range: place.clone(), parts });
    Redirection { range: place, descriptor: Some(2), kind }
}
