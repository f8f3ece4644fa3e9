//! A command's name stands in its record, and nowhere else.

use std::collections::BTreeSet;

use initlint::commands;

use crate::layers::{Module, files, may_use};

/// Modules that say of each image which commands it has.
const TABLES: [&str; 1] = ["images"];

/// Words of the shell's own language that are builtins as well (POSIX XCU 2.15, bash(1)), and the shells themselves:
/// whoever reads that language knows them.
const OF_THE_LANGUAGE: [&str; 19] = [
    ".", "[", "ash", "bash", "builtin", "dash", "echo", "exec", "hash", "ksh", "printf", "sh", "source",
    "test", "time", "true", "type", "ulimit", "zsh",
];

/// Fields of the API, parts of paths, endings of names and words of messages that are spelt as commands are.
const OTHER_WORDS: [(&str, &str); 16] = [
    ("pipeline::remarks", "command"),
    ("describe::startup_probe", "command"),
    ("describe::startup_probe", "exec"),
    ("describe::startup_probe", "host"),
    ("rules::undefined_expansion::fed", "command"),
    ("rules::undefined_expansion::fed", "env"),
    ("suppress::script", "command"),
    ("program::mounts", "sh"),
    ("rules::fails_whole_pod", "sh"),
    ("rerun::diagnose", "file"),
    ("rules::masked_failure::poison", "."),
    ("rerun::machine::patterns", "."),
    ("rerun::machine::disk", "env"),
    ("rerun::machine::foreign_root", "node"),
    ("rerun::things", "node"),
    ("rules::operation_not_permitted::attempt", "."),
];

/// The string literals in `code`, each with its text.
fn literals(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = code.chars();
    while let Some(c) = rest.next() {
        match c {
            // A character: `'"'`, `'\''`.
            '\'' => {
                let after = rest.as_str();
                let length = if after.starts_with('\\') { 3 } else { 2 };
                if after.chars().nth(length - 1) == Some('\'') {
                    rest.nth(length - 1);
                }
            }
            '"' => {
                let mut text = String::new();
                while let Some(c) = rest.next().filter(|c| *c != '"') {
                    text.push(c);
                    text.extend((c == '\\').then(|| rest.next()).flatten());
                }
                found.push(text);
            }
            _ => {}
        }
    }
    found
}

/// Whether the words of a script can reach a module: those of others are no commands.
fn reads_scripts(module: &Module) -> bool {
    ["commands", "shell", "rerun", "program"]
        .iter()
        .any(|source| module[0] == *source || may_use(&module[0], source))
}

fn is_allowed(module: &Module, name: &str) -> bool {
    let speaks_shell = matches!(module[0].as_str(), "shell" | "rerun");
    speaks_shell && OF_THE_LANGUAGE.contains(&name) || OTHER_WORDS.contains(&(&*module.join("::"), name))
}

#[test]
fn literals_are_read() {
    let code = r#"is('"', "a", '\'', "b\"c"); let s: &'static str = "d";"#;
    assert_eq!(literals(code), ["a", "b\\\"c", "d"]);
}

#[test]
fn each_command_has_one_record() {
    let mut seen = BTreeSet::new();
    let twice =
        commands::records().flat_map(initlint::commands::Record::names).filter(|name| !seen.insert(**name));
    assert_eq!(twice.collect::<Vec<_>>(), Vec::<&&str>::new());
}

#[test]
fn no_module_but_commands_names_a_command() {
    let names: BTreeSet<&str> =
        commands::records().flat_map(initlint::commands::Record::names).copied().collect();
    let mut found = Vec::new();
    let mut seen = 0;
    for (module, text) in ["src", "rules"].into_iter().flat_map(files) {
        if module[0] == "commands" || TABLES.contains(&module[0].as_str()) || !reads_scripts(&module) {
            continue;
        }
        for literal in literals(&crate::layers::code(&text)) {
            // Alone, or with an option: `id -u`. With a path in it, it is what a help advises.
            let name =
                if literal.contains('{') { "" } else { literal.split(" -").next().unwrap_or_default() };
            seen += 1;
            if names.contains(name) && !is_allowed(&module, name) {
                found.push(format!("{}: {literal:?}", module.join("::")));
            }
        }
    }
    assert!(seen > 1000 && names.len() > 300, "the code is read: {seen} literals, {} names", names.len());
    assert_eq!(found, Vec::<String>::new(), "ask the command's record by a trait instead");
}
