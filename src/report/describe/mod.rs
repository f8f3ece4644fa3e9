//! Start-ups, as a person or a script reads them.
//!
//! `working` turns a start-up into rows of arithmetic, `table` sets them in columns, `bar` draws what is left over,
//! `waits` tells who waits for what, and `pretty` puts a Pod's parts together.

mod bar;
mod concise;
mod json;
mod pretty;
mod table;
mod top;
mod waits;
mod working;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::ci_log::{CiLog, Syntax};
use super::concise::write_failures;
use super::summary::count;
use super::text::visible;
use super::{Format, Look, summary};
use crate::describe::{Description, Replicas, Startup};
use crate::kube::Quantity;

/// The forms of the output that a description has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Tables and bars.
    Pretty,
    /// One line for each Pod.
    Concise,
    /// One JSON object, for scripts.
    Json,
}

impl TryFrom<Format> for Form {
    type Error = String;

    /// # Errors
    /// A message where the form is one for findings alone.
    fn try_from(format: Format) -> Result<Self, String> {
        match format {
            Format::Pretty => Ok(Form::Pretty),
            Format::Concise => Ok(Form::Concise),
            Format::Json => Ok(Form::Json),
            Format::Sarif | Format::Github | Format::Gitlab | Format::Junit | Format::Markdown => {
                Err("--describe has the forms pretty, concise and json".to_owned())
            }
        }
    }
}

/// Writes all start-ups, or with `top` so many that leave most unused, and what couldn't be described; JSON has no place
/// for the latter.
///
/// # Errors
/// Whatever writing says.
pub fn write(
    description: &Description,
    form: Form,
    top: Option<usize>,
    look: &Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let syntax = if form == Form::Json { Syntax::Json } else { Syntax::Text };
    let mut out = CiLog::new(out, syntax);
    let startups = match top {
        Some(most) => top::most_wasteful(description, most),
        None => description.startups.iter().collect(),
    };
    match form {
        Form::Pretty if top.is_some() => top::write(&startups, description, look, &mut out)?,
        Form::Pretty => pretty::write(&startups, description, look, &mut out)?,
        Form::Concise => concise::write(&startups, description, &mut out)?,
        Form::Json => json::write(&startups, description, &mut out)?,
    }
    if form != Form::Json {
        write_errors(description, &mut out)?;
    }
    out.flush()
}

/// Writes what couldn't be described.
///
/// # Errors
/// Whatever writing says.
pub fn write_errors(description: &Description, out: &mut dyn Write) -> io::Result<()> {
    write_failures(&description.errors, out)
}

/// A line that sums the run up: how many Pods, and what they reserve in vain together.
#[must_use]
pub fn summary_line(description: &Description) -> String {
    let pods = description.startups.len();
    let mut text = match pods {
        0 if description.errors.is_empty() => "nothing to describe: no Pod".to_owned(),
        0 => "no Pod described".to_owned(),
        _ => count(pods, "Pod spec"),
    };
    let _ = write!(text, " in {}", count(description.files, "file"));
    let wasteful: Vec<&Startup> =
        description.startups.iter().filter(|startup| startup.surplus().next().is_some()).collect();
    if !wasteful.is_empty() {
        let amounts: Vec<String> = total_surplus(&wasteful)
            .into_iter()
            .map(|(name, amount)| format!("{} {}", visible(&name), amount.short()))
            .collect();
        let pods = count(wasteful.len(), "Pod spec");
        let _ = write!(text, "; unused after start-up: {} in {pods}", amounts.join(", "));
    }
    if description.without_init > 0 {
        let pods = count(description.without_init, "Pod spec");
        let _ = write!(text, "; {pods} without init containers left out (name a file to see all of it)");
    }
    if !description.errors.is_empty() {
        let _ = write!(text, "; {} could not be described", count(description.errors.len(), "place"));
    }
    for line in summary::unjudged(&description.unjudged, "describe") {
        text.push('\n');
        text.push_str(&line);
    }
    text
}

/// How many Pods there are of it at a time. A DaemonSet's counts once: nobody knows the nodes.
fn replicas(startup: &Startup) -> u64 {
    match startup.replicas {
        Replicas::Count(count) | Replicas::AtATime(count) => count,
        Replicas::EachNode => 1,
    }
}

/// The surplus of all replicas, by resource.
fn total_surplus(startups: &[&Startup]) -> BTreeMap<String, Quantity> {
    let mut total = BTreeMap::new();
    for startup in startups {
        let replicas = replicas(startup);
        for (name, surplus) in startup.surplus().filter(|_| replicas > 0) {
            let sum = total.entry(name.to_owned()).or_insert(Quantity::ZERO);
            *sum = *sum + surplus.times(replicas);
        }
    }
    total
}

/// `Deployment prod/shop`. A custom resource may hold several Pod templates, so the way to this one follows.
fn title(startup: &Startup) -> String {
    let resource = &startup.resource;
    let mut text = format!("{} ", resource.kind);
    if let Some(namespace) = &resource.namespace {
        text.push_str(namespace);
        text.push('/');
    }
    text.push_str(resource.name.as_deref().unwrap_or("(no name)"));
    if startup.is_custom {
        text.push(' ');
        text.push_str(&resource.pointer);
    }
    text
}

/// `a`, `a and b`, `a, b and c`.
fn listed(words: &[String]) -> String {
    match words {
        [most @ .., last] if !most.is_empty() => format!("{} and {last}", most.join(", ")),
        _ => words.concat(),
    }
}
