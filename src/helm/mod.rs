//! Helm templates, read where they are written: without Helm, values or a cluster.
//!
//! ```text
//! lexer → action → tree → readings → render → layout
//! ```
//!
//! `lexer` finds the actions, `action` and `condition` what they say, `tree` the blocks that they make, with the `calls` of
//! named templates that are in the `library`, and their `arguments`. A template is read
//! several times, by what `readings` takes for true (`facts`, and what is `implied` by them): `render` puts each reading's text out with a `placeholder` for each
//! value, and knows where in the file each byte of it stands; `layout` takes out the placeholders that stand for lines.
//! What remains is YAML.

use std::ops::Range;
use std::sync::Arc;

mod action;
mod arguments;
mod calls;
mod choices;
mod condition;
mod constant;
mod facts;
mod files;
mod implied;
mod layout;
mod lexer;
mod library;
mod named;
mod placeholder;
mod readings;
mod render;
mod said;
mod scope;
mod script;
mod tree;

pub use choices::{Choice, conditions};
pub use files::{AskedFiles, asked_files, matches_file, named_files};
pub use library::Library;
pub use named::may_define_containers;
pub use placeholder::{Placeholders, has_placeholder, is_placeholder};
pub use render::Injection;
pub use script::has_branches;

use facts::Facts;
use render::Output;
use tree::{Piece, Tree};

use crate::source::{FileId, MappedText, Span};

/// Whether what comes behind `text`, of a template, is put out wherever what stands before it is: no branch begins in it that
/// doesn't end in it, and none that goes on before it is left for another.
#[must_use]
pub fn is_always_followed(text: &str) -> bool {
    let Ok(actions) = lexer::actions(text, 0..text.len()) else { return false };
    let mut open = 0_usize;
    for action in &actions {
        match action::command(text.get(action.inner.clone()).unwrap_or("")) {
            action::Command::Open(_) | action::Command::Define(_) => open += 1,
            action::Command::Else(_) if open == 0 => return false,
            action::Command::End => open = open.saturating_sub(1),
            _ => {}
        }
    }
    open == 0
}

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
    /// The named template that it is of.
    part: Option<NamedPart>,
    /// What the placeholders in the text stand for.
    pub placeholders: Arc<Placeholders>,
}

/// A named template that is read as a part of a Pod.
#[derive(Debug, Clone, Copy)]
struct NamedPart {
    /// Its index.
    define: usize,
    /// Whether its containers are init containers, where it holds nothing but containers.
    is_init: bool,
}

/// A branch of a template that has a condition.
#[derive(Debug, Clone, Copy)]
pub struct Branch(usize);

impl Reading {
    /// Whether it is of a named template, of which those that include it may make more.
    #[must_use]
    pub fn is_named(&self) -> bool {
        self.part.is_some()
    }

    /// The same, with nothing put where no condition is taken to hold.
    #[must_use]
    pub fn closed(mut self) -> Self {
        self.injections.retain(|injection| injection.is_certain);
        self
    }
}

impl<'t> Template<'t> {
    /// Reads the actions and blocks of `text`.
    ///
    /// # Errors
    /// [`Unread`] where Helm would refuse the template, or where it goes past a bound.
    pub fn parse(text: &'t str) -> Result<Self, Unread> {
        Self::parse_with(text, None)
    }

