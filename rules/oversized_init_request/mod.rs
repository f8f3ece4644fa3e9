//! An init phase that sets the Pod's effective request.

use std::collections::BTreeMap;

use crate::finding::{Finding, Severity};
use crate::kube::effective::{Effective, Sum};
use crate::kube::quantity::Format;
use crate::kube::template::Completeness;
use crate::kube::validate::is_resource_of_container;
use crate::kube::{ActiveDeadline, AppContainer, Container, InitStep, Pod, Quantity, Role};
use crate::options::{NumberOption, Options, QuantitiesOption, RuleOption};
use crate::rule::{Group, PodContext, Rule, Target};
use crate::source::Span;

/// The rule.
pub static RULE: Rule = Rule {
    id: "oversized-init-request",
    summary: "An init container that asks for more than the running Pod does, which stays reserved for its whole life",
    group: Group::Resources,
    severity: Severity::Warning,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[RuleOption::Number(RATIO), RuleOption::Quantities(MIN_SURPLUS)],
    target: Target::Pod { literals: &["initContainers"], check },
};

const RATIO: NumberOption = NumberOption {
    name: "ratio",
    doc: "how many times what the running Pod asks for the init phase may ask for",
    default: 1.0,
    least: 1.0,
};

const MIN_SURPLUS: QuantitiesOption =
    QuantitiesOption { name: "min-surplus", doc: "the least surplus worth a finding, for each resource" };

/// Less than this in vain is no more than advice.
const PETTY: [(&str, Quantity); 2] =
    [("cpu", Quantity::from_thousandths(100)), ("memory", Quantity::from_units(128 << 20, Format::BinarySi))];

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    // Of a part nobody knows what the whole asks for.
    if pod.template.completeness != Completeness::Complete || pod.apps.is_empty() {
        return;
    }
    let effective = Effective::of(pod, cx.version);
    if let Some((container, finding)) = requests(pod, &effective.requests, cx.options) {
        cx.report_in(container, finding);
    } else if cx.pedantic
        && let Some((container, finding)) = limits(pod, &effective.limits, cx.options)
    {
        cx.report_in(container, finding);
    }
}

/// A resource of which the init phase asks for more than the running Pod.
struct Oversized<'p> {
    resource: &'p str,
    /// What is asked for at the peak of the init phase.
    init: Quantity,
    /// What app containers and sidecars ask for together.
    running: Quantity,
    surplus: Quantity,
    /// What sidecars that started before ask for at the peak.
    beside: Quantity,
    /// Index of the step that asks for most.
    step: usize,
    /// Each init container that asks for more than the running Pod does, the sidecars before it included.
    excesses: Vec<Excess>,
}

/// What one init container asks for too much.
struct Excess {
    /// Index of the step.
    step: usize,
    /// What it may ask for at no cost.
    target: Quantity,
}

impl Oversized<'_> {
    /// Whether there is a surplus, and one as large as the options ask for.
    fn counts(&self, options: &Options) -> bool {
        // A ratio needs no more than the 15 digits of a float.
        #[expect(clippy::cast_precision_loss)]
        let (init, running) = (self.init.nano() as f64, self.running.nano() as f64);
        !self.surplus.is_zero()
            && init > options.number(&RATIO) * running
            && options.quantity(&MIN_SURPLUS, self.resource).is_none_or(|least| self.surplus >= least)
    }

    /// Whether so little is reserved in vain that nobody misses it.
    fn is_petty(&self) -> bool {
        PETTY.iter().any(|(name, least)| *name == self.resource && self.surplus < *least)
    }

    fn container<'p, 'd>(&self, pod: &'p Pod<'d>) -> Option<&'p Container<'d>> {
        container(pod, self.step)
    }
}

fn oversized<'p>(sum: &'p Sum<'_>, options: &Options) -> Vec<Oversized<'p>> {
    let resources = sum.init_peak.iter().filter_map(|(resource, init)| {
        let surplus = sum.surplus(resource);
        let peak = sum.peak(resource)?;
        let (running, beside) = (sum.running(resource), peak.running);
        let step = peak.index;
        let excesses = sum.asks(resource).filter(|ask| ask.role == Role::Init && ask.peak() > running);
        let excesses =
            excesses.map(|ask| Excess { step: ask.index, target: running.surplus_over(ask.running) });
        let excesses = excesses.collect();
        let oversized = Oversized { resource, init, running, surplus, beside, step, excesses };
        (oversized.counts(options) && is_resource_of_container(resource)).then_some(oversized)
    });
    // What everybody pays for first.
    let mut all: Vec<_> = resources.collect();
    all.sort_by_key(|one| PETTY.iter().position(|(name, _)| *name == one.resource).unwrap_or(PETTY.len()));
    all
}

/// The finding, and the container that asks for most.
fn requests<'p, 'd>(
    pod: &'p Pod<'d>,
    sum: &Sum<'_>,
    options: &Options,
) -> Option<(&'p Container<'d>, Finding)> {
    let all = oversized(sum, options);
    let is_asked_by_apps = |one: &&Oversized<'_>| !sum.apps.amount(one.resource).is_zero();
    // What the apps do ask for comes first: that is where a surplus is a mistake.
    let first = all.iter().find(is_asked_by_apps).or(all.first())?;
    let is_advice = !is_asked_by_apps(&first)
        || ActiveDeadline::of(&pod.template) == ActiveDeadline::PerTry
        || all.iter().filter(is_asked_by_apps).all(Oversized::is_petty);
    let severity = if is_advice { Severity::Info } else { Severity::Warning };
    let step = first.container(pod)?;
    let entry = step.resources.request(first.resource)?;
    let finding = Finding::new(severity, entry.span(), message(pod, &all))
        .caption(asked_by(pod, first, first.step)?.1)
        .help(help(pod, &all));
    let inits = all.iter().flat_map(|one| one.excesses.iter().map(move |excess| (one, excess)));
    let of_inits = inits.filter_map(|(one, excess)| asked_by(pod, one, excess.step));
    let of_apps =
        all.iter().flat_map(|one| pod.apps.iter().filter_map(|app| asked_while_running(app, one.resource)));
    let of_inits = of_inits.filter(|(span, _)| *span != entry.span());
    let finding = of_inits.fold(finding, |finding, (span, text)| finding.likewise(span, text));
    Some((step, of_apps.fold(finding, |finding, (span, text)| finding.label(span, text))))
}

