//! From actions to the blocks that they make.

use std::borrow::Cow;
use std::ops::Range;

use foldhash::{HashMap, HashMapExt};

use super::Unread;
use super::action::{self, Assignment, Command, Opening};
use super::arguments::Arguments;
use super::condition::{Condition, FactIds};
use super::lexer::{self, Action};
use super::library::Library;
use super::placeholder::Placeholders;
use super::scope::Scope;
use super::script;
use crate::source::FileId;

/// How deeply blocks may nest. Real templates have up to ten levels.
const MAX_DEPTH: usize = 100;

/// How many branches a block may have. Real ones have up to ten.
const MAX_ARMS: usize = 100;

/// A piece of a template.
#[derive(Debug)]
pub(super) enum Piece<'t> {
    /// Text that is output as it stands.
    Text(Range<usize>),
    /// An action that puts out a text that it holds.
    Constant(Range<usize>, Cow<'t, str>),
    /// An action that puts out what only Helm knows.
    Value(Value),
    /// `if`, `with`, `range`, `block`.
    Block(Block),
    /// An action that puts out what a named template does.
    Call(Call<'t>),
}

/// An action that puts out what a named template does, whose text is known.
#[derive(Debug)]
pub(super) struct Call<'t> {
    pub(super) value: Value,
    /// The file of the named template, and all of its text.
    pub(super) file: FileId,
    pub(super) text: &'t str,
    pub(super) body: Vec<Piece<'t>>,
}

/// An action that puts out what only Helm knows.
#[derive(Debug)]
pub(super) struct Value {
    /// The action.
    pub(super) range: Range<usize>,
    /// What stands for its output.
    pub(super) placeholder: char,
    /// Where its output goes.
    pub(super) indentation: Option<action::Indentation>,
    /// The columns of what follows it, where it takes the line break before that away (`-}}`).
    pub(super) takes_break: Option<usize>,
    /// The columns that it is indented by, where it takes the line break before it away (`{{-`).
    pub(super) follows_break: Option<usize>,
}

/// The blocks of `body`, and those of what it calls, in order.
pub(super) fn blocks<'a>(body: &'a [Piece<'_>]) -> Vec<&'a Block> {
    let mut found = Vec::new();
    for piece in body {
        match piece {
            Piece::Block(block) => found.push(block),
            Piece::Call(call) => found.extend(blocks(&call.body)),
            Piece::Text(_) | Piece::Constant(..) | Piece::Value(_) => {}
        }
    }
    found
}

/// Alternatives, of which at most one is output: the indices of its arms in the [`Tree`], in order.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) arms: Vec<usize>,
}

/// One alternative of a block, or the body of a named template.
#[derive(Debug)]
pub(super) struct Arm<'t> {
    /// What has to hold; `None` for an `else`, a `block`, and what always does.
    pub(super) condition: Option<Condition>,
    /// From the action that opens it to the one that ends it, those left out.
    pub(super) range: Range<usize>,
    /// Where it stands, if that isn't in the template itself but in a named one that is called.
    pub(super) called: Option<Called>,
    /// Whether it has a command of a script that decides on what becomes of those behind it.
    pub(super) steers_script: bool,
    /// What is output.
    pub(super) body: Vec<Piece<'t>>,
}

/// Where a part of a template stands that a named template puts out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Called {
    /// The file of the named template.
    pub(super) file: FileId,
    /// The byte of the template itself where it is called, perhaps by others.
    pub(super) at: usize,
}

/// A named template.
#[derive(Debug)]
pub(super) struct Define<'t> {
    pub(super) name: Cow<'t, str>,
    /// From `define` to `end`, both included.
    pub(super) range: Range<usize>,
    pub(super) body: Vec<Piece<'t>>,
}

