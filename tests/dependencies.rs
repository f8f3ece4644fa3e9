//! Crates that are in the tree twice are those that `deny.toml` excuses, with a reason.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, reason = "a test may panic")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use support::lint::root;

#[test]
fn duplicates_are_excused_by_name() {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--offline",
            "--duplicates",
            "--depth",
            "0",
            "--prefix",
            "none",
            "--edges",
            "normal,build,dev",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut names: Vec<String> = Vec::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let mut words = line.split(' ');
        if let (Some(name), Some(version)) = (words.next(), words.next()) {
            let crate_ = format!("{name} {version}");
            if !names.contains(&crate_) {
                names.push(crate_);
            }
        }
    }
    let twice: BTreeSet<&str> = names.iter().filter_map(|name| name.split(' ').next()).collect();
    let deny = fs::read_to_string(root().join("deny.toml")).unwrap();
    let excused: BTreeSet<&str> = deny
        .lines()
        .filter(|line| line.contains("reason = "))
        .filter_map(|line| line.split("crate = \"").nth(1)?.split('@').next())
        .collect();
    assert_eq!(twice, excused, "what `cargo tree -d` says against deny.toml");
}
