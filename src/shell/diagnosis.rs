//! What the parser says of a text that it can't read.

use std::ops::Range;

use shuck_parser::Error;
use shuck_parser::parser::ParseResult;

use super::Unparsed;

/// The first complaint of a parse that wasn't clean.
pub(super) fn of(text: &str, result: &ParseResult) -> Unparsed {
    if let Some(Error::Parse { message, line, column }) = &result.terminal_error {
        if is_limit(message) {
            return Unparsed::Bound { message: message.clone() };
        }
        return syntax(offset(text, *line, *column), message);
    }
    let Some(first) = result.diagnostics.first() else {
        return syntax(0..0, "not understood");
    };
    if is_limit(&first.message) {
        return Unparsed::Bound { message: first.message.clone() };
    }
    let start = first.span.start.offset().min(text.len());
    let end = first.span.end.offset().min(text.len()).max(start);
    syntax(start..end, &first.message)
}

fn syntax(range: Range<usize>, message: &str) -> Unparsed {
    Unparsed::Syntax { range, message: message.to_owned(), certain: false }
}

/// Whether the parser gave up because of a limit of its own.
fn is_limit(message: &str) -> bool {
    ["fuel exhausted", "nesting too deep", "chained operators", "input too large"]
        .iter()
        .any(|limit| message.contains(limit))
}

/// The empty range at a line and column (both from 1, columns in characters).
fn offset(text: &str, line: usize, column: usize) -> Range<usize> {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text.get(start..).unwrap_or("");
    let within: usize = rest.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum();
    start + within..start + within
}
