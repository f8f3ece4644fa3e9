//! A Pod's volumes, and where containers mount them.

use super::field::{Field, Place, Reader};
use crate::helm;
use crate::yaml::Node;

/// A volume of a Pod.
#[derive(Debug, Clone)]
pub struct Volume<'d> {
    /// The entry of `volumes`, or of a `StatefulSet`'s `volumeClaimTemplates`.
    pub node: Node<'d>,
    /// `name`.
    pub name: Option<Field<'d, &'d str>>,
    /// What backs it.
    pub source: VolumeSource<'d>,
}

/// What backs a volume, as far as it matters to what containers find and leave there.
#[derive(Debug, Clone)]
pub enum VolumeSource<'d> {
    /// `emptyDir`, or no source at all (`core/v1.SetDefaults_Volume`).
    EmptyDir {
        /// `medium`; `Memory` is lost with the node's memory.
        medium: Option<Field<'d, &'d str>>,
    },
    /// `persistentVolumeClaim`.
    PersistentVolumeClaim {
        /// `claimName`.
        claim_name: Option<Field<'d, &'d str>>,
        /// `readOnly`.
        read_only: bool,
    },
    /// An entry of the workload's `volumeClaimTemplates`: a claim that a replica keeps.
    ClaimTemplate,
    /// `ephemeral`: a claim that lives as long as the Pod.
    Ephemeral,
    /// `hostPath`.
    HostPath {
        /// `path`.
        path: Option<Field<'d, &'d str>>,
        /// `type`, such as `DirectoryOrCreate`.
        kind: Option<Field<'d, &'d str>>,
    },
    /// `configMap`.
    ConfigMap(ConfigSource<'d>),
    /// `secret`.
    Secret(ConfigSource<'d>),
    /// `projected`.
    Projected {
        /// `sources`, in order; a later one wins a file name.
        sources: Vec<Projection<'d>>,
    },
    /// `downwardAPI`.
    DownwardApi,
    /// `csi`: a volume that lives as long as the Pod.
    Csi {
        /// `driver`.
        driver: Option<Field<'d, &'d str>>,
        /// `readOnly`.
        read_only: bool,
    },
    /// `nfs`.
    Nfs {
        /// `readOnly`.
        read_only: bool,
    },
    /// `image`: an image's files.
    Image,
    /// Any other source, by its key.
    Other(String),
    /// A source that a template puts there.
    Unknown,
}

/// A `ConfigMap` or Secret whose entries become files.
#[derive(Debug, Clone, Default)]
pub struct ConfigSource<'d> {
    /// The `ConfigMap`'s `name`, or `secretName`.
    pub name: Option<Field<'d, &'d str>>,
    /// `items`; `None` where every entry becomes a file of its own name.
    pub items: Option<Vec<KeyToPath<'d>>>,
    /// `defaultMode`, the permission bits; Kubernetes' default is 0644.
    pub default_mode: Option<Field<'d, i64>>,
    /// `optional`.
    pub optional: bool,
}

/// An entry that becomes a file.
#[derive(Debug, Clone, Copy)]
pub struct KeyToPath<'d> {
    /// The entry's key.
    pub key: Option<Field<'d, &'d str>>,
    /// The file's path in the volume.
    pub path: Option<Field<'d, &'d str>>,
    /// `mode`, the permission bits.
    pub mode: Option<Field<'d, i64>>,
}

