//! Lookups of short names with an `nslookup` that doesn't complete them.

use crate::finding::{Confidence, Finding, Severity};
use crate::images;
use crate::kube::Pod;
use crate::rule::{Group, PodContext, Rule, Target};
use crate::shell::semantics::{Execution, Facts, Fate, Reason};

/// The rule.
pub static RULE: Rule = Rule {
    id: "short-dns-name",
    summary: "A Service's short name that busybox's `nslookup` often doesn't find, though the Service exists",
    group: Group::Scripts,
    severity: Severity::Warning,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(_pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    for (program, facts) in cx.scripts() {
        let init = program.container;
        if !init.image().is_some_and(|image| images::passes_over_search_list(&image)) {
            continue;
        }
        let lookups = facts.executions.iter().enumerate().filter(|(_, run)| counts(run));
        let mut found: Vec<Finding> = Vec::new();
        for (at, run) in lookups {
            let Some(name) = run.looked_up_name().filter(|name| is_short(name)) else { continue };
            let message = format!(
                "`{name}` is a short name, which this busybox's `nslookup` often doesn't find though the Service exists"
            );
            let finding = Finding::new(severity(facts, at), run.span(), message)
                .caption("asks for the name as it stands")
                .confidence(Confidence::Medium)
                .help("write the full name, `NAME.NAMESPACE.svc.cluster.local`, or ask the port itself: `nc -z NAME PORT`");
            if found.iter().all(|known| known.span != finding.span) {
                found.push(finding);
            }
        }
        for finding in found {
            cx.report_in(init, finding);
        }
    }
}

/// Whether something hangs on its status.
fn counts(run: &Execution<'_>) -> bool {
    match run.fate {
        Fate::EndsScript | Fate::Errexit => true,
        Fate::Ignored(reason) => {
            // `|| true` is no test.
            reason == Reason::LeftOfOr && run.in_loop
                || matches!(reason, Reason::Tested | Reason::Negated | Reason::LeftOfAnd)
        }
    }
}

/// In a loop that gives up, the failure shows.
fn severity(facts: &Facts<'_>, at: usize) -> Severity {
    let mut around = facts.loops.iter().filter(|own| own.runs.contains(&at)).peekable();
    let is_bounded = around.peek().is_some() && around.all(|own| own.bound.is_some());
    if is_bounded { Severity::Info } else { Severity::Warning }
}

/// Ends of names that are no namespaces.
const DOMAINS: [&str; 14] =
    ["com", "org", "net", "io", "dev", "app", "cloud", "local", "internal", "lan", "home", "de", "eu", "co"];

/// `NAME` or `NAME.NAMESPACE`: literal at its end, no address and no name of the whole Internet.
fn is_short(name: &str) -> bool {
    let labels: Vec<&str> = name.split('.').collect();
    let is_literal = |label: &str| {
        !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    match labels.as_slice() {
        [only] => is_literal(only) && *only != "localhost",
        [_, last] => {
            is_literal(last) && !DOMAINS.contains(last) && !name.contains(['(', '`', '{']) && *last != "svc"
        }
        _ => false,
    }
}
