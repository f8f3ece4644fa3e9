//! A native sidecar for a Kubernetes that has none.

use crate::finding::{Finding, Severity};
use crate::kube::{Gate, Pod, Sidecar, Version};
use crate::rule::{Group, PodContext, Rule, Target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "unsupported-sidecar",
    summary: "A native sidecar where the target version has none yet: the Pod would wait for its end for ever",
    group: Group::Sidecars,
    severity: Severity::Error,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    if cx.version.has(Gate::SidecarContainers) || !pod.template.is_pod_spec {
        return;
    }
    for sidecar in pod.sidecars() {
        cx.report_in(sidecar, finding(sidecar, cx.version));
    }
}

fn finding(sidecar: &Sidecar<'_>, version: Version) -> Finding {
    let (name, first) = (sidecar.name(), Gate::SidecarContainers.on_since());
    let fate = if version.knows(Gate::SidecarContainers) {
        format!("Kubernetes {version} drops its `restartPolicy` in silence, and waits for its end for ever")
    } else {
        format!(
            "Kubernetes {version} refuses its `restartPolicy`, or drops it and waits for its end for ever"
        )
    };
    let span = sidecar.restart_policy.map_or_else(|| sidecar.name_span(), |policy| policy.key_span());
    Finding::new(Severity::Error, span, format!("`{name}` is a native sidecar: {fate}"))
        .caption(format!("makes a sidecar from Kubernetes {first} on"))
        .label(sidecar.name_span(), "an init container to this version")
        .help(format!("move it to `containers`, or run Kubernetes {first}"))
}
