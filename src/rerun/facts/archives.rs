//! Archives and compressed files.

use super::files::worse;
use super::options::Options;
use super::{Fact, fact};
use crate::rerun::machine::{ChangeKind, FAILURE, FailureCause, Machine, SUCCESS, Status};
use crate::rerun::state::atoms::Atom;
use crate::rerun::state::places::{Place, absolute, base_name};
use crate::rerun::state::tree::Node;

pub(super) const FACTS: &[Fact] = &[
    fact(&["tar", "bsdtar"], tar),
    fact(&["unzip"], unzip),
    fact(&["zip"], zip),
    fact(&["gunzip", "bunzip2", "unxz", "unlzma", "unzstd"], |machine, words| compress(machine, words, true)),
    fact(&["gzip", "bzip2", "xz", "zstd", "lzma"], |machine, words| compress(machine, words, false)),
    fact(&["zcat", "bzcat", "xzcat", "zstdcat"], |machine, words| {
        machine.emit_unknown(words, false);
        machine.steady_status(words)
    }),
    fact(&["xbstream"], xbstream),
    fact(&["xtrabackup", "mariabackup"], xtrabackup),
    fact(&["dpkg-deb"], dpkg_deb),
];

/// The directory at `path`, which has to exist.
fn directory(machine: &mut Machine<'_, '_>, path: &str) -> Result<Place, Status> {
    let place = machine.needs(path)?;
    match machine.look(&place) {
        Node::File(_) => Err(machine.refuse(Some(&place), FailureCause::WrongKind)),
        _ => Ok(place),
    }
}

/// What an archive's contents are known by: its bytes, as far as they are known.
fn contents(machine: &mut Machine<'_, '_>, archive: Option<&str>) -> Result<String, Status> {
    match archive {
        Some(path) if path != "-" => {
            let place = machine.needs(path)?;
            Ok(machine.read(&place).unwrap_or_default().to_string())
        }
        _ => Ok(machine.input().unwrap_or_default().to_string()),
    }
}

/// Whether the directory already holds what `key` names.
fn is_filled_with(machine: &mut Machine<'_, '_>, place: &Place, key: &str) -> bool {
    matches!(machine.look(place), Node::Directory(fill) if fill.contains(key))
}

fn tar(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    // The first word may be a cluster of options without a dash.
    let mut words = words.to_vec();
    let bundled = words.get(1).is_some_and(|word| {
        word.starts_with(|c: char| "cxtrudA".contains(c)) && word.chars().all(|c| c.is_ascii_alphabetic())
    });
    if let Some(first) = words.get_mut(1)
        && bundled
    {
        first.insert(0, '-');
    }
    let valued = "f C I T X b file directory strip-components exclude exclude-from files-from transform xform \
                  owner group mode use-compress-program one-top-level wildcards-match-slash";
    let options = Options::read(&words, valued);
    let archive = options.value("f file");
    let path = options.value("C directory").unwrap_or(".");
    if options.has("x extract get") {
        return untar(machine, &options, archive, path);
    }
    if options.has("t list") {
        machine.emit_unknown(&words, false);
        return machine.steady_status(&words);
    }
    if options.has("r append A catenate concatenate")
        && let Some(place) = archive.map(|path| machine.place(path))
        && machine.look(&place) != Node::Absent
    {
        return machine.edit_again(&place, "tar -r");
    }
    match archive {
        Some(path) if path != "-" => {
            let place = machine.place(path);
            let content = machine.atom(Atom::new(format!("output:{}", words.join(" ")), "an archive"));
            machine.write(&place, &String::from(content), ChangeKind::Slow)
        }
        _ => {
            machine.emit_unknown(&words, false);
            SUCCESS
        }
    }
}

fn untar(machine: &mut Machine<'_, '_>, options: &Options<'_>, archive: Option<&str>, path: &str) -> Status {
    let content = match contents(machine, archive) {
        Ok(content) => content,
        Err(status) => return status,
    };
    if options.has("O to-stdout") {
        machine.emit_unknown(&["tar".to_owned(), content], false);
        return SUCCESS;
    }
    let place = match directory(machine, path) {
        Ok(place) => place,
        Err(status) => return status,
    };
    let members = options.operands().join(" ");
    let strip = options.value("strip-components").unwrap_or_default();
    let key = format!("tar:{content}:{members}:{strip}");
    if options.has("k keep-old-files") && is_filled_with(machine, &place, &key) {
        return machine.refuse(Some(&place), FailureCause::Exists);
    }
    machine.fill(&place, &key, ChangeKind::Slow);
    SUCCESS
}

