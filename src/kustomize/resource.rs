//! The resources of a build, and what they are called while it goes on.

use std::sync::Arc;

use foldhash::HashSet;

use crate::kube::Workload;
use crate::yaml::Value;

/// What tells a resource from others (kustomize, `resid.ResId`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Id<T = String> {
    pub(super) group: T,
    pub(super) version: T,
    pub(super) kind: T,
    pub(super) name: T,
    /// Empty where none is written.
    pub(super) namespace: T,
}

impl<'v> Id<&'v str> {
    /// The id of the object `value`.
    pub(super) fn of(value: &'v Value) -> Self {
        let text = |value: &'v Value, key| value.get(key).and_then(Value::text).unwrap_or("");
        let api_version = text(value, "apiVersion");
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let metadata = value.get("metadata");
        let of_metadata = |key| metadata.map_or("", |metadata| text(metadata, key));
        Self {
            group,
            version,
            kind: text(value, "kind"),
            name: of_metadata("name"),
            namespace: of_metadata("namespace"),
        }
    }

    pub(super) fn to_owned(self) -> Id {
        let Self { group, version, kind, name, namespace } = self;
        Id {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: kind.to_owned(),
            name: name.to_owned(),
            namespace: namespace.to_owned(),
        }
    }

    /// What is equal for two ids that name one resource.
    pub(super) fn key(self) -> String {
        // No name holds what stands between them.
        [self.group, self.version, self.kind, self.name, self.effective_namespace()].join("\0")
    }

    /// The namespace that it comes to lie in, where it lies in one; `default` where none is written.
    pub(super) fn effective_namespace(self) -> &'v str {
        match self.namespace {
            _ if self.is_cluster_scoped() => "_non_namespaceable_",
            "" => "default",
            namespace => namespace,
        }
    }

    /// Whether both name one resource.
    pub(super) fn is_same(self, other: Id<&str>) -> bool {
        self.name == other.name
            && self.kind == other.kind
            && self.group == other.group
            && self.version == other.version
            && self.effective_namespace() == other.effective_namespace()
    }

    /// Whether it is in no namespace, by the kinds that Kubernetes has.
    pub(super) fn is_cluster_scoped(self) -> bool {
        match self.group {
            "" => matches!(self.kind, "Namespace" | "Node" | "PersistentVolume" | "ComponentStatus"),
            "rbac.authorization.k8s.io" => matches!(self.kind, "ClusterRole" | "ClusterRoleBinding"),
            "networking.k8s.io" => self.kind == "IngressClass",
            "storage.k8s.io" => self.kind != "CSIStorageCapacity",
            "flowcontrol.apiserver.k8s.io"
            | "apiextensions.k8s.io"
            | "admissionregistration.k8s.io"
            | "apiregistration.k8s.io"
            | "scheduling.k8s.io"
            | "node.k8s.io"
            | "certificates.k8s.io" => true,
            "policy" => self.kind == "PodSecurityPolicy",
            _ => false,
        }
    }
}

impl Id {
    pub(super) fn as_deref(&self) -> Id<&str> {
        let Self { group, version, kind, name, namespace } = self;
        Id { group, version, kind, name, namespace }
    }
}

/// A resource of a build.
#[derive(Debug, Clone)]
pub(super) struct Resource {
    pub(super) value: Value,
    /// What it was called before, the first name first. Each build that includes it knows that, too.
    pub(super) previous: Vec<Arc<Id>>,
    pub(super) prefixes: Vec<String>,
    pub(super) suffixes: Vec<String>,
    /// Whether a generator made it: kustomize adds a hash of its contents to its name.
    pub(super) is_generated: bool,
    /// Whether a patch takes `runAsUser` away.
    pub(super) loses_user: bool,
}

impl Resource {
    pub(super) fn new(value: Value) -> Self {
        Self {
            value,
            previous: Vec::new(),
            prefixes: Vec::new(),
            suffixes: Vec::new(),
            is_generated: false,
            loses_user: false,
        }
    }

    pub(super) fn id(&self) -> Id<&str> {
        Id::of(&self.value)
    }

    /// Its kind; empty where it has none.
    pub(super) fn kind(&self) -> &str {
        self.value.get("kind").and_then(Value::text).unwrap_or("")
    }

    /// What it is called now; empty where it has no name.
    pub(super) fn name(&self) -> &str {
        self.value.at(&["metadata", "name"]).and_then(Value::text).unwrap_or("")
    }

    /// What it is called where it is written.
    pub(super) fn original_id(&self) -> Id<&str> {
        self.previous.first().map_or_else(|| self.id(), |id| id.as_deref())
    }

    /// Whether it is or was called `id`.
    pub(super) fn has_id(&self, id: Id<&str>) -> bool {
        self.name() == id.name && self.id().is_same(id)
            || self.previous.iter().any(|previous| previous.as_deref().is_same(id))
    }

    /// Notes what it is called, before that changes.
    pub(super) fn keep_id(&mut self) {
        let id = self.id();
        if self.previous.last().map(|id| id.as_deref()) != Some(id) {
            let id = id.to_owned();
            self.previous.push(Arc::new(id));
        }
    }

    /// `metadata`, made where there is none.
    pub(super) fn metadata_mut(&mut self) -> Option<&mut Value> {
        child(&mut self.value, "metadata")
    }

    /// The path to its Pod template's map, where its kind has one.
    pub(super) fn template_path(&self) -> Option<&'static [&'static str]> {
        let id = self.id();
        match Workload::of(id.group, id.kind) {
            Workload::Pod => Some(&[]),
            Workload::PodTemplate => Some(&["template"]),
            Workload::CronJob => Some(&["spec", "jobTemplate", "spec", "template"]),
            Workload::Custom(_) => None,
            _ => Some(&["spec", "template"]),
        }
    }
}

/// Resources that a kustomization brings, and what they are called.
pub(super) struct Gathered {
    pub(super) resources: Vec<Resource>,
    /// The keys of their ids.
    pub(super) ids: HashSet<String>,
}

impl Gathered {
    pub(super) fn of(resources: Vec<Resource>) -> Self {
        let ids = resources.iter().map(|resource| resource.id().key()).collect();
        Self { resources, ids }
    }
}

/// The map at `key` of a map, made where there is none; `None` where something else is there.
pub(super) fn child<'v>(value: &'v mut Value, key: &str) -> Option<&'v mut Value> {
    if value.get(key).is_none_or(Value::is_null) {
        let empty = value.mapping();
        value.set(key, empty);
    }
    value.get_mut(key).filter(|child| child.is_mapping())
}
