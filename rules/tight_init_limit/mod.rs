//! Limits that slow an init container down, or get it killed, and save nothing.

use crate::commands::Trait;
use crate::finding::{Finding, Severity};
use crate::images;
use crate::kube::effective::{Ask, Effective, Sum};
use crate::kube::quantity::{Format, Quantity};
use crate::kube::resources::ResourceEntry;
use crate::kube::{ActiveDeadline, Completeness, Container, InitStep, Pod, Role};
use crate::rule::{Group, PodContext, Rule, Target};
use crate::shell::semantics::{Execution, Facts};

/// The rule.
pub static RULE: Rule = Rule {
    id: "tight-init-limit",
    summary: "A low memory or cpu limit of an init container, below what the Pod reserves for its apps anyway",
    group: Group::Resources,
    severity: Severity::Info,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

/// Below these an init container is slow, or killed, whatever it does.
const LOW: [(&str, Quantity); 2] =
    [("cpu", Quantity::from_thousandths(50)), ("memory", Quantity::from_units(64 << 20, Format::BinarySi))];

/// The same of one that does nothing but wait.
const LOW_FOR_WAITING: [Quantity; 2] =
    [Quantity::from_thousandths(20), Quantity::from_units(24 << 20, Format::BinarySi)];

/// From these on a limit is no low one, whatever the app's container has.
const ENOUGH: [(&str, Quantity); 2] = [
    ("cpu", Quantity::from_units(1, Format::DecimalSi)),
    ("memory", Quantity::from_units(1 << 30, Format::BinarySi)),
];

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    // Where a Pod runs to completion, the work may well be in its init containers, and bounded on purpose.
    let runs_on = ActiveDeadline::of(&pod.template) != ActiveDeadline::PerTry;
    if pod.template.completeness != Completeness::Complete || !runs_on {
        return;
    }
    let requests = Effective::of(pod, cx.version).requests;
    let asks = LOW.map(|(name, low)| (name, low, requests.asks(name).collect::<Vec<Ask>>()));
    let works: Vec<(&Container<'_>, Work)> =
        cx.scripts().map(|(program, facts)| (program.container, Work::of(facts))).collect();
    for (index, container) in pod.init_steps.iter().map(InitStep::container).enumerate() {
        let own = works.iter().find(|(own, _)| std::ptr::eq(*own, container));
        let work = own.map_or(Work::Unknown, |(_, work)| *work);
        let tight = asks.iter().zip(LOW_FOR_WAITING).filter_map(|((name, low, asks), for_waiting)| {
            let at = asks.binary_search_by_key(&index, |ask| ask.index).ok()?;
            let ask = asks.get(at).filter(|ask| ask.role == Role::Init)?;
            let tight = Tight::of(pod, container, &requests, *ask, name)?;
            // Small commands take little memory, whatever they copy; without processor time they take long.
            let is_low = match (work, *name) {
                (Work::Nothing, "cpu") => false,
                (Work::Unknown, _) | (Work::Light, "cpu") => tight.limit.quantity < *low,
                (Work::Nothing | Work::Waits | Work::Light, _) => tight.limit.quantity < for_waiting,
            };
            let is_slow = || work == Work::Unknown && runs_image_of_app(pod, container) && !tight.is_enough();
            (is_low || is_slow()).then_some(tight)
        });
        if let Some(finding) = finding(container, &tight.collect::<Vec<_>>()) {
            cx.report_in(container, finding);
        }
    }
}

/// A limit that could be higher at no cost.
struct Tight<'p, 'd> {
    name: &'static str,
    limit: &'p ResourceEntry<'d>,
    /// What is reserved while the Pod runs, less what sidecars take while the init container does.
    free: Quantity,
}

impl<'p, 'd> Tight<'p, 'd> {
    fn of(
        pod: &Pod<'d>,
        container: &'p Container<'d>,
        requests: &Sum<'_>,
        ask: Ask,
        name: &'static str,
    ) -> Option<Self> {
        let limit = container.resources.limits.get(name)?;
        let is_known = requests.pod_level.get(name).is_none() && !requests.unknown.contains(name);
        let free = requests.running(name).surplus_over(ask.running);
        // A limit of 0 is none, and little more would change little.
        let is_below = !limit.quantity.is_zero() && free.surplus_over(limit.quantity) >= limit.quantity;
        let is_as_of_app = pod.apps.iter().any(|app| {
            app.resources.limits.get(name).is_some_and(|of_app| of_app.quantity == limit.quantity)
        });
        // What is no amount at all is another rule's.
        let is_amount = name != "memory" || !limit.quantity.is_below_a_page();
        (is_known && is_below && !is_as_of_app && is_amount).then_some(Self { name, limit, free })
    }

    fn is_enough(&self) -> bool {
        ENOUGH.iter().any(|(name, enough)| *name == self.name && self.limit.quantity >= *enough)
    }
}

/// What a script takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Work {
    /// No processor time to speak of: it sleeps, or prints.
    Nothing,
    /// Next to nothing: it only asks until it gets an answer.
    Waits,
    /// Little: all its commands are small ones, which copy files or change their owners.
    Light,
    /// Nobody knows.
    Unknown,
}

impl Work {
    fn of(facts: &Facts<'_>) -> Self {
        let waits = |execution: &Execution<'_>| {
            execution.does_nothing()
                || [Trait::Test, Trait::Probe, Trait::Waits].iter().any(|it| execution.is(*it))
        };
        let is_light = |execution: &Execution<'_>| waits(execution) || execution.is_light();
        let is_known = facts.is_whole() && !facts.executions.is_empty();
        match &facts.executions {
            all if is_known && all.iter().all(Execution::does_nothing) => Self::Nothing,
            all if is_known && all.iter().all(waits) => Self::Waits,
            all if is_known && all.iter().all(is_light) => Self::Light,
            _ => Self::Unknown,
        }
    }
}

/// Whether `container` runs the image of an app container, which takes as much as that to start. What a shell's image takes
/// hangs on what it runs.
fn runs_image_of_app(pod: &Pod<'_>, container: &Container<'_>) -> bool {
    let is_own = container.image().is_some_and(|image| !images::holds_tools(&image));
    container.image.is_some_and(|image| {
        is_own && pod.apps.iter().any(|app| app.image.is_some_and(|of_app| of_app.value == image.value))
    })
}

fn finding(container: &Container<'_>, tight: &[Tight<'_, '_>]) -> Option<Finding> {
    let (first, others) = tight.split_first()?;
    let joined = |amount: &dyn Fn(&Tight<'_, '_>) -> Quantity| {
        let amounts: Vec<String> = tight.iter().map(|one| format!("{} {}", one.name, amount(one))).collect();
        amounts.join(" and ")
    };
    let message = format!(
        "init container `{}` is limited to {}, though the Pod reserves {} for its apps anyway",
        container.name(),
        joined(&|one| one.limit.quantity),
        joined(&|one| one.free),
    );
    let help = format!(
        "raise its limits, and its requests with them, to {}: that costs nothing, and a limit that low slows it down or gets it killed",
        joined(&|one| one.free)
    );
    let caption = |one: &Tight<'_, '_>| format!("{} would cost nothing", one.free);
    let finding =
        Finding::new(Severity::Info, first.limit.span(), message).caption(caption(first)).help(help);
    Some(others.iter().fold(finding, |finding, one| finding.likewise(one.limit.span(), caption(one))))
}
