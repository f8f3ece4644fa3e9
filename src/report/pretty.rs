//! Findings as a person reads them in a terminal: the worst last, so that it stands at the prompt.

use std::io::{self, Write};

use colored::Colorize;
use foldhash::{HashMap, HashMapExt};

use super::excerpt::{self, Place};
use super::snippet::{Snippet, primary, secondary};
use super::text::{abridged, linked, shown, wrap};
use super::{Look, Report, option_of};
use crate::finding::{Finding, Severity};
use crate::rule::docs_url;
use crate::source::{FileId, Source};

/// How many places of the same text are named.
const NAMED: usize = 3;

/// How many places beside its own are drawn of a finding: nobody reads more.
const MOST_LABELS: usize = 50;

/// Writes each finding with the lines that it speaks of, then what couldn't be checked.
///
/// # Errors
/// Whatever writing says.
pub fn write(report: &Report, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    for twins in twins(report) {
        Drawing::of(&twins, report, look).write(out)?;
        writeln!(out)?;
    }
    super::concise::write_failures(&report.errors, out)
}

/// Findings of one text but for the container's name and what stands at the place, in the report's order.
struct Twins<'a> {
    first: &'a Finding,
    more: Vec<&'a Finding>,
}

/// The findings, those with the same text together, the worst last.
fn twins(report: &Report) -> Vec<Twins<'_>> {
    let mut all: Vec<Twins<'_>> = Vec::new();
    let mut known: HashMap<(&str, Severity, String, String), usize> = HashMap::new();
    for finding in &report.findings {
        let help = finding.help.as_deref().unwrap_or_default();
        let found = found(report, finding);
        let text = |text: &str| nameless(text, finding, found);
        let key = (finding.rule, finding.severity, text(&finding.message), text(help));
        let at = *known.entry(key).or_insert(all.len());
        match all.get_mut(at) {
            Some(twins) => twins.more.push(finding),
            None => all.push(Twins { first: finding, more: Vec::new() }),
        }
    }
    all.sort_by_key(|twins| twins.first.severity);
    all
}

/// `text` without the name of the container that `finding` is about, and what was `found` there.
fn nameless(text: &str, finding: &Finding, found: &str) -> String {
    let container = finding.resource.as_ref().and_then(|resource| resource.container.as_deref());
    let names = [container.unwrap_or_default(), found].into_iter().filter(|name| !name.is_empty());
    names.fold(text.to_owned(), |text, name| text.replace(&format!("`{name}`"), "``"))
}

/// What stands at the place of `finding`, without quotes. Each error is shown for itself, be it of another text.
fn found<'r>(report: &'r Report, finding: &Finding) -> &'r str {
    if finding.severity == Severity::Error {
        return "";
    }
    report.source(finding.span).map_or("", |source| source.slice(finding.span)).trim_matches(['"', '\''])
}

/// How findings of one text are drawn.
struct Drawing<'a> {
    twins: &'a Twins<'a>,
    report: &'a Report,
    look: &'a Look,
    /// What is shown of each file, the finding's own first.
    files: Vec<(&'a Source, Vec<Place<'a>>)>,
    /// The columns of the widest line number.
    gutter: usize,
}

