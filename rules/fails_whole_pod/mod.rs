//! Pods that are lost for good when something outside fails once.

use crate::finding::{Confidence, Finding, Severity};
use crate::images;
use crate::kube::{Container, Pod, Workload};
use crate::rule::{Group, PodContext, Rule, Target};
use crate::shell::semantics::Execution;
use crate::source::Span;

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
        Workload::Pod if pod.is_never_restarted() => Loss::Pod { policy: policy.span() },
        Workload::Job | Workload::CronJob if cx.pedantic => {
            let Some(limit) = pod.template.zero_backoff_limit() else { return };
            Loss::Job { limit: limit.span(), policy: policy.span() }
        }
        _ => return,
    };
    let mut scripts = cx.scripts();
    let found = scripts.find_map(|(program, facts)| {
        let needed = facts.executions.iter().find(|execution| may_fail(execution)).map(Needed::of);
        Some((program.container, needed.or_else(|| Needed::by_args(program.container))?))
    });
    if let Some((container, needed)) = found {
        cx.report_in(container, finding(container, &needed, &loss));
    }
}

/// What depends on something outside.
struct Needed {
    /// The command, or the host that an unknown image is given.
    name: String,
    span: Span,
    confidence: Confidence,
}

impl Needed {
    fn of(execution: &Execution<'_>) -> Self {
        let name = execution.name().unwrap_or_default().to_owned();
        Self { name, span: execution.span(), confidence: Confidence::High }
    }

    /// An image of which nothing is known, and whose only argument is the name of a host.
    fn by_args(container: &Container<'_>) -> Option<Self> {
        let [only] = container.args.as_deref()? else { return None };
        let is_unknown = container.command.is_none()
            && container.image().is_some_and(|image| images::find(&image).is_none());
        (is_unknown && is_host(only.value)).then(|| Self {
            name: only.value.to_owned(),
            span: only.span(),
            confidence: Confidence::Medium,
        })
    }
}

/// Whether `word` is a host's full name, with or without a port; the name of a file it is not.
fn is_host(word: &str) -> bool {
    const FILES: [&str; 12] =
        ["yaml", "yml", "json", "toml", "conf", "cfg", "ini", "xml", "sh", "py", "sql", "jar"];
    let host = word.split_once(':').map_or(word, |(host, _)| host);
    let labels: Vec<&str> = host.split('.').collect();
    let is_label = |label: &&str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    let is_top = |label: &&str| label.len() > 1 && label.bytes().all(|byte| byte.is_ascii_lowercase());
    labels.len() > 2
        && labels.iter().all(is_label)
        && labels.last().is_some_and(|last| is_top(last) && !FILES.contains(last))
}

/// What one failure ends.
enum Loss {
    /// The Pod: nothing starts it again.
    Pod { policy: Span },
    /// The Job, which allows for no further Pod.
    Job { limit: Span, policy: Span },
}

/// Whether it asks something outside, and its failure is that of the container.
fn may_fail(execution: &Execution<'_>) -> bool {
    execution.fate.is_fatal() && execution.needs_network()
}

fn finding(container: &Container<'_>, needed: &Needed, loss: &Loss) -> Finding {
    let (name, init) = (&needed.name, container.name());
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
        .label(needed.span, "depends on something outside")
        .confidence(needed.confidence)
        .help(help);
    match loss {
        Loss::Pod { .. } => finding,
        Loss::Job { policy, .. } => finding.label(*policy, "the kubelet doesn't try again"),
    }
}
