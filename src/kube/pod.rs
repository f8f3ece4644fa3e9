//! A Pod, as a Pod template describes it.

use foldhash::HashMap;

use super::by_name;
use super::container::{AppContainer, Container, InitContainer, InitStep, Role, Sidecar};
use super::field::{Field, Place, Reader, TypeError};
use super::parameters;
use super::resources::{ResourceList, Resources};
use super::security::{EffectiveSecurity, SecurityContext};
use super::template::{CLAIM_TEMPLATES, Completeness, Template};
use super::volume::{Volume, VolumeMount};
use super::workloads::Workload;
use crate::helm::has_placeholder;
use crate::yaml::{Entry, Lookup, Node};

/// A Pod: its containers by what they are, its volumes, and the fields that bear on them.
///
/// Malformed parts are kept in [`malformed`](Self::malformed), and the rest is modelled without them.
#[derive(Debug, Clone)]
pub struct Pod<'d> {
    /// Where it was found.
    pub template: Template<'d>,
    /// `initContainers`, in order.
    pub init_steps: Vec<InitStep<'d>>,
    /// `containers`, in order.
    pub apps: Vec<AppContainer<'d>>,
    /// `ephemeralContainers`, which a manifest can't set; their names count all the same.
    pub ephemeral: Vec<Container<'d>>,
    /// `volumes`, then the workload's `volumeClaimTemplates`, then what a custom resource has for all of its templates.
    pub volumes: Vec<Volume<'d>>,
    /// `restartPolicy`; `Always` without it.
    pub restart_policy: Option<Field<'d, &'d str>>,
    /// `resources` of the Pod itself (1.34+). An empty map isn't the same as none.
    pub resources: Option<Resources<'d>>,
    /// `overhead`, what the Pod's sandbox takes.
    pub overhead: ResourceList<'d>,
    /// `securityContext` of the Pod.
    pub security_context: SecurityContext<'d>,
    /// What of the node's its containers share.
    pub host: HostNamespaces,
    /// Indices in `volumes`, by name.
    volumes_by_name: HashMap<&'d str, usize>,
    /// What the API server's decoder rejects; nothing where the template was found by its shape alone.
    pub malformed: Vec<TypeError>,
}

/// Which of the node's namespaces a Pod's containers share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HostNamespaces {
    /// `hostNetwork`: routes, rules and ports are the node's.
    pub network: bool,
    /// `hostPID`: processes are the node's.
    pub pid: bool,
    /// `hostIPC`.
    pub ipc: bool,
}

impl HostNamespaces {
    fn read(reader: &mut Reader, spec: &Place<'_, '_>) -> Self {
        let mut flag = |key| reader.boolean(spec, key).is_some_and(|flag| *flag);
        Self { network: flag("hostNetwork"), pid: flag("hostPID"), ipc: flag("hostIPC") }
    }
}

impl<'d> Pod<'d> {
    /// The Pod that `template` describes.
    #[must_use]
    pub fn new(template: Template<'d>) -> Self {
        let mut reader = Reader { is_of_values: template.is_of_values(), ..Reader::default() };
        let pointer = template.pointer.clone();
        let spec = Place::root(template.spec, &pointer);
        let mut volumes = reader.maps(&spec, "volumes", Volume::read);
        volumes.extend(claim_templates(&mut reader, &template));
        volumes.extend(volumes_around(&template));
        Self {
            init_steps: init_steps(&mut reader, &spec, &template),
            apps: apps(&mut reader, &spec, &template),
            ephemeral: reader.maps(&spec, "ephemeralContainers", Container::read),
            volumes_by_name: indices_by_name(&volumes),
            volumes,
            restart_policy: reader.string(&spec, "restartPolicy").map(parameters::known),
            // A fragment's `resources` are one container's, which its operator makes.
            resources: if template.is_pod_spec { Resources::read(&mut reader, &spec) } else { None },
            overhead: ResourceList::read(&mut reader, &spec, "overhead"),
            security_context: if template.is_of_values() {
                SecurityContext::unknown()
            } else {
                SecurityContext::read(&mut reader, &spec)
            },
            host: HostNamespaces::read(&mut reader, &spec),
            malformed: if template.by_shape { Vec::new() } else { reader.malformed },
            template,
        }
    }

