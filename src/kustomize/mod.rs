//! What the kustomizations of the input make of it, as far as it bears on init containers.

pub mod generators;
pub mod images;
pub mod scripts;

use memchr::memmem;

use crate::read::InputFile;
use crate::source::Source;
use crate::yaml::Document;

/// The kustomizations among `files` that hold `literal` (kustomize, `RecognizedKustomizationFileNames`).
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

fn is_kustomization(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    matches!(name, "kustomization.yaml" | "kustomization.yml" | "Kustomization")
}
