//! Commands that run the command in their arguments: `timeout 60 git clone …`.

use super::record::{Elsewhere, Record, Trait, record};

/// How a wrapper's command line goes. Options that aren't named here take no value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wrapper {
    /// Letters of the options that take a value, attached or as the next word.
    letters: &'static str,
    /// Long options that take their value as the next word where it isn't attached with `=`.
    long: &'static [&'static str],
    /// Operands before the command.
    pub(crate) operands: usize,
    /// `NAME=value` words may stand before the command.
    assignments: bool,
}

const fn plain(letters: &'static str, operands: usize) -> Wrapper {
    Wrapper { letters, long: &[], operands, assignments: false }
}

const SETPRIV: Wrapper = Wrapper {
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
    ..plain("", 0)
};

const SUDO: Wrapper = Wrapper {
    letters: "ughpCDRTU",
    long: &["user", "group", "host", "prompt", "chdir", "other-user"],
    operands: 0,
    assignments: true,
};

const NSENTER: Wrapper = Wrapper { long: &["target", "setuid", "setgid"], ..plain("tSG", 0) };

/// Those found around the commands of published init containers, and their like. From their manual pages (coreutils,
/// util-linux, sudo, runit) and READMEs (tini, dumb-init, gosu, su-exec).
pub(super) const RECORDS: &[Record] = &[
    record(&["timeout"])
        .wraps(Wrapper { long: &["kill-after", "signal"], ..plain("ks", 1) })
        .is(&[Trait::LimitsTime]),
    record(&["su-exec", "gosu"]).wraps(plain("", 1)).is(&[Trait::ChangesUser]),
    record(&["tini", "tini-static", "docker-init", "catatonit"]).wraps(plain("pe", 0)),
    record(&["dumb-init"]).wraps(Wrapper { long: &["rewrite"], ..plain("r", 0) }),
    record(&["nice"]).wraps(Wrapper { long: &["adjustment"], ..plain("n", 0) }),
    record(&["ionice"]).wraps(Wrapper { long: &["class", "classdata"], ..plain("cn", 0) }),
    record(&["sudo", "doas"]).wraps(SUDO).is(&[Trait::ChangesUser]),
    record(&["setpriv"]).wraps(SETPRIV).is(&[Trait::ChangesUser]),
    record(&["su", "runuser", "unshare"]).is(&[Trait::ChangesUser]),
    record(&["nohup", "setsid", "busybox", "toybox", "chronic", "unbuffer", "catchsegv"]).wraps(plain("", 0)),
    record(&["flock"])
        .does(super::reading::flock)
        .wraps(Wrapper { long: &["wait", "timeout", "conflict-exit-code"], ..plain("wE", 1) })
        .when(super::awaited::waits_for_lock)
        .asks(super::awaited::lock),
    record(&["time"]).wraps(Wrapper { long: &["output", "format"], ..plain("of", 0) }),
    record(&["stdbuf"]).wraps(Wrapper { long: &["input", "output", "error"], ..plain("ioe", 0) }),
    record(&["chpst"])
        .wraps(plain("uUbenlLmdopfcrt", 0))
        .runs(Elsewhere::With(&["-/"]))
        .is(&[Trait::ChangesUser]),
    record(&["env"]).does(super::reading::steady).wraps(Wrapper {
        letters: "uC",
        long: &["unset", "chdir"],
        operands: 0,
        assignments: true,
    }),
    record(&["exec"]).wraps(plain("a", 0)),
    record(&["command"])
        .does(super::reading::steady)
        .wraps(plain("", 0))
        .is(&[Trait::Test, Trait::SeeksCommands]),
    record(&["builtin"]).wraps(plain("", 0)),
    record(&["xargs"])
        .taking_first("I n L P d a s E max-args max-procs delimiter")
        .is(&[Trait::AcceptsEmptyInput, Trait::RunsOnInput])
        .tries(super::operations::on_input),
    record(&["nsenter"])
        .taking_first("t target S G setuid setgid")
        .does(super::reading::steady)
        .wraps(NSENTER)
        .runs(Elsewhere::Always),
    record(&["chroot"])
        .taking_first("")
        .does(super::reading::steady)
        .wraps(plain("", 1))
        .runs(Elsewhere::Always)
        .is(&[Trait::ChangesUser]),
    record(&["ssh"]).runs(Elsewhere::Always).is(&[Trait::NeedsNetwork]),
    record(&["docker", "podman", "nerdctl", "crictl"]).runs(Elsewhere::With(&["exec", "run"])),
];

impl Wrapper {
    /// The words up to the command; `None` where it can't be told. `words` starts with the wrapper's `name`, and `None`
    /// among them is a word that isn't known.
    pub(crate) fn length(&self, name: &str, words: &[Option<&str>]) -> Option<usize> {
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
