//! A write where a mount, a volume or the container's root file system is read-only.

use crate::commands::{Touching, is_at_or_below, looks_like_file};
use crate::finding::{Finding, Severity};
use crate::kube::template::Completeness;
use crate::kube::{Container, Pod};
use crate::program::{Program, stays_in_image};
use crate::rule::{Group, PodContext, Rule, Target};
use crate::shell::semantics::{Execution, Facts, Fate, Reason, Touch};
use crate::source::Span;

/// The rule.
pub static RULE: Rule = Rule {
    id: "write-to-read-only",
    group: Group::Scripts,
    summary: "A write to a read-only mount, volume or root file system, or in place of a file that is a mount itself",
    severity: Severity::Error,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    for (program, facts) in cx.scripts() {
        let refused = refused(pod, program.container, facts);
        if let Some(finding) = finding(program, &refused) {
            cx.report_in(program.container, finding);
        }
    }
}

/// A write that fails.
struct Refused {
    /// What isn't written: a path in backticks, or in words.
    what: String,
    span: Span,
    is_fatal: bool,
    conditional: bool,
    obstacle: Obstacle,
}

impl Refused {
    fn at(touch: &Touch, obstacle: Obstacle) -> Self {
        Self {
            what: format!("`{}`", touch.path),
            span: touch.span,
            is_fatal: touch.fate.is_fatal(),
            conditional: touch.conditional,
            obstacle,
        }
    }

    /// What `execution` writes into the image's own folders, wherever these are.
    fn in_image(execution: &Execution<'_>, obstacle: Obstacle) -> Self {
        let (what, help) = if execution.writes_home() {
            ("its settings below `$HOME`", "set `HOME` to a folder of an emptyDir")
        } else {
            ("the packages that it installs", "install into an emptyDir, or build them into the image")
        };
        Self {
            what: what.to_owned(),
            span: execution.span(),
            is_fatal: execution.fate.is_fatal(),
            conditional: execution.conditional,
            obstacle: Obstacle { help, ..obstacle },
        }
    }

    fn severity(&self) -> Severity {
        if self.is_fatal && !self.conditional { Severity::Error } else { Severity::Warning }
    }
}

/// Why it fails.
struct Obstacle {
    /// `is …`, of the path.
    why: String,
    label: Option<(Span, &'static str)>,
    error: &'static str,
    help: &'static str,
}

fn refused(pod: &Pod<'_>, container: &Container<'_>, facts: &Facts<'_>) -> Vec<Refused> {
    let touches = facts.touches().iter().filter(|touch| touch.is_literal() && !is_asked(touch));
    let at_paths = touches.filter_map(|touch| Some(Refused::at(touch, obstacle(pod, container, touch)?)));
    let into_image = facts.executions.iter().filter(|execution| {
        (execution.installs_into_system() || execution.writes_home())
            && !is_heeded(execution.fate)
            && stays_in_image(container, facts, execution)
    });
    let in_image = into_image
        .filter_map(|execution| Some(Refused::in_image(execution, read_only_root(pod, container)?)));
    at_paths.chain(in_image).collect()
}

/// Whether the write is there to find out whether it succeeds.
fn is_asked(touch: &Touch) -> bool {
    is_heeded(touch.fate)
}

fn is_heeded(fate: Fate) -> bool {
    matches!(fate, Fate::Ignored(Reason::Tested | Reason::Negated))
}

fn obstacle(pod: &Pod<'_>, container: &Container<'_>, touch: &Touch) -> Option<Obstacle> {
    let path = touch.path.as_str();
    let changes = !matches!(touch.touching, Touching::Reads | Touching::Clears);
    if !changes || ["/dev", "/proc", "/sys"].iter().any(|own| is_at_or_below(path, own)) {
        return None;
    }
    let Some(mount) = pod.mount_at(container, path) else { return root_obstacle(pod, container, path) };
    let volume = pod.volume_of(mount);
    let is_mount = mount.mount_path.is_some_and(|at| at.trim_matches('/') == path.trim_matches('/'));
    if let Some(source) = volume.map(|volume| &volume.source).filter(|source| source.is_read_only()) {
        // `mkdir -p` takes what is there for success, which only the volume's own root surely is.
        return (!(is_mount && touch.touching == Touching::MakesDirectory)).then(|| Obstacle {
            why: format!("{} is read-only", source.describe()),
            label: Some((mount.node.span(), "the volume is read-only")),
            error: "Read-only file system",
            help: "write to an emptyDir, and copy there what is to be changed",
        });
    }
    if let Some(read_only) = mount.read_only.filter(|flag| **flag) {
        return (touch.touching != Touching::MakesDirectory).then(|| Obstacle {
            why: "its mount is `readOnly`".to_owned(),
            label: Some((read_only.span(), "mounted read-only")),
            error: "Read-only file system",
            help: "drop `readOnly` from this container's mount; that of the app may keep it",
        });
    }
    let replaces = matches!(touch.touching, Touching::Replaces | Touching::Removes);
    let is_file = mount.sub_path.or(mount.sub_path_expr).is_some() && looks_like_file(path);
    (replaces && is_mount && is_file).then(|| Obstacle {
        why: "a mounted file can't be replaced".to_owned(),
        label: Some((mount.node.span(), "this one file is mounted")),
        error: "Device or resource busy",
        help: "mount the folder, or write the contents through it: `cat new > file`",
    })
}

/// What the kubelet and the runtime mount in every container.
const OWN_MOUNTS: [&str; 4] =
    ["/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/run/secrets/kubernetes.io"];

fn root_obstacle(pod: &Pod<'_>, container: &Container<'_>, path: &str) -> Option<Obstacle> {
    let is_own = OWN_MOUNTS.iter().any(|own| is_at_or_below(path, own));
    // What is copied to a folder with mounts in it may all go to these.
    read_only_root(pod, container).filter(|_| !is_own && !container.holds_mounts(path))
}

/// What keeps anything from being written outside the volumes.
fn read_only_root(pod: &Pod<'_>, container: &Container<'_>) -> Option<Obstacle> {
    let flag = container.security_context.read_only_root_filesystem.filter(|flag| **flag)?;
    // A chart or an operator mounts `/tmp` and the like by itself.
    let is_whole = pod.template.completeness == Completeness::Complete
        && !pod.template.by_shape
        && !pod.may_mount_more(container);
    is_whole.then(|| Obstacle {
        why: "the root file system is read-only".to_owned(),
        label: Some((flag.span(), "for all but the volumes")),
        error: "Read-only file system",
        help: "mount an emptyDir there",
    })
}

/// One finding for each container, at the write that hurts most.
fn finding(program: &Program<'_, '_>, refused: &[Refused]) -> Option<Finding> {
    let worst = refused.iter().map(Refused::severity).max()?;
    let first = refused.iter().find(|one| one.severity() == worst)?;
    let Refused { what, span, is_fatal, conditional, obstacle } = first;
    let outcome = match (is_fatal, conditional) {
        (true, false) => "so every start fails",
        (true, true) => "so a start that gets there fails",
        (false, _) => "and nobody notices",
    };
    let name = program.container.name();
    let message = format!("init container `{name}` can't write {what}: {}, {outcome}", obstacle.why);
    let mut finding = Finding::new(worst, *span, message).caption(obstacle.error).help(obstacle.help);
    if let Some((span, text)) = obstacle.label {
        finding = finding.label(span, text);
    }
    let mut told = vec![*span];
    for other in refused {
        if !told.contains(&other.span) {
            finding = finding.likewise(other.span, "nor this");
            told.push(other.span);
        }
    }
    Some(finding)
}
