//! Sidecars that are used before they are ready.

use serde_json::json;

use crate::finding::{Finding, Fix, Safety, Severity};
use crate::fix;
use crate::kube::probe::ProbeKind;
use crate::kube::{Container, InitStep, Pod, Role, Sidecar, VolumeSource};
use crate::local_ports::{self, LocalPort, Named};
use crate::program::Program;
use crate::rule::{Group, PodContext, Rule, Target};
use crate::shell::semantics::{Execution, Facts};
use crate::source::Span;

/// The rule.
pub static RULE: Rule = Rule {
    id: "sidecar-without-startup-probe",
    summary: "A sidecar without a `startupProbe` that a later init container, or an app container, needs at once",
    group: Group::Sidecars,
    severity: Severity::Warning,
    fix: Some(Safety::Unsafe),
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    for (at, step) in pod.init_steps.iter().enumerate() {
        let InitStep::Sidecar(sidecar) = step else { continue };
        if step.role_in(cx.version) != Role::Sidecar || tells_when_it_is_up(sidecar) {
            continue;
        }
        let used = in_init(pod, at, sidecar, cx).or_else(|| in_app(pod, sidecar));
        if let Some(used) = used {
            let port = used.port.filter(|port| !is_on_loopback(sidecar, *port));
            let fix = port.and_then(|port| probe(sidecar, port, cx));
            cx.report_in(sidecar, Finding { fix, ..finding(sidecar, &used) });
        }
    }
}

/// Whether the kubelet knows when it is up: by its `startupProbe`, or by a hook that ends then. Of a patch or a template
/// that may bring one, too.
fn tells_when_it_is_up(sidecar: &Sidecar<'_>) -> bool {
    let has_hook = sidecar.lifecycle.is_some_and(|entry| entry.value.get("postStart").is_some());
    sidecar.probe(ProbeKind::Startup).is_some() || has_hook || sidecar.node.is_open()
}

/// A use of a sidecar.
struct Used {
    /// The container that uses it, by its name.
    by: String,
    role: Role,
    span: Span,
    /// The port that is dialled; a file that is waited for otherwise.
    port: Option<u16>,
    /// Whether the user tries again until it is there.
    is_retried: bool,
}

/// The first use that isn't tried again, or else the first.
fn worst(uses: impl Iterator<Item = Used>) -> Option<Used> {
    uses.min_by_key(|used| used.is_retried)
}

/// The use by an init container after the sidecar at `at`.
fn in_init(pod: &Pod<'_>, at: usize, sidecar: &Sidecar<'_>, cx: &PodContext<'_>) -> Option<Used> {
    let is_later = |program: &Program<'_, '_>| {
        pod.init_steps.iter().skip(at + 1).any(|step| step.container().node == program.container.node)
    };
    let later = cx.scripts().filter(|(program, _)| is_later(program));
    worst(later.flat_map(|(program, facts)| {
        let ports = local_ports::of_script(program, facts).into_iter();
        let dialled = ports.filter(|port| local_ports::declared(sidecar, port.port).is_some());
        let dialled = dialled.map(|port| used(program.container, Role::Init, &port));
        let polled = polled_file(pod, sidecar, program, facts);
        let polled = polled.map(|span| {
            let by = program.container.name().to_owned();
            Used { by, role: Role::Init, span, port: None, is_retried: true }
        });
        dialled.chain(polled).collect::<Vec<_>>()
    }))
}

/// The use by an app container.
fn in_app(pod: &Pod<'_>, sidecar: &Sidecar<'_>) -> Option<Used> {
    let uses = pod.apps.iter().flat_map(|app| {
        let ports = local_ports::of_words(app).into_iter();
        let of_sidecar = ports.filter(|port| {
            local_ports::declared(sidecar, port.port).is_some()
                && local_ports::declared(app, port.port).is_none()
        });
        of_sidecar.map(|port| used(app, Role::App, &port))
    });
    // One that tries again needs no probe.
    worst(uses.filter(|used| !used.is_retried))
}

