//! `initContainers` where no API type has them, or misspelt: an unknown field, which the API server drops, or in its
//! strict mode rejects (`kubectl --validate`).

use foldhash::HashMap;

use super::super::field::push_key;
use super::super::object::Object;
use super::super::spelling;
use super::super::template::{Completeness, Template};
use super::super::workloads::Workload;
use crate::yaml::{Entry, Node};

/// What a document holds that has them misplaced or misspelt: parts that a wrong letter or two leave whole.
pub const LITERALS: &[&str] =
    &["initC", "InitC", "initc", "Initc", "init_c", "init-c", "initO", "tContain", "iContain", "tcontain"];

/// The key as it should be.
const KEY: &str = "initContainers";

/// Init containers that nothing reads.
#[derive(Debug, Clone)]
pub struct Misplaced<'d> {
    /// The key.
    pub key: Node<'d>,
    /// Where it stands.
    pub site: Site,
    /// The container that it stands in, where that has a name.
    pub container: Option<&'d str>,
    /// The key of the Pod spec that it belongs into, where that is there.
    pub pod_spec: Option<Node<'d>>,
}

/// Where misplaced init containers stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Site {
    /// In a Pod spec, under a name that isn't quite the field's.
    Misspelt,
    /// Beside the Pod spec, in the template or in a bare Pod.
    BesideSpec,
    /// In a container.
    Container,
    /// Further out than the template, as in a Deployment's or a Job's own `spec`.
    Workload,
    /// Further in, as in the Pod's `securityContext`.
    Within,
}

/// Whether `name` is a spelling of `initContainers`, the right one included.
#[must_use]
pub fn is_spelling(name: &str) -> bool {
    // Two letters may be missing, and the plural. Most keys are shorter.
    const SHORTEST: usize = KEY.len() - 3;
    // Two letters too many, and the plural more than once. Most texts have more, and are passed over at that.
    const MOST: usize = KEY.len() + 6;
    // As much again of what is no letter is no key of anybody's.
    const LONGEST: usize = 2 * MOST;
    // Each letter that the key hasn't got is one that is wrong, and two may be.
    let is_foreign = |byte: u8| {
        !matches!(byte | 0x20, b'a' | b'c' | b'e' | b'i' | b'n' | b'o' | b'r' | b's' | b't')
            && byte.is_ascii_alphabetic()
    };
    let may_be = || {
        let (mut letters, mut foreign) = (0, 0);
        for byte in name.bytes().filter(u8::is_ascii_alphanumeric) {
            letters += 1;
            foreign += u8::from(is_foreign(byte));
            if letters > MOST || foreign > 2 {
                return false;
            }
        }
        letters >= SHORTEST
    };
    // `f:initContainers` is what `managedFields` calls the field.
    let is_short = (SHORTEST..=LONGEST).contains(&name.len());
    name == KEY || is_short && may_be() && spelling::is_like(name, KEY) && !name.contains(':')
}

/// Every `initContainers` of `object`, which has these `templates`, that is misplaced or misspelt.
///
/// All of a built-in workload is looked at. A custom resource may have a field of that name in its own `spec`; of it only
/// the templates are looked at, and those that an operator merges with its own not at all.
#[must_use]
pub fn find<'d>(object: &Object<'d>, templates: &[Template<'d>]) -> Vec<Misplaced<'d>> {
    let is_custom = matches!(Workload::of(object.group(), object.kind), Workload::Custom(_));
    if is_custom && templates.is_empty() || are_all_in_place(object, templates) {
        return Vec::new();
    }
    let by_pointer = templates.iter().map(|template| (&*template.pointer, template)).collect();
    let mut search = Search { templates: by_pointer, first: templates.first(), found: Vec::new() };
    if !is_custom {
        search.map(object.node, &mut object.pointer.clone(), None, true);
        return search.found;
    }
    let is_whole =
        |template: &&Template<'d>| template.is_pod_spec && template.completeness != Completeness::Merged;
    for template in templates.iter().filter(is_whole) {
        let parent = template.pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
        let above = object.node.at(parent.strip_prefix(&object.pointer).unwrap_or(parent));
        if let Some(above) = above.filter(|_| parent != object.pointer) {
            search.map(above, &mut parent.to_owned(), None, false);
        }
        search.map(template.spec, &mut template.pointer.clone(), None, true);
    }
    search.found
}

/// Whether each text of `object` that could be the key stands in one of `templates`, as in nearly all manifests. Where
/// aliases repeat something, that isn't told.
fn are_all_in_place(object: &Object<'_>, templates: &[Template<'_>]) -> bool {
    let Some(texts) = object.node.written_texts() else { return false };
    let in_place = templates.iter().filter(|template| template.spec.get(KEY).is_some());
    texts.filter(|text| is_spelling(text)).count() == in_place.count()
}

struct Search<'t, 'd> {
    /// By the pointers of their Pod specs.
    templates: HashMap<&'t str, &'t Template<'d>>,
    first: Option<&'t Template<'d>>,
    found: Vec<Misplaced<'d>>,
}

impl<'d> Search<'_, 'd> {
    /// Looks at the entries of `map`, which is at `pointer`, and where `deep` at all below them. The depth of recursion is
    /// the document's, which the parser bounds.
    fn map(&mut self, map: Node<'d>, pointer: &mut String, container: Option<&'d str>, deep: bool) {
        for entry in map.entries().filter(|entry| entry.value.is_mapping() || entry.value.is_sequence()) {
            let name = entry.name();
            let is_in_place = name == KEY && self.templates.contains_key(pointer.as_str());
            if is_spelling(&name) && !is_in_place {
                self.found.push(self.misplaced(&entry, pointer, container));
            } else if deep {
                let length = pointer.len();
                push_key(pointer, &name);
                self.value(entry.value, pointer, container);
                pointer.truncate(length);
            }
        }
    }

    fn value(&mut self, value: Node<'d>, pointer: &mut String, container: Option<&'d str>) {
        if value.is_mapping() {
            return self.map(value, pointer, container, true);
        }
        let is_containers = pointer.rsplit_once('/').is_some_and(|(spec, key)| {
            matches!(key, "initContainers" | "containers" | "ephemeralContainers")
                && self.templates.contains_key(spec)
        });
        let length = pointer.len();
        for (index, item) in value.items().enumerate() {
            if item.is_mapping() || item.is_sequence() {
                let name = item.get("name").and_then(Node::as_str).filter(|_| is_containers);
                push_key(pointer, &index.to_string());
                self.value(item, pointer, name.or(container));
                pointer.truncate(length);
            }
        }
    }

    fn misplaced(&self, entry: &Entry<'d>, pointer: &str, container: Option<&'d str>) -> Misplaced<'d> {
        let (site, template) = match self.around(pointer) {
            Some(template) if template.pointer == pointer => (Site::Misspelt, Some(template)),
            Some(template) if container.is_some() => (Site::Container, Some(template)),
            Some(template) => (Site::Within, Some(template)),
            None => match self.templates.get(&*format!("{pointer}/spec")) {
                Some(template) => (Site::BesideSpec, Some(*template)),
                None => (Site::Workload, self.first),
            },
        };
        Misplaced { key: entry.key, site, container, pod_spec: template.map(|template| template.spec) }
    }

    /// The template whose Pod spec holds what is at `pointer`.
    fn around(&self, pointer: &str) -> Option<&Template<'d>> {
        let mut pointer = pointer;
        loop {
            if let Some(template) = self.templates.get(pointer) {
                return Some(template);
            }
            (pointer, _) = pointer.rsplit_once('/')?;
        }
    }
}
