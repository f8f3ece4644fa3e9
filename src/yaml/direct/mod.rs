//! YAML as most manifests are written, straight into the tree.
//!
//! Block maps and lists, flow collections with scalars of one line, other scalars and comments; JSON is the flow part of that.
//! Whatever else stands in a document, and whatever is wrong with one, is left to the parser: this reader gives up, and
//! never says why. What it does read is what the parser reads, node by node, with the same places; builds with debug
//! assertions read both ways and compare.

mod block;
mod flow;
mod scalars;

use std::sync::{Arc, OnceLock};

use super::origin::Origin;
use super::tree::{Content, Document, NodeData};
use crate::source::Source;

/// How deeply collections may nest here. Real manifests have up to twenty levels.
const MAX_DEPTH: usize = 64;

/// The document whose text `body` starts at `base` in `source`, and ends at `end`; `None` where it isn't of the kind that
/// is read here.
pub(super) fn read(source: &Source, body: &str, base: usize, end: usize) -> Option<Document> {
    u32::try_from(end).ok().filter(|_| is_printable(body))?;
    let mut reader = Reader {
        text: body,
        bytes: body.as_bytes(),
        base,
        at: 0,
        column: None,
        depth: 0,
        nodes: Vec::with_capacity(body.len() / 24),
        decoded: String::new(),
    };
    reader.document()?;
    Some(Document {
        origin: Arc::new(Origin::of(source, base..end)),
        origins: Vec::new(),
        decoded: reader.decoded,
        nodes: reader.nodes,
        targets: OnceLock::new(),
        injected: None,
        placeholders: None,
    })
}

/// Whether `text` has no characters but those that stand for themselves wherever YAML allows any: no carriage return, no
/// other control character, no mark of the byte order, no separator of lines beyond ASCII.
fn is_printable(text: &str) -> bool {
    let is_ascii = |byte: &u8| matches!(byte, b'\n' | b'\t' | b' '..=b'~');
    let is_printable = |char: char| {
        let is_separator = matches!(char, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}');
        char == '\n' || char == '\t' || !char.is_control() && !is_separator
    };
    text.bytes().fold(true, |all, byte| all & is_ascii(&byte)) || text.chars().all(is_printable)
}

/// Reads one document. What returns `None` has met what isn't read here.
struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    /// Where the text starts in the file.
    base: usize,
    at: usize,
    /// At the start of a line's content: its column, and `None` at the end of the text.
    column: Option<usize>,
    depth: usize,
    nodes: Vec<NodeData>,
    decoded: String,
}

