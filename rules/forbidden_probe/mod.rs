//! Probes and life cycle hooks that the API server forbids on an init container.

use crate::finding::{Finding, Fix, Safety, Severity};
use crate::fix;
use crate::kube::validate;
use crate::kube::{Gate, InitStep, Pod, Role};
use crate::rule::{Group, PodContext, Rule, Target};
use crate::yaml::Entry;

/// The rule.
pub static RULE: Rule = Rule {
    id: "forbidden-probe",
    summary: "A probe or lifecycle hook on an init container, which the API server rejects",
    group: Group::Api,
    severity: Severity::Error,
    fix: Some(Safety::Safe),
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    let version = cx.version;
    for step in pod.init_steps.iter().filter(|step| step.role_in(version) == Role::Init) {
        let container = step.container();
        if pod.may_be_sidecar(container) {
            continue;
        }
        for entry in step.container().entries_forbidden_on_init() {
            cx.report_in(step.container(), finding(pod, step, entry, cx));
        }
    }
}

fn finding(pod: &Pod<'_>, step: &InitStep<'_>, entry: Entry<'_>, cx: &PodContext<'_>) -> Finding {
    let init = step.container();
    let (name, field) = (init.name(), entry.name());
    let consequence = validate::consequence(pod, cx.version);
    let has_sidecars = cx.version.has(Gate::SidecarContainers);
    let who = if has_sidecars { "only a sidecar" } else { "no init container" };
    let message = format!("init container `{name}` has a `{field}`, which {who} may have: {consequence}");
    // It is an app container's own, which may have it.
    let is_merged = !init.node.span().contains(entry.key.span());
    let help = if is_merged {
        format!("write `{field}: null` beside the `<<` that brings it: the merge leaves such a key out")
    } else if has_sidecars {
        format!("remove it; if `{name}` is to keep running, make it a sidecar with `restartPolicy: Always`")
    } else {
        "remove it: an init container runs to its end, there is nothing to probe".to_owned()
    };
    let label = match step.role() {
        Role::Sidecar => format!("Kubernetes {} has no sidecars yet: an init container to it", cx.version),
        _ => "this one has no `restartPolicy: Always`".to_owned(),
    };
    let mut finding = Finding::new(Severity::Error, entry.key.span(), message)
        .caption("not allowed on an init container")
        .label(init.name_span(), label)
        .help(help);
    // A probe of a sidecar is right; it is the version that is too old.
    let edits = cx
        .source(init.node.span())
        .and_then(|source| fix::remove_entry(source, init.node, &field))
        .filter(|_| step.role() == Role::Init);
    finding.fix = edits.map(|edits| Fix::safe(format!("remove `{field}`"), edits));
    finding
}
