//! A Pod's start-up, apart from the manifest that it was read from.

use std::collections::BTreeSet;

use super::startup_probe::StartupProbe;
use crate::finding::Resource;
use crate::helm::Placeholders;
use crate::inputs::InputSet;
use crate::kube::resources::Amounts;
use crate::kube::validate::is_resource_of_container;
use crate::kube::{
    Completeness, Container, Effective, Gate, Pod, QosClass, Quantity, Role, Version, Workload,
    active_deadline,
};
use crate::program::Programs;
use crate::rule;
use crate::settings::Settings;
use crate::shell::semantics::{Awaited, Wait};
use crate::source::Span;
use crate::yaml::{Entry, Kind};

/// How a Pod starts, and what it reserves.
#[derive(Debug, Clone)]
pub struct Startup {
    /// Where the Pod spec is written.
    pub span: Span,
    /// Which object's it is.
    pub resource: Resource,
    /// The version of Kubernetes that starts it.
    pub version: Version,
    /// Its containers in the order in which they start: init containers and sidecars one after another, then all
    /// apps at once.
    pub starts: Vec<Start>,
    /// Effective requests and limits, with their working. The steps are those of `starts`.
    pub effective: Effective<'static>,
    /// The class by which the kubelet evicts.
    pub qos: QosClass,
    /// How many Pods there are of it.
    pub replicas: Replicas,
    /// What becomes of a container that ends: the Pod's `restartPolicy`. `None` where a patch leaves it to its base.
    pub restart_policy: Option<String>,
    /// After how long the Pod, or its Job, is ended (s).
    pub deadline: Option<i64>,
    /// How far the manifest says all of the Pod.
    pub completeness: Completeness,
    /// Whether a custom resource holds it.
    pub is_custom: bool,
}

/// How many Pods come of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replicas {
    /// As many as the manifest says; one where it says nothing.
    Count(u64),
    /// A Job's `parallelism`; one where it says nothing.
    AtATime(u64),
    /// One on each node.
    EachNode,
}

/// A container that starts.
#[derive(Debug, Clone)]
pub struct Start {
    /// Its name; empty where it has none.
    pub name: String,
    /// What it is to the Pod in this version: before native sidecars, any entry of `initContainers` is an init
    /// container.
    pub role: Role,
    /// What it is by the manifest.
    pub written_role: Role,
    /// What it asks for, limits standing in for requests that aren't written.
    pub requests: Amounts<'static>,
    /// Its limits.
    pub limits: Amounts<'static>,
    /// The resources whose request is the limit's.
    pub from_limits: Vec<String>,
    /// Its own `restartPolicy`, where this version heeds it.
    pub restart_policy: Option<String>,
    /// What its script waits for, in order. An app container's isn't read.
    pub waits: Vec<Wait>,
    /// What lets the start-up go on, where it is a sidecar.
    pub gate: Option<SidecarGate>,
}

/// What the start-up waits for before it goes on after a sidecar: without any of them it goes on at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SidecarGate {
    /// Whether it has a `postStart` hook, whose end is waited for.
    pub post_start: bool,
    /// Its `startupProbe`.
    pub startup_probe: Option<StartupProbe>,
}

impl SidecarGate {
    fn of(sidecar: &Container<'_>) -> Self {
        let post_start = sidecar.lifecycle.is_some_and(|entry| entry.value.get("postStart").is_some());
        Self { post_start, startup_probe: StartupProbe::of(sidecar) }
    }

    /// Whether nothing waits until it is up.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.post_start && self.startup_probe.is_none()
    }
}

impl Startup {
    /// The start-up of `pod` as the version of `settings` has it.
    ///
    /// # Errors
    /// A message where an amount can't be read, as where another tool has yet to fill it in.
    pub fn of(pod: &Pod<'_>, inputs: &InputSet, settings: &Settings) -> Result<Self, String> {
        let version = settings.version;
        let effective = Effective::of(pod, version).into_owned();
        let unknown: BTreeSet<&String> =
            effective.requests.unknown.union(&effective.limits.unknown).collect();
        let (true, Some(qos)) = (unknown.is_empty(), QosClass::of(pod, version)) else {
            let names: Vec<&str> = unknown.into_iter().map(String::as_str).collect();
            return Err(format!(
                "the amount of {} can't be read: describe the manifest when its placeholders are filled in",
                names.join(" and ")
            ));
        };
        let steps = &effective.requests.steps;
        let roles = steps.iter().map(|step| step.role).chain(pod.apps.iter().map(|_| Role::App));
        let programs = Programs::of(pod, inputs, &settings.images, version);
        let starts = roles
            .zip(pod.containers())
            .map(|(role, (written_role, container))| {
                let waits = waits_of(container, &programs);
                Start { waits, ..Start::of(container, role, written_role, version) }
            })
            .collect();
        let count = pod.template.replicas.map_or(1, |(count, _)| count);
        let replicas = match pod.template.workload {
            Workload::DaemonSet => Replicas::EachNode,
            workload if workload.is_job() => Replicas::AtATime(count),
            _ => Replicas::Count(count),
        };
        Ok(Self {
            span: pod.spec().span(),
            resource: rule::resource(&pod.template.object, &pod.template.pointer, None),
            version,
            starts,
            effective,
            qos,
            replicas,
            restart_policy: restart_policy(pod),
            deadline: deadline(pod),
            completeness: pod.template.completeness,
            is_custom: matches!(pod.template.workload, Workload::Custom(_)),
        })
    }

