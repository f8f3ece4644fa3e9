//! Fields of init containers, and quantities, that the API server can't decode or turns away.

mod fix;

use crate::finding::{Finding, Safety, Severity};
use crate::kube::active_deadline::{self, ActiveDeadline};
use crate::kube::container::FORBIDDEN_ON_INIT;
use crate::kube::schema::{self, Cause, FieldError};
use crate::kube::validate::modes::{self, Mode};
use crate::kube::validate::{
    self, app_entries, container, deadline, dotted, init_entries, misplaced, resources,
};
use crate::kube::{Completeness, InitContainer, Pod, Workload, is_placeholder};
use crate::rule::{Group, PodContext, Rule, Target};
use crate::yaml::{Entry, Kind};

/// The rule.
pub static RULE: Rule = Rule {
    id: "invalid-field",
    summary: "A field that the API server rejects: a wrong type, an unknown name, no image, a bad quantity or port",
    group: Group::Api,
    severity: Severity::Error,
    fix: Some(Safety::Safe),
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers", active_deadline::KEY], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    // A custom resource's field may have a shape of its own.
    if !pod.template.is_pod_spec {
        return;
    }
    // Of what was found by its shape alone nothing says what its fields have to look like.
    let field_errors = if pod.template.by_shape {
        Vec::new()
    } else {
        schema::field_errors(pod.spec(), &pod.template.pointer, cx.version)
    };
    for field_error in field_errors {
        if let Some(finding) = field_error_finding(pod, &field_error, cx) {
            let finding = Finding { fix: fix::of_field(&field_error, cx), ..finding };
            cx.report_about(field_error.container, finding);
        }
    }
    let volumes = cx.volumes();
    for entry in init_entries(pod, cx.version) {
        for violation in container::fields(&entry, pod, volumes, cx.version) {
            cx.reject(Some(&entry), violation);
        }
    }
    for entry in app_entries(pod, cx.version) {
        for violation in container::quantities(&entry, pod, cx.version) {
            cx.reject(Some(&entry), violation);
        }
    }
    let of_pod = resources::of_pod(pod, cx.version);
    for violation in of_pod.into_iter().chain(deadline::out_of_bounds(pod, cx.version)) {
        cx.reject(None, violation);
    }
    for mode in modes::modes(pod) {
        let finding = mode_finding(pod, &mode, cx);
        cx.report(Finding { fix: fix::of_mode(&mode, cx), ..finding });
    }
    for (pointer, entry) in active_deadline::misplaced(pod) {
        cx.report(misplaced_deadline(pod, &pointer, entry));
    }
}

/// Permission bits that the API server rejects, or that are within bounds by chance.
fn mode_finding(pod: &Pod<'_>, mode: &Mode<'_>, cx: &PodContext<'_>) -> Finding {
    let Mode { field, written, .. } = mode;
    let (severity, message) = if mode.is_rejected {
        let consequence = validate::consequence(pod, cx.version);
        (
            Severity::Error,
            format!("`{field}` is `{written}`, and must be between 0 and 0777 (511): {consequence}"),
        )
    } else {
        (
            Severity::Warning,
            format!("`{field}` is {written} in decimal, which is 0{written:o} as permission bits"),
        )
    };
    let help = match mode.meant {
        Some(bits) => format!("write `0{bits:o}` in YAML; JSON has no octal numbers, there it is `{bits}`"),
        None => "write the permission bits as an octal number, such as `0644`".to_owned(),
    };
    Finding::new(severity, mode.node.span(), message).caption("no octal number").help(help)
}

/// `activeDeadlineSeconds` where nothing reads it, with where it belongs.
fn misplaced_deadline(pod: &Pod<'_>, pointer: &str, entry: Entry<'_>) -> Finding {
    let kind = pod.template.workload.kind();
    let field = dotted(&format!("{pointer}/{}", active_deadline::KEY));
    let message = format!(
        "`{field}` is no field of a {kind}: kubectl refuses it, and with other clients it has no effect"
    );
    let help = match (ActiveDeadline::of(&pod.template), pod.template.workload) {
        (ActiveDeadline::PerTry, Workload::CronJob) => {
            "move it to `spec.jobTemplate.spec`, where it bounds all tries of a Job"
        }
        (ActiveDeadline::PerTry, _) => "move it to the Job's own `spec`, where it bounds all tries",
        _ => "take it out; to bound the wait of one init container, put `timeout` before its command",
    };
    Finding::new(Severity::Error, entry.key.span(), message).caption("nothing reads it here").help(help)
}

