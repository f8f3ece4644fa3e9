//! From findings to diagnostics.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt};
use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString,
    Range, Uri,
};

use super::documents::Documents;
use super::folder::Folder;
use super::positions::{Lines, PositionEncoding};
use super::uri;
use crate::discover::Failure;
use crate::finding::{Finding, Severity};
use crate::rule::docs_url;
use crate::source::{FileId, Source, Span};
use crate::unchecked::UNCHECKED;

/// Diagnostics by the address of their document.
pub(super) type ByDocument = BTreeMap<String, Vec<Diagnostic>>;

/// The diagnostics of `folder`: all that has to do with a document that is open, wherever it is written.
pub(super) fn of_folder(folder: &Folder, documents: &Documents, encoding: PositionEncoding) -> ByDocument {
    let mut places = Places::new(folder, encoding);
    let mut found = ByDocument::new();
    for finding in folder.report().findings.iter().filter(|finding| folder.is_of_open(finding)) {
        if let Some(location) = places.location(finding.span) {
            let diagnostic = diagnostic(finding, location.range, &mut places);
            found.entry(location.uri.to_string()).or_default().push(diagnostic);
        }
    }
    for failure in &folder.report().errors {
        if let Some((address, diagnostic)) = of_failure(failure, &mut places) {
            found.entry(address).or_default().push(diagnostic);
        }
    }
    found.extend(of_config(folder, documents, encoding));
    found
}

fn diagnostic(finding: &Finding, range: Range, places: &mut Places<'_>) -> Diagnostic {
    let related = finding.labels.iter().filter_map(|label| {
        let location = places.location(label.span)?;
        Some(DiagnosticRelatedInformation { location, message: label.message.clone() })
    });
    let related: Vec<_> = related.collect();
    let mut diagnostic = plain(finding, range);
    diagnostic.related_information = (!related.is_empty()).then_some(related);
    if !finding.builds.is_empty() {
        diagnostic.message = with_help(places.folder.report().message_of(finding), finding);
    }
    diagnostic
}

/// `finding` without what it says of other places.
fn plain(finding: &Finding, range: Range) -> Diagnostic {
    let code = (!finding.rule.is_empty()).then(|| NumberOrString::String(finding.rule.to_owned()));
    let page = docs_url(finding.rule).parse().ok().map(|href| CodeDescription { href });
    Diagnostic {
        range,
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Info => DiagnosticSeverity::INFORMATION,
        }),
        code_description: page.filter(|_| code.is_some()),
        code,
        source: Some("initlint".to_owned()),
        message: with_help(finding.message.clone(), finding),
        ..Diagnostic::default()
    }
}

fn with_help(message: String, finding: &Finding) -> String {
    match &finding.help {
        Some(help) => format!("{message}\n{help}"),
        None => message,
    }
}

/// What couldn't be checked, at its line.
fn of_failure(failure: &Failure, places: &mut Places<'_>) -> Option<(String, Diagnostic)> {
    let span = places.folder.failed_at(failure)?;
    let address = places.folder.address(span.file)?.to_owned();
    let diagnostic = Diagnostic {
        range: places.lines(span.file)?.range(span),
        severity: Some(DiagnosticSeverity::WARNING),
        code: Some(NumberOrString::String(UNCHECKED.to_owned())),
        source: Some("initlint".to_owned()),
        message: failure.message.clone(),
        ..Diagnostic::default()
    };
    Some((address, diagnostic))
}

/// What is wrong in the config file.
fn of_config(
    folder: &Folder,
    documents: &Documents,
    encoding: PositionEncoding,
) -> Option<(String, Vec<Diagnostic>)> {
    let (source, findings) = folder.config_problem()?;
    let path = folder.path(&source.path);
    let open = documents.at(&path).map(|document| document.uri.clone());
    let address = open.or_else(|| uri::of_path(&path))?;
    let lines = Lines::new(&source.text, encoding);
    let of_findings = findings.iter().map(|finding| plain(finding, lines.range(finding.span)));
    Some((address.to_string(), of_findings.collect()))
}

/// Where the spans of a report are.
pub(super) struct Places<'f> {
    folder: &'f Folder,
    encoding: PositionEncoding,
    lines: HashMap<FileId, Lines<'f>>,
}

impl<'f> Places<'f> {
    pub(super) fn new(folder: &'f Folder, encoding: PositionEncoding) -> Self {
        Self { folder, encoding, lines: HashMap::new() }
    }

    fn source(&self, id: FileId) -> Option<&'f Source> {
        self.folder.report().sources.get(id)
    }

    pub(super) fn lines(&mut self, id: FileId) -> Option<&Lines<'f>> {
        let (source, encoding) = (self.source(id)?, self.encoding);
        Some(self.lines.entry(id).or_insert_with(|| Lines::new(&source.text, encoding)))
    }

    pub(super) fn location(&mut self, span: Span) -> Option<Location> {
        let uri: Uri = match self.folder.address(span.file) {
            Some(address) => address.parse().ok()?,
            None => uri::of_path(&self.folder.path(&self.source(span.file)?.path))?,
        };
        Some(Location { uri, range: self.lines(span.file)?.range(span) })
    }
}
