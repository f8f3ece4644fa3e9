//! A container as a whole: `validateContainerCommon`, and what `validateInitContainers` adds for sidecars.
//!
//! Names that two containers share, mounts, restart and resize policies have functions of their own.

use std::collections::{HashMap, HashSet};

use super::super::container::Role;
use super::super::pod::Pod;
use super::super::shape::Place;
use super::super::version::Version;
use super::super::workloads::Workload;
use super::{
    Judge, Slot, Text, Violation, Volumes, env, first_of, handlers, ports, resources, security, syntax, text,
};
use crate::yaml::Node;

/// What is wrong with the fields of an entry of `initContainers`.
#[must_use]
pub fn fields<'d>(slot: &Slot<'d>, pod: &Pod<'d>, volumes: &Volumes<'d>, version: Version) -> Vec<Violation> {
    let mut judge = Judge::new(pod, slot.span(), version);
    let place = Place::root(slot.node, "");
    name(&mut judge, &place);
    image(&mut judge, &place);
    judge.one_of(&place, "terminationMessagePolicy", &["File", "FallbackToLogsOnError"]);
    judge.one_of(&place, "imagePullPolicy", &["Always", "IfNotPresent", "Never"]);
    ports::check(&mut judge, &place);
    env::check(&mut judge, &place);
    devices(&mut judge, &place, volumes);
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
fn devices<'d>(judge: &mut Judge<'_, 'd>, container: &Place<'_, 'd>, volumes: &Volumes<'d>) {
    let Some(list) = container.get("volumeDevices") else { return };
    for (key, of_mount) in [("name", "name"), ("devicePath", "mountPath")] {
        let mounts = container.node.get("volumeMounts").into_iter().flat_map(Node::items);
        let mounted: HashSet<_> = mounts.filter_map(|mount| mount.get(of_mount)?.as_str()).collect();
        let mut seen = HashMap::new();
        for device in list.items() {
            let (place, value) = match (device.get(key), text(&device, key)) {
                (_, Text::Empty) => {
                    judge.missing(&device, key, "a block device needs both a volume and a path");
                    continue;
                }
                (Some(place), Text::Known(value)) => (place, value),
                _ => continue,
            };
            if let Some(first) = first_of(&mut seen, value, place.node.span()) {
                judge.duplicate(&place, first, "a device", "take one of the two out");
            }
            if mounted.contains(value) {
                let help = "a volume is either a file system or a device";
                judge.must(&place, "not be in `volumeMounts` too", help);
            }
            if key == "devicePath" {
                if let Err(must) = syntax::no_backsteps(value) {
                    judge.must(&place, must, "write the path without steps back");
                }
            } else if volumes.is_complete && !volumes.is_block(value) {
                let must = "name a PersistentVolumeClaim or an ephemeral volume of the Pod";
                judge.must(&place, must, "add the volume");
            }
        }
    }
}
