//! The files of a run. The text of one that was left out is read again where somebody asks for it.

use std::collections::VecDeque;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use foldhash::HashMap;

use crate::discover::Failure;
use crate::read::InputFile;
use crate::source::FileId;

/// How much of what is lent is kept for the next who asks (bytes of text).
const MAX_LENT: usize = 4 << 20;

/// How many files that are: they are looked through one by one.
const MOST_LENT: usize = 16;

/// How often a file is read again for the moment; then it is kept.
const MOST_READS: u32 = 6;

/// Some files, in the order of their ids.
#[derive(Debug, Default)]
pub(super) struct Files {
    list: Arc<Vec<InputFile>>,
    /// Those that were read again.
    restored: Vec<OnceLock<Option<Arc<InputFile>>>>,
    /// Those that were lent last.
    lent: Mutex<Lent>,
}

/// A file with its text.
pub(super) enum Borrowed<'f> {
    Known(&'f InputFile),
    Lent(Arc<InputFile>),
}

impl Files {
    pub(super) fn new(list: Arc<Vec<InputFile>>) -> Self {
        let restored = list.iter().map(|_| OnceLock::new()).collect();
        Self { list, restored, lent: Mutex::default() }
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

    /// The file `id` with its text, from now on; `None` where it can't be read any more.
    pub(super) fn with_text(&self, id: FileId) -> Option<&InputFile> {
        let file = self.list.get(id.0 as usize)?;
        if !file.is_left_out() {
            return Some(file);
        }
        let read = || self.read_again(file).ok();
        self.restored.get(id.0 as usize)?.get_or_init(read).as_deref()
    }

    /// The file `id` with its text, for the moment; `None` where it can't be read any more.
    pub(super) fn lend(&self, id: FileId) -> Option<Borrowed<'_>> {
        let file = self.get(id)?;
        if !file.is_left_out() {
            return Some(Borrowed::Known(file));
        }
        if self.lent().reads.get(&id).is_some_and(|reads| *reads >= MOST_READS) {
            return self.with_text(id).map(Borrowed::Known);
        }
        self.read_again(file).ok().map(Borrowed::Lent)
    }

    /// Forgets what was lent.
    pub(super) fn forget_lent(&self) {
        *self.lent() = Lent::default();
    }

    fn lent(&self) -> MutexGuard<'_, Lent> {
        self.lent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `file`, which was left out, with its text, for the moment.
    pub(super) fn read_again(&self, file: &InputFile) -> Result<Arc<InputFile>, Failure> {
        if let Some(file) = self.lent().find(file.source.id) {
            return Ok(file);
        }
        let file = Arc::new(file.with_text()?);
        self.lent().add(Arc::clone(&file));
        Ok(file)
    }
}

/// Files that somebody may soon ask for again: those that hold objects of one name are asked for the next name, too.
#[derive(Debug, Default)]
struct Lent {
    files: VecDeque<Arc<InputFile>>,
    size: usize,
    /// How often each was read.
    reads: HashMap<FileId, u32>,
}

impl Lent {
    fn find(&self, id: FileId) -> Option<Arc<InputFile>> {
        self.files.iter().find(|file| file.source.id == id).map(Arc::clone)
    }

    fn add(&mut self, file: Arc<InputFile>) {
        *self.reads.entry(file.source.id).or_default() += 1;
        self.size += file.length();
        self.files.push_back(file);
        while (self.size > MAX_LENT || self.files.len() > MOST_LENT)
            && let Some(first) = self.files.pop_front()
        {
            self.size -= first.length();
        }
    }
}

impl Deref for Borrowed<'_> {
    type Target = InputFile;

    fn deref(&self) -> &InputFile {
        match self {
            Self::Known(file) => file,
            Self::Lent(file) => file,
        }
    }
}
