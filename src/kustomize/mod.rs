//! What kustomize would make of the input, in memory and without losing where each part is written.
//!
//! `files` finds what kustomizations name, `parsed`, `definitions` and `documents` read it, `builder` puts it together: what a folder
//! `includes` (each a `resource`), what generators make (`generate`), and what changes them: `patches` (`merge` and its
//! `merge_keys`, `json_patch`, with the help of `selector`), `transform`, `image_tags` and `replacements`. At the end
//! `references` follow names that changed. `roots` tells which are built by themselves, as far as they `reach` what is asked for,
//! `build` what comes of it, `remarks` what its owner should know.
//!
//! Not followed: plugins, `helmCharts`, `vars`, `openapi`, remote resources. They are named in a note.

mod build;
mod builder;
mod definitions;
mod documents;
mod files;
mod generate;
mod image_tags;
mod includes;
mod json_patch;
mod merge;
mod merge_keys;
mod parsed;
mod patches;
mod reach;
mod real_paths;
mod references;
mod remarks;
mod replacements;
mod resource;
mod roots;
mod selector;
mod transform;

pub mod generators;
pub mod images;

use memchr::memmem;

pub use build::{Build, Builds, BuiltResource, build};
pub use definitions::definitions;
pub use files::{LoadRestrictor, folder_of};
pub use remarks::Remark;
pub use roots::Scope;

use crate::discover::is_kustomization;
use crate::read::InputFile;
use crate::source::Source;
use crate::yaml::Document;

/// Whether a kustomization among `files` may name `name` among its `vars`, by its text.
#[must_use]
pub fn may_be_var(files: &[InputFile], name: &str) -> bool {
    let mut texts =
        files.iter().filter(|file| is_kustomization(&file.source.path)).map(|file| &*file.source.text);
    texts.any(|text| text.contains("vars:") && text.contains(name))
}

/// The kustomizations among `files` that hold `literal`.
fn kustomizations<'a>(
    files: &'a [InputFile],
    literal: &'static str,
) -> impl Iterator<Item = (&'a Source, Document)> {
    let files = files.iter().filter(|file| is_kustomization(&file.source.path));
    let documents = files.flat_map(|file| file.documents.iter().map(move |range| (&*file.source, range)));
    documents.filter_map(move |(source, range)| {
        memmem::find(source.text.get(range.clone())?.as_bytes(), literal.as_bytes())?;
        Some((source, Document::parse(source, range.clone()).ok()?))
    })
}
