//! What a kustomization brings: the resources of files and of other kustomizations, and components.

use super::builder::{Accumulated, Builder};
use super::files::{Found, Refused};
use super::resource::{Gathered, Resource};
use crate::source::FileId;
use crate::yaml::Value;

/// How deeply kustomizations may name each other.
const MAX_DEPTH: usize = 64;

impl Builder {
    /// Adds the resources of a file, of a folder's kustomization, or of a remote place, which isn't read.
    pub(super) fn add_resource(&mut self, from: FileId, entry: &Value, gathered: &mut Gathered) {
        let Some(path) = entry.text() else { return };
        match self.files.find(from, path) {
            Ok(Found::File(file)) => {
                self.note_outside(from, file, entry);
                self.uses(file);
                self.is_manifest(file);
                let mut objects = Vec::new();
                for value in self.documents(file) {
                    add_objects(value, &mut objects);
                }
                self.append(objects, None, gathered);
            }
            Ok(Found::Kustomization(base)) => self.add_base(base, entry, gathered),
            Err(refused) => self.refuse(refused, entry),
        }
    }

    fn add_base(&mut self, base: FileId, entry: &Value, gathered: &mut Gathered) {
        if !self.may_enter(base, entry) {
            return;
        }
        let Some(value) = self.kustomization(base).filter(|value| !is_component(value)) else {
            self.partial = true;
            return self
                .note(entry, "this is no kustomization that can be read: what it would bring is not known");
        };
        let made = self.whole(base, &value);
        self.partial |= made.is_partial;
        self.used.extend(&made.files);
        self.append(made.resources.clone(), Some(entry), gathered);
    }

    /// Lets the component that `entry` names add to `resources`, and change them.
    pub(super) fn add_component(
        &mut self,
        from: FileId,
        entry: &Value,
        resources: Vec<Resource>,
    ) -> Vec<Resource> {
        let Some(path) = entry.text() else { return resources };
        let component = match self.files.find(from, path) {
            Ok(Found::Kustomization(component)) => component,
            Ok(Found::File(_)) => {
                self.error(entry, "a component is a folder, and this is a file");
                return resources;
            }
            Err(Refused::Remote) => {
                self.partial = true;
                self.note(entry, "a remote component is not read: what it would change is not known");
                return resources;
            }
            Err(refused) => {
                self.refuse(refused, entry);
                return resources;
            }
        };
        if !self.may_enter(component, entry) {
            return resources;
        }
        let Some(value) = self.kustomization(component).filter(is_component) else {
            self.error(entry, "its kustomization is no `kind: Component`, which kustomize refuses");
            return resources;
        };
        let (files, is_partial) = (std::mem::take(&mut self.used), self.partial);
        let made = self.accumulate(component, &value, Accumulated { resources, files, is_partial });
        (self.used, self.partial) = (made.files, made.is_partial);
        made.resources
    }

    /// Whether the kustomization `id` may be built for another.
    fn may_enter(&mut self, id: FileId, entry: &Value) -> bool {
        self.included.insert(id);
        if self.open.contains(&id) {
            self.partial = true;
            self.error(entry, "this kustomization includes itself, which kustomize refuses");
            return false;
        }
        if self.open.len() >= MAX_DEPTH {
            self.partial = true;
            self.note(
                entry,
                &format!("kustomizations nest deeper than {MAX_DEPTH} levels: this one is not followed"),
            );
            return false;
        }
        true
    }

    /// Adds `new` resources, of which none may be there already: each is to blame itself, or the `entry` that brings it.
    fn append(&mut self, new: Vec<Resource>, entry: Option<&Value>, gathered: &mut Gathered) {
        let Gathered { resources, ids } = gathered;
        let Some(first) = new.first() else { return };
        let place = entry.unwrap_or(&first.value).clone();
        let nodes: usize = new.iter().map(|resource| resource.value.size()).sum();
        let Some(left) = self.nodes_left.checked_sub(nodes) else {
            self.partial = true;
            return self.error(&place, "the kustomizations of this run make too much to be built");
        };
        self.nodes_left = left;
        if !self.may_go_on(&place, resources.len() + new.len()) {
            return;
        }
        for resource in new {
            let id = resource.id();
            if ids.insert(id.key()) || id.name.is_empty() {
                resources.push(resource);
                continue;
            }
            let place = entry.unwrap_or(&resource.value).span();
            let name = format!("{} {}", id.kind, id.name);
            self.note_of(place, "kustomize refuses two resources of one name", name);
        }
    }
}

/// Adds an object, or the items of a List.
fn add_objects(value: Value, objects: &mut Vec<Resource>) {
    let is_list = value.get("kind").and_then(Value::text).is_some_and(|kind| kind.ends_with("List"));
    if let Some(items) = value.get("items").filter(|items| is_list && items.is_sequence()) {
        for item in items.items() {
            add_objects(item.clone(), objects);
        }
    } else if value.get("kind").is_some() {
        objects.push(Resource::new(value));
    }
}

pub(super) fn is_component(value: &Value) -> bool {
    value.get("kind").and_then(Value::text) == Some("Component")
}
