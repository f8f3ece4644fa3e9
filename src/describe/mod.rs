//! `--describe`: from inputs to each Pod's start-up, without any rule.
//!
//! ```text
//! read → split → parse → model, programs → Startup        report/describe/ draws it
//! ```

mod startup;
mod startup_probe;

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use crate::charts::Views;
use crate::cut_list::CutList;
use crate::discover::{Failure, Input};
use crate::inputs::InputSet;
use crate::kube::{Pod, TypeError};
use crate::kustomize::{self, Builds, BuiltResource, Scope};
use crate::provenance;
use crate::read::{self, InputFile, Outcome, Unjudged, Wanted};
use crate::settings::Settings;
use crate::source::{FileId, Source, Span};
use crate::yaml::{Document, Prefilter, Problem};

pub use crate::shell::semantics::{Awaited, Bound, Wait, WaitBound};
pub use startup::{Replicas, SidecarGate, Start, Startup};
pub use startup_probe::StartupProbe;

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
    /// What was passed over on purpose, or described in part.
    pub unjudged: Vec<Unjudged>,
    /// Pods that nothing runs before, in files that were found rather than named.
    pub without_init: usize,
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
    let read: Vec<(InputFile, Option<Failure>)> =
        inputs.par_iter().enumerate().map(|(id, input)| read::read(id, input, stdin_name)).collect();
    let (files, failures): (Vec<InputFile>, Vec<Option<Failure>>) = read.into_iter().unzip();
    let is_named = |id: FileId| inputs.get(id.0 as usize).is_some_and(read::is_named);
    let scope = Scope { is_named: &is_named, is_checked: &|_| true };
    let builds = kustomize::build(files, scope, settings.load_restrictor);
    let set = InputSet::of_builds(&builds);
    let describer =
        Describer { prefilter: Prefilter::new(LITERALS, []), inputs: &set, builds: &builds, settings };
    let failed = |failure| Described { errors: vec![failure], ..Described::default() };
    let described: Vec<Described> = inputs
        .par_iter()
        .zip(builds.files.par_iter())
        .map(|(input, file)| {
            read::guard(file, || describer.file(file, read::is_named(input))).unwrap_or_else(failed)
        })
        .collect();
    let views = builds.list.iter().map(|build| (set.of_build(build), &build.resources));
    let views: Vec<_> = views.collect();
    let resources: Vec<_> =
        views.iter().flat_map(|(view, resources)| resources.iter().map(move |one| (view, one))).collect();
    let built: Vec<Described> = resources
        .into_par_iter()
        .filter_map(|(view, resource)| {
            let file = builds.files.get(resource.file().0 as usize)?;
            let describer = Describer { inputs: view, ..describer.clone() };
            Some(read::guard(file, || describer.built(file, resource)).unwrap_or_else(failed))
        })
        .collect();
    let mut description = Description {
        sources: builds.files.iter().map(|file| Arc::clone(&file.source)).collect(),
        files: failures.iter().filter(|failure| failure.is_none()).count(),
        errors: failures.into_iter().flatten().collect(),
        ..Description::default()
    };
    let is_named = |startup: &Startup| inputs.get(startup.span.file.0 as usize).is_some_and(read::is_named);
    for described in described.into_iter().chain(built) {
        let (shown, hidden): (Vec<_>, Vec<_>) =
            described.startups.into_iter().partition(|startup| startup.has_init_phase() || is_named(startup));
        description.startups.extend(shown);
        description.without_init += hidden.len();
        description.errors.extend(described.errors);
        description.unjudged.extend(described.unjudged);
        description.notes.extend(described.notes);
    }
    description
}

/// What came of one file.
#[derive(Default)]
struct Described {
    startups: Vec<Startup>,
    errors: Vec<Failure>,
    notes: Vec<String>,
    unjudged: Vec<Unjudged>,
}

/// What is the same for all files of a run.
#[derive(Clone)]
struct Describer<'a> {
    prefilter: Prefilter,
    /// The input, as the resources of a build see it or as the files do.
    inputs: &'a InputSet,
    builds: &'a Builds,
    settings: &'a Settings,
}

