//! Init containers that wait for something without an end.

use crate::finding::{Finding, Fix, Safety, Severity};
use crate::fix;
use crate::kube::active_deadline::{self, KEY};
use crate::kube::{Completeness, Container, Pod};
use crate::program::Program;
use crate::rule::{Group, PodContext, Rule, Target};
use crate::shell::semantics::{Awaited, Facts, Loop, UnitKind, Wait};
use crate::source::Span;

/// The rule.
pub static RULE: Rule = Rule {
    id: "unbounded-wait",
    summary: "An init container that waits for something without an end, so that nobody sees that it doesn't come",
    group: Group::Scripts,
    severity: Severity::Warning,
    fix: Some(Safety::Unsafe),
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    if has_deadline(pod) {
        return;
    }
    for (program, facts) in cx.scripts() {
        for waits in by_place(facts.waits().into_iter().filter(|wait| wait.bound.is_none())) {
            if let Some(mut finding) = finding(pod, program, &waits) {
                finding.fix = waits.first().and_then(|wait| counted(facts, wait, cx));
                cx.report_in(program.container, finding);
            }
        }
    }
}

/// After how many tries a wait that is given a bound gives up: minutes, as waits sleep for some seconds.
const TRIES: u32 = 300;

/// Has a loop count its tries, and give up in time. In a text that the script hands to a further shell, the script itself
/// would fill in the count.
fn counted(facts: &Facts<'_>, wait: &Wait, cx: &PodContext<'_>) -> Option<Fix> {
    let is_own = |own: &&Loop<'_>| own.head() == wait.span && matches!(own.unit.kind, UnitKind::Main);
    let own = facts.loops.iter().find(is_own)?;
    let (text, at) = (&own.unit.text, body_keyword(own)?);
    let script = text.as_str();
    let name = ["tries", "attempts", "turns"].into_iter().find(|name| !script.contains(name))?;
    let count = format!("do {name}=$((${{{name}:-0}} + 1)); [ ${name} -le {TRIES} ] || exit 1;");
    let edit = fix::replace_text(cx.source(text.whole())?, text, at..at + "do".len(), &count)?;
    Some(Fix::for_review(format!("give up after {TRIES} tries"), vec![edit]))
}

/// Where in the text of `own` the `do` before its body stands: comments and separators may stand around it.
fn body_keyword(own: &Loop<'_>) -> Option<usize> {
    let (condition, body) = (own.condition().last()?, own.body().first()?);
    let mut at = condition.range.end;
    for line in own.unit.text.as_str().get(at..body.range.start)?.split_inclusive('\n') {
        let word = line.trim_start_matches([' ', '\t', ';']);
        if word
            .strip_prefix("do")
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
        {
            return Some(at + (line.len() - word.len()));
        }
        at += line.len();
    }
    None
}

/// Whether the Pod, or the Job around it, ends in time.
fn has_deadline(pod: &Pod<'_>) -> bool {
    let total = active_deadline::total(&pod.template).and_then(|total| total.entry);
    pod.entry(KEY).is_some() || total.is_some()
}

/// The waits at each place together: a function waits for another thing in each call.
fn by_place(waits: impl Iterator<Item = Wait>) -> Vec<Vec<Wait>> {
    let mut places: Vec<Vec<Wait>> = Vec::new();
    for wait in waits {
        let same = |known: &&mut Vec<Wait>| known.iter().any(|known| known.span == wait.span);
        match places.iter_mut().find(same) {
            Some(known) => known.push(wait),
            None => places.push(vec![wait]),
        }
    }
    places
}

fn finding(pod: &Pod<'_>, program: &Program<'_, '_>, waits: &[Wait]) -> Option<Finding> {
    let first = waits.first()?;
    let init = program.container;
    let is_job = is_job(pod);
    let consequence = if is_job {
        "while it is missing, the Job neither fails nor ends".to_owned()
    } else {
        format!("while it is missing, the Pod stays at {} as in a slow start", status(pod, init))
    };
    let mut awaited: Vec<&Awaited> = waits.iter().flat_map(|wait| &wait.awaited).collect();
    awaited.dedup();
    let message = format!(
        "init container `{}` waits for {} without an end: {consequence}",
        init.name(),
        listed(&awaited)
    );
    let severity = if is_job { Severity::Warning } else { Severity::Info };
    let finding =
        Finding::new(severity, first.span, message).caption("never gives up").help(help(first, is_job));
    Some(match mount(pod, init, &awaited) {
        Some((span, volume)) => finding.label(span, format!("the file is on volume `{volume}`")),
        None => finding,
    })
}

/// Whether a Job makes the Pods, as far as the manifest says all of it: a patch may leave the deadline to its base.
fn is_job(pod: &Pod<'_>) -> bool {
    let is_whole = pod.template.completeness == Completeness::Complete;
    is_whole && (pod.template.workload.is_job() || pod.template.job_spec.is_some())
}

/// What `kubectl get` shows of the Pod: how many of its init containers are done.
fn status(pod: &Pod<'_>, init: &Container<'_>) -> String {
    let done = pod.init_steps.iter().position(|step| step.container().node == init.node).unwrap_or_default();
    format!("`Init:{done}/{}`", pod.init_steps.len())
}

/// How many things a message names.
const NAMED: usize = 3;

fn listed(awaited: &[&Awaited]) -> String {
    let shown: Vec<String> = awaited.iter().take(NAMED).map(|one| describe(one)).collect();
    match awaited.len().checked_sub(NAMED).filter(|more| *more > 0) {
        Some(more) => format!("{} and {more} more", shown.join(", ")),
        None => shown.join(" or "),
    }
}

fn describe(awaited: &Awaited) -> String {
    match awaited {
        Awaited::Command(_) => format!("`{awaited}` to succeed"),
        _ => format!("`{awaited}`"),
    }
}

/// The mount that a file lies under, and its volume's name.
fn mount(pod: &Pod<'_>, init: &Container<'_>, awaited: &[&Awaited]) -> Option<(Span, String)> {
    let path = awaited.iter().find_map(|awaited| match awaited {
        Awaited::File(path) => Some(path),
        _ => None,
    })?;
    let mount = pod.mount_at(init, path)?;
    let name = pod.volume_of(mount)?.name?;
    Some((mount.mount_path?.span(), name.value.to_owned()))
}

fn help(wait: &Wait, is_job: bool) -> String {
    let own = if matches!(wait.name.as_str(), "until" | "while") {
        "count the tries, and `exit 1` after enough of them".to_owned()
    } else {
        format!("give `{}` a time-out", wait.name)
    };
    let job = if is_job { ", or set `activeDeadlineSeconds` in the Job's `spec`" } else { "" };
    format!("{own}: the init container then fails, which the kubelet shows, and is tried again{job}")
}
