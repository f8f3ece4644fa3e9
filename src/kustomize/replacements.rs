//! `replacements`: values copied from one resource into fields of others (kustomize, `replacement`).

use super::builder::Builder;
use super::definitions::DEFINITION;
use super::resource::{Id, Resource};
use super::selector::Selector;
use crate::source::FileId;
use crate::yaml::{MAX_DEPTH, Value};

/// Does what the entry of `replacements` says: itself, or the list in the file at its `path`.
pub(super) fn apply(builder: &mut Builder, from: FileId, entry: &Value, resources: &mut [Resource]) {
    let Some(path) = entry.get("path") else { return replace(builder, entry, resources) };
    let Some(file) = builder.file(from, path) else { return };
    for value in builder.documents(file) {
        let entries = if value.is_sequence() { value.items() } else { std::slice::from_ref(&value) };
        for entry in entries {
            replace(builder, entry, resources);
        }
    }
}

fn replace(builder: &mut Builder, entry: &Value, resources: &mut [Resource]) {
    let value = match source(entry, resources) {
        Ok(value) => value,
        Err(_) if builder.is_partial() => return,
        Err(why) => return builder.note_of(entry.span(), "this replacement has no source", why),
    };
    for target in entry.get("targets").map(Value::items).unwrap_or_default() {
        let result = builder.spend(resources.len()).and_then(|()| set_in(target, &value, resources));
        if let Err(why) = result {
            builder.note_of(target.span(), "this replacement cannot be made", why);
        }
    }
}

/// The value to copy.
fn source(entry: &Value, resources: &[Resource]) -> Result<Value, String> {
    if let Some(value) = entry.get("sourceValue") {
        return Ok(value.clone());
    }
    let source = entry.get("source").ok_or("it has no `source`")?;
    let mut matching = resources.iter().filter(|resource| is_source(source, resource));
    let found = matching.next().ok_or("no resource matches")?;
    if matching.next().is_some() {
        return Err("several resources match".to_owned());
    }
    let path = source.get("fieldPath").and_then(Value::text).unwrap_or("metadata.name");
    let mut fields = Vec::new();
    let mut object = found.value.clone();
    collect(&mut object, &steps(path)?, None, &mut fields);
    let value = fields.first().map(|field| (**field).clone()).ok_or_else(|| format!("it has no `{path}`"))?;
    if value.text().is_none() {
        return Err(format!("`{path}` is no single value, and others are not followed"));
    }
    let Some((delimiter, index)) = options(source) else { return Ok(value) };
    let part = value.text().unwrap_or("").split(delimiter).nth(usize::try_from(index).unwrap_or(usize::MAX));
    part.map(|part| value.string(part)).ok_or_else(|| format!("`{path}` has no part {index}"))
}

/// Whether `source` selects `resource` by any of its names; texts are compared as they are.
fn is_source(source: &Value, resource: &Resource) -> bool {
    let fits = |key: &str, own: &str| {
        source.get(key).and_then(Value::text).is_none_or(|text| text.is_empty() || text == own)
    };
    let fits_id = |id: Id<&str>| {
        let namespace = source.get("namespace").and_then(Value::text).unwrap_or("");
        fits("group", id.group)
            && fits("version", id.version)
            && fits("kind", id.kind)
            && fits("name", id.name)
            && (namespace.is_empty() || namespace == id.effective_namespace())
    };
    fits_id(resource.id()) || resource.previous.iter().any(|previous| fits_id(previous.as_deref()))
}

/// `options.delimiter` and `options.index`.
fn options(of: &Value) -> Option<(&str, i64)> {
    let options = of.get("options")?;
    let delimiter = options.get("delimiter")?.text().filter(|delimiter| !delimiter.is_empty())?;
    let index = options.get("index").and_then(Value::text).and_then(|index| index.parse().ok()).unwrap_or(0);
    Some((delimiter, index))
}

