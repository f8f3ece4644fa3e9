//! What is said of documents that can't be read, and where.
#![cfg(test)]

use crate::support::yaml;
use initlint::yaml::{Document, MAX_DEPTH, Node, Problem, split};
use proptest::prelude::*;

/// The problem of a text's first document that has one.
fn problem(text: &str) -> Problem {
    let mut documents = yaml::documents(&yaml::source(text)).into_iter();
    documents.find_map(Result::err).unwrap_or_else(|| panic!("{text:?} is fine"))
}

/// Texts, the part that the problem points at, its line, and what is said of it.
const INVALID: &[(&str, &str, usize, &str)] = &[
    ("a: \"foo\nb: 1\n", "\"", 1, "this quote is never closed"),
    ("a: \"foo\n", "\"", 1, "this quote is never closed"),
    ("a:\n  - 'foo\n  - b\n", "'", 2, "this quote is never closed"),
    (
        "a: \"foo\nb: \"bar\"\n",
        "\"",
        1,
        "this quote isn't closed in its line, and takes in the lines after it",
    ),
    ("# 한국\na: 'it's'\n", "s'", 2, "text follows a closing quote"),
    ("a: \"x\n---\nb: y\"\n", "\"", 1, "this quote is never closed"),
    ("a: b\n\tc: d\n", "\t", 2, "a tab stands where YAML wants spaces"),
    ("a:\n\tb: d\n", "\t", 2, "a tab stands where YAML wants spaces"),
    ("a: b: c\n", ":", 1, "this `:` stands where no value can start"),
    ("a:\n  b: 1\n c: 2\n", "c:", 3, "this fits in no map or list that is open here"),
    ("- a\nb\n", "b", 2, "this key has no `:`"),
    ("a: @x\n", "@x", 1, "`@` can't start a text without quotes"),
    ("a: \u{1}\n", "\u{1}", 1, "YAML allows no control character U+0001"),
    ("a: *x\n", "*x", 1, "no anchor of this name stands before"),
    ("a: \"\\q\"\n", "\"\\q\"", 1, "double quotes know no such escape"),
    ("a: - b\n", "-", 1, "a list can't start here"),
    ("a: [1 2\n", "[", 1, "this `[` is never closed"),
    ("a: {b: 1}}\n", "}", 1, "this bracket closes nothing"),
    ("a: |x\n  y\n", "|x", 1, "text follows the `|` or `>`"),
    (
        "a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> main\n",
        "<<<<<<< HEAD",
        2,
        "a merge conflict stands here that nobody resolved",
    ),
    (
        "a:\n  - 1\n<<<<<<< Updated upstream\r\n    # new\n    - b\n=======\n",
        "<<<<<<< Updated upstream",
        3,
        "a merge conflict stands here that nobody resolved",
    ),
    (
        "<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> main\n",
        "<<<<<<< HEAD",
        1,
        "a merge conflict stands here that nobody resolved",
    ),
    ("a: 1\n<<<<<<<< b\n", "<<<<<<<<", 2, "this key has no `:`"),
    ("a: 1\n--- b\nc: 2\n", "--- b", 2, "something follows the `---` that separates documents"),
    ("-----\n", "-----", 1, "something follows the `---` that separates documents"),
    ("a: 1\r\n--- b \r\n", "--- b", 2, "something follows the `---` that separates documents"),
    (
        "a: {{ .Values.x }}\n",
        "{ .Values.x }",
        1,
        "the key of a map is a map or a list, which kubectl refuses",
    ),
    ("? [a]\n: b\n", "[a]", 1, "the key of a map is a map or a list, which kubectl refuses"),
    ("a: &x {}\n*x : b\n", "*x", 2, "the key of a map is a map or a list, which kubectl refuses"),
    ("~: b\n", "~", 1, "the key of a map is null, which kubectl refuses"),
    ("a: &x [*x]\n", "*x", 1, "this alias stands inside the value that it repeats"),
    ("<<: 1\n", "1", 1, "`<<` merges a map or a list of maps, and this is neither"),
    ("<<: [{}, 1]\n", "[{}, 1]", 1, "`<<` merges a map or a list of maps, and this is neither"),
    ("a: &x [1]\nb: {<<: *x}\n", "*x", 2, "`<<` merges a map or a list of maps, and this is neither"),
    ("a: !!binary \"*\"\n", "\"*\"", 1, "this `!!binary` text is no base64"),
];

#[test]
fn problems_say_what_is_wrong_and_where() {
    for (text, part, line, message) in INVALID {
        let source = yaml::source(text);
        let problem = problem(text);
        assert!(matches!(problem, Problem::Invalid { .. }), "{text:?}: {problem:?}");
        assert_eq!(problem.message(), *message, "{text:?}");
        assert_eq!(source.slice(problem.span()), *part, "{text:?}");
        assert_eq!(source.position(problem.span().start as usize).line, *line, "{text:?}");
    }
}

