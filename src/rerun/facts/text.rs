//! Text: writing it out, filtering it, editing files in place.

use super::files::worse;
use super::options::Options;
use super::{Fact, fact};
use crate::rerun::machine::{Machine, Manner, SUCCESS, Status};
use crate::rerun::state::atoms::is_known;
use crate::rerun::state::tree::Node;

pub(super) const FACTS: &[Fact] = &[
    fact(&["echo"], echo),
    fact(&["printf"], printf),
    fact(&["cat"], cat),
    fact(&["tee"], tee),
    fact(&["sed", "gsed"], sed),
    fact(&["yq"], yq),
    fact(&["perl"], perl),
    fact(&["sponge"], sponge),
    fact(&["seq"], seq),
    fact(&["basename"], |machine, words| path_part(machine, words, true)),
    fact(&["dirname"], |machine, words| path_part(machine, words, false)),
    fact(
        &[
            "awk",
            "gawk",
            "jq",
            "envsubst",
            "base64",
            "cut",
            "tr",
            "sort",
            "uniq",
            "wc",
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
            machine.write(&place, &text, Manner::Write)
        };
        status = worse(status, one);
    }
    machine.emit(&text);
    status
}

/// A filter: what it writes follows from its words, its input and the files that it names.
fn filter(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let status = read_operands(machine, words, false);
    if status == SUCCESS { machine.steady_status(words) } else { status }
}

/// Emits what a command makes of the files among its operands; fails where one is surely missing.
fn read_operands(machine: &mut Machine<'_, '_>, words: &[String], may_change: bool) -> Status {
    let mut key: Vec<String> = words.to_vec();
    for word in words.iter().skip(1) {
        if word.starts_with('-') || !word.contains('/') {
            continue;
        }
        let place = machine.place(word);
        match machine.look(&place) {
            Node::Absent => return machine.refuse(Some(&place), crate::rerun::machine::Reason::Missing),
            Node::File(content) => key.push(content.to_string()),
            _ => {}
        }
    }
    machine.emit_unknown(&key, may_change);
    SUCCESS
}

fn sed(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    // `-i` takes its suffix attached only; `-e` and `-f` take the next word.
    let options = Options::read(words, "e f l expression file line-length");
    let in_place = words
        .iter()
        .skip(1)
        .any(|word| word == "--in-place" || word.starts_with("--in-place=") || is_cluster_with(word, 'i'));
    if !in_place {
        let status = read_operands(machine, words, false);
        return if status == SUCCESS { machine.steady_status(words) } else { status };
    }
    let mut scripts: Vec<&str> = words
        .iter()
        .zip(words.iter().skip(1))
        .filter(|(option, _)| {
            is_cluster_with(option, 'e') && option.ends_with('e') || *option == "--expression"
        })
        .map(|(_, script)| script.as_str())
        .collect();
    scripts.extend(words.iter().filter_map(|word| word.strip_prefix("--expression=")));
    let mut operands = options.operands();
    if scripts.is_empty() && !options.has("f file") {
        let Some((first, rest)) = operands.split_first() else { return SUCCESS };
        scripts.push(first);
        operands = rest;
    }
    let settles = scripts.iter().all(|script| is_fixed_point(script));
    let how = format!("sed {}", scripts.join("; "));
    let mut status = SUCCESS;
    for path in operands {
        let place = machine.place(path);
        let one = if settles { machine.settle(&place, &how) } else { machine.alter(&place, &how) };
        status = worse(status, one);
    }
    status
}

fn is_cluster_with(word: &str, letter: char) -> bool {
    let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.starts_with('-')) else {
        return false;
    };
    // What follows `i` in a cluster is the suffix of a backup.
    letters.chars().take_while(|&c| c == letter || c != 'i').any(|c| c == letter)
}

/// Whether a sed script, run on its own result, changes nothing more. Only what surely goes on
/// changing says no: inserted lines, and replacements that match again and grow.
fn is_fixed_point(script: &str) -> bool {
    script.split(['\n', ';']).map(str::trim).all(|command| {
        let rest = after_address(command);
        match rest.chars().next() {
            Some('s') => substitution_settles(rest.get(1..).unwrap_or_default()),
            // A line is added each time; deleting it first ends the cycle that would add it.
            Some('a' | 'i' | 'G') => false,
            Some('d') => {
                !matches!(command.get(..command.len() - rest.len()), Some(address) if is_line_number(address))
            }
            _ => true,
        }
    })
}

fn is_line_number(address: &str) -> bool {
    !address.is_empty() && address.chars().all(|c| c.is_ascii_digit() || matches!(c, '$' | ',' | ' '))
}

