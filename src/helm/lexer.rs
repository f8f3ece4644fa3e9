//! Where the actions of a template stand (Go's `text/template`, `parse/lex.go`).

use std::ops::Range;

use super::Unread;

/// An action, from `{{` to `}}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Action {
    /// All of it.
    pub(super) range: Range<usize>,
    /// What stands between the delimiters, without white space around it.
    pub(super) inner: Range<usize>,
    /// `{{-`: white space before it isn't part of the output.
    pub(super) trims_left: bool,
    /// `-}}`: nor is white space after it.
    pub(super) trims_right: bool,
}

const OPEN: &str = "{{";
const CLOSE: &str = "}}";

/// The actions of `text` in `range`, in order.
pub(super) fn actions(text: &str, range: Range<usize>) -> Result<Vec<Action>, Unread> {
    let text = text.get(..range.end).unwrap_or(text);
    let mut found = Vec::new();
    let mut at = range.start;
    while let Some(start) = next_open(text, at) {
        let action = action(text, start)?;
        at = action.range.end;
        found.push(action);
    }
    Ok(found)
}

/// Where the next action opens. One brace alone is rare.
fn next_open(text: &str, mut from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    loop {
        let at = from + memchr::memchr(b'{', bytes.get(from..)?)?;
        if bytes.get(at + 1) == Some(&b'{') {
            return Some(at);
        }
        from = at + 1;
    }
}

fn find(text: &str, from: usize, what: &str) -> Option<usize> {
    memchr::memmem::find(text.as_bytes().get(from..)?, what.as_bytes()).map(|at| from + at)
}

/// The action that opens at `start`.
fn action(text: &str, start: usize) -> Result<Action, Unread> {
    let bytes = text.as_bytes();
    let is_space = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_whitespace);
    let body = start + OPEN.len();
    let trims_left = bytes.get(body) == Some(&b'-') && is_space(body + 1);
    let body = if trims_left { body + 1 } else { body };
    let close = close(text, start, body)?;
    let trims_right = bytes.get(close.wrapping_sub(1)) == Some(&b'-') && is_space(close.wrapping_sub(2));
    let end = if trims_right { close - 1 } else { close };
    let inner = text.get(body..end).unwrap_or("");
    let from = body + (inner.len() - inner.trim_start().len());
    Ok(Action {
        range: start..close + CLOSE.len(),
        inner: from..from + inner.trim().len(),
        trims_left,
        trims_right,
    })
}

/// Where the `}}` of the action stands that opens at `start` and whose text begins at `body`.
fn close(text: &str, start: usize, body: usize) -> Result<usize, Unread> {
    let unclosed = || Unread::new(start, "this action is never closed");
    let rest = text.get(body..).unwrap_or("");
    if rest.trim_start().starts_with("/*") {
        let end = find(text, body, "*/").ok_or(Unread::new(start, "this comment is never closed"))? + 2;
        let after = text.get(end..).unwrap_or("");
        let is_closed = after.starts_with(CLOSE) || after.trim_start().starts_with("-}}");
        return if is_closed { find(text, end, CLOSE).ok_or_else(unclosed) } else { Err(unclosed()) };
    }
    let bytes = text.as_bytes();
    let mut at = body;
    while let Some(&byte) = bytes.get(at) {
        let is_double = || bytes.get(at + 1) == Some(&byte);
        at = match byte {
            b'}' if is_double() => return Ok(at),
            b'{' if is_double() => return Err(unclosed()),
            b'"' | b'\'' | b'`' => string_end(bytes, at).ok_or_else(unclosed)?,
            _ => at + 1,
        };
    }
    Err(unclosed())
}

/// What `text` says between its quotes as it is written there, if it is one string and nothing else.
pub(super) fn string(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    let is_whole = matches!(bytes.first(), Some(b'"' | b'`')) && string_end(bytes, 0) == Some(text.len());
    text.get(1..text.len().checked_sub(1)?).filter(|_| is_whole)
}

/// The offset past the string, character or raw string that starts at `at`. Only the last may
/// hold a line break, and knows no escapes.
pub(super) fn string_end(bytes: &[u8], at: usize) -> Option<usize> {
    let quote = *bytes.get(at)?;
    let mut at = at + 1;
    loop {
        match *bytes.get(at)? {
            byte if byte == quote => return Some(at + 1),
            b'\\' if quote != b'`' => at += 2,
            b'\n' if quote != b'`' => return None,
            _ => at += 1,
        }
    }
}
