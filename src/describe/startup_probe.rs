//! What the kubelet asks of a sidecar before it starts what comes after it.

use crate::kube::Container;
use crate::kube::probe::{Probe, ProbeKind};
use crate::shell::semantics::Awaited;
use crate::yaml::{Entry, Node};

/// The `startupProbe` of a sidecar: what follows starts once it succeeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartupProbe {
    /// The field of its handler: `exec`, `httpGet`, `tcpSocket` or `grpc`.
    pub handler: &'static str,
    /// What it asks for. An HTTP path is left out.
    pub awaited: Awaited,
    /// How long the kubelet waits before the first try (s).
    pub initial_delay_seconds: i64,
    /// How long it waits between tries (s).
    pub period_seconds: i64,
    /// After so many failures it restarts the sidecar, and tries anew.
    pub failure_threshold: i64,
}

impl StartupProbe {
    /// The `startupProbe` of `container`, as far as it can be read.
    pub(super) fn of(container: &Container<'_>) -> Option<Self> {
        let probe = container.probe(ProbeKind::Startup)?;
        let (handler, awaited) = asks(probe)?;
        // The defaults are those of `SetDefaults_Probe`.
        Some(Self {
            handler,
            awaited,
            initial_delay_seconds: probe.initial_delay_seconds.map_or(0, |field| *field),
            period_seconds: probe.period_seconds.map_or(10, |field| *field),
            failure_threshold: probe.failure_threshold.map_or(3, |field| *field),
        })
    }
}

fn asks(probe: &Probe<'_>) -> Option<(&'static str, Awaited)> {
    let Entry { key, value, .. } = probe.handler()?;
    let port = || {
        let host = value.get("host").and_then(Node::as_str).unwrap_or("localhost").to_owned();
        Awaited::Host { host, port: value.get("port").and_then(|port| Some(port.text()?.to_owned())) }
    };
    Some(match key.as_str()? {
        "httpGet" => ("httpGet", port()),
        "tcpSocket" => ("tcpSocket", port()),
        "grpc" => ("grpc", port()),
        _ => {
            let words = value.get("command").into_iter().flat_map(Node::items).filter_map(Node::text);
            ("exec", Awaited::Command(words.collect::<Vec<_>>().join(" ")))
        }
    })
}
