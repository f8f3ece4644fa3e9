//! git.

use super::files::{is_scratch, make_directories};
use super::world::Node;
use super::world::place::{Place, Store, base_name};
use super::world::{ChangeKind, FailureCause, SUCCESS, Status, World};
use super::{Call, Record, Remedy, Touching, Trait, Trouble, record};

pub(super) const RECORDS: &[Record] = &[record(&["git"])
    .taking_first("C c git-dir work-tree namespace")
    .does(git)
    .at(git_paths)
    .mended(mend)
    .is(&[Trait::HasSubcommands])
    .when(traits)];

/// git's exit status where it dies.
const FATAL: Status = 128;

fn git(world: &mut dyn World, call: &Call<'_>) -> Status {
    let Some(&command) = call.operands().first() else { return SUCCESS };
    let directory = call.value("C").unwrap_or(".");
    let sub = |valued| call.sub(call.operands_from(), valued);
    match command {
        "clone" => clone(world, &sub(CLONE), directory),
        "init" => init(world, &sub("b initial-branch template separate-git-dir"), directory),
        "config" => config(world, &sub("f file type"), directory),
        "version" | "help" | "ls-remote" | "credential" | "lfs" | "credential-store" => {
            world.emit_unknown(call.words(), false);
            world.steady_status(call.words())
        }
        _ => in_repository(world, call, &sub("b B m orphan c C")),
    }
}

const CLONE: &str = "b o j u c branch origin jobs filter reference reference-if-able config depth upload-pack template \
                     shallow-since shallow-exclude separate-git-dir server-option bundle-uri";

/// A clone's directory; what other subcommands do lies in the repository, which `-C` names.
fn git_paths(call: &Call<'_>) -> Vec<(Touching, String)> {
    let directory = call.value("C").unwrap_or(".");
    if call.operands().first() != Some(&"clone") {
        return call.value("C").map(|path| (Touching::Reads, path.to_owned())).into_iter().collect();
    }
    let clone = call.sub(call.operands_from(), CLONE);
    let Some(&url) = clone.operands().first() else { return Vec::new() };
    let named = clone.operands().get(1).map(|path| (*path).to_owned());
    let target = named.unwrap_or_else(|| name_of(url, clone.has("bare mirror")));
    vec![(Touching::Reads, url.to_owned()), (Touching::Writes, joined(directory, &target))]
}

fn joined(directory: &str, path: &str) -> String {
    if directory == "." || path.starts_with('/') { path.to_owned() } else { format!("{directory}/{path}") }
}

/// `git clone` refuses a directory that exists and isn't empty.
fn clone(world: &mut dyn World, call: &Call<'_>, directory: &str) -> Status {
    let Some(&url) = call.operands().first() else { return FATAL };
    let bare = call.has("bare mirror");
    let target = call.operands().get(1).map_or_else(|| name_of(url, bare), |path| (*path).to_owned());
    let target = joined(directory, &target);
    let place = world.place(&target);
    match world.look(&place) {
        Node::Absent | Node::Unknown { exists: false, .. } => {}
        Node::Directory(_) if world.is_empty(&place) != Some(false) => {}
        Node::Unknown { .. } if world.is_mount_point(&place) => {}
        _ => {
            world.fail(Some(&place), FailureCause::NotEmpty);
            return FATAL;
        }
    }
    make_directories(world, &target);
    let place = world.place(&target);
    let branch = call.value("b branch").unwrap_or_default();
    if !bare {
        world.put(&place.join(".git"), Node::directory(), ChangeKind::Slow);
    }
    world.fill(&place, &format!("clone:{url}:{branch}"), ChangeKind::Slow);
    world.steady_status(call.words())
}

/// The name that a URL gives a clone.
fn name_of(url: &str, bare: bool) -> String {
    let name = base_name(url);
    let name = name.rsplit_once(':').map_or(name, |(_, name)| name);
    let name = name.strip_suffix(".git").unwrap_or(name);
    if bare { format!("{name}.git") } else { name.to_owned() }
}

