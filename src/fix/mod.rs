//! What a fix is made of: edits of YAML and of scripts in it, each byte for byte where it is written.
//!
//! Rules make them (`yaml`, `script`), [`crate::apply`] makes them in files; `edits` is what both know of a text in which
//! some places change.

mod edits;
mod script;
mod yaml;

pub use edits::{Edits, apply};
pub use script::replace_text;
pub use yaml::{insert_entries, insert_entry, remove_comment, remove_entry, remove_repeated};
