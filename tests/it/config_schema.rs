//! What is told of the configuration: its schema, and the page that lists its keys.
use std::fmt::Write as _;
use std::fs;

use crate::config::{FULL, refusal};
use crate::support::binary::{folder, run};
use crate::support::generated::compare;
use crate::support::lint::root;
use crate::support::yaml::{parse, value};
use boon::{Compiler, Schemas};
use initlint::rules;
use serde_json::Value;

#[test]
fn the_schema_is_kept_and_agrees_with_the_reader() {
    let empty = folder(&[]);
    let (status, schema, _) = run(empty.path(), &["--config-schema"]);
    assert_eq!(status, 0);
    compare(&root().join("schemas/initlint.schema.json"), &schema);
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("config.json", serde_json::from_str(&schema).unwrap()).unwrap();
    let index = compiler.compile("config.json", &mut schemas).unwrap();
    let accepts = |config: &str| {
        // As YAML 1.1 has it, where `off` is a boolean, and as 1.2, where it is a string.
        let readings = [value(parse(config).root()), serde_yaml::from_str(config).unwrap()];
        readings.map(|value| schemas.validate(&value, index).is_ok())
    };
    let page = fs::read_to_string(root().join("docs/configuration.md")).unwrap();
    let examples = page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let examples: Vec<&str> = examples.collect();
    assert_eq!(examples.len(), 3);
    for config in examples.into_iter().chain([FULL, "{}", "rules: {forbidden-probe: {severity: off}}"]) {
        let read = folder(&[(".initlint.yaml", config)]);
        let (status, _, err) = run(read.path(), &["--dump-config"]);
        assert_eq!((status, accepts(config)), (0, [true, true]), "{config}\n{err}");
    }
    for config in [
        "failon: error",
        "failOn: fatal",
        "pedantic: 1",
        "loadRestrictor: none",
        "exclude: vendor",
        "rules: {forbiden-probe: off}",
        "rules: {forbidden-probe: fatal}",
        "rules: {forbidden-probe: {ratio: 2}}",
        "rules: {oversized-init-request: {ratio: 0.5}}",
        "overrides: [{paths: [a]}]",
        "podTemplates: [{path: spec}]",
    ] {
        refusal(config);
        assert_eq!(accepts(config), [false, false], "{config}");
    }
}

#[test]
fn the_page_lists_the_keys_and_the_rules_pages_their_options() {
    let empty = folder(&[]);
    let schema: Value = serde_json::from_str(&run(empty.path(), &["--config-schema"]).1).unwrap();
    let mut table = "| key | |\n| --- | --- |\n".to_owned();
    let mut rows = |path: &str, keys: &Value| {
        for (key, schema) in keys.as_object().unwrap() {
            writeln!(table, "| `{path}{key}` | {} |", schema["description"].as_str().unwrap()).unwrap();
        }
    };
    rows("", &schema["properties"]);
    rows("overrides[].", &schema["properties"]["overrides"]["items"]["properties"]);
    rows("podTemplates[].", &schema["properties"]["podTemplates"]["items"]["properties"]);
    rows("images[].", &schema["properties"]["images"]["items"]["properties"]);
    let path = root().join("docs/configuration.md");
    let page = fs::read_to_string(&path).unwrap();
    let (start, end) = ("`UPDATE_DOCS=1 cargo test --test it config`. -->\n", "<!-- end of keys -->");
    let (head, rest) = page.split_once(start).unwrap();
    let (_, tail) = rest.split_once(end).unwrap();
    compare(&path, &format!("{head}{start}\n{table}\n{end}{tail}"));
    for rule in rules::ALL {
        let section = rule.doc.split_once("## Options\n").map_or("", |(_, rest)| rest);
        let section = section.split("\n## ").next().unwrap();
        for option in rule.options {
            assert!(
                section.contains(&format!("- `{}` (default ", option.name()))
                    || section.contains(&format!("- `{}` (default:", option.name())),
                "{}: {}",
                rule.id,
                option.name()
            );
        }
        assert_eq!(section.trim() == "None.", rule.options.is_empty(), "{}: Options", rule.id);
    }
}

#[test]
fn the_schema_is_one_that_schemastore_takes() {
    let schema = initlint::config::schema();
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    let entry = fs::read_to_string(root().join("schemas/schemastore.json")).unwrap();
    let entry: Value = serde_json::from_str(&entry).unwrap();
    assert_eq!(entry["fileMatch"], serde_json::json!(initlint::discover::CONFIG_FILES));
    assert!(entry["url"].as_str().unwrap().ends_with("/schemas/initlint.schema.json"));
}
