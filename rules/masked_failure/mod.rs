//! A command's failure that the script throws away, though what comes after depends on it.

mod mend;
mod poison;
mod rescue;
mod script;
mod weight;

use crate::commands::{Call, Trait};
use crate::finding::{Confidence, Finding, Safety, Severity};
use crate::helm;
use crate::kube::Pod;
use crate::program::Program;
use crate::rule::{Group, PodContext, Rule, Target};
use crate::shell::semantics::visit::Node;
use crate::shell::semantics::{Argument, Execution, Fate, Reason};
use script::Script;

/// The rule.
pub static RULE: Rule = Rule {
    id: "masked-failure",
    group: Group::Scripts,
    summary: "A command that fails, while the script goes on and reports success: the app starts without its work",
    severity: Severity::Warning,
    fix: Some(Safety::Unsafe),
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    for (program, facts) in cx.scripts() {
        if !facts.is_complete {
            continue;
        }
        let script = Script::new(pod, program.container, facts, cx.image_of(program.container));
        let all = || 0..facts.executions.len();
        let mut masked: Vec<Masked<'_, '_>> =
            all().filter_map(|index| Masked::of(&script, index)).take(MAX_PLACES).collect();
        if masked.is_empty() && cx.pedantic {
            masked = all().filter_map(|index| Masked::light(&script, index)).take(MAX_PLACES).collect();
        }
        if let Some(mut finding) = finding(program, &script, &masked) {
            // A failure that counts would be the Pod's end for good.
            let is_end = pod.is_never_restarted() && masked.iter().any(|one| one.execution.needs_network());
            finding.fix = if is_end { None } else { mend::fix(&script, &masked, cx) };
            cx.report_in(program.container, finding);
        }
    }
}

/// How many places of one script are shown.
const MAX_PLACES: usize = 8;

/// A command whose failure is lost.
struct Masked<'f, 's> {
    /// Its number among the executions.
    index: usize,
    execution: &'f Execution<'s>,
    name: String,
    reason: Reason,
    confidence: Confidence,
    /// Whether an `exit` is meant to end the script, and ends a substitution alone.
    is_cut_short: bool,
}

impl<'f, 's> Masked<'f, 's> {
    fn of(script: &Script<'f, 's>, index: usize) -> Option<Self> {
        let execution = script.execution(index)?;
        let Fate::Ignored(reason) = execution.fate else { return None };
        if !is_by_mistake(reason) || !may_weigh(script, index) || script.lacks(execution) {
            return None;
        }
        let around = Script::around(execution);
        let reason = of_pipeline(script, execution, &around, reason);
        if !is_by_mistake(reason) {
            return None;
        }
        let inside = around.iter().rposition(weight::is_substitution).and_then(|at| around.get(at + 1..));
        let is_cut_short = inside.is_some_and(|inside| rescue::is_meant_to_end(execution.command, inside))
            && weight::reads_source(script, index);
        let confidence = weight::of(script, index, &around).or(is_cut_short.then_some(Confidence::High))?;
        if !is_cut_short
            && (rescue::is_provided_for(script, index, &around)
                || poison::ends_script(script, index, &around))
        {
            return None;
        }
        let masked = Self { index, execution, name: script.title(index), reason, confidence, is_cut_short };
        let is_unknown = ends_with_unknown(script) || deciding(script, &masked).is_some_and(is_unread);
        (!is_unknown).then_some(masked)
    }
}

impl<'f, 's> Masked<'f, 's> {
    /// The same of a command that is seldom missed.
    fn light(script: &Script<'f, 's>, index: usize) -> Option<Self> {
        let execution = script.execution(index)?;
        let Fate::Ignored(reason @ (Reason::NoErrexit | Reason::LeftOfAnd | Reason::Found)) = execution.fate
        else {
            return None;
        };
        let around = Script::around(execution);
        let is_masked = weight::is_light(script, index)
            && !rescue::is_provided_for(script, index, &around)
            && !poison::ends_script(script, index, &around);
        let name = script.title(index);
        is_masked.then_some(Self {
            index,
            execution,
            name,
            reason,
            confidence: Confidence::Low,
            is_cut_short: false,
        })
    }
}

