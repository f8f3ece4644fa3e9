//! Where paths really lead, links followed. Kustomizations name what lies in few folders again and again: each folder is
//! looked up once.

use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};

use foldhash::HashMap;

/// What is known of folders.
#[derive(Debug, Default)]
pub(super) struct RealPaths {
    // By paths as texts, which aren't compared step by step.
    folders: HashMap<OsString, Option<PathBuf>>,
    work_trees: HashMap<OsString, Option<PathBuf>>,
}

impl RealPaths {
    /// The folder `path` without links; `None` where there is none.
    pub(super) fn folder(&mut self, path: &Path) -> Option<PathBuf> {
        if let Some(known) = self.folders.get(path.as_os_str()) {
            return known.clone();
        }
        let real = self.look_up(path);
        self.folders.insert(path.as_os_str().to_owned(), real.clone());
        real
    }

    /// The folder `path` without links. All but its last step is mostly known: to follow each step of each path from the
    /// root took ten times as many calls.
    fn look_up(&mut self, path: &Path) -> Option<PathBuf> {
        let Some(Component::Normal(name)) = path.components().next_back() else {
            return fs::canonicalize(path).ok();
        };
        if fs::symlink_metadata(path).ok()?.is_symlink() {
            return fs::canonicalize(path).ok();
        }
        let above = path.parent().filter(|above| !above.as_os_str().is_empty());
        let above = self.folder(above.unwrap_or(Path::new(".")))?;
        Some(above.join(name))
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
        if let Some(known) = self.work_trees.get(folder.as_os_str()) {
            return known.clone();
        }
        let above = if folder.join(".git").exists() {
            Some(folder.to_owned())
        } else {
            folder.parent().and_then(|parent| self.work_tree(parent))
        };
        self.work_trees.insert(folder.as_os_str().to_owned(), above.clone());
        above
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_what_the_file_system_says() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        fs::create_dir_all(at("a/b/c")).unwrap();
        fs::write(at("a/file"), "").unwrap();
        #[cfg(unix)]
        for (target, link) in [("a", "to-a"), ("b/c", "a/to-c"), ("nowhere", "broken"), ("..", "a/b/up")] {
            std::os::unix::fs::symlink(target, at(link)).unwrap();
        }
        let paths = [
            "",
            "a",
            "a/",
            "a/./b",
            "a/b/c",
            "a/b/../b/c",
            "to-a/b",
            "to-a/b/..",
            "a/to-c",
            "a/to-c/..",
            "to-a/to-c",
            "a/b/up/b",
            "broken",
            "broken/x",
            "a/none",
            "a/file",
            "a/file/x",
            "..",
        ];
        let mut real = RealPaths::default();
        for path in paths.map(at).iter().chain(&[
            PathBuf::from("."),
            PathBuf::from("src"),
            PathBuf::from("src/../src"),
        ]) {
            assert_eq!(real.folder(path), fs::canonicalize(path).ok(), "{}", path.display());
        }
    }
}
