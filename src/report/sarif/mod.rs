//! `--format sarif`: the Static Analysis Results Interchange Format, version 2.1.0 (OASIS), as
//! GitHub code scanning and editors read it.

mod log;
mod region;

use std::collections::BTreeMap;
use std::io::{self, Write};

use log::{
    Artifact, ArtifactChange, ArtifactLocation, BaseId, Configuration, Driver, FixObject, FixProperties,
    Help, Invocation, Level, Location, Log, LogicalLocation, Notification, PhysicalLocation, Region,
    Replacement, ResultObject, ResultProperties, RuleDescriptor, RuleProperties, Run, Suppression, Text,
    Tool,
};
use region::Counter;

use super::Report;
use super::annotated::Place;
use super::fingerprint::Fingerprint;
use super::json::write_value;
use super::paths::{Uri, uri};
use super::summary;
use super::text::visible;
use crate::discover::Failure;
use crate::finding::{Confidence, Finding, Fix, Resource, Severity};
use crate::rule::{Rule, docs_url};
use crate::rules;
use crate::source::{Encoding, FileId, Source, Span};
use crate::unchecked::{Accepted, AcceptedBy, UNCHECKED};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The name that GitHub and others give to the folder that relative addresses start from.
const SOURCE_ROOT: &str = "%SRCROOT%";

/// Not `primaryLocationLineHash`: GitHub's upload action computes that itself, and complains of
/// any other value.
const FINGERPRINT: &str = "initlint/v2";

/// Writes the report as a SARIF log.
///
/// # Errors
/// Whatever writing says.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    write_value(&Writer::new(report).log(), out)
}

/// What the parts of a log share.
struct Writer<'a> {
    report: &'a Report,
    /// Each file that a result speaks of.
    files: BTreeMap<FileId, (&'a Source, Counter<'a>)>,
}

impl<'a> Writer<'a> {
    fn new(report: &'a Report) -> Self {
        let mut writer = Self { report, files: BTreeMap::new() };
        for finding in report.all_findings() {
            let edits = finding.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
            let labels = finding.labels.iter().map(|label| label.span);
            for span in std::iter::once(finding.span).chain(labels).chain(edits) {
                if let (Some(source), false) = (report.source(span), writer.files.contains_key(&span.file)) {
                    writer.files.insert(span.file, (source, Counter::new(source)));
                }
            }
        }
        writer
    }

