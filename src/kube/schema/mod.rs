//! The API's types from the Pod spec down, and what the API server's decoder says of a manifest by them.
//!
//! The tables name each field with the versions that have it; they were taken from the `OpenAPI` definitions of
//! 1.27 to 1.36. How a value decodes follows `sigs.k8s.io/json`, which is as strict about case and types, and as
//! lenient about nulls. Below a volume claim template's `metadata` nothing is judged.

mod container;
mod meta;
mod pod;
mod volume;

use super::field::{Place, quantity_of};
use super::quantity::QuantityError;
use super::spelling;
use super::version::Version;
use crate::source::Span;
use crate::yaml::{Entry, Kind, Node};

/// What a field holds.
enum Type {
    Any,
    Text,
    Bool,
    Int32,
    Int64,
    /// `intstr.IntOrString`, a port's number or name.
    IntOrString,
    /// `resource.Quantity`.
    Quantity,
    List(&'static Type),
    /// A map by names that are no fields.
    Map(&'static Type),
    Object(&'static Shape),
}

/// A type of the API: its fields.
struct Shape(&'static [Fields]);

/// Fields of one type that came, and went, with the same minor versions.
struct Fields {
    holds: Type,
    names: &'static [&'static str],
    since: u8,
    until: u8,
}

const fn always(holds: Type, names: &'static [&'static str]) -> Fields {
    within(0, u8::MAX, holds, names)
}

const fn since(since: u8, holds: Type, names: &'static [&'static str]) -> Fields {
    within(since, u8::MAX, holds, names)
}

const fn until(until: u8, holds: Type, names: &'static [&'static str]) -> Fields {
    within(0, until, holds, names)
}

const fn within(since: u8, until: u8, holds: Type, names: &'static [&'static str]) -> Fields {
    Fields { holds, names, since, until }
}

impl Shape {
    fn fields(&self, name: &str) -> Option<&'static Fields> {
        self.0.iter().find(|fields| fields.names.contains(&name))
    }

    /// Whether one field of `version` alone is spelt like `name`.
    fn has_one_like(&self, name: &str, version: Version) -> bool {
        let known = self.0.iter().filter(|fields| version.is_within(fields.since, fields.until));
        known.flat_map(|fields| fields.names).filter(|known| spelling::is_like(name, known)).count() == 1
    }

    /// The field of `version` that someone who wrote `name` may have meant.
    fn like(&self, name: &str, version: Version) -> Option<&'static str> {
        let known = self.0.iter().filter(|fields| version.is_within(fields.since, fields.until));
        let mut known = known.flat_map(|fields| fields.names).copied();
        let other = OTHER_NAMES.iter().find(|(other, _)| spelling::is_like(name, other));
        spelling::closest(name, known.clone())
            .or_else(|| other.and_then(|(_, field)| known.find(|known| known == field)))
    }
}

/// What people call fields, beside the names that these have.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("environment", "env"),
    ("arguments", "args"),
    ("cmd", "command"),
    ("entrypoint", "command"),
    ("mounts", "volumeMounts"),
];

/// A field or a value that the API server's decoder turns away. The strict form, which `kubectl` asks for, turns
/// unknown fields away too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError<'d> {
    /// The key of an unknown field, else the value.
    pub node: Node<'d>,
    /// JSON pointer (RFC 6901) of the value in its document.
    pub pointer: String,
    /// The key that it stands under, be it as an item of a list.
    pub field: String,
    /// The map of the container that it belongs to.
    pub container: Option<Node<'d>>,
    /// That container's name, if it has one.
    pub container_name: Option<&'d str>,
    /// Why.
    pub cause: Cause,
}

/// Why something doesn't fit the API's types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// A field that the version doesn't have.
    Unknown {
        /// The version that brought it, where it is a later one.
        since: Option<Version>,
        /// The field that may have been meant.
        instead: Option<&'static str>,
        /// Whether no other one can have been, and the map lacks that one.
        is_certain: bool,
    },
    /// A value of another type.
    Type {
        /// What belongs there, with its article: `a list`.
        expected: &'static str,
        /// What is there: `a map`.
        found: String,
    },
    /// Text that is no quantity.
    Quantity {
        /// The text.
        found: String,
        /// What is wrong with it.
        error: QuantityError,
    },
}

impl FieldError<'_> {
    /// Where it is written.
    #[must_use]
    pub fn span(&self) -> Span {
        self.node.span()
    }
}

