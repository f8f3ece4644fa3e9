//! Reading typed fields out of a manifest that may have the wrong shape.
//!
//! The API server's decoder rejects an object at its first wrong shape. Here each is kept as a [`TypeError`] and the
//! rest is still read, so that one mistake doesn't hide the others.

use std::fmt::Write;
use std::ops::Deref;
use std::sync::Arc;

use super::quantity::{Quantity, QuantityError};
use crate::helm;
use crate::source::Span;
use crate::yaml::{Entry, Kind, Node};

/// A value that the manifest writes, and where.
#[derive(Debug, Clone, Copy)]
pub struct Field<'d, T> {
    /// What it says.
    pub value: T,
    /// The value's node.
    pub node: Node<'d>,
    /// The key's node; `None` for an item of a list.
    pub key: Option<Node<'d>>,
}

impl<T> Field<'_, T> {
    /// Where the value is written.
    #[must_use]
    pub fn span(&self) -> Span {
        self.node.span()
    }

    /// Where the key is written; the value where it has none.
    #[must_use]
    pub fn key_span(&self) -> Span {
        self.key.map_or_else(|| self.node.span(), Node::span)
    }
}

impl<T> Deref for Field<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// A field whose value the API server's decoder rejects, or a null in a list of maps, which its validation rejects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeError {
    /// The value.
    pub span: Span,
    /// The value's JSON pointer (RFC 6901) in its document.
    pub pointer: String,
    /// The key that it stands under, be it as an item of a list.
    pub field: String,
    /// What belongs there, with its article: `a list`.
    pub expected: &'static str,
    /// What is there: `a map`; or the text that is no quantity.
    pub found: String,
    /// Why the text is no quantity, where one belongs there.
    pub quantity: Option<QuantityError>,
    /// The container that it belongs to, by name.
    pub container: Option<Arc<str>>,
}

/// A node and the way to it, which becomes a JSON pointer only when someone asks.
#[derive(Clone, Copy)]
pub(super) struct Place<'p, 'd> {
    pub(super) node: Node<'d>,
    pub(super) key: Option<Node<'d>>,
    step: Step<'p>,
    parent: Option<&'p Place<'p, 'd>>,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    /// A pointer that is already written.
    Root(&'p str),
    Key(&'p str),
    /// A key that names what stands under it.
    Name(&'p str),
    Index(usize),
}

impl<'p, 'd> Place<'p, 'd> {
    /// The node that `pointer` leads to.
    pub(super) fn root(node: Node<'d>, pointer: &'p str) -> Self {
        Self { node, key: None, step: Step::Root(pointer), parent: None }
    }

    /// The value of `key`; `None` where it is missing or null, which the decoder doesn't tell apart.
    pub(super) fn get(&'p self, key: &'p str) -> Option<Place<'p, 'd>> {
        let entry = self.node.entry(key).filter(|entry| !entry.value.is_null())?;
        Some(self.value(&entry, key))
    }

    /// The value of `entry`, whose key reads `name`.
    pub(super) fn value(&'p self, entry: &Entry<'d>, name: &'p str) -> Place<'p, 'd> {
        Place { node: entry.value, key: Some(entry.key), step: Step::Key(name), parent: Some(self) }
    }

    /// The value of `entry`, which its key names.
    pub(super) fn named(&'p self, entry: &Entry<'d>, name: &'p str) -> Place<'p, 'd> {
        Place { step: Step::Name(name), ..self.value(entry, name) }
    }

    /// The items, where this is a list.
    pub(super) fn items(&'p self) -> impl Iterator<Item = Place<'p, 'd>> {
        self.node.items().enumerate().map(|(index, node)| Place {
            node,
            key: None,
            step: Step::Index(index),
            parent: Some(self),
        })
    }

    /// The key, where it names what stands under it.
    pub(super) fn name(&self) -> Option<Field<'d, &'d str>> {
        let key = self.key.filter(|_| matches!(self.step, Step::Name(_)))?;
        Some(Field { value: key.text()?, node: key, key: None })
    }

    /// The node's JSON pointer.
    pub(super) fn pointer(&self) -> String {
        let mut pointer = self.parent.map_or_else(String::new, Place::pointer);
        match self.step {
            Step::Root(root) => pointer.push_str(root),
            Step::Key(key) | Step::Name(key) => push_key(&mut pointer, key),
            // Writing to a String never fails.
            Step::Index(index) => _ = write!(pointer, "/{index}"),
        }
        pointer
    }

    pub(super) fn field(&self) -> &str {
        match (self.step, self.parent) {
            (Step::Key(key) | Step::Name(key), _) => key,
            (Step::Root(pointer), _) => pointer.rsplit('/').next().unwrap_or_default(),
            (Step::Index(_), parent) => parent.map_or("", Place::field),
        }
    }

    fn with<T>(&self, value: T) -> Field<'d, T> {
        Field { value, node: self.node, key: self.key }
    }
}

/// Appends `/key` to a JSON pointer, escaped by RFC 6901.
pub(super) fn push_key(pointer: &mut String, key: &str) {
    pointer.push('/');
    for char in key.chars() {
        match char {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            _ => pointer.push(char),
        }
    }
}

/// Reads fields, and keeps what it can't read.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) malformed: Vec<TypeError>,
    /// The container whose fields are being read.
    pub(super) container: Option<Arc<str>>,
    /// Whether they stand in a chart's values, where `{}`, `[]` and `""` leave a field unset: a template's `if` and `with` take
    /// them for false (documentation of Go's `text/template`, "Actions").
    pub(super) is_of_values: bool,
}

impl Reader {
    /// The value of `key`, where it is set.
    fn get<'p, 'd>(&self, map: &'p Place<'p, 'd>, key: &'p str) -> Option<Place<'p, 'd>> {
        map.get(key).filter(|place| !(self.is_of_values && is_empty(place.node)))
    }

