//! `curl` that takes an HTTP error page for the file.

use crate::commands::{Call, Touching, Trait};
use crate::finding::{Finding, Severity};
use crate::kube::template::Completeness;
use crate::kube::{Container, Pod, VolumeMount};
use crate::rule::{Group, PodContext, Rule, Target};
use crate::shell::semantics::{Execution, Facts, Fate, Reason, Touch, UnitKind};

/// The rule.
pub static RULE: Rule = Rule {
    id: "ignored-http-error",
    group: Group::Scripts,
    summary: "`curl` without `-f` into a volume: on an HTTP error the error page becomes the file",
    severity: Severity::Warning,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    for (program, facts) in cx.scripts() {
        let touches = facts.touches();
        let in_volume = |touch: &Touch| {
            touch.known().starts_with('/') && pod.mount_at(program.container, touch.known()).is_some()
        };
        let found = facts.executions.iter().enumerate().filter_map(|(index, execution)| {
            let touch = saved(touches, index, execution).filter(|touch| in_volume(touch))?;
            let usage = usage(facts, touches, index, touch)?;
            let is_met = usage == Usage::Run || is_met(pod, program.container, touch);
            is_met.then_some((execution, touch, usage))
        });
        let mut seen = Vec::new();
        for (execution, touch, usage) in found {
            // What a function does is found in each call.
            if !seen.contains(&execution.span()) {
                seen.push(execution.span());
                cx.report_in(program.container, finding(program.container.name(), execution, touch, usage));
            }
        }
    }
}

/// Whether anyone else may find what is saved there: another container or a later Pod; or nobody knows who mounts what.
fn is_met(pod: &Pod<'_>, container: &Container<'_>, touch: &Touch) -> bool {
    let Some(mount) = pod.mount_at(container, touch.known()) else { return false };
    let is_own = |other: &VolumeMount<'_>| other.is_of_volume_of(mount);
    let mut others = pod.containers().filter(|(_, other)| !std::ptr::eq(*other, container));
    let is_shared =
        others.any(|(_, other)| pod.may_mount_more(other) || other.volume_mounts.iter().any(is_own));
    let is_scratch = ["/tmp/", "/var/tmp/"].iter().any(|folder| touch.known().starts_with(folder));
    is_shared
        || pod.volume_of(mount).is_some_and(|volume| volume.source.outlives_pod())
        || pod.template.completeness != Completeness::Complete && !is_scratch
}

/// The file that a `curl` writes which takes every answer for success.
fn saved<'t>(touches: &'t [Touch], index: usize, execution: &Execution<'_>) -> Option<&'t Touch> {
    if !Call::of(execution.written()).is(Trait::AcceptsErrorPage) {
        return None;
    }
    touches.iter().find(|touch| {
        touch.by == Some(index) && touch.touching == Touching::Writes && !touch.path.starts_with("/dev/")
    })
}

/// What becomes of the file in the script.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Usage {
    /// It is left to the app.
    Left,
    /// It is run, sourced or made executable.
    Run,
}

/// `None` where something looks at the file.
fn usage(facts: &Facts<'_>, touches: &[Touch], index: usize, saved: &Touch) -> Option<Usage> {
    let mut usage = Usage::Left;
    for (later, execution) in facts.executions.iter().enumerate().skip(index + 1) {
        let words = execution.written();
        let call = Call::of(words);
        let mut own = touches.iter().filter(|touch| touch.by == Some(later) && touch.path == saved.path);
        let names_it = words.iter().any(|word| execution.resolved(word) == saved.path);
        let touching = own.next().map(|touch| touch.touching);
        if !names_it && touching.is_none() {
            continue;
        }
        match touching {
            _ if is_run(execution, &call, &saved.path) => usage = Usage::Run,
            _ if call.is(Trait::OnlyPrints) => {}
            Some(Touching::Changes) if words.iter().any(|word| word.contains('x') && word.len() < 6) => {
                usage = Usage::Run;
            }
            Some(Touching::Changes | Touching::Writes) => {}
            _ => return None,
        }
    }
    let is_tested = facts.units.iter().any(|unit| {
        let text = unit.text.as_str();
        ["[ ", "[[ ", "test "].iter().any(|test| text.contains(test))
            && text.matches(saved.path.as_str()).count() > 1
    });
    (!is_tested || usage == Usage::Run).then_some(usage)
}

/// `FILE`, `sh FILE`, `. FILE`.
fn is_run(execution: &Execution<'_>, call: &Call<'_>, path: &str) -> bool {
    let mut is_it = call.words().iter().map(|word| execution.resolved(word) == path);
    is_it.next() == Some(true) || call.is(Trait::RunsFile) && is_it.any(|is_it| is_it)
}

fn finding(name: &str, execution: &Execution<'_>, saved: &Touch, usage: Usage) -> Finding {
    let (severity, outcome) = match usage {
        Usage::Left => (Severity::Info, "becomes that file, and the app finds it there"),
        Usage::Run => (Severity::Warning, "becomes that file, and is run"),
    };
    let message = format!(
        "init container `{name}` saves `{}` by `curl` without `-f`: on an HTTP error the error page {outcome}",
        saved.path
    );
    let help = match execution.fate {
        Fate::Ignored(Reason::NoErrexit) => {
            "write `curl -f`, and `set -e` at the top, so that its failure ends the script".to_owned()
        }
        fate if fate.is_fatal() && usage == Usage::Left && execution.unit.kind != UnitKind::Exec => format!(
            "write `curl -f`: it fails on an HTTP status of 400 or more, and the script with it; add `|| rm -f {}` where \
             the app can do without",
            saved.path
        ),
        _ => "write `curl -f`: it fails on an HTTP status of 400 or more".to_owned(),
    };
    Finding::new(severity, execution.span(), message).caption("takes every answer for success").help(help)
}