/// A source of a projected volume.
#[derive(Debug, Clone)]
pub enum Projection<'d> {
    /// `configMap`.
    ConfigMap(ConfigSource<'d>),
    /// `secret`.
    Secret(ConfigSource<'d>),
    /// `serviceAccountToken`, `downwardAPI`, `clusterTrustBundle`…
    Other,
}

impl<'d> Volume<'d> {
    pub(super) fn read(reader: &mut Reader, place: &Place<'_, 'd>) -> Self {
        let name = reader.name(place, "name");
        Self { node: place.node, name, source: VolumeSource::read(reader, place) }
    }

    /// Whether it says what backs it, and that is known. What else a custom resource calls its volumes are no Pod's.
    pub(super) fn names_source(&self) -> bool {
        match self.source {
            VolumeSource::EmptyDir { .. } => self.node.get("emptyDir").is_some(),
            VolumeSource::Other(_) => false,
            _ => true,
        }
    }

    /// A volume that stands for an entry of `volumeClaimTemplates`.
    pub(super) fn of_claim_template(reader: &mut Reader, place: &Place<'_, 'd>) -> Self {
        let name = reader.map(place, "metadata").and_then(|metadata| reader.name(&metadata, "name"));
        Self { node: place.node, name, source: VolumeSource::ClaimTemplate }
    }
}

/// The sources whose fields are read.
const KNOWN: &[&str] = &[
    "emptyDir",
    "persistentVolumeClaim",
    "ephemeral",
    "hostPath",
    "configMap",
    "secret",
    "projected",
    "downwardAPI",
    "csi",
    "nfs",
    "image",
];

impl<'d> VolumeSource<'d> {
    fn read(reader: &mut Reader, volume: &Place<'_, 'd>) -> Self {
        let source = volume.node.entries().find(|entry| entry.name() != "name" && !entry.value.is_null());
        let Some(source) = source else {
            let is_open = volume.node.is_open();
            return if is_open { Self::Unknown } else { Self::EmptyDir { medium: None } };
        };
        let key = source.name();
        let place = volume.value(&source, &key);
        // What isn't known isn't judged.
        if helm::has_placeholder(&key) {
            return Self::Unknown;
        }
        if !KNOWN.contains(&&*key) || !place.node.is_unknown() && !reader.is_map(&place) {
            return Self::Other(key.into_owned());
        }
        let read_only = |reader: &mut Reader| reader.boolean(&place, "readOnly").is_some_and(|flag| *flag);
        match &*key {
            "emptyDir" => Self::EmptyDir { medium: reader.string(&place, "medium") },
            "persistentVolumeClaim" => Self::PersistentVolumeClaim {
                claim_name: reader.name(&place, "claimName"),
                read_only: read_only(reader),
            },
            "ephemeral" => Self::Ephemeral,
            "hostPath" => {
                Self::HostPath { path: reader.string(&place, "path"), kind: reader.string(&place, "type") }
            }
            "configMap" => Self::ConfigMap(ConfigSource::read(reader, &place, "name")),
            "secret" => Self::Secret(ConfigSource::read(reader, &place, "secretName")),
            "projected" => Self::Projected { sources: reader.maps(&place, "sources", Projection::read) },
            "downwardAPI" => Self::DownwardApi,
            "csi" => Self::Csi { driver: reader.string(&place, "driver"), read_only: read_only(reader) },
            "nfs" => Self::Nfs { read_only: read_only(reader) },
            "image" => Self::Image,
            _ => Self::Other(key.into_owned()),
        }
    }

    /// Whether no container can write to it, however it mounts it.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        match self {
            Self::ConfigMap(_)
            | Self::Secret(_)
            | Self::Projected { .. }
            | Self::DownwardApi
            | Self::Image => true,
            Self::PersistentVolumeClaim { read_only, .. }
            | Self::Csi { read_only, .. }
            | Self::Nfs { read_only } => *read_only,
            Self::EmptyDir { .. }
            | Self::ClaimTemplate
            | Self::Ephemeral
            | Self::HostPath { .. }
            | Self::Other(_)
            | Self::Unknown => false,
        }
    }

    /// Whether a later Pod may meet what this one left there.
    #[must_use]
    pub fn outlives_pod(&self) -> bool {
        match self {
            Self::PersistentVolumeClaim { .. }
            | Self::ClaimTemplate
            | Self::HostPath { .. }
            | Self::Nfs { .. }
            | Self::Other(_) => true,
            Self::EmptyDir { .. }
            | Self::Ephemeral
            | Self::ConfigMap(_)
            | Self::Secret(_)
            | Self::Projected { .. }
            | Self::DownwardApi
            | Self::Csi { .. }
            | Self::Image
            | Self::Unknown => false,
        }
    }

    /// The kind in words, for a message: `an emptyDir`, `a PersistentVolumeClaim`.
    #[must_use]
    pub fn describe(&self) -> &str {
        match self {
            Self::EmptyDir { .. } => "an emptyDir",
            Self::PersistentVolumeClaim { .. } | Self::ClaimTemplate => "a PersistentVolumeClaim",
            Self::Ephemeral => "an ephemeral claim",
            Self::HostPath { .. } => "a hostPath",
            Self::ConfigMap(_) => "a ConfigMap",
            Self::Secret(_) => "a Secret",
            Self::Projected { .. } => "a projected volume",
            Self::DownwardApi => "a downwardAPI volume",
            Self::Csi { .. } => "a CSI volume",
            Self::Nfs { .. } => "an NFS volume",
            Self::Image => "an image volume",
            Self::Other(key) => key,
            Self::Unknown => "a volume of the template's",
        }
    }
}

