//! A Pod's start-up, apart from the manifest that it was read from.

use std::collections::BTreeSet;

use crate::finding::Resource;
use crate::helm::Placeholders;
use crate::kube::resources::Amounts;
use crate::kube::validate::is_resource_of_container;
use crate::kube::{Completeness, Effective, Pod, QosClass, Quantity, Role, Version, Workload};
use crate::rule;
use crate::source::Span;

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
}

impl Startup {
    /// The start-up of `pod` as `version` has it.
    ///
    /// # Errors
    /// A message where an amount can't be read, as where another tool has yet to fill it in.
    pub fn of(pod: &Pod<'_>, version: Version) -> Result<Self, String> {
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
        let starts = roles
            .zip(pod.containers())
            .map(|(role, (written_role, container))| {
                let resources = &container.resources;
                let from_limits = resources.limits.iter().map(|entry| &*entry.name);
                Start {
                    name: container.name().to_owned(),
                    role,
                    written_role,
                    requests: resources.requested().into_owned(),
                    limits: resources.limited().into_owned(),
                    from_limits: from_limits
                        .filter(|name| resources.requests.get(name).is_none())
                        .map(str::to_owned)
                        .collect(),
                }
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
            completeness: pod.template.completeness,
            is_custom: matches!(pod.template.workload, Workload::Custom(_)),
        })
    }

    /// Puts the actions of a template in place of their placeholders.
    pub(super) fn reveal(&mut self, placeholders: &Placeholders) {
        self.resource.reveal(placeholders);
        for start in &mut self.starts {
            start.name = placeholders.reveal(&start.name);
        }
    }

    /// Whether all that the Pod runs is written here. What an operator or a base adds may use what only the init phase
    /// seems to need.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.completeness == Completeness::Complete && self.starts.iter().any(|start| start.role == Role::App)
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
