//! A Pod-level `restartPolicy` that the kind of workload doesn't allow.

use crate::finding::{Finding, Severity};
use crate::kube::validate::spelling_help;
use crate::kube::{Completeness, Field, Pod, Workload, is_placeholder};
use crate::rule::{Group, PodContext, Rule, Target};
use crate::yaml::{Lookup, Node};

/// The rule.
pub static RULE: Rule = Rule {
    id: "restart-policy-of-kind",
    summary: "A Pod's `restartPolicy` that its kind doesn't allow: `Always`, or none, in a Job; any other in a Deployment",
    group: Group::Api,
    severity: Severity::Error,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["restartPolicy", "Job"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    // An empty policy is as good as none; the default is `Always`.
    let written = pod.restart_policy.filter(|policy| !policy.is_empty());
    if written.is_some_and(|policy| policy.node.as_str().is_none_or(is_placeholder)) {
        return;
    }
    let finding = match pod.template.workload {
        Workload::Job | Workload::CronJob => job(pod, written),
        Workload::Deployment
        | Workload::ReplicaSet
        | Workload::ReplicationController
        | Workload::StatefulSet
        | Workload::DaemonSet => written.and_then(|policy| only_always(pod, policy)),
        Workload::Pod | Workload::PodTemplate => written.and_then(|policy| unknown(pod, policy)),
        // What a controller of one's own takes, or sets, isn't known.
        Workload::Custom(_) => None,
    };
    if let Some(finding) = finding {
        cx.report(finding);
    }
}

/// `validateJobSpec`. A value of the wrong type is another rule's.
fn job(pod: &Pod<'_>, written: Option<Field<'_, &str>>) -> Option<Finding> {
    let kind = pod.template.workload.kind();
    let help = "write `restartPolicy: OnFailure` to retry in the same Pod, or `Never` to retry in a new one";
    let Some(policy) = written else {
        let is_absent = match pod.spec().lookup("restartPolicy") {
            Lookup::Present(policy) => policy.is_null() || policy.as_str().is_some(),
            Lookup::Absent => true,
            Lookup::Unknown => false,
        };
        // What an operator names so it may lay over an object that has one.
        let name = pod.template.object.node.at("/metadata/name");
        let is_filled_in = name.is_some_and(Node::is_filled_in_by_name);
        if !is_absent || is_filled_in || pod.template.completeness != Completeness::Complete {
            return None;
        }
        let containers = pod.entry("containers").map_or_else(|| pod.spec().span(), |entry| entry.key.span());
        let message = format!(
            "the Pod template of this {kind} has no `restartPolicy`, and the default, `Always`, isn't allowed in it: the API server rejects the {kind}"
        );
        return Some(
            Finding::new(Severity::Error, containers, message)
                .caption("`restartPolicy` is missing beside this")
                .help(help),
        );
    };
    match *policy {
        "OnFailure" | "Never" => failure_policy(pod, policy),
        value => {
            let message = format!(
                "`restartPolicy: {value}` isn't allowed in a {kind}, whose Pods have to end: the API server rejects the {kind}"
            );
            Some(
                Finding::new(Severity::Error, policy.span(), message)
                    .caption("must be `OnFailure` or `Never`")
                    .help(help),
            )
        }
    }
}

/// A `podFailurePolicy` asks for new Pods.
fn failure_policy(pod: &Pod<'_>, policy: Field<'_, &str>) -> Option<Finding> {
    let failure = pod.template.job_spec?.entry("podFailurePolicy").filter(|entry| !entry.value.is_null())?;
    let kind = pod.template.workload.kind();
    let message = format!(
        "`restartPolicy: {}` isn't allowed in a {kind} with a `podFailurePolicy`, which decides about failed Pods: the API server rejects the {kind}",
        *policy
    );
    (*policy != "Never").then(|| {
        Finding::new(Severity::Error, policy.span(), message)
            .caption("must be `Never`")
            .label(failure.key.span(), "this asks for new Pods")
            .help("write `restartPolicy: Never`, or take the `podFailurePolicy` out")
    })
}

/// `ValidatePodTemplateSpecForReplicaSet` and its kin.
fn only_always(pod: &Pod<'_>, policy: Field<'_, &str>) -> Option<Finding> {
    let kind = pod.template.workload.kind();
    let message = format!(
        "`restartPolicy: {}` isn't allowed in a {kind}, whose Pods run for ever: the API server rejects the {kind}",
        *policy
    );
    (*policy != "Always").then(|| {
        Finding::new(Severity::Error, policy.span(), message).caption("must be `Always`").help(
            "take it out; failed init containers are retried all the same. For work that ends, write a Job",
        )
    })
}

/// `validateRestartPolicy`.
fn unknown(pod: &Pod<'_>, policy: Field<'_, &str>) -> Option<Finding> {
    const POLICIES: [&str; 3] = ["Always", "OnFailure", "Never"];
    let kind = pod.template.workload.kind();
    let message = format!(
        "`restartPolicy: {}` is no policy that Kubernetes has: the API server rejects the {kind}",
        *policy
    );
    (!POLICIES.contains(&*policy)).then(|| {
        Finding::new(Severity::Error, policy.span(), message)
            .caption("must be `Always`, `OnFailure` or `Never`")
            .help(spelling_help(*policy, &POLICIES))
    })
}
