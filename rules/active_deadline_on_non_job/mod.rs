//! `activeDeadlineSeconds` where it kills a healthy Pod, or where it isn't allowed.

use crate::finding::{Finding, Fix, Safety, Severity};
use crate::fix;
use crate::kube::active_deadline::{self, ActiveDeadline, KEY, TotalDeadline};
use crate::kube::{self, Container, Pod, Workload};
use crate::rule::{Group, PodContext, Rule, Target};
use crate::yaml::{Entry, Kind};

/// The rule.
pub static RULE: Rule = Rule {
    id: "active-deadline-on-non-job",
    summary: "`activeDeadlineSeconds` in the Pod spec of anything but a Job, where it is rejected or kills healthy Pods",
    group: Group::Api,
    severity: Severity::Error,
    fix: Some(Safety::Safe),
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &[KEY], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    // What isn't valid is the finding of `invalid-field`, and of a fragment nobody knows what the field means there.
    let Some(entry) = pod.entry(KEY).filter(active_deadline::is_valid) else { return };
    if !pod.template.is_pod_spec {
        return;
    }
    let finding = match ActiveDeadline::of(&pod.template) {
        ActiveDeadline::Rejected => {
            let source = cx.source(entry.span());
            let edits = source.and_then(|source| fix::remove_entry(source, pod.spec(), KEY));
            let fix = edits.map(|edits| Fix::safe(format!("remove `{KEY}`"), edits));
            Some(Finding { fix, ..rejected(pod, entry) })
        }
        ActiveDeadline::KillsPod => {
            let is_to_end = is_hook(pod) || may_be_of_job(pod) || is_run_once(pod);
            (!is_to_end).then(|| kills(pod, entry))
        }
        ActiveDeadline::PerTry => match active_deadline::total(&pod.template) {
            Some(TotalDeadline { place, entry: Some(total) }) => compared(&place, entry, total),
            total => (!may_have_one_try(pod)).then(|| per_try(pod, entry, total.map(|total| total.place))),
        },
    };
    if let Some(finding) = finding {
        cx.report(finding);
    }
}

/// `600 s`, or the value as written where it is no number.
fn seconds(entry: Entry<'_>) -> String {
    format!("{} s", entry.value.text().unwrap_or("?"))
}

fn rejected(pod: &Pod<'_>, entry: Entry<'_>) -> Finding {
    let (group, kind) = active_deadline::holder(&pod.template);
    let who = match Workload::of(group, kind) {
        Workload::Custom(_) if !group.is_empty() => format!("the validation of `{group}`"),
        _ => "the API server".to_owned(),
    };
    let message =
        format!("`{KEY}` is not allowed in the Pod template of this {kind}: {who} rejects the {kind}");
    Finding::new(Severity::Error, entry.key.span(), message)
        .caption(format!("not allowed in a {kind}"))
        .help("remove it; to bound the wait of one init container, put `timeout` before its command")
}

/// Whether Helm waits for the Pod to end, and runs it once: a test, or another hook ("Chart Hooks" and "Chart Tests" in
/// Helm's documentation).
fn is_hook(pod: &Pod<'_>) -> bool {
    let annotations = pod.template.metadata.and_then(|metadata| metadata.get("annotations"));
    annotations.is_some_and(|annotations| annotations.get("helm.sh/hook").is_some()) && may_end(pod)
}

/// Whether the kubelet lets a container that is done be.
fn may_end(pod: &Pod<'_>) -> bool {
    pod.restart_policy.is_some_and(|policy| matches!(policy.value, "Never" | "OnFailure"))
}

/// Whether it is a bare Pod that is to end by itself, for it serves nobody: nothing else than the deadline bounds it.
fn is_run_once(pod: &Pod<'_>) -> bool {
    let serves = |container: &Container<'_>| !container.ports.is_empty() || !container.probes.is_empty();
    let (group, kind) = active_deadline::holder(&pod.template);
    Workload::of(group, kind) == Workload::Pod
        && may_end(pod)
        && !pod.containers().any(|(_, container)| serves(container))
}

