//! `restartPolicy`, `restartPolicyRules` and `resizePolicy` of containers: `validateInitContainerRestartPolicy`,
//! `validateContainerRestartPolicy`, `validateResizePolicy`.

use std::collections::HashMap;

use super::super::container::Role;
use super::super::pod::Pod;
use super::super::shape::Place;
use super::super::version::{Change, Gate, Version};
use super::{Judge, Slot, Text, Violation, first_of, is_placeholder, spelt, text};
use crate::yaml::Node;

const MAX_RULES: usize = 20;
const MAX_EXIT_CODES: usize = 255;

/// What `version` rejects of a container's `restartPolicy` and `restartPolicyRules`. A sidecar that it doesn't know
/// is another matter.
#[must_use]
pub fn rejected<'d>(slot: &Slot<'d>, pod: &Pod<'d>, version: Version) -> Vec<Violation> {
    let mut judge = Judge::new(pod, slot.span(), version);
    let container = Place::root(slot.node, "");
    if version.has(Gate::ContainerRestartRules) {
        policy_and_rules(&mut judge, slot, &container);
        return judge.violations;
    }
    if let (Some(place), Some(value)) = (container.get("restartPolicy"), written(slot)) {
        let is_always = value == "Always";
        let until = Gate::ContainerRestartRules.on_since();
        if !version.knows(Gate::SidecarContainers) {
            if slot.role == Role::App || !is_always {
                let why = format!("in a container before Kubernetes {}", Gate::SidecarContainers.on_since());
                judge.forbidden(&place, &why, "take it out");
            }
        } else if !version.knows(Gate::ContainerRestartRules) {
            if slot.role == Role::App {
                let why = format!("in `containers` before Kubernetes {until}");
                judge.forbidden(&place, &why, "take it out, or set the Pod's own `restartPolicy`");
            } else if !is_always && version.has(Gate::SidecarContainers) {
                let help = format!(
                    "take it out: the Pod's own `restartPolicy` decides; from Kubernetes {until} on an init container may have its own"
                );
                judge.must(&place, "be `Always` or nothing", &help);
            }
        }
    }
    if let Some(place) =
        container.get("restartPolicyRules").filter(|_| !version.knows(Gate::ContainerRestartRules))
    {
        let why = format!("before Kubernetes {}", Gate::ContainerRestartRules.on_since());
        judge.forbidden(&place, &why, "take them out");
    }
    judge.violations
}

/// What `version` drops in silence of a container's `restartPolicy` and `restartPolicyRules`, because the gate that
/// guards it is off.
#[must_use]
pub fn dropped<'d>(slot: &Slot<'d>, pod: &Pod<'d>, version: Version) -> Vec<Violation> {
    let mut judge = Judge::new(pod, slot.span(), version);
    let container = Place::root(slot.node, "");
    let is_off = |gate| version.knows(gate) && !version.has(gate);
    let policy = container.get("restartPolicy").and_then(|place| Some((place, written(slot)?)));
    if let Some((place, value)) = policy.filter(|(_, value)| *value != "Always" || slot.role == Role::App) {
        let of_init = slot.role != Role::App && is_off(Gate::SidecarContainers);
        if of_init || is_off(Gate::ContainerRestartRules) {
            dropped_field(&mut judge, &place, &format!("`{value}`"));
        }
    }
    if let Some(place) = container.get("restartPolicyRules").filter(|_| is_off(Gate::ContainerRestartRules)) {
        dropped_field(&mut judge, &place, "a list of rules");
    }
    judge.violations
}

fn dropped_field<'d>(judge: &mut Judge<'_, 'd>, place: &Place<'_, 'd>, value: &str) {
    let span = place.key.map_or_else(|| place.node.span(), Node::span);
    let field = super::dotted(&place.pointer());
    let problem = format!(
        "is {value}, which Kubernetes {} drops in silence: the Pod's own `restartPolicy` decides",
        judge.version
    );
    let help = format!("take it out, or run Kubernetes {}", Gate::ContainerRestartRules.on_since());
    judge.push(span, field, problem, "dropped in silence".to_owned(), &help);
}

/// The policy, an empty string included, unless another tool fills it in.
fn written<'d>(slot: &Slot<'d>) -> Option<&'d str> {
    slot.restart_policy.and_then(Node::as_str).filter(|policy| !is_placeholder(policy))
}

