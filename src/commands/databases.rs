//! Databases: data directories on a volume, and what is made on a server.

use super::database_servers::{NAMES_DATA, Server, make_data};
use super::mongo::{self, Method};
use super::sql::{self, Statement};
use super::world::Node;
use super::world::atoms::Atom;
use super::world::place::Place;
use super::world::{ChangeKind, FAILURE, FailureCause, SUCCESS, Status, World};
use super::{Call, Line, Record, Remedy, Trait, Trouble, paths, record};

pub(super) const RECORDS: &[Record] = &[
    record(&["initdb"]).taking(NAMES_DATA).does(data_directory).mended(mend_data),
    record(&["pg_basebackup"]).taking(NAMES_DATA).does(data_directory),
    record(&["pg_dump"])
        .taking(DUMP_VALUED)
        .does(pg_dump)
        .at(paths::dumped)
        .is(&[Trait::NeedsNetwork, Trait::Weighty])
        .when(|call| if makes_folder(call) { &[Trait::MakesAnew] } else { &[] }),
    record(&["pg_dumpall", "mysqldump", "mariadb-dump", "mongodump", "mongoexport"])
        .taking(DUMP_VALUED)
        .does(super::reading::steady)
        .at(paths::dumped)
        .is(&[Trait::NeedsNetwork, Trait::Weighty]),
    // What it restores from an empty input is an error: "input file is too short".
    record(&["pg_restore"]).taking(PG_VALUED).is(&[Trait::NeedsNetwork, Trait::RejectsEmptyInput]),
    record(&["createdb"])
        .taking(PG_VALUED)
        .does(|world, call| create_named(world, call, "database"))
        .mended(mend_sql),
    record(&["createuser"])
        .taking(PG_VALUED)
        .does(|world, call| create_named(world, call, "role"))
        .mended(mend_sql),
    record(&["dropdb"]).taking(PG_VALUED).does(|world, call| drop_named(world, call, "database")),
    record(&["psql"])
        .taking(
            "c d f h p U v P F R L o T command dbname file host port username set variable pset output \
                  field-separator record-separator log-file table-attr",
        )
        .does(psql)
        .at(paths::read_by_option)
        .mended(mend_sql)
        .asks(super::awaited::postgres)
        .is(CLIENT),
    record(&["mysql", "mariadb"])
        .taking("e h P p:: u D S execute host port user database socket defaults-file")
        .does(mysql)
        .mended(mend_sql)
        .asks(super::awaited::mysql)
        .is(CLIENT),
    record(&["sqlite3"])
        .taking("cmd init separator nullvalue")
        .does(sqlite3)
        .mended(mend_sql)
        .is(&[Trait::FailsOverParts, Trait::AcceptsEmptyInput]),
    record(&["cqlsh"])
        .taking("e f u p k execute file username password keyspace")
        .does(cqlsh)
        .mended(mend_sql)
        .asks(super::awaited::cassandra)
        .is(CLIENT),
    record(&["mongosh", "mongo"])
        .taking("eval host port u username p password authenticationDatabase")
        .does(mongosh)
        .mended(mend_mongosh)
        .asks(super::awaited::mongo)
        .is(super::network::ASKS),
    record(&["clickhouse-client"])
        .taking("q query h host u user d database queries-file port password")
        .does(clickhouse)
        .mended(mend_sql)
        .asks(super::awaited::clickhouse)
        .is(CLIENT),
];

/// A client of a server elsewhere, which runs the statements that it is given or reads.
const CLIENT: &[Trait] =
    &[Trait::NeedsNetwork, Trait::AcceptsEmptyInput, Trait::RunsInput, Trait::SetsElsewhere];

const PG_VALUED: &str = "h p U d O E T D l host port username dbname owner encoding template tablespace locale \
                         maintenance-db c connection-limit g role N number";

/// What the commands that dump databases take with a value.
const DUMP_VALUED: &str = "f h p U d n t N T F Z j u P B o h file host port username user dbname schema table format out \
    db result-file uri collection";

/// A dump of many files, which takes a folder that is empty or isn't there (`pg_backup_directory.c`,
/// `InitArchiveFmt_Directory`).
fn makes_folder(call: &Call<'_>) -> bool {
    matches!(call.value("F format"), Some("d" | "directory"))
}

fn pg_dump(world: &mut dyn World, call: &Call<'_>) -> Status {
    match call.value("f file") {
        Some(path) if makes_folder(call) => make_data(world, path, call),
        _ => super::reading::steady(world, call),
    }
}

/// A command that sets up a data directory and refuses one that isn't empty.
fn data_directory(world: &mut dyn World, call: &Call<'_>) -> Status {
    let given = call.value("D pgdata").or_else(|| call.operands().first().copied()).map(str::to_owned);
    let path = given.unwrap_or_else(|| world.variable("PGDATA").to_string());
    make_data(world, &path, call)
}

