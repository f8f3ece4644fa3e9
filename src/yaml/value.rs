//! Values that can be changed, apart from any document.
//!
//! A document is read once and never changes. What kustomize makes of several is put together of these, and becomes a
//! document again whose nodes stand in several files. Copies share what isn't changed in them: each overlay has a copy of
//! its base.

use std::sync::{Arc, OnceLock};

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use super::node::{Kind, Node};
use super::origin::Origin;
use super::resolve::{self, Resolved, Tag};
use super::scalar::Style;
use super::tree::{self, Document, MAX_DEPTH, NodeData, Scalar, Text};
use crate::source::{FileId, MappedText, Source, Span};

/// A value, each part of which knows where it was written.
#[derive(Clone)]
pub struct Value {
    origin: Arc<Origin>,
    /// From here to `end` in the origin's text.
    start: u32,
    end: u32,
    content: Content,
}

#[derive(Clone)]
enum Content {
    Scalar { text: Held, style: Style, tag: Tag },
    Sequence(Arc<Vec<Value>>),
    Mapping(Arc<Vec<Field>>),
}

/// The text of a scalar.
#[derive(Clone)]
enum Held {
    /// As it is written, at these bytes of the origin's text; nearly all are.
    Written(u32, u32),
    Made(Arc<str>),
}

/// A key of a map, and its value.
#[derive(Clone)]
pub struct Field {
    key: Value,
    /// The key's value.
    pub value: Value,
}

impl Field {
    /// This key with another value.
    #[must_use]
    pub fn with(&self, value: Value) -> Field {
        Field { key: self.key.clone(), value }
    }

    /// The key.
    #[must_use]
    pub fn name(&self) -> &str {
        self.key.text().unwrap_or("")
    }
}

impl Value {
    /// The value of `node` as kustomize reads it (go-yaml v3): `yes`, `no`, `on`, `off`, `y` and `n` are strings, and an
    /// explicit key counts more than one that `<<` merges, and a block scalar at the end of a text without a line break has
    /// none. Aliases become copies.
    ///
    /// # Errors
    /// The place of a key that its map has already.
    pub fn of(node: Node<'_>) -> Result<Value, Span> {
        let (origin, start, end) = node.origin();
        let content = if node.is_mapping() {
            Content::Mapping(Arc::new(fields_of(node)?))
        } else if node.is_sequence() {
            let mut items: Vec<Value> = node.items().map(Value::of).collect::<Result<_, _>>()?;
            items.shrink_to_fit();
            Content::Sequence(Arc::new(items))
        } else {
            let (text, style, tag) = node.scalar_parts();
            let text = if origin.ends_without_break(end, style) {
                text.strip_suffix('\n').unwrap_or(text)
            } else {
                text
            };
            let tag = if style == Style::Plain && is_word_of_yaml_1_1(text) { Tag::String } else { tag };
            let written = origin.place_of(text);
            let text =
                written.map_or_else(|| Held::Made(text.into()), |(start, end)| Held::Written(start, end));
            Content::Scalar { text, style, tag }
        };
        Ok(Value { origin: Arc::clone(origin), start, end, content })
    }

    /// The map `node` with those of `keys` alone that it has.
    ///
    /// # Errors
    /// As for [`of`](Self::of).
    pub fn with_keys(node: Node<'_>, keys: &[&str]) -> Result<Value, Span> {
        let (origin, start, end) = node.origin();
        let entries = keys.iter().filter_map(|key| node.entry(key));
        let fields =
            entries.map(|entry| Ok(Field { key: Value::of(entry.key)?, value: Value::of(entry.value)? }));
        let mut fields: Vec<Field> = fields.collect::<Result<_, Span>>()?;
        fields.shrink_to_fit();
        let content = Content::Mapping(Arc::new(fields));
        Ok(Value { origin: Arc::clone(origin), start, end, content })
    }

    /// The string `text`, each part in its place.
    #[must_use]
    pub fn string_at(text: MappedText) -> Value {
        let source = Source::new(text.whole().file, "", text.as_str());
        let end = source.text.len();
        let origin = Origin::within(&source, Arc::new(text), 0..end);
        let end = u32::try_from(end).unwrap_or(u32::MAX);
        let content =
            Content::Scalar { text: Held::Written(0, end), style: Style::Verbatim, tag: Tag::String };
        Value { origin: Arc::new(origin), start: 0, end, content }
    }

