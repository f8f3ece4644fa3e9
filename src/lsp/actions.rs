//! What can be done about a finding.

use std::collections::BTreeMap;

use lsp_types::{
    CodeAction, CodeActionContext, CodeActionKind, CodeActionOrCommand, Diagnostic, DocumentChanges,
    Location, NumberOrString, OneOf, OptionalVersionedTextDocumentIdentifier, Range, TextDocumentEdit,
    TextEdit, Uri, WorkspaceEdit,
};

use super::client::Client;
use super::diagnostics::Places;
use super::documents::Documents;
use super::folder::Folder;
use crate::apply;
use crate::finding::{Edit, Finding, Fix, Safety};
use crate::report::Report;
use crate::source::FileId;
use crate::unchecked;

/// The reason of a suppression to which nobody has given one yet. It is there to be typed over.
const REASON: &str = "TODO: say why";

/// How many findings of one place are spoken of.
const MAX_FINDINGS: usize = 50;

/// What is said with a fix that may change what the manifest means.
const UNSAFE: &str = "unsafe: read what it changes";

/// The actions for what is found in `range` of the document that is `file` in the report of `folder`: fixes, then
/// suppressions, each once.
pub(super) fn at(
    range: Range,
    context: &CodeActionContext,
    (folder, file): (&Folder, FileId),
    documents: &Documents,
    client: Client,
) -> Vec<CodeActionOrCommand> {
    let is_wanted = |kind: &CodeActionKind| {
        let quickfix = CodeActionKind::QUICKFIX;
        // A kind stands for those below it.
        quickfix == *kind || kind.as_str().is_empty()
    };
    if context.only.as_ref().is_some_and(|only| !only.iter().any(is_wanted)) {
        return Vec::new();
    }
    let mut places = Places::new(folder, client.encoding);
    let mut found: Vec<CodeAction> = Vec::new();
    let Some(bytes) = places.lines(file).map(|lines| lines.bytes(range)) else { return Vec::new() };
    let is_here = |finding: &&Finding| {
        finding.places().any(|span| {
            span.file == file && span.range().start <= bytes.end && bytes.start <= span.range().end
        })
    };
    let Report { findings, sources, .. } = folder.report();
    let unchecked = unchecked(folder, file);
    let findings: Vec<&Finding> =
        findings.iter().chain(&unchecked).filter(is_here).take(MAX_FINDINGS).collect();
    let fix = |finding: &Finding| {
        let fix = finding.fix.as_ref().filter(|fix| apply::can_be_made(sources, &fix.edits))?;
        Some(Offer::of(fix))
    };
    let fixes = findings.iter().filter_map(|finding| Some((*finding, fix(finding)?)));
    let ignores = findings.iter().filter_map(|finding| Some((*finding, ignore(folder, file, finding)?)));
    for (finding, offer) in fixes.chain(ignores) {
        let Some(edit) = workspace_edit(&offer.edits, &mut places, documents, client) else { continue };
        if found.iter().all(|known| known.edit.as_ref() != Some(&edit)) {
            found.push(action(offer, diagnostics_of(finding, &context.diagnostics, &mut places), edit));
        }
    }
    found.into_iter().map(CodeActionOrCommand::CodeAction).collect()
}

/// What couldn't be checked in `file`.
fn unchecked(folder: &Folder, file: FileId) -> Vec<Finding> {
    let failures = folder.report().errors.iter();
    let own = failures.filter_map(|failure| Some((failure, folder.failed_at(failure)?)));
    let own = own.filter(|(_, span)| span.file == file).map(|(failure, span)| Finding {
        // Of all of a file a comment speaks that stands anywhere in it.
        about: failure.line.map(|_| span),
        ..unchecked::finding(span, failure.message.clone())
    });
    own.collect()
}

/// What may be done about a finding.
struct Offer {
    title: String,
    edits: Vec<Edit>,
    /// What most people want.
    is_preferred: bool,
}

impl Offer {
    fn of(fix: &Fix) -> Self {
        let title = match fix.safety {
            Safety::Safe => fix.message.clone(),
            Safety::Unsafe => format!("{} ({UNSAFE})", fix.message),
        };
        Self { title, edits: fix.edits.clone(), is_preferred: fix.safety == Safety::Safe }
    }
}

/// What suppresses `finding` in `file`.
fn ignore(folder: &Folder, file: FileId, finding: &Finding) -> Option<Offer> {
    let source = folder.report().sources.get(file)?;
    let edits = apply::ignore(source, finding, &folder.settings().pod_templates, REASON)?;
    Some(Offer {
        title: format!("ignore `{}` here, with a reason", finding.rule),
        edits,
        is_preferred: false,
    })
}

fn action(offer: Offer, diagnostics: Vec<Diagnostic>, edit: WorkspaceEdit) -> CodeAction {
    CodeAction {
        title: offer.title,
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: (!diagnostics.is_empty()).then_some(diagnostics),
        edit: Some(edit),
        is_preferred: Some(offer.is_preferred),
        ..CodeAction::default()
    }
}

/// The client's diagnostics that tell of `finding`.
fn diagnostics_of(finding: &Finding, told: &[Diagnostic], places: &mut Places<'_>) -> Vec<Diagnostic> {
    let range = places.location(finding.span).map(|location| location.range);
    let code = Some(NumberOrString::String(finding.rule.to_owned()));
    let is_of_it = |told: &&Diagnostic| Some(told.range) == range && told.code == code;
    told.iter().filter(is_of_it).cloned().collect()
}

/// `edits` as the client makes them: all of them, or `None`. A client that can is told of which version of each document
/// they are.
fn workspace_edit(
    edits: &[Edit],
    places: &mut Places<'_>,
    documents: &Documents,
    client: Client,
) -> Option<WorkspaceEdit> {
    let mut by_document: BTreeMap<String, (Uri, Vec<TextEdit>)> = BTreeMap::new();
    for Edit { span, replacement } in edits {
        let Location { uri, range } = places.location(*span)?;
        let (_, edits) = by_document.entry(uri.to_string()).or_insert_with(|| (uri, Vec::new()));
        edits.push(TextEdit::new(range, replacement.clone()));
    }
    let by_document = by_document.into_values();
    if !client.knows_versions {
        return Some(WorkspaceEdit::new(by_document.collect()));
    }
    let versioned = by_document.map(|(uri, edits)| TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier {
            version: documents.get(&uri).map(|document| document.version),
            uri,
        },
        edits: edits.into_iter().map(OneOf::Left).collect(),
    });
    let document_changes = Some(DocumentChanges::Edits(versioned.collect()));
    Some(WorkspaceEdit { document_changes, ..WorkspaceEdit::default() })
}
