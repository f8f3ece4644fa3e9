//! What a reading puts out, and where each part of it comes from.

use std::borrow::Cow;

use super::action::MAX_COLUMNS;
use super::facts::Facts;
use super::readings::choose;
use super::script;
use super::tree::{Block, Call, Piece, Tree, Value};
use crate::source::{FileId, MappedText, Span};

/// Text that Helm may put where nothing is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Injection {
    /// Where in the reading's text.
    pub at: usize,
    /// The columns that it is indented by, where that is known.
    pub column: Option<usize>,
    /// Whether something is put there for sure; else a condition decides that isn't taken to hold.
    pub is_certain: bool,
    /// Whether it is items of a list, or else keys of a map, where that is known.
    pub is_items: Option<bool>,
}

/// What a reading puts out.
pub(super) struct Output {
    pub(super) text: MappedText,
    /// In order.
    pub(super) injections: Vec<Injection>,
}

impl Output {
    /// That of `text`, which is all of `file`, before anything is put out.
    fn new(file: FileId, text: &str) -> Self {
        Self { text: MappedText::new(Span::new(file, 0..text.len())), injections: Vec::new() }
    }

    /// The same with each line indented by `columns`.
    fn indented(self, columns: usize) -> Self {
        let text = self.text.as_str();
        let starts: Vec<usize> =
            std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect();
        let blank = Cow::Owned(" ".repeat(columns));
        let edits: Vec<_> = starts.iter().map(|&start| (start..start, Cow::clone(&blank))).collect();
        let moved = |injection: Injection| {
            let lines = starts.partition_point(|&start| start <= injection.at);
            let column = injection.column.map(|column| column + columns);
            Injection { at: injection.at + lines * columns, column, ..injection }
        };
        Self { injections: self.injections.into_iter().map(moved).collect(), text: self.text.replace(&edits) }
    }

    /// Puts out what `other` does.
    fn append(&mut self, other: Self) {
        let before = self.text.as_str().len();
        self.text.append(&other.text);
        let moved = other.injections.into_iter();
        self.injections.extend(moved.map(|injection| Injection { at: injection.at + before, ..injection }));
    }
}

/// Puts `body` out by `facts`; what these don't say is added to them.
pub(super) fn render(
    text: &str,
    file: FileId,
    tree: &Tree<'_>,
    body: &[Piece<'_>],
    facts: &mut Facts,
) -> Output {
    let output = Output::new(file, text);
    let mut renderer = Renderer { source: text, tree, facts, output };
    renderer.body(body);
    renderer.output
}

struct Renderer<'a> {
    source: &'a str,
    tree: &'a Tree<'a>,
    facts: &'a mut Facts,
    output: Output,
}

