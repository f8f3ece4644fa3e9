//! The reports that other programs read: valid, complete, right about places, and deaf to what a
//! manifest would make them say.

mod counts;
mod files;
mod hostile;
mod places;
mod readers;
