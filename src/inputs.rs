//! The input set: every file of a run, and the objects in them by kind and name.
//!
//! It is the one thing between the model and the rules that sees all files. A rule asks it for a
//! ConfigMap whose script an init container runs; only then is any ConfigMap parsed.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use memchr::memmem;

use crate::kube::objects;
use crate::kustomize::{generators, images};
use crate::read::InputFile;
use crate::source::{FileId, MappedText, Source};
use crate::yaml::{Document, Node};

/// Every file of a run.
#[derive(Debug, Default)]
pub struct InputSet {
    files: Vec<InputFile>,
    config_maps: OnceLock<HashMap<String, Vec<ConfigMap>>>,
    pinned_images: OnceLock<HashSet<String>>,
    /// The files by the path that is shown.
    by_path: OnceLock<HashMap<Arc<str>, FileId>>,
}

/// A ConfigMap of the input.
#[derive(Debug)]
pub struct ConfigMap {
    namespace: Option<String>,
    /// The file that it is in, or the kustomization that makes it.
    file: FileId,
    data: Data,
}

#[derive(Debug)]
enum Data {
    Object {
        document: Arc<Document>,
        /// JSON pointer to the object in its document; not empty within a List.
        pointer: String,
    },
    Generated(BTreeMap<String, generators::Value>),
}

impl InputSet {
    /// The set of `files`, in the order of their ids.
    #[must_use]
    pub fn new(files: Vec<InputFile>) -> Self {
        Self { files, ..Self::default() }
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
    /// several match, the one in the same file counts, or else the one in the same folder.
    #[must_use]
    pub fn config_map(&self, from: FileId, namespace: Option<&str>, name: &str) -> Option<&ConfigMap> {
        let maps = self.config_maps.get_or_init(|| self.index_config_maps());
        let fits = |map: &&ConfigMap| match (namespace, map.namespace.as_deref()) {
            (Some(wanted), Some(found)) => wanted == found,
            _ => true,
        };
        let candidates: Vec<&ConfigMap> = maps.get(name)?.iter().filter(fits).collect();
        let narrowed = |keep: &dyn Fn(FileId) -> bool| {
            let mut kept = candidates.iter().filter(|map| keep(map.file));
            kept.next().filter(|_| kept.next().is_none()).copied()
        };
        narrowed(&|_| true)
            .or_else(|| narrowed(&|file| file == from))
            .or_else(|| narrowed(&|file| self.folder(file) == self.folder(from)))
    }

    fn folder(&self, id: FileId) -> Option<&str> {
        Some(generators::folder_of(&self.source(id)?.path))
    }

    /// Whether a kustomization of the run sets the tag or the digest of the image `name` (without its tag).
    #[must_use]
    pub fn pins_image(&self, name: &str) -> bool {
        self.pinned_images.get_or_init(|| images::pinned_images(&self.files)).contains(name)
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
                        data: Data::Object {
                            document: Arc::clone(&document),
                            pointer: object.pointer.clone(),
                        },
                    };
                    index.entry(object.name().unwrap_or_default().to_owned()).or_default().push(map);
                }
            }
        }
        for generated in generators::config_maps(&self.files) {
            let generators::Generated { name, namespace, file, data } = generated;
            let map = ConfigMap { namespace, file, data: Data::Generated(data) };
            index.entry(name).or_default().push(map);
        }
        index
    }

    /// The file that is shown as `path`.
    fn file_at(&self, path: &str) -> Option<&Source> {
        let by_path = self.by_path.get_or_init(|| {
            // Of two of one name the first counts.
            let sources = self.files.iter().rev().map(|file| &file.source);
            sources.map(|source| (Arc::clone(&source.path), source.id)).collect()
        });
        self.source(*by_path.get(path)?)
    }
}

impl ConfigMap {
    /// The text of `data[key]`; `inputs` is the set that this is of.
    #[must_use]
    pub fn text<'a>(&'a self, key: &str, inputs: &'a InputSet) -> Option<&'a str> {
        match &self.data {
            Data::Object { .. } => self.object()?.get(key)?.as_str(),
            Data::Generated(data) => match data.get(key)? {
                generators::Value::File(path) => Some(&*inputs.file_at(path)?.text),
                generators::Value::Literal(text) => Some(text.as_str()),
            },
        }
    }

    /// The text of `data[key]` with the place of each part of it.
    #[must_use]
    pub fn mapped(&self, key: &str, inputs: &InputSet) -> Option<MappedText> {
        match &self.data {
            Data::Object { .. } => Some(self.object()?.get(key)?.mapped(inputs.source(self.file)?)),
            Data::Generated(data) => match data.get(key)? {
                generators::Value::File(path) => Some(inputs.file_at(path)?.mapped()),
                generators::Value::Literal(text) => Some(text.clone()),
            },
        }
    }

    /// The keys of `data`.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        match &self.data {
            Data::Object { .. } => {
                let entries = self.object().into_iter().flat_map(Node::entries);
                entries.map(|entry| entry.name().into_owned()).collect()
            }
            Data::Generated(data) => data.keys().cloned().collect(),
        }
    }

    /// The map at `data`, of an object.
    fn object(&self) -> Option<Node<'_>> {
        match &self.data {
            Data::Object { document, pointer } => document.root().at(pointer)?.get("data"),
            Data::Generated(_) => None,
        }
    }
}
