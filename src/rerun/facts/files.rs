//! Files and directories: making, removing, linking.

use std::collections::BTreeSet;

use super::options::Options;
use super::{Fact, fact, looks_like_file};
use crate::rerun::machine::{ChangeKind, FAILURE, FailureCause, Machine, SUCCESS, Status};
use crate::rerun::state::atoms::Atom;
use crate::rerun::state::modes::Permissions;
use crate::rerun::state::places::{Place, Store, base_name};
use crate::rerun::state::tree::Node;

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

fn mkdir(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "m mode");
    let mut status = SUCCESS;
    for path in options.operands() {
        let one = if options.has("p parents") {
            make_directories(machine, path)
        } else {
            make_directory(machine, path)
        };
        status = worse(status, one);
    }
    status
}

/// `mkdir` without `-p`: an existing name refuses it.
fn make_directory(machine: &mut Machine<'_, '_>, path: &str) -> Status {
    let place = machine.place_of_link(path);
    match machine.look(&place) {
        Node::Absent | Node::Unknown { exists: false, .. } => {}
        _ => return machine.refuse(Some(&place), FailureCause::Exists),
    }
    if !machine.has_parent(&place) {
        return machine.refuse(place.parent().as_ref(), FailureCause::Missing);
    }
    machine.put(&place, Node::directory(), ChangeKind::Write);
    SUCCESS
}

/// `mkdir -p`: makes what is missing of a path.
pub(super) fn make_directories(machine: &mut Machine<'_, '_>, path: &str) -> Status {
    let place = machine.place(path);
    let mut missing = Vec::new();
    let mut next = Some(place);
    while let Some(place) = next {
        match machine.look(&place) {
            Node::Directory(_) => break,
            Node::File(_) => return machine.refuse(Some(&place), FailureCause::WrongKind),
            _ => next = place.parent(),
        }
        missing.push(place);
    }
    for place in missing.iter().rev() {
        let node = match machine.look(place) {
            // It may have been there, with contents that nobody knows.
            Node::Unknown { key, .. } if !is_scratch(place) => Node::Directory(BTreeSet::from([key])),
            _ => Node::directory(),
        };
        machine.put(place, node, ChangeKind::Write);
    }
    SUCCESS
}

/// Whether a place is one that images leave empty.
pub(super) fn is_scratch(place: &Place) -> bool {
    let inner = place.path.strip_prefix("/tmp/").or_else(|| place.path.strip_prefix("/var/tmp/"));
    place.store == Store::Container && inner.is_some()
}

fn rmdir(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "");
    let mut status = SUCCESS;
    for path in options.operands() {
        let place = machine.place_of_link(path);
        let one = match machine.look(&place) {
            Node::Absent => machine.refuse(Some(&place), FailureCause::Missing),
            Node::File(_) | Node::Link(_) => machine.refuse(Some(&place), FailureCause::WrongKind),
            _ if machine.is_empty(&place) == Some(false) && options.has("ignore-fail-on-non-empty") => {
                SUCCESS
            }
            _ if machine.is_empty(&place) == Some(false) => {
                machine.refuse(Some(&place), FailureCause::NotEmpty)
            }
            _ => {
                machine.remove(&place);
                SUCCESS
            }
        };
        status = worse(status, one);
    }
    status
}

fn rm(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "");
    let (recursive, force) = (options.has("r R recursive"), options.has("f force"));
    let mut status = SUCCESS;
    for path in options.operands() {
        if remove_unlisted(machine, path) {
            continue;
        }
        let place = machine.place_of_link(path);
        let one = match machine.look(&place) {
            Node::Absent if force => SUCCESS,
            Node::Absent => machine.refuse(Some(&place), FailureCause::Missing),
            Node::Directory(_) if !recursive && !options.has("d dir") => {
                machine.refuse(Some(&place), FailureCause::WrongKind)
            }
            Node::Directory(_) if machine.mounts.is_mount_point(&place) => {
                empty(machine, &place, true);
                FAILURE
            }
            _ => {
                machine.remove(&place);
                SUCCESS
            }
        };
        status = worse(status, one);
    }
    status
}

/// Where `path` ends in a pattern that stands for names that nobody can list (`dir/*`): removes
/// those.
fn remove_unlisted(machine: &mut Machine<'_, '_>, path: &str) -> bool {
    let Some(pattern) = unlisted_pattern(machine, path) else { return false };
    if pattern == "*" {
        let directory = path.rsplit_once('/').map_or(".", |(directory, _)| directory);
        let place = machine.place(if directory.is_empty() { "/" } else { directory });
        empty(machine, &place, false);
    }
    true
}

