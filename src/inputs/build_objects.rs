//! The objects of a build, which see each other before they see other files.

use std::sync::{Arc, OnceLock};

use foldhash::{HashMap, HashMapExt};

use super::openshift::{SECURITY_GROUP, names_its_group};
use crate::kube::{Object, objects};
use crate::kustomize::{Build, BuiltResource};
use crate::yaml::Document;

/// What a kustomization makes.
#[derive(Debug)]
pub(super) struct BuildObjects {
    build: Arc<Build>,
    /// Indices of its resources by kind and name.
    by_name: OnceLock<HashMap<(String, String), Vec<usize>>>,
}

impl BuildObjects {
    pub(super) fn of(build: Arc<Build>) -> Self {
        Self { build, by_name: OnceLock::new() }
    }

    /// Whether it makes an object of `OpenShift`'s or grants the use of one that sets users, or leaves a Pod's user to the
    /// cluster on purpose.
    pub(super) fn is_for_openshift(&self) -> bool {
        self.build.resources.iter().any(|resource| {
            resource.loses_user
                || names_its_group(resource.api_version())
                || resource.has_text(&|_, text| text.starts_with(SECURITY_GROUP))
        })
    }

    /// The objects of `kind`, in order.
    pub(super) fn objects<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = Object<'a>> {
        let resources = self.build.resources.iter();
        resources.filter(move |resource| resource.kind_and_name().0 == kind).filter_map(object_of)
    }

    /// The object of `kind` and `name` as one in `namespace` would see it; a missing namespace matches any.
    pub(super) fn find(&self, kind: &str, namespace: Option<&str>, name: &str) -> Option<Object<'_>> {
        let by_name = self.by_name.get_or_init(|| by_name(&self.build.resources));
        let numbers = by_name.get(&(kind.to_owned(), name.to_owned()))?;
        let mut found = numbers.iter().filter_map(|&number| object_of(self.build.resources.get(number)?));
        found.find(|object| match (namespace, object.namespace()) {
            (Some(wanted), Some(own)) => wanted == own,
            _ => true,
        })
    }
}

fn by_name(resources: &[BuiltResource]) -> HashMap<(String, String), Vec<usize>> {
    let mut by_name: HashMap<(String, String), Vec<usize>> = HashMap::new();
    for (number, resource) in resources.iter().enumerate() {
        let (kind, name) = resource.kind_and_name();
        by_name.entry((kind.to_owned(), name.to_owned())).or_default().push(number);
    }
    by_name
}

fn object_of(resource: &BuiltResource) -> Option<Object<'_>> {
    object(resource.document()?)
}

fn object(document: &Document) -> Option<Object<'_>> {
    objects(document.root()).into_iter().next()
}
