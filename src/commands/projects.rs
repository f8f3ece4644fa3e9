//! Commands that set up a project or a site once, and refuse to do so again.

use super::world::Node;
use super::world::{ChangeKind, FailureCause, SUCCESS, Status, World};
use super::{Call, Record, record};

pub(super) const RECORDS: &[Record] = &[
    record(&["wp"]).taking("path").does(wp),
    record(&["composer"]).taking("d working-dir s stability repository").does(composer),
    record(&["hugo"]).taking("s source d destination f format").does(hugo),
    record(&["go"]).taking("C").does(go),
    record(&["restic"]).taking("r repo p password-file").does(restic),
];

/// Makes a file or directory that must not be there yet.
fn make(world: &mut dyn World, path: &str, file: bool) -> Status {
    let place = world.place(path);
    if !matches!(world.look(&place), Node::Absent | Node::Unknown { exists: false, .. }) {
        return world.fail(Some(&place), FailureCause::Exists);
    }
    if file {
        return world.write(&place, "", ChangeKind::Slow);
    }
    world.put(&place, Node::directory(), ChangeKind::Slow);
    world.fill(&place, "project", ChangeKind::Slow);
    SUCCESS
}

/// Django's `startproject` and `startapp` refuse a folder that exists, or one that has a `manage.py`.
pub(super) fn django(world: &mut dyn World, call: &Call<'_>) -> Status {
    let verb = call.words().iter().position(|word| matches!(word.as_str(), "startproject" | "startapp"));
    let Some(verb) = verb
        .filter(|_| call.words().iter().any(|word| word.contains("django") || word.ends_with("manage.py")))
    else {
        return world.unknown_command(call.words());
    };
    match call.sub(verb, "template e extension n name x exclude").operands() {
        [_, directory, ..] => make(world, &format!("{directory}/manage.py"), true),
        [name] => make(world, name, false),
        [] => world.unknown_command(call.words()),
    }
}

/// WP-CLI refuses to download over `WordPress`, or to write another `wp-config.php`.
fn wp(world: &mut dyn World, call: &Call<'_>) -> Status {
    let directory = call.value("path").unwrap_or(".").to_owned();
    match call.operands() {
        ["core", "download", ..] if !call.has("force skip-content") => {
            make(world, &format!("{directory}/wp-load.php"), true)
        }
        ["config" | "core", "create" | "config", ..] if !call.has("force") => {
            make(world, &format!("{directory}/wp-config.php"), true)
        }
        _ => world.unknown_command(call.words()),
    }
}

/// `composer create-project` refuses a directory that isn't empty.
fn composer(world: &mut dyn World, call: &Call<'_>) -> Status {
    let ["create-project", _, directory, ..] = call.operands() else {
        return world.unknown_command(call.words());
    };
    let place = world.place(directory);
    if world.is_empty(&place) == Some(false) {
        return world.fail(Some(&place), FailureCause::NotEmpty);
    }
    super::files::make_directories(world, directory);
    world.fill(&place, &call.words().join(" "), ChangeKind::Slow);
    SUCCESS
}

fn hugo(world: &mut dyn World, call: &Call<'_>) -> Status {
    match call.operands() {
        ["new", "site", path, ..] if !call.has("force") => make(world, path, false),
        _ => world.unknown_command(call.words()),
    }
}

/// `go mod init` refuses a module that has a `go.mod`.
fn go(world: &mut dyn World, call: &Call<'_>) -> Status {
    match call.operands() {
        ["mod", "init", ..] => make(world, "go.mod", true),
        _ => world.unknown_command(call.words()),
    }
}

/// `restic init` refuses a repository that exists; one on a volume is known by its `config`.
fn restic(world: &mut dyn World, call: &Call<'_>) -> Status {
    match (call.operands().first(), call.value("r repo")) {
        (Some(&"init"), Some(path)) if path.starts_with('/') => {
            super::files::make_directories(world, path);
            make(world, &format!("{path}/config"), true)
        }
        _ => world.unknown_command(call.words()),
    }
}
