//! From inputs to a report: read, split, parse, model, check, judge by suppressions, sort.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

use rayon::prelude::*;

use crate::discover::{Failure, Input};
use crate::finding::{Finding, Severity};
use crate::inputs::InputSet;
use crate::kube::{Object, Pod};
use crate::kustomize::scripts;
use crate::progress::Progress;
use crate::provenance::{self, Judged};
use crate::read::{self, InputFile, Outcome, Reason, Unjudged, is_named, read};
use crate::report::{Report, Summary};
use crate::rule::{Check, Checker, ObjectCheck, Rule, Settings};
use crate::rules;
use crate::settings::{Level, RuleTable};
use crate::source::FileId;
use crate::suppress::{self, Suppression};
use crate::yaml::{self, Document, Prefilter, Problem};

/// Lints `inputs`. Standard input is shown as `stdin_name`.
///
/// The order of `inputs` is the order of the report, whichever thread finishes first.
#[must_use]
pub fn lint(inputs: &[Input], stdin_name: &str, settings: &Settings) -> Report {
    lint_watched(inputs, stdin_name, settings, &Progress::new(false))
}

/// As [`lint`], and keeps `progress` up to date.
#[must_use]
pub fn lint_watched(inputs: &[Input], stdin_name: &str, settings: &Settings, progress: &Progress) -> Report {
    progress.begin(inputs.len());
    let read: Vec<_> = inputs
        .par_iter()
        .enumerate()
        .map(|(id, input)| read(id, input, stdin_name))
        .inspect(|_| progress.read_one())
        .collect();
    let mut report = Report::default();
    let mut files = Vec::with_capacity(read.len());
    for (file, failure) in read {
        report.summary.files += usize::from(failure.is_none());
        report.errors.extend(failure);
        report.sources.push(Arc::clone(&file.source));
        files.push(file);
    }
    let scripts = scripts::read(&files, &mut report.notes);
    report.sources.extend(scripts.iter().map(|script| Arc::clone(&script.source)));
    files.extend(scripts);
    let inputs_read = InputSet::new(files);
    let linter = Linter::new(settings, &inputs_read);
    let checked: Vec<Checked> = inputs
        .par_iter()
        .zip(inputs_read.files())
        .map(|(input, file)| linter.check_or_fail(file, is_named(input)))
        .inspect(|_| progress.checked_one())
        .collect();
    let (mut findings, mut suppressions) = (Vec::new(), Vec::new());
    for mut checked in checked {
        findings.append(&mut checked.findings);
        suppressions.append(&mut checked.suppressions);
        checked.add_to(&mut report);
    }
    for script in inputs_read.files().iter().skip(inputs.len()) {
        suppressions.extend(linter.reader(script, true).read_script());
    }
    let mut judged = suppress::judge(findings, &suppressions, &inputs_read, settings);
    judged.findings.retain(|finding| settings.shows(finding));
    judged.findings.sort_by_key(order);
    judged.suppressed.retain(|suppressed| settings.shows(&suppressed.finding));
    judged.suppressed.sort_by_key(|suppressed| order(&suppressed.finding));
    report.summary.suppressed = judged.suppressed.len();
    (report.findings, report.suppressed) = (judged.findings, judged.suppressed);
    report
}

/// The order in which findings are reported: by place, then by rule.
fn order(finding: &Finding) -> (FileId, u32, &'static str, u32) {
    (finding.span.file, finding.span.start, finding.rule, finding.span.end)
}

/// What is the same for all files of a run.
struct Linter<'a> {
    settings: &'a Settings,
    inputs: &'a InputSet,
    rules: Vec<&'static Rule>,
    prefilter: Prefilter,
}

/// What came of one file.
#[derive(Default)]
struct Checked {
    findings: Vec<Finding>,
    suppressions: Vec<Suppression>,
    /// A document of it couldn't be checked.
    is_partial: bool,
    errors: Vec<Failure>,
    documents: usize,
    pods: usize,
    unjudged: Vec<Unjudged>,
    is_other: bool,
}

impl Checked {
    fn add_to(self, report: &mut Report) {
        let Summary { documents, pods, unjudged, other, .. } = &mut report.summary;
        *documents += self.documents;
        *pods += self.pods;
        *other += usize::from(self.is_other);
        unjudged.extend(self.unjudged);
        report.errors.extend(self.errors);
    }
}

impl<'a> Linter<'a> {
    fn new(settings: &'a Settings, inputs: &'a InputSet) -> Self {
        let rules: Vec<_> = rules::ALL.iter().copied().filter(|rule| settings.may_run(rule.id)).collect();
        let literals = rules.iter().flat_map(|rule| match rule.check {
            Checker::Pod { literals, .. } | Checker::Object { literals, .. } => literals,
            Checker::Reader => &[],
        });
        let prefilter = Prefilter::new(literals.copied());
        Self { settings, inputs, rules, prefilter }
    }

