//! The network of a Pod or a node: addresses, routes, links, and the kernel's packet filters.

use super::databases::outside;
use super::remedy::exists;
use super::services::client;
use super::world::Node;
use super::world::atoms::Atom;
use super::world::place::Place;
use super::world::{ChangeKind, FailureCause, SUCCESS, Status, World};
use super::{Call, Record, Remedy, Trait, Trouble, operations, record};

pub(super) const RECORDS: &[Record] = &[
    record(&["ip"])
        .taking("n netns")
        .does(ip)
        .mended(mend_ip)
        .is(&[Trait::HasSubcommands, Trait::ChangesNetwork])
        .tries(operations::addresses),
    record(&[
        "iptables",
        "ip6tables",
        "iptables-nft",
        "iptables-legacy",
        "ip6tables-nft",
        "ip6tables-legacy",
    ])
    .does(iptables)
    .mended(mend_iptables)
    .is(&[Trait::ChangesNetwork])
    .tries(operations::packets),
    record(&["iptables-restore", "ip6tables-restore"])
        .is(&[Trait::ChangesNetwork])
        .tries(operations::all_packets),
    record(&["nft"]).is(&[Trait::ChangesNetwork]).tries(operations::tables),
    record(&["tc"]).is(&[Trait::ChangesNetwork]).tries(operations::queues),
];

/// What a Pod's network namespace keeps: it outlives a container, not the sandbox.
fn network(world: &dyn World, kind: &str, name: &str) -> Place {
    outside(world.network_kind(), &format!("{kind} {name}"))
}

fn ip(world: &mut dyn World, call: &Call<'_>) -> Status {
    let rest: Vec<&str> =
        call.words().iter().skip(1).map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    let (kind, verb) = (rest.first().copied().unwrap_or_default(), rest.get(1).copied().unwrap_or_default());
    let kind = match kind {
        "a" | "addr" | "address" => "address",
        "r" | "ro" | "route" => "route",
        "l" | "link" => "link",
        _ => return client(world, call),
    };
    let object = rest.get(2..).unwrap_or_default().join(" ");
    match verb {
        "add" | "a" => {
            let place = network(world, kind, &object);
            if world.look(&place) != Node::Absent {
                return world.fail(Some(&place), FailureCause::Exists);
            }
            world.put(&place, Node::directory(), ChangeKind::Write);
            SUCCESS
        }
        "del" | "delete" | "d" | "flush" => {
            let place = network(world, kind, &object);
            world.remove(&place);
            world.unknown_status(&call.words().join(" "))
        }
        _ => client(world, call),
    }
}

/// `iptables -A` and `-I` add a rule each time, `-N` fails on a chain that exists.
fn iptables(world: &mut dyn World, call: &Call<'_>) -> Status {
    let words = call.words();
    let at = |names: &[&str]| words.iter().position(|word| names.contains(&word.as_str()));
    let behind = |at: usize| words.get(at + 1).map_or("", String::as_str);
    let table = at(&["-t", "--table"]).map_or("filter", behind);
    let chain = |at: usize| format!("{table} {}", behind(at));
    if let Some(verb) = at(&["-N", "--new-chain"]) {
        return create_chain(world, &chain(verb));
    }
    if let Some(verb) = at(&["-F", "--flush", "-X", "--delete-chain"]) {
        match behind(verb) {
            "" => flush_table(world, table),
            option if option.starts_with('-') => flush_table(world, table),
            _ => flush_chain(world, &chain(verb), words.iter().any(|word| word == "-X")),
        }
        return world.unknown_status(&words.join(" "));
    }
    if let Some(verb) = at(&["-A", "--append", "-I", "--insert"]) {
        return add_rule(world, &chain(verb), words, verb);
    }
    if let Some(verb) = at(&["-D", "--delete"]) {
        return delete_rule(world, &chain(verb), words, verb);
    }
    client(world, call)
}

fn flush_table(world: &mut dyn World, table: &str) {
    for kind in ["rules", "chain"] {
        let all = network(world, kind, table);
        let store = outside(world.network_kind(), "");
        for known in world.names_in(&store.parent().unwrap_or(store)).0 {
            let place = outside(world.network_kind(), &known);
            if place.path.starts_with(&all.path) {
                world.remove(&place);
            }
        }
    }
}

/// Takes away the rules of `chain`, and the chain itself where it is to go.
fn flush_chain(world: &mut dyn World, chain: &str, goes: bool) {
    let rules = network(world, "rules", chain);
    world.remove(&rules);
    if goes {
        let chain = network(world, "chain", chain);
        world.remove(&chain);
    }
}

fn add_rule(world: &mut dyn World, chain: &str, words: &[String], verb: usize) -> Status {
    let place = network(world, "rules", chain);
    let old = match world.look(&place) {
        Node::File(content) => content,
        _ => "".into(),
    };
    let rule = rule(world, words, verb);
    world.put(&place, Node::File(format!("{old}{rule}").into()), ChangeKind::Append);
    SUCCESS
}

fn delete_rule(world: &mut dyn World, chain: &str, words: &[String], verb: usize) -> Status {
    let place = network(world, "rules", chain);
    let rule = rule(world, words, verb);
    match world.look(&place) {
        Node::File(content) if content.contains(rule) => {
            let left = content.replacen(rule, "", 1);
            let node = if left.is_empty() { Node::Absent } else { Node::File(left.into()) };
            world.put(&place, node, ChangeKind::Remove);
            SUCCESS
        }
        _ => world.unknown_status(&words.join(" ")),
    }
}

/// A rule by what it matches and does: the words but the one at `verb`, which adds or deletes it.
fn rule(world: &mut dyn World, words: &[String], verb: usize) -> char {
    let specification: Vec<&str> =
        words.iter().enumerate().filter(|(index, _)| *index != verb).map(|(_, word)| word.as_str()).collect();
    world.atom(Atom::new(format!("rule:{}", specification.join(" ")), "a rule"))
}

fn create_chain(world: &mut dyn World, name: &str) -> Status {
    let place = network(world, "chain", name);
    if world.look(&place) != Node::Absent {
        return world.fail(Some(&place), FailureCause::Exists);
    }
    world.put(&place, Node::directory(), ChangeKind::Write);
    SUCCESS
}

fn mend_ip(trouble: &Trouble<'_>) -> Option<Remedy> {
    match *trouble.call.operands().first()? {
        "a" | "addr" | "address" | "r" | "route" => {
            exists(trouble)?.replaced(" add ", " replace ").map(Remedy::same_at_first)
        }
        _ => None,
    }
}

fn mend_iptables(trouble: &Trouble<'_>) -> Option<Remedy> {
    let name = trouble.call.name();
    if trouble.fails(FailureCause::Exists) {
        return Remedy::advice(format!(
            "make it only where there is none: `{name} -nL CHAIN || {name} -N CHAIN`"
        ));
    }
    Remedy::advice(format!("test for the rule first: `{name} -C … || {name} …`"))
}
