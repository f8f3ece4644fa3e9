//! The ConfigMaps and Secrets of the input: those that are objects, and ConfigMaps that a kustomization makes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt};

use super::InputSet;
use super::chart_maps::{ChartMap, ChartMaps};
use super::index::ObjectId;
use super::names::{Asker, Choice, Named, choose};
use crate::charts;
use crate::helm::has_branches;
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
    OfChart(&'a ChartMap),
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
                let object = self.shared.index.object(&self.shared.files, id)?;
                Data::Object(object.node.get("data"))
            }
            Found::Generated(number) => Data::Generated(generated.list.get(number)?),
        };
        Some(ConfigData { data })
    }

    /// The ConfigMap or Secret whose name is the text of `name`, which is of a template, in the chart of that.
    #[must_use]
    pub fn data_of_chart(&self, from: FileId, kind: &str, name: Node<'_>) -> Option<ConfigData<'_>> {
        let name = name.text_of_chart()?;
        let maps = self.shared.chart_maps.get_or_init(|| ChartMaps::of(&self.shared.files));
        let map = maps.find(&self.shared.files, &self.source(from)?.path, kind, name)?;
        Some(ConfigData { data: Data::OfChart(map) })
    }

    /// The Secret `name` as an object in `namespace` and the file `from` would see it; see [`lookup`](Self::lookup).
    #[must_use]
    pub fn secret(&self, from: FileId, namespace: Option<&str>, name: &str) -> Option<ConfigData<'_>> {
        let object = self.lookup(from, "Secret", namespace, name)?;
        Some(ConfigData { data: Data::Object(object.node.get("stringData")) })
    }

    /// Whether the run has every ConfigMap and Secret that the Pods of the template with this `spec`, in `namespace` and
    /// the file `from`, may take a script or a part of one from: as a volume, or, of a ConfigMap, as a variable.
    #[must_use]
    pub fn has_data(&self, from: FileId, namespace: Option<&str>, spec: Node<'_>) -> bool {
        let is_known = |(kind, name): (&str, &str)| match kind {
            "Secret" => self.secret(from, namespace, name).is_some(),
            _ => self.config_map(from, namespace, name).is_some(),
        };
        data_of_volumes(spec).chain(data_of_variables(spec)).all(is_known)
    }
}

/// The kinds and names of what the volumes of a Pod have files of.
fn data_of_volumes<'d>(spec: Node<'d>) -> impl Iterator<Item = (&'static str, &'d str)> {
    let name = |source: Node<'d>, key: &str, name: &str| source.get(key)?.get(name)?.as_str();
    let of = move |source: Node<'d>, secret_name: &str| {
        let config_map = name(source, "configMap", "name").map(|name| ("ConfigMap", name));
        config_map.or_else(|| Some(("Secret", name(source, "secret", secret_name)?)))
    };
    let volumes = spec.get("volumes").into_iter().flat_map(Node::items);
    volumes.flat_map(move |volume| {
        let projected = volume.get("projected").and_then(|projected| projected.get("sources"));
        let projected = projected.into_iter().flat_map(Node::items);
        of(volume, "secretName").into_iter().chain(projected.filter_map(move |source| of(source, "name")))
    })
}

/// The kinds and names of the ConfigMaps that containers have variables of.
fn data_of_variables<'d>(spec: Node<'d>) -> impl Iterator<Item = (&'static str, &'d str)> {
    let items = |node: Node<'d>, key: &str| node.get(key).into_iter().flat_map(Node::items);
    let name = |source: Option<Node<'d>>| Some(("ConfigMap", source?.get("name")?.as_str()?));
    items(spec, "initContainers").flat_map(move |container| {
        let all = items(container, "envFrom").filter_map(move |from| name(from.get("configMapRef")));
        let one = |variable: Node<'d>| variable.get("valueFrom")?.get("configMapKeyRef");
        all.chain(items(container, "env").filter_map(move |variable| name(one(variable))))
    })
}

impl<'a> ConfigData<'a> {
    /// The texts by their keys; `inputs` is the set that this is of.
    #[must_use]
    pub fn texts(self, inputs: &'a InputSet) -> BTreeMap<Cow<'a, str>, &'a str> {
        self.entries(inputs).into_iter().filter_map(|(key, text)| Some((key, text?))).collect()
    }

    /// The keys with their texts, as far as these are known: those of a chart may hang on its values.
    #[must_use]
    pub fn entries(self, inputs: &'a InputSet) -> BTreeMap<Cow<'a, str>, Option<&'a str>> {
        match self.data {
            Data::Object(data) => {
                let entries = data.into_iter().flat_map(Node::entries);
                entries
                    .map(|entry| (entry.name(), known(entry.value, inputs).and_then(Node::as_str)))
                    .collect()
            }
            Data::Generated(map) => {
                let text = |value: &'a Value| match value {
                    Value::File(path) => Some(&*inputs.file_at(path)?.text),
                    Value::Literal(text) => Some(text.as_str()),
                };
                map.data.iter().map(|(key, value)| (Cow::from(key), text(value))).collect()
            }
            Data::OfChart(map) => {
                let text = |text: &'a Option<MappedText>| text.as_ref().map(MappedText::as_str);
                map.data.iter().map(|(key, value)| (Cow::from(key), text(value))).collect()
            }
        }
    }

    /// The text of `key` with the place of each part of it.
    #[must_use]
    pub fn mapped(self, key: &str, inputs: &InputSet) -> Option<MappedText> {
        match self.data {
            Data::Object(data) => Some(known(data?.get(key)?, inputs)?.mapped()),
            Data::Generated(map) => match map.data.get(key)? {
                Value::File(path) => Some(inputs.file_at(path)?.mapped()),
                Value::Literal(text) => Some(text.clone()),
            },
            Data::OfChart(map) => map.data.get(key)?.clone(),
        }
    }
}

/// `text`, unless it is of a template that is YAML as it stands, and branches decide what Helm puts out of it.
fn known<'d>(text: Node<'d>, inputs: &InputSet) -> Option<Node<'d>> {
    let is_decided = |text: &str, file| has_branches(text) && charts::is_template(inputs.path(file), text);
    Some(text).filter(|node| !node.as_str().is_some_and(|text| is_decided(text, node.span().file)))
}
