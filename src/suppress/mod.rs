//! Suppressions: what people write into a manifest to say that a finding is known.
//!
//! ```text
//! comments, annotations → directive (what it says) → scope (what it covers) → matcher
//! ```
//!
//! [`ignore()`] goes the other way, and writes them. A [`Reader`] finds those of one file. A [`Matcher`] sees those of all files, since a finding in a
//! ConfigMap's script may be suppressed there or at the container that runs it.

mod annotation;
mod comment;
mod directive;
mod ignore;
mod matcher;
mod scope;
mod script;
mod template;

use std::cell::OnceCell;
use std::ops::Range;
use std::sync::Arc;

pub use ignore::ignore;
pub use matcher::{Matched, Matcher, Slip};

use crate::charts;
use crate::inputs::InputSet;
use crate::kube::{self, Object, PodTemplatePath, Template, texts_key};
use crate::read::InputFile;
use crate::sought::Sought;
use crate::source::{MappedText, Source, Span};
use crate::yaml::Document;

/// A suppression, and what it covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// The comment, or its part of an annotation.
    pub place: Span,
    /// What it covers; a finding that starts at either end is covered too.
    pub scope: Span,
    /// What it suppresses there.
    pub what: What,
    /// How it is written.
    pub form: Form,
    /// Whether what it says can be held against it: where a file couldn't be checked wholly, or
    /// a ConfigMap is missing that a Pod mounts, there may be findings that aren't seen now.
    pub is_decided: bool,
    /// Whether it is certainly meant for us, so that a name in it that is no rule's is a mistake: not where it may be
    /// part of somebody else's text.
    pub is_meant: bool,
}

/// What a suppression names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Rules.
    Rules {
        /// At least one.
        names: Vec<Name>,
        /// Why.
        reason: Option<String>,
    },
    /// Nothing, by the slip that is told here.
    Nothing(&'static str),
}

/// The id of a rule, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The id.
    pub id: String,
    /// Where.
    pub span: Span,
}

/// How a suppression is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As a YAML comment.
    Comment,
    /// As a shell comment in a script.
    ScriptComment,
    /// As an annotation of an object or a Pod template.
    Annotation,
}

/// Reads the suppressions of one file.
pub struct Reader<'a> {
    /// The file.
    pub file: &'a InputFile,
    /// All files of the run, for the `ConfigMap`s in them.
    pub inputs: &'a InputSet,
    /// Where custom resources have their Pod templates.
    pub pod_templates: &'a [PodTemplatePath],
    /// Whether all of the file could be checked.
    pub is_whole: bool,
    /// Whether kustomizations make something of the file: the annotations in it are heard where that is checked.
    pub is_built: bool,
    /// Whether all of the file is decided; found out once, for many comments may ask.
    pub file_is_decided: OnceCell<bool>,
}

