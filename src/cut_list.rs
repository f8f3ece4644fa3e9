//! Lists of a cluster that end in the middle, as where the pipe from `kubectl get … -o json` breaks.
//!
//! kubectl writes the fields of a List by their names: `kind` stands after `items`. What ends before it may be YAML all the
//! same, of no kind, and would pass as nothing to do with Kubernetes.

use std::ops::Range;

use crate::source::{Source, Span};
use crate::yaml::{Document, Node, Problem};

/// A List that ends in the middle.
#[derive(Debug)]
pub struct CutList {
    /// Its items that are whole, as a List.
    pub whole: Document,
    /// What is wrong with it, at its end.
    pub problem: Problem,
}

impl CutList {
    /// The List in the document at `range` of `source`, which was `parsed`; `None` where that ends as it should, or before
    /// the end of its first item.
    #[must_use]
    pub fn read(source: &Source, range: Range<usize>, parsed: Result<&Document, &Problem>) -> Option<Self> {
        let may_be_cut = match parsed {
            Ok(document) => {
                let root = document.root();
                root.get("kind").is_none() && root.get("items").is_some_and(Node::is_sequence)
            }
            Err(_) => true,
        };
        let text = source.text.get(range.clone()).filter(|_| may_be_cut && range.end == source.text.len())?;
        let start = text.trim_start();
        let kept = if start.starts_with('{') { Kept::of_json(text) } else { Kept::of_yaml(text) }?;
        let edits = [(0..range.start, "".into()), (range.start + kept.end..range.end, kept.closing.into())];
        let whole = Document::parse_text(source.mapped().replace(&edits)).into_iter().next()?.ok()?;
        let items: Vec<Node<'_>> = whole.root().get("items")?.items().collect();
        let is_object = |node: Node<'_>| ["apiVersion", "kind"].iter().all(|key| node.get(key).is_some());
        let is_list =
            !items.is_empty() && is_object(whole.root()) && items.iter().all(|item| is_object(*item));
        let items = items.len();
        let last = range.start + text.trim_end().char_indices().next_back()?.0;
        let span = Span::new(source.id, last..range.start + text.trim_end().len());
        let these = if items == 1 { "item is" } else { "items are" };
        let message = format!("this List ends in the middle: only its first {items} {these} judged");
        is_list.then_some(Self { whole, problem: Problem::Bound { span, message } })
    }
}

/// What of a List's text is whole.
struct Kept {
    /// Where its last whole item ends (bytes).
    end: usize,
    /// What makes a List of the text up to there.
    closing: &'static str,
}

impl Kept {
    /// Of JSON that ends among the items.
    fn of_json(text: &str) -> Option<Self> {
        let (mut depth, mut in_items, mut has_kind) = (0_usize, false, false);
        let (mut string, mut is_escaped): (Option<usize>, bool) = (None, false);
        let (mut last, mut end) = ("", None);
        for (at, byte) in text.bytes().enumerate() {
            match (byte, string) {
                (b'\\', Some(_)) if !is_escaped => {
                    is_escaped = true;
                    continue;
                }
                (b'"', Some(start)) if !is_escaped => {
                    string = None;
                    if depth == 1 {
                        last = text.get(start + 1..at)?;
                    }
                }
                (b'"', None) => string = Some(at),
                (b':', None) if depth == 1 => has_kind |= last == "kind",
                (b'{' | b'[', None) => {
                    in_items |= depth == 1 && byte == b'[' && last == "items";
                    depth += 1;
                }
                (b'}' | b']', None) => {
                    depth = depth.checked_sub(1)?;
                    if depth == 2 && in_items {
                        end = Some(at + 1);
                    } else if depth <= 1 && in_items {
                        return None;
                    }
                }
                _ => {}
            }
            is_escaped = false;
        }
        let closing = if has_kind { "]}" } else { r#"], "kind": "List"}"# };
        end.filter(|_| in_items).map(|end| Self { end, closing })
    }

    /// Of YAML that ends among the items, which are written each with its `-` in the same column. The last one may lack
    /// its end.
    fn of_yaml(text: &str) -> Option<Self> {
        let (mut column, mut starts, mut has_kind) = (None, Vec::new(), false);
        let (mut at, mut in_items) = (0, false);
        for line in text.split_inclusive('\n') {
            let start = at;
            at += line.len();
            let content = line.trim_start_matches(' ');
            let indent = line.len() - content.len();
            let is_item = content.starts_with("- ");
            if in_items && is_item && *column.get_or_insert(indent) == indent {
                starts.push(start);
            } else if indent == 0 && content.starts_with(|c: char| c.is_ascii_alphabetic()) {
                if in_items {
                    return None;
                }
                has_kind |= content.starts_with("kind:");
                in_items = content.trim_end() == "items:";
            }
        }
        let end = *starts.last().filter(|_| starts.len() > 1)?;
        Some(Self { end, closing: if has_kind { "" } else { "kind: List\n" } })
    }
}
