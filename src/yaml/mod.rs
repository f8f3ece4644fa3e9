//! YAML with places: texts are split into documents, documents become trees of nodes that know
//! their bytes, and values are read as kubectl reads them.
//!
//! `documents` splits and prefilters, `guess` looks at what isn't parsed. `builder` turns the
//! parser's events into the `tree`, with the help of `gap` (what stands between two nodes),
//! `aliases`, `checks` (what kubectl refuses) and `indented` (a work-around for the parser);
//! `problem` says why it couldn't. `node` is how others look at the tree, `kubectl` what a scalar
//! means, `scalar` the way from a decoded text back to its source, which `origin` holds. `comments` finds what
//! the tree leaves out. `value` is what documents are changed with.

mod aliases;
mod builder;
mod checks;
mod comments;
mod documents;
mod gap;
mod guess;
mod indented;
mod injected;
mod key_values;
mod kubectl;
mod node;
mod origin;
mod problem;
mod scalar;
mod tree;
mod value;

pub use aliases::MAX_ALIASED_NODES;
pub use comments::comments;
pub use documents::{Prefilter, split};
pub use guess::{is_yaml, looks_like_object, looks_like_template};
pub use key_values::{KeyValues, key_values};
pub use node::{Entry, Kind, Lookup, Node, NodeId};
pub use problem::Problem;
pub use tree::{Document, MAX_DEPTH};
pub use value::{Field, Value};
