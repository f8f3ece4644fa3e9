//! What container command lines come to.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stderr,
    reason = "a test fails so"
)]

use initlint::shell::invocation::{Call, Invocation, call, of};
use initlint::source::{FileId, MappedText, Span};

fn mapped(words: &[&str]) -> Vec<MappedText> {
    let at = |index: usize| Span::new(FileId(0), index * 100..index * 100 + 50);
    words.iter().enumerate().map(|(index, word)| MappedText::opaque((*word).to_owned(), at(index))).collect()
}

fn join(words: &[MappedText]) -> String {
    words.iter().map(MappedText::as_str).collect::<Vec<_>>().join(" ")
}

/// `shell[options] «text» parameters < wrapper`.
fn print(invocation: &Invocation) -> String {
    let (head, parameters, wrapper) = match invocation {
        Invocation::Script { text, shell, options, parameters, wrapper } => {
            (format!("{shell:?}{} «{}»", letters(*options), text.as_str()), parameters, wrapper)
        }
        Invocation::File { path, shell, options, parameters, wrapper } => {
            let shell = shell.map_or("?".to_owned(), |shell| format!("{shell:?}"));
            (format!("{shell}{} {}", letters(*options), path.as_str()), parameters, wrapper)
        }
        Invocation::Exec { argv, wrapper } => ("exec".to_owned(), argv, wrapper),
        Invocation::Elsewhere => return "elsewhere".to_owned(),
        Invocation::OtherLanguage(name) => return format!("in {name}"),
        Invocation::Unknown => return "unknown".to_owned(),
    };
    let after = |sign: &str, words: &[MappedText]| {
        if words.is_empty() { String::new() } else { format!(" {sign}{}", join(words)) }
    };
    format!("{head}{}{}", after("", parameters), after("< ", wrapper))
}

fn letters(options: initlint::shell::invocation::Options) -> String {
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
    ];
    for (argv, expected) in table {
        for split in 1..=argv.len() {
            let words = mapped(argv);
            let (command, args) = words.split_at(split);
            assert_eq!(print(&of(command, args)), *expected, "{argv:?}");
        }
    }
}

#[test]
fn an_entrypoint_of_the_image_is_unknown() {
    assert_eq!(of(&[], &mapped(&["sh", "-c", "a"])), Invocation::Unknown);
    assert_eq!(of(&[], &[]), Invocation::Unknown);
}

#[test]
fn the_text_keeps_its_place() {
    let words = mapped(&["sh", "-c", "a"]);
    let Invocation::Script { text, .. } = of(&words[..2], &words[2..]) else { panic!("no script") };
    assert_eq!(text.whole(), Span::new(FileId(0), 200..250));
}

#[test]
fn commands_inside_scripts() {
    let table: &[(&[Option<&str>], Call)] = &[
        (&[Some("timeout"), None, Some("git"), Some("clone")], Call::Exec { program: 2 }),
        (&[Some("sudo"), Some("-u"), None, Some("mkdir"), None], Call::Exec { program: 3 }),
        (&[Some("exec"), Some("-a"), Some("x"), Some("mkdir")], Call::Exec { program: 3 }),
        (&[Some("command"), Some("mkdir"), None], Call::Exec { program: 1 }),
        (&[Some("command"), Some("-v"), Some("mkdir")], Call::Exec { program: 0 }),
        (&[Some("exec")], Call::Exec { program: 0 }),
        (&[Some("timeout"), Some("5"), None], Call::Unknown),
        (&[None, Some("a")], Call::Unknown),
        (&[Some("chroot"), None, Some("sh"), Some("-c"), None], Call::Elsewhere),
        (&[Some("bash"), None, Some("-c"), Some("a")], Call::Unknown),
        (&[], Call::Unknown),
    ];
    for (words, expected) in table {
        assert_eq!(call(words), *expected, "{words:?}");
    }
    let script = call(&[Some("sh"), Some("-ec"), None, Some("x")]);
    assert!(matches!(script, Call::Script { text: 2, options, .. } if options.errexit), "{script:?}");
}
