//! Probes of containers.

use super::field::{Field, Place, Reader};
use crate::source::Span;
use crate::yaml::{Entry, Node};

/// Which of the three probes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProbeKind {
    /// `livenessProbe`: failing restarts the container.
    Liveness,
    /// `readinessProbe`: failing takes the Pod out of its Services.
    Readiness,
    /// `startupProbe`: the others, and the next init container, wait for it.
    Startup,
}

impl ProbeKind {
    /// All three, in the order of the API's fields.
    pub const ALL: [ProbeKind; 3] = [Self::Liveness, Self::Readiness, Self::Startup];

    /// The field's name.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::Liveness => "livenessProbe",
            Self::Readiness => "readinessProbe",
            Self::Startup => "startupProbe",
        }
    }
}

/// A probe that a container sets.
#[derive(Debug, Clone)]
pub struct Probe<'d> {
    /// Which one.
    pub kind: ProbeKind,
    /// The key and the value.
    pub entry: Entry<'d>,
    /// `initialDelaySeconds`.
    pub initial_delay_seconds: Option<Field<'d, i64>>,
    /// `successThreshold`, a number of tries.
    pub success_threshold: Option<Field<'d, i64>>,
    /// `failureThreshold`, a number of tries.
    pub failure_threshold: Option<Field<'d, i64>>,
    /// `periodSeconds`.
    pub period_seconds: Option<Field<'d, i64>>,
    /// `terminationGracePeriodSeconds`.
    pub termination_grace_period_seconds: Option<Field<'d, i64>>,
}

impl<'d> Probe<'d> {
    pub(super) fn read(reader: &mut Reader, container: &Place<'_, 'd>, kind: ProbeKind) -> Option<Self> {
        let place = reader.map(container, kind.field())?;
        Some(Self {
            kind,
            entry: container.node.entry(kind.field())?,
            initial_delay_seconds: reader.int32(&place, "initialDelaySeconds"),
            success_threshold: reader.int32(&place, "successThreshold"),
            failure_threshold: reader.int32(&place, "failureThreshold"),
            period_seconds: reader.int32(&place, "periodSeconds"),
            termination_grace_period_seconds: reader.integer(&place, "terminationGracePeriodSeconds"),
        })
    }

    /// The handler's key and value: `exec`, `httpGet`, `tcpSocket` or `grpc`.
    #[must_use]
    pub fn handler(&self) -> Option<Entry<'d>> {
        ["exec", "httpGet", "tcpSocket", "grpc"].into_iter().find_map(|key| self.node().entry(key))
    }

    /// The probe's map.
    #[must_use]
    pub fn node(&self) -> Node<'d> {
        self.entry.value
    }

    /// Where the key is written.
    #[must_use]
    pub fn key_span(&self) -> Span {
        self.entry.key.span()
    }
}
