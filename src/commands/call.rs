//! A command as it is called.

use super::world::place::base_name;

/// A command's words, with the name that they call it by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call<'w> {
    words: &'w [String],
    name: &'w str,
}

impl<'w> Call<'w> {
    /// The call that `words` make; the first is the command, perhaps by its path.
    pub(crate) fn of(words: &'w [String]) -> Self {
        Self { words, name: base_name(words.first().map_or("", String::as_str)) }
    }

    /// The command's name, without a path: `tar` of `/bin/tar`.
    pub(crate) fn name(&self) -> &'w str {
        self.name
    }

    /// All words as written.
    pub(crate) fn words(&self) -> &'w [String] {
        self.words
    }
}
