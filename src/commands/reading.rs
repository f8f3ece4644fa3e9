//! Commands that only look: at files, or at anything but files.

use super::lines::{Edit, Plain, edited};
use super::paths::{Paths, Touching};
use super::world::Node;
use super::world::atoms::{Atom, is_atom, is_known};
use super::world::place::{Place, base_name};
use super::world::{FAILURE, FailureCause, SUCCESS, Status, World};
use super::{Call, Record, Trait, paths, record};

pub(super) const RECORDS: &[Record] = &[
    record(&[".", "source"]).taking_first("").at(paths::read).is(&[Trait::RunsFile, Trait::Sources]),
    record(&["ls"]).taking(LS).does(list).at(paths::read).is(&[Trait::Test]).asks(super::awaited::file),
    record(&["stat"]).taking(LS).does(list).at(paths::read).asks(super::awaited::file),
    record(&["du", "file", "readlink", "realpath", "lsattr", "getfacl"])
        .taking(LS)
        .does(list)
        .at(paths::read),
    record(&["find"]).does(find).at(found_paths).when(found_traits).tries(super::operations::found),
    record(&["grep", "egrep", "fgrep", "rg"])
        .taking("e f m A B C regexp file max-count context include exclude")
        .does(grep)
        .at(paths::read_but_first)
        .is(&[Trait::Test, Trait::AcceptsEmptyInput])
        // It fails where it selects no line (POSIX XCU, *grep*).
        .when(|call| if call.has("L files-without-match") { &[] } else { &[Trait::RejectsEmptyInput] })
        .asks(super::awaited::searched_file),
    record(&["cmp", "diff"]).taking("").does(compare).at(paths::read),
    record(&["test", "["])
        .is(&[Trait::Test])
        .does(|world, call| world.unknown_status(&call.words().join(" "))),
    // Functions of Bitnami's images (`libfs.sh`).
    record(&["is_dir_empty", "is_mounted_dir_empty"]).taking("").does(is_empty_directory).is(&[Trait::Test]),
    record(&["which", "type", "hash"]).does(steady).is(&[Trait::Test, Trait::SeeksCommands]),
    record(&["yes"]).does(|world, _| {
        world.emit("y\n");
        SUCCESS
    }),
];

const LS: &str = "c format printf block-size I ignore";

/// A command that neither reads nor writes a volume.
pub(super) fn steady(world: &mut dyn World, call: &Call<'_>) -> Status {
    world.emit_unknown(call.words(), false);
    world.steady_status(call.words())
}

/// Whether a directory is empty or isn't there.
fn is_empty_directory(world: &mut dyn World, call: &Call<'_>) -> Status {
    let Some(path) = call.operands().first() else { return FAILURE };
    let place = world.place(path);
    let is_empty = match world.look(&place) {
        Node::Absent => true,
        Node::Directory(_) => world.is_empty(&place) == Some(true),
        Node::Unknown { key, .. } => world.ask(&format!("empty:{key}"), false),
        Node::File(_) | Node::Link(_) => false,
    };
    Status::from(!is_empty)
}

/// `flock` of an open file: whoever held the lock and was killed holds it no more.
pub(super) fn flock(world: &mut dyn World, call: &Call<'_>) -> Status {
    match call.words().last().map(|word| word.parse::<u32>()) {
        Some(Ok(_)) => SUCCESS,
        _ => world.unknown_command(call.words()),
    }
}

/// `ls` and its kin: fail where an operand is missing, and list what is known.
fn list(world: &mut dyn World, call: &Call<'_>) -> Status {
    let current = ["."];
    let operands = if call.operands().is_empty() { &current[..] } else { call.operands() };
    let lists = call.name() == "ls";
    let mut status = SUCCESS;
    for path in operands {
        let place = world.place(path);
        match world.look(&place) {
            Node::Absent => {
                status = world.fail(Some(&place), FailureCause::Missing).max(status);
            }
            Node::Directory(_) if lists && !call.has("d l directory") => {
                let all = call.has("a A all almost-all");
                emit_names(world, &place, all);
            }
            Node::Unknown { key, exists: false } => {
                if !world.may_exist(&place, &key) {
                    status = FAILURE;
                }
                world.emit_unknown(call.words(), true);
            }
            _ => world.emit_unknown(call.words(), true),
        }
    }
    status
}

