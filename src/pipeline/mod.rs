//! From inputs to a report: read, check file by file, check the whole, match suppressions, sort.

mod builds;
mod called;
mod chart_files;
mod conditions;
mod file_result;
mod files;
mod interest;
mod linter;
mod precedence;
mod remarks;
mod shares;
mod templates;

use rayon::prelude::*;

use crate::discover::{Failure, Input};
use crate::finding::{Finding, SuppressedFinding};
use crate::inputs::InputSet;
pub use crate::kustomize::Scope;
use crate::kustomize::{self, Builds};
use crate::progress::Progress;
use crate::read::{InputFile, Kept, Skimmed, is_named, read_where};
use crate::report::field::Fields;
use crate::report::{Report, Summary};
use crate::rule::{Group, Rule};
use crate::rules::{self, suppression_without_reason, unknown_rule, unused_suppression};
use crate::settings::{Level, Settings};
use crate::source::FileId;
use crate::suppress::{Matched, Matcher, Slip, Suppression};
use crate::unchecked::{self, Accepted, AcceptedBy, UNCHECKED};
use file_result::{FileResult, Place};
use foldhash::{HashSet, HashSetExt};
use interest::Interest;
use linter::{Linter, MOST_FINDINGS};

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
    lint_by(rules::ALL, inputs, stdin_name, settings, progress)
}

fn lint_by(
    rules: &[&'static Rule],
    inputs: &[Input],
    stdin_name: &str,
    settings: &Settings,
    progress: &Progress,
) -> Report {
    progress.begin(inputs.len());
    let interest = Interest::new(rules);
    let read = inputs.par_iter().with_max_len(32).enumerate();
    let read = read.map(|(id, input)| {
        // What counts instead of the file can't be read from it again.
        let is_kept = is_named(input) || matches!(input, Input::Edited { .. });
        let keep = |file: Skimmed<'_>| {
            let kept = interest.keeps(file);
            Kept { text: kept.text || is_kept, is_asked_for: kept.is_asked_for || is_named(input), ..kept }
        };
        read_where(keep, id, input, stdin_name)
    });
    let read: Vec<_> = read.inspect(|_| progress.read_one()).collect();
    let is_named = |id: FileId| inputs.get(id.0 as usize).is_some_and(is_named);
    let scope = Scope { is_named: &is_named, is_checked: &|_| true };
    lint_files(rules, read, scope, settings, progress)
}

/// Reads `inputs` for [`lint_read`]: those that nobody will ask for are left without text. The number of each is its
/// place.
#[must_use]
pub fn read(inputs: &[Input]) -> Vec<(InputFile, Option<Failure>)> {
    let interest = Interest::new(rules::ALL);
    let read = inputs.par_iter().with_max_len(32).enumerate();
    read.map(|(id, input)| read_where(|file| interest.keeps(file), id, input, "")).collect()
}

/// Lints files that are read already, as far as `scope` goes.
#[must_use]
pub fn lint_read(read: Vec<(InputFile, Option<Failure>)>, scope: Scope<'_>, settings: &Settings) -> Report {
    lint_files(rules::ALL, read, scope, settings, &Progress::new(false))
}