    fn log(&self) -> Log<'a> {
        let base = Text { text: "the checkout, or else the folder that initlint ran in".to_owned() };
        Log {
            schema: SCHEMA,
            version: "2.1.0",
            runs: [Run {
                tool: Tool { driver: driver() },
                invocations: [self.invocation()],
                original_uri_base_ids: BTreeMap::from([(SOURCE_ROOT, BaseId { description: base })]),
                artifacts: self.files.values().filter_map(|(source, _)| artifact(source)).collect(),
                results: self.results(),
                column_kind: "unicodeCodePoints",
                default_encoding: "UTF-8",
                default_source_language: "yaml",
            }],
        }
    }

    fn invocation(&self) -> Invocation {
        let report = self.report;
        let failures = report.errors.iter().map(failure);
        let unjudged = report.summary.unjudged.iter().map(|one| Notification {
            level: Level::Note,
            message: text(&summary::unjudged(std::slice::from_ref(one), "lint").concat()),
            locations: vec![place(&one.path, one.line)],
        });
        let notes = report.notes.iter().map(|note| Notification {
            level: Level::Note,
            message: text(note),
            locations: Vec::new(),
        });
        Invocation {
            execution_successful: report.errors.is_empty(),
            tool_execution_notifications: failures.chain(unjudged).chain(notes).collect(),
        }
    }

    fn results(&self) -> Vec<ResultObject<'a>> {
        let report = self.report;
        let mut prints = Fingerprint::of(report).into_iter();
        let with_baseline = report.summary.baselined + report.summary.stale > 0;
        let counted = report.findings.iter().zip(prints.by_ref()).filter_map(|(finding, print)| {
            let state = with_baseline.then_some("new");
            Some(ResultObject { baseline_state: state, ..self.result(finding, print)? })
        });
        let mut results: Vec<_> = counted.collect();
        let suppressed = report.suppressed.iter().zip(prints.by_ref()).filter_map(|(suppressed, print)| {
            let justification = suppressed.justification.as_deref();
            let suppression = Suppression { kind: "inSource", status: "accepted", justification };
            Some(ResultObject { suppressions: vec![suppression], ..self.result(&suppressed.finding, print)? })
        });
        results.extend(suppressed);
        let baselined = report.baselined.iter().zip(prints).filter_map(|(finding, print)| {
            let justification = Some("listed in the baseline");
            let suppression = Suppression { kind: "external", status: "accepted", justification };
            Some(ResultObject {
                baseline_state: Some("unchanged"),
                suppressions: vec![suppression],
                ..self.result(finding, print)?
            })
        });
        results.extend(baselined);
        results.extend(report.accepted.iter().map(accepted));
        results
    }

    fn result(&self, finding: &'a Finding, print: Fingerprint) -> Option<ResultObject<'a>> {
        let mut message = text(&self.report.message_of(finding));
        if let Some(help) = &finding.help {
            message.text.push_str(".\n\n");
            message.text.push_str(&text(help).text);
        }
        let related = finding.labels.iter().enumerate().filter_map(|(index, label)| {
            let message = Some(text(&label.message));
            Some(Location { id: Some(index + 1), message, ..self.location(label.span)? })
        });
        Some(ResultObject {
            rule_id: finding.rule,
            rule_index: rules::ALL.iter().position(|rule| rule.id == finding.rule),
            level: level(finding.severity),
            message,
            locations: [Location {
                logical_locations: finding.resource.iter().map(logical_location).collect(),
                ..self.location(finding.span)?
            }],
            related_locations: related.collect(),
            partial_fingerprints: BTreeMap::from([(FINGERPRINT, print.to_string())]),
            baseline_state: None,
            suppressions: Vec::new(),
            fixes: finding.fix.iter().filter_map(|fix| self.fix(fix)).collect(),
            properties: ResultProperties {
                confidence: finding.confidence,
                resource: finding.resource.as_ref(),
            },
        })
    }

    fn location(&self, span: Span) -> Option<Location> {
        let (source, counter) = self.files.get(&span.file)?;
        let physical_location = match self.report.place_of(span) {
            Place::File(file) => {
                PhysicalLocation { artifact_location: artifact_location(file), region: None }
            }
            Place::AsFound | Place::Nowhere => PhysicalLocation {
                artifact_location: artifact_location(&source.path),
                region: Some(counter.region(span)),
            },
        };
        Some(Location { id: None, physical_location, logical_locations: Vec::new(), message: None })
    }

    /// All changes of a fix, file by file.
    fn fix(&self, fix: &Fix) -> Option<FixObject> {
        let mut changes: Vec<(FileId, ArtifactChange)> = Vec::new();
        for edit in &fix.edits {
            let (source, counter) = self.files.get(&edit.span.file)?;
            let replacement = Replacement {
                deleted_region: counter.region(edit.span),
                inserted_content: Text { text: edit.replacement.clone() },
            };
            match changes.iter_mut().find(|(file, _)| *file == edit.span.file) {
                Some((_, change)) => change.replacements.push(replacement),
                None => changes.push((
                    edit.span.file,
                    ArtifactChange {
                        artifact_location: artifact_location(&source.path),
                        replacements: vec![replacement],
                    },
                )),
            }
        }
        Some(FixObject {
            description: text(&fix.message),
            artifact_changes: changes.into_iter().map(|(_, change)| change).collect(),
            properties: FixProperties { safety: fix.safety },
        })
    }
}