/// Sets the fields of one entry of `targets`.
fn set_in(target: &Value, value: &Value, resources: &mut [Resource]) -> Result<(), String> {
    let select = target.get("select").ok_or("its target has no `select`")?;
    let selector = Selector::of(select)?;
    let rejects: Vec<Selector> = target
        .get("reject")
        .map(Value::items)
        .unwrap_or_default()
        .iter()
        .map(Selector::of)
        .collect::<Result<_, _>>()?;
    let paths: Vec<&str> = match target.get("fieldPaths").map(Value::items).unwrap_or_default() {
        [] => vec!["metadata.name"],
        paths => paths.iter().filter_map(Value::text).collect(),
    };
    let creates = target.at(&["options", "create"]).and_then(Value::text) == Some("true");
    for resource in resources {
        if resource.kind() == DEFINITION
            || !selector.selects(resource)
            || rejects.iter().any(|reject| reject.selects(resource))
        {
            continue;
        }
        resource.keep_id();
        for path in &paths {
            let mut fields = Vec::new();
            collect(&mut resource.value, &steps(path)?, creates.then_some(value), &mut fields);
            if fields.is_empty() {
                return Err(format!("there is no `{path}` in {}", resource.original_id().name));
            }
            for field in fields {
                set(field, value, options(target));
            }
        }
    }
    Ok(())
}

fn set(field: &mut Value, value: &Value, options: Option<(&str, i64)>) {
    let (Some((delimiter, index)), Some(old), Some(new)) = (options, field.text(), value.text()) else {
        // kustomize copies the text alone into a single value.
        *field = value.in_place_of(field);
        return;
    };
    let mut parts: Vec<&str> = old.split(delimiter).collect();
    match usize::try_from(index) {
        Err(_) => parts.insert(0, new),
        Ok(index) => match parts.get_mut(index) {
            Some(part) => *part = new,
            None => parts.push(new),
        },
    }
    *field = field.string(&parts.join(delimiter));
}

/// A step of a field path.
enum Step {
    Key(String),
    /// `*`: every item.
    All,
    /// `[key=text]`: the items that have it.
    Where(String, String),
}

/// The steps of `spec.template.spec.containers.[name=web].image`; a dot at its start, behind a backslash or in brackets is
/// none.
fn steps(path: &str) -> Result<Vec<Step>, String> {
    let path = path.strip_prefix('.').unwrap_or(path);
    let mut steps = Vec::new();
    let (mut step, mut is_escaped, mut in_brackets) = (String::new(), false, false);
    for c in path.chars().chain(['.']) {
        match c {
            '.' if !is_escaped && !in_brackets => steps.push(step_of(std::mem::take(&mut step))),
            '\\' if !is_escaped => {
                is_escaped = true;
                continue;
            }
            c => {
                in_brackets = (in_brackets || c == '[') && c != ']';
                step.push(c);
            }
        }
        is_escaped = false;
    }
    if steps.len() > MAX_DEPTH { Err("its path has too many steps".to_owned()) } else { Ok(steps) }
}

fn step_of(step: String) -> Step {
    let bracket = step.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match bracket.and_then(|inside| inside.split_once('=')) {
        Some((key, text)) => Step::Where(key.to_owned(), text.to_owned()),
        None if step == "*" => Step::All,
        None => Step::Key(bracket.map(str::to_owned).unwrap_or(step)),
    }
}

/// The fields that `steps` lead to. With `create` what is missing is made, of the kind that takes a single value.
fn collect<'v>(value: &'v mut Value, steps: &[Step], create: Option<&Value>, found: &mut Vec<&'v mut Value>) {
    let Some((step, rest)) = steps.split_first() else { return found.push(value) };
    if value.is_sequence() {
        let matches = |index: usize, item: &Value| match step {
            Step::All => true,
            Step::Key(key) => key.parse() == Ok(index),
            Step::Where(key, text) if key.is_empty() => item.text() == Some(text),
            Step::Where(key, text) => item.get(key).and_then(Value::text) == Some(text),
        };
        let items = value.items_mut().into_iter().flatten().enumerate();
        for (_, item) in items.filter(|(index, item)| matches(*index, item)) {
            collect(item, rest, create, found);
        }
        return;
    }
    match step {
        Step::All => value.values_mut().for_each(|(_, value)| collect(value, rest, create, found)),
        Step::Key(key) => {
            if let Some(like) = create.filter(|_| value.is_mapping() && value.get(key).is_none()) {
                let made = if rest.is_empty() { like.clone() } else { like.mapping() };
                value.set(key, made);
            }
            if let Some(value) = value.get_mut(key) {
                collect(value, rest, create, found);
            }
        }
        Step::Where(..) => {}
    }
}
