//! Splitting texts into documents, and telling which are worth parsing.
#![cfg(test)]

use crate::support::yaml;
use initlint::yaml::{Document, Node, Prefilter, split};

/// Texts and the documents that they are split into.
const TEXTS: &[(&str, &[&str])] = &[
    ("", &[]),
    ("\n\n", &[]),
    ("# note\n", &[]),
    ("---\n# note\n---\n\n---\n", &[]),
    ("a: 1", &["a: 1"]),
    ("a: 1\n---\nb: 2\n", &["a: 1\n", "---\nb: 2\n"]),
    ("---\na: 1\n---\nb: 2", &["---\na: 1\n", "---\nb: 2"]),
    ("# note\n---\na: 1\n", &["---\na: 1\n"]),
    ("a: 1\r\n---\r\nb: 2\r\n", &["a: 1\r\n", "---\r\nb: 2\r\n"]),
    (
        "a: 1\n--- \t\nb: 2\n--- # note\nc: 3\n---#\nd: 4\n",
        &["a: 1\n", "--- \t\nb: 2\n", "--- # note\nc: 3\n", "---#\nd: 4\n"],
    ),
    // kubectl splits in the middle of a block scalar too, and refuses what follows `---`.
    ("a: |\n  x\n---\n  y\n", &["a: |\n  x\n", "---\n  y\n"]),
    ("a: 1\n--- b\nc: 2\n", &["a: 1\n", "--- b\nc: 2\n"]),
    ("a: 1\n----\nb: 2\n", &["a: 1\n", "----\nb: 2\n"]),
    ("a: |\n  ---\n  x\n ---\n", &["a: |\n  ---\n  x\n ---\n"]),
    ("a: 1\n...\n---\nb: 2\n", &["a: 1\n...\n", "---\nb: 2\n"]),
    ("a: 1\n...\nb: 2\n", &["a: 1\n...\nb: 2\n"]),
    // Directives belong to the document after them.
    ("%YAML 1.2\n---\na: 1\n", &["%YAML 1.2\n---\na: 1\n"]),
    ("# note\n%YAML 1.2\n---\na: 1\n---\nb: 2\n", &["# note\n%YAML 1.2\n---\na: 1\n", "---\nb: 2\n"]),
    ("%YAML 1.2\n", &["%YAML 1.2\n"]),
    // A byte order mark belongs to none.
    ("\u{feff}a: 1\n---\n\u{feff}b: 2\n", &["a: 1\n", "---\n\u{feff}b: 2\n"]),
    ("\u{feff}---\na: 1\n", &["---\na: 1\n"]),
    ("\u{feff}", &[]),
    // JSON.
    ("{\"a\": 1}", &["{\"a\": 1}"]),
    ("{\"a\": 1}{\"b\": 2}\n {\"c\": \"}{\"}\n\n", &["{\"a\": 1}", "{\"b\": 2}", "\n {\"c\": \"}{\"}"]),
    ("{\"a\": 1}\n---\n{\"b\": 2}\n---\nc: 3\n", &["{\"a\": 1}", "---\n{\"b\": 2}", "---\nc: 3\n"]),
    ("# note\n{\"a\": 1}", &["# note\n{\"a\": 1}"]),
    ("[{\"a\": 1}]", &["[{\"a\": 1}]"]),
    // A flow mapping is no JSON; what follows JSON is left to the parser.
    ("{a: 1}\n---\n{b: '{'}\n", &["{a: 1}\n", "---\n{b: '{'}\n"]),
    ("{\"a\": 1}{b: 2}{\"c\": 3}", &["{\"a\": 1}", "{b: 2}{\"c\": 3}"]),
    ("{\"a\": 1} b", &["{\"a\": 1}", " b"]),
    ("{{ template }}\na: 1\n", &["{{ template }}\na: 1\n"]),
    ("{\"a\": ", &["{\"a\": "]),
    ("한: 국\n---\n{\"한\": \"국\"}{}", &["한: 국\n", "---\n{\"한\": \"국\"}", "{}"]),
];

#[test]
fn texts_are_split_as_kubectl_splits_them() {
    for (text, documents) in TEXTS {
        let got: Vec<_> = split(text).into_iter().map(|range| text.get(range).unwrap()).collect();
        assert_eq!(got, *documents, "{text:?}");
    }
}

#[test]
fn each_document_is_read_by_itself() {
    let values = |text: &str| -> Vec<_> {
        let documents = yaml::documents(&yaml::source(text)).into_iter();
        documents.map(|document| document.map(|d| yaml::value(d.root()).to_string()).ok()).collect()
    };
    let some = |json: &str| Some(json.to_owned());
    assert_eq!(values("---\na: 1\n--- # note\nb: 2\n...\nc: [\n"), [some("{\"a\":1}"), some("{\"b\":2}")]);
    assert_eq!(values("a: 1\n--- b\nc: 2\n---\nd: 3\n"), [some("{\"a\":1}"), None, some("{\"d\":3}")]);
    assert_eq!(values("a: |\n  x\n---\n  z\n"), [some("{\"a\":\"x\\n\"}"), some("\"z\"")]);
    assert_eq!(values("\u{feff}a: 1\n---\n\u{feff}b: 2\n"), [some("{\"a\":1}"), some("{\"b\":2}")]);
    assert_eq!(values("{\"a\": 1}{b: 2}"), [some("{\"a\":1}"), some("{\"b\":2}")]);
    assert_eq!(values("a: &x 1\n---\nb: *x\n"), [some("{\"a\":1}"), None], "anchors end with their document");
    assert_eq!(values("%YAML 1.2\n---\na: 1\n"), [some("{\"a\":1}")]);
}

