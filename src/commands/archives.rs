//! Archives and compressed files.

use super::files::worse;
use super::options::Options;
use super::world::Node;
use super::world::atoms::Atom;
use super::world::place::{Place, absolute, base_name};
use super::world::{ChangeKind, FAILURE, FailureCause, SUCCESS, Status, World};
use super::{Call, Fact, fact};

pub(super) const FACTS: &[Fact] = &[
    fact(&["tar", "bsdtar"], tar),
    fact(&["unzip"], unzip),
    fact(&["zip"], zip),
    fact(&["gunzip", "bunzip2", "unxz", "unlzma", "unzstd"], |world, call| {
        compress(world, call.words(), true)
    }),
    fact(&["gzip", "bzip2", "xz", "zstd", "lzma"], |world, call| compress(world, call.words(), false)),
    fact(&["zcat", "bzcat", "xzcat", "zstdcat"], |world, call| {
        world.emit_unknown(call.words(), false);
        world.steady_status(call.words())
    }),
    fact(&["xbstream"], xbstream),
    fact(&["xtrabackup", "mariabackup"], xtrabackup),
    fact(&["dpkg-deb"], dpkg_deb),
];

/// The directory at `path`, which has to exist.
fn directory(world: &mut dyn World, path: &str) -> Result<Place, Status> {
    let place = world.needs(path)?;
    match world.look(&place) {
        Node::File(_) => Err(world.fail(Some(&place), FailureCause::WrongKind)),
        _ => Ok(place),
    }
}

/// What an archive's contents are known by: its bytes, as far as they are known.
fn contents(world: &mut dyn World, archive: Option<&str>) -> Result<String, Status> {
    match archive {
        Some(path) if path != "-" => {
            let place = world.needs(path)?;
            Ok(world.read(&place).unwrap_or_default().to_string())
        }
        _ => Ok(world.input().unwrap_or_default().to_string()),
    }
}

/// Whether the directory already holds what `key` names.
fn is_filled_with(world: &mut dyn World, place: &Place, key: &str) -> bool {
    matches!(world.look(place), Node::Directory(fill) if fill.contains(key))
}

fn tar(world: &mut dyn World, call: &Call<'_>) -> Status {
    // The first word may be a cluster of options without a dash.
    let mut words = call.words().to_vec();
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
        return untar(world, &options, archive, path);
    }
    if options.has("t list") {
        world.emit_unknown(&words, false);
        return world.steady_status(&words);
    }
    if options.has("r append A catenate concatenate")
        && let Some(place) = archive.map(|path| world.place(path))
        && world.look(&place) != Node::Absent
    {
        return world.edit_again(&place, "tar -r");
    }
    match archive {
        Some(path) if path != "-" => {
            let place = world.place(path);
            let content = world.atom(Atom::new(format!("output:{}", words.join(" ")), "an archive"));
            world.write(&place, &String::from(content), ChangeKind::Slow)
        }
        _ => {
            world.emit_unknown(&words, false);
            SUCCESS
        }
    }
}

fn untar(world: &mut dyn World, options: &Options<'_>, archive: Option<&str>, path: &str) -> Status {
    let content = match contents(world, archive) {
        Ok(content) => content,
        Err(status) => return status,
    };
    if options.has("O to-stdout") {
        world.emit_unknown(&["tar".to_owned(), content], false);
        return SUCCESS;
    }
    let place = match directory(world, path) {
        Ok(place) => place,
        Err(status) => return status,
    };
    let members = options.operands().join(" ");
    let strip = options.value("strip-components").unwrap_or_default();
    let key = format!("tar:{content}:{members}:{strip}");
    if options.has("k keep-old-files") && is_filled_with(world, &place, &key) {
        return world.fail(Some(&place), FailureCause::Exists);
    }
    world.fill(&place, &key, ChangeKind::Slow);
    SUCCESS
}

