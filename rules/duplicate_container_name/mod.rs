//! One name for two containers of a Pod.

use crate::finding::{Finding, Severity};
use crate::kube::Pod;
use crate::kube::validate::{self, names};
use crate::rule::{Group, PodContext, Rule, Target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "duplicate-container-name",
    summary: "A name that two containers of a Pod share, whether init, sidecar, app or ephemeral container",
    group: Group::Api,
    severity: Severity::Error,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    if !pod.template.is_pod_spec {
        return;
    }
    let consequence = validate::consequence(pod, cx.version);
    for shared in names::shared(pod, cx.version) {
        let who = pair(shared.what, shared.first_what);
        let (message, caption) = match shared.name {
            "" => (format!("{who} have no name: {consequence}"), "no name".to_owned()),
            name => (format!("{who} are called `{name}`: {consequence}"), format!("`{name}` again")),
        };
        let finding = Finding::new(Severity::Error, shared.span, message)
            .caption(caption)
            .label(shared.first, format!("{}, checked first", shared.first_what))
            .help("give each container of the Pod, init containers included, a name of its own");
        cx.report_about(Some(shared.node), finding);
    }
}

/// Both in words: `a sidecar and an app container`, `two sidecars`.
fn pair(what: &str, other: &str) -> String {
    match what.split_once(' ') {
        Some((_, noun)) if what == other => format!("two {noun}s"),
        _ => format!("{what} and {other}"),
    }
}
