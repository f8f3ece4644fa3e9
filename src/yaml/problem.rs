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
    let word = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let first = rest.chars().next().map_or(0, char::len_utf8);
    if word == 0 && rest.trim_start().is_empty() {
        // At the end there is nothing to point at: take the last thing written.
        let written = text.get(..at).unwrap_or("").trim_end();
        let last = written.chars().next_back().map_or(0, char::len_utf8);
        return written.len() - last..written.len();
    }
    at..at + word.max(first)
}

/// What an error of the parser means to a reader, and what to do about it.
pub(super) fn explain(error: &ScanError) -> (String, Option<String>) {
    use ErrorKind as E;
    let (message, help): (String, &str) = match error.kind() {
        E::TabInIndentation | E::TabInBlockIndentation | E::TabNotAllowed | E::TabAtBlockScalarStart => {
            ("a tab stands where YAML wants spaces".into(), "indent with spaces")
        }
        E::UnclosedQuotedScalar | E::DocumentIndicatorInQuotedScalar => {
            ("this quote is never closed".into(), "close the quote at the end of the text")
        }
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => (
            "text follows a closing quote".into(),
            "a quote inside a quoted text is written `''` in single quotes and `\\\"` in double quotes",
        ),
        E::InvalidQuotedScalarIndent => (
            "quoted text goes on in a line that isn't indented".into(),
            "close the quote, or indent the line",
        ),
        E::UnknownQuotedScalarEscape => (
            "no such escape in double quotes".into(),
            "write the backslash twice, or put the text in single quotes",
        ),
        E::UnknownAnchor => ("no anchor of this name stands before".into(), ""),
        E::UnexpectedCharacter { character } => {
            (format!("`{}` can't start a plain text", character.escape_debug()), "put the text in quotes")
        }
        E::MappingValueNotAllowed | E::InvalidColonPlacement => (
            "a `:` makes a map of what can't be one here".into(),
            "put text that holds `: ` in quotes, or check the indentation",
        ),
        E::BlockSequenceEntryNotAllowed => {
            ("a list can't start here".into(), "put the first `- ` on a line of its own")
        }
        E::ExpectedBlockMappingKey | E::ExpectedBlockSequenceEntry | E::InvalidIndentation => (
            "this fits in no map or list that is open here".into(),
            "check the indentation against the lines above",
        ),
        E::SimpleKeyExpected | E::InvalidSimpleKey => (
            "a key without `:`".into(),
            "write `key: value`, or indent the line if it goes on with the text above",
        ),
        E::UnclosedFlowCollection { open } => (format!("this `{open}` is never closed"), ""),
        E::MismatchedFlowCollectionEnd { open, close } => (format!("`{close}` closes a `{open}`"), ""),
        E::ExpectedFlowMappingSeparator => ("neither `,` nor `}` follows an entry".into(), ""),
        E::ExpectedFlowSequenceSeparator => ("neither `,` nor `]` follows an item".into(), ""),
        _ => (error.info(), ""),
    };
    (message, (!help.is_empty()).then(|| help.to_owned()))
}