/// Why the failure is lost: of a member of a pipeline whose last one fails with it, for the reason of the last one.
fn of_pipeline(
    script: &Script<'_, '_>,
    execution: &Execution<'_>,
    around: &[Node<'_>],
    reason: Reason,
) -> Reason {
    if reason != Reason::EarlierInPipeline {
        return reason;
    }
    let behind = weight::behind_in_pipeline(around, execution.command);
    let last = behind.last().and_then(|last| script.index_of(last));
    let fate = last.and_then(|last| script.execution(last)).map(|last| last.fate);
    // `a | b || echo failed`: that of any of them doesn't matter.
    if fate == Some(Fate::Ignored(Reason::LeftOfOr)) {
        return Reason::LeftOfOr;
    }
    let own = last.filter(|last| script.is(*last, Trait::RejectsEmptyInput));
    match own.and_then(|own| script.execution(own)).map(|own| own.fate) {
        Some(Fate::Ignored(reason)) => reason,
        _ => reason,
    }
}

/// Whether nobody says that a failure doesn't matter.
fn is_by_mistake(reason: Reason) -> bool {
    match reason {
        Reason::NoErrexit
        | Reason::EarlierInPipeline
        | Reason::LeftOfAnd
        | Reason::Substitution
        | Reason::Found
        | Reason::Declaration => true,
        Reason::Negated | Reason::Tested | Reason::LeftOfOr | Reason::Background | Reason::Trap => false,
    }
}

/// Whether it is worth a look at what stands around the command.
fn may_weigh(script: &Script<'_, '_>, index: usize) -> bool {
    let call = script.call(index);
    [Trait::Weighty, Trait::Waits, Trait::Probe, Trait::AcceptsEmptyInput].iter().any(|it| call.is(*it))
}

/// One finding for a script, at the first command; the others are labelled.
fn finding(program: &Program<'_, '_>, script: &Script<'_, '_>, masked: &[Masked<'_, '_>]) -> Option<Finding> {
    let first = masked.first()?;
    let span = first.execution.span();
    let message = format!(
        "init container `{}` reports success even if `{}` fails: {}",
        program.container.name(),
        first.name,
        why(script, first),
    );
    let mut finding = Finding::new(Severity::Warning, span, message)
        .caption("its failure goes unnoticed")
        .confidence(first.confidence)
        .help(mend::help(script, first, masked));
    let mut told = vec![span];
    if let Some(last) = deciding(script, first).filter(|last| last.span() != span) {
        finding = finding.label(last.span(), "its status is the script's");
        told.push(last.span());
    }
    for other in masked {
        let span = other.execution.span();
        if !told.contains(&span) {
            finding = finding.likewise(span, "this one's goes unnoticed, too");
            told.push(span);
        }
    }
    Some(finding)
}

/// The command whose status is the script's where `masked` runs and the script goes on.
fn deciding<'f, 's>(script: &Script<'f, 's>, masked: &Masked<'f, 's>) -> Option<&'f Execution<'s>> {
    let around = Script::around(masked.execution);
    let later = script.facts.executions.iter().skip(masked.index + 1);
    let mut deciding = later.filter(|it| {
        it.fate == Fate::EndsScript
            && it.name() != Some("exit")
            && !mend::is_left_of_chain(it)
            && !script::is_in_other_branch(&around, masked.execution, it)
    });
    deciding.next().filter(|_| masked.reason == Reason::NoErrexit)
}

/// Whether the script's last command is an `exit` with a status that only a template's action knows.
fn ends_with_unknown(script: &Script<'_, '_>) -> bool {
    let last = script.facts.executions.last().map(Execution::written);
    matches!(last, Some([name, status, ..]) if name == "exit" && helm::has_placeholder(status))
}

/// Whether all of a command is what an action of a template puts out: several commands perhaps, of which any may fail.
fn is_unread(execution: &Execution<'_>) -> bool {
    let text = |word: &Argument| execution.unit.text.as_str().get(word.range.clone());
    let first = execution.words.first().and_then(text);
    first.is_some_and(|name| !name.is_empty() && name.chars().all(helm::is_placeholder))
}

fn why(script: &Script<'_, '_>, masked: &Masked<'_, '_>) -> String {
    match masked.reason {
        Reason::NoErrexit => match deciding(script, masked).map(|last| Call::of(last.written()).title()) {
            Some(last) if last == masked.name => {
                format!("the script goes on, and its exit status is that of another `{last}` behind it")
            }
            Some(last) => format!("the script goes on, and its exit status is that of `{last}`"),
            None => "the script goes on, and ends as if nothing had happened".to_owned(),
        },
        Reason::EarlierInPipeline => {
            let around = Script::around(masked.execution);
            let behind = weight::behind_in_pipeline(&around, masked.execution.command);
            let name = behind.last().and_then(|command| name_of(script, command));
            match name {
                Some(name) => format!("the pipeline's exit status is that of `{name}`"),
                None => "a pipeline's exit status is that of its last command".to_owned(),
            }
        }
        Reason::LeftOfAnd => "`set -e` doesn't heed what stands on the left of `&&`".to_owned(),
        Reason::Found => "`find` ignores the exit status of what `-exec … \\;` runs".to_owned(),
        _ => "the exit status of a command in `$(…)` is lost here".to_owned(),
    }
}

fn name_of<'f>(script: &Script<'f, '_>, command: &crate::shell::ir::Command) -> Option<&'f str> {
    let mut own = script.facts.executions.iter().rev().filter(|it| command.holds(it.command));
    own.next()?.name()
}