fn init(world: &mut dyn World, call: &Call<'_>, directory: &str) -> Status {
    let target = joined(directory, call.operands().first().copied().unwrap_or("."));
    let inner = if call.has("bare") { target } else { format!("{target}/.git") };
    let place = world.place(&inner);
    let new = world.look(&place) == Node::Absent;
    let status = make_directories(world, &inner);
    if new && status == SUCCESS {
        world.put(&place.join(LAST_COMMIT), Node::File("".into()), ChangeKind::Write);
    }
    status
}

/// Where a repository that this script made keeps what its last commit held.
const LAST_COMMIT: &str = "last-commit";

/// `git config` sets a key, the same each time; `--add` adds another value.
fn config(world: &mut dyn World, call: &Call<'_>, directory: &str) -> Status {
    let file = match (call.value("f file"), call.has("global"), call.has("system")) {
        (Some(file), ..) => file.to_owned(),
        (None, true, _) => format!("{}/.gitconfig", world.variable("HOME")),
        (None, _, true) => "/etc/gitconfig".to_owned(),
        _ => joined(directory, ".git/config"),
    };
    let place = world.place(&file);
    let sets = call.operands().len() > 1;
    if sets && call.has("add") {
        let line = call.operands().join(" = ");
        return world.append(&place, &format!("{line}\n"));
    }
    if sets && world.look(&place) != Node::Absent {
        return world.edit_once(&place, &call.words().join(" "));
    }
    if sets {
        world.write(&place, "", ChangeKind::Write);
        return world.edit_once(&place, &call.words().join(" "));
    }
    world.emit_unknown(call.words(), true);
    world.unknown_status(&call.words().join(" "))
}

/// Options by which `git branch` makes no new branch, or makes it whatever is there.
const OTHER_WORK_OF_BRANCH: &str = "D d delete f force M m move a all r remotes u set-upstream-to unset-upstream edit-description \
                                    l list v contains no-contains merged no-merged show-current";

/// The subcommands that need a repository to be there.
fn in_repository(world: &mut dyn World, call: &Call<'_>, rest: &Call<'_>) -> Status {
    let directory = call.value("C").unwrap_or(".");
    let place = world.place(directory);
    if call.value("git-dir work-tree").is_none() && !is_repository(world, &place) {
        world.fail(Some(&place.join(".git")), FailureCause::Missing);
        return FATAL;
    }
    let git = place.join(".git");
    let words = rest.words();
    let operands: Vec<&str> =
        words.iter().skip(1).map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    let makes = |kind: &str, name: &str| git.join(&format!("{kind}/{name}"));
    let made: Option<Place> = match (words.first().map(String::as_str), operands.as_slice()) {
        (Some("remote"), ["add", name, ..]) => Some(makes("remotes", name)),
        (Some("checkout"), _) => rest.value("b orphan").map(|name| makes("refs/heads", name)),
        (Some("switch"), _) => rest.value("c orphan").map(|name| makes("refs/heads", name)),
        (Some("branch"), [name, ..]) if !rest.has(OTHER_WORK_OF_BRANCH) => Some(makes("refs/heads", name)),
        (Some("tag"), [name, ..]) if !rest.has("d f l") => Some(makes("refs/tags", name)),
        (Some("worktree"), ["add", path, ..]) => {
            let forced = rest.has("f force");
            return add_worktree(world, &joined(directory, path), &git.join("worktrees"), forced);
        }
        _ => None,
    };
    if let Some(made) = made {
        if !matches!(world.look(&made), Node::Absent | Node::Unknown { exists: false, .. }) {
            world.fail(Some(&made), FailureCause::Exists);
            return FATAL;
        }
        world.put(&made, Node::directory(), ChangeKind::Write);
        return SUCCESS;
    }
    if words.first().is_some_and(|command| command == "commit") && !rest.has("allow-empty amend") {
        return commit(world, &place, &git);
    }
    world.emit_unknown(call.words(), true);
    world.unknown_status(&call.words().join(" "))
}