/// What doesn't fit in the Pod spec at `pointer`, in the order of the manifest.
#[must_use]
pub fn field_errors<'d>(spec: Node<'d>, pointer: &str, version: Version) -> Vec<FieldError<'d>> {
    let mut decoder = Decoder { version, container: None, container_name: None, field_errors: Vec::new() };
    decoder.object(&Place::root(spec, pointer), &pod::POD_SPEC);
    decoder.field_errors
}

struct Decoder<'d> {
    version: Version,
    container: Option<Node<'d>>,
    container_name: Option<&'d str>,
    field_errors: Vec<FieldError<'d>>,
}

impl<'d> Decoder<'d> {
    fn object(&mut self, place: &Place<'_, 'd>, shape: &'static Shape) {
        if !place.node.is_mapping() {
            return self.wrong(place, "a map");
        }
        let is_container = [&container::CONTAINER, &container::EPHEMERAL_CONTAINER]
            .into_iter()
            .any(|container| std::ptr::eq(container, shape));
        if is_container {
            self.container = Some(place.node);
            self.container_name =
                place.node.get("name").and_then(Node::identity).filter(|name| !name.is_empty());
        }
        for entry in place.node.entries() {
            let name = entry.name();
            let value = place.value(&entry, &name);
            match shape.fields(&name) {
                Some(fields) if self.version.is_within(fields.since, fields.until) => {
                    self.value(&value, &fields.holds);
                }
                fields => self.unknown(&entry, &value, fields, shape, place.node),
            }
        }
        if is_container {
            self.container = None;
        }
    }

    /// The depth of recursion is the document's, which the parser bounds.
    fn value(&mut self, place: &Place<'_, 'd>, holds: &'static Type) {
        // What follows an action may be a part of anything that this puts out.
        if place.node.is_mapping() && place.node.is_open() && is_behind_action(place) {
            return;
        }
        // As far left as its key, a list may be that of another key, which an action puts out.
        let may_be_of_other =
            |key: &Node<'_>| key.has_output_before(place.node) && key.column() == place.node.column();
        if place.node.is_sequence() && place.key.as_ref().is_some_and(may_be_of_other) {
            return;
        }
        match (holds, place.node.kind()) {
            (_, Kind::Null)
            | (Type::Any, _)
            | (Type::Text | Type::IntOrString, Kind::String(_))
            | (Type::Bool, Kind::Bool(_))
            | (Type::Int64, Kind::Int(_)) => {}
            (Type::Int32 | Type::IntOrString, Kind::Int(value)) if i32::try_from(value).is_ok() => {}
            (Type::List(of), Kind::Sequence) => place.items().for_each(|item| self.value(&item, of)),
            (Type::Map(of), Kind::Mapping) => {
                for entry in place.node.entries() {
                    let name = entry.name();
                    self.value(&place.value(&entry, &name), of);
                }
            }
            (Type::Object(shape), _) => self.object(place, shape),
            (Type::Quantity, _) => self.quantity(place),
            (Type::Text, _) => self.wrong(place, "a string"),
            (Type::Bool, _) => self.wrong(place, "a boolean"),
            (Type::Int32, Kind::Int(_)) => self.wrong(place, "a whole number of 32 bits"),
            (Type::Int32 | Type::Int64, _) => self.wrong(place, "a whole number"),
            (Type::IntOrString, _) => self.wrong(place, "a string or a whole number of 32 bits"),
            (Type::List(_), _) => self.wrong(place, "a list"),
            (Type::Map(_), _) => self.wrong(place, "a map"),
        }
    }

    fn quantity(&mut self, place: &Place<'_, 'd>) {
        match quantity_of(place.node) {
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                let found = place.node.text().unwrap_or_default().to_owned();
                self.push(place.node, place, Cause::Quantity { found, error });
            }
            None => self.wrong(place, "a quantity"),
        }
    }

    fn unknown(
        &mut self,
        entry: &Entry<'d>,
        value: &Place<'_, 'd>,
        fields: Option<&Fields>,
        shape: &'static Shape,
        map: Node<'d>,
    ) {
        if entry.key.is_unknown() {
            return;
        }
        let later = fields.filter(|fields| !self.version.is_within(fields.since, u8::MAX));
        let since = later.and_then(|fields| Version::of_minor(fields.since));
        let name = entry.name();
        let instead = if fields.is_none() { shape.like(&name, self.version) } else { None };
        let is_certain = instead.is_some_and(|field| {
            shape.has_one_like(&name, self.version) && map.get(field).is_none() && !map.is_open()
        });
        self.push(entry.key, value, Cause::Unknown { since, instead, is_certain });
    }

    fn wrong(&mut self, place: &Place<'_, 'd>, expected: &'static str) {
        if place.node.is_unknown() || is_behind_action(place) {
            return;
        }
        let kind = place.node.type_name();
        let found = match place.node.text().filter(|text| !text.is_empty()) {
            Some(text) => format!("{kind} (`{text}`)"),
            None => kind.to_owned(),
        };
        self.push(place.node, place, Cause::Type { expected, found });
    }

    fn push(&mut self, node: Node<'d>, place: &Place<'_, 'd>, cause: Cause) {
        let field = place.field().to_owned();
        let Self { container, container_name, .. } = *self;
        let field_error =
            FieldError { node, pointer: place.pointer(), field, container, container_name, cause };
        self.field_errors.push(field_error);
    }
}

