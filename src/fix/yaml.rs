//! Edits of YAML, by the style in which it is written: an entry or a comment taken out, an entry put in.

use serde_json::Value;

use super::script::replace_text;
use crate::finding::Edit;
use crate::source::{FileId, Source, Span};
use crate::yaml::{self, Document, Entry, Node};

/// Takes the entry `key` out of `mapping`, with the comment lines right above it.
///
/// `None` where that could change anything else: the entry comes from a merge or an alias, or an alias leads to what
/// would change.
#[must_use]
pub fn remove_entry(source: &Source, mapping: Node<'_>, key: &str) -> Option<Vec<Edit>> {
    let written = own_entries(mapping)?;
    let mut named = written.iter().enumerate().filter(|(_, entry)| entry.name() == key);
    let (index, entry) = named.next().filter(|_| named.next().is_none())?;
    remove_written(source, mapping, &written, index, entry)
}

/// Takes `entry` out of `mapping`, whose [`own_entries`] are `own`, be it one of several of its name. Otherwise as
/// [`remove_entry`].
#[must_use]
pub fn remove_repeated(
    source: &Source,
    mapping: Node<'_>,
    own: &[Entry<'_>],
    entry: &Entry<'_>,
) -> Option<Vec<Edit>> {
    let index = own.binary_search_by_key(&entry.key.span().start, |own| own.key.span().start).ok()?;
    remove_written(source, mapping, own, index, entry)
}

/// The entries of `mapping` in order, where all of them are written in it.
#[must_use]
pub fn own_entries(mapping: Node<'_>) -> Option<Vec<Entry<'_>>> {
    let written: Vec<_> = mapping.written_entries().collect();
    written.iter().all(|entry| mapping.span().contains(entry.span())).then_some(written)
}

fn remove_written(
    source: &Source,
    mapping: Node<'_>,
    written: &[Entry<'_>],
    index: usize,
    entry: &Entry<'_>,
) -> Option<Vec<Edit>> {
    let block = entry.span();
    let next = written.get(index + 1).map(|entry| entry.key.span());
    if mapping.is_aliased(block) {
        return None;
    }
    let before = text_before(source, block);
    let span = if is_flow(source, mapping) {
        flow_entry(source, block)
    } else if written.len() == 1 {
        return Some(vec![Edit { span: block, replacement: "{}".to_owned() }]);
    } else if before.trim().is_empty() {
        lines_of(source, block)
    } else {
        // The first key of a list's item: what follows moves up to the `- `.
        before.trim_start_matches([' ', '-']).is_empty().then_some(Span { end: next?.start, ..block })?
    };
    Some(vec![Edit { span, replacement: String::new() }])
}

/// Puts the entry `key: value` into `mapping`, behind its entry `after` or else its last one.
///
/// `None` where that could change anything else, as [`remove_entry`], and for an empty map in block style.
#[must_use]
pub fn insert_entry(
    source: &Source,
    mapping: Node<'_>,
    after: &str,
    key: &str,
    value: &Value,
) -> Option<Edit> {
    insert_entries(source, mapping, after, &[(key, value.clone())])
}

/// Puts several entries into `mapping`. Otherwise as [`insert_entry`].
#[must_use]
pub fn insert_entries(
    source: &Source,
    mapping: Node<'_>,
    after: &str,
    entries: &[(&str, Value)],
) -> Option<Edit> {
    let written = own_entries(mapping)?;
    if mapping.is_aliased(mapping.span()) || mapping.span().file != source.id {
        return None;
    }
    let place = written.iter().find(|entry| entry.name() == after).or(written.last());
    if is_flow(source, mapping) {
        return Some(insert_flow(source, mapping, place, entries));
    }
    let place = place?.span();
    let first = written.first()?.key.written_span();
    let indent: String =
        text_before(source, first).chars().map(|c| if c == '\t' { c } else { ' ' }).collect();
    let line = source.line_range(source.line_index((place.end.max(place.start + 1) - 1) as usize));
    let ends = source.text.get(line.clone()).unwrap_or("");
    let line_break = line_break(source);
    let lines = entries.iter().flat_map(|(key, value)| block_lines(key, value));
    let lines = lines.map(|line| format!("{indent}{line}{line_break}")).collect::<String>();
    let replacement = if ends.ends_with('\n') {
        lines
    } else {
        format!("{line_break}{}", lines.trim_end_matches(['\r', '\n']))
    };
    Some(Edit { span: Span::new(source.id, line.end..line.end), replacement })
}

/// Puts the string `text` into a list, behind the item that is written at `item`.
#[must_use]
pub fn insert_item(source: &Source, item: Span, text: &str) -> Option<Edit> {
    let (before, written) = (text_before(source, item), source.slice(item));
    let end = item.end as usize;
    let scalars = if written.starts_with('"') { Scalars::Quoted } else { Scalars::Plain };
    let text = match scalars {
        Scalars::Plain
            if text.starts_with('-') && text.trim_start_matches('-').chars().all(char::is_alphanumeric) =>
        {
            text.to_owned()
        }
        scalars => scalars.scalar(text),
    };
    if before.trim() != "-" {
        return Some(Edit { span: Span::new(source.id, end..end), replacement: format!(", {text}") });
    }
    let line = source.line_range(source.line_index(end));
    let is_alone = !written.contains('\n') && source.text.get(line.clone())?.ends_with('\n');
    let replacement = format!("{before}{text}{}", line_break(source));
    is_alone.then_some(Edit { span: Span::new(source.id, line.end..line.end), replacement })
}

/// Puts `new` in the place of the text of the scalar `node`, in quotes where JSON needs them. Otherwise as
/// [`replace_text`].
#[must_use]
pub fn replace_scalar(source: &Source, node: Node<'_>, new: &str) -> Option<Edit> {
    let text = node.mapped();
    let edit = replace_text(source, &text, 0..text.as_str().len(), new)?;
    let is_bare = edit.span == node.span() && node.is_in_json() && new.parse::<f64>().is_err();
    let replacement = if is_bare { Value::from(new).to_string() } else { edit.replacement };
    Some(Edit { replacement, ..edit })
}

/// How lines end in `source`.
fn line_break(source: &Source) -> &'static str {
    let first = source.text.get(source.line_range(0)).unwrap_or("");
    if first.ends_with("\r\n") { "\r\n" } else { "\n" }
}

fn insert_flow(
    source: &Source,
    mapping: Node<'_>,
    place: Option<&Entry<'_>>,
    entries: &[(&str, Value)],
) -> Edit {
    let style = if mapping.is_in_json() { Scalars::Quoted } else { Scalars::Plain };
    let texts: Vec<String> = entries.iter().map(|(key, value)| style.entry(key, value)).collect();
    let Some(place) = place else {
        let at = mapping.span().start as usize + 1;
        return Edit { span: Span::new(source.id, at..at), replacement: texts.join(", ") };
    };
    let before = text_before(source, place.span());
    let between = if before.trim().is_empty() && place.span().start != 0 {
        format!(",{}{before}", line_break(source))
    } else {
        ", ".to_owned()
    };
    let end = place.span().end as usize;
    let replacement = texts.iter().map(|text| format!("{between}{text}")).collect();
    Edit { span: Span::new(source.id, end..end), replacement }
}

/// `key: value` as lines in block style.
fn block_lines(key: &str, value: &Value) -> Vec<String> {
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            let below = entries.iter().flat_map(|(key, value)| block_lines(key, value));
            let key = format!("{}:", Scalars::Plain.scalar(key));
            std::iter::once(key).chain(below.map(|line| format!("  {line}"))).collect()
        }
        value => vec![Scalars::Plain.entry(key, value)],
    }
}

