//! `ValidateSecurityContext`, and what of it an operating system forbids (`validateOS`).

use super::super::shape::Place;
use super::super::version::{Change, Gate};
use super::{Judge, Text, integer, is_true, syntax, text};
use crate::yaml::{Kind, Node};

pub(super) fn check<'d>(judge: &mut Judge<'_, 'd>, container: &Place<'_, 'd>) {
    let Some(context) = container.get("securityContext").filter(|context| context.node.is_mapping()) else {
        return;
    };
    for key in ["runAsUser", "runAsGroup"] {
        if let (Some(place), Some(id)) = (context.get(key), integer(&context, key))
            && let Err(must) = syntax::user_id(id)
        {
            judge.must(&place, must, "write an id that Linux knows");
        }
    }
    if judge.version.has(Gate::ProcMountType) {
        proc_mount(judge, &context);
    }
    escalation(judge, &context);
    if let Some(profile) = context.get("seccompProfile") {
        profile_type(judge, &profile, true);
    }
    if judge.version.after(Change::AppArmorProfileField)
        && let Some(profile) = context.get("appArmorProfile")
    {
        profile_type(judge, &profile, false);
    }
    windows_options(judge, &context);
    operating_system(judge, &context);
}

fn proc_mount<'d>(judge: &mut Judge<'_, 'd>, context: &Place<'_, 'd>) {
    judge.one_of(context, "procMount", &["Default", "Unmasked"]);
    let spec = judge.pod.spec();
    let has_own_users = spec.get("hostUsers").is_some_and(|users| users.kind() == Kind::Bool(false));
    if let (Some(place), Text::Known("Unmasked")) = (context.get("procMount"), text(context, "procMount"))
        && judge.is_whole
        && !has_own_users
    {
        judge.forbidden(&place, "with the node's users", "set `hostUsers: false` in the Pod's spec");
    }
}

fn escalation<'d>(judge: &mut Judge<'_, 'd>, context: &Place<'_, 'd>) {
    let key = "allowPrivilegeEscalation";
    let Some(place) = context.get(key).filter(|place| place.node.kind() == Kind::Bool(false)) else { return };
    if is_true(context, "privileged") {
        judge.forbidden(
            &place,
            "to be false beside `privileged: true`",
            "keep one of the two: a privileged process may always gain privileges",
        );
    }
    let added = context.node.at("/capabilities/add").into_iter().flat_map(Node::items);
    if added.into_iter().any(|capability| capability.as_str() == Some("CAP_SYS_ADMIN")) {
        let why = "to be false beside the capability `CAP_SYS_ADMIN`";
        judge.forbidden(&place, why, "drop the capability, or allow the escalation");
    }
}

/// `validateSeccompProfileField`, `ValidateAppArmorProfileField`.
fn profile_type<'d>(judge: &mut Judge<'_, 'd>, profile: &Place<'_, 'd>, is_seccomp: bool) {
    let local = profile.get("localhostProfile");
    match text(profile, "type") {
        Text::Empty => judge.missing(profile, "type", "write `RuntimeDefault`, `Localhost` or `Unconfined`"),
        Text::Known("Localhost") => match (local, text(profile, "localhostProfile")) {
            (None, _) => judge.missing(profile, "localhostProfile", "name the profile on the node"),
            (Some(_), Text::Empty) if !is_seccomp => {
                judge.missing(profile, "localhostProfile", "name the profile on the node");
            }
            (Some(place), Text::Known(path)) => {
                let form = match is_seccomp {
                    true => syntax::descending_path(path),
                    false if path.trim() == path => Ok(()),
                    false => Err("not start or end with white space"),
                };
                if let Err(must) = form {
                    judge.must(&place, must, "correct the profile's name");
                }
            }
            _ => {}
        },
        Text::Known("RuntimeDefault" | "Unconfined") => {
            if let Some(place) = local {
                judge.forbidden(&place, "with a type other than `Localhost`", "take it out");
            }
        }
        Text::Known(_) => judge.one_of(profile, "type", &["Localhost", "RuntimeDefault", "Unconfined"]),
        Text::Unknown => {}
    }
}

/// `validateWindowsSecurityContextOptions`, of which only the names are judged, and `validateWindowsHostProcessPod`.
fn windows_options<'d>(judge: &mut Judge<'_, 'd>, context: &Place<'_, 'd>) {
    let Some(options) = context.get("windowsOptions") else { return };
    let key = "gmsaCredentialSpecName";
    if let (Some(place), Text::Known(name)) = (options.get(key), text(&options, key))
        && let Err(must) = syntax::dns_subdomain(name)
    {
        judge.must(&place, must, "correct the name");
    }
    let of_pod = judge.pod.spec().at("/securityContext/windowsOptions/hostProcess").map(Node::kind);
    if let (Some(place), Some(Kind::Bool(of_pod))) = (options.get("hostProcess"), of_pod)
        && place.node.kind() == Kind::Bool(!of_pod)
    {
        judge.must(&place, "be what the Pod's own `hostProcess` is", "keep one of the two");
    }
}

/// `validateLinux`, `validateWindows`.
fn operating_system<'d>(judge: &mut Judge<'_, 'd>, context: &Place<'_, 'd>) {
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
    let fields: &[&str] = match judge.pod.spec().at("/os/name").and_then(Node::as_str) {
        Some("linux") => &["windowsOptions"],
        Some("windows") => &NOT_ON_WINDOWS,
        _ => return,
    };
    for place in fields.iter().filter_map(|key| context.get(key)) {
        judge.forbidden(&place, "in a Pod for that operating system (`os.name`)", "take it out");
    }
}
