//! How much work the analyses of one file may make together.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::HashSet;

use super::memo::Memo;
use crate::shell::Parsed;

/// Steps that any file may take: several times as many as the largest manifests of real projects do.
const LEAST: u64 = 1_000_000;

/// Commands that the containers of a file may run together in all runs. Each container has a bound of its own, but a file
/// has many containers.
#[derive(Debug)]
pub struct Budget {
    left: AtomicU64,
    /// The keys of the sequences that it was spent on.
    paid: Mutex<HashSet<u64>>,
    memo: Arc<Memo>,
}

impl Budget {
    /// That of texts of `size` bytes together, of whose scripts `memo` may know what comes of them.
    #[must_use]
    pub fn for_text(size: usize, memo: &Arc<Memo>) -> Self {
        Self::of(LEAST.max(u64::try_from(size).unwrap_or(u64::MAX) / 2), memo)
    }

    /// One of so many steps.
    #[must_use]
    pub fn of(steps: u64, memo: &Arc<Memo>) -> Self {
        Self { left: AtomicU64::new(steps), paid: Mutex::default(), memo: Arc::clone(memo) }
    }

    /// The steps that are left.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.left.load(Ordering::Relaxed)
    }

    /// Takes away what rules do that hold each of so many `commands` against all others.
    pub fn spend_on_pairs(&self, commands: usize) {
        /// A pair is less work than a command that runs.
        const PAIRS_PER_STEP: u64 = 16;
        let commands = u64::try_from(commands).unwrap_or(u64::MAX);
        self.spend(commands.saturating_mul(commands) / PAIRS_PER_STEP);
    }

    /// What is known of scripts.
    #[must_use]
    pub fn memo(&self) -> &Arc<Memo> {
        &self.memo
    }

    /// The scripts that were parsed.
    #[must_use]
    pub fn parsed(&self) -> &Parsed {
        self.memo.parsed()
    }

    /// Takes `steps` away.
    pub fn spend(&self, steps: u64) {
        let less = |left: u64| Some(left.saturating_sub(steps));
        let _ = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }

    /// Takes away the `steps` of the sequence with this `key`, unless it did.
    pub(super) fn spend_once(&self, key: u64, steps: u64) {
        if self.paid.lock().unwrap_or_else(PoisonError::into_inner).insert(key) {
            self.spend(steps);
        }
    }
}
