//! Reading one input: from bytes to text, from text to documents, and what is passed over on the way.

use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use memchr::memmem;
use serde::Serialize;

use crate::charts::{self, InitTemplates, Views};
use crate::cut_list::CutList;
use crate::discover::{self, Failure, Input};
use crate::encoding::decode;
use crate::helm::{self, Library, Template, Unread};
use crate::path_text::{path_of_text, text_of_path};
use crate::rendered;
use crate::source::{FileId, Source, Span};
use crate::yaml::{self, Document, Prefilter, Problem, Value};

/// A file, and where its documents lie.
#[derive(Debug, Clone)]
pub struct InputFile {
    /// Its text; empty where it was [left out](Self::is_left_out).
    pub source: Arc<Source>,
    /// The bytes of each document; none in a script that a kustomization makes a ConfigMap of.
    pub documents: Box<[Range<usize>]>,
    /// Whether a document looks like an object of Kubernetes.
    pub holds_objects: bool,
    /// Whether a rule may have something to speak of in it, or a suppression stands there, by its text; or it is named.
    pub is_asked_for: bool,
    /// The objects that rules look for, as far as its text tells of them; `None` where that wasn't noted.
    pub mentions: Option<Box<[Mention]>>,
    /// The definitions of custom resources in it, by what names them, where it holds nothing else and was left out.
    pub definitions: Box<[Value]>,
    /// The files of its chart that it names, where it is a template.
    pub named_files: Box<[Box<str>]>,
}

/// Objects that a document may hold, by its text. There are as many as a run has files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The document's number in its file.
    pub document: u32,
    /// The kinds that they may have, of those that rules look for.
    pub kinds: Box<[&'static str]>,
    /// The names that they may have, each followed by a line break.
    names: Box<str>,
}

impl Mention {
    /// Objects in the document of this number that may have these `kinds` and `names`, which are one line each.
    #[must_use]
    pub fn new(document: u32, kinds: Vec<&'static str>, names: &[&str]) -> Self {
        let names: String = names.iter().flat_map(|name| [*name, "\n"]).collect();
        Self { document, kinds: kinds.into(), names: names.into() }
    }

    /// The names that they may have.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.lines()
    }
}

/// What of a file is kept once it was read.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    /// Whether its text is.
    pub text: bool,
    /// Whether a rule may have something to speak of in it, or a suppression stands there.
    pub is_asked_for: bool,
    /// What is noted of its objects, if anything.
    pub mentions: Option<Box<[Mention]>>,
    /// The definitions that are noted of a file without text.
    pub definitions: Box<[Value]>,
}

/// A file that was read, before it is known whether anybody asks for its text.
#[derive(Debug, Clone, Copy)]
pub struct Skimmed<'t> {
    /// Its number.
    pub id: FileId,
    /// Its path, as it is shown.
    pub path: &'t str,
    /// Its text.
    pub text: &'t str,
    /// The bytes of each document.
    pub documents: &'t [Range<usize>],
}

impl Kept {
    /// The text, in which anything may be.
    #[must_use]
    pub fn text() -> Self {
        Self { text: true, is_asked_for: true, ..Self::default() }
    }
}

impl InputFile {
    /// The file that `source` is of.
    #[must_use]
    pub fn new(source: impl Into<Arc<Source>>) -> Self {
        let source = source.into();
        let documents = yaml::split(&source.text);
        let holds_objects = holds_objects(&source.text, &documents);
        let named_files = named_files(&source.path, &source.text);
        let (documents, definitions) = (documents.into(), Box::default());
        Self {
            source,
            documents,
            holds_objects,
            is_asked_for: true,
            mentions: None,
            definitions,
            named_files,
        }
    }

    /// Whether its text was dropped after it was read, since nobody would ask for it.
    #[must_use]
    pub fn is_left_out(&self) -> bool {
        self.source.text.is_empty() && !self.documents.is_empty()
    }

    /// How long its text is, left out or not (bytes).
    #[must_use]
    pub fn length(&self) -> usize {
        let end = self.documents.last().map_or(0, |document| document.end);
        self.source.text.len().max(end)
    }

