//! `restartPolicy`, `restartPolicyRules` and `resizePolicy` of containers: `validateInitContainerRestartPolicy`,
//! `validateContainerRestartPolicy`, `validateResizePolicy`.

use foldhash::{HashMap, HashMapExt};

use super::super::container::Role;
use super::super::field::Place;
use super::super::pod::Pod;
use super::super::version::{Change, Gate, Version};
use super::{ContainerEntry, Text, Validator, Violation, first_of, is_placeholder, spelling_help, text};
use crate::yaml::{Lookup, Node};

const MAX_RULES: usize = 20;
const MAX_EXIT_CODES: usize = 255;

/// What `version` rejects of a container's `restartPolicy` and `restartPolicyRules`. A sidecar that it doesn't know
/// is another matter.
#[must_use]
pub fn rejected<'d>(entry: &ContainerEntry<'d>, pod: &Pod<'d>, version: Version) -> Vec<Violation> {
    let mut validator = Validator::new(pod, entry.span(), version);
    let container = Place::root(entry.node, "");
    if version.has(Gate::ContainerRestartRules) {
        policy_and_rules(&mut validator, entry, &container);
        return validator.violations;
    }
    if let (Some(place), Some(value)) = (container.get("restartPolicy"), written(entry)) {
        let is_always = value == "Always";
        let until = Gate::ContainerRestartRules.on_since();
        if !version.knows(Gate::SidecarContainers) {
            if entry.role == Role::App || !is_always {
                let why = format!("in a container before Kubernetes {}", Gate::SidecarContainers.on_since());
                validator.forbidden(&place, &why, "take it out");
            }
        } else if !version.knows(Gate::ContainerRestartRules) {
            if entry.role == Role::App {
                let why = format!("in `containers` before Kubernetes {until}");
                validator.forbidden(&place, &why, "take it out, or set the Pod's own `restartPolicy`");
            } else if !is_always && version.has(Gate::SidecarContainers) {
                let help = format!(
                    "take it out: the Pod's own `restartPolicy` decides; from Kubernetes {until} on an init container may have its own"
                );
                validator.must(&place, "be `Always` or nothing", &help);
            }
        }
    }
    if let Some(place) =
        container.get("restartPolicyRules").filter(|_| !version.knows(Gate::ContainerRestartRules))
    {
        let why = format!("before Kubernetes {}", Gate::ContainerRestartRules.on_since());
        validator.forbidden(&place, &why, "take them out");
    }
    validator.violations
}

/// What `version` drops in silence of a container's `restartPolicy` and `restartPolicyRules`, because the gate that
/// guards it is off.
#[must_use]
pub fn dropped<'d>(entry: &ContainerEntry<'d>, pod: &Pod<'d>, version: Version) -> Vec<Violation> {
    let mut validator = Validator::new(pod, entry.span(), version);
    let container = Place::root(entry.node, "");
    let is_off = |gate| version.knows(gate) && !version.has(gate);
    let policy = container.get("restartPolicy").and_then(|place| Some((place, written(entry)?)));
    if let Some((place, value)) = policy.filter(|(_, value)| *value != "Always" || entry.role == Role::App) {
        let of_init = entry.role != Role::App && is_off(Gate::SidecarContainers);
        if of_init || is_off(Gate::ContainerRestartRules) {
            dropped_field(&mut validator, &place, &format!("`{value}`"));
        }
    }
    if let Some(place) = container.get("restartPolicyRules").filter(|_| is_off(Gate::ContainerRestartRules)) {
        dropped_field(&mut validator, &place, "a list of rules");
    }
    validator.violations
}

fn dropped_field<'d>(validator: &mut Validator<'_, 'd>, place: &Place<'_, 'd>, value: &str) {
    let span = place.key.map_or_else(|| place.node.span(), Node::span);
    let field = super::dotted(&place.pointer());
    let problem = format!(
        "is {value}, which Kubernetes {} drops in silence: the Pod's own `restartPolicy` decides",
        validator.version
    );
    let help = format!("take it out, or run Kubernetes {}", Gate::ContainerRestartRules.on_since());
    validator.push(span, field, problem, "dropped in silence".to_owned(), &help);
}

/// The policy, an empty string included, unless another tool fills it in.
fn written<'d>(entry: &ContainerEntry<'d>) -> Option<&'d str> {
    entry.restart_policy.and_then(Node::as_str).filter(|policy| !is_placeholder(policy))
}