/// Whether it is a part of a chart, which a Job may be made of: its Pods need a `restartPolicy` other than `Always`.
fn may_be_of_job(pod: &Pod<'_>) -> bool {
    pod.template.object.api_version == kube::OF_CHART
        && pod.restart_policy.is_none_or(|policy| *policy != "Always")
}

fn kills(pod: &Pod<'_>, entry: Entry<'_>) -> Finding {
    let ((_, kind), seconds) = (active_deadline::holder(&pod.template), seconds(entry));
    let message = format!("`{KEY}` in this {kind} kills the Pod {seconds} after its start, healthy or not");
    Finding::new(Severity::Warning, entry.key.span(), message)
        .caption(format!("the Pod fails after {seconds}"))
        .help("remove it, or run the work as a Job: it goes on counting when the init containers are done; to bound the wait of one init container, put `timeout` before its command")
}

/// Whether the Job makes no second Pod, or may make none: one that the deadline ended has failed, and the Job with it.
fn may_have_one_try(pod: &Pod<'_>) -> bool {
    pod.template.zero_backoff_limit().is_some() || pod.template.leaves_backoff_limit()
}

/// Where Pods run to completion their own deadline is legal, but each retry starts it anew: each new Pod, where
/// containers are tried again in the old one.
fn per_try(pod: &Pod<'_>, entry: Entry<'_>, total: Option<String>) -> Finding {
    let (group, kind) = active_deadline::holder(&pod.template);
    let whose = match (Workload::of(group, kind), pod.template.job_spec) {
        (Workload::Custom(_), Some(_)) => format!("a Job of this {kind}"),
        _ => format!("this {kind}"),
    };
    let stays = pod.restart_policy.is_some_and(|policy| *policy == "OnFailure");
    let (bounded, renewed) = if stays { ("Pod", "new Pod") } else { ("try", "retry") };
    let message = format!(
        "`{KEY}` in the Pod template bounds each {bounded} of {whose} ({}), not all of them together",
        seconds(entry)
    );
    let help = match total {
        Some(place) => format!(
            "unless each try is to be bounded by itself, move it out of the Pod template: `{KEY}` of {place} runs across retries"
        ),
        None => "keep it if each try is to be bounded by itself".to_owned(),
    };
    Finding::new(Severity::Info, entry.key.span(), message)
        .caption(format!("starts anew with each {renewed}"))
        .help(help)
}

/// The deadline of each Pod against that of all tries, which stands in `place`.
fn compared(place: &str, entry: Entry<'_>, total: Entry<'_>) -> Option<Finding> {
    let (own, all) = (seconds(entry), seconds(total));
    let is_no_shorter = match (number(entry), number(total)) {
        // `invalid-field` speaks of it.
        (_, Some(..0)) => return None,
        (Some(pod), Some(job)) => pod >= job,
        _ => is_same(entry, total),
    };
    let message = if is_no_shorter {
        format!(
            "`{KEY}` of the Pod template ({own}) never ends a Pod: the {all} for all tries in {place} end it first or at once"
        )
    } else {
        format!("`{KEY}` is set twice: each Pod may run for {own}, all tries together for {all}")
    };
    let finding = Finding::new(Severity::Info, entry.key.span(), message)
        .caption("counts for each Pod")
        .label(total.key.span(), "counts across all retries")
        .help(format!("keep only the `{KEY}` of {place}, unless each try is to be bounded too"));
    Some(finding)
}

/// Whether both say the same, though only Helm may know what.
fn is_same(entry: Entry<'_>, other: Entry<'_>) -> bool {
    entry.value.identity().is_some_and(|own| other.value.identity() == Some(own))
}

fn number(entry: Entry<'_>) -> Option<i64> {
    match entry.value.kind() {
        Kind::Int(seconds) => Some(seconds),
        _ => None,
    }
}
