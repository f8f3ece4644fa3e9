//! Init containers that ask for nothing, beside app containers that do.

use crate::finding::{Finding, Severity};
use crate::kube::{Completeness, Effective, Gate, InitContainer, Pod, Quantity};
use crate::rule::{PodContext, Rule, Target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "missing-init-resources",
    summary: "An init container without requests beside app containers that have them, which a ResourceQuota rejects",
    severity: Severity::Info,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    // A patch may leave them to its base, an operator may set its own; and a quota is content with the Pod's.
    let is_set_for_pod = pod.resources.as_ref().is_some_and(|resources| {
        cx.version.has(Gate::PodLevelResources)
            && !(resources.requests.is_empty() && resources.limits.is_empty())
    });
    if pod.template.completeness != Completeness::Complete || is_set_for_pod {
        return;
    }
    let asked = asked_by_all(pod);
    let without: Vec<&InitContainer<'_>> =
        pod.init_containers().filter(|init| asks_for_nothing(init)).collect();
    if let ([first, others @ ..], false) = (without.as_slice(), asked.is_empty()) {
        let finding = finding(first, others, &asked, &free(pod, cx, &asked));
        if others.is_empty() {
            cx.report_in(first, finding);
        } else {
            cx.report(finding);
        }
    }
}

/// Which of cpu and memory every app container asks for. Where one doesn't, its owner reckons with no quota.
fn asked_by_all(pod: &Pod<'_>) -> Vec<&'static str> {
    let by_all = |name: &&str| {
        !pod.apps.is_empty() && pod.apps.iter().all(|app| app.resources.request(name).is_some())
    };
    ["cpu", "memory"].into_iter().filter(by_all).collect()
}

fn asks_for_nothing(init: &InitContainer<'_>) -> bool {
    init.resources.requests.is_empty() && init.resources.limits.is_empty()
}

/// How much of each of `resources` an init container may ask for at no cost, whichever sidecars run by then.
fn free(pod: &Pod<'_>, cx: &PodContext<'_>, resources: &[&'static str]) -> Vec<(&'static str, Quantity)> {
    let requests = Effective::of(pod, cx.version).requests;
    let free = |name: &&'static str| (*name, requests.apps.amount(name));
    resources.iter().map(free).filter(|(_, amount)| !amount.is_zero()).collect()
}

fn finding(
    first: &InitContainer<'_>,
    others: &[&InitContainer<'_>],
    asked: &[&str],
    free: &[(&str, Quantity)],
) -> Finding {
    let names: Vec<String> =
        std::iter::once(&first).chain(others).map(|init| format!("`{}`", init.name())).collect();
    let (subject, it) = match others {
        [] => (format!("init container {} asks", names.concat()), "it"),
        _ => (format!("init containers {} ask", names.join(", ")), "each"),
    };
    let message = format!(
        "{subject} for nothing while every app container asks for {}: under a ResourceQuota the API server rejects the Pod",
        asked.join(" and ")
    );
    let amounts: Vec<String> = free.iter().map(|(name, amount)| format!("{name} {amount}")).collect();
    let mut finding =
        Finding::new(Severity::Info, first.name_span(), message).caption("no requests").help(format!(
            "give {it} `resources.requests`: up to {}, which stays reserved anyway, they cost nothing",
            amounts.join(" and ")
        ));
    for init in others {
        finding = finding.label(init.name_span(), "no requests either");
    }
    finding
}