/// A template's pieces.
#[derive(Debug, Default)]
pub(super) struct Tree<'t> {
    pub(super) body: Vec<Piece<'t>>,
    pub(super) defines: Vec<Define<'t>>,
    /// Those of inner blocks stand before those of outer ones.
    pub(super) arms: Vec<Arm<'t>>,
    /// The text of each comment, from `/*` to `*/`.
    pub(super) comments: Vec<Range<usize>>,
    pub(super) has_calls: bool,
}

/// A block or a named template whose `end` hasn't come.
pub(super) struct Open<'t> {
    /// Where the action stands that opened it.
    start: usize,
    pub(super) kind: OpenKind<'t>,
    /// The scope of the body around.
    outer_scope: Scope,
    /// What of the body around was read before.
    outer: Vec<Piece<'t>>,
}

pub(super) enum OpenKind<'t> {
    /// The arms that are done, and the one whose body is being read.
    Block {
        arms: Vec<usize>,
        condition: Option<Condition>,
        from: usize,
        is_else: bool,
    },
    Define(Cow<'t, str>),
}

pub(super) struct Parser<'t> {
    pub(super) text: &'t str,
    /// The named templates whose text is put out where they are called.
    pub(super) library: Option<&'t Library>,
    /// What they are called with.
    pub(super) arguments: Arguments,
    pub(super) tree: Tree<'t>,
    placeholders: Placeholders,
    facts: FactIds<'t>,
    pub(super) open: Vec<Open<'t>>,
    pub(super) scope: Scope,
    /// How many scopes there are.
    scopes: usize,
    /// What each variable of the template itself was set to, by its name; `None` where that isn't for sure.
    variables: HashMap<&'t str, Option<String>>,
    /// The named template that is being read, and how many calls led to it.
    pub(super) called: Option<Called>,
    pub(super) depth: usize,
    /// How much text named templates have put out so far (bytes).
    pub(super) expanded: usize,
    pub(super) body: Vec<Piece<'t>>,
}

/// Reads the blocks of `text`, and gives each value its placeholder. What is called of `library` is read where it is called.
pub(super) fn parse<'t>(
    text: &'t str,
    library: Option<&'t Library>,
) -> Result<(Tree<'t>, Placeholders), Unread> {
    let mut parser = Parser {
        text,
        library,
        arguments: Arguments::default(),
        tree: Tree::default(),
        placeholders: Placeholders::default(),
        facts: FactIds::new(library),
        open: Vec::new(),
        scope: Scope::default(),
        scopes: 0,
        variables: HashMap::new(),
        called: None,
        depth: 0,
        expanded: 0,
        body: Vec::new(),
    };
    parser.read(0..text.len(), (false, false))?;
    parser.tree.body = parser.body;
    Ok((parser.tree, parser.placeholders))
}

impl<'t> Parser<'t> {
    /// Reads `range` of the text, of which white space at its start and at its end may be trimmed.
    pub(super) fn read(
        &mut self,
        range: Range<usize>,
        (trims_start, trims_end): (bool, bool),
    ) -> Result<(), Unread> {
        let (mut at, mut trims) = (range.start, trims_start);
        for action in &lexer::actions(self.text, range.clone())? {
            self.text(at..action.range.start, trims, action.trims_left);
            self.action(action)?;
            (at, trims) = (action.range.end, action.trims_right);
        }
        self.text(at..range.end, trims, trims_end);
        match self.open.last() {
            Some(open) => Err(Unread::new(open.start, "this block has no `end`")),
            None => Ok(()),
        }
    }

    /// The number of a scope that there wasn't yet.
    pub(super) fn next_scope(&mut self) -> usize {
        self.scopes += 1;
        self.scopes
    }

