//! Databases: data directories on a volume, and what is made on a server.

use super::options::Options;
use super::sql::{self, Statement};
use super::world::Node;
use super::world::atoms::Atom;
use super::world::place::Place;
use super::world::{ChangeKind, FAILURE, FailureCause, SUCCESS, Status, World};
use super::{Call, Fact, fact};

pub(super) const FACTS: &[Fact] = &[
    fact(&["initdb"], |world, call| data_directory(world, call.words(), "D pgdata", true)),
    fact(&["pg_basebackup"], |world, call| data_directory(world, call.words(), "D pgdata", true)),
    fact(&["pg_ctl"], pg_ctl),
    fact(&["mysqld", "mariadbd"], mysqld),
    fact(&["createdb"], |world, call| create_named(world, call.words(), "database", PG_VALUED)),
    fact(&["createuser"], |world, call| create_named(world, call.words(), "role", PG_VALUED)),
    fact(&["dropdb"], |world, call| drop_named(world, call.words(), "database", PG_VALUED)),
    fact(&["psql"], psql),
    fact(&["mysql", "mariadb"], mysql),
    fact(&["sqlite3"], sqlite3),
    fact(&["cqlsh"], cqlsh),
    fact(&["clickhouse-client"], clickhouse),
];

const PG_VALUED: &str = "h p U d O E T D l host port username dbname owner encoding template tablespace locale \
                         maintenance-db c connection-limit g role N number";

/// A command that sets up a data directory and refuses one that isn't empty.
fn data_directory(world: &mut dyn World, words: &[String], option: &str, needs_empty: bool) -> Status {
    let valued =
        format!("{option} U E A k X username auth encoding locale pwfile waldir host h p port d R C S T");
    let options = Options::read(words, &valued);
    let given = options.value(option).or_else(|| options.operands().first().copied()).map(str::to_owned);
    let path = given.unwrap_or_else(|| world.variable("PGDATA").to_string());
    make_data(world, &path, words, needs_empty)
}

fn make_data(world: &mut dyn World, path: &str, words: &[String], needs_empty: bool) -> Status {
    let place = world.place(path);
    if needs_empty && world.is_empty(&place) == Some(false) {
        return world.fail(Some(&place), FailureCause::NotEmpty);
    }
    super::files::make_directories(world, path);
    world.fill(&place, &format!("data:{}", words.first().map_or("", String::as_str)), ChangeKind::Slow);
    SUCCESS
}

fn pg_ctl(world: &mut dyn World, call: &Call<'_>) -> Status {
    if call.words().iter().any(|word| matches!(word.as_str(), "init" | "initdb")) {
        return data_directory(world, call.words(), "D pgdata", true);
    }
    world.steady_status(call.words())
}

fn mysqld(world: &mut dyn World, call: &Call<'_>) -> Status {
    let options = Options::read(call.words(), "datadir user");
    if !options.has("initialize initialize-insecure") {
        return world.steady_status(call.words());
    }
    let path = options.value("datadir").unwrap_or("/var/lib/mysql").to_owned();
    make_data(world, &path, call.words(), true)
}

/// Something by its kind and name on a server.
pub(super) fn outside(kind: &str, name: &str) -> Place {
    Place {
        store: super::world::place::Store::External,
        path: format!("/{kind}/{}", name.replace('/', "\u{2215}")),
    }
}

/// Makes something on a server, which fails where it exists.
pub(super) fn create(world: &mut dyn World, kind: &str, name: &str) -> Status {
    let place = outside(kind, name);
    if world.look(&place) != Node::Absent {
        return world.fail(Some(&place), FailureCause::Exists);
    }
    world.put(&place, Node::directory(), ChangeKind::Write);
    SUCCESS
}

fn create_named(world: &mut dyn World, words: &[String], kind: &str, valued: &str) -> Status {
    let options = Options::read(words, valued);
    let Some(name) = options.operands().first() else { return world.unknown_status(&words.join(" ")) };
    create(world, kind, name)
}

fn drop_named(world: &mut dyn World, words: &[String], kind: &str, valued: &str) -> Status {
    let options = Options::read(words, valued);
    if let Some(name) = options.operands().first() {
        world.remove(&outside(kind, name));
    }
    SUCCESS
}

/// Runs SQL text against the database `on`: the status of its first failing statement.
fn run_sql(world: &mut dyn World, text: &str, on: &str) -> Status {
    for statement in sql::statements(text) {
        match statement {
            Statement::Create(kind, name) => {
                let shared = matches!(kind.as_str(), "database" | "role");
                let name = if shared { name } else { format!("{on}{name}") };
                let status = create(world, &kind, &name);
                if status != SUCCESS {
                    return status;
                }
            }
            Statement::Drop(kind, name) => {
                world.remove(&outside(&kind, &name));
                world.remove(&outside(&kind, &format!("{on}{name}")));
            }
            Statement::Insert(table) => add_row(world, &outside("rows", &format!("{on}{table}")), text),
        }
    }
    SUCCESS
}

