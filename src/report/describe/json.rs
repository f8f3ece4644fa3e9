//! `--describe --format json`: the stable form that scripts build on.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value};

use super::super::json::{SpanOut, span_out};
use crate::describe::{Description, Start, Startup};
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
struct StartOut<'a> {
    name: &'a str,
    role: &'static str,
    requests: List,
    limits: List,
}

/// Amounts by resource, in canonical form.
type List = Map<String, Value>;

/// Writes all start-ups as one JSON object.
///
/// # Errors
/// Whatever writing says.
pub(super) fn write(description: &Description, out: &mut dyn Write) -> io::Result<()> {
    let of_source = |startup: &Startup| description.sources.get(startup.span.file.0 as usize);
    let pods = description.startups.iter().filter_map(|startup| Some(pod_out(startup, of_source(startup)?)));
    serde_json::to_writer_pretty(&mut *out, &Root { schema: SCHEMA, pods: pods.collect() })?;
    writeln!(out)
}

fn pod_out<'a>(startup: &'a Startup, source: &'a Source) -> PodOut<'a> {
    let requests = &startup.effective.requests;
    PodOut {
        path: &source.path,
        span: span_out(source, startup.span),
        resource: &startup.resource,
        kubernetes_version: startup.version.to_string(),
        startup: startup.starts.iter().map(start_out).collect(),
        requests: list(&requests.total),
        limits: list(&startup.effective.limits.total),
        app_requests: list(&requests.apps),
        sidecar_requests: list(&requests.sidecars),
        init_requests: list(&requests.init_peak),
        surplus: startup.surplus().map(entry).collect(),
        qos: startup.qos.to_string(),
    }
}

fn start_out(start: &Start) -> StartOut<'_> {
    let role = match start.role {
        Role::Init => "init",
        Role::Sidecar => "sidecar",
        Role::App => "app",
    };
    StartOut { name: &start.name, role, requests: list(&start.requests), limits: list(&start.limits) }
}

fn list(amounts: &Amounts<'_>) -> List {
    amounts.iter().map(entry).collect()
}

fn entry((name, quantity): (&str, Quantity)) -> (String, Value) {
    (name.to_owned(), Value::String(quantity.to_string()))
}
