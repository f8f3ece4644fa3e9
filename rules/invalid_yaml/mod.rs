//! A document that no YAML parser accepts.

use crate::finding::{Finding, Severity};
use crate::rule::{Group, Rule, Target};
use crate::source::Span;

/// The rule.
pub static RULE: Rule = Rule {
    id: "invalid-yaml",
    summary: "A document that isn't valid YAML, so that nothing in it can be checked or applied",
    group: Group::Api,
    severity: Severity::Error,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Input,
};

/// The finding for what the parser says at `span` of a file that `reader` reads.
#[must_use]
pub fn finding(span: Span, reader: &str, message: &str, help: Option<String>) -> Finding {
    let message = format!("this document is not valid YAML, so {reader} rejects it: {message}");
    let mut finding = Finding::new(Severity::Error, span, message).caption("here");
    finding.rule = RULE.id;
    finding.help = help;
    finding
}