impl<'a> Drawing<'a> {
    fn of(twins: &'a Twins<'a>, report: &'a Report, look: &'a Look) -> Self {
        let finding = twins.first;
        let own = Place { span: finding.span, caption: &finding.caption, is_primary: true };
        let labels = finding.labels.iter().take(MOST_LABELS).map(|label| Place {
            span: label.span,
            caption: &label.message,
            is_primary: false,
        });
        let mut files: Vec<(FileId, Vec<Place<'_>>)> = Vec::new();
        for place in std::iter::once(own).chain(labels) {
            match files.iter_mut().find(|(file, _)| *file == place.span.file) {
                Some((_, places)) => places.push(place),
                None => files.push((place.span.file, vec![place])),
            }
        }
        let found = files.into_iter().filter_map(|(_, places)| {
            let source = places.first().and_then(|place| report.source(place.span))?;
            Some((source, places))
        });
        let files: Vec<(&Source, Vec<Place<'_>>)> = found.collect();
        let lines = files.iter().flat_map(|(source, places)| {
            places.iter().map(|place| source.line_index(place.span.start as usize) + 1)
        });
        let gutter = lines.max().unwrap_or(1).to_string().len();
        Self { twins, report, look, files, gutter }
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        self.write_header(out)?;
        for (index, (source, places)) in self.files.iter().enumerate() {
            self.write_file(index == 0, source, places, out)?;
        }
        self.write_help(out)?;
        if let Some(hidden) = self.twins.first.labels.len().checked_sub(MOST_LABELS).filter(|more| *more > 0)
        {
            self.write_note("note", &format!("{hidden} more places are not shown"), out)?;
        }
        self.write_more(out)
    }

    /// The help, and what mends it by machine: in one line where that is the same.
    fn write_help(&self, out: &mut dyn Write) -> io::Result<()> {
        let Finding { help, fix, .. } = self.twins.first;
        let fix = fix.as_ref().map(|fix| (&fix.message, format!(" ({})", option_of(fix.safety))));
        let (said, other) = match fix {
            Some((title, option)) if help.as_ref() == Some(title) => (option, None),
            fix => (String::new(), fix),
        };
        if let Some(help) = help {
            self.write_note("help", &(abridged(&shown(help, self.look)) + &said), out)?;
        }
        match other {
            Some((title, option)) => {
                self.write_note("fix", &(abridged(&shown(title, self.look)) + &option), out)
            }
            None => Ok(()),
        }
    }

    /// `warning[rule]: message`.
    fn write_header(&self, out: &mut dyn Write) -> io::Result<()> {
        let finding = self.twins.first;
        // What is wrong in a config file is mostly no rule's finding.
        let label = match finding.rule {
            "" => format!("{}:", finding.severity),
            rule => format!("{}[{rule}]:", finding.severity),
        };
        let text = format!("{label} {}", abridged(&shown(&finding.message, self.look)));
        let lines = wrap(&text, self.look.width.saturating_sub(2));
        for (index, line) in lines.iter().enumerate() {
            match line.strip_prefix(&label).filter(|_| index == 0) {
                Some(rest) => {
                    let label = primary(finding.severity, &label).to_string();
                    let has_link = self.look.links && !finding.rule.is_empty();
                    let label = if has_link { linked(&label, &docs_url(finding.rule)) } else { label };
                    writeln!(out, "{label}{}", rest.bold())?;
                }
                None => writeln!(out, "  {}", line.bold())?,
            }
        }
        Ok(())
    }

    /// The place, then the lines of one file.
    fn write_file(
        &self,
        is_own: bool,
        source: &Source,
        places: &[Place<'_>],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let Some(first) = places.first() else { return Ok(()) };
        let arrow = if is_own { "-->" } else { ":::" };
        let object = if is_own { self.report.subject_of(self.twins.first) } else { String::new() };
        let place = format!("{} {}", source.place_of(first.span), abridged(&object));
        let indent = self.gutter + arrow.len() + 1;
        let lines = wrap(&shown(place.trim_end(), self.look), self.look.width.saturating_sub(indent));
        for (index, line) in lines.iter().enumerate() {
            match index {
                0 => writeln!(out, "{:gutter$}{} {line}", "", secondary(arrow), gutter = self.gutter)?,
                _ => writeln!(out, "{:indent$}{line}", "")?,
            }
        }
        let captions: Vec<String> =
            places.iter().map(|place| abridged(&shown(place.caption, self.look))).collect();
        let places: Vec<Place<'_>> =
            places.iter().zip(&captions).map(|(place, caption)| Place { caption, ..*place }).collect();
        let room = self.look.width.saturating_sub(Snippet::frame(self.gutter));
        let lines = excerpt::lines(source, &places, room, self.look);
        Snippet { gutter: self.gutter, room, severity: self.twins.first.severity, look: self.look }
            .draw(&lines, out)
    }

    /// ` = help: text`.
    fn write_note(&self, name: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
        let indent = self.gutter + " = ".len();
        let lines = wrap(&format!("{name}: {text}"), self.look.width.saturating_sub(indent));
        for (index, line) in lines.iter().enumerate() {
            match line.strip_prefix(name).filter(|_| index == 0) {
                Some(rest) => {
                    let (gutter, sign) = (self.gutter, secondary("="));
                    writeln!(out, "{:gutter$} {sign} {}{rest}", "", name.bold())?;
                }
                None => writeln!(out, "{:indent$}{line}", "")?,
            }
        }
        Ok(())
    }

    /// What tells a twin from the first one beside its place: its object, its container where that has another name, and
    /// what stands there where that is something else.
    fn difference(&self, finding: &Finding) -> String {
        let container = |finding: &Finding| finding.resource.as_ref().and_then(|it| it.container.clone());
        let mut other = finding.clone();
        if container(finding) == container(self.twins.first)
            && let Some(resource) = &mut other.resource
        {
            resource.container = None;
        }
        let subject = self.report.subject_of(&other);
        let [first, found] = [self.twins.first, finding].map(|finding| found(self.report, finding));
        let is_said = first != found && finding.message.contains(&format!("`{found}`"));
        match (subject.is_empty(), is_said) {
            (true, true) => format!("`{found}`"),
            (false, true) => format!("{subject}: `{found}`"),
            (_, false) => subject,
        }
    }

    /// The first of the other places of the same text, in one line however long: it is for searching rather than for reading.
    fn write_more(&self, out: &mut dyn Write) -> io::Result<()> {
        let more = &self.twins.more;
        if more.is_empty() {
            return Ok(());
        }
        let places = more.iter().take(NAMED).filter_map(|finding| {
            let likewise = match self.report.likewise(finding) {
                places if places.is_empty() => String::new(),
                places => format!(" and {places}"),
            };
            let place = self.report.source(finding.span)?.place_of(finding.span) + &likewise;
            let difference = abridged(&self.difference(finding));
            Some(if difference.is_empty() { place } else { format!("{place} ({difference})") })
        });
        let places = shown(&places.collect::<Vec<_>>().join(", "), self.look);
        let rest = match more.len().saturating_sub(NAMED) {
            0 => String::new(),
            rest => format!(" and {rest} more (--format concise)"),
        };
        let (gutter, count) = (self.gutter, format!("{} more:", more.len()));
        writeln!(out, "{:gutter$} {} {} {places}{rest}", "", secondary("="), count.bold())
    }
}
