//! Splitting a text into documents, and passing over those that no rule could speak of.

use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};
use memchr::memmem;
use serde::de::IgnoredAny;
use serde_json::Deserializer;

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
    let separators = memmem::find_iter(text.as_bytes(), b"\n---").map(|at| at + 1);
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
    let body = from + Opening::of(text.get(range.clone()).unwrap_or("")).len;
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

/// Tells the documents that are worth parsing: those that hold one of the words without which no
/// rule could speak.
#[derive(Debug, Clone)]
pub struct Prefilter {
    literals: Option<AhoCorasick>,
}

/// What could write a word without its letters standing there: escapes of double-quoted scalars,
/// their broken lines, and base64.
const DISGUISES: [&str; 6] = ["\\x", "\\u", "\\U", "\\\n", "\\\r\n", "binary"];

impl Prefilter {
    /// A prefilter for documents that hold one of `literals`, each of letters and digits alone.
    pub fn new<I: IntoIterator<Item = &'static str>>(literals: I) -> Self {
        let patterns = DISGUISES.into_iter().chain(literals);
        // Building fails on automata of gigabytes only; then everything is wanted.
        let literals = AhoCorasick::builder().match_kind(MatchKind::Standard).build(patterns).ok();
        Self { literals }
    }

    /// Whether `document`, a range of [`split`], is worth parsing.
    ///
    /// The schema of a `CustomResourceDefinition` names the fields of Pods, and is none; its
    /// `kind` at the start of a line tells it. One in JSON is parsed for nothing.
    #[must_use]
    pub fn wants(&self, document: &str) -> bool {
        self.literals.as_ref().is_none_or(|literals| literals.is_match(document)) && !is_definition(document)
    }
}

fn is_definition(document: &str) -> bool {
    const KIND: &str = "CustomResourceDefinition";
    memmem::find_iter(document.as_bytes(), KIND).any(|at| {
        let before = document.get(..at).unwrap_or("");
        let line = before.rsplit('\n').next().unwrap_or("");
        let value = line.strip_prefix("kind:").map(|value| value.trim_matches([' ', '\t']));
        let after = document.get(at + KIND.len()..).unwrap_or("");
        let after = after.trim_start_matches(['"', '\'', ' ', '\t']);
        matches!(value, Some("" | "\"" | "'")) && (after.is_empty() || after.starts_with(['\n', '\r', '#']))
    })
}
