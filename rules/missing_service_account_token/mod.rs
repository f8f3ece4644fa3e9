//! Commands that ask the API server, in Pods without a token for it.

use crate::finding::{Finding, Severity};
use crate::kube::{Completeness, Container, Pod};
use crate::program::Program;
use crate::rule::{Group, PodContext, Rule, Target};
use crate::shell::semantics::{Execution, Facts};
use crate::source::Span;
use crate::yaml::{Kind, Lookup, Node};

/// The rule.
pub static RULE: Rule = Rule {
    id: "missing-service-account-token",
    summary: "An init container that asks the API server, in a Pod that gets no service account token",
    group: Group::Security,
    severity: Severity::Error,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

/// Where the token is mounted (`DefaultAPITokenMountPath`, `plugin/pkg/admission/serviceaccount`).
const FOLDER: &str = "run/secrets/kubernetes.io/serviceaccount";

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    if !matches!(pod.template.completeness, Completeness::Complete | Completeness::Merged) {
        return;
    }
    let asking: Vec<_> =
        cx.scripts().filter_map(|(program, facts)| Some((program, asks(program, facts)?))).collect();
    // Few scripts ask, and the Pod's service account may have to be read.
    let Some(refusal) = (!asking.is_empty()).then(|| Refusal::of(pod, cx)).flatten() else { return };
    for (program, execution) in asking {
        cx.report_in(program.container, finding(program, execution, &refusal));
    }
}

/// The first command that asks the API server with the Pod's own token.
fn asks<'f, 's>(program: &Program<'_, '_>, facts: &'f Facts<'s>) -> Option<&'f Execution<'s>> {
    let mut executions = facts.executions.iter();
    executions.find(|execution| needs_token(execution)).filter(|_| !brings_token(program.container, facts))
}

/// What keeps the token out of the Pod.
struct Refusal {
    /// Where `automountServiceAccountToken: false` is written.
    span: Span,
    /// Whose word it is.
    whose: String,
}

impl Refusal {
    /// The Pod's word wins over that of its service account.
    fn of(pod: &Pod<'_>, cx: &PodContext<'_>) -> Option<Self> {
        const KEY: &str = "automountServiceAccountToken";
        let is_false = |node: &Node<'_>| node.kind() == Kind::Bool(false);
        match pod.spec().lookup(KEY) {
            Lookup::Present(own) if !own.is_null() => {
                return is_false(&own).then(|| Self { span: own.span(), whose: "the Pod".to_owned() });
            }
            Lookup::Unknown => return None,
            Lookup::Present(_) | Lookup::Absent => {}
        }
        let name = ["serviceAccountName", "serviceAccount"].iter().find_map(|key| pod.entry(key));
        let name = name.map_or(Some("default"), |entry| entry.value.as_str())?;
        let object = &pod.template.object;
        let account = cx.inputs.lookup(object.span().file, "ServiceAccount", object.namespace(), name)?;
        let value = account.node.get(KEY).filter(is_false)?;
        Some(Self { span: value.span(), whose: format!("the ServiceAccount `{name}`") })
    }
}

/// Whether the container has a token by other means, or looks first whether it has one.
fn brings_token(container: &Container<'_>, facts: &Facts<'_>) -> bool {
    let is_mounted = container.volume_mounts.iter().any(|mount| {
        mount.mount_path.is_some_and(|path| path.value.contains(FOLDER) || path.value.contains(".kube"))
    });
    let names_config =
        container.env.iter().any(|variable| variable.name.is_some_and(|name| *name == "KUBECONFIG"))
            || facts.units.iter().any(|unit| unit.text.as_str().contains("KUBECONFIG"));
    let is_tested = |execution: &Execution<'_>| execution.is_test() && names_folder(execution);
    let is_configured = |execution: &Execution<'_>| execution.sets_api_client();
    is_mounted || names_config || facts.executions.iter().any(|one| is_tested(one) || is_configured(one))
}

fn needs_token(execution: &Execution<'_>) -> bool {
    execution.uses_account_token() || names_folder(execution) && !execution.only_prints()
}

fn names_folder(execution: &Execution<'_>) -> bool {
    execution.written().iter().any(|word| word.contains(FOLDER))
}

fn finding(program: &Program<'_, '_>, execution: &Execution<'_>, refusal: &Refusal) -> Finding {
    let is_fatal = execution.fate.is_fatal() && !execution.conditional;
    let (severity, consequence) = if is_fatal {
        (Severity::Error, "it fails at every start")
    } else {
        (Severity::Warning, "it fails each time")
    };
    let Refusal { span, whose } = refusal;
    let name = execution.name().unwrap_or_default();
    let message = format!(
        "`{name}` in init container `{}` needs a token, which {whose} keeps out: {consequence}",
        program.container.name(),
    );
    Finding::new(severity, execution.span(), message)
        .caption("needs the service account's token")
        .label(*span, "no token is mounted")
        .help("set `automountServiceAccountToken: true` in the Pod, or mount a projected token into this container alone")
}
