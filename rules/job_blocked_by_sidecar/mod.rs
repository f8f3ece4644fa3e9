//! Jobs with a container that never ends.

use crate::commands;
use crate::finding::{Finding, Severity};
use crate::kube::{ActiveDeadline, AppContainer, Completeness, Gate, Pod};
use crate::program::endless_process;
use crate::rule::{Group, PodContext, Rule, Target};
use crate::yaml::Kind;

/// The rule.
pub static RULE: Rule = Rule {
    id: "job-blocked-by-sidecar",
    summary: "A Job with a container that runs for ever beside the work, so that it never completes",
    group: Group::Sidecars,
    severity: Severity::Warning,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["Job"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    let is_written = matches!(pod.template.completeness, Completeness::Complete | Completeness::Merged);
    if !is_written || pod.template.job_spec.is_none() || has_deadline(pod) {
        return;
    }
    for app in &pod.apps {
        if let Some(finding) = restarted(app, cx).or_else(|| endless(pod, app, cx)) {
            cx.report_in(app, finding);
        }
    }
}

/// Whether the Job is ended by a time limit, on purpose.
fn has_deadline(pod: &Pod<'_>) -> bool {
    let of_job = pod.template.job_spec.and_then(|spec| spec.get("activeDeadlineSeconds"));
    let of_pod = pod.entry("activeDeadlineSeconds");
    ActiveDeadline::of(&pod.template) == ActiveDeadline::PerTry && (of_job.is_some() || of_pod.is_some())
}

/// A finding where the kubelet starts the container again whenever it ends.
fn restarted(app: &AppContainer<'_>, cx: &PodContext<'_>) -> Option<Finding> {
    let policy = app.restart_policy.filter(|policy| policy.value == "Always")?;
    if !cx.version.has(Gate::ContainerRestartRules) {
        return None;
    }
    let message = format!(
        "app container `{}` is started again whenever it ends, so this Job never completes",
        app.name(),
    );
    let help = format!(
        "move `{}` to `initContainers`, where `Always` makes it a sidecar that ends with the Job",
        app.name()
    );
    Some(Finding::new(Severity::Warning, policy.span(), message).caption("never done").help(help))
}

/// Whether `container` may end the process `command` of another one.
fn may_end(pod: &Pod<'_>, container: &AppContainer<'_>, command: &str) -> bool {
    let sees_it =
        pod.entry("shareProcessNamespace").is_some_and(|entry| entry.value.kind() == Kind::Bool(true));
    let words = [&container.command, &container.args].into_iter().flatten().flatten();
    words.into_iter().any(|word| commands::may_end_server(word, command, sees_it))
}

/// A finding where the container's process is known to run for ever, beside one that isn't.
fn endless(pod: &Pod<'_>, app: &AppContainer<'_>, cx: &PodContext<'_>) -> Option<Finding> {
    let process = endless_process(app, cx.images)?;
    let others = pod.apps.iter().filter(|other| !std::ptr::eq(*other, app));
    if others.clone().any(|other| may_end(pod, other, &process.command)) {
        return None;
    }
    let work = others.into_iter().find(|other| endless_process(other, cx.images).is_none())?;
    let (name, command) = (app.name(), process.command);
    let message = format!(
        "`{command}` in app container `{name}` runs for ever, so this Job never completes when `{}` is done",
        work.name(),
    );
    let help = if cx.version.has(Gate::SidecarContainers) {
        format!("move `{name}` to `initContainers` with `restartPolicy: Always`: a sidecar ends with the Job")
    } else {
        format!("have `{name}` end when the work is done, or run it apart from the Job")
    };
    let finding = Finding::new(Severity::Warning, process.span, message).caption("never ends").help(help);
    Some(finding.label(work.name_span(), "the work that ends"))
}
