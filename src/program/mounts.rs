//! What is mounted into a container, and how long that keeps what is written to it.

use std::collections::BTreeMap;
use std::path::Path;

use foldhash::HashMap;

use crate::kube::volume::{ConfigSource, VolumeSource};
use crate::kube::{Completeness, Container, Pod, Role};
use crate::rerun::{Entries, Lifetime, Mount, Running};

/// The longest path that Linux takes (bytes, `PATH_MAX`): nothing is mounted at a longer one.
const MAX_PATH: usize = 4096;

/// The names of the volumes that containers mount, each at its number. They are numbered as they come up: what runs the
/// same in two Pods has the same numbers, whatever other volumes these have.
#[derive(Debug, Default)]
pub(super) struct VolumeNumbers<'d> {
    names: Vec<&'d str>,
    by_name: HashMap<&'d str, usize>,
}

impl<'d> VolumeNumbers<'d> {
    fn of(&mut self, name: &'d str) -> usize {
        *self.by_name.entry(name).or_insert_with(|| {
            self.names.push(name);
            self.names.len() - 1
        })
    }

    /// The name of the volume with this number.
    pub(super) fn name(&self, number: usize) -> Option<&'d str> {
        self.names.get(number).copied()
    }
}

/// The mounts of `container`, each with the number of its volume.
pub(super) fn of<'d>(
    pod: &Pod<'d>,
    container: &Container<'d>,
    volumes: &mut VolumeNumbers<'d>,
) -> Vec<Mount> {
    let elsewhere = life_of_lacking(pod);
    let mounts = container.volume_mounts.iter().filter_map(|mount| {
        let name = mount.name?.value;
        let source = pod.volume(name).map(|volume| &volume.source);
        let sub_path = mount.sub_path.or(mount.sub_path_expr).map(|path| path.value.to_owned());
        let path = mount.mount_path?.value;
        let has_place = path.len() <= MAX_PATH && sub_path.as_ref().is_none_or(|path| path.len() <= MAX_PATH);
        has_place.then(|| Mount {
            path: path.to_owned(),
            volume: volumes.of(name),
            sub_path,
            read_only: mount.is_read_only() || source.is_some_and(VolumeSource::is_read_only),
            life: source.map_or(elsewhere, life),
        })
    });
    mounts.collect()
}

/// What is known of the ConfigMaps, Secrets and projected volumes that `container` mounts, by `mountPath`.
pub(super) fn entries(pod: &Pod<'_>, container: &Container<'_>) -> BTreeMap<String, Entries> {
    let has_group = pod.security_context.fs_group.is_some();
    let mounts = container.volume_mounts.iter().filter_map(|mount| {
        let entries = match &pod.volume_of(mount)?.source {
            VolumeSource::ConfigMap(source) | VolumeSource::Secret(source) => entries_of(source, has_group),
            VolumeSource::Projected { .. } | VolumeSource::DownwardApi => {
                Entries { are_flat: false, are_writable: true }
            }
            _ => return None,
        };
        let path = mount.mount_path?.value;
        (path.len() <= MAX_PATH).then(|| (path.to_owned(), entries))
    });
    mounts.collect()
}

/// `has_group`: the kubelet gives the files to `fsGroup`, whoever else may read them.
fn entries_of(source: &ConfigSource<'_>, has_group: bool) -> Entries {
    const DEFAULT: i64 = 0o644;
    let items = source.items.as_deref().unwrap_or_default();
    let modes = items.iter().map(|item| item.mode).chain([None]);
    let mut bits = modes.map(|mode| mode.or(source.default_mode).map_or(DEFAULT, |mode| *mode));
    let is_copied_as_read_only = |bits: i64| bits & 0o200 == 0 && (has_group || bits & 0o004 != 0);
    Entries {
        are_flat: items.iter().all(|item| item.path.is_some_and(|path| !path.contains('/'))),
        are_writable: !bits.all(is_copied_as_read_only),
    }
}

/// The programs of the Pod's other containers that are given by their paths. A sidecar may run beside any of them.
pub(super) fn running<'d>(pod: &Pod<'d>, volumes: &mut VolumeNumbers<'d>) -> Vec<Running> {
    let lasting = pod.containers().filter(|(role, _)| *role != Role::Init);
    let programs = lasting.filter_map(|(_, container)| {
        let path = container.command.as_ref()?.first()?.value;
        // Of a script only the interpreter is a program that runs.
        let is_script = Path::new(path).extension().is_some_and(|it| it == "sh" || it == "py");
        let is_program = path.starts_with('/') && !is_script;
        is_program.then(|| Running { path: path.to_owned(), mounts: of(pod, container, volumes) })
    });
    programs.collect()
}

/// How long a volume keeps what is written to it that stands elsewhere, as in the chart that includes a named template:
/// whatever can be written to outlives the container. A patch's own mount may be of a volume that the whole replaces.
fn life_of_lacking(pod: &Pod<'_>) -> Lifetime {
    match pod.template.completeness {
        Completeness::Merged | Completeness::Open => Lifetime::Pod,
        Completeness::Complete | Completeness::Patch | Completeness::Ytt => Lifetime::Run,
    }
}

fn life(source: &VolumeSource<'_>) -> Lifetime {
    match source {
        source if source.is_read_only() => Lifetime::Run,
        source if source.outlives_pod() => Lifetime::Persistent,
        _ => Lifetime::Pod,
    }
}
