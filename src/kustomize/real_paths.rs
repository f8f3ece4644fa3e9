//! Where paths really lead, links followed. Kustomizations name what lies in few folders again and again: each folder is
//! looked up once.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What is known of folders.
#[derive(Debug, Default)]
pub(super) struct RealPaths {
    folders: HashMap<PathBuf, Option<PathBuf>>,
    work_trees: HashMap<PathBuf, Option<PathBuf>>,
}

impl RealPaths {
    /// The folder `path` without links; `None` where there is none.
    pub(super) fn folder(&mut self, path: &Path) -> Option<PathBuf> {
        if let Some(known) = self.folders.get(path) {
            return known.clone();
        }
        let real = fs::canonicalize(path).ok();
        self.folders.insert(path.to_owned(), real.clone());
        real
    }

    /// Whether a link leads from the folder `root` to a file elsewhere. One that isn't there leads nowhere.
    pub(super) fn leads_out(&mut self, root: &Path, target: &Path) -> bool {
        let Ok(metadata) = fs::symlink_metadata(target) else { return false };
        let real = match target.parent() {
            _ if metadata.is_symlink() => fs::canonicalize(target).ok(),
            // Where the folder itself lies doesn't matter then.
            Some(folder) if folder == root => return false,
            folder => folder.and_then(|folder| self.folder(folder)),
        };
        self.folder(root).zip(real).is_some_and(|(root, real)| !real.starts_with(root))
    }

    /// The folder above the real `folder`, or itself, that has a `.git`.
    pub(super) fn work_tree(&mut self, folder: &Path) -> Option<PathBuf> {
        if let Some(known) = self.work_trees.get(folder) {
            return known.clone();
        }
        let above = if folder.join(".git").exists() {
            Some(folder.to_owned())
        } else {
            folder.parent().and_then(|parent| self.work_tree(parent))
        };
        self.work_trees.insert(folder.to_owned(), above.clone());
        above
    }
}
