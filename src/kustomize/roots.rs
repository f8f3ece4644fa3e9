//! Which kustomizations are built by themselves.

use std::collections::HashSet;

use memchr::memmem;
use rayon::prelude::*;

use super::builder::Builder;
use super::includes::is_component;
use crate::discover::is_kustomization;
use crate::kube::objects;
use crate::source::FileId;
use crate::yaml::{Document, Node};

/// The group of Flux's kustomizations.
const FLUX: &str = "kustomize.toolkit.fluxcd.io/";

/// Builds the kustomizations among the files `ids`, and those that Flux is told to build. By themselves stand those that no
/// other includes, those that `is_named` says, and those that include each other alone.
pub(super) fn of_input(
    builder: &mut Builder,
    ids: &[FileId],
    is_named: &dyn Fn(FileId) -> bool,
) -> Vec<FileId> {
    let is_ours = |builder: &Builder, id: FileId| {
        builder.source(id).is_some_and(|source| is_kustomization(&source.path))
    };
    let ours: Vec<FileId> = ids.iter().copied().filter(|id| is_ours(builder, *id)).collect();
    let speaks_of_flux = |id: &&FileId| {
        let source = builder.source(**id);
        source.is_some_and(|source| memmem::find(source.text.as_bytes(), FLUX.as_bytes()).is_some())
    };
    let of_flux: Vec<FileId> = ids.par_iter().filter(speaks_of_flux).copied().collect();
    let paths: Vec<(FileId, String)> = of_flux.into_iter().flat_map(|id| flux_paths(builder, id)).collect();
    if !paths.is_empty() {
        builder.files.lift_restriction();
    }
    let folders: Vec<String> =
        paths.iter().filter_map(|(id, path)| builder.files.in_work_tree(*id, path)).collect();
    let of_flux: Vec<FileId> =
        folders.iter().filter_map(|folder| builder.files.kustomization_in(folder)).collect();
    let mut whole = Vec::new();
    for id in ours.into_iter().chain(of_flux.iter().copied()) {
        let Some(value) = builder.kustomization(id) else { continue };
        // A component makes something of what includes it; alone it is built where somebody asks for it.
        if !is_component(&value) || is_named(id) {
            whole.push((id, builder.whole(id, &value)));
        }
    }
    let is_of_flux: HashSet<FileId> = of_flux.into_iter().collect();
    let stands_alone = |builder: &Builder, id: FileId| {
        is_named(id) || is_of_flux.contains(&id) || !builder.included.contains(&id)
    };
    let mut roots: Vec<FileId> =
        whole.iter().map(|(id, _)| *id).filter(|id| stands_alone(builder, *id)).collect();
    let is_root: HashSet<FileId> = roots.iter().copied().collect();
    let of_roots = whole.iter().filter(|(id, _)| is_root.contains(id));
    let mut built: HashSet<FileId> = of_roots.flat_map(|(_, made)| made.files.iter().copied()).collect();
    for (id, made) in &whole {
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

/// The folders that Flux's objects in the file `id` name: `spec.path`, from the top of the repository, which is the default.
fn flux_paths(builder: &Builder, id: FileId) -> Vec<(FileId, String)> {
    let Some(file) = builder.files.get(id) else { return Vec::new() };
    let mut paths = Vec::new();
    for range in &file.documents {
        let Ok(document) = Document::parse(&file.source, range.clone()) else { continue };
        for object in objects(document.root()) {
            if object.kind == "Kustomization" && object.api_version.starts_with(FLUX) {
                let path = object.node.at("/spec/path").and_then(Node::as_str);
                paths.push((id, path.unwrap_or_default().to_owned()));
            }
        }
    }
    paths
}
