//! The named templates of the input's charts. Helm has one set of them for a chart and all charts below its `charts/`.

use std::path::Path;
use std::sync::OnceLock;

use foldhash::HashMap;
use memchr::memmem;

use super::chart_maps::{chart_of, is_folder};
use super::files::Files;
use crate::charts::Library;
use crate::read::InputFile;
use crate::source::FileId;

/// How the path of a file ends that holds named templates alone.
const HELPER: &str = ".tpl";

/// What no template defines one without.
const DEFINE: &[u8] = b"define";

/// Sets of named templates, by the folder of the outermost chart.
#[derive(Debug, Default)]
pub(super) struct NamedTemplates {
    charts: HashMap<Box<str>, Chart>,
    /// The folder of the outermost chart for that of each.
    outermost: HashMap<Box<str>, Box<str>>,
}

#[derive(Debug, Default)]
struct Chart {
    templates: Vec<FileId>,
    /// Made when one is asked for.
    library: OnceLock<Library>,
}

impl NamedTemplates {
    pub(super) fn of(files: &Files) -> Self {
        let mut all = Self::default();
        for file in files.list() {
            let Some(folder) = chart_of(&file.source.path) else { continue };
            let around = match all.outermost.get(folder) {
                Some(around) => around,
                None => all.outermost.entry(folder.into()).or_insert_with(|| outermost(folder).into()),
            };
            all.charts.entry(around.clone()).or_default().templates.push(file.source.id);
        }
        all
    }

    /// Those that the template at `path` may include.
    pub(super) fn of_template(&self, files: &Files, path: &str) -> Option<&Library> {
        let chart = self.charts.get(self.outermost.get(chart_of(path)?)?)?;
        Some(chart.library.get_or_init(|| chart.read(files)))
    }
}

impl Chart {
    fn read(&self, files: &Files) -> Library {
        let mut library = Library::default();
        for file in self.templates.iter().filter_map(|&id| files.get(id)) {
            // Of the files whose text was left out, only those are worth reading again that hold nothing else.
            let file =
                if file.source.path.ends_with(HELPER) { files.with_text(file.source.id) } else { Some(file) };
            let defines = |file: &&InputFile| memmem::find(file.source.text.as_bytes(), DEFINE).is_some();
            if let Some(file) = file.filter(defines) {
                library.add(&file.source);
            }
        }
        library
    }
}

/// The outermost chart that the chart in `folder` is a part of.
fn outermost(folder: &str) -> &str {
    let mut outermost = folder;
    while let Some((around, name)) = outermost.strip_suffix('/').and_then(|folder| folder.rsplit_once('/')) {
        let Some(around) = around.strip_suffix("charts").filter(|_| !name.is_empty()) else { break };
        if !is_folder(around) || !Path::new(around).join("Chart.yaml").is_file() {
            break;
        }
        outermost = around;
    }
    outermost
}