    fn report(&mut self, place: &Place<'_, '_>, expected: &'static str) {
        let is_open = place.node.is_unknown() || place.node.as_str().is_some_and(is_placeholder);
        if !is_open {
            self.push(place, expected, place.node.type_name().to_owned(), None);
        }
    }

    fn push(
        &mut self,
        place: &Place<'_, '_>,
        expected: &'static str,
        found: String,
        quantity: Option<QuantityError>,
    ) {
        self.malformed.push(TypeError {
            span: place.node.span(),
            pointer: place.pointer(),
            field: place.field().to_owned(),
            expected,
            found,
            quantity,
            container: self.container.clone(),
        });
    }

    /// The list at `key`.
    pub(super) fn list<'p, 'd>(&mut self, map: &'p Place<'p, 'd>, key: &'p str) -> Option<Place<'p, 'd>> {
        let place = self.get(map, key)?;
        if place.node.is_sequence() {
            return Some(place);
        }
        self.report(&place, "a list");
        None
    }

    /// The map at `key`.
    pub(super) fn map<'p, 'd>(&mut self, map: &'p Place<'p, 'd>, key: &'p str) -> Option<Place<'p, 'd>> {
        let place = self.get(map, key)?;
        self.is_map(&place).then_some(place)
    }

    /// Whether the node is a map, as an item of a list of objects has to be.
    pub(super) fn is_map(&mut self, place: &Place<'_, '_>) -> bool {
        if !place.node.is_mapping() {
            self.report(place, "a map");
        }
        place.node.is_mapping()
    }

    /// The maps in the list at `key`; what is no map is left out.
    pub(super) fn maps<'d, T>(
        &mut self,
        map: &Place<'_, 'd>,
        key: &str,
        mut read: impl FnMut(&mut Self, &Place<'_, 'd>) -> T,
    ) -> Vec<T> {
        let Some(list) = self.list(map, key) else { return Vec::new() };
        let mut out = Vec::new();
        for item in list.items() {
            if self.is_map(&item) {
                out.push(read(self, &item));
            }
        }
        out
    }

