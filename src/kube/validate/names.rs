//! Names that two containers of a Pod share: `validateContainers`, `validateInitContainers`,
//! `validateEphemeralContainers`.

use foldhash::{HashMap, HashMapExt};

use super::super::container::Role;
use super::super::pod::Pod;
use super::super::template::Completeness;
use super::super::version::Version;
use super::{ContainerEntry, app_entries, init_entries, is_placeholder};
use crate::source::Span;
use crate::yaml::Node;

/// A container whose name another one has.
#[derive(Debug, Clone)]
pub struct Shared<'d> {
    /// The name; empty where neither has one.
    pub name: &'d str,
    /// The map of the one that the API server turns away: an init container before an app container, else the later
    /// one.
    pub node: Node<'d>,
    /// Its name's place; all of it where it has none.
    pub span: Span,
    /// It in words: `an init container`.
    pub what: &'static str,
    /// The other one's name.
    pub first: Span,
    /// The other one in words.
    pub first_what: &'static str,
}

/// The names that two containers share.
#[must_use]
pub fn shared<'d>(pod: &Pod<'d>, version: Version) -> Vec<Shared<'d>> {
    let mut known = HashMap::new();
    let mut shared = Vec::new();
    let apps = app_entries(pod, version).map(|entry| (entry, "an app container"));
    let inits = init_entries(pod, version).map(|entry| {
        let what = if entry.role == Role::Sidecar { "a sidecar" } else { "an init container" };
        (entry, what)
    });
    for (entry, what) in apps.chain(inits) {
        // A patch names the container that it takes out, perhaps to put it elsewhere.
        if entry.node.get("$patch").is_some() {
            continue;
        }
        see(named(&entry, pod), entry.node, entry.span(), what, &mut known, &mut shared);
    }
    for container in &pod.ephemeral {
        let (name, span) = (Some(container.name()), container.name_span());
        see(name, container.node, span, "an ephemeral container", &mut known, &mut shared);
    }
    shared
}

/// The name, empty where there is none; nothing where it isn't known yet.
fn named<'d>(entry: &ContainerEntry<'d>, pod: &Pod<'d>) -> Option<&'d str> {
    let may_be_given = entry.node.is_open() || pod.template.completeness == Completeness::Merged;
    match entry.node.get("name").filter(|name| !name.is_null()) {
        None if may_be_given => None,
        None => Some(""),
        Some(name) => name.as_str().filter(|name| !is_placeholder(name)),
    }
}

fn see<'d>(
    name: Option<&'d str>,
    node: Node<'d>,
    span: Span,
    what: &'static str,
    known: &mut HashMap<&'d str, (Span, &'static str)>,
    shared: &mut Vec<Shared<'d>>,
) {
    let Some(name) = name else { return };
    match known.get(name) {
        Some(&(first, first_what)) => shared.push(Shared { name, node, span, what, first, first_what }),
        // Go's init containers without a name don't clash with each other, only with an app container's lack of one.
        None if name.is_empty() && what != "an app container" => {}
        None => _ = known.insert(name, (span, what)),
    }
}