fn emit_names(world: &mut dyn World, place: &Place, all: bool) {
    let (names, open) = world.names_in(place);
    let mut out = String::new();
    for name in names.iter().filter(|name| all || !name.starts_with('.')) {
        out.push_str(name);
        out.push('\n');
    }
    if open {
        let more = match world.look(place) {
            Node::Directory(fill) => fill.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join("+"),
            _ => String::new(),
        };
        let key = format!("names:{}:{more}", place.path);
        let atom =
            world.atom(Atom { never_empty: !more.is_empty(), may_change: true, ..Atom::new(key, "$(ls)") });
        out.push(atom);
        out.push('\n');
    }
    world.emit(&out);
}

/// The command that `find` runs over what it finds, and whether its failure counts: behind `+` it does, behind `;` it doesn't.
pub(crate) fn found_command<'w>(call: &Call<'w>) -> Option<(&'w [String], bool)> {
    let words = call.words();
    let at = words.iter().position(|word| matches!(word.as_str(), "-exec" | "-execdir"))?;
    let command = words.get(at + 1..)?;
    let end = command.iter().position(|word| matches!(word.as_str(), ";" | "+"))?;
    Some((command.get(..end)?, command.get(end)? == "+"))
}

/// The same with what is looked for before it, where it is all that is done with what is found, and nothing that `find`
/// follows itself.
pub(crate) fn run_on_found<'w>(call: &Call<'w>) -> Option<(&'w [String], &'w [String], bool)> {
    let words = call.words();
    let (command, counts) = found_command(call)?;
    let at = words.iter().position(|word| word == "-exec")?;
    let is_last = at + 1 + command.len() + 1 == words.len();
    let is_followed = is_last && !removes(words) && Call::of(command).has_paths();
    is_followed.then_some((words.get(..at)?, command, counts))
}

/// Where it starts, and what the command touches that it runs, but for what it finds.
fn found_paths(call: &Call<'_>) -> Paths {
    let starts = call.words().iter().skip(1).take_while(|word| !word.starts_with(['-', '(', '!']));
    let starts = starts.map(|start| (Touching::Reads, start.clone()));
    let own = found_command(call).map(|(words, _)| Call::of(words).paths()).unwrap_or_default();
    // What `{}` stands for isn't known: `/data` for `/data/{}`.
    let known = own.into_iter().filter_map(|(touching, path)| match path.split_once("{}") {
        Some((before, _)) => before
            .strip_suffix('/')
            .filter(|before| !before.is_empty())
            .map(|before| (touching, before.to_owned())),
        None => Some((touching, path)),
    });
    starts.chain(known).collect()
}

fn found_traits(call: &Call<'_>) -> &'static [Trait] {
    let Some((words, counts)) = found_command(call) else { return &[] };
    let own = Call::of(words);
    match (own.has_paths(), own.is(Trait::Weighty), counts) {
        (true, true, true) => &[Trait::Weighty],
        (true, true, false) => &[Trait::Weighty, Trait::HidesFailure],
        (true, false, true) => &[],
        (true, false, false) => &[Trait::HidesFailure],
        (false, _, true) => &[Trait::RunsInput],
        (false, _, false) => &[Trait::RunsInput, Trait::HidesFailure],
    }
}

/// `find`: what it finds is known where all that lies below its start is. `-delete` and `-exec rm`
/// remove it; any other `-exec` is taken to settle.
fn find(world: &mut dyn World, call: &Call<'_>) -> Status {
    let mut status = SUCCESS;
    let starts: Vec<&String> =
        call.words().iter().skip(1).take_while(|word| !word.starts_with(['-', '(', '!'])).collect();
    let tests = call.words().get(1 + starts.len()..).unwrap_or_default();
    for path in starts {
        let place = world.place(path);
        if world.look(&place) == Node::Absent {
            status = world.fail(Some(&place), FailureCause::Missing);
            continue;
        }
        if removes(tests) {
            find_and_remove(world, &place, tests);
            continue;
        }
        match (world.all_below(&place), simple_tests(tests)) {
            (Some(listed), Some(wanted)) => {
                let is_bare = |path: &str| !listed.iter().any(|(other, _)| is_below(other, path));
                let fitting = listed.iter().filter(|(below, node)| wanted.fits(world, below, node));
                let found = fitting.filter(|(below, _)| !wanted.empty || is_bare(below));
                let found: String = found.map(|(below, _)| format!("{path}{below}\n")).collect();
                world.emit(&found);
            }
            (Some(listed), None) if listed.len() <= 1 => {}
            _ => world.emit_unknown(call.words(), true),
        }
    }
    if call.words().len() == 1 {
        world.emit_unknown(call.words(), true);
    }
    status
}

fn is_below(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'))
}

fn removes(tests: &[String]) -> bool {
    let runs_rm = || {
        let pairs = tests.iter().zip(tests.iter().skip(1));
        pairs.filter(|(option, _)| option.starts_with("-exec")).any(|(_, command)| base_name(command) == "rm")
    };
    tests.iter().any(|test| test == "-delete") || runs_rm()
}

/// Removes what is listed and fits; all that isn't listed too, where nothing is asked of names.
fn find_and_remove(world: &mut dyn World, start: &Place, tests: &[String]) {
    let until = tests.iter().position(|test| test == "-delete" || test.starts_with("-exec")).unwrap_or(0);
    let tests = tests.get(..until).unwrap_or_default();
    let Some(wanted) = simple_tests(tests).filter(|wanted| !wanted.empty) else { return };
    let all = wanted.name.is_none() && wanted.kind.is_none();
    for name in world.names_in(start).0 {
        let inner = start.join(&name);
        let node = world.look(&inner);
        if (all && wanted.except.is_empty()) || wanted.fits(world, &format!("/{name}"), &node) {
            world.remove(&inner);
        }
    }
    if all {
        // What is to stay is listed, or isn't there.
        super::files::empty(world, start, wanted.except.is_empty());
    }
}

/// Tests of `find` that only names and kinds decide.
#[derive(Default)]
struct Wanted<'w> {
    name: Option<&'w str>,
    /// `! -name`.
    except: Vec<&'w str>,
    kind: Option<&'w str>,
    at_least: usize,
    at_most: Option<usize>,
    /// `-empty`.
    empty: bool,
}

