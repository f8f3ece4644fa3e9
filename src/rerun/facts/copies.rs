//! Copying and moving.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::files::{make_directories, unlisted_pattern, worse};
use super::options::Options;
use super::{Fact, fact, looks_like_file};
use crate::rerun::machine::{ChangeKind, FAILURE, FailureCause, Machine, SUCCESS, Status};
use crate::rerun::state::modes::Permissions;
use crate::rerun::state::places::{Place, Store, base_name};
use crate::rerun::state::tree::Node;

pub(super) const FACTS: &[Fact] =
    &[fact(&["cp"], cp), fact(&["mv"], mv), fact(&["install"], install), fact(&["rsync"], rsync)];

/// What kind of copy it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Files only.
    Files,
    /// Directories too (`-r`).
    Trees,
    /// `mv`: the source goes.
    Move,
}

/// What a copy is to do.
#[derive(Debug, Clone, Copy)]
struct Copy {
    mode: Mode,
    /// `-n`: an existing file stays.
    keep: bool,
    /// An existing file is taken away first, so that its mode doesn't matter.
    unlinks: bool,
    /// `-T`: the last operand is the target even where it is a directory.
    exact: bool,
    /// `-b`: an existing file is kept under another name.
    backup: bool,
}

impl Copy {
    fn takes(self) -> bool {
        self.mode == Mode::Move
    }
}

fn cp(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "t S target-directory suffix");
    let copy = Copy {
        mode: if options.has("r R a recursive archive") { Mode::Trees } else { Mode::Files },
        keep: options.has("n no-clobber") || options.value("update") == Some("none"),
        unlinks: options.has("f force remove-destination b backup"),
        exact: options.has("T no-target-directory"),
        backup: options.has("b backup"),
    };
    transfer(machine, &options, copy)
}

fn mv(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "t S target-directory suffix");
    let copy = Copy {
        mode: Mode::Move,
        keep: options.has("n no-clobber"),
        unlinks: true,
        exact: options.has("T no-target-directory"),
        backup: options.has("b backup"),
    };
    transfer(machine, &options, copy)
}

fn install(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "m o g t S mode owner group target-directory suffix");
    if options.has("d directory") {
        return options
            .operands()
            .iter()
            .fold(SUCCESS, |status, path| worse(status, make_directories(machine, path)));
    }
    if options.has("D")
        && let Some(parent) = options.operands().last().and_then(|path| path.rsplit_once('/'))
    {
        make_directories(machine, parent.0);
    }
    let copy = Copy {
        mode: Mode::Files,
        keep: false,
        unlinks: true,
        exact: options.has("T"),
        backup: options.has("b backup"),
    };
    let status = transfer(machine, &options, copy);
    let mode = Permissions::read(options.value("m mode").unwrap_or("755"));
    if let (SUCCESS, Some(mode), [_, target]) = (status, mode, options.operands()) {
        let place = machine.place(target);
        machine.set_permissions(&place, mode);
    }
    status
}

fn transfer(machine: &mut Machine<'_, '_>, options: &Options<'_>, copy: Copy) -> Status {
    let (sources, target): (&[&str], &str) = match (options.value("t target-directory"), options.operands()) {
        (Some(directory), sources) => (sources, directory),
        (None, [sources @ .., target]) => (sources, target),
        (None, []) => return FAILURE,
    };
    let into = sources.len() > 1 || options.value("t target-directory").is_some();
    if into && machine.is_file_or_absent(target) {
        let place = machine.place(target);
        return machine.refuse(Some(&place), FailureCause::Missing);
    }
    let mut status = SUCCESS;
    for source in sources {
        status = worse(status, one(machine, source, target, into, copy));
    }
    status
}

