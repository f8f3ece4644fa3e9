//! Running the rules: over a file, over its objects and Pods, over the whole input.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::cmp::Reverse;
use std::ops::Range;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet};

use super::file_result::{FileResult, Place};
use super::{interest, precedence, shares};
use crate::charts;
use crate::cut_list::CutList;
use crate::finding::{Finding, Resource};
use crate::inputs::InputSet;
use crate::kube::{Object, Pod, active_deadline};
use crate::kustomize::Builds;
use crate::provenance::{self, Judged};
use crate::read::{self, InputFile, Outcome, Reason, Wanted};
use crate::report::field::Fields;
use crate::rerun::{Budget, Memo};
use crate::rule::{
    self, MAX_FINDINGS, ObjectContext, ObjectFacts, PodContext, PodFacts, Rule, SetContext, Target,
};
use crate::rules;
use crate::settings::{Level, RuleTable, Settings, Subject};
use crate::source::Span;
use crate::suppress::{self, Suppression};
use crate::unchecked::{self, UNCHECKED};
use crate::yaml::{Document, Prefilter, Problem};

/// What is the same for all files of a run.
pub(super) struct Linter<'a> {
    pub(super) settings: &'a Settings,
    pub(super) inputs: &'a InputSet,
    pub(super) builds: &'a Builds,
    rules: Vec<&'static Rule>,
    prefilter: Prefilter,
    /// Looks for words in what builds make.
    pub(super) words: Prefilter,
    /// What the scripts of all builds may take to follow together.
    pub(super) of_builds: Arc<Budget>,
    /// What came of scripts so far.
    memo: Arc<Memo>,
}

fn budget<'f>(files: impl IntoIterator<Item = &'f InputFile>, memo: &Arc<Memo>) -> Arc<Budget> {
    Arc::new(Budget::for_text(files.into_iter().map(InputFile::length).sum(), memo))
}

/// From how many objects on those of one document are checked in parallel: it is a List of a cluster's.
const MANY: usize = 100;

/// How many findings of a run are kept: one takes two kilobytes or more.
pub(super) const MOST_FINDINGS: usize = 200_000;

/// How many findings a file of this many bytes may have: one that has thousands for each line was made to.
fn most_findings(size: usize) -> usize {
    (size / 20).clamp(MAX_FINDINGS, MOST_FINDINGS)
}

impl<'a> Linter<'a> {
    pub(super) fn new(
        rules: &[&'static Rule],
        settings: &'a Settings,
        inputs: &'a InputSet,
        builds: &'a Builds,
    ) -> Self {
        let prefilter = interest::prefilter(rules, []);
        let words = interest::words(rules);
        let asked: HashSet<_> =
            rules.iter().map(|rule| rule.id).filter(|rule| settings.may_run(rule)).collect();
        let needed = precedence::with_those_before(&asked);
        // What suppressions are for all rules tell together.
        let of_suppressions =
            [rules::unused_suppression::RULE.id, rules::suppression_without_reason::RULE.id];
        let needs_all = of_suppressions.iter().any(|rule| asked.contains(rule));
        let runs = |rule: &&'static Rule| {
            let is_needed = || needs_all || needed.contains(rule.id);
            asked.contains(rule.id) || settings.is_unasked(rule.id) && is_needed()
        };
        let rules: Vec<_> = rules.iter().copied().filter(runs).collect();
        let memo = Arc::default();
        let is_of_interest = |file: &&InputFile| file.is_asked_for || !file.is_left_out();
        let of_builds = budget(inputs.files().iter().filter(is_of_interest), &memo);
        Self { settings, inputs, builds, rules, prefilter, words, of_builds, memo }
    }

    /// The same for objects that see the input as `inputs`.
    pub(super) fn seeing<'b>(&'b self, inputs: &'b InputSet) -> Linter<'b> {
        let Self { settings, builds, ref rules, ref prefilter, ref words, ref of_builds, ref memo, .. } =
            *self;
        let (rules, prefilter, words) = (rules.clone(), prefilter.clone(), words.clone());
        let (of_builds, memo) = (Arc::clone(of_builds), Arc::clone(memo));
        Linter { settings, inputs, builds, rules, prefilter, words, of_builds, memo }
    }

