//! What aliases stand for, and how much.

use std::collections::HashMap;

/// How many nodes aliases may add to a document if each were replaced by what it stands for.
/// go-yaml refuses documents past some 400,000 to 4,000,000, by the share that aliases make up.
pub const MAX_ALIASED_NODES: u64 = 1_000_000;

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
