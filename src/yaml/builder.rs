//! From the parser's events to the arena of a [`Document`].
//!
//! What the parser leaves open is settled here: where block scalars, collections and nulls that
//! aren't written begin and end, what kubectl refuses, and the bounds.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, StrInput, StructureStyle};

use super::documents::Opening;
use super::gap;
use super::indented::Indented;
use super::kubectl::{self, Resolved, Tag};
use super::problem::{self, Problem};
use super::scalar::Style;
use super::tree::{Content, Document, MAX_ALIASED_NODES, MAX_DEPTH, NodeData, Scalar, Text};
use crate::source::{Source, Span};

/// See [`Document::parse`].
pub(super) fn parse(source: &Source, range: Range<usize>) -> Result<Document, Problem> {
    let chunk = source.text.get(range.clone()).unwrap_or("");
    let opening = Opening::of(chunk);
    if opening.is_malformed {
        let line = chunk.lines().next().unwrap_or("").trim_end();
        return Err(Problem::Invalid {
            span: Span::new(source.id, range.start..range.start + line.len()),
            message: "something follows the `---` that separates documents".to_owned(),
            help: Some("kubectl reads any line that starts with `---` as a separator".to_owned()),
        });
    }
    let body = chunk.get(opening.len..).unwrap_or("");
    let mut input = Indented::new(body, range.start + opening.len);
    loop {
        match Builder::new(source, &input, range.end).run() {
            Ok(document) => return Ok(document),
            Err(Stop::Problem(problem)) => return Err(problem),
            Err(Stop::UnindentedQuote(offset)) => input.indent(offset, source.id)?,
        }
    }
}

/// The parser's events, without comments. It holds nesting to [`MAX_DEPTH`] by itself.
pub(super) fn events(text: &str) -> Parser<'_, StrInput<'_>> {
    let mut options = granit_parser::options! {
        block_nesting_limit: MAX_DEPTH,
        flow_nesting_limit: MAX_DEPTH,
    };
    options.set_emit_comments(false);
    Parser::new_from_str_with_options(text, options)
}

/// Why building stopped.
enum Stop {
    Problem(Problem),
    /// A quoted scalar goes on at this offset of the input, at a column that granit refuses and
    /// kubectl doesn't.
    UnindentedQuote(usize),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Stop::Problem(problem)
    }
}

/// A collection whose end hasn't come.
struct Open {
    index: u32,
    role: Role,
    is_flow: bool,
    anchor: usize,
    /// How many nodes aliases had added when it began.
    aliased_before: u64,
    /// How deep its deepest descendant lies below it.
    height: usize,
    /// Where its last child ends, in the input.
    end: usize,
}

/// What an open collection waits for.
#[derive(Clone, Copy)]
enum Role {
    Item,
    Key,
    /// The value of the key with this index.
    Value(u32),
}

/// An anchored node.
#[derive(Clone, Copy)]
struct Anchored {
    index: u32,
    /// `None` while it is open.
    size: Option<Size>,
}

#[derive(Clone, Copy)]
struct Size {
    /// How many nodes it stands for, aliases in it replaced.
    nodes: u64,
    height: usize,
}

struct Builder<'i> {
    input: &'i Indented<'i>,
    document: Document,
    open: Vec<Open>,
    anchors: HashMap<usize, Anchored>,
    /// How many nodes aliases have added.
    aliased: u64,
    /// Where in the input the last token ends.
    cursor: usize,
}

impl<'i> Builder<'i> {
    fn new(source: &Source, input: &'i Indented<'i>, end: usize) -> Self {
        let document = Document {
            file: source.id,
            text: Arc::clone(&source.text),
            decoded: String::new(),
            nodes: Vec::with_capacity(input.text().len() / 24),
            end,
        };
        Self { input, document, open: Vec::new(), anchors: HashMap::new(), aliased: 0, cursor: 0 }
    }

