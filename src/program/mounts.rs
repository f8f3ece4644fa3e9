//! What is mounted into a container, and how long that keeps what is written to it.

use crate::kube::volume::VolumeSource;
use crate::kube::{Completeness, Container, Pod};
use crate::rerun::{Lifetime, Mount};

/// The mounts of `container`, each with the index of its volume in the Pod. A volume that the manifest lacks has an
/// index past the Pod's own.
pub(super) fn of(pod: &Pod<'_>, container: &Container<'_>) -> Vec<Mount> {
    let elsewhere = life_of_lacking(pod);
    let mut lacking: Vec<&str> = Vec::new();
    let mounts = container.volume_mounts.iter().filter_map(|mount| {
        let name = mount.name?.value;
        let index = pod.volumes.iter().position(|volume| volume.name.is_some_and(|known| *known == name));
        let source = index.and_then(|index| pod.volumes.get(index)).map(|volume| &volume.source);
        let past = || {
            let known = lacking.iter().position(|&known| known == name);
            pod.volumes.len()
                + known.unwrap_or_else(|| {
                    lacking.push(name);
                    lacking.len() - 1
                })
        };
        let sub_path = mount.sub_path.or(mount.sub_path_expr).map(|path| path.value.to_owned());
        Some(Mount {
            path: mount.mount_path?.value.to_owned(),
            volume: index.unwrap_or_else(past),
            sub_path,
            read_only: mount.is_read_only() || source.is_some_and(VolumeSource::is_read_only),
            life: source.map_or(elsewhere, life),
        })
    });
    mounts.collect()
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