fn field_error_finding(pod: &Pod<'_>, field_error: &FieldError<'_>, cx: &PodContext<'_>) -> Option<Finding> {
    if field_error.node.text().is_some_and(is_placeholder) {
        return None;
    }
    let (field, whole) = (&field_error.field, name_of(pod, field_error));
    let mut severity = Severity::Error;
    let (message, caption, help) = match &field_error.cause {
        Cause::Unknown { since, instead, .. } => {
            if !is_judged(pod, field_error) {
                return None;
            }
            let version = cx.version;
            let message = match since {
                Some(since) => format!(
                    "{whole} came with Kubernetes {since}: in {version} kubectl refuses it, and with other clients it has no effect"
                ),
                None => format!(
                    "{whole} is an unknown field: kubectl refuses it, and with other clients it has no effect"
                ),
            };
            let help = match instead {
                Some(instead) if is_forbidden(pod, field_error, instead) => {
                    format!("take it out: `{instead}` is meant, which only a sidecar may have")
                }
                Some(instead) => format!("did you mean `{instead}`?"),
                None => "take it out, or move it to where it belongs".to_owned(),
            };
            (message, "unknown field".to_owned(), help)
        }
        Cause::Type { expected: expected @ "a string", found } if may_be_made_text(pod, field_error) => {
            severity = Severity::Warning;
            (
                format!(
                    "{whole} must be {expected}, and is {found}: kubectl can't decode it, though what fills in names may"
                ),
                format!("{expected} belongs here"),
                quote_or(expected, field),
            )
        }
        Cause::Type { expected, found } => (
            format!("{whole} must be {expected}, and is {found}: the API server can't decode it"),
            format!("{expected} belongs here"),
            match fix::without_quotes(field_error, cx) {
                Some(value) => format!("write `{value}` without the quotes"),
                None => quote_or(expected, field),
            },
        ),
        Cause::Quantity { found, error } => (
            match &**found {
                "" => format!("{whole} is empty, which is no quantity: the API server can't decode it"),
                text => {
                    format!("{whole} is `{text}`, which is no quantity: the API server can't decode it")
                }
            },
            error.to_string(),
            quantity_help(field).to_owned(),
        ),
    };
    Some(Finding::new(severity, field_error.span(), message).caption(caption).help(help))
}

/// Whether a program that fills in `<name>` or `{{name}}` in the object's name may decode it for the API server: of a boolean
/// or a number where a text belongs, `sigs.k8s.io/yaml` makes one.
fn may_be_made_text(pod: &Pod<'_>, field_error: &FieldError<'_>) -> bool {
    let is_scalar = matches!(field_error.node.kind(), Kind::Bool(_) | Kind::Int(_) | Kind::Float(_));
    let metadata = pod.template.object.metadata();
    let texts = ["name", "namespace"].into_iter().filter_map(|key| metadata?.get(key)?.as_str());
    let is_filled_in = |text: &str| {
        [('<', '>'), ('{', '}')].iter().any(|(open, end)| text.contains(*open) && text.contains(*end))
    };
    is_scalar && texts.filter(|text| !text.contains("${")).any(is_filled_in)
}

/// Whether the field that is meant is one that this init container may not have either.
fn is_forbidden(pod: &Pod<'_>, field_error: &FieldError<'_>, instead: &str) -> bool {
    let is_it = |init: &&InitContainer<'_>| Some(init.node) == field_error.container;
    let init = pod.init_containers().find(is_it);
    init.is_some_and(|init| !pod.may_be_sidecar(init)) && FORBIDDEN_ON_INIT.contains(&instead)
}

/// Suffixes of the resource `field`; thousandths are for cores alone.
fn quantity_help(field: &str) -> &'static str {
    match field {
        "cpu" => "write a number of cores, such as `500m` or `2`",
        _ => "write a number with one of Kubernetes' suffixes, such as `64Mi` or `1G`",
    }
}

/// Where it is, as `kubectl explain` writes paths: `env[1].value` of which container, or from the Pod spec on.
fn name_of(pod: &Pod<'_>, field_error: &FieldError<'_>) -> String {
    let inner = field_error.pointer.strip_prefix(&pod.template.pointer).unwrap_or(&field_error.pointer);
    let Some(_) = field_error.container else { return format!("`{}`", dotted(inner)) };
    // `/initContainers/0`, and what is in it.
    let mut parts = inner.splitn(4, '/').skip(1);
    let (list, _, rest) = (parts.next(), parts.next(), parts.next().unwrap_or(""));
    let role = if list == Some("initContainers") { "init container" } else { "container" };
    let Some(name) = field_error.container_name else { return format!("`{}`", dotted(inner)) };
    match rest {
        "" => format!("{role} `{name}`"),
        rest => format!("`{}` of {role} `{name}`", dotted(rest)),
    }
}

fn quote_or(expected: &str, field: &str) -> String {
    match expected {
        "a string" => "put it in quotes, if it is meant as text".to_owned(),
        _ => format!("make it {expected}, or take `{field}` out"),
    }
}

/// Unknown fields are judged in init containers and sidecars. An operator's own Pod spec may have more fields, and
/// some names are other rules'.
fn is_judged(pod: &Pod<'_>, field_error: &FieldError<'_>) -> bool {
    let within = field_error.pointer.strip_prefix(&*pod.template.pointer).unwrap_or_default();
    let mut steps = within.split('/').skip(1);
    let is_of_init = steps.next() == Some("initContainers");
    let is_policy =
        matches!(steps.nth(1), Some("restartPolicy" | "restartPolicyRules")) && steps.next().is_none();
    is_of_init
        && pod.template.completeness != Completeness::Merged
        && !field_error.field.starts_with('$')
        && !misplaced::is_spelling(&field_error.field)
        && field_error.field != active_deadline::KEY
        && !is_policy
}