    /// What the scripts of `file` may take to follow.
    pub(super) fn budget(&self, file: &InputFile) -> Arc<Budget> {
        budget([file], &self.memo)
    }

    /// Checks one file, which may be one that `is_named` itself. A text that is read again for that isn't kept.
    pub(super) fn check_file(&self, file: &InputFile, is_named: bool) -> FileResult {
        let file = self.inputs.file(file.source.id).unwrap_or(file);
        if !file.is_asked_for || !file.is_left_out() {
            return self.check_text(file, is_named);
        }
        let file = match self.inputs.read_again(file) {
            Ok(file) => file,
            Err(failure) => return FileResult::unchecked(of_file(file, failure.message)),
        };
        self.seeing(&self.inputs.of_file(Arc::clone(&file))).check_text(&file, is_named)
    }

    fn check_text(&self, file: &InputFile, is_named: bool) -> FileResult {
        if cfg!(debug_assertions) {
            self.check_passed_over(file);
        }
        read::guard(file, || {
            let mut work = FileLinter::new(self, file, self.budget(file));
            // What builds make of it is checked instead; it need not be parsed again for that.
            if !self.builds.has_read(file.source.id)
                || charts::is_template(&file.source.path, &file.source.text)
            {
                self.visit(file, is_named, &mut work);
            }
            work.finish()
        })
        .unwrap_or_else(|failure| FileResult::unchecked(of_file(file, failure.message)))
    }

    /// What is found at `places`, which stand in named templates that `file` includes.
    pub(super) fn check_called(
        &self,
        file: &InputFile,
        is_named: bool,
        places: &HashSet<Place>,
    ) -> Vec<Finding> {
        let check = || {
            let work = FileLinter::new(self, file, self.budget(file));
            let mut work = FileLinter { called: Some(places), ..work };
            self.visit(file, is_named, &mut work);
            work.result.findings
        };
        // What goes wrong was told of the file itself.
        read::guard(file, check).unwrap_or_default()
    }

    fn visit(&self, file: &InputFile, is_named: bool, work: &mut FileLinter<'_>) {
        let is_of_build = work.is_of_build();
        let is_rendered = |range: &Range<usize>| !is_of_build && self.inputs.has_template_of(file, range);
        let wanted = Wanted {
            prefilter: &self.prefilter,
            init: self.inputs.init_templates(),
            library: &|| self.inputs.named_templates(&file.source),
            is_rendered: &is_rendered,
        };
        read::visit_documents(file, is_named, wanted, |outcome| work.check_outcome(outcome));
    }

    /// Holds what isn't parsed to what is found in it if it is: nothing in a Pod spec with an init phase. Only debug builds
    /// take the time, and for small documents alone.
    fn check_passed_over(&self, file: &InputFile) {
        const MAX_LENGTH: usize = 4096;
        let Ok(file) = (if file.is_left_out() { file.with_text() } else { Ok(file.clone()) }) else { return };
        if charts::is_template(&file.source.path, &file.source.text) {
            return;
        }
        for range in file.documents.iter().filter(|range| range.len() <= MAX_LENGTH) {
            let text = file.source.text.get(range.clone()).unwrap_or("");
            if self.prefilter.wants(text) {
                continue;
            }
            let Ok(document) = Document::parse(&file.source, range.clone()) else { continue };
            let mut work = FileLinter::new(self, &file, self.budget(&file));
            work.check_document(&document);
            debug_assert!(
                work.result.pods.is_empty() || work.result.findings.is_empty(),
                "passed over: {:?} in {text}",
                work.result.findings
            );
        }
    }

    /// Checks a file that a kustomization names beside the input: a manifest, or a script that becomes part of a
    /// ConfigMap. Only the input's own files are counted.
    pub(super) fn check_beside(&self, file: &InputFile) -> FileResult {
        if file.documents.is_empty() {
            let suppressions = self.reader(file, true).read_script();
            return FileResult { suppressions, ..FileResult::default() };
        }
        FileResult { documents: 0, is_other: false, ..self.check_file(file, false) }
    }

