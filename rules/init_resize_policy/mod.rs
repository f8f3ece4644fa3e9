//! `resizePolicy` of an init container or sidecar where the API server forbids it.

use crate::finding::Severity;
use crate::kube::Pod;
use crate::kube::validate::{init_slots, restart};
use crate::rule::{Check, Checker, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    id: "init-resize-policy",
    summary: "A `resizePolicy` of an init container or sidecar that the target version rejects",
    severity: Severity::Error,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    check: Checker::Pod { literals: &["resizePolicy"], check },
};

fn check(pod: &Pod<'_>, cx: &mut Check<'_>) {
    if !pod.template.is_pod_spec {
        return;
    }
    for slot in init_slots(pod, cx.version) {
        for violation in restart::resize_policy(&slot, pod, cx.version) {
            cx.reject(Some(&slot), violation);
        }
    }
}
