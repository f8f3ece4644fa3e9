//! Helm templates, read where they are written: without Helm, values or a cluster.
//!
//! ```text
//! lexer → action → tree → readings → render → layout
//! ```
//!
//! `lexer` finds the actions, `action` and `condition` what they say, `tree` the blocks that they make. A template is read
//! several times, by what `readings` takes for true (`facts`): `render` puts each reading's text out with a `placeholder` for each
//! value, and knows where in the file each byte of it stands; `layout` takes out the placeholders that stand for lines.
//! What remains is YAML.

use std::ops::Range;
use std::sync::Arc;

mod action;
mod condition;
mod facts;
mod layout;
mod lexer;
mod named;
mod placeholder;
mod readings;
mod render;
mod tree;

pub use named::may_define_containers;
pub use placeholder::{Placeholders, has_placeholder, is_placeholder};
pub use render::Injection;

use facts::Facts;
use render::Output;
use tree::{Arm, Piece, Tree};

use crate::source::{FileId, MappedText};

/// Why a template can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unread {
    /// The byte of the template where it stops.
    pub at: usize,
    /// What stops it, in one clause without a full stop.
    pub reason: &'static str,
}

impl Unread {
    fn new(at: usize, reason: &'static str) -> Self {
        Self { at, reason }
    }
}

/// A template.
#[derive(Debug)]
pub struct Template<'t> {
    text: &'t str,
    tree: Tree<'t>,
    placeholders: Arc<Placeholders>,
}

/// What a template puts out if certain conditions hold.
#[derive(Debug, Clone)]
pub struct Reading {
    /// What is put out, each part with its place in the template.
    pub text: Arc<MappedText>,
    /// Where more may be put, in order.
    pub injections: Vec<Injection>,
    /// What is taken for true.
    facts: Facts,
    /// The named template that it is of, by its index.
    define: Option<usize>,
    /// What the placeholders in the text stand for.
    pub placeholders: Arc<Placeholders>,
}

/// A branch of a template that has a condition.
#[derive(Debug, Clone, Copy)]
pub struct Branch(usize);

impl Reading {
    /// Whether it is of a named template, of which those that include it may make more.
    #[must_use]
    pub fn is_named(&self) -> bool {
        self.define.is_some()
    }

    /// The same, with nothing put where no condition is taken to hold. `None` where that makes no difference.
    #[must_use]
    pub fn closed(&self) -> Option<Self> {
        let injections: Vec<_> = self.injections.iter().filter(|it| it.is_certain).cloned().collect();
        (injections.len() < self.injections.len()).then(|| Self { injections, ..self.clone() })
    }
}

impl<'t> Template<'t> {
    /// Reads the actions and blocks of `text`.
    ///
    /// # Errors
    /// [`Unread`] where Helm would refuse the template, or where it goes past a bound.
    pub fn parse(text: &'t str) -> Result<Self, Unread> {
        if let Some(at) = text.char_indices().find_map(|(at, char)| is_placeholder(char).then_some(at)) {
            return Err(Unread::new(at, "this character is of a private-use plane, which placeholders need"));
        }
        let (tree, placeholders) = tree::parse(text)?;
        Ok(Self { text, tree, placeholders: Arc::new(placeholders) })
    }

    /// The readings of the template, named templates left out. Each branch is in one, as far as conditions allow.
    #[must_use]
    pub fn readings(&self, file: FileId) -> Vec<Reading> {
        self.read(file, None)
    }

    /// The readings of each named template, with its name.
    pub fn defines(&self, file: FileId) -> impl Iterator<Item = (&str, Vec<Reading>)> {
        let defines = self.tree.defines.iter().enumerate();
        defines.map(move |(index, define)| (&*define.name, self.read(file, Some(index))))
    }

    /// The readings of each named template whose text holds containers of a Pod: a Pod spec, an object, or a list of
    /// containers, which is put under `initContainers` where the template's name `is_init`.
    #[must_use]
    pub fn pod_parts(&self, file: FileId, is_init: &dyn Fn(&str) -> bool) -> Vec<Reading> {
        let defines = self.tree.defines.iter().enumerate().filter_map(|(index, define)| {
            let is_init = is_init(&define.name);
            let text = self.text.get(define.range.clone())?;
            named::may_be_pod_part(text, is_init).then_some((index, is_init))
        });
        let parts = defines.flat_map(|(index, is_init)| {
            let readings = self.read(file, Some(index)).into_iter();
            readings.filter_map(move |reading| named::pod_part(reading, is_init))
        });
        parts.collect()
    }

    fn read(&self, file: FileId, define: Option<usize>) -> Vec<Reading> {
        let plans = readings::plans(&self.tree, self.body(define));
        plans.into_iter().map(|facts| self.reading(file, define, facts)).collect()
    }