    /// The string `text`, which was made of `self` and stands in its place.
    #[must_use]
    pub fn string(&self, text: &str) -> Value {
        self.with(Content::Scalar { text: Held::Made(text.into()), style: Style::Verbatim, tag: Tag::String })
    }

    /// This single value as it is once its text stands in place of that of `old`: a string where that is one, else what the
    /// text reads as.
    #[must_use]
    pub fn in_place_of(&self, old: &Value) -> Value {
        let Content::Scalar { text, style, .. } = &self.content else { return self.clone() };
        let tag = match old.kind() {
            Kind::Null | Kind::Unknown | Kind::Mapping | Kind::Sequence => return self.clone(),
            Kind::String(_) => Tag::String,
            Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) => Tag::Resolved,
        };
        self.with(Content::Scalar { text: text.clone(), style: *style, tag })
    }

    /// A map without entries in the place of `self`.
    #[must_use]
    pub fn mapping(&self) -> Value {
        self.with(Content::Mapping(Arc::default()))
    }

    /// A list of `items` in the place of `self`.
    #[must_use]
    pub fn sequence(&self, items: Vec<Value>) -> Value {
        self.with(Content::Sequence(Arc::new(items)))
    }

    fn with(&self, content: Content) -> Value {
        Value { origin: Arc::clone(&self.origin), start: self.start, end: self.end, content }
    }

    /// Where it is written.
    #[must_use]
    pub fn span(&self) -> Span {
        self.origin.span(self.start, self.end)
    }

    /// A scalar's text with the place of each part of it; empty for a collection.
    #[must_use]
    pub fn mapped(&self) -> MappedText {
        let Content::Scalar { text, style, .. } = &self.content else { return MappedText::new(self.span()) };
        self.origin.decode(self.start, self.end, *style, self.held(text))
    }

    /// The decoded text of any scalar.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar { text, .. } => Some(self.held(text)),
            _ => None,
        }
    }

    fn held<'v>(&'v self, text: &'v Held) -> &'v str {
        match text {
            Held::Written(start, end) => self.origin.slice(*start, *end),
            Held::Made(text) => text,
        }
    }

    /// The text, where it is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self.kind() {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> Kind<'_> {
        match &self.content {
            Content::Sequence(_) => Kind::Sequence,
            Content::Mapping(_) => Kind::Mapping,
            Content::Scalar { text, style, tag } => {
                let text = self.held(text);
                match resolve::resolve(text, *style == Style::Plain, *tag) {
                    Resolved::Null => Kind::Null,
                    Resolved::Bool(value) => Kind::Bool(value),
                    Resolved::Int(value) => Kind::Int(value),
                    Resolved::Float(value) => Kind::Float(value),
                    Resolved::String => Kind::String(text),
                }
            }
        }
    }

    /// Whether it is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.kind(), Kind::Null)
    }

    /// Whether it is a map.
    #[must_use]
    pub fn is_mapping(&self) -> bool {
        matches!(self.content, Content::Mapping(_))
    }

    /// Whether it is a list.
    #[must_use]
    pub fn is_sequence(&self) -> bool {
        matches!(self.content, Content::Sequence(_))
    }

    /// The entries of a map; none of anything else.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        match &self.content {
            Content::Mapping(fields) => fields,
            _ => &[],
        }
    }

    /// The values of a map; none of anything else.
    pub fn values_mut(&mut self) -> impl Iterator<Item = (&str, &mut Value)> {
        let fields = match &mut self.content {
            Content::Mapping(fields) => Arc::make_mut(fields).as_mut_slice(),
            _ => &mut [],
        };
        fields.iter_mut().map(|Field { key, value }| (key.text().unwrap_or(""), value))
    }

    /// The items of a list; none of anything else.
    #[must_use]
    pub fn items(&self) -> &[Value] {
        match &self.content {
            Content::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The items of a list.
    pub fn items_mut(&mut self) -> Option<&mut Vec<Value>> {
        match &mut self.content {
            Content::Sequence(items) => Some(Arc::make_mut(items)),
            _ => None,
        }
    }

    /// The value of a map's key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.fields().iter().find(|field| field.name() == key).map(|field| &field.value)
    }

    /// The value of a map's key, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        // A copy is made of what is changed alone.
        let at = self.fields().iter().position(|field| field.name() == key)?;
        let Content::Mapping(fields) = &mut self.content else { return None };
        Arc::make_mut(fields).get_mut(at).map(|field| &mut field.value)
    }

    /// The value that the keys of `path` lead to.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<&Value> {
        path.iter().try_fold(self, |value, key| value.get(key))
    }

    /// The value that the keys of `path` lead to, to be changed.
    pub fn at_mut(&mut self, path: &[&str]) -> Option<&mut Value> {
        path.iter().try_fold(self, |value, key| value.get_mut(key))
    }

    /// Sets a map's key, at its end where it is new; does nothing to anything but a map.
    pub fn set(&mut self, key: &str, value: Value) {
        if let Some(known) = self.get_mut(key) {
            *known = value;
        } else if let Content::Mapping(fields) = &mut self.content {
            let key = value.string(key);
            Arc::make_mut(fields).push(Field { key, value });
        }
    }

    /// Sets a map's key as `field` has it, its place included.
    pub fn set_field(&mut self, field: Field) {
        let Content::Mapping(fields) = &mut self.content else { return };
        let fields = Arc::make_mut(fields);
        match fields.iter_mut().find(|known| known.name() == field.name()) {
            Some(known) => *known = field,
            None => fields.push(field),
        }
    }

    /// Takes a key out of a map.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let Content::Mapping(fields) = &mut self.content else { return None };
        let at = fields.iter().position(|field| field.name() == key)?;
        Some(Arc::make_mut(fields).remove(at).value)
    }

    /// Keeps those entries of a map that `keep` says.
    pub fn retain(&mut self, mut keep: impl FnMut(&Field) -> bool) {
        if let Content::Mapping(fields) = &mut self.content {
            Arc::make_mut(fields).retain(|field| keep(field));
        }
    }

    /// How many values it is made of, itself and keys included.
    #[must_use]
    pub fn size(&self) -> usize {
        let below = match &self.content {
            Content::Scalar { .. } => 0,
            Content::Sequence(items) => items.iter().map(Value::size).sum(),
            Content::Mapping(fields) => fields.iter().map(|field| 1 + field.value.size()).sum(),
        };
        1 + below
    }

    /// What is left of `room` values without those that it is made of; `None` where they are more. Copies share what they
    /// hold, so that few bytes may be very many values.
    #[must_use]
    pub fn size_within(&self, room: usize) -> Option<usize> {
        let room = room.checked_sub(1)?;
        match &self.content {
            Content::Scalar { .. } => Some(room),
            Content::Sequence(items) => items.iter().try_fold(room, |room, item| item.size_within(room)),
            Content::Mapping(fields) => {
                fields.iter().try_fold(room, |room, field| field.value.size_within(room.checked_sub(1)?))
            }
        }
    }

    /// Whether `is_one` says so of one of the keys and single values that it is made of, and the file that it stands in.
    #[must_use]
    pub fn has_text(&self, is_one: &dyn Fn(FileId, &str) -> bool) -> bool {
        match &self.content {
            Content::Scalar { text, .. } => is_one(self.origin.file(), self.held(text)),
            Content::Sequence(items) => items.iter().any(|item| item.has_text(is_one)),
            Content::Mapping(fields) => {
                fields.iter().any(|field| field.key.has_text(is_one) || field.value.has_text(is_one))
            }
        }
    }

    /// Whether both hold the same, wherever they are written.
    #[must_use]
    pub fn is_same(&self, other: &Value) -> bool {
        match (&self.content, &other.content) {
            (Content::Sequence(own), Content::Sequence(others)) => {
                own.len() == others.len()
                    && own.iter().zip(others.iter()).all(|(own, other)| own.is_same(other))
            }
            (Content::Mapping(own), Content::Mapping(others)) => {
                let has =
                    |field: &Field| other.get(field.name()).is_some_and(|value| value.is_same(&field.value));
                own.len() == others.len() && own.iter().all(has)
            }
            _ => self.kind() == other.kind(),
        }
    }

    /// The document with this value; `None` where maps and lists nest deeper than [`MAX_DEPTH`].
    #[must_use]
    pub fn document(&self) -> Option<Document> {
        let document = Document {
            origin: Arc::clone(&self.origin),
            origins: Vec::new(),
            targets: OnceLock::new(),
            injected: None,
            placeholders: None,
            decoded: String::new(),
            nodes: Vec::new(),
        };
        let mut arena = Arena { document, origins: HashMap::new() };
        arena.origin(&self.origin)?;
        arena.add(self, 0)?;
        Some(arena.document)
    }
}

