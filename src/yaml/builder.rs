//! From the parser's events to the arena of a [`Document`].
//!
//! What the parser leaves open is settled here: where block scalars, collections and nulls that
//! aren't written begin and end, and how deep they may nest.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use granit_parser::{ErrorKind, Event, ScalarStyle, ScanError, StructureStyle};

use super::aliases::{Aliases, Fault, MAX_ALIASED_NODES, Merges, Size, most_added};
use super::direct;
use super::documents::Opening;
use super::events::events;
use super::indicators;
use super::json_compat;
use super::origin::Origin;
use super::problem::{self, Problem};
use super::reindent::{Indented, is_of_indentation};
use super::resolve::{self, Tag};
use super::scalar::Style;
use super::tree::{Content, Document, MAX_DEPTH, NodeData, Scalar, Text};
use crate::source::{FileId, Source, Span};

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
    let (base, end) = (range.start + opening.len, range.end);
    let Some(document) = direct::read(source, body, base, end) else {
        return parse_events(source, body, base, end);
    };
    debug_assert!(
        parse_events(source, body, base, end).is_ok_and(|parsed| parsed.is_same(&document)),
        "read otherwise than by the parser: {body}"
    );
    Ok(document)
}

/// Parses the document whose text `body` starts at `base` in `source`, and ends at `end`, by the parser's events.
pub(super) fn parse_events(
    source: &Source,
    body: &str,
    base: usize,
    end: usize,
) -> Result<Document, Problem> {
    let mut input = Indented::new(body, base);
    let build = |input: &Indented<'_>| Builder::new(source, input, base..end).run();
    let mut built = build(&input);
    if matches!(built, Err(Stop::Unindented(..)))
        && let Some(guess) = input.guess()
        && let Ok(document) = build(&guess)
    {
        return Ok(document);
    }
    loop {
        match built {
            Ok(document) => return Ok(document),
            Err(Stop::Problem(problem)) => return Err(problem),
            Err(Stop::Unindented(offset, problem)) => {
                input.indent(offset, source.id).map_err(|better| better.unwrap_or(problem))?;
            }
            Err(Stop::Misjudged) => {}
        }
        built = build(&input);
    }
}

/// Why building stopped.
enum Stop {
    Problem(Problem),
    /// A quoted scalar, or what stands in brackets, may go on at this offset of the input, at a column that granit
    /// refuses and kubectl doesn't. Else this is the problem.
    Unindented(usize, Problem),
    /// Lines were indented that are no part of quoted scalars.
    Misjudged,
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

struct Builder<'i> {
    file: FileId,
    input: &'i Indented<'i>,
    document: Document,
    open: Vec<Open>,
    aliases: Aliases,
    merges: Merges,
    /// Where in the input the last token ends.
    cursor: usize,
    /// How many of the lines that were indented by a guess are part of quoted scalars.
    confirmed: usize,
}

impl<'i> Builder<'i> {
    fn new(source: &Source, input: &'i Indented<'i>, range: Range<usize>) -> Self {
        let document = Document {
            origin: Arc::new(Origin::of(source, range)),
            origins: Vec::new(),
            decoded: String::new(),
            nodes: Vec::with_capacity(input.text().len() / 24),
            targets: OnceLock::new(),
            injected: None,
            placeholders: None,
        };
        let (open, aliases, merges) = (Vec::new(), Aliases::default(), Merges::default());
        Self { file: source.id, input, document, open, aliases, merges, cursor: 0, confirmed: 0 }
    }

