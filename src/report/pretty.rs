//! Findings as a person reads them in a terminal, drawn by miette.

use std::fmt::{self, Write as _};
use std::io::{self, Write};

use colored::Colorize;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};
use unicode_width::UnicodeWidthStr;

use super::excerpt::{CONTEXT_LINES, Excerpt, visible, visible_lines};
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
        let mut text = String::new();
        // A `String` takes all that is written to it.
        let _ = handler.render_report(&mut text, &Drawn::of(finding, report, look.width));
        writeln!(out, "{}\n", text.trim_end())?;
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

/// A finding in miette's terms. Places in other files become diagnostics of their own, since
/// miette draws one source for each.
struct Drawn<'a> {
    message: String,
    severity: Severity,
    rule: Option<&'static str>,
    help: Option<String>,
    labels: Vec<LabeledSpan>,
    excerpt: Option<Excerpt<'a>>,
    elsewhere: Vec<Drawn<'a>>,
}

impl<'a> Drawn<'a> {
    fn of(finding: &'a Finding, report: &'a Report, width: usize) -> Self {
        let primary = (finding.span, finding.caption.as_str());
        let labels = finding.labels.iter().map(|label| (label.span, label.message.as_str()));
        let (here, there): (Vec<_>, Vec<_>) = labels.partition(|(span, _)| span.file == finding.span.file);
        let mut places = vec![primary];
        places.extend(here);
        let (labels, excerpt) = draw(report.source(finding.span), &places, width);
        let elsewhere = there
            .into_iter()
            .map(|place| {
                let (labels, excerpt) = draw(report.source(place.0), &[(place.0, "here")], width);
                let message = visible(place.1);
                Drawn {
                    message,
                    severity: Severity::Info,
                    rule: None,
                    help: None,
                    labels,
                    excerpt,
                    elsewhere: vec![],
                }
            })
            .collect();
        Drawn {
            message: visible(&finding.message),
            severity: finding.severity,
            // What is wrong in a config file is mostly no rule's finding.
            rule: Some(finding.rule).filter(|rule| !rule.is_empty()),
            help: finding.help.as_deref().map(visible_lines),
            labels,
            excerpt,
            elsewhere,
        }
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

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.elsewhere.iter().map(|drawn| drawn as &dyn Diagnostic)))
    }
}
