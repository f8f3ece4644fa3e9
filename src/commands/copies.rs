//! Copying and moving.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::files::{make_directories, unlisted_pattern, worse};
use super::world::Node;
use super::world::atoms::{UNKNOWN, is_atom};
use super::world::permissions::Permissions;
use super::world::place::{Place, Store, base_name};
use super::world::{ChangeKind, FAILURE, FailureCause, SUCCESS, Status, World};
use super::{Call, Record, Remedy, Trait, Trouble, Userland, What, looks_like_file, paths, record};

pub(super) const RECORDS: &[Record] = &[
    record(&["cp"])
        .taking("t S target-directory suffix")
        .does(cp)
        .at(paths::copied)
        .mended(mend_cp)
        .is(&[Trait::MakesAnew, Trait::Weighty])
        .when(traits_of_cp),
    record(&["mv"])
        .taking("t S target-directory suffix")
        .does(mv)
        .at(paths::moved)
        .mended(mend_mv)
        .is(&[Trait::Weighty]),
    record(&["install"])
        .taking("m o g t S mode owner group target-directory suffix")
        .does(install)
        .at(paths::copied),
    record(&["rsync"])
        .taking(
            "e f T M B rsh exclude include filter exclude-from include-from files-from chmod chown \
                  backup-dir suffix temp-dir log-file bwlimit timeout rsync-path password-file out-format",
        )
        .does(rsync)
        .at(paths::copied)
        .is(&[Trait::Weighty]),
];

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
    /// `-u`: it stays where it is newer than the source.
    updates: bool,
    /// `-a` without `-r`: people write it for files as well, to keep their modes and owners.
    preserves: bool,
    /// Each link becomes a link, which busybox can't make where anything is.
    makes_links: bool,
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

/// GNU's and busybox's `cp` follow no link under `-r` (POSIX leaves it open), nor with the options that say so.
fn traits_of_cp(call: &Call<'_>) -> &'static [Trait] {
    let keeps = call.has("r R a d P recursive archive no-dereference") && !call.has("L H dereference");
    if keeps { &[Trait::KeepsLinks] } else { &[] }
}

fn cp(world: &mut dyn World, call: &Call<'_>) -> Status {
    let copy = Copy {
        mode: if call.has("r R a recursive archive") { Mode::Trees } else { Mode::Files },
        preserves: !call.has("r R recursive"),
        keep: call.has("n no-clobber") || call.value("update") == Some("none"),
        updates: call.has("u update") && call.value("update").is_none_or(|which| which == "older"),
        makes_links: call.is(Trait::KeepsLinks) && world.userland() == Userland::Busybox,
        unlinks: call.has("f force remove-destination b backup"),
        exact: call.has("T no-target-directory"),
        backup: call.has("b backup"),
    };
    transfer(world, call, copy)
}

fn mv(world: &mut dyn World, call: &Call<'_>) -> Status {
    let copy = Copy {
        mode: Mode::Move,
        keep: call.has("n no-clobber"),
        updates: false,
        preserves: false,
        makes_links: false,
        unlinks: true,
        exact: call.has("T no-target-directory"),
        backup: call.has("b backup"),
    };
    transfer(world, call, copy)
}

fn install(world: &mut dyn World, call: &Call<'_>) -> Status {
    if call.has("d directory") {
        return call
            .operands()
            .iter()
            .fold(SUCCESS, |status, path| worse(status, make_directories(world, path)));
    }
    if call.has("D")
        && let Some(parent) = call.operands().last().and_then(|path| path.rsplit_once('/'))
    {
        make_directories(world, parent.0);
    }
    let copy = Copy {
        mode: Mode::Files,
        keep: false,
        updates: false,
        preserves: false,
        makes_links: false,
        unlinks: true,
        exact: call.has("T"),
        backup: call.has("b backup"),
    };
    let status = transfer(world, call, copy);
    let mode = Permissions::read(call.value("m mode").unwrap_or("755"));
    if let (SUCCESS, Some(mode), [_, target]) = (status, mode, call.operands()) {
        let place = world.place(target);
        world.set_permissions(&place, mode);
    }
    status
}

fn transfer(world: &mut dyn World, call: &Call<'_>, copy: Copy) -> Status {
    let (sources, target): (&[&str], &str) = match (call.value("t target-directory"), call.operands()) {
        (Some(directory), sources) => (sources, directory),
        (None, [sources @ .., target]) => (sources, target),
        (None, []) => return FAILURE,
    };
    let into = sources.len() > 1 || call.value("t target-directory").is_some();
    if into && world.is_file_or_absent(target) {
        let place = world.place(target);
        return world.fail(Some(&place), FailureCause::Missing);
    }
    let mut status = SUCCESS;
    for source in sources {
        status = worse(status, one(world, source, target, into, copy));
    }
    status
}

/// Copies or moves one operand.
fn one(world: &mut dyn World, source: &str, target: &str, into: bool, copy: Copy) -> Status {
    let from = world.place(source);
    let node = world.look(&from);
    if node == Node::Absent {
        return world.fail(Some(&from), FailureCause::Missing);
    }
    if let Some(pattern) = unlisted_pattern(world, source) {
        return unlisted(world, source, &pattern, target, copy);
    }
    let contents_only = source.ends_with("/.") || source == ".";
    let directory = match &node {
        Node::Directory(_) => true,
        Node::Unknown { .. } if world.is_entry(&from) => contents_only,
        Node::Unknown { key, .. } if copy.takes() && is_unpacked_folder(key) => {
            world.assume();
            true
        }
        Node::Unknown { .. } => {
            contents_only
                || (copy.mode != Mode::Files && source.ends_with('/'))
                || (copy.mode == Mode::Trees
                    && !copy.preserves
                    && !looks_like_file(source)
                    && !world.is_program(&world.place(target)))
        }
        _ => false,
    };
    if directory && copy.mode == Mode::Files {
        return world.fail(Some(&from), FailureCause::WrongKind);
    }
    let (to, nested) = resolve(world, target, into, copy, base_name(source), contents_only);
    if to == from {
        return FAILURE;
    }
    if directory { tree(world, &from, &to, nested, copy) } else { file(world, &from, &to, nested, copy) }
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

/// Whether what `call` copies with `-r` may be a file for all that is known, though nothing in its name says so: nobody
/// knows the name, or one of `others` puts a program into the same folder so.
pub(crate) fn may_copy_file<'c>(call: &Call<'_>, mut others: impl Iterator<Item = Call<'c>>) -> bool {
    let folder =
        |target: &str| target.trim_end_matches('/').rsplit_once('/').map(|(folder, _)| folder.to_owned());
    match (call.name(), call.operands()) {
        ("cp", [source, target]) if !source.ends_with(['/', '.']) => {
            let is_beside = |other: Call<'_>| match (other.name(), other.operands()) {
                ("cp", [program, beside]) => is_program(program) && folder(beside) == folder(target),
                _ => false,
            };
            base_name(source).chars().all(is_atom) || others.any(is_beside)
        }
        _ => false,
    }
}

