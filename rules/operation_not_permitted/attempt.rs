//! What a script tries that needs a right.

use super::operation::Operation;
use super::rights::Rights;
use crate::commands::{self, Id, Touching, is_at_or_below};
use crate::kube::volume::VolumeSource;
use crate::kube::{Container, Pod};
use crate::shell::semantics::{Execution, Facts, Fate, Reason};
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

/// What the script tries, in order.
pub(super) fn of_script(
    pod: &Pod<'_>,
    container: &Container<'_>,
    rights: &Rights<'_>,
    facts: &Facts<'_>,
) -> Vec<Attempt> {
    let mut given: Vec<String> = Vec::new();
    let mut doubtful: Vec<String> = Vec::new();
    let mut attempts = Vec::new();
    for execution in &facts.executions {
        // What is said of the container doesn't hold for another user, be it root.
        if execution.changes_user() {
            let changes =
                execution.paths().into_iter().filter(|(touching, _)| *touching == Touching::Changes);
            doubtful.extend(changes.map(|(_, path)| path));
            continue;
        }
        let Some(tried) = execution.attempt() else { continue };
        let is_fatal = execution.fate.is_fatal() && tried.counts;
        let conditional = execution.conditional || tried.conditional;
        let Some(operation) = operation(pod, container, tried, &given) else { continue };
        // Another user may have given it to this one.
        if let Operation::ModeOfMount { path, .. } = &operation
            && doubtful.iter().any(|changed| may_hold(changed, path))
        {
            continue;
        }
        // Something else is done where it fails.
        let is_asked =
            matches!(execution.fate, Fate::Ignored(Reason::LeftOfOr | Reason::Tested | Reason::Negated));
        if is_asked && matches!(operation, Operation::Packages { .. }) {
            continue;
        }
        // Root owned it until now.
        if let Operation::Owner { change, .. } = &operation
            && matches!(change.owner, Some(Id::Number(owner)) if owner != 0)
            && rights.refuses(&operation).is_none()
        {
            given.extend(change.paths.iter().cloned());
        }
        attempts.push(Attempt { operation, span: execution.span(), is_fatal, conditional });
    }
    attempts.extend(written_parameters(container, facts));
    attempts
}

/// Whether `path` may be `changed`, or lie below it.
fn may_hold(changed: &str, path: &str) -> bool {
    changed.contains(['$', '`', '*']) || is_at_or_below(path, plain(changed))
}

/// What a command tries, as this container's volumes and rights have it.
fn operation(
    pod: &Pod<'_>,
    container: &Container<'_>,
    tried: commands::Attempt,
    given: &[String],
) -> Option<Operation> {
    let command = tried.command;
    match tried.operation {
        commands::Operation::Ownership(change) => Some(Operation::Owner { command, change }),
        commands::Operation::Mode(files) => mode(pod, container, &files, given),
        commands::Operation::Parameter(name) => (!has_own_proc(container)).then(|| parameter(&name)),
        commands::Operation::Packets => Some(Operation::Packets { command }),
        commands::Operation::Network => Some(Operation::Network { command }),
        commands::Operation::Mount => Some(Operation::Mount { command }),
        commands::Operation::Packages => Some(Operation::Packages { command }),
    }
}

/// A change of the mode of `files`, where one of them isn't one's own.
fn mode(pod: &Pod<'_>, container: &Container<'_>, files: &[String], given: &[String]) -> Option<Operation> {
    if let Some(path) = files.iter().find(|path| given.iter().any(|given| plain(given) == plain(path))) {
        return Some(Operation::ModeOfGiven { path: path.clone() });
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

/// A parameter of the kernel, which may be written as a path.
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
    let written =
        facts.touches().iter().filter(|touch| touch.touching == Touching::Writes).filter_map(|touch| {
            let name = touch.path.strip_prefix("/proc/sys/").filter(|_| touch.is_literal())?;
            Some(Attempt {
                operation: parameter(name),
                span: touch.span,
                is_fatal: touch.fate.is_fatal(),
                conditional: touch.conditional,
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

/// Whether a script tells root from others by itself, and so may know what it does.
pub(super) fn asks_who_it_is(facts: &Facts<'_>) -> bool {
    const VARIABLES: [&str; 4] = ["$UID", "${UID", "EUID", "CapEff"];
    facts.executions.iter().any(Execution::asks_user)
        || facts.units.iter().any(|unit| VARIABLES.iter().any(|words| unit.text.as_str().contains(words)))
}
