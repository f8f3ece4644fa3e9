//! Changes of the source that mend a finding.

use crate::finding::Edit;
use crate::source::{Source, Span};
use crate::yaml::Node;

/// Takes the entry `key` out of `mapping`, with the comment lines right above it.
///
/// `None` where that could change anything else: the entry comes from a merge or an alias, or
/// holds an anchor that others may refer to.
#[must_use]
pub fn remove_entry(source: &Source, mapping: Node<'_>, key: &str) -> Option<Vec<Edit>> {
    let written: Vec<_> = mapping.written_entries().collect();
    let index = written.iter().position(|entry| entry.name() == key)?;
    let block = written.get(index)?.span();
    let next = written.get(index + 1).map(|entry| entry.key.span());
    let twice = written.iter().filter(|entry| entry.name() == key).count() > 1;
    if twice || !mapping.span().contains(block) || source.slice(block).contains('&') {
        return None;
    }
    let span = if source.slice(mapping.span()).starts_with('{') {
        flow_entry(source, block)
    } else if written.len() == 1 {
        return Some(vec![Edit { span: block, replacement: "{}".to_owned() }]);
    } else if text_before(source, block).trim().is_empty() {
        lines_of(source, block)
    } else {
        // The first key of a list's item: what follows moves up to the `- `.
        Span { end: next?.start, ..block }
    };
    Some(vec![Edit { span, replacement: String::new() }])
}

/// Takes a YAML comment out: its line where it has that to itself, else what stands before it too,
/// back to the last word.
#[must_use]
pub fn remove_comment(source: &Source, comment: Span) -> Edit {
    let before = text_before(source, comment);
    let span = if before.trim().is_empty() {
        Span::new(source.id, source.line_range(source.line_index(comment.start as usize)))
    } else {
        let blanks = before.len() - before.trim_end_matches([' ', '\t']).len();
        Span::new(source.id, comment.start as usize - blanks..comment.end as usize)
    };
    Edit { span, replacement: String::new() }
}

/// What stands before `block` on its first line.
fn text_before(source: &Source, block: Span) -> &str {
    let line = source.line_range(source.line_index(block.start as usize));
    source.text.get(line.start..block.start as usize).unwrap_or("")
}

/// All lines of `block`, and the comment lines above it that are indented as it is.
fn lines_of(source: &Source, block: Span) -> Span {
    let mut first = source.line_index(block.start as usize);
    let indent = text_before(source, block);
    while let Some(above) = first.checked_sub(1) {
        let line = source.text.get(source.line_range(above)).unwrap_or("");
        match line.strip_prefix(indent) {
            Some(rest) if rest.starts_with('#') => first = above,
            _ => break,
        }
    }
    let last = source.line_index((block.end.max(block.start + 1) - 1) as usize);
    Span::new(source.id, source.line_range(first).start..source.line_range(last).end)
}

/// An entry of `{a: 1, b: 2}` with the comma and space that belong to it.
fn flow_entry(source: &Source, block: Span) -> Span {
    let after = source.text.get(block.end as usize..).unwrap_or("");
    let before = source.text.get(..block.start as usize).unwrap_or("");
    let blank = |c: char| c.is_whitespace();
    if let Some(rest) = after.trim_start_matches(blank).strip_prefix(',') {
        let end = source.text.len() - rest.trim_start_matches([' ', '\t']).len();
        return Span::new(source.id, block.start as usize..end);
    }
    let start = before.trim_end_matches(blank).strip_suffix(',').map_or(before.len(), str::len);
    Span::new(source.id, start..block.end as usize)
}

/// `text` with `edits` made, which must be apart.
#[must_use]
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| edit.span.start);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in sorted {
        let range = edit.span.range();
        out.push_str(text.get(at..range.start).unwrap_or(""));
        out.push_str(&edit.replacement);
        at = range.end;
    }
    out.push_str(text.get(at..).unwrap_or(""));
    out
}