impl<'a> Renderer<'a> {
    fn body(&mut self, body: &'a [Piece<'a>]) {
        for piece in body {
            match piece {
                Piece::Text(range) => {
                    self.output.text.push(self.source.get(range.clone()).unwrap_or(""), range.clone());
                }
                Piece::Constant(range, text) => self.output.text.push(text, range.clone()),
                Piece::Value(value) => self.value(value),
                Piece::Block(block) => self.block(block),
                Piece::Call(call) => self.call(call),
            }
        }
    }

    /// Puts out what a named template does, which is indented and put where it is called.
    fn call(&mut self, call: &'a Call<'a>) {
        let source = std::mem::replace(&mut self.source, call.text);
        let output = std::mem::replace(&mut self.output, Output::new(call.file, call.text));
        self.body(&call.body);
        self.source = source;
        let called = std::mem::replace(&mut self.output, output);
        let Some(indentation) = call.value.indentation else { return self.output.append(called) };
        if indentation.breaks_line {
            let start = call.value.range.start;
            self.output.text.push("\n", start..start);
        }
        self.output.append(called.indented(indentation.columns.unwrap_or(0)));
    }

    fn value(&mut self, value: &Value) {
        let start = value.range.start..value.range.start;
        if let Some(indentation) = value.indentation {
            // What is only indented has to start on a line of its own: what is trimmed here, the value starts with.
            if indentation.breaks_line || self.blank_columns().is_none() {
                self.output.text.push("\n", start.clone());
            }
            self.output.text.push(&" ".repeat(indentation.columns.unwrap_or(0)), start);
            if indentation.columns.is_none() {
                self.inject(None, true, None);
            }
        } else if let Some(columns) = value
            .follows_break
            .filter(|&columns| self.is_at_end() || self.is_call(value) && self.ends_in_entry(columns))
        {
            // What is called there, or beside an entry, starts with the line break that is trimmed here, or puts nothing out.
            self.output.text.push("\n", start.clone());
            self.output.text.push(&" ".repeat(columns.min(MAX_COLUMNS)), start);
        }
        // What is called at the start of a line for what it checks puts nothing out: the next line is one by itself.
        let is_call =
            value.takes_break.is_some() && value.indentation.is_none() && self.blank_columns() == Some(0);
        self.output.text.push(value.placeholder.encode_utf8(&mut [0; 4]), value.range.clone());
        let end = value.range.end..value.range.end;
        if is_call {
            self.output.text.push("\n", end);
        } else if let Some(columns) = value.takes_break
            && value.indentation.is_some_and(|indentation| indentation.columns == Some(columns))
        {
            // What is indented as far ends with a line break, or what follows would be a part of its last line.
            self.output.text.push(&format!("\n{}", " ".repeat(columns)), end);
        }
    }

    fn block(&mut self, block: &'a Block) {
        match choose(self.tree, block, self.facts).and_then(|arm| self.tree.arms.get(arm)) {
            Some(arm) => self.body(&arm.body),
            None => {
                let first = block.arms.first().and_then(|&arm| self.tree.arms.get(arm));
                let column = first.and_then(|arm| self.first_column(&arm.body));
                self.inject(column, false, self.are_items(block));
            }
        }
    }

    fn inject(&mut self, column: Option<usize>, is_certain: bool, is_items: Option<bool>) {
        let at = self.output.text.as_str().len();
        self.output.injections.push(Injection { at, column, is_certain, is_items });
    }

    /// Whether each branch of `block` holds items of a list, or each keys of a map, where that can be seen.
    fn are_items(&self, block: &Block) -> Option<bool> {
        let arms = block.arms.iter().filter_map(|&arm| self.tree.arms.get(arm));
        let mut kinds = arms.map(|arm| are_items(self.source.get(arm.range.clone()).unwrap_or("")));
        let first = kinds.next()??;
        kinds.all(|kind| kind == Some(first)).then_some(first)
    }

    /// The columns that the first line of `body` is indented by.
    fn first_column(&self, body: &[Piece<'_>]) -> Option<usize> {
        let mut column = self.blank_columns();
        for piece in body {
            match piece {
                Piece::Text(range) => {
                    let text = self.source.get(range.clone()).unwrap_or("");
                    let blank = text.get(..text.len() - text.trim_start().len()).unwrap_or("");
                    match blank.rfind('\n') {
                        Some(at) => column = Some(blank.len() - at - 1),
                        None => column = column.map(|column| column + blank.len()),
                    }
                    if blank.len() < text.len() {
                        return column;
                    }
                }
                Piece::Value(Value { indentation: Some(indentation), .. }) if indentation.breaks_line => {
                    return indentation.columns;
                }
                Piece::Call(Call { value: Value { indentation: Some(indentation), .. }, .. }) => {
                    return indentation.columns;
                }
                Piece::Constant(..) | Piece::Value(_) | Piece::Call(_) => return column,
                Piece::Block(block) => {
                    let mut arms = block.arms.iter().filter_map(|&arm| self.tree.arms.get(arm));
                    let inner = arms.find_map(|arm| self.first_column(&arm.body));
                    if inner.is_some() {
                        return inner;
                    }
                }
            }
        }
        column
    }

    /// Whether nothing can go on in the line that is being put out: it ends with a key without a value, or with what closes
    /// one.
    fn is_at_end(&self) -> bool {
        let line = self.line();
        let is_closed = |quote: char| line.ends_with(quote) && line.matches(quote).count().is_multiple_of(2);
        line.ends_with(':') && !line.contains(": ")
            || is_closed('"')
            || is_closed('\'')
            || line.ends_with([']', '}'])
    }

    /// Whether an entry of a map that is indented by `columns` is what was put out last: `name: web`.
    fn ends_in_entry(&self, columns: usize) -> bool {
        let line = self.line();
        let is_key = |key: &str| key.chars().all(|char| char.is_alphanumeric() || "._-/".contains(char));
        let entry =
            line.get(columns..).filter(|_| line.len() - line.trim_start_matches(' ').len() == columns);
        entry.and_then(|entry| entry.split_once(": ")).is_some_and(|(key, _)| is_key(key))
    }

    /// Whether `value` is what a named template puts out.
    fn is_call(&self, value: &Value) -> bool {
        let action = self.source.get(value.range.clone()).unwrap_or("");
        let command = action.trim_start_matches(['{', '-', ' ']);
        command.starts_with("include ") || command.starts_with("template ")
    }

    /// The line that is being put out.
    fn line(&self) -> &str {
        let text = self.output.text.as_str();
        text.get(line_start(text, text.len())..).unwrap_or("")
    }

    /// The columns of the line that is being put out, if it is blank so far.
    fn blank_columns(&self) -> Option<usize> {
        let line = self.line();
        line.bytes().all(|byte| byte == b' ').then_some(line.len())
    }
}

/// Whether the outermost lines of `text` are items, or keys; `None` where there are both, or a value puts out what isn't known.
fn are_items(text: &str) -> Option<bool> {
    let is_silent =
        |line: &str| line.trim_start_matches(['{', '-', ' ']).starts_with("/*") || script::is_of_block(line);
    // The column of the first entry; that of the outermost ones, and what all of these are.
    let mut first = None;
    let mut outermost: Option<(usize, Option<bool>)> = None;
    for line in text.lines() {
        let entry = line.trim_start();
        if entry.starts_with("{{") && !is_silent(entry) {
            return None;
        }
        if entry.is_empty() || entry.starts_with('#') || entry.starts_with("{{") {
            continue;
        }
        let column = line.len() - entry.len();
        first = first.or(Some(column));
        let is_item = entry.starts_with("- ") || entry.trim_end() == "-";
        outermost = match outermost {
            Some((known, kind)) if known < column => Some((known, kind)),
            Some((known, kind)) if known == column => Some((known, kind.filter(|kind| *kind == is_item))),
            _ => Some((column, Some(is_item))),
        };
    }
    outermost.filter(|(column, _)| first == Some(*column))?.1
}

fn line_start(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    memchr::memrchr(b'\n', before).map_or(0, |at| at + 1)
}
