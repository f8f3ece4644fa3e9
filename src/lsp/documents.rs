//! The documents that are open in the editor, with their texts as they are typed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lsp_types::{TextDocumentContentChangeEvent, TextDocumentItem, Uri, VersionedTextDocumentIdentifier};

use super::positions::{Lines, PositionEncoding};
use super::uri;
use crate::source::Text;

/// A document that is open.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) uri: Uri,
    pub(super) path: PathBuf,
    pub(super) version: i32,
    pub(super) text: Text,
}

/// All of them, by their address.
#[derive(Debug, Default)]
pub(super) struct Documents {
    by_uri: BTreeMap<String, Document>,
}

impl Documents {
    pub(super) fn get(&self, uri: &Uri) -> Option<&Document> {
        self.by_uri.get(uri.as_str())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Document> {
        self.by_uri.values()
    }

    /// The one at `path`, which is absolute.
    pub(super) fn at(&self, path: &Path) -> Option<&Document> {
        self.iter().find(|document| document.path == path)
    }

    pub(super) fn open(&mut self, item: TextDocumentItem) {
        let TextDocumentItem { uri, version, text, .. } = item;
        let document = Document { path: uri::path(&uri), version, text: text.into(), uri };
        self.by_uri.insert(document.uri.to_string(), document);
    }

    pub(super) fn close(&mut self, uri: &Uri) -> Option<Document> {
        self.by_uri.remove(uri.as_str())
    }

    /// Makes all of `changes`, one after the other, or none.
    ///
    /// # Errors
    /// Why none was made.
    pub(super) fn change(
        &mut self,
        id: &VersionedTextDocumentIdentifier,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: PositionEncoding,
    ) -> Result<(), String> {
        let name = id.uri.as_str();
        let document = self.by_uri.get_mut(name).ok_or_else(|| format!("{name} is not open"))?;
        if id.version <= document.version {
            let (version, last) = (id.version, document.version);
            return Err(format!("version {version} of {name} comes after version {last}"));
        }
        let mut text = document.text.to_string();
        for change in changes {
            match change.range {
                Some(range) => {
                    let bytes = Lines::new(&text, encoding).bytes(range);
                    text.replace_range(bytes, &change.text);
                }
                None => text = change.text,
            }
        }
        document.version = id.version;
        document.text = text.into();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lsp_types::{Position, Range};

    fn opened(text: &str) -> Documents {
        let uri = "file:///a.yaml".parse().unwrap();
        let mut documents = Documents::default();
        documents.open(TextDocumentItem::new(uri, "yaml".to_owned(), 3, text.to_owned()));
        documents
    }

    fn change(from: (u32, u32), to: (u32, u32), text: &str) -> TextDocumentContentChangeEvent {
        let range = Range::new(Position::new(from.0, from.1), Position::new(to.0, to.1));
        TextDocumentContentChangeEvent { range: Some(range), range_length: None, text: text.to_owned() }
    }

    fn changed(version: i32, changes: Vec<TextDocumentContentChangeEvent>) -> (bool, String) {
        let mut documents = opened("a: 가🚀\nb: 1\n");
        let uri: Uri = "file:///a.yaml".parse().unwrap();
        let id = VersionedTextDocumentIdentifier::new(uri.clone(), version);
        let is_made = documents.change(&id, changes, PositionEncoding::Utf16).is_ok();
        (is_made, documents.get(&uri).unwrap().text.to_string())
    }

    #[test]
    fn changes_are_made_one_after_the_other() {
        let changes = vec![change((0, 4), (0, 6), "나"), change((0, 5), (1, 1), "\nc\nd")];
        assert_eq!(changed(4, changes), (true, "a: 가나\nc\nd: 1\n".to_owned()));
        let past_the_end = vec![change((8, 0), (9, 9), "c: 2\n"), change((0, 99), (0, 99), "!")];
        assert_eq!(changed(4, past_the_end), (true, "a: 가🚀!\nb: 1\nc: 2\n".to_owned()));
    }

    #[test]
    fn an_earlier_version_changes_nothing() {
        assert_eq!(changed(3, vec![change((0, 0), (0, 1), "x")]), (false, "a: 가🚀\nb: 1\n".to_owned()));
    }
}
