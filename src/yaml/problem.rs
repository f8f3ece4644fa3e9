//! Why a document could not be read.

use std::ops::Range;

use granit_parser::{ErrorKind, ScanError};

use crate::source::Span;

/// Why a document could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// It is not valid YAML, or not what kubectl can turn into JSON.
    Invalid {
        /// Where it goes wrong.
        span: Span,
        /// What is wrong, in one clause without a full stop.
        message: String,
        /// What to do about it.
        help: Option<String>,
    },
    /// It goes past a bound that keeps hostile input from taking all time or memory.
    Bound {
        /// Where the bound was hit.
        span: Span,
        /// Which bound, in one clause without a full stop.
        message: String,
    },
}

impl Problem {
    /// The place to show.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Problem::Invalid { span, .. } | Problem::Bound { span, .. } => *span,
        }
    }

    /// The same at another place.
    pub(super) fn at(mut self, place: impl Fn(Span) -> Span) -> Self {
        match &mut self {
            Problem::Invalid { span, .. } | Problem::Bound { span, .. } => *span = place(*span),
        }
        self
    }

    /// What is wrong.
    #[must_use]
    pub fn message(&self) -> &str {
        match self {
            Problem::Invalid { message, .. } | Problem::Bound { message, .. } => message,
        }
    }
}

/// The bytes of `text` that an error points at: from its place to the end of the word there.
pub(super) fn extent(text: &str, error: &ScanError) -> Range<usize> {
    let at = error.marker().byte_offset().unwrap_or(0).min(text.len());
    let rest = text.get(at..).unwrap_or("");
    if is_about_tabs(error) {
        // The parser stops past the tab, or where the text begins that the tab breaks off.
        let before = text.get(..at).unwrap_or("");
        let blanks = before.trim_end_matches([' ', '\t']).len();
        let tab = text.get(blanks..).and_then(|rest| rest.find('\t'));
        return tab.map_or(at..at, |tab| blanks + tab..blanks + tab + 1);
    }
    let word = rest.find(char::is_whitespace).unwrap_or(rest.len());
    if word == 0 && rest.trim_start().is_empty() {
        // At the end there is nothing to point at: take the last thing written.
        let written = text.get(..at).unwrap_or("").trim_end();
        let last = written.chars().next_back().map_or(0, char::len_utf8);
        return written.len() - last..written.len();
    }
    let first = rest.chars().next().map_or(0, char::len_utf8);
    let is_opening =
        matches!(error.kind(), ErrorKind::UnclosedQuotedScalar | ErrorKind::UnclosedFlowCollection { .. });
    at..at + if is_opening { first } else { word.max(first) }
}

fn is_about_tabs(error: &ScanError) -> bool {
    use ErrorKind::{
        TabAtBlockScalarStart, TabInBlockIndentation, TabInIndentation, TabInPlainScalar, TabNotAllowed,
    };
    matches!(
        error.kind(),
        TabAtBlockScalarStart | TabInBlockIndentation | TabInIndentation | TabInPlainScalar | TabNotAllowed
    )
}

/// The problem that an error of the parser makes at `span` of a file's `text`, if the innermost
/// bracket that is open there stands at `bracket`.
pub(super) fn of(error: &ScanError, span: Span, text: &str, bracket: Option<usize>) -> Problem {
    let (message, help) = explain(error);
    let (before, after) = text.split_at_checked(span.start as usize).unwrap_or_default();
    if let Some((at, blank)) = odd_indentation(before, after) {
        let start = u32::try_from(at).unwrap_or(span.start);
        let end = u32::try_from(at + blank.len_utf8()).unwrap_or(span.end);
        let name = if blank == '\u{a0}' { "a non-breaking space" } else { "a blank that is no space" };
        return Problem::Invalid {
            span: Span { start, end, ..span },
            message: format!(
                "{name} (U+{:04X}) stands in the indentation, where YAML wants spaces",
                u32::from(blank)
            ),
            help: Some("indent with spaces".to_owned()),
        };
    }
    if let Some(marker) = conflict_marker(before, after) {
        let end = |at: usize| u32::try_from(at).unwrap_or(span.end);
        return Problem::Invalid {
            span: Span { start: end(marker.start), end: end(marker.end), ..span },
            message: "a merge conflict stands here that nobody resolved".to_owned(),
            help: Some("keep one of the two sides, and take the marks out".to_owned()),
        };
    }
    let line = [before.rsplit('\n').next().unwrap_or(""), after.lines().next().unwrap_or("")].concat();
    let help = if line.contains("{{") {
        Some("if this is a template, render it first".to_owned())
    } else if matches!(error.kind(), ErrorKind::MappingValueNotAllowed) && is_below_value(before) {
        Some("move the line to the left: the key above it has its value already".to_owned())
    } else {
        bracket.and_then(|bracket| unclosed(before, bracket)).or(help.map(str::to_owned))
    };
    Problem::Invalid { span, message, help }
}

