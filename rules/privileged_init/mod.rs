//! Privileged init containers that need no such thing.

use crate::commands::Touching;
use crate::finding::{Edit, Finding, Fix, Safety, Severity};
use crate::fix;
use crate::kube::volume::VolumeSource;
use crate::kube::{Completeness, Container, Pod, VolumeMount};
use crate::program::Program;
use crate::rule::{Group, PodContext, Rule, Target};
use crate::shell::semantics::{Execution, Facts, Needs};
use crate::source::Span;

/// The rule.
pub static RULE: Rule = Rule {
    id: "privileged-init",
    summary: "A privileged init container, of which each command needs no more than root or `NET_ADMIN`",
    group: Group::Security,
    severity: Severity::Warning,
    fix: Some(Safety::Unsafe),
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    let is_written = matches!(pod.template.completeness, Completeness::Complete | Completeness::Merged);
    for (program, facts) in cx.scripts() {
        let container = program.container;
        let is_root = cx.is_root(container) != Some(false);
        // What it drops it lacks without `privileged`.
        let is_plain = is_root && container.security_context.capabilities_drop.is_empty();
        let Some(excess) = Excess::of(container).filter(|_| is_written && is_plain) else { continue };
        if let Some(needs) = needs(pod, program, facts) {
            let has_enough = has(pod, container, needs);
            let fix = if has_enough { removed(container, cx) } else { replaced(container, &excess, needs) };
            let fix = fix.filter(|_| matches!(excess, Excess::Privileged(_)));
            let help = help(container, &excess, needs, has_enough);
            cx.report_in(container, Finding { fix, ..finding(container, facts, &excess, needs).help(help) });
        }
    }
}

/// What the container has and doesn't need.
enum Excess {
    /// `privileged: true`, key and value.
    Privileged(Span),
    /// `SYS_ADMIN` among its capabilities.
    SysAdmin(Span),
}

impl Excess {
    fn of(container: &Container<'_>) -> Option<Self> {
        let security = &container.security_context;
        let privileged = security.privileged.filter(|flag| flag.value);
        let sys_admin = security
            .capabilities_add
            .iter()
            .find(|name| matches!(name.to_ascii_uppercase().as_str(), "SYS_ADMIN" | "CAP_SYS_ADMIN"));
        match (privileged, sys_admin) {
            (Some(flag), _) => Some(Self::Privileged(flag.key_span().to(flag.span()))),
            (None, name) => name.map(|name| Self::SysAdmin(name.span())),
        }
    }

    fn span(&self) -> Span {
        let (Self::Privileged(span) | Self::SysAdmin(span)) = self;
        *span
    }
}

/// What all of its commands need together; `None` where that is more, or not known.
fn needs(pod: &Pod<'_>, program: &Program<'_, '_>, facts: &Facts<'_>) -> Option<Needs> {
    let is_followed = facts.is_whole() && !facts.executions.is_empty();
    let is_here = |execution: &Execution<'_>| execution.wrappers().next().is_none();
    if !is_followed || may_write_to_kernel(facts) || !facts.executions.iter().all(is_here) {
        return None;
    }
    let needs = facts.executions.iter().map(Execution::needs).max()?;
    let is_client = facts.executions.iter().any(Execution::is_socket_client);
    let allows = |mount: &VolumeMount<'_>| match pod.volume_of(mount).map(|volume| &volume.source) {
        Some(VolumeSource::HostPath { .. }) => {
            is_client || needs == Needs::Network && touches_no_files(facts)
        }
        Some(VolumeSource::Other(_) | VolumeSource::Unknown | VolumeSource::Csi { .. }) | None => false,
        Some(_) => true,
    };
    let is_known = needs != Needs::Unknown && program.container.volume_mounts.iter().all(allows);
    is_known.then_some(needs)
}

/// Whether it writes to what the kernel shows as files, by redirection or with `tee`, `dd` and their like, or where nobody
/// knows.
fn may_write_to_kernel(facts: &Facts<'_>) -> bool {
    let is_kernels = |path: &str| {
        ["/proc/", "/sys/", "/dev/"].iter().any(|folder| path.starts_with(folder)) && path != "/dev/null"
    };
    facts.outputs.iter().any(|output| output.path.is_none())
        || facts.touches().iter().any(|touch| touch.touching != Touching::Reads && is_kernels(&touch.path))
}

