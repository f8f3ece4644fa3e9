//! A rule's page, where one of its findings is or its name stands.

use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position};

use super::client::Client;
use super::documents::Document;
use super::folder::{self, Folder};
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
    if let Some((rule, name)) = named(document, &lines, offset) {
        return Some(hover(&[rule], lines.range(name), client));
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

/// The rule whose name is at `offset`, and where that stands: in a comment for initlint, or in the config file.
fn named(document: &Document, lines: &Lines<'_>, offset: usize) -> Option<(&'static Rule, Span)> {
    let line = lines.line_of(offset);
    let text = document.text.get(line.clone())?;
    if !text.contains("initlint") && !folder::is_config(&document.path) {
        return None;
    }
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let (before, after) = text.split_at_checked(offset - line.start)?;
    let start = offset - (before.len() - before.trim_end_matches(is_word).len());
    let end = offset + (after.len() - after.trim_start_matches(is_word).len());
    let rule = rules::find(document.text.get(start..end)?).ok()?;
    Some((rule, Span::new(FileId(0), start..end)))
}

fn hover(rules: &[&Rule], range: lsp_types::Range, client: Client) -> Hover {
    let pages: Vec<String> =
        rules.iter().map(|rule| format!("{}\n\n<{}>\n", rule.doc.trim_end(), docs_url(rule.id))).collect();
    let kind = if client.shows_markdown { MarkupKind::Markdown } else { MarkupKind::PlainText };
    let contents = HoverContents::Markup(MarkupContent { kind, value: pages.join("\n---\n\n") });
    Hover { contents, range: Some(range) }
}