impl Reader<'_> {
    fn document(&mut self) -> Option<()> {
        self.next_line()?;
        let column = self.column?;
        match self.byte(0)? {
            b'{' | b'[' => _ = self.flow_line(None)?,
            _ => _ = self.block(column)?,
        }
        self.column.is_none().then_some(())
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    /// Whether a blank, a line break or the end comes after `ahead` bytes.
    fn is_blank(&self, ahead: usize) -> bool {
        matches!(self.byte(ahead), None | Some(b' ' | b'\n'))
    }

    fn skip_spaces(&mut self) {
        while self.byte(0) == Some(b' ') {
            self.at += 1;
        }
    }

    /// Goes from the end of a value to the next line with content.
    fn end_line(&mut self) -> Option<()> {
        let end = self.at;
        self.skip_spaces();
        match self.byte(0) {
            None => {}
            Some(b'\n') => self.at += 1,
            Some(b'#') if self.at > end => self.skip_line(),
            Some(_) => return None,
        }
        self.next_line()
    }

    /// Goes from the start of a line to the next one with content, this one included.
    fn next_line(&mut self) -> Option<()> {
        loop {
            let start = self.at;
            self.skip_spaces();
            match self.byte(0) {
                None => self.column = None,
                Some(b'\n') => {
                    self.at += 1;
                    continue;
                }
                Some(b'#') => {
                    self.skip_line();
                    continue;
                }
                // A marker of the document's end, or of the start of another.
                Some(b'.' | b'-') if start == self.at && self.is_marker() => return None,
                Some(_) => self.column = Some(self.at - start),
            }
            return Some(());
        }
    }

    fn is_marker(&self) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        rest.starts_with(b"...") || rest.starts_with(b"---")
    }

    fn skip_line(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
    }

    /// The place in the file of an offset of the text, of which [`read`] knows that it fits.
    fn place(&self, offset: usize) -> u32 {
        u32::try_from(self.base + offset).unwrap_or(u32::MAX)
    }

    /// Begins a collection at `start`.
    fn open(&mut self, start: usize, content: Content) -> Option<usize> {
        self.depth += 1;
        let index = self.nodes.len();
        let start = self.place(start);
        self.nodes.push(NodeData { origin: 0, start, end: start, after: 0, content });
        (self.depth <= MAX_DEPTH).then_some(index)
    }

    /// Ends the collection at `index`, whose last byte stands before `end`.
    fn close(&mut self, index: usize, end: usize) -> Option<usize> {
        self.depth -= 1;
        let (place, after) = (self.place(end), u32::try_from(self.nodes.len()).ok()?);
        let node = self.nodes.get_mut(index)?;
        (node.end, node.after) = (place, after);
        Some(end)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::source::FileId;
    use crate::yaml::builder::parse_events;

    /// Whether `text` is read here; what is read must be what the parser reads, wherever in a file it starts.
    fn is_read(text: &str) -> bool {
        let is_read = is_read_behind("", text);
        assert_eq!(is_read_behind("a: 값\n---\n", text), is_read, "{text:?}");
        is_read
    }

    fn is_read_behind(before: &str, text: &str) -> bool {
        let source = Source::new(FileId(0), "test.yaml", format!("{before}{text}"));
        let (base, end) = (before.len(), source.text.len());
        let Some(document) = read(&source, text, base, end) else { return false };
        let parsed = parse_events(&source, text, base, end);
        let same = parsed.as_ref().is_ok_and(|parsed| parsed.is_same(&document));
        assert!(same, "{text:?}\n{:?}\n{parsed:?}\n{:?}", document.nodes, parsed.as_ref().map(|p| &p.nodes));
        true
    }

    #[test]
    fn what_most_manifests_hold_is_read() {
        for text in [
            "# a\nkind: Pod # b\n\nspec:\n  a:\n  - b: c\n    d: 1\n  -   - e\n      - f\n  g:\n    - h\n",
            "a:\nb:  # c\nd:\n  -\n    e: f\n  -  # g\n    - h\n",
            "a: |\n  b\n\n   c\n\n\nd: >-\n    e\n    f\n\n    g\n     h\n    i\nj: |+\n\n  k\n\nl: m\n",
            "a: [b, 'c''d', \"e\\n\", [], {}]\nf: {g: h, \"i\": {j: [k]}}\nl: [\n    m,\n\n    n\n  ]\n",
            "- |\n  a\n# b\n- >\n  c\n  # d\n- e:f #g\n- 'h: i': \"j\"\n",
            "{\"a\":1,\"b\" : [true, null, -1.5e3],\n\"c\":\"\\u00e9\\/\\\"\"\n}\n",
            "a: 값 # é\n키: \"값\"\n",
            "'a' : b\n\"c\":\n- d\n\n",
            "a: b\n  c\n\n   d # e\nf:\n  g\nh:\n - i\n   j\n",
            "a: 'b\n  c''d \n\n  e'\nf:\n  \"g\\n\n   h\n\n\n   \"\ni: j\n\n\n",
            "a: b\n  'c'\n",
            "a:\n  [b, c]\nd:\n-\n  {e: f}\n",
            "a: \"b \\\n  c\\\n\n  \\ d\\ \n  \\x41\\_\"\ne: \"\\\n  f\\\\\n  \\U0001f600\"\n",
            "- :b\n- ?c\n",
            "a: b\n  && c\n  - d\n  ? e\n  [f\n",
            "a: |\n  b\n  c",
            "a: >-\n  b",
            "a: |+\n  b\n ",
            "a: [b, ]\nc: {d: e, }\nf: [\n  # g\n  h, # i\n  j  # k\n  ,\n]\nl:\n  m: {\n    n: o,\n  }\n",
            "a: |\n\nb: |-\nc: >\n\n# d\ne: |\n",
            "a:\n  b: |\n    \n  c: |\n  e: >-\nf:\n- |\n# g\n- >\n  \n\n",
        ] {
            assert!(is_read(text), "{text}");
        }
    }

    #[test]
    fn what_is_unusual_is_left_to_the_parser() {
        for text in [
            "a: &b c\nd: *b\n",
            "a: !!str 1\n",
            "? a\n: b\n",
            "a: b\n  c: d\n",
            "a: b # c\n  d\n",
            "a:\n  b: 'c\n  d'\n",
            "a: [b\n  c]\n",
            "'a\n b': c\n",
            "a: |2\n  b\n",
            "a:\tb\n",
            "a: b\r\n",
            "<<: {a: b}\n",
            "~: a\n",
            "a: b: c\n",
            "a:\n- b\n-\n",
            "a: [b, , c]\n",
            "a: [,]\n",
            "a:\n  b: [\n  c\n  ]\n",
            "a: [b#c\n",
            "a: [b: c]\n",
            "a: {b}\n",
            "a: \"\\ud800\"\n",
            "a: b\n...\n",
            "",
            "# a\n",
            "a\n",
        ] {
            assert!(!is_read(text), "{text}");
        }
    }

    /// Pieces of which texts are made that are nearly read here.
    fn text() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "a", "b: ", "c:", "\n", "\n", "\n  ", "\n    ", " ", "- ", "-", "\n- ", "\n  - ", "# d", "#",
            " # e\n", "'f'", "\"g\"", "\"\\n\"", "'", "\"", "|", ">", "|-\n", ">+\n", "\n   h\n", "[", "]",
            "{", "}", ", ", ",", ": ", ":", "1", "null", "~", "<<", "\t", "é", "&i ", "*i", "!", "?", "%",
            "@", "...", "---", "\\", "\\\n", "\\\n   ", "\\ ", "a: \"b ",
        ]);
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn whatever_is_read_is_what_the_parser_reads(text in text()) {
            is_read(&text);
        }
    }
}
