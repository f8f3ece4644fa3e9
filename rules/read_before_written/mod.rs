//! A file in an emptyDir that an init container reads before a later one writes it.

use crate::commands::{Touching, is_at_or_below};
use crate::finding::{Finding, Severity};
use crate::kube::volume::VolumeSource;
use crate::kube::{Container, Pod};
use crate::rule::{Group, PodContext, Rule, Target};
use crate::shell::semantics::{Execution, Facts, Touch};
use crate::source::Span;

/// The rule.
pub static RULE: Rule = Rule {
    id: "read-before-written",
    group: Group::Scripts,
    summary: "An init container that reads a file of an emptyDir which only a later init container writes",
    severity: Severity::Warning,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    let scripts: Vec<(&Container<'_>, &Facts<'_>)> =
        cx.scripts().map(|(program, facts)| (program.container, facts)).collect();
    let steps: Vec<Step<'_, '_>> =
        scripts.iter().map(|(container, facts)| Step::of(pod, container, facts)).collect();
    for (index, step) in steps.iter().enumerate() {
        let (before, after) = (steps.get(..index), steps.get(index + 1..));
        let (Some(before), Some(after)) = (before, after) else { continue };
        let early = step.reads.iter().filter_map(|read| {
            let is_open = before.iter().any(|other| other.may_write(read)) || pod.sidecars().next().is_some();
            let writer = after.iter().find_map(|other| Some((other, other.write_of(read)?)));
            writer.filter(|_| !is_open).map(|writer| (read, writer))
        });
        let mut seen = Vec::new();
        for (read, (writer, span)) in early {
            if seen.contains(&read.span) {
                continue;
            }
            seen.push(read.span);
            let (name, other) = (step.container.name(), writer.container.name());
            let message = format!(
                "init container `{name}` reads `{}`, which only the later `{other}` writes: it fails at the first start",
                read.shown
            );
            let finding = Finding::new(Severity::Warning, read.span, message)
                .caption("nothing is there yet")
                .label(span, "written here, later")
                .help(format!(
                    "put `{other}` before `{name}`: init containers run one after another, in order"
                ));
            cx.report_in(step.container, finding);
        }
    }
}

/// An init container, and what it does in emptyDirs.
struct Step<'c, 'd> {
    container: &'c Container<'d>,
    reads: Vec<Entry>,
    writes: Vec<Entry>,
    /// The emptyDirs that it mounts, and may write to.
    volumes: Vec<&'d str>,
    /// Whether all that it does is known.
    is_known: bool,
}

/// A path in an emptyDir.
struct Entry {
    volume: String,
    path: String,
    shown: String,
    span: Span,
}

impl<'c, 'd> Step<'c, 'd> {
    fn of(pod: &Pod<'d>, container: &'c Container<'d>, facts: &Facts<'_>) -> Self {
        let touches = facts.touches();
        let writes = |touch: &&Touch| !matches!(touch.touching, Touching::Reads | Touching::Changes);
        let written: Vec<Entry> =
            touches.iter().filter(writes).filter_map(|touch| entry(pod, container, touch)).collect();
        let reads = touches
            .iter()
            .filter(|touch| touch.touching == Touching::Reads && touch.fate.is_fatal() && !touch.conditional);
        let own = |entry: &Entry| written.iter().any(|write| write.covers(entry));
        let reads =
            reads.filter_map(|touch| entry(pod, container, touch)).filter(|entry| !own(entry)).collect();
        let mounts = container.volume_mounts.iter().filter(|mount| !mount.is_read_only());
        let volumes = mounts.filter_map(|mount| mount.name.map(|name| name.value)).collect();
        let is_known = facts.is_whole()
            && !facts.executions.is_empty()
            && touches.iter().filter(writes).all(Touch::is_literal)
            && facts.executions.iter().all(Execution::has_known_paths);
        Self { container, reads, writes: written, volumes, is_known }
    }

    fn may_write(&self, read: &Entry) -> bool {
        self.writes.iter().any(|write| write.volume == read.volume)
            || !self.is_known && self.volumes.contains(&read.volume.as_str())
    }

    /// Where it writes what `read` reads.
    fn write_of(&self, read: &Entry) -> Option<Span> {
        self.writes.iter().find(|write| write.covers(read)).map(|write| write.span)
    }
}

impl Entry {
    /// Whether this, written, brings `other`.
    fn covers(&self, other: &Entry) -> bool {
        self.volume == other.volume && is_at_or_below(&other.path, &self.path)
    }
}

/// The place in an emptyDir that is touched; none for its root, which is there from the start.
fn entry(pod: &Pod<'_>, container: &Container<'_>, touch: &Touch) -> Option<Entry> {
    if !touch.is_literal() {
        return None;
    }
    let mount = pod.mount_at(container, &touch.path)?;
    let volume = pod.volume_of(mount)?;
    if !matches!(volume.source, VolumeSource::EmptyDir { .. }) || mount.sub_path_expr.is_some() {
        return None;
    }
    let at = mount.mount_path?.value.trim_end_matches('/');
    let below = touch.path.strip_prefix(at)?;
    let path = match mount.sub_path {
        Some(part) => format!("/{}{below}", part.value.trim_matches('/')),
        None => below.to_owned(),
    };
    let is_root = below.is_empty() && touch.touching == Touching::Reads;
    let (volume, shown) = (volume.name?.value.to_owned(), touch.path.clone());
    (!is_root).then_some(Entry { volume, path, shown, span: touch.span })
}
