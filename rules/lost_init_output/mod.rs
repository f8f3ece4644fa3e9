//! Files that an init container writes where no other container sees them.

use std::cell::LazyCell;
use std::collections::{HashMap, HashSet};

use crate::commands::{Call, Touching, Trait, is_at_or_below};
use crate::finding::{Finding, Severity};
use crate::kube::template::Completeness;
use crate::kube::volume::VolumeSource;
use crate::kube::{Container, Field, Pod, VolumeMount};
use crate::program::stays_in_image;
use crate::rule::{Group, PodContext, Rule, Target};
use crate::shell::semantics::{Execution, Facts, Touch};
use crate::source::Span;

/// The rule.
pub static RULE: Rule = Rule {
    id: "lost-init-output",
    group: Group::Scripts,
    summary: "Files that an init container writes in its own file system, or in an emptyDir that the app names but doesn't mount",
    severity: Severity::Warning,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    let shared = LazyCell::new(|| shared(pod));
    for (program, facts) in cx.scripts() {
        let container = program.container;
        let touches = facts.touches();
        let finding = outside(pod, container, facts, touches)
            .or_else(|| installed(pod, container, facts))
            .or_else(|| limited(container, facts))
            .or_else(|| unshared(pod, container, touches, &shared));
        if let Some(finding) = finding {
            cx.report_in(container, finding);
        }
    }
}

/// Folders that nobody expects to be seen elsewhere, or that aren't the container's own.
const SCRATCH: [&str; 6] = ["/tmp", "/var/tmp", "/dev", "/proc", "/sys", "/run"];

/// All that it writes lies outside every volume, and nothing else comes of it.
fn outside(
    pod: &Pod<'_>,
    container: &Container<'_>,
    facts: &Facts<'_>,
    touches: &[Touch],
) -> Option<Finding> {
    // `cp -r /etc/app /opt` may fill a volume at `/opt/app`.
    let is_volume = |touch: &Touch| {
        pod.mount_at(container, &touch.path).is_some() || Pod::mounts_below(container, &touch.path)
    };
    let makes: Vec<&Touch> = touches.iter().filter(|touch| touch.touching != Touching::Reads).collect();
    let is_plain =
        makes.iter().all(|touch| touch.is_literal() && !is_volume(touch) && !is_scratch(&touch.path));
    if pod.may_mount_more(container)
        || !facts.is_whole()
        || !is_plain
        || !facts.executions.iter().all(|execution| has_no_other_effect(execution.written()))
    {
        return None;
    }
    let first = makes.iter().find(|touch| touch.touching.brings())?;
    let reads_again = |touch: &Touch| {
        !is_making(touch.touching)
            && makes.iter().any(|made| made.touching.brings() && is_at_or_below(&touch.path, &made.path))
    };
    if touches.iter().any(reads_again) || is_named_again(facts, first) {
        return None;
    }
    let message = format!(
        "init container `{}` writes `{}` in its own file system, which no other container sees: it is lost",
        container.name(),
        first.path
    );
    let mut finding = Finding::new(Severity::Warning, first.span, message)
        .caption("gone when the container ends")
        .help("write to an emptyDir that both containers mount");
    if let Some(mount) = container.volume_mounts.iter().find(|mount| is_empty_dir(pod, mount)) {
        finding = finding.label(mount.node.span(), "nothing is written here");
    }
    Some(finding)
}

/// It installs packages into its own image's folders, and runs nothing that could use them.
fn installed(pod: &Pod<'_>, container: &Container<'_>, facts: &Facts<'_>) -> Option<Finding> {
    let installs = |execution: &&Execution<'_>| execution.installs_into_system();
    let first = facts.executions.iter().find(installs)?;
    let stays = |execution: &Execution<'_>| {
        execution.installs_into_system() && stays_in_image(container, facts, execution)
    };
    let is_all = facts.is_whole()
        && facts.executions.iter().all(|it| stays(it) || has_no_other_effect(it.written()))
        && facts
            .touches()
            .iter()
            .all(|touch| touch.touching == Touching::Reads || is_own(pod, container, touch));
    if !is_all || pod.may_mount_more(container) {
        return None;
    }
    let message = format!(
        "init container `{}` installs packages into its own file system, which no other container sees",
        container.name()
    );
    let finding = Finding::new(Severity::Warning, first.span(), message)
        .caption("gone when the container ends")
        .help("install into an emptyDir that both containers mount (`pip install --target`), or build them into the app's image");
    Some(finding)
}

fn is_own(pod: &Pod<'_>, container: &Container<'_>, touch: &Touch) -> bool {
    touch.is_literal() && pod.mount_at(container, &touch.path).is_none()
}

/// It sets limits of its own process, and does nothing else.
fn limited(container: &Container<'_>, facts: &Facts<'_>) -> Option<Finding> {
    let first = facts.executions.iter().find(|execution| execution.sets_own_process())?;
    let is_all = facts.executions.iter().all(Execution::does_nothing);
    if !facts.is_whole() || !is_all || !facts.outputs.is_empty() {
        return None;
    }
    let name = first.name().unwrap_or_default();
    let message =
        format!("init container `{}` runs `{name}`, whose limits end with its own process", container.name());
    let finding = Finding::new(Severity::Info, first.span(), message)
        .caption("no other container gets these")
        .help(format!("run `{name}` in the app container, before its command"));
    Some(finding)
}