/// Whether a template's action stands between the key and what is written of its value: what it puts out may be of the
/// right type.
fn is_behind_action(place: &Place<'_, '_>) -> bool {
    place.key.is_some_and(|key| key.is_apart_from(place.node))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Source};
    use crate::yaml::Document;

    /// The fields that don't fit in `spec` for 1.`minor`, each with its value's pointer.
    fn misfits_of(spec: &str, version: &str) -> Vec<(String, &'static str)> {
        let source = Source::new(FileId(0), "spec.yaml", spec);
        let document = Document::parse(&source, 0..spec.len()).unwrap();
        let field_errors = field_errors(document.root(), "", version.parse().unwrap());
        let named = field_errors.into_iter().map(|field_error| {
            let cause = match field_error.cause {
                Cause::Unknown { .. } => "unknown",
                Cause::Type { expected, .. } => expected,
                Cause::Quantity { .. } => "quantity",
            };
            (field_error.pointer, cause)
        });
        named.collect()
    }

    #[test]
    fn fields_come_and_go_with_versions() {
        let rules =
            "initContainers: [{restartPolicyRules: [{action: a, exitCodes: {operator: In, values: [1]}}]}]";
        let unknown = [("/initContainers/0/restartPolicyRules".to_owned(), "unknown")];
        assert_eq!(misfits_of(rules, "1.33"), unknown);
        assert_eq!(misfits_of(rules, "1.34"), []);
        assert_eq!(misfits_of("workloadRef: {name: a}", "1.35"), []);
        assert_eq!(misfits_of("workloadRef: {name: a}", "1.36").len(), 1);
    }

    #[test]
    fn types_are_those_of_gos_decoder() {
        let fits =
            "{hostNetwork: null, priority: 2147483647, volumes: [{name: a, emptyDir: {sizeLimit: 1.5}}],
            containers: [null, {ports: [{containerPort: 1.0}], livenessProbe: {tcpSocket: {port: http}},
            command: [null, ''], resources: {limits: {a/b: 1, cpu: null}}}], nodeSelector: {a: ~}}";
        assert_eq!(misfits_of(fits, "1.36"), []);
        for (spec, pointer, cause) in [
            ("priority: 2147483648", "/priority", "a whole number of 32 bits"),
            ("priority: 1.5", "/priority", "a whole number"),
            ("nodeSelector: {a: 1}", "/nodeSelector/a", "a string"),
            ("tolerations: {}", "/tolerations", "a list"),
            ("hostname: on", "/hostname", "a string"),
            ("hostIPC: 'true'", "/hostIPC", "a boolean"),
            ("overhead: {cpu: 1K}", "/overhead/cpu", "quantity"),
            ("overhead: {cpu: true}", "/overhead/cpu", "a quantity"),
            (
                "containers: [{livenessProbe: {httpGet: {port: true}}}]",
                "/containers/0/livenessProbe/httpGet/port",
                "a string or a whole number of 32 bits",
            ),
        ] {
            assert_eq!(misfits_of(spec, "1.36"), [(pointer.to_owned(), cause)], "{spec}");
        }
    }

    #[test]
    fn a_misspelt_field_is_told_the_right_one() {
        let source = Source::new(FileId(0), "spec.yaml", "containers: [{volume_mount: [], Command: []}]");
        let document = Document::parse(&source, 0..source.text.len()).unwrap();
        let field_errors = field_errors(document.root(), "", Version::NEWEST);
        let instead = field_errors.into_iter().map(|field_error| match field_error.cause {
            Cause::Unknown { instead, .. } => instead,
            _ => None,
        });
        assert_eq!(instead.collect::<Vec<_>>(), [Some("volumeMounts"), Some("command")]);
    }
}
