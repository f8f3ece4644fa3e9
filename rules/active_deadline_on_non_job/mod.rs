//! `activeDeadlineSeconds` where it kills a healthy Pod, or where it isn't allowed.

use crate::finding::{Finding, Severity};
use crate::kube::{Pod, Workload};
use crate::rule::{Check, Checker, Rule};
use crate::yaml::Entry;

/// The rule.
pub static RULE: Rule = Rule {
    id: "active-deadline-on-non-job",
    summary: "`activeDeadlineSeconds` in the Pod spec of anything but a Job, where it is rejected or kills healthy Pods",
    severity: Severity::Error,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    check: Checker::Pod { literals: &["activeDeadlineSeconds"], check },
};

fn check(pod: &Pod<'_>, cx: &mut Check<'_>) {
    let Some(entry) = pod.entry("activeDeadlineSeconds") else { return };
    if !pod.template.is_pod_spec {
        return;
    }
    let finding = match pod.template.workload {
        Workload::Deployment
        | Workload::ReplicaSet
        | Workload::ReplicationController
        | Workload::StatefulSet
        | Workload::DaemonSet => rejected(pod, entry),
        Workload::Job | Workload::CronJob => per_try(pod, entry),
        Workload::Pod | Workload::PodTemplate | Workload::Custom(_) if pod.template.job_spec.is_some() => {
            per_try(pod, entry)
        }
        Workload::Pod | Workload::PodTemplate | Workload::Custom(_) => kills(pod, entry),
    };
    cx.report(finding);
}

/// `600 s`, or the value as written where it is no number.
fn seconds(entry: Entry<'_>) -> String {
    format!("{} s", entry.value.text().unwrap_or("?"))
}

fn rejected(pod: &Pod<'_>, entry: Entry<'_>) -> Finding {
    let kind = pod.template.workload.kind();
    let message = format!(
        "`activeDeadlineSeconds` is not allowed in a {kind}'s Pod template: the API server rejects the {kind}"
    );
    Finding::new(Severity::Error, entry.key.span(), message)
        .caption(format!("not allowed in a {kind}"))
        .help("remove it; to bound the wait of one init container, put `timeout` before its command")
}

fn kills(pod: &Pod<'_>, entry: Entry<'_>) -> Finding {
    let (kind, seconds) = (pod.template.workload.kind(), seconds(entry));
    let message = format!(
        "`activeDeadlineSeconds` in this {kind} kills the Pod {seconds} after its start, healthy or not: it goes on counting when the init containers are done"
    );
    Finding::new(Severity::Warning, entry.key.span(), message)
        .caption(format!("the Pod fails after {seconds}"))
        .help("remove it, or run the work as a Job; to bound the wait of one init container, put `timeout` before its command")
}

/// In a Job the Pod's own deadline is legal, but each retry starts it anew.
fn per_try(pod: &Pod<'_>, entry: Entry<'_>) -> Finding {
    let seconds = seconds(entry);
    let of_job = pod.template.job_spec.and_then(|spec| spec.entry("activeDeadlineSeconds"));
    let job = "activeDeadlineSeconds` of the Job's own `spec";
    match of_job.filter(|entry| !entry.value.is_null()) {
        None => {
            let message = format!(
                "`activeDeadlineSeconds` in the Pod template bounds each try of {} ({seconds}), not all of them together",
                match pod.template.workload {
                    Workload::Custom(kind) => format!("a Job of this {kind}"),
                    workload => format!("this {}", workload.kind()),
                }
            );
            Finding::new(Severity::Info, entry.key.span(), message)
                .caption("starts anew with each retry")
                .help(format!("move it out of the Pod template: `{job}` runs across retries"))
        }
        Some(outer) => {
            let total = outer.value.text().unwrap_or("?");
            let message = match (number(entry), number(outer)) {
                (Some(pod), Some(job)) if pod >= job => format!(
                    "`activeDeadlineSeconds` of the Pod template ({seconds}) never ends a Pod: the Job's own {total} s end it first or at once"
                ),
                _ => format!(
                    "`activeDeadlineSeconds` is set twice: each Pod may run for {seconds}, all tries together for {total} s"
                ),
            };
            Finding::new(Severity::Info, entry.key.span(), message)
                .caption("counts for each Pod")
                .label(outer.key.span(), "counts across all retries")
                .help(format!("keep only the `{job}`, unless each try is to be bounded too"))
        }
    }
}

fn number(entry: Entry<'_>) -> Option<i64> {
    entry.value.text()?.parse().ok()
}
