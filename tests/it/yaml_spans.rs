//! Where values stand in the file, and where each part of a decoded text does.
#![cfg(test)]

use crate::support::yaml;
use initlint::source::Span;
use initlint::yaml::{Document, Node};

/// Documents, a pointer to a value, and how the value is written.
const VALUES: &[(&str, &str, &str)] = &[
    // Collections end with their last value, before comments and blank lines.
    ("a:\n  b: 1\n  c: 2  # note\n\n# after\nd: 3\n", "/a", "b: 1\n  c: 2"),
    ("a:\n- x\n- y  # note\n\n\nb: 1\n", "/a", "- x\n- y"),
    ("a:\n  - x\n  -   # note\n    y\n", "/a", "- x\n  -   # note\n    y"),
    ("a:\n  - x\n  -   # note\n    y\n", "/a/1", "y"),
    ("- - a\n  - b\n- c\n", "", "- - a\n  - b\n- c"),
    ("- - a\n  - b\n- c\n", "/0", "- a\n  - b"),
    ("- a\n- - b\n  - c\n", "/1", "- b\n  - c"),
    ("- k: v\n  l: w\n- 1\n", "/0", "k: v\n  l: w"),
    ("# note\n\na: 1\n# end\n", "", "a: 1"),
    ("a: [1, {b: 2}, ]  # note\n", "/a", "[1, {b: 2}, ]"),
    ("a: {\n  b: 1 }\n", "/a", "{\n  b: 1 }"),
    ("a: []\nb: {}\n", "/b", "{}"),
    ("? a\n: b\n? c\n", "", "? a\n: b\n? c"),
    ("- ? a\n  : - b\n    - c\n", "/0/a", "- b\n    - c"),
    ("a:\n  - |\n    x\n\n  # note\nb: 1\n", "/a", "- |\n    x"),
    // Values that aren't written stand right after their indicator.
    ("a:\nb: 1\n", "/a", ""),
    ("a:   # note\n\nb: 1\n", "", "a:   # note\n\nb: 1"),
    ("a:\n  b:\n  # note\n", "/a", "b:"),
    ("-\n-   # note\n-\n", "", "-\n-   # note\n-"),
    // Anchors and tags stand before a value.
    ("a: &x !!str b\n", "/a", "b"),
    ("a: &x\n  b: 1\n", "/a", "b: 1"),
    ("a: !!seq\n- b\n", "/a", "- b"),
    // An alias is the value that it stands for.
    ("a: &x [1]\nb: *x\n", "/b", "[1]"),
    // Scalars.
    ("a: plain text  # note\n", "/a", "plain text"),
    ("a: plain\n  goes on  \n\n  # note\n", "/a", "plain\n  goes on"),
    ("a: \"q \\\" r\"  # note\n", "/a", "\"q \\\" r\""),
    ("a: 'it''s'\n", "/a", "'it''s'"),
    ("\"a\" : 'b\n\n  c'\n", "/a", "'b\n\n  c'"),
    ("a: |  # note\n  x\n   y\n\n\nb: 1\n", "/a", "|  # note\n  x\n   y"),
    ("a: |\n\n  x  \n", "/a", "|\n\n  x  "),
    ("a: &x !!str |-\n  x\nb: 1\n", "/a", "|-\n  x"),
    ("a:\n  # x | y\n  >2-\n    x\n", "/a", ">2-\n    x"),
    ("a: |\nb: 1\n", "/a", "|"),
    ("a: |+  # note\n\n\nb: 1\n", "/a", "|+  # note"),
    ("- - |\n    x\n  - y\n", "/0/0", "|\n    x"),
    ("--- # note\na: 1\n", "/a", "1"),
    ("a: |\r\n  x\r\n  y\r\n\r\nb: 1\r\n", "/a", "|\r\n  x\r\n  y"),
    ("한국: {이름: 값 🚀}\n", "/한국/이름", "값 🚀"),
    ("\u{feff}a: 1\n", "/a", "1"),
    ("%YAML 1.2\n---\na: |\n  x\n", "/a", "|\n  x"),
];

#[test]
fn values_stand_where_they_are_written() {
    for (text, pointer, written) in VALUES {
        let source = yaml::source(text);
        let document = yaml::documents(&source).remove(0).unwrap();
        let node = document.root().at(pointer).unwrap_or_else(|| panic!("{text:?} has no {pointer}"));
        assert_eq!(source.slice(node.span()), *written, "{text:?} at {pointer:?}");
        yaml::walk(document.root(), &mut |node: Node| {
            assert_eq!(yaml::has_exact_spans(node, &source), Ok(()), "{text:?} {node:?}");
        });
    }
}