/// How strings are written in flow style.
#[derive(Clone, Copy)]
enum Scalars {
    /// Without quotes where they are read as strings all the same.
    Plain,
    /// In quotes, as JSON has them.
    Quoted,
}

impl Scalars {
    fn entry(self, key: &str, value: &Value) -> String {
        format!("{}: {}", self.scalar(key), self.value(value))
    }

    fn value(self, value: &Value) -> String {
        let joined = |parts: Vec<String>| parts.join(", ");
        match value {
            Value::Object(entries) => {
                format!("{{{}}}", joined(entries.iter().map(|(key, value)| self.entry(key, value)).collect()))
            }
            Value::Array(items) => {
                format!("[{}]", joined(items.iter().map(|item| self.value(item)).collect()))
            }
            Value::String(text) => self.scalar(text),
            other => other.to_string(),
        }
    }

    fn scalar(self, text: &str) -> String {
        let is_simple = text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c));
        let is_string = || {
            // Of these letters, what starts with one that is no sign is one scalar.
            if text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
                return yaml::is_string_unquoted(text);
            }
            let document = Document::parse(&Source::new(FileId(0), "", text), 0..text.len());
            document.is_ok_and(|document| document.root().as_str() == Some(text))
        };
        match self {
            Self::Plain if is_simple && is_string() => text.to_owned(),
            _ => Value::from(text).to_string(),
        }
    }
}

/// Whether a map is written in braces.
fn is_flow(source: &Source, mapping: Node<'_>) -> bool {
    source.slice(mapping.span()).starts_with('{')
}

/// Takes a YAML comment out: its line where it has that to itself, else what stands before it too,
/// back to the last word.
#[must_use]
pub fn remove_comment(source: &Source, comment: Span) -> Edit {
    let before = text_before(source, comment);
    let span = if before.trim().is_empty() {
        Span::new(source.id, source.line_range(source.line_index(comment.start as usize)))
    } else {
        let blanks = before.len() - before.trim_end_matches([' ', '\t']).len();
        Span::new(source.id, comment.start as usize - blanks..comment.end as usize)
    };
    Edit { span, replacement: String::new() }
}

/// What stands before `block` on its first line.
fn text_before(source: &Source, block: Span) -> &str {
    let line = source.line_range(source.line_index(block.start as usize));
    source.text.get(line.start..block.start as usize).unwrap_or("")
}

/// All lines of `block`, and the comment lines above it that are indented as it is.
fn lines_of(source: &Source, block: Span) -> Span {
    let mut first = source.line_index(block.start as usize);
    let indent = text_before(source, block);
    while let Some(above) = first.checked_sub(1) {
        let line = source.text.get(source.line_range(above)).unwrap_or("");
        match line.strip_prefix(indent) {
            Some(rest) if rest.starts_with('#') => first = above,
            _ => break,
        }
    }
    let last = source.line_index((block.end.max(block.start + 1) - 1) as usize);
    Span::new(source.id, source.line_range(first).start..source.line_range(last).end)
}

/// An entry of `{a: 1, b: 2}` with the comma and space that belong to it.
fn flow_entry(source: &Source, block: Span) -> Span {
    let after = source.text.get(block.end as usize..).unwrap_or("");
    let before = source.text.get(..block.start as usize).unwrap_or("");
    let blank = |c: char| c.is_whitespace();
    if let Some(rest) = after.trim_start_matches(blank).strip_prefix(',') {
        let end = source.text.len() - rest.trim_start_matches([' ', '\t']).len();
        return Span::new(source.id, block.start as usize..end);
    }
    let start = before.trim_end_matches(blank).strip_suffix(',').map_or(before.len(), str::len);
    Span::new(source.id, start..block.end as usize)
}