    /// Whether what kustomize reads of it is noted, though its text was left out.
    #[must_use]
    pub fn is_noted(&self) -> bool {
        self.is_left_out() && !self.definitions.is_empty()
    }

    /// The same file with its text, read once more.
    ///
    /// # Errors
    /// Why it can't be read.
    pub fn with_text(&self) -> Result<Self, Failure> {
        let mentions = self.mentions.clone();
        Ok(Self { mentions, is_asked_for: self.is_asked_for, ..again(&self.source)? })
    }
}

/// The file of `source` once more.
///
/// # Errors
/// Why it can't be read.
pub fn again(source: &Source) -> Result<InputFile, Failure> {
    let input = Input::File { path: path_of_text(&source.path), named: false };
    match read(source.id.0 as usize, &input, "") {
        (file, None) => Ok(file),
        (_, Some(failure)) => Err(failure),
    }
}

/// The files of its chart that the template at `path` names.
fn named_files(path: &str, text: &str) -> Box<[Box<str>]> {
    if !charts::is_template(path, text) {
        return Box::default();
    }
    helm::named_files(text).map(Box::from).collect()
}

fn holds_objects(text: &str, documents: &[Range<usize>]) -> bool {
    documents.iter().filter_map(|range| text.get(range.clone())).any(yaml::looks_like_object)
}

/// What was passed over on purpose, or judged in part.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unjudged {
    /// Its path.
    pub path: String,
    /// Its first line, from 1; `None` for all of a file.
    pub line: Option<usize>,
    /// Why.
    pub reason: Reason,
    /// What stands in the way, in one clause without a full stop, where that isn't said by the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The folder of the chart that it is of.
    #[serde(skip)]
    pub chart: Option<String>,
}

/// Why something isn't judged, or only in part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// A Helm template that can't be read before Helm has rendered it.
    HelmTemplate,
    /// A template that another tool fills in.
    OtherTemplate,
    /// What a test compares with the cluster.
    TestAssertion,
    /// A policy of an admission controller.
    Policy,
    /// What Helm made of a template that is read where it is written.
    Rendered,
    /// A Pod or other object of a cluster, whose maker is judged, or a Pod like it.
    Covered,
    /// A patch, which lacks what the object has that it is merged into: judged in part.
    Patch,
}

/// What one document of a file is.
#[derive(Debug)]
pub enum Outcome<'f> {
    /// YAML that kubectl reads.
    Parsed(Document),
    /// A List that ends in the middle.
    Cut(CutList),
    /// A Helm template.
    Readings(Views<'f>),
    /// A Helm template that can't be read, or not all of it; or what was made of one that is.
    PassedOver(Unjudged),
    /// No YAML, and not for kubectl either.
    Foreign,
    /// A manifest that can't be read.
    Unreadable(Problem),
}

/// Reads one input. A file that can't be read keeps its number, with empty text.
#[must_use]
pub fn read(id: usize, input: &Input, stdin_name: &str) -> (InputFile, Option<Failure>) {
    read_where(|_| Kept::text(), id, input, stdin_name)
}

