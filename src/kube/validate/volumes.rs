//! `ValidateVolumes`: which volumes of a Pod its containers can mount. One that isn't valid counts as missing, but for
//! permission bits, which [`modes`](super::modes) tells of.

use foldhash::{HashMap, HashMapExt};

use super::super::field::Place;
use super::super::pod::Pod;
use super::super::template::Completeness;
use super::super::volume::VolumeSource;
use super::super::workloads::Workload;
use super::{Text, integer, is_open, resources, syntax, text};
use crate::source::Span;
use crate::yaml::{Lookup, Node};

/// The volumes of a Pod by name, as its containers can mount them.
pub struct Volumes<'d> {
    /// Whether no others can come.
    pub(super) is_complete: bool,
    by_name: HashMap<&'d str, Volume<'d>>,
}

enum Volume<'d> {
    Valid(Node<'d>),
    ClaimTemplate,
    Flawed(Flaw),
}

/// Why the API server doesn't take a volume.
#[derive(Clone)]
pub(super) struct Flaw {
    pub(super) span: Span,
    /// As a sentence that starts with the volume goes on.
    pub(super) problem: String,
}

impl<'d> Volumes<'d> {
    /// The volumes of `pod`.
    #[must_use]
    pub fn of(pod: &Pod<'d>) -> Self {
        let mut by_name: HashMap<&'d str, Volume<'d>> = HashMap::new();
        let spec = Place::root(pod.spec(), "");
        let is_complete = matches!(pod.template.completeness, Completeness::Complete | Completeness::Open)
            && !is_open(pod.spec(), "volumes")
            && !(may_have_claims(pod.template.workload)
                && pod.template.owner().is_some_and(|owner| is_open(owner, "volumeClaimTemplates")));
        for place in spec.get("volumes").iter().flat_map(Place::items) {
            let name = place.node.get("name").and_then(Node::identity).unwrap_or_default();
            let volume = match flaw(&place) {
                Some(flaw) if is_complete => Volume::Flawed(flaw),
                _ => Volume::Valid(place.node),
            };
            // A second volume of a name is the one that is turned away.
            if !matches!(by_name.get(name), Some(Volume::Valid(_))) {
                by_name.insert(name, volume);
            }
        }
        for volume in &pod.volumes {
            if let (VolumeSource::ClaimTemplate, Some(name)) = (&volume.source, volume.name) {
                by_name.insert(name.value, Volume::ClaimTemplate);
            }
        }
        // What is filled in later may be any of the names asked for.
        let is_certain = by_name.keys().all(|name| !super::is_placeholder(name));
        Self { is_complete: is_complete && is_certain, by_name }
    }

    /// Whether `name` can be mounted; where it is there and can't, why.
    pub(super) fn find(&self, name: &str) -> Result<(), Option<&Flaw>> {
        match self.by_name.get(name) {
            Some(Volume::Valid(_) | Volume::ClaimTemplate) => Ok(()),
            Some(Volume::Flawed(flaw)) => Err(Some(flaw)),
            None => Err(None),
        }
    }

    /// Whether `name` can be had as a block device (`isMatchedDevice`).
    pub(super) fn is_block(&self, name: &str) -> bool {
        match self.by_name.get(name) {
            Some(Volume::Valid(node)) => {
                ["persistentVolumeClaim", "ephemeral"].iter().any(|source| node.get(source).is_some())
            }
            Some(Volume::ClaimTemplate) => true,
            _ => false,
        }
    }

    /// The names, sorted.
    pub(super) fn names(&self) -> Vec<&'d str> {
        let mut names: Vec<_> = self.by_name.keys().copied().filter(|name| !name.is_empty()).collect();
        names.sort_unstable();
        names
    }
}

/// Whether the kind has `volumeClaimTemplates`.
fn may_have_claims(workload: Workload<'_>) -> bool {
    matches!(workload, Workload::StatefulSet | Workload::Custom(_))
}

