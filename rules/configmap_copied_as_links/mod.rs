//! Copies of the links in a ConfigMap's volume, which lead nowhere in another folder.

use crate::finding::{Finding, Severity};
use crate::kube::env::EnvValue;
use crate::kube::{Container, Pod, VolumeMount, VolumeSource};
use crate::rule::{Group, PodContext, Rule, Target};
use crate::shell::semantics::{Execution, LinkCopy};

/// The rule.
pub static RULE: Rule = Rule {
    id: "configmap-copied-as-links",
    summary: "An init container copies the entries of a ConfigMap, Secret or projected volume as links, which lead nowhere in the copy",
    group: Group::Scripts,
    severity: Severity::Error,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    for (program, facts) in cx.scripts() {
        for execution in &facts.executions {
            let Some(copy) = execution.copied_links() else { continue };
            if let Some(finding) = finding(pod, program.container, execution, &copy) {
                cx.report_in(program.container, finding);
            }
        }
    }
}

fn finding(
    pod: &Pod<'_>,
    container: &Container<'_>,
    execution: &Execution<'_>,
    copy: &LinkCopy,
) -> Option<Finding> {
    // The kubelet's own folder goes along: the links find it in the copy.
    if execution.unit.text.as_str().contains("..data") {
        return None;
    }
    let entry = |(source, range): &(String, _)| {
        let mount = entry_of(container, source)?;
        let volume = pod.volume_of(mount)?;
        Some((volume, execution.unit.span(range)))
    };
    let (volume, span) = copy.sources.iter().find_map(entry)?;
    let what = match &volume.source {
        source @ (VolumeSource::ConfigMap(_) | VolumeSource::Secret(_) | VolumeSource::Projected { .. }) => {
            source.describe()
        }
        _ => return None,
    };
    let severity =
        if is_read_by_app(pod, container, &copy.target) { Severity::Error } else { Severity::Warning };
    let message = format!(
        "init container `{}` copies the entries of {what} to `{}` as links, which lead nowhere there",
        container.name(),
        copy.target,
    );
    let label = volume.name.map_or_else(|| volume.node.span(), |name| name.span());
    Some(
        Finding::new(severity, span, message)
            .caption("each is a link to `..data/NAME`")
            .label(label, "this volume")
            .help("follow the links: `cp -rL`"),
    )
}

/// The mount whose entries `source` names: `MOUNT/*`, `MOUNT/name`. `MOUNT` and `MOUNT/.` take the kubelet's own folder
/// `..data` along, and a file by `subPath` is none of its links.
fn entry_of<'c, 'd>(container: &'c Container<'d>, source: &str) -> Option<&'c VolumeMount<'d>> {
    container.volume_mounts.iter().find(|mount| {
        let path = mount.mount_path.map_or("", |path| path.value.trim_end_matches('/'));
        let entry = source.strip_prefix(path).and_then(|rest| rest.strip_prefix('/'));
        let is_entry = entry.is_some_and(|entry| {
            let entry = entry.trim_matches('/');
            !entry.is_empty() && !entry.starts_with('.') && !entry.contains('/')
        });
        !path.is_empty() && is_entry && mount.sub_path.is_none() && mount.sub_path_expr.is_none()
    })
}

/// Whether an app container mounts what `target` lies on, and names a path there.
fn is_read_by_app(pod: &Pod<'_>, container: &Container<'_>, target: &str) -> bool {
    let volume = pod.mount_at(container, target).and_then(|mount| mount.name);
    let Some(volume) = volume else { return false };
    pod.apps.iter().any(|app| {
        let mounts = app.volume_mounts.iter().filter(|mount| mount.name.is_some_and(|name| *name == *volume));
        let mut paths = mounts.filter_map(|mount| mount.mount_path);
        paths.any(|path| names(app, path.value.trim_end_matches('/')))
    })
}

/// Whether a word or a variable of `app` has `path` in it.
fn names(app: &Container<'_>, path: &str) -> bool {
    let words = app.command.iter().chain(&app.args).flatten().map(|word| word.value);
    let values = app.env.iter().filter_map(|variable| match variable.value {
        EnvValue::Literal(value) => Some(value.value),
        _ => None,
    });
    !path.is_empty() && words.chain(values).any(|text| text.contains(path))
}
