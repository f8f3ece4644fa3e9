//! A Pod's start-up as a person reads it: a table of who asks for what and how that adds up, and a bar for what is
//! reserved in vain.

use std::collections::BTreeSet;
use std::io::{self, Write};

use colored::{ColoredString, Colorize};

use super::super::Look;
use super::super::text::{fill, shown, width, wrap};
use super::bar::{self, Part};
use super::table::{self, INDENT};
use super::{listed, title, waits, working};
use crate::describe::{Description, Replicas, Start, Startup};
use crate::kube::{Completeness, Quantity, Role};
use crate::source::Source;

/// The least that a bar is worth (columns).
const NARROWEST_BAR: usize = 10;

/// Writes each Pod in turn, then what the bars' characters mean.
///
/// # Errors
/// Whatever writing says.
pub(super) fn write(
    startups: &[&Startup],
    description: &Description,
    look: &Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut drawn = BTreeSet::new();
    for startup in startups {
        let Some(source) = description.sources.get(startup.span.file.0 as usize) else { continue };
        write_pod(startup, source, description, look, &mut drawn, out)?;
        writeln!(out)?;
    }
    write_legend(&drawn, look, out)
}

/// What the parts of bars mean.
fn write_legend(drawn: &BTreeSet<Part>, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let mut column = 0;
    for part in drawn {
        let taken = INDENT.len() + 2 + width(part.describe());
        if column > 0 && column + taken > look.width {
            writeln!(out)?;
            column = 0;
        }
        column += taken;
        write!(out, "{INDENT}{} {}", block(*part, 1, look), part.describe())?;
    }
    if drawn.is_empty() { Ok(()) } else { writeln!(out, "\n") }
}

fn write_pod(
    startup: &Startup,
    source: &Source,
    description: &Description,
    look: &Look,
    drawn: &mut BTreeSet<Part>,
    out: &mut dyn Write,
) -> io::Result<()> {
    write_heading(startup, source, look, out)?;
    let resources = working::resources(startup);
    let rows = working::rows(startup, &resources, look);
    if !rows.is_empty() {
        writeln!(out)?;
        for line in table::lines(&rows, &resources, look) {
            writeln!(out, "{line}")?;
        }
    }
    if startup.is_whole() {
        write_bars(startup, look, drawn, out)?;
    }
    let waits = waits::lines(startup, description, look);
    if !waits.is_empty() {
        writeln!(out)?;
    }
    for line in waits {
        writeln!(out, "{line}")?;
    }
    let notes = notes(startup, look);
    if !notes.is_empty() {
        writeln!(out)?;
    }
    for note in notes {
        for line in wrap(&note, look.width.saturating_sub(INDENT.len())) {
            writeln!(out, "{INDENT}{line}")?;
        }
    }
    Ok(())
}

/// `── Deployment prod/shop ─────────────── shop.yaml:9 ──`, and a line of what is said of the Pod as a whole.
fn write_heading(startup: &Startup, source: &Source, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let title = shown(&title(startup), look);
    let line = source.position(startup.span.start as usize).line;
    let place = format!("{}:{line}", shown(&source.path, look));
    let rule = if look.unicode { "─" } else { "-" };
    let taken = width(&title) + width(&place) + 8;
    if taken < look.width {
        let middle = rule.repeat(look.width - taken);
        writeln!(out, "{0} {1} {middle} {place} {0}", rule.repeat(2), title.bold())?;
    } else {
        writeln!(out, "{} {}\n{INDENT}{place}", rule.repeat(2), title.bold())?;
    }
    let replicas = match startup.replicas {
        Replicas::Count(1) | Replicas::AtATime(1) => String::new(),
        Replicas::Count(count) => format!("{count} replicas, "),
        Replicas::AtATime(count) => format!("{count} Pods at a time, "),
        Replicas::EachNode => "one on each node, ".to_owned(),
    };
    let policy =
        startup.restart_policy.as_deref().map(|policy| shown(&format!("restartPolicy {policy}, "), look));
    let policy = policy.unwrap_or_default();
    writeln!(out, "{INDENT}{replicas}QoS class {}, {policy}Kubernetes {}", startup.qos, startup.version)
}

