//! Edits of text that is written in a scalar: a script, a quantity, a key.

use std::ops::Range;

use crate::finding::Edit;
use crate::source::{MappedText, Source, Span};

/// How the scalar around a text is written, as far as it bears on what may stand in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
    Folded,
}

impl Style {
    fn of(written: &str) -> Self {
        match written.bytes().next() {
            Some(b'\'') => Self::SingleQuoted,
            Some(b'"') => Self::DoubleQuoted,
            Some(b'|') => Self::Literal,
            Some(b'>') => Self::Folded,
            _ => Self::Plain,
        }
    }
}

/// Puts `new` in the place of the bytes `range` of `text`, which a scalar of `source` holds.
///
/// `None` where that isn't written as it reads (an escape, a fold, a variable that was filled in), and where the scalar's
/// style can't hold `new`.
#[must_use]
pub fn replace_text(source: &Source, text: &MappedText, range: Range<usize>, new: &str) -> Option<Edit> {
    let old = text.as_str().get(range.clone())?;
    let span = text.span(range);
    let is_exact = !text.is_opaque() && !old.is_empty() && source.slice(span) == old;
    if !is_exact || !text.whole().contains(span) {
        return None;
    }
    let style = Style::of(source.slice(text.whole()));
    let replacement = match style {
        Style::DoubleQuoted => escaped(new),
        Style::SingleQuoted if !new.contains('\n') => new.replace('\'', "''"),
        Style::Literal => new.replace('\n', &line_break(source, span.start as usize)?),
        Style::Folded if !new.contains('\n') => new.to_owned(),
        Style::Plain if is_plain(new) => new.to_owned(),
        _ => return None,
    };
    Some(Edit { span, replacement })
}

/// Puts `new` in the place of the command at the bytes `range` of `text`, and changes no more of it than differs.
/// Otherwise as [`replace_text`].
#[must_use]
pub fn rewrite(source: &Source, text: &MappedText, range: Range<usize>, new: &str) -> Option<Vec<Edit>> {
    let old = text.as_str().get(range.clone())?;
    let same = |pairs: &mut dyn Iterator<Item = (char, char)>| -> usize {
        pairs.take_while(|(old, new)| old == new).map(|(old, _)| old.len_utf8()).sum()
    };
    let before = same(&mut old.chars().zip(new.chars()));
    // The word around what differs, so that nothing is put where nothing stands.
    let before = old.get(..before)?.trim_end().rfind(char::is_whitespace).map_or(0, |blank| blank + 1);
    let (old_rest, new_rest) = (old.get(before..)?, new.get(before..)?);
    let behind = same(&mut old_rest.chars().rev().zip(new_rest.chars().rev()));
    let behind = behind.min(old_rest.len().saturating_sub(1));
    let end = range.start + before + old_rest.floor_char_boundary(old_rest.len() - behind);
    let new = new_rest.get(..new_rest.len().checked_sub(range.end - end)?)?;
    replace_text(source, text, range.start + before..end, new).map(|edit| vec![edit])
}

/// Has the command `first` run before the one at the bytes `range` of `text`, wherever that stands.
#[must_use]
pub fn put_before(source: &Source, text: &MappedText, range: Range<usize>, first: &str) -> Option<Vec<Edit>> {
    let script = text.as_str();
    let command = script.get(range.clone())?;
    let word = range.start..range.start + command.find(char::is_whitespace).unwrap_or(command.len());
    let name = script.get(word.clone())?;
    if starts_statement(script, range.start) {
        let own_line = replace_text(source, text, word.clone(), &format!("{first}\n{name}"))
            .filter(|_| source.slice(text.whole()).starts_with('|'));
        let edit = own_line.or_else(|| replace_text(source, text, word, &format!("{first}; {name}")))?;
        return Some(vec![edit]);
    }
    put_around(source, text, range, &format!("{{ {first}; "), "; }")
}

/// Puts `before` and `behind` around the bytes `range` of `text`.
#[must_use]
pub fn put_around(
    source: &Source,
    text: &MappedText,
    range: Range<usize>,
    before: &str,
    behind: &str,
) -> Option<Vec<Edit>> {
    let inner = text.as_str().get(range.clone())?;
    let (first, last) = (inner.chars().next()?, inner.chars().next_back()?);
    let (start, end) = (range.start..range.start + first.len_utf8(), range.end - last.len_utf8()..range.end);
    if start == end {
        return replace_text(source, text, range, &format!("{before}{inner}{behind}")).map(|edit| vec![edit]);
    }
    let parts = [(before, start, format!("{before}{first}")), (behind, end, format!("{last}{behind}"))];
    let parts = parts.into_iter().filter(|(added, ..)| !added.is_empty());
    parts.map(|(_, range, new)| replace_text(source, text, range, &new)).collect()
}

/// Has the command `first` run before all others of the script `text`: above its comments, so that none is parted from its
/// command. `None` behind a template's action too, which may open a branch that other values leave out.
#[must_use]
pub fn put_first(source: &Source, text: &MappedText, first: &str) -> Option<Vec<Edit>> {
    let script = text.as_str();
    let mut at = 0;
    for line in script.split_inclusive('\n') {
        let written = line.trim();
        if !written.is_empty() && !written.starts_with("#!") {
            let start = at + (line.len() - line.trim_start().len());
            let head = Span { end: text.span(start..start + 1).start, ..text.whole() };
            let edits = put_before(source, text, start..start + written.len(), first);
            return edits.filter(|_| !source.slice(head).contains("{{"));
        }
        at += line.len();
    }
    None
}

/// Whether a command at `at` begins a line and goes on with nothing from the one before.
#[must_use]
pub fn starts_statement(script: &str, at: usize) -> bool {
    let before = script.get(..at).unwrap_or("");
    let (lines, line) = before.rsplit_once('\n').unwrap_or(("", before));
    let goes_on = lines.trim_end().ends_with(['&', '|', '\\', '(']);
    line.trim().is_empty() && !goes_on
}

/// As JSON writes a string, without the quotes. What is plain there is plain in YAML.
fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or_default().to_owned()
}

/// Whether `text` means itself wherever it stands in a plain scalar, in a flow collection too.
fn is_plain(text: &str) -> bool {
    let is_harmless = |c: char| c.is_alphanumeric() || " _-./:=+@%$&|;()<>*?!~\"'^\\".contains(c);
    let starts_well = text.starts_with(|c: char| c.is_alphanumeric() || "./_$(".contains(c));
    let option = text.strip_prefix("--").or_else(|| text.strip_prefix('-'));
    let is_option = option.is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()));
    (starts_well || is_option)
        && text.chars().all(is_harmless)
        && !text.contains(": ")
        && !text.ends_with([':', ' '])
}

/// A line break in the block scalar around the byte at `at`, with the indentation of its line behind it.
fn line_break(source: &Source, at: usize) -> Option<String> {
    let line = source.text.get(source.line_range(source.line_index(at)))?;
    let indent = line.len() - line.trim_start_matches(' ').len();
    let end = if line.ends_with("\r\n") { "\r\n" } else { "\n" };
    Some(format!("{end}{}", line.get(..indent)?))
}
