//! Splitting a text into documents.

use std::ops::Range;

use serde::de::IgnoredAny;
use serde_json::Deserializer;

use crate::sought::Sought;

/// What stands between documents.
static SEPARATOR: Sought = Sought::new("\n---");

/// The byte ranges of a text's documents, as kubectl splits it (apimachinery,
/// `pkg/util/yaml/decoder.go`, `YAMLReader.Read`): at each line that starts with `---`, be it
/// inside a block scalar. A range starts with that line. JSON objects in a row are documents too.
///
/// What holds nothing but comments and blank lines is no document. One that holds nothing else
/// but directives belongs to the document after it; kubectl refuses those.
#[must_use]
pub fn split(text: &str) -> Vec<Range<usize>> {
    let mut documents = Vec::new();
    let mut from = text.len() - text.trim_start_matches('\u{feff}').len();
    let separators = SEPARATOR.all_in(text).map(|at| at + 1);
    for to in separators.chain([text.len()]) {
        match content(text.get(from..to).unwrap_or("")) {
            Some(Content::Directives) if to < text.len() => continue,
            Some(Content::Json) => push_json(text, from..to, &mut documents),
            Some(_) => documents.push(from..to),
            None => {}
        }
        from = to;
    }
    documents
}

/// What a stretch between two separators holds.
enum Content {
    Directives,
    Json,
    Yaml,
}

fn content(chunk: &str) -> Option<Content> {
    let opening = Opening::of(chunk);
    if opening.is_malformed {
        return Some(Content::Yaml);
    }
    let mut directives = false;
    for line in chunk.get(opening.len..).unwrap_or("").lines() {
        match line.trim_start_matches('\u{feff}').trim_start().bytes().next() {
            None | Some(b'#') => {}
            Some(b'%') => directives = true,
            Some(b'{') if !directives => return Some(Content::Json),
            Some(_) => return Some(Content::Yaml),
        }
    }
    directives.then_some(Content::Directives)
}

/// Adds each of the JSON objects in `range`; what isn't JSON is left whole, to be read as YAML.
fn push_json(text: &str, range: Range<usize>, documents: &mut Vec<Range<usize>>) {
    let mut from = range.start;
    let chunk = text.get(range.clone()).unwrap_or("");
    let body = from + Opening::of(chunk).len;
    let trimmed = chunk.trim_end_matches(SPACE);
    if is_one_object(trimmed) {
        return documents.push(from..from + trimmed.len());
    }
    let mut values =
        Deserializer::from_str(text.get(body..range.end).unwrap_or("")).into_iter::<IgnoredAny>();
    while let Some(Ok(_)) = values.next() {
        let to = body + values.byte_offset();
        documents.push(from..to);
        from = to;
    }
    let rest = text.get(from..range.end).unwrap_or("");
    let is_blank = rest.trim_start_matches('\u{feff}').trim().is_empty();
    // What follows JSON objects and is none itself is left to the parser, which will say so.
    if !is_blank {
        documents.push(from..range.end);
    }
}

/// JSON's white space.
const SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

/// Whether `chunk` is one JSON object if it is JSON, which is told without reading it: no `{` follows a `}`, not even in a
/// string.
fn is_one_object(chunk: &str) -> bool {
    let next = |text: &str| text.trim_start_matches(SPACE).bytes().next();
    let has_quoted_key = chunk.split_once('{').is_some_and(|(_, rest)| next(rest) == Some(b'"'));
    let mut ends = memchr::memchr_iter(b'}', chunk.as_bytes());
    let goes_on = |end: usize| chunk.get(end + 1..).and_then(next) != Some(b'{');
    has_quoted_key && chunk.ends_with('}') && ends.all(goes_on)
}

/// The separator line that a document's range starts with.
pub(super) struct Opening {
    /// Its length, with its line break; 0 where there is none.
    pub(super) len: usize,
    /// Whether something other than a comment follows the `---`, which kubectl refuses.
    pub(super) is_malformed: bool,
}

impl Opening {
    pub(super) fn of(document: &str) -> Self {
        let Some(rest) = document.strip_prefix("---") else { return Self { len: 0, is_malformed: false } };
        let end = memchr::memchr(b'\n', rest.as_bytes()).map_or(rest.len(), |at| at + 1);
        let line = rest.get(..end).unwrap_or("").trim();
        Self { len: 3 + end, is_malformed: !line.is_empty() && !line.starts_with('#') }
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn json_objects_in_a_row_are_documents() {
        for (text, documents) in [
            ("{\"a\": {\"b\": [{}, {}]}}\n", vec!["{\"a\": {\"b\": [{}, {}]}}"]),
            ("{\"a\": 1}\n{\"b\": 2}\n", vec!["{\"a\": 1}", "\n{\"b\": 2}"]),
            ("{\"a\": {}}{\"b\": []}", vec!["{\"a\": {}}", "{\"b\": []}"]),
            ("{\"a\": \"} {\"}\n", vec!["{\"a\": \"} {\"}"]),
            ("{\"a\": \"{{b}} c\"}\n", vec!["{\"a\": \"{{b}} c\"}"]),
            ("---\n{\"a\": 1}\n---\n{\"b\": 2}\n", vec!["---\n{\"a\": 1}", "---\n{\"b\": 2}"]),
            ("{\"a\": 1} # b\n", vec!["{\"a\": 1}", " # b\n"]),
            ("{a: 1}\n", vec!["{a: 1}\n"]),
        ] {
            let found: Vec<&str> = split(text).into_iter().filter_map(|range| text.get(range)).collect();
            assert_eq!(found, documents, "{text}");
        }
    }
}
