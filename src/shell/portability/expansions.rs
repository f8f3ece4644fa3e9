//! Variables and paths that only bash makes, and arithmetic that POSIX lacks.

use super::Outcome::{Differs, Fails, Same, Stops};
use super::forms::add;
use super::{Departure, Entry, Places, Reader, entry};
use crate::shell::ir::{Arithmetic, PartKind};
use crate::shell::semantics::visit::{self, Next, Node};
use crate::shell::semantics::{Binding, Facts, Unit};

pub(super) fn departures<'s>(
    facts: &Facts<'s>,
    unit: &'s Unit,
    reader: Reader,
    places: &Places<'s>,
    found: &mut Vec<Departure<'s>>,
) {
    let uses = facts.uses.iter().filter(|one| std::ptr::eq(one.unit, unit));
    for one in uses.filter(|one| one.binding == Binding::Always && !one.has_default) {
        if let Some(entry) = of_variable(one.name) {
            add(unit, &one.range, entry, reader, places, found);
        }
    }
    visit::walk(&unit.script.body, &mut |node, _| {
        match node {
            Node::Redirection(redirection) => {
                let target = visit::target(&redirection.kind);
                let first = target.parts.first().map(|part| &part.kind);
                let is_network = |text: &str| text.starts_with("/dev/tcp/") || text.starts_with("/dev/udp/");
                if matches!(first, Some(PartKind::Literal { text, .. }) if is_network(text)) {
                    add(unit, &target.range, NETWORK, reader, places, found);
                }
            }
            Node::Part(part) => {
                if let PartKind::Arithmetic(expression) = &part.kind {
                    add(unit, &part.range, of_arithmetic(expression), reader, places, found);
                }
            }
            _ => {}
        }
        Next::Into
    });
}

/// `/dev/tcp/HOST/PORT`, which bash alone opens by itself.
const NETWORK: Entry = entry(Fails, Fails, "`nc -z HOST PORT`, where the image has it");

/// Variables that bash sets by itself.
fn of_variable(name: &str) -> Option<Entry> {
    let empty = Differs("it is empty");
    match name {
        "RANDOM" => Some(entry(empty, Same, "`$(od -An -N2 -tu2 /dev/urandom)`")),
        "SECONDS" => Some(entry(empty, empty, "`$(date +%s)`")),
        "EUID" => Some(entry(empty, empty, "`$(id -u)`")),
        "BASH_REMATCH" => Some(entry(empty, empty, "`sed` or `expr`")),
        _ => None,
    }
}

/// `**`, `i++` and `i--`, which POSIX leaves out (XCU 2.6.4).
fn of_arithmetic(expression: &Arithmetic) -> Entry {
    let text = expression.text.trim();
    let is_name = |text: &str| text.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    let counts = ["++", "--"].iter().any(|sign| text.strip_suffix(sign).is_some_and(is_name));
    if text.contains("**") {
        entry(Stops, Same, "a product: `2*2*2`")
    } else if counts {
        entry(Stops, Same, "`$((i + 1))`")
    } else {
        entry(Same, Same, "")
    }
}
