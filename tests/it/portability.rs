//! What dash and busybox make of bash's constructs: the table against the shells that are installed.
use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command as Process, Output, Stdio};

use initlint::shell::options::{Options, Shell};
use initlint::shell::parse;
use initlint::shell::portability::{Outcome, Reader, departures};
use initlint::shell::semantics::{Facts, Setting, Unit, Units};
use initlint::source::{FileId, Source};

/// What a shell does, seen from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// What bash does.
    Same,
    /// It can't parse it.
    Refuses,
    /// It ends there.
    Stops,
    /// It says something is wrong, and goes on.
    Fails,
    /// It goes on without a word, and does something else.
    Differs,
}

use Seen::{Differs, Fails, Refuses, Same, Stops};

/// Scripts with one thing of bash's, what dash does and what ash does. Each prints what tells, then `end`.
const TABLE: &[(&str, Seen, Seen)] = &[
    ("a=(x y); echo x", Refuses, Refuses),
    ("echo ${a[0]}", Stops, Stops),
    ("a[0]=x", Fails, Fails),
    ("cat <(echo x)", Refuses, Same),
    ("cat <<<x", Refuses, Refuses),
    ("echo x |& cat", Refuses, Refuses),
    ("function f { echo x; }; f", Refuses, Same),
    ("for ((i=0; i<1; i++)); do echo x; done", Refuses, Refuses),
    ("select i in x; do break; done </dev/null", Refuses, Refuses),
    ("case a in a) echo x;& b) echo y;; esac", Refuses, Refuses),
    ("[[ a == a ]] && echo x", Fails, Same),
    ("[[ a = b || a == a ]] && echo x", Fails, Same),
    ("[[ abc =~ ^ab ]] && echo x", Fails, Same),
    ("[[ abc =~ ^(ab|c) ]] && echo x", Refuses, Refuses),
    ("[ a == a ] && echo x", Fails, Same),
    ("source /dev/null", Fails, Same),
    ("let i=1; echo $i", Fails, Same),
    ("declare a=1", Fails, Fails),
    ("typeset a=1", Fails, Fails),
    ("pushd /tmp >/dev/null", Fails, Fails),
    ("shopt -s nullglob", Fails, Fails),
    ("mapfile a </dev/null", Fails, Fails),
    ("builtin echo x", Fails, Fails),
    ("a=abc; echo ${a:1}", Stops, Same),
    ("a=abc; echo ${a/b/x}", Stops, Same),
    ("b=x; a=b; echo ${!a}", Stops, Stops),
    ("a=X; echo ${a,,}", Stops, Stops),
    ("a=X; echo ${a@Q}", Stops, Stops),
    ("trap 'echo err' ERR", Fails, Same),
    ("trap : DEBUG", Fails, Fails),
    ("f() { local -r a=1; echo $a; }; f", Stops, Stops),
    ("sleep 0 & wait -n", Fails, Same),
    ("printf '%q\\n' 'a b'", Fails, Fails),
    ("printf -v a x", Fails, Differs),
    ("a=1; a+=2", Fails, Fails),
    ("echo $((2**3))", Stops, Same),
    ("i=1; echo $((i++))", Stops, Same),
    ("echo x | { read -t 1 a; echo $a; }", Fails, Same),
    ("echo x | { read -a a; echo $a; }", Fails, Fails),
    ("f() { :; }; export -f f", Stops, Stops),
    ("(echo x > /dev/tcp/127.0.0.1/1) 2>&1 | grep -c refused", Differs, Differs),
    ("echo x &>/dev/null; wait", Differs, Same),
    ("echo {1..3}", Differs, Differs),
    ("echo {a,b}", Differs, Differs),
    ("test -n \"$RANDOM\" && echo x", Differs, Same),
    ("echo $SECONDS", Differs, Differs),
    ("echo $EUID", Differs, Differs),
    ("echo -e 'a\\nb' > /dev/stdout", Differs, Same),
    ("i=0; (( i=1 )); echo $i", Differs, Differs),
    ("echo $'a\\tb'", Differs, Same),
    ("echo $\"x\"", Differs, Differs),
    ("echo $[1+1]", Differs, Differs),
    // What all of them know.
    ("f() { local a=1; echo $a; }; f", Same, Same),
    ("test -z \"${HOSTNAME_OF_NOBODY:-}\" && echo x", Same, Same),
    ("echo 'a' -e; read -r a </dev/null; trap : EXIT TERM", Same, Same),
    ("for i in $(seq 1 3); do echo $((i + 1)); done", Same, Same),
    ("a=abc; echo ${a#a} ${a%c} ${#a} ${a:-x} ${a:+y}", Same, Same),
    ("cat <<E\n{1..3} [[ $((1)) ]]\nE", Same, Same),
    ("echo '{1..3}' \"{a,b}\" \\{a,b}", Same, Same),
];

