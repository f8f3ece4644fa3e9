//! The objects of the input by kind and name. Only documents that could hold what is asked for are parsed.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::names::Named;
use crate::kube::{Object, objects};
use crate::read::InputFile;
use crate::source::FileId;
use crate::yaml::{self, Document, NodeId};

/// Finds the objects of some files.
#[derive(Debug, Default)]
pub(super) struct ObjectIndex {
    kinds: OnceLock<Kinds>,
}

/// Which documents could hold an object of a kind; made of all texts at the first question.
#[derive(Debug, Default)]
struct Kinds {
    by_kind: HashMap<Box<str>, KindIndex>,
    /// What the documents hold, by file and document.
    parsed: Vec<Vec<OnceLock<Option<Box<Parsed>>>>>,
}

/// The objects of one kind.
#[derive(Debug, Default)]
struct KindIndex {
    documents: Vec<DocumentId>,
    names: OnceLock<HashMap<Box<str>, Name>>,
}

/// The objects of one kind and name.
#[derive(Debug, Default)]
struct Name {
    /// The documents that could hold them.
    documents: Vec<DocumentId>,
    named: OnceLock<Named<ObjectId>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct DocumentId {
    file: u32,
    document: u32,
}

/// An object of the index.
#[derive(Debug, Clone, Copy)]
pub(super) struct ObjectId {
    document: DocumentId,
    number: u32,
}

/// A document and the objects in it.
#[derive(Debug)]
struct Parsed {
    document: Document,
    objects: Vec<Place>,
    by_name: HashMap<Box<str>, Vec<u32>>,
}

/// An object of a document.
#[derive(Debug)]
struct Place {
    node: NodeId,
    pointer: String,
    api_version: Box<str>,
    kind: Box<str>,
}

impl ObjectIndex {
    /// The objects of `kind` and `name`; `folder` tells the folder of a file.
    pub(super) fn named<'a>(
        &'a self,
        files: &[InputFile],
        kind: &str,
        name: &str,
        folder: impl Fn(FileId) -> &'a str,
    ) -> Option<&'a Named<ObjectId>> {
        let kinds = self.kinds(files);
        let index = kinds.by_kind.get(kind)?;
        let names = index.names.get_or_init(|| kinds.names(files, kind, &index.documents));
        let found = names.get(name)?;
        Some(found.named.get_or_init(|| {
            let mut named = Named::default();
            for &document in &found.documents {
                let Some(parsed) = kinds.parsed(files, document) else { continue };
                for &number in parsed.by_name.get(name).into_iter().flatten() {
                    let Some(object) = parsed.object(number).filter(|object| object.kind == kind) else {
                        continue;
                    };
                    let file = FileId(document.file);
                    named.add(ObjectId { document, number }, object.namespace(), file, folder(file));
                }
            }
            named
        }))
    }

    /// The objects of `kind`, in the order of the files.
    pub(super) fn objects<'a>(
        &'a self,
        files: &'a [InputFile],
        kind: &'a str,
    ) -> impl Iterator<Item = Object<'a>> {
        let kinds = self.kinds(files);
        let documents = kinds.by_kind.get(kind).into_iter().flat_map(|index| &index.documents);
        let parsed = documents.filter_map(|&document| kinds.parsed(files, document));
        parsed.flat_map(Parsed::objects).filter(move |object| object.kind == kind)
    }

    /// The object `id`.
    pub(super) fn object(&self, id: ObjectId) -> Option<Object<'_>> {
        self.kinds.get()?.known(id.document)?.object(id.number)
    }

    fn kinds(&self, files: &[InputFile]) -> &Kinds {
        self.kinds.get_or_init(|| Kinds::of(files))
    }
}

impl Kinds {
    fn of(files: &[InputFile]) -> Self {
        let mut kinds = Self::default();
        for (file, number) in files.iter().zip(0..) {
            kinds.parsed.push(file.documents.iter().map(|_| OnceLock::new()).collect());
            for (_, document) in file.documents.iter().zip(0..) {
                kinds.add(files, DocumentId { file: number, document });
            }
        }
        kinds
    }

