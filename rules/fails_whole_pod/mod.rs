//! Pods that are lost for good when something outside fails once.

use crate::finding::{Finding, Severity};
use crate::kube::{Completeness, Container, Pod, Workload};
use crate::rule::{Group, PodContext, Rule, Target};
use crate::shell::semantics::Execution;
use crate::source::Span;
use crate::yaml::{Kind, Node};

/// The rule.
pub static RULE: Rule = Rule {
    id: "fails-whole-pod",
    summary: "A bare Pod with `restartPolicy: Never` whose init container depends on something outside",
    group: Group::Scripts,
    severity: Severity::Warning,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    let Some(policy) = pod.restart_policy.filter(|policy| policy.value == "Never") else { return };
    let loss = match pod.template.workload {
        Workload::Pod if pod.template.completeness == Completeness::Complete && is_bare(pod) => {
            Loss::Pod { policy: policy.span() }
        }
        Workload::Job | Workload::CronJob if cx.pedantic => {
            let limit = pod.template.job_spec.and_then(|spec| spec.get("backoffLimit"));
            let Some(limit) = limit.filter(|limit| limit.kind() == Kind::Int(0)) else { return };
            Loss::Job { limit: limit.span(), policy: policy.span() }
        }
        _ => return,
    };
    let mut scripts = cx.scripts();
    let found = scripts.find_map(|(program, facts)| {
        let execution = facts.executions.iter().find(|execution| may_fail(execution))?;
        Some((program.container, execution))
    });
    if let Some((container, execution)) = found {
        cx.report_in(container, finding(container, execution, &loss));
    }
}

/// What one failure ends.
enum Loss {
    /// The Pod: nothing starts it again.
    Pod { policy: Span },
    /// The Job, which allows for no further Pod.
    Job { limit: Span, policy: Span },
}

/// Whether the Pod stands by itself: no controller made it, and it is no hook, whose failure is its answer.
fn is_bare(pod: &Pod<'_>) -> bool {
    let metadata = pod.template.object.metadata();
    let has = |key: &str| metadata.and_then(|metadata| metadata.get(key)).is_some();
    let annotations = metadata.and_then(|metadata| metadata.get("annotations"));
    let mut keys = annotations.into_iter().flat_map(Node::entries);
    !has("ownerReferences") && !keys.any(|entry| entry.name().contains("/hook"))
}

/// Whether it asks something outside, and its failure is that of the container.
fn may_fail(execution: &Execution<'_>) -> bool {
    execution.fate.is_fatal() && execution.needs_network()
}

fn finding(container: &Container<'_>, execution: &Execution<'_>, loss: &Loss) -> Finding {
    let (name, init) = (execution.name().unwrap_or_default(), container.name());
    let (severity, span, what, help) = match loss {
        Loss::Pod { policy } => (
            Severity::Warning,
            *policy,
            "leaves this Pod Failed for good: nothing starts it again",
            "set `restartPolicy: OnFailure`, or make it a Job",
        ),
        Loss::Job { limit, .. } => (
            Severity::Info,
            *limit,
            "fails the Job for good: it allows for no other Pod",
            "allow for retries with `backoffLimit`, or set `restartPolicy: OnFailure`",
        ),
    };
    let message = format!("one failed `{name}` in init container `{init}` {what}");
    let finding = Finding::new(severity, span, message)
        .caption("no second try")
        .label(execution.span(), "depends on something outside")
        .help(help);
    match loss {
        Loss::Pod { .. } => finding,
        Loss::Job { policy, .. } => finding.label(*policy, "the kubelet doesn't try again"),
    }
}
