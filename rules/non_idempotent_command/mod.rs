//! Init containers whose effects outside the Pod can't be had twice.

use crate::finding::{Safety, Severity};
use crate::kube::Pod;
use crate::rerun::Kind;
use crate::rule::{Group, PodContext, Rule, Target};

use super::non_idempotent_write::report;

/// The rule.
pub static RULE: Rule = Rule {
    id: "non-idempotent-command",
    summary: "An init container that fails on, or doubles, what an earlier run left outside the Pod's volumes",
    group: Group::Rerun,
    severity: Severity::Error,
    fix: Some(Safety::Safe),
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    report(pod, cx, |kind| kind == Kind::OutsidePod);
}
