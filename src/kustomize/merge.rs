//! Strategic merge patches, as kustomize applies them (kyaml, `merge2` and `walk`).

use super::merge_keys::Schema;
use crate::yaml::{Field, Value};

/// What a `$patch` says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Directive {
    Merge,
    Replace,
    Delete,
}

/// `target` with `patch` merged into it; `None` where the patch deletes it.
pub(super) fn merge(target: Value, patch: &Value) -> Option<Value> {
    let kind = |value: &Value, key| value.get(key).and_then(Value::text).unwrap_or("").to_owned();
    let schema = Schema::of(&kind(&target, "apiVersion"), &kind(&target, "kind"));
    join(Some(target), Some(patch), schema)
}

fn join(target: Option<Value>, patch: Option<&Value>, schema: Schema) -> Option<Value> {
    let target = target.filter(|target| !target.is_null() || patch.is_none());
    let Some(patch) = patch else { return untouched(target?, schema) };
    if patch.is_null() {
        return None;
    }
    match target {
        Some(target) if target.is_mapping() && patch.is_mapping() => join_maps(target, patch, schema),
        Some(target) if target.is_sequence() && patch.is_sequence() && !schema.merge_keys().is_empty() => {
            join_lists(&target, patch, schema)
        }
        _ => added(patch, schema),
    }
}

/// What a walk over a value that the patch doesn't speak of leaves of it: a null that is written stays, one that isn't
/// goes.
fn untouched(mut target: Value, schema: Schema) -> Option<Value> {
    if target.is_null() {
        return Some(target).filter(|target| target.text() != Some(""));
    }
    if target.is_mapping() {
        target.retain(|field| !(field.value.is_null() && field.value.text() == Some("")));
        for (key, value) in target.values_mut() {
            let below = schema.field(key);
            if let Some(kept) = untouched(value.clone(), below) {
                *value = kept;
            }
        }
    }
    Some(target)
}

/// What a patch adds where nothing is: itself, without directives and nulls.
fn added(patch: &Value, schema: Schema) -> Option<Value> {
    if patch.is_mapping() {
        if directive(patch) == Directive::Delete {
            return None;
        }
        let mut map = patch.clone();
        map.retain(|field| !is_directive(field) && !field.value.is_null());
        for field in patch.fields() {
            if let Some(value) = map.get_mut(field.name()) {
                match added(&field.value, schema.field(field.name())) {
                    Some(clean) => *value = clean,
                    None => _ = map.remove(field.name()),
                }
            }
        }
        return Some(map);
    }
    if patch.is_sequence() && !schema.merge_keys().is_empty() {
        if list_directive(patch) == Directive::Delete {
            return None;
        }
        let items = patch.items().iter().filter(|item| !is_list_directive(item));
        let items = items.filter_map(|item| added(item, schema.item())).filter(is_worth_keeping);
        return Some(patch.sequence(items.collect()));
    }
    Some(patch.clone())
}

fn join_maps(mut target: Value, patch: &Value, schema: Schema) -> Option<Value> {
    match directive(patch) {
        Directive::Delete => return None,
        Directive::Replace => {
            let mut replacement = patch.clone();
            replacement.remove("$patch");
            return added(&replacement, schema);
        }
        Directive::Merge => {}
    }
    for field in patch.fields().iter().filter(|field| !is_directive(field)) {
        let own = target.get(field.name()).cloned();
        let is_new = own.is_none();
        match join(own, Some(&field.value), schema.field(field.name())) {
            Some(value) if is_new => target.set_field(field.with(value)),
            Some(value) => target.set(field.name(), value),
            None => _ = target.remove(field.name()),
        }
    }
    Some(target)
}

