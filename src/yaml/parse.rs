//! The ways to a [`Document`].

use std::ops::Range;
use std::sync::Arc;

use super::builder;
use super::documents::split;
use super::injected;
use super::origin::Origin;
use super::problem::Problem;
use super::torn;
use super::tree::Document;
use crate::helm::Reading;
use crate::source::{MappedText, Source};

impl Document {
    /// Parses the first document in the bytes `range` of a file, which [`split`](super::split)
    /// found.
    ///
    /// # Errors
    /// [`Problem::Invalid`] where kubectl could not turn the document into JSON, and
    /// [`Problem::Bound`] where it nests past [`MAX_DEPTH`](super::MAX_DEPTH) or aliases add more than
    /// [`MAX_ALIASED_NODES`](super::MAX_ALIASED_NODES) nodes.
    pub fn parse(source: &Source, range: Range<usize>) -> Result<Document, Problem> {
        builder::parse(source, range)
    }

    /// Parses the first document in the bytes `range` of a template's `reading`; `text` is the reading's.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn parse_reading(reading: &Reading, text: &Source, range: Range<usize>) -> Result<Document, Problem> {
        let start = range.start;
        let mut document = parse_written(text, &reading.text, range)?;
        document.injected = Some(injected::find(&document, text, start, reading));
        document.placeholders = Some(Arc::clone(&reading.placeholders));
        torn::problem(&document).map_or(Ok(document), Err)
    }

    /// Parses the documents of a text that is written in a scalar of a file. Places are those in the file.
    ///
    /// # Errors
    /// As for [`parse`](Self::parse).
    #[must_use]
    pub fn parse_text(written: MappedText) -> Vec<Result<Document, Problem>> {
        let text = Source::new(written.whole().file, "", written.as_str());
        let written = Arc::new(written);
        split(&text.text).into_iter().map(|range| parse_written(&text, &written, range)).collect()
    }
}

/// Parses a document of `text`, which is `written` in a file.
fn parse_written(text: &Source, written: &Arc<MappedText>, range: Range<usize>) -> Result<Document, Problem> {
    let origin = Arc::new(Origin::within(text, Arc::clone(written), range.clone()));
    let document = builder::parse(text, range);
    document
        .map(|document| Document { origin, ..document })
        .map_err(|problem| problem.at(|span| written.span(span.range())))
}
