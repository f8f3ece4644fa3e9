//! What a hazard says: what goes wrong with the real names, and what to do.

use super::machine::{ChangeKind, FailureCause};
use super::{Bound, Lifetime};

/// Why something is a hazard, and what mends it: sentences without a full stop.
pub(super) struct Words {
    pub(super) why: String,
    pub(super) help: String,
}

/// Where something is kept, which says how long a failure over it lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeptIn {
    /// A volume that lasts for `life`, met by a run that comes when the first has lasted for `met`. An earlier init
    /// container may have `reset` it, where that runs again too.
    Volume { life: Lifetime, met: Lifetime, reset: bool },
    /// The Pod's network namespace, which a new sandbox has anew.
    PodNetwork,
    /// The node: its network, where the Pod has that.
    Node,
    /// A server, a cluster, a cloud.
    Outside,
}

/// What a command fails on, and what would help.
pub(super) struct Obstacle<'a> {
    /// Whether it hangs on what nobody can know that the command fails.
    pub(super) doubtful: bool,
    /// In words.
    pub(super) thing: &'a str,
    /// Its name alone.
    pub(super) path: &'a str,
    /// Whether that is a path that people see.
    pub(super) is_visible: bool,
    pub(super) why: FailureCause,
    /// Whether a run that ends takes it away again.
    pub(super) is_leftover: bool,
    pub(super) kept_in: KeptIn,
    /// The command as it should be, where an option mends it.
    pub(super) mended: Option<&'a str>,
    /// What passes over it, where that is known.
    pub(super) advice: Option<String>,
    /// A command that takes it out of the way, where nothing of worth is lost by that.
    pub(super) clearing: Option<String>,
    /// Whether the command runs in a script, where another can go before it.
    pub(super) in_script: bool,
}

/// A command that fails on what it finds.
pub(super) fn stuck(command: &str, obstacle: &Obstacle<'_>) -> Words {
    let Obstacle { doubtful, thing, why, is_leftover, kept_in, mended, ref advice, .. } = *obstacle;
    let met = match why {
        FailureCause::Exists if is_leftover => format!("a killed run leaves {thing}, so `{command}` fails"),
        FailureCause::Exists if doubtful => {
            format!("{thing} already exists, so `{command}` fails or makes its link inside it")
        }
        FailureCause::Exists => format!("{thing} already exists, so `{command}` fails"),
        FailureCause::NotEmpty if is_leftover => {
            format!("a killed run leaves files in {thing}, so `{command}` fails")
        }
        FailureCause::NotEmpty => format!("{thing} already exists and isn't empty, so `{command}` fails"),
        FailureCause::Missing => format!("{thing} is gone, so `{command}` fails"),
        FailureCause::WrongKind => format!("{thing} is something else, so `{command}` fails"),
        FailureCause::Asks => {
            format!("files are already at {thing}, so `{command}` asks about them and gets no answer")
        }
        FailureCause::Denied => format!("this user can't overwrite {thing}, so `{command}` fails"),
        // Another Pod's, or this one's app where the kubelet lost sight of the init container's end (kubernetes#96572).
        FailureCause::Busy if is_shared_by_pods(kept_in) => {
            format!("another container still runs {thing}, so `{command}` fails")
        }
        FailureCause::Busy => {
            format!("before Kubernetes 1.20 {thing} may still run, so `{command}` fails")
        }
        FailureCause::NothingToDo => format!("nothing is left to do, so `{command}` fails"),
    };
    let lasts = lasting(kept_in);
    let help = match (mended, first(obstacle)) {
        (Some(line), _) => format!("write `{line}`"),
        (None, Some(first)) => format!("put `{first}` before it"),
        (None, None) => advice.clone().unwrap_or_else(|| without_line(command, obstacle)),
    };
    Words { why: format!("{met}{lasts}"), help }
}

/// The command that goes before one that fails, for it to pass.
pub(super) fn first(obstacle: &Obstacle<'_>) -> Option<String> {
    let Obstacle { path, is_visible, why, kept_in, mended, ref advice, ref clearing, in_script, .. } =
        *obstacle;
    if mended.is_some() || advice.is_some() || !in_script {
        return None;
    }
    match why {
        FailureCause::NotEmpty | FailureCause::Exists | FailureCause::Asks
            if is_visible && matches!(kept_in, KeptIn::Volume { .. }) =>
        {
            clearing.clone()
        }
        FailureCause::Denied | FailureCause::Busy => Some(format!("rm -f {path}")),
        _ => None,
    }
}

