//! What the owner of a kustomization should know: what kustomize refuses, and what is not followed.

use foldhash::HashSet;

use super::builder::Builder;
use crate::source::Span;
use crate::yaml::Value;

/// Something about a kustomization that its owner should know.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Remark {
    /// The entry that it is about.
    pub span: Span,
    /// What it is, in a clause without a full stop: that of all of one kind.
    pub message: String,
    /// The names that this one is about, where it is about any.
    pub detail: Option<String>,
    /// The key of a ConfigMap or Secret that lacks its text for it: where a container runs that, it isn't checked.
    pub key: Option<String>,
    /// Whether kustomize refuses it.
    pub is_error: bool,
    /// Whether it is about a file that is no text. Nobody need know that unless a container runs it.
    pub is_of_binary: bool,
}

/// Of a patch whose target isn't there.
const CHANGES_NOTHING: &str =
    "this patch changes nothing: its target matches no resource of the kustomization";

/// Remarks, each once.
#[derive(Default)]
pub(super) struct Remarks {
    list: Vec<Remark>,
    known: HashSet<Remark>,
    /// The targets that match something.
    matching: HashSet<Span>,
}

impl Remarks {
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    fn add(&mut self, remark: Remark) {
        if self.known.insert(remark.clone()) {
            self.list.push(remark);
        }
    }

    /// Says of the last one, where it is about `span`, that the text of `key` is missing for it.
    pub(super) fn lacks(&mut self, span: Span, key: &str) {
        if let Some(remark) = self.list.pop_if(|last| last.span == span) {
            self.known.remove(&remark);
            self.add(Remark { key: Some(key.to_owned()), ..remark });
        }
    }

    /// Forgets those after the first `len`.
    pub(super) fn truncate(&mut self, len: usize) {
        for remark in self.list.drain(len.min(self.list.len())..) {
            self.known.remove(&remark);
        }
    }

    /// The remarks in the order of their places. A component has many users, and some lack what it patches in others.
    pub(super) fn into_list(self) -> Vec<Remark> {
        let Self { mut list, matching, .. } = self;
        list.retain(|remark| remark.message != CHANGES_NOTHING || !matching.contains(&remark.span));
        list.sort_by_key(|remark| (remark.span.file, remark.span.start));
        list
    }
}

/// Fields that bring resources, or may change all of them, and are not followed.
const ADDING: [&str; 4] = ["generators", "helmCharts", "helmChartInflationGenerator", "transformers"];

fn holds_any(list: &Value) -> bool {
    !list.items().is_empty() || !list.fields().is_empty()
}

/// Whether what the kustomization `value` brings hangs on a field that is not followed.
pub(super) fn has_unfollowed(value: &Value) -> bool {
    ADDING.iter().any(|key| value.get(key).is_some_and(holds_any))
}

impl Builder {
    /// Names the fields of the kustomization `value` that are not followed.
    pub(super) fn name_what_is_not_followed(&mut self, value: &Value) {
        for key in ADDING.into_iter().chain(["vars", "validators", "openapi"]) {
            if let Some(found) = value.get(key).filter(|found| holds_any(found)) {
                self.partial |= key != "validators";
                let found = found.items().first().unwrap_or(found).clone();
                self.note(
                    &found,
                    &format!("`{key}` is not followed: what it would make or change is not known"),
                );
            }
        }
    }

    /// Notes `message` about what is written at `at`.
    pub(super) fn note(&mut self, at: &Value, message: &str) {
        self.note_at(at.span(), message);
    }

    pub(super) fn note_at(&mut self, span: Span, message: &str) {
        self.remark(span, message, None, false);
    }

    /// Tells that kustomize refuses what is written at `at`.
    pub(super) fn error(&mut self, at: &Value, message: &str) {
        self.remark(at.span(), message, None, true);
    }

    /// Tells that what is written at `span` is past a bound, so that what it makes isn't known.
    pub(super) fn give_up_at(&mut self, span: Span, message: &str) {
        self.partial = true;
        self.remark(span, message, None, true);
    }

    /// Notes whether the `target` of a patch matches anything.
    pub(super) fn note_target(&mut self, target: &Value, is_used: bool) {
        if is_used {
            self.remarks.matching.insert(target.span());
        } else if !self.is_partial() {
            self.note(target, CHANGES_NOTHING);
        }
    }

    /// As [`note`](Self::note), with the names that this one is about.
    pub(super) fn note_of(&mut self, span: Span, message: &str, detail: String) {
        self.remark(span, message, Some(detail), false);
    }

    fn remark(&mut self, span: Span, message: &str, detail: Option<String>, is_error: bool) {
        let message = message.to_owned();
        self.remarks.add(Remark { span, message, detail, key: None, is_error, is_of_binary: false });
    }

    /// Notes that the file that `at` names is no text.
    pub(super) fn note_binary(&mut self, at: &Value) {
        let message = "this file is no text that a shell could read, so that it is not checked".to_owned();
        let remark =
            Remark { span: at.span(), message, detail: None, key: None, is_error: false, is_of_binary: true };
        self.remarks.add(remark);
    }
}