/// 1.35 and later.
fn policy_and_rules<'d>(
    validator: &mut Validator<'_, 'd>,
    entry: &ContainerEntry<'d>,
    container: &Place<'_, 'd>,
) {
    const POLICIES: [&str; 3] = ["Always", "Never", "OnFailure"];
    if let (Some(place), Some(value)) = (container.get("restartPolicy"), written(entry))
        && !POLICIES.contains(&value)
    {
        let must = "be `Always`, `Never` or `OnFailure`";
        validator.must(&place, must, &spelling_help(value, &POLICIES));
    }
    let Some(rules) = container.get("restartPolicyRules") else { return };
    let count = rules.node.items().count();
    if count == 0 {
        return;
    }
    if container.node.lookup("restartPolicy") == Lookup::Absent && validator.is_whole {
        validator.forbidden(
            &rules,
            "without a `restartPolicy`",
            "add the `restartPolicy` that holds where no rule does",
        );
    }
    if entry.role == Role::Sidecar && !validator.version.after(Change::RestartPolicyRulesOnSidecar) {
        validator.forbidden(&rules, "on a sidecar before Kubernetes 1.36", "take them out");
    }
    if count > MAX_RULES {
        validator.forbidden(&rules, &format!("with more than {MAX_RULES} rules"), "merge rules");
    }
    for rule in rules.items() {
        restart_rule(validator, &rule);
    }
}

fn restart_rule<'d>(validator: &mut Validator<'_, 'd>, rule: &Place<'_, 'd>) {
    let all = ["Restart", "RestartAllContainers"];
    let actions = if validator.version.has(Gate::RestartAllContainersOnContainerExits) {
        &all[..]
    } else {
        &["Restart"]
    };
    if text(rule, "action") == Text::Empty {
        validator.missing(rule, "action", "write `action: Restart`");
    }
    validator.one_of(rule, "action", actions);
    let Some(codes) = rule.get("exitCodes") else {
        return validator.missing(rule, "exitCodes", "say for which exit codes the rule holds");
    };
    if text(&codes, "operator") == Text::Empty {
        validator.missing(&codes, "operator", "write `In` or `NotIn`");
    }
    validator.one_of(&codes, "operator", &["In", "NotIn"]);
    if let Some(values) = codes.get("values").filter(|values| values.node.items().count() > MAX_EXIT_CODES) {
        validator.forbidden(&values, &format!("with more than {MAX_EXIT_CODES} exit codes"), "use `NotIn`");
    }
}

/// What is wrong with the `resizePolicy` of an entry of `initContainers`.
#[must_use]
pub fn resize_policy<'d>(entry: &ContainerEntry<'d>, pod: &Pod<'d>, version: Version) -> Vec<Violation> {
    let container = Place::root(entry.node, "");
    let list = container.get("resizePolicy").filter(|_| version.has(Gate::InPlacePodVerticalScaling));
    let Some(list) = list else { return Vec::new() };
    let mut validator = Validator::new(pod, entry.span(), version);
    let mut seen = HashMap::new();
    for policy in list.items() {
        for key in ["resourceName", "restartPolicy"] {
            if text(&policy, key) == Text::Empty {
                validator.missing(&policy, key, "each entry needs `resourceName` and `restartPolicy`");
            }
        }
        validator.one_of(&policy, "resourceName", &["cpu", "memory"]);
        validator.one_of(&policy, "restartPolicy", &["NotRequired", "RestartContainer"]);
        if let (Some(place), Text::Known(name)) = (policy.get("resourceName"), text(&policy, "resourceName"))
            && let Some(first) = first_of(&mut seen, name, place.node.span())
        {
            validator.duplicate(&place, first, "an entry", "keep one of the two");
        }
        restarts(&mut validator, entry, &policy);
    }
    validator.violations
}

fn restarts<'d>(validator: &mut Validator<'_, 'd>, entry: &ContainerEntry<'d>, policy: &Place<'_, 'd>) {
    let Some(place) = policy.get("restartPolicy") else { return };
    let Text::Known(value) = text(policy, "restartPolicy") else { return };
    let never = validator.pod.restart_policy.filter(|policy| policy.value == "Never");
    if let Some(never) = never
        && value == "RestartContainer"
    {
        let must = "be `NotRequired` where the Pod's `restartPolicy` is `Never`";
        validator.must(&place, must, "write `NotRequired`");
        if let Some(last) = validator.violations.last_mut() {
            last.labels.push((never.span(), "nothing in this Pod is restarted".to_owned()));
        }
    } else if value == "RestartContainer"
        && entry.role == Role::Init
        && validator.version.has(Gate::InPlacePodVerticalScalingInitContainers)
    {
        let must = "be `NotRequired` on an init container that is no sidecar";
        validator.must(&place, must, "write `NotRequired`, or take it out: an init container is soon done");
    }
}
