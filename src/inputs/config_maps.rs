//! The ConfigMaps and Secrets of the input: those that are objects, and ConfigMaps that a kustomization makes.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::InputSet;
use super::index::ObjectId;
use super::names::{Asker, Choice, Named, choose};
use crate::kustomize::generators::{self, Generated, Value};
use crate::source::{FileId, MappedText};
use crate::yaml::Node;

/// The texts of a ConfigMap, or of a Secret's `stringData`. What a Secret has in base64 is seldom a script.
#[derive(Debug, Clone, Copy)]
pub struct ConfigData<'a> {
    data: Data<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Data<'a> {
    /// The map at `data` or `stringData`.
    Object(Option<Node<'a>>),
    Generated(&'a Generated),
}

/// The ConfigMaps that kustomizations make.
#[derive(Debug, Default)]
pub(super) struct GeneratedMaps {
    list: Vec<Generated>,
    by_name: HashMap<String, Named<usize>>,
}

impl GeneratedMaps {
    fn of(inputs: &InputSet) -> Self {
        let list = generators::config_maps(inputs.files());
        let mut by_name: HashMap<String, Named<usize>> = HashMap::new();
        for (number, map) in list.iter().enumerate() {
            let named = by_name.entry(map.name.clone()).or_default();
            named.add(number, map.namespace.as_deref(), map.file, inputs.folder(map.file));
        }
        Self { list, by_name }
    }
}

/// A ConfigMap of either sort.
enum Found {
    Object(ObjectId),
    Generated(usize),
}

impl InputSet {
    /// The ConfigMap `name` as an object in `namespace` and the file `from` would see it; see [`lookup`](Self::lookup).
    #[must_use]
    pub fn config_map(&self, from: FileId, namespace: Option<&str>, name: &str) -> Option<ConfigData<'_>> {
        if let Some(object) = self.build.as_ref().and_then(|build| build.find("ConfigMap", namespace, name)) {
            return Some(ConfigData { data: Data::Object(object.node.get("data")) });
        }
        let generated = self.shared.generated.get_or_init(|| GeneratedMaps::of(self));
        let (objects, made) = (self.named("ConfigMap", name), generated.by_name.get(name));
        let asker = Asker { file: from, folder: self.folder(from), namespace };
        let found = choose(|near| {
            let object = objects.map_or(Choice::None, |named| named.fitting(near, asker).map(Found::Object));
            object.or(made.map_or(Choice::None, |named| named.fitting(near, asker).map(Found::Generated)))
        })?;
        let data = match found {
            Found::Object(id) => {
                let object = self.shared.index.object(id)?;
                Data::Object(object.node.get("data"))
            }
            Found::Generated(number) => Data::Generated(generated.list.get(number)?),
        };
        Some(ConfigData { data })
    }

    /// The Secret `name` as an object in `namespace` and the file `from` would see it; see [`lookup`](Self::lookup).
    #[must_use]
    pub fn secret(&self, from: FileId, namespace: Option<&str>, name: &str) -> Option<ConfigData<'_>> {
        let object = self.lookup(from, "Secret", namespace, name)?;
        Some(ConfigData { data: Data::Object(object.node.get("stringData")) })
    }
}

impl<'a> ConfigData<'a> {
    /// The texts by their keys; `inputs` is the set that this is of.
    #[must_use]
    pub fn texts(self, inputs: &'a InputSet) -> BTreeMap<Cow<'a, str>, &'a str> {
        match self.data {
            Data::Object(data) => {
                let entries = data.into_iter().flat_map(Node::entries);
                entries.filter_map(|entry| Some((entry.name(), entry.value.as_str()?))).collect()
            }
            Data::Generated(map) => {
                let text = |value: &'a Value| match value {
                    Value::File(path) => Some(&*inputs.file_at(path)?.text),
                    Value::Literal(text) => Some(text.as_str()),
                };
                map.data.iter().filter_map(|(key, value)| Some((Cow::from(key), text(value)?))).collect()
            }
        }
    }

    /// The text of `key` with the place of each part of it.
    #[must_use]
    pub fn mapped(self, key: &str, inputs: &InputSet) -> Option<MappedText> {
        match self.data {
            Data::Object(data) => Some(data?.get(key)?.mapped()),
            Data::Generated(map) => match map.data.get(key)? {
                Value::File(path) => Some(inputs.file_at(path)?.mapped()),
                Value::Literal(text) => Some(text.clone()),
            },
        }
    }
}
