//! What stands between two nodes.
//!
//! The parser gives scalars exact places, but not the indicators between them. All that can
//! stand there is white space, comments, anchors, tags, directives and indicators, so a scan
//! forward from the end of one node finds the indicator that belongs to the next.

use std::ops::Range;

/// The offset of the `-` that starts the next item of a block sequence, from `at` on.
pub(super) fn dash(text: &str, at: usize) -> Option<usize> {
    let found = skip(text, at, |byte| matches!(byte, b':' | b'?'));
    (text.as_bytes().get(found) == Some(&b'-')).then_some(found)
}

/// The bytes of a block scalar that starts after `at`, from its indicator to its last line with
/// text. The parser's range starts at the text and ends anywhere up to the next token.
pub(super) fn block_scalar(text: &str, at: usize, reported: Range<usize>) -> Range<usize> {
    let start = block_indicator(text, at).unwrap_or(reported.start);
    let written = text.get(start..reported.end.max(start)).unwrap_or("").trim_end_matches([' ', '\n', '\r']);
    // The last line's own trailing blanks are text.
    let rest = text.get(start + written.len()..).unwrap_or("");
    let is_text = memchr::memchr2(b'\n', b'\r', written.as_bytes()).is_some();
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    start..start + written.len() + if is_text { blanks } else { 0 }
}

/// The offset of the `|` or `>` of a block scalar that starts after `at`.
fn block_indicator(text: &str, at: usize) -> Option<usize> {
    let found = skip(text, at, |byte| matches!(byte, b':' | b'?' | b'-'));
    matches!(text.as_bytes().get(found), Some(b'|' | b'>')).then_some(found)
}

/// The offset past the `:` that leads from a key that ends at `at` to its value, if there is one.
pub(super) fn past_colon(text: &str, at: usize) -> Option<usize> {
    let found = skip(text, at, |_| false);
    let bytes = text.as_bytes();
    let ends = bytes.get(found + 1).is_none_or(|b| b.is_ascii_whitespace() || b",[]{}".contains(b));
    (bytes.get(found) == Some(&b':') && ends).then_some(found + 1)
}

/// Skips white space, comments, anchors, tags and the given indicators.
fn skip(text: &str, mut at: usize, indicator: impl Fn(u8) -> bool) -> usize {
    let bytes = text.as_bytes();
    while let Some(&byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        at += match byte {
            b' ' | b'\t' | b'\n' | b'\r' => 1,
            b'#' | b'%' => memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len()),
            // The end of a document before the first.
            b'.' if rest.starts_with(b"...") => 3,
            b'&' | b'!' => rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len()),
            _ if indicator(byte) => 1,
            _ => return at,
        };
    }
    at
}
