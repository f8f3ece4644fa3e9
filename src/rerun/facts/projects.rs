//! Commands that set up a project or a site once, and refuse to do so again.

use super::options::Options;
use super::{Fact, fact};
use crate::rerun::machine::{ChangeKind, FailureCause, Machine, SUCCESS, Status};
use crate::rerun::state::tree::Node;

pub(super) const FACTS: &[Fact] = &[
    fact(&["wp"], wp),
    fact(&["composer"], composer),
    fact(&["hugo"], hugo),
    fact(&["go"], go),
    fact(&["restic"], restic),
];

/// Makes a file or directory that must not be there yet.
fn make(machine: &mut Machine<'_, '_>, path: &str, file: bool) -> Status {
    let place = machine.place(path);
    if !matches!(machine.look(&place), Node::Absent | Node::Unknown { exists: false, .. }) {
        return machine.refuse(Some(&place), FailureCause::Exists);
    }
    if file {
        return machine.write(&place, "", ChangeKind::Slow);
    }
    machine.put(&place, Node::directory(), ChangeKind::Slow);
    machine.fill(&place, "project", ChangeKind::Slow);
    SUCCESS
}

/// Django's `startproject` and `startapp` refuse a folder that exists, or one that has a `manage.py`.
pub(super) fn django(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let verb = words.iter().position(|word| matches!(word.as_str(), "startproject" | "startapp"));
    let Some(verb) =
        verb.filter(|_| words.iter().any(|word| word.contains("django") || word.ends_with("manage.py")))
    else {
        return machine.unknown_command(words);
    };
    let operands =
        Options::read(words.get(verb..).unwrap_or_default(), "template e extension n name x exclude");
    match operands.operands() {
        [_, directory, ..] => make(machine, &format!("{directory}/manage.py"), true),
        [name] => make(machine, name, false),
        [] => machine.unknown_command(words),
    }
}

/// WP-CLI refuses to download over `WordPress`, or to write another `wp-config.php`.
fn wp(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "path");
    let directory = options.value("path").unwrap_or(".").to_owned();
    match options.operands() {
        ["core", "download", ..] if !options.has("force skip-content") => {
            make(machine, &format!("{directory}/wp-load.php"), true)
        }
        ["config" | "core", "create" | "config", ..] if !options.has("force") => {
            make(machine, &format!("{directory}/wp-config.php"), true)
        }
        _ => machine.unknown_command(words),
    }
}

/// `composer create-project` refuses a directory that isn't empty.
fn composer(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "d working-dir s stability repository");
    let ["create-project", _, directory, ..] = options.operands() else {
        return machine.unknown_command(words);
    };
    let place = machine.place(directory);
    if machine.is_empty(&place) == Some(false) {
        return machine.refuse(Some(&place), FailureCause::NotEmpty);
    }
    super::files::make_directories(machine, directory);
    machine.fill(&place, &words.join(" "), ChangeKind::Slow);
    SUCCESS
}

fn hugo(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "s source d destination f format");
    match options.operands() {
        ["new", "site", path, ..] if !options.has("force") => make(machine, path, false),
        _ => machine.unknown_command(words),
    }
}

/// `go mod init` refuses a module that has a `go.mod`.
fn go(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    match Options::read(words, "C").operands() {
        ["mod", "init", ..] => make(machine, "go.mod", true),
        _ => machine.unknown_command(words),
    }
}

/// `restic init` refuses a repository that exists; one on a volume is known by its `config`.
fn restic(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "r repo p password-file");
    match (options.operands().first(), options.value("r repo")) {
        (Some(&"init"), Some(path)) if path.starts_with('/') => {
            super::files::make_directories(machine, path);
            make(machine, &format!("{path}/config"), true)
        }
        _ => machine.unknown_command(words),
    }
}
