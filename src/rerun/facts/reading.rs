//! Commands that only look: at files, or at anything but files.

use super::options::Options;
use super::{Fact, fact};
use crate::rerun::machine::{FAILURE, Machine, Reason, SUCCESS, Status, matches};
use crate::rerun::state::atoms::{Atom, is_known};
use crate::rerun::state::tree::Node;

pub(super) const FACTS: &[Fact] = &[
    fact(&["ls", "stat", "du", "file", "readlink", "realpath", "lsattr", "getfacl"], list),
    fact(&["find"], find),
    fact(&["grep", "egrep", "fgrep", "rg"], grep),
    fact(&["cmp", "diff"], compare),
    fact(&["test", "["], |machine, words| machine.unknown_status(&words.join(" "))),
    fact(&["command", "which", "type"], |machine, words| {
        machine.emit_unknown(words, false);
        machine.steady_status(words)
    }),
    fact(STEADY, |machine, words| {
        machine.emit_unknown(words, false);
        machine.steady_status(words)
    }),
    fact(&["sleep", "sync", "logger", "clear", "usleep"], |_, _| SUCCESS),
];

/// Commands that neither read nor write a volume. What they say is the same in every run.
const STEADY: &[&str] = &[
    "date",
    "hostname",
    "id",
    "whoami",
    "uname",
    "nproc",
    "env",
    "printenv",
    "ps",
    "pgrep",
    "lsmod",
    "lscpu",
    "free",
    "uptime",
    "arch",
    "getconf",
    "getent",
    "locale",
    "tty",
    "uuidgen",
    "dig",
    "nslookup",
    "host",
    "ping",
    "nc",
    "ncat",
    "netcat",
    "telnet",
    "traceroute",
    "pg_isready",
    "mysqladmin",
    "redis-cli",
    "sysctl",
    "modprobe",
    "insmod",
    "mount",
    "umount",
    "mountpoint",
    "losetup",
    "blkid",
    "lsblk",
    "findmnt",
    "swapoff",
    "apk",
    "apt",
    "apt-get",
    "yum",
    "dnf",
    "microdnf",
    "apt-key",
    "dpkg",
    "rpm",
    "update-ca-certificates",
    "kill",
    "pkill",
    "killall",
    "systemctl",
    "service",
    "wait-for-it",
    "wait-for-it.sh",
    "wait-for",
    "dockerize",
    "grpc_health_probe",
    "chroot",
    "nsenter",
    "ldconfig",
    "adduser",
    "addgroup",
    "useradd",
    "groupadd",
    "usermod",
    "passwd",
    "lspci",
    "nvidia-smi",
    "ethtool",
    "df",
];

/// `ls` and its kin: fail where an operand is missing, and list what is known.
fn list(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "c format printf block-size I ignore");
    let current = ["."];
    let operands = if options.operands().is_empty() { &current[..] } else { options.operands() };
    let lists = words.first().is_some_and(|name| name.ends_with("ls"));
    let mut status = SUCCESS;
    for path in operands {
        let place = machine.place(path);
        match machine.look(&place) {
            Node::Absent => {
                status = machine.refuse(Some(&place), Reason::Missing).max(status);
            }
            Node::Directory(_) if lists && !options.has("d l directory") => {
                let all = options.has("a A all almost-all");
                emit_names(machine, &place, all);
            }
            Node::Unclear { key, exists: false } => {
                if !machine.may_exist(&place, &key) {
                    status = FAILURE;
                }
                machine.emit_unknown(words, true);
            }
            _ => machine.emit_unknown(words, true),
        }
    }
    status
}

fn emit_names(machine: &mut Machine<'_, '_>, place: &crate::rerun::state::places::Place, all: bool) {
    let (names, open) = machine.names_in(place);
    let mut out = String::new();
    for name in names.iter().filter(|name| all || !name.starts_with('.')) {
        out.push_str(name);
        out.push('\n');
    }
    if open {
        let more = match machine.look(place) {
            Node::Directory(fill) => fill.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join("+"),
            _ => String::new(),
        };
        let key = format!("names:{}:{more}", place.path);
        let atom =
            machine.atom(Atom { never_empty: !more.is_empty(), may_change: true, ..Atom::new(key, "$(ls)") });
        out.push(atom);
        out.push('\n');
    }
    machine.emit(&out);
}

/// `find`: `-delete` and `-exec` are taken to settle. What it finds is known where all that lies
/// below its start is.
fn find(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let mut status = SUCCESS;
    let starts: Vec<&String> =
        words.iter().skip(1).take_while(|word| !word.starts_with(['-', '(', '!'])).collect();
    let tests = words.get(1 + starts.len()..).unwrap_or_default();
    for path in starts {
        let place = machine.place(path);
        if machine.look(&place) == Node::Absent {
            status = machine.refuse(Some(&place), Reason::Missing);
            continue;
        }
        match (machine.all_below(&place), simple_tests(tests)) {
            (Some(listed), Some(wanted)) => {
                for (below, _) in listed.iter().filter(|(below, node)| wanted.fits(below, node)) {
                    machine.emit(&format!("{path}{below}\n"));
                }
            }
            (Some(listed), None) if listed.len() <= 1 => {}
            _ => machine.emit_unknown(words, true),
        }
    }
    if words.len() == 1 {
        machine.emit_unknown(words, true);
    }
    status
}

/// Tests of `find` that only names and kinds decide.
#[derive(Default)]
struct Wanted<'w> {
    name: Option<&'w str>,
    kind: Option<&'w str>,
    at_least: usize,
    at_most: Option<usize>,
}

