//! YAML with places: texts are split into documents, documents become trees of nodes that know
//! their bytes, and values are read as kubectl reads them.
//!
//! [`documents`] splits and prefilters, [`guess`] looks at what isn't parsed, [`tree`] holds a
//! parsed document, [`comments`] finds what stands beside it, [`scalar`] leads from a decoded scalar back to its source, [`kubectl`] tells
//! what a plain scalar means.

mod builder;
mod comments;
mod documents;
mod gap;
mod guess;
mod indented;
mod kubectl;
mod node;
mod problem;
mod scalar;
mod tree;

pub use comments::comments;
pub use documents::{Prefilter, split};
pub use guess::{looks_like_object, looks_like_template};
pub use node::{Entry, Kind, Node};
pub use problem::Problem;
pub use tree::{Document, MAX_ALIASED_NODES, MAX_DEPTH};
