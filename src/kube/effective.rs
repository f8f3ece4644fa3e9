//! Effective requests and limits: what the scheduler, quotas and cgroups reckon with for a whole Pod.
//!
//! Follows `component-helpers/resource/helpers.go` (`PodRequests`, `PodLimits`) after the defaults of `SetDefaults_Pod`
//! (`core/v1/defaults.go`), and keeps the working, so that a finding or a reader can follow the sum.

use std::borrow::Cow;

use super::container::{Container, Role};
use super::pod::Pod;
use super::quantity::Quantity;
use super::resources::{Amounts, ResourceEntry, Resources};
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
    /// What the sidecars before it ask for together.
    pub running: Amounts<'d>,
    /// What is asked for while it starts: both.
    pub peak: Amounts<'d>,
}

impl<'d> Effective<'d> {
    /// The effective requests and limits of `pod`.
    #[must_use]
    pub fn of(pod: &Pod<'d>, version: Version) -> Self {
        let requests = Phases::of(pod, version, |container| container.resources.requested());
        let limits = Phases::of(pod, version, |container| container.resources.limited());
        let written = pod.resources.as_ref().filter(|_| version.has(Gate::PodLevelResources));
        let level = PodLevel::of(written, &requests.aggregate, &limits.aggregate);
        let overhead = Amounts::of(pod.overhead.iter());
        Self {
            requests: requests.finish(&level.written_requests, &level.requests, overhead.clone(), false),
            limits: limits.finish(&level.written_limits, &level.limits, overhead, true),
        }
    }

    /// The same without the manifest's text.
    #[must_use]
    pub fn into_owned(self) -> Effective<'static> {
        Effective { requests: self.requests.into_owned(), limits: self.limits.into_owned() }
    }
}

impl<'d> Sum<'d> {
    /// How much of `name` is reserved for the Pod's whole life though only the init phase asks for it; 0 where the
    /// Pod itself says what it gets.
    #[must_use]
    pub fn surplus(&self, name: &str) -> Quantity {
        if self.pod_level.get(name).is_some() {
            return Quantity::ZERO;
        }
        self.init_peak.amount(name).surplus_over(self.running(name))
    }

    /// What app containers and sidecars ask for together.
    #[must_use]
    pub fn running(&self, name: &str) -> Quantity {
        self.apps.amount(name) + self.sidecars.amount(name)
    }

    /// The first step at which most of `name` is asked for.
    #[must_use]
    pub fn peak_step(&self, name: &str) -> Option<&Step<'d>> {
        let peak = self.init_peak.get(name)?;
        self.steps.iter().find(|step| step.peak.get(name) == Some(peak))
    }

    /// The same without the manifest's text.
    #[must_use]
    pub fn into_owned(self) -> Sum<'static> {
        Sum {
            apps: self.apps.into_owned(),
            sidecars: self.sidecars.into_owned(),
            steps: self.steps.into_iter().map(Step::into_owned).collect(),
            init_max: self.init_max.into_owned(),
            init_peak: self.init_peak.into_owned(),
            pod_level: self.pod_level.into_owned(),
            overhead: self.overhead.into_owned(),
            total: self.total.into_owned(),
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
            let role = if version.has(Gate::SidecarContainers) { step.role() } else { Role::Init };
            sum.start(index, role, list(step.container()));
        }
        sum.aggregate.raise(&sum.init_peak);
        sum
    }

    /// Takes the next entry of `initContainers` into account.
    fn start(&mut self, index: usize, role: Role, own: Amounts<'d>) {
        let running = self.sidecars.clone();
        let peak = if role == Role::Sidecar {
            self.aggregate.add(&own);
            self.sidecars.add(&own);
            self.sidecars.clone()
        } else {
            self.init_max.raise(&own);
            let mut peak = own.clone();
            peak.add(&running);
            peak
        };
        self.init_peak.raise(&peak);
        self.steps.push(Step { index, role, own, running, peak });
    }

    /// The sum with what is written for the Pod (`replaced` of it counts, defaults included) and the overhead, which
    /// is added to limits only where there is one.
    fn finish(
        self,
        pod_level: &Amounts<'d>,
        replaced: &Amounts<'d>,
        mut overhead: Amounts<'d>,
        only_to_existing: bool,
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
        }
    }
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
    written_limits: Amounts<'d>,
    pub(super) requests: Amounts<'d>,
    pub(super) limits: Amounts<'d>,
}

impl<'d> PodLevel<'d> {
    /// `defaultHugePagePodLimits`, then `defaultPodRequests`.
    fn of(written: Option<&Resources<'d>>, requests: &Amounts<'d>, limits: &Amounts<'d>) -> Self {
        let Some(written) = written else { return Self::default() };
        let amounts = |list: &super::resources::ResourceList<'d>| Amounts::of(list.iter());
        let mut level = Self {
            written_requests: amounts(&written.requests),
            written_limits: amounts(&written.limits),
            requests: amounts(&written.requests),
            limits: amounts(&written.limits),
        };
        if level.requests.is_empty() && level.limits.is_empty() {
            return level;
        }
        let written_requests = &level.written_requests;
        let huge = limits.only(|name| is_huge_page(name) && written_requests.get(name).is_none());
        level.limits.fill(&huge);
        if !level.limits.is_empty() {
            level.requests.fill(&requests.only(|name| is_pod_level(name) && !is_huge_page(name)));
            level.requests.fill(&level.limits.only(is_pod_level));
        }
        level
    }
}

/// `resources` of `pod` itself after their defaults; `None` where the version or the manifest has none.
pub(super) fn pod_level<'d>(pod: &Pod<'d>, version: Version) -> Option<PodLevel<'d>> {
    let written = pod.resources.as_ref().filter(|_| version.has(Gate::PodLevelResources))?;
    let requests = Phases::of(pod, version, |container| container.resources.requested());
    let limits = Phases::of(pod, version, |container| container.resources.limited());
    Some(PodLevel::of(Some(written), &requests.aggregate, &limits.aggregate))
}

impl<'d> Step<'d> {
    fn into_owned(self) -> Step<'static> {
        Step {
            index: self.index,
            role: self.role,
            own: self.own.into_owned(),
            running: self.running.into_owned(),
            peak: self.peak.into_owned(),
        }
    }

    /// The entry that says how much of `name` this step asks for: a request, or the limit that stands in for one.
    #[must_use]
    pub fn request<'p>(&self, pod: &'p Pod<'d>, name: &str) -> Option<&'p ResourceEntry<'d>> {
        pod.init_steps.get(self.index)?.container().resources.request(name)
    }
}
