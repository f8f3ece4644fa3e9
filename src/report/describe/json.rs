//! `--describe --format json`: the stable form that scripts build on.

use std::io::{self, Write};
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

use super::super::json::{SpanOut, span_out, write_value};
use crate::describe::{Awaited, Bound, Description, Start, Startup, StartupProbe, Wait, WaitBound};
use crate::finding::Resource;
use crate::kube::resources::Amounts;
use crate::kube::{Quantity, Role};
use crate::source::Source;

/// The version of the form. It changes only where a member changes its meaning or goes away.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Root<'a> {
    schema: u32,
    pods: Vec<PodOut<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PodOut<'a> {
    path: &'a str,
    span: SpanOut,
    resource: &'a Resource,
    kubernetes_version: String,
    restart_policy: Option<&'a str>,
    active_deadline_seconds: Option<i64>,
    startup: Vec<StartOut<'a>>,
    /// The effective request: the larger of `appRequests` + `sidecarRequests` and `initRequests`, or what is set for
    /// the Pod itself; then the overhead.
    requests: List,
    limits: List,
    app_requests: List,
    sidecar_requests: List,
    /// The most that is asked for at any step of the init phase, the sidecars started by then included.
    init_requests: List,
    /// What only the init phase needs; resources without a surplus are left out.
    surplus: List,
    qos: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StartOut<'a> {
    name: &'a str,
    role: &'static str,
    requests: List,
    limits: List,
    restart_policy: Option<&'a str>,
    waits: Vec<WaitOut<'a>>,
    /// Of a sidecar: what waits until it is up.
    gate: Option<GateOut<'a>>,
}

#[derive(Serialize)]
struct WaitOut<'a> {
    path: &'a str,
    span: SpanOut,
    /// The loop's keyword, or the command.
    name: &'a str,
    awaited: Vec<AwaitedOut<'a>>,
    /// `null` where nothing ends it.
    bound: Option<BoundOut<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum AwaitedOut<'a> {
    Host { host: &'a str, port: Option<&'a str> },
    File { path: &'a str },
    Object { name: &'a str },
    Command { command: &'a str },
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum BoundOut<'a> {
    Counter { variable: &'a str },
    Words,
    Input,
    Deadline,
    Timeout,
    Command,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GateOut<'a> {
    post_start: bool,
    startup_probe: Option<ProbeOut<'a>>,
    /// The names of those that start only then.
    holds_up: Vec<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProbeOut<'a> {
    handler: &'a str,
    awaited: AwaitedOut<'a>,
    initial_delay_seconds: i64,
    period_seconds: i64,
    failure_threshold: i64,
}

/// Amounts by resource, in canonical form.
type List = Map<String, Value>;

/// Writes all start-ups as one JSON object.
///
/// # Errors
/// Whatever writing says.
pub(super) fn write(startups: &[&Startup], description: &Description, out: &mut dyn Write) -> io::Result<()> {
    let of_source = |startup: &Startup| description.sources.get(startup.span.file.0 as usize);
    let pods = startups
        .iter()
        .filter_map(|startup| Some(pod_out(startup, of_source(startup)?, &description.sources)));
    write_value(&Root { schema: SCHEMA, pods: pods.collect() }, out)
}

fn pod_out<'a>(startup: &'a Startup, source: &'a Source, sources: &'a [Arc<Source>]) -> PodOut<'a> {
    let requests = &startup.effective.requests;
    PodOut {
        path: &source.path,
        span: span_out(source, startup.span),
        resource: &startup.resource,
        kubernetes_version: startup.version.to_string(),
        restart_policy: startup.restart_policy.as_deref(),
        active_deadline_seconds: startup.deadline,
        startup: (0..startup.starts.len()).filter_map(|index| start_out(startup, index, sources)).collect(),
        requests: list(&requests.total),
        limits: list(&startup.effective.limits.total),
        app_requests: list(&requests.apps),
        sidecar_requests: list(&requests.sidecars),
        init_requests: list(&requests.init_peak),
        surplus: startup.surplus().map(entry).collect(),
        qos: startup.qos.to_string(),
    }
}

fn start_out<'a>(startup: &'a Startup, index: usize, sources: &'a [Arc<Source>]) -> Option<StartOut<'a>> {
    let start: &Start = startup.starts.get(index)?;
    let role = match start.role {
        Role::Init => "init",
        Role::Sidecar => "sidecar",
        Role::App => "app",
    };
    let gate = start.gate.as_ref().map(|gate| GateOut {
        post_start: gate.post_start,
        startup_probe: gate.startup_probe.as_ref().map(probe_out),
        holds_up: if gate.is_open() { Vec::new() } else { names(startup.gated_by(index)) },
    });
    Some(StartOut {
        name: &start.name,
        role,
        requests: list(&start.requests),
        limits: list(&start.limits),
        restart_policy: start.restart_policy.as_deref(),
        waits: start.waits.iter().filter_map(|wait| wait_out(wait, sources)).collect(),
        gate,
    })
}

fn names(starts: &[Start]) -> Vec<&str> {
    starts.iter().map(|start| &*start.name).collect()
}

fn wait_out<'a>(wait: &'a Wait, sources: &'a [Arc<Source>]) -> Option<WaitOut<'a>> {
    let source = sources.get(wait.span.file.0 as usize)?;
    Some(WaitOut {
        path: &source.path,
        span: span_out(source, wait.span),
        name: &wait.name,
        awaited: wait.awaited.iter().map(awaited_out).collect(),
        bound: wait.bound.as_ref().map(bound_out),
    })
}

fn awaited_out(awaited: &Awaited) -> AwaitedOut<'_> {
    match awaited {
        Awaited::Host { host, port } => AwaitedOut::Host { host, port: port.as_deref() },
        Awaited::File(path) => AwaitedOut::File { path },
        Awaited::Object(name) => AwaitedOut::Object { name },
        Awaited::Command(command) => AwaitedOut::Command { command },
    }
}

fn bound_out(bound: &WaitBound) -> BoundOut<'_> {
    match bound {
        WaitBound::Loop(Bound::Counter(variable)) => BoundOut::Counter { variable },
        WaitBound::Loop(Bound::Words) => BoundOut::Words,
        WaitBound::Loop(Bound::Input) => BoundOut::Input,
        WaitBound::Loop(Bound::Deadline) => BoundOut::Deadline,
        WaitBound::Loop(Bound::Timeout) => BoundOut::Timeout,
        WaitBound::Command => BoundOut::Command,
    }
}

fn probe_out(probe: &StartupProbe) -> ProbeOut<'_> {
    ProbeOut {
        handler: probe.handler,
        awaited: awaited_out(&probe.awaited),
        initial_delay_seconds: probe.initial_delay_seconds,
        period_seconds: probe.period_seconds,
        failure_threshold: probe.failure_threshold,
    }
}

fn list(amounts: &Amounts<'_>) -> List {
    amounts.iter().map(entry).collect()
}

fn entry((name, quantity): (&str, Quantity)) -> (String, Value) {
    (name.to_owned(), Value::String(quantity.to_string()))
}
