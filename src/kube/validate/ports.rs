//! `validateContainerPorts` and `checkHostPortConflicts`.

use super::super::shape::Place;
use super::super::version::{Change, Version};
use super::super::workloads::Workload;
use super::{Judge, Text, integer, syntax, text};
use crate::source::Span;

pub(super) fn check<'d>(judge: &mut Judge<'_, 'd>, container: &Place<'_, 'd>) {
    let Some(list) = container.get("ports") else { return };
    let mut names: Vec<(&str, Span)> = Vec::new();
    let mut host_ports: Vec<((i64, String, String), Span)> = Vec::new();
    for port in list.items() {
        if let (Some(place), Text::Known(name)) = (port.get("name"), text(&port, "name")) {
            if let Err(must) = syntax::port_name(name) {
                judge.must(&place, must, "rename the port");
            } else if let Some((_, first)) = names.iter().find(|(known, _)| *known == name) {
                judge.duplicate(&place, *first, "a port", "give each port of a container a name of its own");
            } else {
                names.push((name, place.node.span()));
            }
        }
        number(judge, &port, "containerPort");
        number(judge, &port, "hostPort");
        judge.one_of(&port, "protocol", &["TCP", "UDP", "SCTP"]);
        if let Some((key, place)) = host_port(judge, &port) {
            let span = place.node.span();
            match host_ports.iter().find(|(known, _)| *known == key) {
                Some((_, first)) => {
                    judge.duplicate(&place, *first, "the host port of a port", "publish it once");
                }
                None => host_ports.push((key, span)),
            }
        }
    }
}

/// 0 is as good as nothing: the container's port is missing then, the host's isn't asked for.
fn number<'d>(judge: &mut Judge<'_, 'd>, port: &Place<'_, 'd>, key: &str) {
    let help = "write a port number";
    match port.get(key) {
        None if key == "containerPort" => judge.missing(port, key, help),
        None => {}
        Some(place) => match integer(port, key) {
            Some(0) if key == "containerPort" => judge.must(&place, "be between 1 and 65535", help),
            Some(value) if value != 0 => {
                if let Err(must) = syntax::port_number(value) {
                    judge.must(&place, must, help);
                }
            }
            _ => {}
        },
    }
}

/// What the port takes of the node: number, protocol and address.
fn host_port<'p, 'd>(
    judge: &Judge<'_, 'd>,
    port: &'p Place<'_, 'd>,
) -> Option<((i64, String, String), Place<'p, 'd>)> {
    let written = integer(port, "hostPort").filter(|number| *number != 0);
    let key = if written.is_some() { "hostPort" } else { "containerPort" };
    let number = match written {
        None if takes_host_ports(judge) => integer(port, "containerPort").filter(|number| *number != 0)?,
        written => written?,
    };
    let string = |key, default: &str| match text(port, key) {
        Text::Empty => Some(default.to_owned()),
        Text::Known(text) => Some(text.to_owned()),
        Text::Unknown => None,
    };
    Some(((number, string("protocol", "TCP")?, string("hostIP", "")?), port.get(key)?))
}

/// Whether each port of a Pod in the node's network becomes the node's by default: in Pods, and to 1.27 in
/// templates too (`defaultHostNetworkPorts`).
fn takes_host_ports(judge: &Judge<'_, '_>) -> bool {
    let is_pod = judge.pod.template.workload == Workload::Pod;
    judge.pod.host.network && (is_pod || defaults_in_templates(judge.version))
}

fn defaults_in_templates(version: Version) -> bool {
    !version.after(Change::HostPortsOfTemplatesUnset)
}
