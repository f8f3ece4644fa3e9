//! Passing over documents that no rule could speak of.

use aho_corasick::{AhoCorasick, MatchKind};
use memchr::memmem;

use super::disguises::{DISGUISES, Disguises};
use super::key_values::key_values;

/// Tells the documents that are worth parsing: those that hold one of the words without which no
/// rule could speak.
#[derive(Debug, Clone)]
pub struct Prefilter {
    /// Looks for words, then kinds, then disguises.
    search: Option<AhoCorasick>,
    words: usize,
    kinds: Vec<&'static str>,
}

impl Prefilter {
    /// A prefilter for documents that hold one of `words`, each of letters and digits alone, or an object whose kind has one
    /// of `kinds` in it.
    pub fn new(
        words: impl IntoIterator<Item = &'static str>,
        kinds: impl IntoIterator<Item = &'static str>,
    ) -> Self {
        let words: Vec<&str> = words.into_iter().collect();
        let kinds: Vec<&str> = kinds.into_iter().collect();
        let patterns = words.iter().chain(&kinds).chain(&DISGUISES);
        // The first match is as good as the longest, and with it a vectorized search is chosen. Building fails on automata
        // of gigabytes only; then everything is wanted.
        let search = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(patterns).ok();
        Self { search, words: words.len(), kinds }
    }

    /// Whether `document`, a range of [`split`](super::split), is worth parsing.
    ///
    /// The schema of a `CustomResourceDefinition` names the fields of Pods, and is none; its
    /// `kind` at the start of a line tells it. One in JSON is parsed for nothing.
    #[must_use]
    pub fn wants(&self, document: &str) -> bool {
        self.may_hold(document) && !is_definition(document)
    }

    fn may_hold(&self, document: &str) -> bool {
        let Some(search) = &self.search else { return true };
        let mut disguises = Disguises::of(document);
        let mut names_kind = false;
        for found in search.find_iter(document) {
            let Some(other) = found.pattern().as_usize().checked_sub(self.words) else { return true };
            match other.checked_sub(self.kinds.len()).and_then(|disguise| DISGUISES.get(disguise)) {
                Some(disguise) if disguises.hides(disguise, found.start()) => return true,
                Some(_) => {}
                None => names_kind = true,
            }
        }
        names_kind && self.may_be_of_kind(document)
    }

    fn may_be_of_kind(&self, document: &str) -> bool {
        let values = key_values(document, "kind");
        let is_wanted = |value: &&str| self.kinds.iter().any(|kind| value.contains(kind));
        // What a template's action puts there isn't known.
        values.is_open
            || values.strings.iter().any(is_wanted)
            || memmem::find(document.as_bytes(), b"{{").is_some()
    }
}

/// Whether `document` is a `CustomResourceDefinition`, by its `kind` at the start of a line.
#[must_use]
pub fn is_definition(document: &str) -> bool {
    const KEY: &str = "kind:";
    let is_definition = |value: &str| {
        let value = value.trim_start_matches([' ', '\t']);
        let value = value.strip_prefix(['"', '\'']).unwrap_or(value);
        value.strip_prefix("CustomResourceDefinition").is_some_and(|after| {
            let after = after.trim_start_matches(['"', '\'', ' ', '\t']);
            after.is_empty() || after.starts_with(['\n', '\r', '#'])
        })
    };
    let mut lines = memmem::find_iter(document.as_bytes(), "\nkind:").map(|at| at + 1 + KEY.len());
    document.strip_prefix(KEY).is_some_and(is_definition)
        || lines.any(|at| document.get(at..).is_some_and(is_definition))
}
