//! The files that say what a walk leaves out. They come with the tree, so that anybody may have written them.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Failure, shown};

/// What the walk opens in each folder.
const NAMES: [&str; 3] = [".gitignore", ".ignore", ".git/info/exclude"];

/// The most that such a file may have (bytes): its patterns take many times as much memory.
const MAX_SIZE: u64 = 1 << 20;

/// Folders that aren't walked since such a file in them can't be opened safely.
#[derive(Debug, Clone, Default)]
pub(super) struct Refusals(Arc<Mutex<Vec<Failure>>>);

impl Refusals {
    /// Whether the walk may open the ignore files of `folder`; what stands in the way is kept.
    pub(super) fn admit(&self, folder: &Path) -> bool {
        let refusal = NAMES.iter().find_map(|name| refusal(&folder.join(name)));
        let is_admitted = refusal.is_none();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(refusal);
        is_admitted
    }

    /// Whether it may open those of `base` and of the folders above it, which count too.
    pub(super) fn admit_from(&self, base: &Path) -> bool {
        let real = fs::canonicalize(base).ok();
        let above = real.iter().flat_map(|real| real.ancestors().skip(1));
        self.admit(base) && above.into_iter().all(|folder| self.admit(folder))
    }

    /// What stood in the way.
    pub(super) fn into_failures(self) -> Vec<Failure> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Why the ignore file at `path` isn't opened. git doesn't follow links to such files either (2.32).
fn refusal(path: &Path) -> Option<Failure> {
    let metadata = fs::symlink_metadata(path).ok()?;
    let why = match metadata.file_type() {
        kind if kind.is_dir() => return None,
        kind if kind.is_symlink() => "a link, which is not followed, as git has it",
        kind if !kind.is_file() => "not a regular file",
        _ if metadata.len() > MAX_SIZE => "larger than 1 MiB, the most that is read of such a file",
        _ => return None,
    };
    Some(Failure::new(shown(path), format!("{why}; --no-ignore walks the folder without it")))
}
