//! Who waits for what, in the order of the start-up.

use colored::Colorize;

use super::super::Look;
use super::super::text::{cut, fill, shown, width, wrap};
use super::table::{self, INDENT};
use crate::describe::{
    Awaited, Bound, Description, SidecarGate, Start, Startup, StartupProbe, Wait, WaitBound,
};
use crate::kube::Role;

/// Longer names are cut (columns).
const LABEL: usize = 32;
/// A probe's command line is cut behind this (columns).
const COMMAND: usize = 40;
/// How many waits of one container are shown.
const MAX_WAITS: usize = 16;

/// The lines of the section; none where nobody waits, and no sidecar could hold anybody up.
pub(super) fn lines(startup: &Startup, description: &Description, look: &Look) -> Vec<String> {
    let last_step = startup.effective.requests.steps.len();
    let rows = startup.starts.iter().enumerate().map(|(index, start)| {
        let label = table::label(Some(index.min(last_step) + 1), start.role, &start.name, look);
        (cut(label, LABEL, look), start, sentences(startup, index, description, look))
    });
    let rows: Vec<_> = rows.filter(|(.., sentences)| !sentences.is_empty()).collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let column = rows.iter().map(|(label, ..)| width(label)).max().unwrap_or(0);
    let room = look.width.saturating_sub(INDENT.len() * 2 + column);
    let mut lines = vec![format!("{INDENT}{}", "Waits".bold())];
    for (label, start, sentences) in &rows {
        let texts = sentences.iter().flat_map(|sentence| wrap(sentence, room));
        for (number, text) in texts.enumerate() {
            let shown = if number == 0 { label.as_str() } else { "" };
            let padding = fill(shown, column);
            lines.push(format!("{INDENT}{}{padding}{INDENT}{text}", table::of_role(start.role, shown)));
        }
    }
    lines
}

fn sentences(startup: &Startup, index: usize, description: &Description, look: &Look) -> Vec<String> {
    let Some(start) = startup.starts.get(index) else { return Vec::new() };
    let waits = start.waits.iter().take(MAX_WAITS).map(|wait| {
        let place = place(startup, wait, description);
        shown(&format!("waits for {}, {} ({place})", awaited(&wait.awaited), bound(startup, wait)), look)
    });
    let more = start.waits.len().saturating_sub(MAX_WAITS);
    let more = (more > 0).then(|| format!("waits {more} times more"));
    let gate = start.gate.as_ref().and_then(|gate| gate_sentence(startup, index, gate));
    waits.chain(more).chain(gate.map(|text| shown(&text, look))).collect()
}

/// `db:5432 or cache:6379`.
pub(super) fn awaited(all: &[Awaited]) -> String {
    let texts: Vec<String> = all.iter().map(one).collect();
    texts.join(" or ")
}

fn one(awaited: &Awaited) -> String {
    match awaited {
        Awaited::Command(_) => format!("`{awaited}` to succeed"),
        _ => awaited.to_string(),
    }
}

/// What ends a wait though what it waits for doesn't come.
fn bound(startup: &Startup, wait: &Wait) -> String {
    match (&wait.bound, startup.deadline) {
        (Some(WaitBound::Loop(Bound::Counter(name))), _) => format!("as many times as `{name}` counts"),
        (Some(WaitBound::Loop(Bound::Words | Bound::Input)), _) => "a fixed number of times".to_owned(),
        (Some(WaitBound::Loop(Bound::Deadline)), _) => "until a point in time".to_owned(),
        (Some(WaitBound::Loop(Bound::Timeout)), _) => "until `timeout` stops it".to_owned(),
        (Some(WaitBound::Command), _) => format!("until `{}` gives up", wait.name),
        (None, Some(seconds)) => format!("until activeDeadlineSeconds ends the Pod ({seconds} s)"),
        (None, None) => "without an end".to_owned(),
    }
}

/// `line 14`, or `scripts.yaml:14` where it stands in another file than the Pod.
fn place(startup: &Startup, wait: &Wait, description: &Description) -> String {
    let Some(source) = description.sources.get(wait.span.file.0 as usize) else { return String::new() };
    let line = source.position(wait.span.start as usize).line;
    if wait.span.file == startup.span.file {
        format!("line {line}")
    } else {
        format!("{}:{line}", source.path)
    }
}

/// What holds up those that start after a sidecar.
fn gate_sentence(startup: &Startup, index: usize, gate: &SidecarGate) -> Option<String> {
    let held_up = startup.gated_by(index);
    if held_up.is_empty() {
        return None;
    }
    let held_up = super::listed(&held_up.iter().map(name).collect::<Vec<_>>());
    let hook = gate.post_start.then(|| "the end of its postStart hook".to_owned());
    let conditions: Vec<String> = hook.into_iter().chain(gate.startup_probe.as_ref().map(probe)).collect();
    Some(match conditions.as_slice() {
        [] => format!("holds up nobody: no startupProbe, so {held_up} may start before it is ready"),
        _ => format!("holds up {held_up} until {}", conditions.join(" and ")),
    })
}

fn name(start: &Start) -> String {
    if start.name.is_empty() { "(no name)".to_owned() } else { start.name.clone() }
}

/// `its startupProbe succeeds (httpGet localhost:8080, restarted after 30 failures, one each 10 s)`
fn probe(probe: &StartupProbe) -> String {
    let StartupProbe { handler, failure_threshold, period_seconds, .. } = probe;
    let plain = Look { width: COMMAND, color: false, links: false, unicode: true };
    let asked = cut(probe.awaited.to_string(), COMMAND, &plain);
    format!(
        "its startupProbe succeeds ({handler} {asked}, {failure_threshold} tries at {period_seconds} s before a restart)"
    )
}

/// Of a concise line: `wait waits for db:5432 without an end`.
pub(super) fn unbounded(startup: &Startup) -> Vec<String> {
    let of_init =
        startup.starts.iter().filter(|start| start.role == Role::Init && startup.deadline.is_none());
    let waits = of_init.flat_map(|start| {
        let endless = start.waits.iter().filter(|wait| wait.bound.is_none());
        endless.map(|wait| format!("{} waits for {} without an end", name(start), awaited(&wait.awaited)))
    });
    waits.take(MAX_WAITS).collect()
}
