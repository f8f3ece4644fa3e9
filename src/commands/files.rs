//! Files and directories: making, removing, linking.

use std::collections::BTreeSet;

use super::paths::Touching;
use super::world::Node;
use super::world::atoms::Atom;
use super::world::permissions::Permissions;
use super::world::place::{Place, Store, base_name};
use super::world::{ChangeKind, FAILURE, FailureCause, SUCCESS, Status, World};
use super::{Call, Record, Remedy, Trait, Trouble, What, looks_like_file, noise, operations, paths, record};

pub(super) const RECORDS: &[Record] = &[
    record(&["mkdir"])
        .taking("m mode")
        .does(mkdir)
        .at(paths::made)
        .mended(|trouble| trouble.fails(FailureCause::Exists).then(|| trouble.with_option("-p", ""))?)
        .is(&[Trait::MakesAnew]),
    record(&["rmdir"]).taking("").does(rmdir).at(paths::removed),
    record(&["rm", "unlink"])
        .taking("")
        .does(rm)
        .at(paths::removed)
        .mended(|trouble| trouble.fails(FailureCause::Missing).then(|| trouble.with_option("-f", ""))?),
    record(&["touch"]).taking("d r t date reference").does(touch).at(paths::written),
    record(&["chmod"]).taking("reference").does(change_mode).at(paths::moded).tries(operations::mode),
    record(&["chown", "chgrp"])
        .taking("reference")
        .does(change_mode)
        .at(paths::changed)
        .tries(operations::ownership),
    record(&["chcon", "setfacl"]).taking("reference").does(change_mode),
    record(&["ln"])
        .taking("t S suffix target-directory")
        .does(ln)
        .at(paths::linked)
        .mended(mend_ln)
        .is(&[Trait::MakesAnew]),
    record(&["mktemp"]).taking("p suffix tmpdir").does(mktemp).mended(mend_mktemp).is(&[Trait::Varies]),
    record(&["mkfifo", "mknod"])
        .taking("m mode")
        .does(mknod)
        .at(special_files)
        .is(&[Trait::MakesAnew])
        .when(makes_fifo),
    record(&["truncate", "fallocate"])
        .taking("s r o l size reference offset length")
        .does(truncate)
        .at(paths::written),
    record(&["dd"]).does(dd).at(paths::converted).mended(mend_dd),
    record(&["mkfs", "mkfs.ext4", "mkfs.ext3", "mkfs.xfs", "mkfs.vfat", "mke2fs", "mkswap"])
        .does(make_file_system),
];

/// The worse of two statuses.
pub(super) fn worse(one: Status, other: Status) -> Status {
    one.max(other)
}

fn mkdir(world: &mut dyn World, call: &Call<'_>) -> Status {
    let mut status = SUCCESS;
    for path in call.operands() {
        let one =
            if call.has("p parents") { make_directories(world, path) } else { make_directory(world, path) };
        status = worse(status, one);
    }
    status
}

/// `mkdir` without `-p`: an existing name refuses it.
fn make_directory(world: &mut dyn World, path: &str) -> Status {
    let place = world.place_of_link(path);
    match world.look(&place) {
        Node::Absent | Node::Unknown { exists: false, .. } => {}
        _ => return world.fail(Some(&place), FailureCause::Exists),
    }
    if !world.has_parent(&place) {
        return world.fail(place.parent().as_ref(), FailureCause::Missing);
    }
    world.put(&place, Node::directory(), ChangeKind::Write);
    SUCCESS
}

/// `mkdir -p`: makes what is missing of a path.
pub(super) fn make_directories(world: &mut dyn World, path: &str) -> Status {
    let place = world.place(path);
    let mut missing = Vec::new();
    let mut next = Some(place);
    while let Some(place) = next {
        match world.look(&place) {
            Node::Directory(_) => break,
            Node::File(_) => return world.fail(Some(&place), FailureCause::WrongKind),
            _ => next = place.parent(),
        }
        missing.push(place);
    }
    for place in missing.iter().rev() {
        let node = match world.look(place) {
            // It may have been there, with contents that nobody knows.
            Node::Unknown { key, .. } if !is_scratch(place) => Node::Directory(BTreeSet::from([key])),
            _ => Node::directory(),
        };
        world.put(place, node, ChangeKind::Write);
    }
    SUCCESS
}

/// Whether a place is one that images leave empty.
pub(super) fn is_scratch(place: &Place) -> bool {
    let inner = place.path.strip_prefix("/tmp/").or_else(|| place.path.strip_prefix("/var/tmp/"));
    place.store == Store::Container && inner.is_some()
}

