//! The names that belong where one types.

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, MarkupContent, MarkupKind,
    Position, Range, TextEdit,
};

use super::client::Client;
use super::documents::Document;
use super::names::{SlotKind, slot};
use super::positions::Lines;
use crate::rule::Group;
use crate::rules;
use crate::settings::Level;
use crate::source::{FileId, Span};
use crate::unchecked::UNCHECKED;

/// The characters behind which a name may begin.
pub(super) const TRIGGERS: [&str; 2] = ["[", ","];

/// What may stand at `position` of `document`.
pub(super) fn at(document: &Document, position: Position, client: Client) -> Vec<CompletionItem> {
    let lines = Lines::new(&document.text, client.encoding);
    let Some(slot) = slot(document, &lines, lines.offset(position)) else { return Vec::new() };
    let range = lines.range(Span::new(FileId(0), slot.word));
    let item = |name: &str, about: &str| item(name, about, range);
    let rules = rules::ALL.iter().map(|rule| CompletionItem {
        documentation: Some(page(rule.doc, client)),
        ..item(rule.id, rule.summary)
    });
    let unchecked = item(UNCHECKED, "what can't be checked");
    match slot.kind {
        SlotKind::Suppressed => rules.chain([unchecked]).collect(),
        SlotKind::Configured => {
            let groups = Group::ALL.into_iter().map(|group| item(group.name(), group.summary()));
            rules.chain(groups).chain([unchecked]).collect()
        }
        SlotKind::Level => Level::WORDS.into_iter().map(|(word, _)| item(word, "")).collect(),
    }
}

fn item(name: &str, about: &str, range: Range) -> CompletionItem {
    CompletionItem {
        label: name.to_owned(),
        kind: Some(CompletionItemKind::VALUE),
        detail: (!about.is_empty()).then(|| about.to_owned()),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit::new(range, name.to_owned()))),
        ..CompletionItem::default()
    }
}

fn page(text: &str, client: Client) -> Documentation {
    let kind = if client.shows_markdown { MarkupKind::Markdown } else { MarkupKind::PlainText };
    Documentation::MarkupContent(MarkupContent { kind, value: text.to_owned() })
}
