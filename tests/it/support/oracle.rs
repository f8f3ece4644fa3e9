//! What Kubernetes answered to manifests, as `verdicts.jsonl` beside them records it.
use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;

use initlint::yaml::split;
use serde::Deserialize;

/// One line of `verdicts.jsonl`: a document, or an item of a List in it.
#[derive(Debug, Deserialize)]
pub(crate) struct Row {
    pub(crate) file: String,
    /// The document's index; those that hold nothing at all don't count, those of comments do.
    pub(crate) doc: usize,
    /// The index in the List that holds the object directly.
    pub(crate) item: Option<usize>,
    pub(crate) name: Option<String>,
    pub(crate) verdicts: Vec<Verdict>,
}

/// What versions that answer alike said.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Verdict {
    pub(crate) versions: Vec<String>,
    pub(crate) decode_error: Option<String>,
    /// What the strict decoder adds: fields that the version doesn't have.
    #[serde(default)]
    pub(crate) strict: Vec<String>,
    /// Path, type and wording of each error.
    #[serde(default)]
    pub(crate) errors: Vec<(String, String, String)>,
    #[serde(default)]
    pub(crate) pods: Vec<PodVerdict>,
}

impl Verdict {
    /// Whether it is about what the model holds: Pods, or a field that doesn't decode, rather than broken YAML or a
    /// List.
    pub(crate) fn speaks_of_fields(&self) -> bool {
        let words = ["quantit", "Go struct field"];
        let of_field = |error: &String| words.iter().any(|words| error.contains(words));
        !self.pods.is_empty() || self.decode_error.as_ref().is_some_and(of_field)
    }
}

/// Amounts by resource, in canonical form.
pub(crate) type List = BTreeMap<String, String>;

/// The figures of a Pod spec.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PodVerdict {
    /// The Pod spec's path in the object, with dots.
    pub(crate) path: String,
    pub(crate) requests: List,
    pub(crate) limits: List,
    pub(crate) app_requests: List,
    pub(crate) sidecar_requests: List,
    pub(crate) init_max_requests: List,
    pub(crate) qos: String,
}

/// The rows of a `verdicts.jsonl`.
pub(crate) fn rows(verdicts: &Path) -> Vec<Row> {
    fs::read_to_string(verdicts).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The range of the document of that index; `None` where it holds comments alone.
pub(crate) fn document(text: &str, index: usize) -> Option<Range<usize>> {
    let breaks = text.match_indices("\n---").map(|(at, _)| at + 1);
    let mut starts: Vec<usize> = std::iter::once(0).chain(breaks).collect();
    starts.push(text.len());
    let starts = starts.windows(2).filter(|pair| {
        let chunk = text.get(pair[0]..pair[1]).unwrap();
        let body = if chunk.starts_with("---") {
            chunk.split_once('\n').map_or("", |(_, body)| body)
        } else {
            chunk
        };
        !body.trim().is_empty()
    });
    let start = starts.map(|pair| pair[0]).nth(index)?;
    split(text).into_iter().find(|range| range.start == start)
}
