//! `--format json`: the stable form that scripts build on.

use std::fmt::Write as _;
use std::io::{self, BufWriter, IntoInnerError, Write};

use serde::{Serialize, Serializer};

use super::Report;
use super::fingerprint::Fingerprint;
use super::text::is_hidden;
use crate::discover::Failure;
use crate::finding::{Confidence, Finding, Resource, Safety, Severity};
use crate::read::{Reason, Unjudged};
use crate::rule::docs_url;
use crate::source::{Encoding, Position, Source, Span};

/// The version of the form. It changes only where a member changes its meaning or goes away.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Root<'a> {
    schema: u32,
    tool: Tool,
    findings: Findings<'a>,
    errors: Vec<ErrorOut<'a>>,
    accepted: Vec<AcceptedOut<'a>>,
    summary: SummaryOut<'a>,
}

/// The findings of a report, each made ready when it is written: there may be ten thousands.
struct Findings<'a> {
    report: &'a Report,
    fingerprints: Vec<Fingerprint>,
}

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let findings = self.report.findings.iter().zip(&self.fingerprints);
        serializer.collect_seq(
            findings.filter_map(|(finding, fingerprint)| finding_out(finding, fingerprint, self.report)),
        )
    }
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct FindingOut<'a> {
    rule: &'a str,
    severity: Severity,
    confidence: Confidence,
    message: &'a str,
    help: Option<&'a str>,
    docs: String,
    path: &'a str,
    origin: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
    span: SpanOut,
    resource: Option<&'a Resource>,
    builds: &'a [String],
    labels: Vec<LabelOut<'a>>,
    fix: Option<FixOut<'a>>,
    fingerprint: &'a Fingerprint,
}

#[derive(Serialize)]
pub(super) struct SpanOut {
    start: PositionOut,
    end: PositionOut,
}

#[derive(Serialize)]
struct PositionOut {
    line: usize,
    column: usize,
    offset: u32,
}

#[derive(Serialize)]
struct LabelOut<'a> {
    path: &'a str,
    span: SpanOut,
    message: &'a str,
    likewise: bool,
}

#[derive(Serialize)]
struct FixOut<'a> {
    safety: Safety,
    message: &'a str,
    edits: Vec<EditOut<'a>>,
}

#[derive(Serialize)]
struct EditOut<'a> {
    path: &'a str,
    start: u32,
    end: u32,
    replacement: &'a str,
}

#[derive(Serialize)]
struct ErrorOut<'a> {
    path: &'a str,
    line: Option<usize>,
    message: &'a str,
}

#[derive(Serialize)]
struct AcceptedOut<'a> {
    #[serde(flatten)]
    error: ErrorOut<'a>,
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct SummaryOut<'a> {
    files: usize,
    documents: usize,
    pods: usize,
    error: usize,
    warning: usize,
    info: usize,
    suppressed: usize,
    accepted: usize,
    baselined: usize,
    stale: usize,
    skipped: Vec<&'a Unjudged>,
    patches: Vec<&'a Unjudged>,
    other: usize,
}

/// Writes the whole report as one JSON object.
///
/// # Errors
/// Whatever writing says.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let summary = &report.summary;
    let (patches, skipped) = summary.unjudged.iter().partition(|unjudged| unjudged.reason == Reason::Patch);
    let root = Root {
        schema: SCHEMA,
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        findings: Findings { report, fingerprints: Fingerprint::of(report) },
        errors: report.errors.iter().map(error_out).collect(),
        accepted: report
            .accepted
            .iter()
            .map(|accepted| AcceptedOut { error: error_out(&accepted.failure), reason: accepted.reason() })
            .collect(),
        summary: SummaryOut {
            files: summary.files,
            documents: summary.documents,
            pods: summary.pods,
            error: report.count(Severity::Error),
            warning: report.count(Severity::Warning),
            info: report.count(Severity::Info),
            suppressed: summary.suppressed,
            accepted: summary.accepted,
            baselined: summary.baselined,
            stale: summary.stale,
            skipped,
            patches,
            other: summary.other,
        },
    };
    write_value(&root, out)
}

/// Writes `value` as JSON that is safe for terminals too: control characters that `serde_json`
/// leaves raw, and those that hide or reorder text, are escaped.
///
/// # Errors
/// Whatever writing says.
pub fn write_value(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    // Whole characters stay together in the buffer.
    let mut buffered = BufWriter::new(Escaping(&mut *out));
    serde_json::to_writer_pretty(&mut buffered, value)?;
    buffered.into_inner().map_err(IntoInnerError::into_error)?;
    writeln!(out)
}

/// `text` as a JSON string that is safe for terminals.
#[must_use]
pub fn quoted(text: &str) -> String {
    escaped(&serde_json::Value::from(text).to_string())
}

/// Escapes in JSON what is hidden in its strings; it stands nowhere else.
struct Escaping<'a>(&'a mut dyn Write);

impl Write for Escaping<'_> {
    /// `serde_json` hands over whole characters.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.is_ascii() && !bytes.contains(&0x7f) {
            self.0.write_all(bytes)?;
        } else {
            self.0.write_all(escaped(&String::from_utf8_lossy(bytes)).as_bytes())?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn escaped(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    let mut rest = json;
    while let Some((plain, others)) =
        rest.bytes().position(|byte| byte >= 0x7f).and_then(|at| rest.split_at_checked(at))
    {
        safe.push_str(plain);
        let mut others = others.chars();
        match others.next() {
            Some(character) if character == '\u{7f}' || is_hidden(character) => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    let _ = write!(safe, "\\u{unit:04x}");
                }
            }
            character => safe.extend(character),
        }
        rest = others.as_str();
    }
    safe + rest
}

fn error_out(failure: &Failure) -> ErrorOut<'_> {
    ErrorOut { path: &failure.path, line: failure.line, message: &failure.message }
}

fn finding_out<'a>(
    finding: &'a Finding,
    fingerprint: &'a Fingerprint,
    report: &'a Report,
) -> Option<FindingOut<'a>> {
    let source = report.source(finding.span)?;
    let path_of = |span: Span| report.source(span).map_or("", |source| &*source.path);
    Some(FindingOut {
        rule: finding.rule,
        severity: finding.severity,
        confidence: finding.confidence,
        message: &finding.message,
        help: finding.help.as_deref(),
        docs: docs_url(finding.rule),
        path: &source.path,
        origin: report.origin(finding.span),
        encoding: (source.encoding == Encoding::Utf16).then_some("utf-16"),
        span: span_out(source, finding.span),
        resource: finding.resource.as_ref(),
        builds: &finding.builds,
        labels: finding
            .labels
            .iter()
            .filter_map(|label| {
                let source = report.source(label.span)?;
                Some(LabelOut {
                    path: &source.path,
                    span: span_out(source, label.span),
                    message: &label.message,
                    likewise: label.is_likewise,
                })
            })
            .collect(),
        fix: finding.fix.as_ref().map(|fix| FixOut {
            safety: fix.safety,
            message: &fix.message,
            edits: fix
                .edits
                .iter()
                .map(|edit| EditOut {
                    path: path_of(edit.span),
                    start: edit.span.start,
                    end: edit.span.end,
                    replacement: &edit.replacement,
                })
                .collect(),
        }),
        fingerprint,
    })
}

pub(super) fn span_out(source: &Source, span: Span) -> SpanOut {
    let at = |offset: u32| {
        let Position { line, column } = source.position(offset as usize);
        PositionOut { line, column, offset }
    };
    SpanOut { start: at(span.start), end: at(span.end) }
}
