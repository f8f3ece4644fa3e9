//! What a comment covers.
//!
//! One rule: it speaks of a line, its own where something stands before it, else the next line
//! that holds more than a comment; and it covers that line and all that begins on it: a map's
//! entry with its value, a list's item, a document.

use std::ops::Range;

use crate::source::Source;
use crate::yaml::{Document, Node};

/// Where the entries and items of a document begin and end.
pub(super) struct Layout {
    /// The document, from its `---`.
    pub(super) range: Range<usize>,
    /// The first byte of its value.
    root: usize,
    /// Each entry and item, by its first byte.
    blocks: Vec<Range<usize>>,
}

impl Layout {
    pub(super) fn of(document: &Document, source: &Source, range: Range<usize>) -> Self {
        let mut blocks = Vec::new();
        collect(document.root(), source, &mut blocks);
        blocks.sort_by_key(|block| block.start);
        Self { range, root: document.root().span().range().start, blocks }
    }

    /// What a comment on `line`, without its line break, covers; both ends belong to it.
    pub(super) fn scope(&self, line: &Range<usize>) -> Range<usize> {
        let begins_in_it = |at: usize| line.start <= at && at < line.end;
        if begins_in_it(self.range.start) || begins_in_it(self.root) {
            // The next document's `---` is the next document's.
            return line.start..self.range.end.saturating_sub(1).max(line.end);
        }
        let first = self.blocks.partition_point(|block| block.start < line.start);
        let here = self.blocks.iter().skip(first).take_while(|block| block.start < line.end);
        line.start..here.map(|block| block.end).chain([line.end]).max().unwrap_or(line.end)
    }
}

/// Adds the entries and items below `node`. What an alias stands for lies elsewhere, and is
/// covered there.
pub(super) fn collect(node: Node<'_>, source: &Source, blocks: &mut Vec<Range<usize>>) {
    for entry in node.written_entries() {
        let written = entry.span();
        blocks.push(written.range());
        if written.contains(entry.value.span()) {
            collect(entry.value, source, blocks);
        }
    }
    let mut after = node.span().range().start;
    let has_dashes = source.text.as_bytes().get(after) == Some(&b'-');
    for item in node.items().filter(|item| node.span().contains(item.span())) {
        let written = item.span().range();
        let dash = if has_dashes { dash(source, after..written.start) } else { None };
        blocks.push(dash.unwrap_or(written.start)..written.end);
        collect(item, source, blocks);
        after = written.end;
    }
}

/// The `-` of a list's item, which stands before it with nothing but an anchor, a tag or comments
/// between.
fn dash(source: &Source, between: Range<usize>) -> Option<usize> {
    let text = source.text.get(between.clone())?;
    let mut at = between.end;
    for line in text.rsplit('\n') {
        at -= line.len();
        let code = line.trim_start();
        if let Some(found) = line.find('-').filter(|_| !code.starts_with('#')) {
            return Some(at + found);
        }
        at = at.saturating_sub(1);
    }
    None
}

/// Of each comment that has a line to itself, in order, the line that it speaks of, and of each
/// other its own.
pub(super) fn lines(source: &Source, comments: &[Range<usize>]) -> Vec<Option<usize>> {
    let mut lines: Vec<Option<usize>> = Vec::with_capacity(comments.len());
    // From the last to the first, so that of many in a row each needs but a step.
    let mut below: Option<(usize, Option<usize>)> = None;
    for comment in comments.iter().rev() {
        let line = source.line_index(comment.start);
        let found = if has_line_to_itself(source, comment) {
            let target = next_line(source, line + 1, below);
            below = Some((line, target));
            target
        } else {
            Some(line)
        };
        lines.push(found);
    }
    lines.reverse();
    lines
}

/// Whether nothing but white space stands before `comment` on its line.
pub(super) fn has_line_to_itself(source: &Source, comment: &Range<usize>) -> bool {
    let start = source.line_range(source.line_index(comment.start)).start;
    let before = source.text.get(start..comment.start).unwrap_or("");
    let before = before.trim_start_matches('\u{feff}').trim();
    // A template's own comment stands in an action.
    let opens_comment = |action: &str| action.trim_start_matches('-').trim() == "/*";
    before.is_empty() || before.strip_prefix("{{").is_some_and(opens_comment)
}

/// The first line from `line` on that holds more than a comment or a template's action. What was found for the comment
/// on the line `below.0` counts for those above it.
fn next_line(source: &Source, line: usize, below: Option<(usize, Option<usize>)>) -> Option<usize> {
    let mut line = line;
    while line < source.line_starts().len() {
        if let Some((known, target)) = below
            && known == line
        {
            return target;
        }
        let text = source.text.get(source.line_range(line)).unwrap_or("").trim();
        let is_action = text.starts_with("{{") && text.ends_with("}}");
        if !text.is_empty() && !text.starts_with('#') && !is_action {
            return Some(line);
        }
        line += 1;
    }
    None
}

/// The first line of a script or a document that holds more than a comment.
pub(super) fn first_line(source: &Source) -> Option<usize> {
    next_line(source, 0, None)
}

/// The comments above a script's first command, each on a line of its own.
pub(super) fn leading_comments(source: &Source) -> Vec<Range<usize>> {
    let lines = (0..first_line(source).unwrap_or(0)).map(|line| {
        let Range { start, end } = content(source, line);
        let text = source.text.get(start..end).unwrap_or("");
        start + (text.len() - text.trim_start().len())..end
    });
    lines.filter(|line| !line.is_empty()).collect()
}

/// The bytes of a line without its line break.
pub(super) fn content(source: &Source, line: usize) -> Range<usize> {
    let range = source.line_range(line);
    let text = source.text.get(range.clone()).unwrap_or("");
    range.start..range.start + text.trim_end_matches(['\n', '\r']).len()
}
