//! The quality-of-service class of a Pod (`core/v1/helper/qos.ComputePodQOS`).

use std::fmt;

use super::container::{Container, InitStep};
use super::effective::pod_level;
use super::pod::Pod;
use super::resources::{Amounts, Resources};
use super::version::Version;

/// The order in which the kubelet takes Pods down when the node runs short: `BestEffort` first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QosClass {
    /// No container asks for cpu or memory.
    BestEffort,
    /// Neither of the others.
    Burstable,
    /// Every container has limits of cpu and memory, and requests equal to them.
    Guaranteed,
}

impl fmt::Display for QosClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BestEffort => "BestEffort",
            Self::Burstable => "Burstable",
            Self::Guaranteed => "Guaranteed",
        })
    }
}

impl QosClass {
    /// The class of `pod`. App containers, init containers and sidecars count alike; where the Pod itself has
    /// `resources`, even empty ones, only those count. `None` where an amount that counts can't be read.
    #[must_use]
    pub fn of(pod: &Pod<'_>, version: Version) -> Option<Self> {
        match pod_level(pod, version) {
            Some(_) if pod.resources.as_ref().is_some_and(is_unreadable) => None,
            Some(level) => {
                // Without any limit the comparison of the two lists decides.
                let limited = level.limits.is_empty() || limits_both(&level.limits);
                Some(classify(limited, &level.requests, &level.limits))
            }
            None => Self::of_containers(pod.containers().map(|(_, container)| container)),
        }
    }

    /// The class that these containers would have in a Pod of their own; `None` where an amount that counts can't
    /// be read.
    pub fn of_containers<'c, 'd: 'c>(containers: impl Iterator<Item = &'c Container<'d>>) -> Option<Self> {
        let (mut requests, mut limits) = (Amounts::default(), Amounts::default());
        let mut limited = true;
        for container in containers {
            if is_unreadable(&container.resources) {
                return None;
            }
            let own_limits = counted(&container.resources.limited());
            limited &= limits_both(&own_limits);
            requests.add(&counted(&container.resources.requested()));
            limits.add(&own_limits);
        }
        Some(classify(limited, &requests, &limits))
    }
}

/// The init containers and sidecars that make `pod` Burstable, whose app containers alone would make it Guaranteed.
#[must_use]
pub fn lowering<'p, 'd>(pod: &'p Pod<'d>, version: Version) -> Vec<&'p InitStep<'d>> {
    let before = QosClass::of_containers(pod.apps.iter().map(|app| &**app));
    if before != Some(QosClass::Guaranteed) || QosClass::of(pod, version) != Some(QosClass::Burstable) {
        return Vec::new();
    }
    let lowers = |step: &&InitStep<'_>| {
        QosClass::of_containers(std::iter::once(step.container())) != Some(QosClass::Guaranteed)
    };
    pod.init_steps.iter().filter(lowers).collect()
}

fn is_unreadable(resources: &Resources<'_>) -> bool {
    let mut names = resources.requests.unreadable().chain(resources.limits.unreadable());
    names.any(|name| matches!(name, "cpu" | "memory"))
}

/// The amounts of cpu and memory that are something.
fn counted<'d>(amounts: &Amounts<'d>) -> Amounts<'d> {
    amounts.only(|name| {
        let amount = amounts.amount(name);
        matches!(name, "cpu" | "memory") && !amount.is_zero() && !amount.is_negative()
    })
}

fn limits_both(limits: &Amounts<'_>) -> bool {
    let limits = counted(limits);
    limits.get("cpu").is_some() && limits.get("memory").is_some()
}

fn classify(limited: bool, requests: &Amounts<'_>, limits: &Amounts<'_>) -> QosClass {
    let (requests, limits) = (counted(requests), counted(limits));
    if requests.is_empty() && limits.is_empty() {
        QosClass::BestEffort
    } else if limited && requests == limits {
        QosClass::Guaranteed
    } else {
        QosClass::Burstable
    }
}