fn prefilter() -> Prefilter {
    Prefilter::new(["initContainers", "activeDeadlineSeconds"], ["Job"])
}

#[test]
fn documents_with_a_literal_are_wanted() {
    for wanted in [
        "spec: {initContainers: []}",
        "  activeDeadlineSeconds: 5\n",
        "{\"initContainers\": []}",
        "a: xinitContainersx",
        // Escapes and base64 can write the word without its letters.
        "{\"\\u0069nitContainers\": []}",
        "\"\\x69nitContainers\": []",
        "\"\\U00000069nitContainers\": []",
        "\"init\\\nContainers\": []",
        "\"init\\\r\n  Containers\": []",
        "? \"init\\\nContainers\" # a note\n: []",
        "!!binary aW5pdENvbnRhaW5lcnM=: []",
        "{a: b,!!binary aW5pdENvbnRhaW5lcnM=: []}",
        "!<tag:yaml.org,2002:binary> aW5pdENvbnRhaW5lcnM=: []",
        "kind: Job",
        "kind: &a !!str 'CronJob'",
        "{\"kind\":\"JobList\"}",
        "kind: \"Jo\\\n  b\" # Job",
        "kind: \"\\x4aob\"",
        "kind: {{ .Values.kind }} # Job",
    ] {
        assert!(prefilter().wants(wanted), "{wanted:?}");
    }
    for passed_over in [
        "",
        "kind: Pod\nspec: {containers: []}\n",
        "initcontainers",
        "a: \"\\n\\t\\\\\"",
        "init\nContainers",
        "a: \"init\\\nContainers\"",
        "a: |\n  cp x \\\n    \"y: z\"\n",
        "a: \"\\u003cb\\u003e \\u2013\"",
        "unit: binary",
        "kind: Pod # as a Job has it",
    ] {
        assert!(!prefilter().wants(passed_over), "{passed_over:?}");
    }
}

#[test]
fn definitions_of_custom_resources_are_passed_over() {
    for passed_over in [
        "kind: CustomResourceDefinition\nspec: {openAPIV3Schema: {}, initContainers: {}}\n",
        "---\napiVersion: apiextensions.k8s.io/v1\r\nkind: \"CustomResourceDefinition\"\r\nopenAPIV3Schema:\r\n  initContainers:\n",
        "openAPIV3Schema:\n  initContainers:\nkind:   'CustomResourceDefinition'  # note\n",
        "openAPIV3Schema:\n  initContainers:\nkind: CustomResourceDefinition",
    ] {
        assert!(!prefilter().wants(passed_over), "{passed_over:?}");
    }
    for wanted in [
        "kind: Pod\ninitContainers: []\n# kind: CustomResourceDefinition\n",
        "kind: CustomResourceDefinition\nspec: {initContainers: {}}\n",
        "kind: CustomResourceDefinition\nopenAPIV3Schema:\ninitContainers:\nkind: Pod\n",
        "kind: ConfigMap\ndata:\n  a: |\n    kind: CustomResourceDefinition\n    initContainers:\n",
        "kind: CustomResourceDefinitionList\ninitContainers:\n",
        "akind: CustomResourceDefinition\ninitContainers:\n",
        "kind: CustomResourceDefinition of mine\ninitContainers:\n",
    ] {
        assert!(prefilter().wants(wanted), "{wanted:?}");
    }
}

#[test]
fn a_prefilter_without_literals_wants_disguises_alone() {
    assert!(!Prefilter::new([], []).wants("kind: Pod"));
    assert!(Prefilter::new([], []).wants("a: \"\\x41\""));
}

#[test]
fn what_real_manifests_hold_is_wanted() {
    let Some(shared) = crate::support::corpus::shared() else { return };
    let (mut wanted, mut all) = (0, 0);
    for (path, text) in crate::support::corpus::manifests(&shared.join("corpus")) {
        let source = yaml::source(&text);
        for range in split(&text) {
            all += 1;
            let is_wanted = prefilter().wants(text.get(range.clone()).unwrap());
            wanted += usize::from(is_wanted);
            let document = Document::parse(&source, range).unwrap();
            let mut holds = false;
            yaml::walk(document.root(), &mut |node| {
                holds |= node.get("initContainers").or(node.get("activeDeadlineSeconds")).is_some();
            });
            let is_definition =
                document.root().get("kind").and_then(Node::as_str) == Some("CustomResourceDefinition");
            assert!(is_wanted || !holds || is_definition, "{}", path.display());
        }
    }
    println!("{wanted} of {all} documents are wanted");
}
