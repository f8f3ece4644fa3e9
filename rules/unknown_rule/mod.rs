//! Rules that don't exist.

use crate::finding::{Finding, Severity};
use crate::rule::{Group, Rule, Target};
use crate::rules;
use crate::source::Span;

/// The rule.
pub static RULE: Rule = Rule {
    id: "unknown-rule",
    summary: "A suppression of a rule that doesn't exist",
    group: Group::Hygiene,
    severity: Severity::Error,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Input,
};

/// The finding for a name that a rule had before, if `id` is one.
#[must_use]
pub fn renamed(span: Span, id: &str) -> Option<Finding> {
    let mut finding = Finding::new(Severity::Info, span, rules::renamed(id)?)
        .caption("its old name")
        .help(format!("write `{}`", rules::current(id)));
    finding.rule = RULE.id;
    Some(finding)
}

/// The finding for the name `id` of no rule.
#[must_use]
pub fn finding(span: Span, id: &str) -> Finding {
    let mut finding = Finding::new(RULE.severity, span, format!("no rule is called `{id}`"))
        .caption("unknown")
        .help(rules::suggestion(id));
    finding.rule = RULE.id;
    finding
}