    fn run(mut self) -> Result<Document, Stop> {
        for event in events(self.input.text()) {
            let (event, span) = event.map_err(|error| self.stop(&error))?;
            let range = span.byte_range().unwrap_or_default();
            match event {
                Event::Scalar(value, style, anchor, tag) => {
                    let indent = u32::try_from(span.indent.unwrap_or(0)).unwrap_or(0);
                    self.scalar(value, written(style, indent), anchor, tag.as_deref(), range)?;
                }
                Event::Alias(anchor) => self.alias(anchor, range)?,
                Event::SequenceStart(style, anchor, _) => {
                    self.start(Role::Item, style == StructureStyle::Flow, anchor, range)?;
                }
                Event::MappingStart(style, anchor, _) => {
                    self.start(Role::Key, style == StructureStyle::Flow, anchor, range)?;
                }
                Event::SequenceEnd | Event::MappingEnd => self.finish(range)?,
                // kubectl reads the first document of what it has split, and nothing after it.
                Event::DocumentEnd => break,
                _ => {}
            }
        }
        if self.document.nodes.is_empty() {
            let at = self.input.place(0);
            self.document.nodes.push(NodeData::null(at));
        }
        Ok(self.document)
    }

    fn stop(&self, error: &ScanError) -> Stop {
        let at = error.marker().byte_offset().unwrap_or(0);
        match error.kind() {
            ErrorKind::InvalidQuotedScalarIndent => Stop::UnindentedQuote(at),
            ErrorKind::RecursionLimitExceeded => self.too_deep(at..at).into(),
            _ => self.input.blame(at, self.document.file).unwrap_or_else(|| self.invalid(error)).into(),
        }
    }

    fn invalid(&self, error: &ScanError) -> Problem {
        let (message, help) = problem::explain(error);
        let span = self.span(problem::extent(self.input.text(), error));
        let line = self.line(span.start);
        let help = if line.contains("{{") {
            Some("if this is a template, render it first".to_owned())
        } else {
            self.unclosed_bracket(span.start).or(help.map(str::to_owned))
        };
        Problem::Invalid { span, message, help }
    }

    /// The help for what goes wrong inside brackets that were opened in an earlier line.
    fn unclosed_bracket(&self, error: u32) -> Option<String> {
        let text = &self.document.text;
        let mut opened = self.open.iter().rev().map(|open| self.document.data(open.index).start as usize);
        let opening =
            opened.find(|&start| text.get(start..).is_some_and(|rest| rest.starts_with(['[', '{'])))?;
        let between = text.get(opening..error as usize)?;
        let (before, bracket) = (text.get(..opening)?, between.chars().next()?);
        let line = before.matches('\n').count() + 1;
        between.contains('\n').then(|| format!("is the `{bracket}` in line {line} closed?"))
    }

    /// The line of the file that holds the byte at `offset`.
    fn line(&self, offset: u32) -> &str {
        let (before, after) = self.document.text.split_at_checked(offset as usize).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let end = before.len() + after.find('\n').unwrap_or(after.len());
        self.document.text.get(start..end).unwrap_or("")
    }

    fn scalar(
        &mut self,
        value: Cow<'_, str>,
        style: Style,
        anchor: usize,
        tag: Option<&granit_parser::Tag>,
        range: Range<usize>,
    ) -> Result<(), Problem> {
        self.enter();
        let text = self.input.text();
        let is_implicit = style == Style::Plain && range.is_empty();
        let range = match style {
            Style::Plain if is_implicit && anchor == 0 && tag.is_none() => {
                let at = self.implicit_place(range.start);
                at..at
            }
            Style::Literal(_) | Style::Folded(_) => block_range(text, self.cursor, range),
            _ => range,
        };
        let (tag, is_binary) = tag.map_or((Tag::None, false), meaning);
        let value = match value {
            _ if is_implicit => Cow::Borrowed(""),
            value if is_binary => Cow::Owned(kubectl::base64(&value).ok_or_else(|| Problem::Invalid {
                span: self.span(range.clone()),
                message: "this `!!binary` text is no base64".to_owned(),
                help: None,
            })?),
            value => value,
        };
        let text = self.keep(&value, style, &range);
        let index = self.push(range.clone(), Content::Scalar(Scalar { text, style, tag }));
        let size = Size { nodes: 1, height: 0 };
        if anchor != 0 {
            self.anchors.insert(anchor, Anchored { index, size: Some(size) });
        }
        self.cursor = range.end;
        self.complete(index, range, 0)
    }

