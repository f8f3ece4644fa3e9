//! Annotations, for those whose manifests can't hold comments.

use foldhash::{HashMap, HashMapExt};

use super::{Form, Suppression, What, directive};
use crate::kube::{Object, Template};
use crate::source::Span;
use crate::yaml::{Entry, Node};

/// Suppresses for all of the object, or for the Pods of the template, that has it.
pub(super) const IGNORE: &str = "initlint.dev/ignore";

/// With a container's name behind it, suppresses for that container: a name of up to 63
/// characters fits there, as it does in Kubernetes' own annotations of that kind.
pub(super) const IGNORE_IN: &str = "ignore.initlint.dev/";

/// What other annotations of ours would start with.
const OURS: &str = "initlint.dev/";

/// Adds the suppressions in the annotations of `object` and its Pod templates.
pub(super) fn read(object: &Object<'_>, templates: &[Template<'_>], found: &mut Vec<Suppression>) {
    let of_object = object.metadata();
    if let Some(metadata) = of_object {
        of_metadata(metadata, object.span(), templates, found);
    }
    for template in templates {
        // A bare Pod's metadata is the object's.
        if let Some(metadata) = template.metadata.filter(|metadata| Some(*metadata) != of_object) {
            of_metadata(metadata, template.spec.span(), std::slice::from_ref(template), found);
        }
    }
}

/// Adds those of one `metadata`, which speaks of `scope` and of the containers in `templates`.
fn of_metadata(metadata: Node<'_>, scope: Span, templates: &[Template<'_>], found: &mut Vec<Suppression>) {
    let mut containers = None;
    for entry in metadata.get("annotations").into_iter().flat_map(Node::entries) {
        let name = entry.name();
        if name == IGNORE {
            of_value(entry.value, scope, found);
        } else if let Some(name) = name.strip_prefix(IGNORE_IN) {
            match containers.get_or_insert_with(|| named_containers(templates)).get(name) {
                Some(container) => of_value(entry.value, container.span(), found),
                None => found.push(slip(&entry, "no container here has that name")),
            }
        } else if name.starts_with(OURS) {
            found.push(slip(
                &entry,
                "initlint's annotations are `initlint.dev/ignore` and `ignore.initlint.dev/CONTAINER`",
            ));
        }
    }
}

fn slip(entry: &Entry<'_>, slip: &'static str) -> Suppression {
    let place = entry.key.span();
    Suppression {
        place,
        scope: place,
        what: What::Nothing(slip),
        form: Form::Annotation,
        is_decided: true,
        is_meant: true,
    }
}

/// The containers of the templates, the first of each name.
pub(super) fn named_containers<'d>(templates: &[Template<'d>]) -> HashMap<&'d str, Node<'d>> {
    let mut containers = HashMap::new();
    for template in templates {
        let lists = ["initContainers", "containers"].into_iter().filter_map(|key| template.spec.get(key));
        for container in lists.flat_map(Node::items) {
            if let Some(name) = container.get("name").and_then(Node::as_str) {
                containers.entry(name).or_insert(container);
            }
        }
    }
    containers
}

fn of_value(value: Node<'_>, scope: Span, found: &mut Vec<Suppression>) {
    let Some(text) = value.as_str() else { return };
    let mapped = value.mapped();
    for (place, said) in directive::of_annotation(text) {
        found.push(Suppression {
            place: mapped.span(place),
            scope,
            what: What::new(Ok(said), text, |range| mapped.span(range)),
            form: Form::Annotation,
            is_decided: true,
            is_meant: true,
        });
    }
}
