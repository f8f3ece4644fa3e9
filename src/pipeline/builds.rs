//! What kustomizations make is checked for each build, and told once for each place.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::{Checked, FileCheck, Linter};
use crate::discover::Failure;
use crate::finding::Finding;
use crate::inputs::InputSet;
use crate::kube;
use crate::kustomize::{Build, Builds, BuiltResource, folder_of};
use crate::read::{InputFile, guard};
use crate::report::Report;
use crate::source::{FileId, Span};
use crate::suppress::{self, Suppression};

/// How many notes on kustomizations are told.
const MAX_NOTES: usize = 20;

/// What came of one resource of a build.
#[derive(Default)]
struct CheckedResource {
    findings: Vec<Finding>,
    suppressions: Vec<Suppression>,
    errors: Vec<Failure>,
    /// Where the Pod specs in it are written.
    pods: Vec<Span>,
}

impl Linter<'_> {
    /// Checks all resources of `builds`.
    pub(super) fn check_builds(&self, builds: &Builds) -> Checked {
        let views: Vec<InputSet> = builds.builds.iter().map(|build| self.view(build)).collect();
        let linters: Vec<Linter<'_>> = views.iter().map(|view| self.seeing(view)).collect();
        let jobs: Vec<(usize, &BuiltResource)> = builds
            .builds
            .iter()
            .enumerate()
            .flat_map(|(number, build)| build.resources.iter().map(move |resource| (number, resource)))
            .collect();
        let checked: Vec<(usize, CheckedResource)> = jobs
            .into_par_iter()
            .filter_map(|(number, resource)| Some((number, linters.get(number)?.check_resource(resource))))
            .collect();
        joined(builds, checked)
    }

    /// The input as the resources of `build` see it.
    fn view(&self, build: &Build) -> InputSet {
        self.inputs.of_build(build.resources.iter().map(|resource| resource.document.clone()).collect())
    }

    fn check_resource(&self, resource: &BuiltResource) -> CheckedResource {
        let document = &resource.document;
        let Some(file) = self.inputs.file(document.file()) else { return CheckedResource::default() };
        guard(file, || self.check_built(file, resource))
            .unwrap_or_else(|failure| CheckedResource { errors: vec![failure], ..CheckedResource::default() })
    }

    fn check_built(&self, file: &InputFile, resource: &BuiltResource) -> CheckedResource {
        let mut out = CheckedResource::default();
        let root = resource.document.root();
        let mut around = vec![root.span()];
        for object in kube::objects(root) {
            let templates = kube::templates(&object, &self.settings.pod_templates);
            out.suppressions.extend(suppress::of_object(&object, &templates));
            out.pods.extend(templates.iter().map(|template| template.spec.span()));
        }
        around.extend(&out.pods);
        let rules = Cow::Owned(self.settings.rules_for(&file.source.path).into_owned());
        let mut work = FileCheck { linter: self, file, rules, is_built: true, checked: Checked::default() };
        work.check_document(&resource.document);
        for mut finding in work.checked.findings {
            if let Some(about) = &mut finding.resource {
                about.name.clone_from(&resource.name);
                about.namespace.clone_from(&resource.namespace);
            }
            finding.around.clone_from(&around);
            out.findings.push(finding);
        }
        out
    }
}

/// One finding for each place, with the builds that have it.
fn joined(builds: &Builds, checked: Vec<(usize, CheckedResource)>) -> Checked {
    let mut joined = Joined::new(builds);
    let (mut pods, mut annotations) = (HashSet::new(), HashSet::new());
    let mut all = Checked::default();
    for (number, resource) in checked {
        pods.extend(resource.pods);
        all.errors.extend(resource.errors);
        for suppression in resource.suppressions {
            let is_decided = builds.builds.get(number).is_some_and(|build| !build.is_partial);
            if annotations.insert((suppression.place, suppression.scope)) {
                let is_decided = suppression.is_decided && is_decided;
                all.suppressions.push(Suppression { is_decided, ..suppression });
            }
        }
        joined.add(number, resource.findings);
    }
    all.findings = joined.finish();
    all.pods = pods.len();
    all
}

/// Findings of several builds.
struct Joined<'b> {
    builds: &'b Builds,
    findings: Vec<(Finding, Vec<usize>)>,
    /// The finding of a rule at a place about a container; where a build has several, by their number.
    known: HashMap<(&'static str, Span, Option<String>, usize), usize>,
    /// How many the build at work has at each place.
    seen: HashMap<(&'static str, Span, Option<String>), usize>,
    at_work: usize,
}

impl<'b> Joined<'b> {
    fn new(builds: &'b Builds) -> Self {
        Self { builds, findings: Vec::new(), known: HashMap::new(), seen: HashMap::new(), at_work: usize::MAX }
    }

    fn add(&mut self, number: usize, findings: Vec<Finding>) {
        if self.at_work != number {
            self.seen.clear();
            self.at_work = number;
        }
        for finding in findings {
            let container = finding.resource.as_ref().and_then(|resource| resource.container.clone());
            let place = (finding.rule, finding.span, container);
            let count = self.seen.entry(place.clone()).or_default();
            let (rule, span, container) = place;
            let key = (rule, span, container, *count);
            *count += 1;
            let at = *self.known.entry(key).or_insert(self.findings.len());
            match self.findings.get_mut(at) {
                Some((_, builds)) => builds.push(number),
                None => self.findings.push((finding, vec![number])),
            }
        }
    }

    fn finish(self) -> Vec<Finding> {
        let Self { builds, findings, .. } = self;
        let named = |number: &usize| {
            let build = builds.builds.get(*number)?;
            let path = &builds.files.get(build.kustomization.0 as usize)?.source.path;
            Some(Some(folder_of(path)).filter(|folder| !folder.is_empty()).unwrap_or(".").to_owned())
        };
        let finish = |(mut finding, numbers): (Finding, Vec<usize>)| {
            finding.builds = numbers.iter().filter_map(named).collect();
            let is_in_all = builds.of_file(finding.span.file).all(|number| numbers.contains(&number));
            if let Some(fix) = &finding.fix {
                // Elsewhere an entry isn't written as one, and a mending of one build must not spoil another.
                let is_written = fix.edits.iter().all(|edit| builds.manifests.contains(&edit.span.file));
                if !is_written || !is_in_all {
                    finding.fix = None;
                }
            }
            finding
        };
        findings.into_iter().map(finish).collect()
    }
}

/// Tells what is wrong with kustomizations.
pub(super) fn tell_remarks(builds: &Builds, report: &mut Report) {
    let mut notes = Vec::new();
    for remark in &builds.remarks {
        let FileId(id) = remark.span.file;
        let Some(file) = builds.files.get(id as usize).filter(|_| (id as usize) < builds.counted) else { continue };
        let line = Some(file.source.position(remark.span.start as usize).line);
        let failure = Failure { path: file.source.path.to_string(), line, message: remark.message.clone() };
        if remark.is_error {
            report.errors.push(failure);
        } else {
            notes.push(format!("{}: {}", failure.place(), failure.message));
        }
    }
    let more = notes.len().saturating_sub(MAX_NOTES);
    notes.truncate(MAX_NOTES);
    report.notes.append(&mut notes);
    if more > 0 {
        report.notes.push(format!("{more} more notes on kustomizations"));
    }
}
