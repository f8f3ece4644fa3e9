//! ConfigMaps that a kustomization makes of files and literals (kustomize, `configMapGenerator`).

use std::collections::BTreeMap;

use super::{folder_of, kustomizations};
use crate::read::InputFile;
use crate::source::{FileId, MappedText, Source};
use crate::yaml::Node;

/// A ConfigMap to be. Manifests name it without the suffix that it gets.
#[derive(Debug)]
pub struct Generated {
    /// Its name in the manifests.
    pub name: String,
    /// Its namespace, where the generator or the kustomization says it.
    pub namespace: Option<String>,
    /// The kustomization.
    pub file: FileId,
    /// What is under each of its keys. Those of `envs` are left out.
    pub data: BTreeMap<String, Value>,
}

/// The value of a key.
#[derive(Debug)]
pub enum Value {
    /// The text of the file with this path, as it would be shown.
    File(String),
    /// A text in the kustomization.
    Literal(MappedText),
}

/// The ConfigMaps that the kustomizations among `files` make.
#[must_use]
pub fn config_maps(files: &[InputFile]) -> Vec<Generated> {
    let mut found = Vec::new();
    for (source, document) in kustomizations(files, "configMapGenerator") {
        let root = document.root();
        let namespace = root.get("namespace").and_then(Node::as_str);
        for generator in root.get("configMapGenerator").into_iter().flat_map(Node::items) {
            let Some(name) = generator.get("name").and_then(Node::as_str) else { continue };
            let own = generator.get("namespace").and_then(Node::as_str);
            found.push(Generated {
                name: name.to_owned(),
                namespace: namespace.or(own).map(str::to_owned),
                file: source.id,
                data: data(generator, source),
            });
        }
    }
    found
}

/// The files that those ConfigMaps are made of, each once, with the kustomization that names it.
#[must_use]
pub fn files(files: &[InputFile]) -> BTreeMap<String, FileId> {
    let maps = config_maps(files).into_iter();
    let values = maps.flat_map(|map| map.data.into_values().map(move |value| (value, map.file)));
    let paths = values.filter_map(|(value, kustomization)| match value {
        Value::File(path) => Some((path, kustomization)),
        Value::Literal(_) => None,
    });
    paths.collect()
}

fn data(generator: Node<'_>, source: &Source) -> BTreeMap<String, Value> {
    let texts = |key: &str| generator.get(key).into_iter().flat_map(Node::items);
    let files = texts("files").filter_map(|item| file(item.as_str()?, &source.path));
    let literals = texts("literals").filter_map(|item| literal(item));
    files.chain(literals).collect()
}

/// The key and the path of `key=path`, or of a path whose last step is the key (kustomize, `kv.ParseFileSource`).
pub(super) fn key_and_path(entry: &str) -> (&str, &str) {
    entry.split_once('=').unwrap_or_else(|| (entry.rsplit('/').next().unwrap_or(entry), entry))
}

/// What `entry` makes. A file outside the kustomization's folder is left alone, as kustomize does unless told otherwise.
fn file(entry: &str, kustomization: &str) -> Option<(String, Value)> {
    let (key, path) = key_and_path(entry);
    let folder = folder_of(kustomization);
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." => _ = steps.pop()?,
            step => steps.push(step),
        }
    }
    if key.is_empty() || steps.is_empty() || path.starts_with('/') {
        return None;
    }
    let inside = steps.join("/");
    let path = if folder.is_empty() { inside } else { format!("{}/{inside}", folder.trim_end_matches('/')) };
    Some((key.to_owned(), Value::File(path)))
}

/// `key=text`; one pair of quotes around the text falls away (kustomize, `kv.parseLiteralSource`).
fn literal(item: Node<'_>) -> Option<(String, Value)> {
    let mapped = item.mapped();
    let whole = mapped.as_str();
    let (key, text) = whole.split_once('=')?;
    let quoted = |quote: char| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote);
    let quote = usize::from(quoted('"') || quoted('\''));
    let edits = [(0..key.len() + 1 + quote, "".into()), (whole.len() - quote..whole.len(), "".into())];
    Some((key.to_owned(), Value::Literal(mapped.replace(&edits))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(path: &str, text: &str) -> Vec<String> {
        let source = Source::new(FileId(0), path, text);
        let maps = config_maps(&[InputFile::new(source)]);
        let entries = maps.iter().flat_map(|map| map.data.iter().map(move |entry| (map, entry)));
        let shown = entries.map(|(map, (key, value))| {
            let namespace = map.namespace.as_deref().unwrap_or("-");
            match value {
                Value::File(path) => format!("{namespace}/{} {key} <- {path}", map.name),
                Value::Literal(text) => format!("{namespace}/{} {key} = {:?}", map.name, text.as_str()),
            }
        });
        shown.collect()
    }

    #[test]
    fn keys_come_from_files_and_literals() {
        let text = "namespace: shop
configMapGenerator:
- name: scripts
  files: [init.sh, ./scripts/seed.sh, run.sh=scripts/../other.sh, ../out.sh, /etc/out.sh, a/../../out.sh, =x, k=]
  literals: [a=b=c, 'q=\"x y\"', \"s='z'\", \"n=\", plain]
  envs: [x.env]
- {files: [unnamed.sh]}
- 5
";
        let expected = [
            "shop/scripts a = \"b=c\"",
            "shop/scripts init.sh <- init.sh",
            "shop/scripts n = \"\"",
            "shop/scripts q = \"x y\"",
            "shop/scripts run.sh <- other.sh",
            "shop/scripts s = \"z\"",
            "shop/scripts seed.sh <- scripts/seed.sh",
        ];
        assert_eq!(printed("kustomization.yaml", text), expected);
        let one = "configMapGenerator: [{name: a, namespace: b, files: [x/c.sh]}]";
        assert_eq!(printed("apps/web/kustomization.yml", one), ["b/a c.sh <- apps/web/x/c.sh"]);
        assert_eq!(printed("web.yaml", one), Vec::<String>::new());
        assert_eq!(printed("kustomization.yaml", "configMapGenerator: {name: x}"), Vec::<String>::new());
    }
}