fn simple_tests(tests: &[String]) -> Option<Wanted<'_>> {
    let mut wanted = Wanted::default();
    let mut tests = tests.iter().map(String::as_str);
    while let Some(test) = tests.next() {
        match test {
            "-name" => wanted.name = tests.next(),
            "-type" => wanted.kind = tests.next(),
            "-mindepth" => wanted.at_least = tests.next()?.parse().ok()?,
            "-maxdepth" => wanted.at_most = Some(tests.next()?.parse().ok()?),
            "-print" => {}
            _ => return None,
        }
    }
    Some(wanted)
}

impl Wanted<'_> {
    fn fits(&self, below: &str, node: &Node) -> bool {
        let depth = below.matches('/').count();
        let name = below.rsplit('/').next().unwrap_or_default();
        let kind = match node {
            Node::Directory(_) => "d",
            Node::Link(_) => "l",
            _ => "f",
        };
        depth >= self.at_least
            && self.at_most.is_none_or(|most| depth <= most)
            && self.name.is_none_or(|pattern| matches(pattern, name))
            && self.kind.is_none_or(|wanted| wanted == kind)
    }
}

/// `grep`: decided where the text is known.
fn grep(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "e f m A B C regexp file max-count context include exclude");
    let (pattern, files) = match (options.value("e regexp"), options.operands()) {
        (Some(pattern), files) => (pattern, files),
        (None, [pattern, files @ ..]) => (*pattern, files),
        (None, []) => return FAILURE,
    };
    let mut text = String::new();
    let mut missing = false;
    if files.is_empty() && !options.has("r R recursive") {
        text.push_str(&machine.input().unwrap_or_default());
    }
    for path in files {
        let place = machine.place(path);
        match machine.look(&place) {
            Node::Absent => missing = true,
            Node::Directory(_) if machine.is_empty(&place) == Some(true) => {}
            Node::Directory(fill) => {
                text.extend(fill.iter().map(AsRef::as_ref));
                let state = machine.fingerprint();
                text.push(machine.atom(Atom::new(format!("tree:{}:{state}", place.path), "files")));
            }
            _ => text.push_str(&machine.read(&place).unwrap_or_default()),
        }
    }
    let fixed = options.has("F fixed-strings") || words.first().is_some_and(|name| name == "fgrep");
    let found = finds(machine, &options, pattern, fixed, &text, words);
    if options.has("c count") || !options.has("q quiet silent") {
        let mut key = words.to_vec();
        key.push(text);
        if found || options.has("c count") {
            machine.emit_unknown(&key, true);
        }
    }
    if missing && !found {
        return 2;
    }
    Status::from(!found)
}

fn finds(
    machine: &mut Machine<'_, '_>,
    options: &Options<'_>,
    pattern: &str,
    fixed: bool,
    text: &str,
    words: &[String],
) -> bool {
    let inverted = options.has("v invert-match");
    if text.is_empty() {
        return false;
    }
    let plain = options.has("i ignore-case") || inverted || options.has("f file");
    if let (false, Some(wanted)) = (plain, literal(pattern, fixed)) {
        let whole = options.has("x line-regexp");
        let found = text.lines().any(|line| if whole { line == wanted.text } else { wanted.is_in(line) });
        if found || (is_known(text) && is_known(pattern)) {
            return found;
        }
    }
    if !machine.is_deciding() {
        return true;
    }
    let state = if machine.shared.atoms.may_change(text) { machine.fingerprint() } else { String::new() };
    machine.ask(&format!("grep:{}:{text}@{state}", words.join(" ")), true)
}

/// A pattern that stands for itself, perhaps anchored.
struct Literal {
    text: String,
    start: bool,
    end: bool,
}

impl Literal {
    fn is_in(&self, line: &str) -> bool {
        match (self.start, self.end) {
            (true, true) => line == self.text,
            (true, false) => line.starts_with(&self.text),
            (false, true) => line.ends_with(&self.text),
            (false, false) => line.contains(&self.text),
        }
    }
}

fn literal(pattern: &str, fixed: bool) -> Option<Literal> {
    if fixed {
        return Some(Literal { text: pattern.to_owned(), start: false, end: false });
    }
    let (start, rest) = pattern.strip_prefix('^').map_or((false, pattern), |rest| (true, rest));
    let (end, rest) = rest.strip_suffix('$').map_or((false, rest), |rest| (true, rest));
    let mut text = String::new();
    let mut characters = rest.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => text.push(characters.next().filter(|c| !c.is_ascii_alphanumeric())?),
            '*' | '[' | ']' | '+' | '?' | '(' | ')' | '{' | '}' | '|' => return None,
            // A dot in a host name or a key is meant as one.
            c => text.push(c),
        }
    }
    Some(Literal { text, start, end })
}

fn compare(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "");
    let mut contents = Vec::new();
    for path in options.operands().iter().take(2) {
        let place = machine.place(path);
        match machine.look(&place) {
            Node::Absent => return 2,
            _ => contents.push(machine.read(&place)),
        }
    }
    match contents.as_slice() {
        [Some(one), Some(other)] if one == other => SUCCESS,
        [Some(one), Some(other)] if machine.shared.atoms.differ(one, other) => FAILURE,
        _ => machine.unknown_status(&words.join(" ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_patterns_are_looked_up() {
        let hit =
            |pattern: &str, line: &str| literal(pattern, false).is_some_and(|wanted| wanted.is_in(line));
        assert!(hit("^api_key=", "api_key=1"));
        assert!(!hit("^key=", "api_key=1"));
        assert!(hit("a.b", "xa.b"));
        assert!(hit("\\[General\\]", "[General]"));
        assert!(literal("a*", false).is_none());
        assert!(literal("a*", true).is_some_and(|wanted| wanted.is_in("xa*")));
    }
}
