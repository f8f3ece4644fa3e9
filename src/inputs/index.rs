//! The objects of the input by kind and name. Only documents that could hold what is asked for are parsed.

use std::sync::OnceLock;

use foldhash::{HashMap, HashMapExt};

use super::files::{Borrowed, Files};
use super::mentions::with_items;
use super::names::Named;
use crate::kube::{Object, objects};
use crate::read::{InputFile, Mention};
use crate::source::FileId;
use crate::yaml::{self, Document, NodeId};

/// Finds the objects of some files.
#[derive(Debug, Default)]
pub(super) struct ObjectIndex {
    kinds: OnceLock<Kinds>,
}

/// Which documents could hold an object of a kind; made at the first question.
#[derive(Debug, Default)]
struct Kinds {
    by_kind: HashMap<Box<str>, KindIndex>,
    documents: Vec<Indexed>,
}

/// A document that could hold an object.
#[derive(Debug)]
struct Indexed {
    file: FileId,
    /// Its number in the file.
    number: u32,
    /// Which of the file's mentions is of it; without one its text tells.
    mention: Option<u32>,
    /// What it holds, where it is YAML.
    parsed: OnceLock<Option<Box<Parsed>>>,
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

/// A document, by its place in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct DocumentId(u32);

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
        files: &Files,
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
            // Of several one is meant, or none: the others aren't kept.
            for &document in &found.documents {
                kinds.show(files, document, |file, parsed| {
                    let numbers = parsed.by_name.get(name).into_iter().flatten();
                    let objects = numbers.filter_map(|number| Some((*number, parsed.object(*number)?)));
                    for (number, object) in objects.filter(|(_, object)| object.kind == kind) {
                        named.add(ObjectId { document, number }, object.namespace(), file, folder(file));
                    }
                });
            }
            named
        }))
    }

    /// The objects of `kind`, in the order of the files.
    pub(super) fn objects<'a>(&'a self, files: &'a Files, kind: &'a str) -> impl Iterator<Item = Object<'a>> {
        let kinds = self.kinds(files);
        let documents = kinds.by_kind.get(kind).into_iter().flat_map(|index| &index.documents);
        let parsed = documents.filter_map(|&document| Some(kinds.parsed(files, document)?.1));
        parsed.flat_map(Parsed::objects).filter(move |object| object.kind == kind)
    }

    /// The object `id`.
    pub(super) fn object(&self, files: &Files, id: ObjectId) -> Option<Object<'_>> {
        self.kinds.get()?.parsed(files, id.document)?.1.object(id.number)
    }

    /// Shows the objects of `kind` to `visit`, in the order of the files. What is read for that alone isn't kept.
    pub(super) fn visit(&self, files: &Files, kind: &str, mut visit: impl FnMut(ObjectId, &Object<'_>)) {
        let kinds = self.kinds(files);
        for &document in kinds.by_kind.get(kind).into_iter().flat_map(|index| &index.documents) {
            kinds.show(files, document, |_, parsed| {
                for (object, number) in parsed.objects().zip(0..).filter(|(object, _)| object.kind == kind) {
                    visit(ObjectId { document, number }, &object);
                }
            });
        }
    }

    fn kinds(&self, files: &Files) -> &Kinds {
        self.kinds.get_or_init(|| Kinds::of(files))
    }
}

impl Kinds {
    fn of(files: &Files) -> Self {
        let mut kinds = Self::default();
        for file in files.list() {
            match &file.mentions {
                Some(mentions) => kinds.add_mentions(file.source.id, mentions),
                None => kinds.add_documents(files, file),
            }
        }
        kinds
    }

    fn add_mentions(&mut self, file: FileId, mentions: &[Mention]) {
        for (Mention { document: number, kinds, .. }, mention) in mentions.iter().zip(0..) {
            let document = self.push(file, *number, Some(mention));
            for kind in &**kinds {
                self.add_kind(kind, document);
            }
        }
    }

