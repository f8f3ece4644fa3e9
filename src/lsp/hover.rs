//! A rule's page, where one of its findings is or its name stands.

use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position};

use super::client::Client;
use super::documents::Document;
use super::folder::Folder;
use super::names::{Slot, slot};
use super::positions::Lines;
use crate::rule::{Rule, docs_url};
use crate::rules;
use crate::source::{FileId, Span};

/// How many pages are shown at one place.
const MAX_PAGES: usize = 3;

/// What there is to be said at `position` of `document`.
pub(super) fn at(
    document: &Document,
    position: Position,
    linted: Option<(&Folder, FileId)>,
    client: Client,
) -> Option<Hover> {
    let lines = Lines::new(&document.text, client.encoding);
    let offset = lines.offset(position);
    if let Some(Slot { word, .. }) = slot(document, &lines, offset)
        && let Ok(rule) = rules::find(document.text.get(word.clone())?)
    {
        return Some(hover(&[rule], lines.range(Span::new(FileId(0), word)), client));
    }
    let (folder, file) = linted?;
    let is_here = |span: &Span| span.file == file && span.range().contains(&offset);
    let mut rules: Vec<&Rule> = Vec::new();
    let mut place: Option<Span> = None;
    for finding in &folder.report().findings {
        let (Some(span), Ok(rule)) = (finding.places().find(is_here), rules::find(finding.rule)) else {
            continue;
        };
        if rules.len() < MAX_PAGES && !rules.iter().any(|known| known.id == rule.id) {
            rules.push(rule);
        }
        // Where several are, the smallest place.
        place = place.into_iter().chain([span]).min_by_key(|span| span.range().len());
    }
    Some(hover(&rules, lines.range(place?), client))
}

fn hover(rules: &[&Rule], range: lsp_types::Range, client: Client) -> Hover {
    let pages: Vec<String> =
        rules.iter().map(|rule| format!("{}\n\n<{}>\n", rule.doc.trim_end(), docs_url(rule.id))).collect();
    let kind = if client.shows_markdown { MarkupKind::Markdown } else { MarkupKind::PlainText };
    let contents = HoverContents::Markup(MarkupContent { kind, value: pages.join("\n---\n\n") });
    Hover { contents, range: Some(range) }
}
