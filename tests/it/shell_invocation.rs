//! What container command lines come to.
use initlint::shell::invocation::{Invocation, of, of_first_line};
use initlint::shell::options::{Options, Shell};

/// `shell[options] «text» parameters < wrapper`.
fn print(words: &[&str]) -> String {
    let known: Vec<Option<&str>> = words.iter().copied().map(Some).collect();
    let (head, parameters, wrapper) = match of(&known) {
        Invocation::Script { text, shell, options, wrapper } => {
            (format!("{shell:?}{} «{}»", letters(options), words[text]), text + 1, wrapper)
        }
        Invocation::File { path, shell, options, wrapper } => {
            let shell = shell.map_or("?".to_owned(), |shell| format!("{shell:?}"));
            (format!("{shell}{} {}", letters(options), words[path]), path + 1, wrapper)
        }
        Invocation::Exec { program } => ("exec".to_owned(), program, program),
        Invocation::Elsewhere => return "elsewhere".to_owned(),
        Invocation::OtherLanguage(name) => return format!("in {name}"),
        Invocation::Unknown => return "unknown".to_owned(),
    };
    let after = |sign: &str, words: &[&str]| {
        if words.is_empty() { String::new() } else { format!(" {sign}{}", words.join(" ")) }
    };
    format!("{head}{}{}", after("", &words[parameters..]), after("< ", &words[..wrapper]))
}

fn letters(options: Options) -> String {
    let all = [
        (options.errexit, "e"),
        (options.nounset, "u"),
        (options.xtrace, "x"),
        (options.pipefail, "p"),
        (options.noglob, "f"),
        (options.noclobber, "C"),
        (options.noexec, "n"),
    ];
    let set: String = all.iter().filter(|(on, _)| *on).map(|(_, letter)| *letter).collect();
    if set.is_empty() { set } else { format!("-{set}") }
}

#[test]
fn command_lines() {
    let table: &[(&[&str], &str)] = &[
        (&["sh", "-c", "a b"], "Sh «a b»"),
        (&["/bin/sh", "-c", "a", "zero", "one"], "Sh «a» zero one"),
        (&["/bin/bash", "-ec", "a"], "Bash-e «a»"),
        (&["sh", "-e", "-x", "-c", "a"], "Sh-ex «a»"),
        (&["sh", "-xc", "a"], "Sh-x «a»"),
        (&["bash", "-euo", "pipefail", "-c", "a"], "Bash-eup «a»"),
        (&["bash", "-ceuo", "pipefail", "a"], "Bash-eup «a»"),
        (&["bash", "-o", "errexit", "+e", "-c", "a"], "Bash «a»"),
        (&["sh", "-c", "--", "a"], "Sh «a»"),
        (&["sh", "-c", "-e", "a"], "Sh-e «a»"),
        (&["bash", "-lc", "a"], "Bash «a»"),
        (&["bash", "--login", "--rcfile", "x", "-O", "extglob", "-c", "a"], "Bash «a»"),
        (&["/usr/bin/env", "bash", "-c", "a"], "Bash «a» < /usr/bin/env"),
        (&["env", "-i", "-u", "X", "A=b", "C=", "sh", "-c", "a"], "Sh «a» < env -i -u X A=b C="),
        (&["busybox", "sh", "-c", "a"], "Sh «a» < busybox"),
        (&["/busybox/sh", "-c", "a"], "Sh «a»"),
        (&["ash", "-c", "a"], "Ash «a»"),
        (&["timeout", "60", "sh", "-c", "a"], "Sh «a» < timeout 60"),
        (
            &["timeout", "-k", "5", "--signal", "KILL", "60s", "sh", "-c", "a"],
            "Sh «a» < timeout -k 5 --signal KILL 60s",
        ),
        (&["timeout", "-k5", "--signal=KILL", "60s", "a"], "exec a < timeout -k5 --signal=KILL 60s"),
        (&["timeout", "-t", "60", "a"], "exec a < timeout -t 60"),
        (&["tini", "-g", "--", "su-exec", "u:g", "sh", "-c", "a"], "Sh «a» < tini -g -- su-exec u:g"),
        (
            &["/usr/bin/dumb-init", "--", "gosu", "root", "a", "b"],
            "exec a b < /usr/bin/dumb-init -- gosu root",
        ),
        (&["sudo", "-u", "x", "-E", "A=b", "mkdir", "d"], "exec mkdir d < sudo -u x -E A=b"),
        (&["nice", "-n", "10", "ionice", "-c2", "-n7", "a"], "exec a < nice -n 10 ionice -c2 -n7"),
        (
            &["setpriv", "--reuid", "1", "--clear-groups", "--regid=2", "a"],
            "exec a < setpriv --reuid 1 --clear-groups --regid=2",
        ),
        (&["chpst", "-u", "x", "nohup", "stdbuf", "-oL", "a"], "exec a < chpst -u x nohup stdbuf -oL"),
        (&["sh", "/scripts/init.sh", "x"], "Sh /scripts/init.sh x"),
        (&["bash", "-e", "x.sh"], "Bash-e x.sh"),
        (&["/scripts/init.sh", "x"], "? /scripts/init.sh x"),
        (&["tini", "--", "/init.bash"], "? /init.bash < tini --"),
        (&["git", "clone", "u", "/d"], "exec git clone u /d"),
        (&["/app/migrate"], "exec /app/migrate"),
        (&["env"], "exec env"),
        (&["sudo", "-i"], "unknown"),
        (&["env", "-S", "sh -c a"], "unknown"),
        (&["nsenter", "-t", "1", "-m", "bash", "-c", "a"], "elsewhere"),
        (&["chroot", "/host", "sh", "-c", "a"], "elsewhere"),
        (&["timeout", "5", "ssh", "h", "a"], "elsewhere"),
        (&["kubectl", "-n", "x", "exec", "p", "--", "a"], "elsewhere"),
        (&["kubectl", "create", "-f", "x"], "exec kubectl create -f x"),
        (&["python3", "-c", "a"], "in python3"),
        (&["python3.12", "/a.py"], "in python3.12"),
        (&["python", "-m", "pip", "install", "a"], "exec python -m pip install a"),
        (&["node", "-e", "a"], "in node"),
        (&["perl", "-e", "a"], "in perl"),
        (&["pwsh", "-Command", "a"], "in pwsh"),
        (&["sh"], "unknown"),
        (&["sh", "-c"], "unknown"),
        (&["sh", "-s", "a"], "unknown"),
        (&["", "a"], "exec  a"),
        (&["flock", "-w", "5", "/lock", "git", "clone", "u"], "exec git clone u < flock -w 5 /lock"),
        (&["flock", "/lock", "-c", "a b"], "unknown"),
    ];
    for (argv, expected) in table {
        assert_eq!(print(argv), *expected, "{argv:?}");
    }
}