/// Whether `path` is of a folder for programs.
fn is_program(path: &str) -> bool {
    matches!(path.rsplit('/').nth(1), Some("bin" | "sbin"))
}

/// Where an operand lands: at the target, or inside it where that is a directory.
fn resolve(
    world: &mut dyn World,
    target: &str,
    into: bool,
    copy: Copy,
    name: &str,
    contents_only: bool,
) -> (Place, bool) {
    let place = world.place(target);
    if copy.exact || contents_only {
        return (place, false);
    }
    let inside = into
        || match world.is_directory(&place) {
            Some(known) => known,
            None if target.ends_with('/') => true,
            None if looks_like_file(target) => false,
            None => {
                let Node::Unknown { key, exists } = world.look(&place) else { return (place, false) };
                // An image's own directories exist; its /tmp is empty.
                let likely = exists || (place.store == Store::Container && !place.path.starts_with("/tmp/"));
                world.guess(&format!("directory:{key}"), likely)
            }
        };
    if inside { (place.join(name), true) } else { (place, false) }
}

fn file(world: &mut dyn World, from: &Place, to: &Place, nested: bool, copy: Copy) -> Status {
    let existing = world.look(to);
    if matches!(existing, Node::Directory(_)) {
        return world.fail(Some(to), FailureCause::WrongKind);
    }
    if is_there(&existing) {
        if copy.keep || copy.updates && is_older(world, from) {
            return SUCCESS;
        }
        if copy.makes_links && !copy.unlinks && world.has_links(from) {
            return world.fail(Some(to), FailureCause::Exists);
        }
    }
    if !world.has_parent(to) {
        return world.fail(to.parent().as_ref(), FailureCause::Missing);
    }
    if let (true, Node::File(old)) = (copy.backup, &existing) {
        let beside = Place { store: to.store, path: format!("{}~", to.path) };
        world.put(&beside, Node::File(Rc::clone(old)), ChangeKind::FreshName);
    }
    let manner = if nested { ChangeKind::Nest } else { ChangeKind::Write };
    match world.look(from) {
        // What is moved may be a directory for all we know.
        Node::Unknown { .. } if copy.takes() => world.copy(from, to, manner),
        _ if let Some(why) = (!copy.unlinks).then(|| world.cannot_copy_to(to)).flatten() => {
            return world.fail(Some(to), why);
        }
        _ => {
            let content = world.read(from).unwrap_or_default();
            world.put(to, Node::File(content), manner);
            if copy.unlinks || existing == Node::Absent {
                world.carry_permissions(from, to);
            }
        }
    }
    if copy.takes() {
        world.remove(from);
    }
    SUCCESS
}

