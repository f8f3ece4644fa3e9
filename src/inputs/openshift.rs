//! Whether a Pod is one for `OpenShift`, by the objects beside it. There a `SecurityContextConstraint` sets its user at
//! admission.

use std::sync::{Mutex, PoisonError};

use foldhash::HashMap;
use memchr::memmem;

use super::chart_maps::chart_of;
use super::files::Files;
use crate::kustomize::folder_of;
use crate::read::InputFile;
use crate::source::FileId;

/// What the names of `OpenShift`'s own API groups end with.
const GROUPS: &str = ".openshift.io";

/// The group of `SecurityContextConstraints`. What is applied beside a role to use one, or has an annotation of this group, is
/// for `OpenShift`. Other groups stand in the roles of operators that run there as well.
pub(super) const SECURITY_GROUP: &str = "security.openshift.io";

/// The files of the input by what they are applied with: a chart, or else a folder.
#[derive(Debug, Default)]
pub(super) struct Neighbours {
    /// In the order of these.
    files: Vec<FileId>,
    /// What is known of some of these, by the first file of each.
    known: Mutex<HashMap<FileId, bool>>,
}

impl Neighbours {
    pub(super) fn of(files: &Files) -> Self {
        let mut sorted: Vec<&InputFile> = files.list().iter().collect();
        sorted.sort_by_cached_key(|file| applied_with(&file.source.path));
        Self { files: sorted.iter().map(|file| file.source.id).collect(), known: Mutex::default() }
    }

    /// Whether an object of `OpenShift`'s stands beside the file at `path`.
    pub(super) fn is_for_openshift(&self, files: &Files, path: &str) -> bool {
        let place = applied_with(path);
        let file = |id: &FileId| files.list().get(id.0 as usize);
        let place_of = |id: &FileId| file(id).map_or("", |file| applied_with(&file.source.path));
        let from = self.files.partition_point(|id| place_of(id) < place);
        let beside = self.files.get(from..).unwrap_or_default();
        let mut beside = beside.iter().take_while(|id| place_of(id) == place).peekable();
        let Some(&&first) = beside.peek() else { return false };
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known().get(&first) {
            return *known;
        }
        let is_for_openshift = beside.filter_map(file).any(|file| {
            // What is read for that alone isn't kept.
            if file.is_left_out() {
                file.with_text().is_ok_and(|file| has_its_object(&file))
            } else {
                has_its_object(file)
            }
        });
        known().insert(first, is_for_openshift);
        is_for_openshift
    }
}

/// Whether a document of `file` is an object of `OpenShift`'s.
fn has_its_object(file: &InputFile) -> bool {
    let text = &file.source.text;
    memmem::find(text.as_bytes(), GROUPS.as_bytes()).is_some()
        && file.documents.iter().filter_map(|range| text.get(range.clone())).any(holds_its_object)
}

/// The folder of the chart or of the manifests that the file at `path` is one of.
fn applied_with(path: &str) -> &str {
    chart_of(path).unwrap_or_else(|| folder_of(path))
}

/// Whether the text of a document is that of an object of `OpenShift`'s, or speaks of its `SecurityContextConstraints`. A chart that makes it under a condition is for
/// other clusters as well.
fn holds_its_object(document: &str) -> bool {
    let bytes = document.as_bytes();
    let end = memmem::find(bytes, b"{{").map_or(bytes.len(), |action| start_of_line(bytes, action));
    let head = bytes.get(..end).unwrap_or(bytes);
    memmem::find(head, SECURITY_GROUP.as_bytes()).is_some()
        || memmem::find_iter(head, GROUPS).any(|at| {
            let line = document.get(start_of_line(head, at)..).and_then(|line| line.lines().next());
            line.and_then(|line| line.strip_prefix("apiVersion:")).is_some_and(names_its_group)
        })
}

/// Where the line begins that holds the byte `at`.
fn start_of_line(bytes: &[u8], at: usize) -> usize {
    memchr::memrchr(b'\n', bytes.get(..at).unwrap_or_default()).map_or(0, |end| end + 1)
}

/// Whether `api_version` is of one of `OpenShift`'s groups.
pub(super) fn names_its_group(api_version: &str) -> bool {
    let api_version = api_version.trim().trim_matches(['"', '\'']);
    api_version.split_once('/').is_some_and(|(group, _)| group.ends_with(GROUPS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_of_openshift_are_told_by_their_group() {
        for text in [
            "apiVersion: route.openshift.io/v1\nkind: Route\n",
            "kind: Role\nrules:\n- apiGroups: [security.openshift.io]\n  verbs: [use]\n",
            "# a route\nkind: Route\napiVersion: \"route.openshift.io/v1\"\n",
            "apiVersion: apps.openshift.io/v1\nkind: DeploymentConfig\nmetadata: {name: '{{ .Release.Name }}'}\n",
        ] {
            assert!(holds_its_object(text), "{text}");
        }
        for text in [
            "apiVersion: apps/v1\nkind: Deployment\n",
            "{{- if .Values.route.enabled }}\napiVersion: route.openshift.io/v1\nkind: Route\n{{- end }}\n",
            "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n",
            "kind: Route\n",
            "kind: Role\nrules:\n- apiGroups: [config.openshift.io]\n",
        ] {
            assert!(!holds_its_object(text), "{text}");
        }
    }
}
