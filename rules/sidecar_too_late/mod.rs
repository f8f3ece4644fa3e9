//! Init containers that need what starts only after them.

use crate::finding::{Finding, Severity};
use crate::kube::{Completeness, Container, InitStep, Pod, Role};
use crate::local_ports::{self, LocalPort, Named};
use crate::rule::{Group, PodContext, Rule, Target};
use crate::shell::semantics::{Facts, Fate, Reason};
use crate::source::Span;

/// The rule.
pub static RULE: Rule = Rule {
    id: "sidecar-too-late",
    summary: "An init container that talks to a sidecar listed after it, or to an app container",
    group: Group::Sidecars,
    severity: Severity::Warning,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    // A patch doesn't say in which order they start.
    if matches!(pod.template.completeness, Completeness::Patch | Completeness::Ytt) {
        return;
    }
    // Scripts come in the order of the containers that run them.
    let mut steps = pod.init_steps.iter().enumerate();
    for (program, facts) in cx.scripts() {
        let init = program.container;
        let Some((at, _)) = steps.find(|(_, step)| step.container().node == init.node) else {
            return;
        };
        if pod.may_be_sidecar(init) || starts_own(facts) {
            continue;
        }
        let ports = local_ports::of_script(program, facts);
        let late = ports.into_iter().find_map(|port| Late::of(pod, at, port, cx));
        if let Some(late) = late {
            cx.report_in(init, finding(init, &late));
        }
    }
}

/// Whether it starts a server itself, and talks to that.
fn starts_own(facts: &Facts<'_>) -> bool {
    facts.executions.iter().any(|one| one.fate == Fate::Ignored(Reason::Background) || one.starts_server())
}

/// A port of a container that isn't there yet.
struct Late<'p, 'd> {
    port: LocalPort,
    role: Role,
    owner: &'p Container<'d>,
    /// Where it says that the port is its own.
    declared: Span,
}

impl<'p, 'd> Late<'p, 'd> {
    /// Who has `port`, where nobody has it that started before the init container at `at`.
    fn of(pod: &'p Pod<'d>, at: usize, port: LocalPort, cx: &PodContext<'_>) -> Option<Self> {
        let steps = || pod.init_steps.iter().enumerate();
        let is_sidecar = |step: &InitStep<'_>| step.role_in(cx.version) == Role::Sidecar;
        let has = |container: &Container<'_>| local_ports::declared(container, port.port).is_some();
        if steps().any(|(index, step)| index < at && is_sidecar(step) && has(step.container())) {
            return None;
        }
        let sidecars = steps().filter(|(index, step)| *index > at && is_sidecar(step));
        let sidecars = sidecars.map(|(_, step)| (Role::Sidecar, step.container()));
        let apps =
            pod.apps.iter().map(|app| (Role::App, &**app)).filter(|(_, app)| !shares(app, &port.named));
        let (role, owner) = sidecars.chain(apps).find(|(_, container)| has(container))?;
        let declared = local_ports::declared(owner, port.port)?;
        Some(Self { port, role, owner, declared })
    }
}

/// Whether the app container has the variable that names the port, too: it may be what it says of itself, and of no use
/// to the init container.
fn shares(app: &Container<'_>, named: &Named) -> bool {
    let Named::InVariable(variable) = named else { return false };
    app.env.iter().any(|own| own.name.is_some_and(|name| name.value == variable))
}

fn finding(init: &Container<'_>, late: &Late<'_, '_>) -> Finding {
    let Late { port, role, owner, declared } = late;
    let (name, owner, number) = (init.name(), owner.name(), port.port);
    let (when, help) = match role {
        Role::Sidecar => {
            ("after it", format!("list `{owner}` before `{name}`, and give it a `startupProbe`"))
        }
        Role::App | Role::Init => (
            "when all init containers are done",
            format!("make `{owner}` a sidecar listed before `{name}`, or do this in an app container"),
        ),
    };
    let message = format!(
        "init container `{name}` talks to port {number} of {} `{owner}`, which starts only {when}",
        role.describe(),
    );
    Finding::new(Severity::Warning, port.span, message)
        .caption("nothing listens there yet")
        .label(*declared, format!("port {number} of `{owner}`"))
        .help(help)
}
