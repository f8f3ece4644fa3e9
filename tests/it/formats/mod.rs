//! The reports that other programs read: valid, complete, right about places, and deaf to what a
//! manifest would make them say.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "a test may panic"
)]

mod counts;
mod files;
mod hostile;
mod places;
mod readers;
