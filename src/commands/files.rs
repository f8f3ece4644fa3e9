//! Files and directories: making, removing, linking.

use std::collections::BTreeSet;

use super::options::Options;
use super::world::Node;
use super::world::atoms::Atom;
use super::world::permissions::Permissions;
use super::world::place::{Place, Store, base_name};
use super::world::{ChangeKind, FAILURE, FailureCause, SUCCESS, Status, World};
use super::{Call, Fact, fact, looks_like_file};

pub(super) const FACTS: &[Fact] = &[
    fact(&["mkdir"], mkdir),
    fact(&["rmdir"], rmdir),
    fact(&["rm", "unlink"], rm),
    fact(&["touch"], touch),
    fact(&["chmod", "chown", "chgrp", "chcon", "setfacl"], change_mode),
    fact(&["ln"], ln),
    fact(&["mktemp"], mktemp),
    fact(&["mkfifo", "mknod"], mknod),
    fact(&["truncate", "fallocate"], truncate),
    fact(&["dd"], dd),
    fact(&["mkfs", "mkfs.ext4", "mkfs.ext3", "mkfs.xfs", "mkfs.vfat", "mke2fs", "mkswap"], make_file_system),
];

/// The worse of two statuses.
pub(super) fn worse(one: Status, other: Status) -> Status {
    one.max(other)
}

