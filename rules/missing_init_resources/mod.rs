//! Init containers that ask for nothing, beside app containers that do.

use serde_json::{Map, Value};

use crate::finding::{Edit, Finding, Fix, Safety, Severity};
use crate::fix;
use crate::helm;
use crate::kube::resources::{ResourceEntry, ResourceList, Resources};
use crate::kube::{Completeness, Effective, Gate, InitContainer, Pod, Quantity, qos};
use crate::rule::{Group, PodContext, Rule, Target};
use crate::yaml::Node;

/// The rule.
pub static RULE: Rule = Rule {
    id: "missing-init-resources",
    summary: "An init container without requests or limits beside app containers that have them, which a ResourceQuota rejects",
    group: Group::Resources,
    severity: Severity::Info,
    fix: Some(Safety::Unsafe),
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
    let apps = Shared {
        requests: shared(pod, cx, Resources::requests_of),
        limits: shared(pod, cx, |own, _| &own.limits),
    };
    // What costs the Pod its class is `init-lowers-qos`, with the same remedy.
    let lowering = qos::lowering(pod, cx.version);
    let is_told = |init: &InitContainer<'_>| {
        lowering.iter().any(|step| step.container().node.span() == init.node.span())
    };
    let untold = pod.init_containers().filter(|init| !is_told(init));
    let lacking: Vec<(&InitContainer<'_>, Lack)> =
        untold.filter_map(|init| Some((init, Lack::of(init, &apps)?))).collect();
    if let [(first, _), others @ ..] = lacking.as_slice() {
        let mut finding = finding(first, &lacking, &apps, &free(pod, first, cx, &apps.requests));
        finding.fix = as_app(pod, &lacking, cx);
        if others.is_empty() {
            cx.report_in(first, finding);
        } else {
            cx.report(finding);
        }
    }
}

/// What all app containers have, of cpu and memory, 0 left out, and what a chart's values leave empty. Where one lacks it,
/// its owner reckons with no quota.
struct Shared {
    requests: Vec<&'static str>,
    limits: Vec<&'static str>,
}

fn shared<'p, 'd: 'p>(
    pod: &'p Pod<'d>,
    cx: &PodContext<'_>,
    list: impl Fn(&'p Resources<'d>, &str) -> &'p ResourceList<'d>,
) -> Vec<&'static str> {
    let file = pod.spec().span().file;
    let is_told = |amount: Node<'d>| !cx.inputs.is_left_empty(file, amount);
    let by_all = |name: &&str| {
        !pod.apps.is_empty()
            && pod.apps.iter().all(|app| list(&app.resources, name).lists_some(name, is_told))
    };
    ["cpu", "memory"].into_iter().filter(by_all).collect()
}

/// What an init container lacks of what the app containers have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lack {
    /// It has neither requests nor limits.
    All,
    /// It has requests, and no limits.
    Limits,
}

impl Lack {
    fn of(init: &InitContainer<'_>, apps: &Shared) -> Option<Self> {
        let Resources { requests, limits } = &init.resources;
        match (requests.is_empty(), limits.is_empty()) {
            (true, true) if !apps.requests.is_empty() => Some(Self::All),
            (false, true) if !apps.limits.is_empty() => Some(Self::Limits),
            _ => None,
        }
    }

    fn caption(self, apps: &Shared) -> &'static str {
        match self {
            Self::All if apps.limits.is_empty() => "no requests",
            Self::All => "neither requests nor limits",
            Self::Limits => "requests, and no limits",
        }
    }
}

