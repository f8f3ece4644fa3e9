//! Suppressions that don't say why.

use crate::finding::{Finding, Severity};
use crate::rule::{Group, Rule, Target};
use crate::suppress::{Form, Suppression};

/// The rule.
pub static RULE: Rule = Rule {
    id: "suppression-without-reason",
    summary: "A suppression that doesn't say why",
    group: Group::Hygiene,
    severity: Severity::Info,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Input,
};

/// The finding for a suppression that suppresses something and has no reason.
#[must_use]
pub fn finding(suppression: &Suppression) -> Finding {
    let message = "this suppression gives no reason: whoever reads it next can't tell whether it still holds";
    let help = match suppression.form {
        Form::Comment | Form::ScriptComment => "write the reason behind the `]`",
        Form::Annotation => "write the reason behind the rule: `rule-id: reason`",
    };
    let mut finding =
        Finding::new(RULE.severity, suppression.place, message).caption("no reason is given").help(help);
    finding.rule = RULE.id;
    finding
}
