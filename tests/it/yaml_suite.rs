//! The YAML test suite: each case's nodes against ours, and what is no YAML is refused.
//!
//! `yaml_suite/cases.jsonl` holds the suite's inputs and event trees, one case a line.
#![cfg(test)]

use std::collections::HashMap;

use crate::support::yaml;
use initlint::yaml::{Node, Problem};
use serde_json::Value;

/// A document's nodes, aliases replaced; a scalar by its decoded text.
#[derive(Debug, Clone, PartialEq)]
enum Shape {
    Scalar(String),
    Sequence(Vec<Shape>),
    Mapping(Vec<(Shape, Shape)>),
}

/// The documents of an event tree of the suite.
fn expected(tree: &str) -> Vec<Shape> {
    let mut lines = tree.lines();
    let mut documents = Vec::new();
    while let Some(line) = lines.next() {
        if line.starts_with("+DOC") {
            documents.push(shape(lines.next().unwrap(), &mut lines, &mut HashMap::new()).unwrap());
        }
    }
    documents
}

/// The node that starts with `line`; `None` where a collection ends.
fn shape<'t>(
    line: &'t str,
    lines: &mut dyn Iterator<Item = &'t str>,
    anchors: &mut HashMap<&'t str, Shape>,
) -> Option<Shape> {
    let (event, mut rest) = line.split_once(' ').unwrap_or((line, ""));
    let mut anchor = None;
    // `{}` and `[]` tell flow collections.
    while let Some(word) = rest.split(' ').next().filter(|word| word.starts_with(['&', '<', '{', '['])) {
        anchor = word.strip_prefix('&').or(anchor);
        rest = rest.strip_prefix(word).unwrap().trim_start_matches(' ');
    }
    let mut children = Vec::new();
    if event == "+SEQ" || event == "+MAP" {
        while let Some(child) = shape(lines.next().unwrap(), lines, anchors) {
            children.push(child);
        }
    }
    let shape = match event {
        "=VAL" => Shape::Scalar(unescaped(rest.split_at(1).1)),
        "=ALI" => anchors[rest.trim_start_matches('*')].clone(),
        "+SEQ" => Shape::Sequence(children),
        "+MAP" => Shape::Mapping(children.chunks(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect()),
        _ => return None,
    };
    anchor.map(|name| anchors.insert(name, shape.clone()));
    Some(shape)
}

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.push(match c {
            '\\' => match chars.next().unwrap() {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'b' => '\u{8}',
                other => other,
            },
            c => c,
        });
    }
    out.replace("<SPC>", " ").replace("<TAB>", "\t")
}

fn read(node: Node) -> Shape {
    if node.is_mapping() {
        Shape::Mapping(node.written_entries().map(|entry| (read(entry.key), read(entry.value))).collect())
    } else if node.is_sequence() {
        Shape::Sequence(node.items().map(read).collect())
    } else {
        Shape::Scalar(node.text().unwrap().to_owned())
    }
}

/// Where kubectl, and so our reading, differs from YAML 1.2 on purpose.
const EXCEPTIONS: [(&str, &str); 11] = [
    ("565N", "`!!binary` is decoded"),
    ("5TYM", "`%TAG` after `...` lies in the document before"),
    ("6ZKB", "`%YAML` after `...` lies in the document before"),
    ("9DXL", "`%YAML` after `...` lies in the document before"),
    ("7Z25", "what follows `...` is passed over"),
    ("M7A3", "what follows `...` is passed over"),
    ("KS4U", "what follows a document's only value is passed over"),
    ("9C9N", "a flow collection may go on at any column"),
    ("QB6E", "a quoted scalar may go on at any column"),
    ("DK95/1", "a quoted scalar may go on behind a tab"),
    ("Y79Y/3", "a flow collection may go on behind a tab"),
];

/// Whether JSON has no such key.
fn has_unfit_key(shape: &Shape) -> bool {
    match shape {
        Shape::Scalar(_) => false,
        Shape::Sequence(items) => items.iter().any(has_unfit_key),
        Shape::Mapping(entries) => entries.iter().any(|(key, value)| {
            !matches!(key, Shape::Scalar(text) if !text.is_empty()) || has_unfit_key(value)
        }),
    }
}

/// Whether something other than a comment follows `---` in its line, which kubectl refuses.
fn has_unfit_separator(text: &str) -> bool {
    let mut after = text.lines().filter_map(|line| line.strip_prefix("---")).map(str::trim);
    after.any(|rest| !rest.is_empty() && !rest.starts_with('#'))
}

#[test]
fn every_case_of_the_yaml_test_suite_is_read() {
    let (mut equal, mut refused, mut unfit) = (0, 0, 0);
    for line in include_str!("../yaml_suite/cases.jsonl").lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let (id, text) = (case["id"].as_str().unwrap(), case["yaml"].as_str().unwrap());
        if EXCEPTIONS.iter().any(|(exception, _)| *exception == id) {
            continue;
        }
        // A lone scalar may as well start without its marker.
        let lone = |rest: &&str| rest.starts_with(['|', '>', '"', '\'']) && !rest.contains("\n---");
        let text = text.strip_prefix("--- ").filter(lone).unwrap_or(text);
        let source = yaml::source(text);
        let documents: Result<Vec<_>, Problem> = yaml::documents(&source).into_iter().collect();
        let want = case["tree"].as_str().map(expected);
        let is_unfit = has_unfit_separator(text) || want.iter().flatten().any(has_unfit_key);
        match (documents, want) {
            (Err(_), Some(_)) if is_unfit => unfit += 1,
            (Err(_), None) => refused += 1,
            (Ok(documents), Some(want)) => {
                let is_written = |shape: &Shape| *shape != Shape::Scalar(String::new());
                let got: Vec<_> = documents.iter().map(|document| read(document.root())).collect();
                let got: Vec<_> = got.into_iter().filter(is_written).collect();
                let want: Vec<_> = want.into_iter().filter(is_written).collect();
                assert_eq!(got, want, "{id}: {text:?}");
                equal += 1;
            }
            (got, want) => panic!("{id}: {text:?}: got {got:?}, want {want:?}"),
        }
    }
    println!("{equal} equal, {refused} refused as they should, {unfit} refused as kubectl does");
    assert_eq!(equal + refused + unfit + EXCEPTIONS.len(), 402);
}
