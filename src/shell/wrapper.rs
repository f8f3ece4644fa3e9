//! Commands that run the command in their arguments: `timeout 60 git clone …`.

/// How a wrapper's command line goes. Options that aren't named here take no value.
struct Wrapper {
    names: &'static [&'static str],
    /// Letters of the options that take a value, attached or as the next word.
    letters: &'static str,
    /// Long options that take their value as the next word where it isn't attached with `=`.
    long: &'static [&'static str],
    /// Operands before the command.
    operands: usize,
    /// `NAME=value` words may stand before the command.
    assignments: bool,
}

const fn plain(names: &'static [&'static str], letters: &'static str, operands: usize) -> Wrapper {
    Wrapper { names, letters, long: &[], operands, assignments: false }
}

/// Those found around the commands of published init containers, and their like. From their manual
/// pages (coreutils, util-linux, sudo, runit) and READMEs (tini, dumb-init, gosu, su-exec).
const WRAPPERS: &[Wrapper] = &[
    Wrapper { long: &["kill-after", "signal"], ..plain(&["timeout"], "ks", 1) },
    plain(&["su-exec", "gosu"], "", 1),
    plain(&["tini", "tini-static", "docker-init", "catatonit"], "pe", 0),
    Wrapper { long: &["rewrite"], ..plain(&["dumb-init"], "r", 0) },
    Wrapper { long: &["adjustment"], ..plain(&["nice"], "n", 0) },
    Wrapper { long: &["class", "classdata"], ..plain(&["ionice"], "cn", 0) },
    Wrapper {
        names: &["sudo", "doas"],
        letters: "ughpCDRTU",
        long: &["user", "group", "host", "prompt", "chdir", "other-user"],
        operands: 0,
        assignments: true,
    },
    Wrapper {
        long: &[
            "reuid",
            "regid",
            "ruid",
            "euid",
            "rgid",
            "egid",
            "groups",
            "inh-caps",
            "ambient-caps",
            "bounding-set",
            "securebits",
            "pdeathsig",
            "selinux-label",
            "apparmor-profile",
        ],
        ..plain(&["setpriv"], "", 0)
    },
    plain(&["nohup", "setsid", "busybox", "toybox", "chronic", "unbuffer", "catchsegv"], "", 0),
    Wrapper { long: &["wait", "timeout", "conflict-exit-code"], ..plain(&["flock"], "wE", 1) },
    Wrapper { long: &["output", "format"], ..plain(&["time"], "of", 0) },
    Wrapper { long: &["input", "output", "error"], ..plain(&["stdbuf"], "ioe", 0) },
    plain(&["chpst"], "uUbenlLmdopfcrt", 0),
    Wrapper { names: &["env"], letters: "uC", long: &["unset", "chdir"], operands: 0, assignments: true },
    plain(&["exec"], "a", 0),
    plain(&["command", "builtin"], "", 0),
];

/// What leads up to a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lead {
    /// This many words are wrappers with their arguments.
    Words(usize),
    /// The command runs in another file system.
    Elsewhere,
    /// It can't be told where the command starts.
    Unknown,
}

/// More wrappers around one another are no command that anybody wrote.
const MAX_WRAPPERS: usize = 16;

pub(super) fn lead(words: &[Option<&str>]) -> Lead {
    let mut at = 0;
    for _ in 0..MAX_WRAPPERS {
        let rest = words.get(at..).unwrap_or(&[]);
        let Some(Some(name)) = rest.first() else { return Lead::Words(at) };
        let name = base_name(name);
        if is_elsewhere(name, rest) {
            return Lead::Elsewhere;
        }
        let Some(wrapper) = WRAPPERS.iter().find(|wrapper| wrapper.names.contains(&name)) else {
            return Lead::Words(at);
        };
        match wrapper.length(name, rest) {
            // `flock FILE -c TEXT` has a script, which isn't looked for.
            Some(length)
                if rest.get(length).is_some_and(|word| word.is_some_and(|word| word.starts_with('-'))) =>
            {
                return Lead::Unknown;
            }
            Some(length) if length < rest.len() => at += length,
            // Nothing is left to run: it is a command of its own (`env`, `command -v x`).
            Some(_) => return Lead::Words(at),
            None => return Lead::Unknown,
        }
    }
    Lead::Unknown
}

/// The last part of a path: `bash` of `/bin/bash`.
#[must_use]
pub fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether the paths in the rest of the command belong to another file system.
fn is_elsewhere(name: &str, words: &[Option<&str>]) -> bool {
    let has = |subcommand: &[&str]| words.iter().flatten().skip(1).any(|word| subcommand.contains(word));
    match name {
        "nsenter" | "chroot" | "ssh" => true,
        "kubectl" | "oc" => has(&["exec", "debug"]),
        "docker" | "podman" | "nerdctl" | "crictl" => has(&["exec", "run"]),
        "chpst" => has(&["-/"]),
        _ => false,
    }
}

impl Wrapper {
    /// The words up to the command; `None` where it can't be told. `words` starts with the name.
    fn length(&self, name: &str, words: &[Option<&str>]) -> Option<usize> {
        let mut at = 1;
        let mut operands = self.operands;
        while let Some(Some(word)) = words.get(at) {
            if *word == "--" {
                at += 1;
                break;
            }
            let Some(option) = word.strip_prefix('-') else { break };
            if name == "command" && matches!(option, "v" | "V") {
                return Some(words.len());
            }
            // `env -S` splits its value into words; `sudo -i` and `-s` start a shell.
            if (name == "env" && (option.starts_with('S') || option.starts_with("-split-string")))
                || (name == "sudo" && matches!(option, "i" | "s"))
            {
                return None;
            }
            // busybox of old: `timeout -t 60 command`.
            if name == "timeout" && option == "t" {
                operands = 0;
                at += 1;
            }
            at += 1 + usize::from(self.takes_next(option));
        }
        if self.assignments {
            let rest = words.get(at..)?.iter();
            at += rest.take_while(|word| word.is_some_and(|word| word.contains('='))).count();
        }
        Some(at + operands)
    }

    /// Whether the option's value is the next word: `-u x`, `--user x`; not `-ux`, `--user=x`.
    fn takes_next(&self, option: &str) -> bool {
        if let Some(long) = option.strip_prefix('-') {
            return self.long.contains(&long);
        }
        let value = option.char_indices().find(|(_, letter)| self.letters.contains(*letter));
        value.is_some_and(|(at, letter)| at + letter.len_utf8() == option.len())
    }
}
