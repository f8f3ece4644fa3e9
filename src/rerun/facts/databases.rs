//! Databases: data directories on a volume, and what is made on a server.

use super::options::Options;
use super::sql::{self, Statement};
use super::{Fact, fact};
use crate::rerun::machine::{ChangeKind, FAILURE, FailureCause, Machine, SUCCESS, Status};
use crate::rerun::state::atoms::Atom;
use crate::rerun::state::places::Place;
use crate::rerun::state::tree::Node;

pub(super) const FACTS: &[Fact] = &[
    fact(&["initdb"], |machine, words| data_directory(machine, words, "D pgdata", true)),
    fact(&["pg_basebackup"], |machine, words| data_directory(machine, words, "D pgdata", true)),
    fact(&["pg_ctl"], pg_ctl),
    fact(&["mysqld", "mariadbd"], mysqld),
    fact(&["createdb"], |machine, words| create_named(machine, words, "database", PG_VALUED)),
    fact(&["createuser"], |machine, words| create_named(machine, words, "role", PG_VALUED)),
    fact(&["dropdb"], |machine, words| drop_named(machine, words, "database", PG_VALUED)),
    fact(&["psql"], psql),
    fact(&["mysql", "mariadb"], mysql),
    fact(&["sqlite3"], sqlite3),
    fact(&["cqlsh"], cqlsh),
    fact(&["clickhouse-client"], clickhouse),
];

const PG_VALUED: &str = "h p U d O E T D l host port username dbname owner encoding template tablespace locale \
                         maintenance-db c connection-limit g role N number";

/// A command that sets up a data directory and refuses one that isn't empty.
fn data_directory(
    machine: &mut Machine<'_, '_>,
    words: &[String],
    option: &str,
    needs_empty: bool,
) -> Status {
    let valued =
        format!("{option} U E A k X username auth encoding locale pwfile waldir host h p port d R C S T");
    let options = Options::read(words, &valued);
    let given = options.value(option).or_else(|| options.operands().first().copied()).map(str::to_owned);
    let path = given.unwrap_or_else(|| machine.variable("PGDATA").to_string());
    make_data(machine, &path, words, needs_empty)
}

fn make_data(machine: &mut Machine<'_, '_>, path: &str, words: &[String], needs_empty: bool) -> Status {
    let place = machine.place(path);
    if needs_empty && machine.is_empty(&place) == Some(false) {
        return machine.refuse(Some(&place), FailureCause::NotEmpty);
    }
    super::files::make_directories(machine, path);
    machine.fill(&place, &format!("data:{}", words.first().map_or("", String::as_str)), ChangeKind::Slow);
    SUCCESS
}

fn pg_ctl(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    if words.iter().any(|word| matches!(word.as_str(), "init" | "initdb")) {
        return data_directory(machine, words, "D pgdata", true);
    }
    machine.steady_status(words)
}

fn mysqld(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "datadir user");
    if !options.has("initialize initialize-insecure") {
        return machine.steady_status(words);
    }
    let path = options.value("datadir").unwrap_or("/var/lib/mysql").to_owned();
    make_data(machine, &path, words, true)
}

/// Something by its kind and name on a server.
pub(super) fn outside(kind: &str, name: &str) -> Place {
    Place {
        store: crate::rerun::state::places::Store::External,
        path: format!("/{kind}/{}", name.replace('/', "\u{2215}")),
    }
}

/// Makes something on a server, which fails where it exists.
pub(super) fn create(machine: &mut Machine<'_, '_>, kind: &str, name: &str) -> Status {
    let place = outside(kind, name);
    if machine.look(&place) != Node::Absent {
        return machine.refuse(Some(&place), FailureCause::Exists);
    }
    machine.put(&place, Node::directory(), ChangeKind::Write);
    SUCCESS
}

fn create_named(machine: &mut Machine<'_, '_>, words: &[String], kind: &str, valued: &str) -> Status {
    let options = Options::read(words, valued);
    let Some(name) = options.operands().first() else { return machine.unknown_status(&words.join(" ")) };
    create(machine, kind, name)
}

fn drop_named(machine: &mut Machine<'_, '_>, words: &[String], kind: &str, valued: &str) -> Status {
    let options = Options::read(words, valued);
    if let Some(name) = options.operands().first() {
        machine.remove(&outside(kind, name));
    }
    SUCCESS
}

/// Runs SQL text against the database `on`: the status of its first failing statement.
fn run_sql(machine: &mut Machine<'_, '_>, text: &str, on: &str) -> Status {
    for statement in sql::statements(text) {
        match statement {
            Statement::Create(kind, name) => {
                let shared = matches!(kind.as_str(), "database" | "role");
                let name = if shared { name } else { format!("{on}{name}") };
                let status = create(machine, &kind, &name);
                if status != SUCCESS {
                    return status;
                }
            }
            Statement::Drop(kind, name) => {
                machine.remove(&outside(&kind, &name));
                machine.remove(&outside(&kind, &format!("{on}{name}")));
            }
            Statement::Insert(table) => add_row(machine, &outside("rows", &format!("{on}{table}")), text),
        }
    }
    SUCCESS
}

