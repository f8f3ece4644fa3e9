//! `initContainers` where nothing reads it.

use crate::finding::{Finding, Severity};
use crate::kube::validate::misplaced::{self, LITERALS, Misplaced, Site};
use crate::kube::{Object, Workload};
use crate::rule::{Group, ObjectContext, Rule, Target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "misplaced-init-containers",
    summary: "`initContainers` misspelt, or where nothing reads it: beside a template's `spec`, in a container",
    group: Group::Api,
    severity: Severity::Error,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Object { literals: LITERALS, check },
};

fn check(object: &Object<'_>, cx: &mut ObjectContext<'_>) {
    for misplaced in misplaced::find(object, cx.templates()) {
        cx.report(misplaced.container, finding(object, &misplaced));
    }
}

fn finding(object: &Object<'_>, misplaced: &Misplaced<'_>) -> Finding {
    let key = misplaced.key.key_text();
    let spec = spec_path(object);
    let (place, help) = match misplaced.site {
        Site::Misspelt => ("is no field of a Pod spec".to_owned(), "call it `initContainers`".to_owned()),
        Site::BesideSpec => ("stands beside the Pod's `spec`".to_owned(), format!("move it into `{spec}`")),
        Site::Container => {
            let name = misplaced.container.unwrap_or_default();
            (format!("stands in container `{name}`"), format!("move it up, beside `containers` in `{spec}`"))
        }
        Site::Workload => (format!("stands outside of `{spec}`"), format!("move it into `{spec}`")),
        Site::Within => {
            ("stands too deep in the Pod spec".to_owned(), format!("move it up into `{spec}` itself"))
        }
    };
    let message = format!(
        "`{key}` {place}: kubectl refuses the {}, and with other clients these never run",
        object.kind
    );
    let finding = Finding::new(Severity::Error, misplaced.key.span(), message)
        .caption("nothing reads it here")
        .help(help);
    let first = misplaced.pod_spec.filter(|_| misplaced.site != Site::Misspelt);
    match first.and_then(|spec| spec.entries().next()) {
        Some(entry) => finding.label(entry.key.span(), "the Pod spec is here"),
        None => finding,
    }
}

/// Where the kind has its Pod spec.
fn spec_path(object: &Object<'_>) -> &'static str {
    match Workload::of(object.group(), object.kind) {
        Workload::Pod => "spec",
        Workload::PodTemplate => "template.spec",
        Workload::CronJob => "spec.jobTemplate.spec.template.spec",
        _ => "spec.template.spec",
    }
}