/// Whether a file is written only for the script itself: a command names it that doesn't make it.
fn is_named_again(facts: &Facts<'_>, written: &Touch) -> bool {
    facts.executions.iter().any(|execution| {
        let words = execution.written();
        let mut makes = execution.paths().into_iter().filter(|(_, path)| *path == written.path);
        let prints = Call::of(words).is(Trait::OnlyPrints);
        !prints
            && words.iter().any(|word| execution.resolved(word) == written.path)
            && !makes.any(|(touching, _)| is_making(touching))
    })
}

/// Whether a command that touches a path so makes it what it is to be: its contents, its mode, its owner.
fn is_making(touching: Touching) -> bool {
    matches!(touching, Touching::Writes | Touching::MakesDirectory | Touching::Changes | Touching::Replaces)
}

fn is_scratch(path: &str) -> bool {
    SCRATCH.iter().any(|folder| is_at_or_below(path, folder))
}

/// Whether nothing comes of a command but the files that it names; a download has no other effect.
fn has_no_other_effect(words: &[String]) -> bool {
    let call = Call::of(words);
    let names_all = call.has_paths() || call.is(Trait::OnlyPrints) || call.is(Trait::Test);
    let fetches = !call.is(Trait::NeedsNetwork) || call.paths().iter().any(|(touching, _)| touching.brings());
    let asks = call.is(Trait::NeedsNetwork)
        && call.has("X request d data data-raw data-binary F form T upload-file post-data post-file method");
    let is_inert = ["set", "cd", "exit", "true", "umask"].contains(&call.name());
    (names_all && fetches && !asks) || is_inert
}

fn is_empty_dir(pod: &Pod<'_>, mount: &VolumeMount<'_>) -> bool {
    !mount.is_read_only()
        && pod.volume_of(mount).is_some_and(|volume| matches!(volume.source, VolumeSource::EmptyDir { .. }))
}

/// It writes to an emptyDir that no other container mounts, though an app container names its path.
fn unshared(
    pod: &Pod<'_>,
    container: &Container<'_>,
    touches: &[Touch],
    shared: &HashSet<&str>,
) -> Option<Finding> {
    if pod.template.completeness != Completeness::Complete || pod.template.by_shape {
        return None;
    }
    let written = places_by_mount(pod, container, touches);
    let mut named = HashMap::new();
    for word in words(container) {
        named.entry(word.value.trim_end_matches('/')).or_insert(word.span());
    }
    container.volume_mounts.iter().find_map(|mount| {
        let path = mount.mount_path?.value.trim_end_matches('/');
        let place = written.get(path).or_else(|| named.get(path))?;
        let is_own = is_empty_dir(pod, mount) && mount.name.is_some_and(|name| !shared.contains(name.value));
        if !is_own || path.is_empty() || is_scratch(path) {
            return None;
        }
        let (app, wanted) = app_that_names(pod, path)?;
        let message = format!(
            "init container `{}` writes to `{path}`, which `{app}` names but doesn't mount: it finds nothing there",
            container.name()
        );
        let finding = Finding::new(Severity::Warning, *place, message)
            .caption("no other container mounts this volume")
            .label(wanted, "wants it")
            .help(format!("mount the volume in `{app}` too"));
        Some(finding)
    })
}

/// Where the container first brings something to each of its mounts, by their paths.
fn places_by_mount<'d>(
    pod: &Pod<'d>,
    container: &Container<'d>,
    touches: &[Touch],
) -> HashMap<&'d str, Span> {
    let brought = touches.iter().filter(|touch| touch.touching.brings() && touch.is_literal());
    let placed = brought.filter_map(|touch| {
        let mount = pod.mount_at(container, &touch.path)?;
        Some((mount.mount_path?.value.trim_end_matches('/'), touch.span))
    });
    placed.rev().collect()
}

/// The words of `command` and `args`.
fn words<'c, 'd>(container: &'c Container<'d>) -> impl Iterator<Item = Field<'d, &'d str>> + use<'c, 'd> {
    container.command.iter().flatten().chain(container.args.iter().flatten()).copied()
}

/// The volumes that more than one container mounts.
fn shared<'d>(pod: &Pod<'d>) -> HashSet<&'d str> {
    let mut first: HashMap<&'d str, usize> = HashMap::new();
    let mut shared = HashSet::new();
    for (index, (_, container)) in pod.containers().enumerate() {
        for name in container.volume_mounts.iter().filter_map(|mount| mount.name) {
            if *first.entry(name.value).or_insert(index) != index {
                shared.insert(name.value);
            }
        }
    }
    shared
}

/// The app container whose words name `path`, though it mounts nothing there.
fn app_that_names<'p>(pod: &'p Pod<'_>, path: &str) -> Option<(&'p str, Span)> {
    pod.apps.iter().find_map(|app| {
        let names = |text: &str| {
            text.match_indices(path).any(|(at, _)| {
                let rest = text.get(at + path.len()..).unwrap_or_default();
                let before = text.get(..at).unwrap_or_default();
                (rest.is_empty() || rest.starts_with('/'))
                    && (before.is_empty() || before.ends_with(['=', ':', ' ']))
            })
        };
        let word = words(app).find(|word| names(word.value))?;
        pod.mount_at(app, path).is_none().then_some((app.name(), word.span()))
    })
}
