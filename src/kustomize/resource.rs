//! The resources of a build, and what they are called while it goes on.

use std::collections::HashSet;

use crate::kube::Workload;
use crate::yaml::Value;

/// What tells a resource from others (kustomize, `resid.ResId`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Id {
    pub(super) group: String,
    pub(super) version: String,
    pub(super) kind: String,
    pub(super) name: String,
    /// Empty where none is written.
    pub(super) namespace: String,
}

impl Id {
    /// The id of the object `value`.
    pub(super) fn of(value: &Value) -> Self {
        let text = |path: &[&str]| value.at(path).and_then(Value::text).unwrap_or("").to_owned();
        let api_version = text(&["apiVersion"]);
        let (group, version) = match api_version.split_once('/') {
            Some((group, version)) => (group.to_owned(), version.to_owned()),
            None => (String::new(), api_version),
        };
        Self {
            group,
            version,
            kind: text(&["kind"]),
            name: text(&["metadata", "name"]),
            namespace: text(&["metadata", "namespace"]),
        }
    }

    /// The namespace that it comes to lie in, where it lies in one; `default` where none is written.
    pub(super) fn effective_namespace(&self) -> &str {
        match &*self.namespace {
            _ if self.is_cluster_scoped() => "_non_namespaceable_",
            "" => "default",
            namespace => namespace,
        }
    }

    /// What is equal for two ids that name one resource.
    pub(super) fn key(mut self) -> Id {
        self.namespace = self.effective_namespace().to_owned();
        self
    }

    /// Whether both name one resource.
    pub(super) fn is_same(&self, other: &Id) -> bool {
        self.name == other.name
            && self.kind == other.kind
            && self.group == other.group
            && self.version == other.version
            && self.effective_namespace() == other.effective_namespace()
    }

    /// Whether it is in no namespace, by the kinds that Kubernetes has.
    pub(super) fn is_cluster_scoped(&self) -> bool {
        match &*self.group {
            "" => matches!(&*self.kind, "Namespace" | "Node" | "PersistentVolume" | "ComponentStatus"),
            "rbac.authorization.k8s.io" => matches!(&*self.kind, "ClusterRole" | "ClusterRoleBinding"),
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

/// A resource of a build.
#[derive(Debug, Clone)]
pub(super) struct Resource {
    pub(super) value: Value,
    /// What it was called before, the first name first.
    pub(super) previous: Vec<Id>,
    pub(super) prefixes: Vec<String>,
    pub(super) suffixes: Vec<String>,
    /// Whether a generator made it: kustomize adds a hash of its contents to its name.
    pub(super) is_generated: bool,
}

impl Resource {
    pub(super) fn new(value: Value) -> Self {
        Self { value, previous: Vec::new(), prefixes: Vec::new(), suffixes: Vec::new(), is_generated: false }
    }

    pub(super) fn id(&self) -> Id {
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
    pub(super) fn original_id(&self) -> Id {
        self.previous.first().cloned().unwrap_or_else(|| self.id())
    }

    /// Whether it is or was called `id`.
    pub(super) fn has_id(&self, id: &Id) -> bool {
        self.name() == id.name && self.id().is_same(id)
            || self.previous.iter().any(|previous| previous.is_same(id))
    }

    /// Notes what it is called, before that changes.
    pub(super) fn keep_id(&mut self) {
        let id = self.id();
        if self.previous.last() != Some(&id) {
            self.previous.push(id);
        }
    }

    /// `metadata`, made where there is none.
    pub(super) fn metadata_mut(&mut self) -> Option<&mut Value> {
        child(&mut self.value, "metadata")
    }

    /// The path to its Pod template's map, where its kind has one.
    pub(super) fn template_path(&self) -> Option<&'static [&'static str]> {
        let id = self.id();
        match Workload::of(&id.group, &id.kind) {
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
    pub(super) ids: HashSet<Id>,
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
