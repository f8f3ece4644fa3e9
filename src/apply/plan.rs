//! Which fixes are made together: those that don't meet.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::outline::is_same_elsewhere;
use crate::finding::Edit;
use crate::fix::Edits;
use crate::source::{FileId, Source, Sources};

/// Why fixes can't be made together.
pub(super) struct Failed {
    pub(super) why: Cow<'static, str>,
    /// Where that shows.
    pub(super) files: BTreeSet<FileId>,
}

impl From<&'static str> for Failed {
    fn from(why: &'static str) -> Self {
        Self { why: why.into(), files: BTreeSet::new() }
    }
}

/// Whether `edits` of `sources` don't meet each other and change nothing else: an editor may make them as [`super::Fixer`]
/// would. Whether the finding is gone then shows there.
#[must_use]
pub fn can_be_made(sources: &Sources, edits: &[Edit]) -> bool {
    let mut plan = Plan::default();
    plan.try_add(edits) && plan.edited(sources).is_ok()
}

/// Edits of several files, apart from each other.
#[derive(Debug, Default)]
pub(super) struct Plan<'e> {
    edits: Vec<&'e Edit>,
    /// Where each starts and ends.
    taken: BTreeMap<(FileId, u32), u32>,
}

impl<'e> Plan<'e> {
    /// Adds `edits`, all or none: `false` where one of them meets another, be it one of its own, so that it would matter which
    /// comes first.
    pub(super) fn try_add(&mut self, edits: &'e [Edit]) -> bool {
        let place = |edit: &Edit| (edit.span.file, edit.span.start);
        for (added, edit) in edits.iter().enumerate() {
            if !self.is_free(edit) {
                edits.iter().take(added).for_each(|edit| _ = self.taken.remove(&place(edit)));
                return false;
            }
            self.taken.insert(place(edit), edit.span.end);
        }
        self.edits.extend(edits);
        true
    }

    fn is_free(&self, edit: &Edit) -> bool {
        let (file, start, end) = (edit.span.file, edit.span.start, edit.span.end);
        let before = self.taken.range((file, 0)..(file, start)).next_back();
        let after = self.taken.range((file, start)..=(file, u32::MAX)).next();
        before.is_none_or(|(_, last)| *last <= start)
            && after.is_none_or(|((_, first), _)| start < *first && end <= *first)
    }

    /// Those of `sources` that have edits, with all of them made.
    ///
    /// # Errors
    /// Why they can't be made.
    pub(super) fn edited(&self, sources: &Sources) -> Result<BTreeMap<FileId, (Edits, Source)>, Failed> {
        let edited = self.by_file().into_iter().map(|(file, edits)| {
            let before = sources.get(file).ok_or("its file isn't one of the input")?;
            let after = Source::new(file, Arc::clone(&before.path), edits.apply(&before.text));
            if !is_same_elsewhere(before, &after, &edits, &edits) {
                let why = if before.text.contains("{{") {
                    "it can't be told whether all else in the template stays as it is"
                } else {
                    "it would change something else, such as what an alias stands for"
                };
                return Err(Failed { why: why.into(), files: BTreeSet::from([file]) });
            }
            Ok((file, (edits, after)))
        });
        edited.collect()
    }

    /// The edits of each file.
    fn by_file(&self) -> BTreeMap<FileId, Edits> {
        let mut files: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
        for edit in &self.edits {
            files.entry(edit.span.file).or_default().push(edit);
        }
        files.into_iter().map(|(file, edits)| (file, Edits::of(edits))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    #[test]
    fn edits_that_meet_are_refused_together() {
        let edit = |file, range| Edit { span: Span::new(FileId(file), range), replacement: String::new() };
        let (first, apart) = ([edit(0, 2..4)], [edit(0, 4..4), edit(0, 0..2), edit(1, 2..4)]);
        let mut plan = Plan::default();
        assert!(plan.try_add(&first));
        let meeting = [3..5, 2..2, 0..8, 2..4, 3..3].map(|range| [edit(0, 6..7), edit(0, range)]);
        for edits in &meeting {
            assert!(!plan.try_add(edits), "{edits:?}");
        }
        let of_one_fix = [edit(0, 6..7), edit(0, 6..8)];
        assert!(!plan.try_add(&of_one_fix), "they meet each other");
        assert!(plan.try_add(&apart), "side by side they don't meet");
        let by_file = plan.by_file();
        assert_eq!(by_file[&FileId(0)].apply("abcdefgh"), "efgh");
        assert_eq!(by_file[&FileId(1)].apply("abcdefgh"), "abefgh");
    }
}
