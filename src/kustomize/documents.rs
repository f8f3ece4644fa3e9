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
        self.locate(from, path).inspect(|&file| self.uses(file))
    }

    /// The file of the text of `key`, which the kustomization `from` calls `path` at `place`.
    pub(super) fn file_of_key(
        &mut self,
        from: FileId,
        path: &str,
        key: &str,
        place: &Value,
    ) -> Option<FileId> {
        let found = self.found(from, path).map_err(|refused| self.refuse_text(refused, place, key)).ok()?;
        self.note_outside(from, found, place);
        self.uses(found);
        Some(found)
    }

    /// As [`file`](Self::file), whether or not the build becomes made of it.
    pub(super) fn locate(&mut self, from: FileId, path: &Value) -> Option<FileId> {
        let found = self.found(from, path.text()?).map_err(|refused| self.refuse(refused, path)).ok()?;
        self.note_outside(from, found, path);
        Some(found)
    }

    fn found(&mut self, from: FileId, path: &str) -> Result<FileId, Refused> {
        let file = self.files.file(from, path)?;
        self.files.with_text(file)
    }

    pub(super) fn source(&self, id: FileId) -> Option<&Source> {
        self.files.source(id)
    }

    /// Tells where kustomize refuses that `entry` of the kustomization `from` names `file`, which is read all the same.
    pub(super) fn note_outside(&mut self, from: FileId, file: FileId, entry: &Value) {
        if self.files.is_refused_outside(from, file) {
            self.note(
                entry,
                "this is outside the kustomization's own folder, which kustomize refuses without \
                 `--load-restrictor LoadRestrictionsNone`; it is read all the same",
            );
        }
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
            Refused::Elsewhere(why) => self.note(entry, &format!("this is not read: {why}")),
            Refused::Unreadable(why) | Refused::Because(why) => {
                self.error(entry, &format!("this is not read: {why}"));
            }
        }
    }

    /// Tells why the text of `key` isn't read, which `entry` names. That of an unreadable file is asked for only where a
    /// container runs it.
    fn refuse_text(&mut self, refused: Refused, entry: &Value, key: &str) {
        match refused {
            Refused::Unreadable(why) => self.refuse(Refused::Elsewhere(why), entry),
            refused => self.refuse(refused, entry),
        }
        self.remarks.lacks(entry.span(), key);
    }
}
