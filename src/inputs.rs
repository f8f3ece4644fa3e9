//! The input set: every file of a run, and the objects in them by kind and name.
//!
//! It is the one thing between the model and the rules that sees all files. A rule asks it for a
//! ConfigMap whose script an init container runs; only then is any ConfigMap parsed.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use memchr::memmem;

use crate::kube::objects;
use crate::kustomize;
use crate::source::{FileId, Source};
use crate::yaml::{Document, Node};

/// A file, and where its documents lie.
#[derive(Debug)]
pub struct InputFile {
    /// Its text.
    pub source: Arc<Source>,
    /// The bytes of each document.
    pub documents: Vec<Range<usize>>,
}

/// Every file of a run.
#[derive(Debug, Default)]
pub struct InputSet {
    files: Vec<InputFile>,
    config_maps: OnceLock<HashMap<String, Vec<ConfigMap>>>,
    pinned_images: OnceLock<HashSet<String>>,
}

/// A ConfigMap of the input.
#[derive(Debug)]
pub struct ConfigMap {
    namespace: Option<String>,
    file: FileId,
    document: Arc<Document>,
    /// JSON pointer to the object in its document; not empty within a List.
    pointer: String,
}

impl InputSet {
    /// The set of `files`, in the order of their ids.
    #[must_use]
    pub fn new(files: Vec<InputFile>) -> Self {
        Self { files, config_maps: OnceLock::new(), pinned_images: OnceLock::new() }
    }

    /// The files, in the order of their ids.
    #[must_use]
    pub fn files(&self) -> &[InputFile] {
        &self.files
    }

    /// The file `id`.
    #[must_use]
    pub fn source(&self, id: FileId) -> Option<&Source> {
        self.files.get(id.0 as usize).map(|file| &*file.source)
    }

    /// The ConfigMap `name` as an object in `namespace` would see it.
    ///
    /// A missing namespace on either side matches any: overlays and `-n` set it later. Where
    /// several match and none in the same file, nothing is known.
    #[must_use]
    pub fn config_map(&self, from: FileId, namespace: Option<&str>, name: &str) -> Option<&ConfigMap> {
        let maps = self.config_maps.get_or_init(|| self.index_config_maps());
        let fits = |map: &&ConfigMap| match (namespace, map.namespace.as_deref()) {
            (Some(wanted), Some(found)) => wanted == found,
            _ => true,
        };
        let candidates: Vec<&ConfigMap> = maps.get(name)?.iter().filter(fits).collect();
        match candidates.as_slice() {
            [only] => Some(only),
            several => {
                let mut here = several.iter().filter(|map| map.file == from);
                here.next().filter(|_| here.next().is_none()).copied()
            }
        }
    }

    /// Whether a kustomization of the run sets the tag or the digest of the image `name` (without its tag).
    #[must_use]
    pub fn pins_image(&self, name: &str) -> bool {
        self.pinned_images.get_or_init(|| kustomize::pinned_images(&self.files)).contains(name)
    }

    fn index_config_maps(&self) -> HashMap<String, Vec<ConfigMap>> {
        let finder = memmem::Finder::new("ConfigMap");
        let mut index: HashMap<String, Vec<ConfigMap>> = HashMap::new();
        for file in &self.files {
            for range in &file.documents {
                let text = file.source.text.get(range.clone()).unwrap_or("");
                if finder.find(text.as_bytes()).is_none() {
                    continue;
                }
                let Ok(document) = Document::parse(&file.source, range.clone()) else { continue };
                let document = Arc::new(document);
                for object in objects(document.root()) {
                    if object.kind != "ConfigMap" {
                        continue;
                    }
                    let map = ConfigMap {
                        namespace: object.namespace().map(str::to_owned),
                        file: file.source.id,
                        document: Arc::clone(&document),
                        pointer: object.pointer.clone(),
                    };
                    index.entry(object.name().unwrap_or_default().to_owned()).or_default().push(map);
                }
            }
        }
        index
    }
}

impl ConfigMap {
    /// The value of `data[key]`.
    #[must_use]
    pub fn data(&self, key: &str) -> Option<Node<'_>> {
        self.document.root().at(&self.pointer)?.get("data")?.get(key)
    }

    /// The keys of `data`.
    pub fn keys(&self) -> impl Iterator<Item = String> + '_ {
        let data = self.document.root().at(&self.pointer).and_then(|object| object.get("data"));
        data.into_iter().flat_map(|data| data.entries().map(|entry| entry.name().into_owned()))
    }

    /// The file that it is in.
    #[must_use]
    pub fn file(&self) -> FileId {
        self.file
    }
}
