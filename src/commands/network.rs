//! Commands that ask whether something is there, and those that wait for it.

use super::reading::steady;
use super::record::{Capability, Record, Trait, record};
use super::servers::only_with;
use super::{Call, world};

const ASKS: &[Trait] = &[Trait::Probe, Trait::NeedsNetwork];
const WAITS: &[Trait] = &[Trait::Waits, Trait::NeedsNetwork];

pub(super) const RECORDS: &[Record] = &[
    record(&["nc", "ncat", "netcat", "telnet", "dig", "nslookup", "host", "getent", "traceroute"])
        .does(steady)
        .is(ASKS),
    record(&["ping"]).does(steady).is(&[Trait::Probe, Trait::NeedsNetwork, Trait::Needs(Capability::NetRaw)]),
    record(&["pg_isready", "grpc_health_probe"]).does(steady).is(ASKS),
    record(&["mysqladmin", "redis-cli"])
        .taking("h p u P a host port user password")
        .does(steady)
        .when(asks_server),
    record(&["mongo", "mongosh", "etcdctl"]).is(ASKS),
    record(&["wait-for-it", "wait-for-it.sh", "wait-for", "dockerize"]).does(steady).is(WAITS),
    record(&["k8s-wait-for", "wait_for.sh"]).is(&[
        Trait::Waits,
        Trait::NeedsNetwork,
        Trait::UsesAccountToken,
    ]),
    record(&["sleep", "usleep"])
        .does(|_, _| world::SUCCESS)
        .is(&[Trait::Waits, Trait::OnlyPrints])
        .when(|call| only_with(call, &["infinity", "inf", "Infinity"])),
];

/// `redis-cli ping`, `mysqladmin status`: the other subcommands change something.
fn asks_server(call: &Call<'_>) -> &'static [Trait] {
    let asks = call.operands().first().is_none_or(|word| {
        ["ping", "status", "version", "info"].iter().any(|verb| word.eq_ignore_ascii_case(verb))
    });
    if asks { ASKS } else { &[Trait::NeedsNetwork] }
}