/// What helps where no line can be given.
fn without_line(command: &str, obstacle: &Obstacle<'_>) -> String {
    let Obstacle { thing, path, is_visible, why, kept_in, ref clearing, .. } = *obstacle;
    let is_path = is_visible && matches!(kept_in, KeptIn::Volume { .. });
    match (why, clearing) {
        (FailureCause::NotEmpty | FailureCause::Exists | FailureCause::Asks, Some(clearing)) if is_path => {
            format!("run it in a script, after `{clearing}`")
        }
        (FailureCause::NotEmpty | FailureCause::Exists | FailureCause::Asks, None) if is_path => {
            format!("test first whether `{path}` holds its work already, and then pass over it")
        }
        (FailureCause::NotEmpty | FailureCause::Exists | FailureCause::Asks, _) => {
            format!("test whether {thing} exists first, or use a form that passes over what exists")
        }
        (FailureCause::Missing, _) => {
            format!("test for `{path}` first, and pass over `{command}` where it is gone")
        }
        (FailureCause::Denied | FailureCause::Busy, _) => format!("run it in a script, after `rm -f {path}`"),
        (FailureCause::WrongKind | FailureCause::NothingToDo, _) => {
            format!("make `{command}` pass when its work is done already")
        }
    }
}

/// What isn't told, where a script isn't followed to its end although something was found in it.
pub(super) fn unfollowed(bound: Bound) -> String {
    format!("; more may come to light then: {bound}")
}

/// What isn't told, where a test ends the second run.
const NOT_FOLLOWED: &str = "; what comes after it isn't followed before that";

/// Whether other Pods may have it at the same time.
fn is_shared_by_pods(kept_in: KeptIn) -> bool {
    match kept_in {
        KeptIn::Volume { life, .. } => life == Lifetime::Persistent,
        KeptIn::Outside | KeptIn::Node => true,
        KeptIn::PodNetwork => false,
    }
}

/// Who else ends at the same failure.
fn lasting(kept_in: KeptIn) -> &'static str {
    match kept_in {
        KeptIn::Volume { reset: true, .. } => " when it is killed and runs again alone",
        KeptIn::Volume { met: Lifetime::Persistent, .. } | KeptIn::Outside => " in every later Pod",
        KeptIn::Volume { .. } => ", and the Pod stays in `CrashLoopBackOff`",
        KeptIn::PodNetwork => " at every restart",
        KeptIn::Node => " in every later Pod on the node",
    }
}

/// A test whose outcome is the exit status, and which goes the other way the second time. After one that `is_last` nothing is
/// left to do.
pub(super) fn turned(test: &str, held: bool, kept_in: KeptIn, is_last: bool) -> Words {
    let rest = if is_last { "" } else { NOT_FOLLOWED };
    let holds = if held { "fails" } else { "succeeds" };
    Words {
        why: format!("`{test}` {holds} once the work is done, so the script fails{}", lasting(kept_in)),
        help: format!(
            "end with success where the work is done already: `if …; then …; fi`, `… || true`, or `exit 0`{rest}"
        ),
    }
}

/// What keeps a lock from outliving its holder.
const UNLOCKING: &str = "hold the lock with `flock`, which the kernel lets go when its process ends; or take away at the \
                         start what a killed run left: init containers of one Pod never run side by side";

/// A test that fails on a lock which a killed run has left.
pub(super) fn locked(test: &str, held: bool, lock: &str, kept_in: KeptIn) -> Words {
    let holds = if held { "fails" } else { "succeeds" };
    Words {
        why: format!(
            "a killed run leaves `{lock}`, so `{test}` {holds} and the script fails{}",
            lasting(kept_in)
        ),
        help: UNLOCKING.to_owned(),
    }
}

/// A loop that waits for ever: for a lock which a killed run has left, or over what a finished one did at `path`.
pub(super) fn waiting(path: &str, is_lock: bool, kept_in: KeptIn) -> Words {
    let who = match kept_in {
        KeptIn::Volume { met: Lifetime::Persistent, .. } => "every later Pod",
        _ => "every later run",
    };
    if is_lock {
        Words {
            why: format!("a killed run leaves `{path}`, so {who} waits here for ever"),
            help: UNLOCKING.to_owned(),
        }
    } else {
        Words {
            why: format!("once the work at `{path}` is done, {who} waits here for ever"),
            help: "end with success where the work is done already".to_owned(),
        }
    }
}

/// What a command leaves otherwise than the first run did.
pub(super) struct Drift<'a> {
    /// In words.
    pub(super) thing: &'a str,
    /// Its name alone.
    pub(super) path: &'a str,
    pub(super) manner: ChangeKind,
    pub(super) kept_in: KeptIn,
    /// What passes over what is there, where that is known.
    pub(super) advice: Option<String>,
    /// Whether the command makes another thing in every run on purpose.
    pub(super) varies: bool,
}

