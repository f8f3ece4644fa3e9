//! `validateResourceRequirements`, of containers and of Pods, and the other quantities of a Pod.

use foldhash::{HashMap, HashMapExt, HashSet};

use super::super::effective::Effective;
use super::super::field::{Place, quantity_of};
use super::super::pod::Pod;
use super::super::quantity::Quantity;
use super::super::spelling;
use super::super::version::{Gate, Version};
use super::syntax;
use super::{Text, Validator, Violation, text};
use crate::yaml::Node;

/// What a resource's name has to be: what it must do, where it isn't that.
pub(super) type Names = dyn Fn(&str) -> syntax::Form;

/// The quantity that `node` holds, where it is one; lists of resources keep it rounded to thousandths.
pub(super) fn quantity(node: Node<'_>) -> Option<Quantity> {
    quantity_of(node)?.ok().map(Quantity::round_up_to_milli)
}

/// What is wrong with the quantities of the Pod itself: its `resources`, `overhead`, volumes' sizes.
#[must_use]
pub fn of_pod(pod: &Pod<'_>, version: Version) -> Vec<Violation> {
    let mut validator = Validator::new(pod, pod.spec().span(), version);
    let spec = Place::root(pod.spec(), "");
    for entry in amounts(&spec, "overhead") {
        amount(&mut validator, &entry, &of_container);
    }
    for volume in spec.get("volumes").iter().flat_map(Place::items) {
        let Some(limit) = volume.node.at("/emptyDir/sizeLimit") else { continue };
        if quantity(limit).is_some_and(Quantity::is_negative)
            && let Some(source) = volume.get("emptyDir")
            && let Some(place) = source.get("sizeLimit")
        {
            validator.must(&place, "not be negative", "write a size, or take it out");
        }
    }
    if version.has(Gate::PodLevelResources) {
        check(&mut validator, &spec, &of_pod_level);
        aggregate(&mut validator, &spec);
    }
    validator.violations
}

/// `validateResourceRequirements` of `owner`'s `resources`.
pub(super) fn check<'d>(validator: &mut Validator<'_, 'd>, owner: &Place<'_, 'd>, names: &Names) {
    let Some(resources) = owner.get("resources").filter(|place| place.node.is_mapping()) else { return };
    let (limits, requests) = (amounts(&resources, "limits"), amounts(&resources, "requests"));
    for entry in limits.iter().chain(&requests) {
        amount(validator, entry, names);
    }
    // What a template puts in may be what is looked for.
    let may_lack = |key: &str| validator.is_whole && !super::is_open(resources.node, key);
    let (may_lack_limits, may_lack_requests) = (may_lack("limits"), may_lack("requests"));
    let by_name: HashMap<&str, &Amount<'_>> = limits.iter().map(|limit| (&*limit.name, limit)).collect();
    for request in &requests {
        match by_name.get(&*request.name) {
            Some(limit) => compare(validator, request, limit),
            None if is_overcommitted(&request.name) => {}
            None if may_lack_limits => {
                let problem = format!("has no limit beside it, which `{}` needs", request.name);
                let help = "add the same amount to `limits`: it can't be overcommitted";
                validator.push(
                    request.key.span(),
                    request.field.clone(),
                    problem,
                    "no limit for it".to_owned(),
                    help,
                );
            }
            None => {}
        }
    }
    let mut all = limits.iter().chain(&requests);
    let has_basis = all.clone().any(|entry| matches!(&*entry.name, "cpu" | "memory"));
    if let Some(huge) = all.find(|entry| is_huge(&entry.name))
        && !has_basis
        && may_lack_limits
        && may_lack_requests
    {
        let problem = "needs cpu or memory beside it".to_owned();
        let caption = "neither cpu nor memory is asked for".to_owned();
        validator.push(huge.key.span(), huge.field.clone(), problem, caption, "ask for cpu or memory too");
    }
    claims(validator, &resources);
}

/// An entry of `limits` or `requests`.
struct Amount<'d> {
    name: String,
    quantity: Option<Quantity>,
    key: Node<'d>,
    value: Node<'d>,
    field: String,
}

