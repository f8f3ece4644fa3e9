//! A run's result, and the forms in which it is written.

pub mod annotated;
pub mod ci_log;
pub mod concise;
pub mod describe;
pub mod excerpt;
pub mod explain;
pub mod field;
pub mod fingerprint;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod output;
pub mod page;
pub mod paths;
pub mod pretty;
pub mod rules;
pub mod sarif;
pub mod snippet;
pub mod summary;
pub mod tally;
pub mod text;

use std::cmp::Reverse;
use std::io::{self, Write};
use std::sync::OnceLock;

use annotated::Annotated;
use ci_log::CiLog;
use field::Fields;

use crate::discover::Failure;
use crate::finding::{ContainerRole, Finding, Safety, Severity, Siblings, SuppressedFinding};
use crate::read::Unjudged;
use crate::source::{Source, Sources, Span};
use crate::unchecked::Accepted;

/// What a run found.
#[derive(Debug, Default)]
pub struct Report {
    /// The files that were read; a span's file is an index into them.
    pub sources: Sources,
    /// Sorted by path, offset and rule.
    pub findings: Vec<Finding>,
    /// Findings that a suppression in the source silenced.
    pub suppressed: Vec<SuppressedFinding>,
    /// Findings that the baseline lists.
    pub baselined: Vec<Finding>,
    /// What couldn't be checked. Any makes the exit status 2.
    pub errors: Vec<Failure>,
    /// What couldn't be checked either, which somebody accepted.
    pub accepted: Vec<Accepted>,
    /// Worth a word, changes nothing.
    pub notes: Vec<String>,
    /// Counts.
    pub summary: Summary,
    /// The fields of the findings' places, as far as they were worked out while the documents were at hand.
    pub fields: Fields,
    /// Where services show findings; found out when a form for one is written.
    pub annotated: OnceLock<Annotated>,
}

/// What a run looked at.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Files that were read.
    pub files: usize,
    /// YAML documents in them, without empty ones.
    pub documents: usize,
    /// Pod specs with init containers or a deadline that were checked: others aren't read where nothing else asks for it.
    pub pods: usize,
    /// Findings that a suppression silenced.
    pub suppressed: usize,
    /// What couldn't be checked, which somebody accepted.
    pub accepted: usize,
    /// Findings that the baseline lists, which don't count.
    pub baselined: usize,
    /// Entries of the baseline that no finding of the run answers to any more.
    pub stale: usize,
    /// What was passed over on purpose, or judged in part.
    pub unjudged: Vec<Unjudged>,
    /// Files that hold no Kubernetes object at all.
    pub other: usize,
}

impl Summary {
    /// Adds what was looked at in other files.
    pub(crate) fn add(&mut self, other: Self) {
        self.files += other.files;
        self.documents += other.documents;
        self.pods += other.pods;
        self.other += other.other;
        self.unjudged.extend(other.unjudged);
    }
}

/// The object that a finding is about, for people: `Deployment shop/web, init container seed`; empty where it is about
/// none.
#[must_use]
pub fn object_of(finding: &Finding) -> String {
    let Some(resource) = &finding.resource else { return String::new() };
    let names = [&resource.namespace, &resource.name].into_iter().flatten().map(String::as_str);
    let mut text = format!("{} {}", resource.kind, names.collect::<Vec<_>>().join("/"));
    text.truncate(text.trim_end().len());
    if let Some(Siblings { count, owner }) = &resource.siblings {
        text.push_str(&format!(" (× {count} {}s of {owner})", resource.kind));
    }
    if let Some(container) = &resource.container {
        let role = match resource.role {
            Some(ContainerRole::Init) => "init container",
            Some(ContainerRole::Sidecar) => "sidecar",
            Some(ContainerRole::App) | None => "container",
        };
        text.push_str(&format!(", {role} {container}"));
    }
    if !finding.builds.is_empty() {
        text.push_str(&format!(", built by {}", listed(&finding.builds, MOST_BUILDS)));
    }
    text
}

/// The options with which a fix is made.
pub(crate) fn option_of(safety: Safety) -> &'static str {
    match safety {
        Safety::Safe => "--fix",
        Safety::Unsafe => "--fix --unsafe-fixes",
    }
}

/// How many builds that make an object are named.
const MOST_BUILDS: usize = 1;

/// How many places of one finding are listed in a line.
const MOST_PLACES: usize = 50;

/// The first `most` of some names, and how many more.
fn listed(names: &[String], most: usize) -> String {
    let first = names.iter().take(most).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(most) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// How a terminal shows text.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Columns.
    pub width: usize,
    /// With colours.
    pub color: bool,
    /// With links, which some terminals follow (OSC 8).
    pub links: bool,
    /// With characters beyond ASCII for frames and arrows.
    pub unicode: bool,
}