fn simple_tests(tests: &[String]) -> Option<Wanted<'_>> {
    let mut wanted = Wanted::default();
    let mut tests = tests.iter().map(String::as_str);
    while let Some(test) = tests.next() {
        match test {
            "-name" => wanted.name = tests.next(),
            "!" | "-not" if tests.next() == Some("-name") => wanted.except.push(tests.next()?),
            "-type" => wanted.kind = tests.next(),
            "-mindepth" => wanted.at_least = tests.next()?.parse().ok()?,
            "-maxdepth" => wanted.at_most = Some(tests.next()?.parse().ok()?),
            "-empty" => wanted.empty = true,
            "-print" => {}
            _ => return None,
        }
    }
    Some(wanted)
}

impl Wanted<'_> {
    fn fits(&self, world: &dyn World, below: &str, node: &Node) -> bool {
        let depth = below.matches('/').count();
        let name = below.rsplit('/').next().unwrap_or_default();
        let kind = match node {
            Node::Directory(_) => "d",
            Node::Link(_) => "l",
            _ => "f",
        };
        depth >= self.at_least
            && self.at_most.is_none_or(|most| depth <= most)
            && self.name.is_none_or(|pattern| world.matches(pattern, name))
            && !self.except.iter().any(|pattern| world.matches(pattern, name))
            && self.kind.is_none_or(|wanted| wanted == kind)
            && (!self.empty
                || matches!(node, Node::Directory(_))
                || matches!(node, Node::File(text) if text.is_empty()))
    }
}

/// Whether `call` looks for something in a text, be it of a file or of what stands before it in a pipe.
pub(crate) fn searches_text(call: &Call<'_>) -> bool {
    matches!(call.name(), "grep" | "egrep" | "fgrep" | "awk" | "jq" | "yq")
}

/// Whether it says what is in a folder.
pub(crate) fn lists_folder(call: &Call<'_>) -> bool {
    call.name() == "ls" && !call.has("d directory")
}

/// The name that `grep` looks for, where its pattern is one.
pub(crate) fn searched_name(call: &Call<'_>) -> Option<String> {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
    let pattern = call.value("e regexp").or_else(|| call.operands().first().copied())?;
    let is_wanted = call.name().ends_with("grep") && !call.has("v invert-match");
    (is_wanted && !pattern.is_empty() && pattern.chars().all(is_name)).then(|| pattern.to_owned())
}

