//! Text: writing it out, filtering it, editing files in place.

use super::files::worse;
use super::lines::{holds_contents, sorted_unique};
use super::world::Node;
use super::world::atoms::is_known;
use super::world::{ChangeKind, FAILURE, FailureCause, SUCCESS, Status, World};
use super::{Call, Record, Trait, noise, paths, record};

/// The most numbers that `seq` is followed for.
const MAX_SEQUENCE: i64 = 4096;

pub(super) const RECORDS: &[Record] = &[
    record(&["echo"]).does(echo).is(&[Trait::OnlyPrints]),
    record(&["printf"]).does(printf).is(&[Trait::OnlyPrints]),
    record(&["cat"])
        .taking("")
        .does(cat)
        .at(paths::read)
        .is(&[Trait::AcceptsEmptyInput])
        .asks(super::awaited::file),
    record(&["tee"]).taking("").does(tee).at(paths::written).is(&[Trait::AcceptsEmptyInput]),
    record(&["sponge"]).taking("").does(sponge).at(paths::written).is(&[Trait::AcceptsEmptyInput]),
    record(&["wc"]).does(wc).at(paths::read).is(&[Trait::AcceptsEmptyInput]),
    record(&["sort"])
        .taking("o output k t T S key field-separator buffer-size")
        .does(sort)
        .at(paths::sorted)
        .is(&[Trait::AcceptsEmptyInput]),
    record(&["envsubst"]).does(envsubst).is(&[Trait::AcceptsEmptyInput]),
    record(&["head"])
        .taking("n lines c bytes")
        .does(ends)
        .at(paths::read)
        .is(&[Trait::AcceptsEmptyInput])
        .when(|call| if counts_unknown(call) { super::MAY_SETTLE } else { &[] }),
    record(&["tail"])
        .taking("n lines c bytes s sleep-interval pid")
        .does(ends)
        .at(paths::read)
        .is(&[Trait::AcceptsEmptyInput])
        .when(|call| match call.has("f F follow") && !call.has("pid") {
            true => super::NEVER_ENDS,
            false if counts_unknown(call) => super::MAY_SETTLE,
            false => &[],
        }),
    record(&["cut"])
        .taking("d f c b delimiter fields characters bytes output-delimiter")
        .does(cut)
        .is(&[Trait::AcceptsEmptyInput, Trait::MaySettle]),
    record(&["seq"]).does(seq),
    record(&["basename"]).taking("s suffix").does(|world, call| path_part(world, call, true)),
    record(&["dirname"]).taking("s suffix").does(|world, call| path_part(world, call, false)),
    record(&["base64", "rev", "tac", "xxd", "od", "hexdump", "nl", "openssl-passwd", "mkpasswd"])
        .does(filter)
        .is(&[Trait::AcceptsEmptyInput]),
    record(&["tr", "uniq", "column", "fold", "paste", "strings", "iconv", "dos2unix", "gomplate", "gettext"])
        .does(filter)
        .is(&[Trait::AcceptsEmptyInput, Trait::MaySettle]),
    record(&["md5sum", "sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum", "b2sum", "shasum"])
        .taking("a algorithm")
        .does(filter)
        .at(paths::read)
        .when(digest_traits),
    record(&["expr", "bc"]).does(filter).is(&[Trait::AcceptsEmptyInput, Trait::Calculates]),
];

