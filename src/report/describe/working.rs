//! The arithmetic of a start-up: a row for each step, a cell for each resource.

use super::super::Look;
use crate::describe::{Replicas, Startup};
use crate::kube::effective::Ask;
use crate::kube::{Quantity, Role};

/// A row of the table.
pub(super) struct Row {
    /// What it is about.
    pub(super) label: Label,
    /// One for each of the resources.
    pub(super) cells: Vec<Cell>,
}

/// What a row is about.
pub(super) enum Label {
    /// A container that starts.
    Start {
        /// When: containers of one number start together.
        number: usize,
        role: Role,
        name: String,
    },
    /// A sum over containers.
    Sum(String),
    /// What is left over.
    Surplus(String),
}

/// An amount, and how it comes about.
#[derive(Default)]
pub(super) struct Cell {
    /// `200m + 4`; empty where there is nothing to reckon.
    pub(super) formula: String,
    /// `4.2`; empty where there is nothing.
    pub(super) result: String,
}

impl Cell {
    fn plain(amount: Quantity) -> Self {
        Self { formula: String::new(), result: amount.short() }
    }

    /// `left + right`, or the one that there is.
    fn sum(left: Quantity, right: Quantity) -> Self {
        let is_sum = !left.is_zero() && !right.is_zero();
        let formula = if is_sum { format!("{} + {}", left.short(), right.short()) } else { String::new() };
        Self { formula, result: (left + right).short() }
    }

    fn none() -> Self {
        Self { formula: String::new(), result: "-".to_owned() }
    }
}

/// How many resources are shown. Nobody names as many, and columns times rows would grow without bound.
const MAX_RESOURCES: usize = 32;

/// The resources that any container asks for, or that are set for the Pod: cpu and memory first, then those with a
/// surplus.
pub(super) fn resources(startup: &Startup) -> Vec<&str> {
    let requests = &startup.effective.requests;
    let rank = |name: &str| match name {
        "cpu" => 0,
        "memory" => 1,
        _ if startup.surplus_of(name).is_zero() => 3,
        _ => 2,
    };
    let mut names: Vec<&str> = requests.total.names().collect();
    names.sort_by_key(|name| rank(name));
    names.truncate(MAX_RESOURCES);
    names
}

/// The rows over `resources`.
pub(super) fn rows(startup: &Startup, resources: &[&str], look: &Look) -> Vec<Row> {
    let row = |label, cell: &dyn Fn(&str) -> Cell| Row {
        label,
        cells: resources.iter().map(|name| cell(name)).collect(),
    };
    let mut rows = starts(startup, resources);
    let requests = &startup.effective.requests;
    if !requests.steps.is_empty() && !resources.is_empty() {
        rows.push(row(Label::Sum("While it runs".to_owned()), &|name| {
            Cell::sum(requests.sidecars.amount(name), requests.apps.amount(name))
        }));
    }
    if !resources.is_empty() {
        rows.push(row(Label::Sum("Effective request".to_owned()), &|name| effective(startup, name)));
    }
    if startup.surplus().next().is_some() {
        let surplus = |name: &str, times| match startup.surplus_of(name) {
            surplus if surplus.is_zero() => Cell::none(),
            surplus => Cell::plain(surplus.times(times)),
        };
        rows.push(row(Label::Surplus("Unused after start-up".to_owned()), &|name| surplus(name, 1)));
        let (count, many) = match startup.replicas {
            Replicas::Count(count) => (count, "replicas"),
            Replicas::AtATime(count) => (count, "Pods at a time"),
            Replicas::EachNode => (1, ""),
        };
        if count > 1 {
            let sign = if look.unicode { '×' } else { 'x' };
            let label = Label::Surplus(format!("{sign} {count} {many}"));
            rows.push(row(label, &|name| surplus(name, count)));
        }
    }
    rows
}

/// Each container's own request; for an entry of `initContainers` also what the sidecars before it ask for.
fn starts(startup: &Startup, resources: &[&str]) -> Vec<Row> {
    let requests = &startup.effective.requests;
    let asks: Vec<Vec<Ask>> = resources.iter().map(|name| requests.asks(name).collect()).collect();
    let starts = startup.starts.iter().enumerate().map(|(index, start)| {
        let cell = |(name, asks): (&&str, &Vec<Ask>)| match (start.requests.get(name), asks.get(index)) {
            (Some(own), Some(ask)) => Cell::sum(ask.running, own),
            (Some(own), None) => Cell::plain(own),
            (None, _) => Cell::none(),
        };
        let number = index.min(requests.steps.len()) + 1;
        let label = Label::Start { number, role: start.role, name: start.name.clone() };
        Row { label, cells: resources.iter().zip(&asks).map(cell).collect() }
    });
    starts.collect()
}

/// max(while it runs, while it starts) + overhead.
fn effective(startup: &Startup, name: &str) -> Cell {
    let requests = &startup.effective.requests;
    let (running, peak) = (requests.running(name), requests.init_peak.amount(name));
    let total = requests.total.amount(name);
    let steps = &requests.steps;
    let has_init = steps.iter().any(|step| step.role == Role::Init && step.own.get(name).is_some());
    let overhead = requests.overhead.amount(name);
    let mut formula = if is_set_for_pod(startup, name) {
        (total - overhead).short()
    } else if has_init {
        format!("max({}, {})", running.short(), peak.short())
    } else {
        running.short()
    };
    if !overhead.is_zero() {
        formula = format!("{formula} + {}", overhead.short());
    } else if !has_init || is_set_for_pod(startup, name) {
        formula.clear();
    }
    Cell { formula, result: total.short() }
}

/// Whether the Pod's own `resources` say how much of `name` it gets, whatever its containers ask for.
pub(super) fn is_set_for_pod(startup: &Startup, name: &str) -> bool {
    let requests = &startup.effective.requests;
    let derived = requests.running(name).max(requests.init_peak.amount(name));
    // A request that isn't written may come of the Pod's own limit.
    requests.pod_level.get(name).is_some()
        || derived + requests.overhead.amount(name) != requests.total.amount(name)
}