/// What it sets up has a file of this name, which the image's own entrypoint tests for.
fn mend_data(trouble: &Trouble<'_>) -> Option<Remedy> {
    let is_line =
        trouble.fails(FailureCause::NotEmpty) && !trouble.text.is_empty() && !trouble.text.contains('\n');
    let path = trouble.path.trim_end_matches('/');
    is_line.then(|| Remedy::line(format!("[ -s {path}/PG_VERSION ] || {}", trouble.text)).same_at_first())
}

/// Something by its kind and name on a server that isn't of this script.
pub(super) fn outside(kind: &str, name: &str) -> Place {
    Server::ELSEWHERE.place(kind, name)
}

/// Makes something on a server that isn't of this script, which fails where it exists.
pub(super) fn create(world: &mut dyn World, kind: &str, name: &str) -> Status {
    Server::ELSEWHERE.create(world, kind, name)
}

fn create_named(world: &mut dyn World, call: &Call<'_>, kind: &str) -> Status {
    let Some(name) = call.operands().first() else {
        return world.unknown_status(&call.words().join(" "));
    };
    Server::of(world, call, "h host").create(world, kind, name)
}

fn drop_named(world: &mut dyn World, call: &Call<'_>, kind: &str) -> Status {
    if let Some(name) = call.operands().first() {
        let place = Server::of(world, call, "h host").place(kind, name);
        world.remove(&place);
    }
    SUCCESS
}

