//! Each command's fate, against the shells and against the model that a second run is judged on.
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command as Process;
use std::sync::Arc;

use initlint::rerun::{self, Container, Lifetime, Mount, Userland};
use initlint::shell::options::{Options, Shell};
use initlint::shell::parse;

use crate::script_facts::with_facts;

/// Scripts in which `a`, `b`, `c` and `d` are commands. bash and dash say the same of each.
const SCRIPTS: [&str; 127] = [
    "a; b",
    "a && b",
    "a && b; c",
    "a || b",
    "a || true; b",
    "a | b",
    "a & b",
    "a; exit",
    "a; b; exit $?",
    "{ a; b; }; (c; d)",
    "for i in 1 2; do a; b; done",
    "set -e; a; b",
    "set -e; (a; b); c",
    "set -o errexit; a; set +e; b; c",
    "set -e; a && b; c",
    "set -e; a | b; c",
    "set -e; if a; then b; fi; c",
    "set -e; ! a; c",
    "set -e; a && b || c; d",
    "a || exit 1; b",
    "a || { echo no; exit 3; }; b",
    "a || exit 0; b",
    "f() { a; b; }; f; c",
    "set -e; f() { a; b; }; f; c",
    "set -e; f() { a; b; }; f || true; c",
    "set -e; f() { a; b; }; f && c; d",
    "set -e; { a; b; } || true; c",
    "set -e; { a; b; } && c; d",
    "set -e; (a; b) | c; d",
    "set -e; while ! a; do :; done; b",
    "set -e; a & b; wait; c",
    "set -e; case x in x) a;; esac; b",
    // Functions.
    "f() { a; return; }; f",
    "f() { a; return 0; }; f",
    "f() { a || return 1; b; }; f",
    "f() { a || return 1; b; }; f; c",
    "set -e; f() { a || return 1; b; }; f; c",
    "die() { exit 1; }; a || die; b",
    "die() { echo no; return 1; }; a || die; b",
    "set -e; die() { echo no; return 1; }; a || die; b",
    "f() { a; }; g() { f; b; }; g; c",
    "set -e; f() { a; }; g() { f; b; }; g; c",
    "set -e; f() { a; b; }; if f; then c; fi; d",
    "f() { a; b; }; f && c",
    "set -e; f() { a && b; }; f; c",
    "set -e; f() { a || exit 1; }; f || true; c",
    // Shells in shells.
    "sh -c 'exit 0'; a",
    "(set -e; a; b); c",
    "(set -e; a; b)",
    "(a; exit); b",
    "(a; exit $?)",
    "(a && b) || c; d",
    "(a) && (b); c",
    "set -e; (a && b); c",
    "set -e; (a || exit 3; b); c",
    "eval 'a; b'; c",
    "eval 'a; b'",
    "set -e; eval 'a; b'; c",
    "set -e; eval \"a && b\"; c",
    "eval a '&&' b",
    // Traps.
    "trap 'c' EXIT; a; b",
    "trap 'c; d' EXIT; set -e; a; b",
    "trap 'c' EXIT; trap - EXIT; a",
    "trap 'exit 0' EXIT; a; b",
    "trap 'c; exit 0' EXIT; set -e; a; b",
    "set -e; trap 'exit 0' EXIT; a; b",
    "set -e; trap 'exit 0' EXIT; (a; b); c",
    "(trap 'exit 0' EXIT; a); b",
    "set -e; trap 'exit 0' EXIT; a; trap - EXIT; b",
    // Loops.
    "while true; do a; break; done; b",
    "while true; do a; break; done",
    "for i in 1; do a || exit 1; b; done; c",
    "for i in 1; do a || break; b; done; c",
    "set -e; for i in 1 2; do a; b; done; c",
    "set -e; for i in 1 2; do a && b; done; c",
    "set -e; for i in $(a); do b; done; c",
    "until a || true; do b; done; c",
    // `wait`.
    "a & wait; b",
    "a & wait $!; b",
    "a & wait $!",
    "set -e; a & wait $!; b",
    "a & b & wait $!; c",
    // Substitutions.
    "x=$(a); b",
    "x=$(a)",
    "set -e; x=$(a); b",
    "set -e; echo $(a); b",
    "set -e; x=$(a)$(b); c",
    "set -e; f() { local x=$(a); b; }; f; c",
    "set -e; export x=$(a); b",
    "x=$(a || exit 1); b",
    "x=$(a) || exit 1; b",
    "a; if [ $? -ne 0 ]; then echo no; fi; b",
    // What hangs on one another.
    "case $(a) in *) b;; esac",
    "set -e; case $(a) in *) b;; esac; c",
    "set -e; if a && b; then c; fi; d",
    "set -e; a && { b; c; }; d",
    "set -e; { a && b; } || c; d",
    "set -e; a || (b; exit 3); c",
    "set -e; (a; b) || true; c",
    "set -e; (a; b) && c; d",
    "set -e; a | b | c",
    "set -e; for i in 1 2 3; do a || continue; b; done",
    "set -e; while a; do b; break; done; c",
    "trap 'rc=$?; c; exit $rc' EXIT; a",
    "set -e; f() { trap 'c' EXIT; a; b; }; f",
    "set +e; a; set -e; b",
    "set -e; ( set +e; a; b ); c",
    "set -e; a; true",
    "set -e; true && a",
    "f() { a || return $?; b; }; f",
    "set -e; { a; } | b; c",
    "set -e; ! { a; b; }; c",
    "set -e; [ -n \"$(a)\" ] || b; c",
    "set -e; test -z \"$(a)\" && b; c",
    "a && b || exit 1; c",
    "if a || b; then c; else exit 2; fi",
    "exec 3>&1; a; b",
    "set -e; a 2>/dev/null; b",
    "set -e; a > /dev/null || b; c",
    "(exit 3) || a; b",
    "set -u; a; b",
    "set -e; local_() { local y; y=$(a); b; }; local_; c",
    "f() { (a; exit 7); b; }; f",
    "f() { (a) || return 7; b; }; f",
    "set -e; case x in y) a;; *) b;; esac; c",
    "true; a || b && c; d",
    "set -e; a || b && c; d",
];