/// Copies or moves one operand.
fn one(machine: &mut Machine<'_, '_>, source: &str, target: &str, into: bool, copy: Copy) -> Status {
    let from = machine.place(source);
    let node = machine.look(&from);
    if node == Node::Absent {
        return machine.refuse(Some(&from), FailureCause::Missing);
    }
    if let Some(pattern) = unlisted_pattern(machine, source) {
        return unlisted(machine, source, &pattern, target, copy);
    }
    let contents_only = source.ends_with("/.") || source == ".";
    let directory = match &node {
        Node::Directory(_) => true,
        Node::Unknown { key, .. } if copy.takes() && is_unpacked_folder(key) => {
            machine.log.assumed.push(machine.current);
            true
        }
        Node::Unknown { .. } => {
            contents_only
                || (copy.mode != Mode::Files && source.ends_with('/'))
                || (copy.mode == Mode::Trees && !looks_like_file(source))
        }
        _ => false,
    };
    if directory && copy.mode == Mode::Files {
        return machine.refuse(Some(&from), FailureCause::WrongKind);
    }
    let (to, nested) = resolve(machine, target, into, copy, base_name(source), contents_only);
    if to == from {
        return FAILURE;
    }
    if directory { tree(machine, &from, &to, nested, copy) } else { file(machine, &from, &to, nested, copy) }
}

/// Whether what `key` tells of is likely the one folder that a release's archive holds: `app-1.0`, `app-main`.
fn is_unpacked_folder(key: &str) -> bool {
    let Some(name) = key.rsplit_once(":/").map(|(_, name)| name) else { return false };
    let is_version = |part: &str| {
        let number = part.strip_prefix('v').unwrap_or(part);
        number.starts_with(|c: char| c.is_ascii_digit()) && number.contains('.')
    };
    let mut parts = name.split(['-', '_']).skip(1);
    (key.starts_with("tar:") || key.starts_with("zip:"))
        && !name.contains('/')
        && !looks_like_file(name)
        && parts.any(|part| is_version(part) || matches!(part, "main" | "master"))
}

/// Where an operand lands: at the target, or inside it where that is a directory.
fn resolve(
    machine: &mut Machine<'_, '_>,
    target: &str,
    into: bool,
    copy: Copy,
    name: &str,
    contents_only: bool,
) -> (Place, bool) {
    let place = machine.place(target);
    if copy.exact || contents_only {
        return (place, false);
    }
    let inside = into
        || match machine.is_directory(&place) {
            Some(known) => known,
            None if target.ends_with('/') => true,
            None if looks_like_file(target) => false,
            None => {
                let Node::Unknown { key, exists } = machine.look(&place) else { return (place, false) };
                // An image's own directories exist; its /tmp is empty.
                let likely = exists || (place.store == Store::Container && !place.path.starts_with("/tmp/"));
                machine.guess(&format!("directory:{key}"), likely)
            }
        };
    if inside { (place.join(name), true) } else { (place, false) }
}

fn file(machine: &mut Machine<'_, '_>, from: &Place, to: &Place, nested: bool, copy: Copy) -> Status {
    let existing = machine.look(to);
    if matches!(existing, Node::Directory(_)) {
        return machine.refuse(Some(to), FailureCause::WrongKind);
    }
    if copy.keep && existing != Node::Absent && !matches!(existing, Node::Unknown { exists: false, .. }) {
        return SUCCESS;
    }
    if !machine.has_parent(to) {
        return machine.refuse(to.parent().as_ref(), FailureCause::Missing);
    }
    if let (true, Node::File(old)) = (copy.backup, &existing) {
        let beside = Place { store: to.store, path: format!("{}~", to.path) };
        machine.put(&beside, Node::File(Rc::clone(old)), ChangeKind::FreshName);
    }
    let manner = if nested { ChangeKind::Nest } else { ChangeKind::Write };
    match machine.look(from) {
        // What is moved may be a directory for all we know.
        Node::Unknown { .. } if copy.takes() => machine.copy(from, to, manner),
        _ if !copy.unlinks && machine.is_denied(to) => return machine.refuse(Some(to), FailureCause::Denied),
        _ => {
            let content = machine.read(from).unwrap_or_default();
            machine.put(to, Node::File(content), manner);
            if copy.unlinks || existing == Node::Absent {
                machine.carry_permissions(from, to);
            }
        }
    }
    if copy.takes() {
        machine.remove(from);
    }
    SUCCESS
}

