//! The values of charts, as they come with them.

use std::sync::OnceLock;

use foldhash::HashMap;

use super::chart_maps::{chart_of, is_folder};
use super::files::Files;
use crate::source::FileId;
use crate::yaml::{Document, Kind, Node};

const FILE: &str = "values.yaml";

/// By the folders of their charts.
#[derive(Debug, Default)]
pub(super) struct ChartValues(HashMap<Box<str>, (FileId, OnceLock<Option<Document>>)>);

impl ChartValues {
    pub(super) fn of(files: &Files) -> Self {
        let of_chart = |path: &str| path.strip_suffix(FILE).filter(|folder| is_folder(folder)).map(Box::from);
        let files = files.list().iter().map(|file| &file.source);
        Self(
            files
                .filter_map(|source| Some((of_chart(&source.path)?, (source.id, OnceLock::new()))))
                .collect(),
        )
    }

    /// Whether the chart of the template at `path` has a value that isn't empty where the action `text` asks for one:
    /// `{{.Values.size}}`. `None` where that isn't known.
    pub(super) fn tell(&self, files: &Files, path: &str, text: &str) -> Option<bool> {
        let keys = text.strip_prefix("{{.Values.")?.strip_suffix("}}")?;
        if !keys.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')) {
            return None;
        }
        let (id, document) = self.0.get(chart_of(path)?)?;
        let document = document.get_or_init(|| {
            let file = files.with_text(*id)?;
            let range = file.documents.first().cloned().unwrap_or_default();
            Document::parse(&file.source, range).ok()
        });
        let (parents, key) =
            keys.rsplit_once('.').map_or((None, keys), |(parents, key)| (Some(parents), key));
        let mut map = document.as_ref()?.root();
        // Without a map Helm refuses to look into it: whoever installs the chart has to give one.
        for parent in parents.into_iter().flat_map(|parents| parents.split('.')) {
            map = map.get(parent).filter(|value| !value.is_null())?;
        }
        Some(map.get(key).is_some_and(|value| !is_empty(value)))
    }
}

/// Whether Helm takes `value` for empty, as far as an amount may be.
fn is_empty(value: Node<'_>) -> bool {
    match value.kind() {
        Kind::Null => true,
        Kind::String(text) => text.trim().is_empty(),
        _ => false,
    }
}
