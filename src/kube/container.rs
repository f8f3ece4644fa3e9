//! Containers: init containers, sidecars and app containers, three types over one core.

use std::ops::Deref;
use std::sync::Arc;

use super::env::{EnvFrom, EnvVar};
use super::field::{Field, Place, Reader};
use super::image::Image;
use super::probe::{Probe, ProbeKind};
use super::resources::Resources;
use super::security::SecurityContext;
use super::version::{Gate, Version};
use super::volume::VolumeMount;
use crate::source::Span;
use crate::yaml::{Entry, Lookup, Node};

/// The fields that only a sidecar or an app container may have (`validateInitContainers` in
/// `pkg/apis/core/validation/validation.go`).
pub const FORBIDDEN_ON_INIT: [&str; 4] = ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle"];

/// What init containers, sidecars and app containers have in common.
#[derive(Debug, Clone)]
pub struct Container<'d> {
    /// The container's map.
    pub node: Node<'d>,
    /// Its JSON pointer in the document.
    pub pointer: String,
    /// `name`.
    pub name: Option<Field<'d, &'d str>>,
    /// `image`.
    pub image: Option<Field<'d, &'d str>>,
    /// `imagePullPolicy`.
    pub image_pull_policy: Option<Field<'d, &'d str>>,
    /// `command`; without it the image's entrypoint runs.
    pub command: Option<Vec<Field<'d, &'d str>>>,
    /// `args`; without it, and without `command`, the image's own.
    pub args: Option<Vec<Field<'d, &'d str>>>,
    /// `workingDir`; without it the image's.
    pub working_dir: Option<Field<'d, &'d str>>,
    /// `env`, in order: later values may use earlier ones.
    pub env: Vec<EnvVar<'d>>,
    /// The entries of `envFrom`, whose variables the manifest doesn't name.
    pub env_from: Vec<EnvFrom<'d>>,
    /// `ports`.
    pub ports: Vec<ContainerPort<'d>>,
    /// `volumeMounts`.
    pub volume_mounts: Vec<VolumeMount<'d>>,
    /// `resources`.
    pub resources: Resources<'d>,
    /// `securityContext`, the container's own.
    pub security_context: SecurityContext<'d>,
    /// `restartPolicy`; `Always` in `initContainers` makes a sidecar.
    pub restart_policy: Option<Field<'d, &'d str>>,
    /// The probes that are set, whether they are allowed or not.
    pub probes: Vec<Probe<'d>>,
    /// `lifecycle`, key and value.
    pub lifecycle: Option<Entry<'d>>,
}

/// An entry of a container's `ports`.
#[derive(Debug, Clone, Copy)]
pub struct ContainerPort<'d> {
    /// The entry.
    pub node: Node<'d>,
    /// `name`, by which a Service or a probe may call it.
    pub name: Option<Field<'d, &'d str>>,
    /// `containerPort`.
    pub container_port: Option<Field<'d, i64>>,
    /// `hostPort`.
    pub host_port: Option<Field<'d, i64>>,
    /// `protocol`; TCP without it.
    pub protocol: Option<Field<'d, &'d str>>,
}

/// What a container is to its Pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// An entry of `initContainers` without `restartPolicy: Always`: runs to its end before the next one.
    Init,
    /// An entry of `initContainers` with `restartPolicy: Always`: started in its turn, runs on beside the rest.
    Sidecar,
    /// An entry of `containers`.
    App,
}

impl Role {
    /// The role in words: `init container`.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Init => "init container",
            Self::Sidecar => "sidecar",
            Self::App => "app container",
        }
    }
}

/// A plain init container.
#[derive(Debug, Clone)]
pub struct InitContainer<'d>(Container<'d>);

/// A native sidecar.
#[derive(Debug, Clone)]
pub struct Sidecar<'d>(Container<'d>);

/// An app container.
#[derive(Debug, Clone)]
pub struct AppContainer<'d>(Container<'d>);

