//! The folders that the user works in, and for documents that lie in none their own.

use std::path::{Path, PathBuf};

use super::client::Client;
use super::diagnostics::{self, ByDocument};
use super::documents::{Document, Documents};
use super::folder::{self, Folder, Stale};
use super::uri;
use crate::cli::Cli;
use crate::source::FileId;
use lsp_types::Uri;

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

    /// Has all of it looked at anew, as far as it is `stale`.
    pub(super) fn outdate(&mut self, stale: Stale) {
        self.folders.iter_mut().for_each(|folder| folder.outdate(stale));
    }

    /// The same of the folder that the file at `path` belongs to.
    pub(super) fn outdate_at(&mut self, path: &Path, stale: Stale) {
        if let Some(owner) = self.owner(path).and_then(|number| self.folders.get_mut(number)) {
            owner.outdate(stale);
        }
    }

    /// Takes note that the files at `paths` have changed on disk.
    pub(super) fn outdate_by(&mut self, paths: &[PathBuf]) {
        for folder in &mut self.folders {
            let own = paths.iter().filter(|path| folder::is_config(path) || folder.owns(path));
            let stale = own.map(|path| folder.outdated_by(path)).max();
            folder.outdate(stale.unwrap_or(Stale::Nothing));
        }
    }

    pub(super) fn is_stale(&self) -> bool {
        self.folders.iter().any(Folder::is_stale)
    }

    /// Looks anew at what is stale. Tells what the user should know. `start` is where the server was started.
    pub(super) fn refresh(&mut self, cli: &Cli, start: &Path, documents: &Documents) -> Vec<String> {
        let owned: Vec<(Option<usize>, &Document)> =
            documents.iter().map(|document| (self.owner(&document.path), document)).collect();
        let stale = self.folders.iter_mut().enumerate().filter(|(_, folder)| folder.is_stale());
        let notes = stale.flat_map(|(number, folder)| {
            let own = owned.iter().filter(|(owner, _)| *owner == Some(number));
            let own: Vec<&Document> = own.map(|(_, document)| *document).collect();
            folder.refresh(cli, start, documents, &own)
        });
        notes.collect()
    }

    /// Adds a folder for each document that lies in none, and drops those that none lies in any more.
    pub(super) fn fit(&mut self, documents: &Documents) {
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
