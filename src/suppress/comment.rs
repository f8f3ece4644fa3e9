//! YAML comments.

use std::ops::Range;

use foldhash::{HashMap, HashMapExt};

use super::directive::{self, Directive, Extent};
use super::scope::{self, Layout};
use super::{Form, Reader, Suppression, What};
use crate::source::{Source, Span};
use crate::yaml::{self, Document};

/// A comment that speaks to initlint.
struct Remark {
    comment: Range<usize>,
    said: Result<Directive, &'static str>,
}

/// Those of `comments` that speak to initlint.
fn remarks(source: &Source, comments: impl IntoIterator<Item = Range<usize>>) -> Vec<Remark> {
    let read = |comment: Range<usize>| {
        let said = directive::of_comment(source.text.get(comment.clone())?)?;
        Some(Remark { comment, said })
    };
    comments.into_iter().filter_map(read).collect()
}

/// Adds the suppressions in the comments of a document.
pub(super) fn in_document(
    reader: &Reader<'_>,
    document: &Document,
    range: Range<usize>,
    found: &mut Vec<Suppression>,
) {
    let source = &reader.file.source;
    let comments = yaml::comments(source, range.clone());
    let remarks = remarks(source, comments.into_iter().map(Span::range));
    if !remarks.is_empty() {
        add(reader, remarks, Some(&Layout::of(document, source, range)), found);
    }
}

/// Adds those of `comments`, which stand in a template that has `document` at `range` in one of its readings.
pub(super) fn in_reading(
    reader: &Reader<'_>,
    document: &Document,
    comments: Vec<Range<usize>>,
    range: Range<usize>,
    found: &mut Vec<Suppression>,
) {
    let source = &reader.file.source;
    let remarks = remarks(source, comments);
    if !remarks.is_empty() {
        add(reader, remarks, Some(&Layout::of(document, source, range)), found);
    }
}

/// Adds those at the start of a document that isn't YAML: a comment there can only speak of the file. What looks like one
/// behind its first token may stand in a scalar.
pub(super) fn in_invalid(reader: &Reader<'_>, range: Range<usize>, found: &mut Vec<Suppression>) {
    let source = &reader.file.source;
    let text = source.text.get(range.clone()).unwrap_or("");
    let is_remark = |line: &&str| matches!(remark_of(line).chars().next(), None | Some('#'));
    let length: usize = text.split_inclusive('\n').take_while(is_remark).map(str::len).sum();
    let mut remarks = remarks(source, lines(source, range.start..range.start + length));
    remarks.retain(|remark| matches!(remark.said, Ok(Directive { extent: Extent::File, .. })));
    add(reader, remarks, None, found);
}

/// Adds those between documents, where nothing but comments and blank lines stands.
pub(super) fn between_documents(reader: &Reader<'_>, range: Range<usize>, found: &mut Vec<Suppression>) {
    let remarks = remarks(&reader.file.source, lines(&reader.file.source, range));
    add(reader, remarks, None, found);
}

/// The comments before, between and behind `documents`.
pub(super) fn between(source: &Source, documents: &[Range<usize>]) -> Vec<Range<usize>> {
    let starts = documents.iter().map(|range| range.start).chain([source.text.len()]);
    let ends = [0].into_iter().chain(documents.iter().map(|range| range.end));
    ends.zip(starts).flat_map(|(end, start)| lines(source, end..start)).collect()
}

/// What starts with a `#` on its line, or behind the `---` before it.
fn lines(source: &Source, range: Range<usize>) -> Vec<Range<usize>> {
    let text = source.text.get(range.clone()).unwrap_or("");
    let mut at = range.start;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        let comment = remark_of(line);
        if comment.starts_with('#') {
            let start = at + line.find('#').unwrap_or(0);
            found.push(start..start + comment.len());
        }
        at += line.len();
    }
    found
}

/// What a line says without a byte-order mark and a `---`.
fn remark_of(line: &str) -> &str {
    line.trim_start_matches('\u{feff}').trim_start_matches("---").trim()
}

/// Adds what `remarks` suppress; `layout` is that of the document around them.
fn add(reader: &Reader<'_>, remarks: Vec<Remark>, layout: Option<&Layout>, found: &mut Vec<Suppression>) {
    let source = &reader.file.source;
    let comments: Vec<Range<usize>> = remarks.iter().map(|remark| remark.comment.clone()).collect();
    // Many comments in a row speak of one line.
    let mut targets = HashMap::new();
    for (Remark { comment, said }, line) in remarks.into_iter().zip(scope::lines(source, &comments)) {
        let extent = said.as_ref().map_or(Extent::Here, |said| said.extent);
        let target = targets.entry((extent, line)).or_insert_with(|| match extent {
            Extent::File => Some(of_file(reader)),
            Extent::Here => line.and_then(|line| of_line(reader, layout, line)),
        });
        // With nothing below it, it speaks of nothing.
        let nothing = (comment.clone(), layout.is_some());
        let (scope, is_decided) = target.clone().unwrap_or(nothing);
        let text = source.text.get(comment.clone()).unwrap_or("");
        let start = comment.start;
        found.push(Suppression {
            place: Span::new(source.id, comment),
            scope: Span::new(source.id, scope),
            what: What::new(said, text, |name| Span::new(source.id, start + name.start..start + name.end)),
            form: Form::Comment,
            is_decided,
            is_meant: reader.file.holds_objects,
        });
    }
}

/// All of the file, and whether all of it is decided.
fn of_file(reader: &Reader<'_>) -> (Range<usize>, bool) {
    let is_decided = reader
        .file_is_decided
        .get_or_init(|| reader.file.documents.iter().all(|range| reader.is_document_decided(range)));
    (0..reader.file.source.text.len(), *is_decided)
}

/// What a comment on or above `line` covers, and whether that is decided as far as it lies in
/// another document.
fn of_line(reader: &Reader<'_>, layout: Option<&Layout>, line: usize) -> Option<(Range<usize>, bool)> {
    let line = scope::content(&reader.file.source, line);
    if let Some(layout) = layout.filter(|layout| layout.range.contains(&line.start)) {
        return Some((layout.scope(&line), true));
    }
    let below = reader.file.documents.iter().find(|range| range.start == line.start)?;
    Some((below.start..below.end.saturating_sub(1), reader.is_document_decided(below)))
}
