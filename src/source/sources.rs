//! The sources of a run.

use std::sync::{Arc, OnceLock};

use foldhash::{HashMap, HashMapExt};

use super::{FileId, Source};

/// The sources of a run, by their numbers. Of some the text was left out; it is read again where somebody asks for it.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    list: Vec<Arc<Source>>,
    left_out: HashMap<FileId, LeftOut>,
}

/// A source without its text.
#[derive(Debug, Clone)]
struct LeftOut {
    read: Read,
    again: OnceLock<Option<Arc<Source>>>,
}

/// Reads the text of a source again; `None` where that can't be done any more.
type Read = fn(&Source) -> Option<Arc<Source>>;

impl Sources {
    /// Those in `list`; the texts of `left_out` are to be `read` again.
    #[must_use]
    pub fn new(list: Vec<Arc<Source>>, left_out: impl IntoIterator<Item = FileId>, read: Read) -> Self {
        let left_out = left_out.into_iter().map(|id| (id, LeftOut { read, again: OnceLock::new() }));
        Self { list, left_out: left_out.collect() }
    }

    /// The source `id` with its text.
    #[must_use]
    pub fn get(&self, id: FileId) -> Option<&Source> {
        let source = self.list.get(id.0 as usize)?;
        let again = self.left_out.get(&id);
        let again =
            again.and_then(|left_out| left_out.again.get_or_init(|| (left_out.read)(source)).as_deref());
        Some(again.unwrap_or(source))
    }

    /// All of them, some without their texts.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.list.iter().map(|source| &**source)
    }
}

impl From<Vec<Arc<Source>>> for Sources {
    fn from(list: Vec<Arc<Source>>) -> Self {
        Self { list, left_out: HashMap::new() }
    }
}
