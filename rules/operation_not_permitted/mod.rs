//! Operations in an init container that its user or its capabilities don't allow.

mod attempt;
mod operation;
mod rights;

use attempt::Attempt;
use operation::Operation;
use rights::Rights;

use crate::finding::{Confidence, Finding, Severity};
use crate::kube::{Container, Pod};
use crate::program::Program;
use crate::rule::{Group, PodContext, Rule, Target};
use crate::shell::semantics::{Execution, Facts};
use crate::source::Span;

/// The rule.
pub static RULE: Rule = Rule {
    id: "operation-not-permitted",
    summary: "A `chown`, `chmod`, `sysctl`, `iptables`, `mount` or the like that the init container's user or capabilities don't allow",
    group: Group::Security,
    severity: Severity::Error,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    let mut before: Vec<(&Container<'_>, &Facts<'_>)> = Vec::new();
    for (program, facts) in cx.scripts() {
        let init = program.container;
        let rights = Rights::of(pod, init, cx.user_of_image(init));
        if !attempt::asks_who_it_is(facts) {
            let refused: Vec<Refused> = attempt::of_script(pod, init, &rights, facts)
                .into_iter()
                .filter_map(|attempt| Refused::of(&rights, attempt))
                .filter(|one| !is_given_before(pod, &before, init, one))
                .collect();
            if let Some(finding) = finding(program, &rights, &refused) {
                cx.report_in(init, finding);
            }
        }
        before.push((init, facts));
    }
}

/// An operation that fails.
struct Refused {
    attempt: Attempt,
    confidence: Confidence,
}

impl Refused {
    fn of(rights: &Rights<'_>, attempt: Attempt) -> Option<Self> {
        let confidence = rights.refuses(&attempt.operation)?;
        Some(Self { attempt, confidence })
    }

    fn severity(&self) -> Severity {
        if self.attempt.is_fatal && !self.attempt.conditional { Severity::Error } else { Severity::Warning }
    }
}

/// Whether an init container before this one may have given it the volume whose root it changes.
fn is_given_before(
    pod: &Pod<'_>,
    before: &[(&Container<'_>, &Facts<'_>)],
    init: &Container<'_>,
    refused: &Refused,
) -> bool {
    let Operation::ModeOfMount { path, .. } = &refused.attempt.operation else { return false };
    let volume = |container: &Container<'_>, is_it: &dyn Fn(&str) -> bool| {
        let mount = container
            .volume_mounts
            .iter()
            .find(|mount| mount.mount_path.is_some_and(|own| is_it(own.value.trim_end_matches('/'))));
        mount.and_then(|mount| mount.name).map(|name| name.value.to_owned())
    };
    let Some(name) = volume(init, &|own| own == path) else { return false };
    before.iter().any(|(other, facts)| {
        let mounts_it =
            other.volume_mounts.iter().any(|mount| mount.name.is_some_and(|own| own.value == name));
        let is_root = pod.security_of(other).run_as_user.is_none_or(|user| *user == 0);
        let mut runs = facts.executions.iter();
        mounts_it && if is_root { runs.next().is_some() } else { runs.any(Execution::changes_user) }
    })
}

/// One finding for each container, at the operation that hurts most.
fn finding(program: &Program<'_, '_>, rights: &Rights<'_>, refused: &[Refused]) -> Option<Finding> {
    // The first of those that are worst.
    let worst = refused.iter().map(Refused::severity).max()?;
    let first = refused.iter().find(|one| one.severity() == worst)?;
    let Attempt { operation, is_fatal, conditional, span } = &first.attempt;
    let outcome = match (is_fatal, conditional) {
        (true, false) => "every start fails",
        (true, true) => "a start that gets there fails",
        (false, _) => operation.left_undone(),
    };
    let message = format!(
        "init container `{}` may not {}: it {}, so {outcome}",
        program.container.name(),
        operation.describe(),
        rights.describe(operation),
    );
    let mut finding = Finding::new(worst, *span, message)
        .caption(operation.error())
        .confidence(first.confidence)
        .help(help(rights, refused, operation));
    if let Some((span, text)) = rights.label(operation) {
        finding = finding.label(span, text);
    }
    let others: Vec<Span> = refused
        .iter()
        .filter(|other| !std::ptr::eq(*other, first))
        .map(|other| other.attempt.span)
        .filter(|other| other != span)
        .collect();
    for other in others {
        finding = finding.likewise(other, "nor this");
    }
    Some(finding)
}

/// Whether any Pod may set the parameter `name` ("Using sysctls in a Kubernetes Cluster", in Kubernetes' documentation).
fn is_safe(name: &str) -> bool {
    const SAFE: [&str; 11] = [
        "ip_local_port_range",
        "ip_local_reserved_ports",
        "ip_unprivileged_port_start",
        "ping_group_range",
        "tcp_fin_timeout",
        "tcp_rmem",
        "tcp_syncookies",
        "tcp_wmem",
        "tcp_keepalive_time",
        "tcp_keepalive_intvl",
        "tcp_keepalive_probes",
    ];
    let of_network = name.strip_prefix("net.ipv4.");
    name == "kernel.shm_rmid_forced" || of_network.is_some_and(|name| SAFE.contains(&name))
}

/// What makes all of the operations possible.
fn help(rights: &Rights<'_>, refused: &[Refused], first: &Operation) -> String {
    let needed = refused.iter().filter_map(|one| one.attempt.operation.capability());
    let mut needed: Vec<&str> = needed.map(|capability| rights.lacking(capability)).collect();
    needed.sort_unstable();
    needed.dedup();
    let add = if needed.iter().any(|capability| rights.adds(capability)) {
        format!("`capabilities.add: [{}]`, and take it out of `drop`", needed.join(", "))
    } else {
        format!("`capabilities.add: [{}]`", needed.join(", "))
    };
    let root = rights.root();
    match first {
        Operation::Sysctl { is_namespaced: true, name } if !is_safe(name) => format!(
            "run this container alone with `privileged: true` and {root}: by the Pod's `securityContext.sysctls` the kubelet sets it only if it was started with `--allowed-unsafe-sysctls`"
        ),
        Operation::Sysctl { is_namespaced: true, .. } => {
            "set it with the Pod's `securityContext.sysctls`, which the kubelet applies".to_owned()
        }
        Operation::Sysctl { .. } => {
            format!("run this container alone with `privileged: true` and {root}, or set it on the node")
        }
        Operation::Owner { .. } | Operation::ModeOfMount { .. } if !rights.is_root_alone() => {
            let instead = if rights.has_fs_group() {
                "leave it out: the Pod's `fsGroup` has the volume already, unless that is a `hostPath` or NFS"
            } else {
                "let the kubelet give the volume to a group with the Pod's `securityContext.fsGroup`"
            };
            format!("{instead}; or run this container alone with {root}")
        }
        Operation::Owner { .. } => format!(
            "add what it needs with {add}, or let the kubelet give the volume to a group with the Pod's `securityContext.fsGroup`"
        ),
        Operation::Packages { .. } => {
            format!("take an image that has them, or run this container alone with {root}")
        }
        Operation::ModeOfGiven { .. } => {
            format!("change the mode before the owner, or add what it needs with {add}")
        }
        _ if rights.is_root_alone() => format!("add what it needs with {add}"),
        _ => format!("run this container alone with {root} and {add}"),
    }
}
