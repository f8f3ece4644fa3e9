//! Probes and life cycle hooks that the API server forbids on an init container.

use crate::finding::{Finding, Fix, Safety, Severity};
use crate::fix;
use crate::kube::{Gate, InitContainer, Pod};
use crate::rule::{Check, Checker, Rule};
use crate::yaml::Entry;

/// The rule.
pub static RULE: Rule = Rule {
    id: "forbidden-probe",
    summary: "A probe or lifecycle hook on an init container, which the API server rejects",
    severity: Severity::Error,
    fix: Some(Safety::Safe),
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    check: Checker::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut Check<'_>) {
    for init in pod.init_containers() {
        for entry in init.forbidden_entries() {
            cx.report_in(init, finding(pod, init, entry, cx));
        }
    }
}

fn finding(pod: &Pod<'_>, init: &InitContainer<'_>, entry: Entry<'_>, cx: &Check<'_>) -> Finding {
    let (name, field) = (init.name(), entry.name());
    let message = format!(
        "init container `{name}` has a `{field}`, which the API server forbids: it rejects the {}",
        pod.template.workload.kind()
    );
    let help = if cx.version.has(Gate::SidecarContainers) {
        format!("remove it; if `{name}` is to keep running, make it a sidecar with `restartPolicy: Always`")
    } else {
        "remove it: an init container runs to its end, there is nothing to probe".to_owned()
    };
    let mut finding = Finding::new(Severity::Error, entry.key.span(), message)
        .caption("not allowed on an init container")
        .label(init.name_span(), "this one has no `restartPolicy: Always`")
        .help(help);
    finding.fix = fix::remove_entry(cx.source, init.node, &field).map(|edits| Fix {
        safety: Safety::Safe,
        message: format!("remove `{field}`"),
        edits,
    });
    finding
}
