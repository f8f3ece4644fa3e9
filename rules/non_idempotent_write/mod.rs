//! Placeholder until the analysis lands.

use crate::finding::Severity;
use crate::rule::{Checker, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    id: "non-idempotent-write",
    summary: "An init container that isn't safe to run again on what its volumes then hold",
    severity: Severity::Error,
    fix: None,
    since: "0.1.0",
    doc: "",
    options: &[],
    check: Checker::Pod { literals: &["initContainers"], check: |_, _| () },
};
