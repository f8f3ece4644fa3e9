//! Init containers that wait for something without an end.

mod count;
mod unchanged;

use crate::commands::{self, Call, Trait, is_at_or_below};
use crate::finding::{Finding, Safety, Severity};
use crate::kube::active_deadline::{self, KEY};
use crate::kube::{Completeness, Container, Pod};
use crate::program::Program;
use crate::rule::{Group, PodContext, Rule, Target};
use crate::shell::condition::is_test_name;
use crate::shell::semantics::{Awaited, Facts, Loop, Wait};
use crate::source::Span;
use crate::yaml::Lookup;
use unchanged::Unchanged;

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
        let waits = by_place(facts.waits().into_iter().filter(|wait| wait.bound.is_none())).into_iter();
        for wait in waits.filter(|wait| !is_mounted(program.container, &wait.awaited)) {
            if is_for_a_person(pod, program.container, facts, &wait.awaited) {
                continue;
            }
            let own = facts.loops.iter().find(|own| own.head() == wait.span);
            let asked = own.map_or(Asked::Other, |own| asked(own, facts));
            let mut finding = finding(pod, program, &wait, own, asked);
            // Without another try, to give up is worse than to go on.
            finding.fix = own.filter(|_| is_tried_again(pod)).and_then(|own| count::fix(own, &wait, cx));
            cx.report_in(program.container, finding);
        }
    }
}

/// Whether mounts make all that is waited for, before the container starts.
fn is_mounted(container: &Container<'_>, awaited: &[Awaited]) -> bool {
    let is_made = |awaited: &Awaited| {
        let Awaited::File(path) = awaited else { return false };
        container.holds_mounts(path.trim_end_matches('/'))
    };
    !awaited.is_empty() && awaited.iter().all(is_made)
}

/// Whether the script tells somebody to make what it waits for, outside of all mounts, in this container.
fn is_for_a_person(pod: &Pod<'_>, container: &Container<'_>, facts: &Facts<'_>, awaited: &[Awaited]) -> bool {
    let texts = || facts.units.iter().map(|unit| unit.text.as_str());
    let is_told = |awaited: &Awaited| {
        let Awaited::File(path) = awaited else { return false };
        // Nobody mounts a volume at the root, where one would hold all that the image brings.
        let is_at_root = path.rfind('/') == Some(0);
        path.starts_with('/')
            && pod.mount_at(container, path).is_none()
            && (is_at_root || !pod.may_mount_more(container))
            && texts().any(|text| text.contains(&format!("touch {path}")))
    };
    !awaited.is_empty() && awaited.iter().all(is_told)
}

/// Whether the Pod, or the Job around it, ends in time.
fn has_deadline(pod: &Pod<'_>) -> bool {
    let total = active_deadline::total(&pod.template).and_then(|total| total.entry);
    pod.entry(KEY).is_some() || total.is_some()
}

/// The waits at each place as one: a function waits for another thing in each call.
fn by_place(waits: impl Iterator<Item = Wait>) -> Vec<Wait> {
    let mut places: Vec<Wait> = Vec::new();
    for wait in waits {
        match places.iter_mut().find(|known| known.span == wait.span) {
            Some(known) => known.awaited.extend(wait.awaited),
            None => places.push(wait),
        }
    }
    places
}

fn finding(
    pod: &Pod<'_>,
    program: &Program<'_, '_>,
    wait: &Wait,
    own: Option<&Loop<'_>>,
    asked: Asked,
) -> Finding {
    let init = program.container;
    let is_job = is_job(pod);
    let until = until(&wait.awaited, asked);
    let consequence = if is_job {
        format!("{until}, the Job neither fails nor ends")
    } else {
        format!("{until}, the Pod stays {} as in a slow start", status(pod, init))
    };
    let mut awaited: Vec<&Awaited> = wait.awaited.iter().collect();
    awaited.dedup();
    let listed = listed(&awaited);
    let message =
        format!("init container `{}` waits for {listed} without an end: {consequence}", init.name());
    let unchanged = own.and_then(Unchanged::of);
    let caption = match &unchanged {
        Some(Unchanged { name, .. }) => format!("never gives up: `{name}` doesn't change in the loop"),
        None => "never gives up".to_owned(),
    };
    let severity = if is_job { Severity::Warning } else { Severity::Info };
    let help = help(pod, program, wait, unchanged.as_ref());
    let finding = Finding::new(severity, wait.span, message).caption(caption).help(help);
    match mount(pod, init, &awaited) {
        Some((span, volume)) => finding.label(span, format!("the file is on volume `{volume}`")),
        None => finding,
    }
}

/// What a condition asks of what is waited for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// Whether a file holds something, or what a command puts out, but for the names of files.
    Contents,
    /// Whether objects of the cluster are there.
    Presence,
    /// Something else.
    Other,
}

