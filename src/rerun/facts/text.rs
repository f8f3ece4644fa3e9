//! Text: writing it out, filtering it, editing files in place.

use super::files::worse;
use super::lines::sorted_unique;
use super::options::Options;
use super::{Fact, fact};
use crate::rerun::machine::{ChangeKind, FailureCause, Machine, SUCCESS, Status};
use crate::rerun::state::atoms::is_known;
use crate::rerun::state::tree::Node;

pub(super) const FACTS: &[Fact] = &[
    fact(&["echo"], echo),
    fact(&["printf"], printf),
    fact(&["cat"], cat),
    fact(&["tee"], tee),
    fact(&["sponge"], sponge),
    fact(&["wc"], wc),
    fact(&["sort"], sort),
    fact(&["seq"], seq),
    fact(&["basename"], |machine, words| path_part(machine, words, true)),
    fact(&["dirname"], |machine, words| path_part(machine, words, false)),
    fact(
        &[
            "envsubst",
            "base64",
            "cut",
            "tr",
            "uniq",
            "head",
            "tail",
            "rev",
            "tac",
            "column",
            "xxd",
            "od",
            "hexdump",
            "md5sum",
            "sha1sum",
            "sha256sum",
            "sha512sum",
            "fold",
            "paste",
            "nl",
            "strings",
            "iconv",
            "dos2unix",
            "expr",
            "bc",
            "openssl-passwd",
            "mkpasswd",
            "gomplate",
            "gettext",
        ],
        filter,
    ),
];

fn echo(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let mut rest = words.get(1..).unwrap_or_default();
    let mut newline = "\n";
    while let [first, others @ ..] = rest
        && matches!(first.as_str(), "-n" | "-e" | "-E" | "-ne" | "-en")
    {
        if first.contains('n') {
            newline = "";
        }
        rest = others;
    }
    machine.emit(&format!("{}{newline}", rest.join(" ")));
    SUCCESS
}

/// `printf`, for the plain `%s` and `%d`; other formats are text that nobody needs to know.
fn printf(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let Some(format) = words.get(1) else { return SUCCESS };
    let (format, mut values) = match (format.as_str(), words.get(2)) {
        ("--", Some(format)) => (format, words.iter().skip(3)),
        _ => (format, words.iter().skip(2)),
    };
    let plain = format.replace("%%", "").replace("%s", "").replace("%d", "").replace("%b", "");
    if plain.contains('%') {
        machine.emit_unknown(words, false);
        return SUCCESS;
    }
    let format = format.replace("\\n", "\n").replace("\\t", "\t");
    let mut out = String::new();
    loop {
        let left = values.len();
        let mut rest = format.as_str();
        while let Some((before, after)) = rest.split_once('%') {
            out.push_str(before);
            match after.chars().next() {
                Some('%') => out.push('%'),
                _ => out.push_str(values.next().map_or("", String::as_str)),
            }
            rest = after.get(1..).unwrap_or_default();
        }
        out.push_str(rest);
        if values.len() == 0 || values.len() == left {
            break;
        }
    }
    machine.emit(&out);
    SUCCESS
}

fn cat(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "");
    if options.operands().is_empty() {
        match machine.input() {
            Some(text) => machine.emit(&text),
            None => machine.emit_unknown(words, false),
        }
        return SUCCESS;
    }
    let mut status = SUCCESS;
    for path in options.operands() {
        if *path == "-" {
            let text = machine.input().unwrap_or_default();
            machine.emit(&text);
            continue;
        }
        if path.starts_with("/dev/") || path.starts_with("/proc/") {
            machine.emit_unknown(words, false);
            continue;
        }
        match machine.needs(path) {
            // GNU cat won't read what it has begun to write.
            Ok(place) if machine.writes_to(&place) && machine.is_empty_file(&place) == Some(false) => {
                status = machine.refuse(Some(&place), FailureCause::Exists);
            }
            Ok(place) => match machine.read(&place) {
                Some(text) => machine.emit(&text),
                None => status = 1,
            },
            Err(one) => status = worse(status, one),
        }
    }
    status
}