/// Adds to what is known of a table's rows: the same rows again are more rows.
fn add_row(machine: &mut Machine<'_, '_>, place: &Place, text: &str) {
    let old = match machine.look(place) {
        Node::File(content) => content,
        _ => "".into(),
    };
    let row = machine.atom(Atom::new(format!("row:{text}"), "a row"));
    machine.put(place, Node::File(format!("{old}{row}").into()), ChangeKind::Append);
}

/// What tells one server and database from another in a client's words.
fn connection(options: &Options<'_>, names: &str) -> String {
    options.value(names).map_or_else(String::new, |name| format!("{name}."))
}

/// The SQL that a client is given by an option, a file or its input.
fn text_of(
    machine: &mut Machine<'_, '_>,
    options: &Options<'_>,
    command: &str,
    file: &str,
) -> (String, bool) {
    if let Some(text) = options.value(command) {
        return (text.to_owned(), true);
    }
    if let Some(path) = options.value(file).filter(|path| *path != "-") {
        let place = machine.place(path);
        return (machine.read(&place).unwrap_or_default().to_string(), false);
    }
    (machine.input().unwrap_or_default().to_string(), false)
}

/// `psql -c` fails when its command does. A script read from a file or from standard input goes on
/// after an error and exits 0, unless `ON_ERROR_STOP` is set (psql(1)).
fn psql(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let valued = "c d f h p U v P F R L o T command dbname file host port username set variable pset output \
                  field-separator record-separator log-file table-attr";
    let options = Options::read(words, valued);
    let (text, command) = text_of(machine, &options, "c command", "f file");
    let stops = command || words.iter().any(|word| word.contains("ON_ERROR_STOP") && !word.ends_with("=0"));
    let on = options
        .value("d dbname")
        .or_else(|| options.operands().first().copied())
        .unwrap_or_default()
        .to_owned();
    let on = if on.is_empty() { on } else { format!("{on}.") };
    let status = run_sql(machine, &text, &on);
    finish(machine, words, if stops { status } else { SUCCESS })
}

fn mysql(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "e h P u D S execute host port user database socket defaults-file");
    let (text, _) = text_of(machine, &options, "e execute", "none");
    let on = connection(&options, "D database");
    let status = run_sql(machine, &text, &on);
    finish(machine, words, if options.has("f force") { SUCCESS } else { status })
}

fn cqlsh(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "e f u p k execute file username password keyspace");
    let (text, _) = text_of(machine, &options, "e execute", "f file");
    let status = run_sql(machine, &text, &connection(&options, "k keyspace"));
    finish(machine, words, status)
}

fn clickhouse(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "q query h host u user d database queries-file port password");
    let (text, _) = text_of(machine, &options, "q query", "queries-file");
    let status = run_sql(machine, &text, &connection(&options, "d database"));
    finish(machine, words, status)
}

/// What a client says and returns besides: both may depend on what this script has done.
fn finish(machine: &mut Machine<'_, '_>, words: &[String], status: Status) -> Status {
    machine.emit_unknown(words, true);
    if status == SUCCESS { machine.unknown_status(&words.join(" ")) } else { status }
}

/// A database of `SQLite` is a file: what was made in it is noted in its contents.
fn sqlite3(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "cmd init separator nullvalue");
    let Some((&path, commands)) = options.operands().split_first() else { return SUCCESS };
    let text = if commands.is_empty() {
        machine.input().unwrap_or_default().to_string()
    } else {
        commands.join(";")
    };
    let place = machine.place(path);
    for statement in sql::statements(&text) {
        let content = machine.read(&place).unwrap_or_default();
        let status = match statement {
            Statement::Create(kind, name) => {
                let mark = format!("[{kind} {name}]");
                if content.contains(&mark) {
                    machine.refuse(Some(&place), FailureCause::Exists);
                    return FAILURE;
                }
                machine.write(&place, &format!("{content}{mark}"), ChangeKind::Write)
            }
            Statement::Drop(kind, name) => {
                machine.write(&place, &content.replace(&format!("[{kind} {name}]"), ""), ChangeKind::Write)
            }
            Statement::Insert(_) => {
                let row = machine.atom(Atom::new(format!("row:{text}"), "a row"));
                machine.append(&place, &String::from(row))
            }
        };
        if status != SUCCESS {
            return status;
        }
    }
    machine.emit_unknown(words, true);
    machine.unknown_status(&words.join(" "))
}
