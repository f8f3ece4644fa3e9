//! What a hazard calls commands and what they make, and what mends them by name.

use super::Lifetime;
use super::machine::FailureCause;
use super::messages::KeptIn;
use super::state::places::base_name;
use crate::commands::options::Options;

/// Commands that are named with their subcommand.
const WITH_SUBCOMMAND: [&str; 8] = ["git", "kubectl", "aws", "mc", "helm", "ip", "vault", "gsutil"];
/// Their options that take a value and may stand before the subcommand.
const BEFORE_SUBCOMMAND: &str = "C c n namespace git-dir work-tree context kubeconfig kube-context region profile \
                                 endpoint-url config-dir netns";

/// A command's name as a message says it: `git clone`, `mkdir`.
pub(super) fn name_of(words: &[String]) -> String {
    let name = base_name(words.first().map_or("", String::as_str));
    match subcommand(words) {
        Some(subcommand) if WITH_SUBCOMMAND.contains(&name) => format!("{name} {subcommand}"),
        _ => name.to_owned(),
    }
}

fn subcommand(words: &[String]) -> Option<&str> {
    let at = Options::until_operand(words, BEFORE_SUBCOMMAND).operands_from();
    words.get(at).map(String::as_str)
}

/// Something outside the volumes, by the kind and name that the table of facts gives it.
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
        ("release", _) => format!("the Helm release `{name}`"),
        ("object", _) => format!("what `{name}` describes"),
        ("LDAP entry", _) => format!("what `{name}` adds"),
        // There is one of its kind, named by the kind.
        ("the", _) => format!("the {name}"),
        _ => format!("the {kind} `{name}`"),
    }
}

/// What `path` stands for where it is no path that anybody sees: a repository's remotes, branches and tags.
pub(super) fn inside(path: &str) -> Option<String> {
    let (_, inner) = path.split_once("/.git/")?;
    let (kind, name) = inner.split_once('/')?;
    match kind {
        "remotes" => Some(format!("the remote `{name}`")),
        "heads" => Some(format!("the branch `{name}`")),
        "tags" => Some(format!("the tag `{name}`")),
        "worktrees" => Some(format!("the worktree `{name}`")),
        _ => None,
    }
}

/// Commands whose failure is over something in the file or directory that they are given.
pub(super) fn fails_over_parts(command: &str) -> bool {
    matches!(command, "sqlite3" | "keytool" | "gpg" | "tar" | "bsdtar" | "xbstream")
}

/// The command's line as it should be, where another option or subcommand mends it.
pub(super) fn mended_line(words: &[String], text: &str, why: FailureCause) -> Option<String> {
    let name = base_name(words.first()?);
    let replaced = |old: &str, new: &str| text.contains(old).then(|| text.replacen(old, new, 1));
    match (name, subcommand(words).unwrap_or_default(), why) {
        ("git", "remote", FailureCause::Exists) if !words.iter().any(|word| word.starts_with("-f")) => {
            Some(format!("{text} || {}", replaced(" add ", " set-url ")?))
        }
        ("git", "checkout", FailureCause::Exists) => replaced(" -b ", " -B "),
        ("git", "switch", FailureCause::Exists) => replaced(" -c ", " -C "),
        ("git", "branch", FailureCause::Exists) => replaced(" branch ", " branch -f "),
        ("git", "tag", FailureCause::Exists) => replaced(" tag ", " tag -f "),
        ("mc", "mb", FailureCause::Exists) => replaced(" mb ", " mb --ignore-existing "),
        ("helm", "install", FailureCause::Exists) => replaced(" install ", " upgrade --install "),
        ("ip", "a" | "addr" | "address" | "r" | "route", FailureCause::Exists) => {
            replaced(" add ", " replace ")
        }
        ("kafka-topics" | "kafka-topics.sh", _, FailureCause::Exists) => {
            replaced("--create", "--create --if-not-exists")
        }
        ("kubectl" | "oc", "create", FailureCause::Exists) if words.iter().any(|word| word == "-f") => {
            replaced(" create ", " apply ")
        }
        // A redirection would take what the pipe is to carry.
        ("kubectl" | "oc", "create", FailureCause::Exists) if text.contains('>') => None,
        ("kubectl" | "oc", "create", FailureCause::Exists) => {
            Some(format!("{text} --dry-run=client -o yaml | {name} apply -f -"))
        }
        _ => None,
    }
}