/// An entry of `initContainers`. The two kinds start in one order, and differ in all else.
#[derive(Debug, Clone)]
pub enum InitStep<'d> {
    /// It has to end before the next one starts.
    Init(InitContainer<'d>),
    /// It has to start before the next one starts.
    Sidecar(Sidecar<'d>),
}

impl<'d> Container<'d> {
    /// Whether anything is mounted at `path`, which is clean, or below it.
    #[must_use]
    pub fn holds_mounts(&self, path: &str) -> bool {
        let is_within = |place: &str| {
            place
                .strip_prefix(path.trim_end_matches('/'))
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let mut places = self.volume_mounts.iter().filter_map(|mount| mount.mount_path);
        places.any(|place| is_within(place.value.trim_end_matches('/')))
    }

    pub(super) fn read(reader: &mut Reader, place: &Place<'_, 'd>) -> Self {
        // Its name is wanted before its first mistake.
        reader.container = place.node.get("name").and_then(Node::as_str).map(Arc::from);
        let container = Self {
            node: place.node,
            pointer: place.pointer(),
            // A chart that keeps containers by their names may name one otherwise.
            name: reader.name(place, "name").or_else(|| place.name()),
            image: reader.string(place, "image"),
            image_pull_policy: reader.string(place, "imagePullPolicy"),
            command: reader.strings(place, "command"),
            args: reader.strings(place, "args"),
            working_dir: reader.string(place, "workingDir"),
            env: reader.maps(place, "env", EnvVar::read),
            env_from: reader.maps(place, "envFrom", EnvFrom::read),
            ports: reader.maps(place, "ports", ContainerPort::read),
            volume_mounts: reader.maps(place, "volumeMounts", VolumeMount::read),
            resources: Resources::read(reader, place).unwrap_or_default(),
            security_context: SecurityContext::read(reader, place),
            restart_policy: reader.string(place, "restartPolicy"),
            probes: ProbeKind::ALL.into_iter().filter_map(|kind| Probe::read(reader, place, kind)).collect(),
            lifecycle: reader.map(place, "lifecycle").and_then(|_| place.node.entry("lifecycle")),
        };
        reader.container = None;
        container
    }

    /// The name; empty where there is none.
    #[must_use]
    pub fn name(&self) -> &'d str {
        self.name.map_or("", |name| name.value)
    }

    /// The place to speak of the container: its name's value, else all of it.
    #[must_use]
    pub fn name_span(&self) -> Span {
        self.name.map_or_else(|| self.node.span(), |name| name.span())
    }

    /// The image, taken apart.
    #[must_use]
    pub fn image(&self) -> Option<Image<'d>> {
        self.image.map(|image| Image::parse(image.value))
    }

    /// The entry of any other field, unless it is null.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<Entry<'d>> {
        self.node.entry(key).filter(|entry| !entry.value.is_null())
    }

    /// Whether a template may set `restartPolicy: Always`.
    #[must_use]
    pub fn may_be_sidecar(&self) -> bool {
        match self.node.lookup("restartPolicy") {
            Lookup::Present(policy) => policy.is_unknown(),
            Lookup::Unknown => true,
            Lookup::Absent => false,
        }
    }

    /// The probe of this kind, where it is set.
    #[must_use]
    pub fn probe(&self, kind: ProbeKind) -> Option<&Probe<'d>> {
        self.probes.iter().find(|probe| probe.kind == kind)
    }

    /// The entries of [`FORBIDDEN_ON_INIT`].
    pub fn entries_forbidden_on_init(&self) -> impl Iterator<Item = Entry<'d>> {
        self.probes.iter().map(|probe| probe.entry).chain(self.lifecycle)
    }

    /// The process's words as the manifest gives them: `command`, then `args`. `None` where the image's own entrypoint
    /// runs, which the manifest doesn't say (`kubernetes.io`, "Define a Command and Arguments for a Container").
    #[must_use]
    pub fn argv(&self) -> Option<Vec<Field<'d, &'d str>>> {
        let command = self.command.as_ref().filter(|command| !command.is_empty())?;
        let args = self.args.iter().flatten();
        Some(command.iter().chain(args).copied().collect())
    }
}

impl<'d> ContainerPort<'d> {
    fn read(reader: &mut Reader, place: &Place<'_, 'd>) -> Self {
        Self {
            node: place.node,
            name: reader.string(place, "name"),
            container_port: reader.int32(place, "containerPort"),
            host_port: reader.int32(place, "hostPort"),
            protocol: reader.string(place, "protocol"),
        }
    }
}

impl<'d> InitStep<'d> {
    pub(super) fn read(reader: &mut Reader, place: &Place<'_, 'd>) -> Self {
        let container = Container::read(reader, place);
        if container.restart_policy.is_some_and(|policy| *policy == "Always") {
            Self::Sidecar(Sidecar(container))
        } else {
            Self::Init(InitContainer(container))
        }
    }

    /// What both kinds have in common.
    #[must_use]
    pub fn container(&self) -> &Container<'d> {
        match self {
            Self::Init(init) => init,
            Self::Sidecar(sidecar) => sidecar,
        }
    }

    /// What it is to its Pod.
    #[must_use]
    pub fn role(&self) -> Role {
        match self {
            Self::Init(_) => Role::Init,
            Self::Sidecar(_) => Role::Sidecar,
        }
    }

    /// What `version` makes of it: before native sidecars, a plain init container.
    #[must_use]
    pub fn role_in(&self, version: Version) -> Role {
        if version.has(Gate::SidecarContainers) { self.role() } else { Role::Init }
    }
}

impl<'d> AppContainer<'d> {
    pub(super) fn read(reader: &mut Reader, place: &Place<'_, 'd>) -> Self {
        Self(Container::read(reader, place))
    }
}

impl<'d> Deref for InitContainer<'d> {
    type Target = Container<'d>;

    fn deref(&self) -> &Container<'d> {
        &self.0
    }
}

impl<'d> Deref for Sidecar<'d> {
    type Target = Container<'d>;

    fn deref(&self) -> &Container<'d> {
        &self.0
    }
}

impl<'d> Deref for AppContainer<'d> {
    type Target = Container<'d>;

    fn deref(&self) -> &Container<'d> {
        &self.0
    }
}