/// A command after which a second run leaves something else.
pub(super) fn drifting(command: &str, change: &Drift<'_>) -> Words {
    let Drift { thing, path, manner, ref advice, varies, .. } = *change;
    let (why, help) = match manner {
        ChangeKind::Append => return appending(change),
        ChangeKind::Nest => (
            format!("the target already exists, so `{command}` makes {thing} inside it"),
            advice.clone().unwrap_or_else(|| {
                "make the target first, and put the contents into it rather than the folder".to_owned()
            }),
        ),
        ChangeKind::Edit => (
            format!("every run edits {thing} again and changes it"),
            "make the edit one that changes nothing when it is done already, or edit a fresh copy".to_owned(),
        ),
        ChangeKind::Renew => (
            format!("every run replaces the key at {thing}, and what relies on the last one fails"),
            advice
                .clone()
                .unwrap_or_else(|| format!("make it only where `[ -s {path} ]` says that there is none")),
        ),
        ChangeKind::FreshName if varies => (
            format!("every run makes {thing} under another name, and none removes what the others left"),
            advice.clone().unwrap_or_else(|| "give it one name, and remove that first".to_owned()),
        ),
        ChangeKind::FreshName => (
            format!("every run leaves another file, here {thing}"),
            "give the file one name (`-O FILE`), or remove it before the run ends".to_owned(),
        ),
        ChangeKind::Write if is_backup(path) => (
            format!("a second run overwrites the backup {thing} with what the first one made"),
            format!("keep the first backup: `[ -e {path} ] || {command} …`"),
        ),
        ChangeKind::Write | ChangeKind::Slow | ChangeKind::Remove | ChangeKind::Mode => (
            format!("{thing} differs from what the first run left"),
            format!("make `{path}` from scratch in every run, or skip the work where it is done"),
        ),
    };
    Words { why, help }
}

/// Whether of such a change of `path` no more is said than that something differs.
pub(super) fn is_difference(manner: ChangeKind, path: &str) -> bool {
    match manner {
        ChangeKind::Write => !is_backup(path),
        manner => matches!(manner, ChangeKind::Slow | ChangeKind::Remove | ChangeKind::Mode),
    }
}

/// A command that adds to what the first run left.
fn appending(change: &Drift<'_>) -> Words {
    let Drift { thing, path, kept_in, ref advice, .. } = *change;
    let (why, help) = match kept_in {
        KeptIn::Volume { reset: true, .. } => (
            format!("if the container is killed after this, its retry appends to {thing} again"),
            format!("make `{path}` anew (`>`) in the same script that appends to it"),
        ),
        KeptIn::Volume { .. } => (
            format!("every run appends to {thing} again"),
            advice.clone().unwrap_or_else(|| {
                format!(
                    "write `{path}` anew (`>`) before anything is appended, or test whether the text is there"
                )
            }),
        ),
        _ => (
            format!("every run adds to {thing} again"),
            advice.clone().unwrap_or_else(|| {
                "test whether it is there first, or use a form that passes over what exists".to_owned()
            }),
        ),
    };
    Words { why, help }
}

/// Whether a file is called a backup: of what was there before, on purpose.
pub(super) fn is_backup(path: &str) -> bool {
    const NAMES: [&str; 5] = ["bak", "backup", "old", "orig", "save"];
    let is_kept = |name| path.strip_suffix(name).is_some_and(|rest| rest.ends_with(['.', '_', '-']));
    path.ends_with('~') || NAMES.into_iter().any(is_kept)
}

/// A test that is satisfied before the work under it is complete. `early` is what satisfies it. What a running server
/// holds can't be built elsewhere and moved.
pub(super) fn half_done(early: &str, in_server: bool) -> Words {
    let marker = "write a marker last and test for that";
    Words {
        why: format!("if it is killed after {early}, the next run skips the rest"),
        help: if in_server {
            format!("{marker}, and take away what is there before the work starts")
        } else {
            format!(
                "build under a temporary name on the same volume and `mv` it into place last, or {marker}"
            )
        },
    }
}

/// What helps where nothing but folders is made under a test.
pub(super) const FOLDERS_ALONE: &str =
    "make them without the test: `mkdir -p` passes over a folder that is there";

/// A command that fails on what the killed run made, and so keeps the rest from being done.
pub(super) fn cut_short(command: &str, path: &str, late: &str) -> String {
    format!("a killed run leaves `{path}`, so `{command}` fails and {late} is never made")
}

/// Where a command that takes long could make what a test looks for, to be moved when it is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aside {
    /// Under another name.
    Name,
    /// In a folder of its own: it names the folder that things come into, not the things.
    Folder,
    /// Nowhere: it fills a volume.
    Nowhere,
}

/// A test for `tested` over one command that takes long, which makes `path`.
pub(super) fn half_fetched(command: &str, path: &str, tested: &str, aside: Aside) -> Words {
    Words {
        why: format!("if it is killed during `{command}`, the next run takes half of `{path}` for all of it"),
        help: match aside {
            Aside::Nowhere => {
                format!("write a marker when `{command}` is done, and test for that instead of `{tested}`")
            }
            Aside::Folder => {
                format!(
                    "let `{command}` write into an empty folder on the same volume and `mv` what is to be \
                     `{path}` there when it is whole"
                )
            }
            Aside::Name => {
                format!(
                    "let `{command}` write to a temporary name on the same volume and `mv` it to `{path}` when it is whole"
                )
            }
        },
    }
}