    fn body(&self, define: Option<usize>) -> &[Piece<'t>] {
        let define = define.and_then(|define| self.tree.defines.get(define));
        define.map_or(&self.tree.body, |define| &define.body)
    }

    fn reading(&self, file: FileId, define: Option<usize>, mut facts: Facts) -> Reading {
        let output = render::render(self.text, file, &self.tree, self.body(define), &mut facts);
        let Output { text, injections } = layout::settle(output);
        Reading {
            text: Arc::new(text),
            injections,
            facts,
            define,
            placeholders: Arc::clone(&self.placeholders),
        }
    }

    /// The branch of `reading` that may spoil what stands at the byte `at` of the template: the last one before it in the
    /// same branch, else the branch that it stands in itself.
    #[must_use]
    pub fn branch_at(&self, reading: &Reading, at: usize) -> Option<Branch> {
        let arms = || {
            self.tree.arms.iter().enumerate().filter(|(_, arm)| {
                let holds = |condition| reading.facts.holds(condition) == Some(true);
                arm.condition.as_ref().is_some_and(holds)
            })
        };
        let around = arms().filter(|(_, arm)| arm.range.contains(&at)).min_by_key(|(_, arm)| arm.range.len());
        let from = around.map_or(0, |(_, around)| around.range.start);
        let before = arms().filter(|(_, arm)| from <= arm.range.start && arm.range.end <= at);
        before.max_by_key(|(_, arm)| arm.range.end).or(around).map(|(index, _)| Branch(index))
    }

    /// `reading` without `branch`.
    #[must_use]
    pub fn without(&self, reading: &Reading, branch: Branch) -> Option<Reading> {
        let condition = self.tree.arms.get(branch.0)?.condition.as_ref()?;
        let mut facts = reading.facts.clone();
        facts.force(condition, false);
        Some(self.reading(reading.text.whole().file, reading.define, facts))
    }

    /// Which conditions hold in `reading` and not in `other`, of the blocks that `within` holds and that don't hold the
    /// byte `at` themselves: as they are written, after a `not` where they don't hold. None where `other` leaves `at` out.
    #[must_use]
    pub fn differences(
        &self,
        reading: &Reading,
        other: &Reading,
        within: &Range<usize>,
        at: usize,
    ) -> Vec<String> {
        let mut conditions = Vec::new();
        for block in &self.tree.blocks {
            let taken = |reading: &Reading| readings::chosen(&self.tree, block, &reading.facts);
            let arms = || block.arms.iter().filter_map(|&arm| self.tree.arms.get(arm));
            let (Some(first), Some(last)) = (arms().next(), arms().next_back()) else { continue };
            let range = first.range.start..last.range.end;
            let is_around = range.contains(&at);
            let is_inside = within.start <= range.start && range.end <= within.end;
            if !(is_around || is_inside) || taken(reading) == taken(other) {
                continue;
            }
            if is_around {
                return Vec::new();
            }
            let arm = taken(reading).and_then(|arm| self.tree.arms.get(arm));
            describe(arm, first, &mut conditions);
        }
        conditions
    }

    /// Which conditions hold around the byte `one` of the template or around `other`, and not around both.
    #[must_use]
    pub fn conditions_of_one(&self, reading: &Reading, one: usize, other: usize) -> Vec<String> {
        let mut conditions = Vec::new();
        for block in &self.tree.blocks {
            let arm = readings::chosen(&self.tree, block, &reading.facts);
            let arm = arm.and_then(|arm| self.tree.arms.get(arm));
            let first = block.arms.first().and_then(|&arm| self.tree.arms.get(arm));
            if let (Some(arm), Some(first)) = (arm, first)
                && arm.range.contains(&one) != arm.range.contains(&other)
            {
                describe(Some(arm), first, &mut conditions);
            }
        }
        conditions
    }

    /// Where the comments stand, each from `/*` to `*/`, in order.
    #[must_use]
    pub fn comments(&self) -> &[Range<usize>] {
        &self.tree.comments
    }

    /// What placeholders stand for.
    #[must_use]
    pub fn placeholders(&self) -> &Placeholders {
        &self.placeholders
    }
}

/// Adds to `conditions` what says that `arm` is output, or none, of a block that begins with `first`.
fn describe(arm: Option<&Arm<'_>>, first: &Arm<'_>, conditions: &mut Vec<String>) {
    let (decisive, holds) = match arm.and_then(|arm| arm.condition.as_ref()) {
        Some(condition) => (Some(condition), true),
        None => (first.condition.as_ref(), false),
    };
    for said in decisive.into_iter().flat_map(|condition| condition.describe(holds)) {
        if !conditions.contains(&said) {
            conditions.push(said);
        }
    }
}