/// The form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// The lines in question, with carets and help, the worst last
    #[default]
    Pretty,
    /// One line for each finding
    Concise,
    /// One JSON object, for scripts
    Json,
    /// SARIF 2.1.0, for GitHub code scanning and editors
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// GitLab's code quality report
    Gitlab,
    /// JUnit's XML, for CI servers
    Junit,
    /// A table in Markdown, for a job's summary
    Markdown,
}

impl Format {
    /// Read by people: a summary line belongs behind it.
    #[must_use]
    pub fn is_text(self) -> bool {
        matches!(self, Format::Pretty | Format::Concise)
    }
}

impl Report {
    /// The file that `span` lies in.
    #[must_use]
    pub fn source(&self, span: Span) -> Option<&Source> {
        self.sources.get(span.file)
    }

    /// What a finding is about, for people: its object, and the file that another tool made that of. Empty where neither
    /// is known.
    #[must_use]
    pub fn subject_of(&self, finding: &Finding) -> String {
        let object = object_of(finding);
        match self.origin(finding.span) {
            Some(origin) if object.is_empty() => format!("of {origin}"),
            Some(origin) => format!("{object} of {origin}"),
            None => object,
        }
    }

    /// A finding's message, and behind it in brackets what it is about.
    #[must_use]
    pub fn message_of(&self, finding: &Finding) -> String {
        match self.subject_of(finding) {
            subject if subject.is_empty() => finding.message.clone(),
            subject => format!("{} [{subject}]", finding.message),
        }
    }

    /// [`Report::message_of`], and behind it where the same is wrong too: for forms that show no other place.
    #[must_use]
    pub fn message_with_places(&self, finding: &Finding) -> String {
        match self.likewise(finding) {
            places if places.is_empty() => self.message_of(finding),
            places => format!("{} (likewise at {places})", self.message_of(finding)),
        }
    }

    /// The places where the same is wrong as at a finding's own: `9:12, 15:12`, and those in other files with these.
    #[must_use]
    pub fn likewise(&self, finding: &Finding) -> String {
        let places: Vec<String> = finding
            .places()
            .skip(1)
            .filter_map(|span| {
                let source = self.source(span)?;
                let start = source.position(span.start as usize);
                let path = if span.file == finding.span.file { "" } else { &format!("{}:", source.path) };
                Some(format!("{path}{}:{}", start.line, start.column))
            })
            .collect();
        listed(&places, MOST_PLACES)
    }

    /// The file that another tool made the document at `span` of, as the tool wrote it.
    #[must_use]
    pub fn origin(&self, span: Span) -> Option<&str> {
        self.source(span)?.origin(span.start as usize)
    }

    /// Every finding: those that count, the suppressed and the baselined, in this order.
    pub fn all_findings(&self) -> impl Iterator<Item = &Finding> {
        let suppressed = self.suppressed.iter().map(|suppressed| &suppressed.finding);
        self.findings.iter().chain(suppressed).chain(&self.baselined)
    }

    /// The findings that count, the most severe first.
    #[must_use]
    pub fn most_severe_first(&self) -> Vec<&Finding> {
        let mut findings: Vec<&Finding> = self.findings.iter().collect();
        findings.sort_by_key(|finding| Reverse(finding.severity));
        findings
    }

    /// How many findings have this severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// The exit status: 2 where something couldn't be checked, else 1 where a finding is at or
    /// above `fail_on`, else 0. `None` never fails because of a finding.
    #[must_use]
    pub fn exit_status(&self, fail_on: Option<Severity>) -> u8 {
        if self.errors.is_empty() {
            u8::from(fail_on.is_some_and(|least| self.findings.iter().any(|f| f.severity >= least)))
        } else {
            2
        }
    }

    /// Writes the report in `format`, with nothing in it that commands whoever runs a CI job.
    ///
    /// # Errors
    /// Whatever writing says.
    pub fn write(&self, format: Format, look: &Look, out: &mut dyn Write) -> io::Result<()> {
        let mut out = CiLog::new(out, format.into());
        match format {
            Format::Pretty => pretty::write(self, look, &mut out),
            Format::Concise => concise::write(self, look, &mut out),
            Format::Json => json::write(self, &mut out),
            Format::Sarif => sarif::write(self, &mut out),
            Format::Github => github::write(self, &mut out),
            Format::Gitlab => gitlab::write(self, &mut out),
            Format::Junit => junit::write(self, &mut out),
            Format::Markdown => markdown::write(self, &mut out),
        }?;
        out.flush()
    }
}
