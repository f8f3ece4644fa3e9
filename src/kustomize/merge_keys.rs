//! By which keys the items of lists are the same (Kubernetes' `OpenAPI`, `x-kubernetes-patch-merge-key` and
//! `x-kubernetes-list-map-keys`). A list without such a key is replaced as a whole.

use crate::kube::Workload;

/// What is known of a part of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Schema {
    /// Nothing: its lists are replaced.
    Unknown,
    Object(Kind),
    /// The `spec` of a workload, or what else holds `template` under `spec` or as such.
    Workload,
    Template,
    PodSpec,
    Container,
    ObjectMeta,
    ServiceSpec,
    /// A list whose items are told apart by these keys; `""` stands for the item itself.
    List(&'static [&'static str], Item),
}

/// What the items of a list are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    Container,
    Other,
}

/// The kinds whose lists are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Pod,
    Workload,
    PodTemplate,
    CronJob,
    Service,
    ServiceAccount,
    /// A `MutatingWebhookConfiguration` or a `ValidatingWebhookConfiguration`.
    Webhooks,
    Other,
}

const NAME: &[&str] = &["name"];

impl Schema {
    /// Of an object. That of a custom resource isn't known.
    pub(super) fn of(api_version: &str, kind: &str) -> Self {
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        Schema::Object(match Workload::of(group, kind) {
            Workload::Pod => Kind::Pod,
            Workload::PodTemplate => Kind::PodTemplate,
            Workload::CronJob => Kind::CronJob,
            Workload::Custom("Service") if group.is_empty() => Kind::Service,
            Workload::Custom("ServiceAccount") if group.is_empty() => Kind::ServiceAccount,
            Workload::Custom(_) if group == "admissionregistration.k8s.io" => Kind::Webhooks,
            Workload::Custom(_) if group.contains('.') && !group.ends_with(".k8s.io") => {
                return Schema::Unknown;
            }
            Workload::Custom(_) => Kind::Other,
            _ => Kind::Workload,
        })
    }

    /// Of the value of `key`.
    pub(super) fn field(self, key: &str) -> Self {
        match (self, key) {
            (Schema::Object(_) | Schema::Template, "metadata") => Schema::ObjectMeta,
            (Schema::Object(Kind::Pod) | Schema::Template, "spec") => Schema::PodSpec,
            (Schema::Object(Kind::Workload | Kind::CronJob), "spec") => Schema::Workload,
            (Schema::Object(Kind::PodTemplate) | Schema::Workload, "template") => Schema::Template,
            // A Job's template: its `spec` is a workload's.
            (Schema::Workload, "jobTemplate") => Schema::Object(Kind::Workload),
            (Schema::Object(Kind::Service), "spec") => Schema::ServiceSpec,
            (Schema::Object(Kind::Webhooks), "webhooks") => Schema::List(NAME, Item::Other),
            (Schema::Object(Kind::ServiceAccount), "secrets" | "imagePullSecrets") => {
                Schema::List(NAME, Item::Other)
            }
            (Schema::ServiceSpec, "ports") => Schema::List(&["port", "protocol"], Item::Other),
            (Schema::ObjectMeta, "finalizers") => Schema::List(&[""], Item::Other),
            (Schema::ObjectMeta, "ownerReferences") => Schema::List(&["uid"], Item::Other),
            (Schema::PodSpec, _) => pod_field(key),
            (Schema::Container, _) => container_field(key),
            _ => Schema::Unknown,
        }
    }

    /// Of the items of a list.
    pub(super) fn item(self) -> Self {
        match self {
            Schema::List(_, Item::Container) => Schema::Container,
            _ => Schema::Unknown,
        }
    }

    /// The keys of a list's items; none where the list is replaced.
    pub(super) fn merge_keys(self) -> &'static [&'static str] {
        match self {
            Schema::List(keys, _) => keys,
            _ => &[],
        }
    }
}

fn pod_field(key: &str) -> Schema {
    match key {
        "containers" | "initContainers" | "ephemeralContainers" => Schema::List(NAME, Item::Container),
        "volumes" | "imagePullSecrets" | "resourceClaims" | "schedulingGates" => {
            Schema::List(NAME, Item::Other)
        }
        "hostAliases" => Schema::List(&["ip"], Item::Other),
        "topologySpreadConstraints" => Schema::List(&["topologyKey", "whenUnsatisfiable"], Item::Other),
        _ => Schema::Unknown,
    }
}

fn container_field(key: &str) -> Schema {
    match key {
        "env" => Schema::List(NAME, Item::Other),
        "ports" => Schema::List(&["containerPort", "protocol"], Item::Other),
        "volumeMounts" => Schema::List(&["mountPath"], Item::Other),
        "volumeDevices" => Schema::List(&["devicePath"], Item::Other),
        _ => Schema::Unknown,
    }
}
