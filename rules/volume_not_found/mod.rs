//! Mounts that the API server turns away.

use crate::finding::Severity;
use crate::kube::Pod;
use crate::kube::validate::{init_entries, mounts};
use crate::rule::{Group, PodContext, Rule, Target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "volume-not-found",
    summary: "An init container mounts a volume that the Pod lacks, two at one path, or one in a way that isn't allowed",
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
    let volumes = cx.volumes();
    for entry in init_entries(pod, cx.version) {
        for violation in mounts::mounts(&entry, pod, volumes, cx.version) {
            cx.reject(Some(&entry), violation);
        }
    }
}
