//! Patches, in files and inline, and what they are for.

use super::build::Builder;
use super::json_patch;
use super::merge::merge;
use super::resource::{Id, Resource};
use super::selector::Selector;
use crate::source::FileId;
use crate::yaml::{Document, Value};

/// A patch, read.
enum Patch {
    /// Partial objects.
    Merge(Vec<Value>),
    /// A list of operations.
    Json(Value),
}

/// Applies `patchesStrategicMerge`: paths, or patches inline.
pub(super) fn strategic_merge(
    builder: &mut Builder,
    from: FileId,
    entry: &Value,
    resources: &mut Vec<Resource>,
) {
    let Some(text) = entry.text() else { return };
    let documents =
        if text.contains('\n') { parse_inline(builder, entry) } else { parse_file(builder, from, entry) };
    for patch in documents.unwrap_or_default() {
        by_its_own_id(builder, &patch, resources);
    }
}

/// Applies an entry of `patches` or `patchesJson6902`.
pub(super) fn patch(builder: &mut Builder, from: FileId, entry: &Value, resources: &mut Vec<Resource>) {
    let Some(patch) = read(builder, from, entry) else { return };
    let target = entry.get("target").filter(|target| target.is_mapping());
    let Some(target) = target else {
        match patch {
            Patch::Merge(patches) => {
                for patch in patches {
                    by_its_own_id(builder, &patch, resources);
                }
            }
            Patch::Json(patch) => {
                builder.note(&patch, "this list of operations has no `target`, which kustomize refuses");
            }
        }
        return;
    };
    let selector = match Selector::of(target) {
        Ok(selector) => selector,
        Err(why) => return builder.note(target, &format!("kustomize refuses this target: {why}")),
    };
    let option = |key| entry.at(&["options", key]).is_some_and(|value| value.text() == Some("true"));
    let allowed = Allowed { name: option("allowNameChange"), kind: option("allowKindChange") };
    let mut is_used = false;
    resources.retain_mut(|resource| {
        if !selector.selects(resource) {
            return true;
        }
        is_used = true;
        match &patch {
            Patch::Merge(patches) => patches.first().is_none_or(|patch| apply(resource, patch, &allowed)),
            Patch::Json(operations) => {
                resource.keep_id();
                if let Err(refused) = json_patch::apply(&mut resource.value, operations) {
                    let id = resource.id();
                    let why =
                        format!("the patch cannot be applied to {} {}: {}", id.kind, id.name, refused.why);
                    builder.note_at(refused.span, &why);
                }
                true
            }
        }
    });
    if !is_used && !builder.is_partial() {
        builder
            .note(target, "this patch changes nothing: its target matches no resource of the kustomization");
    }
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

/// Merges `patch` into the one resource that it names.
fn by_its_own_id(builder: &mut Builder, patch: &Value, resources: &mut Vec<Resource>) {
    let id = Id::of(patch);
    let mut matching = resources.iter().enumerate().filter(|(_, resource)| resource.has_id(&id));
    let found = (matching.next().map(|(at, _)| at), matching.count());
    let named = format!("{} {}", id.kind, id.name);
    match found {
        (Some(at), 0) => {
            let deleted =
                resources.get_mut(at).is_some_and(|resource| !apply(resource, patch, &Allowed::default()));
            if deleted {
                resources.remove(at);
            }
        }
        (Some(_), _) => builder
            .note(patch, &format!("several resources are called {named}: kustomize refuses this patch")),
        (None, _) if builder.is_partial() => {}
        (None, _) => {
            builder.note(
                patch,
                &format!("no resource of the kustomization is called {named}: kustomize refuses this patch"),
            );
        }
    }
}

/// Reads the patch of an entry: `path`, or `patch`.
fn read(builder: &mut Builder, from: FileId, entry: &Value) -> Option<Patch> {
    let inline = entry.get("patch").filter(|patch| patch.text().is_some_and(|text| !text.trim().is_empty()));
    let documents = match (inline, entry.get("path")) {
        (Some(inline), None) => parse_inline(builder, inline)?,
        (None, Some(path)) => parse_file(builder, from, path)?,
        _ => {
            builder.note(entry, "a patch needs either `path` or `patch`: kustomize refuses this one");
            return None;
        }
    };
    match documents.first() {
        Some(first) if first.is_sequence() => Some(Patch::Json(first.clone())),
        Some(_) => Some(Patch::Merge(documents)),
        None => None,
    }
}

/// The documents of a patch that is written in a scalar.
fn parse_inline(builder: &mut Builder, scalar: &Value) -> Option<Vec<Value>> {
    let mut values = Vec::new();
    builder.is_inline(scalar.mapped());
    for document in Document::parse_text(scalar.mapped()) {
        match document {
            Ok(document) => values.extend(builder.value_of(&document)),
            Err(problem) => {
                builder.note_at(problem.span(), &format!("this patch cannot be read: {}", problem.message()));
                return None;
            }
        }
    }
    Some(values.into_iter().filter(|value| !value.is_null()).collect())
}

fn parse_file(builder: &mut Builder, from: FileId, path: &Value) -> Option<Vec<Value>> {
    let file = builder.file(from, path)?;
    let values: Vec<Value> = builder.documents(file).into_iter().filter(|value| !value.is_null()).collect();
    if values.iter().all(Value::is_mapping) {
        builder.is_manifest(file);
    }
    Some(values)
}