/// The patch's items come first, in its order; then those that it doesn't speak of. Where items have several keys, those that
/// both have stay where they are (kyaml, `appendListNode`).
fn join_lists(target: &Value, patch: &Value, schema: Schema) -> Option<Value> {
    match list_directive(patch) {
        Directive::Delete => return None,
        Directive::Replace => return added(patch, schema),
        Directive::Merge => {}
    }
    let keys = schema.merge_keys();
    let mut rest: Vec<Option<Value>> = target.items().iter().cloned().map(Some).collect();
    let (mut items, mut stays) = (Vec::new(), vec![None; rest.len()]);
    for item in patch.items().iter().filter(|item| !is_list_directive(item)) {
        let fits = |own: &Option<Value>| own.as_ref().is_some_and(|own| is_same_item(own, item, keys));
        let at = rest.iter().position(fits);
        let known = at.and_then(|at| rest.get(at)?.as_ref());
        if known.is_some_and(|known| {
            keys.iter().any(|key| text(known, key).is_some() && text(item, key).is_none())
        }) {
            // Looked up by all keys of the known item, it isn't found.
            continue;
        }
        let own = at.and_then(|at| rest.get_mut(at)?.take());
        let known_by: Vec<(&str, Value)> = own.iter().flat_map(|own| keys_of(own, item, keys)).collect();
        let joined = join(own, Some(item), schema.item()).filter(is_worth_keeping);
        let joined = joined.map(|joined| with_keys(joined, known_by));
        match at.filter(|_| keys.len() > 1).and_then(|at| stays.get_mut(at)) {
            Some(place) => *place = joined,
            None => items.extend(joined),
        }
    }
    items.extend(rest.into_iter().zip(stays).filter_map(|(untouched, joined)| untouched.or(joined)));
    Some(target.sequence(items))
}

fn is_worth_keeping(item: &Value) -> bool {
    !(item.is_null() || item.is_mapping() && item.fields().is_empty())
}

/// Whether two items have one key. Of several keys those that one lacks don't count, but one must be shared.
fn is_same_item(own: &Value, other: &Value, keys: &[&str]) -> bool {
    if *keys == [""] {
        return own.is_same(other);
    }
    let mut is_shared = false;
    for key in keys {
        match (text(own, key), text(other, key)) {
            (Some(own), Some(other)) if own == other => is_shared = true,
            (Some(_), Some(_)) => return false,
            _ => {}
        }
    }
    is_shared
}

/// The keys of `own` that `other` has alike.
fn keys_of<'k>(own: &Value, other: &Value, keys: &[&'k str]) -> impl Iterator<Item = (&'k str, Value)> {
    let alike = |key: &&&str| own.get(key).zip(other.get(key)).is_some_and(|(own, other)| own.is_same(other));
    keys.iter().filter(alike).filter_map(|key| Some((*key, own.get(key)?.clone())))
}

/// `item` with its keys as `known_by` has them: a patch only tells by them what it is for, and they stay where they are
/// written.
fn with_keys(mut item: Value, known_by: Vec<(&str, Value)>) -> Value {
    for (key, value) in known_by {
        item.set(key, value);
    }
    item
}

fn text<'v>(item: &'v Value, key: &str) -> Option<&'v str> {
    item.get(key)?.text().filter(|text| !text.is_empty())
}

fn directive(patch: &Value) -> Directive {
    match patch.get("$patch").and_then(Value::text) {
        Some("delete") => Directive::Delete,
        Some("replace") => Directive::Replace,
        _ => Directive::Merge,
    }
}

/// The directive of a list: an item that holds nothing else.
fn list_directive(patch: &Value) -> Directive {
    patch.items().iter().find(|item| is_list_directive(item)).map_or(Directive::Merge, directive)
}

fn is_list_directive(item: &Value) -> bool {
    item.fields().len() == 1 && item.get("$patch").is_some()
}

fn is_directive(field: &Field) -> bool {
    let name = field.name();
    name == "$patch"
        || name == "$retainKeys"
        || name.starts_with("$setElementOrder/")
        || name.starts_with("$deleteFromPrimitiveList/")
}
