//! Ports of init containers, which nothing can reach.

use crate::finding::{Finding, Severity};
use crate::kube::container::ContainerPort;
use crate::kube::{Container, InitContainer, InitStep, Object, Pod, Role};
use crate::rule::{Group, PodContext, Rule, Target};
use crate::source::Span;
use crate::yaml::{Kind, Node};

/// The rule.
pub static RULE: Rule = Rule {
    id: "unreachable-init-port",
    summary: "`ports` on an init container, which ends before the Pod is in any Service",
    group: Group::Sidecars,
    severity: Severity::Warning,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    for step in &pod.init_steps {
        let InitStep::Init(init) = step else { continue };
        let Some(key) = init.node.entry("ports").map(|entry| entry.key.span()) else { continue };
        // What a merge brings of another container is meant for that.
        let is_merged = !init.node.span().contains(key);
        if init.ports.is_empty() || is_merged || pod.may_be_sidecar(init) {
            continue;
        }
        let finding = match service_to_one_of(pod, init, cx) {
            Some(target) => reached_by_service(init, key, &target),
            None => Finding::new(
                Severity::Info,
                key,
                format!(
                    "init container `{}` has `ports`, which no Service leads to: it ends before the Pod is in any",
                    init.name(),
                ),
            ),
        };
        let help = format!(
            "take `ports` out; if `{}` is to serve, make it a sidecar with `restartPolicy: Always`, or an app container",
            init.name(),
        );
        cx.report_in(init, finding.caption("no Service leads to these").help(help));
    }
}

/// A port of a Service that leads to an init container's.
struct ServicePort {
    service: String,
    /// The port, by the name or the number that the Service says.
    target: String,
    span: Span,
}

fn reached_by_service(init: &Container<'_>, key: Span, port: &ServicePort) -> Finding {
    let ServicePort { service, target, span } = port;
    let message = format!(
        "the Service `{service}` leads to port `{target}`, which only init container `{}` has: nothing answers there",
        init.name(),
    );
    Finding::new(Severity::Warning, key, message)
        .label(*span, format!("only `{}` has this port", init.name()))
}

/// The first port of a Service of the Pod that only `init` has.
fn service_to_one_of(pod: &Pod<'_>, init: &InitContainer<'_>, cx: &PodContext<'_>) -> Option<ServicePort> {
    let namespace = pod.template.object.namespace();
    let is_near = |service: &Object<'_>| match (service.namespace(), namespace) {
        (Some(of_service), Some(of_pod)) => of_service == of_pod,
        _ => true,
    };
    let labels = pod.template.metadata.and_then(|metadata| metadata.get("labels"));
    cx.inputs.services_of(labels).filter(is_near).find_map(|service| {
        let ports = service.node.at("/spec/ports").into_iter().flat_map(Node::items);
        let target = ports.filter_map(|port| port.get("targetPort").or_else(|| port.get("port")));
        let target = target.into_iter().find(|target| is_of_init_alone(pod, init, *target))?;
        let service = service.name().unwrap_or_default().to_owned();
        Some(ServicePort { service, target: target.text()?.to_owned(), span: target.span() })
    })
}

/// Whether `target` is a port of `init`, and of no other container. Of a number that is certain only where all app
/// containers say which ports they have: they needn't.
fn is_of_init_alone(pod: &Pod<'_>, init: &InitContainer<'_>, target: Node<'_>) -> bool {
    let is_it = |port: &ContainerPort<'_>| match target.kind() {
        Kind::Int(number) => port.container_port.is_some_and(|own| *own == number),
        Kind::String(name) => port.name.is_some_and(|own| *own == name),
        _ => false,
    };
    let has = |container: &Container<'_>| container.ports.iter().any(is_it);
    let mut others = pod.containers().filter(|(role, _)| *role != Role::Init);
    let say_all = target.as_str().is_some() || pod.apps.iter().all(|app| !app.ports.is_empty());
    has(init) && say_all && !others.any(|(_, other)| has(other))
}