/// `git worktree add` refuses a directory that isn't empty. It refuses one that is gone too, as it is still registered,
/// unless it is forced.
fn add_worktree(world: &mut dyn World, path: &str, registered: &Place, forced: bool) -> Status {
    let place = world.place(path);
    if world.is_empty(&place) == Some(false) {
        world.fail(Some(&place), FailureCause::NotEmpty);
        return FATAL;
    }
    let known = registered.join(place.name());
    if !forced && matches!(world.look(&known), Node::Directory(_)) {
        world.fail(Some(&known), FailureCause::Exists);
        return FATAL;
    }
    let status = make_directories(world, path);
    world.fill(&place, &format!("worktree:{}", place.path), ChangeKind::Slow);
    world.put(&known, Node::directory(), ChangeKind::Write);
    status
}

/// `git commit` fails where nothing has changed since the last one. Only a repository that this
/// script itself made is judged: to others changes may come from anywhere.
fn commit(world: &mut dyn World, place: &Place, git: &Place) -> Status {
    let last = git.join(LAST_COMMIT);
    let Node::File(before) = world.look(&last) else { return SUCCESS };
    let Some(listing) = world.all_below(place) else { return SUCCESS };
    let mut now = String::from("commit:");
    for (path, node) in listing.iter().filter(|(path, _)| !path.starts_with("/.git")) {
        now.extend([path.as_str(), "=", &format!("{node:?}"), ";"]);
    }
    if now == *before {
        return world.fail(Some(&last), FailureCause::NothingToDo);
    }
    world.put(&last, Node::File(now.into()), ChangeKind::Write);
    SUCCESS
}

fn is_repository(world: &mut dyn World, place: &Place) -> bool {
    let mut next = Some(place.clone());
    while let Some(directory) = next {
        // No image is a repository from its root on, or brings one in `/tmp`.
        let bare = directory.store == Store::Container
            && (matches!(directory.path.as_str(), "" | "/tmp") || is_scratch(&directory));
        let found = |node: Node| match node {
            Node::Absent => false,
            Node::Unknown { exists, .. } => exists || !bare,
            _ => true,
        };
        if found(world.look(&directory.join(".git"))) || found(world.look(&directory.join("HEAD"))) {
            return true;
        }
        next = directory.parent();
    }
    false
}

fn traits(call: &Call<'_>) -> &'static [Trait] {
    match call.operands().first() {
        Some(&"clone") => &[Trait::MakesAnew, Trait::Weighty, Trait::NeedsNetwork],
        Some(&("fetch" | "pull")) => &[Trait::Weighty, Trait::NeedsNetwork],
        Some(&("ls-remote" | "push")) => &[Trait::NeedsNetwork],
        // git-config(1), FILES; with a name alone it reads.
        Some(&"config") if is_global(call) => &[Trait::WritesHome],
        _ => &[],
    }
}

/// `git config --global NAME VALUE`.
fn is_global(call: &Call<'_>) -> bool {
    let words = call.words();
    let reads = |word: &String| word.starts_with("--get") || word == "--list" || word == "-l";
    words.iter().any(|word| word == "--global")
        && !words.iter().any(reads)
        && words.iter().skip(1).filter(|word| !word.starts_with('-')).count() > 2
}

fn mend(trouble: &Trouble<'_>) -> Option<Remedy> {
    let is_forced = || trouble.call.words().iter().any(|word| word.starts_with("-f"));
    let exists = trouble.fails(FailureCause::Exists);
    match *trouble.call.operands().first()? {
        "commit" if trouble.fails(FailureCause::NothingToDo) => {
            Remedy::advice("commit only what there is: `git diff --cached --quiet || git commit …`")
        }
        "remote" if exists && !is_forced() => match trouble.replaced(" add ", " set-url ")? {
            Remedy::Line(line) => Some(Remedy::line(format!("{} || {}", trouble.text, line.text))),
            advice @ Remedy::Advice(_) => Some(advice),
        },
        "checkout" if exists => trouble.replaced(" -b ", " -B "),
        "switch" if exists => trouble.replaced(" -c ", " -C "),
        "branch" if exists => trouble.replaced(" branch ", " branch -f "),
        "tag" if exists => trouble.replaced(" tag ", " tag -f "),
        "worktree" if trouble.thing.starts_with("the worktree") => {
            Remedy::advice("write `git worktree add -f`")
        }
        _ => None,
    }
}
