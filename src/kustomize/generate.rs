//! What `configMapGenerator` and `secretGenerator` make.

use super::builder::Builder;
use super::generators::key_and_path;
use super::resource::{Resource, child};
use super::transform::set_fields;
use crate::source::{FileId, MappedText};
use crate::yaml::Value;

/// What a generator makes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    ConfigMap,
    Secret,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::ConfigMap => "ConfigMap",
            Kind::Secret => "Secret",
        }
    }

    /// The field that holds its texts. A Secret's are kept unencoded.
    fn data(self) -> &'static str {
        match self {
            Kind::ConfigMap => "data",
            Kind::Secret => "stringData",
        }
    }
}

/// Adds what the generator `entry` of `kustomization` makes to `resources`, or merges it there.
pub(super) fn generate(
    builder: &mut Builder,
    from: FileId,
    kind: Kind,
    [entry, kustomization]: [&Value; 2],
    resources: &mut Vec<Resource>,
) {
    let Some(name) = entry.get("name").filter(|name| name.text().is_some_and(|text| !text.is_empty())) else {
        return builder.note(entry, "this generator has no `name`, which kustomize requires");
    };
    let (mut data, pairs) = (entry.mapping(), data_of(builder, from, entry));
    if !builder.may_compare(entry, pairs.len(), pairs.len())
        || !builder.may_compare(entry, 16, resources.len())
    {
        return;
    }
    for (key, value) in pairs {
        data.set(&key, value);
    }
    let mut object = entry.mapping();
    object.set("apiVersion", entry.string("v1"));
    object.set("kind", entry.string(kind.name()));
    if let Some(metadata) = child(&mut object, "metadata") {
        metadata.set("name", name.string(name.text().unwrap_or("")));
        if let Some(namespace) = entry.get("namespace") {
            metadata.set("namespace", namespace.clone());
        }
        // Its own options count more than those of all.
        for options in [kustomization.get("generatorOptions"), entry.get("options")].into_iter().flatten() {
            add_labels(metadata, options);
        }
    }
    object.set(kind.data(), data);
    let resource = Resource { is_generated: true, ..Resource::new(object) };
    let id = resource.id();
    let behavior = entry.get("behavior").and_then(Value::text).unwrap_or("create");
    let known = resources.iter_mut().find(|known| known.has_id(id));
    match (behavior, known) {
        ("merge", Some(known)) => {
            let count =
                |resource: &Resource| resource.value.get(kind.data()).map_or(0, |data| data.fields().len());
            if builder.may_compare(entry, count(known), count(&resource)) {
                add_data(known, &resource, kind);
            }
        }
        ("replace", Some(known)) => replace(known, &resource, kind),
        ("merge" | "replace", None) if builder.is_partial() => resources.push(resource),
        ("merge" | "replace", None) => {
            let why = "this generator has nothing to merge with or to replace, and kustomize refuses it";
            builder.note_of(entry.span(), why, format!("{} {}", id.kind, id.name));
        }
        (_, None) => resources.push(resource),
        (_, Some(_)) => {
            let why = "this generator makes what is there already, and kustomize refuses it";
            builder.note_of(entry.span(), why, format!("{} {}", id.kind, id.name));
        }
    }
}

/// Adds the labels and the annotations that `from` has to those that `metadata` has.
fn add_labels(metadata: &mut Value, from: &Value) {
    for key in ["labels", "annotations"] {
        let Some(fields) = from.get(key).map(Value::fields).filter(|fields| !fields.is_empty()) else {
            continue;
        };
        set_fields(metadata, &[key], fields);
    }
}

fn add_data(known: &mut Resource, new: &Resource, kind: Kind) {
    known.is_generated = true;
    let fields = new.value.get(kind.data()).map(Value::fields).unwrap_or_default();
    set_fields(&mut known.value, &[kind.data()], fields);
}

fn replace(known: &mut Resource, new: &Resource, kind: Kind) {
    known.is_generated = true;
    known.value.remove("binaryData");
    if let Some(data) = new.value.get(kind.data()) {
        known.value.set(kind.data(), data.clone());
    }
}

/// The keys and values of a generator.
fn data_of(builder: &mut Builder, from: FileId, entry: &Value) -> Vec<(String, Value)> {
    let items = |key| entry.get(key).map(Value::items).unwrap_or_default();
    let mut data = Vec::new();
    for env in entry.get("env").into_iter().chain(items("envs")) {
        data.extend(variables(builder, from, env));
    }
    for file in items("files") {
        data.extend(file_of(builder, from, file));
    }
    data.extend(items("literals").iter().filter_map(literal));
    data
}

/// `path` or `key=path` (kustomize, `kv.ParseFileSource`).
fn file_of(builder: &mut Builder, from: FileId, item: &Value) -> Option<(String, Value)> {
    let (key, path) = key_and_path(item.text()?);
    if key.is_empty() || path.is_empty() {
        builder.note(item, "this is neither a path nor `key=path`");
        return None;
    }
    let file = builder.file_of_key(from, path, key, item)?;
    let text = builder.source(file)?.mapped();
    Some((key.to_owned(), Value::string_at(text)))
}

/// `key=text`; one pair of quotes around the text falls away (kustomize, `kv.parseLiteralSource`).
fn literal(item: &Value) -> Option<(String, Value)> {
    let mapped = item.mapped();
    let whole = mapped.as_str();
    let (key, text) = whole.split_once('=')?;
    let quoted = |quote: char| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote);
    let quote = usize::from(quoted('"') || quoted('\''));
    let edits = [(0..key.len() + 1 + quote, "".into()), (whole.len() - quote..whole.len(), "".into())];
    Some((key.to_owned(), Value::string_at(mapped.replace(&edits))))
}

/// The lines `KEY=text` of a file; a key alone takes its text from the environment of whoever runs kustomize.
fn variables(builder: &mut Builder, from: FileId, item: &Value) -> Vec<(String, Value)> {
    let Some(source) = builder.file(from, item).and_then(|file| builder.source(file)) else {
        return Vec::new();
    };
    let all = source.mapped();
    let mut found = Vec::new();
    let mut at = 0;
    for line in source.text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let content = line.trim_start_matches('\u{feff}').trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let (key, text) = content.split_once('=').unwrap_or((content, ""));
        let text_start = start + line.find('=').map_or(line.len(), |equals| equals + 1);
        let span = all.span(text_start..text_start + text.len());
        let mut mapped = MappedText::new(span);
        mapped.push(text, span.range());
        found.push((key.to_owned(), Value::string_at(mapped)));
    }
    found
}