fn rmdir(world: &mut dyn World, call: &Call<'_>) -> Status {
    let mut status = SUCCESS;
    for path in call.operands() {
        let place = world.place_of_link(path);
        let one = match world.look(&place) {
            Node::Absent => world.fail(Some(&place), FailureCause::Missing),
            Node::File(_) | Node::Link(_) => world.fail(Some(&place), FailureCause::WrongKind),
            _ if world.is_empty(&place) == Some(false) && call.has("ignore-fail-on-non-empty") => SUCCESS,
            _ if world.is_empty(&place) == Some(false) => world.fail(Some(&place), FailureCause::NotEmpty),
            _ => {
                world.remove(&place);
                SUCCESS
            }
        };
        status = worse(status, one);
    }
    status
}

fn rm(world: &mut dyn World, call: &Call<'_>) -> Status {
    let (recursive, force) = (call.has("r R recursive"), call.has("f force"));
    let mut status = SUCCESS;
    for path in call.operands() {
        if remove_unlisted(world, path) {
            continue;
        }
        let place = world.place_of_link(path);
        let one = match world.look(&place) {
            Node::Absent if force => SUCCESS,
            Node::Absent => world.fail(Some(&place), FailureCause::Missing),
            Node::Directory(_) if !recursive && !call.has("d dir") => {
                world.fail(Some(&place), FailureCause::WrongKind)
            }
            Node::Directory(_) if world.is_mount_point(&place) => {
                empty(world, &place, true);
                FAILURE
            }
            _ => {
                world.remove(&place);
                SUCCESS
            }
        };
        status = worse(status, one);
    }
    status
}

/// Where `path` ends in a pattern that stands for names that nobody can list (`dir/*`): removes
/// those.
fn remove_unlisted(world: &mut dyn World, path: &str) -> bool {
    let Some(pattern) = unlisted_pattern(world, path) else { return false };
    if pattern == "*" {
        let directory = path.rsplit_once('/').map_or(".", |(directory, _)| directory);
        let place = world.place(if directory.is_empty() { "/" } else { directory });
        empty(world, &place, false);
    }
    true
}

/// The pattern whose unlisted matches the last component of `path` stands for.
pub(super) fn unlisted_pattern(world: &dyn World, path: &str) -> Option<String> {
    let mut name = base_name(path).chars();
    let first = name.next().filter(|_| name.next().is_none())?;
    world.atoms().get(first)?.pattern.as_ref().map(ToString::to_string)
}

/// Empties the directory at `place` of what isn't listed, or of all.
pub(super) fn empty(world: &mut dyn World, place: &Place, all: bool) {
    if place.store == Store::Container {
        return;
    }
    if all {
        for name in world.names_in(place).0 {
            world.remove(&place.join(&name));
        }
    }
    match world.look(place) {
        Node::Directory(fill) if fill.is_empty() => {}
        Node::Directory(_) | Node::Unknown { .. } => {
            world.put(place, Node::directory(), ChangeKind::Remove);
        }
        _ => {}
    }
}

fn touch(world: &mut dyn World, call: &Call<'_>) -> Status {
    let mut status = SUCCESS;
    for path in call.operands() {
        let place = world.place(path);
        let one = match world.look(&place) {
            Node::Absent if call.has("c no-create") => SUCCESS,
            Node::Absent => world.write(&place, "", ChangeKind::Write),
            // It may be one of the files around it; made here, it is a file and no directory.
            Node::Unknown { exists: false, .. } if place.store != Store::Container => {
                let content = world.read(&place).unwrap_or_default();
                world.write(&place, &content, ChangeKind::Write)
            }
            _ => SUCCESS,
        };
        status = worse(status, one);
    }
    status
}

/// Modes and owners aren't contents: a missing file matters, and what a mode makes of a second run.
fn change_mode(world: &mut dyn World, call: &Call<'_>) -> Status {
    let skip = usize::from(!call.has("reference"));
    let mode = call.operands().first().filter(|_| call.name() == "chmod");
    let permissions = mode.and_then(|mode| Permissions::read(mode)).unwrap_or_default();
    let mut status = SUCCESS;
    for path in call.operands().iter().skip(skip) {
        match world.needs(path) {
            Ok(place) if call.has("R recursive") => {
                for below in world.files_below(&place) {
                    world.set_permissions(&below, permissions);
                }
            }
            Ok(place) => world.set_permissions(&place, permissions),
            Err(one) => status = worse(status, one),
        }
    }
    if call.has("f silent quiet") { SUCCESS } else { status }
}

fn ln(world: &mut dyn World, call: &Call<'_>) -> Status {
    let (targets, link): (&[&str], &str) = match (call.value("t target-directory"), call.operands()) {
        (Some(directory), targets) => (targets, directory),
        (None, [target]) => (&[*target], "."),
        (None, [targets @ .., link]) => (targets, link),
        (None, []) => return FAILURE,
    };
    let mut status = SUCCESS;
    for target in targets {
        status = worse(status, link_one(world, call, target, link));
    }
    status
}

