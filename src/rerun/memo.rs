//! What came of scripts so far, for all files of a run.
//!
//! Many manifests run the same: the readings of a template, the Pods of a List, the overlays of a base, the copies of a
//! chart.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::HashMap;

use super::{Analysis, Container, Program};
use crate::shell::Parsed;

/// How long the texts may be together whose analyses are kept, in bytes; with the parsed scripts they take some twenty times
/// as much.
const MAX_LENGTH: usize = 1 << 19;

/// The scripts that were parsed and the sequences that were analysed last. What comes of one doesn't hang on who asks
/// first.
#[derive(Debug, Default)]
pub struct Memo {
    parsed: Parsed,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    sequences: HashMap<u64, Arc<(Vec<Container>, Known)>>,
    /// The length of all texts, in bytes.
    length: usize,
}

/// What came of an analysis that no budget cut short.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) analyses: Vec<Analysis>,
    /// How many steps it took.
    pub(super) steps: u64,
}

impl Memo {
    /// The scripts that were parsed.
    pub(super) fn parsed(&self) -> &Parsed {
        &self.parsed
    }

    /// What came of `sequence`, whose key is `key`.
    pub(super) fn get(&self, key: u64, sequence: &[Container]) -> Option<Known> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.sequences.get(&key).cloned();
        drop(kept);
        let found = found?;
        let (known, came_of_it) = &*found;
        (known == sequence).then(|| came_of_it.clone())
    }

    pub(super) fn add(&self, key: u64, sequence: &[Container], known: Known) {
        let length = sequence.iter().map(length).sum::<usize>();
        let entry = Arc::new((sequence.to_vec(), known));
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.length + length > MAX_LENGTH {
            *kept = Kept::default();
        }
        kept.length += length;
        kept.sequences.insert(key, entry);
    }
}

/// What a sequence is looked up by.
pub(super) fn key(sequence: &[Container]) -> u64 {
    let mut hasher = DefaultHasher::new();
    sequence.hash(&mut hasher);
    hasher.finish()
}

/// How long the texts of `container` are (bytes).
fn length(container: &Container) -> usize {
    let own = match &*container.program {
        Program::Script { text, .. } => text.len(),
        Program::Exec(words) => words.iter().map(String::len).sum(),
    };
    let files = container.files.values().flatten().map(String::len).sum::<usize>();
    own + files + container.environment.values().map(String::len).sum::<usize>()
}