fn run(shell: &[&str], script: &str) -> Option<Output> {
    let mut process = Process::new(shell[0]);
    process.args(&shell[1..]).arg("-c").arg(script).stdin(Stdio::null()).output().ok()
}

/// What `shell` does with `script` beside what bash does.
fn seen(shell: &[&str], script: &str) -> Option<Seen> {
    let script = format!("{script}\necho end\n");
    let mut parse_only = shell.to_vec();
    parse_only.push("-n");
    if !run(&parse_only, &script)?.status.success() {
        return Some(Refuses);
    }
    let (own, bash) = (run(shell, &script)?, run(&["bash"], &script)?);
    Some(if !own.stdout.ends_with(b"end\n") {
        Stops
    } else if !own.stderr.is_empty() && bash.stderr.is_empty() {
        Fails
    } else if own.stdout == bash.stdout {
        Same
    } else {
        Differs
    })
}

/// What the table says of `script`: the first departure in it.
fn said(reader: Reader, script: &str) -> Seen {
    let text = Source::new(FileId(0), "script", script).mapped();
    let parsed = parse(script).unwrap_or_else(|problem| panic!("{script}\n{problem:?}"));
    let main = Unit::main(parsed, text, Shell::Sh, Options::default());
    let setting = Setting {
        main: &main,
        units: &Units::default(),
        files: &(),
        directory: None,
        environment: BTreeMap::new(),
        unknown_environment: BTreeSet::new(),
    };
    let found = departures(&Facts::of(&setting), |_| Some(reader));
    // The shell comes to the worst first: it parses before it runs.
    let is = |wanted: &dyn Fn(Outcome) -> bool| found.iter().any(|departure| wanted(departure.outcome));
    if is(&|outcome| outcome == Outcome::Refuses) {
        return Refuses;
    }
    match found.first().map(|departure| departure.outcome) {
        None | Some(Outcome::Same | Outcome::Refuses) => Same,
        Some(Outcome::Stops) => Stops,
        Some(Outcome::Fails) => Fails,
        Some(Outcome::Differs(_)) => Differs,
    }
}

#[test]
fn the_table_is_what_is_said() {
    for (script, dash, ash) in TABLE.iter().filter(|(script, ..)| !script.contains("/dev/tcp")) {
        assert_eq!(said(Reader::Dash { has_pipefail: true }, script), *dash, "dash: {script}");
        assert_eq!(said(Reader::Ash, script), *ash, "ash: {script}");
    }
    let network = "exec 3<>/dev/tcp/db/5432";
    assert_eq!(said(Reader::Ash, network), Fails);
    assert_eq!(said(Reader::Dash { has_pipefail: true }, network), Fails);
    let pipefail = "set -o pipefail";
    assert_eq!(said(Reader::Dash { has_pipefail: false }, pipefail), Stops);
    assert_eq!(said(Reader::Dash { has_pipefail: true }, pipefail), Same);
    assert_eq!(said(Reader::Ash, pipefail), Same);
}

/// The shells that are installed do what the table says of them.
#[test]
fn shells_do_what_the_table_says() {
    // A newer dash knows `pipefail`: then it is no old one.
    let dash = ["dash"];
    let ash = ["busybox", "sh"];
    for (shell, version, column) in
        [(&dash[..], "dpkg-query -W dash", 0), (&ash[..], "busybox | head -n 1", 1)]
    {
        if run(shell, ":").is_none() {
            eprintln!("skipped: `{}` isn't installed", shell[0]);
            continue;
        }
        let version = run(&["sh"], version).map(|output| output.stdout).unwrap_or_default();
        eprintln!("{}: {}", shell[0], String::from_utf8_lossy(&version).trim());
        for (script, dash, ash) in TABLE {
            let expected = [*dash, *ash][column];
            assert_eq!(seen(shell, script), Some(expected), "{}: {script}", shell[0]);
        }
    }
}