fn container<'p, 'd>(pod: &'p Pod<'d>, step: usize) -> Option<&'p Container<'d>> {
    pod.init_steps.get(step).map(InitStep::container)
}

/// The request of `container` for `resource`, and a label for it.
fn asked(container: &Container<'_>, resource: &str) -> Option<(Span, String)> {
    let entry = container.resources.request(resource)?;
    Some((entry.span(), format!("`{}` asks for {}", container.name(), entry.quantity)))
}

/// The same of the init container number `step`, with what sidecars ask for beside it.
fn asked_by(pod: &Pod<'_>, one: &Oversized<'_>, step: usize) -> Option<(Span, String)> {
    let (span, text) = asked(container(pod, step)?, one.resource)?;
    let beside = if step == one.step { one.beside } else { Quantity::ZERO };
    let text =
        if beside.is_zero() { text } else { format!("{text}, beside {beside} of the sidecars before it") };
    Some((span, text))
}

fn asked_while_running(app: &AppContainer<'_>, resource: &str) -> Option<(Span, String)> {
    let (span, text) = asked(app, resource)?;
    Some((span, format!("{text} while the Pod runs")))
}

/// How many resources a message names.
const NAMED: usize = 2;

/// What is reserved in vain; the labels have the figures behind it.
fn message(pod: &Pod<'_>, all: &[Oversized<'_>]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in all.iter().filter_map(|one| one.container(pod)).map(Container::name) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let verb = if names.len() == 1 { "reserves" } else { "reserve" };
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    let amounts = amounts(all, 1);
    let times = match pod.template.replicas.filter(|(count, _)| *count > 1) {
        Some((count, _)) => {
            let many = if pod.template.workload.is_job() { "Pods at a time" } else { "replicas" };
            format!(" (× {count} {many}: {})", self::amounts(all, count))
        }
        None => String::new(),
    };
    // Whoever asks for nothing may use it all the same.
    let is_unasked = all.iter().any(|one| one.running.is_zero());
    let use_of_it =
        if is_unasked { "beyond what the running Pod asks for" } else { "that the running Pod never uses" };
    format!("{} {verb} {amounts} {use_of_it}{times}", listed(&names))
}

/// `cpu 3500m and memory 7680Mi`, each as often as there are Pods.
fn amounts(all: &[Oversized<'_>], count: u64) -> String {
    let mut shown: Vec<String> =
        all.iter().take(NAMED).map(|one| format!("{} {}", one.resource, one.surplus.times(count))).collect();
    if let Some(more) = all.len().checked_sub(NAMED).filter(|more| *more > 0) {
        shown.push(format!("{more} more"));
    }
    listed(&shown)
}

/// `a`, `a and b`, `a, b and c`.
fn listed(words: &[String]) -> String {
    match words {
        [most @ .., last] if !most.is_empty() => format!("{} and {last}", most.join(", ")),
        _ => words.concat(),
    }
}

/// What each init container may ask for at no cost, so that no finding is left where all are heeded.
fn help(pod: &Pod<'_>, all: &[Oversized<'_>]) -> String {
    let mut targets: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let mut free = Vec::new();
    for one in all {
        if one.running.is_zero() {
            free.push(one.resource);
        }
        for excess in one.excesses.iter().filter(|_| !one.running.is_zero()) {
            targets.entry(excess.step).or_default().push(format!("{} {}", one.resource, excess.target));
        }
    }
    let named: Vec<(&str, String)> = targets
        .iter()
        .filter_map(|(step, amounts)| Some((container(pod, *step)?.name(), amounts.join(" and "))))
        .collect();
    let lower = match named.as_slice() {
        [] => None,
        [(name, amounts)] => {
            Some(format!("if `{name}` can do with less, ask for at most {amounts}: that much costs nothing"))
        }
        several => {
            let each: Vec<String> =
                several.iter().map(|(name, amounts)| format!("{amounts} for `{name}`")).collect();
            Some(format!(
                "if they can do with less, ask for at most {}: that much costs nothing",
                each.join(", ")
            ))
        }
    };
    let unasked = (!free.is_empty()).then(|| {
        format!(
            "let the app containers ask for the {} that they use, or lower what the init container asks for",
            free.join(" and ")
        )
    });
    [lower, unasked].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn limits<'p, 'd>(
    pod: &'p Pod<'d>,
    sum: &Sum<'_>,
    options: &Options,
) -> Option<(&'p Container<'d>, Finding)> {
    let all = oversized(sum, options);
    let first = all.iter().find(|one| !one.running.is_zero())?;
    let step = first.container(pod)?;
    let entry = step.resources.limits.get(first.resource)?;
    let message = format!(
        "the limit of `{}` sets this Pod's effective limit: {} {} against {} while it runs",
        step.name(),
        first.resource,
        first.init,
        first.running
    );
    let finding = Finding::new(Severity::Info, entry.span(), message)
        .caption("the Pod's effective limit")
        .help("quotas count the effective limit for the Pod's whole life: lower it if the init container can do with less");
    Some((step, finding))
}
