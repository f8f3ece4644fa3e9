//! Comments in JSON, which editors and compilers allow and kubectl refuses.

use std::ops::Range;

use serde::de::IgnoredAny;

/// The start of the first comment in `text`, where all before it is JSON. As YAML it may be anything: `// web "kind"` is a
/// key.
#[must_use]
pub fn json_comment(text: &str) -> Option<Range<usize>> {
    let may_hold_any = text.trim_start().starts_with(['{', '[', '/']) && has_unquoted_mark(text.as_bytes());
    let error = may_hold_any.then(|| serde_json::from_str::<IgnoredAny>(text).err()).flatten()?;
    let lines = text.split_inclusive('\n').take(error.line().checked_sub(1)?);
    let at = lines.map(str::len).sum::<usize>() + error.column();
    // The column is that of the byte that isn't expected, or of the one before it. A template's comment is its own.
    let is_comment = |at: &usize| {
        let (before, rest) = text.split_at_checked(*at).unwrap_or_default();
        (rest.starts_with("//") || rest.starts_with("/*")) && !before.ends_with("{{")
    };
    [at.checked_sub(1)?, at].into_iter().find(is_comment).map(|at| at..at + 2)
}

/// Whether a comment may start in `json` outside of its strings, of which none goes over the end of a line (RFC 8259, 7).
/// Addresses within strings are in most Lists of a cluster, and reading these as JSON takes as long as parsing them.
fn has_unquoted_mark(json: &[u8]) -> bool {
    let (mut from, mut is_quoted) = (0, false);
    for at in memchr::memchr_iter(b'/', json) {
        if !matches!(json.get(at + 1), Some(b'/' | b'*')) {
            continue;
        }
        let before = json.get(from..at).unwrap_or_default();
        let of_line = memchr::memrchr(b'\n', before).map(|end| before.get(end + 1..).unwrap_or_default());
        is_quoted = ends_quoted(of_line.unwrap_or(before), is_quoted && of_line.is_none());
        if !is_quoted {
            return true;
        }
        from = at;
    }
    false
}

/// Whether the end of `json` is within a string, where its start is within one if `is_quoted`.
fn ends_quoted(json: &[u8], mut is_quoted: bool) -> bool {
    let mut rest = json;
    while let Some(at) = memchr::memchr2(b'"', b'\\', rest) {
        let is_escape = rest.get(at) == Some(&b'\\');
        is_quoted ^= !is_escape;
        rest = rest.get(at + 1 + usize::from(is_escape)..).unwrap_or_default();
    }
    is_quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_found_where_json_ends() {
        for text in [
            "{\n  // a\n  \"b\": 1}",
            "{\"b\": 1, // a\n \"c\": 2}",
            "{\"b\": 1 // a\n}",
            "{\"b\": [1, /* a */ 2]}",
            "{\"b\": /* a */ 2}",
            "{\"b\": \"http://x\" /* a */}",
            "// a\n{\"b\": 1}",
            "/* a */ {\"b\": 1}",
            "{\"b\": 1} // a\n",
            "{\"b\": \"http://x \\\"//\\\\\", // a\n \"c\": 2}",
            "{\"b\": \"http://x\", \"c\": \"http://y\", // a\n \"d\": 2}",
        ] {
            let found = json_comment(text).and_then(|range| text.get(range));
            assert!(matches!(found, Some("//" | "/*")), "{text}: {found:?}");
        }
        for text in [
            "{\"b\": \"// a\"}",
            "{\"b\": \"http://x\", c: //x}",
            "{b: 1, // a\n c: 2}",
            "{\"b\": 1}",
            "b: 1 // a\n",
            "{\"b\": 1, # // a\n}",
            "{{/* a */}}\nb: 1\n",
            "{\"b\": {{/* a */}} 1}",
            "{\"b\": \"http://x \\\" // a\", \"c\": \"/*\"}",
            "",
        ] {
            assert_eq!(json_comment(text), None, "{text}");
        }
    }
}