    /// Checks what a build makes, within `budget`: the object `document`, whose root is in `file`. At `most` so many
    /// findings are kept.
    pub(super) fn check_built(
        &self,
        (file, document): (&InputFile, &Document),
        budget: &Arc<Budget>,
        most: usize,
    ) -> FileResult {
        read::guard(file, || {
            let mut work = FileLinter { is_built: true, ..FileLinter::new(self, file, Arc::clone(budget)) };
            work.check_document(document);
            work.keep(most);
            work.result
        })
        .unwrap_or_else(|failure| FileResult::unchecked(of_file(file, failure.message)))
    }

    /// Runs the rules that look at the whole input.
    pub(super) fn check_set(&self) -> Vec<Finding> {
        let options = |rule: &Rule| self.settings.rules.options(rule.id);
        let mut findings = Vec::new();
        for rule in &self.rules {
            let Target::Set { check } = rule.target else { continue };
            let mut cx = SetContext::new(rule, self.settings, options(rule), self.inputs, self.inputs);
            check(self.inputs, &mut cx);
            findings.extend(cx.into_findings());
        }
        self.settle(findings)
    }

    /// The suppressions in the patches that are written in kustomizations.
    pub(super) fn suppressions_in_patches(&self) -> Vec<Suppression> {
        let patches = self.builds.inline.iter();
        let files = patches.filter_map(|patch| Some((patch, self.inputs.file(patch.whole().file)?)));
        files.flat_map(|(patch, file)| self.reader(file, true).read_text(patch)).collect()
    }

    /// `findings` as bad as their rules are set to be in their files, for their objects.
    pub(super) fn settle(&self, findings: Vec<Finding>) -> Vec<Finding> {
        let settle = |finding: Finding| self.rules_at(finding.span, Subject::of(&finding)).settle(finding);
        findings.into_iter().filter_map(settle).collect()
    }

    /// Whether the configuration accepts that `finding` says of something that it couldn't be checked.
    pub(super) fn accepts(&self, finding: &Finding) -> bool {
        self.rules_at(finding.span, Subject::of(finding)).level(UNCHECKED) == Level::Off
    }

    /// What is set for rules in the file of `span`, for what is about `subject`.
    pub(super) fn rules_at(&self, span: Span, subject: Option<Subject<'_>>) -> Cow<'_, RuleTable> {
        self.settings.rules_for(self.inputs.path(span.file), subject)
    }

    fn reader<'f>(&'f self, file: &'f InputFile, is_whole: bool) -> suppress::Reader<'f> {
        let mut builds = self.builds.of_file(file.source.id).map(|(_, build)| build).peekable();
        let is_built = builds.peek().is_some();
        suppress::Reader {
            file,
            inputs: self.inputs,
            pod_templates: &self.settings.pod_templates,
            is_whole: is_whole && builds.all(|build| !build.is_partial),
            is_built,
            file_is_decided: OnceCell::new(),
        }
    }
}

/// One file at work.
pub(super) struct FileLinter<'a> {
    pub(super) linter: &'a Linter<'a>,
    pub(super) file: &'a InputFile,
    /// What is set for rules in this file, and for the object that is being checked.
    rules: Cow<'a, RuleTable>,
    /// The rules that run, where others needn't.
    pub(super) only: Option<&'a HashSet<&'static str>>,
    /// Where it is looked for in named templates of other files, and nowhere else.
    pub(super) called: Option<&'a HashSet<Place>>,
    /// Whether it is what a build makes, of which parts may stand in other files.
    is_built: bool,
    /// What the scripts in it may take to follow.
    budget: Arc<Budget>,
    pub(super) result: FileResult,
}

impl<'a> FileLinter<'a> {
    pub(super) fn new(linter: &'a Linter<'a>, file: &'a InputFile, budget: Arc<Budget>) -> Self {
        let rules = linter.settings.rules_for(&file.source.path, None);
        let result = FileResult::default();
        Self { linter, file, rules, only: None, called: None, is_built: false, budget, result }
    }

    /// Whether `rule` runs: in a build it may be off in one file and on in another.
    fn runs(&self, rule: &Rule) -> bool {
        let is_wanted = self.only.is_none_or(|only| only.contains(rule.id));
        is_wanted && (self.is_built || self.rules.level(rule.id) != Level::Off)
    }