/// `grep`: decided where the text is known.
fn grep(world: &mut dyn World, call: &Call<'_>) -> Status {
    let (pattern, files) = match (call.value("e regexp"), call.operands()) {
        (Some(pattern), files) => (pattern, files),
        (None, [pattern, files @ ..]) => (*pattern, files),
        (None, []) => return FAILURE,
    };
    let (text, missing) = searched(world, call, files);
    let fixed = call.has("F fixed-strings") || call.name() == "fgrep";
    if !call.has("q quiet silent c count o only-matching n line-number i ignore-case w word-regexp l r R E")
        && let Some(wanted) = if fixed { Some(Plain::fixed(pattern)) } else { Plain::of(pattern) }
        && files.len() <= 1
        && !missing
    {
        // What it writes is the text without some lines.
        let edit = if call.has("v invert-match") { Edit::Delete(wanted) } else { Edit::Keep(wanted) };
        let out = edited(world, &text, &[edit], &call.words().join(" "), &|_, _| true);
        // The end of an unknown line is there only where the line is.
        let is_unknown = |line: &&str| !line.trim_end().is_empty() && line.trim_end().chars().all(is_atom);
        let lines =
            out.split_inclusive('\n').map(|line| if is_unknown(&line) { line.trim_end() } else { line });
        let found = match world.atoms().is_empty(&lines.collect::<String>()) {
            Some(empty) => !empty,
            None => finds(world, call, pattern, fixed, &text, call.words()),
        };
        world.emit(&out);
        return Status::from(!found);
    }
    if let Some(numbered) = numbered(call, pattern, fixed, &text)
        && files.len() <= 1
        && !missing
    {
        world.emit(&numbered);
        return Status::from(numbered.is_empty());
    }
    let found = finds(world, call, pattern, fixed, &text, call.words());
    if call.has("c count") || !call.has("q quiet silent") {
        let may_change = world.atoms().may_change(&text);
        let mut key = call.words().to_vec();
        key.push(text);
        if found || call.has("c count") {
            world.emit_unknown(&key, may_change);
        }
    }
    if missing && !found {
        return 2;
    }
    Status::from(!found)
}

/// What `grep -n` writes of a text that is known.
fn numbered(call: &Call<'_>, pattern: &str, fixed: bool, text: &str) -> Option<String> {
    let has_others =
        call.has("q quiet silent c count o only-matching v invert-match i ignore-case w x l r R E m");
    let wanted = if fixed { Some(Plain::fixed(pattern)) } else { Plain::of(pattern) };
    let wanted = wanted.filter(|_| call.has("n line-number") && !has_others && is_known(text))?;
    let lines = text.lines().enumerate().filter(|(_, line)| wanted.is_in(line));
    Some(lines.map(|(at, line)| format!("{}:{line}\n", at + 1)).collect())
}

/// The text that `grep` goes over, and whether one of its files is missing.
fn searched(world: &mut dyn World, call: &Call<'_>, files: &[&str]) -> (String, bool) {
    let mut text = String::new();
    let mut missing = false;
    if files.is_empty() && !call.has("r R recursive") {
        text.push_str(&world.input().unwrap_or_default());
    }
    for path in files {
        let place = world.place(path);
        match world.look(&place) {
            Node::Absent => missing = true,
            Node::Directory(_) if world.is_empty(&place) == Some(true) => {}
            Node::Directory(_) if world.all_below(&place).is_some() => {
                for file in world.files_below(&place) {
                    text.push_str(&world.read(&file).unwrap_or_default());
                }
            }
            Node::Directory(fill) => {
                text.extend(fill.iter().map(AsRef::as_ref));
                let state = world.fingerprint();
                text.push(world.atom(Atom::new(format!("tree:{}:{state}", place.path), "files")));
            }
            _ => text.push_str(&world.read(&place).unwrap_or_default()),
        }
    }
    (text, missing)
}

fn finds(
    world: &mut dyn World,
    call: &Call<'_>,
    pattern: &str,
    fixed: bool,
    text: &str,
    words: &[String],
) -> bool {
    let inverted = call.has("v invert-match");
    if text.is_empty() {
        return false;
    }
    let plain = call.has("i ignore-case") || inverted || call.has("f file");
    let wanted = if fixed { Some(Plain::fixed(pattern)) } else { Plain::of(pattern) };
    if let (false, Some(wanted)) = (plain, wanted) {
        let whole = call.has("x line-regexp");
        let found = text.lines().any(|line| if whole { wanted.is(line) } else { wanted.is_in(line) });
        if found || (is_known(text) && is_known(pattern)) {
            return found;
        }
    }
    if !world.status_is_tested() {
        return true;
    }
    let state = world.state_of(text);
    world.ask(&format!("grep:{}:{text}@{state}", words.join(" ")), true)
}

fn compare(world: &mut dyn World, call: &Call<'_>) -> Status {
    let mut contents = Vec::new();
    for path in call.operands().iter().take(2) {
        let place = world.place(path);
        match world.look(&place) {
            Node::Absent => return 2,
            _ => contents.push(world.read(&place)),
        }
    }
    match contents.as_slice() {
        [Some(one), Some(other)] if one == other => SUCCESS,
        [Some(one), Some(other)] if world.atoms().differ(one, other) => FAILURE,
        _ => world.unknown_status(&call.words().join(" ")),
    }
}
