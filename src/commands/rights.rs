//! What rights commands need.

use super::world::place::base_name;
use super::{Call, Record, Trait};

/// Builtins of the shell that change nothing but the shell, and what asks or ends.
const OF_THE_SHELL: [&str; 24] = [
    ":", "true", "false", "exit", "return", "set", "shopt", "cd", "pwd", "export", "local", "readonly",
    "unset", "shift", "umask", "ulimit", "trap", "read", "wait", "break", "continue", "[[", "let", "getopts",
];

/// What changes files, and no more than files.
const OF_FILES: [&str; 16] = [
    "chown", "chgrp", "chmod", "mkdir", "rmdir", "rm", "cp", "mv", "ln", "touch", "cat", "stat", "install",
    "tee", "truncate", "find",
];

/// Clients that talk to a server on the node.
const SOCKET_CLIENTS: [&str; 3] = ["docker", "crictl", "nerdctl"];

/// The least that a command needs to do its work for root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needs {
    /// What a runtime gives root by default: to change owners and modes, whoever owns the file.
    Default,
    /// `NET_ADMIN` besides: it changes addresses, routes or packet filters.
    Network,
    /// Nothing is known of it, or it needs more.
    Unknown,
}

impl Needs {
    /// Of a command as it is called.
    pub(crate) fn of(call: &Call<'_>) -> Self {
        let name = call.name();
        if call.words().iter().any(|word| names_device(word)) {
            return Self::Unknown;
        }
        let sets = match name {
            "hostname" => call.words().len() > 1,
            "date" => call.words().iter().any(|word| word == "-s" || word.starts_with("--set")),
            // A limit is raised by SYS_RESOURCE alone (setrlimit(2)), and what it was isn't known.
            _ => call.is(Trait::SetsOwnProcess),
        };
        if OF_FILES.contains(&name) {
            return Self::of_files(call);
        }
        let is_harmless = OF_THE_SHELL.contains(&name) || call.is(Trait::OnlyPrints) || call.is(Trait::Test);
        if is_socket_client(call) || is_harmless && !sets {
            return Self::Default;
        }
        // In a network of its own it would need more.
        let is_elsewhere = call.words().iter().any(|word| matches!(word.as_str(), "netns" | "-n" | "-netns"));
        if call.is(Trait::ChangesNetwork) && !is_elsewhere { Self::Network } else { Self::Unknown }
    }

    /// `find -exec` runs another command.
    fn of_files(call: &Call<'_>) -> Self {
        let words = call.words();
        let runs = |word: &String| matches!(word.as_str(), "-exec" | "-execdir" | "-ok");
        match words.iter().position(runs).filter(|_| call.name() == "find") {
            Some(at) => match words.get(at + 1) {
                Some(name) if OF_FILES.contains(&base_name(name)) && name != "find" => Self::Default,
                _ => Self::Unknown,
            },
            None => Self::Default,
        }
    }
}

/// What every container has in `/dev`.
const OWN_DEVICES: [&str; 12] = [
    "null",
    "zero",
    "full",
    "random",
    "urandom",
    "tty",
    "stdin",
    "stdout",
    "stderr",
    "fd",
    "shm",
    "termination-log",
];

/// Whether `word` speaks of a device of the node, or of what NVIDIA's runtime brings with one: a container that asks for none
/// sees either for being privileged alone.
fn names_device(word: &str) -> bool {
    let is_of_node = |rest: &str| {
        let name =
            rest.split(|char: char| !(char.is_alphanumeric() || char == '-')).next().unwrap_or_default();
        !OWN_DEVICES.contains(&name)
    };
    word == "nvidia-smi"
        || word.contains('/') && word.contains("nvidia")
        || word.split("/dev/").skip(1).any(is_of_node)
}

/// Whether it is a builtin that changes nothing but the shell.
pub(crate) fn is_of_the_shell(call: &Call<'_>) -> bool {
    OF_THE_SHELL.contains(&call.name())
}

/// Whether anything is known of a command: it has a record, or is the shell's own.
pub(crate) fn is_known(call: &Call<'_>) -> bool {
    call.record().is_some() || OF_THE_SHELL.contains(&call.name())
}

/// Whether a command takes little memory and time, however much it is given to do.
pub(crate) fn is_light(call: &Call<'_>) -> bool {
    const SETTERS: [&str; 2] = ["sysctl", "ip"];
    const FILTERS: [&str; 9] = ["sed", "awk", "grep", "tr", "cut", "head", "tail", "envsubst", "base64"];
    let name = call.name();
    let checks = call.is(Trait::ChecksListed);
    SETTERS.contains(&name) || FILTERS.contains(&name) || checks || Needs::of(call) != Needs::Unknown
}

/// Whether a command is sure to end by itself, and soon.
pub(crate) fn ends_soon(call: &Call<'_>) -> bool {
    const LASTING: [Trait; 4] = [Trait::NeverEnds, Trait::Waits, Trait::NeedsNetwork, Trait::Interpreter];
    let is_builtin = OF_THE_SHELL.contains(&call.name()) && !matches!(call.name(), "wait" | "read");
    let is_understood = call.record().is_some_and(Record::has_effect) || call.is(Trait::Test);
    (is_builtin || is_understood) && !LASTING.iter().any(|lasting| call.is(*lasting))
}

/// Whether a command starts a server that runs on when the command has ended.
pub(crate) fn starts_server(call: &Call<'_>) -> bool {
    const DETACHING: [&str; 5] = ["--daemonize", "--daemonize=yes", "--fork", "-detached", "--daemon"];
    let starts = matches!(call.name(), "pg_ctl" | "pg_ctlcluster" | "service" | "systemctl" | "apachectl")
        && call.words().iter().any(|word| word == "start");
    starts || call.words().iter().any(|word| DETACHING.contains(&word.as_str()))
}

/// Whether a command changes files or their owners, and nothing else.
pub(crate) fn changes_files(call: &Call<'_>) -> bool {
    OF_FILES.contains(&call.name())
}

/// Whether a command only talks to a server through a socket, whatever that may do then.
pub(crate) fn is_socket_client(call: &Call<'_>) -> bool {
    SOCKET_CLIENTS.contains(&call.name())
}
