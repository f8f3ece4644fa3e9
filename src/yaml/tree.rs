//! A parsed document: an arena of nodes in the order they are written.

use std::ops::Range;
use std::sync::Arc;

use super::builder;
use super::kubectl::Tag;
use super::node::Node;
use super::problem::Problem;
use super::scalar::Style;
use crate::source::{FileId, Source, Span};

/// How deeply maps and lists may nest, those that an alias stands for included. Every walk over a
/// tree may recurse on the strength of it. go-yaml allows 10,000; no real manifest comes near.
pub const MAX_DEPTH: usize = 255;

/// A YAML document as a tree of nodes, each with its place in the file.
///
/// Aliases are followed, never copied.
pub struct Document {
    pub(super) file: FileId,
    /// The whole file's text: what is written as it is meant is borrowed from it.
    pub(super) text: Arc<str>,
    /// What scalars decode to where that isn't how they are written.
    pub(super) decoded: String,
    /// The nodes, each followed by its children, keys and values in turn. The first is the root.
    pub(super) nodes: Vec<NodeData>,
    /// Where the document ends in the file.
    pub(super) end: usize,
}

/// One node of the arena.
#[derive(Debug, Clone, Copy)]
pub(super) struct NodeData {
    /// The first byte in the file.
    pub(super) start: u32,
    /// One past the last byte.
    pub(super) end: u32,
    /// The index past the node's last descendant, where its next sibling lies.
    pub(super) after: u32,
    pub(super) content: Content,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Content {
    Scalar(Scalar),
    Sequence,
    Mapping,
    /// Stands for the node of that index, which is no alias.
    Alias(u32),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Scalar {
    pub(super) text: Text,
    pub(super) style: Style,
    pub(super) tag: Tag,
}

/// Where a scalar's decoded text lies.
#[derive(Debug, Clone, Copy)]
pub(super) enum Text {
    /// In the file, from and to these bytes.
    Source(u32, u32),
    /// In [`Document::decoded`].
    Decoded(u32, u32),
}

impl Document {
    /// Parses the first document in the bytes `range` of a file, which [`split`](super::split)
    /// found.
    ///
    /// # Errors
    /// [`Problem::Invalid`] where kubectl could not turn the document into JSON, and
    /// [`Problem::Bound`] where it nests past [`MAX_DEPTH`] or aliases add more than
    /// [`MAX_ALIASED_NODES`](super::MAX_ALIASED_NODES) nodes.
    pub fn parse(source: &Source, range: Range<usize>) -> Result<Document, Problem> {
        builder::parse(source, range)
    }

    /// The document's value; null where it has none.
    #[must_use]
    pub fn root(&self) -> Node<'_> {
        Node::at_index(self, 0)
    }

    /// The file that the document is from.
    #[must_use]
    pub fn file(&self) -> FileId {
        self.file
    }

    pub(super) fn data(&self, index: u32) -> NodeData {
        // Indices come from the arena itself; a null stands in rather than a panic.
        self.nodes.get(index as usize).copied().unwrap_or(NodeData::null(0))
    }

    pub(super) fn span_of(&self, index: u32) -> Span {
        let NodeData { start, end, .. } = self.data(index);
        Span { file: self.file, start, end }
    }

    pub(super) fn text_of(&self, text: Text) -> &str {
        let (held, start, end) = match text {
            Text::Source(start, end) => (&*self.text, start, end),
            Text::Decoded(start, end) => (&*self.decoded, start, end),
        };
        held.get(start as usize..end as usize).unwrap_or("")
    }

    /// The children of the node at `index`, in order; keys and values take turns in a mapping.
    pub(super) fn children(&self, index: u32) -> Children<'_> {
        let after = match self.data(index).content {
            Content::Sequence | Content::Mapping => self.data(index).after,
            Content::Scalar(_) | Content::Alias(_) => 0,
        };
        Children { document: self, next: index + 1, after }
    }
}

/// The values alone; a file's text would drown them.
impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document")
            .field("file", &self.file)
            .field("root", &self.root())
            .finish_non_exhaustive()
    }
}

impl NodeData {
    /// A null that isn't written, at `at`.
    pub(super) fn null(at: u32) -> NodeData {
        let scalar = Scalar { text: Text::Decoded(0, 0), style: Style::Plain, tag: Tag::None };
        NodeData { start: at, end: at, after: u32::MAX, content: Content::Scalar(scalar) }
    }
}

/// The indices of a collection's children.
#[derive(Clone)]
pub(super) struct Children<'d> {
    document: &'d Document,
    next: u32,
    after: u32,
}

impl Iterator for Children<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let index = self.next;
        if index >= self.after {
            return None;
        }
        self.next = self.document.data(index).after;
        Some(index)
    }
}
