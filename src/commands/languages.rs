//! One-line programs in other languages that make a folder, as `mkdir` does.

use super::world::Node;
use super::world::{ChangeKind, FAILURE, FailureCause, SUCCESS, Status, World};
use super::{Call, Record, Trait, record};

const PROGRAMS: &[Trait] = &[Trait::Interpreter, Trait::RunsFile];

pub(super) const RECORDS: &[Record] = &[
    record(&["perl"]).does(perl).is(PROGRAMS),
    record(&["node", "nodejs"]).does(node).is(PROGRAMS),
    record(&["ruby"]).does(ruby).is(PROGRAMS),
    record(&["pwsh", "powershell"]).does(power_shell).is(PROGRAMS),
    record(&["python", "python3", "pypy", "pypy3"])
        .taking("username email database")
        .does(python)
        .is(&[Trait::Interpreter, Trait::RunsFile, Trait::RunsModules])
        .when(serves),
];

/// `python -m http.server`.
fn serves(call: &Call<'_>) -> &'static [Trait] {
    match call.words() {
        [_, module, name, ..] if module == "-m" && name == "http.server" => super::NEVER_ENDS,
        _ => &[],
    }
}

/// The text behind one of `options`.
fn text_behind<'w>(call: &Call<'w>, options: &[&str]) -> Option<&'w str> {
    let words = call.words();
    let at = words.iter().position(|word| options.iter().any(|option| word.eq_ignore_ascii_case(option)))?;
    words.get(at + 1).map(String::as_str)
}

/// The path in quotes that `text` begins with, and what follows it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start_matches([' ', '(']);
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    text.get(1..)?.split_once(quote)
}

/// Whether nothing in a program decides whether its next call is made, or what comes of it.
fn is_plain(program: &str) -> bool {
    !["if", "unless", "exist", "try", "eval", "catch", "rescue", "suppress"]
        .iter()
        .any(|word| program.contains(word))
}

/// Makes the folder that stands behind `name` in a plain program, where `fails` says of what follows the path that the
/// program fails if the folder exists.
fn makes_folder(
    world: &mut dyn World,
    call: &Call<'_>,
    program: Option<&str>,
    name: &str,
    fails: fn(&str) -> bool,
) -> Status {
    let path = program
        .filter(|program| is_plain(program))
        .and_then(|program| quoted(program.split_once(name)?.1))
        .filter(|(_, rest)| fails(rest));
    let Some((path, _)) = path else { return world.unknown_command(call.words()) };
    let place = world.place(path);
    match world.look(&place) {
        Node::Absent | Node::Unknown { exists: false, .. } if world.has_parent(&place) => {
            world.put(&place, Node::directory(), ChangeKind::Write);
            SUCCESS
        }
        Node::Absent | Node::Unknown { exists: false, .. } => {
            world.fail(place.parent().as_ref(), FailureCause::Missing)
        }
        _ => {
            world.fail(Some(&place), FailureCause::Exists);
            FAILURE
        }
    }
}

/// `perl -e "mkdir '/x' or die"`; `perl -pi -e` edits.
fn perl(world: &mut dyn World, call: &Call<'_>) -> Status {
    match text_behind(call, &["-e", "-E"]) {
        Some(program) if program.contains("mkdir") => {
            makes_folder(world, call, Some(program), "mkdir", |rest| rest.contains("die"))
        }
        _ => super::edits::perl(world, call),
    }
}

/// `mkdirSync` without `recursive`.
fn node(world: &mut dyn World, call: &Call<'_>) -> Status {
    let program = text_behind(call, &["-e", "--eval"]);
    makes_folder(world, call, program, "mkdirSync", |rest| rest.trim_start().starts_with(')'))
}

fn ruby(world: &mut dyn World, call: &Call<'_>) -> Status {
    makes_folder(world, call, text_behind(call, &["-e"]), "Dir.mkdir", |_| true)
}

/// `os.mkdir`, and `os.makedirs` without `exist_ok`.
fn python(world: &mut dyn World, call: &Call<'_>) -> Status {
    let Some(program) = text_behind(call, &["-c"]) else { return super::services::django(world, call) };
    let name = if program.contains("os.makedirs") { "os.makedirs" } else { "os.mkdir" };
    makes_folder(world, call, Some(program), name, |rest| rest.trim_start().starts_with(')'))
}

/// `New-Item` without `-Force` fails on what exists, and ends the program where `-ErrorAction Stop` says so.
fn power_shell(world: &mut dyn World, call: &Call<'_>) -> Status {
    let program = text_behind(call, &["-Command", "-c"]).filter(|program| is_plain(program));
    let words: Vec<&str> = program.unwrap_or_default().split_whitespace().collect();
    let has = |wanted: &str| words.iter().any(|word| word.eq_ignore_ascii_case(wanted));
    let behind = |option: &str| {
        let at = words.iter().position(|word| word.eq_ignore_ascii_case(option))?;
        words.get(at + 1).copied()
    };
    let makes = words.first().is_some_and(|word| word.eq_ignore_ascii_case("New-Item")) && has("Directory");
    let stops = behind("-ErrorAction").is_some_and(|value| value.eq_ignore_ascii_case("Stop"));
    match behind("-Path").filter(|_| makes && stops && !has("-Force")) {
        Some(path) => {
            let program = format!("'{}'", path.trim_matches(['\'', '"']));
            makes_folder(world, call, Some(&program), "", |_| true)
        }
        None => world.unknown_command(call.words()),
    }
}

/// Whether a command takes `>` or `&&` as a word of its own, or hands its words to a shell elsewhere.
pub(crate) fn takes_operators(name: &str) -> bool {
    const TAKING: [&str; 6] = ["expr", "test", "[", "find", "ssh", "su"];
    TAKING.contains(&name) || super::is(name, Trait::Interpreter)
}