    /// Keeps a scalar's text: by its place in the file where it stands there letter by letter.
    fn keep(&mut self, value: &str, style: Style, range: &Range<usize>) -> Text {
        let inner = match style {
            Style::Plain => range.clone(),
            Style::SingleQuoted | Style::DoubleQuoted => range.start + 1..range.end.saturating_sub(1),
            Style::Literal(_) | Style::Folded(_) => 0..0,
        };
        if inner.len() == value.len() && self.input.text().get(inner.clone()) == Some(value) {
            let span = self.span(inner);
            if span.range().len() == value.len() {
                return Text::Source(span.start, span.end);
            }
        }
        let start = self.document.decoded.len();
        self.document.decoded.push_str(value);
        let cut = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Text::Decoded(cut(start), cut(self.document.decoded.len()))
    }

    fn alias(&mut self, anchor: usize, range: Range<usize>) -> Result<(), Problem> {
        self.enter();
        let span = self.span(range.clone());
        let target = self.anchors.get(&anchor).copied();
        let Some(Anchored { index: target, size: Some(size) }) = target else {
            return Err(Problem::Invalid {
                span,
                message: "this alias stands inside the value that it repeats".to_owned(),
                help: None,
            });
        };
        self.aliased += size.nodes;
        if self.aliased > MAX_ALIASED_NODES {
            let message = format!("aliases add more than {MAX_ALIASED_NODES} nodes to this document");
            return Err(Problem::Bound { span, message });
        }
        if self.open.len() + size.height > MAX_DEPTH {
            return Err(self.too_deep(range));
        }
        let index = self.push(range.clone(), Content::Alias(target));
        self.cursor = range.end;
        self.complete(index, range, size.height)
    }

    fn start(
        &mut self,
        role: Role,
        is_flow: bool,
        anchor: usize,
        range: Range<usize>,
    ) -> Result<(), Problem> {
        self.enter();
        if self.open.len() >= MAX_DEPTH {
            return Err(self.too_deep(range));
        }
        let start = match role {
            Role::Item if !is_flow => gap::dash(self.input.text(), self.cursor).unwrap_or(range.start),
            _ => range.start,
        };
        let content = if matches!(role, Role::Item) { Content::Sequence } else { Content::Mapping };
        let index = self.push(start..range.end.max(start), content);
        if anchor != 0 {
            self.anchors.insert(anchor, Anchored { index, size: None });
        }
        self.open.push(Open {
            index,
            role,
            is_flow,
            anchor,
            aliased_before: self.aliased,
            height: 0,
            end: range.end.max(start),
        });
        self.cursor = if is_flow { range.end } else { start };
        Ok(())
    }