/// Two values are equal where they hold the same.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.is_same(other)
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.content {
            Content::Scalar { .. } => self.kind().fmt(f),
            Content::Sequence(items) => f.debug_list().entries(items.iter()).finish(),
            Content::Mapping(fields) => {
                f.debug_map().entries(fields.iter().map(|field| (field.name(), &field.value))).finish()
            }
        }
    }
}

/// The entries of a map: those that are written, then those that `<<` merges.
fn fields_of(node: Node<'_>) -> Result<Vec<Field>, Span> {
    let mut fields: Vec<Field> = Vec::new();
    let mut known = HashSet::new();
    for entry in node.written_entries().filter(|entry| !entry.is_merge()) {
        let key = Value::of(entry.key)?;
        if !known.insert(key.text().unwrap_or("").to_owned()) {
            return Err(entry.key.span());
        }
        fields.push(Field { key, value: Value::of(entry.value)? });
    }
    for entry in node.written_entries().filter(super::node::Entry::is_merge) {
        for field in entry.merged().map(fields_of).collect::<Result<Vec<_>, _>>()?.into_iter().flatten() {
            if known.insert(field.name().to_owned()) {
                fields.push(field);
            }
        }
    }
    // They stay as they are till the builds are made.
    fields.shrink_to_fit();
    Ok(fields)
}

