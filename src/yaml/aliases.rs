//! What aliases and merges stand for, and how much.

use foldhash::HashMap;

use super::tree::{Content, Document};

/// How many nodes aliases may add to a document if each were replaced by what it stands for.
/// go-yaml refuses documents past some 400,000 to 4,000,000, by the share that aliases make up.
pub const MAX_ALIASED_NODES: u64 = 1_000_000;

/// How many nodes aliases may add, and how many entries merges, to a document of `written` nodes. A few bytes could else
/// stand for millions of containers, each of which is checked.
pub(super) fn most_added(written: usize) -> u64 {
    10_000.max(10 * written as u64)
}

/// The anchored nodes of a document so far, and what their aliases add to it.
#[derive(Default)]
pub(super) struct Aliases {
    anchored: HashMap<usize, Anchored>,
    /// How many nodes the aliases add.
    added: u64,
}

#[derive(Clone, Copy)]
struct Anchored {
    index: u32,
    /// `None` until the node ends.
    size: Option<Size>,
}

/// How much a node stands for, aliases in it replaced.
#[derive(Clone, Copy)]
pub(super) struct Size {
    pub(super) nodes: u64,
    /// How many levels of maps and lists it has.
    pub(super) height: usize,
}

/// Why an alias can't be followed.
pub(super) enum Fault {
    /// It stands inside the node that it stands for.
    Cycle,
    /// It goes past [`MAX_ALIASED_NODES`].
    TooMany,
}

/// How many entries the maps of a document have, `<<` followed.
#[derive(Default)]
pub(super) struct Merges {
    /// Of the maps that have ended: those with a `<<`, and those that were merged.
    sizes: HashMap<u32, u64>,
    /// The value of each `<<` in the maps that haven't, with the map.
    open: Vec<(u32, u32)>,
    /// How many entries all of them add.
    pub(super) added: u64,
}

impl Merges {
    /// Notes that the map at `map` merges what is at `value`.
    pub(super) fn note(&mut self, map: u32, value: u32) {
        self.open.push((map, value));
    }

    /// Counts what the map at `map`, which ends, has.
    pub(super) fn finish(&mut self, document: &Document, map: u32) {
        let mut added = 0_u64;
        while let Some((_, value)) = self.open.pop_if(|(open, _)| *open == map) {
            added = added.saturating_add(self.size_of_merged(document, value));
        }
        if added > 0 {
            self.sizes.insert(map, added.saturating_add(document.children(map).count() as u64 / 2));
            self.added = self.added.saturating_add(added);
        }
    }

    fn size_of_merged(&mut self, document: &Document, value: u32) -> u64 {
        match document.data(value).content {
            Content::Alias(target) => self.size_of_merged(document, target),
            Content::Mapping => {
                let plain = || document.children(value).count() as u64 / 2;
                (*self.sizes.entry(value).or_insert_with(plain)).max(1)
            }
            Content::Sequence => {
                document.children(value).map(|item| self.size_of_merged(document, item)).sum()
            }
            Content::Scalar(_) => 0,
        }
    }
}

impl Aliases {
    /// How many nodes the aliases add so far.
    pub(super) fn added(&self) -> u64 {
        self.added
    }

    /// Notes that the node at `index` has an anchor, if `anchor` isn't 0, which means none. Its
    /// size is known once it ends.
    pub(super) fn note(&mut self, anchor: usize, index: u32, size: Option<Size>) {
        if anchor != 0 {
            self.anchored.insert(anchor, Anchored { index, size });
        }
    }

    /// The index of the node that an alias of `anchor` stands for, and the node's height.
    pub(super) fn follow(&mut self, anchor: usize) -> Result<(u32, usize), Fault> {
        let Some(Anchored { index, size: Some(size) }) = self.anchored.get(&anchor).copied() else {
            // The parser refuses aliases of anchors that aren't there, so the node is still open.
            return Err(Fault::Cycle);
        };
        self.added = self.added.saturating_add(size.nodes);
        if self.added > MAX_ALIASED_NODES { Err(Fault::TooMany) } else { Ok((index, size.height)) }
    }
}
