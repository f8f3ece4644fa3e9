//! `ValidateSecurityContext`, and what of it an operating system forbids (`validateOS`).

use super::super::field::Place;
use super::super::version::{Change, Gate};
use super::{Text, Validator, integer, is_true, syntax, text};
use crate::yaml::{Kind, Node};

pub(super) fn check<'d>(validator: &mut Validator<'_, 'd>, container: &Place<'_, 'd>) {
    let Some(context) = container.get("securityContext").filter(|context| context.node.is_mapping()) else {
        return;
    };
    for key in ["runAsUser", "runAsGroup"] {
        if let (Some(place), Some(id)) = (context.get(key), integer(&context, key))
            && let Err(must) = syntax::user_id(id)
        {
            validator.must(&place, must, "write an id that Linux knows");
        }
    }
    if validator.version.has(Gate::ProcMountType) {
        proc_mount(validator, &context);
    }
    escalation(validator, &context);
    if let Some(profile) = context.get("seccompProfile") {
        profile_type(validator, &profile, true);
    }
    if validator.version.after(Change::AppArmorProfileField)
        && let Some(profile) = context.get("appArmorProfile")
    {
        profile_type(validator, &profile, false);
    }
    windows_options(validator, &context);
    operating_system(validator, &context);
}

fn proc_mount<'d>(validator: &mut Validator<'_, 'd>, context: &Place<'_, 'd>) {
    validator.one_of(context, "procMount", &["Default", "Unmasked"]);
    let spec = validator.pod.spec();
    let has_own_users = spec.get("hostUsers").is_some_and(|users| users.kind() == Kind::Bool(false));
    if let (Some(place), Text::Known("Unmasked")) = (context.get("procMount"), text(context, "procMount"))
        && validator.is_whole
        && !has_own_users
    {
        validator.forbidden(&place, "with the node's users", "set `hostUsers: false` in the Pod's spec");
    }
}

fn escalation<'d>(validator: &mut Validator<'_, 'd>, context: &Place<'_, 'd>) {
    let key = "allowPrivilegeEscalation";
    let Some(place) = context.get(key).filter(|place| place.node.kind() == Kind::Bool(false)) else { return };
    if is_true(context, "privileged") {
        validator.forbidden(
            &place,
            "to be false beside `privileged: true`",
            "keep one of the two: a privileged process may always gain privileges",
        );
    }
    let added = context.node.at("/capabilities/add").into_iter().flat_map(Node::items);
    if added.into_iter().any(|capability| capability.as_str() == Some("CAP_SYS_ADMIN")) {
        let why = "to be false beside the capability `CAP_SYS_ADMIN`";
        validator.forbidden(&place, why, "drop the capability, or allow the escalation");
    }
}

/// `validateSeccompProfileField`, `ValidateAppArmorProfileField`.
fn profile_type<'d>(validator: &mut Validator<'_, 'd>, profile: &Place<'_, 'd>, is_seccomp: bool) {
    let local = profile.get("localhostProfile");
    match text(profile, "type") {
        Text::Empty => {
            validator.missing(profile, "type", "write `RuntimeDefault`, `Localhost` or `Unconfined`");
        }
        Text::Known("Localhost") => match (local, text(profile, "localhostProfile")) {
            (None, _) => validator.missing(profile, "localhostProfile", "name the profile on the node"),
            (Some(_), Text::Empty) if !is_seccomp => {
                validator.missing(profile, "localhostProfile", "name the profile on the node");
            }
            (Some(place), Text::Known(path)) => {
                let form = match is_seccomp {
                    true => syntax::descending_path(path),
                    false if path.trim() == path => Ok(()),
                    false => Err("not start or end with white space"),
                };
                if let Err(must) = form {
                    validator.must(&place, must, "correct the profile's name");
                }
            }
            _ => {}
        },
        Text::Known("RuntimeDefault" | "Unconfined") => {
            if let Some(place) = local {
                validator.forbidden(&place, "with a type other than `Localhost`", "take it out");
            }
        }
        Text::Known(_) => validator.one_of(profile, "type", &["Localhost", "RuntimeDefault", "Unconfined"]),
        Text::Unknown => {}
    }
}

/// `validateWindowsSecurityContextOptions`, of which only the names are judged, and `validateWindowsHostProcessPod`.
fn windows_options<'d>(validator: &mut Validator<'_, 'd>, context: &Place<'_, 'd>) {
    let Some(options) = context.get("windowsOptions") else { return };
    let key = "gmsaCredentialSpecName";
    if let (Some(place), Text::Known(name)) = (options.get(key), text(&options, key))
        && let Err(must) = syntax::dns_subdomain(name)
    {
        validator.must(&place, must, "correct the name");
    }
    let of_pod = validator.pod.spec().at("/securityContext/windowsOptions/hostProcess").map(Node::kind);
    if let (Some(place), Some(Kind::Bool(of_pod))) = (options.get("hostProcess"), of_pod)
        && place.node.kind() == Kind::Bool(!of_pod)
    {
        validator.must(&place, "be what the Pod's own `hostProcess` is", "keep one of the two");
    }
}

/// `validateLinux`, `validateWindows`.
fn operating_system<'d>(validator: &mut Validator<'_, 'd>, context: &Place<'_, 'd>) {
    const NOT_ON_WINDOWS: [&str; 10] = [
        "appArmorProfile",
        "seLinuxOptions",
        "seccompProfile",
        "capabilities",
        "readOnlyRootFilesystem",
        "privileged",
        "allowPrivilegeEscalation",
        "procMount",
        "runAsUser",
        "runAsGroup",
    ];
    let fields: &[&str] = match validator.pod.spec().at("/os/name").and_then(Node::as_str) {
        Some("linux") => &["windowsOptions"],
        Some("windows") => &NOT_ON_WINDOWS,
        _ => return,
    };
    for place in fields.iter().filter_map(|key| context.get(key)) {
        validator.forbidden(&place, "in a Pod for that operating system (`os.name`)", "take it out");
    }
}