/// Whether the line that goes wrong, of which the start is the end of `before`, is a key that stands further in than the one
/// above it, which has a value in its line.
fn is_below_value(before: &str) -> bool {
    let columns = |line: &str| line.len() - line.trim_start().len();
    let mut lines = before.rsplit('\n');
    let own = lines.next().unwrap_or("");
    let is_key = !own.trim().is_empty() && !own.trim_start().contains([' ', '"', '\'']);
    let above = lines.find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    is_key
        && above.is_some_and(|above| {
            let value = above.split_once(": ").map_or("", |(_, value)| value.trim());
            !value.is_empty() && !value.starts_with(['|', '>', '&']) && columns(above) < columns(own)
        })
}

/// How many lines above an error may be its cause.
const NEAR: usize = 20;

/// The first blank that is no space in the indentation of the line that goes wrong, or of one shortly above it: text pasted
/// from a page has them.
fn odd_indentation(before: &str, after: &str) -> Option<(usize, char)> {
    let line_end = after.find('\n').unwrap_or(after.len());
    let start = before.rmatch_indices('\n').nth(NEAR).map_or(0, |(at, _)| at + 1);
    let text = [before.get(start..)?, after.get(..line_end)?].concat();
    let mut at = start;
    for line in text.split_inclusive('\n') {
        let indentation = line.len() - line.trim_start().len();
        let is_odd = |c: char| c.is_whitespace() && !c.is_ascii();
        if let Some(found) = line.get(..indentation)?.find(is_odd) {
            return Some((at + found, line.get(found..)?.chars().next()?));
        }
        at += line.len();
    }
    None
}

/// What git marks the sides of a merge conflict with that it can't resolve (git-merge(1), *How conflicts are presented*).
const CONFLICT_MARKS: [&str; 2] = ["<<<<<<<", ">>>>>>>"];

/// The mark of a merge conflict at the start of the line that goes wrong, or of one shortly above it.
fn conflict_marker(before: &str, after: &str) -> Option<Range<usize>> {
    let line_end = after.find('\n').unwrap_or(after.len());
    let start = before.rmatch_indices('\n').nth(NEAR).map_or(0, |(at, _)| at + 1);
    let text = [before.get(start..)?, after.get(..line_end)?].concat();
    let mut at = start;
    for line in text.split_inclusive('\n') {
        let is_it = |mark: &&str| {
            line.strip_prefix(mark).is_some_and(|side| side.starts_with(' ') || side.trim().is_empty())
        };
        if CONFLICT_MARKS.iter().any(is_it) {
            return Some(at..at + line.trim_end().len());
        }
        at += line.len();
    }
    None
}

/// The help for what goes wrong after a bracket of an earlier line.
fn unclosed(before: &str, bracket: usize) -> Option<String> {
    let (outside, inside) = before.split_at_checked(bracket)?;
    let line = outside.matches('\n').count() + 1;
    inside
        .contains('\n')
        .then(|| Some(format!("is the `{}` in line {line} closed?", inside.chars().next()?)))?
}

/// What an error of the parser means to a reader, and what to do about it.
fn explain(error: &ScanError) -> (String, Option<&'static str>) {
    use ErrorKind as E;
    let (message, help) = match error.kind() {
        _ if is_about_tabs(error) => ("a tab stands where YAML wants spaces", "indent with spaces"),
        E::UnclosedQuotedScalar | E::DocumentIndicatorInQuotedScalar => {
            ("this quote is never closed", "close it at the end of the text")
        }
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => (
            "text follows a closing quote",
            "put all of the text within the quotes; there write `''` for a single quote, or `\\\"` for a double one",
        ),
        E::UnknownQuotedScalarEscape => (
            "double quotes know no such escape",
            "write the backslash twice, or put the text in single quotes",
        ),
        E::UnknownAnchor => ("no anchor of this name stands before", ""),
        E::UnexpectedCharacter { character } => return unexpected(*character),
        E::MappingValueNotAllowed | E::InvalidColonPlacement => (
            "this `:` stands where no value can start",
            "put text that holds `: ` in quotes; a key needs a space after its `:`",
        ),
        E::BlockSequenceEntryNotAllowed => {
            ("a list can't start here", "put the first `- ` on a line of its own")
        }
        E::ExpectedBlockMappingKey | E::ExpectedBlockSequenceEntry | E::InvalidIndentation => {
            ("this fits in no map or list that is open here", "check the indentation against the lines above")
        }
        E::SimpleKeyExpected | E::InvalidSimpleKey => (
            "this key has no `:`",
            "write `key: value`, or indent the line if it goes on with the text above",
        ),
        E::InvalidBlockScalarHeader => ("text follows the `|` or `>`", "start the text on the next line"),
        E::MisplacedFlowCollectionEnd => ("this bracket closes nothing", ""),
        E::ExpectedFlowMappingSeparator => ("a `,` or `}` is missing before this", ""),
        E::ExpectedFlowSequenceSeparator => ("a `,` or `]` is missing before this", ""),
        E::UnclosedFlowCollection { open } => return (format!("this `{open}` is never closed"), None),
        _ => return (error.info(), None),
    };
    (message.to_owned(), (!help.is_empty()).then_some(help))
}

fn unexpected(character: char) -> (String, Option<&'static str>) {
    if character.is_control() {
        (format!("YAML allows no control character U+{:04X}", u32::from(character)), None)
    } else {
        (format!("`{character}` can't start a text without quotes"), Some("put the text in quotes"))
    }
}