/// With `-c` it reads a list of files, in which it wants at least one (GNU's manual, "md5sum invocation").
fn digest_traits(call: &Call<'_>) -> &'static [Trait] {
    if call.has("c check") {
        &[Trait::ChecksListed, Trait::RejectsEmptyInput]
    } else {
        &[Trait::AcceptsEmptyInput]
    }
}

fn echo(world: &mut dyn World, call: &Call<'_>) -> Status {
    let mut rest = call.words().get(1..).unwrap_or_default();
    let mut newline = "\n";
    while let [first, others @ ..] = rest
        && matches!(first.as_str(), "-n" | "-e" | "-E" | "-ne" | "-en")
    {
        if first.contains('n') {
            newline = "";
        }
        rest = others;
    }
    world.emit(&format!("{}{newline}", rest.join(" ")));
    SUCCESS
}

/// `printf`, for the plain `%s` and `%d`; other formats are text that nobody needs to know.
fn printf(world: &mut dyn World, call: &Call<'_>) -> Status {
    let Some(format) = call.words().get(1) else { return SUCCESS };
    let (format, mut values) = match (format.as_str(), call.words().get(2)) {
        ("--", Some(format)) => (format, call.words().iter().skip(3)),
        _ => (format, call.words().iter().skip(2)),
    };
    let plain = format.replace("%%", "").replace("%s", "").replace("%d", "").replace("%b", "");
    if plain.contains('%') {
        world.emit_unknown(call.words(), false);
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
    world.emit(&out);
    SUCCESS
}

fn cat(world: &mut dyn World, call: &Call<'_>) -> Status {
    if call.operands().is_empty() {
        match world.input() {
            Some(text) => world.emit(&text),
            None => world.emit_unknown(call.words(), false),
        }
        return SUCCESS;
    }
    let mut status = SUCCESS;
    for path in call.operands() {
        if *path == "-" {
            let text = world.input().unwrap_or_default();
            world.emit(&text);
            continue;
        }
        if path.starts_with("/dev/") || path.starts_with("/proc/") {
            world.emit_unknown(call.words(), false);
            continue;
        }
        match world.needs(path) {
            // GNU cat won't read what it has begun to write.
            Ok(place) if world.writes_to(&place) && world.is_empty_file(&place) == Some(false) => {
                status = world.fail(Some(&place), FailureCause::Exists);
            }
            Ok(place) => match world.read(&place) {
                Some(text) => world.emit(&text),
                None => status = 1,
            },
            Err(one) => status = worse(status, one),
        }
    }
    status
}

fn tee(world: &mut dyn World, call: &Call<'_>) -> Status {
    let text = world.input().unwrap_or_default();
    let status = write_to_operands(world, call, &text);
    world.emit(&text);
    status
}

/// `sponge FILE` of moreutils, which writes once it has read all; without a file, to its output.
fn sponge(world: &mut dyn World, call: &Call<'_>) -> Status {
    let text = world.input().unwrap_or_default();
    if call.operands().is_empty() {
        world.emit(&text);
    }
    write_to_operands(world, call, &text)
}

fn write_to_operands(world: &mut dyn World, call: &Call<'_>, text: &str) -> Status {
    let mut status = SUCCESS;
    for path in call.operands().iter().filter(|path| !path.starts_with("/dev/")) {
        let place = world.place(path);
        let one = if call.has("a append") {
            world.append(&place, text)
        } else {
            world.write(&place, text, ChangeKind::Write)
        };
        status = worse(status, one);
    }
    status
}

/// A filter: what it writes follows from its words, its input and the files that it names.
pub(super) fn filter(world: &mut dyn World, call: &Call<'_>) -> Status {
    if let Some(noise) = noise::of(world, call) {
        world.emit(&noise);
        return world.steady_status(call.words());
    }
    let status = read_operands(world, call.words(), false);
    if status == SUCCESS { world.steady_status(call.words()) } else { status }
}

/// Emits what a command makes of the files among its operands; fails where one is surely missing.
pub(super) fn read_operands(world: &mut dyn World, words: &[String], may_change: bool) -> Status {
    let mut key: Vec<String> = words.to_vec();
    for word in words.iter().skip(1) {
        if word.starts_with('-') || !word.contains('/') {
            continue;
        }
        let place = world.place(word);
        match world.look(&place) {
            Node::Absent => return world.fail(Some(&place), FailureCause::Missing),
            Node::File(content) => key.push(content.to_string()),
            _ => {}
        }
    }
    world.emit_unknown(&key, may_change);
    SUCCESS
}

/// `wc -l` of a text that is known; anything else is a filter.
fn wc(world: &mut dyn World, call: &Call<'_>) -> Status {
    match world.input() {
        Some(text) if call.words().iter().skip(1).eq(["-l"]) && is_known(&text) => {
            let lines = text.matches('\n').count();
            world.emit(&format!("{lines}\n"));
            SUCCESS
        }
        _ => filter(world, call),
    }
}

/// `sort -u`, and `-o`, which may name the file that is sorted.
fn sort(world: &mut dyn World, call: &Call<'_>) -> Status {
    let mut text = String::new();
    for path in call.operands() {
        match world.needs(path) {
            Ok(place) => text.push_str(&world.read(&place).unwrap_or_default()),
            Err(status) => return status,
        }
    }
    if call.operands().is_empty() {
        text.push_str(&world.input().unwrap_or_default());
    }
    let sorted =
        if call.has("u unique") { sorted_unique(world, &text) } else { world.settled(&text, "sort") };
    match call.value("o output") {
        Some(path) => {
            let place = world.place(path);
            world.write(&place, &sorted, ChangeKind::Write)
        }
        None => {
            world.emit(&sorted);
            SUCCESS
        }
    }
}

/// `envsubst`, made on its own result, changes nothing more.
fn envsubst(world: &mut dyn World, call: &Call<'_>) -> Status {
    let Some(text) = world.input() else { return filter(world, call) };
    let text = text.trim_end_matches('\n');
    let out = if text.contains('$') || !is_known(text) {
        world.settled(text, &call.words().join(" "))
    } else {
        text.to_owned()
    };
    if !out.is_empty() {
        world.emit(&format!("{out}\n"));
    }
    SUCCESS
}

/// Whether how many lines it takes hangs on what they are.
fn counts_unknown(call: &Call<'_>) -> bool {
    call.value("n lines").is_some_and(|count| !is_known(count))
}

/// The first or the last lines of a text, where they are known.
fn ends(world: &mut dyn World, call: &Call<'_>) -> Status {
    let digits = call.words().iter().skip(1).find_map(|word| word.strip_prefix('-')?.parse::<usize>().ok());
    let count = call.value("n lines");
    // `tail -n +2` leaves out one line.
    let from = count.filter(|_| call.name() == "tail").and_then(|count| count.strip_prefix('+'));
    let count = from.or(count).map_or(digits.or(Some(10)), |count| count.parse().ok());
    let text = match call.operands() {
        [] => world.input(),
        [path] => match world.needs(path) {
            Ok(place) => world.read(&place),
            Err(status) => return status,
        },
        _ => None,
    };
    let (Some(count), Some(text), false) = (count, text, call.has("c bytes f F follow")) else {
        return filter(world, call);
    };
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let at = match (call.name(), from) {
        ("head", _) => count,
        (_, Some(_)) => count.saturating_sub(1),
        _ => lines.len().saturating_sub(count),
    };
    let (head, tail) = lines.split_at(at.min(lines.len()));
    let (kept, counted) = match (call.name(), from) {
        ("head", _) => (head, head),
        (_, Some(_)) => (tail, head),
        _ => (tail, tail),
    };
    if counted.iter().any(|line| holds_contents(world, line)) {
        return filter(world, call);
    }
    world.emit(&kept.concat());
    SUCCESS
}

/// `cut -d: -f1`, of lines that are known; anything else is a filter.
fn cut(world: &mut dyn World, call: &Call<'_>) -> Status {
    let field = call.value("f fields").and_then(|field| field.parse::<usize>().ok()?.checked_sub(1));
    let delimiter = call.value("d delimiter").unwrap_or("\t");
    let text = world.input().filter(|text| call.operands().is_empty() && is_known(text));
    let (Some(field), Some(text), false) =
        (field, text, delimiter.is_empty() || call.has("s only-delimited complement output-delimiter"))
    else {
        return filter(world, call);
    };
    for line in text.lines() {
        let parts: Vec<&str> = line.split(delimiter).collect();
        // A line without the delimiter is passed on as it is.
        let kept = if parts.len() == 1 { line } else { parts.get(field).copied().unwrap_or_default() };
        world.emit(&format!("{kept}\n"));
    }
    SUCCESS
}

fn seq(world: &mut dyn World, call: &Call<'_>) -> Status {
    let numbers: Vec<i64> = call.words().iter().skip(1).filter_map(|word| word.parse().ok()).collect();
    let (first, step, last) = match numbers.as_slice() {
        [last] => (1, 1, *last),
        [first, last] => (*first, 1, *last),
        [first, step, last] => (*first, *step, *last),
        _ => {
            world.emit_unknown(call.words(), false);
            return SUCCESS;
        }
    };
    let Some(count) = last.saturating_sub(first).checked_div(step) else { return FAILURE };
    if (last < first) != (step < 0) && last != first {
        return SUCCESS;
    }
    for index in 0..=count.min(MAX_SEQUENCE) {
        world.emit(&format!("{}\n", first.saturating_add(index.saturating_mul(step))));
    }
    if count > MAX_SEQUENCE {
        world.emit_unknown(call.words(), false);
    }
    SUCCESS
}

fn path_part(world: &mut dyn World, call: &Call<'_>, last: bool) -> Status {
    let Some(&path) = call.operands().first() else { return 1 };
    let trimmed = path.trim_end_matches('/');
    let (directory, name) = trimmed.rsplit_once('/').unwrap_or((".", trimmed));
    let directory = if directory.is_empty() { "/" } else { directory };
    let suffix = call.operands().get(1).copied().or(call.value("s suffix")).unwrap_or_default();
    let out = if last {
        name.strip_suffix(suffix).filter(|name| !name.is_empty()).unwrap_or(name)
    } else {
        directory
    };
    world.emit(&format!("{out}\n"));
    SUCCESS
}