/// What the condition of `own` asks.
fn asked(own: &Loop<'_>, facts: &Facts<'_>) -> Asked {
    let runs = facts.executions.get(own.runs.clone()).unwrap_or_default().iter().filter(|run| {
        std::ptr::eq(run.unit, own.unit) && own.condition().iter().any(|command| command.holds(run.command))
    });
    let calls: Vec<Call<'_>> = runs.map(|run| Call::of(run.written())).collect();
    let is_for_text = |call: &Call<'_>| {
        is_test_name(call.name()) && call.words().iter().any(|word| word == "-z" || word == "-n")
    };
    if calls.iter().any(commands::searches_text) && !calls.iter().any(commands::lists_folder) {
        Asked::Contents
    } else if calls.iter().any(commands::only_asks_for)
        && calls.iter().all(|call| commands::only_asks_for(call) || is_for_text(call))
    {
        Asked::Presence
    } else {
        Asked::Other
    }
}

/// How long it takes, by what is `asked` of what there is.
fn until(awaited: &[Awaited], asked: Asked) -> &'static str {
    let all = |is_one: &dyn Fn(&Awaited) -> bool| awaited.iter().all(is_one);
    let is_kernels = |path: &str| ["/proc", "/sys"].iter().any(|folder| is_at_or_below(path, folder));
    if all(&|awaited| matches!(awaited, Awaited::Command(_))) {
        "as long as it fails"
    } else if asked == Asked::Contents
        || all(&|awaited| matches!(awaited, Awaited::File(path) if is_kernels(path)))
    {
        // Most of what the kernel tells is always there, whatever it says.
        "as long as its test fails"
    } else if asked != Asked::Presence && all(&|awaited| matches!(awaited, Awaited::Object(_))) {
        // It may well be there: `kubectl rollout status` fails where it is missing.
        "until it is ready"
    } else {
        "while it is missing"
    }
}

/// Whether a Job makes the Pods, as far as the manifest says all of it: a patch may leave the deadline to its base.
fn is_job(pod: &Pod<'_>) -> bool {
    // What a template puts beside the deadline may be that.
    let is_open = pod.template.job_spec.is_some_and(|job| matches!(job.lookup(KEY), Lookup::Unknown));
    let is_whole = match pod.template.completeness {
        Completeness::Complete => true,
        Completeness::Open => !is_open,
        Completeness::Merged | Completeness::Patch | Completeness::Ytt => false,
    };
    is_whole && (pod.template.workload.is_job() || pod.template.job_spec.is_some())
}

/// Whether a failure has another try: of the container, or of the Job's Pod.
fn is_tried_again(pod: &Pod<'_>) -> bool {
    // What a template may add to the Pod takes back nothing that it says.
    if !matches!(pod.template.completeness, Completeness::Complete | Completeness::Open) {
        return pod.template.job_spec.is_some() || !pod.restarts_nothing();
    }
    match pod.template.job_spec {
        Some(_) => pod.template.zero_backoff_limit().is_none(),
        None => is_job(pod) || pod.restart_policy.is_none_or(|policy| policy.value != "Never"),
    }
}

/// Where `kubectl get` shows that the Pod stays: how many of its init containers are done, where all are known.
fn status(pod: &Pod<'_>, init: &Container<'_>) -> String {
    let nodes = || pod.init_steps.iter().map(|step| step.container().node);
    let key = pod.entry("initContainers").map(|entry| entry.key);
    // Where an action of a template stands before one of them, a branch may leave some out.
    let is_apart =
        key.into_iter().chain(nodes()).zip(nodes()).any(|(before, next)| before.is_apart_from(next));
    if pod.template.completeness != Completeness::Complete || is_apart {
        return "in its init phase".to_owned();
    }
    let done = pod.init_steps.iter().position(|step| step.container().node == init.node).unwrap_or_default();
    format!("at `Init:{done}/{}`", pod.init_steps.len())
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

fn help(pod: &Pod<'_>, program: &Program<'_, '_>, wait: &Wait, unchanged: Option<&Unchanged<'_>>) -> String {
    let own = match unchanged {
        Some(unchanged) => format!("count in the loop, `{}`", unchanged.counted()),
        None if matches!(wait.name.as_str(), "until" | "while") => {
            let pause = if wait.sleeps { "" } else { ", `sleep` between them" };
            format!("count the tries{pause}, and `exit 1` after enough of them")
        }
        // It has no option for that.
        None if commands::is(&wait.name, Trait::WaitsForEver) && program.is_script() => {
            format!("write `timeout 600 {} …`", wait.name)
        }
        None if commands::is(&wait.name, Trait::WaitsForEver) => {
            format!("run `timeout 600 {} …` as its `command`", wait.name)
        }
        None => format!("give `{}` a time-out", wait.name),
    };
    let is_job = is_job(pod);
    let outcome = match (is_tried_again(pod), is_job) {
        (true, _) => "the init container then fails, which the kubelet shows, and is tried again",
        (false, true) => "the Job then fails, which everybody sees",
        (false, false) => "the Pod then fails, which everybody sees",
    };
    let job = if is_job { ", or set `activeDeadlineSeconds` in the Job's `spec`" } else { "" };
    format!("{own}: {outcome}{job}")
}