    fn check_or_fail(&self, file: &InputFile, named: bool) -> Checked {
        read::guard(file, || self.check(file, named))
            .unwrap_or_else(|failure| Checked { errors: vec![failure], ..Checked::default() })
    }

    fn check(&self, file: &InputFile, named: bool) -> Checked {
        let rules = self.settings.rules_for(&file.source.path);
        let checked = Checked { documents: file.documents.len(), ..Checked::default() };
        let mut work = FileCheck { linter: self, file, rules, checked };
        read::visit_documents(file, named, &self.prefilter, |outcome| work.record(outcome));
        let mut checked = work.checked;
        checked.suppressions = self.reader(file, !checked.is_partial).read();
        checked.is_other = checked.unjudged.is_empty() && !holds_objects(file);
        checked
    }

    fn reader<'f>(&'f self, file: &'f InputFile, is_whole: bool) -> suppress::Reader<'f> {
        suppress::Reader {
            file,
            inputs: self.inputs,
            pod_templates: &self.settings.pod_templates,
            is_whole,
            file_is_decided: OnceCell::new(),
        }
    }
}

/// One file at work.
struct FileCheck<'a> {
    linter: &'a Linter<'a>,
    file: &'a InputFile,
    /// What is set for rules in this file.
    rules: Cow<'a, RuleTable>,
    checked: Checked,
}

impl FileCheck<'_> {
    /// A document that couldn't be read makes all of the file uncertain.
    fn record(&mut self, outcome: Outcome) {
        self.checked.is_partial |= !matches!(outcome, Outcome::Parsed(_));
        match outcome {
            Outcome::Parsed(document) => self.check_document(&document),
            Outcome::Template(unjudged) if self.checked.unjudged.contains(&unjudged) => {}
            Outcome::Template(unjudged) => self.checked.unjudged.push(unjudged),
            Outcome::Foreign => {}
            Outcome::Unreadable(Problem::Invalid { span, message, help }) => {
                let finding = rules::invalid_yaml::finding(span, &message, help);
                self.checked.findings.extend(self.rules.settle(finding));
            }
            Outcome::Unreadable(Problem::Bound { span, message }) => {
                let source = &self.file.source;
                let line = source.position(span.start as usize).line;
                let path = source.path.to_string();
                self.checked.errors.push(Failure { path, line: Some(line), message });
            }
        }
    }

    fn check_document(&mut self, document: &Document) {
        let Linter { settings, inputs, .. } = self.linter;
        let source = &self.file.source;
        let examined = provenance::examine(document, source, &settings.pod_templates, inputs.test_suites());
        // What isn't judged may hold what a suppression is for.
        self.checked.is_partial |= examined.unjudged.iter().any(|one| one.reason != Reason::Patch);
        self.checked.unjudged.extend(examined.unjudged);
        for judged in examined.judged {
            self.check_judged(judged);
        }
    }

    fn check_judged(&mut self, judged: Judged<'_>) {
        let from = self.checked.findings.len();
        let is_made = judged.is_made();
        self.check_object(&judged.object);
        for template in judged.templates {
            self.checked.pods += 1;
            self.check_pod(&Pod::new(template));
        }
        let mut findings = self.checked.findings.split_off(from);
        // Nobody wrote what defaults and admission added to a Pod: advice on it helps no one.
        findings.retain(|finding| !is_made || finding.severity > Severity::Info);
        for finding in &mut findings {
            if let Some(resource) = &mut finding.resource {
                resource.siblings.clone_from(&judged.siblings);
            }
        }
        self.checked.findings.append(&mut findings);
    }

    fn check_object(&mut self, object: &Object<'_>) {
        for rule in self.linter.rules.iter().filter(|rule| self.rules.level(rule.id) != Level::Off) {
            let Checker::Object { check, .. } = rule.check else { continue };
            let mut cx = ObjectCheck { rule, object, findings: Vec::new() };
            check(object, &mut cx);
            let settled = cx.findings.into_iter().filter_map(|finding| self.rules.settle(finding));
            self.checked.findings.extend(settled);
        }
    }

    fn check_pod(&mut self, pod: &Pod<'_>) {
        let programs = OnceCell::new();
        for rule in self.linter.rules.iter().filter(|rule| self.rules.level(rule.id) != Level::Off) {
            let Checker::Pod { check, .. } = rule.check else { continue };
            let mut cx = Check {
                version: self.linter.settings.version,
                pedantic: self.linter.settings.pedantic,
                source: &self.file.source,
                inputs: self.linter.inputs,
                options: self.rules.options(rule.id),
                rule,
                pod,
                programs: &programs,
                findings: Vec::new(),
            };
            check(pod, &mut cx);
            self.checked
                .findings
                .extend(cx.findings.into_iter().filter_map(|found| self.rules.settle(found)));
        }
    }
}

fn holds_objects(file: &InputFile) -> bool {
    let mut texts = file.documents.iter().filter_map(|range| file.source.text.get(range.clone()));
    texts.any(yaml::looks_like_object)
}
