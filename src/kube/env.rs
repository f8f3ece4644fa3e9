//! A container's environment variables.

use super::shape::{Field, Place, Reader};
use crate::yaml::Node;

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
}

impl<'d> EnvVar<'d> {
    pub(super) fn read(reader: &mut Reader, place: &Place<'_, 'd>) -> Self {
        let name = reader.string(place, "name");
        let value = match (reader.string(place, "value"), reader.map(place, "valueFrom")) {
            // An empty value doesn't hide `valueFrom` (`kubelet.makeEnvironmentVariables`).
            (Some(value), None) => EnvValue::Literal(value),
            (Some(value), Some(_)) if !value.is_empty() => EnvValue::Literal(value),
            (_, Some(from)) => EnvValue::From(from.node),
            (None, None) => EnvValue::Empty,
        };
        Self { node: place.node, name, value }
    }
}