    /// The Pod's spec.
    #[must_use]
    pub fn spec(&self) -> Node<'d> {
        self.template.spec
    }

    /// The entry of any field of the spec, unless it is null.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<Entry<'d>> {
        self.spec().entry(key).filter(|entry| !entry.value.is_null())
    }

    /// The plain init containers, in order.
    pub fn init_containers(&self) -> impl Iterator<Item = &InitContainer<'d>> {
        self.init_steps.iter().filter_map(|step| match step {
            InitStep::Init(init) => Some(init),
            InitStep::Sidecar(_) => None,
        })
    }

    /// The sidecars, in order.
    pub fn sidecars(&self) -> impl Iterator<Item = &Sidecar<'d>> {
        self.init_steps.iter().filter_map(|step| match step {
            InitStep::Sidecar(sidecar) => Some(sidecar),
            InitStep::Init(_) => None,
        })
    }

    /// Every container in the order in which it starts: init containers and sidecars, then apps. A rule that
    /// means one role asks for that role.
    pub fn containers(&self) -> impl Iterator<Item = (Role, &Container<'d>)> {
        let steps = self.init_steps.iter().map(|step| (step.role(), step.container()));
        steps.chain(self.apps.iter().map(|app| (Role::App, &**app)))
    }

    /// The volume of that name; the first of several.
    #[must_use]
    pub fn volume(&self, name: &str) -> Option<&Volume<'d>> {
        self.volumes.get(*self.volumes_by_name.get(name)?)
    }

    /// The volume that `mount` mounts.
    #[must_use]
    pub fn volume_of(&self, mount: &VolumeMount<'d>) -> Option<&Volume<'d>> {
        self.volume(mount.name?.value)
    }

    /// Whether more may be mounted into `container` than is written: by the whole that a patch is merged into, or by a
    /// template.
    #[must_use]
    pub fn may_mount_more(&self, container: &Container<'d>) -> bool {
        let is_part = matches!(self.template.completeness, Completeness::Patch | Completeness::Ytt)
            || self.template.is_by_name;
        let may_grow = match container.node.lookup("volumeMounts") {
            Lookup::Present(mounts) => mounts.is_open(),
            Lookup::Unknown => true,
            Lookup::Absent => false,
        };
        let is_somewhere = |mount: &VolumeMount<'_>| match mount.node.lookup("mountPath") {
            Lookup::Present(path) => path.is_unknown(),
            Lookup::Unknown => true,
            Lookup::Absent => false,
        };
        is_part || may_grow || container.volume_mounts.iter().any(is_somewhere)
    }

    /// Whether a volume is mounted at the absolute, clean `path` or below.
    #[must_use]
    pub fn mounts_below(container: &Container<'d>, path: &str) -> bool {
        let path = path.trim_matches('/');
        container.volume_mounts.iter().filter_map(|mount| mount.mount_path).any(|at| {
            let rest = at.trim_matches('/').strip_prefix(path);
            rest.is_some_and(|rest| path.is_empty() || rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// Whether `path`, of which a part is an expansion of what only Helm knows, lies below a mount path of the same text.
    #[must_use]
    pub fn is_mounted_by_text(container: &Container<'d>, path: &str) -> bool {
        if !has_placeholder(path) {
            return false;
        }
        let path: String = path.chars().filter(|char| !matches!(char, '$' | '{' | '}')).collect();
        let texts = container.volume_mounts.iter().filter_map(|mount| mount.node.get("mountPath")?.text());
        texts.filter(|at| has_placeholder(at)).any(|at| {
            let rest = path.trim_matches('/').strip_prefix(at.trim_matches('/'));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// The mount of `container` under which the absolute, clean `path` lies: the one with the longest mount path.
    #[must_use]
    pub fn mount_at<'c>(&self, container: &'c Container<'d>, path: &str) -> Option<&'c VolumeMount<'d>> {
        let under = |mount: &&VolumeMount<'d>| {
            mount.mount_path.is_some_and(|at| {
                let rest = path.trim_matches('/').strip_prefix(at.trim_matches('/'));
                rest.is_some_and(|rest| {
                    at.trim_matches('/').is_empty() || rest.is_empty() || rest.starts_with('/')
                })
            })
        };
        let length =
            |mount: &&VolumeMount<'d>| mount.mount_path.map_or(0, |path| path.trim_matches('/').len());
        container.volume_mounts.iter().filter(under).max_by_key(length)
    }

    /// Whether a template, or what a patch is merged into, may give `container` a `restartPolicy: Always`. A patch that
    /// names the image of a container brings all of it.
    #[must_use]
    pub fn may_be_sidecar(&self, container: &Container<'d>) -> bool {
        let is_merged = match self.template.completeness {
            Completeness::Patch => container.image.is_none(),
            Completeness::Ytt => true,
            _ => false,
        };
        container.may_be_sidecar() || is_merged && container.restart_policy.is_none()
    }

    /// The user that `container` runs as, as far as the manifest says.
    #[must_use]
    pub fn security_of(&self, container: &Container<'d>) -> EffectiveSecurity<'d> {
        container.security_context.within(&self.security_context)
    }

    /// Whether the kubelet starts no container of it again, as far as the Pod has the say.
    #[must_use]
    pub fn restarts_nothing(&self) -> bool {
        self.restart_policy.is_some_and(|policy| *policy == "Never") || self.template.is_given_never()
    }

    /// Whether nothing starts it again once a container has failed: a Pod with `restartPolicy: Never` by itself, which no
    /// controller made, and no hook, whose failure is its answer.
    #[must_use]
    pub fn is_never_restarted(&self) -> bool {
        let metadata = self.template.object.metadata();
        let has = |key: &str| metadata.and_then(|metadata| metadata.get(key)).is_some();
        let annotations = metadata.and_then(|metadata| metadata.get("annotations"));
        let mut keys = annotations.into_iter().flat_map(Node::entries);
        self.template.workload == Workload::Pod
            && matches!(self.template.completeness, Completeness::Complete | Completeness::Open)
            && self.restart_policy.is_some_and(|policy| policy.value == "Never")
            && !has("ownerReferences")
            && !keys.any(|entry| entry.name().contains("/hook"))
    }

    /// Whether `container` runs as its image's user: no user is set, and nobody adds one later. A patch's base may, and
    /// `OpenShift` gives each namespace a range of its own.
    #[must_use]
    pub fn leaves_user_to_image(&self, container: &Container<'d>) -> bool {
        self.template.completeness == Completeness::Complete
            && !self.template.object.group().ends_with("openshift.io")
            && self.template.workload.kind() != "DeploymentConfig"
            && self.security_context.leaves_user()
            && container.security_context.leaves_user()
    }
}

fn init_steps<'d>(reader: &mut Reader, spec: &Place<'_, 'd>, template: &Template<'d>) -> Vec<InitStep<'d>> {
    if template.is_by_name {
        return by_name::init_steps(reader, spec);
    }
    reader.maps(spec, "initContainers", InitStep::read)
}

fn indices_by_name<'d>(volumes: &[Volume<'d>]) -> HashMap<&'d str, usize> {
    let named = volumes.iter().enumerate().rev();
    named.filter_map(|(index, volume)| Some((volume.name?.value, index))).collect()
}