/// Those of which the facts say only that a failure is tested.
const TESTED: [&str; 9] = [
    "set -e; f() { if a; then return 0; fi; return 1; }; f",
    "if a; then b; else exit 2; fi",
    "if ! a || ! b; then exit 2; fi; c",
    "a; b; (exit $?)",
    "set -e; if ! a; then exit 3; fi; b",
    "f() { a; }; f; rc=$?; b; exit $rc",
    "a; rc=$?; b; [ $rc -eq 0 ] || exit 1",
    "a; rc=$?; b; exit $rc",
    "set -e; until a; do b; exit 4; done; c",
];

/// Those that only some shells read so.
const BASH_SCRIPTS: [&str; 7] = [
    "set -eo pipefail; a | b; c",
    "set -o pipefail; a | b; c",
    "set -o pipefail; a | b",
    "set -euo pipefail; f() { a | b; c; }; f; d",
    "set -e; f() { a; b; }; x=$(f); c",
    "set -e; f() { a; b; }; x=$(f) || true; c",
    "set -eo pipefail; a | b || true; c",
];

/// The commands of `script` that run in any case, each with whether its failure is fatal.
fn verdicts(script: &str, shell: Shell) -> Vec<(String, bool)> {
    with_facts(script, shell, |facts| {
        let mut verdicts: BTreeMap<String, bool> = BTreeMap::new();
        for it in &facts.executions {
            let name = it.name().unwrap_or_default();
            if name.len() == 1 && !it.conditional && name != ":" && name != "[" {
                *verdicts.entry(name.to_owned()).or_default() |= it.fate.is_fatal();
            }
        }
        verdicts.into_iter().collect()
    })
}

/// The script with functions for its commands, of which `failing` alone fails.
fn prepared(script: &str, failing: &str) -> String {
    let functions =
        ["a", "b", "c", "d"].map(|name| format!("{name}() {{ return {}; }}; ", u8::from(name == failing)));
    // A loop that waits for what fails would never end.
    format!("{}{}", functions.concat(), script.replace("while !", "while false &&"))
}

/// Each command that runs in any case is made to fail, the others to succeed.
#[test]
fn shells_agree() {
    let all =
        SCRIPTS.iter().flat_map(|script| [("bash", Shell::Bash, *script), ("dash", Shell::Dash, *script)]);
    let bash = BASH_SCRIPTS.iter().map(|script| ("bash", Shell::Bash, *script));
    let mut wrong = Vec::new();
    for (program, shell, script) in all.chain(bash) {
        for (name, is_fatal) in verdicts(script, shell) {
            let run = Process::new(program).args(["-c", &prepared(script, &name)]).output();
            let Ok(output) = run else { continue };
            if output.status.success() == is_fatal {
                wrong.push(format!("{program}: {script}: {name} is fatal: {}", !is_fatal));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The commands of `script`.
fn names(script: &str) -> BTreeSet<String> {
    with_facts(script, Shell::Bash, |facts| {
        let names = facts.executions.iter().filter_map(|it| it.name());
        names.filter(|name| ["a", "b", "c", "d"].contains(name)).map(str::to_owned).collect()
    })
}

/// Each command, also one that runs only in some cases, fails in a second run: the model says of the whole what bash does.
#[test]
fn the_model_agrees() {
    let mut wrong = Vec::new();
    for script in SCRIPTS.iter().chain(&TESTED).chain(&BASH_SCRIPTS) {
        for name in names(script) {
            let run = Process::new("bash").args(["-c", &prepared(script, &name)]).output();
            let Ok(output) = run else { continue };
            // In a loop each turn makes a folder of its own.
            let functions = ["a", "b", "c", "d"].map(|own| {
                let body = if own == name { "mkdir /data/x$i" } else { "true" };
                format!("{own}() {{ {body}; }}; ")
            });
            let text = format!("{}{}", functions.concat(), script.replace("while !", "while false &&"));
            if is_stuck(&text) == output.status.success() {
                wrong.push(format!("{script}: where {name} fails, so does it: {}", !output.status.success()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether a second run of `text` fails where the first did not.
fn is_stuck(text: &str) -> bool {
    let script = parse(text).unwrap();
    let mount = Mount {
        path: "/data".to_owned(),
        volume: 0,
        sub_path: None,
        read_only: false,
        life: Lifetime::Persistent,
    };
    let container = Container {
        program: Arc::new(rerun::Program::Script {
            script: Arc::new(script),
            text: text.to_owned(),
            options: Options::default(),
            arguments: Vec::new(),
            bash: true,
        }),
        mounts: vec![mount],
        environment: BTreeMap::new().into(),
        unknown_environment: BTreeSet::new().into(),
        working_dir: None,
        userland: Userland::Gnu,
        is_sidecar: false,
        restarts: true,
        root: Some(true),
        host_network: false,
        entries: BTreeMap::new(),
        running: [].into(),
        files: BTreeMap::new().into(),
    };
    let analyses = rerun::analyse(std::slice::from_ref(&container));
    analyses[0].hazards.iter().any(|hazard| hazard.severity == rerun::Severity::Error)
}