fn mkdir(world: &mut dyn World, call: &Call<'_>) -> Status {
    let options = Options::read(call.words(), "m mode");
    let mut status = SUCCESS;
    for path in options.operands() {
        let one = if options.has("p parents") {
            make_directories(world, path)
        } else {
            make_directory(world, path)
        };
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
    let options = Options::read(call.words(), "");
    let mut status = SUCCESS;
    for path in options.operands() {
        let place = world.place_of_link(path);
        let one = match world.look(&place) {
            Node::Absent => world.fail(Some(&place), FailureCause::Missing),
            Node::File(_) | Node::Link(_) => world.fail(Some(&place), FailureCause::WrongKind),
            _ if world.is_empty(&place) == Some(false) && options.has("ignore-fail-on-non-empty") => SUCCESS,
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
    let options = Options::read(call.words(), "");
    let (recursive, force) = (options.has("r R recursive"), options.has("f force"));
    let mut status = SUCCESS;
    for path in options.operands() {
        if remove_unlisted(world, path) {
            continue;
        }
        let place = world.place_of_link(path);
        let one = match world.look(&place) {
            Node::Absent if force => SUCCESS,
            Node::Absent => world.fail(Some(&place), FailureCause::Missing),
            Node::Directory(_) if !recursive && !options.has("d dir") => {
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
    let options = Options::read(call.words(), "d r t date reference");
    let mut status = SUCCESS;
    for path in options.operands() {
        let place = world.place(path);
        let one = match world.look(&place) {
            Node::Absent if options.has("c no-create") => SUCCESS,
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
    let options = Options::read(call.words(), "reference");
    let skip = usize::from(!options.has("reference"));
    let mode = options
        .operands()
        .first()
        .filter(|_| call.words().first().is_some_and(|name| name.ends_with("chmod")));
    let permissions = mode.and_then(|mode| Permissions::read(mode)).unwrap_or_default();
    let mut status = SUCCESS;
    for path in options.operands().iter().skip(skip) {
        match world.needs(path) {
            Ok(place) if options.has("R recursive") => {
                for below in world.files_below(&place) {
                    world.set_permissions(&below, permissions);
                }
            }
            Ok(place) => world.set_permissions(&place, permissions),
            Err(one) => status = worse(status, one),
        }
    }
    if options.has("f silent quiet") { SUCCESS } else { status }
}

fn ln(world: &mut dyn World, call: &Call<'_>) -> Status {
    let options = Options::read(call.words(), "t S suffix target-directory");
    let (targets, link): (&[&str], &str) = match (options.value("t target-directory"), options.operands()) {
        (Some(directory), targets) => (targets, directory),
        (None, [target]) => (&[*target], "."),
        (None, [targets @ .., link]) => (targets, link),
        (None, []) => return FAILURE,
    };
    let mut status = SUCCESS;
    for target in targets {
        status = worse(status, link_one(world, &options, target, link));
    }
    status
}

fn link_one(world: &mut dyn World, options: &Options<'_>, target: &str, link: &str) -> Status {
    let own = world.place_of_link(link);
    let is_link = matches!(world.look(&own), Node::Link(_));
    let inside = if options.has("T no-target-directory") || (is_link && options.has("n no-dereference")) {
        false
    } else {
        leads_to_directory(world, link)
    };
    let place = if inside { world.place(link).join(base_name(target)) } else { own };
    let manner = if inside { ChangeKind::Nest } else { ChangeKind::Write };
    match world.look(&place) {
        Node::Absent | Node::Unknown { exists: false, .. } => {}
        Node::Directory(_) => return world.fail(Some(&place), FailureCause::Exists),
        _ if options.has("f force") => {}
        _ => return world.fail(Some(&place), FailureCause::Exists),
    }
    if !world.has_parent(&place) {
        return world.fail(place.parent().as_ref(), FailureCause::Missing);
    }
    let node = if options.has("s symbolic") {
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
        Node::Unknown { .. } if path.ends_with('/') => true,
        Node::Unknown { .. } if looks_like_file(&place.path) => false,
        Node::Unknown { key, exists } => {
            (exists || world.guess(&format!("exists:{key}"), place.store == Store::Container))
                && world.guess(&format!("directory:{key}"), false)
        }
        _ => false,
    }
}

/// `mktemp`: a name that nobody else has. In the container's own file system it doesn't matter.
fn mktemp(world: &mut dyn World, call: &Call<'_>) -> Status {
    let options = Options::read(call.words(), "p suffix tmpdir");
    let directory = options.value("p tmpdir").unwrap_or("/tmp");
    let template = options.operands().first().copied().unwrap_or("tmp.XXXXXXXXXX");
    let template = if template.contains('/')
        || (options.value("p tmpdir").is_none() && !options.operands().is_empty() && !options.has("t"))
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
    let path = format!("{stem}{unique}{}", options.value("suffix").unwrap_or_default());
    let place = world.place(&path);
    if !options.has("u dry-run") {
        let node = if options.has("d directory") { Node::directory() } else { Node::File("".into()) };
        if !world.has_parent(&place) {
            return world.fail(place.parent().as_ref(), FailureCause::Missing);
        }
        world.put(&place, node, ChangeKind::FreshName);
    }
    world.emit(&format!("{path}\n"));
    SUCCESS
}

fn mknod(world: &mut dyn World, call: &Call<'_>) -> Status {
    let options = Options::read(call.words(), "m mode");
    let operands = options.operands();
    let paths = if call.words().first().is_some_and(|name| name.ends_with("mknod")) {
        operands.get(..1).unwrap_or_default()
    } else {
        operands
    };
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
    let options = Options::read(call.words(), "s r o l size reference offset length");
    let size = options.value("s size l length").unwrap_or("0");
    let mut status = SUCCESS;
    for path in options.operands() {
        let place = world.place(path);
        let one = match (world.look(&place), size) {
            (_, "0") => world.write(&place, "", ChangeKind::Write),
            (Node::Absent, _) if options.has("c no-create") => SUCCESS,
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
    let operand =
        |name: &str| call.words().iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    if let Some(path) = operand("if")
        && let Err(status) = world.needs(path)
    {
        return status;
    }
    let Some(path) = operand("of").filter(|path| !path.starts_with("/dev/")) else {
        world.emit_unknown(call.words(), false);
        return world.steady_status(call.words());
    };
    let place = world.place(path);
    let content = world.atom(Atom::new(format!("output:{}", call.words().join(" ")), "$(dd)"));
    let content = String::from(content);
    if operand("oflag").is_some_and(|flags| flags.contains("append")) {
        return world.append(&place, &content);
    }
    world.write(&place, &content, ChangeKind::Write)
}