fn lint_files(
    rules: &[&'static Rule],
    read: Vec<(InputFile, Option<Failure>)>,
    scope: Scope<'_>,
    settings: &Settings,
    progress: &Progress,
) -> Report {
    let mut report = Report::default();
    let count = read.len();
    let (set, builds) = gather(settings, read, scope, &mut report);
    let linter = Linter::new(rules, settings, &set, &builds);
    let Checked { mut findings, fields, mut unchecked, mut suppressions, summary, .. } =
        check_files(&linter, count, scope, progress);
    report.summary.add(summary);
    report.fields = fields;
    findings.extend(linter.check_set());
    let (errors, notes) = remarks::parted(&builds, &settings.pod_templates);
    unchecked.splice(0..0, remarks::unchecked(&builds, &errors));
    remarks::note(&builds, &notes, &mut report);
    suppressions.extend(linter.suppressions_in_patches());
    let (accepted, unchecked): (Vec<_>, _) =
        unchecked.into_iter().partition(|finding| linter.accepts(finding));
    let mut matched = match_suppressions(&linter, findings, unchecked, &suppressions);
    report.sources = set.sources(accepted.iter().chain(matched.all()).flat_map(Finding::files));
    add_unchecked(accepted, &mut matched, &mut report);
    add_sorted(matched, &linter, &mut report);
    free(set, builds);
    report
}

/// Frees what a run has read. That are many small parts, and nobody need wait for it, unless they take the room that the
/// report needs.
fn free(set: InputSet, builds: Builds) {
    const MANY: usize = 50_000;
    if set.files().len() > MANY {
        return drop((set, builds));
    }
    rayon::spawn(move || drop((set, builds)));
}

/// Adds to `report` what couldn't be read, at the front; what `settings` accept of it is only counted.
pub fn add_unread(failures: Vec<Failure>, settings: &Settings, report: &mut Report) {
    let is_accepted =
        |failure: &Failure| settings.rules_for(&failure.path, None).level(UNCHECKED) == Level::Off;
    let (accepted, failures): (Vec<_>, Vec<_>) = failures.into_iter().partition(is_accepted);
    report.errors.splice(0..0, failures);
    let accept = |failure| Accepted { failure, by: AcceptedBy::Configuration };
    report.accepted.splice(0..0, accepted.into_iter().map(accept));
    report.summary.accepted = report.accepted.len();
}

/// From how many findings on room is taken for as many as there may be: they have some megabytes.
const MANY_FINDINGS: usize = 8_000;

/// What came of some files, in their order.
#[derive(Default)]
struct Checked {
    findings: Vec<Finding>,
    /// Where something was found in named templates of other files than that which includes them.
    in_called: Vec<(FileId, Place)>,
    /// The fields of their places, as far as these are known.
    fields: Fields,
    /// What couldn't be checked.
    unchecked: Vec<Finding>,
    suppressions: Vec<Suppression>,
    /// What was counted in them.
    summary: Summary,
}

impl Checked {
    /// Adds what came of one more file. Nothing comes of most: no more is kept of each than that.
    fn add(&mut self, mut result: FileResult) {
        result.count(&mut self.summary);
        let count = self.findings.len() + result.findings.len();
        if count > MANY_FINDINGS && count > self.findings.capacity() {
            // Room costs nothing until it is used; to move so many takes as much again.
            self.findings.reserve_exact(count.max(MOST_FINDINGS));
        }
        self.findings.append(&mut result.findings);
        self.in_called.append(&mut result.in_called);
        self.fields.extend(result.fields);
        self.unchecked.append(&mut result.unchecked);
        self.suppressions.append(&mut result.suppressions);
    }
}

/// Builds the kustomizations among the files that were `read`. What these read, and scripts of charts, come behind the others.
fn gather(
    settings: &Settings,
    read: Vec<(InputFile, Option<Failure>)>,
    scope: Scope<'_>,
    report: &mut Report,
) -> (InputSet, Builds) {
    let mut files = Vec::with_capacity(read.len());
    let mut unread = Vec::new();
    for (file, failure) in read {
        report.summary.files += usize::from(failure.is_none());
        unread.extend(failure);
        files.push(file);
    }
    add_unread(unread, settings, report);
    chart_files::add(&mut files);
    let builds = kustomize::build(files, scope, settings.load_restrictor);
    (InputSet::of_builds(&builds), builds)
}

/// Checks each file by itself, and what builds make. Behind the first `count` files are those that builds read beside them.
fn check_files(linter: &Linter<'_>, count: usize, scope: Scope<'_>, progress: &Progress) -> Checked {
    let Scope { is_named, is_checked } = scope;
    let (files, beside) = linter.inputs.files().split_at(count);
    let files: Vec<&InputFile> = files.iter().filter(|file| is_checked(file.source.id)).collect();
    let check = |file: &InputFile| linter.check_file(file, is_named(file.source.id));
    let mut checked = Checked::default();
    files::check_each(&files, check, progress, |result| checked.add(result));
    for file in beside {
        checked.add(linter.check_beside(file));
    }
    let in_called = std::mem::take(&mut checked.in_called);
    checked.findings.extend(called::check(linter, in_called, &checked.findings, scope));
    linter.inputs.forget_lent();
    checked.add(builds::check(linter, is_checked));
    checked
}

/// Parts `findings` and what is `unchecked` by `suppressions`, and adds what is wrong with these.
fn match_suppressions(
    linter: &Linter<'_>,
    findings: Vec<Finding>,
    unchecked: Vec<Finding>,
    suppressions: &[Suppression],
) -> Matched {
    let mut matcher = Matcher::new(suppressions, rules::current);
    matcher.match_findings(findings);
    matcher.match_findings(unchecked);
    let is_rule = |id: &str| id == UNCHECKED || rules::find(id).is_ok();
    matcher.match_findings(tell(linter, matcher.slips(is_rule)));
    // One of a rule that is off isn't in vain, and one that silences this very rule has yet to be matched.
    let runs = |suppression: &Suppression, id: &str| {
        let set = linter.rules_at(suppression.place, None);
        let is_on = |id: &str| set.level(rules::current(id)) != Level::Off;
        // Only who asks for a script learns that it can't be followed.
        let asks_for_all = || rules::of_group(Group::Rerun).all(|rule| is_on(rule.id));
        is_rule(id) && id != unused_suppression::RULE.id && is_on(id) && (id != UNCHECKED || asks_for_all())
    };
    matcher.match_findings(tell(linter, matcher.unused(runs)));
    matcher.into_matched()
}

/// The findings about suppressions that are wrong.
fn tell(linter: &Linter<'_>, slips: Vec<Slip<'_>>) -> Vec<Finding> {
    let finding = |slip| match slip {
        Slip::NotUnderstood(suppression, why) => Some(unused_suppression::slip(suppression, why)),
        Slip::UnknownRule(name) => Some(unknown_rule::finding(name.span, &name.id)),
        Slip::OldName(name) => unknown_rule::renamed(name.span, &name.id),
        Slip::WithoutReason(suppression) => Some(suppression_without_reason::finding(suppression)),
        Slip::Unused { suppression, in_vain } => {
            let source = linter.inputs.source(suppression.place.file)?;
            Some(unused_suppression::finding(suppression, &in_vain, source))
        }
    };
    linter.settle(slips.into_iter().filter_map(finding).collect())
}

/// Adds what couldn't be checked to `report`: what of it the configuration has `accepted`, and what is among `matched`.
fn add_unchecked(accepted: Vec<Finding>, matched: &mut Matched, report: &mut Report) {
    let is_unchecked = |finding: &Finding| finding.rule == UNCHECKED;
    let failure = |finding: Finding| {
        let source = report.sources.get(finding.span.file)?;
        Some(unchecked::failure(finding, source))
    };
    let by_configuration = |finding| {
        let failure = failure(finding)?;
        Some(Accepted { failure, by: AcceptedBy::Configuration })
    };
    let by_suppression = |SuppressedFinding { finding, justification }| {
        let failure = failure(finding)?;
        Some(Accepted { failure, by: AcceptedBy::Suppression(justification) })
    };
    let suppressed = matched.suppressed.extract_if(.., |one| is_unchecked(&one.finding));
    let accepted = accepted.into_iter().filter_map(by_configuration);
    let accepted: Vec<_> = accepted.chain(suppressed.filter_map(by_suppression)).collect();
    let unchecked = matched.findings.extract_if(.., |finding| is_unchecked(finding));
    let errors: Vec<_> = unchecked.filter_map(failure).collect();
    // Many Pods may run one script.
    let mut told = HashSet::new();
    report.errors.extend(errors);
    report.errors.retain(|error| told.insert(error.clone()));
    let mut told = HashSet::new();
    report.accepted.extend(accepted);
    report.accepted.retain(|accepted| told.insert(accepted.clone()));
    report.summary.accepted = report.accepted.len();
}

/// Adds what is shown to `report`, by place, then by rule.
fn add_sorted(matched: Matched, linter: &Linter<'_>, report: &mut Report) {
    let Matched { mut findings, mut suppressed } = matched;
    let is_shown = |finding: &Finding| {
        let settings = linter.settings;
        linter.builds.counts(finding.span.file)
            && settings.shows(finding)
            && !settings.is_unasked(finding.rule)
    };
    findings.retain(is_shown);
    // A stable sort of its own would take half as much room once more.
    findings.sort_by_cached_key(order);
    suppressed.retain(|suppressed| is_shown(&suppressed.finding));
    suppressed.sort_by_key(|SuppressedFinding { finding, .. }| order(finding));
    report.summary.suppressed = suppressed.len();
    (report.findings, report.suppressed) = (findings, suppressed);
}

fn order(finding: &Finding) -> (FileId, u32, &'static str, u32) {
    (finding.span.file, finding.span.start, finding.rule, finding.span.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::kube::{Pod, templates};
    use crate::program::{Program, Programs};
    use crate::rule::{Group, Target};
    use crate::yaml::Node;

    /// Finds Services that select no Pod, and says what the first init container of each Pod runs.
    static LONELY_SERVICE: Rule = Rule {
        id: "lonely-service",
        summary: "",
        group: Group::Hygiene,
        severity: Severity::Warning,
        fix: None,
        since: "0.1.0",
        doc: "",
        options: &[],
        target: Target::Set {
            check: |inputs, cx| {
                for service in inputs.objects("Service") {
                    let app = service.node.at("/spec/selector/app").and_then(Node::as_str).unwrap_or("");
                    if inputs.select("Pod", &[("app", app)]).next().is_none() {
                        cx.report(&service, None, Finding::new(Severity::Warning, service.span(), "lonely"));
                    }
                }
                for object in inputs.objects("Pod") {
                    for pod in templates(&object, &[]).into_iter().map(Pod::new) {
                        let programs = Programs::of(&pod, cx.inputs, cx.images, cx.version);
                        let words = programs.iter().flat_map(Program::argv);
                        let words: Vec<String> = words.map(|word| word.as_str().to_owned()).collect();
                        assert!(cx.source(pod.spec().span()).is_some());
                        cx.report(
                            &object,
                            None,
                            Finding::new(Severity::Info, object.span(), words.join(" ")),
                        );
                    }
                }
            },
        },
    };

    #[test]
    fn a_rule_may_look_at_the_whole_input() {
        let service = |app: &str| {
            format!(
                "apiVersion: v1\nkind: Service\nmetadata: {{name: {app}}}\nspec: {{selector: {{app: {app}}}}}\n"
            )
        };
        let text = |path: &str, text: String| Input::Text { path: path.to_owned(), text };
        let inputs = [
            text("services.yaml", format!("{}---\n{}", service("web"), service("db"))),
            text(
                "pod.yaml",
                "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\nspec:\n  \
                 initContainers: [{name: a, image: b:1, command: [echo, hi]}]\n"
                    .to_owned(),
            ),
        ];
        let settings = Settings::default();
        let report = lint_by(&[&LONELY_SERVICE], &inputs, "", &settings, &Progress::new(false));
        let found: Vec<(Option<&str>, &str)> = report
            .findings
            .iter()
            .map(|finding| (finding.resource.as_ref().unwrap().name.as_deref(), finding.message.as_str()))
            .collect();
        assert_eq!(found, [(Some("db"), "lonely"), (Some("web"), "echo hi")]);
        assert_eq!(report.findings[0].rule, "lonely-service");
    }
}
