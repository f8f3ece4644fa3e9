//! What came of the analyses of a file so far.
//!
//! The readings of a template differ in few places, and have most scripts alike; so have the Pods of a List.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use super::{Analysis, Container};

/// How many are kept: more than a template has Pods.
const KEPT: usize = 16;

/// The sequences that were analysed last, and what came of each.
#[derive(Debug, Default)]
pub(super) struct Known(Mutex<VecDeque<(Vec<Container>, Vec<Analysis>)>>);

impl Known {
    pub(super) fn get(&self, sequence: &[Container]) -> Option<Vec<Analysis>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.iter().find(|(known, _)| known == sequence);
        found.map(|(_, analyses)| analyses.clone())
    }

    pub(super) fn add(&self, sequence: &[Container], analyses: &[Analysis]) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.truncate(KEPT - 1);
        known.push_front((sequence.to_vec(), analyses.to_vec()));
    }
}