/// How much of each of `resources` the init container `first` may ask for at no cost, whichever sidecars run by then. Of a
/// template what stands in a branch of its own counts for nothing: it may be a larger size, or a container that is off by
/// default.
fn free(
    pod: &Pod<'_>,
    first: &InitContainer<'_>,
    cx: &PodContext<'_>,
    resources: &[&'static str],
) -> Vec<(&'static str, Quantity)> {
    if pod.spec().is_of_template() && !pod.apps.iter().all(|app| is_always_beside(first.node, app.node, cx)) {
        return Vec::new();
    }
    let requests = Effective::of(pod, cx.version).requests;
    let free = |name: &&'static str| (*name, requests.apps.amount(name));
    let is_known = |(name, amount): &(&str, Quantity)| !amount.is_zero() && !requests.unknown.contains(*name);
    resources.iter().map(free).filter(is_known).collect()
}

/// Whether a template has the `resources` of `app` as they are wherever it has `init`.
fn is_always_beside(init: Node<'_>, app: Node<'_>, cx: &PodContext<'_>) -> bool {
    let Some(amounts) = app.get("resources").map(Node::span) else { return false };
    let Some(source) = cx.source(amounts).filter(|_| amounts.file == init.span().file) else { return false };
    let between = source.text.get(init.span().start as usize..amounts.start as usize);
    !source.slice(amounts).contains("{{") && between.is_some_and(helm::is_always_followed)
}

/// Gives each what the app container has, where there is one: it is free again when the app starts.
fn as_app(pod: &Pod<'_>, lacking: &[(&InitContainer<'_>, Lack)], cx: &PodContext<'_>) -> Option<Fix> {
    let [app] = pod.apps.as_slice() else { return None };
    let has_unread = |list: &ResourceList<'_>| list.unreadable().next().is_some();
    if has_unread(&app.resources.requests) || has_unread(&app.resources.limits) {
        return None;
    }
    let amounts = |entry: &dyn Fn(&str) -> Option<String>| -> Value {
        let amounts = ["cpu", "memory"].into_iter();
        let amounts = amounts.filter_map(|name| Some((name.to_owned(), Value::from(entry(name)?))));
        Value::Object(amounts.collect::<Map<_, _>>())
    };
    let written = |entry: Option<&ResourceEntry<'_>>| entry?.value.text().map(str::to_owned);
    let requests = amounts(&|name| written(app.resources.request(name)));
    let limits = amounts(&|name| written(app.resources.limits.get(name)));
    let lists = [("requests", requests), ("limits", limits)].into_iter();
    let lists = lists.filter(|(_, list)| list.as_object().is_some_and(|list| !list.is_empty()));
    let resources = Value::Object(lists.map(|(name, list)| (name.to_owned(), list)).collect());
    let edits: Option<Vec<Edit>> = lacking
        .iter()
        .map(|(init, lack)| {
            let is_absent = *lack == Lack::All && init.node.get("resources").is_none();
            let source = cx.source(init.node.span()).filter(|_| is_absent)?;
            fix::insert_entry(source, init.node, behind(init.node)?, "resources", &resources)
        })
        .collect();
    Some(Fix::for_review(format!("give it the `resources` of `{}`", app.name()), edits?))
}

/// The key of `init` to put the resources behind. A template may have images in branches, which each reading has another of.
fn behind(init: Node<'_>) -> Option<&'static str> {
    let key = |name: &str| init.entries().find(|entry| entry.name() == name).map(|entry| entry.key);
    let is_apart = key("name")?.is_apart_from(key("image")?);
    Some(if is_apart { "name" } else { "image" })
}

fn finding(
    first: &InitContainer<'_>,
    lacking: &[(&InitContainer<'_>, Lack)],
    apps: &Shared,
    free: &[(&str, Quantity)],
) -> Finding {
    let names: Vec<String> = lacking.iter().map(|(init, _)| format!("`{}`", init.name())).collect();
    let (subject, it) = match names.as_slice() {
        [one] => (format!("init container {one} has"), "it"),
        several => (format!("init containers {} have", several.join(", ")), "each"),
    };
    let limits = apps.limits.join(" and ");
    let only_limits = lacking.iter().all(|(_, lack)| *lack == Lack::Limits);
    let lack = match only_limits {
        true => "limits",
        false if apps.limits.is_empty() => "requests",
        false => "requests or limits",
    };
    let message = format!(
        "{subject} no {lack}, unlike the app containers: a namespace with a ResourceQuota refuses it"
    );
    let amounts: Vec<String> = free.iter().map(|(name, amount)| format!("{name} {amount}")).collect();
    let give_limits = format!("`resources.limits` of {limits}");
    let reserved = match amounts.as_slice() {
        [] => "what the app containers reserve costs nothing".to_owned(),
        amounts => format!("the app containers reserve {} anyway", amounts.join(" and ")),
    };
    let help = match only_limits {
        true => format!("give {it} {give_limits}"),
        false if apps.limits.is_empty() => format!("give {it} `resources.requests`: {reserved}"),
        false => format!("give {it} `resources.requests` ({reserved}) and {give_limits}"),
    };
    let places = lacking.iter().map(|(init, lack)| (init.name_span(), lack.caption(apps)));
    let main = first.name_span();
    let finding = Finding::new(Severity::Info, main, message).help(help);
    places.fold(finding, |finding, (span, caption)| {
        if span == main { finding.caption(caption) } else { finding.likewise(span, caption) }
    })
}
