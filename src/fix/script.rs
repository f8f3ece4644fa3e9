//! Edits of text that is written in a scalar: a script, a quantity, a key.

use std::ops::Range;

use crate::finding::Edit;
use crate::source::{MappedText, Source};

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

/// As JSON writes a string, without the quotes. What is plain there is plain in YAML.
fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or_default().to_owned()
}

/// Whether `text` means itself wherever it stands in a plain scalar, in a flow collection too.
fn is_plain(text: &str) -> bool {
    let is_harmless = |c: char| c.is_alphanumeric() || " _-./:=+@%$&|;()<>*?!~\"'^\\".contains(c);
    let starts_well = text.starts_with(|c: char| c.is_alphanumeric() || "./_$(".contains(c));
    starts_well && text.chars().all(is_harmless) && !text.contains(": ") && !text.ends_with([':', ' '])
}

/// A line break in the block scalar around the byte at `at`, with the indentation of its line behind it.
fn line_break(source: &Source, at: usize) -> Option<String> {
    let line = source.text.get(source.line_range(source.line_index(at)))?;
    let indent = line.len() - line.trim_start_matches(' ').len();
    let end = if line.ends_with("\r\n") { "\r\n" } else { "\n" };
    Some(format!("{end}{}", line.get(..indent)?))
}