/// `containers`; an Argo Workflow's template has its own fields for them.
fn apps<'d>(reader: &mut Reader, spec: &Place<'_, 'd>, template: &Template<'d>) -> Vec<AppContainer<'d>> {
    let mut apps = reader.maps(spec, "containers", AppContainer::read);
    if template.is_workflow() {
        for key in ["container", "script"] {
            if let Some(place) = reader.map(spec, key) {
                apps.push(AppContainer::read(reader, &place));
            }
        }
        if let Some(set) = reader.map(spec, "containerSet") {
            apps.extend(reader.maps(&set, "containers", AppContainer::read));
        }
        apps.extend(reader.maps(spec, "sidecars", AppContainer::read));
    }
    apps
}

/// The volumes that a custom resource has for all of its templates: an Argo Workflow's, a `SparkApplication`'s. What is
/// malformed there isn't each template's.
fn volumes_around<'d>(template: &Template<'d>) -> Vec<Volume<'d>> {
    let mut reader = Reader::default();
    let mut volumes = Vec::new();
    for (node, pointer) in &template.around {
        let place = Place::root(*node, pointer);
        volumes.extend(reader.maps(&place, "volumes", Volume::read).into_iter().filter(Volume::names_source));
        if template.claims_owner().is_none_or(|(owner, _)| owner.id() != node.id()) {
            volumes.extend(reader.maps(&place, CLAIM_TEMPLATES, Volume::of_claim_template));
        }
    }
    volumes
}

fn claim_templates<'d>(reader: &mut Reader, template: &Template<'d>) -> Vec<Volume<'d>> {
    let Some((owner, pointer)) = template.claims_owner() else { return Vec::new() };
    reader.maps(&Place::root(*owner, pointer), CLAIM_TEMPLATES, Volume::of_claim_template)
}