fn unzip(world: &mut dyn World, call: &Call<'_>) -> Status {
    let options = Options::read(call.words(), "d P");
    let Some((&archive, members)) = options.operands().split_first() else { return FAILURE };
    let content = match contents(world, Some(archive)) {
        Ok(content) => content,
        Err(status) => return status,
    };
    if options.has("l t p c Z v z") {
        world.emit_unknown(call.words(), false);
        return world.steady_status(call.words());
    }
    let target = options.value("d").unwrap_or(".");
    let place = world.place(target);
    if world.look(&place) == Node::Absent && !world.has_parent(&place) {
        return world.fail(place.parent().as_ref(), FailureCause::Missing);
    }
    let key = format!("zip:{content}:{}", members.join(" "));
    if !options.has("o n u f") && !world.is_answered() && is_filled_with(world, &place, &key) {
        return world.fail(Some(&place), FailureCause::Asks);
    }
    world.fill(&place, &key, ChangeKind::Slow);
    SUCCESS
}

/// `zip` updates an archive that exists: the same members each time.
fn zip(world: &mut dyn World, call: &Call<'_>) -> Status {
    let options = Options::read(call.words(), "x i b t");
    let Some(archive) = options.operands().first() else { return SUCCESS };
    let place = world.place(archive);
    if world.look(&place) == Node::Absent {
        world.write(&place, "", ChangeKind::Slow);
    }
    world.edit_once(&place, &call.words().join(" "))
}

/// `gzip` and its kin replace one file by another, and ask where that exists.
fn compress(world: &mut dyn World, words: &[String], name_says: bool) -> Status {
    const SUFFIXES: [(&str, &str); 6] =
        [(".gz", ""), (".tgz", ".tar"), (".bz2", ""), (".xz", ""), (".zst", ""), (".lzma", "")];
    let options = Options::read(words, "S suffix T threads o");
    let expand = name_says || options.has("d decompress uncompress");
    if options.has("c stdout to-stdout l list t test") || options.operands().is_empty() {
        world.emit_unknown(words, false);
        return world.steady_status(words);
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
        let from = match world.needs(path) {
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
        let to = world.place(&target);
        let exists = !matches!(world.look(&to), Node::Absent | Node::Unknown { exists: false, .. });
        if exists && !options.has("f force") && !world.is_answered() {
            status = worse(status, world.fail(Some(&to), FailureCause::Asks));
            continue;
        }
        let old = world.read(&from).unwrap_or_default();
        let content = world.atom(Atom::new(format!("packed:{expand}:{old}"), "packed text"));
        status = worse(status, world.write(&to, &String::from(content), ChangeKind::Slow));
        if !keeps {
            world.remove(&from);
        }
    }
    status
}

/// `xbstream -x` opens each file anew and fails where it exists.
fn xbstream(world: &mut dyn World, call: &Call<'_>) -> Status {
    let options = Options::read(call.words(), "C directory p parallel");
    if !options.has("x extract") {
        world.emit_unknown(call.words(), false);
        return SUCCESS;
    }
    let place = match directory(world, options.value("C directory").unwrap_or(".")) {
        Ok(place) => place,
        Err(status) => return status,
    };
    let key = format!("xbstream:{}", world.input().unwrap_or_default());
    if is_filled_with(world, &place, &key) {
        return world.fail(Some(&place), FailureCause::Exists);
    }
    world.fill(&place, &key, ChangeKind::Slow);
    SUCCESS
}

/// `--prepare` turns copied files into a data directory: the same when done again.
fn xtrabackup(world: &mut dyn World, call: &Call<'_>) -> Status {
    let options = Options::read(call.words(), "target-dir datadir user password host port");
    let Some(path) = options.value("target-dir").filter(|_| options.has("prepare")) else {
        return world.unknown_command(call.words());
    };
    let place = match directory(world, path) {
        Ok(place) => place,
        Err(status) => return status,
    };
    world.fill(&place, "prepared", ChangeKind::Slow);
    SUCCESS
}

fn dpkg_deb(world: &mut dyn World, call: &Call<'_>) -> Status {
    let options = Options::read(call.words(), "");
    if let ([archive, target], true) = (options.operands(), options.has("x X extract vextract R")) {
        let target = absolute(&world.absolute("."), target);
        super::files::make_directories(world, &target);
        let place = world.place(&target);
        world.fill(&place, &format!("deb:{archive}"), ChangeKind::Slow);
    }
    world.steady_status(call.words())
}
