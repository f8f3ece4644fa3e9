//! What is known of files and texts while a script runs on symbols.

pub(super) mod assumptions;
pub(super) use crate::commands::world::atoms;
pub(super) mod compare;
pub(super) mod modes;
pub(super) mod places;
pub(super) mod tree;
