//! A container as a whole: `validateContainerCommon`, and what `validateInitContainers` adds for sidecars.
//!
//! Names that two containers share, mounts, restart and resize policies have functions of their own.

use super::super::container::Role;
use super::super::pod::Pod;
use super::super::shape::Place;
use super::super::version::Version;
use super::super::workloads::Workload;
use super::{Judge, Slot, Text, Violation, env, handlers, ports, resources, security, syntax, text, volumes};

/// What is wrong with the fields of an entry of `initContainers`.
#[must_use]
pub fn fields<'d>(slot: &Slot<'d>, pod: &Pod<'d>, version: Version) -> Vec<Violation> {
    let mut judge = Judge::new(pod, slot.span(), version);
    let place = Place::root(slot.node, "");
    name(&mut judge, &place);
    image(&mut judge, &place);
    judge.one_of(&place, "terminationMessagePolicy", &["File", "FallbackToLogsOnError"]);
    judge.one_of(&place, "imagePullPolicy", &["Always", "IfNotPresent", "Never"]);
    ports::check(&mut judge, &place);
    env::check(&mut judge, &place);
    devices(&mut judge, &place);
    resources::check(&mut judge, &place, &resources::of_container);
    security::check(&mut judge, &place);
    if slot.role == Role::Sidecar {
        handlers::check(&mut judge, &place);
    }
    judge.violations
}

/// What is wrong with the quantities of an entry of `containers`.
#[must_use]
pub fn quantities<'d>(slot: &Slot<'d>, pod: &Pod<'d>, version: Version) -> Vec<Violation> {
    let mut judge = Judge::new(pod, slot.span(), version);
    let place = Place::root(slot.node, "");
    resources::check(&mut judge, &place, &resources::of_container);
    judge.violations
}

fn name<'d>(judge: &mut Judge<'_, 'd>, container: &Place<'_, 'd>) {
    match (container.get("name"), text(container, "name")) {
        (_, Text::Empty) => judge.missing(container, "name", "give it a name of its own"),
        (Some(place), Text::Known(name)) => {
            if let Err(must) = syntax::dns_label(name) {
                judge.must(&place, must, "rename it");
            }
        }
        _ => {}
    }
}

fn image<'d>(judge: &mut Judge<'_, 'd>, container: &Place<'_, 'd>) {
    match (container.get("image"), text(container, "image")) {
        (_, Text::Empty) => judge.missing(container, "image", "name the image that it runs"),
        // `validateContainersOnlyForPod`: templates may have it, and their Pods are rejected.
        (Some(place), Text::Known(image))
            if image.trim() != image && judge.pod.template.workload == Workload::Pod =>
        {
            judge.must(&place, "not start or end with white space", "take the white space out");
        }
        _ => {}
    }
}

/// `ValidateVolumeDevices`.
fn devices<'d>(judge: &mut Judge<'_, 'd>, container: &Place<'_, 'd>) {
    let Some(list) = container.get("volumeDevices") else { return };
    let known = volumes::Known::of(judge.pod);
    let mounts = container.get("volumeMounts");
    let mounted = |key: &str, value: &str| {
        let mut items = mounts.iter().flat_map(Place::items);
        items.any(|mount| mount.node.get(key).and_then(crate::yaml::Node::as_str) == Some(value))
    };
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for device in list.items() {
        for key in ["name", "devicePath"] {
            let (place, value) = match (device.get(key), text(&device, key)) {
                (_, Text::Empty) => {
                    judge.missing(&device, key, "a block device needs both a volume and a path");
                    continue;
                }
                (Some(place), Text::Known(value)) => (place, value),
                _ => continue,
            };
            if seen.contains(&(key, value)) {
                judge.must(&place, "be there once", "take one of the two out");
            }
            seen.push((key, value));
            if mounted(if key == "name" { "name" } else { "mountPath" }, value) {
                judge.must(
                    &place,
                    "not be in `volumeMounts` too",
                    "a volume is either a file system or a device",
                );
            }
            if key == "devicePath" {
                if let Err(must) = syntax::no_backsteps(value) {
                    judge.must(&place, must, "write the path without steps back");
                }
            } else if known.is_complete && !known.is_block(value) {
                judge.must(
                    &place,
                    "name a PersistentVolumeClaim or an ephemeral volume of the Pod",
                    "add the volume",
                );
            }
        }
    }
}