/// A bar for cpu and one for memory: what the effective request is made of, and how much of it only the init phase
/// needs.
fn write_bars(
    startup: &Startup,
    look: &Look,
    drawn: &mut BTreeSet<Part>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let texts: Vec<(&str, String)> = working::resources(startup)
        .into_iter()
        .filter(|name| matches!(*name, "cpu" | "memory"))
        .map(|name| (name, verdict(startup, name)))
        .collect();
    let label = width("memory");
    let widest = texts.iter().map(|(_, text)| width(text)).max().unwrap_or(0);
    let room = look.width.saturating_sub(INDENT.len() + label + 4 + widest).max(NARROWEST_BAR);
    if !texts.is_empty() {
        writeln!(out)?;
    }
    for (name, text) in texts {
        write!(out, "{INDENT}{name}{}  ", fill(name, label))?;
        let parts = parts(startup, name);
        let amounts: Vec<Quantity> = parts.iter().map(|(_, amount)| *amount).collect();
        for ((part, _), cells) in parts.iter().zip(bar::cells(&amounts, room)).filter(|(_, cells)| *cells > 0)
        {
            drawn.insert(*part);
            write!(out, "{}", block(*part, cells, look))?;
        }
        writeln!(out, "  {}{text}", fill(&text, widest))?;
    }
    Ok(())
}

fn verdict(startup: &Startup, name: &str) -> String {
    let requests = &startup.effective.requests;
    if working::is_set_for_pod(startup, name) {
        "set for the Pod".to_owned()
    } else {
        format!("{} unused", percent(startup.surplus_of(name), requests.total.amount(name)))
    }
}

fn parts(startup: &Startup, name: &str) -> Vec<(Part, Quantity)> {
    let requests = &startup.effective.requests;
    let overhead = requests.overhead.amount(name);
    if working::is_set_for_pod(startup, name) {
        return vec![(Part::Pod, requests.total.amount(name) - overhead), (Part::Overhead, overhead)];
    }
    vec![
        (Part::Sidecars, requests.sidecars.amount(name)),
        (Part::Apps, requests.apps.amount(name)),
        (Part::Overhead, overhead),
        (Part::Surplus, startup.surplus_of(name)),
    ]
}

fn block(part: Part, cells: usize, look: &Look) -> ColoredString {
    let text = part.fill(look.unicode).to_string().repeat(cells);
    match part {
        Part::Sidecars => text.blue(),
        Part::Apps | Part::Pod => text.green(),
        Part::Overhead => text.cyan(),
        Part::Surplus => text.red(),
    }
}

/// How much of `whole` is `part`, rounded down unless that says nothing.
fn percent(part: Quantity, whole: Quantity) -> String {
    let share = part.nano().saturating_mul(100).checked_div(whole.nano()).unwrap_or(0);
    if share == 0 && !part.is_zero() { "<1 %".to_owned() } else { format!("{share} %") }
}

/// What the figures can't tell.
fn notes(startup: &Startup, look: &Look) -> Vec<String> {
    let mut notes = Vec::new();
    if startup.starts.is_empty() {
        notes.push("It has no container: the API server rejects it.".to_owned());
    } else if startup.effective.requests.total.is_empty() {
        notes.push("No container asks for anything: nothing is reserved.".to_owned());
    }
    let from_limits: Vec<String> = startup
        .starts
        .iter()
        .filter(|start| !start.from_limits.is_empty())
        .map(|start| shown(&format!("{} of `{}`", listed(&start.from_limits), start.name), look))
        .collect();
    if !from_limits.is_empty() {
        notes.push(format!("No request is written, so the limit counts: {}.", from_limits.join("; ")));
    }
    let has_own = |start: &&Start| start.role != Role::Sidecar && start.restart_policy.is_some();
    for start in startup.starts.iter().filter(has_own) {
        let policy = start.restart_policy.as_deref().unwrap_or_default();
        notes.push(shown(&format!("`{}` has its own restartPolicy: {policy}.", start.name), look));
    }
    for start in startup.starts.iter().filter(|start| start.role != start.written_role) {
        let name = shown(&start.name, look);
        notes.push(format!(
            "Kubernetes {} takes the sidecar `{name}` for an init container: what follows waits for its end.",
            startup.version
        ));
    }
    match startup.completeness {
        Completeness::Complete => {}
        Completeness::Merged | Completeness::Open => {
            notes.push("An operator may add to this Pod: only what is written is counted.".to_owned());
        }
        Completeness::Patch => {
            notes.push("This is a patch: these are the figures of its part alone.".to_owned());
        }
        Completeness::Ytt => {
            notes.push("This is a template of ytt: these are the figures of what is written.".to_owned());
        }
    }
    notes
}
