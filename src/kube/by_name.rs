//! Init containers that a chart's values hold in a map, by their names.
//!
//! The chart makes the list of it, in the order of the names: `range` sorts a map's keys (`text/template`). It adds what
//! stands elsewhere in the values, mounts among it (bjw-s' `common` library, `persistence`).

use super::container::InitStep;
use super::field::{Place, Reader};
use crate::yaml::{Entry, Kind, Node};

/// Whether `node` holds containers by their names, each with a command or an image of its own. Where the order comes of
/// what they say of each other, it isn't read.
pub(super) fn is_containers(node: Node<'_>) -> bool {
    let mut containers = node.entries().map(|entry| entry.value).peekable();
    containers.peek().is_some() && containers.all(is_container)
}

fn is_container(node: Node<'_>) -> bool {
    let is_list = |key| node.get(key).is_some_and(Node::is_sequence);
    let image = node.get("image");
    let has_image = image.is_some_and(|image| image.get("repository").is_some() || image.as_str().is_some());
    node.is_mapping()
        && node.get("dependsOn").is_none()
        && (has_image || is_list("command") || is_list("args"))
}

/// The init containers of `spec`, which holds them by their names.
pub(super) fn init_steps<'d>(reader: &mut Reader, spec: &Place<'_, 'd>) -> Vec<InitStep<'d>> {
    let Some(map) = spec.get("initContainers") else { return Vec::new() };
    let is_enabled =
        |entry: &Entry<'_>| entry.value.get("enabled").map(Node::kind) != Some(Kind::Bool(false));
    let mut entries: Vec<_> =
        map.node.entries().filter(is_enabled).map(|entry| (entry.name(), entry)).collect();
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    entries.iter().map(|(name, entry)| InitStep::read(reader, &map.named(entry, name))).collect()
}
