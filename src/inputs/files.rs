//! The files of a run. The text of one that was left out is read again where somebody asks for it.

use std::sync::{Arc, OnceLock};

use crate::read::InputFile;
use crate::source::FileId;

/// Some files, in the order of their ids.
#[derive(Debug, Default)]
pub(super) struct Files {
    list: Arc<Vec<InputFile>>,
    /// Those that were read again.
    restored: Vec<OnceLock<Option<Arc<InputFile>>>>,
}

impl Files {
    pub(super) fn new(list: Arc<Vec<InputFile>>) -> Self {
        let restored = list.iter().map(|_| OnceLock::new()).collect();
        Self { list, restored }
    }

    /// The files as they were read first.
    pub(super) fn list(&self) -> &[InputFile] {
        &self.list
    }

    /// The file `id`, with its text where somebody asked for it.
    pub(super) fn get(&self, id: FileId) -> Option<&InputFile> {
        let restored = self.restored.get(id.0 as usize).and_then(OnceLock::get);
        restored.and_then(Option::as_deref).or_else(|| self.list.get(id.0 as usize))
    }

    /// The file `id` with its text; `None` where it can't be read any more.
    pub(super) fn with_text(&self, id: FileId) -> Option<&InputFile> {
        let file = self.list.get(id.0 as usize)?;
        if !file.is_left_out() {
            return Some(file);
        }
        let read = || file.with_text().ok().map(Arc::new);
        self.restored.get(id.0 as usize)?.get_or_init(read).as_deref()
    }

    /// Keeps `file`, which was read again to be checked.
    pub(super) fn keep(&self, file: Arc<InputFile>) {
        if let Some(restored) = self.restored.get(file.source.id.0 as usize) {
            restored.get_or_init(|| Some(file));
        }
    }
}
