//! Sidecars whose script just ends.

use crate::finding::{Finding, Severity};
use crate::kube::{Completeness, Gate, Pod};
use crate::program::Program;
use crate::rule::{Group, PodContext, Rule, Target};
use crate::shell::semantics::{Execution, Facts, Fate, Reason};

/// The rule.
pub static RULE: Rule = Rule {
    id: "sidecar-that-ends",
    summary: "A sidecar whose script ends by itself, so that the kubelet starts it again and again",
    group: Group::Sidecars,
    severity: Severity::Warning,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    let is_written = matches!(pod.template.completeness, Completeness::Complete | Completeness::Merged);
    if !is_written || !cx.version.has(Gate::SidecarContainers) {
        return;
    }
    for (program, facts) in cx.sidecar_scripts() {
        if let Some(last) = last_command(facts) {
            cx.report_in(program.container, finding(program, last));
        }
    }
}

/// The last command of a script that surely ends: each that isn't left in the background is known to end, and soon.
fn last_command<'f, 's>(facts: &'f Facts<'s>) -> Option<&'f Execution<'s>> {
    let is_bounded = facts.loops.iter().all(|one| one.bound.is_some());
    let mut in_turn =
        facts.executions.iter().filter(|one| one.fate != Fate::Ignored(Reason::Background)).peekable();
    in_turn.peek()?;
    let ends = facts.is_whole() && is_bounded && in_turn.all(Execution::ends_soon);
    facts.executions.last().filter(|_| ends)
}

fn finding(program: &Program<'_, '_>, last: &Execution<'_>) -> Finding {
    let (name, command) = (program.container.name(), last.name().unwrap_or_default());
    let message = format!("sidecar `{name}` ends after `{command}`: the kubelet starts it again and again");
    Finding::new(Severity::Warning, last.span(), message)
        .caption("nothing runs on after this")
        .label(program.container.restart_policy.map_or_else(|| program.container.name_span(), |policy| policy.span()), "makes it a sidecar")
        .help("let its last command run on (`exec SERVER`), or take `restartPolicy: Always` out if it is to run once")
}
