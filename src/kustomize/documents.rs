//! The documents of the files that kustomizations name.

use super::builder::Builder;
use super::definitions::value_of;
use super::files::Refused;
use super::parsed::Parsed;
use crate::source::{FileId, Source, Span};
use crate::yaml::{Document, Value};

impl Builder {
    /// The values of the documents in the file `id`. What can't be read is told of where files are checked.
    pub(super) fn documents(&mut self, id: FileId) -> Vec<Value> {
        let Some(file) = self.files.get(id) else { return Vec::new() };
        let parsed = self.parsed.entry(id).or_insert_with(|| Parsed::of(file, false));
        if parsed.is_readable {
            self.readable.insert(id);
        }
        let (values, refused) = (parsed.values.clone(), parsed.refused.clone());
        for place in refused {
            self.refuse_repeated(place);
        }
        values
    }

    /// The value of a document. A key that is written twice is refused.
    pub(super) fn value_of(&mut self, document: &Document) -> Option<Value> {
        let value = value_of(document);
        value.map_err(|place| self.refuse_repeated(place)).ok()
    }

    fn refuse_repeated(&mut self, key: Span) {
        self.partial = true;
        self.note_at(key, "this key is written twice, which kustomize refuses");
    }

    /// The file that the kustomization `from` names by the text of `path`.
    pub(super) fn file(&mut self, from: FileId, path: &Value) -> Option<FileId> {
        self.path(from, path.text()?, path)
    }

    /// The file `path`, which the kustomization `from` names at `place`.
    pub(super) fn path(&mut self, from: FileId, path: &str, place: &Value) -> Option<FileId> {
        let file = self.locate(from, path, place)?;
        self.uses(file);
        Some(file)
    }

    /// As [`path`](Self::path), whether or not the build becomes made of it.
    pub(super) fn locate(&mut self, from: FileId, path: &str, place: &Value) -> Option<FileId> {
        let found = self.files.file(from, path);
        match found.and_then(|file| self.files.with_text(file)) {
            Ok(file) => Some(file),
            Err(refused) => {
                self.refuse(refused, place);
                None
            }
        }
    }

    pub(super) fn source(&self, id: FileId) -> Option<&Source> {
        self.files.source(id)
    }

    /// Tells why the path that `entry` names is not followed.
    pub(super) fn refuse(&mut self, refused: Refused, entry: &Value) {
        self.partial |= !matches!(refused, Refused::NoText);
        match refused {
            Refused::NoText => self.note_binary(entry),
            Refused::Missing => {
                let name = entry.text().unwrap_or_default().to_owned();
                self.note_of(
                    entry.span(),
                    "this file or folder does not exist, and what it would bring is not known",
                    name,
                );
            }
            Refused::Remote => {
                self.note(entry, "a remote resource is not read: what it would bring is not known");
            }
            Refused::Unreadable(why) => self.note(entry, &format!("this is not read: {why}")),
            Refused::Because(why) => self.error(entry, &format!("this is not read: {why}")),
        }
    }
}
