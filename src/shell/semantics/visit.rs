//! One walk over a script: each node in the order in which it stands, with what stands around it.

use std::ops::Range;

use crate::shell::ir::{
    Arm, Assignment, Clause, Command, CommandKind, Condition, ConditionKind, OperationKind, Part, PartKind,
    Redirection, RedirectionKind, Word,
};

/// A node of the intermediate form.
#[derive(Debug, Clone, Copy)]
pub enum Node<'s> {
    /// A command.
    Command(&'s Command),
    /// `if` or `elif` with its condition and body.
    Arm(&'s Arm),
    /// A clause of `case`.
    Clause(&'s Clause),
    /// `NAME=value`.
    Assignment(&'s Assignment),
    /// A redirection.
    Redirection(&'s Redirection),
    /// A condition of `[[ … ]]`; what `[ … ]` asks are the words of a command.
    Condition(&'s Condition),
    /// A word.
    Word(&'s Word),
    /// A part of a word.
    Part(&'s Part),
}

impl Node<'_> {
    /// Where it stands.
    #[must_use]
    pub fn range(&self) -> &Range<usize> {
        match self {
            Node::Command(node) => &node.range,
            Node::Arm(node) => &node.range,
            Node::Clause(node) => &node.range,
            Node::Assignment(node) => &node.range,
            Node::Redirection(node) => &node.range,
            Node::Condition(node) => &node.range,
            Node::Word(node) => &node.range,
            Node::Part(node) => &node.range,
        }
    }
}

/// How the walk goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// To what the node holds.
    Into,
    /// To what follows it.
    Over,
}

/// Calls `visit` for each node of `list` with the nodes that it stands in, the outermost first.
pub fn walk<'s>(list: &'s [Command], visit: &mut dyn FnMut(Node<'s>, &[Node<'s>]) -> Next) {
    let mut walk = Walk { visit, above: Vec::new() };
    walk.list(list);
}

/// Calls `visit` for each command, those in substitutions too.
pub fn commands<'s>(list: &'s [Command], mut visit: impl FnMut(&'s Command)) {
    walk(list, &mut |node, _| {
        if let Node::Command(command) = node {
            visit(command);
        }
        Next::Into
    });
}

struct Walk<'v, 's> {
    visit: &'v mut dyn FnMut(Node<'s>, &[Node<'s>]) -> Next,
    above: Vec<Node<'s>>,
}

impl<'s> Walk<'_, 's> {
    fn node(&mut self, node: Node<'s>, inside: impl FnOnce(&mut Self)) {
        if (self.visit)(node, &self.above) == Next::Into {
            self.above.push(node);
            inside(self);
            self.above.pop();
        }
    }

    fn list(&mut self, list: &'s [Command]) {
        for command in list {
            self.node(Node::Command(command), |walk| {
                walk.command(&command.kind);
                for redirection in &command.redirections {
                    walk.node(Node::Redirection(redirection), |walk| walk.word(target(&redirection.kind)));
                }
            });
        }
    }

    fn one(&mut self, command: &'s Command) {
        self.list(std::slice::from_ref(command));
    }

    fn command(&mut self, kind: &'s CommandKind) {
        match kind {
            CommandKind::Simple(simple) => {
                for assignment in &simple.assignments {
                    self.node(Node::Assignment(assignment), |walk| walk.words(assignment.value.words()));
                }
                self.words(&simple.words);
            }
            CommandKind::Not(inner)
            | CommandKind::Coprocess(inner)
            | CommandKind::Function { body: inner, .. } => self.one(inner),
            CommandKind::And(left, right) | CommandKind::Or(left, right) => {
                self.one(left);
                self.one(right);
            }
            CommandKind::If { arms, otherwise } => {
                for arm in arms {
                    self.node(Node::Arm(arm), |walk| {
                        walk.list(&arm.condition);
                        walk.list(&arm.body);
                    });
                }
                self.list(otherwise.as_deref().unwrap_or_default());
            }
            CommandKind::Loop { condition, body, .. } => {
                self.list(condition);
                self.list(body);
            }
            CommandKind::For { words, body, .. } | CommandKind::Select { words, body, .. } => {
                self.words(words.as_deref().unwrap_or_default());
                self.list(body);
            }
            CommandKind::Case { subject, clauses } => {
                self.word(subject);
                for clause in clauses {
                    self.node(Node::Clause(clause), |walk| {
                        walk.words(&clause.patterns);
                        walk.list(&clause.body);
                    });
                }
            }
            CommandKind::Pipeline(list)
            | CommandKind::ArithmeticFor { body: list, .. }
            | CommandKind::Group(list)
            | CommandKind::Subshell(list) => self.list(list),
            CommandKind::Conditional(condition) => self.condition(condition),
            CommandKind::Arithmetic(_) => {}
        }
    }

    fn condition(&mut self, condition: &'s Condition) {
        self.node(Node::Condition(condition), |walk| match &condition.kind {
            ConditionKind::Unary(_, word) | ConditionKind::Word(word) => walk.word(word),
            ConditionKind::Binary(left, _, right) => {
                walk.word(left);
                walk.word(right);
            }
            ConditionKind::Not(inner) => walk.condition(inner),
            ConditionKind::And(left, right) | ConditionKind::Or(left, right) => {
                walk.condition(left);
                walk.condition(right);
            }
        });
    }

    fn words(&mut self, words: &'s [Word]) {
        for word in words {
            self.word(word);
        }
    }

    fn word(&mut self, word: &'s Word) {
        self.node(Node::Word(word), |walk| {
            for part in &word.parts {
                walk.node(Node::Part(part), |walk| walk.part(&part.kind));
            }
        });
    }

    fn part(&mut self, kind: &'s PartKind) {
        match kind {
            PartKind::Substitution { body, .. } | PartKind::ProcessSubstitution(body) => self.list(body),
            PartKind::Variable { operation, .. } => {
                if let OperationKind::Default { word, .. }
                | OperationKind::AssignDefault { word, .. }
                | OperationKind::Alternative { word, .. }
                | OperationKind::Trim { pattern: word, .. } = &operation.kind
                {
                    self.word(word);
                }
            }
            PartKind::Literal { .. }
            | PartKind::Glob(_)
            | PartKind::Braces(_)
            | PartKind::Tilde(_)
            | PartKind::Arithmetic(_) => {}
        }
    }
}

/// The word of a redirection: its file, descriptor or text.
#[must_use]
pub fn target(kind: &RedirectionKind) -> &Word {
    match kind {
        RedirectionKind::Write(word)
        | RedirectionKind::Clobber(word)
        | RedirectionKind::Append(word)
        | RedirectionKind::WriteBoth { target: word, .. }
        | RedirectionKind::Read(word)
        | RedirectionKind::ReadWrite(word)
        | RedirectionKind::HereDocument(word)
        | RedirectionKind::HereString(word)
        | RedirectionKind::Duplicate(word) => word,
    }
}
