//! A container that must not be root, and is told to be.

use crate::finding::{Confidence, Finding, Severity};
use crate::images::User;
use crate::kube::{Container, Field, InitStep, Pod};
use crate::rule::{Group, PodContext, Rule, Target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "run-as-non-root-conflict",
    summary: "`runAsNonRoot: true` where an init container or sidecar runs as root, by `runAsUser: 0` or by its image: the kubelet never starts it",
    group: Group::Security,
    severity: Severity::Error,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    for step in &pod.init_steps {
        let container = step.container();
        let security = pod.security_of(container);
        let non_root = security.run_as_non_root.filter(|flag| **flag);
        let root = security.run_as_user.filter(|user| **user == 0);
        if let (Some(non_root), Some(root)) = (non_root, root)
            && !has_unread(container)
        {
            cx.report_in(container, finding(step, non_root, root));
        } else if let Some(non_root) = non_root
            && !has_unread(container)
            && let Some(user) = cx.user_of_image(container)
            && let Some(finding) = of_image(step, user, non_root)
        {
            cx.report_in(container, finding);
        }
    }
}

/// Without a number in the manifest the kubelet takes the user of the image, where the table of images knows it.
fn of_image(step: &InitStep<'_>, user: User<'_>, non_root: Field<'_, bool>) -> Option<Finding> {
    let container = step.container();
    let image = container.image?;
    let (runs, caption) = match user {
        User::Root => ("runs as root".to_owned(), "its user is root".to_owned()),
        User::Name(user) => {
            (format!("names its user `{user}`, not a number"), format!("its user is `{user}`, a name"))
        }
        User::Id(_) | User::Unknown => return None,
    };
    let (name, role) = (container.name(), step.role().describe());
    let message = format!(
        "{role} `{name}` must not run as root (`runAsNonRoot`), but its image {runs}: the kubelet never starts it"
    );
    let help = format!("give `{name}` a number as `runAsUser`, one that may read and write what it needs");
    let finding = Finding::new(Severity::Error, image.span(), message)
        .caption(caption)
        .label(non_root.span(), "root isn't allowed")
        .help(help)
        .confidence(Confidence::Medium);
    Some(finding)
}

/// Whether the container's own values are there but can't be read yet, so that the Pod's don't count.
fn has_unread(container: &Container<'_>) -> bool {
    let own = &container.security_context;
    let is_written = |key| own.node.and_then(|node| node.get(key)).is_some_and(|value| !value.is_null());
    is_written("runAsUser") && own.run_as_user.is_none()
        || is_written("runAsNonRoot") && own.run_as_non_root.is_none()
}

/// `kuberuntime.verifyRunAsNonRoot`. The container's own value is the one to change, where only one is.
fn finding(step: &InitStep<'_>, non_root: Field<'_, bool>, root: Field<'_, i64>) -> Finding {
    let container = step.container();
    let (name, role) = (container.name(), step.role().describe());
    let has_own_user = container.security_context.run_as_user.is_some();
    let has_own_demand = container.security_context.run_as_non_root.is_some();
    let whose = |is_own| if is_own { "its own" } else { "the Pod's" };
    let message = format!(
        "{role} `{name}` must not run as root ({} `runAsNonRoot`) but runs as user 0 ({} `runAsUser`): the kubelet never starts it",
        whose(has_own_demand),
        whose(has_own_user),
    );
    let (user, demand) = ((root.span(), "user 0 is root"), (non_root.span(), "root isn't allowed"));
    let (main, other) = if has_own_demand && !has_own_user { (demand, user) } else { (user, demand) };
    Finding::new(Severity::Error, main.0, message).caption(main.1).label(other.0, other.1).help(format!(
        "run it as another user, or let it be root with `runAsNonRoot: false` in the `securityContext` of `{name}`"
    ))
}
