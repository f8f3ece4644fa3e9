//! Which of a container's words are a script: `sh -c`, a shell and a file, or no shell at all.

use std::collections::BTreeSet;
use std::ops::Range;

/// What a process's words (`command`, then `args`) come to. Numbers are indices among the words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invocation {
    /// A shell runs a word as its script: `sh -c TEXT`.
    Script {
        /// The script's text.
        text: usize,
        /// The shell.
        shell: Shell,
        /// Options of the shell, as [`Invocation::File`] has them.
        options: BTreeSet<String>,
        /// `$0`, `$1`…
        parameters: Range<usize>,
    },
    /// A file runs, which may be a script: `sh FILE`, or `/scripts/init.sh`.
    File {
        /// The file's path.
        path: usize,
        /// The shell that reads it; `None` where the file's own first line says.
        shell: Option<Shell>,
        /// Options of the shell by letter (`e`, `u`, `x`), and `pipefail`.
        options: BTreeSet<String>,
        /// `$1`, `$2`…
        parameters: Range<usize>,
    },
    /// A command without a shell, or one that can't be followed.
    Command,
}

/// The shells whose language is read as bash's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shell {
    /// `sh`, `ash`, `dash`, `ksh`: POSIX.
    Posix,
    /// `bash`.
    Bash,
}

/// A command that runs the rest of its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wrapper {
    /// Its name.
    pub name: &'static str,
    /// How many operands of its own come first: `timeout 60 COMMAND`.
    pub operands: usize,
    /// Its options that take a value, without dashes: letters and long names.
    pub valued: &'static [&'static str],
}