/// Whether something is there for sure.
fn is_there(node: &Node) -> bool {
    !matches!(node, Node::Absent | Node::Unknown { exists: false, .. })
}

/// Whether what is at `from` is older than anything that the container has made: it is the image's, or comes of a
/// `ConfigMap` or Secret, and no run has made it.
fn is_older(world: &mut dyn World, from: &Place) -> bool {
    from.store == Store::Container
        && (world.has_links(from)
            || matches!(world.look(from), Node::Unknown { key, .. } if !key.contains(UNKNOWN)))
}

/// The link to what a `ConfigMap` or Secret holds now, beside which the kubelet makes a link for each file
/// (`pkg/volume/util`, `AtomicWriter`).
const KUBELETS_LINK: &str = "..data";

fn tree(world: &mut dyn World, from: &Place, to: &Place, nested: bool, copy: Copy) -> Status {
    let link = to.join(KUBELETS_LINK);
    let makes_links = copy.makes_links && world.has_links(from);
    match world.look(to) {
        Node::Directory(_) if makes_links && !copy.unlinks && matches!(world.look(&link), Node::Link(_)) => {
            return world.fail(Some(&link), FailureCause::Exists);
        }
        Node::File(_) => return world.fail(Some(to), FailureCause::WrongKind),
        Node::Directory(_) if copy.takes() && world.is_empty(to) == Some(false) => {
            return world.fail(Some(to), FailureCause::NotEmpty);
        }
        Node::Absent if !world.has_parent(to) => {
            return world.fail(to.parent().as_ref(), FailureCause::Missing);
        }
        _ => {}
    }
    let manner = if nested { ChangeKind::Nest } else { ChangeKind::Write };
    if let Node::Directory(_) = world.look(from) {
        if copy.keep || copy.updates && is_older(world, from) {
            add(world, from, to, manner);
        } else {
            world.merge(from, to, manner);
        }
    } else {
        let key = format!("tree:{:?}:{}", from.store, from.path);
        if is_kept(world, from, to, &key, copy) {
            return SUCCESS;
        }
        world.fill(to, &key, manner);
    }
    if makes_links {
        world.put(&link, Node::Link(KUBELETS_LINK.into()), manner);
    }
    if copy.takes() {
        world.remove(from);
    }
    SUCCESS
}

/// Copies what isn't there yet.
fn add(world: &mut dyn World, from: &Place, to: &Place, manner: ChangeKind) {
    for (path, node) in world.listing(from) {
        let place = Place { store: to.store, path: format!("{}{path}", to.path) };
        if !is_there(&world.look(&place)) {
            world.put(&place, node, manner);
        }
    }
}

/// Whether all that `key` names was put into the directory at `to` before, and stays as it is there.
fn is_kept(world: &mut dyn World, from: &Place, to: &Place, key: &str, copy: Copy) -> bool {
    (copy.keep || copy.updates && is_older(world, from))
        && matches!(world.look(to), Node::Directory(fill) if fill.contains(key))
}

/// Copies or moves what a pattern matches that nobody can list.
fn unlisted(world: &mut dyn World, source: &str, pattern: &str, target: &str, copy: Copy) -> Status {
    let to = world.place(target);
    let directory = source.rsplit_once('/').map_or(".", |(directory, _)| directory);
    let from = world.place(if directory.is_empty() { "/" } else { directory });
    let key = match world.look(&from) {
        Node::Directory(fill) if !fill.is_empty() => {
            fill.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join("+")
        }
        _ => format!("tree:{:?}:{}", from.store, from.path),
    };
    let moved: Rc<str> = format!("{key}/{pattern}").into();
    if is_kept(world, &from, &to, &moved, copy) {
        return SUCCESS;
    }
    if copy.makes_links
        && !copy.unlinks
        && world.has_links(&from)
        && matches!(world.look(&to), Node::Directory(fill) if fill.contains(&moved))
    {
        return world.fail(Some(&to.join(pattern)), FailureCause::Exists);
    }
    if copy.takes()
        && has_folders(&key)
        && matches!(world.look(&to), Node::Directory(fill) if fill.contains(&moved))
    {
        world.assume();
        return world.fail(Some(&to), FailureCause::NotEmpty);
    }
    match world.look(&to) {
        // Several names need a directory; one would do without, and nobody knows how many there are.
        Node::Absent if world.has_parent(&to) => {
            let content = world.read(&from.join(base_name(source))).unwrap_or_default();
            world.put(&to, Node::File(content), ChangeKind::Write);
        }
        Node::Absent => return world.fail(to.parent().as_ref(), FailureCause::Missing),
        Node::File(_) => {}
        // For one name this is the target itself, for several it has to be a directory.
        Node::Unknown { exists: false, .. } if !target.ends_with('/') => {
            let key = format!("{key}/{pattern}").into();
            world.put(&to, Node::Unknown { key, exists: true }, ChangeKind::Write);
        }
        _ => world.fill(&to, &format!("{key}/{pattern}"), ChangeKind::Write),
    }
    if copy.takes() && pattern == "*" && from.store != Store::Container {
        world.put(&from, Node::Directory(BTreeSet::new()), ChangeKind::Remove);
    }
    SUCCESS
}

