//! A parsed document: an arena of nodes in the order they are written.

use std::sync::{Arc, OnceLock};

use super::origin::Origin;
use super::resolve::{self, Resolved, Tag};
use super::scalar::Style;
use crate::helm::{self, Placeholders};
use crate::source::{FileId, Span};

/// How deeply maps and lists may nest, those that an alias stands for included. Every walk over a
/// tree may recurse on the strength of it. go-yaml allows 10,000; no real manifest comes near.
pub const MAX_DEPTH: usize = 255;

/// A YAML document as a tree of nodes, each with its place in its file.
///
/// Aliases are followed, never copied.
pub struct Document {
    /// Where the root was read from, and with it all nodes of a document that was parsed.
    pub(super) origin: Arc<Origin>,
    /// Where the nodes of a document that was made of [`Value`](super::Value)s were read from. An index past them is the
    /// root's.
    pub(super) origins: Vec<Arc<Origin>>,
    /// What scalars decode to where that isn't how they are written in the root's origin.
    pub(super) decoded: String,
    /// The nodes, each followed by its children, keys and values in turn. The first is the root.
    pub(super) nodes: Vec<NodeData>,
    /// What aliases stand for: places apart from each other, in order.
    pub(super) targets: OnceLock<Vec<Span>>,
    /// Where a Helm template may put more; `None` in what is no template.
    pub(super) injected: Option<Injected>,
    /// What the placeholders of a template stand for.
    pub(super) placeholders: Option<Arc<Placeholders>>,
}

/// Where a template may put more into a document.
#[derive(Debug, Clone)]
pub(super) struct Injected {
    /// The nodes that it may be put into, by their indices, in order.
    pub(super) nodes: Vec<u32>,
    /// The bytes of the text that was parsed where it is put, in order.
    pub(super) places: Vec<u32>,
}

/// One node of the arena.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NodeData {
    /// The index of its origin.
    pub(super) origin: u32,
    /// The first byte in the origin's text.
    pub(super) start: u32,
    /// One past the last byte.
    pub(super) end: u32,
    /// The index past the node's last descendant, where its next sibling lies.
    pub(super) after: u32,
    pub(super) content: Content,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Scalar(Scalar),
    Sequence,
    Mapping,
    /// Stands for the node of that index, which is no alias.
    Alias(u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scalar {
    /// From and to which bytes its decoded text lies.
    text: (u32, u32),
    /// Whether that is in [`Document::decoded`].
    is_decoded: bool,
    pub(super) style: Style,
    pub(super) tag: Tag,
    meaning: Meaning,
}

// A large list has millions of nodes.
const _: () = assert!(size_of::<NodeData>() == 32);

/// What a scalar means, as far as that spares resolving it: most keys are texts, and each look-up compares many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A string, its text.
    Text,
    /// As a key, the one that merges a map.
    Merge,
    /// Anything else.
    Other,
}

/// Where a scalar's decoded text lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Text {
    /// In the text of the root's origin, from and to these bytes.
    Source(u32, u32),
    /// In [`Document::decoded`].
    Decoded(u32, u32),
}

impl Scalar {
    /// The scalar that decodes to `decoded`, which lies at `text`.
    pub(super) fn new(text: Text, decoded: &str, style: Style, tag: Tag) -> Self {
        let is_plain = style == Style::Plain;
        let meaning = match resolve::resolve(decoded, is_plain, tag) {
            Resolved::String if resolve::is_merge(decoded, is_plain, tag) => Meaning::Merge,
            Resolved::String => Meaning::Text,
            _ => Meaning::Other,
        };
        Self::at(text, style, tag, meaning)
    }

    const fn at(text: Text, style: Style, tag: Tag, meaning: Meaning) -> Self {
        let is_decoded = matches!(text, Text::Decoded(..));
        let (Text::Source(start, end) | Text::Decoded(start, end)) = text;
        Self { text: (start, end), is_decoded, style, tag, meaning }
    }

    /// Where its decoded text lies.
    pub(super) fn text(self) -> Text {
        let (start, end) = self.text;
        if self.is_decoded { Text::Decoded(start, end) } else { Text::Source(start, end) }
    }

    pub(super) fn meaning(self) -> Meaning {
        self.meaning
    }
}