    /// Text between two actions, which may trim it.
    fn text(&mut self, range: Range<usize>, trims_start: bool, trims_end: bool) {
        const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];
        let whole = self.text.get(range.clone()).unwrap_or("");
        let text = if trims_start { whole.trim_start_matches(SPACE) } else { whole };
        let start = range.start + (whole.len() - text.len());
        let kept = if trims_end { text.trim_end_matches(SPACE) } else { text };
        // Helm splits its output at `---` whatever follows.
        let is_separator = kept.ends_with("---") && kept.lines().next_back() == Some("---");
        let line_break =
            if is_separator { text.get(kept.len()..).and_then(|rest| rest.find('\n')) } else { None };
        let end = start + kept.len() + line_break.map_or(0, |at| at + 1);
        if start < end {
            self.body.push(Piece::Text(start..end));
        }
    }

    fn action(&mut self, action: &Action) -> Result<(), Unread> {
        let inner = self.text.get(action.inner.clone()).unwrap_or("");
        let range = action.range.clone();
        match action::command(inner) {
            Command::Open(opening) => {
                self.forget_variables(inner);
                let condition = self.condition(opening);
                let kind = OpenKind::Block { arms: Vec::new(), condition, from: range.end, is_else: false };
                self.push_open(range.start, kind, opening.rebinds_dot)?;
            }
            Command::Define(name) => self.push_open(range.start, OpenKind::Define(name), true)?,
            Command::Else(opening) => self.otherwise(&range, opening)?,
            Command::End => self.end(&range)?,
            Command::Constant(text) => self.body.push(Piece::Constant(range, text)),
            Command::Value => self.value(action, inner)?,
            Command::Silent if inner.starts_with("/*") && self.called.is_none() => {
                self.tree.comments.push(action.inner.clone());
            }
            Command::Silent => self.assign(inner),
        }
        Ok(())
    }

    fn condition(&mut self, opening: Opening<'_>) -> Option<Condition> {
        let text = &*self.arguments.resolved(opening.condition?, self.scope);
        let resolved = self.resolved(text);
        let mut read = |text: &str| Condition::of(text, self.scope, &mut self.facts);
        let always = matches!(&resolved, Cow::Owned(text) if read(text).always_holds());
        Some(read(text)).filter(|condition| !always && !condition.always_holds())
    }

    /// Notes what the action `inner` sets a variable to. Where it may not come to that, or may come to that several times, it
    /// may be anything.
    fn assign(&mut self, inner: &'t str) {
        let Some(Assignment { variable, value, declares }) = action::assignment(inner) else { return };
        if self.called.is_none() {
            let is_sure = declares && self.open.is_empty() && !self.variables.contains_key(variable);
            let value = is_sure.then(|| self.resolved(value).into_owned());
            self.variables.insert(variable, value);
        }
    }

    /// What a block sets anew is something else in it.
    fn forget_variables(&mut self, opening: &'t str) {
        let Some((variables, _)) = opening.split_once(":=") else { return };
        let names = variables.split([' ', ',']).filter(|word| word.starts_with('$'));
        self.variables.extend(names.map(|name| (name, None)));
    }

    /// `text` with what variables were set to.
    pub(super) fn resolved<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.variables.is_empty() || self.called.is_some() || !action::has_variable(text) {
            return Cow::Borrowed(text);
        }
        Cow::Owned(action::resolved(text, |name| self.variables.get(name)?.as_deref()))
    }

    /// The columns of what follows the action, where that takes line breaks before it away.
    fn takes_break(&self, action: &Action) -> Option<usize> {
        let after = self.text.get(action.range.end..)?;
        let blank = after.get(..after.len() - after.trim_start().len())?;
        let last = blank.rfind('\n').filter(|_| action.trims_right)?;
        Some(blank.len() - last - 1)
    }

    /// The columns before the action, if nothing else stands before it in its line and it takes the line break away.
    fn follows_break(&self, action: &Action) -> Option<usize> {
        let before = self.text.get(..action.range.start)?;
        let columns = before.len() - before.trim_end_matches(' ').len();
        let is_first = before.get(..before.len() - columns)?.ends_with('\n');
        (action.trims_left && is_first).then_some(columns)
    }

    fn value(&mut self, action: &Action, inner: &str) -> Result<(), Unread> {
        let range = action.range.clone();
        let too_many = Unread::new(range.start, "there are too many different actions");
        let resolved = self.resolved(inner);
        let placeholder = self.placeholders.of(inner, &resolved, self.scope).ok_or(too_many)?;
        let indentation = action::indentation(inner);
        let (takes_break, follows_break) = (self.takes_break(action), self.follows_break(action));
        let value = Value { range, placeholder, indentation, takes_break, follows_break };
        let piece = match self.callee(inner, &value.range) {
            Some((file, text, body)) => {
                self.tree.has_calls = true;
                Piece::Call(Call { value, file, text, body })
            }
            None => Piece::Value(value),
        };
        self.body.push(piece);
        Ok(())
    }

    fn push_open(&mut self, start: usize, kind: OpenKind<'t>, rebinds_dot: bool) -> Result<(), Unread> {
        if self.open.len() >= MAX_DEPTH {
            return Err(Unread::new(start, "blocks nest too deeply here"));
        }
        let outer = std::mem::take(&mut self.body);
        self.open.push(Open { start, kind, outer_scope: self.scope, outer });
        if rebinds_dot {
            self.rebind_dot();
        }
        Ok(())
    }

    fn otherwise(&mut self, range: &Range<usize>, opening: Opening<'t>) -> Result<(), Unread> {
        let stray = Unread::new(range.start, "this `else` belongs to no block");
        self.scope = self.open.last().map_or(self.scope, |open| open.outer_scope);
        let next = self.condition(opening);
        let Some(Open { kind: OpenKind::Block { arms, condition, from, is_else }, .. }) =
            self.open.last_mut()
        else {
            return Err(stray);
        };
        if *is_else {
            return Err(stray);
        }
        if arms.len() >= MAX_ARMS {
            return Err(Unread::new(range.start, "this block has too many branches"));
        }
        arms.push(self.tree.arms.len());
        let body = std::mem::take(&mut self.body);
        let steers_script = steers(self.text, &self.tree, &body);
        self.tree.arms.push(Arm {
            condition: std::mem::replace(condition, next),
            range: *from..range.start,
            called: self.called,
            steers_script,
            body,
        });
        *from = range.end;
        *is_else = opening.condition.is_none();
        if opening.rebinds_dot {
            self.rebind_dot();
        }
        Ok(())
    }

    fn rebind_dot(&mut self) {
        self.scope = self.scope.with_dot(self.next_scope());
    }

    fn end(&mut self, range: &Range<usize>) -> Result<(), Unread> {
        let Some(open) = self.open.pop() else {
            return Err(Unread::new(range.start, "this `end` belongs to no block"));
        };
        self.scope = open.outer_scope;
        let body = std::mem::replace(&mut self.body, open.outer);
        match open.kind {
            OpenKind::Block { mut arms, condition, from, .. } => {
                arms.push(self.tree.arms.len());
                let (range, called) = (from..range.start, self.called);
                let steers_script = steers(self.text, &self.tree, &body);
                self.tree.arms.push(Arm { condition, range, called, steers_script, body });
                self.body.push(Piece::Block(Block { arms }));
            }
            OpenKind::Define(name) => {
                self.tree.defines.push(Define { name, range: open.start..range.end, body });
            }
        }
        Ok(())
    }
}

/// Whether `body`, which stands in `text`, has a command of a script that decides on those behind it.
fn steers(text: &str, tree: &Tree<'_>, body: &[Piece<'_>]) -> bool {
    body.iter().any(|piece| match piece {
        Piece::Text(range) => text.get(range.clone()).is_some_and(script::steers),
        Piece::Constant(_, text) => script::steers(text),
        Piece::Value(_) => false,
        Piece::Block(block) => {
            block.arms.iter().filter_map(|&arm| tree.arms.get(arm)).any(|arm| arm.steers_script)
        }
        Piece::Call(call) => steers(call.text, tree, &call.body),
    })
}