/// Adds to what is known of a table's rows: the same rows again are more rows.
fn add_row(world: &mut dyn World, place: &Place, text: &str) {
    let old = match world.look(place) {
        Node::File(content) => content,
        _ => "".into(),
    };
    let row = world.atom(Atom::new(format!("row:{text}"), "a row"));
    world.put(place, Node::File(format!("{old}{row}").into()), ChangeKind::Append);
}

/// What tells one server and database from another in a client's words.
fn connection(options: &Options<'_>, names: &str) -> String {
    options.value(names).map_or_else(String::new, |name| format!("{name}."))
}

/// The SQL that a client is given by an option, a file or its input.
fn text_of(world: &mut dyn World, options: &Options<'_>, command: &str, file: &str) -> (String, bool) {
    if let Some(text) = options.value(command) {
        return (text.to_owned(), true);
    }
    if let Some(path) = options.value(file).filter(|path| *path != "-") {
        let place = world.place(path);
        return (world.read(&place).unwrap_or_default().to_string(), false);
    }
    (world.input().unwrap_or_default().to_string(), false)
}

/// `psql -c` fails when its command does. A script read from a file or from standard input goes on
/// after an error and exits 0, unless `ON_ERROR_STOP` is set (psql(1)).
fn psql(world: &mut dyn World, call: &Call<'_>) -> Status {
    let valued = "c d f h p U v P F R L o T command dbname file host port username set variable pset output \
                  field-separator record-separator log-file table-attr";
    let options = Options::read(call.words(), valued);
    let (text, command) = text_of(world, &options, "c command", "f file");
    let stops =
        command || call.words().iter().any(|word| word.contains("ON_ERROR_STOP") && !word.ends_with("=0"));
    let on = options
        .value("d dbname")
        .or_else(|| options.operands().first().copied())
        .unwrap_or_default()
        .to_owned();
    let on = if on.is_empty() { on } else { format!("{on}.") };
    let status = run_sql(world, &text, &on);
    finish(world, call.words(), if stops { status } else { SUCCESS })
}

fn mysql(world: &mut dyn World, call: &Call<'_>) -> Status {
    let options =
        Options::read(call.words(), "e h P u D S execute host port user database socket defaults-file");
    let (text, _) = text_of(world, &options, "e execute", "none");
    let on = connection(&options, "D database");
    let status = run_sql(world, &text, &on);
    finish(world, call.words(), if options.has("f force") { SUCCESS } else { status })
}

fn cqlsh(world: &mut dyn World, call: &Call<'_>) -> Status {
    let options = Options::read(call.words(), "e f u p k execute file username password keyspace");
    let (text, _) = text_of(world, &options, "e execute", "f file");
    let status = run_sql(world, &text, &connection(&options, "k keyspace"));
    finish(world, call.words(), status)
}

fn clickhouse(world: &mut dyn World, call: &Call<'_>) -> Status {
    let options = Options::read(call.words(), "q query h host u user d database queries-file port password");
    let (text, _) = text_of(world, &options, "q query", "queries-file");
    let status = run_sql(world, &text, &connection(&options, "d database"));
    finish(world, call.words(), status)
}

/// What a client says and returns besides: both may depend on what this script has done.
fn finish(world: &mut dyn World, words: &[String], status: Status) -> Status {
    world.emit_unknown(words, true);
    if status == SUCCESS { world.unknown_status(&words.join(" ")) } else { status }
}

/// A database of `SQLite` is a file: what was made in it is noted in its contents.
fn sqlite3(world: &mut dyn World, call: &Call<'_>) -> Status {
    let options = Options::read(call.words(), "cmd init separator nullvalue");
    let Some((&path, commands)) = options.operands().split_first() else { return SUCCESS };
    let text =
        if commands.is_empty() { world.input().unwrap_or_default().to_string() } else { commands.join(";") };
    let place = world.place(path);
    for statement in sql::statements(&text) {
        let content = world.read(&place).unwrap_or_default();
        let status = match statement {
            Statement::Create(kind, name) => {
                let mark = format!("[{kind} {name}]");
                if content.contains(&mark) {
                    world.fail(Some(&place), FailureCause::Exists);
                    return FAILURE;
                }
                world.write(&place, &format!("{content}{mark}"), ChangeKind::Write)
            }
            Statement::Drop(kind, name) => {
                world.write(&place, &content.replace(&format!("[{kind} {name}]"), ""), ChangeKind::Write)
            }
            Statement::Insert(_) => {
                let row = world.atom(Atom::new(format!("row:{text}"), "a row"));
                world.append(&place, &String::from(row))
            }
        };
        if status != SUCCESS {
            return status;
        }
    }
    world.emit_unknown(call.words(), true);
    world.unknown_status(&call.words().join(" "))
}
