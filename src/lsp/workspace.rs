//! The folders that the user works in, and for documents that lie in none their own.

use std::path::Path;

use super::client::Client;
use super::diagnostics::{self, ByDocument};
use super::documents::{Document, Documents};
use super::folder::Folder;
use super::uri;
use crate::cli::Cli;
use crate::source::FileId;
use lsp_types::Uri;

/// What isn't up to date any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stale {
    Nothing,
    /// The findings that have to do with open documents.
    Open,
    /// All findings.
    Findings,
    /// What is known of the files on disk and of the configuration.
    Files,
}

/// All folders.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    folders: Vec<Folder>,
}

impl Workspace {
    pub(super) fn add(&mut self, folder: &Uri) {
        self.folders.push(Folder::new(uri::path(folder), true));
    }

    pub(super) fn remove(&mut self, folder: &Uri) {
        let path = uri::path(folder);
        self.folders.retain(|folder| folder.root() != path);
    }

    /// Lints all of it, and before that reads anew what is `stale` on disk. Tells what the user should know.
    pub(super) fn refresh(&mut self, stale: Stale, cli: &Cli, documents: &Documents) -> Vec<String> {
        self.fit(documents);
        let owned: Vec<(Option<usize>, &Document)> =
            documents.iter().map(|document| (self.owner(&document.path), document)).collect();
        let mut notes = Vec::new();
        for (number, folder) in self.folders.iter_mut().enumerate() {
            if stale == Stale::Files || !folder.is_read() {
                notes.extend(folder.reread(cli, documents));
            }
            let own = owned.iter().filter(|(owner, _)| *owner == Some(number));
            folder.lint(own.map(|(_, document)| *document), stale > Stale::Open);
        }
        notes
    }

    /// Adds a folder for each document that lies in none, and drops those that none lies in any more.
    fn fit(&mut self, documents: &Documents) {
        let is_needed = |folder: &Folder| documents.iter().any(|document| folder.owns(&document.path));
        self.folders.retain(|folder| folder.is_workspace() || is_needed(folder));
        for document in documents.iter() {
            if self.owner(&document.path).is_none()
                && let Some(parent) = document.path.parent()
            {
                self.folders.push(Folder::new(parent.to_owned(), false));
            }
        }
    }

    /// The number of the folder that the file at `path` belongs to: the innermost.
    fn owner(&self, path: &Path) -> Option<usize> {
        let owners = self.folders.iter().enumerate().filter(|(_, folder)| folder.owns(path));
        let depth = |folder: &Folder| (folder.is_workspace(), folder.root().components().count());
        owners.max_by_key(|(_, folder)| depth(folder)).map(|(number, _)| number)
    }

    /// The folder that `document` belongs to, and its number in the folder's report.
    pub(super) fn find(&self, document: &Document) -> Option<(&Folder, FileId)> {
        let folder = self.folders.get(self.owner(&document.path)?)?;
        Some((folder, folder.file(&document.uri)?))
    }

    pub(super) fn diagnostics(&self, documents: &Documents, client: Client) -> ByDocument {
        let mut all = ByDocument::new();
        for folder in &self.folders {
            for (address, mut own) in diagnostics::of_folder(folder, documents, client.encoding) {
                all.entry(address).or_default().append(&mut own);
            }
        }
        all
    }
}
