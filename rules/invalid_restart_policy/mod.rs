//! A container's own `restartPolicy` that the target version doesn't take.

use crate::finding::{Finding, Severity};
use crate::kube::validate::{Slot, app_slots, init_slots, restart};
use crate::kube::{Pod, Version};
use crate::rule::{Check, Checker, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    id: "invalid-restart-policy",
    summary: "A container's `restartPolicy` that the target version rejects, or drops in silence",
    severity: Severity::Error,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    check: Checker::Pod { literals: &["restartPolicy"], check },
};

fn check(pod: &Pod<'_>, cx: &mut Check<'_>) {
    if !pod.template.is_pod_spec {
        return;
    }
    let version = cx.version;
    for slot in app_slots(pod, version).chain(init_slots(pod, version)) {
        for violation in restart::rejected(&slot, pod, version) {
            cx.reject(Some(&slot), violation);
        }
        for finding in dropped(&slot, pod, version) {
            cx.report_about(Some(slot.node), finding);
        }
    }
}

fn dropped(slot: &Slot<'_>, pod: &Pod<'_>, version: Version) -> Vec<Finding> {
    let violations = restart::dropped(slot, pod, version).into_iter();
    let findings = violations.map(|violation| {
        let message = format!("`{}` of {} {}", violation.field, slot.describe(), violation.problem);
        Finding::new(Severity::Warning, violation.span, message)
            .caption(violation.caption)
            .help(violation.help)
    });
    findings.collect()
}