#[test]
fn values_that_are_not_written_stand_after_their_indicator() {
    let at = |text: &str, pointer: &str| yaml::parse(text).root().at(pointer).map(|node| node.span().range());
    assert_eq!(at("a:\nb: 1\n", "/a"), Some(2..2));
    assert_eq!(at("a :   # note\n\nb: 1\n", "/a"), Some(3..3));
    assert_eq!(at("- \n- 1\n", "/0"), Some(1..1));
    assert_eq!(at("- 1\n-   # note\n", "/1"), Some(5..5));
    assert_eq!(at("? a\n? b\n", "/a"), Some(3..3));
    assert_eq!(at("{a, b: , c: }", "/a"), Some(2..2));
    assert_eq!(at("{a, b: , c: }", "/b"), Some(6..6));
    assert_eq!(at("{a, b: , c: }", "/c"), Some(11..11));
    assert_eq!(at("a: &x\nb: *x\n", "/b"), Some(5..5));
}

#[test]
fn entries_stand_from_key_to_value() {
    let text = "a: &x [1]\nb: *x  # note\n'c' : |\n  y\n\nd:\n";
    let source = yaml::source(text);
    let document = yaml::parse(text);
    let entries: Vec<_> = document.root().entries().map(|entry| source.slice(entry.span())).collect();
    assert_eq!(entries, ["a: &x [1]", "b: *x", "'c' : |\n  y", "d:"]);
}

#[test]
fn an_alias_is_written_where_it_is() {
    let source = yaml::source("a: &x [1]\nb: [*x]\n");
    let document = yaml::parse(&source.text);
    let item = document.root().get("b").unwrap().items().next().unwrap();
    assert_eq!((source.slice(item.span()), source.slice(item.written_span())), ("[1]", "*x"));
    assert_eq!(item, document.root().get("a").unwrap());
}

/// Scalars in all styles, as the value of `a`, and their decoded text.
const SCALARS: &[(&str, &str)] = &[
    ("a: plain\n", "plain"),
    ("a: 한국어 🚀 é\n", "한국어 🚀 é"),
    ("a: one\n  two\n\n\n  three   \n   four  # note\n", "one two\n\nthree four"),
    ("a: one\t\n  \ttwo\n", "one two"),
    ("a: one\r\n  two\r\n\r\n  한국\r\n", "one two\n한국"),
    ("a: don't \"do\" \\n\n", "don't \"do\" \\n"),
    ("a: no final newline", "no final newline"),
    ("a: ''\n", ""),
    ("a: 'it''s '' 한''국'\n", "it's ' 한'국"),
    ("a: ' lead\n  two  \n\n   three '\n", " lead two\nthree "),
    ("a: 'back\\slash \"'\n", "back\\slash \""),
    ("a: '\n  one\n\n  '\n", " one\n"),
    ("a: 'one\r\n  two'\r\n", "one two"),
    ("a: \"\"\n", ""),
    (
        "a: \"q \\\" \\\\ \\/ \\0\\a\\b\\t\\n\\v\\f\\r\\e\\ \\N\\_\\L\\P\"\n",
        "q \" \\ / \0\u{7}\u{8}\t\n\u{b}\u{c}\r\u{1b} \u{85}\u{a0}\u{2028}\u{2029}",
    ),
    ("a: \"\\x41\\u00e9\\U0001F680 \\ud83d\\ude80\"\n", "Aé🚀 🚀"),
    ("a: \"한 \\\n    국 \\\n\n    \\  어\"\n", "한 국 \n  어"),
    ("a: \"one\n  two\\n\n  three \\t\n  four\"\n", "one two\n three \t four"),
    ("a: \"one\\\r\n  two\r\n\r\n  three\"\r\n", "onetwo\nthree"),
    ("a: \"tab\\\tkept\"\n", "tab\tkept"),
    ("a: \"one\ntwo\"\n", "one two"),
    ("a: 'one\n\ntwo'\nb: \"x\ny\"\n", "one\ntwo"),
    ("a: |\n  one\n    two\n\n  한국 🚀\n", "one\n  two\n\n한국 🚀\n"),
    ("a: |-\n  one\n\n", "one"),
    ("a: |+\n  one\n\n \n", "one\n\n\n"),
    ("a: |+\n  one\n\n# note\n", "one\n\n"),
    ("a: |2\n    one\n   two\n", "  one\n two\n"),
    ("a: |1-\n  one\n", " one"),
    ("a: |+2\n    one\n\n", "  one\n\n"),
    ("a: |\n\n\n  one\n", "\n\none\n"),
    ("a: |\n  one  \n  \ttwo\t\n", "one  \n\ttwo\t\n"),
    ("a: |\n  one\n     \n  two\n", "one\n   \ntwo\n"),
    ("a: |\n  one\n     \n", "one\n   \n"),
    ("a: |\r\n  one\r\n\r\n  두\r\n", "one\n\n두\n"),
    ("a: |\n  # no comment\n  one\n # a comment\n", "# no comment\none\n"),
    ("a: |\n  no final newline", "no final newline\n"),
    ("a: |-\n  no final newline", "no final newline"),
    ("a: |+\n  no final newline", "no final newline\n"),
    ("a: |\n", ""),
    ("a: |+\n\n\n", "\n\n"),
    ("a: >\n  one\n  two\n\n\n  three\n", "one two\n\nthree\n"),
    ("a: >\n  one\n    more\n    more\n  two\n", "one\n  more\n  more\ntwo\n"),
    ("a: >\n  one\n\n    more\n\n  two\n", "one\n\n  more\n\ntwo\n"),
    ("a: >2\n\n    more\n  one\n  two\n", "\n  more\none two\n"),
    ("a: >-\n  한\n  국\n", "한 국"),
    ("a: >+\n  one\n\n", "one\n\n"),
    ("a: >\n  one\n  \ttab\n  two\n", "one\n\ttab\ntwo\n"),
    ("a: >\r\n  one\r\n  two\r\n\r\n  three\r\n", "one two\nthree\n"),
    ("a: >\n  no final\n  newline", "no final newline\n"),
    ("\u{feff}a: 한\n", "한"),
];

