//! YAML with places: texts are split into documents, documents become trees of nodes that know
//! their bytes, and values are read as kubectl reads them.
//!
//! [`documents`] splits and prefilters, [`tree`] holds a parsed document, [`scalar`] leads from a
//! decoded scalar back to its source, [`kubectl`] tells what a plain scalar means.

mod builder;
mod documents;
mod gap;
mod indented;
mod kubectl;
mod node;
mod problem;
mod scalar;
mod tree;

pub use documents::{Prefilter, split};
pub use node::{Entry, Kind, Node};
pub use problem::Problem;
pub use tree::{Document, MAX_ALIASED_NODES, MAX_DEPTH};
