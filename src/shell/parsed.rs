//! The scripts that were parsed last.
//!
//! The containers of a Pod may all run one script, and so may many manifests.

use std::sync::{Arc, Mutex, PoisonError};

use foldhash::HashMap;

use super::ir::Script;
use super::{Unparsed, parse};

/// How long the texts may be together whose scripts are kept, in bytes; a script takes many times the size of its text.
const MAX_LENGTH: usize = 1 << 18;

/// Scripts by their texts, and what came of parsing each.
#[derive(Debug, Default)]
pub struct Parsed(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    scripts: HashMap<String, Result<Arc<Script>, Unparsed>>,
    /// The length of all texts, in bytes.
    length: usize,
}

impl Parsed {
    /// As [`parse`]; a text that it was asked for before is parsed no more.
    ///
    /// # Errors
    /// Those of [`parse`].
    pub fn parse(&self, text: &str) -> Result<Arc<Script>, Unparsed> {
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept().scripts.get(text) {
            return known.clone();
        }
        let parsed = parse(text).map(Arc::new);
        let mut kept = kept();
        if kept.length + text.len() > MAX_LENGTH {
            *kept = Kept::default();
        }
        kept.length += text.len();
        kept.scripts.insert(text.to_owned(), parsed.clone());
        parsed
    }
}
