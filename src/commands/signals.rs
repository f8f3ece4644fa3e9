//! Signals that a script sends to itself, and what it does when one comes.

use super::Call;

/// What `kill` sends where it isn't told.
const USUAL: &str = "TERM";

/// The signal that `call`, whose last word is written as `target`, sends to the first process of its container, or to the
/// shell that it stands in.
pub(crate) fn sent_to_own_shell<'w>(call: &Call<'w>, target: &str) -> Option<&'w str> {
    let [name, options @ .., _] = call.words() else { return None };
    if name != "kill" || !matches!(target.trim_matches('"'), "1" | "$$") {
        return None;
    }
    let options = options.iter().map(String::as_str).filter(|option| *option != "--");
    let signal = match options.collect::<Vec<_>>().as_slice() {
        [] => USUAL,
        ["-s" | "-n" | "--signal", signal] => signal,
        [option] => option.strip_prefix("-s").or_else(|| option.strip_prefix('-'))?,
        _ => return None,
    };
    // Nothing is sent: it only asks whether the process runs. Nor can the first process be killed by its own children.
    Some(signal).filter(|signal| !matches!(name_of(signal), "0" | "KILL" | "STOP"))
}

/// Whether the script is ended by `signal` from `call` on, or may be; `None` where that says nothing of it.
pub(crate) fn ends_by(call: &Call<'_>, signal: &str) -> Option<bool> {
    let words = call.words().iter().skip(1).filter(|word| *word != "--");
    let words: Vec<&str> = words.map(String::as_str).collect();
    let (action, signals) = words.split_first().filter(|_| call.name() == "trap")?;
    let is_named = signals.iter().any(|other| name_of(other) == name_of(signal));
    is_named.then(|| may_end(action))
}

/// Whether `action`, of a `trap`, may end the script; nobody knows what a function does.
fn may_end(action: &str) -> bool {
    let words: Vec<String> = action.split_whitespace().map(str::to_owned).collect();
    let is_reset = matches!(action, "" | "-");
    !is_reset && (action.contains("exit") || Call::of(&words).record().is_none())
}

/// The name of a signal, which may be given by its number, too.
fn name_of(signal: &str) -> &str {
    match signal {
        "1" => "HUP",
        "2" => "INT",
        "3" => "QUIT",
        "9" => "KILL",
        "10" => "USR1",
        "12" => "USR2",
        "14" => "ALRM",
        "15" => "TERM",
        "19" => "STOP",
        _ => signal.strip_prefix("SIG").unwrap_or(signal),
    }
}
