//! What a script tries that needs a right.

use super::operation::Operation;
use super::ownership;
use super::rights::Rights;
use crate::kube::volume::VolumeSource;
use crate::kube::{Container, Pod};
use crate::shell::invocation::base_name;
use crate::shell::semantics::{Execution, Facts};
use crate::source::Span;

/// An operation, and where it is tried.
pub(super) struct Attempt {
    pub(super) operation: Operation,
    pub(super) span: Span,
    /// Whether the script fails where it fails.
    pub(super) is_fatal: bool,
    /// Whether it may not be tried at all.
    pub(super) conditional: bool,
}

/// What runs as another user, be it root: what is said of the container doesn't hold for it.
const OTHER_USERS: [&str; 10] =
    ["sudo", "doas", "gosu", "su-exec", "setpriv", "chpst", "su", "runuser", "unshare", "chroot"];

/// What the script tries, in order.
pub(super) fn of_script(
    pod: &Pod<'_>,
    container: &Container<'_>,
    rights: &Rights<'_>,
    facts: &Facts<'_>,
) -> Vec<Attempt> {
    let mut given: Vec<String> = Vec::new();
    let mut attempts = Vec::new();
    for execution in &facts.executions {
        if execution.wrappers().any(|word| OTHER_USERS.contains(&base_name(word))) {
            continue;
        }
        let Some(operation) = operation(pod, container, execution, &given) else { continue };
        let (mut is_fatal, mut conditional) = (execution.fate.is_fatal(), execution.conditional);
        if let Operation::Owner(change) = &operation {
            is_fatal &= change.counts;
            conditional |= change.conditional;
            // Root owned it until now.
            if matches!(change.owner, Some(ownership::Id::Number(owner)) if owner != 0)
                && rights.refuses(&operation).is_none()
            {
                given.extend(change.paths.iter().cloned());
            }
        }
        attempts.push(Attempt { operation, span: execution.span(), is_fatal, conditional });
    }
    attempts.extend(written_parameters(container, facts));
    attempts
}

fn operation(
    pod: &Pod<'_>,
    container: &Container<'_>,
    execution: &Execution<'_>,
    given: &[String],
) -> Option<Operation> {
    let texts = execution.texts();
    let words = texts.get(execution.wrapper..)?;
    let arguments: Vec<&str> = words.iter().skip(1).copied().flatten().collect();
    let command = execution.name()?;
    match command {
        "chown" | "chgrp" | "find" | "xargs" => ownership::of_command(words).map(Operation::Owner),
        "chmod" => mode(pod, container, &arguments, given),
        "sysctl" => sysctl(container, &arguments),
        "iptables" | "ip6tables" | "iptables-nft" | "iptables-legacy" | "ip6tables-nft"
        | "ip6tables-legacy" => {
            let is_asked = arguments.iter().all(|word| matches!(*word, "-V" | "--version" | "-h" | "--help"));
            (!is_asked).then(|| Operation::Packets { command: command.to_owned() })
        }
        "iptables-restore" | "ip6tables-restore" => Some(Operation::Packets { command: command.to_owned() }),
        "ip" | "nft" | "tc" => {
            changes_network(command, &arguments).then(|| Operation::Network { command: command.to_owned() })
        }
        "mount" | "umount" => {
            let mounts = arguments.iter().any(|word| !word.starts_with('-'));
            mounts.then(|| Operation::Mount { command: command.to_owned() })
        }
        _ => None,
    }
}