impl Describer<'_> {
    fn file(&self, file: &InputFile, is_named: bool) -> Described {
        let mut described = Described::default();
        // What kustomizations make of it is described instead.
        let is_of_build = self.builds.of_file(file.source.id).next().is_some();
        let is_rendered = |range: &Range<usize>| !is_of_build && self.inputs.has_template_of(file, range);
        let wanted = Wanted {
            prefilter: &self.prefilter,
            init: self.inputs.init_templates(),
            // A description has the lines of one file.
            library: &|| None,
            is_rendered: &is_rendered,
        };
        read::visit_documents(file, is_named, wanted, |outcome| match outcome {
            Outcome::Parsed(_) if is_of_build => {}
            Outcome::Parsed(document) => self.document(&document, &file.source, &mut described),
            Outcome::Cut(CutList { whole, problem }) => {
                if !is_of_build {
                    self.document(&whole, &file.source, &mut described);
                }
                described.errors.push(failure(&file.source, problem.span(), problem.message().to_owned()));
            }
            Outcome::Readings(views) => self.template(&views, &file.source, &mut described),
            Outcome::PassedOver(unjudged) if described.unjudged.contains(&unjudged) => {}
            Outcome::PassedOver(unjudged) => described.unjudged.push(unjudged),
            Outcome::Foreign => {}
            Outcome::Unreadable(
                Problem::Invalid { span, message, .. } | Problem::Bound { span, message },
            ) => {
                described.errors.push(failure(&file.source, span, message));
            }
        });
        described
    }

    /// Describes each Pod of a template as its first reading has it. Where only Helm knows an amount, there is nothing to
    /// describe.
    fn template(&self, views: &Views<'_>, source: &Source, described: &mut Described) {
        for part in views.parts() {
            let mut more = Described::default();
            self.document(&part.document, source, &mut more);
            more.startups.retain(|new| !described.startups.iter().any(|known| known.span == new.span));
            if let Some(placeholders) = part.document.placeholders() {
                more.startups.iter_mut().for_each(|startup| startup.reveal(placeholders));
            }
            described.startups.append(&mut more.startups);
            let said = |failure: Failure| format!("{}: {}", failure.place(), failure.message);
            described.notes.extend(more.errors.into_iter().map(said));
        }
    }

    /// Describes what a build makes.
    fn built(&self, file: &InputFile, resource: &BuiltResource) -> Described {
        let mut described = Described::default();
        if let Some(document) = resource.document() {
            self.document(document, &file.source, &mut described);
        }
        described
    }

    fn document(&self, document: &Document, source: &Source, described: &mut Described) {
        let examined =
            provenance::examine(document, source, &self.settings.pod_templates, self.inputs.test_suites());
        described.unjudged.extend(examined.unjudged);
        let templates = examined.judged.into_iter().flat_map(|judged| judged.templates);
        for pod in templates.map(Pod::new).filter(is_worth_describing) {
            let mut malformed = pod.malformed.iter().filter(|malformed| bears_on_figures(&pod, malformed));
            if let Some(malformed) = malformed.next() {
                described.errors.push(failure(source, malformed.span, malformed_message(malformed)));
                continue;
            }
            match Startup::of(&pod, self.inputs, self.settings) {
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
fn bears_on_figures(pod: &Pod<'_>, malformed: &TypeError) -> bool {
    let pointer = malformed.pointer.strip_prefix(&pod.template.pointer).unwrap_or_default();
    let steps: Vec<&str> = pointer.split('/').skip(1).collect();
    match steps.as_slice() {
        ["resources" | "overhead" | "initContainers" | "containers", ..] if steps.len() <= 2 => true,
        ["resources", ..] => true,
        ["initContainers" | "containers", _, field, ..] => matches!(*field, "resources" | "restartPolicy"),
        _ => false,
    }
}

fn malformed_message(malformed: &TypeError) -> String {
    let TypeError { field, expected, found, quantity, .. } = malformed;
    match quantity {
        Some(error) => format!("`{field}: {found}` is no quantity: {error}"),
        None => format!("`{field}` must be {expected}, and is {found}"),
    }
}
