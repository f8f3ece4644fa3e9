//! A container's environment variables.

use super::field::{Field, Place, Reader};
use crate::yaml::{Lookup, Node};

/// An entry of `env`.
#[derive(Debug, Clone)]
pub struct EnvVar<'d> {
    /// The entry.
    pub node: Node<'d>,
    /// `name`.
    pub name: Option<Field<'d, &'d str>>,
    /// What the variable is set to.
    pub value: EnvValue<'d>,
}

/// Where a variable's value comes from.
#[derive(Debug, Clone, Copy)]
pub enum EnvValue<'d> {
    /// `value`, before the kubelet expands it.
    Literal(Field<'d, &'d str>),
    /// Neither `value` nor `valueFrom`: the empty string.
    Empty,
    /// `valueFrom`: known to the cluster alone.
    From(Node<'d>),
    /// A template puts it there.
    Unknown,
}

/// An entry of `envFrom`.
#[derive(Debug, Clone, Copy)]
pub struct EnvFrom<'d> {
    /// The entry.
    pub node: Node<'d>,
    /// `prefix` of each variable's name.
    pub prefix: Option<Field<'d, &'d str>>,
    /// The name in `configMapRef`.
    pub config_map: Option<Field<'d, &'d str>>,
    /// The name in `secretRef`.
    pub secret: Option<Field<'d, &'d str>>,
}

/// What `valueFrom` may hold, and the strings in it.
const SOURCES: [(&str, &[&str]); 4] = [
    ("fieldRef", &["apiVersion", "fieldPath"]),
    ("resourceFieldRef", &["containerName", "resource"]),
    ("configMapKeyRef", &["name", "key"]),
    ("secretKeyRef", &["name", "key"]),
];

impl<'d> EnvVar<'d> {
    pub(super) fn read(reader: &mut Reader, place: &Place<'_, 'd>) -> Self {
        let name = reader.name(place, "name");
        let from = reader.map(place, "valueFrom");
        for (key, strings) in SOURCES {
            if let Some(source) = from.as_ref().and_then(|from| reader.map(from, key)) {
                for key in strings {
                    // Only its shape is of interest.
                    _ = reader.string(&source, key);
                }
            }
        }
        let value = match (reader.string(place, "value"), from) {
            // An empty value doesn't hide `valueFrom` (`kubelet.makeEnvironmentVariables`).
            (Some(value), None) => EnvValue::Literal(value),
            (Some(value), Some(_)) if !value.is_empty() => EnvValue::Literal(value),
            (_, Some(from)) => EnvValue::From(from.node),
            (None, None) if is_unknown(place.node) => EnvValue::Unknown,
            (None, None) => EnvValue::Empty,
        };
        Self { node: place.node, name, value }
    }
}

/// Whether a template says what the variable is set to.
fn is_unknown(variable: Node<'_>) -> bool {
    let is_unknown = |key| match variable.lookup(key) {
        Lookup::Present(value) => value.is_unknown(),
        Lookup::Unknown => true,
        Lookup::Absent => false,
    };
    is_unknown("value") || is_unknown("valueFrom")
}

impl<'d> EnvFrom<'d> {
    pub(super) fn read(reader: &mut Reader, place: &Place<'_, 'd>) -> Self {
        let mut name = |key| reader.map(place, key).and_then(|source| reader.string(&source, "name"));
        let (config_map, secret) = (name("configMapRef"), name("secretRef"));
        Self { node: place.node, prefix: reader.string(place, "prefix"), config_map, secret }
    }
}
