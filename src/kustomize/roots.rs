//! Which kustomizations are built by themselves.

use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet};
use memchr::memmem;
use rayon::prelude::*;

use super::builder::{Accumulated, Builder};
use super::includes::is_component;
use super::parsed;
use super::reach::{self, Parted};
use crate::discover::is_kustomization;
use crate::kube::objects;
use crate::source::FileId;
use crate::yaml::{Document, Node, Value};

/// The group of Flux's kustomizations.
const FLUX: &str = "kustomize.toolkit.fluxcd.io/";

/// What a run is about among the files that it knows.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// The files that are named themselves: all of each must be YAML.
    pub is_named: &'a (dyn Fn(FileId) -> bool + Sync),
    /// The files that are checked. The others are there to be looked up.
    pub is_checked: &'a (dyn Fn(FileId) -> bool + Sync),
}

/// The kustomizations of a run.
pub(super) struct Roots {
    /// Those that are built by themselves.
    pub(super) list: Vec<FileId>,
    /// Those that aren't built at all.
    pub(super) idle: HashSet<FileId>,
}

/// Builds the kustomizations among the files `ids`, and those that Flux is told to build, as far as they lead to what `scope`
/// asks for. By themselves stand those that no other includes, those that are named, and those that include each other alone.
pub(super) fn of_input(builder: &mut Builder, ids: &[FileId], scope: Scope<'_>) -> Roots {
    let Scope { is_named, is_checked } = scope;
    let is_ours = |builder: &Builder, id: FileId| {
        builder.source(id).is_some_and(|source| is_kustomization(&source.path))
    };
    let ours: Vec<FileId> = ids.iter().copied().filter(|id| is_ours(builder, *id)).collect();
    let flux = Flux::of(builder, ids);
    let all = ours.into_iter().chain(flux.order.iter().copied());
    let all: Vec<(FileId, Value)> = all
        .filter_map(|id| {
            let mut value = builder.kustomization(id)?;
            add_components(&mut value, flux.components.get(&id).map_or(&[], Vec::as_slice));
            Some((id, value))
        })
        .collect();
    let is_checked = |id: FileId| ids.get(id.0 as usize).is_none() || is_checked(id);
    let Parted { asked_for, files, idle } = reach::part(builder, &all, &is_checked);
    parsed::ahead(&mut builder.files, &files, &mut builder.parsed, is_named);
    let mut whole = Vec::new();
    for (id, value) in all.iter().filter(|(id, _)| asked_for.contains(id)) {
        // A component makes something of what includes it; alone it is built where somebody asks for it.
        if !is_component(value) || is_named(*id) {
            whole.push((*id, builder.whole(*id, value)));
        }
    }
    let stands_alone =
        |id: FileId| is_named(id) || flux.components.contains_key(&id) || !builder.included.contains(&id);
    Roots { list: alone(&whole, &stands_alone), idle }
}

/// Those of `whole` that are built by themselves: that stand alone, or aren't part of one that is.
fn alone(whole: &[(FileId, Arc<Accumulated>)], stands_alone: &dyn Fn(FileId) -> bool) -> Vec<FileId> {
    let mut roots: Vec<FileId> = whole.iter().map(|(id, _)| *id).filter(|id| stands_alone(*id)).collect();
    let is_root: HashSet<FileId> = roots.iter().copied().collect();
    let of_roots = whole.iter().filter(|(id, _)| is_root.contains(id));
    let mut built: HashSet<FileId> = of_roots.flat_map(|(_, made)| made.files.iter().copied()).collect();
    for (id, made) in whole {
        if !built.contains(id) {
            roots.push(*id);
            built.extend(&made.files);
        }
    }
    roots
}

/// For each of the files `named` that no build uses, the nearest kustomization above it that does.
pub(super) fn above(builder: &mut Builder, named: impl Iterator<Item = FileId>) -> Vec<FileId> {
    let mut roots = Vec::new();
    for file in named {
        if !builder.is_used(file) {
            roots.extend(nearest(builder, file));
        }
    }
    roots
}

fn nearest(builder: &mut Builder, file: FileId) -> Option<FileId> {
    let path = builder.source(file)?.path.to_string();
    let name = path.rsplit('/').next()?;
    for folder in builder.files.folders_above(file) {
        let Some(id) = builder.files.kustomization_in(&folder) else { continue };
        let text = builder.source(id)?.text.clone();
        if id == file || memmem::find(text.as_bytes(), name.as_bytes()).is_none() {
            continue;
        }
        let told = builder.remarks.len();
        let Some(value) = builder.kustomization(id).filter(|value| !is_component(value)) else { continue };
        if builder.whole(id, &value).files.contains(&file) {
            return Some(id);
        }
        builder.remarks.truncate(told);
    }
    None
}

/// What Flux is told to build.
struct Flux {
    /// The kustomizations, in order.
    order: Vec<FileId>,
    /// The components that are added to each.
    components: HashMap<FileId, Vec<Value>>,
}

impl Flux {
    /// What the objects of Flux in the files `ids` say. Where there are any, a kustomization may name files outside of its
    /// folder.
    fn of(builder: &mut Builder, ids: &[FileId]) -> Self {
        let speaks_of_flux = |id: &&FileId| {
            let source = builder.source(**id);
            source.is_some_and(|source| memmem::find(source.text.as_bytes(), FLUX.as_bytes()).is_some())
        };
        let files: Vec<FileId> = ids.par_iter().with_max_len(128).filter(speaks_of_flux).copied().collect();
        let named: Vec<ByFlux> = files.into_iter().flat_map(|id| by_flux(builder, id)).collect();
        if !named.is_empty() {
            builder.files.lift_restriction();
        }
        let mut flux = Self { order: Vec::new(), components: HashMap::new() };
        for ByFlux { file, path, components } in named {
            let folder = builder.files.in_work_tree(file, &path);
            let Some(id) = folder.and_then(|folder| builder.files.kustomization_in(&folder)) else {
                continue;
            };
            flux.order.push(id);
            // Of several objects for one folder the first that adds something counts.
            let known = flux.components.entry(id).or_default();
            if known.is_empty() {
                *known = components;
            }
        }
        flux
    }
}

/// What an object of Flux has built: `spec.path`, from the top of the repository, which is the default; and the components
/// that it adds to the kustomization there (`spec.components`).
struct ByFlux {
    file: FileId,
    path: String,
    components: Vec<Value>,
}

/// What Flux's objects in the file `id` have built.
fn by_flux(builder: &Builder, id: FileId) -> Vec<ByFlux> {
    let Some(file) = builder.files.get(id) else { return Vec::new() };
    let mut named = Vec::new();
    for range in &file.documents {
        let Ok(document) = Document::parse(&file.source, range.clone()) else { continue };
        for object in objects(document.root()) {
            if object.kind == "Kustomization" && object.api_version.starts_with(FLUX) {
                let at = |pointer| object.node.at(pointer);
                let path = at("/spec/path").and_then(Node::as_str).unwrap_or_default().to_owned();
                let components = at("/spec/components").into_iter().flat_map(Node::items);
                let components = components.filter_map(|component| Value::of(component).ok()).collect();
                named.push(ByFlux { file: id, path, components });
            }
        }
    }
    named
}

/// Adds `components` to those of the kustomization `value`.
fn add_components(value: &mut Value, components: &[Value]) {
    if components.is_empty() {
        return;
    }
    let own = value.get("components").map(Value::items).unwrap_or_default();
    let all = value.sequence(own.iter().chain(components).cloned().collect());
    value.set("components", all);
}
