//! The objects that rules look for, noted by the texts of documents: which is parsed is told before any is.

use super::LOOKED_FOR;
use crate::read::Mention;
use crate::yaml::{self, KeyValues};

/// The objects that rules look for in `document`, the one of this `number` in its file, where `kinds` stand behind `kind`;
/// `None` where only a parser can tell.
#[must_use]
pub fn mention(document: &str, number: u32, kinds: &KeyValues<'_>) -> Option<Option<Mention>> {
    if kinds.is_open {
        return None;
    }
    let kinds = kinds.strings.iter().copied().flat_map(with_items);
    let kinds = kinds.filter_map(|kind| LOOKED_FOR.into_iter().find(|own| *own == kind));
    let kinds = each_once(kinds.collect());
    if kinds.is_empty() {
        return Some(None);
    }
    let names = yaml::more_key_values(document, &yaml::NAME);
    let names = (!names.is_open).then(|| each_once(names.strings))?;
    Some(Some(Mention::new(number, kinds, &names)))
}

/// The `words` in order, each once.
fn each_once(mut words: Vec<&str>) -> Vec<&str> {
    words.sort_unstable();
    words.dedup();
    words
}

/// `kind`, and where it is that of a typed list that of the items, which they may have from it.
pub(super) fn with_items(kind: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(kind), |kind| kind.strip_suffix("List").filter(|items| !items.is_empty()))
}
