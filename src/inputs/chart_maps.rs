//! The ConfigMaps of charts, read where they are written.
//!
//! Most have a name that an action puts out in part. Two such names of one chart are the same where the same is written, and
//! each of their actions means the same in all of the chart.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use foldhash::{HashMap, HashMapExt};

use super::files::Files;
use crate::charts::{self, InitTemplates, Views};
use crate::kube::objects;
use crate::source::{FileId, MappedText, Source, Span};
use crate::yaml::Node;

const KIND: &str = "ConfigMap";

/// The charts among the input, by their folders.
#[derive(Debug, Default)]
pub(super) struct ChartMaps(HashMap<Box<str>, Chart>);

#[derive(Debug, Default)]
struct Chart {
    templates: Vec<FileId>,
    /// By name; made when one is asked for.
    maps: OnceLock<HashMap<String, ChartMap>>,
}

/// What of a ConfigMap is known whatever values the chart is given.
#[derive(Debug)]
pub(super) struct ChartMap {
    /// The keys without actions, and the texts without any; `None` is a text that values tell.
    pub(super) data: BTreeMap<String, Option<MappedText>>,
    /// Where its document stands.
    place: Span,
    /// Whether there is another of its name.
    is_ambiguous: bool,
}

impl ChartMaps {
    pub(super) fn of(files: &Files) -> Self {
        let mut charts: HashMap<Box<str>, Chart> = HashMap::new();
        for file in files.list() {
            if let Some(folder) = chart_of(&file.source.path) {
                charts.entry(folder.into()).or_default().templates.push(file.source.id);
            }
        }
        Self(charts)
    }

    /// The ConfigMap that the template at `path` names in `name`.
    pub(super) fn find(&self, files: &Files, path: &str, name: &str) -> Option<&ChartMap> {
        let chart = self.0.get(chart_of(path)?)?;
        let maps = chart.maps.get_or_init(|| chart.read(files));
        maps.get(name).filter(|map| !map.is_ambiguous)
    }
}

/// The folder of the chart that has the template at `path`.
pub(super) fn chart_of(path: &str) -> Option<&str> {
    let (folder, _) = path.rsplit_once("templates/")?;
    is_folder(folder).then_some(folder)
}

/// Whether `path` is that of a folder, as it stands before the name of a file.
pub(super) fn is_folder(path: &str) -> bool {
    path.is_empty() || path.ends_with('/')
}

impl Chart {
    fn read(&self, files: &Files) -> HashMap<String, ChartMap> {
        let mut maps = HashMap::new();
        for file in self.templates.iter().filter_map(|&id| files.with_text(id)) {
            let holds = |text: &str| memchr::memmem::find(text.as_bytes(), KIND.as_bytes()).is_some();
            if !holds(&file.source.text) || !charts::is_template(&file.source.path, &file.source.text) {
                continue;
            }
            let Some(template) = charts::template(&file.source, &file.documents) else { continue };
            let views = Views::of(&file.source, template, &InitTemplates::default(), &holds);
            for part in views.parts() {
                for object in objects(part.document.root()).iter().filter(|object| object.kind == KIND) {
                    let name = object.metadata().and_then(|metadata| metadata.get("name")?.text_of_chart());
                    let Some(name) = name else { continue };
                    let choices = views.choices(part);
                    let is_certain = |at: usize| !choices.iter().any(|choice| choice.holds(&(at..at)));
                    let data = texts(object.node.get("data"), &file.source, &is_certain);
                    let map = ChartMap { data, place: part.place, is_ambiguous: false };
                    match maps.get_mut(&name) {
                        None => _ = maps.insert(name, map),
                        Some(known) => known.join(&map),
                    }
                }
            }
        }
        maps
    }
}

impl ChartMap {
    /// Leaves what another reading of it has alike; `other` may also be another ConfigMap.
    fn join(&mut self, other: &Self) {
        self.is_ambiguous |= self.place != other.place;
        self.data.retain(|key, _| other.data.contains_key(key));
        for (key, text) in &mut self.data {
            if text.as_ref() != other.data.get(key).and_then(Option::as_ref) {
                *text = None;
            }
        }
    }
}

/// The texts in `data`, of a template in `source`, that hold no action: none that puts something out, and no branch. Of
/// others the keys, where it is certain that they are there.
fn texts(
    data: Option<Node<'_>>,
    source: &Source,
    is_certain: &dyn Fn(usize) -> bool,
) -> BTreeMap<String, Option<MappedText>> {
    let is_plain = |node: Node<'_>| !source.slice(node.span()).contains("{{");
    let entries = data.into_iter().flat_map(Node::entries).filter(|entry| is_plain(entry.key));
    let known = entries.filter_map(|entry| {
        let text = Some(entry.value).filter(|text| text.as_str().is_some() && is_plain(*text));
        let is_told = text.is_some() || is_certain(entry.key.span().range().start);
        is_told.then(|| (entry.name().into_owned(), text.map(Node::mapped)))
    });
    known.collect()
}
