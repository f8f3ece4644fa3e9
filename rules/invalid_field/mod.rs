//! Fields of the wrong shape, which the API server can't decode.

use crate::finding::{Finding, Severity};
use crate::kube::{Malformed, Pod};
use crate::rule::{Check, Checker, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    id: "invalid-field",
    summary: "A field of a Pod spec that the API server can't decode: a map for a list, a number for a name",
    severity: Severity::Error,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    check: Checker::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut Check<'_>) {
    // A custom resource's field may have a shape of its own.
    if !pod.template.is_pod_spec {
        return;
    }
    for malformed in &pod.malformed {
        cx.report_named(malformed.container.as_deref(), finding(malformed));
    }
}

fn finding(malformed: &Malformed) -> Finding {
    let Malformed { field, expected, found, .. } = malformed;
    let message = format!("`{field}` must be {expected}, and is {found}: the API server can't decode it");
    Finding::new(Severity::Error, malformed.span, message)
        .caption(format!("{expected} belongs here"))
        .help(format!("make it {expected}, or take `{field}` out"))
}
