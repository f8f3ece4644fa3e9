//! A run's result, and the forms in which it is written.

pub mod concise;
pub mod excerpt;
pub mod fingerprint;
pub mod json;
pub mod pretty;
pub mod rules;
pub mod summary;

use std::io::{self, Write};
use std::sync::Arc;

use serde::Serialize;

use crate::discover::Failure;
use crate::finding::{Finding, Severity, SuppressedFinding};
use crate::source::{Source, Span};

/// What a run found.
#[derive(Debug, Default)]
pub struct Report {
    /// The files that were read; a span's file is an index into them.
    pub sources: Vec<Arc<Source>>,
    /// Sorted by path, offset and rule.
    pub findings: Vec<Finding>,
    /// Those that a suppression silenced, in the same order.
    pub suppressed: Vec<SuppressedFinding>,
    /// What couldn't be checked. Any makes the exit status 2.
    pub errors: Vec<Failure>,
    /// Worth a word, changes nothing.
    pub notes: Vec<String>,
    /// Counts.
    pub summary: Summary,
}

/// What a run looked at.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Files that were read.
    pub files: usize,
    /// YAML documents in them, without empty ones.
    pub documents: usize,
    /// Pod specs that were checked.
    pub pods: usize,
    /// Helm templates.
    pub skipped: Vec<Skipped>,
    /// Files that hold no Kubernetes object at all.
    pub other: usize,
}

/// A file that was passed over on purpose.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Skipped {
    /// Its path.
    pub path: String,
    /// `helm-template`.
    pub reason: &'static str,
}

/// How a terminal shows text.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Columns.
    pub width: usize,
    /// With colours and links.
    pub color: bool,
    /// With characters beyond ASCII for frames and arrows.
    pub unicode: bool,
}

/// The form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// The lines in question, with carets and help
    #[default]
    Pretty,
    /// One line for each finding
    Concise,
    /// One JSON object, for scripts
    Json,
}

impl Format {
    /// Read by people: a summary line belongs behind it.
    #[must_use]
    pub fn is_text(self) -> bool {
        matches!(self, Format::Pretty | Format::Concise)
    }
}

impl Report {
    /// The file that `span` lies in.
    #[must_use]
    pub fn source(&self, span: Span) -> Option<&Source> {
        self.sources.get(span.file.0 as usize).map(|source| &**source)
    }

    /// How many findings have this severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// The exit status: 2 where something couldn't be checked, else 1 where a finding is at or
    /// above `fail_on`, else 0. `None` never fails because of a finding.
    #[must_use]
    pub fn exit_status(&self, fail_on: Option<Severity>) -> u8 {
        if self.errors.is_empty() {
            u8::from(fail_on.is_some_and(|least| self.findings.iter().any(|f| f.severity >= least)))
        } else {
            2
        }
    }

    /// Writes the report in `format`.
    ///
    /// # Errors
    /// Whatever writing says.
    pub fn write(&self, format: Format, look: &Look, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Pretty => pretty::write(self, look, out),
            Format::Concise => concise::write(self, out),
            Format::Json => json::write(self, out),
        }
    }
}