/// The pattern whose unlisted matches the last component of `path` stands for.
pub(super) fn unlisted_pattern(machine: &Machine<'_, '_>, path: &str) -> Option<String> {
    let mut name = base_name(path).chars();
    let first = name.next().filter(|_| name.next().is_none())?;
    machine.shared.atoms.get(first)?.pattern.as_ref().map(ToString::to_string)
}

/// Empties the directory at `place` of what isn't listed, or of all.
pub(super) fn empty(machine: &mut Machine<'_, '_>, place: &Place, all: bool) {
    if place.store == Store::Container {
        return;
    }
    if all {
        for name in machine.names_in(place).0 {
            machine.remove(&place.join(&name));
        }
    }
    match machine.look(place) {
        Node::Directory(fill) if fill.is_empty() => {}
        Node::Directory(_) | Node::Unknown { .. } => {
            machine.put(place, Node::directory(), ChangeKind::Remove);
        }
        _ => {}
    }
}

fn touch(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "d r t date reference");
    let mut status = SUCCESS;
    for path in options.operands() {
        let place = machine.place(path);
        let one = match machine.look(&place) {
            Node::Absent if options.has("c no-create") => SUCCESS,
            Node::Absent => machine.write(&place, "", ChangeKind::Write),
            // It may be one of the files around it; made here, it is a file and no directory.
            Node::Unknown { exists: false, .. } if place.store != Store::Container => {
                let content = machine.read(&place).unwrap_or_default();
                machine.write(&place, &content, ChangeKind::Write)
            }
            _ => SUCCESS,
        };
        status = worse(status, one);
    }
    status
}

/// Modes and owners aren't contents: a missing file matters, and what a mode makes of a second run.
fn change_mode(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "reference");
    let skip = usize::from(!options.has("reference"));
    let mode =
        options.operands().first().filter(|_| words.first().is_some_and(|name| name.ends_with("chmod")));
    let permissions = mode.and_then(|mode| Permissions::read(mode)).unwrap_or_default();
    let mut status = SUCCESS;
    for path in options.operands().iter().skip(skip) {
        match machine.needs(path) {
            Ok(place) if options.has("R recursive") => {
                for below in machine.files_below(&place) {
                    machine.set_permissions(&below, permissions);
                }
            }
            Ok(place) => machine.set_permissions(&place, permissions),
            Err(one) => status = worse(status, one),
        }
    }
    if options.has("f silent quiet") { SUCCESS } else { status }
}

fn ln(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "t S suffix target-directory");
    let (targets, link): (&[&str], &str) = match (options.value("t target-directory"), options.operands()) {
        (Some(directory), targets) => (targets, directory),
        (None, [target]) => (&[*target], "."),
        (None, [targets @ .., link]) => (targets, link),
        (None, []) => return FAILURE,
    };
    let mut status = SUCCESS;
    for target in targets {
        status = worse(status, link_one(machine, &options, target, link));
    }
    status
}

fn link_one(machine: &mut Machine<'_, '_>, options: &Options<'_>, target: &str, link: &str) -> Status {
    let own = machine.place_of_link(link);
    let is_link = matches!(machine.look(&own), Node::Link(_));
    let inside = if options.has("T no-target-directory") || (is_link && options.has("n no-dereference")) {
        false
    } else {
        leads_to_directory(machine, link)
    };
    let place = if inside { machine.place(link).join(base_name(target)) } else { own };
    let manner = if inside { ChangeKind::Nest } else { ChangeKind::Write };
    match machine.look(&place) {
        Node::Absent | Node::Unknown { exists: false, .. } => {}
        Node::Directory(_) => return machine.refuse(Some(&place), FailureCause::Exists),
        _ if options.has("f force") => {}
        _ => return machine.refuse(Some(&place), FailureCause::Exists),
    }
    if !machine.has_parent(&place) {
        return machine.refuse(place.parent().as_ref(), FailureCause::Missing);
    }
    let node = if options.has("s symbolic") {
        Node::Link(target.into())
    } else {
        let source = machine.place(target);
        match machine.read(&source) {
            Some(content) => Node::File(content),
            None => return machine.refuse(Some(&source), FailureCause::Missing),
        }
    };
    machine.put(&place, node, manner);
    SUCCESS
}

