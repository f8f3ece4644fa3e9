//! What a fix is made of: edits of YAML and of scripts in it, each byte for byte where it is written.
//!
//! Rules make them (`yaml`, `script`), [`crate::apply`] makes them in files; `edits` is what both know of a text in which
//! some places change.

mod edits;
mod script;
mod yaml;

pub use edits::{Edits, apply};
pub use script::{put_around, put_before, put_first, replace_text, rewrite, starts_statement};
pub use yaml::{
    insert_entries, insert_entry, insert_item, own_entries, remove_comment, remove_entry, remove_repeated,
    replace_scalar,
};
