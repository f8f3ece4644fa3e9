//! References to resources whose names a kustomization changes (kustomize, `nameref`), as far as Pods have them.

use foldhash::HashMap;

use super::resource::Resource;
use crate::yaml::Value;

/// Lets the Pods of `resources` refer to ConfigMaps, Secrets, claims and service accounts by the names that these have
/// got.
pub(super) fn follow(resources: &mut [Resource]) {
    let targets = targets(resources);
    if targets.is_empty() {
        return;
    }
    let changed = resources.iter().enumerate().filter_map(|(index, resource)| {
        let mut value = resource.value.clone();
        let spec = value.at_mut(resource.template_path()?)?.get_mut("spec")?;
        in_spec(spec, &|kind, name| renamed(resource, targets.get(&(kind, name))?));
        Some((index, value))
    });
    let changed: Vec<(usize, Value)> = changed.collect();
    for (index, value) in changed {
        if let Some(resource) = resources.get_mut(index) {
            resource.value = value;
        }
    }
}

/// Resources that may be referred to and have got other names, by the names that they had.
type Targets<'r> = HashMap<(Kind, &'r str), Vec<&'r Resource>>;

fn targets(resources: &[Resource]) -> Targets<'_> {
    let mut targets = Targets::default();
    for resource in resources.iter().filter(|resource| !resource.previous.is_empty()) {
        let Some(kind) = kind_of(resource.kind()) else { continue };
        for previous in &resource.previous {
            let known = targets.entry((kind, &*previous.name)).or_default();
            if known.last().is_none_or(|last| !std::ptr::eq(*last, resource)) {
                known.push(resource);
            }
        }
    }
    targets
}

/// A kind that Pods refer to by name.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
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

/// The name that the one of `targets` has got that `referrer` means.
fn renamed(referrer: &Resource, targets: &[&Resource]) -> Option<String> {
    let is_beside =
        |resource: &Resource| resource.id().effective_namespace() == referrer.id().effective_namespace();
    let mut candidates: Vec<&Resource> = targets.iter().copied().filter(|target| is_beside(target)).collect();
    for allow_empty in [true, false] {
        if candidates.len() > 1 {
            candidates.retain(|candidate| has_same_endings(candidate, referrer, allow_empty));
        }
    }
    let first = candidates.first()?.name();
    candidates.iter().all(|candidate| candidate.name() == first).then(|| first.to_owned())
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