impl Text {
    /// Its length (bytes).
    pub(super) fn len(self) -> usize {
        let (Text::Source(start, end) | Text::Decoded(start, end)) = self;
        end.saturating_sub(start) as usize
    }
}

impl Document {
    /// The file that the document's root is from.
    #[must_use]
    pub fn file(&self) -> FileId {
        self.span_of(0).file
    }

    /// What the placeholders in its texts stand for; `None` where it is no reading of a template.
    #[must_use]
    pub fn placeholders(&self) -> Option<&Placeholders> {
        self.placeholders.as_deref()
    }

    /// Whether `other`, which was read from the same bytes, has the same nodes at the same places.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.nodes == other.nodes && self.decoded == other.decoded
    }

    pub(super) fn data(&self, index: u32) -> &NodeData {
        // Indices come from the arena itself; a null stands in rather than a panic.
        const NULL: &NodeData = &NodeData::null(0);
        self.nodes.get(index as usize).unwrap_or(NULL)
    }

    pub(super) fn span_of(&self, index: u32) -> Span {
        let (origin, start, end) = self.place_of(index);
        origin.span(start, end)
    }

    /// The text that the node at `index` was read from, and from where to where.
    pub(super) fn place_of(&self, index: u32) -> (&Arc<Origin>, u32, u32) {
        let NodeData { origin, start, end, .. } = *self.data(index);
        (self.origins.get(origin as usize).unwrap_or(&self.origin), start, end)
    }

    /// Whether an alias leads to a part of `span`, or to something around it.
    pub(super) fn is_aliased(&self, span: Span) -> bool {
        let targets = self.targets.get_or_init(|| self.alias_targets());
        let place = |span: &Span| (span.file, span.start);
        let next = targets.partition_point(|target| place(target) <= place(&span));
        let near = targets.get(next.saturating_sub(1)..).unwrap_or_default();
        near.iter().take(2).any(|target| target.overlaps(span))
    }

    fn alias_targets(&self) -> Vec<Span> {
        let target = |node: &NodeData| match node.content {
            Content::Alias(target) => Some(self.span_of(target)),
            _ => None,
        };
        let mut all: Vec<Span> = self.nodes.iter().filter_map(target).collect();
        all.sort_by_key(|span| (span.file, span.start));
        all.dedup_by(|inner, outer| {
            let is_joined = inner.file == outer.file && inner.start < outer.end.max(outer.start + 1);
            if is_joined {
                outer.end = outer.end.max(inner.end);
            }
            is_joined
        });
        all
    }

    /// The text that the root was read from.
    pub(super) fn source_text(&self) -> &str {
        &self.origin.text
    }

    /// Whether a template puts more into the node at `index` than stands there.
    pub(super) fn is_injected(&self, index: u32) -> bool {
        self.injected.as_ref().is_some_and(|injected| injected.nodes.binary_search(&index).is_ok())
    }

    /// Whether a template's action is part of `text`, which is of this document.
    pub(super) fn has_action(&self, text: &str) -> bool {
        self.injected.is_some() && helm::has_placeholder(text)
    }

    pub(super) fn text_of(&self, text: Text) -> &str {
        let (held, start, end) = match text {
            Text::Source(start, end) => (self.source_text(), start, end),
            Text::Decoded(start, end) => (&*self.decoded, start, end),
        };
        held.get(start as usize..end as usize).unwrap_or("")
    }

    /// The node at `index` and all below it.
    pub(super) fn within(&self, index: u32) -> &[NodeData] {
        self.nodes.get(index as usize..self.data(index).after as usize).unwrap_or_default()
    }

    /// The children of the node at `index`, in order; keys and values take turns in a mapping.
    pub(super) fn children(&self, index: u32) -> Children<'_> {
        let data = self.data(index);
        let after = match data.content {
            Content::Sequence | Content::Mapping => data.after,
            Content::Scalar(_) | Content::Alias(_) => 0,
        };
        Children { document: self, next: index + 1, after }
    }
}

impl NodeData {
    /// A null that isn't written, at `at`.
    pub(super) const fn null(at: u32) -> NodeData {
        let scalar = Scalar::at(Text::Decoded(0, 0), Style::Plain, Tag::None, Meaning::Other);
        NodeData { origin: 0, start: at, end: at, after: u32::MAX, content: Content::Scalar(scalar) }
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
