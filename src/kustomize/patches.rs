//! Patches, in files and inline, and what they are for.

use super::builder::Builder;
use super::definitions::DEFINITION;
use super::json_patch;
use super::merge::merge;
use super::resource::{Id, Resource};
use super::selector::Selector;
use crate::source::{FileId, MappedText};
use crate::yaml::{Document, Field, Value};

/// A patch, read, and the file that it is in where that is its own.
struct Patch {
    kind: Kind,
    file: Option<FileId>,
}

enum Kind {
    /// Partial objects.
    Merge(Vec<Value>),
    /// A list of operations.
    Json(Value),
}

/// Applies an entry of `patchesStrategicMerge`: a path, or a patch inline.
pub(super) fn strategic_merge(
    builder: &mut Builder,
    from: FileId,
    entry: &Value,
    resources: &mut Vec<Resource>,
) {
    let Some(text) = entry.text() else { return };
    let patch =
        if text.contains('\n') { read_inline(builder, entry) } else { read_file(builder, from, entry) };
    match patch {
        Some(Patch { kind: Kind::Merge(patches), file }) => {
            by_their_own_ids(builder, &patches, file, resources);
        }
        Some(Patch { kind: Kind::Json(_), .. }) => builder.note(entry, "this is no strategic merge patch"),
        None => {}
    }
}

/// Applies an entry of `patches` or `patchesJson6902`.
pub(super) fn patch(builder: &mut Builder, from: FileId, entry: &Value, resources: &mut Vec<Resource>) {
    let Some(patch) = read(builder, from, entry) else { return };
    let target = entry.get("target").filter(|target| target.is_mapping());
    match (target, patch) {
        (Some(target), patch) => match Selector::of(target) {
            Ok(selector) => for_target(builder, entry, target, &selector, &patch, resources),
            Err(why) => builder.note_of(target.span(), "kustomize refuses this target", why),
        },
        (None, Patch { kind: Kind::Merge(patches), file }) => {
            by_their_own_ids(builder, &patches, file, resources);
        }
        (None, Patch { kind: Kind::Json(operations), .. }) => {
            builder.note(&operations, "this list of operations has no `target`, which kustomize refuses");
        }
    }
}

/// Applies a patch to all resources that `selector` selects, as the `target` of `entry` says.
fn for_target(
    builder: &mut Builder,
    entry: &Value,
    target: &Value,
    selector: &Selector,
    patch: &Patch,
    resources: &mut Vec<Resource>,
) {
    let option = |key| entry.at(&["options", key]).is_some_and(|value| value.text() == Some("true"));
    let allowed = Allowed { name: option("allowNameChange"), kind: option("allowKindChange") };
    let mut is_used = false;
    resources.retain_mut(|resource| {
        if !selector.selects(resource) {
            return true;
        }
        is_used = true;
        match &patch.kind {
            Kind::Merge(patches) => patches.first().is_none_or(|patch| apply(resource, patch, &allowed)),
            Kind::Json(operations) => {
                operate(builder, resource, operations);
                true
            }
        }
    });
    if is_used {
        builder.uses_patch(patch.file, matches!(patch.kind, Kind::Merge(_)));
    }
    builder.note_target(target, is_used);
}

fn operate(builder: &mut Builder, resource: &mut Resource, operations: &Value) {
    resource.keep_id();
    if resource.kind() == DEFINITION {
        return;
    }
    resource.loses_user |= operations.items().iter().any(removes_user);
    if let Err(refused) = json_patch::apply(&mut resource.value, operations)
        && (refused.is_bound || !builder.is_partial())
    {
        if refused.is_bound {
            return builder.give_up_at(refused.span, &refused.why);
        }
        let id = resource.id();
        let what = format!("{} {}: {}", id.kind, id.name, refused.why);
        builder.note_of(refused.span, "this operation cannot be applied, and kustomize refuses it", what);
    }
}

/// The fields that a patch takes away to leave a Pod's user to the cluster.
const USER: [&str; 2] = ["runAsUser", "securityContext"];

/// Whether `operation` takes the user of a Pod or a container away.
fn removes_user(operation: &Value) -> bool {
    let text = |key| operation.get(key).and_then(Value::text);
    let last = text("path").and_then(|path| path.rsplit('/').next());
    text("op") == Some("remove") && last.is_some_and(|last| USER.contains(&last))
}

/// Whether the patch `value`, which is merged, takes the user of a Pod or a container away.
fn unsets_user(value: &Value) -> bool {
    let unsets =
        |field: &Field| USER.contains(&field.name()) && field.value.is_null() || unsets_user(&field.value);
    value.fields().iter().any(unsets) || value.items().iter().any(unsets_user)
}

