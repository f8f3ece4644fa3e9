//! What `cargo tree` says against `deny.toml`: crates that are in the tree twice are those that it
//! excuses, and their licences are those that it allows.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use crate::support::lint::root;

fn tree(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--prefix", "none", "--edges", "normal,build,dev"])
        .args(args)
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn deny() -> String {
    fs::read_to_string(root().join("deny.toml")).unwrap()
}

#[test]
fn duplicates_are_excused_by_name() {
    let tree = tree(&["--duplicates", "--depth", "0"]);
    let mut names: Vec<String> = Vec::new();
    for line in tree.lines() {
        let mut words = line.split(' ');
        if let (Some(name), Some(version)) = (words.next(), words.next()) {
            let crate_ = format!("{name} {version}");
            if !names.contains(&crate_) {
                names.push(crate_);
            }
        }
    }
    let twice: BTreeSet<&str> = names.iter().filter_map(|name| name.split(' ').next()).collect();
    let deny = deny();
    let excused: BTreeSet<&str> = deny
        .lines()
        .filter(|line| line.contains("reason = "))
        .filter_map(|line| line.split("crate = \"").nth(1)?.split('@').next())
        .collect();
    assert_eq!(twice, excused, "what `cargo tree -d` says against deny.toml");
}

/// The licences that `deny.toml` allows all crates, and those that it allows one crate.
fn allowed(deny: &str) -> (Vec<&str>, Vec<(&str, &str)>) {
    let quoted = |text| str::split(text, '"').skip(1).step_by(2).collect::<Vec<&str>>();
    let line = |start: &str| deny.lines().find(|line| line.starts_with(start)).unwrap();
    let exceptions = line("exceptions = ").split('{').skip(1).map(quoted);
    (quoted(line("allow = ")), exceptions.map(|words| (words[1], words[0])).collect())
}

/// Whether some licence, or all of some that go together, of an SPDX expression is allowed.
fn fits(expression: &str, is_allowed: impl Fn(&str) -> bool) -> bool {
    let all = |choice: &str| choice.split(" AND ").all(&is_allowed);
    match expression.strip_prefix('(').and_then(|rest| rest.split_once(") AND ")) {
        Some((choices, further)) => choices.split(" OR ").any(all) && all(further),
        None => expression.replace('/', " OR ").split(" OR ").map(str::trim).any(all),
    }
}

#[test]
fn licences_are_allowed() {
    let deny = deny();
    let (allowed, exceptions) = allowed(&deny);
    let tree = tree(&["--format", "{p}|{l}"]);
    let crates: BTreeSet<(&str, &str)> = tree
        .lines()
        .filter_map(|line| line.trim_end_matches(" (*)").split_once('|'))
        .filter_map(|(package, licence)| Some((package.split(' ').next()?, licence)))
        .collect();
    assert!(crates.len() > 50, "{tree}");
    for (name, expression) in &crates {
        let is_allowed = |licence: &str| allowed.contains(&licence) || exceptions.contains(&(*name, licence));
        assert!(fits(expression, is_allowed), "{name}: {expression}");
    }
    for (name, licence) in exceptions {
        assert!(crates.contains(&(name, licence)), "{name} needs no exception for {licence}");
    }
}
