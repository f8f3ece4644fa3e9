//! YAML with places: texts are split into documents, documents become trees of nodes that know
//! their bytes, and values are read as kubectl reads them.
//!
//! `documents` splits and prefilters, `heuristics` looks at what isn't parsed. `parse` takes a document from a text: `direct` reads
//! what most manifests are written in straight into the `tree`, and for all others `builder` turns the
//! parser's `events` into it, with the help of `indicators` (what stands between two nodes),
//! `aliases`, `json_compat` (what kubectl refuses), `json_comments` (which it refuses too) and `reindent` (a work-around for the parser);
//! `problem` says why it couldn't. `node` is how others look at the tree, `resolve` what a scalar
//! means, `scalar` the way from a decoded text back to its source, which `origin` holds. `comments` finds what
//! the tree leaves out. `value` is what documents are changed with.

mod aliases;
mod builder;
mod comments;
mod direct;
mod disguises;
mod documents;
mod events;
mod heuristics;
mod indicators;
mod injected;
mod json_comments;
mod json_compat;
mod key_values;
mod node;
mod origin;
mod parse;
mod prefilter;
mod problem;
mod quotes;
mod reindent;
mod resolve;
mod scalar;
mod torn;
mod tree;
mod value;

pub use aliases::MAX_ALIASED_NODES;
pub use comments::comments;
pub use documents::split;
pub use heuristics::{
    is_json, is_prose, is_script, is_yaml, looks_like_helm, looks_like_object, looks_like_template,
};
pub use json_comments::json_comment;
pub use key_values::{KIND, KeyValues, NAME, key_values, more_key_values};
pub use node::{Entry, Kind, Lookup, Node, NodeId};
pub use prefilter::{Prefilter, is_definition};
pub use problem::Problem;
pub use resolve::is_string_unquoted;
pub use tree::{Document, MAX_DEPTH};
pub use value::{Field, Value};