    /// Adds the documents of `file` to the kinds that their texts could hold, or else to those that they do hold.
    fn add_documents(&mut self, files: &Files, file: &InputFile) {
        for (range, number) in file.documents.iter().zip(0..) {
            let values = yaml::key_values(file.source.text.get(range.clone()).unwrap_or(""), &yaml::KIND);
            let document = self.push(file.source.id, number, None);
            if values.is_open {
                let objects =
                    self.parsed(files, document).into_iter().flat_map(|(_, parsed)| parsed.objects());
                let kinds: Vec<Box<str>> = objects.map(|object| object.kind.into()).collect();
                for kind in &kinds {
                    self.add_kind(kind, document);
                }
            } else {
                let kinds = values.strings.into_iter().flat_map(with_items);
                for kind in kinds {
                    self.add_kind(kind, document);
                }
            }
        }
    }

    fn push(&mut self, file: FileId, number: u32, mention: Option<u32>) -> DocumentId {
        let id = DocumentId(u32::try_from(self.documents.len()).unwrap_or(u32::MAX));
        self.documents.push(Indexed { file, number, mention, parsed: OnceLock::new() });
        id
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
    fn names(&self, files: &Files, kind: &str, documents: &[DocumentId]) -> HashMap<Box<str>, Name> {
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
        for &id in documents {
            let Some((file, indexed)) = self.document(files, id) else { continue };
            if let Some(mention) = indexed.mention {
                let mention = file.mentions.as_ref().and_then(|mentions| mentions.get(mention as usize));
                mention.into_iter().flat_map(Mention::names).for_each(|name| add(name, id));
                continue;
            }
            let text = file.documents.get(indexed.number as usize);
            let text = text.and_then(|range| file.source.text.get(range.clone()));
            let values = yaml::key_values(text.unwrap_or(""), &yaml::NAME);
            if !values.is_open {
                for name in values.strings {
                    add(name, id);
                }
                continue;
            }
            let objects = self.parsed(files, id).into_iter().flat_map(|(_, parsed)| parsed.objects());
            for object in objects.filter(|object| object.kind == kind) {
                add(object.name().unwrap_or_default(), id);
            }
        }
        names
    }

    fn document<'f>(&self, files: &'f Files, id: DocumentId) -> Option<(&'f InputFile, &Indexed)> {
        let indexed = self.documents.get(id.0 as usize)?;
        Some((files.get(indexed.file)?, indexed))
    }

    /// The file that a document is in, and what the document holds, where it is YAML.
    fn parsed(&self, files: &Files, id: DocumentId) -> Option<(FileId, &Parsed)> {
        let indexed = self.documents.get(id.0 as usize)?;
        let parse = || {
            let file = files.with_text(indexed.file)?;
            Parsed::read(file, indexed.number).map(Box::new)
        };
        Some((indexed.file, indexed.parsed.get_or_init(parse).as_deref()?))
    }

    /// Shows what a document holds to `visit`, and its file. What is read for that alone isn't kept, but for lists: they
    /// would be parsed anew for each of their names.
    fn show(&self, files: &Files, id: DocumentId, mut visit: impl FnMut(FileId, &Parsed)) {
        let Some(Indexed { file, number, parsed: known, .. }) = self.documents.get(id.0 as usize) else {
            return;
        };
        let mut visit = |parsed: &Option<Box<Parsed>>| parsed.iter().for_each(|parsed| visit(*file, parsed));
        if let Some(known) = known.get() {
            return visit(known);
        }
        let Some(text) = files.lend(*file) else { return };
        let parsed = Parsed::read(&text, *number).map(Box::new);
        let is_list = parsed.as_ref().is_some_and(|parsed| parsed.objects.len() > 1);
        if is_list || matches!(text, Borrowed::Known(_)) {
            visit(known.get_or_init(|| parsed));
        } else {
            visit(&parsed);
        }
    }
}

impl Parsed {
    /// The document of this `number` in `file`.
    fn read(file: &InputFile, number: u32) -> Option<Self> {
        let range = file.documents.get(number as usize)?.clone();
        Some(Self::of(Document::parse(&file.source, range).ok()?))
    }

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
