//! `validateContainerPorts` and `checkHostPortConflicts`.

use foldhash::{HashMap, HashMapExt};

use super::super::field::Place;
use super::super::version::Change;
use super::super::workloads::Workload;
use super::{Text, Validator, first_of, integer, syntax, text};

pub(super) fn check<'d>(validator: &mut Validator<'_, 'd>, container: &Place<'_, 'd>) {
    let Some(list) = container.get("ports") else { return };
    let mut names = HashMap::new();
    let mut host_ports = HashMap::new();
    for port in list.items() {
        if let (Some(place), Text::Known(name)) = (port.get("name"), text(&port, "name")) {
            if let Err(must) = syntax::port_name(name) {
                validator.must(&place, must, "rename the port");
            } else if let Some(first) = first_of(&mut names, name, place.node.span()) {
                validator.duplicate(
                    &place,
                    first,
                    "a port",
                    "give each port of a container a name of its own",
                );
            }
        }
        number(validator, &port, "containerPort");
        number(validator, &port, "hostPort");
        validator.one_of(&port, "protocol", &["TCP", "UDP", "SCTP"]);
        if let Some((key, place)) = host_port(validator, &port)
            && let Some(first) = first_of(&mut host_ports, key, place.node.span())
        {
            validator.duplicate(&place, first, "the host port of a port", "publish it once");
        }
    }
}

/// 0 is as good as nothing: the container's port is missing then, the host's isn't asked for.
fn number<'d>(validator: &mut Validator<'_, 'd>, port: &Place<'_, 'd>, key: &str) {
    let help = "write a port number";
    match port.get(key) {
        None if key == "containerPort" => validator.missing(port, key, help),
        None => {}
        Some(place) => match integer(port, key) {
            Some(0) if key == "containerPort" => validator.must(&place, "be between 1 and 65535", help),
            Some(value) if value != 0 => {
                if let Err(must) = syntax::port_number(value) {
                    validator.must(&place, must, help);
                }
            }
            _ => {}
        },
    }
}

/// What the port takes of the node: number, protocol and address.
fn host_port<'p, 'd>(
    validator: &Validator<'_, 'd>,
    port: &'p Place<'_, 'd>,
) -> Option<((i64, String, String), Place<'p, 'd>)> {
    let written = integer(port, "hostPort").filter(|number| *number != 0);
    let key = if written.is_some() { "hostPort" } else { "containerPort" };
    let number = match written {
        None if takes_host_ports(validator) => {
            integer(port, "containerPort").filter(|number| *number != 0)?
        }
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
fn takes_host_ports(validator: &Validator<'_, '_>) -> bool {
    let is_pod = validator.pod.template.workload == Workload::Pod;
    validator.pod.host.network && (is_pod || !validator.version.after(Change::HostPortsOfTemplatesUnset))
}
