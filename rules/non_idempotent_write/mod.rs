//! Init containers that aren't safe to run again on what their volumes then hold.

mod aside;
mod fix;
mod revealing;

use crate::finding::{Confidence, Finding, Safety, Severity};
use crate::kube::{Pod, Volume, VolumeSource};
use crate::program::Program;
use crate::rerun::{self, Hazard, Kind};
use crate::rule::{Group, PodContext, Rule, Target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "non-idempotent-write",
    summary: "An init container that isn't safe to run again on what its volumes then hold",
    group: Group::Rerun,
    severity: Severity::Error,
    fix: Some(Safety::Safe),
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    report(pod, cx, |kind| kind != Kind::OutsidePod);
}

/// Reports the hazards of the kinds that are `wanted`.
pub(super) fn report(pod: &Pod<'_>, cx: &mut PodContext<'_>, wanted: fn(Kind) -> bool) {
    let programs = cx.programs();
    for (program, hazards) in programs.hazards() {
        for hazard in hazards.iter().filter(|hazard| wanted(hazard.kind)) {
            let volume = programs.volume_of(hazard).and_then(|name| pod.volume(name));
            let mut finding = finding(pod, program, hazard, volume);
            finding.fix = fix::of(program, hazard, cx);
            cx.report_in(program.container, revealing::kept(finding, program, hazard, cx));
        }
    }
}

/// `volume` is the one that `hazard` is about.
fn finding(
    pod: &Pod<'_>,
    program: &Program<'_, '_>,
    hazard: &Hazard,
    volume: Option<&Volume<'_>>,
) -> Finding {
    let mut finding =
        Finding::new(severity(hazard.severity), program.span(&hazard.site), message(program, hazard))
            .caption(caption(hazard))
            .help(hazard.help.clone());
    if hazard.assumed || hazard.volume.is_some() && volume.is_none() {
        finding = finding.confidence(Confidence::Medium);
    }
    for (site, text) in &hazard.labels {
        finding = finding.label(program.span(site), text.clone());
    }
    if let Some(volume) = volume {
        let mount = hazard.path.as_deref().and_then(|path| pod.mount_at(program.container, path));
        if let Some(path) = mount.and_then(|mount| mount.mount_path) {
            finding = finding.label(path.node.span(), "its volume is mounted here");
        }
        finding = finding.label(volume.node.span(), keeps(volume));
    }
    finding
}

fn severity(severity: rerun::Severity) -> Severity {
    match severity {
        rerun::Severity::Info => Severity::Info,
        rerun::Severity::Warning => Severity::Warning,
        rerun::Severity::Error => Severity::Error,
    }
}

fn message(program: &Program<'_, '_>, hazard: &Hazard) -> String {
    let what = match hazard.kind {
        Kind::OutsidePod => "isn't safe to re-run",
        Kind::Stuck => "fails on a re-run",
        Kind::Drifting => "gives another result on a re-run",
        Kind::HalfDone => "takes unfinished work for done",
    };
    format!("{} {what}: {}", program.describe(), hazard.why)
}

fn caption(hazard: &Hazard) -> String {
    match hazard.kind {
        Kind::OutsidePod => format!("a re-run of `{}` finds what it did before", hazard.command),
        Kind::Stuck => format!("this `{}` fails the second time", hazard.command),
        Kind::Drifting if hazard.adds => "a second run adds to the first".to_owned(),
        Kind::Drifting => "a second run changes what the first left".to_owned(),
        Kind::HalfDone if hazard.is_refused => {
            format!("this `{}` fails on what a killed run leaves", hazard.command)
        }
        Kind::HalfDone => "this holds before the work is done".to_owned(),
    }
}

/// Why what was written is still there.
fn keeps(volume: &Volume<'_>) -> String {
    let name = volume.name.map_or("", |name| name.value);
    let kind = volume.source.describe();
    match &volume.source {
        VolumeSource::EmptyDir { medium: Some(medium) } if medium.value == "Memory" => {
            format!(
                "`{name}` is {kind} in memory: it outlives a restart of the container, though not of the node"
            )
        }
        source if source.outlives_pod() => format!("`{name}` is {kind}: every new Pod meets the old data"),
        _ => format!("`{name}` is {kind}: it outlives the container"),
    }
}
