//! What values mean: kubectl's reading, and `serde_yaml` as a second opinion.
#![cfg(test)]

use crate::support::yaml;
use initlint::yaml::{Document, Kind, Node};
use serde_json::{Value, json};

/// Scalars and what `kubectl` 1.32 made of them (`kubectl annotate --local -o json`).
const SCALARS: &[(&str, &str)] = &[
    ("yes", "true"),
    ("Yes", "true"),
    ("YES", "true"),
    ("y", "true"),
    ("Y", "true"),
    ("on", "true"),
    ("On", "true"),
    ("ON", "true"),
    ("true", "true"),
    ("True", "true"),
    ("TRUE", "true"),
    ("no", "false"),
    ("n", "false"),
    ("N", "false"),
    ("off", "false"),
    ("OFF", "false"),
    ("false", "false"),
    ("tRUE", r#""tRUE""#),
    ("oN", r#""oN""#),
    ("t", r#""t""#),
    ("F", r#""F""#),
    ("~", "null"),
    ("null", "null"),
    ("Null", "null"),
    ("NULL", "null"),
    ("", "null"),
    ("nUll", r#""nUll""#),
    ("017", "15"),
    ("0o17", "15"),
    ("0O17", "15"),
    ("-0o17", "-15"),
    ("-017", "-15"),
    ("+017", "15"),
    ("0_7", "7"),
    ("0777_1", "4089"),
    ("00", "0"),
    ("09", "9"),
    ("08", "8"),
    ("0o8", r#""0o8""#),
    ("0x1F", "31"),
    ("0X1F", "31"),
    ("-0x1f", "-31"),
    ("+0x10", "16"),
    ("0x_1", "1"),
    ("0x", r#""0x""#),
    ("0x1p4", r#""0x1p4""#),
    ("0x7fffffffffffffff", "9223372036854775807"),
    ("0xffffffffffffffff", "18446744073709552000.0"),
    ("0x10000000000000000", r#""0x10000000000000000""#),
    ("0b101", "5"),
    ("0B11", "3"),
    ("-0b101", "-5"),
    ("+0b1", "1"),
    ("0b_1", "1"),
    ("0b2", r#""0b2""#),
    ("0", "0"),
    ("-0", "0"),
    ("-0.0", "0"),
    ("1_000", "1000"),
    ("1__0", "10"),
    ("1_", "1"),
    ("_1", r#""_1""#),
    ("-1_0", "-10"),
    ("+1", "1"),
    ("9223372036854775807", "9223372036854775807"),
    ("9223372036854775808", "9223372036854775808.0"),
    ("123456789012345678901234567890", "1.2345678901234568e29"),
    ("1.5", "1.5"),
    ("1.0", "1"),
    ("1.", "1"),
    ("0.", "0"),
    ("1.e5", "100000"),
    ("1e3", "1000"),
    ("1E3", "1000"),
    ("1e1_0", "10000000000"),
    ("1_0.5", "10.5"),
    ("4e18", "4000000000000000000"),
    ("1e19", "1e19"),
    ("1e21", "1e21"),
    ("1e-7", "1e-7"),
    ("1e400", r#""1e400""#),
    ("1e", r#""1e""#),
    (".5", "0.5"),
    ("+.5", "0.5"),
    ("-.5", "-0.5"),
    (".5e3", "500"),
    (".5_5", "0.55"),
    (".5_", r#"".5_""#),
    ("._5", r#""._5""#),
    (".e3", r#"".e3""#),
    (".infinity", r#"".infinity""#),
    ("inf", r#""inf""#),
    ("NaN", r#""NaN""#),
    ("--1", r#""--1""#),
    ("1-1", r#""1-1""#),
    ("=", r#""=""#),
    ("<<", r#""<<""#),
    ("12:30:45", r#""12:30:45""#),
    ("2001-01-01", r#""2001-01-01""#),
    ("2001-12-14t21:59:43.10-05:00", r#""2001-12-14t21:59:43.10-05:00""#),
    ("\"yes\"", r#""yes""#),
    ("'017'", r#""017""#),
    ("\"\"", r#""""#),
    ("!!str 1", r#""1""#),
    ("!!str", r#""""#),
    ("!!str ~", r#""~""#),
    ("!!int \"1\"", "1"),
    ("!!int 010", "8"),
    ("!!float 1", "1"),
    ("!!float 010", "8"),
    ("!!bool yes", "true"),
    ("!!bool \"yes\"", "true"),
    ("!!null \"\"", "null"),
    ("!!binary aGVsbG8=", r#""hello""#),
    ("!!binary 7ZWc6riA", r#""한글""#),
    ("!!timestamp 2001-01-01", r#""2001-01-01""#),
    ("!!merge x", r#""x""#),
    ("!foo 1", r#""1""#),
    ("! 1", r#""1""#),
    ("!!set {a}", r#"{"a": null}"#),
    ("!!map {a: 1}", r#"{"a": 1}"#),
    ("!!seq [1]", "[1]"),
    ("!!str {a: 1}", r#"{"a": 1}"#),
];

#[test]
fn scalars_mean_what_they_mean_to_kubectl() {
    for (text, json) in SCALARS {
        let document = yaml::parse(&format!("k: {text}\n"));
        let want: Value = serde_json::from_str(json).unwrap();
        assert_eq!(yaml::value(document.root()), json!({"k": want}), "{text}");
    }
}

#[test]
fn numbers_that_are_not_finite_stay_apart() {
    let document = yaml::parse("[.inf, +.Inf, -.INF, .nan]");
    let kinds: Vec<_> = document.root().items().map(|item| format!("{:?}", item.kind())).collect();
    assert_eq!(kinds, ["Float(inf)", "Float(inf)", "Float(-inf)", "Float(NaN)"]);
}

#[test]
fn documents_cross_threads() {
    let document = yaml::parse("a: 1");
    let value = std::thread::spawn(move || yaml::value(document.root())).join().unwrap();
    assert_eq!(value, json!({"a": 1}));
}

#[test]
fn a_document_of_nothing_is_null() {
    let source = yaml::source("...\n");
    let document = Document::parse(&source, 0..4).unwrap();
    assert_eq!(document.root().kind(), Kind::Null);
    assert_eq!(document.root().text(), Some(""));
}

/// Keys and the strings that `kubectl` 1.32 made of them.
const KEYS: &[(&str, &str)] = &[
    ("a", "a"),
    ("yes", "true"),
    ("n", "false"),
    ("\"yes\"", "yes"),
    ("1", "1"),
    ("0x10", "16"),
    ("0777", "511"),
    ("018", "18"),
    ("1_0", "10"),
    ("1.0", "1"),
    ("1.5", "1.5"),
    ("-2.5", "-2.5"),
    ("-0.0", "-0"),
    ("0.1", "0.1"),
    ("1e5", "100000"),
    ("1e6", "1e+06"),
    ("1.5e10", "1.5e+10"),
    ("1e30", "1e+30"),
    ("1e-7", "1e-07"),
    ("0.0001", "0.0001"),
    ("0.00001", "1e-05"),
    ("123456.7", "123456.7"),
    ("1234567.5", "1.2345675e+06"),
    ("16777217.5", "1.6777218e+07"),
    ("1e300", ".inf"),
    (".inf", ".inf"),
    ("-.INF", "-.inf"),
    (".NaN", ".nan"),
    ("2001-01-01", "2001-01-01"),
    ("'<<'", "<<"),
    ("!!str <<", "<<"),
    ("!!binary aGk=", "hi"),
];

#[test]
fn keys_are_strings_to_kubectl() {
    for (key, name) in KEYS {
        let document = yaml::parse(&format!("{key}: {{}}\n"));
        let names: Vec<_> = document.root().entries().map(|entry| entry.name().into_owned()).collect();
        assert_eq!(names, [*name], "{key}");
        assert!(document.root().get(name).is_some(), "{key}");
        assert!(document.root().get("other").is_none(), "{key}");
    }
}

/// Maps and what `kubectl` 1.32 made of them.
const MAPS: &[(&str, &str)] = &[
    ("{a: 1, a: 2}", r#"{"a": 2}"#),
    ("{\"a\": 1, b: 0, a: 2}", r#"{"a": 2, "b": 0}"#),
    ("{a: 1, <<: {a: 2}}", r#"{"a": 2}"#),
    ("{<<: {a: 2}, a: 1}", r#"{"a": 1}"#),
    ("{<<: [{a: 2}, {a: 3, b: 1}], c: 1}", r#"{"a": 2, "b": 1, "c": 1}"#),
    ("{<<: {a: 1}, <<: {a: 2, b: 3}}", r#"{"a": 2, "b": 3}"#),
    ("{<<: {<<: {a: 1, b: 1}, b: 2}, c: 3}", r#"{"a": 1, "b": 2, "c": 3}"#),
    ("{'<<': {a: 1}}", r#"{"<<": {"a": 1}}"#),
    ("{!!str <<: {a: 1}}", r#"{"<<": {"a": 1}}"#),
    ("{!!merge <<: {a: 1}}", r#"{"a": 1}"#),
    ("{!!merge x: {a: 1}}", r#"{"x": {"a": 1}}"#),
    ("{b: &x c, a: *x, *x : d}", r#"{"a": "c", "b": "c", "c": "d"}"#),
];

#[test]
fn maps_merge_and_repeat_as_in_kubectl() {
    for (text, json) in MAPS {
        let document = yaml::parse(text);
        let want: Value = serde_json::from_str(json).unwrap();
        assert_eq!(yaml::value(document.root()), want, "{text}");
        // Looking up a key agrees with going through the entries.
        for entry in document.root().entries() {
            let found = document.root().entry(&entry.name()).unwrap();
            assert_eq!((found.key, found.value), (entry.key, entry.value), "{text}");
        }
    }
}

#[test]
fn written_entries_are_all_there() {
    let document = yaml::parse("{a: 1, <<: {b: 2}, a: 3}");
    let names: Vec<_> = document.root().written_entries().map(|entry| entry.name().into_owned()).collect();
    assert_eq!(names, ["a", "<<", "a"]);
    let merges: Vec<_> = document.root().written_entries().map(|entry| entry.is_merge()).collect();
    assert_eq!(merges, [false, true, false]);
}

#[test]
fn pointers_lead_through_maps_and_lists() {
    let document = yaml::parse("spec: {containers: [{name: a}, {name: b}], 'a/b~c': 1, '': 2}");
    let at = |pointer: &str| document.root().at(pointer).and_then(Node::text);
    assert_eq!(at("/spec/containers/1/name"), Some("b"));
    assert_eq!(at("/spec/a~1b~0c"), Some("1"));
    assert_eq!(at("/spec/"), Some("2"));
    assert!(document.root().at("").is_some_and(|node| node == document.root()));
    for nowhere in
        ["/spec/containers/2", "/spec/containers/x", "/spec/containers/-1", "/x", "spec", "/spec/a"]
    {
        assert_eq!(document.root().at(nowhere), None, "{nowhere}");
    }
}

#[test]
fn types_have_names() {
    let document = yaml::parse("[~, yes, 1, 1.5, a, [], {}]");
    let names: Vec<_> = document.root().items().map(Node::type_name).collect();
    assert_eq!(names, ["null", "a boolean", "a number", "a number", "a string", "a list", "a map"]);
}

#[test]
fn only_maps_have_entries_and_only_lists_have_items() {
    let document = yaml::parse("{map: {a: 1}, list: [1], text: x}");
    let count = |key: &str| {
        let node = document.root().get(key).unwrap();
        (node.entries().count(), node.written_entries().count(), node.items().count())
    };
    assert_eq!((count("map"), count("list"), count("text")), ((1, 1, 0), (0, 0, 1), (0, 0, 0)));
}

#[test]
fn serde_yaml_sees_the_same_values() {
    for text in [
        include_str!("../yaml/pod.yaml"),
        include_str!("../yaml/styles.yaml"),
        include_str!("../yaml/aliases.yaml"),
        include_str!("../yaml/stream.json"),
    ] {
        assert_eq!(yaml::second_opinion(text), Ok(()));
    }
}

#[test]
fn serde_yaml_sees_the_same_values_in_our_own_manifests() {
    let root = crate::support::lint::root();
    let mut manifests = crate::support::corpus::manifests(&root.join("rules"));
    manifests.extend(crate::support::corpus::manifests(&root.join("examples")));
    manifests.extend(crate::support::corpus::manifests(&root.join("tests/oracle")));
    assert!(manifests.len() > 20);
    for (path, text) in manifests {
        // Repeated keys, which serde_yaml refuses, and `<<`, which it leaves alone, are tested above; what ytt fills in is
        // nothing to it.
        if ["<<:", "{name: first, name: web}", "#@ "].iter().any(|part| text.contains(part)) {
            continue;
        }
        assert_eq!(yaml::second_opinion(&text), Ok(()), "{}", path.display());
    }
}

#[test]
fn the_second_opinion_tells_a_difference() {
    // serde_yaml lets explicit keys win over `<<`, and knows no self-made octals.
    assert!(yaml::second_opinion("{a: 1, <<: {a: 2}}").is_err());
    assert!(yaml::second_opinion("a: !!float 010").is_err());
    assert!(yaml::second_opinion("a: [").is_ok(), "neither reads it");
}

#[test]
fn serde_yaml_sees_the_same_values_in_real_manifests() {
    let Some(shared) = crate::support::corpus::shared() else { return };
    let mut differing = Vec::new();
    let manifests = crate::support::corpus::manifests(&shared.join("corpus"));
    for (path, text) in &manifests {
        if let Err(difference) = yaml::second_opinion(text) {
            differing.push((path.clone(), difference));
        }
    }
    println!("{} files, {} differ", manifests.len(), differing.len());
    assert!(differing.is_empty(), "{differing:#?}");
}
