//! What is known of scripts: fates and their reasons, words, places, bindings, loops, outputs.
use std::collections::{BTreeMap, BTreeSet};

use initlint::shell::options::{Options, Shell};
use initlint::shell::parse;
use initlint::shell::semantics::loops::{Bound, ExitKind};
use initlint::shell::semantics::{Binding, Facts, Fate, Files, Reason, Setting, Unit, Units};
use initlint::source::{FileId, MappedText, Source, Span};

/// Files that scripts may run.
struct Mounted(BTreeMap<&'static str, &'static str>);

impl Files for Mounted {
    fn text(&self, path: &str) -> Option<MappedText> {
        let text = self.0.get(path)?;
        Some(Source::new(FileId(1), path, *text).mapped())
    }
}

fn mounted() -> Mounted {
    Mounted(BTreeMap::from([("/s/lib.sh", "a() { b; }\n"), ("/s/run.sh", "#!/bin/sh -e\na\nb\n")]))
}

/// What is known of `script`, read by `shell`, with `E=env` in its environment and `U` of unknown value.
pub(crate) fn with_facts<T>(script: &str, shell: Shell, check: impl FnOnce(&Facts<'_>) -> T) -> T {
    let text = Source::new(FileId(0), "script", script).mapped();
    let parsed = parse(script).unwrap_or_else(|problem| panic!("{script}\n{problem:?}"));
    let main = Unit::main(parsed, text, shell, Options::default());
    let (units, files) = (Units::default(), mounted());
    let setting = Setting {
        main: &main,
        units: &units,
        files: &files,
        directory: None,
        environment: BTreeMap::from([("E".to_owned(), "env".to_owned())]),
        unknown_environment: BTreeSet::from(["U".to_owned()]),
    };
    check(&Facts::of(&setting))
}

/// The names of the commands whose failure is fatal (`!` after it where it may be passed over).
fn fatal(script: &str) -> Vec<String> {
    with_facts(script, Shell::Sh, |facts| {
        let fatal = facts.executions.iter().filter(|it| it.fate.is_fatal());
        fatal
            .map(|it| format!("{}{}", it.name().unwrap_or("?"), if it.conditional { "!" } else { "" }))
            .collect()
    })
}

/// The fate of the first command called `a`.
fn fate_of_a(script: &str) -> Fate {
    with_facts(script, Shell::Sh, |facts| {
        let a = facts.executions.iter().find(|it| it.name() == Some("a"));
        a.unwrap_or_else(|| panic!("no `a` in {script}")).fate
    })
}

#[test]
fn the_last_command_is_the_scripts_status() {
    assert_eq!(fatal("a; b"), ["b"]);
    assert_eq!(fatal("a && b"), ["a", "b"]);
    assert_eq!(fatal("a || b"), ["b!"]);
    assert_eq!(fatal("a | b"), ["b"]);
    assert_eq!(fatal("a; exit"), ["a", "exit"]);
    assert_eq!(fatal("a; b; exit $?"), ["b", "exit"]);
    assert_eq!(fatal("{ a; b; }; (c; d)"), ["d"]);
    assert_eq!(fatal("if a; then b; else c; fi"), ["b!", "c!"]);
    assert_eq!(fatal("for i in 1 2; do a; b; done"), ["b"]);
    assert_eq!(fatal("for i in $list; do a; done"), ["a!"]);
    assert_eq!(fatal("while a; do b; done; ! c"), Vec::<String>::new());
}

#[test]
fn errexit_heeds_what_nobody_asks_for() {
    assert_eq!(fatal("set -e; a; b"), ["set", "a", "b"][1..]);
    assert_eq!(fatal("set -o errexit; a; set +e; b; c"), ["a", "set", "c"]);
    assert_eq!(fatal("set -e; [ -d x ] && b; c"), ["b!", "c"]);
    assert_eq!(fatal("set -e; if a; then b; fi; c"), ["b!", "c"]);
}

#[test]
fn nothing_runs_after_the_end() {
    assert_eq!(fatal("exit 0; a"), ["exit"]);
    assert_eq!(fatal("[ -f x ] && exit 0; a"), ["exit!", "a"]);
    assert_eq!(fatal("exec a; b"), ["a"]);
    assert_eq!(fatal("die() { exit 1; }; die; a"), ["exit"]);
    assert_eq!(fatal("if a; then exit 1; else exit 2; fi; b"), ["exit!", "exit!"]);
}

#[test]
fn why_a_failure_comes_to_nothing() {
    let table = [
        ("a; b", Reason::NoErrexit),
        ("a && b; c", Reason::NoErrexit),
        ("set -e; a && b; c", Reason::LeftOfAnd),
        ("set -e; a || b; c", Reason::LeftOfOr),
        ("set -e; a | b; c", Reason::EarlierInPipeline),
        ("a | b", Reason::EarlierInPipeline),
        ("set -e; ! a; b", Reason::Negated),
        ("set -e; if a; then b; fi", Reason::Tested),
        ("set -e; until a; do b; done", Reason::Tested),
        ("a; if [ $? -ne 0 ]; then exit 1; fi", Reason::Tested),
        ("a; rc=$?; b", Reason::Tested),
        ("set -e; a & b", Reason::Background),
        ("set -e; echo $(a); b", Reason::Substitution),
        ("set -e; for i in $(a); do b; done", Reason::Substitution),
        ("set -e; cat <<E\n$(a)\nE\n", Reason::Substitution),
        ("set -e; x=1 b $(a)", Reason::Substitution),
        ("set -e; f() { local x=$(a); }; f", Reason::Declaration),
        ("set -e; export x=$(a); b", Reason::Declaration),
        ("trap a EXIT; b", Reason::Trap),
        ("(a; b); c", Reason::NoErrexit),
        ("sh -c 'a; b'", Reason::NoErrexit),
        ("set -e; sh -c 'a' || b; c", Reason::LeftOfOr),
    ];
    for (script, reason) in table {
        assert_eq!(fate_of_a(script), Fate::Ignored(reason), "{script}");
    }
    for (script, fate) in [
        ("b; a", Fate::EndsScript),
        ("set -e; a; b", Fate::Errexit),
        ("x=$(a)", Fate::EndsScript),
        ("set -e; x=$(a); b", Fate::Errexit),
        ("sh -c a", Fate::EndsScript),
        ("sh -ec 'a; b'; c", Fate::Ignored(Reason::NoErrexit)),
        ("eval 'b; a'", Fate::EndsScript),
        ("exec sh -ec 'a; b'", Fate::Errexit),
    ] {
        assert_eq!(fate_of_a(script), fate, "{script}");
    }
}

#[test]
fn words_come_to_what_is_certain() {
    let table: &[(&str, &[Option<&str>])] = &[
        ("O=101:101; a -R $O /data", &[Some("-R"), Some("101:101"), Some("/data")]),
        ("O='-R 5'; a $O \"$O\" x$O", &[Some("-R"), Some("5"), Some("-R 5"), None]),
        ("a $E ${E} ${E:-no} ${N:-no} $U", &[Some("env"), Some("env"), Some("env"), None, None]),
        ("f() { a $1 \"$@\"; }; f x 'y z'", &[Some("x"), Some("x"), Some("y z")]),
        ("set -- p q; a $2 \"$@\"", &[Some("q"), Some("p"), Some("q")]),
        ("[ -d x ] && O=1; a $O", &[None]),
        ("O=1; if b; then O=2; fi; a $O", &[None]),
        ("O=1; if b; then O=1; fi; a $O", &[Some("1")]),
        ("if b; then O=1; else O=1; fi; a $O", &[Some("1")]),
        ("O=0; while b; do O=1; done; a $O", &[None]),
        ("O=0; for i in 1 2; do a $O $i; O=1; done", &[None, None]),
        ("O=1; (O=2); a $O", &[Some("1")]),
        ("O=1; f() { local O=2; }; f; a $O", &[Some("1")]),
        ("O=1; f() { O=2; }; f; a $O", &[Some("2")]),
        ("O=$(b); a $O *.c ~", &[None, None, None]),
        ("O=1; read O; a $O", &[None]),
        ("O=1; O=$((O + 1)); a $O", &[None]),
        ("a $O; O=1", &[None]),
        ("export O=5; sh -c 'a $O $P'; P=1", &[Some("5"), None]),
        ("sh -c 'a $1 $0' n m", &[Some("m"), Some("n")]),
        ("O=5; sh -c \"a $O\"", &[Some("5")]),
        ("eval \"O=5\"; a $O", &[Some("5")]),
        ("E=; a $E b", &[Some("b")]),
    ];
    for (script, expected) in table {
        with_facts(script, Shell::Sh, |facts| {
            let a = facts.executions.iter().find(|it| it.name() == Some("a")).expect(script);
            let found: Vec<Option<&str>> = a.arguments().iter().map(|word| word.text.as_deref()).collect();
            assert_eq!(found, *expected, "{script}");
        });
    }
}

/// The commands called `a`, by the text at their place.
fn places(script: &str) -> Vec<String> {
    with_facts(script, Shell::Sh, |facts| {
        let slice = |span: Span| script.get(span.range()).unwrap_or("").to_owned();
        let own = facts.executions.iter().filter(|it| it.name() == Some("a"));
        own.map(|it| slice(it.span())).collect()
    })
}

#[test]
fn nested_scripts_have_places_of_their_own() {
    assert_eq!(places("timeout 60 sh -c 'b; a 1; c'"), ["a 1"]);
    assert_eq!(places("sh -c \"b; a \\\"x y\\\"; c\""), ["a \\\"x y\\\""]);
    assert_eq!(places("sh -c 'a '\"'\"'x'\"'\"; b"), ["a '\"'\"'x'\"'"]);
    assert_eq!(places("O=5; sh -c \"a $O; b\""), ["a $O"]);
    assert_eq!(places("eval a '1;' b"), ["a '1"]);
    assert_eq!(places("bash -ec $'a\\nb'"), ["$'a\\nb'"], "a way through escapes that isn't followed");
    assert_eq!(places("sh -c 'sh -c \"a 1\"'"), ["a 1"]);
}

#[test]
fn files_and_wrappers_are_followed() {
    with_facts(". /s/lib.sh; a; timeout 9 /s/run.sh", Shell::Sh, |facts| {
        let found: Vec<_> = facts
            .executions
            .iter()
            .map(|it| {
                (it.name().unwrap_or("?"), it.fate.is_fatal(), it.wrappers().collect::<Vec<_>>().join(" "))
            })
            .collect();
        let expected = [
            (".", false, ""),
            ("b", false, ""),
            ("run.sh", true, "timeout 9"),
            ("a", true, "timeout 9"),
            ("b", true, "timeout 9"),
        ];
        assert_eq!(found, expected.map(|(name, fatal, wrapper)| (name, fatal, wrapper.to_owned())));
    });
}

#[test]
fn bindings() {
    let table = [
        ("echo $X", Binding::Unset),
        ("X=1; echo $X", Binding::Set),
        ("[ -d x ] && X=1; echo $X", Binding::MaybeSet),
        ("if b; then X=1; else X=2; fi; echo $X", Binding::Set),
        ("if b; then X=1; else exit 1; fi; echo $X", Binding::Set),
        ("if b; then X=1; fi; echo $X", Binding::MaybeSet),
        ("while b; do X=1; done; echo $X", Binding::MaybeSet),
        ("read X; echo $X", Binding::Set),
        ("for X in 1 2; do echo $X; done", Binding::Set),
        ("echo $E", Binding::Environment),
        ("echo $U", Binding::Environment),
        ("echo $HOME", Binding::Always),
        (": ${X:=1}; echo \"$X\"", Binding::Set),
        ("(X=1); echo $X", Binding::Unset),
        ("unset E; echo $E", Binding::Unset),
        ("X=1; sh -c 'echo $X'", Binding::Unset),
        ("export X=1; sh -c 'echo $X'", Binding::Environment),
    ];
    for (script, binding) in table {
        with_facts(script, Shell::Sh, |facts| {
            assert_eq!(facts.uses.last().expect(script).binding, binding, "{script}");
        });
    }
}

#[test]
fn loops_and_what_ends_them() {
    let table: &[(&str, Option<Bound>)] = &[
        ("until a; do sleep 1; done", None),
        ("while true; do a && break; sleep 1; done", None),
        ("until a; do i=$((i+1)); [ $i -gt 9 ] && exit 1; done", Some(Bound::Counter("i".to_owned()))),
        ("while [ $n -lt 9 ]; do a && break; n=$(expr $n + 1); done", Some(Bound::Counter("n".to_owned()))),
        ("while (( n < 9 )); do ((n++)); done", Some(Bound::Counter("n".to_owned()))),
        ("while [ $n -lt 9 ]; do a && exit 0; sleep 1; done", None),
        ("until a; do i=$((i+1)); echo $i; done", None),
        ("for i in 1 2 3; do a; done", Some(Bound::Words)),
        ("for ((i=0; i<3; i++)); do a; done", Some(Bound::Counter("i".to_owned()))),
        ("for ((;;)); do a; done", None),
        ("while read -r l; do a; done < f", Some(Bound::Input)),
        ("until a; do [ $(date +%s) -gt $end ] && exit 1; done", Some(Bound::Deadline)),
        ("until a; do if [ $SECONDS -gt 60 ]; then exit 1; fi; done", Some(Bound::Deadline)),
        ("timeout 60 sh -c 'until a; do sleep 1; done'", Some(Bound::Timeout)),
    ];
    for (script, bound) in table {
        with_facts(script, Shell::Bash, |facts| {
            assert_eq!(facts.loops.first().expect(script).bound, *bound, "{script}");
        });
    }
    with_facts(
        "while true; do for i in 1; do break; break 2; done; b || exit 1; return; (exit); done",
        Shell::Sh,
        |facts| {
            let exits: Vec<_> =
                facts.loops[0].exits.iter().map(|exit| (exit.kind, exit.conditional)).collect();
            assert_eq!(exits, [(ExitKind::Break, true), (ExitKind::Exit, true), (ExitKind::Return, false)]);
        },
    );
}

#[test]
fn outputs() {
    with_facts(
        "D=/d; a > $D/f; while b; do c >> /g 2>&1; done; { d; } > \"$(x)\"; e < /h",
        Shell::Sh,
        |facts| {
            let found: Vec<_> =
                facts.outputs.iter().map(|it| (it.path.as_deref(), it.keeps, it.in_loop)).collect();
            assert_eq!(found, [(Some("/d/f"), false, false), (Some("/g"), true, true), (None, false, false)]);
        },
    );
}

#[test]
fn tangles_come_to_an_end() {
    let calls = "f0() { ((1)); }; ".to_owned()
        + &(1..9)
            .map(|n| format!("f{n}() {{ {}}}; ", format!("f{}; ", n - 1).repeat(20)))
            .collect::<String>();
    with_facts(&format!("{calls}f8; b"), Shell::Bash, |facts| assert!(!facts.is_complete));
    let die = "die() { for p in a b c d; do if [ -e $p ]; then ls $p | sed 's/^/ /'; else echo $p; fi; done; exit 1; }\n";
    let long = format!("{die}{}", "if [ -z \"$U\" ]; then run || die; else echo there; fi\n".repeat(150));
    with_facts(&long, Shell::Bash, |facts| assert!(facts.is_complete, "a long script that is no tangle"));
    with_facts("f() { f; f; f; }; f", Shell::Bash, |facts| assert!(facts.executions.len() < 10_000));
    with_facts(
        "x=aaaaaaaaaaaaaaaa; for i in 1; do x=$x$x; done; f() { x=$x$x; f; f; f; }; f; b $x",
        Shell::Sh,
        |facts| {
            assert!(facts.executions.iter().all(|it| {
                it.words.iter().all(|word| word.text.as_ref().is_none_or(|text| text.len() < 1 << 20))
            }));
        },
    );
    with_facts("sh -c 'sh -c \"sh -c a\"'; . /s/lib.sh; a", Shell::Sh, |facts| assert!(facts.is_complete));
}

#[test]
fn branches_are_chosen_by_what_is_known_before() {
    let runs = |script: &str| {
        with_facts(script, Shell::Sh, |facts| {
            let names = facts.executions.iter().filter_map(|it| it.name().map(str::to_owned));
            let commands: Vec<String> = names.filter(|name| !matches!(name.as_str(), "[" | "test")).collect();
            (commands.join(" "), facts.is_chosen)
        })
    };
    for (script, commands) in [
        (r#"if [ "$E" = env ]; then a; exit 0; fi; b"#, "a exit"),
        (r#"if [ "$E" = other ]; then a; else b; fi; c"#, "b c"),
        (r#"if [ "$U" = x ]; then a; elif [ -n "$E" ]; then b; else c; fi"#, "a b"),
        (r#"[ "$E" = env ] && exit 0; b"#, "exit"),
        (r#"[ "$E" = env ] || a; b"#, "b"),
        (r#"[ "$E" != env ] && a; b"#, "b"),
        (r#"[ -z "$E" ] && a; b"#, "b"),
        (r#"case "$E" in other|env) a; exit;; *) b;; esac; c"#, "a exit"),
        (r"case $E in other) a;; *) b;; esac; c", "b c"),
        (r#"M=$E; if test "$M" = other; then a; fi; b"#, "b"),
        (r#"f() { if [ "$1" = x ]; then a; return; fi; b; }; f x; f y"#, "a return b"),
        (r#"sh -c 'if [ "$1" = x ]; then a; exit; fi; b' sh x; c"#, "sh a exit c"),
    ] {
        assert_eq!(runs(script), (commands.to_owned(), true), "{script}");
    }
    for (script, commands) in [
        (r#"if [ "$U" = x ]; then a; exit; fi; b"#, "a exit b"),
        (r#"if [ "$1" = x ]; then a; exit; fi; b"#, "a exit b"),
        (r#"E=$U; if [ "$E" = x ]; then a; fi; b"#, "a b"),
        (r#". /etc/unknown; if [ "$E" = x ]; then a; fi; b"#, ". a b"),
        (r#"eval "$U"; if [ "$E" = x ]; then a; fi; b"#, "eval a b"),
        (r#"case "$E" in other) a;; e*) b;; env) c;; esac"#, "a b c"),
        (r#"f() { if [ "$E" = x ]; then a; fi; }; E=x f; b"#, "a b"),
        (r#"E=x sh -c 'if [ "$E" = x ]; then a; fi'; b"#, "sh a b"),
        (r#"env E=x sh -c 'if [ "$E" = x ]; then a; fi'; b"#, "sh a b"),
        (r#"printf -v E %s x; if [ "$E" = x ]; then a; fi; b"#, "printf a b"),
        (r#"if [ -f "$E" ]; then a; fi; b"#, "a b"),
        (r#"if [ "$E" = x ] 2>/dev/null; then a; fi; b"#, "a b"),
        (r#"for i in 1 2; do if [ "$E" = x ]; then a; fi; E=x; done; b"#, "a b"),
        (r#"if [ "$U" = y ]; then E=x; fi; if [ "$E" = x ]; then a; fi; b"#, "a b"),
    ] {
        assert_eq!(runs(script), (commands.to_owned(), false), "{script}");
    }
}