    fn finish(&mut self, range: Range<usize>) -> Result<(), Problem> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let end = if open.is_flow { range.end } else { open.end };
        let after = self.document.nodes.len();
        let (place, after) = (self.input.place(end), u32::try_from(after).unwrap_or(u32::MAX));
        if let Some(node) = self.document.nodes.get_mut(open.index as usize) {
            (node.end, node.after) = (place.max(node.start), after);
        }
        let height = open.height + 1;
        if open.anchor != 0 {
            let nodes = u64::from(after - open.index) + (self.aliased - open.aliased_before);
            let size = Some(Size { nodes, height });
            self.anchors.insert(open.anchor, Anchored { index: open.index, size });
        }
        self.cursor = self.cursor.max(end);
        self.complete(open.index, end..end, height)
    }

    /// Steps over the `-` of a block sequence's next item.
    fn enter(&mut self) {
        if let Some(Open { role: Role::Item, is_flow: false, .. }) = self.open.last()
            && let Some(dash) = gap::dash(self.input.text(), self.cursor)
        {
            self.cursor = dash + 1;
        }
    }

    /// Where a value that isn't written would stand: after its `:` or `-`, if there is one.
    fn implicit_place(&self, reported: usize) -> usize {
        match self.open.last().map(|open| open.role) {
            Some(Role::Value(_)) => gap::past_colon(self.input.text(), self.cursor).unwrap_or(self.cursor),
            Some(Role::Item) => self.cursor,
            Some(Role::Key) | None => reported,
        }
    }

    fn push(&mut self, range: Range<usize>, content: Content) -> u32 {
        let index = u32::try_from(self.document.nodes.len()).unwrap_or(u32::MAX);
        let Span { start, end, .. } = self.span(range);
        self.document.nodes.push(NodeData { start, end, after: index.saturating_add(1), content });
        index
    }

    /// Tells the collection around it that a node is there.
    fn complete(&mut self, index: u32, range: Range<usize>, height: usize) -> Result<(), Problem> {
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        open.end = open.end.max(range.end);
        open.height = open.height.max(height);
        match open.role {
            Role::Item => {}
            Role::Key => {
                open.role = Role::Value(index);
                self.check_key(index)?;
            }
            Role::Value(key) => {
                open.role = Role::Key;
                self.check_merge(key, index)?;
            }
        }
        Ok(())
    }

    fn scalar_at(&self, index: u32) -> Option<(&str, Scalar)> {
        let index = match self.document.data(index).content {
            Content::Alias(target) => target,
            _ => index,
        };
        match self.document.data(index).content {
            Content::Scalar(scalar) => Some((self.document.text_of(scalar.text), scalar)),
            _ => None,
        }
    }

    /// kubectl refuses keys that JSON can't have.
    fn check_key(&self, index: u32) -> Result<(), Problem> {
        let what = match self.scalar_at(index) {
            Some((text, Scalar { style, tag, .. })) => {
                match kubectl::resolve(text, style == Style::Plain, tag) {
                    Resolved::Null => "null",
                    _ => return Ok(()),
                }
            }
            None => "a map or a list",
        };
        let span = self.document.span_of(index);
        let template = self.document.text.get(span.range()).is_some_and(|key| key.starts_with('{'));
        let help = if template {
            "if this is a template, render it first; else put the text in quotes"
        } else {
            "put the key in quotes"
        };
        Err(Problem::Invalid {
            span,
            message: format!("the key of a map is {what}, which kubectl refuses"),
            help: Some(help.to_owned()),
        })
    }

    /// kubectl merges a map or a list of maps, and refuses anything else.
    fn check_merge(&self, key: u32, value: u32) -> Result<(), Problem> {
        let Some((text, Scalar { style, tag, .. })) = self.scalar_at(key) else { return Ok(()) };
        if !kubectl::is_merge(text, style == Style::Plain, tag) {
            return Ok(());
        }
        let content = |index: u32| match self.document.data(index).content {
            Content::Alias(target) => self.document.data(target).content,
            content => content,
        };
        let mut items = self.document.children(value).map(content);
        let fits = match self.document.data(value).content {
            Content::Sequence => items.all(|item| matches!(item, Content::Mapping)),
            _ => matches!(content(value), Content::Mapping),
        };
        if fits {
            return Ok(());
        }
        Err(Problem::Invalid {
            span: self.document.span_of(value),
            message: "`<<` merges a map or a list of maps, and this is neither".to_owned(),
            help: Some("put `<<` in quotes if it is meant as a key".to_owned()),
        })
    }

    fn too_deep(&self, range: Range<usize>) -> Problem {
        let message = format!("maps and lists nest deeper than {MAX_DEPTH} levels");
        Problem::Bound { span: self.span(range), message }
    }

    fn span(&self, range: Range<usize>) -> Span {
        let (start, end) = (self.input.place(range.start), self.input.place(range.end));
        Span { file: self.document.file, start, end: end.max(start) }
    }
}

fn written(style: ScalarStyle, indent: u32) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::SingleQuoted,
        ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
        ScalarStyle::Literal => Style::Literal(indent),
        ScalarStyle::Folded => Style::Folded(indent),
    }
}

/// What an explicit tag says of a scalar, and whether the scalar is base64.
fn meaning(tag: &granit_parser::Tag) -> (Tag, bool) {
    match tag.suffix_in_namespace("tag:yaml.org,2002:").as_deref() {
        Some("bool" | "int" | "null") => (Tag::Resolved, false),
        Some("float") => (Tag::Float, false),
        Some("merge") => (Tag::Merge, false),
        Some("binary") => (Tag::String, true),
        _ => (Tag::String, false),
    }
}

/// The bytes of a block scalar from its indicator to its last line with text. The parser's range
/// starts at the text and ends anywhere up to the next token.
fn block_range(text: &str, cursor: usize, reported: Range<usize>) -> Range<usize> {
    let start = gap::block_indicator(text, cursor).unwrap_or(reported.start);
    let written = text.get(start..reported.end.max(start)).unwrap_or("").trim_end_matches([' ', '\n', '\r']);
    // The last line's own trailing blanks are text.
    let rest = text.get(start + written.len()..).unwrap_or("");
    let is_text = memchr::memchr2(b'\n', b'\r', written.as_bytes()).is_some();
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    start..start + written.len() + if is_text { blanks } else { 0 }
}