fn link_one(world: &mut dyn World, call: &Call<'_>, target: &str, link: &str) -> Status {
    let own = world.place_of_link(link);
    let node = world.look(&own);
    let is_link = matches!(node, Node::Link(_));
    let inside = if call.has("T no-target-directory") || (is_link && call.has("n no-dereference")) {
        false
    } else if matches!(&node, Node::Link(target) if leads_nobody_knows_where(world, target)) {
        // It fails there, or links into the image's own directory: neither is meant.
        if !call.has("f force") {
            world.doubt();
        }
        false
    } else {
        leads_to_directory(world, link)
    };
    let place = if inside { world.place(link).join(base_name(target)) } else { own };
    let manner = if inside { ChangeKind::Nest } else { ChangeKind::Write };
    match world.look(&place) {
        Node::Absent | Node::Unknown { exists: false, .. } => {}
        Node::Directory(_) => return world.fail(Some(&place), FailureCause::Exists),
        _ if call.has("f force") => {}
        _ => return world.fail(Some(&place), FailureCause::Exists),
    }
    if !world.has_parent(&place) {
        return world.fail(place.parent().as_ref(), FailureCause::Missing);
    }
    let node = if call.has("s symbolic") {
        Node::Link(target.into())
    } else {
        let source = world.place(target);
        match world.read(&source) {
            Some(content) => Node::File(content),
            None => return world.fail(Some(&source), FailureCause::Missing),
        }
    };
    world.put(&place, node, manner);
    SUCCESS
}

/// Whether `path` is a directory, or a symbolic link to one.
fn leads_to_directory(world: &mut dyn World, path: &str) -> bool {
    let place = world.place(path);
    match world.look(&place) {
        Node::Directory(_) => true,
        Node::Unknown { .. } if world.is_entry(&place) => false,
        Node::Unknown { .. } if path.ends_with('/') => true,
        Node::Unknown { .. } if looks_like_file(&place.path) => false,
        Node::Unknown { key, exists } => {
            (exists || world.guess(&format!("exists:{key}"), place.store == Store::Container))
                && world.guess(&format!("directory:{key}"), false)
        }
        _ => false,
    }
}

/// Whether a link to `target` leads to something in the image of which nobody can know whether it is a directory.
fn leads_nobody_knows_where(world: &mut dyn World, target: &str) -> bool {
    if !target.starts_with('/') || target.ends_with('/') || looks_like_file(target) {
        return false;
    }
    let place = world.place(target);
    place.store == Store::Container
        && !world.is_entry(&place)
        && matches!(world.look(&place), Node::Unknown { .. })
}

/// `mktemp`: a name that nobody else has. In the container's own file system it doesn't matter.
fn mktemp(world: &mut dyn World, call: &Call<'_>) -> Status {
    let directory = call.value("p tmpdir").unwrap_or("/tmp");
    let template = call.operands().first().copied().unwrap_or("tmp.XXXXXXXXXX");
    let template = if template.contains('/')
        || (call.value("p tmpdir").is_none() && !call.operands().is_empty() && !call.has("t"))
    {
        template.to_owned()
    } else {
        format!("{directory}/{template}")
    };
    let stem = template.trim_end_matches('X').to_owned();
    let kept = world.place(&stem).store != Store::Container;
    let nonce = if kept { world.fresh_number() } else { world.steady_number() };
    let key = format!("fresh:{kept}:{nonce}");
    let unique = world.atom(Atom { never_empty: true, ..Atom::new(key, "XXXXXX") });
    let path = format!("{stem}{unique}{}", call.value("suffix").unwrap_or_default());
    let place = world.place(&path);
    if !call.has("u dry-run") {
        let node = if call.has("d directory") { Node::directory() } else { Node::File("".into()) };
        if !world.has_parent(&place) {
            return world.fail(place.parent().as_ref(), FailureCause::Missing);
        }
        world.put(&place, node, ChangeKind::FreshName);
    }
    world.emit(&format!("{path}\n"));
    SUCCESS
}

/// `mkfifo PATH…`, `mknod PATH TYPE …`.
fn special_files(call: &Call<'_>) -> Vec<(Touching, String)> {
    let operands = call.operands();
    let paths = if call.name() == "mknod" { operands.get(..1).unwrap_or_default() } else { operands };
    paths.iter().map(|path| (Touching::Writes, (*path).to_owned())).collect()
}