impl<'d> ConfigSource<'d> {
    fn read(reader: &mut Reader, place: &Place<'_, 'd>, name: &str) -> Self {
        let items = reader.list(place, "items").is_some();
        Self {
            name: reader.name(place, name),
            items: items.then(|| reader.maps(place, "items", KeyToPath::read)),
            default_mode: reader.int32(place, "defaultMode"),
            optional: reader.boolean(place, "optional").is_some_and(|flag| *flag),
        }
    }
}

impl<'d> KeyToPath<'d> {
    fn read(reader: &mut Reader, place: &Place<'_, 'd>) -> Self {
        Self {
            key: reader.string(place, "key"),
            path: reader.string(place, "path"),
            mode: reader.int32(place, "mode"),
        }
    }
}

impl<'d> Projection<'d> {
    fn read(reader: &mut Reader, place: &Place<'_, 'd>) -> Self {
        if let Some(source) = reader.map(place, "configMap") {
            Self::ConfigMap(ConfigSource::read(reader, &source, "name"))
        } else if let Some(source) = reader.map(place, "secret") {
            Self::Secret(ConfigSource::read(reader, &source, "name"))
        } else {
            Self::Other
        }
    }
}

/// An entry of a container's `volumeMounts`.
#[derive(Debug, Clone)]
pub struct VolumeMount<'d> {
    /// The entry.
    pub node: Node<'d>,
    /// `name`, the volume's.
    pub name: Option<Field<'d, &'d str>>,
    /// `mountPath`; a relative one is taken from the root.
    pub mount_path: Option<Field<'d, &'d str>>,
    /// `subPath`, the part of the volume that is mounted.
    pub sub_path: Option<Field<'d, &'d str>>,
    /// `subPathExpr`, expanded by the kubelet.
    pub sub_path_expr: Option<Field<'d, &'d str>>,
    /// `readOnly`.
    pub read_only: Option<Field<'d, bool>>,
}

impl<'d> VolumeMount<'d> {
    pub(super) fn read(reader: &mut Reader, place: &Place<'_, 'd>) -> Self {
        Self {
            node: place.node,
            name: reader.name(place, "name"),
            mount_path: reader.name(place, "mountPath"),
            sub_path: reader.name(place, "subPath"),
            sub_path_expr: reader.name(place, "subPathExpr"),
            read_only: reader.boolean(place, "readOnly"),
        }
    }

    /// Whether both are of one volume, by its name.
    #[must_use]
    pub fn is_of_volume_of(&self, other: &VolumeMount<'_>) -> bool {
        self.name.map(|name| name.value) == other.name.map(|name| name.value)
    }

    /// Whether the mount itself is read-only.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.read_only.is_some_and(|flag| *flag)
    }
}