fn tee(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "");
    let text = machine.input().unwrap_or_default();
    let mut status = SUCCESS;
    for path in options.operands().iter().filter(|path| !path.starts_with("/dev/")) {
        let place = machine.place(path);
        let one = if options.has("a append") {
            machine.append(&place, &text)
        } else {
            machine.write(&place, &text, ChangeKind::Write)
        };
        status = worse(status, one);
    }
    machine.emit(&text);
    status
}

/// A filter: what it writes follows from its words, its input and the files that it names.
pub(super) fn filter(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let status = read_operands(machine, words, false);
    if status == SUCCESS { machine.steady_status(words) } else { status }
}

/// Emits what a command makes of the files among its operands; fails where one is surely missing.
pub(super) fn read_operands(machine: &mut Machine<'_, '_>, words: &[String], may_change: bool) -> Status {
    let mut key: Vec<String> = words.to_vec();
    for word in words.iter().skip(1) {
        if word.starts_with('-') || !word.contains('/') {
            continue;
        }
        let place = machine.place(word);
        match machine.look(&place) {
            Node::Absent => return machine.refuse(Some(&place), FailureCause::Missing),
            Node::File(content) => key.push(content.to_string()),
            _ => {}
        }
    }
    machine.emit_unknown(&key, may_change);
    SUCCESS
}

fn sponge(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let Some(path) = words.last().filter(|_| words.len() > 1) else { return SUCCESS };
    let place = machine.place(path);
    let text = machine.input().unwrap_or_default();
    if words.iter().any(|word| word == "-a") {
        return machine.append(&place, &text);
    }
    machine.write(&place, &text, ChangeKind::Write)
}

/// `wc -l` of a text that is known; anything else is a filter.
fn wc(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    match machine.input() {
        Some(text) if words.iter().skip(1).eq(["-l"]) && is_known(&text) => {
            let lines = text.matches('\n').count();
            machine.emit(&format!("{lines}\n"));
            SUCCESS
        }
        _ => filter(machine, words),
    }
}

/// `sort -u`, and `-o`, which may name the file that is sorted.
fn sort(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "o output k t T S key field-separator buffer-size");
    let mut text = String::new();
    for path in options.operands() {
        match machine.needs(path) {
            Ok(place) => text.push_str(&machine.read(&place).unwrap_or_default()),
            Err(status) => return status,
        }
    }
    if options.operands().is_empty() {
        text.push_str(&machine.input().unwrap_or_default());
    }
    let sorted = if options.has("u unique") { sorted_unique(&text) } else { machine.settled(&text, "sort") };
    match options.value("o output") {
        Some(path) => {
            let place = machine.place(path);
            machine.write(&place, &sorted, ChangeKind::Write)
        }
        None => {
            machine.emit(&sorted);
            SUCCESS
        }
    }
}

fn seq(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let numbers: Vec<i64> = words.iter().skip(1).filter_map(|word| word.parse().ok()).collect();
    let (first, step, last) = match numbers.as_slice() {
        [last] => (1, 1, *last),
        [first, last] => (*first, 1, *last),
        [first, step, last] => (*first, *step, *last),
        _ => {
            machine.emit_unknown(words, false);
            return SUCCESS;
        }
    };
    // What a counter counts doesn't matter past a few turns.
    let count = last.saturating_sub(first).checked_div(step).unwrap_or(0).clamp(-1, 7);
    for index in 0..=count {
        machine.emit(&format!("{}\n", first.saturating_add(index * step)));
    }
    SUCCESS
}

fn path_part(machine: &mut Machine<'_, '_>, words: &[String], last: bool) -> Status {
    let options = Options::read(words, "s suffix");
    let Some(&path) = options.operands().first() else { return 1 };
    let trimmed = path.trim_end_matches('/');
    let (directory, name) = trimmed.rsplit_once('/').unwrap_or((".", trimmed));
    let directory = if directory.is_empty() { "/" } else { directory };
    let suffix = options.operands().get(1).copied().or(options.value("s suffix")).unwrap_or_default();
    let out = if last {
        name.strip_suffix(suffix).filter(|name| !name.is_empty()).unwrap_or(name)
    } else {
        directory
    };
    machine.emit(&format!("{out}\n"));
    SUCCESS
}
