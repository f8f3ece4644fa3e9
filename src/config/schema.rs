//! The JSON schema of a config file, for editors.

use clap::ValueEnum;
use serde_json::{Map, Value, json};

use super::keys::{self, Key, SELECTORS};
use super::reader::{self, SEVERITY};
use crate::options::RuleOption;
use crate::rule::{Group, Rule};
use crate::rules;
use crate::settings::Level;
use crate::unchecked::UNCHECKED;

/// The schema, as it is kept in `schemas/` and printed by `--config-schema`.
#[must_use]
pub fn schema() -> Value {
    let mut schema = json!({
        // The draft that SchemaStore asks for.
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "https://json.schemastore.org/initlint.json",
        "title": "Configuration of initlint (.initlint.yaml)",
    });
    extend(&mut schema, map_of(keys::CONFIG));
    schema
}

/// Adds the members of `more`.
fn extend(schema: &mut Value, more: Value) {
    if let (Value::Object(schema), Value::Object(more)) = (schema, more) {
        schema.extend(more);
    }
}

fn described(mut schema: Value, doc: &str) -> Value {
    extend(&mut schema, json!({ "description": doc }));
    schema
}

fn map_of<T>(keys: &[Key<T>]) -> Value {
    let properties: Map<String, Value> =
        keys.iter().map(|key| (key.name.to_owned(), described((key.schema)(), key.doc))).collect();
    let required: Vec<&str> = keys.iter().filter(|key| key.is_required).map(|key| key.name).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

pub(super) fn list_of<T>(keys: &[Key<T>]) -> Value {
    json!({ "type": "array", "items": map_of(keys) })
}

/// The list of overrides, each of which says where it counts.
pub(super) fn overrides() -> Value {
    let mut entry = map_of(keys::OVERRIDE);
    let selectors = SELECTORS.map(|key| json!({ "required": [key] }));
    extend(&mut entry, json!({ "anyOf": selectors }));
    json!({ "type": "array", "items": entry })
}

pub(super) fn strings() -> Value {
    json!({ "type": "array", "items": { "type": "string" } })
}

pub(super) fn words<T: ValueEnum>() -> Value {
    json!({ "enum": reader::words::<T>() })
}

/// The map of rules.
pub(super) fn rules() -> Value {
    let groups = Group::ALL.iter().map(|group| {
        (
            group.name().to_owned(),
            described(level(), &format!("All rules of this group: {}.", group.summary())),
        )
    });
    let rules = rules::ALL.iter().map(|rule| (rule.id.to_owned(), described(of_rule(rule), rule.summary)));
    let switch = json!({ "enum": ["off", "on", false, true] });
    let unchecked = described(switch, "What can't be checked is an error; `off` accepts it.");
    let rules = rules.chain([(UNCHECKED.to_owned(), unchecked)]);
    let properties: Map<String, Value> = groups.chain(rules).collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// Editors that read YAML 1.1 see booleans in `off` and `on`.
fn level() -> Value {
    let words = Level::WORDS.into_iter().map(|(word, _)| json!(word));
    json!({ "enum": words.chain([json!(false), json!(true)]).collect::<Vec<_>>() })
}

/// A level, or a map of it and the options.
fn of_rule(rule: &Rule) -> Value {
    let mut properties = Map::new();
    properties
        .insert(SEVERITY.to_owned(), described(level(), "Whether it runs, and how bad its findings are."));
    for option in rule.options {
        properties.insert(option.name().to_owned(), described(of_option(option), option.doc()));
    }
    json!({ "anyOf": [
        level(),
        { "type": "object", "properties": properties, "additionalProperties": false },
    ] })
}

fn of_option(option: &RuleOption) -> Value {
    match option {
        RuleOption::Number(option) => {
            json!({ "type": "number", "minimum": option.least, "default": option.default })
        }
        RuleOption::Quantities(_) => {
            json!({ "type": "object", "additionalProperties": { "type": ["string", "number"] } })
        }
    }
}