fn amounts<'d>(owner: &Place<'_, 'd>, key: &str) -> Vec<Amount<'d>> {
    let Some(list) = owner.get(key) else { return Vec::new() };
    let path = super::dotted(&list.pointer());
    let entries = list.node.entries().map(|entry| {
        let name = entry.name().into_owned();
        let field = format!("{path}[{name}]");
        Amount { quantity: quantity(entry.value), key: entry.key, value: entry.value, name, field }
    });
    entries.filter(|entry| !super::is_placeholder(&entry.name) && !is_placeholder_name(&entry.name)).collect()
}

/// Whether a container can ask for `name`: the API server takes it, and no tool is about to replace it.
#[must_use]
pub fn is_resource_of_container(name: &str) -> bool {
    of_container(name).is_ok() && !is_placeholder_name(name)
}

/// `FILLED_BY_TOOL`: no resource is called so, and programs look for such words to replace them.
fn is_placeholder_name(name: &str) -> bool {
    name.contains('_') && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

/// A name and an amount by themselves: `ValidateResourceQuantityValue`, `validateResourceQuantityHugePageValue`.
fn amount<'d>(validator: &mut Validator<'_, 'd>, entry: &Amount<'d>, names: &Names) {
    let shown = super::in_backticks(entry.value);
    let mut wrong = |node: Node<'_>, value: &str, must: &str, help: &str| {
        let problem = format!("is {value}, and must {must}");
        validator.push(node.span(), entry.field.clone(), problem, super::must_in_short(must), help);
    };
    if let Err(must) = names(&entry.name) {
        let help = match likely_resource(&entry.name) {
            Some(likely) => format!("did you mean `{likely}`?"),
            None => "name `cpu`, `memory`, `ephemeral-storage`, or a device by its full name".to_owned(),
        };
        wrong(entry.key, &super::in_backticks(entry.key), must, &help);
    }
    let Some(quantity) = entry.quantity else { return };
    if quantity.is_negative() {
        wrong(entry.value, &shown, "not be negative", "write 0 or more");
    } else if is_extended(&entry.name) && !quantity.is_whole() {
        wrong(entry.value, &shown, "be a whole number", "a device can't be shared out in parts");
    } else if let Some(size) = entry.name.strip_prefix("hugepages-")
        && !is_divisible(size, quantity)
    {
        wrong(entry.value, &shown, &format!("be a multiple of {size}"), "ask for whole pages");
    }
}

fn compare<'d>(validator: &mut Validator<'_, 'd>, request: &Amount<'d>, limit: &Amount<'d>) {
    let (Some(asked), Some(allowed)) = (request.quantity, limit.quantity) else { return };
    let must = if asked != allowed && !is_overcommitted(&request.name) {
        "be equal to its limit"
    } else if asked > allowed {
        "be at most its limit"
    } else {
        return;
    };
    let (value, bound) = (super::in_backticks(request.value), super::in_backticks(limit.value));
    let problem = format!("is {value}, and must {must}, {bound}");
    let help = "lower the request, or raise the limit";
    validator.push(request.value.span(), request.field.clone(), problem, format!("must {must}"), help);
    if let Some(last) = validator.violations.last_mut() {
        last.labels.push((limit.value.span(), "the limit".to_owned()));
    }
}

/// `validateResourceClaimNames`, once claims are on by default.
fn claims<'d>(validator: &mut Validator<'_, 'd>, resources: &Place<'_, 'd>) {
    let Some(list) =
        resources.get("claims").filter(|_| validator.version.has(Gate::DynamicResourceAllocation))
    else {
        return;
    };
    let of_pod = validator.pod.spec().get("resourceClaims").into_iter().flat_map(Node::items);
    let known: HashSet<_> = of_pod.filter_map(|claim| claim.get("name")?.as_str()).collect();
    // The requests of each claim that are named; an empty one stands for all.
    let mut seen: HashMap<&str, HashSet<&str>> = HashMap::new();
    for claim in list.items() {
        let (place, name) = match (claim.get("name"), text(&claim, "name")) {
            (_, Text::Empty) => {
                validator.missing(&claim, "name", "name one of the Pod's `resourceClaims`");
                continue;
            }
            (Some(place), Text::Known(name)) => (place, name),
            _ => continue,
        };
        let request = claim.node.get("request").and_then(Node::as_str).unwrap_or_default();
        let parts = seen.entry(name).or_default();
        if parts.contains("") || parts.contains(request) || request.is_empty() && !parts.is_empty() {
            validator.must(&place, "be claimed once", "take one of the two out");
        }
        parts.insert(request);
        if validator.is_whole && !known.contains(name) {
            validator.must(
                &place,
                "be one of the Pod's `resourceClaims`",
                "add it to the Pod's `resourceClaims`",
            );
        }
    }
}

