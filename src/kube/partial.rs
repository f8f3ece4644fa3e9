//! Objects that can't stand by themselves.

use memchr::memmem;

use super::object::Object;
use super::workloads::Workload;
use crate::yaml::Node;

/// Whether the Pod template `spec` of `object` is a patch, which another file completes.
///
/// Written whole is what has the selector that its kind requires and the labels for it, or a `CronJob`'s schedule; where nothing selects by
/// labels, or they are elsewhere, what names an image for each of its app containers. What such an object lacks is a
/// mistake, and no sign of a patch.
pub(super) fn is_patch<'d>(object: &Object<'d>, workload: Workload<'d>, spec: Node<'d>) -> bool {
    let selector = object.node.at("/spec/selector").filter(|selector| !selector.is_null());
    if is_strategic_merge_patch(object.node) {
        return true;
    }
    match selector {
        None if workload.requires_selector() => true,
        _ if workload == Workload::CronJob && object.node.at("/spec/schedule").is_none() => true,
        Some(selector) if selects_its_template(object, selector) => false,
        _ => !has_images(spec, matches!(workload, Workload::Custom(_))),
    }
}

/// Whether the labels that the selector asks for are those of the Pod template.
fn selects_its_template(object: &Object<'_>, selector: Node<'_>) -> bool {
    let Some(labels) = object.node.at("/spec/template/metadata/labels") else { return false };
    let mut wanted = selector.get("matchLabels").into_iter().flat_map(Node::entries).peekable();
    let has_label = |name: &str, value: Node<'_>| {
        labels.get(name).and_then(Node::text).is_some_and(|label| Some(label) == value.text())
    };
    wanted.peek().is_some() && wanted.all(|entry| has_label(&entry.name(), entry.value))
}

/// Whether there are app containers, each with an image. An operator may bring some of a custom resource's images: there
/// one will do, and so it does where no list of containers can be read.
fn has_images(spec: Node<'_>, is_custom: bool) -> bool {
    let list = |key| spec.get(key).into_iter().flat_map(Node::items);
    let has_image = |container: Node<'_>| container.get("image").is_some();
    let mut apps = list("containers").peekable();
    let is_unreadable = spec.get("containers").is_some_and(|apps| !apps.is_null() && !apps.is_sequence());
    if is_custom || is_unreadable {
        return list("initContainers").chain(apps).any(has_image);
    }
    apps.peek().is_some() && apps.all(has_image)
}

/// Whether it holds a directive of a strategic merge patch (apimachinery, `pkg/util/strategicpatch/patch.go`).
fn is_strategic_merge_patch(object: Node<'_>) -> bool {
    const DIRECTIVES: [&str; 4] = ["$patch", "$retainKeys", "$setElementOrder/", "$deleteFromPrimitiveList/"];
    let text = object.source_text();
    let starts = |text: &str| DIRECTIVES.iter().any(|directive| text.starts_with(directive));
    let mut marks = memchr::memchr_iter(b'$', text.as_bytes());
    marks.any(|at| text.get(at..).is_some_and(starts)) && has_key(object, &starts)
}

/// Whether the object holds an expression of ytt.
pub(super) fn is_ytt(object: &Object<'_>) -> bool {
    memmem::find(object.node.source_text().as_bytes(), b"#@").is_some()
}

/// Whether some key in `node` or below `is_wanted`. The parser bounds how deep and how large it is.
pub(crate) fn has_key(node: Node<'_>, is_wanted: &dyn Fn(&str) -> bool) -> bool {
    node.items().any(|item| has_key(item, is_wanted))
        || node.written_entries().any(|entry| is_wanted(&entry.name()) || has_key(entry.value, is_wanted))
}