#[test]
fn commands_inside_scripts() {
    let table: &[(&[Option<&str>], Invocation)] = &[
        (&[Some("timeout"), None, Some("git"), Some("clone")], Invocation::Exec { program: 2 }),
        (&[Some("sudo"), Some("-u"), None, Some("mkdir"), None], Invocation::Exec { program: 3 }),
        (&[Some("exec"), Some("-a"), Some("x"), Some("mkdir")], Invocation::Exec { program: 3 }),
        (&[Some("command"), Some("mkdir"), None], Invocation::Exec { program: 1 }),
        (&[Some("command"), Some("-v"), Some("mkdir")], Invocation::Exec { program: 0 }),
        (&[Some("exec")], Invocation::Exec { program: 0 }),
        (&[Some("timeout"), Some("5"), None], Invocation::Unknown),
        (&[None, Some("a")], Invocation::Unknown),
        (&[Some("chroot"), None, Some("sh"), Some("-c"), None], Invocation::Elsewhere),
        (&[Some("bash"), None, Some("-c"), Some("a")], Invocation::Unknown),
        (&[], Invocation::Unknown),
    ];
    for (words, expected) in table {
        assert_eq!(of(words), *expected, "{words:?}");
    }
    let script = of(&[Some("sh"), Some("-ec"), None, Some("x")]);
    assert!(matches!(script, Invocation::Script { text: 2, options, .. } if options.errexit), "{script:?}");
}

#[test]
fn first_lines_name_shells() {
    let strict = Options { errexit: true, ..Options::default() };
    assert_eq!(of_first_line("#!/bin/sh -e\nx"), Some((Shell::Sh, strict)));
    assert_eq!(of_first_line("#!/usr/bin/env bash\nx"), Some((Shell::Bash, Options::default())));
    assert_eq!(of_first_line("echo x"), Some((Shell::Sh, Options::default())));
    assert_eq!(of_first_line("#!/usr/bin/env python3\nx"), None);
}

#[test]
fn the_builtin_set() {
    let set = |words: &[&str]| {
        let mut options = Options::default();
        let taken = options.set(&words.iter().copied().map(Some).collect::<Vec<_>>());
        (letters(options), taken)
    };
    assert_eq!(set(&["-euo", "pipefail"]), ("-eup".to_owned(), 2));
    assert_eq!(set(&["-e", "+e", "-x", "a", "-u"]), ("-x".to_owned(), 3));
    assert_eq!(set(&["-e", "--", "-u"]), ("-e".to_owned(), 2));
    assert_eq!(set(&["-o"]), (String::new(), 1));
    assert_eq!(set(&["a", "-e"]), (String::new(), 0));
}
