//! A write where a mount, a volume or the container's root file system is read-only.

use crate::commands::{Touching, is_at_or_below, looks_like_file};
use crate::finding::{Finding, Severity};
use crate::kube::template::Completeness;
use crate::kube::{Container, Pod};
use crate::program::Program;
use crate::rule::{Group, PodContext, Rule, Target};
use crate::shell::semantics::{Facts, Fate, Reason, Touch};
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
struct Refused<'f> {
    touch: &'f Touch,
    obstacle: Obstacle,
}

impl Refused<'_> {
    fn severity(&self) -> Severity {
        if self.touch.fate.is_fatal() && !self.touch.conditional {
            Severity::Error
        } else {
            Severity::Warning
        }
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

fn refused<'f>(pod: &Pod<'_>, container: &Container<'_>, facts: &'f Facts<'_>) -> Vec<Refused<'f>> {
    let touches = facts.touches().iter().filter(|touch| touch.is_literal() && !is_asked(touch));
    let refused = touches.filter_map(|touch| {
        let obstacle = obstacle(pod, container, touch)?;
        Some(Refused { touch, obstacle })
    });
    refused.collect()
}

/// Whether the write is there to find out whether it succeeds.
fn is_asked(touch: &Touch) -> bool {
    matches!(touch.fate, Fate::Ignored(Reason::Tested | Reason::Negated))
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
            why: format!("is in {}, which is read-only", source.describe()),
            label: Some((mount.node.span(), "the volume is read-only")),
            error: "Read-only file system",
            help: "write to an emptyDir, and copy there what is to be changed",
        });
    }
    if let Some(read_only) = mount.read_only.filter(|flag| **flag) {
        return (touch.touching != Touching::MakesDirectory).then(|| Obstacle {
            why: "is in a mount that is `readOnly`".to_owned(),
            label: Some((read_only.span(), "mounted read-only")),
            error: "Read-only file system",
            help: "drop `readOnly` from this container's mount; that of the app may keep it",
        });
    }
    let replaces = matches!(touch.touching, Touching::Replaces | Touching::Removes);
    let is_file = mount.sub_path.or(mount.sub_path_expr).is_some() && looks_like_file(path);
    (replaces && is_mount && is_file).then(|| Obstacle {
        why: "is a mount point itself, which can't be replaced".to_owned(),
        label: Some((mount.node.span(), "this one file is mounted")),
        error: "Device or resource busy",
        help: "mount the folder, or write the contents through it: `cat new > file`",
    })
}

/// What the kubelet and the runtime mount in every container.
const OWN_MOUNTS: [&str; 4] =
    ["/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/run/secrets/kubernetes.io"];

fn root_obstacle(pod: &Pod<'_>, container: &Container<'_>, path: &str) -> Option<Obstacle> {
    let flag = container.security_context.read_only_root_filesystem.filter(|flag| **flag)?;
    // A chart or an operator mounts `/tmp` and the like by itself.
    let is_whole = pod.template.completeness == Completeness::Complete
        && !pod.template.by_shape
        && !pod.may_mount_more(container);
    (is_whole && !OWN_MOUNTS.iter().any(|own| is_at_or_below(path, own))).then(|| Obstacle {
        why: "is outside every volume, and the root file system is read-only".to_owned(),
        label: Some((flag.span(), "for all but the volumes")),
        error: "Read-only file system",
        help: "mount an emptyDir there",
    })
}

/// One finding for each container, at the write that hurts most.
fn finding(program: &Program<'_, '_>, refused: &[Refused<'_>]) -> Option<Finding> {
    let worst = refused.iter().map(Refused::severity).max()?;
    let first = refused.iter().find(|one| one.severity() == worst)?;
    let Refused { touch, obstacle } = first;
    let outcome = match (touch.fate.is_fatal(), touch.conditional) {
        (true, false) => "it fails at every start, and the Pod never gets past it",
        (true, true) => "where it is reached it fails, and the Pod never gets past it",
        (false, _) => "it fails each time, unnoticed",
    };
    let name = program.container.name();
    let message =
        format!("init container `{name}` can't write `{}`, which {}: {outcome}", touch.path, obstacle.why);
    let mut finding = Finding::new(worst, touch.span, message).caption(obstacle.error).help(obstacle.help);
    if let Some((span, text)) = obstacle.label {
        finding = finding.label(span, text);
    }
    let mut told = vec![touch.span];
    for other in refused {
        if !told.contains(&other.touch.span) {
            finding = finding.likewise(other.touch.span, "nor this");
            told.push(other.touch.span);
        }
    }
    Some(finding)
}
