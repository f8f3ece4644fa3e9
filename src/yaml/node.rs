//! Handles to the nodes of a [`Document`].

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::origin::Origin;
use super::resolve::{self, Resolved, Tag};
use super::scalar::Style;
use super::tree::{Content, Document, Meaning, NodeData, Scalar};
use crate::source::{MappedText, Span};

/// What is at a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup<'d> {
    /// This value, be it null.
    Present(Node<'d>),
    /// Nothing.
    Absent,
    /// Nothing that is written; a template may put something there.
    Unknown,
}

/// Up to how many keys of a map are compared each with each, which is faster than to look them up.
const FEW: usize = 16;

/// A node of a [`Document`]. Where an alias is written this is the node that it stands for.
#[derive(Clone, Copy)]
pub struct Node<'d> {
    document: &'d Document,
    index: u32,
    /// The alias that led here, else the node itself.
    written: u32,
}

/// The place of a node in its document, to come back to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NodeId(u32);

/// What a node is by kubectl's reading.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind<'d> {
    /// `null`, `~` or nothing.
    Null,
    /// A boolean; `yes`, `on`, `n` and the like are booleans.
    Bool(bool),
    /// A whole number that fits 64 bits, however it is written: `010` is 8, `1.0` is 1.
    Int(i64),
    /// Any other number. kubectl refuses what isn't finite.
    Float(f64),
    /// A string.
    String(&'d str),
    /// A list.
    Sequence,
    /// A map.
    Mapping,
    /// What a template's action puts out, or is a part of: any of the above.
    Unknown,
}

impl Document {
    /// The document's value; null where it has none.
    #[must_use]
    pub fn root(&self) -> Node<'_> {
        Node::at_index(self, 0)
    }

    /// The node of this document whose [`Node::id`] is `id`.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Node<'_> {
        Node::at_index(self, id.0)
    }
}

/// The values alone; a file's text would drown them.
impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document")
            .field("file", &self.file())
            .field("root", &self.root())
            .finish_non_exhaustive()
    }
}

impl<'d> Node<'d> {
    /// The node at `index`, or the one that it stands for.
    pub(super) fn at_index(document: &'d Document, index: u32) -> Self {
        let target = match document.data(index).content {
            Content::Alias(target) => target,
            _ => index,
        };
        Self { document, index: target, written: index }
    }

    /// The value of the document that it is a part of.
    #[must_use]
    pub fn document_root(self) -> Self {
        self.document.root()
    }

    /// By what [`Document::node`] finds it again.
    #[must_use]
    pub fn id(self) -> NodeId {
        NodeId(self.index)
    }

    /// The bytes of the value as it is written: quotes included; a block scalar from its
    /// indicator to its last line with text; a collection from its first key, `-` or bracket to
    /// the end of its last value. Anchors and tags stand before it.
    #[must_use]
    pub fn span(self) -> Span {
        self.document.span_of(self.index)
    }

    /// Whether it is written elsewhere, and an alias stands for it here.
    #[must_use]
    pub fn is_alias(self) -> bool {
        self.index != self.written
    }

    /// Where it is written on the way that led here: an alias as `*name`, else as
    /// [`span`](Self::span).
    #[must_use]
    pub fn written_span(self) -> Span {
        self.document.span_of(self.written)
    }

