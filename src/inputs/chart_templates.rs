//! The templates of the input's charts, by what Helm calls them in what it renders.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use foldhash::{HashMap, HashMapExt, HashSet};
use memchr::memmem;

use super::chart_maps::{chart_of, is_folder};
use super::files::Files;
use crate::charts::{self, InitTemplates, Views};
use crate::read::InputFile;
use crate::source::FileId;

/// What makes rules speak of a Pod.
const WORDS: [&str; 2] = ["initContainers", "activeDeadlineSeconds"];

/// Those of `WORDS` that stand in `text`.
fn words(text: &str) -> impl Iterator<Item = &'static str> {
    WORDS.into_iter().filter(|word| memmem::find(text.as_bytes(), word.as_bytes()).is_some())
}

/// The charts of the input.
#[derive(Debug, Default)]
pub(super) struct ChartTemplates {
    /// Those with templates by their names, which several may share.
    by_name: HashMap<String, Vec<Chart>>,
    /// The folders of all, each with the name of its chart once that is asked for.
    folders: HashMap<String, OnceLock<Option<String>>>,
}

#[derive(Debug, Default)]
struct Chart {
    /// By their paths below `templates/`; whether all of one is read where it is written is found out when it is asked.
    templates: HashMap<Box<str>, (FileId, OnceLock<bool>)>,
    /// Those of `WORDS` that its templates hold.
    words: HashSet<&'static str>,
}

impl ChartTemplates {
    pub(super) fn of(files: &Files) -> Self {
        let mut charts: HashMap<&str, Chart> = HashMap::new();
        let mut folders = HashMap::new();
        for file in files.list() {
            if let Some(folder) = file.source.path.strip_suffix("Chart.yaml").filter(|it| is_folder(it)) {
                folders.insert(folder.to_owned(), OnceLock::new());
            }
            let Some(folder) = chart_of(&file.source.path) else { continue };
            let chart = charts.entry(folder).or_default();
            let path = file.source.path.get(folder.len() + "templates/".len()..).unwrap_or_default();
            chart.templates.insert(path.into(), (file.source.id, OnceLock::new()));
            chart.words.extend(words(&file.source.text));
        }
        let mut by_name: HashMap<String, Vec<Chart>> = HashMap::new();
        for (folder, chart) in charts {
            if let Some(name) = name_of(folder) {
                by_name.entry(name).or_default().push(chart);
            }
        }
        Self { by_name, folders }
    }

    /// Whether the rendered `text` of the file shown as `path`, which Helm made of what it calls `origin`, comes of a chart in
    /// one of the folders that the file is in: it is kept to show what that makes, and is made anew.
    pub(super) fn are_shown_by(&self, path: &str, origin: &str, text: &str) -> bool {
        let chart = origin.split('/').next().unwrap_or_default();
        let is_it = |folder: &str| {
            let name = self.folders.get(folder).map(|name| name.get_or_init(|| name_of(folder)));
            name.is_some_and(|name| name.as_deref() == Some(chart))
        };
        let mut ends = path.match_indices('/').map(|(slash, _)| slash + 1).chain([0]);
        words(text).next().is_some() && ends.any(|end| is_it(path.get(..end).unwrap_or_default()))
    }

    /// Whether the template that Helm calls `origin` (`shop/charts/db/templates/web.yaml`) is among the input and is read
    /// where it is written, and its chart's templates speak of all that the rendered `text` speaks of: the rest came with
    /// values.
    pub(super) fn have(&self, files: &Files, origin: &str, text: &str) -> bool {
        let Some((chart, path)) = origin.split_once("/templates/") else { return false };
        let name = chart.rsplit('/').next().unwrap_or_default();
        let words: Vec<&str> = words(text).collect();
        let mut charts = self.by_name.get(name).into_iter().flatten();
        !words.is_empty()
            && charts.any(|chart| {
                let template = chart.templates.get(path);
                words.iter().all(|word| chart.words.contains(word))
                    && template.is_some_and(|(id, is_read)| *is_read.get_or_init(|| is_all_read(files, *id)))
            })
    }
}

/// The name that the chart in `folder` gives itself; `None` where no chart is there.
fn name_of(folder: &str) -> Option<String> {
    let text = fs::read_to_string(Path::new(folder).join("Chart.yaml")).ok()?;
    let name = text.lines().find_map(|line| line.strip_prefix("name:"))?;
    let name = name.split(" #").next().unwrap_or_default();
    Some(name.trim().trim_matches(['"', '\'']).to_owned())
}

/// Whether the template `id` is read to its end. One whose text was left out has nothing that anybody asks for.
fn is_all_read(files: &Files, id: FileId) -> bool {
    let has_actions = |file: &&InputFile| charts::is_template(&file.source.path, &file.source.text);
    let Some(file) = files.get(id).filter(has_actions) else { return true };
    let Some(template) = charts::template(&file.source, &file.documents) else { return false };
    let is_wanted = |text: &str| words(text).next().is_some();
    let views = Views::of(&file.source, template, &InitTemplates::default(), &is_wanted);
    views.problems().next().is_none()
}
