//! Where the comments of a document stand.

use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle};

use super::documents::Opening;
use super::reindent::{Indented, is_of_indentation};
use super::tree::MAX_DEPTH;
use crate::source::{Source, Span};

/// The comments in the bytes `range` of a file, which [`split`](super::split) found, in order:
/// each from its `#` to the end of its line. A `#` inside a scalar, or without white space before
/// it, starts none. Those after a syntax error aren't found.
#[must_use]
pub fn comments(source: &Source, range: Range<usize>) -> Vec<Span> {
    let chunk = source.text.get(range.clone()).unwrap_or("");
    let opening = chunk.get(..Opening::of(chunk).len).unwrap_or("");
    let mut input = Indented::new(chunk.get(opening.len()..).unwrap_or(""), range.start + opening.len());
    let mut found: Vec<Span> = in_opening(opening)
        .map(|comment| Span::new(source.id, range.start + comment.start..range.start + comment.end))
        .into_iter()
        .collect();
    let mut collected = collect(source, &input);
    if collected.unindented.is_some()
        && let Some(guess) = input.guess()
        && let Collected { comments, is_whole: true, .. } = collect(source, &guess)
    {
        found.extend(comments);
        return found;
    }
    while let Some(unindented) = collected.unindented
        && input.indent(unindented, source.id).is_ok()
    {
        collected = collect(source, &input);
    }
    found.append(&mut collected.comments);
    found
}

/// The comments of a text, up to its first error.
#[derive(Default)]
struct Collected {
    comments: Vec<Span>,
    /// Where a line may start that kubectl reads and the parser doesn't until it is indented.
    unindented: Option<usize>,
    /// Whether it was read without an error, and all that was indented is part of quoted scalars.
    is_whole: bool,
}

/// The comment behind the `---` that a document opens with.
fn in_opening(line: &str) -> Option<Range<usize>> {
    let line = line.trim_end();
    let at = line.find([' ', '\t']).and_then(|space| Some(space + line.get(space..)?.find('#')?))?;
    Some(at..line.len())
}

fn collect(source: &Source, input: &Indented<'_>) -> Collected {
    let mut options = granit_parser::options! {
        block_nesting_limit: MAX_DEPTH,
        flow_nesting_limit: MAX_DEPTH,
    };
    options.set_emit_comments(true);
    // Real files have more in a row than the default allows; what is kept is part of the input.
    options.max_buffered_comment_events = usize::MAX;
    let (mut collected, mut confirmed) = (Collected::default(), 0);
    for event in Parser::new_from_str_with_options(input.text(), options) {
        match event {
            Ok((Event::Comment(..), span)) => {
                let range = span.byte_range().unwrap_or_default();
                let (start, end) = (input.place(range.start), input.place(range.end));
                collected.comments.push(Span { file: source.id, start, end: end.max(start) });
            }
            Ok((Event::Scalar(_, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted, ..), span)) => {
                confirmed += input.added_within(&span.byte_range().unwrap_or_default());
            }
            Ok(_) => {}
            Err(error) => {
                let unindented = is_of_indentation(error.kind());
                collected.unindented = error.marker().byte_offset().filter(|_| unindented);
                return collected;
            }
        }
    }
    collected.is_whole = confirmed == input.added();
    collected
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::yaml::split;

    fn texts(text: &str) -> Vec<String> {
        let source = Source::new(FileId(0), "test.yaml", text);
        let documents = split(text).into_iter();
        documents
            .flat_map(|range| comments(&source, range))
            .map(|span| source.slice(span).to_owned())
            .collect()
    }

    #[test]
    fn comments_stand_where_yaml_has_them() {
        assert_eq!(texts("# a\nb: c # d\n# e\n"), ["# a", "# d", "# e"]);
        assert_eq!(texts("a: [b, # c\n  d] # e\n"), ["# c", "# e"]);
        assert_eq!(texts("--- # a\nb: c\n---\t# d\ne: f\n"), ["# a", "# d"]);
        assert_eq!(texts("a: |  # b\n  c\n"), ["# b"]);
        assert_eq!(texts("a: 값  # 주석\r\nb: 1\r\n"), ["# 주석"]);
        assert_eq!(texts("\u{feff}# a\nb: c\n"), ["# a"]);
    }

    #[test]
    fn what_only_looks_like_a_comment_is_none() {
        assert_eq!(texts("a: b#c\nd: '# e'\nf: \"g # h\"\n"), [""; 0]);
        assert_eq!(texts("a: |\n  # b\n  c # d\ne: >-\n  # f\n"), [""; 0]);
    }

    #[test]
    fn more_comments_than_the_parser_holds_by_itself() {
        let text = format!("a:\n{}- b\n", "# c\n".repeat(200));
        assert_eq!(texts(&text).len(), 200);
    }

    #[test]
    fn a_quoted_scalar_that_only_kubectl_reads_hides_none() {
        assert_eq!(texts("a: \"b\nc\" # d\ne: f # g\n"), ["# d", "# g"]);
    }

    #[test]
    fn an_error_ends_the_search() {
        assert_eq!(texts("a: b # c\nd: 'e\n"), ["# c"]);
    }
}
