//! Reading one input: from bytes to text, from text to documents, and what is passed over on the way.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use crate::discover::{self, Failure, Input};
use crate::source::{FileId, Source, decode};
use crate::yaml::{self, Document, Prefilter, Problem};

/// A file, and where its documents lie.
#[derive(Debug)]
pub struct InputFile {
    /// Its text.
    pub source: Arc<Source>,
    /// The bytes of each document; none in a script that a kustomization makes a ConfigMap of.
    pub documents: Vec<Range<usize>>,
}

/// A file that was passed over on purpose.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Skipped {
    /// Its path.
    pub path: String,
    /// `helm-template`.
    pub reason: &'static str,
}

/// What one document of a file is.
#[derive(Debug)]
pub enum Outcome {
    /// YAML that kubectl reads.
    Parsed(Document),
    /// A Helm template, which is passed over.
    Template(Skipped),
    /// No YAML, and not for kubectl either.
    Foreign,
    /// A manifest that can't be read.
    Unreadable(Problem),
}

/// Reads one input. A file that can't be read keeps its number, with empty text.
#[must_use]
pub fn read(id: usize, input: &Input, stdin_name: &str) -> (InputFile, Option<Failure>) {
    let id = FileId(u32::try_from(id).unwrap_or(u32::MAX));
    let path = match input {
        Input::Stdin => stdin_name.to_owned(),
        Input::Text { path, .. } => path.clone(),
        Input::File { path, .. } => path.display().to_string(),
    };
    let source = discover::read(input).and_then(|bytes| match decode(&bytes) {
        Ok((text, encoding)) => Ok(Source::with_encoding(id, &*path, text, encoding)),
        // No text, and no manifest: passed over like others.
        Err(_) if is_json(&path) && !yaml::looks_like_object(&String::from_utf8_lossy(&bytes)) => {
            Ok(Source::new(id, &*path, ""))
        }
        Err(message) => Err(message),
    });
    let (source, failure) = match source {
        Ok(source) => (source, None),
        Err(message) => (Source::new(id, &*path, ""), Some(Failure::new(path, message))),
    };
    let documents = yaml::split(&source.text);
    (InputFile { source: Arc::new(source), documents }, failure)
}

/// Whether `input` is a file that was named, standard input or text in memory: all of it must be YAML.
#[must_use]
pub fn is_named(input: &Input) -> bool {
    !matches!(input, Input::File { named: false, .. })
}

/// Parses the documents of `file` that are worth it, and hands each to `visit`: those that `prefilter` wants, and all of a
/// file that `is_named` itself.
pub fn visit_documents(
    file: &InputFile,
    is_named: bool,
    prefilter: &Prefilter,
    mut visit: impl FnMut(Outcome),
) {
    for range in &file.documents {
        let text = file.source.text.get(range.clone()).unwrap_or("");
        if !is_named && !prefilter.wants(text) {
            continue;
        }
        visit(match Document::parse(&file.source, range.clone()) {
            Ok(document) => Outcome::Parsed(document),
            Err(_) if !is_judged(text, &file.source.path, prefilter, is_named) => Outcome::Foreign,
            Err(Problem::Invalid { .. }) if yaml::looks_like_template(text) => {
                let path = file.source.path.to_string();
                Outcome::Template(Skipped { path, reason: "helm-template" })
            }
            Err(problem) => Outcome::Unreadable(problem),
        });
    }
}

/// Whether it is for us to say what is wrong with a document. Most YAML isn't for kubectl, which
/// refuses some of it: a document that is no object must only be YAML, and only where its file was
/// named. pre-commit names every file that changed, JSON with comments among them.
fn is_judged(document: &str, path: &str, prefilter: &Prefilter, is_named: bool) -> bool {
    prefilter.names(document)
        || yaml::looks_like_object(document)
        || is_named && !is_json(path) && !yaml::is_yaml(document)
}

fn is_json(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

/// Works on one file. A defect of ours in it must not cost what is found in the others.
///
/// # Errors
/// What to tell of a panic.
pub fn guard<T>(file: &InputFile, work: impl FnOnce() -> T) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| {
        let message = "a defect in initlint stopped the check of this file; please report it".to_owned();
        Failure::new(file.source.path.to_string(), message)
    })
}