    fn run(mut self) -> Result<Document, Stop> {
        for event in events(self.input.text()) {
            let (event, span) = event.map_err(|error| self.stop(&error))?;
            let range = span.byte_range().unwrap_or_default();
            match event {
                Event::Scalar(value, style, anchor, tag) => {
                    let indent = u32::try_from(span.indent.unwrap_or(0)).unwrap_or(0);
                    let tag = tag.as_deref().map_or(Tag::None, Tag::of);
                    self.scalar(value, written(style, indent), anchor, tag, range)?;
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
        if self.input.is_guess() && self.confirmed < self.input.added() {
            return Err(Stop::Misjudged);
        }
        if self.document.nodes.is_empty() {
            let at = self.input.place(0);
            self.document.nodes.push(NodeData::null(at));
        }
        self.check_added()?;
        Ok(self.document)
    }

    /// Checks that aliases and merges don't make much more of the document than is written.
    fn check_added(&self) -> Result<(), Problem> {
        let most = most_added(self.document.nodes.len());
        let what = match (self.aliases.added() > most, self.merges.added > most) {
            (true, _) => "aliases add more nodes",
            (_, true) => "merges add more entries",
            _ => return Ok(()),
        };
        let message = format!("{what} to this document than are checked: {most} in one of its size");
        Err(Problem::Bound { span: self.document.span_of(0), message })
    }

    fn stop(&self, error: &ScanError) -> Stop {
        let at = error.marker().byte_offset().unwrap_or(0);
        match error.kind() {
            ErrorKind::InvalidQuotedScalarIndent => {
                Stop::Unindented(at, self.input.unindented(at, self.file))
            }
            kind if is_of_indentation(kind) => Stop::Unindented(at, self.invalid(error)),
            ErrorKind::RecursionLimitExceeded => self.too_deep(at..at).into(),
            _ => self.input.blame(at, self.file).unwrap_or_else(|| self.invalid(error)).into(),
        }
    }

    /// The problem that an error of the parser makes.
    fn invalid(&self, error: &ScanError) -> Problem {
        let span = self.span(problem::extent(self.input.text(), error));
        let mut opened = self.open.iter().rev().map(|open| self.document.data(open.index).start as usize);
        let text = self.document.source_text();
        let bracket = opened.find(|&at| text.get(at..).is_some_and(|rest| rest.starts_with(['[', '{'])));
        problem::of(error, span, text, bracket)
    }

    fn scalar(
        &mut self,
        value: Cow<'_, str>,
        style: Style,
        anchor: usize,
        tag: Tag,
        range: Range<usize>,
    ) -> Result<(), Problem> {
        self.enter();
        let text = self.input.text();
        let is_implicit = style == Style::Plain && range.is_empty();
        let range = match style {
            Style::Plain if is_implicit && anchor == 0 && tag == Tag::None => {
                let at = self.implicit_place(range.start);
                at..at
            }
            Style::Literal(_) | Style::Folded(_) => indicators::block_scalar(text, self.cursor, range),
            _ => range,
        };
        if self.input.is_guess() && matches!(style, Style::SingleQuoted | Style::DoubleQuoted) {
            self.confirmed += self.input.added_within(&range);
        }
        let value = match value {
            _ if is_implicit => Cow::Borrowed(""),
            value if tag == Tag::Binary => {
                Cow::Owned(resolve::base64(&value).ok_or_else(|| Problem::Invalid {
                    span: self.span(range.clone()),
                    message: "this `!!binary` text is no base64".to_owned(),
                    help: None,
                })?)
            }
            value => value,
        };
        let scalar = Scalar::new(self.keep(&value, style, &range), &value, style, tag);
        let index = self.push(range.clone(), Content::Scalar(scalar));
        self.aliases.note(anchor, index, Some(Size { nodes: 1, height: 0 }));
        self.cursor = range.end;
        self.complete(index, range, 0)
    }

    /// Keeps a scalar's text: by its place in the file where it stands there letter by letter.
    fn keep(&mut self, value: &str, style: Style, range: &Range<usize>) -> Text {
        let inner = match style {
            Style::Plain => range.clone(),
            Style::SingleQuoted | Style::DoubleQuoted => range.start + 1..range.end.saturating_sub(1),
            Style::Literal(_) | Style::Folded(_) | Style::Verbatim => 0..0,
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
        let (target, height) = self.aliases.follow(anchor).map_err(|fault| match fault {
            Fault::Cycle => Problem::Invalid {
                span,
                message: "this alias stands inside the value that it repeats".to_owned(),
                help: None,
            },
            Fault::TooMany => Problem::Bound {
                span,
                message: format!("aliases add more than {MAX_ALIASED_NODES} nodes to this document"),
            },
        })?;
        if self.open.len() + height > MAX_DEPTH {
            return Err(self.too_deep(range));
        }
        let index = self.push(range.clone(), Content::Alias(target));
        self.cursor = range.end;
        self.complete(index, range, height)
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
            Role::Item if !is_flow => indicators::dash(self.input.text(), self.cursor).unwrap_or(range.start),
            _ => range.start,
        };
        let content = if matches!(role, Role::Item) { Content::Sequence } else { Content::Mapping };
        let index = self.push(start..range.end.max(start), content);
        self.aliases.note(anchor, index, None);
        self.open.push(Open {
            index,
            role,
            is_flow,
            anchor,
            aliased_before: self.aliases.added(),
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
        if matches!(open.role, Role::Key | Role::Value(_)) {
            self.merges.finish(&self.document, open.index);
            // What each merge adds is walked through at its map's end: more of that than is allowed in all is too much.
            if self.merges.added > most_added(self.input.text().len()) {
                self.check_added()?;
            }
        }
        let height = open.height + 1;
        let nodes = u64::from(after - open.index) + (self.aliases.added() - open.aliased_before);
        self.aliases.note(open.anchor, open.index, Some(Size { nodes, height }));
        self.cursor = self.cursor.max(end);
        self.complete(open.index, end..end, height)
    }

    /// Steps over the `-` of a block sequence's next item.
    fn enter(&mut self) {
        if let Some(Open { role: Role::Item, is_flow: false, .. }) = self.open.last()
            && let Some(dash) = indicators::dash(self.input.text(), self.cursor)
        {
            self.cursor = dash + 1;
        }
    }

    /// Where a value that isn't written would stand: after its `:` or `-`, if there is one.
    fn implicit_place(&self, reported: usize) -> usize {
        match self.open.last().map(|open| open.role) {
            Some(Role::Value(_)) => {
                indicators::past_colon(self.input.text(), self.cursor).unwrap_or(self.cursor)
            }
            Some(Role::Item) => self.cursor,
            Some(Role::Key) | None => reported,
        }
    }

    fn push(&mut self, range: Range<usize>, content: Content) -> u32 {
        let index = u32::try_from(self.document.nodes.len()).unwrap_or(u32::MAX);
        let Span { start, end, .. } = self.span(range);
        self.document.nodes.push(NodeData { origin: 0, start, end, after: index.saturating_add(1), content });
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
                json_compat::key(&self.document, index)?;
            }
            Role::Value(key) => {
                open.role = Role::Key;
                let map = open.index;
                if json_compat::merge(&self.document, key, index)? {
                    self.merges.note(map, index);
                }
            }
        }
        Ok(())
    }

    fn too_deep(&self, range: Range<usize>) -> Problem {
        let message = format!("maps and lists nest deeper than {MAX_DEPTH} levels");
        Problem::Bound { span: self.span(range), message }
    }

    fn span(&self, range: Range<usize>) -> Span {
        let (start, end) = (self.input.place(range.start), self.input.place(range.end));
        Span { file: self.file, start, end: end.max(start) }
    }
}

fn written(style: ScalarStyle, indent: u32) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::SingleQuoted,
        ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
        ScalarStyle::Literal => Style::block(true, indent),
        ScalarStyle::Folded => Style::block(false, indent),
    }
}
