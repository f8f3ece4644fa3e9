//! Words that are searched for in text after text.

use std::sync::OnceLock;

use memchr::memmem::Finder;

/// A word of ours that is searched for in many texts. What a search makes ready takes longer than to look through a small
/// document, so it is kept.
#[derive(Debug)]
pub struct Sought {
    word: &'static str,
    finder: OnceLock<Finder<'static>>,
}

impl Sought {
    /// A search for `word`.
    #[must_use]
    pub const fn new(word: &'static str) -> Self {
        Self { word, finder: OnceLock::new() }
    }

    /// Whether it stands in `text`.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        self.find(text).is_some()
    }

    /// The first byte in `text` from which it stands there.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<usize> {
        self.finder().find(text.as_bytes())
    }

    /// Where it stands in `text`, in order.
    pub fn all_in(&self, text: &str) -> impl Iterator<Item = usize> {
        self.finder().find_iter(text.as_bytes())
    }

    /// What stands before and behind it, wherever it stands in `text`.
    pub fn splits<'t>(&self, text: &'t str) -> impl Iterator<Item = (&'t str, &'t str)> {
        self.all_in(text).filter_map(|at| Some((text.get(..at)?, text.get(at + self.word.len()..)?)))
    }

    fn finder(&self) -> &Finder<'static> {
        self.finder.get_or_init(|| Finder::new(self.word))
    }
}

#[cfg(test)]
mod tests {
    use super::Sought;

    #[test]
    fn a_word_is_found_wherever_it_stands() {
        static KIND: Sought = Sought::new("kind");
        assert_eq!(KIND.all_in("kind: a\nmankind: b").collect::<Vec<_>>(), [0, 11]);
        assert_eq!(KIND.splits("a kind: b").collect::<Vec<_>>(), [("a ", ": b")]);
        assert!(!KIND.is_in("Kind") && KIND.find("a kind") == Some(2));
    }
}