/// Whether it leaves alone what it mounts.
fn touches_no_files(facts: &Facts<'_>) -> bool {
    facts.outputs.is_empty() && !facts.executions.iter().any(Execution::changes_files)
}

fn finding(container: &Container<'_>, facts: &Facts<'_>, excess: &Excess, needs: Needs) -> Finding {
    let what = match excess {
        Excess::Privileged(_) => "is privileged",
        Excess::SysAdmin(_) => "has SYS_ADMIN",
    };
    let works = |execution: &&Execution<'_>| match needs {
        Needs::Network => execution.needs() == Needs::Network,
        Needs::Default | Needs::Unknown => execution.changes_files() || execution.is_socket_client(),
    };
    let first = facts.executions.iter().find(works);
    let command = first.and_then(Execution::name).map_or("its script".to_owned(), |name| format!("`{name}`"));
    let enough = match needs {
        Needs::Network => "the capability NET_ADMIN",
        Needs::Default | Needs::Unknown => "root with its default capabilities",
    };
    let message = format!("init container `{}` {what}, and {command} needs only {enough}", container.name());
    let mut finding = Finding::new(Severity::Warning, excess.span(), message).caption("more than it needs");
    if let Some(first) = first {
        finding = finding.label(first.span(), format!("needs only {enough}"));
    }
    finding
}

/// Whether the container has what it needs without the excess.
fn has(pod: &Pod<'_>, container: &Container<'_>, needs: Needs) -> bool {
    let added = &container.security_context.capabilities_add;
    match needs {
        Needs::Network => added.iter().any(|name| is_net_admin(name)),
        Needs::Default | Needs::Unknown => {
            pod.security_of(container).run_as_user.is_some_and(|user| *user == 0)
        }
    }
}

fn is_net_admin(name: &str) -> bool {
    matches!(name.to_ascii_uppercase().as_str(), "NET_ADMIN" | "CAP_NET_ADMIN")
}

fn help(container: &Container<'_>, excess: &Excess, needs: Needs, has_enough: bool) -> &'static str {
    let says_capabilities =
        || container.security_context.node.is_some_and(|own| own.get("capabilities").is_some());
    match (excess, needs) {
        (_, Needs::Network) if has_enough => "take it out: it has `NET_ADMIN` besides",
        (Excess::Privileged(_), _) if has_enough => "take it out: it runs as root without it",
        (Excess::Privileged(_), Needs::Network) if says_capabilities() => {
            "add `NET_ADMIN` to its `capabilities` in its place"
        }
        (Excess::Privileged(_), Needs::Network) => "write `capabilities: {add: [NET_ADMIN]}` in its place",
        (Excess::Privileged(_), _) => "write `runAsUser: 0` in its place",
        (Excess::SysAdmin(_), Needs::Network) => "add `NET_ADMIN` in its place",
        (Excess::SysAdmin(_), _) => "take it out: root has what that needs by default",
    }
}

/// Takes `privileged: true` out.
fn removed(container: &Container<'_>, cx: &PodContext<'_>) -> Option<Fix> {
    let security = container.security_context.node?;
    let edits = fix::remove_entry(cx.source(security.span())?, security, "privileged")?;
    Some(Fix::for_review("take `privileged: true` out", edits))
}

/// Puts what is enough in the place of `privileged: true`, where nothing else is said of it.
fn replaced(container: &Container<'_>, excess: &Excess, needs: Needs) -> Option<Fix> {
    let Excess::Privileged(span) = excess else { return None };
    let security = container.security_context.node?;
    let (taken, yaml, json) = match needs {
        Needs::Network => (
            "capabilities",
            "capabilities: {add: [NET_ADMIN]}",
            "\"capabilities\": {\"add\": [\"NET_ADMIN\"]}",
        ),
        Needs::Default | Needs::Unknown => ("runAsUser", "runAsUser: 0", "\"runAsUser\": 0"),
    };
    let is_plain = security.get(taken).is_none() && security.span().contains(*span);
    let text = if security.is_in_json() { json } else { yaml };
    let edit = Edit { span: *span, replacement: text.to_owned() };
    is_plain.then(|| Fix::for_review(format!("write `{yaml}` for `privileged: true`"), vec![edit]))
}