impl Reader<'_> {
    /// The suppressions in the file.
    #[must_use]
    pub fn read(&self) -> Vec<Suppression> {
        let mut found = Vec::new();
        if !mentions_us(&self.file.source.text) {
            return found;
        }
        if let Some(template) = charts::template(&self.file.source, &self.file.documents) {
            return template::read(self, &template);
        }
        let mut after = 0;
        for range in &self.file.documents {
            comment::between_documents(self, after..range.start, &mut found);
            self.read_document(range, &mut found);
            after = range.end;
        }
        comment::between_documents(self, after..self.file.source.text.len(), &mut found);
        found
    }

    /// The suppressions in a file that is a script. Whether they are used isn't decided: another run's files may have
    /// what runs it.
    #[must_use]
    pub fn read_script(&self) -> Vec<Suppression> {
        let mut found = Vec::new();
        if mentions_us(&self.file.source.text) {
            script::in_script(self, &self.file.source.mapped(), &mut found);
        }
        let undecided = |suppression| Suppression { is_decided: false, is_meant: false, ..suppression };
        found.into_iter().map(undecided).collect()
    }

    /// The suppressions in the patch `written`, which stands in a scalar of the file. What speaks of the file there speaks of
    /// the patch.
    #[must_use]
    pub fn read_text(&self, written: &MappedText) -> Vec<Suppression> {
        let source = Arc::new(Source::new(self.file.source.id, "", written.as_str()));
        let file = InputFile::new(source);
        let found = Reader { file: &file, file_is_decided: OnceCell::new(), ..*self }.read();
        found.into_iter().map(|suppression| suppression.within(written)).collect()
    }

    fn read_document(&self, range: &Range<usize>, found: &mut Vec<Suppression>) {
        let source = &self.file.source;
        if !mentions_us(source.text.get(range.clone()).unwrap_or("")) {
            return;
        }
        let Ok(document) = Document::parse(source, range.clone()) else {
            let from = found.len();
            comment::in_invalid(self, range.clone(), found);
            return found.iter_mut().skip(from).for_each(|suppression| suppression.is_meant = false);
        };
        let objects = kube::objects(document.root());
        let from = found.len();
        comment::in_document(self, &document, range.clone(), found);
        script::read(self, &document, found);
        for object in objects.iter().filter(|_| !self.is_built) {
            annotation::read(object, &kube::templates(object, self.pod_templates), found);
        }
        let is_decided = self.is_decided(&objects);
        for suppression in found.iter_mut().skip(from) {
            suppression.is_decided &= is_decided;
            suppression.is_meant &= is_meant(suppression.form, &objects);
        }
    }

    /// Whether all is known that could bear on findings in the document `range`.
    fn is_document_decided(&self, range: &Range<usize>) -> bool {
        let document = Document::parse(&self.file.source, range.clone());
        document.is_ok_and(|document| self.is_decided(&kube::objects(document.root())))
    }

    /// Whether all is known that could bear on findings about `objects`, the ones of a document.
    /// What runs the scripts of a ConfigMap or Secret may be in another run's files, and what a Pod takes from them too.
    fn is_decided(&self, objects: &[Object<'_>]) -> bool {
        let is_known = self.is_built && objects.iter().all(|object| texts_key(object.kind).is_none());
        self.is_whole
            && !objects.is_empty()
            && (is_known
                || objects.iter().all(|object| {
                    let templates = || kube::templates(object, self.pod_templates);
                    let has_data = |template: &Template<'_>| {
                        self.inputs.has_data(self.file.source.id, object.namespace(), template.spec)
                    };
                    texts_key(object.kind).is_none() && templates().iter().all(has_data)
                }))
    }
}

/// Whether a suppression of this form is certainly meant for us among `objects`: a ConfigMap's scripts may be a copy of
/// another project's.
fn is_meant(form: Form, objects: &[Object<'_>]) -> bool {
    let holds_texts = || objects.iter().any(|object| texts_key(object.kind).is_some());
    !(objects.is_empty() || form == Form::ScriptComment && holds_texts())
}

/// The suppressions in the annotations of `object`, which a build makes, and its Pod templates.
#[must_use]
pub fn of_object(object: &Object<'_>, templates: &[Template<'_>]) -> Vec<Suppression> {
    let mut found = Vec::new();
    annotation::read(object, templates, &mut found);
    found
}

impl Suppression {
    /// The same in the file in which its text is `written`.
    fn within(mut self, written: &MappedText) -> Self {
        let place = |span: &mut Span| *span = written.span(span.range());
        place(&mut self.place);
        place(&mut self.scope);
        if let What::Rules { names, .. } = &mut self.what {
            for name in names {
                place(&mut name.span);
            }
        }
        self
    }
}

/// What suppressions have in them. Whether it begins with a capital is told where they are read.
pub const WORD: &str = "nitlint";

/// Whether `text` may hold suppressions.
#[must_use]
pub fn mentions_us(text: &str) -> bool {
    static SOUGHT: Sought = Sought::new(WORD);
    SOUGHT.is_in(text)
}

impl What {
    /// What a directive in `text` says; `span` leads from a range of the text to the file.
    fn new(
        said: Result<directive::Directive, &'static str>,
        text: &str,
        span: impl Fn(Range<usize>) -> Span,
    ) -> Self {
        match said {
            Err(slip) => What::Nothing(slip),
            Ok(directive::Directive { names, reason, .. }) => {
                let name = |range: Range<usize>| Name {
                    id: text.get(range.clone()).unwrap_or("").to_owned(),
                    span: span(range),
                };
                What::Rules { names: names.into_iter().map(name).collect(), reason }
            }
        }
    }
}