/// `chmod MODE FILE…`.
fn mode(pod: &Pod<'_>, container: &Container<'_>, arguments: &[&str], given: &[String]) -> Option<Operation> {
    // `-rwx` is a mode, too.
    let is_option = |word: &str| {
        word.starts_with("--")
            || word.starts_with('-') && word.chars().skip(1).all(|c| "RfcvhHLP".contains(c))
    };
    if arguments.iter().any(|word| word.starts_with("--reference")) {
        return None;
    }
    let files: Vec<&str> = arguments.iter().filter(|word| !is_option(word)).skip(1).copied().collect();
    if let Some(path) = files.iter().find(|path| given.iter().any(|given| plain(given) == plain(path))) {
        return Some(Operation::ModeOfGiven { path: (*path).to_owned() });
    }
    files.iter().find_map(|path| {
        let mount = container
            .volume_mounts
            .iter()
            .find(|mount| mount.mount_path.is_some_and(|own| plain(own.value) == plain(path)))?;
        let source = &pod.volume_of(mount)?.source;
        if mount.is_read_only() || source.is_read_only() {
            return None;
        }
        let has_sub_path = mount.sub_path.is_some() || mount.sub_path_expr.is_some();
        let certain = matches!(source, VolumeSource::EmptyDir { .. }) && !has_sub_path;
        Some(Operation::ModeOfMount { path: plain(path).to_owned(), certain })
    })
}

/// A path without the slash, or the `/.`, at its end.
fn plain(path: &str) -> &str {
    path.trim_end_matches("/.").trim_end_matches('/')
}

/// `sysctl -w NAME=VALUE`; `-w` may be left out.
fn sysctl(container: &Container<'_>, arguments: &[&str]) -> Option<Operation> {
    if has_own_proc(container) {
        return None;
    }
    let (name, _) =
        arguments.iter().find_map(|word| word.split_once('=').filter(|_| !word.starts_with('-')))?;
    Some(parameter(name))
}

fn parameter(name: &str) -> Operation {
    let name = name.trim().replace('/', ".");
    // Documentation of Kubernetes, "Using sysctls in a Kubernetes Cluster".
    let namespaced = ["kernel.shm", "kernel.msg", "kernel.sem", "fs.mqueue.", "net."];
    let is_namespaced = namespaced.iter().any(|prefix| name.starts_with(prefix));
    Operation::Sysctl { name, is_namespaced }
}

/// Writes to files below `/proc/sys`.
fn written_parameters(container: &Container<'_>, facts: &Facts<'_>) -> Vec<Attempt> {
    if has_own_proc(container) {
        return Vec::new();
    }
    let written = facts.outputs.iter().filter_map(|output| {
        let name = output.path.as_deref()?.strip_prefix("/proc/sys/")?;
        Some(Attempt {
            operation: parameter(name),
            span: output.unit.span(&output.redirection.range),
            is_fatal: output.fate.is_fatal(),
            conditional: output.conditional,
        })
    });
    written.collect()
}

/// Whether something of the node, or else, is mounted at or below `/proc`.
fn has_own_proc(container: &Container<'_>) -> bool {
    container
        .volume_mounts
        .iter()
        .filter_map(|mount| mount.mount_path)
        .any(|path| path.value.starts_with("/proc"))
}

/// Whether `ip`, `nft` or `tc` changes something, by its words.
fn changes_network(command: &str, arguments: &[&str]) -> bool {
    const CHANGES: [&str; 14] = [
        "add", "del", "delete", "set", "replace", "change", "flush", "append", "insert", "create", "destroy",
        "restore", "prepend", "chg",
    ];
    let mut words = arguments.iter().filter(|word| !word.starts_with('-'));
    match command {
        // `ip netns` and `ip -n` belong to another name space.
        "ip" => {
            let object = words.next();
            let is_known = object.is_some_and(|object| {
                ["link", "addr", "address", "a", "route", "r", "rule", "ru", "neigh", "tuntap", "tunnel"]
                    .contains(object)
            });
            is_known && !arguments.contains(&"-n") && words.next().is_some_and(|verb| CHANGES.contains(verb))
        }
        "nft" => arguments.contains(&"-f") || words.next().is_some_and(|verb| CHANGES.contains(verb)),
        _ => words.nth(1).is_some_and(|verb| CHANGES.contains(verb)),
    }
}

/// Whether a script tells root from others by itself, and so may know what it does.
pub(super) fn asks_who_it_is(facts: &Facts<'_>) -> bool {
    const QUESTIONS: [&str; 8] = ["id -u", "id -n", "id -g", "whoami", "$UID", "${UID", "EUID", "CapEff"];
    facts.units.iter().any(|unit| QUESTIONS.iter().any(|words| unit.text.as_str().contains(words)))
}