fn driver() -> Driver {
    Driver {
        name: env!("CARGO_PKG_NAME"),
        full_name: concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")),
        semantic_version: env!("CARGO_PKG_VERSION"),
        information_uri: env!("CARGO_PKG_REPOSITORY"),
        rules: rules::ALL.iter().map(|rule| descriptor(rule)).collect(),
    }
}

fn descriptor(rule: &Rule) -> RuleDescriptor {
    let summary = format!("{}.", rule.summary);
    RuleDescriptor {
        id: rule.id,
        name: pascal_case(rule.id),
        short_description: Text { text: summary.clone() },
        full_description: Text { text: summary.clone() },
        help: Help { text: format!("{summary}\n\n{}", docs_url(rule.id)), markdown: rule.doc },
        help_uri: docs_url(rule.id),
        default_configuration: Configuration { level: level(rule.severity) },
        properties: RuleProperties {
            tags: &["kubernetes", "init-containers"],
            problem_severity: match rule.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "recommendation",
            },
        },
    }
}

/// `forbidden-probe` as `ForbiddenProbe`, the form of a rule's name in SARIF (3.49.7).
fn pascal_case(id: &str) -> String {
    id.split('-')
        .flat_map(|word| word.char_indices().map(|(at, c)| if at == 0 { c.to_ascii_uppercase() } else { c }))
        .collect()
}

fn level(severity: Severity) -> Level {
    match severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Info => Level::Note,
    }
}

/// Text for a `message`. Viewers make a link of `[text](address)` in it (3.11.6), which text from
/// a manifest may not do.
fn text(text: &str) -> Text {
    Text { text: visible(text).replace("](", "] (") }
}

/// What a reader must know of a file beside its address.
fn artifact(source: &Source) -> Option<Artifact> {
    let is_utf16 = source.encoding == Encoding::Utf16;
    is_utf16.then(|| Artifact { location: artifact_location(&source.path), encoding: "UTF-16" })
}

fn artifact_location(path: &str) -> ArtifactLocation {
    let (uri, uri_base_id) = match uri(path) {
        Uri::Relative(uri) => (uri, Some(SOURCE_ROOT)),
        Uri::Absolute(uri) => (uri, None),
    };
    ArtifactLocation { uri, uri_base_id }
}

fn place(path: &str, line: Option<usize>) -> Location {
    let region = line.map(Region::of_line);
    let physical_location = PhysicalLocation { artifact_location: artifact_location(path), region };
    Location { id: None, physical_location, logical_locations: Vec::new(), message: None }
}

fn failure(failure: &Failure) -> Notification {
    Notification {
        level: Level::Error,
        message: text(&failure.message),
        locations: vec![place(&failure.path, failure.line)],
    }
}

/// What isn't checked and accepted: a notification can't be suppressed, so it is a result.
fn accepted(accepted: &Accepted) -> ResultObject<'_> {
    let kind = match accepted.by {
        AcceptedBy::Suppression(_) => "inSource",
        AcceptedBy::Configuration => "external",
    };
    let Failure { path, line, message } = &accepted.failure;
    ResultObject {
        rule_id: UNCHECKED,
        rule_index: None,
        level: Level::Error,
        message: text(message),
        locations: [place(path, *line)],
        related_locations: Vec::new(),
        partial_fingerprints: BTreeMap::new(),
        baseline_state: None,
        suppressions: vec![Suppression { kind, status: "accepted", justification: accepted.reason() }],
        fixes: Vec::new(),
        properties: ResultProperties { confidence: Confidence::High, resource: None },
    }
}

/// The container, or else the object, that a finding is about.
fn logical_location(resource: &Resource) -> LogicalLocation {
    let parts = [&resource.namespace, &resource.name, &resource.container].into_iter().flatten();
    let parts: Vec<&str> = std::iter::once(&resource.kind).chain(parts).map(String::as_str).collect();
    LogicalLocation {
        name: resource.container.clone().or_else(|| resource.name.clone()),
        fully_qualified_name: parts.join("/"),
        kind: "resource",
    }
}
