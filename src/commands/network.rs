//! Commands that ask whether something is there, and those that wait for it.

use std::time::Duration;

use super::reading::steady;
use super::record::{Record, Trait, record};
use super::servers::only_with;
use super::{Call, awaited, world};

pub(super) const ASKS: &[Trait] = &[Trait::Probe, Trait::NeedsNetwork];
const WAITS: &[Trait] = &[Trait::Waits, Trait::NeedsNetwork];

const WAITS_FOR_EVER: &[Trait] =
    &[Trait::Waits, Trait::WaitsForEver, Trait::NeedsNetwork, Trait::UsesAccountToken];

pub(super) const RECORDS: &[Record] = &[
    record(&["nc", "ncat", "netcat"])
        .taking("w p s i q x X e G g m T O c wait source-port")
        .does(steady)
        .is(ASKS)
        .when(listens)
        .asks(awaited::host_and_port),
    record(&["telnet"]).taking("").does(steady).is(ASKS).asks(awaited::host_and_port),
    record(&["dig", "host"]).taking("t c p").does(steady).is(ASKS).asks(awaited::name),
    record(&["nslookup"])
        .taking("")
        .does(steady)
        .is(&[Trait::Probe, Trait::NeedsNetwork, Trait::PassesOverSearchList])
        .asks(awaited::name),
    record(&["getent"]).taking("s").does(steady).is(ASKS).asks(awaited::second),
    record(&["traceroute"]).does(steady).is(ASKS),
    record(&["ping"]).taking("c w W i I s t").does(steady).is(ASKS).asks(awaited::name),
    record(&["pg_isready"])
        .taking("h p d U t host port dbname username timeout")
        .does(steady)
        .is(ASKS)
        .asks(awaited::postgres),
    record(&["grpc_health_probe"]).does(steady).is(ASKS).asks(awaited::address),
    record(&["mysqladmin", "mariadb-admin"])
        .taking("h P p:: u host port user")
        .does(steady)
        .when(asks_server)
        .asks(awaited::mysql),
    record(&["redis-cli", "valkey-cli"])
        .taking("h p u a n host port user password")
        .does(steady)
        .when(asks_server)
        .asks(awaited::redis),
    record(&["etcdctl"]).is(ASKS),
    record(&["wait-for-it", "wait-for-it.sh"])
        .does(steady)
        .is(WAITS)
        .when(awaited::waits_for_it)
        .asks(awaited::address),
    record(&["wait-for", "dockerize"]).does(steady).is(WAITS).asks(awaited::address),
    record(&["k8s-wait-for", "wait_for.sh"]).is(WAITS_FOR_EVER).asks(awaited::object_or_selector),
    record(&["sleep", "usleep"])
        .does(|_, _| world::SUCCESS)
        .is(&[Trait::Waits, Trait::OnlyPrints])
        .when(|call| only_with(call, &["infinity", "inf", "Infinity"])),
];

/// For how long `call` does nothing else, where its words say: `sleep 0.5`, `sleep 2m`.
pub(crate) fn pause(call: &Call<'_>) -> Option<Duration> {
    let [time] = call.operands() else { return None };
    let (number, unit) = match time.strip_suffix(['s', 'm', 'h']) {
        Some(number) if time.ends_with('m') => (number, 60.0),
        Some(number) if time.ends_with('h') => (number, 3600.0),
        Some(number) => (number, 1.0),
        None if call.name() == "usleep" => (*time, 1e-6),
        None => (*time, 1.0),
    };
    let is_pause = call.is(Trait::Waits) && call.is(Trait::OnlyPrints);
    let seconds = number.parse::<f64>().ok().filter(|_| is_pause)? * unit;
    Duration::try_from_secs_f64(seconds).ok()
}

/// A server of its own, for as many as come.
fn listens(call: &Call<'_>) -> &'static [Trait] {
    if call.has("l listen") && call.has("k keep-open") { &[Trait::NeverEnds] } else { &[] }
}

/// `redis-cli ping`, `mysqladmin status`: the other subcommands change something.
fn asks_server(call: &Call<'_>) -> &'static [Trait] {
    let asks = call.operands().first().is_none_or(|word| {
        ["ping", "status", "version", "info"].iter().any(|verb| word.eq_ignore_ascii_case(verb))
    });
    if asks { ASKS } else { &[Trait::NeedsNetwork] }
}
