//! Comments in JSON, which editors and compilers allow and kubectl refuses.

use std::ops::Range;

use memchr::memmem;
use serde::de::IgnoredAny;

/// The start of the first comment in `text`, where all before it is JSON. As YAML it may be anything: `// web "kind"` is a
/// key.
#[must_use]
pub fn json_comment(text: &str) -> Option<Range<usize>> {
    let mut marks = ["//", "/*"].iter();
    let may_hold_any = text.trim_start().starts_with(['{', '[', '/'])
        && marks.any(|mark| memmem::find(text.as_bytes(), mark.as_bytes()).is_some());
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
            "",
        ] {
            assert_eq!(json_comment(text), None, "{text}");
        }
    }
}
