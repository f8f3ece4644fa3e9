//! What a hazard calls the things that commands make.

use super::Lifetime;
use super::messages::KeptIn;
use crate::commands::{Call, OBJECTS, Trait};

/// Something outside the volumes, by the kind and name that the commands give it.
pub(super) fn outside(kind: &str, name: &str) -> String {
    match (kind, name.split_once(' ')) {
        ("net" | "node", Some(("rules" | "chain", table_and_chain))) => {
            let (table, chain) = table_and_chain.split_once(' ').unwrap_or(("filter", table_and_chain));
            format!("the chain `{chain}` of the table `{table}`")
        }
        ("net" | "node", Some((kind, object))) => format!("the {kind} `{object}`"),
        ("rows", _) => format!("the table `{name}`"),
        ("vault secrets", _) => format!("the secrets engine at `{name}`"),
        ("vault auth", _) => format!("the auth method at `{name}`"),
        ("vault audit", _) => format!("the audit device at `{name}`"),
        ("request", _) => format!("what a `POST` to `{name}` makes"),
        ("release", _) => format!("the Helm release `{name}`"),
        ("object", _) if name == "-" => "the object in its input".to_owned(),
        ("object", _) => format!("what `{name}` describes"),
        ("LDAP entry", _) => format!("what `{name}` adds"),
        // There is one of its kind, named by the kind.
        ("the", _) => format!("the {name}"),
        _ => format!("the {kind} `{name}`"),
    }
}

/// The kind and name of what `path` stands for in the data of a server that a script starts itself.
pub(super) fn on_server(path: &str) -> Option<(&str, &str)> {
    let (_, inner) = path.split_once(&format!("/{OBJECTS}/"))?;
    inner.split_once('/')
}

/// What `path` stands for where it is no path that anybody sees: a repository's remotes, branches and tags, a server's
/// databases and tables.
pub(super) fn inside(path: &str) -> Option<String> {
    if let Some((kind, name)) = on_server(path) {
        return Some(outside(kind, &name.replace('\u{2215}', "/")));
    }
    let (_, inner) = path.split_once("/.git/")?;
    let (kind, name) = inner.strip_prefix("refs/").unwrap_or(inner).split_once('/')?;
    match kind {
        "remotes" => Some(format!("the remote `{name}`")),
        "heads" => Some(format!("the branch `{name}`")),
        "tags" => Some(format!("the tag `{name}`")),
        "worktrees" => Some(format!("the worktree `{name}`")),
        _ => None,
    }
}

/// The command that removes what is at `path`, for the command to make it anew; a mount point can only be emptied. What
/// outlives the Pod may be what the Pod is there for: nobody is told to remove that.
pub(super) fn clearing(call: &Call<'_>, path: &str, is_mount: bool, kept_in: KeptIn) -> Option<String> {
    let is_passing = matches!(kept_in, KeptIn::Volume { life: Lifetime::Run | Lifetime::Pod, .. });
    let clearing =
        if is_mount { format!("find {path} -mindepth 1 -delete") } else { format!("rm -rf {path}") };
    // What is shown of a long substitution isn't all of it.
    (is_passing && call.is(Trait::MakesAnew) && !path.contains('…')).then_some(clearing)
}
