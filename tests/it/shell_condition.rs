//! `test` and `[`, against the shells themselves.
use std::fmt::Write;
use std::process::Command as Process;

use initlint::shell::condition::test_command;
use initlint::shell::ir::{CommandKind, Condition, ConditionKind};
use initlint::shell::parse;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

fn condition_of(script: &str) -> Option<Condition> {
    let parsed = parse(script).unwrap();
    let CommandKind::Simple(simple) = &parsed.body.first()?.kind else { return None };
    test_command(&simple.words)
}

#[test]
fn forms() {
    let table = [
        ("[ -f /a/b ]", Some("-f /a/b")),
        ("[ ! -e \"$x\" ]", Some("!(-e \"${x})")),
        ("test -d a -a ! -d b -o -n \"$c\"", Some("((-d a && !(-d b)) || -n \"${c})")),
        ("[ a == \"$b\" ]", Some("a = \"${b}")),
        ("[ $# -gt 1 ]", Some("${#} -gt 1")),
        ("[ \\( -f a -o -f b \\) -a c ]", Some("((-f a || -f b) && c)")),
        ("[ \"$x\" \\> b ]", Some("\"${x} '>' b").map(|_| "\"${x} > b")),
        ("[ -h a ]", Some("-L a")),
        ("[ -n ]", Some("-n")),
        ("[ $x ]", Some("${x}")),
        ("[ ]", Some("∅")),
        ("test", Some("∅")),
        ("[ -f a", None),
        ("[ -f a b ]", None),
        ("[ a b ]", None),
        ("[ -f a ] b", None),
        ("$x -f a", None),
        ("echo -f a", None),
    ];
    for (script, expected) in table {
        let found = condition_of(script).map(|condition| crate::shell_support::condition(&condition));
        assert_eq!(found.as_deref(), expected, "{script}");
    }
}

/// Whether a condition of literals holds; only for the operators that `WORDS` has.
fn holds(condition: &Condition) -> bool {
    let text = |word: &initlint::shell::ir::Word| word.literal().unwrap();
    match &condition.kind {
        ConditionKind::Unary(operator, operand) => match operator.name.as_str() {
            "-n" => !text(operand).is_empty(),
            "-z" => text(operand).is_empty(),
            "-e" | "-f" => text(operand) == "/etc/passwd",
            other => panic!("{other}"),
        },
        ConditionKind::Binary(a, operator, b) => (text(a) == text(b)) == (operator.name == "="),
        ConditionKind::Word(word) => !text(word).is_empty(),
        ConditionKind::Not(inner) => !holds(inner),
        ConditionKind::And(a, b) => holds(a) && holds(b),
        ConditionKind::Or(a, b) => holds(a) || holds(b),
    }
}

const WORDS: [&str; 12] = ["!", "(", ")", "-a", "-o", "=", "!=", "a", "", "-n", "-f", "/etc/passwd"];

/// Random arguments: where bash and dash agree on the value, so do we, or we don't know.
#[test]
fn shells_agree() {
    let mut runner = TestRunner::deterministic();
    let arguments = prop::collection::vec(prop::sample::select(&WORDS[..]), 1..8);
    let tests: Vec<Vec<&str>> =
        (0..3000).map(|_| arguments.new_tree(&mut runner).unwrap().current()).collect();
    let commands: Vec<_> = tests.iter().map(|test| format!("test '{}'", test.join("' '"))).collect();
    let mut script = String::new();
    for command in &commands {
        writeln!(script, "({command}) 2>/dev/null; echo $?").unwrap();
    }
    let (bash, dash) = (statuses("bash", &script), statuses("dash", &script));
    let (mut compared, mut unknown) = (0, 0);
    for ((command, bash), dash) in commands.iter().zip(bash).zip(dash) {
        if bash != dash || bash > 1 {
            continue;
        }
        match condition_of(command) {
            Some(condition) => {
                compared += 1;
                assert_eq!(holds(&condition), bash == 0, "{command}");
            }
            None => unknown += 1,
        }
    }
    assert!(compared > 500 && unknown * 20 < compared, "{compared} compared, {unknown} unknown");
}

/// The statuses that the script prints; of bash where there is no such shell.
fn statuses(shell: &str, script: &str) -> Vec<u8> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), script).unwrap();
    let run = |shell: &str| Process::new(shell).arg(file.path()).output();
    let output = run(shell).or_else(|_| run("bash")).expect("bash runs");
    String::from_utf8(output.stdout).unwrap().lines().map(|line| line.parse().unwrap()).collect()
}
