//! A container's own `restartPolicy` that the target version doesn't take.

use crate::finding::{Finding, Severity};
use crate::kube::validate::{ContainerEntry, app_entries, init_entries, restart};
use crate::kube::{Pod, Version};
use crate::rule::{Group, PodContext, Rule, Target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "invalid-restart-policy",
    summary: "A container's `restartPolicy` that the target version rejects, or drops in silence",
    group: Group::Api,
    severity: Severity::Error,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["restartPolicy"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    if !pod.template.is_pod_spec {
        return;
    }
    let version = cx.version;
    for entry in app_entries(pod, version).chain(init_entries(pod, version)) {
        for violation in restart::rejected(&entry, pod, version) {
            cx.reject(Some(&entry), violation);
        }
        for finding in dropped(&entry, pod, version) {
            cx.report_about(Some(entry.node), finding);
        }
    }
}

fn dropped(entry: &ContainerEntry<'_>, pod: &Pod<'_>, version: Version) -> Vec<Finding> {
    let violations = restart::dropped(entry, pod, version).into_iter();
    let findings = violations.map(|violation| {
        let message = format!("`{}` of {} {}", violation.field, entry.describe(), violation.problem);
        Finding::new(Severity::Warning, violation.span, message)
            .caption(violation.caption)
            .help(violation.help)
    });
    findings.collect()
}