/// What passes over what `command` has made already, where more is known than to test for it.
pub(super) fn advice(command: &str, kind: &str, thing: &str, why: FailureCause) -> Option<String> {
    let known = match (command, kind) {
        ("git commit", _) if why == FailureCause::NothingToDo => {
            "commit only what there is: `git diff --cached --quiet || git commit …`"
        }
        ("git worktree", _) if thing.starts_with("the worktree") => "write `git worktree add -f`",
        ("sqlite3", _) => "write `CREATE … IF NOT EXISTS`",
        ("tar", _) if why == FailureCause::Exists => "write `--skip-old-files` for `-k`",
        ("keytool", _) => "test for the alias first: `keytool -list -alias … || keytool …`",
        (_, "table" | "index" | "schema" | "sequence" | "extension" | "keyspace") => {
            return Some(format!("write `CREATE {} IF NOT EXISTS`", kind.to_ascii_uppercase()));
        }
        (_, "view" | "function" | "trigger") => {
            return Some(format!("write `CREATE OR REPLACE {}`", kind.to_ascii_uppercase()));
        }
        (_, "column") => "write `ADD COLUMN IF NOT EXISTS`",
        (_, "rows") => {
            "say what to do about rows that are there: `ON CONFLICT DO NOTHING`, or `WHERE NOT EXISTS (…)`"
        }
        (_, "net" | "node") if command.starts_with("ip6tables") => {
            "test first: `ip6tables -C … || ip6tables …`"
        }
        (_, "net" | "node") if why == FailureCause::Exists && command.starts_with("iptables") => {
            "make it only where there is none: `iptables -nL CHAIN || iptables -N CHAIN`"
        }
        (_, "net" | "node") if command.starts_with("iptables") => {
            "test for the rule first: `iptables -C … || iptables …`"
        }
        ("aws s3" | "aws s3api", "bucket") => "test first: `aws s3api head-bucket --bucket … || …`",
        ("rabbitmqctl", "user") => "write `rabbitmqctl add_user … || rabbitmqctl change_password …`",
        ("vault secrets", _) => "test first: `vault secrets list | grep …`",
        ("vault auth", _) => "test first: `vault auth list | grep …`",
        ("vault operator", _) => "test first: `vault operator init -status`",
        ("kcadm.sh" | "kcadm", _) => return Some(format!("ask for {thing} first: `{command} get …`")),
        _ => return None,
    };
    Some(known.to_owned())
}

/// Commands that make anew what they made before.
const RENEWING: [&str; 8] = ["git clone", "ln", "cp", "mkfifo", "mknod", "tar", "unzip", "mkdir"];

/// The command that removes what is at `path`, for `command` to make it anew; a mount point can only be emptied. What
/// outlives the Pod may be what the Pod is there for: nobody is told to remove that.
pub(super) fn clearing(command: &str, path: &str, is_mount: bool, kept_in: KeptIn) -> Option<String> {
    let is_passing = matches!(kept_in, KeptIn::Volume { life: Lifetime::Run | Lifetime::Pod, .. });
    let clearing =
        if is_mount { format!("find {path} -mindepth 1 -delete") } else { format!("rm -rf {path}") };
    (is_passing && RENEWING.contains(&command)).then_some(clearing)
}

/// The option that mends a command which fails for `why`, and the option that it replaces.
pub(super) fn mending_option(words: &[String], why: FailureCause) -> Option<(&'static str, &'static str)> {
    let name = base_name(words.first()?);
    match (name, why) {
        ("mkdir", FailureCause::Exists) => Some(("-p", "")),
        ("ln", FailureCause::Exists) if words.iter().any(|word| word == "-s") => Some(("-sfn", "-s ")),
        ("rm", FailureCause::Missing)
        | ("cp", FailureCause::Denied)
        | ("gunzip" | "gzip", FailureCause::Asks) => Some(("-f", "")),
        ("unzip", FailureCause::Asks) => Some(("-o", "")),
        _ => None,
    }
}
