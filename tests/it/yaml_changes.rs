//! Values put together of several files: what they hold, and where each part says it stands.

use crate::support::yaml::{parse, value};
use initlint::source::{FileId, Source};
use initlint::yaml::{Document, Value, split};
use serde_json::json;

fn read(id: u32, text: &str) -> (Source, Value) {
    let source = Source::new(FileId(id), format!("{id}.yaml"), text);
    let document = Document::parse(&source, split(text).remove(0)).unwrap();
    let value = Value::of(document.root()).unwrap();
    (source, value)
}

#[test]
fn nodes_of_several_files_know_their_places() {
    let (base, mut whole) = read(0, "a: &x\n  b: |\n    one\n    two\nc: *x\n");
    let (patch, other) = read(1, "# 패치\nd: 'it''s'\n");
    whole.set("d", other.get("d").unwrap().clone());
    let made = whole.string("new");
    whole.get_mut("c").unwrap().set("b", made);
    let document = whole.document().unwrap();
    let root = document.root();
    assert_eq!(value(root), json!({"a": {"b": "one\ntwo\n"}, "c": {"b": "new"}, "d": "it's"}));
    let d = root.get("d").unwrap();
    assert_eq!((d.span().file, patch.slice(d.span())), (FileId(1), "'it''s'"));
    assert_eq!(patch.slice(d.mapped().span(2..4)), "''s");
    let b = root.at("/a/b").unwrap();
    assert_eq!(base.slice(b.mapped().span(4..7)), "two");
    let made = root.at("/c/b").unwrap();
    assert!(made.mapped().is_opaque());
    assert_eq!(made.span(), root.span(), "it stands where it was made of");
}

#[test]
fn a_text_in_a_scalar_is_read_in_its_place() {
    let (source, kustomization) =
        read(0, "patch: |-\n  spec:\n    # 씨앗\n    a: \"x\\ty\"\n  ---\n  b: {\n");
    let written = Document::parse(&source, 0..source.text.len()).unwrap();
    let mut documents = Document::parse_text(written.root().get("patch").unwrap().mapped());
    assert_eq!(kustomization.get("patch").unwrap().text().unwrap().lines().count(), 5);
    let problem = documents.pop().unwrap().unwrap_err();
    assert_eq!(source.position(problem.span().start as usize).line, 6, "{problem:?}");
    let patch = documents.pop().unwrap().unwrap();
    let a = patch.root().at("/spec/a").unwrap();
    assert_eq!((a.as_str(), source.slice(a.span())), (Some("x\ty"), "\"x\\ty\""));
    assert_eq!(source.slice(a.mapped().span(2..3)), "y");
    let spec = Value::of(patch.root()).unwrap().document().unwrap();
    assert_eq!(source.slice(spec.root().at("/spec/a").unwrap().mapped().span(2..3)), "y");
}

#[test]
fn scalars_are_read_as_kustomize_reads_them() {
    let text = "a: [yes, off, true, 017, 0x1F, 1_000, ~, 'no']\n\"on\": {<<: {x: 1, y: 2}, x: 3}\nn: 1\n";
    let (_, read_by_kustomize) = read(0, text);
    let document = read_by_kustomize.document().unwrap();
    let expected = json!({
        "a": ["yes", "off", true, 15, 31, 1000, null, "no"],
        "on": {"x": 3, "y": 2},
        "n": 1,
    });
    assert_eq!(value(document.root()), expected);
    let twice = parse("a: {b: 1, c: 2, b: 3}");
    assert_eq!(Value::of(twice.root()).unwrap_err().range(), 16..17);
}