    /// As [`parse`](Self::parse), with the text of the named templates of `library` where they are called.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn parse_with(text: &'t str, library: Option<&'t Library>) -> Result<Self, Unread> {
        if let Some(at) = placeholder::find(text) {
            return Err(Unread::new(at, "this character is of a private-use plane, which placeholders need"));
        }
        let (tree, placeholders) = tree::parse(text, library)?;
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
        defines.map(move |(index, define)| {
            let part = Some(NamedPart { define: index, is_init: false });
            (&*define.name, self.plans(part).map(|facts| self.written(file, part, facts)).collect())
        })
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
        let parts = defines.map(|(define, is_init)| NamedPart { define, is_init });
        parts.flat_map(|part| self.read(file, Some(part))).collect()
    }

    fn read(&self, file: FileId, part: Option<NamedPart>) -> Vec<Reading> {
        self.plans(part).filter_map(|facts| self.reading(file, part, facts)).collect()
    }

    fn plans(&self, part: Option<NamedPart>) -> impl Iterator<Item = Facts> {
        readings::plans(self.text, &self.tree, self.body(part)).into_iter()
    }

    fn body(&self, part: Option<NamedPart>) -> &[Piece<'t>] {
        let define = part.and_then(|part| self.tree.defines.get(part.define));
        define.map_or(&self.tree.body, |define| &define.body)
    }

    /// What is put out by `facts`. `None` where a named template is no part of a Pod then.
    fn reading(&self, file: FileId, part: Option<NamedPart>, facts: Facts) -> Option<Reading> {
        let reading = self.written(file, part, facts);
        match part {
            Some(part) => named::pod_part(reading, part.is_init),
            None => Some(reading),
        }
    }

    fn written(&self, file: FileId, part: Option<NamedPart>, mut facts: Facts) -> Reading {
        let output = render::render(self.text, file, &self.tree, self.body(part), &mut facts);
        let Output { text, injections } = layout::settle(output);
        Reading {
            text: Arc::new(text),
            injections,
            facts,
            part,
            placeholders: Arc::clone(&self.placeholders),
        }
    }

    /// The branch of `reading` that may spoil what stands at `place` in the template: the last one before it in the same
    /// branch, else the branch that it stands in itself. Of what is called it is none.
    #[must_use]
    pub fn branch_at(&self, reading: &Reading, place: Span) -> Option<Branch> {
        if place.file != reading.text.whole().file {
            return None;
        }
        let at = place.start as usize;
        let arms = || {
            self.tree.arms.iter().enumerate().filter(|(_, arm)| {
                let holds = |condition| reading.facts.holds(condition) == Some(true);
                arm.called.is_none() && arm.condition.as_ref().is_some_and(holds)
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
        self.reading(reading.text.whole().file, reading.part, facts)
    }

    /// What `reading` takes of the blocks whose branches all stand in `within`.
    #[must_use]
    pub fn choices(&self, reading: &Reading, within: &Range<usize>) -> Vec<Choice<'_>> {
        let mut choices = choices::of(&self.tree, self.body(reading.part), &reading.facts);
        choices.retain(|choice| {
            let range = choice.range();
            within.start <= range.start && range.end <= within.end
        });
        choices
    }

    /// `reading` as it is if those of its `choices` that don't stay are made otherwise, as far as the others allow; where
    /// there are several ways, by one that comes so much `later`.
    #[must_use]
    pub fn otherwise(
        &self,
        reading: &Reading,
        choices: &[(Choice<'_>, bool)],
        later: usize,
    ) -> Option<Reading> {
        let mut facts = reading.facts.clone();
        let those = |stay: bool| choices.iter().filter(move |(_, stays)| *stays == stay);
        those(false).for_each(|(choice, _)| choice.turn(&mut facts, later));
        let kept = those(true).flat_map(|(choice, _)| choice.asked());
        for (condition, holds) in condition::certain_first(kept) {
            facts.restore(condition, holds, &reading.facts);
        }
        self.reading(reading.text.whole().file, reading.part, facts)
    }

    /// Where the comments stand, each from `/*` to `*/`, in order.
    #[must_use]
    pub fn comments(&self) -> &[Range<usize>] {
        &self.tree.comments
    }

    /// Whether the text of a named template is put out in it.
    #[must_use]
    pub fn has_calls(&self) -> bool {
        self.tree.has_calls
    }

    /// What placeholders stand for.
    #[must_use]
    pub fn placeholders(&self) -> &Placeholders {
        &self.placeholders
    }
}
