//! What kustomizations make is checked for each build, and told once for each place.

use std::cell::Cell;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use super::file_result::FileResult;
use super::linter::{Linter, MOST_FINDINGS};
use super::shares;
use crate::finding::{Finding, Fix};
use crate::inputs::InputSet;
use crate::kube;
use crate::kustomize::{Build, Builds, BuiltResource};
use crate::rerun::Budget;
use crate::source::{FileId, Span};
use crate::suppress::{self, Suppression};
use crate::unchecked::UNCHECKED;

/// How many findings each resource may have, however many there are.
const LEAST_FINDINGS: usize = 20;

/// Checks all resources of the builds that one of the files that are checked is part of.
pub(super) fn check(linter: &Linter<'_>, is_checked: &(dyn Fn(FileId) -> bool + Sync)) -> FileResult {
    let builds = linter.builds;
    let views: Vec<InputSet> = builds.list.iter().map(|build| linter.inputs.of_build(build)).collect();
    let is_asked_for = |build: &Build| build.files.iter().any(|file| is_checked(*file));
    let numbered = builds.list.iter().enumerate().filter(|(_, build)| is_asked_for(build));
    let jobs: Vec<(usize, &BuiltResource)> =
        numbered.flat_map(|(number, build)| build.resources.iter().map(move |one| (number, one))).collect();
    let most = LEAST_FINDINGS.max(MOST_FINDINGS / jobs.len().max(1));
    let results = shares::check_each(&jobs, &linter.of_builds, |(number, resource), budget| {
        let linter = may_speak_of(linter, resource).then_some(linter)?.seeing(views.get(*number)?);
        Some((*number, check_resource(&linter, resource, budget, most)?))
    });
    join(builds, results.into_iter().flatten().collect())
}

/// Whether rules may find something in `resource`, or something may be suppressed there.
fn may_speak_of(linter: &Linter<'_>, resource: &BuiltResource) -> bool {
    // Nearly all of a resource stands in one file.
    let last = Cell::new(None);
    let is_asked_for = |id: FileId| match last.get() {
        Some((known, is_asked_for)) if known == id => is_asked_for,
        _ => {
            let is_asked_for = linter.inputs.file(id).is_none_or(|file| file.is_asked_for);
            last.set(Some((id, is_asked_for)));
            is_asked_for
        }
    };
    resource.has_text(&|file, text| is_asked_for(file) && linter.words.has_word(text))
}

fn check_resource(
    linter: &Linter<'_>,
    resource: &BuiltResource,
    budget: &Arc<Budget>,
    most: usize,
) -> Option<FileResult> {
    let document = &resource.to_document()?;
    let file = linter.inputs.file_with_text(resource.file())?;
    let mut result = linter.check_built((file, document), budget, most);
    let root = document.root();
    let mut around = vec![root.span()];
    for object in kube::objects(root) {
        let templates = kube::templates(&object, &linter.settings.pod_templates);
        result.suppressions.extend(suppress::of_object(&object, &templates));
        around.extend(templates.iter().map(|template| template.spec.span()));
    }
    for finding in result.findings.iter_mut().chain(&mut result.unchecked) {
        finding.around.clone_from(&around);
        // Prefixes and namespaces differ between builds; people know it by the name that they wrote.
        if let Some(about) = &mut finding.resource {
            about.name.clone_from(&resource.name);
            about.namespace.clone_from(&resource.namespace);
        }
    }
    Some(result)
}

/// One result of all builds: one finding for each place, with the builds that have it.
fn join(builds: &Builds, results: Vec<(usize, FileResult)>) -> FileResult {
    let mut joined = Joined::new(builds);
    let mut annotations = HashSet::new();
    let mut all = FileResult::default();
    for (number, file) in results {
        all.pods.extend(file.pods);
        let is_whole = builds.list.get(number).is_some_and(|build| !build.is_partial);
        for suppression in file.suppressions {
            if annotations.insert((suppression.place, suppression.scope)) {
                let is_decided = suppression.is_decided && is_whole;
                all.suppressions.push(Suppression { is_decided, ..suppression });
            }
        }
        joined.add(number, file.findings.into_iter().chain(file.unchecked));
    }
    let is_checked = |finding: &Finding| finding.rule != UNCHECKED;
    (all.findings, all.unchecked) = joined.finish().into_iter().partition(is_checked);
    all
}

/// A rule's finding about a container of a resource at a place; where one has several, their number. Of one that a build
/// makes several resources of, for as many tenants, the same is said once.
type Place = (&'static str, Span, Option<Owner>, usize);

/// The names of a resource and of a container in it.
type Owner = (Option<String>, Option<String>);

/// Findings of several builds.
struct Joined<'b> {
    builds: &'b Builds,
    /// Each with the numbers of the builds that have it.
    findings: Vec<(Finding, Vec<usize>)>,
    known: HashMap<Place, usize>,
}

impl<'b> Joined<'b> {
    fn new(builds: &'b Builds) -> Self {
        Self { builds, findings: Vec::new(), known: HashMap::new() }
    }

    /// Adds the findings of a resource of the build `number`.
    fn add(&mut self, number: usize, findings: impl Iterator<Item = Finding>) {
        let mut seen: HashMap<Place, usize> = HashMap::new();
        for finding in findings {
            let owner = finding.resource.as_ref().map(|one| (one.name.clone(), one.container.clone()));
            let mut place: Place = (finding.rule, finding.span, owner, 0);
            let count = seen.entry(place.clone()).or_default();
            place.3 = *count;
            *count += 1;
            let at = *self.known.entry(place).or_insert(self.findings.len());
            match self.findings.get_mut(at) {
                Some((_, builds)) if builds.last() == Some(&number) => {}
                Some((_, builds)) => builds.push(number),
                None => self.findings.push((finding, vec![number])),
            }
        }
    }

    fn finish(self) -> Vec<Finding> {
        let Self { builds, findings, .. } = self;
        findings.into_iter().map(|(finding, numbers)| with_builds(builds, finding, &numbers)).collect()
    }
}

/// `finding` with the builds of these `numbers`, which have it.
fn with_builds(builds: &Builds, mut finding: Finding, numbers: &[usize]) -> Finding {
    finding.builds = numbers.iter().map(|number| builds.folder(*number)).collect();
    // What isn't written as an entry can't be mended as one, and mending one build must not spoil another.
    let is_in_all = builds.of_file(finding.span.file).all(|(number, _)| numbers.contains(&number));
    let is_written = |file| builds.manifests.contains(&file);
    let may_be_made = |fix: &Fix| is_in_all && fix.edits.iter().all(|edit| is_written(edit.span.file));
    if finding.fix.as_ref().is_some_and(|fix| !may_be_made(fix)) {
        return finding.without_fix("another build is right as it is, or it stands in no manifest");
    }
    finding
}
