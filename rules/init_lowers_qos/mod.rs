//! An init container or sidecar that costs the Pod its Guaranteed class.

use crate::finding::{Finding, Severity};
use crate::kube::effective::Effective;
use crate::kube::{Completeness, Container, Gate, InitStep, Pod, Role, Version, qos};
use crate::rule::{Group, PodContext, Rule, Target};
use crate::source::Span;

/// The rule.
pub static RULE: Rule = Rule {
    id: "init-lowers-qos",
    summary: "An init container or sidecar that makes a Pod Burstable whose app containers alone would make it Guaranteed",
    group: Group::Resources,
    severity: Severity::Warning,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    // Of a part nobody knows the whole; and where the Pod itself has resources, its containers don't count.
    let is_set_for_pod = pod.resources.is_some() && cx.version.has(Gate::PodLevelResources);
    if pod.template.completeness != Completeness::Complete || is_set_for_pod {
        return;
    }
    if let [first, others @ ..] = qos::lowering(pod, cx.version).as_slice() {
        let cores = pod.apps.iter().any(|app| has_whole_cores(app));
        let reserved = reserved(pod, first.container(), cx.version);
        cx.report_in(first.container(), finding(first, others, cores, reserved.as_deref()));
    }
}

/// Whether the static CPU manager would give it cores of its own (`pkg/kubelet/cm/cpumanager`, `guaranteedCPUs`).
fn has_whole_cores(container: &Container<'_>) -> bool {
    const CORE: i128 = 1_000_000_000;
    container.resources.request("cpu").is_some_and(|cpu| cpu.quantity.nano() % CORE == 0)
}

/// What the Pod reserves for its apps, `cpu 1 and memory 2Gi`, where that is no less than `container` asks for, and isn't what
/// it asks for: limits of that cost nothing.
fn reserved(pod: &Pod<'_>, container: &Container<'_>, version: Version) -> Option<String> {
    let requests = Effective::of(pod, version).requests;
    let has_sidecars = pod.init_steps.iter().any(|step| step.role() == Role::Sidecar);
    let amounts = ["cpu", "memory"].map(|name| {
        let own = container.resources.requests.get(name)?.quantity;
        let amount = Some(requests.running(name)).filter(|amount| *amount >= own)?;
        Some((amount > own, format!("{name} {amount}")))
    });
    let [Some((is_more_cpu, cpu)), Some((is_more_memory, memory))] = amounts else { return None };
    (!has_sidecars && (is_more_cpu || is_more_memory)).then(|| format!("{cpu} and {memory}"))
}

fn finding(first: &InitStep<'_>, others: &[&InitStep<'_>], cores: bool, reserved: Option<&str>) -> Finding {
    let all = std::iter::once(first).chain(others.iter().copied());
    let names: Vec<String> = all.map(|step| format!("`{}`", step.container().name())).collect();
    let (subject, it) = match names.as_slice() {
        [most @ .., last] if !most.is_empty() => (format!("{} and {last} make", most.join(", ")), "each"),
        _ => (format!("{} {} makes", first.role().describe(), names.concat()), "it"),
    };
    let cores = if cores { " and gets no exclusive cores" } else { "" };
    let message =
        format!("{subject} this Pod Burstable instead of Guaranteed, so it is evicted earlier{cores}");
    let container = first.container();
    let mut finding = Finding::new(Severity::Warning, place(container), message)
        .caption(lack(container))
        .help(help(container, it, reserved));
    for other in others {
        finding = finding.likewise(place(other.container()), lack(other.container()));
    }
    finding
}

/// What to give the first of them, and what that means for its requests.
fn help(first: &Container<'_>, it: &str, reserved: Option<&str>) -> String {
    let requests = ["cpu", "memory"].into_iter().filter_map(|name| first.resources.requests.get(name));
    let requests: Vec<String> = requests.map(|entry| format!("{} {}", entry.name, entry.quantity)).collect();
    match requests.as_slice() {
        [] => format!(
            "give {it} limits of cpu and memory; without requests of its own they are its requests too"
        ),
        [_, _] if let (Some(reserved), "it") = (reserved, it) => {
            format!("give it requests and limits of {reserved}: the Pod reserves that for its apps anyway")
        }
        // What is asked for of both is what the limits have to be.
        [_, _] if it == "it" => format!("give it limits equal to its requests: {}", requests.join(" and ")),
        _ => format!("give {it} limits of cpu and memory, and requests equal to them, or none"),
    }
}

/// Its `resources`, or its name where it has none.
fn place(container: &Container<'_>) -> Span {
    container.entry("resources").map_or_else(|| container.name_span(), |entry| entry.key.span())
}

/// What a Guaranteed container has that it lacks.
fn lack(container: &Container<'_>) -> String {
    let (name, resources) = (container.name(), &container.resources);
    let without: Vec<&str> = ["cpu", "memory"]
        .into_iter()
        .filter(|name| resources.limits.get(name).is_none_or(|limit| limit.quantity.is_zero()))
        .collect();
    if !without.is_empty() {
        return format!("`{name}` has no limit of {}", without.join(" or "));
    }
    let unequal = ["cpu", "memory"].into_iter().find_map(|resource| {
        let (request, limit) = (resources.request(resource)?, resources.limits.get(resource)?);
        let differ = request.quantity != limit.quantity;
        differ.then(|| {
            format!("`{name}` asks for {resource} {} with a limit of {}", request.quantity, limit.quantity)
        })
    });
    unequal.unwrap_or_else(|| format!("the requests of `{name}` aren't its limits"))
}