fn tree(machine: &mut Machine<'_, '_>, from: &Place, to: &Place, nested: bool, copy: Copy) -> Status {
    match machine.look(to) {
        Node::File(_) => return machine.refuse(Some(to), FailureCause::WrongKind),
        Node::Directory(_) if copy.takes() && machine.is_empty(to) == Some(false) => {
            return machine.refuse(Some(to), FailureCause::NotEmpty);
        }
        Node::Absent if !machine.has_parent(to) => {
            return machine.refuse(to.parent().as_ref(), FailureCause::Missing);
        }
        _ => {}
    }
    let manner = if nested { ChangeKind::Nest } else { ChangeKind::Write };
    if let Node::Directory(_) = machine.look(from) {
        machine.merge(from, to, manner);
    } else {
        let key = format!("tree:{:?}:{}", from.store, from.path);
        machine.fill(to, &key, manner);
    }
    if copy.takes() {
        machine.remove(from);
    }
    SUCCESS
}

/// Copies or moves what a pattern matches that nobody can list.
fn unlisted(machine: &mut Machine<'_, '_>, source: &str, pattern: &str, target: &str, copy: Copy) -> Status {
    let to = machine.place(target);
    let directory = source.rsplit_once('/').map_or(".", |(directory, _)| directory);
    let from = machine.place(if directory.is_empty() { "/" } else { directory });
    let key = match machine.look(&from) {
        Node::Directory(fill) if !fill.is_empty() => {
            fill.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join("+")
        }
        _ => format!("tree:{:?}:{}", from.store, from.path),
    };
    match machine.look(&to) {
        // Several names need a directory; one would do without, and nobody knows how many there are.
        Node::Absent if machine.has_parent(&to) => {
            let content = machine.read(&from.join(base_name(source))).unwrap_or_default();
            machine.put(&to, Node::File(content), ChangeKind::Write);
        }
        Node::Absent => return machine.refuse(to.parent().as_ref(), FailureCause::Missing),
        Node::File(_) => {}
        // For one name this is the target itself, for several it has to be a directory.
        Node::Unknown { exists: false, .. } if !target.ends_with('/') => {
            let key = format!("{key}/{pattern}").into();
            machine.put(&to, Node::Unknown { key, exists: true }, ChangeKind::Write);
        }
        _ => machine.fill(&to, &format!("{key}/{pattern}"), ChangeKind::Write),
    }
    if copy.takes() && pattern == "*" && from.store != Store::Container {
        machine.put(&from, Node::Directory(BTreeSet::new()), ChangeKind::Remove);
    }
    SUCCESS
}

/// `rsync` puts the same names at the same places each time.
fn rsync(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let valued = "e f T M B rsh exclude include filter exclude-from include-from files-from chmod chown \
                  backup-dir suffix temp-dir log-file bwlimit timeout rsync-path password-file out-format";
    let options = Options::read(words, valued);
    let [sources @ .., target] = options.operands() else { return SUCCESS };
    for source in sources {
        let local = !source.contains(':');
        if local && let Err(status) = machine.needs(source) {
            return status;
        }
    }
    if target.contains(':') {
        return machine.steady_status(words);
    }
    let place = machine.place(target);
    let lone_file = matches!(sources, [source] if looks_like_file(source));
    if lone_file && !target.ends_with('/') && machine.is_directory(&place) != Some(true) {
        let content = sources.first().and_then(|source| {
            let from = machine.place(source);
            machine.read(&from)
        });
        return machine.write(&place, &content.unwrap_or_default(), ChangeKind::Slow);
    }
    if machine.look(&place) == Node::Absent && !machine.has_parent(&place) {
        return machine.refuse(place.parent().as_ref(), FailureCause::Missing);
    }
    machine.fill(&place, &format!("rsync:{}", words.join(" ")), ChangeKind::Slow);
    machine.steady_status(words)
}