/// A sed command without its addresses.
fn after_address(command: &str) -> &str {
    let mut rest = command;
    loop {
        rest = rest.trim_start_matches([' ', ',', '!']);
        if let Some(pattern) = rest.strip_prefix('/') {
            let Some(end) = unescaped(pattern, '/') else { return "" };
            rest = pattern.get(end + 1..).unwrap_or_default();
        } else if rest.starts_with(|c: char| c.is_ascii_digit() || c == '$') {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '$');
        } else {
            return rest;
        }
    }
}

/// Where `wanted` stands in `text` without a backslash before it.
fn unescaped(text: &str, wanted: char) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let found = c == wanted && !escaped;
        escaped = c == '\\' && !escaped;
        found.then_some(at)
    })
}

/// `|pattern|replacement|flags`, without the `s`: whether its result no longer grows.
fn substitution_settles(text: &str) -> bool {
    let Some(delimiter) = text.chars().next() else { return true };
    let text = text.get(delimiter.len_utf8()..).unwrap_or_default();
    let Some(end) = unescaped(text, delimiter) else { return true };
    let (pattern, rest) =
        (text.get(..end).unwrap_or_default(), text.get(end + delimiter.len_utf8()..).unwrap_or_default());
    let Some(end) = unescaped(rest, delimiter) else { return true };
    let replacement = rest.get(..end).unwrap_or_default();
    let special =
        |c: char| matches!(c, '.' | '*' | '[' | ']' | '\\' | '^' | '$' | '+' | '?' | '(' | ')' | '{' | '|');
    match pattern {
        // Something is put before or after every line.
        "^" | "$" => replacement.is_empty(),
        _ if pattern.contains(special) => {
            // Anchored at both ends, or not literal: taken to settle, unless it plainly keeps and adds.
            let literal = pattern.trim_start_matches('^').trim_end_matches('$');
            !(literal == pattern.trim_end_matches('$')
                && !pattern.starts_with('^')
                && replacement.contains('&')
                && replacement != "&"
                && !literal.contains(['[', '\\', '(']))
        }
        _ if !is_known(pattern) || pattern.is_empty() => true,
        _ => {
            let whole = replacement.replace("\\&", "\u{1}").replace('&', pattern);
            whole == pattern || !whole.contains(pattern)
        }
    }
}

/// `yq -i`: the same each time, unless the expression adds to a list or a number.
fn yq(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "p o f from-file input-format output-format s split-exp I indent");
    if !options.has("i inplace in-place") {
        return filter(machine, words);
    }
    let adds = |word: &str| {
        word.split("+=").nth(1).is_some_and(|value| {
            let value = value.trim_start();
            value.starts_with(['[', '"', '\'']) || value.starts_with(|c: char| c.is_ascii_digit())
        })
    };
    let mut status = SUCCESS;
    for path in options.operands().iter().filter(|word| super::looks_like_file(word) && word.contains('/')) {
        let place = machine.place(path);
        let how = words.join(" ");
        let one = if words.iter().any(|word| adds(word)) {
            machine.alter(&place, &how)
        } else {
            machine.settle(&place, &how)
        };
        status = worse(status, one);
    }
    status
}

/// `perl -pi -e 's/…/…/'` is sed by another name.
fn perl(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let in_place =
        words.iter().any(|word| word.starts_with('-') && word.contains('i') && !word.starts_with("--"));
    let script = words
        .iter()
        .zip(words.iter().skip(1))
        .find(|(option, _)| option.starts_with('-') && option.ends_with('e'));
    let (Some((_, script)), true) = (script, in_place) else { return machine.unknown_command(words) };
    let mut status = SUCCESS;
    let files = words.iter().rev().take_while(|word| *word != script);
    for path in files {
        let place = machine.place(path);
        let one = if is_fixed_point(script) {
            machine.settle(&place, script)
        } else {
            machine.alter(&place, script)
        };
        status = worse(status, one);
    }
    status
}

fn sponge(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let Some(path) = words.last().filter(|_| words.len() > 1) else { return SUCCESS };
    let place = machine.place(path);
    let text = machine.input().unwrap_or_default();
    if words.iter().any(|word| word == "-a") {
        return machine.append(&place, &text);
    }
    machine.write(&place, &text, Manner::Write)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_that_grow_are_told_from_those_that_settle() {
        for script in [
            "s/a/b/",
            "s|<<TOKEN>>|x|g",
            "s/^listen.*/listen 80/",
            "s/^listen/#listen/",
            "/^#/d",
            "s/strict/lax/g",
            "s/a\\/b/c/",
            "/x/s/foo/bar/;s/y/z/",
        ] {
            assert!(is_fixed_point(script), "{script}");
        }
        for script in
            ["s/a/aa/", "s/foo/foobar/", "s|listen|#&|", "$a x", "1i x", "1d", "s/^/#/", "s/$/;/", "/x/a y"]
        {
            assert!(!is_fixed_point(script), "{script}");
        }
    }
}