/// Whether what `key` tells of likely has folders in it: a repository or an archive. `mv` refuses to put one over another
/// that isn't empty (rename(2)).
fn has_folders(key: &str) -> bool {
    ["clone:", "tar:", "zip:"].iter().any(|source| key.starts_with(source))
}

/// `rsync` puts the same names at the same places each time.
fn rsync(world: &mut dyn World, call: &Call<'_>) -> Status {
    let [sources @ .., target] = call.operands() else { return SUCCESS };
    for source in sources {
        let local = !source.contains(':');
        if local && let Err(status) = world.needs(source) {
            return status;
        }
    }
    if target.contains(':') {
        return world.steady_status(call.words());
    }
    let place = world.place(target);
    let lone_file = matches!(sources, [source] if looks_like_file(source));
    if lone_file && !target.ends_with('/') && world.is_directory(&place) != Some(true) {
        let content = sources.first().and_then(|source| {
            let from = world.place(source);
            world.read(&from)
        });
        return world.write(&place, &content.unwrap_or_default(), ChangeKind::Slow);
    }
    if world.look(&place) == Node::Absent && !world.has_parent(&place) {
        return world.fail(place.parent().as_ref(), FailureCause::Missing);
    }
    world.fill(&place, &format!("rsync:{}", call.words().join(" ")), ChangeKind::Slow);
    world.steady_status(call.words())
}

fn mend_cp(trouble: &Trouble<'_>) -> Option<Remedy> {
    match trouble.what {
        What::Fails(FailureCause::Denied | FailureCause::Busy) => trouble.with_option("-f", ""),
        What::Fails(FailureCause::Exists) if trouble.path.ends_with(KUBELETS_LINK) => {
            trouble.with_option("-f", "")
        }
        // Without `..data` a link leads nowhere.
        What::Fails(FailureCause::Exists) => trouble.replaced("cp ", "cp -L "),
        What::Drifts(ChangeKind::Nest) => copy_contents(trouble).or_else(|| {
            let option = if trouble.call.has("a archive") { "-af" } else { "-rf" };
            Remedy::advice(format!("copy the contents rather than the folder: `cp {option} SOURCE/. TARGET`"))
        }),
        _ => None,
    }
}

/// The line that copies what is in the source into the target, which `cp` makes where there is none. Without `-f` busybox
/// fails over a link that is there.
fn copy_contents(trouble: &Trouble<'_>) -> Option<Remedy> {
    let (source, target) = source_and_target(trouble)?;
    let words = trouble.written()?;
    let (name, options) = words.get(..words.len() - 2)?.split_first()?;
    let is_short = |word: &str| word.starts_with('-') && !word.starts_with("--");
    let is_forced = trouble.call.has("f force");
    let mut head = vec![(*name).to_owned()];
    let short = options.iter().position(|word| is_short(word)).filter(|_| !is_forced);
    for (at, word) in options.iter().enumerate() {
        let force = if short == Some(at) { "f" } else { "" };
        head.push(format!("{word}{force}"));
    }
    if !is_forced && short.is_none() {
        head.insert(1, "-f".to_owned());
    }
    Some(Remedy::line(format!("{} {}/. {target}", head.join(" "), source.trim_end_matches('/'))))
}

/// The one source and the target, as they are written.
fn source_and_target<'t>(trouble: &Trouble<'t>) -> Option<(&'t str, &'t str)> {
    let words = trouble.written()?;
    let ([.., source, target], [_, _]) = (words.as_slice(), trouble.call.operands()) else { return None };
    let are_operands = !source.starts_with('-') && !target.starts_with('-');
    (are_operands && !target.ends_with('/')).then_some((*source, *target))
}

/// `mv -T` would fail on a target that isn't empty, and what is there may be what the app has made since. The source is
/// taken away either way.
fn mend_mv(trouble: &Trouble<'_>) -> Option<Remedy> {
    if trouble.what != What::Drifts(ChangeKind::Nest) {
        return None;
    }
    match source_and_target(trouble) {
        Some((source, target)) => {
            Some(Remedy::line(format!("if [ -e {target} ]; then rm -rf {source}; else {}; fi", trouble.text)))
        }
        None => Remedy::advice(
            "pass over it where the target is there: `if [ -e TARGET ]; then rm -rf SOURCE; else mv SOURCE TARGET; fi`",
        ),
    }
}