#[test]
fn problems_come_with_help() {
    let help = |text: &str| match problem(text) {
        Problem::Invalid { help, .. } => help,
        Problem::Bound { .. } => None,
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(help("{{- if x }}\na: 1\n"), some("if this is a template, render it first"));
    assert_eq!(help("\na: [1,\nb: 2\nc: 3\n"), some("is the `[` in line 2 closed?"));
    assert_eq!(help("a: @x\n"), some("put the text in quotes"));
    let left = some("move the line to the left: the key above it has its value already");
    assert_eq!(help("apiVersion: apps/v1\n    kind: Deployment\n"), left);
    for text in ["a: b: c\n", "a: b\nc: d: e\n", "a:\n  b: c\n  d: see: here\n"] {
        let quotes = "put text that holds `: ` in quotes; a key needs a space after its `:`";
        assert_eq!(help(text), some(quotes), "{text}");
    }
    assert_eq!(help("a: *x\n"), None);
    assert_eq!(help("a: [1,\nb: 2\n"), None, "the bracket itself is shown");
}

#[test]
fn quoted_texts_that_are_not_indented_are_read_as_kubectl_reads_them() {
    let text = "a: \"x\ny\"\nb:\n  c: 'x\n  y\n\n z'\n  d: [\"x\ny\"]\ne: \"x\n\"\nf: end\n";
    let document = yaml::parse(text);
    let want = serde_json::json!({"a": "x y", "b": {"c": "x y\nz", "d": ["x y"]}, "e": "x ", "f": "end"});
    assert_eq!(yaml::value(document.root()), want);
    let source = yaml::source(text);
    assert_eq!(source.slice(document.root().get("f").unwrap().span()), "end");
    let c = document.root().at("/b/c").unwrap();
    assert_eq!(source.slice(c.span()), "'x\n  y\n\n z'");
    assert!(!c.mapped().is_opaque());
}

/// Held against kubectl 1.32, as what is refused is.
#[test]
fn tabs_in_quotes_and_brackets_are_read_as_kubectl_reads_them() {
    for (text, want) in [
        ("a: \"x\n\t\ty\"\n", serde_json::json!({"a": "x y"})),
        ("a: \"x\\\n\ty\"\n", serde_json::json!({"a": "xy"})),
        ("a:\n  b: 'x\n \ty'\n", serde_json::json!({"a": {"b": "x y"}})),
        ("a:\n  b: \"x\n\t\n   y\"\n", serde_json::json!({"a": {"b": "x\ny"}})),
        ("a:\n- - \"x\n\ty\"\n", serde_json::json!({"a": [["x y"]]})),
        ("a: [\n\t\"x\", # y\n\tz]\n", serde_json::json!({"a": ["x", "z"]})),
        (
            "a:\n  b: {\n\tc: [\n\t\tx,\n\t\t'y'\n\t],\n\td: e }\n",
            serde_json::json!({"a": {"b": {"c": ["x", "y"], "d": "e"}}}),
        ),
        ("- [\n\tx, \"y\n\tz\"]\n", serde_json::json!([["x", "y z"]])),
        (
            "a: [x]\nb: {\n\tc: \"d\"\n\t}\nf: end\n",
            serde_json::json!({"a": ["x"], "b": {"c": "d"}, "f": "end"}),
        ),
    ] {
        let document = yaml::parse(text);
        assert_eq!(yaml::value(document.root()), want, "{text:?}");
    }
    let source = yaml::source("a: [\n\tx,\n\t\"y\n\t\tz\"]\nb: end\n");
    let document = yaml::parse(&source.text);
    assert_eq!(source.slice(document.root().at("/a/1").unwrap().span()), "\"y\n\t\tz\"");
    assert_eq!(source.slice(document.root().get("b").unwrap().span()), "end");
    for refused in
        ["a: x\n\ty\n", "a: [x\n\ty]\n", "a:\n  b: {\n  c: d\n\t}\n", "a: 'x'\n\tb: y\n", "a:\n\t[x]\n"]
    {
        assert_eq!(problem(refused).message(), "a tab stands where YAML wants spaces", "{refused:?}");
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |open: &str, close: &str, depth: usize| open.repeat(depth) + "x" + &close.repeat(depth);
    let blocks = |depth: usize| {
        (0..depth).fold(String::new(), |text, at| text + &" ".repeat(at) + "a:\n") + &" ".repeat(depth) + "x"
    };
    for (fine, deep) in [
        (nested("[", "]", MAX_DEPTH), nested("[", "]", MAX_DEPTH + 1)),
        (nested("{a: ", "}", MAX_DEPTH), nested("{a: ", "}", MAX_DEPTH + 1)),
        (nested("- ", "", MAX_DEPTH), nested("- ", "", MAX_DEPTH + 1)),
        (blocks(MAX_DEPTH), blocks(MAX_DEPTH + 1)),
        (nested("- [", "]", 1), "- ".repeat(200) + &nested("[", "]", 200)),
    ] {
        yaml::parse(&fine);
        assert!(matches!(problem(&deep), Problem::Bound { .. }));
    }
    for deep in
        [nested("[", "", 10_000), nested("{a: ", "", 10_000), nested("- ", "", 10_000), "[".repeat(100_000)]
    {
        assert!(matches!(problem(&deep), Problem::Bound { .. }));
    }
}

#[test]
fn aliases_count_for_nesting() {
    let deep = format!("a: &a {}{}\n", "[".repeat(200), "]".repeat(200));
    yaml::parse(&format!("{deep}b: {}*a{}", "[".repeat(50), "]".repeat(50)));
    let past = format!("{deep}b: {}*a{}", "[".repeat(60), "]".repeat(60));
    assert!(matches!(problem(&past), Problem::Bound { .. }));
}

/// Each of nine levels stands for nine of the level below.
fn alias_bomb(entry: &str) -> String {
    let levels = (1..9_u8).map(|level| {
        let below = (b'a' + level - 1) as char;
        let aliases = vec![format!("*{below}"); 9].join(", ");
        format!("{0}: &{0} {1}\n", (b'a' + level) as char, entry.replace("ALIASES", &aliases))
    });
    "a: &a {x: 1}\n".to_owned() + &levels.collect::<String>()
}

#[test]
fn alias_bombs_are_refused() {
    for entry in ["[ALIASES]", "{<<: [ALIASES]}"] {
        let problem = problem(&alias_bomb(entry));
        assert!(matches!(problem, Problem::Bound { .. }), "{problem:?}");
        assert!(problem.message().starts_with("aliases add more "), "{}", problem.message());
    }
}

#[test]
fn many_plain_nodes_and_some_aliases_are_fine() {
    let source = yaml::source(&format!("a: &a [1, 2]\nb: [{}*a]", "*a, ".repeat(50_000)));
    let document = Document::parse(&source, 0..source.text.len()).unwrap();
    assert_eq!(document.root().get("b").unwrap().items().count(), 50_001);
}

/// Texts that have to do with what is settled beside the parser.
fn yamlish() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        proptest::sample::select(
            &[
                "a",
                "b: ",
                "- ",
                "? ",
                ": ",
                "\n",
                "\n  ",
                "\n    ",
                "\r\n",
                "\t",
                " ",
                "|",
                ">",
                "|+\n",
                ">-2\n ",
                "\"",
                "'",
                "''",
                "\\",
                "\\\n",
                "\\x41",
                "[",
                "]",
                "{",
                "}",
                ", ",
                "#",
                " # c",
                "&x ",
                "*x",
                "!!str ",
                "!!binary ",
                "<<: ",
                "---\n",
                "\n---",
                "--- ",
                "...\n",
                "%YAML 1.2\n",
                "한",
                "🚀",
                "\u{feff}",
                "\u{2028}",
                "~",
                "017",
                "{\"a\":1}",
            ][..]
        )
        .prop_map(str::to_owned),
        "[ -~]{0,3}",
        any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_it_panic(text in yamlish()) {
        let source = yaml::source(&text);
        let mut before = 0;
        for range in split(&text) {
            prop_assert!(text.get(range.clone()).is_some() && before <= range.start && !range.is_empty());
            before = range.end;
            match Document::parse(&source, range.clone()) {
                Err(problem) => {
                    prop_assert!(text.get(problem.span().range()).is_some(), "{:?}", problem);
                    prop_assert!(!problem.message().is_empty());
                }
                Ok(document) => yaml::walk(document.root(), &mut |node| {
                    let span = node.span().range();
                    assert!(text.get(span.clone()).is_some() && range.start <= span.start && span.end <= range.end);
                    let mapped = node.mapped();
                    assert_eq!(mapped.as_str(), node.text().unwrap_or(""));
                    for at in 0..=mapped.as_str().len() {
                        assert!(mapped.whole().range().start <= mapped.span(0..at).range().start);
                    }
                    let children = node.items().map(Node::span);
                    let written = node.written_entries().map(|entry| entry.span());
                    let inner: Vec<_> = children.chain(written).collect();
                    assert!(inner.is_sorted_by_key(|span| span.start) || text.contains('*'));
                    node.entries().for_each(|entry| assert!(node.get(&entry.name()).is_some()));
                }),
            }
        }
    }
}
