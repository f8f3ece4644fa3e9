//! Which texts anybody asks for. All others are dropped once they are read: most files of a tree hold nothing of interest,
//! and would fill the memory.

use crate::charts;
use crate::discover::is_kustomization;
use crate::inputs::LOOKED_FOR;
use crate::kube::Workload;
use crate::provenance::TestSuites;
use crate::read::Skimmed;
use crate::rule::{Rule, Target};
use crate::settings::Settings;
use crate::suppress;
use crate::yaml::Prefilter;

/// The kind of Flux's objects that name kustomizations.
const FLUX: &str = "Kustomization";

/// What is asked of the files of a run, beside those that are named themselves.
pub(super) struct Interest {
    /// Tells the documents that somebody asks for; `None` where a rule looks at all of them.
    prefilter: Option<Prefilter>,
}

impl Interest {
    pub(super) fn new(rules: &[&'static Rule], settings: &Settings) -> Self {
        let mut rules = rules.iter().copied().filter(|rule| settings.may_run(rule.id));
        let looks_at_all = rules.clone().any(|rule| matches!(rule.target, Target::Set { .. }));
        let kinds = LOOKED_FOR.into_iter().chain([FLUX]);
        let prefilter = (!looks_at_all).then(|| prefilter(&mut rules, kinds));
        Self { prefilter }
    }

    /// Whether the text of a file will be asked for, for all that is known before the others are read.
    pub(super) fn keeps(&self, file: Skimmed<'_>) -> bool {
        let Skimmed { path, text, documents, .. } = file;
        let Some(prefilter) = &self.prefilter else { return true };
        documents.iter().filter_map(|range| text.get(range.clone())).any(|text| prefilter.wants(text))
            || suppress::mentions_us(text)
            || is_kustomization(path)
            || TestSuites::reads(path)
            || charts::is_template(path, text)
                && (prefilter.wants(text) || charts::may_define_containers(text))
    }
}

/// Tells the documents that one of `rules` may speak of, or that hold an object of `kinds`.
pub(super) fn prefilter(
    rules: impl Iterator<Item = &'static Rule>,
    kinds: impl IntoIterator<Item = &'static str>,
) -> Prefilter {
    let literals = rules.flat_map(|rule| match rule.target {
        Target::Pod { literals, .. } | Target::Object { literals, .. } => literals,
        Target::Set { .. } | Target::Input => &[],
    });
    // Of these only an object's own kind counts, which may be a word of any text.
    let is_kind = |literal: &&str| !matches!(Workload::of("", literal), Workload::Custom(_));
    let (of_rules, words): (Vec<_>, Vec<_>) = literals.copied().partition(is_kind);
    Prefilter::new(words, of_rules.into_iter().chain(kinds))
}
