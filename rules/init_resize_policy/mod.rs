//! `resizePolicy` of an init container or sidecar where the API server forbids it.

use crate::finding::Severity;
use crate::kube::Pod;
use crate::kube::validate::{init_entries, restart};
use crate::rule::{Group, PodContext, Rule, Target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "init-resize-policy",
    summary: "A `resizePolicy` of an init container or sidecar that the target version rejects",
    group: Group::Api,
    severity: Severity::Error,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    if !pod.template.is_pod_spec {
        return;
    }
    for entry in init_entries(pod, cx.version) {
        for violation in restart::resize_policy(&entry, pod, cx.version) {
            cx.reject(Some(&entry), violation);
        }
    }
}
