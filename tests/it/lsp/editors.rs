//! What is handed out for editors fits the server.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::support::lint::root;

#[test]
fn the_extension_sets_what_the_page_says() {
    let package = fs::read_to_string(root().join("editors/vscode/package.json")).unwrap();
    let package: Value = serde_json::from_str(&package).unwrap();
    assert_eq!(package["version"], env!("CARGO_PKG_VERSION"));
    let properties = package["contributes"]["configuration"]["properties"].as_object().unwrap();
    let properties = properties.keys().filter_map(|key| key.strip_prefix("initlint."));
    let page = fs::read_to_string(root().join("docs/editors.md")).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let settings: BTreeSet<&str> = properties.filter(|key| *key != "path").collect();
    assert_eq!(settings, rows.collect::<BTreeSet<_>>());
}