    /// Whether `rule` speaks of init containers alone.
    fn needs_init_containers(rule: &Rule) -> bool {
        rule.literals() == ["initContainers"]
    }

    fn check_outcome(&mut self, outcome: Outcome<'_>) {
        self.result.is_partial |= !matches!(outcome, Outcome::Parsed(_) | Outcome::Readings(_));
        match outcome {
            // What builds make of it is checked instead.
            Outcome::Parsed(_) if self.is_of_build() => {}
            Outcome::Parsed(document) => self.check_written(&document),
            Outcome::Cut(CutList { whole, problem }) => {
                if !self.is_of_build() {
                    self.check_document(&whole);
                }
                self.check_outcome(Outcome::Unreadable(problem));
            }
            Outcome::Readings(views) => self.check_template(&views),
            Outcome::PassedOver(unjudged) if self.result.unjudged.contains(&unjudged) => {}
            Outcome::PassedOver(unjudged) => self.result.unjudged.push(unjudged),
            Outcome::Foreign => {}
            Outcome::Unreadable(Problem::Invalid { span, message, help }) => {
                let reader = charts::reader(&self.file.source.path);
                self.add(vec![rules::invalid_yaml::finding(span, reader, &message, help)]);
            }
            Outcome::Unreadable(Problem::Bound { span, message }) => {
                self.result.unchecked.push(unchecked::finding(span, message));
            }
        }
    }

    /// Whether a build reads the file.
    fn is_of_build(&self) -> bool {
        self.linter.builds.of_file(self.file.source.id).next().is_some()
    }

    /// Checks a document that is one of the file as it stands. Reports name the fields of what is found, and needn't parse it
    /// again for that.
    fn check_written(&mut self, document: &Document) {
        let from = self.result.findings.len();
        self.check_document(document);
        let found = self.result.findings.get(from..).unwrap_or_default();
        self.result.fields.extend(Fields::within(document, found.iter().flat_map(Finding::places)));
    }