/// The sources, and what each can't do without (`validateVolumeSource`). Sources that few use are judged by this alone.
const SOURCES: &[(&str, &[&str])] = &[
    ("emptyDir", &[]),
    ("hostPath", &["path"]),
    ("gitRepo", &["repository"]),
    ("gcePersistentDisk", &["pdName"]),
    ("awsElasticBlockStore", &["volumeID"]),
    ("secret", &["secretName"]),
    ("nfs", &["server", "path"]),
    ("iscsi", &["targetPortal", "iqn"]),
    ("glusterfs", &["endpoints", "path"]),
    ("flocker", &[]),
    ("persistentVolumeClaim", &["claimName"]),
    ("rbd", &["monitors", "image"]),
    ("cinder", &["volumeID"]),
    ("cephfs", &["monitors"]),
    ("quobyte", &["registry", "volume"]),
    ("downwardAPI", &[]),
    ("fc", &[]),
    ("flexVolume", &["driver"]),
    ("configMap", &["name"]),
    ("azureFile", &["secretName", "shareName"]),
    ("vsphereVolume", &["volumePath"]),
    ("photonPersistentDisk", &["pdID"]),
    ("portworxVolume", &["volumeID"]),
    ("azureDisk", &["diskName", "diskURI"]),
    ("storageos", &["volumeName"]),
    ("projected", &[]),
    ("scaleIO", &["gateway", "system", "volumeName"]),
    ("csi", &["driver"]),
    ("ephemeral", &["volumeClaimTemplate"]),
    ("image", &[]),
];

fn flaw<'d>(volume: &Place<'_, 'd>) -> Option<Flaw> {
    let at = |node: Node<'d>, problem: &str| Some(Flaw { span: node.span(), problem: problem.to_owned() });
    match text(volume, "name") {
        Text::Known(name) if syntax::dns_label(name).is_err() => {
            return at(volume.get("name")?.node, "has a name that is no DNS label");
        }
        Text::Empty => return at(volume.node, "has no name"),
        _ => {}
    }
    let mut written = SOURCES.iter().filter_map(|(key, needs)| Some((*key, *needs, volume.get(key)?)));
    let (key, needs, source) = written.next()?;
    if let Some((.., second)) = written.next() {
        return at(second.key.unwrap_or(second.node), "has two sources");
    }
    if let Some(lacking) = needs.iter().find(|need| is_empty(&source, need)) {
        return at(source.key.unwrap_or(source.node), &format!("has a `{key}` without `{lacking}`"));
    }
    source_flaw(key, &source)
}

fn is_empty(map: &Place<'_, '_>, key: &str) -> bool {
    text(map, key) == Text::Empty
}

fn source_flaw(key: &str, source: &Place<'_, '_>) -> Option<Flaw> {
    match key {
        "emptyDir" => {
            let limit = source.get("sizeLimit")?;
            let is_negative =
                resources::quantity(limit.node).is_some_and(super::super::Quantity::is_negative);
            is_negative.then(|| flaw_at(&limit, "has a negative `sizeLimit`"))
        }
        "hostPath" => host_path(source),
        "nfs" => {
            let path = source.get("path")?;
            let is_relative = path.node.as_str().is_some_and(|path| !path.starts_with(['/', '$', '{']));
            is_relative.then(|| flaw_at(&path, "has an NFS path that isn't absolute"))
        }
        "secret" | "configMap" => files(source),
        "downwardAPI" => fields(source),
        "projected" => source.get("sources")?.items().find_map(|source| projection(&source)),
        "ephemeral" => claim(source),
        _ => None,
    }
}

fn flaw_at(place: &Place<'_, '_>, problem: &str) -> Flaw {
    Flaw { span: place.node.span(), problem: problem.to_owned() }
}

fn host_path(source: &Place<'_, '_>) -> Option<Flaw> {
    const TYPES: [&str; 7] =
        ["DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice"];
    if let (Some(place), Text::Known(path)) = (source.get("path"), text(source, "path"))
        && syntax::no_backsteps(path).is_err()
    {
        return Some(flaw_at(&place, "has a `hostPath` with `..` in it"));
    }
    match (source.get("type"), text(source, "type")) {
        (Some(place), Text::Known(kind)) if !TYPES.contains(&kind) => {
            Some(flaw_at(&place, "has a `hostPath` of an unknown type"))
        }
        _ => None,
    }
}

