//! Which texts anybody asks for. All others are dropped once they are read: most files of a tree hold nothing of interest,
//! and would fill the memory. Of the objects that rules look for it is noted where they are; those that a rule asks for
//! are read once more. So are files that only their own check asks for, where there are many.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::charts;
use crate::discover::is_kustomization;
use crate::inputs;
use crate::kube::Workload;
use crate::kustomize;
use crate::provenance::TestSuites;
use crate::read::{Kept, Mention, Skimmed};
use crate::rule::{Rule, Target};
use crate::suppress;
use crate::yaml::{self, Prefilter};

/// The kind of Flux's objects that name kustomizations.
const FLUX: &str = "Kustomization";

/// How much of the texts that only their own check asks for is kept (bytes): all of a small repository. Debug builds read
/// most of them again, so that tests go both ways.
const ROOM: usize = if cfg!(debug_assertions) { 2 << 10 } else { 1 << 20 };

/// What is asked of the files of a run, beside those that are named themselves.
pub(super) struct Interest {
    /// Tells the documents that rules may speak of; `None` where one looks at all of them.
    prefilter: Option<Prefilter>,
    /// How much is left of [`ROOM`].
    room: AtomicUsize,
}

impl Interest {
    /// Of `rules`, those that are off included: a document is looked at or it isn't, whoever else looks at it.
    pub(super) fn new(rules: &[&'static Rule]) -> Self {
        let looks_at_all = rules.iter().any(|rule| matches!(rule.target, Target::Set { .. }));
        let prefilter = (!looks_at_all).then(|| prefilter(rules, []));
        Self { prefilter, room: AtomicUsize::new(ROOM) }
    }

    /// What of a file will be asked for, for all that is known before the others are read.
    pub(super) fn keeps(&self, file: Skimmed<'_>) -> Kept {
        let Skimmed { path, text, .. } = file;
        let Some(prefilter) = &self.prefilter else { return Kept::text() };
        let kept = of_documents(prefilter, file);
        let is_asked_for = kept.is_asked_for || suppress::mentions_us(text);
        let others_ask = kept.text
            || is_kustomization(path)
            || TestSuites::reads(path)
            || charts::is_template(path, text) && charts::may_define_containers(text)
            // What Helm rendered is held against what stands there.
            || is_asked_for && path.contains("templates/");
        let is_kept = others_ask || is_asked_for && self.has_room(text.len());
        Kept { text: is_kept, is_asked_for, ..kept }
    }

    /// Takes `size` bytes of the room, if that many are left.
    fn has_room(&self, size: usize) -> bool {
        let take = |left: usize| left.checked_sub(size);
        self.room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }
}

/// What of the documents of a file will be asked for.
fn of_documents(prefilter: &Prefilter, file: Skimmed<'_>) -> Kept {
    let (mut is_asked_for, mut is_kept, mut has_others) = (false, false, false);
    let mut mentions = Some(Vec::<Mention>::new());
    for (range, number) in file.documents.iter().zip(0..) {
        let document = file.text.get(range.clone()).unwrap_or("");
        if yaml::is_definition(document) {
            continue;
        }
        has_others = true;
        let kinds = yaml::key_values(document, &yaml::KIND);
        is_asked_for = is_asked_for || prefilter.wants_of(document, &kinds);
        is_kept = is_kept || kinds.may_have(&[FLUX], document);
        let Some(known) = &mut mentions else { continue };
        match inputs::mention(document, number, &kinds) {
            Some(mention) => known.extend(mention),
            // What it holds is told by parsing it alone.
            None => (is_kept, mentions) = (true, None),
        }
    }
    let definitions =
        if has_others { Vec::new() } else { kustomize::definitions(file.id, file.text, file.documents) };
    let (mentions, definitions) = (mentions.map(Vec::into), definitions.into());
    Kept { text: is_kept, is_asked_for, mentions, definitions }
}

/// Tells the documents that one of `rules` may speak of, or that hold an object of `kinds`.
pub(super) fn prefilter(rules: &[&'static Rule], kinds: impl IntoIterator<Item = &'static str>) -> Prefilter {
    // Of these only an object's own kind counts, which may be a word of any text.
    let is_kind = |literal: &&str| !matches!(Workload::of("", literal), Workload::Custom(_));
    let (of_rules, words): (Vec<_>, Vec<_>) = literals(rules).partition(is_kind);
    Prefilter::new(words, of_rules.into_iter().chain(kinds))
}

/// Tells the single values and the keys of an object that make `rules` speak of it, or that suppress something.
pub(super) fn words(rules: &[&'static Rule]) -> Prefilter {
    Prefilter::new(literals(rules).chain([suppress::WORD]), [])
}

/// The texts without which `rules` have nothing to say.
fn literals(rules: &[&'static Rule]) -> impl Iterator<Item = &'static str> {
    rules.iter().flat_map(|rule| rule.literals()).copied()
}