fn unzip(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "d P");
    let Some((&archive, members)) = options.operands().split_first() else { return FAILURE };
    let content = match contents(machine, Some(archive)) {
        Ok(content) => content,
        Err(status) => return status,
    };
    if options.has("l t p c Z v z") {
        machine.emit_unknown(words, false);
        return machine.steady_status(words);
    }
    let target = options.value("d").unwrap_or(".");
    let place = machine.place(target);
    if machine.look(&place) == Node::Absent && !machine.has_parent(&place) {
        return machine.refuse(place.parent().as_ref(), FailureCause::Missing);
    }
    let key = format!("zip:{content}:{}", members.join(" "));
    if !options.has("o n u f") && !machine.is_answered() && is_filled_with(machine, &place, &key) {
        return machine.refuse(Some(&place), FailureCause::Asks);
    }
    machine.fill(&place, &key, ChangeKind::Slow);
    SUCCESS
}

/// `zip` updates an archive that exists: the same members each time.
fn zip(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "x i b t");
    let Some(archive) = options.operands().first() else { return SUCCESS };
    let place = machine.place(archive);
    if machine.look(&place) == Node::Absent {
        machine.write(&place, "", ChangeKind::Slow);
    }
    machine.edit_once(&place, &words.join(" "))
}

/// `gzip` and its kin replace one file by another, and ask where that exists.
fn compress(machine: &mut Machine<'_, '_>, words: &[String], name_says: bool) -> Status {
    const SUFFIXES: [(&str, &str); 6] =
        [(".gz", ""), (".tgz", ".tar"), (".bz2", ""), (".xz", ""), (".zst", ""), (".lzma", "")];
    let options = Options::read(words, "S suffix T threads o");
    let expand = name_says || options.has("d decompress uncompress");
    if options.has("c stdout to-stdout l list t test") || options.operands().is_empty() {
        machine.emit_unknown(words, false);
        return machine.steady_status(words);
    }
    let suffix = match base_name(words.first().map_or("", String::as_str)) {
        "bzip2" => ".bz2",
        "xz" => ".xz",
        "zstd" => ".zst",
        "lzma" => ".lzma",
        _ => ".gz",
    };
    let keeps =
        options.has("k keep") || suffix == ".zst" || words.first().is_some_and(|name| name == "unzstd");
    let mut status = SUCCESS;
    for path in options.operands() {
        let from = match machine.needs(path) {
            Ok(place) => place,
            Err(one) => {
                status = worse(status, one);
                continue;
            }
        };
        let stem = SUFFIXES.iter().find_map(|(old, new)| Some(format!("{}{new}", path.strip_suffix(old)?)));
        let target = match (expand, stem) {
            (true, Some(stem)) => stem,
            (true, None) => continue,
            (false, _) => format!("{path}{suffix}"),
        };
        let to = machine.place(&target);
        let exists = !matches!(machine.look(&to), Node::Absent | Node::Unknown { exists: false, .. });
        if exists && !options.has("f force") && !machine.is_answered() {
            status = worse(status, machine.refuse(Some(&to), FailureCause::Asks));
            continue;
        }
        let old = machine.read(&from).unwrap_or_default();
        let content = machine.atom(Atom::new(format!("packed:{expand}:{old}"), "packed text"));
        status = worse(status, machine.write(&to, &String::from(content), ChangeKind::Slow));
        if !keeps {
            machine.remove(&from);
        }
    }
    status
}

/// `xbstream -x` opens each file anew and fails where it exists.
fn xbstream(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "C directory p parallel");
    if !options.has("x extract") {
        machine.emit_unknown(words, false);
        return SUCCESS;
    }
    let place = match directory(machine, options.value("C directory").unwrap_or(".")) {
        Ok(place) => place,
        Err(status) => return status,
    };
    let key = format!("xbstream:{}", machine.input().unwrap_or_default());
    if is_filled_with(machine, &place, &key) {
        return machine.refuse(Some(&place), FailureCause::Exists);
    }
    machine.fill(&place, &key, ChangeKind::Slow);
    SUCCESS
}

/// `--prepare` turns copied files into a data directory: the same when done again.
fn xtrabackup(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "target-dir datadir user password host port");
    let Some(path) = options.value("target-dir").filter(|_| options.has("prepare")) else {
        return machine.unknown_command(words);
    };
    let place = match directory(machine, path) {
        Ok(place) => place,
        Err(status) => return status,
    };
    machine.fill(&place, "prepared", ChangeKind::Slow);
    SUCCESS
}

fn dpkg_deb(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "");
    if let ([archive, target], true) = (options.operands(), options.has("x X extract vextract R")) {
        let target = absolute(&machine.absolute("."), target);
        super::files::make_directories(machine, &target);
        let place = machine.place(&target);
        machine.fill(&place, &format!("deb:{archive}"), ChangeKind::Slow);
    }
    machine.steady_status(words)
}
