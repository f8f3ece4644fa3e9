//! Database servers that a script starts itself: what is made in them lies in their folder of data.

use super::servers::unless;
use super::world::place::{Place, Store};
use super::world::{ChangeKind, FailureCause, Node, SUCCESS, Status, World};
use super::{Call, Record, Trait, record};

pub(super) const RECORDS: &[Record] = &[
    record(&["pg_ctl"]).taking(NAMES_DATA).does(pg_ctl),
    record(&["postgres"])
        .taking("D c p h k N")
        .does(postgres)
        .when(|call| unless(call, &["--check", "--boot", "--single", "-C", "--describe-config"])),
    record(&["mysqld", "mariadbd"]).taking(NAMES_MYSQL).does(mysqld).when(mysqld_serves),
    record(&["mysqld_safe", "mariadbd-safe"]).taking(NAMES_MYSQL).does(mysqld),
    record(&["mongod"])
        .taking("f config dbpath port bind_ip logpath replSet")
        .does(mongod)
        .when(|call| unless(call, &["--fork", "--shutdown", "--repair"])),
];

const NAMES_MYSQL: &str = "datadir user port socket";

/// The options of `PostgreSQL`'s tools that take a value.
pub(super) const NAMES_DATA: &str =
    "D pgdata U E A k X username auth encoding locale pwfile waldir host h p port d R C S T";

/// Below a server's folder of data: where what is made in it is noted. Nobody sees that path.
pub(crate) const OBJECTS: &str = ".objects";

/// The server that a client talks to.
pub(super) struct Server {
    /// Its folder of data, where this script has started it.
    data: Option<Place>,
}

impl Server {
    /// The one that a client names by the values of `options`, or the one on this machine.
    pub(super) fn of(world: &dyn World, call: &Call<'_>, options: &str) -> Self {
        let is_here = |host: &str| host.starts_with('/') || matches!(host, "localhost" | "127.0.0.1" | "::1");
        let named = call.value(options);
        Self { data: world.served().filter(|_| named.is_none_or(is_here)) }
    }

    /// One that isn't of this script.
    pub(super) const ELSEWHERE: Self = Self { data: None };

    /// Something by its kind and name on it.
    pub(super) fn place(&self, kind: &str, name: &str) -> Place {
        let name = name.replace('/', "\u{2215}");
        match &self.data {
            Some(data) => data.join(&format!("{OBJECTS}/{kind}/{name}")),
            None => Place { store: Store::External, path: format!("/{kind}/{name}") },
        }
    }

    /// Makes something on it, which fails where it exists.
    pub(super) fn create(&self, world: &mut dyn World, kind: &str, name: &str) -> Status {
        let place = self.place(kind, name);
        // What the folder was set up with is none of what a script makes.
        if !matches!(world.look(&place), Node::Absent | Node::Unknown { .. }) {
            return world.fail(Some(&place), FailureCause::Exists);
        }
        world.put(&place, Node::directory(), ChangeKind::Write);
        SUCCESS
    }
}

/// What fills a folder of data, which its command takes empty alone, starts so.
pub(crate) const DATA: &str = "data:";

/// Sets up the folder of data at `path`.
pub(super) fn make_data(world: &mut dyn World, path: &str, call: &Call<'_>) -> Status {
    let place = world.place(path);
    if world.is_empty(&place) == Some(false) {
        return world.fail(Some(&place), FailureCause::NotEmpty);
    }
    super::files::make_directories(world, path);
    // A copy of another's data takes long, and is cut short more often.
    let kind = if call.name().starts_with("pg_") && call.name() != "pg_ctl" { "copied:" } else { DATA };
    world.fill(&place, &format!("{kind}{}", call.name()), ChangeKind::Slow);
    SUCCESS
}

fn pg_ctl(world: &mut dyn World, call: &Call<'_>) -> Status {
    let data = call.value("D pgdata").map_or_else(|| world.variable("PGDATA").to_string(), str::to_owned);
    match call.operands().first() {
        Some(&("init" | "initdb")) => return make_data(world, &data, call),
        Some(&("start" | "restart")) => serve(world, &data),
        Some(&"stop") => world.serve(None),
        _ => {}
    }
    world.steady_status(call.words())
}

fn postgres(world: &mut dyn World, call: &Call<'_>) -> Status {
    let data = call.value("D").map_or_else(|| world.variable("PGDATA").to_string(), str::to_owned);
    serve(world, &data);
    world.steady_status(call.words())
}

/// It serves unless it only prepares its folder, or goes to the background.
fn mysqld_serves(call: &Call<'_>) -> &'static [Trait] {
    unless(
        call,
        &["--initialize", "--initialize-insecure", "--bootstrap", "--daemonize", "--validate-config"],
    )
}

fn mysqld(world: &mut dyn World, call: &Call<'_>) -> Status {
    let data = call.value("datadir").unwrap_or("/var/lib/mysql");
    if call.has("initialize initialize-insecure") {
        return make_data(world, data, call);
    }
    serve(world, data);
    world.steady_status(call.words())
}

fn mongod(world: &mut dyn World, call: &Call<'_>) -> Status {
    if !call.has("shutdown version help") {
        serve(world, call.value("dbpath").unwrap_or("/data/db"));
    }
    world.steady_status(call.words())
}

fn serve(world: &mut dyn World, data: &str) {
    if !data.is_empty() {
        let data = world.place(data);
        world.serve(Some(data));
    }
}
