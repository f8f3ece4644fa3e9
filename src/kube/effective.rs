//! Effective requests and limits: what the scheduler, quotas and cgroups reckon with for a whole Pod.
//!
//! Follows `component-helpers/resource/helpers.go` (`PodRequests`, `PodLimits`) after the defaults of `SetDefaults_Pod`
//! (`core/v1/defaults.go`), and keeps the working, so that a finding or a reader can follow the sum.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::container::{Container, Role};
use super::pod::Pod;
use super::quantity::Quantity;
use super::resources::{Amounts, Resources};
use super::version::{Gate, Version};

/// A Pod's effective requests and limits, as `version` computes them for the Pods that come of it.
#[derive(Debug, Clone)]
pub struct Effective<'d> {
    /// The effective requests.
    pub requests: Sum<'d>,
    /// The effective limits; a container without a limit counts as nothing in them.
    pub limits: Sum<'d>,
}

/// An effective list and how it came about.
#[derive(Debug, Clone)]
pub struct Sum<'d> {
    /// All app containers together.
    pub apps: Amounts<'d>,
    /// All sidecars together.
    pub sidecars: Amounts<'d>,
    /// The init phase, in start-up order.
    pub steps: Vec<Step<'d>>,
    /// The most that any init container asks for by itself.
    pub init_max: Amounts<'d>,
    /// The most that is asked for at any step of the init phase, the sidecars started by then included.
    pub init_peak: Amounts<'d>,
    /// What is written for the Pod itself, which replaces the sum.
    pub pod_level: Amounts<'d>,
    /// `overhead`, as far as it was added.
    pub overhead: Amounts<'d>,
    /// The result.
    pub total: Amounts<'d>,
    /// The resources of which somebody's amount can't be read; the other figures count it as absent.
    pub unknown: BTreeSet<String>,
}

/// One step of the init phase.
#[derive(Debug, Clone)]
pub struct Step<'d> {
    /// The container's index in [`Pod::init_steps`].
    pub index: usize,
    /// How the version takes it: before sidecars, every entry is a plain init container.
    pub role: Role,
    /// What it asks for itself.
    pub own: Amounts<'d>,
}

/// One resource at one step of the init phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// The container's index in [`Pod::init_steps`].
    pub index: usize,
    /// How the version takes it.
    pub role: Role,
    /// What it asks for itself; 0 where it doesn't name the resource.
    pub own: Quantity,
    /// What the sidecars before it ask for together.
    pub running: Quantity,
}

impl Ask {
    /// What is asked for while the container starts.
    #[must_use]
    pub fn peak(&self) -> Quantity {
        self.own + self.running
    }
}

impl<'d> Effective<'d> {
    /// The effective requests and limits of `pod`.
    #[must_use]
    pub fn of(pod: &Pod<'d>, version: Version) -> Self {
        let (requests, limits) = (Phases::requests(pod, version), Phases::limits(pod, version));
        let written = pod.resources.as_ref().filter(|_| version.has(Gate::PodLevelResources));
        let level = PodLevel::of(written, &requests.aggregate);
        let overhead = Amounts::of(pod.overhead.iter());
        let unknown_requests = unreadable(pod, written, |list| Box::new(list.unreadable_requests()));
        let unknown_limits = unreadable(pod, written, |list| Box::new(list.limits.unreadable()));
        Self {
            requests: requests.finish(
                &level.written_requests,
                &level.requests,
                overhead.clone(),
                false,
                unknown_requests,
            ),
            limits: limits.finish(&level.limits, &level.limits, overhead, true, unknown_limits),
        }
    }

    /// The same without the manifest's text.
    #[must_use]
    pub fn into_owned(self) -> Effective<'static> {
        Effective { requests: self.requests.into_owned(), limits: self.limits.into_owned() }
    }
}

impl Sum<'_> {
    /// How much of `name` is reserved for the Pod's whole life though only the init phase asks for it; 0 where the
    /// Pod itself says what it gets, and where it can't be told.
    #[must_use]
    pub fn surplus(&self, name: &str) -> Quantity {
        if self.pod_level.get(name).is_some() || self.unknown.contains(name) {
            return Quantity::ZERO;
        }
        self.init_peak.amount(name).surplus_over(self.running(name))
    }

    /// What app containers and sidecars ask for together.
    #[must_use]
    pub fn running(&self, name: &str) -> Quantity {
        self.apps.amount(name) + self.sidecars.amount(name)
    }

    /// Who asks for how much of `name`, step by step.
    pub fn asks(&self, name: &str) -> impl Iterator<Item = Ask> {
        let mut running = Quantity::ZERO;
        self.steps.iter().map(move |step| {
            let own = step.own.amount(name);
            let ask = Ask { index: step.index, role: step.role, own, running };
            if step.role == Role::Sidecar {
                running = running + own;
            }
            ask
        })
    }

    /// The first step at which most of `name` is asked for.
    #[must_use]
    pub fn peak(&self, name: &str) -> Option<Ask> {
        let peak = self.init_peak.get(name)?;
        self.asks(name).find(|ask| ask.peak() == peak)
    }

    /// The same without the manifest's text.
    #[must_use]
    pub fn into_owned(self) -> Sum<'static> {
        let steps = self.steps.into_iter();
        let step = |Step { index, role, own }: Step<'_>| Step { index, role, own: own.into_owned() };
        Sum {
            apps: self.apps.into_owned(),
            sidecars: self.sidecars.into_owned(),
            steps: steps.map(step).collect(),
            init_max: self.init_max.into_owned(),
            init_peak: self.init_peak.into_owned(),
            pod_level: self.pod_level.into_owned(),
            overhead: self.overhead.into_owned(),
            total: self.total.into_owned(),
            unknown: self.unknown,
        }
    }
}