/// Whether `text` is a boolean of YAML 1.1 alone.
fn is_word_of_yaml_1_1(text: &str) -> bool {
    matches!(
        text,
        "y" | "Y"
            | "yes"
            | "Yes"
            | "YES"
            | "on"
            | "On"
            | "ON"
            | "n"
            | "N"
            | "no"
            | "No"
            | "NO"
            | "off"
            | "Off"
            | "OFF"
    )
}

/// A document in the making.
struct Arena {
    document: Document,
    /// The index of each origin, by its address.
    origins: HashMap<*const Origin, u32>,
}

/// The number that the root's origin gets, as it is the first.
const ROOT: u32 = 0;

impl Arena {
    fn add(&mut self, value: &Value, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        let index = self.document.nodes.len();
        let origin = self.origin(&value.origin)?;
        let content = match &value.content {
            Content::Scalar { text, style, tag } => {
                let held = value.held(text);
                let text = match text {
                    Held::Written(start, end) if origin == ROOT => Text::Source(*start, *end),
                    _ => self.keep(held)?,
                };
                tree::Content::Scalar(Scalar::new(text, held, *style, *tag))
            }
            Content::Sequence(_) => tree::Content::Sequence,
            Content::Mapping(_) => tree::Content::Mapping,
        };
        let Value { start, end, .. } = *value;
        self.document.nodes.push(NodeData { origin, start, end, after: 0, content });
        for item in value.items() {
            self.add(item, depth + 1)?;
        }
        for Field { key, value } in value.fields() {
            self.add(key, depth + 1)?;
            self.add(value, depth + 1)?;
        }
        let after = u32::try_from(self.document.nodes.len()).ok()?;
        self.document.nodes.get_mut(index)?.after = after;
        Some(())
    }

    fn origin(&mut self, origin: &Arc<Origin>) -> Option<u32> {
        let next = u32::try_from(self.document.origins.len()).ok()?;
        let index = *self.origins.entry(Arc::as_ptr(origin)).or_insert(next);
        if index == next {
            self.document.origins.push(Arc::clone(origin));
        }
        Some(index)
    }

    fn keep(&mut self, text: &str) -> Option<Text> {
        let start = u32::try_from(self.document.decoded.len()).ok()?;
        self.document.decoded.push_str(text);
        Some(Text::Decoded(start, u32::try_from(self.document.decoded.len()).ok()?))
    }
}