/// `validatePodResourceConsistency`. A template lacks the defaults of the Pods that come of it.
fn aggregate<'d>(validator: &mut Validator<'_, 'd>, spec: &Place<'_, 'd>) {
    let Some(resources) = spec.get("resources").filter(|_| validator.is_whole) else { return };
    let effective = Effective::of(validator.pod, validator.version);
    let (limits, requests) = (amounts(&resources, "limits"), amounts(&resources, "requests"));
    for request in requests.iter().filter(|request| of_pod_level(&request.name).is_ok()) {
        let sum = &effective.requests;
        let needed = sum.running(&request.name).max(sum.init_peak.amount(&request.name));
        if request.quantity.is_some_and(|given| given < needed) {
            let value = super::in_backticks(request.value);
            let problem = format!("is {value}, and the containers together ask for {needed}");
            let caption = format!("less than the containers' {needed}");
            let help = "raise the Pod's request, or lower the containers'";
            validator.push(request.value.span(), request.field.clone(), problem, caption, help);
        }
    }
    let by_name: HashMap<&str, &Amount<'_>> = limits.iter().map(|limit| (&*limit.name, limit)).collect();
    for app in &validator.pod.apps {
        for limit in app.resources.limits.iter() {
            if let Some(of_pod) = by_name.get(&*limit.name)
                && of_pod.quantity.is_some_and(|of_pod| limit.quantity > of_pod)
            {
                let problem =
                    format!("is less than the limit of container `{}`, {}", app.name(), limit.quantity);
                let caption = format!("less than `{}` may use", app.name());
                let help = "raise the Pod's limit, or lower the container's";
                validator.push(of_pod.value.span(), of_pod.field.clone(), problem, caption, help);
            }
        }
    }
}

/// `validateContainerResourceName`.
pub(super) fn of_container(name: &str) -> syntax::Form {
    syntax::qualified_name(name)?;
    let is_known = if name.contains('/') {
        is_native(name) || is_extended(name)
    } else {
        matches!(name, "cpu" | "memory" | "ephemeral-storage") || is_huge(name)
    };
    if is_known { Ok(()) } else { Err("be a known resource, or have a domain before it") }
}

/// `validatePodResourceName`.
fn of_pod_level(name: &str) -> syntax::Form {
    let is_known = matches!(name, "cpu" | "memory") || is_huge(name);
    if is_known {
        Ok(())
    } else {
        Err("be `cpu`, `memory` or `hugepages-…`, which a Pod itself can ask for")
    }
}

/// `helper.IsNativeResource`.
fn is_native(name: &str) -> bool {
    !name.contains('/') || name.contains("kubernetes.io/")
}

/// `helper.IsExtendedResourceName`.
fn is_extended(name: &str) -> bool {
    !is_native(name)
        && !name.starts_with("requests.")
        && syntax::qualified_name(&format!("requests.{name}")).is_ok()
}

/// The resource that someone who wrote `name` may have meant.
fn likely_resource(name: &str) -> Option<&'static str> {
    match &*name.to_ascii_lowercase() {
        "mem" | "ram" => Some("memory"),
        "storage" | "disk" => Some("ephemeral-storage"),
        "gpu" => Some("nvidia.com/gpu"),
        name => spelling::closest(name, ["cpu", "memory", "ephemeral-storage"].into_iter()),
    }
}

fn is_huge(name: &str) -> bool {
    name.starts_with("hugepages-")
}

/// `helper.IsOvercommitAllowed`.
fn is_overcommitted(name: &str) -> bool {
    is_native(name) && !is_huge(name)
}

/// `helper.IsHugePageResourceValueDivisible`.
fn is_divisible(page: &str, amount: Quantity) -> bool {
    let Ok(page) = page.parse::<Quantity>() else { return false };
    let is_size = page.is_whole() && !page.is_zero() && !page.is_negative();
    is_size && amount.units() % page.units() == 0
}