    pub(super) fn check_document(&mut self, document: &Document) {
        let Linter { settings, inputs, .. } = self.linter;
        let source = &self.file.source;
        let examined = provenance::examine(document, source, &settings.pod_templates, inputs.test_suites());
        // What isn't judged may hold what a suppression is for.
        self.result.is_partial |= examined.unjudged.iter().any(|one| one.reason != Reason::Patch);
        self.result.unjudged.extend(examined.unjudged);
        if examined.judged.len() < MANY {
            return examined.judged.iter().for_each(|judged| self.check_judged(judged));
        }
        let check = |judged: &Judged<'_>, budget: &Arc<Budget>| {
            let (rules, budget) = (self.rules.clone(), Arc::clone(budget));
            let mut one = Self { rules, budget, result: FileResult::default(), ..*self };
            one.check_judged(judged);
            one.result
        };
        for result in shares::check_each(&examined.judged, &self.budget, check) {
            self.result.add(result);
        }
    }

    fn check_judged(&mut self, judged: &Judged<'_>) {
        let from = self.result.findings.len();
        let of_file = self.rules.clone();
        self.rules = self.rules_for(&judged.object);
        self.check_object(ObjectFacts { object: &judged.object, templates: &judged.templates });
        for pod in judged.templates.iter().cloned().map(Pod::new) {
            // Of others it hangs on the rules that are on whether they are looked at.
            if !pod.init_steps.is_empty() || pod.entry(active_deadline::KEY).is_some() {
                self.result.pods.insert(pod.spec().span());
            }
            self.check_pod(&pod);
        }
        let mut findings = self.result.findings.split_off(from);
        findings.retain(|finding| finding.severity >= judged.least());
        for finding in &mut findings {
            if let Some(resource) = &mut finding.resource {
                resource.siblings.clone_from(&judged.siblings);
            }
        }
        self.result.findings.append(&mut findings);
        self.rules = of_file;
    }

    /// What is set for rules in this file, for `object`.
    fn rules_for(&self, object: &Object<'_>) -> Cow<'a, RuleTable> {
        let Resource { kind, namespace, name, .. } = &rule::resource(object, "", None);
        let subject = Subject { kind, namespace: namespace.as_deref(), name: name.as_deref() };
        self.linter.settings.rules_for(&self.file.source.path, Some(subject))
    }

    fn check_object(&mut self, facts: ObjectFacts<'_>) {
        let Linter { settings, inputs, ref rules, .. } = *self.linter;
        for rule in rules {
            let Target::Object { check, .. } = rule.target else { continue };
            if self.runs(rule) {
                let mut cx = ObjectContext::new(rule, settings, self.rules.options(rule.id), inputs, &facts);
                check(facts.object, &mut cx);
                let findings = cx.into_findings();
                self.result.has_more |= findings.len() > MAX_FINDINGS;
                self.add(findings);
            }
        }
    }

    fn check_pod(&mut self, pod: &Pod<'_>) {
        let settings = self.linter.settings;
        let facts = PodFacts::new(pod, &self.budget);
        let mut findings = self.found_in(pod, &facts, false);
        // What nobody asks for needn't be followed.
        let unfollowed = facts.unfollowed();
        findings.extend(self.found_in(pod, &facts, true));
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for finding in &findings {
            *counts.entry(finding.rule).or_default() += 1;
        }
        self.result.has_more |= counts.values().any(|count| *count > MAX_FINDINGS);
        let from = self.result.findings.len();
        self.add(findings);
        // What isn't shown takes no other's place.
        let own = self.result.findings.split_off(from).into_iter();
        let (shown, hidden): (Vec<_>, Vec<_>) = own.partition(|finding| settings.shows(finding));
        self.result.findings.extend(precedence::first_of_each(shown));
        self.result.findings.extend(hidden);
        // What a finding tells of needn't be told again.
        let is_told = |one: &Finding| self.result.findings.iter().any(|finding| finding.span == one.span);
        self.result.unchecked.extend(unfollowed.into_iter().filter(|finding| !is_told(finding)));
    }

    /// What is found in a Pod by the rules that are asked for, or by those that nobody asks.
    fn found_in<'p>(&'p self, pod: &Pod<'p>, facts: &'p PodFacts<'p>, are_unasked: bool) -> Vec<Finding> {
        let Linter { settings, inputs, ref rules, .. } = *self.linter;
        let has_init_containers = pod.spec().entry("initContainers").is_some();
        let mut findings = Vec::new();
        for rule in rules.iter().filter(|rule| settings.is_unasked(rule.id) == are_unasked) {
            let Target::Pod { check, .. } = rule.target else { continue };
            if self.runs(rule) && (has_init_containers || !Self::needs_init_containers(rule)) {
                let mut cx = PodContext::new(rule, settings, self.rules.options(rule.id), inputs, facts);
                check(pod, &mut cx);
                findings.extend(cx.into_findings());
            }
        }
        findings
    }

    fn add(&mut self, findings: Vec<Finding>) {
        let is_elsewhere = |finding: &Finding| self.is_built || finding.span.file != self.file.source.id;
        let (elsewhere, here): (Vec<_>, Vec<_>) = findings.into_iter().partition(is_elsewhere);
        self.result.findings.extend(here.into_iter().filter_map(|finding| self.rules.settle(finding)));
        self.result.findings.extend(self.linter.settle(elsewhere));
    }

    /// Keeps the `most` severe findings where there are more, and says so.
    fn keep(&mut self, most: usize) {
        let findings = &mut self.result.findings;
        if findings.len() > most {
            findings.sort_by_key(|finding| Reverse(finding.severity));
            findings.truncate(most);
            self.result.has_more = true;
        }
        self.result.in_called.truncate(most);
        if self.result.has_more {
            let message =
                format!("too much is wrong here: only {} findings are shown", self.result.findings.len());
            self.result.unchecked.push(of_file(self.file, message));
            self.result.is_partial = true;
        }
    }

    fn finish(mut self) -> FileResult {
        self.keep(most_findings(self.file.source.text.len()));
        let Self { linter, file, mut result, .. } = self;
        result.documents = file.documents.len();
        result.suppressions = linter.reader(file, !result.is_partial).read();
        result.is_other = result.unjudged.is_empty() && !file.holds_objects;
        result
    }
}

/// What couldn't be checked in all of `file`.
pub(super) fn of_file(file: &InputFile, message: String) -> Finding {
    unchecked::finding(Span::new(file.source.id, 0..0), message)
}
