//! Passing over documents that no rule could speak of.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind, packed};

use super::key_values::{KIND, KeyValues, key_values};
use crate::sought::Sought;

/// What holds the schemas of a definition.
static SCHEMA: Sought = Sought::new("openAPIV3Schema");

/// Tells the documents that are worth parsing: those that hold one of the words without which no
/// rule could speak.
#[derive(Debug, Clone)]
pub struct Prefilter {
    /// Looks for words.
    words: Option<AhoCorasick>,
    kinds: Vec<&'static str>,
}

impl Prefilter {
    /// A prefilter for documents that hold one of `words`, each of letters and digits alone, or an object whose kind has one
    /// of `kinds` in it.
    pub fn new(
        words: impl IntoIterator<Item = &'static str>,
        kinds: impl IntoIterator<Item = &'static str>,
    ) -> Self {
        // The more patterns there are, and the shorter the shortest, the less a vectorized search can pass over.
        let mut words: Vec<&str> = words.into_iter().collect();
        words.sort_unstable();
        words.dedup();
        // The first match is as good as the longest, and with it a vectorized search is chosen. Building fails on automata
        // of gigabytes only; then everything is wanted.
        let words = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(words).ok();
        Self { words, kinds: kinds.into_iter().collect() }
    }

    /// Whether `document`, a range of [`split`](super::split), is worth parsing.
    ///
    /// The schema of a `CustomResourceDefinition` names the fields of Pods, and is none; its
    /// `kind` at the start of a line tells it. One in JSON is parsed for nothing.
    #[must_use]
    pub fn wants(&self, document: &str) -> bool {
        !is_definition(document)
            && (self.has_word(document) || self.wants_kinds(document, &key_values(document, &KIND)))
    }

    /// As [`wants`](Self::wants), for a document that is no definition and whose `kinds` are known.
    #[must_use]
    pub fn wants_of(&self, document: &str, kinds: &KeyValues<'_>) -> bool {
        self.wants_kinds(document, kinds) || self.has_word(document)
    }

    /// Whether `text` holds one of the words.
    #[must_use]
    pub fn has_word(&self, document: &str) -> bool {
        self.words.as_ref().is_none_or(|words| words.is_match(document))
    }

    fn wants_kinds(&self, document: &str, kinds: &KeyValues<'_>) -> bool {
        kinds.may_have(&self.kinds, document)
    }
}

/// Whether `document` is a `CustomResourceDefinition`, by its `kind` at the start of a line. Only one that has a schema counts,
/// and no other `kind`, since the last of a map is in force, nor a key in quotes or braces, which may be one.
#[must_use]
pub fn is_definition(document: &str) -> bool {
    // A definition that isn't known as one is parsed, and no rule speaks of it.
    let Some(starts) = &*STARTS else { return false };
    let mut is_definition = false;
    let lines = starts.find_iter(document).map(|start| start.start() + 1);
    for line in std::iter::once(0).chain(lines).filter_map(|start| document.get(start..)) {
        if line.starts_with("kind") {
            // Most documents are told by their first `kind`.
            if is_definition || !says_definition(line) {
                return false;
            }
            is_definition = true;
        } else if line.starts_with(MAY_BE_KEY) {
            return false;
        }
    }
    is_definition && SCHEMA.is_in(document)
}

/// What a line starts with that may hold a key which isn't written as it is.
const MAY_BE_KEY: [char; 7] = ['"', '\'', '?', '{', '!', '&', '['];

/// The lines that [`is_definition`] looks at, each with the break before it. The lines of a schema are short, and to stop at
/// each of them takes three times as long.
static STARTS: LazyLock<Option<packed::Searcher>> = LazyLock::new(|| {
    let starts = MAY_BE_KEY.iter().map(|start| format!("\n{start}")).chain(["\nk".to_owned()]);
    packed::Searcher::new(starts)
});

/// Whether the line that `rest` starts with gives an object the kind of a definition.
fn says_definition(rest: &str) -> bool {
    rest.strip_prefix("kind:").is_some_and(|value| {
        let value = value.trim_start_matches([' ', '\t']);
        let value = value.strip_prefix(['"', '\'']).unwrap_or(value);
        value.strip_prefix("CustomResourceDefinition").is_some_and(|after| {
            let after = after.trim_start_matches(['"', '\'', ' ', '\t']);
            after.is_empty() || after.starts_with(['\n', '\r', '#'])
        })
    })
}
