//! A container that must not be root, and is told to be.

use crate::finding::{Finding, Severity};
use crate::kube::{Field, InitStep, Pod};
use crate::rule::{Check, Checker, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    id: "run-as-non-root-conflict",
    summary: "`runAsNonRoot: true` with `runAsUser: 0` on an init container or sidecar: the kubelet never starts it",
    severity: Severity::Error,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    check: Checker::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut Check<'_>) {
    for step in &pod.init_steps {
        let security = pod.security_of(step.container());
        let non_root = security.run_as_non_root.filter(|flag| **flag);
        let root = security.run_as_user.filter(|user| **user == 0);
        if let (Some(non_root), Some(root)) = (non_root, root) {
            cx.report_in(step.container(), finding(pod, step, non_root, root));
        }
    }
}

/// `kuberuntime.verifyRunAsNonRoot`.
fn finding(pod: &Pod<'_>, step: &InitStep<'_>, non_root: Field<'_, bool>, root: Field<'_, i64>) -> Finding {
    let container = step.container();
    let (name, role) = (container.name(), step.role().describe());
    let own = |span| {
        let context = container.security_context.node.map(crate::yaml::Node::span);
        context.is_some_and(|context| context.range().contains(&span))
    };
    let whose = |start: u32| if own(start as usize) { "its own" } else { "the Pod's" };
    let message = format!(
        "{role} `{name}` must not run as root ({} `runAsNonRoot`) and runs as user 0 ({} `runAsUser`): the API server takes it, the kubelet never starts it",
        whose(non_root.span().start),
        whose(root.span().start),
    );
    // The nearer of the two is the one to change; that is the container's.
    let (span, other, caption, label) = if own(root.span().start as usize) {
        (root.span(), non_root.span(), "user 0 is root", "root isn't allowed")
    } else if own(non_root.span().start as usize) {
        (non_root.span(), root.span(), "root isn't allowed", "user 0 is root")
    } else {
        (root.span(), non_root.span(), "user 0 is root", "root isn't allowed")
    };
    let _ = pod;
    Finding::new(Severity::Error, span, message).caption(caption).label(other, label).help(format!(
        "run it as another user, or let it be root with `runAsNonRoot: false` in the `securityContext` of `{name}`"
    ))
}