fn used(by: &Container<'_>, role: Role, port: &LocalPort) -> Used {
    let is_retried = matches!(port.named, Named::InCommand { is_retried: true });
    Used { by: by.name().to_owned(), role, span: port.span, port: Some(port.port), is_retried }
}

/// A file for which a loop of the script waits, in an emptyDir that the sidecar writes: nothing else runs by then.
fn polled_file(
    pod: &Pod<'_>,
    sidecar: &Sidecar<'_>,
    program: &Program<'_, '_>,
    facts: &Facts<'_>,
) -> Option<Span> {
    let is_shared = |path: &str| {
        let mount = pod.mount_at(program.container, path)?;
        let is_empty_dir = matches!(pod.volume_of(mount)?.source, VolumeSource::EmptyDir { .. });
        let own = sidecar.volume_mounts.iter().filter(|own| !own.is_read_only());
        let mut own = own.filter_map(|own| own.name);
        Some(is_empty_dir && own.any(|name| mount.name.is_some_and(|other| other.value == name.value)))
    };
    let polls = |execution: &&Execution<'_>| {
        let words = execution.written();
        let mut paths = words.iter().filter(|word| word.starts_with('/'));
        execution.in_loop && execution.is_test() && paths.any(|path| is_shared(path) == Some(true))
    };
    facts.executions.iter().find(polls).map(Execution::span)
}

/// Whether its words have it listen on the loopback interface alone, where the kubelet doesn't get through.
fn is_on_loopback(sidecar: &Sidecar<'_>, port: u16) -> bool {
    let addresses = local_ports::HOSTS.map(|host| format!("{host}:{port}"));
    let mut words = sidecar.command.iter().chain(&sidecar.args).flatten();
    words.any(|word| addresses.iter().any(|address| word.value.contains(address)))
}

/// Has the kubelet wait for `port`, for a minute at most.
fn probe(sidecar: &Sidecar<'_>, port: u16, cx: &PodContext<'_>) -> Option<Fix> {
    let probe = json!({"tcpSocket": {"port": port}, "periodSeconds": 1, "failureThreshold": 60});
    let source = cx.source(sidecar.node.span())?;
    let edit = fix::insert_entry(source, sidecar.node, "ports", "startupProbe", &probe)?;
    Some(Fix::for_review(format!("add a `startupProbe` for port {port}"), vec![edit]))
}

fn finding(sidecar: &Sidecar<'_>, used: &Used) -> Finding {
    let (name, by, role) = (sidecar.name(), &used.by, used.role.describe());
    let (severity, message) = match (used.port, used.is_retried) {
        (Some(port), false) => (
            Severity::Warning,
            format!(
                "{role} `{by}` talks to port {port} of sidecar `{name}`, which may not listen yet: it has no `startupProbe`"
            ),
        ),
        (Some(port), true) => (
            Severity::Info,
            format!(
                "{role} `{by}` tries port {port} of sidecar `{name}` until it listens: a `startupProbe` would replace that"
            ),
        ),
        (None, _) => (
            Severity::Info,
            format!(
                "{role} `{by}` waits for a file of sidecar `{name}`: a `startupProbe` would replace this loop"
            ),
        ),
    };
    let help = match used.port {
        Some(port) if is_on_loopback(sidecar, port) => format!(
            "give `{name}` a `startupProbe` that runs in it (`exec`), or asks another port: {port} is on its loopback interface"
        ),
        Some(port) => format!(
            "give `{name}` a `startupProbe`, such as `tcpSocket: {{port: {port}}}`: what follows waits for it"
        ),
        None => format!("give `{name}` a `startupProbe` that tests for the file: what follows waits for it"),
    };
    Finding::new(severity, sidecar.name_span(), message)
        .caption("no `startupProbe`")
        .label(used.span, "used here")
        .help(help)
}
