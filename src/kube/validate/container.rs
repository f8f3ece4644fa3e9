//! A container as a whole: `validateContainerCommon`, and what `validateInitContainers` adds for sidecars.
//!
//! Names that two containers share, mounts, restart and resize policies have functions of their own.

use foldhash::{HashMap, HashMapExt, HashSet};

use super::super::container::Role;
use super::super::field::Place;
use super::super::pod::Pod;
use super::super::version::Version;
use super::super::workloads::Workload;
use super::{
    ContainerEntry, Text, Validator, Violation, Volumes, env, first_of, handlers, ports, resources, security,
    syntax, text,
};
use crate::yaml::Node;

/// What is wrong with the fields of an entry of `initContainers`.
#[must_use]
pub fn fields<'d>(
    entry: &ContainerEntry<'d>,
    pod: &Pod<'d>,
    volumes: &Volumes<'d>,
    version: Version,
) -> Vec<Violation> {
    let mut validator = Validator::new(pod, entry.span(), version);
    let place = Place::root(entry.node, "");
    name(&mut validator, &place);
    image(&mut validator, &place);
    validator.one_of(&place, "terminationMessagePolicy", &["File", "FallbackToLogsOnError"]);
    validator.one_of(&place, "imagePullPolicy", &["Always", "IfNotPresent", "Never"]);
    ports::check(&mut validator, &place);
    env::check(&mut validator, &place);
    devices(&mut validator, &place, volumes);
    resources::check(&mut validator, &place, &resources::of_container);
    security::check(&mut validator, &place);
    if entry.role == Role::Sidecar {
        handlers::check(&mut validator, &place);
    }
    validator.violations
}

/// What is wrong with the quantities of an entry of `containers`.
#[must_use]
pub fn quantities<'d>(entry: &ContainerEntry<'d>, pod: &Pod<'d>, version: Version) -> Vec<Violation> {
    let mut validator = Validator::new(pod, entry.span(), version);
    let place = Place::root(entry.node, "");
    resources::check(&mut validator, &place, &resources::of_container);
    validator.violations
}

fn name<'d>(validator: &mut Validator<'_, 'd>, container: &Place<'_, 'd>) {
    match (container.get("name"), text(container, "name")) {
        (_, Text::Empty) => validator.missing(container, "name", "give it a name of its own"),
        (Some(place), Text::Known(name)) => {
            if let Err(must) = syntax::dns_label(name) {
                validator.must(&place, must, "rename it");
            }
        }
        _ => {}
    }
}

fn image<'d>(validator: &mut Validator<'_, 'd>, container: &Place<'_, 'd>) {
    match (container.get("image"), text(container, "image")) {
        (_, Text::Empty) => validator.missing(container, "image", "name the image that it runs"),
        // `validateContainersOnlyForPod`: templates may have it, and their Pods are rejected.
        (Some(place), Text::Known(image))
            if image.trim() != image && validator.pod.template.workload == Workload::Pod =>
        {
            validator.must(&place, "not start or end with white space", "take the white space out");
        }
        _ => {}
    }
}

/// `ValidateVolumeDevices`.
fn devices<'d>(validator: &mut Validator<'_, 'd>, container: &Place<'_, 'd>, volumes: &Volumes<'d>) {
    let Some(list) = container.get("volumeDevices") else { return };
    for (key, of_mount) in [("name", "name"), ("devicePath", "mountPath")] {
        let mounts = container.node.get("volumeMounts").into_iter().flat_map(Node::items);
        let mounted: HashSet<_> = mounts.filter_map(|mount| mount.get(of_mount)?.as_str()).collect();
        let mut seen = HashMap::new();
        for device in list.items() {
            let (place, value) = match (device.get(key), text(&device, key)) {
                (_, Text::Empty) => {
                    validator.missing(&device, key, "a block device needs both a volume and a path");
                    continue;
                }
                (Some(place), Text::Known(value)) => (place, value),
                _ => continue,
            };
            if let Some(first) = first_of(&mut seen, value, place.node.span()) {
                validator.duplicate(&place, first, "a device", "take one of the two out");
            }
            if mounted.contains(value) {
                let help = "a volume is either a file system or a device";
                validator.must(&place, "not be in `volumeMounts` too", help);
            }
            if key == "devicePath" {
                if let Err(must) = syntax::no_backsteps(value) {
                    validator.must(&place, must, "write the path without steps back");
                }
            } else if volumes.is_complete && !volumes.is_block(value) {
                let must = "name a PersistentVolumeClaim or ephemeral volume";
                validator.must(&place, must, "add the volume");
            }
        }
    }
}