fn makes_fifo(call: &Call<'_>) -> &'static [Trait] {
    let is_fifo = call.name() == "mkfifo" || call.operands().get(1) == Some(&"p");
    if is_fifo { &[Trait::MakesFifo] } else { &[] }
}

fn mknod(world: &mut dyn World, call: &Call<'_>) -> Status {
    let operands = call.operands();
    let paths = if call.name() == "mknod" { operands.get(..1).unwrap_or_default() } else { operands };
    let mut status = SUCCESS;
    for path in paths {
        let place = world.place(path);
        let one = match world.look(&place) {
            Node::Absent | Node::Unknown { exists: false, .. } if world.has_parent(&place) => {
                let key = format!("special:{path}").into();
                world.put(&place, Node::Unknown { key, exists: true }, ChangeKind::Write);
                SUCCESS
            }
            Node::Absent => world.fail(place.parent().as_ref(), FailureCause::Missing),
            _ => world.fail(Some(&place), FailureCause::Exists),
        };
        status = worse(status, one);
    }
    status
}

fn truncate(world: &mut dyn World, call: &Call<'_>) -> Status {
    let size = call.value("s size l length").unwrap_or("0");
    let mut status = SUCCESS;
    for path in call.operands() {
        let place = world.place(path);
        let one = match (world.look(&place), size) {
            (_, "0") => world.write(&place, "", ChangeKind::Write),
            (Node::Absent, _) if call.has("c no-create") => SUCCESS,
            (Node::Absent, _) => worse(
                world.write(&place, "", ChangeKind::Write),
                world.edit_once(&place, &format!("truncate {size}")),
            ),
            (_, size) if size.starts_with(['+', '-']) => world.edit_again(&place, "truncate"),
            _ => world.edit_once(&place, &format!("truncate {size}")),
        };
        status = worse(status, one);
    }
    status
}

/// A file system or swap area in a file: the same each time, as far as anybody looks.
fn make_file_system(world: &mut dyn World, call: &Call<'_>) -> Status {
    let image = call.words().iter().skip(1).find(|word| word.contains('/') && !word.starts_with('-'));
    match image.filter(|path| !path.starts_with("/dev/")) {
        Some(path) => {
            let place = world.place(path);
            world.edit_once(&place, "mkfs")
        }
        None => world.steady_status(call.words()),
    }
}

fn dd(world: &mut dyn World, call: &Call<'_>) -> Status {
    let operand = |name: &str| noise::operand(call, name);
    if let Some(path) = operand("if")
        && let Err(status) = world.needs(path)
    {
        return status;
    }
    let noise = noise::of(world, call);
    let Some(path) = operand("of").filter(|path| !path.starts_with("/dev/")) else {
        noise::emit_or_unknown(world, call, noise);
        return world.steady_status(call.words());
    };
    let place = world.place(path);
    let opens_only = |flag: &str| operand("conv").is_some_and(|flags| flags.split(',').any(|it| it == flag));
    let exists = !matches!(world.look(&place), Node::Absent | Node::Unknown { exists: false, .. });
    if opens_only("excl") && exists {
        return world.fail(Some(&place), FailureCause::Exists);
    }
    if opens_only("nocreat") && !exists {
        return world.fail(Some(&place), FailureCause::Missing);
    }
    let content = noise.unwrap_or_else(|| {
        String::from(world.atom(Atom::new(format!("output:{}", call.words().join(" ")), "$(dd)")))
    });
    if operand("oflag").is_some_and(|flags| flags.contains("append")) {
        return world.append(&place, &content);
    }
    world.write(&place, &content, ChangeKind::Write)
}

/// Without `conv=excl` the file is written anew.
fn mend_dd(trouble: &Trouble<'_>) -> Option<Remedy> {
    exists_and(trouble)?.replaced(" conv=excl", "")
}

fn exists_and<'t>(trouble: &'t Trouble<'t>) -> Option<&'t Trouble<'t>> {
    Some(trouble).filter(|trouble| trouble.fails(FailureCause::Exists))
}

fn mend_ln(trouble: &Trouble<'_>) -> Option<Remedy> {
    let is_met = matches!(trouble.what, What::Fails(FailureCause::Exists) | What::Drifts(ChangeKind::Nest));
    if !is_met || !trouble.call.has("s symbolic") {
        return None;
    }
    let is_cluster = |word: &&&str| word.starts_with('-') && !word.starts_with("--") && word.contains('s');
    let words: Vec<&str> = trouble.text.split_whitespace().collect();
    let cluster = words.iter().find(is_cluster)?;
    let missing: String = ["f", "n"].into_iter().filter(|letter| !cluster.contains(letter)).collect();
    let line = trouble.replaced(&format!(" {cluster} "), &format!(" {cluster}{missing} "));
    line.map(Remedy::same_at_first)
}

fn mend_mktemp(trouble: &Trouble<'_>) -> Option<Remedy> {
    let (folder, _) = trouble.path.rsplit_once('/')?;
    Remedy::advice(format!("give it one name, such as `{folder}/.tmp`, and remove that first"))
}
