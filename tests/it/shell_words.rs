//! What words and here-documents hold, against bash.
use std::process::Command as Process;

use initlint::shell::ir::{CommandKind, OperationKind, Part, PartKind, RedirectionKind, Word};
use initlint::shell::parse;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// Outside quotes. `v` is set, `u` is not, and no value has blanks.
const BARE: [&str; 22] = [
    "a",
    "한",
    "\\ ",
    "\\\\",
    "\\\"",
    "\\$",
    "\\a",
    "\\\n.",
    "'b\"$c\\'",
    "''",
    "$'d\\t\\x41\\''",
    "$v",
    "${v}",
    "${u:-e}",
    "${u:-'f \"g'}",
    "${u-\"h$v\"}",
    "${v+i}",
    "${v%c*}",
    "$(echo s)",
    "`echo s`",
    "#",
    "{x}",
];

/// Inside double quotes.
const QUOTED: [&str; 24] = [
    "a",
    "한",
    " ",
    "\\\"",
    "\\$",
    "\\\\",
    "\\`",
    "\\n",
    "\\\n.",
    "'",
    "#",
    "{\\\"k\\\": ",
    "}",
    "$v",
    "${v}",
    "${u:-e}",
    "${u:-'f'}",
    "${u:-\"g\"}",
    "${u:-\\\"h}",
    "$(echo s)",
    "$(echo \"s\")",
    "`echo s`",
    "$.",
    "$(echo \"\\\"s\\\"\")",
];

/// Inside a here-document.
const DOCUMENT: [&str; 18] = [
    "a",
    "한",
    " ",
    "\n",
    "\t",
    "\"",
    "'",
    "\\$",
    "\\\\",
    "\\`",
    "\\\"",
    "\\n",
    "\\\n.",
    "$v",
    "${u:-\"e\"}",
    "$(echo s)",
    "`echo s`",
    "$(echo \"\\\"s\\\"\")",
];

fn pieces(from: &'static [&'static str], count: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(from), 0..count).prop_map(|pieces| pieces.concat())
}

fn words() -> impl Strategy<Value = String> {
    let quoted = pieces(&QUOTED, 7).prop_map(|inner| format!("\"{inner}\""));
    let one = prop_oneof![prop::sample::select(&BARE[..]).prop_map(str::to_owned), quoted];
    prop::collection::vec(one, 1..5).prop_map(|pieces| pieces.concat())
}

fn samples<T>(strategy: impl Strategy<Value = T>, count: usize) -> Vec<T> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

/// What bash prints for each script, each ending with a NUL.
fn bash(scripts: &[String]) -> Vec<String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    let all: Vec<_> = scripts.iter().map(|script| format!("{script}\nprintf '\\0'\n")).collect();
    std::fs::write(file.path(), format!("set -f; v=abc\n{}", all.concat())).unwrap();
    let output = Process::new("bash").arg(file.path()).output().expect("bash runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_terminator('\0').map(str::to_owned).collect()
}

/// The word's value, where `echo` prints its one word and `v` is `abc`.
fn value(word: &Word) -> String {
    word.parts.iter().map(part).collect()
}

fn part(part: &Part) -> String {
    match &part.kind {
        PartKind::Literal { text, .. }
        | PartKind::Glob(text)
        | PartKind::Tilde(text)
        | PartKind::Braces(text) => text.clone(),
        PartKind::Variable { name, operation, .. } => variable(name, &operation.kind),
        PartKind::Substitution { body, .. } => match body.as_slice() {
            [command] => match &command.kind {
                CommandKind::Simple(echo) => value(&echo.words[1]),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn variable(name: &str, operation: &OperationKind) -> String {
    let set = name == "v";
    let plain = if set { "abc".to_owned() } else { String::new() };
    match operation {
        OperationKind::Plain => plain,
        OperationKind::Default { word, .. } => {
            if set {
                plain
            } else {
                value(word)
            }
        }
        OperationKind::Alternative { word, .. } => {
            if set {
                value(word)
            } else {
                String::new()
            }
        }
        OperationKind::Trim { suffix: true, longest: false, .. } => plain.trim_end_matches('c').to_owned(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn words_are_what_bash_makes_of_them() {
    let words = samples(words(), 3000);
    let scripts: Vec<_> = words.iter().map(|word| format!("printf %s x{word}")).collect();
    for (script, expected) in scripts.iter().zip(bash(&scripts)) {
        let parsed = parse(script).unwrap_or_else(|problem| panic!("{script}\n{problem:?}"));
        let CommandKind::Simple(simple) = &parsed.body[0].kind else { panic!("{script}") };
        let [_, _, word] = simple.words.as_slice() else {
            panic!("{script}: {}", crate::shell_support::print(&parsed))
        };
        assert_eq!(value(word), expected, "{script}\n{}", crate::shell_support::word(word));
    }
}

#[test]
fn documents_are_what_bash_makes_of_them() {
    let bodies = samples(pieces(&DOCUMENT, 9), 1500);
    let operators = ["<<E", "<<-E", "<<'E'", "<<-\\E"];
    let scripts: Vec<_> = bodies
        .iter()
        .zip(operators.iter().cycle())
        // An escape before the delimiter's line would join it.
        .map(|(body, operator)| format!("cat {operator}\n{body}.\nE"))
        .collect();
    for (script, expected) in scripts.iter().zip(bash(&scripts)) {
        let parsed = parse(script).unwrap_or_else(|problem| panic!("{script}\n{problem:?}"));
        let RedirectionKind::HereDocument(body) = &parsed.body[0].redirections[0].kind else {
            panic!("{script}")
        };
        assert_eq!(value(body), expected, "{script}\n{}", crate::shell_support::word(body));
    }
}
