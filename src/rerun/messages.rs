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
    let Obstacle { doubtful, thing, why, kept_in, mended, ref advice, .. } = *obstacle;
    let met = match why {
        FailureCause::Exists if doubtful => format!(
            "{thing} exists by then: `{command}` fails on it, or makes its link inside it where it is a directory"
        ),
        FailureCause::Exists => format!("{thing} exists by then, and `{command}` fails on what exists"),
        FailureCause::NotEmpty => {
            format!("{thing} exists by then and isn't empty, and `{command}` refuses that")
        }
        FailureCause::Missing => format!("{thing} is gone by then, and `{command}` fails without it"),
        FailureCause::WrongKind => format!("{thing} is something else by then, and `{command}` fails on it"),
        FailureCause::Asks => {
            format!(
                "what `{command}` leaves at {thing} is there by then, and it asks whether to replace that: nobody answers"
            )
        }
        FailureCause::Denied => format!(
            "{thing} may not be written by then, and `{command}` gets \"Permission denied\": it doesn't run as root"
        ),
        FailureCause::Busy => format!(
            "another container runs {thing} by then, and `{command}` gets \"Text file busy\" where it still does"
        ),
        FailureCause::NothingToDo => {
            format!("nothing is left to do by then, and `{command}` calls that a failure")
        }
    };
    let lasts = lasting(kept_in);
    let help = match (mended, first(obstacle)) {
        (Some(line), _) => format!("write `{line}`"),
        (None, Some(first)) => format!("put `{first}` before it"),
        (None, None) => advice.clone().unwrap_or_else(|| without_line(command, obstacle)),
    };
    Words { why: format!("{met}; {lasts}"), help }
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

/// Who else ends at the same failure.
fn lasting(kept_in: KeptIn) -> &'static str {
    match kept_in {
        KeptIn::Volume { reset: true, .. } => {
            "an earlier init container clears that away, but not for a run that follows a kill: only this one runs again then"
        }
        KeptIn::Volume { met: Lifetime::Persistent, .. } | KeptIn::Outside => {
            "every later Pod ends there too"
        }
        KeptIn::Volume { .. } => "every restart ends there again (`CrashLoopBackOff`)",
        KeptIn::PodNetwork => "the Pod's network outlives the container, so every restart ends there again",
        KeptIn::Node => "the node's network outlives the Pod, so every later Pod on the node ends there too",
    }
}

/// A test whose outcome is the exit status, and which goes the other way the second time. After one that `is_last` nothing is
/// left to do.
pub(super) fn turned(test: &str, held: bool, kept_in: KeptIn, is_last: bool) -> Words {
    let rest = if is_last { "" } else { NOT_FOLLOWED };
    let holds = if held { "no longer holds" } else { "holds" };
    Words {
        why: format!(
            "`{test}` {holds} once a run has done its work, and that makes the next one fail; {}",
            lasting(kept_in)
        ),
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
    let holds = if held { "no longer holds" } else { "holds" };
    Words {
        why: format!(
            "`{test}` {holds} after a run that was killed before it took `{lock}` away, and no later run takes it \
             away; {}",
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
            why: format!(
                "{who} waits here for ever after a run that was killed before it took `{path}` away: nobody else does"
            ),
            help: UNLOCKING.to_owned(),
        }
    } else {
        Words {
            why: format!("{who} waits here for ever once one has done its work at `{path}`"),
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
    let Drift { thing, path, manner, kept_in, ref advice, varies } = *change;
    let (why, help) = match manner {
        ChangeKind::Append if !matches!(kept_in, KeptIn::Volume { .. }) => (
            format!("every run adds to {thing} again"),
            advice.clone().unwrap_or_else(|| {
                "test whether it is there first, or use a form that passes over what exists".to_owned()
            }),
        ),
        ChangeKind::Append if matches!(kept_in, KeptIn::Volume { reset: true, .. }) => (
            format!(
                "a run that is killed after it runs again alone, before {thing} is made anew, and appends a second time"
            ),
            format!("make `{path}` anew (`>`) in the same script that appends to it"),
        ),
        ChangeKind::Append => (
            format!("{thing} keeps what earlier runs appended, and every further run appends it again"),
            advice.clone().unwrap_or_else(|| {
                format!(
                    "write `{path}` anew (`>`) before anything is appended, or test whether the text is there"
                )
            }),
        ),
        ChangeKind::Nest => (
            format!("the target is a directory by then, so `{command}` makes {thing} inside it"),
            advice.clone().unwrap_or_else(|| {
                "make the target first, and put the contents into it rather than the folder".to_owned()
            }),
        ),
        ChangeKind::Edit => (
            format!("{thing} is edited again on every run, and each time it changes"),
            "make the edit one that changes nothing when it is done already, or edit a fresh copy".to_owned(),
        ),
        ChangeKind::Renew => (
            format!(
                "every run puts another key in the place of {thing}, and what relies on the last one fails"
            ),
            advice
                .clone()
                .unwrap_or_else(|| format!("make it only where `[ -s {path} ]` says that there is none")),
        ),
        ChangeKind::FreshName if varies => (
            format!(
                "{thing} has another name in every run, so that no later run takes away what one leaves there"
            ),
            advice.clone().unwrap_or_else(|| "give it one name, and remove that first".to_owned()),
        ),
        ChangeKind::FreshName => (
            format!("every run leaves another file, here {thing}"),
            "give the file one name (`-O FILE`), or remove it before the run ends".to_owned(),
        ),
        ChangeKind::Write if is_backup(path) => (
            format!(
                "a second run backs up what the first one left, so that {thing} no longer holds what was there before"
            ),
            format!("keep the first backup: `[ -e {path} ] || {command} …`"),
        ),
        ChangeKind::Write | ChangeKind::Slow | ChangeKind::Remove | ChangeKind::Mode => (
            format!("a second run leaves {thing} otherwise than the first"),
            "make a second run end where the first did".to_owned(),
        ),
    };
    Words { why, help }
}

/// Whether a file is called a backup: of what was there before, on purpose.
pub(super) fn is_backup(path: &str) -> bool {
    [".bak", ".backup", ".old", ".orig", ".save", "~"].iter().any(|suffix| path.ends_with(suffix))
}

/// A test that is satisfied before the work under it is complete. `early` is what satisfies it. What a running server
/// holds can't be built elsewhere and moved.
pub(super) fn half_done(early: &str, late: &str, in_server: bool) -> Words {
    let late = if early == late { "it is filled" } else { late };
    let marker = "write a marker last and test for that";
    Words {
        why: format!(
            "a run that is killed after {early} and before {late} leaves work undone that the next run takes for done"
        ),
        help: if in_server {
            format!("{marker}, and take away what is there before the work starts")
        } else {
            format!(
                "build under a temporary name on the same volume and `mv` it into place last, or {marker}"
            )
        },
    }
}

/// A command that fails on what the killed run made, and so keeps the rest from being done.
pub(super) fn cut_short(command: &str, path: &str, late: &str) -> String {
    format!("`{command}` fails on `{path}` after a run that was killed, and {late} is then never made")
}

/// A test over one command that takes long.
pub(super) fn half_fetched(command: &str, path: &str, is_mount: bool) -> Words {
    Words {
        why: format!(
            "killed inside `{command}`, `{path}` may be there but not whole, and the next run takes it for done"
        ),
        help: if is_mount {
            format!("write a marker when `{command}` is done, and test for that instead of `{path}`")
        } else {
            format!(
                "let `{command}` write to a temporary name on the same volume and `mv` it to `{path}` when it is whole"
            )
        },
    }
}
