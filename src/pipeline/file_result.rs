//! What the check of a file, or of a part of one, comes to.

use foldhash::HashSet;

use crate::finding::Finding;
use crate::read::Unjudged;
use crate::report::Summary;
use crate::report::field::Fields;
use crate::source::{FileId, Span};
use crate::suppress::Suppression;

/// Where a rule found something.
pub(super) type Place = (&'static str, Span);

/// That of `finding`.
pub(super) fn place(finding: &Finding) -> Place {
    (finding.rule, finding.span)
}

/// What came of one file.
#[derive(Default)]
pub(super) struct FileResult {
    pub(super) findings: Vec<Finding>,
    /// Where there are some in named templates of other files, each with this file.
    pub(super) in_called: Vec<(FileId, Place)>,
    /// The fields of their places, as far as their documents are the file's own.
    pub(super) fields: Fields,
    pub(super) suppressions: Vec<Suppression>,
    /// What of it couldn't be checked.
    pub(super) unchecked: Vec<Finding>,
    /// A part of it wasn't looked at.
    pub(super) is_partial: bool,
    pub(super) documents: usize,
    /// The places of the Pod specs with an init phase or a deadline: the readings of a template share some.
    pub(super) pods: HashSet<Span>,
    pub(super) unjudged: Vec<Unjudged>,
    pub(super) is_other: bool,
    /// Whether there are more findings than are kept.
    pub(super) has_more: bool,
}

impl FileResult {
    /// Adds what came of another part of the file.
    pub(super) fn add(&mut self, mut other: Self) {
        self.findings.append(&mut other.findings);
        self.in_called.append(&mut other.in_called);
        self.suppressions.append(&mut other.suppressions);
        self.unchecked.append(&mut other.unchecked);
        self.unjudged.append(&mut other.unjudged);
        self.pods.extend(other.pods);
        self.is_partial |= other.is_partial;
        self.has_more |= other.has_more;
    }

    /// That of a file in which only `finding` is known.
    pub(super) fn unchecked(finding: Finding) -> Self {
        Self { unchecked: vec![finding], ..Self::default() }
    }

    /// Adds its counts to those of the run.
    pub(super) fn count(&mut self, summary: &mut Summary) {
        summary.documents += self.documents;
        summary.pods += self.pods.len();
        summary.other += usize::from(self.is_other);
        summary.unjudged.append(&mut self.unjudged);
    }
}
