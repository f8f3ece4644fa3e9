//! Which fixes are made together: those that don't meet.

use std::collections::BTreeMap;

use crate::finding::Edit;
use crate::fix::Edits;
use crate::source::FileId;

/// Edits of several files, apart from each other.
#[derive(Debug, Default)]
pub(super) struct Plan<'e> {
    edits: Vec<&'e Edit>,
    /// Where each starts and ends.
    taken: BTreeMap<(FileId, u32), u32>,
}

impl<'e> Plan<'e> {
    /// Adds `edits`, all or none: `false` where one of them meets another, so that it would matter which comes first.
    pub(super) fn try_add(&mut self, edits: &'e [Edit]) -> bool {
        let are_free = edits.iter().all(|edit| self.is_free(edit));
        if are_free {
            self.taken.extend(edits.iter().map(|edit| ((edit.span.file, edit.span.start), edit.span.end)));
            self.edits.extend(edits);
        }
        are_free
    }

    fn is_free(&self, edit: &Edit) -> bool {
        let (file, start, end) = (edit.span.file, edit.span.start, edit.span.end);
        let before = self.taken.range((file, 0)..(file, start)).next_back();
        let after = self.taken.range((file, start)..=(file, u32::MAX)).next();
        before.is_none_or(|(_, last)| *last <= start)
            && after.is_none_or(|((_, first), _)| start < *first && end <= *first)
    }

    /// The edits of each file.
    pub(super) fn by_file(&self) -> BTreeMap<FileId, Edits> {
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
        assert!(plan.try_add(&apart), "side by side they don't meet");
        let by_file = plan.by_file();
        assert_eq!(by_file[&FileId(0)].apply("abcdefgh"), "efgh");
        assert_eq!(by_file[&FileId(1)].apply("abcdefgh"), "abefgh");
    }
}