/// The containers' part of a sum.
struct Phases<'d> {
    apps: Amounts<'d>,
    sidecars: Amounts<'d>,
    steps: Vec<Step<'d>>,
    init_max: Amounts<'d>,
    init_peak: Amounts<'d>,
    /// max(apps + sidecars, `init_peak`).
    aggregate: Amounts<'d>,
}

impl<'d> Phases<'d> {
    fn requests(pod: &Pod<'d>, version: Version) -> Self {
        Self::of(pod, version, |container| container.resources.requested())
    }

    fn limits(pod: &Pod<'d>, version: Version) -> Self {
        Self::of(pod, version, |container| container.resources.limited())
    }

    /// `aggregateContainerResourcesByFn`.
    fn of(pod: &Pod<'d>, version: Version, list: impl Fn(&Container<'d>) -> Amounts<'d>) -> Self {
        let mut apps = Amounts::default();
        for app in &pod.apps {
            apps.add(&list(app));
        }
        let mut sum = Self {
            aggregate: apps.clone(),
            apps,
            sidecars: Amounts::default(),
            steps: Vec::new(),
            init_max: Amounts::default(),
            init_peak: Amounts::default(),
        };
        for (index, step) in pod.init_steps.iter().enumerate() {
            sum.start(index, step.role_in(version), list(step.container()));
        }
        sum.aggregate.raise(&sum.init_peak);
        sum
    }

    /// Takes the next entry of `initContainers` into account.
    fn start(&mut self, index: usize, role: Role, own: Amounts<'d>) {
        // Only what it names can rise; the sidecars' other amounts counted when those started.
        let mut peak = own.clone();
        if role == Role::Sidecar {
            self.aggregate.add(&own);
            self.sidecars.add(&own);
            peak.replace_from(&self.sidecars);
        } else {
            self.init_max.raise(&own);
            peak.add_known(&self.sidecars);
        }
        self.init_peak.raise(&peak);
        self.steps.push(Step { index, role, own });
    }

    /// The sum with what is written for the Pod (`replaced` of it counts, defaults included) and the overhead, which
    /// is added to limits only where there is one.
    fn finish(
        self,
        pod_level: &Amounts<'d>,
        replaced: &Amounts<'d>,
        mut overhead: Amounts<'d>,
        only_to_existing: bool,
        unknown: BTreeSet<String>,
    ) -> Sum<'d> {
        let mut total = self.aggregate;
        for (name, quantity) in replaced.iter().filter(|(name, _)| is_pod_level(name)) {
            total.set(Cow::Owned(name.to_owned()), quantity);
        }
        if only_to_existing {
            overhead = overhead.only(|name| !total.amount(name).is_zero());
        }
        total.add(&overhead);
        Sum {
            apps: self.apps,
            sidecars: self.sidecars,
            steps: self.steps,
            init_max: self.init_max,
            init_peak: self.init_peak,
            pod_level: pod_level.only(is_pod_level),
            overhead,
            total,
            unknown,
        }
    }
}

/// The names that can't be read in any of the lists that make a sum.
fn unreadable<'d>(
    pod: &Pod<'d>,
    pod_level: Option<&Resources<'d>>,
    names: impl for<'r> Fn(&'r Resources<'d>) -> Box<dyn Iterator<Item = &'r str> + 'r>,
) -> BTreeSet<String> {
    let containers = pod.containers().map(|(_, container)| &container.resources);
    let of_lists = containers.chain(pod_level).flat_map(names);
    of_lists.chain(pod.overhead.unreadable()).map(str::to_owned).collect()
}

/// `IsSupportedPodLevelResource`.
fn is_pod_level(name: &str) -> bool {
    matches!(name, "cpu" | "memory") || is_huge_page(name)
}

fn is_huge_page(name: &str) -> bool {
    name.starts_with("hugepages-")
}

/// `resources` of the Pod itself, as they are written and after their defaults.
#[derive(Default)]
pub(super) struct PodLevel<'d> {
    written_requests: Amounts<'d>,
    pub(super) requests: Amounts<'d>,
    pub(super) limits: Amounts<'d>,
}

impl<'d> PodLevel<'d> {
    /// `defaultPodRequests`: where the Pod has limits, its requests default to what its containers ask for together,
    /// and else to its limits. (`defaultHugePagePodLimits` changes no figure here: it sets limits to their sum.)
    fn of(written: Option<&Resources<'d>>, aggregate: &Amounts<'d>) -> Self {
        let Some(written) = written else { return Self::default() };
        let limits = Amounts::of(written.limits.iter());
        let written_requests = Amounts::of(written.requests.iter());
        let mut requests = written_requests.clone();
        if !limits.is_empty() {
            requests.fill(&aggregate.only(|name| is_pod_level(name) && !is_huge_page(name)));
            requests.fill(&limits.only(is_pod_level));
        }
        Self { written_requests, requests, limits }
    }
}

/// `resources` of `pod` itself after their defaults; `None` where the version or the manifest has none.
pub(super) fn pod_level<'d>(pod: &Pod<'d>, version: Version) -> Option<PodLevel<'d>> {
    let written = pod.resources.as_ref().filter(|_| version.has(Gate::PodLevelResources))?;
    Some(PodLevel::of(Some(written), &Phases::requests(pod, version).aggregate))
}
