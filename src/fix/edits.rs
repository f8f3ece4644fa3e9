//! Edits of one text, and where its other places are afterwards.

use std::ops::{Range, RangeInclusive};

use crate::finding::Edit;

/// `text` with `edits` made, which must be apart.
#[must_use]
pub fn apply(text: &str, edits: &[Edit]) -> String {
    Edits::of(edits).apply(text)
}

/// Edits of one text, in order and apart from each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edits {
    list: Vec<Replacement>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Replacement {
    before: Range<usize>,
    /// Where its text comes to stand.
    after: Range<usize>,
    text: String,
}

impl Edits {
    /// These edits, which must be apart.
    #[must_use]
    pub fn of<'e>(edits: impl IntoIterator<Item = &'e Edit>) -> Self {
        let list = edits.into_iter().map(|edit| Replacement {
            before: edit.span.range(),
            after: 0..0,
            text: edit.replacement.clone(),
        });
        let mut list: Vec<Replacement> = list.collect();
        list.sort_by_key(|edit| (edit.before.start, edit.before.end));
        let (mut at, mut end) = (0, 0);
        for edit in &mut list {
            let start = at + edit.before.start.saturating_sub(end);
            edit.after = start..start + edit.text.len();
            (at, end) = (edit.after.end, edit.before.end);
        }
        Self { list }
    }

    /// Those of them that put in no whole lines, at the places that they have among all.
    #[must_use]
    pub fn within_lines(&self) -> Self {
        let within = self.list.iter().filter(|edit| !edit.text.ends_with('\n'));
        Self { list: within.cloned().collect() }
    }

    /// `text` with all of them made.
    #[must_use]
    pub fn apply(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for edit in &self.list {
            out.push_str(text.get(at..edit.before.start).unwrap_or(""));
            out.push_str(&edit.text);
            at = edit.before.end;
        }
        out.push_str(text.get(at..).unwrap_or(""));
        out
    }

    /// Where what starts at `at` starts afterwards: what is inserted right there stands before it, what is replaced from
    /// there on keeps its start. `None` within what is replaced.
    #[must_use]
    pub fn start(&self, at: usize) -> Option<usize> {
        let next = self.list.partition_point(|edit| edit.before.start < at);
        let within = next.checked_sub(1).and_then(|last| self.list.get(last));
        if within.is_some_and(|edit| at < edit.before.end) {
            return None;
        }
        match self.list.get(next).filter(|edit| edit.before.start == at) {
            Some(edit) if edit.before.is_empty() => Some(edit.after.end),
            Some(edit) => Some(edit.after.start),
            None => Some(within.map_or(at, |edit| edit.after.end + (at - edit.before.end))),
        }
    }

    /// Where what covers `range` may start afterwards.
    #[must_use]
    pub fn starts(&self, range: &Range<usize>) -> RangeInclusive<usize> {
        let first = self.list.partition_point(|edit| edit.before.end < range.start);
        let meets = |edit: &&Replacement| edit.before.start <= range.end;
        let mut met = self.list.iter().skip(first).take_while(meets).peekable();
        match (self.start(range.start), met.peek().map(|edit| edit.after.start)) {
            (Some(start), None) => start..=start,
            (start, low) => {
                let high = met.map(|edit| edit.after.end).max();
                let ends = self.start(range.end).into_iter().chain(high).chain(start);
                low.into_iter().chain(start).min().unwrap_or(0)..=ends.max().unwrap_or(0)
            }
        }
    }

    /// Whether one of them lies within `range`, or a part of one does.
    #[must_use]
    pub fn touches(&self, range: &Range<usize>) -> bool {
        meets(&self.list, |edit| &edit.before, range)
    }

    /// Whether a replacement lies within `range` of the text afterwards, or a part of one does.
    #[must_use]
    pub fn made(&self, range: &Range<usize>) -> bool {
        meets(&self.list, |edit| &edit.after, range)
    }
}

fn meets(list: &[Replacement], place: fn(&Replacement) -> &Range<usize>, range: &Range<usize>) -> bool {
    let first = list.partition_point(|edit| place(edit).end <= range.start);
    list.get(first).is_some_and(|edit| place(edit).start < range.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};

    fn edit(range: Range<usize>, text: &str) -> Edit {
        Edit { span: Span::new(FileId(0), range), replacement: text.to_owned() }
    }

    #[test]
    fn places_move_with_the_edits_before_them() {
        let edits = Edits::of(&[edit(6..6, "--"), edit(2..4, "XYZ")]);
        assert_eq!(edits.apply("abcdefgh"), "abXYZef--gh");
        let starts: Vec<_> = [0, 2, 3, 4, 6, 8].iter().map(|&at| edits.start(at)).collect();
        assert_eq!(starts, [Some(0), Some(2), None, Some(5), Some(9), Some(11)]);
        assert_eq!(edits.starts(&(0..1)), 0..=0);
        assert_eq!(edits.starts(&(3..5)), 2..=6);
        assert!(edits.touches(&(3..4)) && !edits.touches(&(4..6)) && edits.touches(&(5..7)));
        assert!(edits.made(&(0..3)) && !edits.made(&(5..7)));
    }
}
