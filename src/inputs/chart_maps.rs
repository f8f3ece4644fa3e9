//! The ConfigMaps and Secrets of charts, read where they are written.
//!
//! Most have a name that an action puts out in part. Two such names of one chart are the same where the same is written, and
//! each of their actions means the same in all of the chart.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
use std::sync::OnceLock;

use foldhash::{HashMap, HashMapExt};

use super::files::Files;
use crate::charts::{self, InitTemplates, Views};
use crate::helm::{self, AskedFiles};
use crate::kube::{objects, texts_key};
use crate::read::InputFile;
use crate::source::{FileId, MappedText, Source, Span};
use crate::yaml::Node;

/// What the text of a ConfigMap has, and that of a Secret with texts.
const MARKS: [&str; 2] = ["ConfigMap", "stringData"];

/// The charts among the input, by their folders.
#[derive(Debug, Default)]
pub(super) struct ChartMaps(HashMap<Box<str>, Chart>);

#[derive(Debug, Default)]
struct Chart {
    templates: Vec<FileId>,
    /// By kind and name; made when one is asked for.
    maps: OnceLock<HashMap<(String, String), ChartMap>>,
}

/// What of a ConfigMap or a Secret is known whatever values the chart is given.
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

    /// The object of `kind` that the template at `path` names in `name`.
    pub(super) fn find(&self, files: &Files, path: &str, kind: &str, name: String) -> Option<&ChartMap> {
        let chart = self.0.get(chart_of(path)?)?;
        let maps = chart.maps.get_or_init(|| chart.read(files));
        maps.get(&(kind.to_owned(), name)).filter(|map| !map.is_ambiguous)
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
    fn read(&self, files: &Files) -> HashMap<(String, String), ChartMap> {
        let mut maps = HashMap::new();
        let path = self.templates.first().and_then(|&id| files.get(id)).map_or("", |file| &file.source.path);
        let of_chart = ChartFiles::of(files, path);
        for file in self.templates.iter().filter_map(|&id| files.with_text(id)) {
            let holds = |text: &str| {
                MARKS.iter().any(|mark| memchr::memmem::find(text.as_bytes(), mark.as_bytes()).is_some())
            };
            if !holds(&file.source.text) || !charts::is_template(&file.source.path, &file.source.text) {
                continue;
            }
            let Some(template) = charts::template(&file.source, &file.documents) else { continue };
            let views = Views::of(&file.source, template, &InitTemplates::default(), &holds);
            for part in views.parts() {
                for object in objects(part.document.root()) {
                    let name = object.metadata().and_then(|metadata| metadata.get("name")?.text_of_chart());
                    let Some((key, name)) = texts_key(object.kind).zip(name) else { continue };
                    let choices = views.choices(part);
                    let is_certain = |at: usize| !choices.iter().any(|choice| choice.holds(&(at..at)));
                    let mut data = texts(object.node.get(key), &file.source, &is_certain, &of_chart);
                    if let Some(entry) = object.node.entry(key) {
                        let asked = asked_behind(&file.source.text, entry.key.span().range().end);
                        let certain = asked.into_iter().filter(|(at, _)| is_certain(*at));
                        data.extend(certain.flat_map(|(_, asked)| of_chart.entries(&asked)));
                    }
                    let map = ChartMap { data, place: part.place, is_ambiguous: false };
                    match maps.entry((object.kind.to_owned(), name)) {
                        Entry::Vacant(entry) => _ = entry.insert(map),
                        Entry::Occupied(known) => known.into_mut().join(&map),
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

/// The scripts of a chart that were read beside its templates.
struct ChartFiles<'f> {
    /// The folder of the chart.
    folder: &'f str,
    list: Vec<&'f InputFile>,
}

impl<'f> ChartFiles<'f> {
    /// Those of the chart of the template at `path`.
    fn of(files: &'f Files, path: &'f str) -> Self {
        let folder = chart_of(path).unwrap_or("");
        let scripts = files.list().iter().filter(|file| file.documents.is_empty());
        Self { folder, list: scripts.filter(|file| file.source.path.starts_with(folder)).collect() }
    }

    /// The text of the one that `asked` is of.
    fn text(&self, asked: &AskedFiles) -> Option<MappedText> {
        let is_it = |file: &&&InputFile| self.path_in_chart(file) == Some(&asked.path);
        self.list.iter().find(is_it).and_then(|file| text_of(file, asked))
    }

    /// The entries that `asked` makes, by the names of the files.
    fn entries(&self, asked: &AskedFiles) -> Vec<(String, Option<MappedText>)> {
        let entries = self.list.iter().filter_map(|file| {
            let path = self.path_in_chart(file).filter(|path| helm::matches_file(&asked.path, path))?;
            let name = path.rsplit('/').next().unwrap_or(path);
            Some((name.to_owned(), text_of(file, asked)))
        });
        if asked.are_entries { entries.collect() } else { Vec::new() }
    }

    fn path_in_chart<'a>(&self, file: &'a InputFile) -> Option<&'a str> {
        file.source.path.strip_prefix(self.folder)
    }
}

/// The text of `file` as it is put out; `None` where Helm makes it first.
fn text_of(file: &InputFile, asked: &AskedFiles) -> Option<MappedText> {
    let is_made = asked.are_templates && file.source.text.contains("{{");
    (!is_made).then(|| file.source.mapped())
}

/// What the actions ask for that stand right behind the key which ends at `at` of a template's `text`, each with its place:
/// they put out entries of the map there.
fn asked_behind(text: &str, at: usize) -> Vec<(usize, AskedFiles)> {
    let mut asked = Vec::new();
    let mut rest = text.get(at..).and_then(|rest| rest.strip_prefix(':')).unwrap_or("").trim_start();
    while let Some((action, behind)) = rest.strip_prefix("{{").and_then(|rest| rest.split_once("}}")) {
        let inner = action.trim_start_matches('-').trim_end_matches('-').trim();
        asked.extend(helm::asked_files(inner).map(|files| (text.len() - rest.len(), files)));
        rest = behind.trim_start();
    }
    asked
}

/// The texts in `data`, of a template in `source`, that hold no action: none that puts something out, and no branch. Of
/// others the keys, where it is certain that they are there.
fn texts(
    data: Option<Node<'_>>,
    source: &Source,
    is_certain: &dyn Fn(usize) -> bool,
    of_chart: &ChartFiles<'_>,
) -> BTreeMap<String, Option<MappedText>> {
    let is_plain = |node: Node<'_>| !source.slice(node.span()).contains("{{");
    let entries = data.into_iter().flat_map(Node::entries).filter(|entry| is_plain(entry.key));
    let known = entries.filter_map(|entry| {
        let is_certain = is_certain(entry.key.span().range().start);
        let text = Some(entry.value).filter(|text| text.as_str().is_some() && is_plain(*text));
        let text =
            text.map(Node::mapped).or_else(|| of_chart.text(&asked(entry.value).filter(|_| is_certain)?));
        (text.is_some() || is_certain).then(|| (entry.name().into_owned(), text))
    });
    known.collect()
}

/// What `value` asks for, if it is what one action puts out.
fn asked(value: Node<'_>) -> Option<AskedFiles> {
    let told = value.text_of_chart()?;
    helm::asked_files(told.trim().strip_prefix("{{")?.strip_suffix("}}")?)
}