#[test]
fn decoded_texts_lead_back_to_their_characters() {
    for (text, decoded) in SCALARS {
        let source = yaml::source(text);
        let document = yaml::documents(&source).remove(0).unwrap();
        let node = document.root().get("a").unwrap();
        let mapped = node.mapped();
        assert_eq!(node.text(), Some(*decoded), "{text:?}");
        assert_eq!(mapped.as_str(), *decoded, "{text:?}");
        assert!(!mapped.is_opaque(), "{text:?}");
        assert!(yaml::leads_to_its_characters(&mapped, &source), "{text:?}");
        assert_eq!(mapped.whole(), node.span(), "{text:?}");
    }
}

/// The source of `part` of the text of `/a`.
fn source_of(text: &str, part: &str) -> String {
    let source = yaml::source(text);
    let document = yaml::parse(text);
    let mapped = document.root().get("a").unwrap().mapped();
    let at = mapped.as_str().find(part).unwrap();
    source.slice(mapped.span(at..at + part.len())).to_owned()
}

#[test]
fn parts_of_a_text_have_places_of_their_own() {
    assert_eq!(source_of("a: |\n  set -e\n  rm -rf /x\n", "rm -rf"), "rm -rf");
    assert_eq!(source_of("a: |\n  one \\\n    two\n", "one \\\n  two"), "one \\\n    two");
    assert_eq!(source_of("a: \"x\\ty\\u00e9z\"\n", "yé"), "y\\u00e9");
    assert_eq!(source_of("a: \"x \\\"y\\\" z\"\n", "\"y\""), "\\\"y\\\"");
    assert_eq!(source_of("a: 'it''s'\n", "'s"), "''s");
    assert_eq!(source_of("a: >\n  one\n  two\n", "one two"), "one\n  two");
    assert_eq!(source_of("a: \"one\n  two\"\n", " "), "\n  ");
    assert_eq!(source_of("a: \"one\ntwo three\"\n", "two"), "two");
    // A break that kubectl adds at the end of the file stands at the end of the file.
    assert_eq!(source_of("a: |\n  x", "\n"), "");
}

#[test]
fn what_binary_holds_has_one_place() {
    let source = yaml::source("a: !!binary aGVsbG8=\n");
    let document = yaml::documents(&source).remove(0).unwrap();
    let mapped = document.root().get("a").unwrap().mapped();
    assert_eq!((mapped.as_str(), mapped.is_opaque()), ("hello", true));
    assert_eq!(source.slice(mapped.span(1..2)), "aGVsbG8=");
}

#[test]
fn later_documents_count_from_the_start_of_the_file() {
    let source = yaml::source("a: 1\n---\n한: |\n  x\n---\nb: \"y\\tz\"\n");
    let documents: Vec<Document> = yaml::documents(&source).into_iter().map(Result::unwrap).collect();
    let span = |index: usize, key: &str| -> Span { documents[index].root().get(key).unwrap().span() };
    assert_eq!(source.slice(span(1, "한")), "|\n  x");
    assert_eq!(source.slice(span(2, "b")), "\"y\\tz\"");
    let mapped = documents[2].root().get("b").unwrap().mapped();
    assert_eq!(source.slice(mapped.span(2..3)), "z");
}
