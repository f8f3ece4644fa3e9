//! The files that say what a walk leaves out. They come with the tree, so that anybody may have written them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::HashMap;

use super::{Failure, shown};
use crate::bounded;

/// What the walk opens in each folder.
const NAMES: [&str; 2] = [".gitignore", ".ignore"];

/// What it opens in git's own.
const EXCLUDE: &str = "info/exclude";

/// The most that those of a folder and of the folders above it have together (bytes). They are held at once, and a byte
/// of a pattern may take a KiB of memory.
const MAX_HELD: u64 = 256 << 10;

/// The most that all of a walk have together (bytes). A MiB of patterns takes seconds.
const MAX_READ: u64 = 2 << 20;

/// The longest path that a file of git's names (bytes).
const MAX_PATH: u64 = 4 << 10;

/// Folders that aren't walked since the ignore files in them can't be opened safely.
#[derive(Debug, Clone, Default)]
pub(super) struct Refusals(Arc<Mutex<Admitted>>);

#[derive(Debug, Default)]
struct Admitted {
    /// What stood in the way.
    failures: Vec<Failure>,
    /// How large the ignore files of each folder are that has any (bytes).
    sizes: HashMap<PathBuf, u64>,
    /// How large those above the folder are that is walked (bytes).
    above: u64,
    /// How large all of them are (bytes).
    read: u64,
}

impl Refusals {
    /// Whether the walk may open the ignore files of `folder`; what stands in the way is kept.
    pub(super) fn admit(&self, folder: &Path) -> bool {
        let size = opened(folder);
        let mut admitted = self.admitted();
        let added = size.and_then(|size| admitted.add(folder, size));
        let may_go_on = admitted.read <= MAX_READ;
        added.map_err(|failure| admitted.failures.push(failure)).is_ok() && may_go_on
    }

    /// Whether it may open those of `base` and of the folders above it, which count too.
    pub(super) fn admit_from(&self, base: &Path) -> bool {
        let real = fs::canonicalize(base).ok();
        for folder in real.iter().flat_map(|real| real.ancestors().skip(1)) {
            let size = opened(folder);
            let mut admitted = self.admitted();
            match size {
                Ok(size) => admitted.above += size,
                Err(failure) => {
                    admitted.failures.push(failure);
                    return false;
                }
            }
        }
        self.admit(base)
    }

    /// Whether there was more in them than is read in one walk.
    pub(super) fn are_too_large(&self) -> bool {
        self.admitted().read > MAX_READ
    }

    /// What stood in the way of the walk of `base`.
    pub(super) fn into_failures(self, base: &Path) -> Vec<Failure> {
        if self.are_too_large() {
            let why = "the ignore files below it have more than 2 MiB together, the most that is read; --no-ignore \
                       walks it without them";
            return vec![Failure::new(shown(base), why.to_owned())];
        }
        std::mem::take(&mut self.admitted().failures)
    }

    fn admitted(&self) -> MutexGuard<'_, Admitted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Admitted {
    /// Counts the ignore files of `folder`, which have `size` bytes.
    fn add(&mut self, folder: &Path, size: u64) -> Result<(), Failure> {
        if size == 0 {
            return Ok(());
        }
        let above = folder.ancestors().skip(1).filter_map(|above| self.sizes.get(above));
        if self.above + above.sum::<u64>() + size > MAX_HELD {
            let why = "its ignore files and those of the folders above it have more than 256 KiB together, the most that \
                       is read; --no-ignore walks the folder without them";
            return Err(Failure::new(shown(folder), why.to_owned()));
        }
        self.sizes.insert(folder.to_owned(), size);
        self.read += size;
        Ok(())
    }
}

/// How many bytes the walk reads of the ignore files of `folder`.
fn opened(folder: &Path) -> Result<u64, Failure> {
    let own = NAMES.iter().map(|name| size(&folder.join(name), MAX_HELD)).sum::<Result<u64, _>>()?;
    let git = folder.join(".git");
    // Nearly no folder has one.
    let of_git = match fs::metadata(&git) {
        Ok(metadata) if metadata.is_file() => of_git_file(&git)?,
        Ok(_) => size(&git.join(EXCLUDE), MAX_HELD)?,
        Err(_) => 0,
    };
    Ok(own + of_git)
}

/// How many bytes are read where `.git` is a file, as in a linked work tree: it leads to a folder whose `commondir` leads to
/// the one that has `info/exclude` (as the walk has it: `resolve_git_commondir` of the crate `ignore`).
fn of_git_file(git: &Path) -> Result<u64, Failure> {
    let Some(own) = first_line(git)?.strip_prefix("gitdir: ").map(PathBuf::from) else { return Ok(0) };
    let common = first_line(&own.join("commondir"))?;
    let common = if common.starts_with('.') { own.join(common) } else { PathBuf::from(common) };
    size(&common.join(EXCLUDE), MAX_HELD)
}

/// The first line of the file at `path`, which is short; nothing where there is none.
fn first_line(path: &Path) -> Result<String, Failure> {
    size(path, MAX_PATH)?;
    let bytes = bounded::read(path, MAX_PATH).unwrap_or_default();
    Ok(String::from_utf8_lossy(&bytes).lines().next().unwrap_or_default().to_owned())
}

/// How large the file at `path` is that the walk would open, if there is one. Links to such files aren't followed, as git
/// has it (2.32).
fn size(path: &Path, most: u64) -> Result<u64, Failure> {
    let Ok(metadata) = fs::symlink_metadata(path) else { return Ok(0) };
    let why = match metadata.file_type() {
        kind if kind.is_dir() => return Ok(0),
        kind if kind.is_symlink() => "a link, which is not followed, as git has it".to_owned(),
        kind if !kind.is_file() => "not a regular file".to_owned(),
        _ if metadata.len() > most => {
            format!("larger than {} KiB, the most that is read of such a file", most >> 10)
        }
        _ => return Ok(metadata.len()),
    };
    Err(Failure::new(shown(path), format!("{why}; --no-ignore walks the folder without it")))
}