/// 1.35 and later.
fn policy_and_rules<'d>(judge: &mut Judge<'_, 'd>, slot: &Slot<'d>, container: &Place<'_, 'd>) {
    const POLICIES: [&str; 3] = ["Always", "Never", "OnFailure"];
    if let (Some(place), Some(value)) = (container.get("restartPolicy"), written(slot))
        && !POLICIES.contains(&value)
    {
        let must = "be `Always`, `Never` or `OnFailure`";
        judge.must(&place, must, &spelt(value, &POLICIES));
    }
    let Some(rules) = container.get("restartPolicyRules") else { return };
    let count = rules.node.items().count();
    if count == 0 {
        return;
    }
    if container.get("restartPolicy").is_none() && judge.is_whole {
        judge.forbidden(
            &rules,
            "without a `restartPolicy`",
            "add the `restartPolicy` that holds where no rule does",
        );
    }
    if slot.role == Role::Sidecar && !judge.version.after(Change::RestartPolicyRulesOnSidecar) {
        judge.forbidden(&rules, "on a sidecar before Kubernetes 1.36", "take them out");
    }
    if count > MAX_RULES {
        judge.forbidden(&rules, &format!("with more than {MAX_RULES} rules"), "merge rules");
    }
    for rule in rules.items() {
        restart_rule(judge, &rule);
    }
}

fn restart_rule<'d>(judge: &mut Judge<'_, 'd>, rule: &Place<'_, 'd>) {
    let all = ["Restart", "RestartAllContainers"];
    let actions =
        if judge.version.has(Gate::RestartAllContainersOnContainerExits) { &all[..] } else { &["Restart"] };
    if text(rule, "action") == Text::Empty {
        judge.missing(rule, "action", "write `action: Restart`");
    }
    judge.one_of(rule, "action", actions);
    let Some(codes) = rule.get("exitCodes") else {
        return judge.missing(rule, "exitCodes", "say for which exit codes the rule holds");
    };
    if text(&codes, "operator") == Text::Empty {
        judge.missing(&codes, "operator", "write `In` or `NotIn`");
    }
    judge.one_of(&codes, "operator", &["In", "NotIn"]);
    if let Some(values) = codes.get("values").filter(|values| values.node.items().count() > MAX_EXIT_CODES) {
        judge.forbidden(&values, &format!("with more than {MAX_EXIT_CODES} exit codes"), "use `NotIn`");
    }
}

/// What is wrong with the `resizePolicy` of an entry of `initContainers`.
#[must_use]
pub fn resize_policy<'d>(slot: &Slot<'d>, pod: &Pod<'d>, version: Version) -> Vec<Violation> {
    let container = Place::root(slot.node, "");
    let list = container.get("resizePolicy").filter(|_| version.has(Gate::InPlacePodVerticalScaling));
    let Some(list) = list else { return Vec::new() };
    let mut judge = Judge::new(pod, slot.span(), version);
    let mut seen = HashMap::new();
    for policy in list.items() {
        for key in ["resourceName", "restartPolicy"] {
            if text(&policy, key) == Text::Empty {
                judge.missing(&policy, key, "each entry needs `resourceName` and `restartPolicy`");
            }
        }
        judge.one_of(&policy, "resourceName", &["cpu", "memory"]);
        judge.one_of(&policy, "restartPolicy", &["NotRequired", "RestartContainer"]);
        if let (Some(place), Text::Known(name)) = (policy.get("resourceName"), text(&policy, "resourceName"))
            && let Some(first) = first_of(&mut seen, name, place.node.span())
        {
            judge.duplicate(&place, first, "an entry", "keep one of the two");
        }
        restarts(&mut judge, slot, &policy);
    }
    judge.violations
}

fn restarts<'d>(judge: &mut Judge<'_, 'd>, slot: &Slot<'d>, policy: &Place<'_, 'd>) {
    let Some(place) = policy.get("restartPolicy") else { return };
    let Text::Known(value) = text(policy, "restartPolicy") else { return };
    let never = judge.pod.restart_policy.filter(|policy| policy.value == "Never");
    if let Some(never) = never
        && value == "RestartContainer"
    {
        let must = "be `NotRequired` where the Pod's `restartPolicy` is `Never`";
        judge.must(&place, must, "write `NotRequired`");
        if let Some(last) = judge.violations.last_mut() {
            last.labels.push((never.span(), "nothing in this Pod is restarted".to_owned()));
        }
    } else if value == "RestartContainer"
        && slot.role == Role::Init
        && judge.version.has(Gate::InPlacePodVerticalScalingInitContainers)
    {
        let must = "be `NotRequired` on an init container that is no sidecar";
        judge.must(&place, must, "write `NotRequired`, or take it out: an init container is soon done");
    }
}
