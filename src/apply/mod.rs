//! Fixes made in files.
//!
//! ```text
//! report → rounds: plan (fixes that don't meet) → outline (nothing else has changed) → lint again → write, diff
//! ```
//!
//! A fix counts where its finding is gone afterwards, none has come, and everything else has the value that it had. Else
//! it isn't made, and that is told.

mod diff;
mod ignores;
mod outline;
mod plan;
mod rounds;
mod stdin;
mod write;

pub use diff::diff;
pub use ignores::{Ignorer, ignore};
pub use plan::can_be_made;
pub use rounds::{Changed, Fixer, Outcome};
pub use stdin::Stdin;
pub use write::{write, write_all};