/// Whether `path` is a directory, or a symbolic link to one.
fn leads_to_directory(machine: &mut Machine<'_, '_>, path: &str) -> bool {
    let place = machine.place(path);
    match machine.look(&place) {
        Node::Directory(_) => true,
        Node::Unknown { .. } if path.ends_with('/') => true,
        Node::Unknown { .. } if looks_like_file(&place.path) => false,
        Node::Unknown { key, exists } => {
            (exists || machine.guess(&format!("exists:{key}"), place.store == Store::Container))
                && machine.guess(&format!("directory:{key}"), false)
        }
        _ => false,
    }
}

/// `mktemp`: a name that nobody else has. In the container's own file system it doesn't matter.
fn mktemp(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "p suffix tmpdir");
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
    let kept = machine.place(&stem).store != Store::Container;
    let nonce = if kept { machine.fresh_number() } else { machine.current };
    let key = format!("fresh:{kept}:{nonce}");
    let unique = machine.atom(Atom { never_empty: true, ..Atom::new(key, "XXXXXX") });
    let path = format!("{stem}{unique}{}", options.value("suffix").unwrap_or_default());
    let place = machine.place(&path);
    if !options.has("u dry-run") {
        let node = if options.has("d directory") { Node::directory() } else { Node::File("".into()) };
        if !machine.has_parent(&place) {
            return machine.refuse(place.parent().as_ref(), FailureCause::Missing);
        }
        machine.put(&place, node, ChangeKind::FreshName);
    }
    machine.emit(&format!("{path}\n"));
    SUCCESS
}

fn mknod(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "m mode");
    let operands = options.operands();
    let paths = if words.first().is_some_and(|name| name.ends_with("mknod")) {
        operands.get(..1).unwrap_or_default()
    } else {
        operands
    };
    let mut status = SUCCESS;
    for path in paths {
        let place = machine.place(path);
        let one = match machine.look(&place) {
            Node::Absent | Node::Unknown { exists: false, .. } if machine.has_parent(&place) => {
                let key = format!("special:{path}").into();
                machine.put(&place, Node::Unknown { key, exists: true }, ChangeKind::Write);
                SUCCESS
            }
            Node::Absent => machine.refuse(place.parent().as_ref(), FailureCause::Missing),
            _ => machine.refuse(Some(&place), FailureCause::Exists),
        };
        status = worse(status, one);
    }
    status
}

fn truncate(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "s r o l size reference offset length");
    let size = options.value("s size l length").unwrap_or("0");
    let mut status = SUCCESS;
    for path in options.operands() {
        let place = machine.place(path);
        let one = match (machine.look(&place), size) {
            (_, "0") => machine.write(&place, "", ChangeKind::Write),
            (Node::Absent, _) if options.has("c no-create") => SUCCESS,
            (Node::Absent, _) => worse(
                machine.write(&place, "", ChangeKind::Write),
                machine.edit_once(&place, &format!("truncate {size}")),
            ),
            (_, size) if size.starts_with(['+', '-']) => machine.edit_again(&place, "truncate"),
            _ => machine.edit_once(&place, &format!("truncate {size}")),
        };
        status = worse(status, one);
    }
    status
}

/// A file system or swap area in a file: the same each time, as far as anybody looks.
fn make_file_system(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let image = words.iter().skip(1).find(|word| word.contains('/') && !word.starts_with('-'));
    match image.filter(|path| !path.starts_with("/dev/")) {
        Some(path) => {
            let place = machine.place(path);
            machine.edit_once(&place, "mkfs")
        }
        None => machine.steady_status(words),
    }
}

fn dd(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let operand = |name: &str| words.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    if let Some(path) = operand("if")
        && let Err(status) = machine.needs(path)
    {
        return status;
    }
    let Some(path) = operand("of").filter(|path| !path.starts_with("/dev/")) else {
        machine.emit_unknown(words, false);
        return machine.steady_status(words);
    };
    let place = machine.place(path);
    let content = machine.atom(Atom::new(format!("output:{}", words.join(" ")), "$(dd)"));
    let content = String::from(content);
    if operand("oflag").is_some_and(|flags| flags.contains("append")) {
        return machine.append(&place, &content);
    }
    machine.write(&place, &content, ChangeKind::Write)
}
