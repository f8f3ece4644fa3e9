//! What a kustomization sets in all resources: namespace, prefix and suffix of names, labels, annotations, replicas.

use super::resource::{Resource, child};
use crate::kube::Workload;
use crate::yaml::{Field, Value};

/// `namespace`.
pub(super) fn namespace(namespace: &Value, resources: &mut [Resource]) {
    for resource in resources {
        let id = resource.id();
        let key = match id.kind {
            "Namespace" if id.group.is_empty() => "name",
            _ if id.is_cluster_scoped() => continue,
            _ => "namespace",
        };
        resource.keep_id();
        if let Some(metadata) = resource.metadata_mut() {
            metadata.set(key, namespace.clone());
        }
    }
}

/// `namePrefix` and `nameSuffix`.
pub(super) fn rename(prefix: &str, suffix: &str, resources: &mut [Resource]) {
    if prefix.is_empty() && suffix.is_empty() {
        return;
    }
    for resource in resources {
        let original = resource.original_id();
        let keeps_its_name = match original.kind {
            "CustomResourceDefinition" | "Namespace" => true,
            "APIService" => original.group == "apiregistration.k8s.io",
            _ => false,
        };
        if keeps_its_name {
            continue;
        }
        resource.keep_id();
        resource.prefixes.extend(Some(prefix.to_owned()).filter(|prefix| !prefix.is_empty()));
        resource.suffixes.extend(Some(suffix.to_owned()).filter(|suffix| !suffix.is_empty()));
        if let Some(name) = resource.value.at_mut(&["metadata", "name"]) {
            *name = name.string(&format!("{prefix}{}{suffix}", name.text().unwrap_or("")));
        }
    }
}

/// Where labels go.
#[derive(Clone, Copy)]
pub(super) struct Reach {
    pub(super) selectors: bool,
    pub(super) templates: bool,
}

/// `commonLabels`, and an entry of `labels`.
pub(super) fn labels(pairs: &[Field], reach: Reach, resources: &mut [Resource]) {
    if pairs.is_empty() {
        return;
    }
    for resource in resources {
        set_fields(&mut resource.value, &["metadata", "labels"], pairs);
        if reach.templates || reach.selectors {
            in_templates(resource, "labels", pairs);
        }
        if reach.selectors {
            in_selectors(resource, pairs);
        }
    }
}

/// `commonAnnotations`.
pub(super) fn annotations(pairs: &[Field], resources: &mut [Resource]) {
    if pairs.is_empty() {
        return;
    }
    for resource in resources {
        set_fields(&mut resource.value, &["metadata", "annotations"], pairs);
        in_templates(resource, "annotations", pairs);
    }
}

fn in_templates(resource: &mut Resource, key: &str, pairs: &[Field]) {
    let Some(path) = resource.template_path().filter(|path| !path.is_empty() && *path != ["template"]) else {
        return;
    };
    if resource.kind() == "CronJob" {
        set_fields(&mut resource.value, &["spec", "jobTemplate", "metadata", key], pairs);
    }
    let steps: Vec<&str> = path.iter().copied().chain(["metadata", key]).collect();
    set_fields(&mut resource.value, &steps, pairs);
}

fn in_selectors(resource: &mut Resource, pairs: &[Field]) {
    const LABELS: &[&str] = &["spec", "selector", "matchLabels"];
    let id = resource.id();
    let path: &[&str] = match Workload::of(id.group, id.kind) {
        Workload::Deployment | Workload::ReplicaSet | Workload::DaemonSet | Workload::StatefulSet => LABELS,
        Workload::ReplicationController => &["spec", "selector"],
        Workload::Custom("Service") if id.group.is_empty() => &["spec", "selector"],
        Workload::Job if resource.value.at(LABELS).is_some() => LABELS,
        _ => return,
    };
    set_fields(&mut resource.value, path, pairs);
}

/// Sets `fields` in the map at `path`, made where there is none.
pub(super) fn set_fields(value: &mut Value, path: &[&str], fields: &[Field]) {
    let map = path.iter().try_fold(value, |value, key| child(value, key));
    if let Some(map) = map {
        for field in fields {
            map.set_field(field.clone());
        }
    }
}

/// An entry of `replicas`; tells whether any resource has its name.
pub(super) fn replicas(entry: &Value, resources: &mut [Resource]) -> bool {
    let (Some(name), Some(count)) = (entry.get("name").and_then(Value::text), entry.get("count")) else {
        return true;
    };
    let mut is_used = false;
    for resource in resources {
        let id = resource.id();
        let is_scaled = matches!(
            Workload::of(id.group, id.kind),
            Workload::Deployment
                | Workload::ReplicaSet
                | Workload::StatefulSet
                | Workload::ReplicationController
        );
        if is_scaled && (id.name == name || resource.previous.iter().any(|id| id.name == name)) {
            is_used = true;
            if let Some(spec) = child(&mut resource.value, "spec") {
                spec.set("replicas", count.clone());
            }
        }
    }
    is_used
}
