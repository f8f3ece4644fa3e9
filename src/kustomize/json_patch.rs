//! JSON patches (RFC 6902), as kustomize applies them (evanphx/json-patch).

use super::resource::child;
use crate::source::Span;
use crate::yaml::{MAX_DEPTH, Value};

/// How many values the copies that a patch makes may have together: each may hold those before it.
const MAX_COPIED: usize = 100_000;

const COPIES_TOO_MUCH: &str = "this patch copies too much to be followed";

/// Why an operation can't be done, and where it stands.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) span: Span,
    pub(super) why: String,
    /// Whether it is too much for us: kustomize does it.
    pub(super) is_bound: bool,
}

/// Does the operations of `patch`, a list, one after another. Those before the one that fails are done.
pub(super) fn apply(target: &mut Value, patch: &Value) -> Result<(), Refused> {
    // As long as kustomize builds, a resource has annotations, its own ones if no others (`api/internal/utils`,
    // `BuildAnnotations`).
    if let Some(metadata) = target.get_mut("metadata").filter(|metadata| metadata.is_mapping()) {
        child(metadata, "annotations");
    }
    let mut room = MAX_COPIED;
    let done = patch.items().iter().try_for_each(|operation| {
        let done = run(target, operation, &mut room);
        done.map_err(|why| Refused { span: operation.span(), is_bound: why == COPIES_TOO_MUCH, why })
    });
    if let Some(metadata) = target.get_mut("metadata") {
        let is_empty = |value: &Value| value.is_mapping() && value.fields().is_empty();
        metadata.retain(|field| field.name() != "annotations" || !is_empty(&field.value));
    }
    done
}

/// Does one operation. Copies may take `room` values.
fn run(target: &mut Value, operation: &Value, room: &mut usize) -> Result<(), String> {
    let text = |key| operation.get(key).and_then(Value::text);
    let path = text("path").ok_or("it has no `path`")?;
    let value = || operation.get("value").cloned().ok_or_else(|| "it has no `value`".to_owned());
    match text("op").unwrap_or("") {
        "add" => add(target, path, value()?),
        "remove" => remove(target, path).map(drop),
        "replace" => replace(target, path, value()?),
        "move" => {
            let moved = remove(target, text("from").ok_or("it has no `from`")?)?;
            add(target, path, moved)
        }
        "copy" => {
            let copied = find(target, text("from").ok_or("it has no `from`")?)?.clone();
            *room = copied.size_within(*room).ok_or(COPIES_TOO_MUCH)?;
            add(target, path, copied)
        }
        "test" => {
            let wanted = operation.get("value");
            let is_equal = match find(target, path) {
                Ok(found) => wanted.is_some_and(|wanted| found.is_same(wanted)),
                // A value that isn't there equals null.
                Err(_) => wanted.is_none_or(Value::is_null),
            };
            if is_equal { Ok(()) } else { Err(format!("what is at `{path}` is something else")) }
        }
        other => Err(format!("`{other}` is no operation")),
    }
}

/// The steps of a JSON pointer. What stands before its first `/` counts for nothing (evanphx/json-patch v4, `findObject`).
fn steps(path: &str) -> Result<Vec<String>, String> {
    let steps = path.split('/').skip(1);
    let steps: Vec<String> = steps.map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
    if steps.len() > MAX_DEPTH { Err("the path has too many steps".to_owned()) } else { Ok(steps) }
}

fn find<'v>(target: &'v mut Value, path: &str) -> Result<&'v mut Value, String> {
    steps(path)?.iter().try_fold(target, |value, step| below(value, step)).ok_or_else(|| missing(path))
}

fn missing(path: &str) -> String {
    format!("there is nothing at `{path}`")
}

fn below<'v>(value: &'v mut Value, step: &str) -> Option<&'v mut Value> {
    if value.is_sequence() {
        let items = value.items_mut()?;
        let index = index(step, items.len())?;
        items.get_mut(index)
    } else {
        value.get_mut(step)
    }
}

/// An index of a list of `len` items; a negative one counts from the end.
fn index(step: &str, len: usize) -> Option<usize> {
    match step.strip_prefix('-') {
        Some(from_end) => len.checked_sub(from_end.parse().ok()?),
        None => step.parse().ok(),
    }
}

/// The collection that `path` leads into, and the last step.
fn parent<'v>(target: &'v mut Value, path: &str) -> Result<(&'v mut Value, String), String> {
    let mut steps = steps(path)?;
    let last = steps.pop().ok_or("the path is empty")?;
    let parent = steps.iter().try_fold(target, |value, step| below(value, step));
    parent.map(|parent| (parent, last)).ok_or_else(|| missing(path))
}

fn add(target: &mut Value, path: &str, value: Value) -> Result<(), String> {
    if path.is_empty() {
        *target = value;
        return Ok(());
    }
    let (parent, step) = parent(target, path)?;
    if parent.is_mapping() {
        parent.set(&step, value);
        return Ok(());
    }
    let items = parent.items_mut().ok_or_else(|| missing(path))?;
    let at = if step == "-" { Some(items.len()) } else { index(&step, items.len() + 1) };
    match at.filter(|at| *at <= items.len()) {
        Some(at) => items.insert(at, value),
        None => return Err(missing(path)),
    }
    Ok(())
}

/// A key that isn't there is added (evanphx/json-patch v4, `partialDoc.get`).
fn replace(target: &mut Value, path: &str, value: Value) -> Result<(), String> {
    if path.is_empty() {
        *target = value;
        return Ok(());
    }
    let (parent, step) = parent(target, path)?;
    if parent.is_mapping() {
        parent.set(&step, value);
    } else {
        *below(parent, &step).ok_or_else(|| missing(path))? = value;
    }
    Ok(())
}

fn remove(target: &mut Value, path: &str) -> Result<Value, String> {
    let (parent, step) = parent(target, path)?;
    if parent.is_mapping() {
        return parent.remove(&step).ok_or_else(|| missing(path));
    }
    let items = parent.items_mut().ok_or_else(|| missing(path))?;
    match index(&step, items.len()).filter(|at| *at < items.len()) {
        Some(at) => Ok(items.remove(at)),
        None => Err(missing(path)),
    }
}