/// Runs SQL text against the database `on`: the status of its first failing statement, which ends it where it `stops`.
fn run_sql(world: &mut dyn World, server: &Server, text: &str, on: &str, stops: bool) -> Status {
    let mut first = SUCCESS;
    for statement in sql::statements(text) {
        match statement {
            Statement::Create(kind, name) => {
                let shared = matches!(kind.as_str(), "database" | "role");
                let name = if shared { name } else { format!("{on}{name}") };
                let status = server.create(world, &kind, &name);
                first = if first == SUCCESS { status } else { first };
                if first != SUCCESS && stops {
                    return first;
                }
            }
            Statement::Drop(kind, name) => {
                world.remove(&server.place(&kind, &name));
                world.remove(&server.place(&kind, &format!("{on}{name}")));
            }
            Statement::Insert(table) => add_row(world, &server.place("rows", &format!("{on}{table}")), text),
        }
    }
    first
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
fn connection(call: &Call<'_>, names: &str) -> String {
    call.value(names).map_or_else(String::new, |name| format!("{name}."))
}

/// The SQL that a client is given by an option, a file or its input.
fn text_of(world: &mut dyn World, call: &Call<'_>, command: &str, file: &str) -> (String, bool) {
    if let Some(text) = call.value(command) {
        return (text.to_owned(), true);
    }
    if let Some(path) = call.value(file).filter(|path| *path != "-") {
        let place = world.place(path);
        return (world.read(&place).unwrap_or_default().to_string(), false);
    }
    (world.input().unwrap_or_default().to_string(), false)
}

/// `psql -c` fails when its command does. A script read from a file or from standard input goes on
/// after an error and exits 0, unless `ON_ERROR_STOP` is set (psql(1)).
fn psql(world: &mut dyn World, call: &Call<'_>) -> Status {
    let (text, command) = text_of(world, call, "c command", "f file");
    let stops =
        command || call.words().iter().any(|word| word.contains("ON_ERROR_STOP") && !word.ends_with("=0"));
    let on =
        call.value("d dbname").or_else(|| call.operands().first().copied()).unwrap_or_default().to_owned();
    let on = if on.is_empty() { on } else { format!("{on}.") };
    let server = Server::of(world, call, "h host");
    let status = run_sql(world, &server, &text, &on, stops);
    finish(world, call.words(), if stops { status } else { SUCCESS })
}

fn mysql(world: &mut dyn World, call: &Call<'_>) -> Status {
    let (text, _) = text_of(world, call, "e execute", "none");
    let on = connection(call, "D database");
    let server = Server::of(world, call, "h host");
    let status = run_sql(world, &server, &text, &on, !call.has("f force"));
    finish(world, call.words(), if call.has("f force") { SUCCESS } else { status })
}

fn cqlsh(world: &mut dyn World, call: &Call<'_>) -> Status {
    let (text, _) = text_of(world, call, "e execute", "f file");
    let status = run_sql(world, &Server::ELSEWHERE, &text, &connection(call, "k keyspace"), true);
    finish(world, call.words(), status)
}

fn clickhouse(world: &mut dyn World, call: &Call<'_>) -> Status {
    let (text, _) = text_of(world, call, "q query", "queries-file");
    let status = run_sql(world, &Server::ELSEWHERE, &text, &connection(call, "d database"), true);
    finish(world, call.words(), status)
}

/// `mongosh` ends at what is thrown, with status 1: `rs.initiate` throws "already initialized", `createUser` "already
/// exists". What the text tests or catches by itself is taken to be settled.
fn mongosh(world: &mut dyn World, call: &Call<'_>) -> Status {
    let (text, _) = text_of(world, call, "eval", "none");
    let is_settled = ["try", "catch", "if"].iter().any(|word| text.contains(&format!("{word} ")))
        || ["try{", "if(", "catch("].iter().any(|word| text.contains(word));
    let server = Server::of(world, call, "host");
    for method in mongo::calls(&text) {
        let status = match method {
            Method::DropUser(name) => {
                world.remove(&server.place("user", &name));
                SUCCESS
            }
            _ if is_settled => SUCCESS,
            Method::CreateUser(name) => server.create(world, "user", &name),
            Method::Initiate => server.create(world, "the", "initiated replica set"),
        };
        if status != SUCCESS {
            return status;
        }
    }
    finish(world, call.words(), SUCCESS)
}

fn mend_mongosh(trouble: &Trouble<'_>) -> Option<Remedy> {
    Remedy::advice(if trouble.text.contains("rs.initiate(") {
        "ask first: `try { rs.status() } catch (e) { rs.initiate(…) }`"
    } else {
        "ask first: `if (!db.getUser(NAME)) db.createUser(…)`"
    })
}

/// What a client says and returns besides: both may depend on what this script has done.
fn finish(world: &mut dyn World, words: &[String], status: Status) -> Status {
    world.emit_unknown(words, true);
    if status == SUCCESS { world.unknown_status(&words.join(" ")) } else { status }
}

/// A database of `SQLite` is a file: what was made in it is noted in its contents.
fn sqlite3(world: &mut dyn World, call: &Call<'_>) -> Status {
    let Some((&path, commands)) = call.operands().split_first() else { return SUCCESS };
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

/// The line in which each `create` passes over what is there; advice where the statements aren't in it.
fn if_not_exists(trouble: &Trouble<'_>, create: &str) -> Remedy {
    let upper = trouble.text.to_ascii_uppercase();
    let mut text = String::new();
    let mut at = 0;
    for (found, _) in upper.match_indices(create) {
        let end = found + create.len();
        let is_plain = upper.get(end..).is_some_and(|rest| !rest.trim_start().starts_with("IF "));
        text.push_str(trouble.text.get(at..end).unwrap_or_default());
        text.push_str(if is_plain { " IF NOT EXISTS" } else { "" });
        at = end;
    }
    text.push_str(trouble.text.get(at..).unwrap_or_default());
    let advice = format!("write `{create} IF NOT EXISTS`");
    if text == trouble.text {
        return Remedy::Advice(advice);
    }
    Remedy::Line(Line { text, is_same_at_first: true, advice: Some(advice) })
}

fn mend_sql(trouble: &Trouble<'_>) -> Option<Remedy> {
    let kind = || trouble.kind.to_ascii_uppercase();
    match trouble.kind {
        "table" | "index" | "schema" | "sequence" | "extension" | "keyspace" => {
            Some(if_not_exists(trouble, &format!("CREATE {}", kind())))
        }
        "view" | "function" | "trigger" => Remedy::advice(format!("write `CREATE OR REPLACE {}`", kind())),
        "column" => Remedy::advice("write `ADD COLUMN IF NOT EXISTS`"),
        "rows" => Remedy::advice(
            "say what to do about rows that are there: `ON CONFLICT DO NOTHING`, or `WHERE NOT EXISTS (…)`",
        ),
        "" if trouble.call.name() == "sqlite3" => Remedy::advice("write `CREATE … IF NOT EXISTS`"),
        "database" | "role" if matches!(trouble.call.name(), "psql" | "createdb" | "createuser") => {
            let catalog = if trouble.kind == "role" { "roles" } else { "database" };
            let column = if trouble.kind == "role" { "rolname" } else { "datname" };
            Remedy::advice(format!(
                "ask first: `SELECT 'CREATE {} NAME' WHERE NOT EXISTS (SELECT FROM pg_{catalog} WHERE {column} = 'NAME')` \
                 and `\\gexec`, as input of `psql`",
                kind()
            ))
        }
        "database" => Remedy::advice("write `CREATE DATABASE IF NOT EXISTS`"),
        "role" => Remedy::advice("write `CREATE USER IF NOT EXISTS`"),
        _ => None,
    }
}