    /// Adds a document to the kinds that its text could hold, or else to those that it does hold.
    fn add(&mut self, files: &[InputFile], document: DocumentId) {
        let values = yaml::key_values(text(files, document), "kind");
        if values.is_open {
            let objects = self.parsed(files, document).into_iter().flat_map(Parsed::objects);
            let kinds: Vec<Box<str>> = objects.map(|object| object.kind.into()).collect();
            return kinds.iter().for_each(|kind| self.add_kind(kind, document));
        }
        for mut kind in values.strings {
            self.add_kind(kind, document);
            // The items of a typed list may have their kind from it.
            while let Some(of_items) = kind.strip_suffix("List").filter(|kind| !kind.is_empty()) {
                self.add_kind(of_items, document);
                kind = of_items;
            }
        }
    }

    fn add_kind(&mut self, kind: &str, document: DocumentId) {
        let documents = match self.by_kind.get_mut(kind) {
            Some(index) => &mut index.documents,
            None => &mut self.by_kind.entry(kind.into()).or_default().documents,
        };
        if documents.last() != Some(&document) {
            documents.push(document);
        }
    }

    /// The names that objects of `kind` could have, which `documents` could hold.
    fn names(&self, files: &[InputFile], kind: &str, documents: &[DocumentId]) -> HashMap<Box<str>, Name> {
        let mut names: HashMap<Box<str>, Name> = HashMap::new();
        let mut add = |name: &str, document: DocumentId| {
            let documents = match names.get_mut(name) {
                Some(name) => &mut name.documents,
                None => &mut names.entry(name.into()).or_default().documents,
            };
            if documents.last() != Some(&document) {
                documents.push(document);
            }
        };
        for &document in documents {
            let values = yaml::key_values(text(files, document), "name");
            if !values.is_open {
                values.strings.into_iter().for_each(|name| add(name, document));
                continue;
            }
            let objects = self.parsed(files, document).into_iter().flat_map(Parsed::objects);
            for object in objects.filter(|object| object.kind == kind) {
                add(object.name().unwrap_or_default(), document);
            }
        }
        names
    }

    /// What `document` holds, where it is YAML.
    fn parsed(&self, files: &[InputFile], document: DocumentId) -> Option<&Parsed> {
        let parse = || {
            let file = files.get(document.file as usize)?;
            let range = file.documents.get(document.document as usize)?.clone();
            Some(Box::new(Parsed::of(Document::parse(&file.source, range).ok()?)))
        };
        self.slot(document)?.get_or_init(parse).as_deref()
    }

    /// What `document` holds, if that was asked for before.
    fn known(&self, document: DocumentId) -> Option<&Parsed> {
        self.slot(document)?.get()?.as_deref()
    }

    fn slot(&self, document: DocumentId) -> Option<&OnceLock<Option<Box<Parsed>>>> {
        self.parsed.get(document.file as usize)?.get(document.document as usize)
    }
}

fn text(files: &[InputFile], document: DocumentId) -> &str {
    let file = files.get(document.file as usize);
    let text = file.and_then(|file| {
        let range = file.documents.get(document.document as usize)?.clone();
        file.source.text.get(range)
    });
    text.unwrap_or("")
}

impl Parsed {
    fn of(document: Document) -> Self {
        let mut places = Vec::new();
        let mut by_name: HashMap<Box<str>, Vec<u32>> = HashMap::new();
        for (object, number) in objects(document.root()).into_iter().zip(0..) {
            by_name.entry(object.name().unwrap_or_default().into()).or_default().push(number);
            let Object { node, pointer, api_version, kind } = object;
            places.push(Place {
                node: node.id(),
                pointer,
                api_version: api_version.into(),
                kind: kind.into(),
            });
        }
        Self { document, objects: places, by_name }
    }

    fn object(&self, number: u32) -> Option<Object<'_>> {
        self.objects.get(number as usize).map(|place| self.object_at(place))
    }

    fn objects(&self) -> impl Iterator<Item = Object<'_>> {
        self.objects.iter().map(|place| self.object_at(place))
    }

    fn object_at<'a>(&'a self, place: &'a Place) -> Object<'a> {
        let Place { node, pointer, api_version, kind } = place;
        Object { node: self.document.node(*node), pointer: pointer.clone(), api_version, kind }
    }
}
