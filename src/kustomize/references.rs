//! References to resources whose names a kustomization changes (kustomize, `nameref`), as far as Pods have them.

use super::resource::Resource;
use crate::yaml::Value;

/// Lets the Pods of `resources` refer to ConfigMaps, Secrets, claims and service accounts by the names that these have
/// got.
pub(super) fn follow(resources: &mut [Resource]) {
    let targets: Vec<Resource> = resources
        .iter()
        .filter(|resource| !resource.previous.is_empty() && kind_of(resource.kind()).is_some())
        .cloned()
        .collect();
    if targets.is_empty() {
        return;
    }
    for resource in resources {
        let Some(path) = resource.template_path() else { continue };
        let mut referrer = resource.clone();
        let spec = referrer.value.at_mut(path).and_then(|template| template.get_mut("spec"));
        let Some(spec) = spec else { continue };
        in_spec(spec, &|kind, name| renamed(resource, &targets, kind, name));
        let value = referrer.value;
        resource.value = value;
    }
}

/// A kind that Pods refer to by name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    ConfigMap,
    Secret,
    Claim,
    ServiceAccount,
}

fn kind_of(kind: &str) -> Option<Kind> {
    Some(match kind {
        "ConfigMap" => Kind::ConfigMap,
        "Secret" => Kind::Secret,
        "PersistentVolumeClaim" => Kind::Claim,
        "ServiceAccount" => Kind::ServiceAccount,
        _ => return None,
    })
}

/// The name that the resource `name` of `kind` has got, as `referrer` means it.
fn renamed(referrer: &Resource, targets: &[Resource], kind: Kind, name: &str) -> Option<String> {
    let own = referrer.id();
    let is_candidate = |target: &&Resource| {
        let id = target.id();
        kind_of(&id.kind) == Some(kind)
            && target.previous.iter().any(|previous| previous.name == name)
            && id.effective_namespace() == own.effective_namespace()
    };
    let mut candidates: Vec<&Resource> = targets.iter().filter(is_candidate).collect();
    for allow_empty in [true, false] {
        if candidates.len() > 1 {
            candidates.retain(|candidate| has_same_endings(candidate, referrer, allow_empty));
        }
    }
    let first = candidates.first()?.id().name;
    candidates.iter().all(|candidate| candidate.id().name == first).then_some(first)
}

/// Whether two resources got their prefixes and suffixes from the same kustomizations, as far as one can tell.
fn has_same_endings(one: &Resource, other: &Resource, allow_empty: bool) -> bool {
    let is_same = |one: &[String], other: &[String]| {
        (allow_empty && (one.is_empty() || other.is_empty()))
            || one.iter().rev().zip(other.iter().rev()).all(|(one, other)| one == other)
    };
    is_same(&one.prefixes, &other.prefixes) && is_same(&one.suffixes, &other.suffixes)
}

/// Renames what a Pod spec refers to.
fn in_spec(spec: &mut Value, renamed: &dyn Fn(Kind, &str) -> Option<String>) {
    let set = |value: &mut Value, path: &[&str], kind: Kind| {
        let Some(name) = value.at_mut(path) else { return };
        if let Some(new) = name.text().and_then(|name| renamed(kind, name)) {
            *name = name.string(&new);
        }
    };
    set(spec, &["serviceAccountName"], Kind::ServiceAccount);
    for volume in items(spec, "volumes") {
        set(volume, &["configMap", "name"], Kind::ConfigMap);
        set(volume, &["secret", "secretName"], Kind::Secret);
        set(volume, &["persistentVolumeClaim", "claimName"], Kind::Claim);
        for source in
            volume.get_mut("projected").into_iter().flat_map(|projected| items(projected, "sources"))
        {
            set(source, &["configMap", "name"], Kind::ConfigMap);
            set(source, &["secret", "name"], Kind::Secret);
        }
    }
    for list in ["initContainers", "containers"] {
        for container in items(spec, list) {
            for variable in items(container, "env") {
                set(variable, &["valueFrom", "configMapKeyRef", "name"], Kind::ConfigMap);
                set(variable, &["valueFrom", "secretKeyRef", "name"], Kind::Secret);
            }
            for source in items(container, "envFrom") {
                set(source, &["configMapRef", "name"], Kind::ConfigMap);
                set(source, &["secretRef", "name"], Kind::Secret);
            }
        }
    }
}

fn items<'v>(value: &'v mut Value, key: &str) -> impl Iterator<Item = &'v mut Value> {
    value.get_mut(key).and_then(Value::items_mut).into_iter().flatten()
}