    /// Puts the actions of a template in place of their placeholders.
    pub(super) fn reveal(&mut self, placeholders: &Placeholders) {
        self.resource.reveal(placeholders);
        for start in &mut self.starts {
            start.name = placeholders.reveal(&start.name);
            let awaited = start.waits.iter_mut().flat_map(|wait| &mut wait.awaited);
            let gates = start.gate.iter_mut().filter_map(|gate| gate.startup_probe.as_mut());
            awaited.chain(gates.map(|probe| &mut probe.awaited)).for_each(|one| reveal(one, placeholders));
        }
    }

    /// Whether all that the Pod runs is written here. What an operator or a base adds may use what only the init phase
    /// seems to need.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.completeness == Completeness::Complete && self.starts.iter().any(|start| start.role == Role::App)
    }

    /// What starts only after the container number `index`, where that is a sidecar.
    #[must_use]
    pub fn gated_by(&self, index: usize) -> &[Start] {
        let is_sidecar = self.starts.get(index).is_some_and(|start| start.role == Role::Sidecar);
        self.starts.get(index + 1..).filter(|_| is_sidecar).unwrap_or_default()
    }

    /// Whether anything runs before its apps.
    #[must_use]
    pub fn has_init_phase(&self) -> bool {
        self.starts.iter().any(|start| start.role != Role::App)
    }

    /// How much of `name` is reserved for the Pod's whole life though only its init phase asks for it.
    #[must_use]
    pub fn surplus_of(&self, name: &str) -> Quantity {
        let is_known = self.is_whole() && is_resource_of_container(name);
        if is_known { self.effective.requests.surplus(name) } else { Quantity::ZERO }
    }

    /// The resources with a surplus, and how much it is.
    pub fn surplus(&self) -> impl Iterator<Item = (&str, Quantity)> {
        let names = self.effective.requests.init_peak.names();
        names.map(|name| (name, self.surplus_of(name))).filter(|(_, surplus)| !surplus.is_zero())
    }
}

impl Start {
    /// `container` without its waits.
    fn of(container: &Container<'_>, role: Role, written_role: Role, version: Version) -> Self {
        let resources = &container.resources;
        let from_limits = resources.limits.iter().map(|entry| &*entry.name);
        let own_policy = container
            .restart_policy
            .filter(|_| role == Role::Sidecar || version.has(Gate::ContainerRestartRules));
        Self {
            name: container.name().to_owned(),
            role,
            written_role,
            requests: resources.requested().into_owned(),
            limits: resources.limited().into_owned(),
            from_limits: from_limits
                .filter(|name| resources.requests.get(name).is_none())
                .map(str::to_owned)
                .collect(),
            restart_policy: own_policy.map(|policy| policy.value.to_owned()),
            waits: Vec::new(),
            gate: (role == Role::Sidecar).then(|| SidecarGate::of(container)),
        }
    }
}

/// What the script of `container` waits for; nothing for an app container.
fn waits_of(container: &Container<'_>, programs: &Programs<'_, '_>) -> Vec<Wait> {
    let mut all = programs.iter().chain(programs.of_sidecars());
    let program = all.find(|program| program.container.node == container.node);
    program.map(|program| program.facts().waits()).unwrap_or_default()
}

/// What holds for the Pod as a whole: `Always` without the field.
fn restart_policy(pod: &Pod<'_>) -> Option<String> {
    match pod.restart_policy {
        Some(policy) => Some(policy.value.to_owned()),
        None if pod.restarts_nothing() => Some("Never".to_owned()),
        None if pod.template.completeness == Completeness::Patch => None,
        None => Some("Always".to_owned()),
    }
}

/// The shorter of the Pod's own deadline and its Job's.
fn deadline(pod: &Pod<'_>) -> Option<i64> {
    let total = active_deadline::total(&pod.template).and_then(|total| total.entry);
    let own = pod.entry(active_deadline::KEY);
    let seconds = |entry: Entry<'_>| match entry.value.kind() {
        Kind::Int(seconds) => Some(seconds),
        _ => None,
    };
    own.into_iter().chain(total).filter_map(seconds).min()
}

fn reveal(awaited: &mut Awaited, placeholders: &Placeholders) {
    let texts = match awaited {
        Awaited::Host { host, port } => vec![host].into_iter().chain(port).collect::<Vec<_>>(),
        Awaited::File(text) | Awaited::Object(text) | Awaited::Command(text) => vec![text],
    };
    for text in texts {
        *text = placeholders.reveal(text);
    }
}
