//! Findings as a person reads them in a terminal, drawn by miette.

use std::fmt::{self, Write as _};
use std::io::{self, Write};

use colored::Colorize;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};
use unicode_width::UnicodeWidthStr;

use super::excerpt::{CONTEXT_LINES, Excerpt, visible};
use super::{Look, Report};
use crate::finding::{Finding, Severity};
use crate::source::{Source, Span};

/// A caption gets this much room on the narrowest of terminals (columns).
const NARROWEST_CAPTION: usize = 12;

/// Writes each finding with the lines that it speaks of, then the summary.
///
/// # Errors
/// Whatever writing says.
pub fn write(report: &Report, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let theme = match (look.unicode, look.color) {
        (true, true) => GraphicalTheme::unicode(),
        (true, false) => GraphicalTheme::unicode_nocolor(),
        (false, true) => GraphicalTheme::ascii(),
        (false, false) => GraphicalTheme::none(),
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(look.width)
        .with_context_lines(CONTEXT_LINES)
        // A link that the terminal can't follow is noise; `--explain` says the same.
        .with_urls(false);
    for finding in &report.findings {
        for drawn in Drawn::of(finding, report, look.width) {
            let mut text = String::new();
            // A `String` takes all that is written to it.
            let _ = handler.render_report(&mut text, &drawn);
            let mut object = drawn.rule.map_or_else(String::new, |_| visible(&report.subject_of(finding)));
            if !look.unicode {
                object = object.replace('×', "x");
            }
            writeln!(out, "{}", beside_place(text.trim_end(), &object))?;
        }
        writeln!(out)?;
    }
    for failure in &report.errors {
        writeln!(
            out,
            "{}: {}: {}",
            "error".red().bold(),
            visible(&failure.place()),
            visible(&failure.message)
        )?;
    }
    Ok(())
}

/// `text` as miette draws it, with `object` on the line that says the place: `╭─[web.yaml:3:5]`.
fn beside_place(text: &str, object: &str) -> String {
    let is_place = |line: &&str| ["╭─[", ",-["].iter().any(|corner| line.trim_start().starts_with(corner));
    match text.lines().find(is_place).filter(|_| !object.is_empty()) {
        Some(place) => text.replacen(place, &format!("{place} {object}"), 1),
        None => text.to_owned(),
    }
}

/// How many places beside its own are drawn of a finding. Nobody reads more, and miette takes the square of their number.
const MOST_LABELS: usize = 50;

/// What a finding says of one file, in miette's terms: it draws one source at a time.
struct Drawn<'a> {
    message: String,
    severity: Severity,
    rule: Option<&'static str>,
    help: Option<String>,
    labels: Vec<LabeledSpan>,
    excerpt: Option<Excerpt<'a>>,
}

impl<'a> Drawn<'a> {
    /// The finding with what is near it, then each part further up or in another file, in the order of the labels; the
    /// help comes last. miette draws places in their order, and the first one drawn has to be the finding's.
    fn of(finding: &'a Finding, report: &'a Report, width: usize) -> Vec<Self> {
        let line =
            |span: Span| report.source(span).map_or(0, |source| source.line_index(span.start as usize));
        let first = line(finding.span);
        let part = |span: Span| {
            let is_above = span.file == finding.span.file && line(span) + 2 * CONTEXT_LINES + 1 < first;
            (span.file, is_above)
        };
        let mut parts: Vec<(_, Vec<(Span, &str)>)> = Vec::new();
        let labels =
            finding.labels.iter().map(|label| (label.span, label.message.as_str())).take(MOST_LABELS);
        for place in [(finding.span, finding.caption.as_str())].into_iter().chain(labels) {
            match parts.iter_mut().find(|(known, _)| *known == part(place.0)) {
                Some((_, places)) => places.push(place),
                None => parts.push((part(place.0), vec![place])),
            }
        }
        let mut drawn: Vec<Self> = parts
            .iter()
            .map(|((_, is_above), places)| {
                let source = places.first().and_then(|(span, _)| report.source(*span));
                let (labels, excerpt) = draw(source, places, width);
                let message = if *is_above { "further up" } else { "in another file" }.to_owned();
                Self { message, severity: Severity::Info, rule: None, help: None, labels, excerpt }
            })
            .collect();
        if let Some(first) = drawn.first_mut() {
            first.message = visible(&finding.message);
            first.severity = finding.severity;
            // What is wrong in a config file is mostly no rule's finding.
            first.rule = Some(finding.rule).filter(|rule| !rule.is_empty());
        }
        if let Some(last) = drawn.last_mut() {
            let more = finding.labels.len().saturating_sub(MOST_LABELS);
            let more = (more > 0).then(|| format!("{more} more places are not shown"));
            let help: Vec<String> = finding.help.as_deref().map(visible).into_iter().chain(more).collect();
            last.help = Some(help.join("; ")).filter(|help| !help.is_empty());
        }
        drawn
    }
}

/// The first of `places` is the primary one.
fn draw<'a>(
    source: Option<&'a Source>,
    places: &[(Span, &str)],
    width: usize,
) -> (Vec<LabeledSpan>, Option<Excerpt<'a>>) {
    let Some(source) = source else { return (Vec::new(), None) };
    let excerpt = Excerpt::new(source, places, width);
    let labels = places
        .iter()
        .enumerate()
        .map(|(index, (span, message))| {
            let place = excerpt.place(*span);
            let room = width.saturating_sub(excerpt.column_of_caption(place)).max(NARROWEST_CAPTION);
            let message = (!message.is_empty()).then(|| folded(&visible(message), room));
            if index == 0 {
                LabeledSpan::new_primary_with_span(message, place)
            } else {
                LabeledSpan::new_with_span(message, place)
            }
        })
        .collect();
    (labels, Some(excerpt))
}

/// `text` in lines of at most `room` columns, for miette draws captions as they are. A longer word
/// stays whole.
fn folded(text: &str, room: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut width = 0;
    for word in text.split(' ') {
        let wide = word.width();
        if width > 0 && width + 1 + wide > room {
            out.push('\n');
            width = 0;
        } else if !out.is_empty() {
            out.push(' ');
            width += 1;
        }
        out.push_str(word);
        width += wide;
    }
    out
}

impl fmt::Debug for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Display for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Drawn<'_> {}

impl Diagnostic for Drawn<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let mut code = String::new();
        write!(code, "{}[{}]", self.severity, self.rule?).ok()?;
        Some(Box::new(code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}