    /// The text of [`span`](Self::span), comments inside included; of a template, what a reading of it puts out.
    #[must_use]
    pub fn source_text(self) -> &'d str {
        let (origin, start, end) = self.origin();
        origin.slice(start, end)
    }

    /// The text that it was read from, and from where to where.
    pub(super) fn origin(self) -> (&'d Arc<Origin>, u32, u32) {
        self.document.place_of(self.index)
    }

    /// What a scalar decodes to, how it is written and its tag; a null that isn't written for anything else.
    pub(super) fn scalar_parts(self) -> (&'d str, Style, Tag) {
        let scalar = self.scalar();
        scalar.map_or(("", Style::Plain, Tag::None), |scalar| {
            (self.document.text_of(scalar.text()), scalar.style, scalar.tag)
        })
    }

    /// Whether an alias of the document leads to a part of `span`, or to something around it.
    #[must_use]
    pub fn is_aliased(self, span: Span) -> bool {
        self.document.is_aliased(span)
    }

    /// Whether it is written in a document that is JSON.
    #[must_use]
    pub fn is_in_json(self) -> bool {
        self.origin().0.is_json()
    }

    /// What the node is.
    #[must_use]
    pub fn kind(self) -> Kind<'d> {
        match self.content() {
            Content::Scalar(_) if self.is_unknown() => Kind::Unknown,
            Content::Sequence => Kind::Sequence,
            Content::Mapping => Kind::Mapping,
            // Never: handles don't stand on aliases.
            Content::Alias(_) => Kind::Null,
            Content::Scalar(scalar) if scalar.meaning() == Meaning::Text => {
                Kind::String(self.document.text_of(scalar.text()))
            }
            Content::Scalar(scalar) => {
                let text = self.document.text_of(scalar.text());
                match resolve::resolve(text, scalar.style == Style::Plain, scalar.tag) {
                    Resolved::Null => Kind::Null,
                    Resolved::Bool(value) => Kind::Bool(value),
                    Resolved::Int(value) => Kind::Int(value),
                    Resolved::Float(value) => Kind::Float(value),
                    Resolved::String => Kind::String(text),
                }
            }
        }
    }

    /// Whether a template's action is the value or a part of it, so that only Helm knows what it is.
    #[must_use]
    pub fn is_unknown(self) -> bool {
        self.scalar().is_some_and(|scalar| {
            let text = self.document.text_of(scalar.text());
            self.document.has_action(text)
                || self.document.is_injected(self.index)
                || text.is_empty() && self.is_of_ytt()
        })
    }

    /// Whether nothing is written but a comment that ytt takes for an expression: `memory: #@ data.values.memory`.
    fn is_of_ytt(self) -> bool {
        let (origin, _, end) = self.origin();
        let line = origin.rest(end).lines().next().unwrap_or_default();
        line.trim_start_matches([' ', ':']).starts_with("#@")
    }

    /// Whether it is of a reading of a template.
    #[must_use]
    pub fn is_of_template(self) -> bool {
        self.document.injected.is_some()
    }

    /// Whether something of a template, such as an action, stands between `self` and `later` that a reading of it lacks.
    #[must_use]
    pub fn is_apart_from(self, later: Node<'_>) -> bool {
        let gap = |end: u32, start: u32| start.checked_sub(end);
        let ((_, _, end), (_, start, _)) = (self.origin(), later.document.place_of(later.written));
        self.is_of_template() && gap(end, start) != gap(self.span().end, later.written_span().start)
    }

    /// Whether a template may put something out between `self` and `later`, which is written behind it.
    #[must_use]
    pub fn has_output_before(self, later: Node<'_>) -> bool {
        let ((_, _, end), (_, start, _)) = (self.origin(), later.document.place_of(later.written));
        let places = self.document.injected.as_ref().map(|injected| injected.places.as_slice());
        let places = places.unwrap_or_default();
        let next = places.partition_point(|place| *place < end);
        places.get(next).is_some_and(|place| *place <= start)
    }

    /// How many bytes stand before it on its line, in the text that it was read from.
    pub(crate) fn column(self) -> usize {
        let (origin, start, _) = self.origin();
        let before = origin.slice(0, start);
        before.len() - before.rfind('\n').map_or(0, |end| end + 1)
    }

    /// Whether it may hold more than is written: a map or a list into which a template puts something, or a value that
    /// only Helm knows. What it lacks proves nothing.
    #[must_use]
    pub fn is_open(self) -> bool {
        self.is_unknown() || self.document.is_injected(self.index)
    }

    /// What is at `key`.
    #[must_use]
    pub fn lookup(self, key: &str) -> Lookup<'d> {
        match self.get(key) {
            Some(value) => Lookup::Present(value),
            None if self.is_open() => Lookup::Unknown,
            None => Lookup::Absent,
        }
    }

    /// The decoded text of any scalar, whatever kubectl makes of it: `010` for `010`, and nothing
    /// for a null that isn't written.
    #[must_use]
    pub fn text(self) -> Option<&'d str> {
        self.scalar().map(|scalar| self.document.text_of(scalar.text()))
    }

    /// The text, where kubectl reads a string.
    #[must_use]
    pub fn as_str(self) -> Option<&'d str> {
        match self.kind() {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The text, where kubectl reads a string or only Helm knows what it is: nothing may be told from it but whether two
    /// are the same.
    #[must_use]
    pub fn identity(self) -> Option<&'d str> {
        match self.kind() {
            Kind::String(text) => Some(text),
            Kind::Unknown => self.text().filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    /// The text by which it is told in its file, and where it is of a template in all templates of the chart; see
    /// [`Placeholders::text_of_chart`](crate::helm::Placeholders::text_of_chart).
    #[must_use]
    pub fn text_of_chart(self) -> Option<String> {
        let identity = self.identity()?;
        match self.document.placeholders() {
            Some(placeholders) => placeholders.text_of_chart(identity),
            None => Some(identity.to_owned()),
        }
    }

    /// Whether a bare word in braces is part of its text, `{{name}}`: no template of Helm's has one, and other tools fill it in.
    #[must_use]
    pub fn is_filled_in_by_name(self) -> bool {
        let Some(text) = self.text() else { return false };
        let revealed = self.document.placeholders().map(|placeholders| placeholders.reveal(text));
        let is_of_word = |char: char| char.is_alphanumeric() || char == '_';
        let mut actions = revealed.as_deref().unwrap_or(text).split("{{").skip(1);
        actions.any(|action| {
            let word = action.split_once("}}").map_or("", |(word, _)| word.trim());
            word.starts_with(char::is_alphabetic) && word.chars().all(is_of_word)
        })
    }

    /// Whether it is null; a key without a value has one.
    #[must_use]
    pub fn is_null(self) -> bool {
        matches!(self.kind(), Kind::Null)
    }

    /// Whether it is a map.
    #[must_use]
    pub fn is_mapping(self) -> bool {
        matches!(self.content(), Content::Mapping)
    }

    /// Whether it is a list.
    #[must_use]
    pub fn is_sequence(self) -> bool {
        matches!(self.content(), Content::Sequence)
    }

    /// What it is, in words for a message.
    #[must_use]
    pub fn type_name(self) -> &'static str {
        match self.kind() {
            Kind::Null => "null",
            Kind::Bool(_) => "a boolean",
            Kind::Int(_) | Kind::Float(_) => "a number",
            Kind::String(_) => "a string",
            Kind::Sequence => "a list",
            Kind::Mapping => "a map",
            Kind::Unknown => "a value of the template",
        }
    }

    /// The value of a map's key; `None` where there is none, and for anything but a map.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Node<'d>> {
        self.entry(key).map(|entry| entry.value)
    }

    /// The entry of a map that counts for `key`: the last one written, where `<<` writes all
    /// entries of the map that it merges.
    #[must_use]
    pub fn entry(self, key: &str) -> Option<Entry<'d>> {
        let document = self.document;
        let mut found = None;
        for (name, value) in self.pairs() {
            let entry =
                || Entry { key: Node::at_index(document, name), value: Node::at_index(document, value) };
            // Nearly all keys are texts, and of another length.
            if let Content::Scalar(scalar) = &document.data(name).content
                && scalar.meaning() == Meaning::Text
            {
                if scalar.text().len() == key.len() && document.text_of(scalar.text()) == key {
                    found = Some(entry());
                }
                continue;
            }
            let entry = entry();
            if entry.is_merge() {
                found = entry.merged().find_map(|map| map.entry(key)).or(found);
            } else if entry.key.scalar().is_some() && entry.key.key_text() == key {
                found = Some(entry);
            }
        }
        found
    }

    /// The entries of a map that count, each key once, in the order in which the keys first
    /// appear; nothing for anything but a map.
    pub fn entries(self) -> impl Iterator<Item = Entry<'d>> {
        let mut entries: Vec<(Cow<'d, str>, Entry<'d>)> = Vec::with_capacity(FEW / 2);
        // The places of the names, once there are too many to compare each with each.
        let mut places = BTreeMap::new();
        self.collect(&mut |entry| {
            let name = entry.name();
            let earlier = match entries.len() {
                ..FEW => entries.iter().position(|(earlier, _)| *earlier == name),
                count => {
                    if count == FEW {
                        let names = entries.iter().map(|(name, _)| name.clone());
                        places.extend(names.enumerate().map(|(at, name)| (name, at)));
                    }
                    places.get(&name).copied()
                }
            };
            match earlier.and_then(|at| entries.get_mut(at)) {
                Some((_, earlier)) => *earlier = entry,
                None => {
                    if entries.len() >= FEW {
                        places.insert(name.clone(), entries.len());
                    }
                    entries.push((name, entry));
                }
            }
        });
        entries.into_iter().map(|(_, entry)| entry)
    }

    /// Hands over the entries as kubectl sets them, one after another.
    fn collect(self, set: &mut dyn FnMut(Entry<'d>)) {
        for entry in self.written_entries() {
            if entry.is_merge() {
                // Of several maps the first counts most, so it is set last.
                let maps: Vec<_> = entry.merged().collect();
                for map in maps.into_iter().rev() {
                    map.collect(set);
                }
            } else {
                set(entry);
            }
        }
    }

    /// The entries of a map as they are written, repeated keys and `<<` among them.
    pub fn written_entries(self) -> impl Iterator<Item = Entry<'d>> {
        let document = self.document;
        let at = move |index| Node::at_index(document, index);
        self.pairs().map(move |(key, value)| Entry { key: at(key), value: at(value) })
    }

    /// The indices of a map's keys and values.
    fn pairs(self) -> impl Iterator<Item = (u32, u32)> + use<'d> {
        let mut children = self.is_mapping().then(|| self.document.children(self.index));
        std::iter::from_fn(move || {
            let children = children.as_mut()?;
            Some((children.next()?, children.next()?))
        })
    }

    /// The items of a list; nothing for anything else.
    pub fn items(self) -> impl Iterator<Item = Node<'d>> {
        let document = self.document;
        let children = self.is_sequence().then(|| document.children(self.index));
        children.into_iter().flatten().map(|index| Node::at_index(document, index))
    }

    /// The texts of all scalars in it, keys among them, in order; `None` where some of it is written elsewhere, as an alias
    /// stands for it.
    #[must_use]
    pub fn written_texts(self) -> Option<impl Iterator<Item = &'d str>> {
        let document = self.document;
        let nodes = document.within(self.index);
        let has_alias = nodes.iter().any(|node| matches!(node.content, Content::Alias(_)));
        let text = move |node: &NodeData| match node.content {
            Content::Scalar(scalar) => Some(document.text_of(scalar.text())),
            _ => None,
        };
        (!has_alias).then(|| nodes.iter().filter_map(text))
    }

    /// The node that a JSON pointer (RFC 6901) leads to from here.
    #[must_use]
    pub fn at(self, pointer: &str) -> Option<Node<'d>> {
        let mut steps = pointer.split('/');
        // A pointer is empty or starts with a slash.
        if steps.next() != Some("") {
            return None;
        }
        steps.try_fold(self, |node, step| {
            if node.is_sequence() {
                node.items().nth(step.parse().ok()?)
            } else {
                let is_escaped = step.contains('~');
                if is_escaped {
                    node.get(&step.replace("~1", "/").replace("~0", "~"))
                } else {
                    node.get(step)
                }
            }
        })
    }

    /// A scalar's text with the place of each part of it; empty for a collection.
    #[must_use]
    pub fn mapped(self) -> MappedText {
        let Some(scalar) = self.scalar() else { return MappedText::new(self.span()) };
        let text = self.document.text_of(scalar.text());
        let (origin, start, end) = self.origin();
        origin.decode(start, end, scalar.style, text)
    }

    /// The string that kubectl turns this into as a key: `true` for `yes`, `8` for `010`; empty
    /// for a collection.
    #[must_use]
    pub fn key_text(self) -> Cow<'d, str> {
        let Some(scalar) = self.scalar() else { return Cow::Borrowed("") };
        let text = self.document.text_of(scalar.text());
        match scalar.meaning() {
            Meaning::Text => Cow::Borrowed(text),
            Meaning::Merge | Meaning::Other => resolve::key(text, scalar.style == Style::Plain, scalar.tag),
        }
    }

    fn is_merge_key(self) -> bool {
        self.scalar().is_some_and(|scalar| scalar.meaning() == Meaning::Merge)
    }

    fn content(self) -> Content {
        self.document.data(self.index).content
    }

    fn scalar(self) -> Option<Scalar> {
        match self.content() {
            Content::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }
}

/// Two handles are equal where they stand on the same node.
impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index && std::ptr::eq(self.document, other.document)
    }
}

impl Eq for Node<'_> {}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Node").field(&self.kind()).field(&self.span().range()).finish()
    }
}

/// A key and its value.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'d> {
    /// The key.
    pub key: Node<'d>,
    /// The value.
    pub value: Node<'d>,
}

impl<'d> Entry<'d> {
    /// The key as kubectl reads it.
    #[must_use]
    pub fn name(&self) -> Cow<'d, str> {
        self.key.key_text()
    }

    /// From the key's start to the value's end, as they are written: an alias counts as `*name`.
    #[must_use]
    pub fn span(&self) -> Span {
        self.key.written_span().to(self.value.written_span())
    }

    /// Whether this is a `<<` that merges its value into the map.
    #[must_use]
    pub fn is_merge(&self) -> bool {
        self.key.is_merge_key()
    }

    /// The maps that a `<<` merges; the first one counts most.
    pub(super) fn merged(&self) -> impl Iterator<Item = Node<'d>> {
        let one = self.value.is_mapping().then_some(self.value);
        one.into_iter().chain(self.value.items().filter(|item| item.is_mapping()))
    }
}