/// As [`read`]; what `keep` doesn't want has no text.
#[must_use]
pub fn read_where(
    keep: impl Fn(Skimmed<'_>) -> Kept,
    id: usize,
    input: &Input,
    stdin_name: &str,
) -> (InputFile, Option<Failure>) {
    let id = FileId(u32::try_from(id).unwrap_or(u32::MAX));
    let path = match input {
        Input::Stdin => stdin_name.to_owned(),
        Input::Text { path, .. } => path.clone(),
        Input::File { path, .. } | Input::Edited { path, .. } => text_of_path(path),
    };
    let failed = |line, message| Failure { path: path.clone(), line, message };
    let empty = || InputFile::new(Source::new(id, &*path, ""));
    let file = read_bytes(input, |bytes| match decode(bytes) {
        Ok((text, encoding)) => {
            let documents = yaml::split(&text);
            let holds_objects = holds_objects(&text, &documents);
            let named_files = named_files(&path, &text);
            let kept = keep(Skimmed { id, path: &path, text: &text, documents: &documents });
            let source = if kept.text {
                let origins = rendered::origins(&text, &documents);
                Source::with_encoding(id, &*path, text, encoding).with_origins(origins)
            } else {
                Source::with_encoding(id, &*path, "", encoding)
            };
            let Kept { is_asked_for, mentions, definitions, .. } = kept;
            let source = Arc::new(source);
            let documents = documents.into();
            Ok(InputFile {
                source,
                documents,
                holds_objects,
                is_asked_for,
                mentions,
                definitions,
                named_files,
            })
        }
        // Other people's files are passed over whatever their encoding is.
        Err(undecoded) if !undecoded.may_be_manifest => Ok(empty()),
        Err(undecoded) => Err(failed(Some(undecoded.line), undecoded.message())),
    });
    match file.map_err(|message| failed(None, message)).flatten() {
        Ok(file) => (file, None),
        Err(failure) => (empty(), Some(failure)),
    }
}

/// Hands the bytes of `input` to `work`. Each thread has one buffer for all the files that it reads.
fn read_bytes<T>(input: &Input, work: impl FnOnce(Cow<'_, [u8]>) -> T) -> Result<T, String> {
    /// What is kept between files (bytes); few are larger.
    const KEPT: usize = 1 << 18;
    thread_local!(static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) });
    BUFFER.with_borrow_mut(|buffer| {
        let read = discover::read(input, buffer, work);
        buffer.truncate(KEPT);
        buffer.shrink_to(KEPT);
        read
    })
}

/// Whether `input` is a file that was named, standard input or text in memory: all of it must be YAML.
#[must_use]
pub fn is_named(input: &Input) -> bool {
    !matches!(input, Input::File { named: false, .. } | Input::Edited { named: false, .. })
}

/// What of a file is worth to be parsed.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// By the words in it.
    pub prefilter: &'a Prefilter,
    /// Named templates that hold init containers.
    pub init: &'a InitTemplates,
    /// Finds the named templates that the file may include; it takes reading other files.
    pub library: &'a dyn Fn() -> Option<&'a Library>,
    /// Whether the document at a range of the file was made of a template that is read itself.
    pub is_rendered: &'a dyn Fn(&Range<usize>) -> bool,
}

/// Parses the documents of `file` that are worth it, and hands each to `visit`: those that are `wanted`, and all of a
/// file that `is_named` itself.
///
/// A template is handed over as a whole, with those of its documents.
pub fn visit_documents<'f>(
    file: &'f InputFile,
    is_named: bool,
    wanted: Wanted<'f>,
    mut visit: impl FnMut(Outcome<'f>),
) {
    if charts::is_template(&file.source.path, &file.source.text) {
        return visit_template(file, is_named, wanted, &mut visit);
    }
    if is_snapshot(&file.source.text) {
        return visit(Outcome::Foreign);
    }
    let mut outcomes = Vec::new();
    for range in &file.documents {
        let text = file.source.text.get(range.clone()).unwrap_or("");
        if !is_named && !wanted.prefilter.wants(text) {
            continue;
        }
        if !is_named && (wanted.is_rendered)(range) {
            outcomes.push(Outcome::PassedOver(Unjudged {
                path: file.source.path.to_string(),
                line: Some(file.source.position(range.start).line),
                reason: Reason::Rendered,
                message: None,
                chart: None,
            }));
            continue;
        }
        if let Some(problem) = commented_json(&file.source, range) {
            outcomes.push(Outcome::Unreadable(problem));
            continue;
        }
        let parsed = Document::parse(&file.source, range.clone());
        if let Some(cut) = CutList::read(&file.source, range.clone(), parsed.as_ref()) {
            outcomes.push(Outcome::Cut(cut));
            continue;
        }
        let is_judged = || is_judged(text, &file.source, is_named);
        outcomes.push(match parsed {
            // It is YAML only together with what others put out.
            Ok(document) if document.has_rest() && is_judged() && yaml::looks_like_template(text) => {
                return visit_template(file, is_named, wanted, &mut visit);
            }
            Ok(document) => Outcome::Parsed(document),
            Err(_) if !is_judged() => Outcome::Foreign,
            // A branch may go over several documents.
            Err(Problem::Invalid { .. }) if yaml::looks_like_template(text) => {
                return visit_template(file, is_named, wanted, &mut visit);
            }
            Err(problem) => Outcome::Unreadable(problem),
        });
    }
    outcomes.into_iter().for_each(visit);
}

