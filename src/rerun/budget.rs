//! How much work the analyses of one file may make together.

use std::sync::atomic::{AtomicU64, Ordering};

use super::known::Known;
use crate::shell::Parsed;

/// Steps that any file may take: several times as many as the largest manifests of real projects do.
const LEAST: u64 = 1_000_000;

/// Commands that the containers of a file may run together in all runs. Each container has a bound of its own, but a file
/// has many containers.
#[derive(Debug)]
pub struct Budget {
    left: AtomicU64,
    known: Known,
    parsed: Parsed,
}

impl Budget {
    /// That of texts of `size` bytes together.
    #[must_use]
    pub fn for_text(size: usize) -> Self {
        Self::of(LEAST.max(u64::try_from(size).unwrap_or(u64::MAX) / 2))
    }

    /// One of so many steps.
    #[must_use]
    pub fn of(steps: u64) -> Self {
        Self { left: AtomicU64::new(steps), known: Known::default(), parsed: Parsed::default() }
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

    /// What came of the analyses that it was spent on.
    pub(super) fn known(&self) -> &Known {
        &self.known
    }

    /// The scripts that were parsed for the same file.
    #[must_use]
    pub fn parsed(&self) -> &Parsed {
        &self.parsed
    }

    /// Takes `steps` away.
    pub fn spend(&self, steps: u64) {
        let less = |left: u64| Some(left.saturating_sub(steps));
        let _ = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }
}