/// `validateKeyToPath` of each of `items`.
fn files(source: &Place<'_, '_>) -> Option<Flaw> {
    source.get("items")?.items().find_map(|item| {
        let lacking = ["key", "path"].into_iter().find(|key| is_empty(&item, key));
        match lacking {
            Some(key) => Some(flaw_at(&item, &format!("has an item without `{key}`"))),
            None => local(&item),
        }
    })
}

/// `validateDownwardAPIVolumeFile` of each of `items`; the fields themselves are not judged.
fn fields(source: &Place<'_, '_>) -> Option<Flaw> {
    source.get("items")?.items().find_map(|item| {
        let sources = ["fieldRef", "resourceFieldRef"].iter().filter(|key| item.get(key).is_some()).count();
        if is_empty(&item, "path") {
            Some(flaw_at(&item, "has an item without `path`"))
        } else if sources > 1 || sources == 0 && !item.node.is_open() {
            Some(flaw_at(&item, "has an item without exactly one of `fieldRef` and `resourceFieldRef`"))
        } else {
            local(&item)
        }
    })
}

fn local(item: &Place<'_, '_>) -> Option<Flaw> {
    let (Some(place), Text::Known(path)) = (item.get("path"), text(item, "path")) else { return None };
    syntax::local_path(path).err().map(|must| flaw_at(&place, &format!("has a file whose path must {must}")))
}

/// `validateProjectionSources`, without the check that no two files have one path.
fn projection(source: &Place<'_, '_>) -> Option<Flaw> {
    const KINDS: [&str; 6] =
        ["secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate"];
    let mut kinds = KINDS.iter().filter_map(|kind| Some((*kind, source.get(kind)?)));
    let (kind, place) = kinds.next()?;
    if let Some((_, second)) = kinds.next() {
        return Some(flaw_at(&second, "has a projected source with two kinds"));
    }
    match kind {
        "secret" | "configMap" if is_empty(&place, "name") => {
            Some(flaw_at(&place, &format!("has a projected `{kind}` without `name`")))
        }
        "secret" | "configMap" => files(&place),
        "downwardAPI" => fields(&place),
        "serviceAccountToken" if is_empty(&place, "path") => {
            Some(flaw_at(&place, "has a token without `path`"))
        }
        "serviceAccountToken" => {
            const SECONDS: std::ops::RangeInclusive<i64> = 600..=1 << 32;
            let seconds = place.get("expirationSeconds");
            let is_wrong =
                integer(&place, "expirationSeconds").is_some_and(|value| !SECONDS.contains(&value));
            match seconds.filter(|_| is_wrong) {
                Some(seconds) => Some(flaw_at(&seconds, "has a token whose lifetime is out of range")),
                None => local(&place),
            }
        }
        _ => None,
    }
}

/// `validateEphemeralVolumeSource`: access modes and size.
fn claim(source: &Place<'_, '_>) -> Option<Flaw> {
    let template = source.get("volumeClaimTemplate")?;
    let lacks = |what: &str| Some(flaw_at(&template, &format!("has a claim template {what}")));
    let Some(spec) = template.get("spec") else {
        return if template.node.is_open() { None } else { lacks("without `spec`") };
    };
    let modes = spec.get("accessModes").map_or(spec.node, |modes| modes.node);
    if modes.items().next().is_none() && !modes.is_open() {
        return lacks("without `accessModes`");
    }
    let of_path = |found, key: &&str| match found {
        Lookup::Present(node) => Node::lookup(node, key),
        Lookup::Unknown | Lookup::Absent => found,
    };
    let storage = match ["resources", "requests", "storage"].iter().fold(Lookup::Present(spec.node), of_path)
    {
        Lookup::Present(storage) => storage,
        Lookup::Unknown => return None,
        Lookup::Absent => return lacks("that requests no `storage`"),
    };
    let is_wrong = resources::quantity(storage).is_some_and(|size| size.is_zero() || size.is_negative());
    is_wrong.then(|| Flaw { span: storage.span(), problem: "requests no storage".to_owned() })
}