fn visit_template<'f>(
    file: &'f InputFile,
    is_named: bool,
    wanted: Wanted<'f>,
    visit: &mut dyn FnMut(Outcome<'f>),
) {
    let source = &file.source;
    let Wanted { prefilter, init, library, .. } = wanted;
    if !is_named && !prefilter.wants(&source.text) && !init.may_be_in(&source.text) {
        return;
    }
    let skip = |at: usize, message: &str| {
        let chart = discover::chart_of(Path::new(&*source.path));
        let is_of_helm = chart.is_some() || yaml::looks_like_helm(&source.text);
        Outcome::PassedOver(Unjudged {
            path: source.path.to_string(),
            line: Some(source.position(at).line),
            reason: if is_of_helm { Reason::HelmTemplate } else { Reason::OtherTemplate },
            message: Some(message.to_owned()),
            chart: chart.map(|folder| folder.display().to_string()),
        })
    };
    let is_judged =
        !discover::is_helper(Path::new(&*source.path)) && is_judged(&source.text, source, is_named);
    let views = |library| {
        let template = Template::parse_with(&source.text, library)?;
        Ok(Views::of(source, template, init, &|text| is_named || prefilter.wants(text)))
    };
    // What is called may be no YAML where it is put, for values decide on its lines: then only it is left out.
    let all = views(library());
    let is_spoilt = |views: &Views<'_>| views.has_calls() && views.problems().next().is_some();
    let views = match if all.as_ref().is_ok_and(is_spoilt) { views(None) } else { all } {
        Ok(views) => views,
        Err(Unread { at, reason }) if is_judged => return visit(skip(at, reason)),
        Err(_) => return visit(Outcome::Foreign),
    };
    if let Some(problem) = views.problems().next().filter(|_| is_judged) {
        visit(skip(problem.span().start as usize, problem.message()));
    }
    visit(Outcome::Readings(views));
}

/// What is wrong with a manifest that is JSON with comments. Other people's JSON with comments is theirs.
fn commented_json(source: &Source, range: &Range<usize>) -> Option<Problem> {
    let text = source.text.get(range.clone())?;
    let comment = yaml::json_comment(text).filter(|_| yaml::looks_like_object(text))?;
    Some(Problem::Invalid {
        span: Span::new(source.id, range.start + comment.start..range.start + comment.end),
        message: "JSON has no comments".to_owned(),
        help: Some("take the comments out, or write YAML, whose comments start with `#`".to_owned()),
    })
}

/// Whether it is for us to say what is wrong with a document. Most YAML isn't for kubectl, which refuses some of it: a
/// document that is no object must only be YAML, and only where its file was named. pre-commit names every file that
/// changed, JSON with comments among them. Suites of helm-unittest are for that alone, and scripts that have manifests in
/// here-documents for a shell.
fn is_judged(document: &str, source: &Source, is_named: bool) -> bool {
    let path = &source.path;
    let speaks_of_init = || memmem::find(document.as_bytes(), b"initContainers").is_some();
    if charts::is_test_suite(path, document)
        || yaml::is_script(&source.text)
        || !is_named && yaml::is_prose(document)
    {
        return false;
    }
    yaml::looks_like_object(document)
        || !is_json(path) && (speaks_of_init() || is_named && !yaml::is_yaml(document))
}

/// Whether `text` is what a test runner for JavaScript has kept to compare with: a program that quotes what was put out.
fn is_snapshot(text: &str) -> bool {
    text.starts_with("// Jest Snapshot v") || text.starts_with("// Vitest Snapshot v")
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
