//! Archives and compressed files.

use super::files::worse;
use super::world::Node;
use super::world::atoms::Atom;
use super::world::place::{Place, absolute};
use super::world::{ChangeKind, FAILURE, FailureCause, SUCCESS, Status, World};
use super::{Call, Record, Remedy, Trait, Trouble, paths, record};

pub(super) const RECORDS: &[Record] = &[
    record(&["tar", "bsdtar"]).taking_bundled(
        "f C I T X b file directory strip-components exclude exclude-from files-from transform xform owner group mode \
         use-compress-program one-top-level wildcards-match-slash",
    ).does(tar).at(paths::archived).mended(mend_tar).is(&[Trait::MakesAnew, Trait::FailsOverParts, Trait::Weighty, Trait::RejectsEmptyInput]).when(|call| if call.has("x extract get") { &[Trait::Unpacks] } else { &[] }),
    record(&["unzip"]).taking("d P").does(unzip).at(paths::unzipped).mended(|trouble| trouble.fails(FailureCause::Asks).then(|| trouble.with_option("-o", ""))?).is(&[Trait::MakesAnew, Trait::Weighty, Trait::RejectsEmptyInput, Trait::Unpacks]),
    record(&["zip"]).taking("x i b t").does(zip),
    record(&["gunzip", "bunzip2", "unxz", "unlzma", "unzstd"]).taking(COMPRESS).does(|world, call| compress(world, call, true)).at(paths::compressed).mended(force).is(&[Trait::RejectsEmptyInput]),
    record(&["gzip", "bzip2", "xz", "zstd", "lzma"]).taking(COMPRESS).does(|world, call| compress(world, call, call.has("d decompress uncompress"))).at(paths::compressed).mended(force).is(&[Trait::AcceptsEmptyInput]),
    record(&["zcat", "bzcat", "xzcat", "zstdcat"]).does(|world, call| {
        world.emit_unknown(call.words(), false);
        world.steady_status(call.words())
    }),
    record(&["xbstream"]).taking("C directory p parallel").does(xbstream).is(&[Trait::FailsOverParts, Trait::RejectsEmptyInput, Trait::Unpacks]),
    record(&["xtrabackup", "mariabackup"]).taking("target-dir datadir user password host port").does(xtrabackup),
    record(&["dpkg-deb"]).taking("").does(dpkg_deb),
];

const COMPRESS: &str = "S suffix T threads o";

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
    let archive = call.value("f file");
    let path = call.value("C directory").unwrap_or(".");
    if call.has("x extract get") {
        return untar(world, call, archive, path);
    }
    if call.has("t list") {
        world.emit_unknown(call.words(), false);
        return world.steady_status(call.words());
    }
    if call.has("r append A catenate concatenate")
        && let Some(place) = archive.map(|path| world.place(path))
        && world.look(&place) != Node::Absent
    {
        return world.edit_again(&place, "tar -r");
    }
    match archive {
        Some(path) if path != "-" => {
            let place = world.place(path);
            let content = world.atom(Atom::new(format!("output:{}", call.words().join(" ")), "an archive"));
            world.write(&place, &String::from(content), ChangeKind::Slow)
        }
        _ => {
            world.emit_unknown(call.words(), false);
            SUCCESS
        }
    }
}

fn untar(world: &mut dyn World, call: &Call<'_>, archive: Option<&str>, path: &str) -> Status {
    let content = match contents(world, archive) {
        Ok(content) => content,
        Err(status) => return status,
    };
    if call.has("O to-stdout") {
        world.emit_unknown(&["tar".to_owned(), content], false);
        return SUCCESS;
    }
    let place = match directory(world, path) {
        Ok(place) => place,
        Err(status) => return status,
    };
    let members = call.operands().join(" ");
    let strip = call.value("strip-components").unwrap_or_default();
    let key = format!("tar:{content}:{members}:{strip}");
    if call.has("k keep-old-files") && is_filled_with(world, &place, &key) {
        return world.fail(Some(&place), FailureCause::Exists);
    }
    world.fill(&place, &key, ChangeKind::Slow);
    SUCCESS
}

fn unzip(world: &mut dyn World, call: &Call<'_>) -> Status {
    let Some((&archive, members)) = call.operands().split_first() else { return FAILURE };
    let content = match contents(world, Some(archive)) {
        Ok(content) => content,
        Err(status) => return status,
    };
    if call.has("l t p c Z v z") {
        world.emit_unknown(call.words(), false);
        return world.steady_status(call.words());
    }
    let target = call.value("d").unwrap_or(".");
    let place = world.place(target);
    if world.look(&place) == Node::Absent && !world.has_parent(&place) {
        return world.fail(place.parent().as_ref(), FailureCause::Missing);
    }
    let key = format!("zip:{content}:{}", members.join(" "));
    if !call.has("o n u f") && !world.is_answered() && is_filled_with(world, &place, &key) {
        return world.fail(Some(&place), FailureCause::Asks);
    }
    world.fill(&place, &key, ChangeKind::Slow);
    SUCCESS
}

/// `zip` updates an archive that exists: the same members each time.
fn zip(world: &mut dyn World, call: &Call<'_>) -> Status {
    let Some(archive) = call.operands().first() else { return SUCCESS };
    let place = world.place(archive);
    if world.look(&place) == Node::Absent {
        world.write(&place, "", ChangeKind::Slow);
    }
    world.edit_once(&place, &call.words().join(" "))
}

/// `gzip` and its kin replace one file by another, and ask where that exists.
fn compress(world: &mut dyn World, call: &Call<'_>, expand: bool) -> Status {
    const SUFFIXES: [(&str, &str); 6] =
        [(".gz", ""), (".tgz", ".tar"), (".bz2", ""), (".xz", ""), (".zst", ""), (".lzma", "")];
    if call.has("c stdout to-stdout l list t test") || call.operands().is_empty() {
        world.emit_unknown(call.words(), false);
        return world.steady_status(call.words());
    }
    let suffix = match call.name() {
        "bzip2" => ".bz2",
        "xz" => ".xz",
        "zstd" => ".zst",
        "lzma" => ".lzma",
        _ => ".gz",
    };
    let keeps = call.has("k keep") || suffix == ".zst" || call.name() == "unzstd";
    let mut status = SUCCESS;
    for path in call.operands() {
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
        if exists && !call.has("f force") && !world.is_answered() {
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
    if !call.has("x extract") {
        world.emit_unknown(call.words(), false);
        return SUCCESS;
    }
    let place = match directory(world, call.value("C directory").unwrap_or(".")) {
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
    let Some(path) = call.value("target-dir").filter(|_| call.has("prepare")) else {
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
    if let ([archive, target], true) = (call.operands(), call.has("x X extract vextract R")) {
        let target = absolute(&world.absolute("."), target);
        super::files::make_directories(world, &target);
        let place = world.place(&target);
        world.fill(&place, &format!("deb:{archive}"), ChangeKind::Slow);
    }
    world.steady_status(call.words())
}

fn mend_tar(trouble: &Trouble<'_>) -> Option<Remedy> {
    trouble
        .fails(FailureCause::Exists)
        .then(|| Remedy::Advice("write `--skip-old-files` for `-k`".to_owned()))
}

/// `-f` overwrites without asking.
fn force(trouble: &Trouble<'_>) -> Option<Remedy> {
    trouble.fails(FailureCause::Asks).then(|| trouble.with_option("-f", ""))?
}
