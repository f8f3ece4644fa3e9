//! What couldn't be checked, and how people accept that.

use crate::discover::Failure;
use crate::finding::{Finding, Severity};
use crate::source::{Source, Span};

/// The name by which suppressions and configurations accept that something isn't checked. It isn't a rule's: what isn't
/// checked has no severity, and no `--select` leaves it out.
pub const UNCHECKED: &str = "unchecked";

/// Something that couldn't be checked, which somebody accepted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Accepted {
    /// What, and why it couldn't be.
    pub failure: Failure,
    /// Who accepted it.
    pub by: AcceptedBy,
}

/// Who accepts that something isn't checked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AcceptedBy {
    /// A suppression where it stands, for this reason.
    Suppression(Option<String>),
    /// The configuration.
    Configuration,
}

impl Accepted {
    /// The reason that is given.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match &self.by {
            AcceptedBy::Suppression(reason) => reason.as_deref(),
            AcceptedBy::Configuration => None,
        }
    }
}

/// What couldn't be checked at `span`, as a finding that suppressions cover as they cover any. An empty `span` at a file's
/// start speaks of all of the file.
#[must_use]
pub fn finding(span: Span, message: String) -> Finding {
    let mut finding = Finding::new(Severity::Error, span, message);
    finding.rule = UNCHECKED;
    finding.abridge();
    finding
}

/// What `finding`, which lies in `source`, says couldn't be checked.
#[must_use]
pub fn failure(finding: Finding, source: &Source) -> Failure {
    let span = finding.span;
    let line = (span.end > 0).then(|| source.position(span.start as usize).line);
    Failure { path: source.path.to_string(), line, message: finding.message }
}
