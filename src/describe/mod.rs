//! `--describe`: from inputs to each Pod's start-up, without any rule.
//!
//! ```text
//! read → split → parse → model → Startup        report/describe/ draws it
//! ```

mod startup;

use std::sync::Arc;

use rayon::prelude::*;

use crate::discover::{Failure, Input};
use crate::kube::{self, Malformed, Pod};
use crate::read::{self, InputFile, Outcome, Skipped};
use crate::settings::Settings;
use crate::source::{Source, Span};
use crate::yaml::{Document, Prefilter, Problem};

pub use startup::{Replicas, Start, Startup};

/// Without one of these no Pod template has a container; an Argo Workflow's may have it in `container` or `script`.
const LITERALS: [&str; 3] = ["initContainers", "container", "script"];

/// The start-ups of a run's Pods.
#[derive(Debug, Default)]
pub struct Description {
    /// The files that were read; a span's file is an index into them.
    pub sources: Vec<Arc<Source>>,
    /// One for each Pod template that speaks of containers, in the order of the files.
    pub startups: Vec<Startup>,
    /// What couldn't be described. Any makes the exit status 2.
    pub errors: Vec<Failure>,
    /// Worth a word, changes nothing.
    pub notes: Vec<String>,
    /// Files that were read.
    pub files: usize,
    /// Helm templates.
    pub skipped: Vec<Skipped>,
}

impl Description {
    /// The exit status: 2 where something couldn't be described, else 0.
    #[must_use]
    pub fn exit_status(&self) -> u8 {
        if self.errors.is_empty() { 0 } else { 2 }
    }
}

/// Describes the Pods of `inputs` as the version of `settings` starts them. Standard input is shown as `stdin_name`.
#[must_use]
pub fn describe(inputs: &[Input], stdin_name: &str, settings: &Settings) -> Description {
    let prefilter = Prefilter::new(LITERALS);
    let described: Vec<(Arc<Source>, Option<Failure>, Described)> = inputs
        .par_iter()
        .enumerate()
        .map(|(id, input)| {
            let (file, failure) = read::read(id, input, stdin_name);
            let named = read::is_named(input);
            let described = read::guard(&file, || describe_file(&file, named, &prefilter, settings))
                .unwrap_or_else(|failure| Described { errors: vec![failure], ..Described::default() });
            (file.source, failure, described)
        })
        .collect();
    let mut description = Description::default();
    for (source, failure, described) in described {
        description.sources.push(source);
        description.files += usize::from(failure.is_none());
        description.errors.extend(failure);
        description.startups.extend(described.startups);
        description.errors.extend(described.errors);
        description.skipped.extend(described.template);
    }
    description
}

/// What came of one file.
#[derive(Default)]
struct Described {
    startups: Vec<Startup>,
    errors: Vec<Failure>,
    template: Option<Skipped>,
}

fn describe_file(file: &InputFile, named: bool, prefilter: &Prefilter, settings: &Settings) -> Described {
    let mut described = Described::default();
    read::visit_documents(file, named, prefilter, |outcome| match outcome {
        Outcome::Parsed(document) => describe_document(&document, &file.source, settings, &mut described),
        Outcome::Template(skipped) => described.template = Some(skipped),
        Outcome::Foreign => {}
        Outcome::Unreadable(Problem::Invalid { span, message, .. } | Problem::Bound { span, message }) => {
            described.errors.push(failure(&file.source, span, message));
        }
    });
    described
}

fn describe_document(document: &Document, source: &Source, settings: &Settings, described: &mut Described) {
    for object in kube::objects(document.root()) {
        for pod in kube::templates(&object, &settings.pod_templates).into_iter().map(Pod::new) {
            if !is_worth_describing(&pod) {
                continue;
            }
            let mut malformed = pod.malformed.iter().filter(|malformed| bears_on_figures(&pod, malformed));
            if let Some(malformed) = malformed.next() {
                described.errors.push(failure(source, malformed.span, malformed_message(malformed)));
                continue;
            }
            match Startup::of(&pod, settings.version) {
                Ok(startup) => described.startups.push(startup),
                Err(message) => described.errors.push(failure(source, pod.spec().span(), message)),
            }
        }
    }
}

fn failure(source: &Source, span: Span, message: String) -> Failure {
    let line = source.position(span.start as usize).line;
    Failure { path: source.path.to_string(), line: Some(line), message }
}

/// Whether anything starts in it, or would if its list of containers weren't empty. A patch of other fields, or a
/// workflow's list of steps, tells nothing of a start-up.
fn is_worth_describing(pod: &Pod<'_>) -> bool {
    pod.containers().next().is_some() || pod.template.is_pod_spec && pod.entry("containers").is_some()
}

/// Whether a Pod's order of start or its figures hang on a part that can't be read. Any other mistake is a
/// matter for linting.
fn bears_on_figures(pod: &Pod<'_>, malformed: &Malformed) -> bool {
    let pointer = malformed.pointer.strip_prefix(&pod.template.pointer).unwrap_or_default();
    let steps: Vec<&str> = pointer.split('/').skip(1).collect();
    match steps.as_slice() {
        ["resources" | "overhead" | "initContainers" | "containers", ..] if steps.len() <= 2 => true,
        ["resources", ..] => true,
        ["initContainers" | "containers", _, field, ..] => matches!(*field, "resources" | "restartPolicy"),
        _ => false,
    }
}

fn malformed_message(malformed: &Malformed) -> String {
    let Malformed { field, expected, found, quantity, .. } = malformed;
    match quantity {
        Some(error) => format!("`{field}: {found}` is no quantity: {error}"),
        None => format!("`{field}` must be {expected}, and is {found}"),
    }
}