/// What a patch may change of a resource's id.
#[derive(Default)]
struct Allowed {
    name: bool,
    kind: bool,
}

/// Merges `patch` into `resource`; `false` where that deletes it.
fn apply(resource: &mut Resource, patch: &Value, allowed: &Allowed) -> bool {
    if allowed.name || allowed.kind {
        resource.keep_id();
    }
    let own = |path: &[&str]| resource.value.at(path).cloned();
    let (kind, name, namespace) =
        (own(&["kind"]), own(&["metadata", "name"]), own(&["metadata", "namespace"]));
    resource.loses_user |= unsets_user(patch);
    let Some(merged) = merge(resource.value.clone(), patch) else { return false };
    resource.value = merged;
    if let Some(kind) = kind.filter(|_| !allowed.kind) {
        resource.value.set("kind", kind);
    }
    if let Some(metadata) = resource.metadata_mut() {
        if let Some(name) = name.filter(|_| !allowed.name) {
            metadata.set("name", name);
        }
        match namespace {
            Some(namespace) => metadata.set("namespace", namespace),
            None => _ = metadata.remove("namespace"),
        }
    }
    true
}

/// Merges each of `patches`, which are in `file`, into the one resource that it names.
fn by_their_own_ids(
    builder: &mut Builder,
    patches: &[Value],
    file: Option<FileId>,
    resources: &mut Vec<Resource>,
) {
    let mut is_used = false;
    for patch in patches {
        is_used |= by_its_own_id(builder, patch, resources);
    }
    if is_used {
        builder.uses_patch(file, true);
    }
}

/// Merges `patch` into the one resource that it names; `false` where there is none.
fn by_its_own_id(builder: &mut Builder, patch: &Value, resources: &mut Vec<Resource>) -> bool {
    let id = Id::of(patch);
    let named = format!("{} {}", id.kind, id.name);
    let mut matching = resources.iter().enumerate().filter(|(_, resource)| resource.has_id(id));
    let Some((at, _)) = matching.next() else {
        if !builder.is_partial() {
            let why = "this patch is for no resource of the kustomization, and kustomize refuses it";
            builder.note_of(patch.span(), why, named);
        }
        return false;
    };
    if matching.next().is_some() {
        builder.note_of(patch.span(), "this patch is for several resources, and kustomize refuses it", named);
        return false;
    }
    if resources.get_mut(at).is_some_and(|resource| !apply(resource, patch, &Allowed::default())) {
        resources.remove(at);
    }
    true
}

/// Reads the patch of an entry: `path`, or `patch`.
fn read(builder: &mut Builder, from: FileId, entry: &Value) -> Option<Patch> {
    let inline = entry.get("patch").filter(|patch| patch.text().is_some_and(|text| !text.trim().is_empty()));
    match (inline, entry.get("path")) {
        (Some(inline), None) => read_inline(builder, inline),
        (None, Some(path)) => read_file(builder, from, path),
        _ => {
            builder.note(entry, "a patch needs either `path` or `patch`: kustomize refuses this one");
            None
        }
    }
}

/// The patch that is written in a scalar.
fn read_inline(builder: &mut Builder, scalar: &Value) -> Option<Patch> {
    let written = trimmed(&scalar.mapped());
    builder.has_inline(&written);
    let mut values = Vec::new();
    for document in Document::parse_text(written) {
        match document {
            Ok(document) => values.extend(builder.value_of(&document)),
            Err(problem) => {
                builder.note_of(problem.span(), "this patch cannot be read", problem.message().to_owned());
                return None;
            }
        }
    }
    patch_of(values, None)
}

/// `text` without the white space around it, as kustomize reads a patch inline.
fn trimmed(text: &MappedText) -> MappedText {
    let whole = text.as_str();
    let (start, end) = (whole.len() - whole.trim_start().len(), whole.trim_end().len());
    if start >= end {
        text.clone()
    } else {
        text.replace(&[(0..start, "".into()), (end..whole.len(), "".into())])
    }
}

fn read_file(builder: &mut Builder, from: FileId, path: &Value) -> Option<Patch> {
    let file = builder.locate(from, path)?;
    patch_of(builder.documents(file), Some(file))
}

fn patch_of(mut values: Vec<Value>, file: Option<FileId>) -> Option<Patch> {
    values.retain(|value| !value.is_null());
    let first = values.first()?;
    let kind = if first.is_sequence() { Kind::Json(first.clone()) } else { Kind::Merge(values) };
    Some(Patch { kind, file })
}