const fn wrapper(name: &'static str, operands: usize, valued: &'static [&'static str]) -> Wrapper {
    Wrapper { name, operands, valued }
}

/// Commands that run the rest of their words, in the same file system.
pub static WRAPPERS: &[Wrapper] = &[
    wrapper("busybox", 0, &[]),
    wrapper("catchsegv", 0, &[]),
    wrapper("chpst", 0, &["u", "U", "b", "e", "n", "m", "d", "o", "p", "f", "c", "l", "L"]),
    wrapper("chronic", 0, &[]),
    wrapper("command", 0, &[]),
    wrapper("doas", 0, &["u", "C"]),
    wrapper("dumb-init", 0, &["r", "rewrite"]),
    wrapper("env", 0, &["u", "unset", "C", "chdir", "S"]),
    wrapper("exec", 0, &["a"]),
    wrapper("flock", 1, &["w", "wait", "timeout", "E", "conflict-exit-code"]),
    wrapper("gosu", 1, &[]),
    wrapper("ionice", 0, &["c", "class", "n", "classdata", "p"]),
    wrapper("nice", 0, &["n", "adjustment"]),
    wrapper("nohup", 0, &[]),
    wrapper("setpriv", 0, &["reuid", "regid", "groups", "inh-caps", "bounding-set"]),
    wrapper("setsid", 0, &[]),
    wrapper("stdbuf", 0, &["i", "input", "o", "output", "e", "error"]),
    wrapper("su-exec", 1, &[]),
    wrapper("sudo", 0, &["u", "user", "g", "group", "h", "p", "C", "D", "T"]),
    wrapper("time", 0, &["f", "format", "o", "output"]),
    wrapper("timeout", 1, &["s", "signal", "k", "kill-after"]),
    wrapper("tini", 0, &["e", "p"]),
    wrapper("unbuffer", 0, &[]),
];

/// The last part of a path: `bash` of `/bin/bash`.
#[must_use]
pub fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// How many of the first words are wrappers with their own options and operands.
#[must_use]
pub fn wrapped<S: AsRef<str>>(words: &[S]) -> usize {
    let word = |at: usize| words.get(at).map(AsRef::as_ref);
    let mut at = 0;
    while let Some(wrapper) =
        word(at).and_then(|name| WRAPPERS.iter().find(|wrapper| wrapper.name == base_name(name)))
    {
        let mut next = at + 1;
        while let Some(option) = word(next).filter(|word| word.len() > 1 && word.starts_with('-')) {
            next += 1;
            if option == "--" {
                break;
            }
            let name = option.trim_start_matches('-');
            next += usize::from(wrapper.valued.contains(&name));
        }
        if wrapper.name == "env" {
            while word(next).is_some_and(|word| word.contains('=')) {
                next += 1;
            }
        }
        next += wrapper.operands;
        if next >= words.len() {
            break;
        }
        at = next;
    }
    at
}

/// What `words` come to. Other languages (`python -c`), and what runs in another file system
/// (`nsenter`, `chroot`, `ssh`), are commands that can't be followed.
#[must_use]
pub fn of<S: AsRef<str>>(words: &[S]) -> Invocation {
    let start = wrapped(words);
    let Some(name) = words.get(start).map(AsRef::as_ref) else { return Invocation::Command };
    let shell = match base_name(name) {
        "bash" => Shell::Bash,
        "sh" | "ash" | "dash" | "ksh" => Shell::Posix,
        _ if name.contains('/') => {
            let options = BTreeSet::new();
            return Invocation::File {
                path: start,
                shell: None,
                options,
                parameters: start + 1..words.len(),
            };
        }
        _ => return Invocation::Command,
    };
    of_shell(words, start + 1, shell)
}

/// The words of a shell from `at` on: options, then `-c`'s script or a file (POSIX XCU, `sh`).
fn of_shell<S: AsRef<str>>(words: &[S], mut at: usize, shell: Shell) -> Invocation {
    let mut options = BTreeSet::new();
    let mut is_text = false;
    while let Some(word) = words.get(at).map(AsRef::as_ref) {
        let Some(letters) = word.strip_prefix(['-', '+']).filter(|letters| !letters.is_empty()) else {
            break;
        };
        at += 1;
        if word == "--" {
            break;
        }
        if word.starts_with("--") {
            // Bash's long options; these two take a file.
            at += usize::from(matches!(word, "--rcfile" | "--init-file"));
            continue;
        }
        let on = word.starts_with('-');
        for letter in letters.chars() {
            match letter {
                'c' => is_text = true,
                'o' | 'O' => {
                    let name = words.get(at).map_or("", AsRef::as_ref);
                    at += 1;
                    set(&mut options, long_option(name), on);
                }
                _ => set(&mut options, letter.to_string(), on),
            }
        }
    }
    if at >= words.len() {
        return Invocation::Command;
    }
    if is_text {
        Invocation::Script { text: at, shell, options, parameters: at + 1..words.len() }
    } else {
        Invocation::File { path: at, shell: Some(shell), options, parameters: at + 1..words.len() }
    }
}

fn set(options: &mut BTreeSet<String>, option: String, on: bool) {
    if on {
        options.insert(option);
    } else {
        options.remove(&option);
    }
}

/// The letter of an option of `set -o`, where it has one.
fn long_option(name: &str) -> String {
    match name {
        "errexit" => "e",
        "nounset" => "u",
        "xtrace" => "x",
        "noglob" => "f",
        "noexec" => "n",
        other => other,
    }
    .to_owned()
}

/// The shell that a script's first line names; `None` where it is another language.
#[must_use]
pub fn of_first_line(text: &str) -> Option<(Shell, BTreeSet<String>)> {
    let Some(line) = text.lines().next().and_then(|line| line.strip_prefix("#!")) else {
        // Without `#!` the kernel refuses, and whoever runs it hands it to `sh`.
        return Some((Shell::Posix, BTreeSet::new()));
    };
    let words: Vec<&str> = line.split_whitespace().chain(["FILE"]).collect();
    match of(&words) {
        Invocation::File { shell: Some(shell), options, .. } => Some((shell, options)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(words: &[&str]) -> (String, Shell, String) {
        match of(words) {
            Invocation::Script { text, shell, options, .. } => {
                (words[text].to_owned(), shell, options.into_iter().collect::<Vec<_>>().join(" "))
            }
            other => panic!("{words:?}: {other:?}"),
        }
    }

    #[test]
    fn scripts_are_found_behind_options_and_wrappers() {
        let posix = |options: &str| ("TEXT".to_owned(), Shell::Posix, options.to_owned());
        let bash = |options: &str| ("TEXT".to_owned(), Shell::Bash, options.to_owned());
        assert_eq!(script(&["sh", "-c", "TEXT"]), posix(""));
        assert_eq!(script(&["/bin/sh", "-ec", "TEXT", "arg0"]), posix("e"));
        assert_eq!(script(&["sh", "-e", "-x", "-c", "TEXT"]), posix("e x"));
        assert_eq!(script(&["sh", "-c", "--", "TEXT"]), posix(""));
        assert_eq!(script(&["bash", "-euo", "pipefail", "-c", "TEXT"]), bash("e pipefail u"));
        assert_eq!(script(&["bash", "-o", "errexit", "-lc", "TEXT"]), bash("e l"));
        assert_eq!(script(&["bash", "--norc", "-e", "+e", "-c", "TEXT"]), bash(""));
        assert_eq!(script(&["/usr/bin/env", "-i", "A=b", "bash", "-c", "TEXT"]), bash(""));
        assert_eq!(script(&["tini", "--", "timeout", "-k", "5", "60", "sh", "-c", "TEXT"]), posix(""));
        assert_eq!(script(&["su-exec", "postgres", "sh", "-c", "TEXT"]), posix(""));
        assert_eq!(
            script(&["sudo", "-u", "app", "nice", "-n", "5", "busybox", "sh", "-c", "TEXT"]),
            posix("")
        );
    }

    #[test]
    fn files_are_told_from_commands() {
        let path = |words: &[&str]| match of(words) {
            Invocation::File { path, shell, .. } => Some((path, shell)),
            _ => None,
        };
        assert_eq!(path(&["sh", "/scripts/init.sh", "x"]), Some((1, Some(Shell::Posix))));
        assert_eq!(path(&["bash", "-e", "/scripts/init.sh"]), Some((2, Some(Shell::Bash))));
        assert_eq!(path(&["/scripts/init.sh"]), Some((0, None)));
        for command in [
            &["git", "clone", "x"][..],
            &["python", "-c", "TEXT"],
            &["nsenter", "-t", "1", "--", "sh", "-c", "TEXT"],
            &["chroot", "/host", "sh", "-c", "TEXT"],
            &["sh"],
            &["sh", "-c"],
            &["timeout", "60"],
            &[],
        ] {
            assert_eq!(of(command), Invocation::Command, "{command:?}");
        }
    }

    #[test]
    fn first_lines_name_shells() {
        let shell = |text| of_first_line(text).map(|(shell, options)| (shell, options.len()));
        assert_eq!(shell("#!/bin/sh -e\nx"), Some((Shell::Posix, 1)));
        assert_eq!(shell("#!/usr/bin/env bash\nx"), Some((Shell::Bash, 0)));
        assert_eq!(shell("echo x"), Some((Shell::Posix, 0)));
        assert_eq!(shell("#!/usr/bin/env python3\nx"), None);
    }
}
