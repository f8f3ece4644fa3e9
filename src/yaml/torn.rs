//! What of a template is YAML only together with what others put out.

use super::node::Node;
use super::problem::Problem;
use super::tree::{Content, Document};
use crate::helm::is_placeholder;

/// Keys of a container that no list of containers has.
const OF_CONTAINER: [&str; 5] = ["image", "command", "args", "env", "volumeMounts"];

impl Document {
    /// Whether something follows that is no part of it: it ends where nothing fits any more, and kubectl reads no further.
    #[must_use]
    pub fn has_rest(&self) -> bool {
        self.rest().is_some()
    }

    /// The first bytes of its text that belong to no node, comments left out.
    fn rest(&self) -> Option<(u32, u32)> {
        let root = self.data(0);
        let end = self.origin.end;
        let mut at = root.end as usize;
        for line in self.source_text().get(at..end)?.split_inclusive('\n') {
            let content = line.trim();
            let is_part = !content.is_empty() && !content.starts_with(['#', '%']);
            if is_part && !["---", "..."].iter().any(|mark| content.starts_with(mark)) {
                let start = at + (line.len() - line.trim_start().len());
                return Some((u32::try_from(start).ok()?, u32::try_from(start + content.len()).ok()?));
            }
            at += line.len();
        }
        None
    }
}

/// Why `document`, a reading of a template, can't be told from its text alone.
pub(super) fn problem(document: &Document) -> Option<Problem> {
    let (span, message) = match document.rest() {
        Some((start, end)) => {
            (document.origin.span(start, end), "this fits in no map or list that is open here")
        }
        None => {
            let value = torn_list(document)?;
            (document.span_of(value), "the init containers here are no list before Helm has rendered them")
        }
    };
    Some(Problem::Invalid { span, message: message.to_owned(), help: None })
}

/// The value of `initContainers` that is a part of a container, or goes on behind an action.
fn torn_list(document: &Document) -> Option<u32> {
    let maps = (0..u32::try_from(document.nodes.len()).ok()?)
        .filter(|&index| matches!(document.data(index).content, Content::Mapping));
    let mut values = maps.flat_map(|map| {
        let keys = document.children(map).step_by(2);
        keys.zip(document.children(map).skip(1).step_by(2))
            .filter(|(key, _)| is(document, *key, &["initContainers"]))
    });
    let is_behind_action = |key: u32, value: u32| {
        document.is_injected(value)
            || Node::at_index(document, key).is_apart_from(Node::at_index(document, value))
    };
    let is_torn = |key: u32, value: u32| match document.data(value).content {
        Content::Mapping => {
            is_behind_action(key, value)
                && document.children(value).step_by(2).any(|key| is(document, key, &OF_CONTAINER))
        }
        Content::Scalar(scalar) => {
            let text = document.text_of(scalar.text());
            document.has_action(text)
                && text.chars().any(|char| !is_placeholder(char) && !char.is_whitespace())
        }
        Content::Sequence | Content::Alias(_) => false,
    };
    values.find_map(|(key, value)| is_torn(key, value).then_some(value))
}

/// Whether the node at `index` is one of `names`.
fn is(document: &Document, index: u32, names: &[&str]) -> bool {
    match document.data(index).content {
        Content::Scalar(scalar) => names.contains(&document.text_of(scalar.text())),
        _ => false,
    }
}