    /// The string at `key`.
    pub(super) fn string<'d>(&mut self, map: &Place<'_, 'd>, key: &str) -> Option<Field<'d, &'d str>> {
        let place = self.get(map, key)?;
        if let Some(text) = place.node.as_str() {
            return Some(place.with(text));
        }
        self.report(&place, "a string");
        None
    }

    /// The string at `key`, which names something: where only Helm knows it, it is good for telling whether two are the
    /// same.
    pub(super) fn name<'d>(&mut self, map: &Place<'_, 'd>, key: &str) -> Option<Field<'d, &'d str>> {
        let place = self.get(map, key)?;
        match place.node.identity() {
            Some(name) => Some(place.with(name)),
            None => self.string(map, key),
        }
    }

    /// The strings of the list at `key`; `None` where there is no list, and one that nobody knows where Helm makes the
    /// list. A scalar that isn't a string is
    /// malformed, but stands for its text, so that the others keep their places.
    pub(super) fn strings<'d>(&mut self, map: &Place<'_, 'd>, key: &str) -> Option<Vec<Field<'d, &'d str>>> {
        if let Some(unknown) = self.get(map, key).filter(|place| place.node.is_unknown()) {
            return Some(vec![unknown.with(unknown.node.text().unwrap_or_default())]);
        }
        let list = self.list(map, key)?;
        let mut strings = Vec::new();
        for item in list.items() {
            // The decoder makes an empty string of a null.
            if item.node.as_str().is_none() && !item.node.is_null() {
                self.report(&item, "a string");
            }
            let text = if item.node.is_null() { None } else { item.node.text() };
            strings.push(item.with(text.unwrap_or_default()));
        }
        Some(strings)
    }

    /// The boolean at `key`.
    pub(super) fn boolean<'d>(&mut self, map: &Place<'_, 'd>, key: &str) -> Option<Field<'d, bool>> {
        let place = self.get(map, key)?;
        if let Kind::Bool(value) = place.node.kind() {
            return Some(place.with(value));
        }
        self.report(&place, "a boolean");
        None
    }

    /// The whole number at `key`.
    pub(super) fn integer<'d>(&mut self, map: &Place<'_, 'd>, key: &str) -> Option<Field<'d, i64>> {
        let place = self.get(map, key)?;
        if let Kind::Int(value) = place.node.kind() {
            return Some(place.with(value));
        }
        self.report(&place, "a whole number");
        None
    }

    /// The whole number at `key`, where the API's type has 32 bits.
    pub(super) fn int32<'d>(&mut self, map: &Place<'_, 'd>, key: &str) -> Option<Field<'d, i64>> {
        let field = self.integer(map, key)?;
        if i32::try_from(field.value).is_err() {
            self.report(&self.get(map, key)?, "a whole number of 32 bits");
            return None;
        }
        Some(field)
    }

    /// The whole numbers of the list at `key`.
    pub(super) fn integers(&mut self, map: &Place<'_, '_>, key: &str) -> Vec<i64> {
        let Some(list) = self.list(map, key) else { return Vec::new() };
        let mut integers = Vec::new();
        for item in list.items() {
            match item.node.kind() {
                Kind::Int(value) => integers.push(value),
                // The decoder makes a 0 of a null.
                Kind::Null => integers.push(0),
                _ => self.report(&item, "a whole number"),
            }
        }
        integers
    }

    /// The quantity at `place`, a null being 0 (`Quantity.UnmarshalJSON`).
    pub(super) fn quantity(&mut self, place: &Place<'_, '_>) -> Option<Quantity> {
        const EXPECTED: &str = "a quantity";
        match quantity_of(place.node) {
            Some(Ok(quantity)) => return Some(quantity),
            Some(Err(error)) => {
                let found = place.node.text().unwrap_or_default();
                if !is_placeholder(found) {
                    self.push(place, EXPECTED, found.to_owned(), Some(error));
                }
            }
            None => self.report(place, EXPECTED),
        }
        None
    }
}

/// Whether `node` is a text, a list or a map that holds nothing.
fn is_empty(node: Node<'_>) -> bool {
    match node.kind() {
        Kind::String(text) => text.is_empty(),
        Kind::Sequence => node.items().next().is_none(),
        Kind::Mapping => node.entries().next().is_none(),
        _ => false,
    }
}

/// The quantity that `node` holds, a null being 0 (`Quantity.UnmarshalJSON`); `None` for a type that holds none.
pub(super) fn quantity_of(node: Node<'_>) -> Option<Result<Quantity, QuantityError>> {
    match node.kind() {
        Kind::Null => Some(Ok(Quantity::ZERO)),
        Kind::String(text) => Some(text.parse()),
        Kind::Int(value) => Some(Ok(Quantity::from_units(value, super::quantity::Format::DecimalSi))),
        Kind::Float(value) if value.is_finite() => Some(json_number(value).parse()),
        Kind::Bool(_) | Kind::Float(_) | Kind::Sequence | Kind::Mapping | Kind::Unknown => None,
    }
}

/// Whether another tool fills the text in before the API server sees it: kustomize's `$(VAR)`, Flux's `${VAR}`, a
/// template's `{{ … }}`, a reader's `<value>`. Its shape tells nothing then.
#[must_use]
pub fn is_placeholder(text: &str) -> bool {
    // Most texts have none of the marks' first letters.
    helm::has_placeholder(text)
        || text.bytes().any(|byte| matches!(byte, b'$' | b'{' | b'<')) && is_marked(text)
}

fn is_marked(text: &str) -> bool {
    ["$(", "${", "{{", "<%"].iter().any(|mark| text.contains(mark))
        || text.starts_with('<') && text.ends_with('>')
        || text.strip_prefix('$').is_some_and(|name| name.starts_with(|c: char| c.is_ascii_uppercase()))
}

/// Whether Flux's `postBuild` or envsubst writes part of the text: `${NAME}`, which Kubernetes leaves as it is in values.
#[must_use]
pub(super) fn is_substituted(text: &str) -> bool {
    let mut marks = text.match_indices("${");
    marks.any(|(at, mark)| {
        let name = text.get(at + mark.len()..).unwrap_or("");
        name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_') && name.contains('}')
    })
}

/// A number as Go's `encoding/json` writes it.
fn json_number(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-6..1e21).contains(&magnitude) {
        format!("{value:e}")
    } else {
        value.to_string()
    }
}
