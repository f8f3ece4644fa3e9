//! `validateLivenessProbe` and its kin, `validateLifecycle`, `validateHandler`: of sidecars.

use super::super::field::Place;
use super::super::version::Change;
use super::{Text, Validator, integer, is_placeholder, syntax, text};
use crate::yaml::Kind;

/// `DefaultTerminationGracePeriodSeconds`.
const DEFAULT_GRACE_SECONDS: i64 = 30;

pub(super) fn check<'d>(validator: &mut Validator<'_, 'd>, container: &Place<'_, 'd>) {
    for key in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if let Some(probe) = container.get(key).filter(|probe| probe.node.is_mapping()) {
            handler(validator, &probe, &["exec", "httpGet", "tcpSocket", "grpc"]);
            numbers(validator, &probe, key);
        }
    }
    let Some(lifecycle) = container.get("lifecycle") else { return };
    for key in ["postStart", "preStop"] {
        if let Some(hook) = lifecycle.get(key).filter(|hook| hook.node.is_mapping()) {
            handler(validator, &hook, &["exec", "httpGet", "tcpSocket", "sleep"]);
        }
    }
}

/// Zeros count as not written: the defaults replace them.
fn numbers<'d>(validator: &mut Validator<'_, 'd>, probe: &Place<'_, 'd>, kind: &str) {
    let counts = ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "failureThreshold"];
    for key in counts {
        if let (Some(place), Some(..0)) = (probe.get(key), integer(probe, key)) {
            validator.must(&place, "not be negative", "write 0 or more");
        }
    }
    if let (Some(place), Some(count)) = (probe.get("successThreshold"), integer(probe, "successThreshold")) {
        if kind != "readinessProbe" && !matches!(count, 0 | 1) {
            validator.must(
                &place,
                "be 1",
                &format!(
                    "take it out; only a readinessProbe may ask for more than one success, not a {kind}"
                ),
            );
        } else if count < 0 {
            validator.must(&place, "not be negative", "write 1 or more");
        }
    }
    let grace = "terminationGracePeriodSeconds";
    if let (Some(place), Some(seconds)) = (probe.get(grace), integer(probe, grace)) {
        if kind == "readinessProbe" {
            validator.forbidden(&place, "in a readinessProbe, which ends nothing", "take it out");
        } else if seconds <= 0 {
            validator.must(&place, "be greater than 0", "write 1 or more, or take it out");
        }
    }
}

fn handler<'d>(validator: &mut Validator<'_, 'd>, owner: &Place<'_, 'd>, kinds: &[&str]) {
    let mut handlers = kinds.iter().filter_map(|kind| owner.get(kind).map(|place| (*kind, place)));
    let Some((kind, action)) = handlers.next() else {
        let one = kinds.iter().map(|kind| format!("`{kind}`")).collect::<Vec<_>>().join(", ");
        return validator.lacks(owner, "handler", &format!("add one of {one}"));
    };
    match kind {
        "exec" => {
            if action.get("command").is_none_or(|command| command.items().next().is_none()) {
                validator.missing(&action, "command", "name the command that it runs");
            }
        }
        "httpGet" => http_get(validator, &action),
        "sleep" => sleep(validator, &action),
        _ => port(validator, &action),
    }
    for (_, other) in handlers {
        validator.forbidden(&other, &format!("beside `{kind}`"), "keep one of the two");
    }
}

fn http_get<'d>(validator: &mut Validator<'_, 'd>, action: &Place<'_, 'd>) {
    port(validator, action);
    validator.one_of(action, "scheme", &["HTTP", "HTTPS"]);
    for header in action.get("httpHeaders").iter().flat_map(Place::items) {
        match (header.get("name"), text(&header, "name")) {
            (_, Text::Empty) => validator.missing(&header, "name", "name the header"),
            (Some(place), Text::Known(name)) => {
                if let Err(must) = syntax::header_name(name) {
                    validator.must(&place, must, "correct the header's name");
                }
            }
            _ => {}
        }
    }
}

/// `ValidatePortNumOrName`.
fn port<'d>(validator: &mut Validator<'_, 'd>, action: &Place<'_, 'd>) {
    let help = "write a port number, or the name of one of its ports";
    let Some(place) = action.get("port") else { return validator.missing(action, "port", help) };
    let form = match place.node.kind() {
        Kind::Int(value) => syntax::port_number(value),
        Kind::String(name) if !is_placeholder(name) => syntax::port_name(name),
        _ => Ok(()),
    };
    if let Err(must) = form {
        validator.must(&place, must, help);
    }
}

/// `validateSleepAction`.
fn sleep<'d>(validator: &mut Validator<'_, 'd>, action: &Place<'_, 'd>) {
    let spec = Place::root(validator.pod.spec(), "");
    let grace = match spec.get("terminationGracePeriodSeconds") {
        None if validator.is_whole => Some(DEFAULT_GRACE_SECONDS),
        // A negative one is another mistake.
        _ => integer(&spec, "terminationGracePeriodSeconds").filter(|grace| *grace >= 0),
    };
    let least = i64::from(!validator.version.after(Change::SleepOfZeroSeconds));
    match (action.get("seconds"), integer(action, "seconds"), grace) {
        (None, ..) if least > 0 => validator.missing(action, "seconds", "say how long to sleep"),
        (Some(place), Some(seconds), Some(grace)) if !(least..=grace).contains(&seconds) => {
            let must = format!("be between {least} and the Pod's grace period, {grace} s");
            validator.must(&place, &must, "shorten the sleep, or lengthen `terminationGracePeriodSeconds`");
        }
        _ => {}
    }
}
