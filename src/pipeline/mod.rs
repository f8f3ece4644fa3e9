//! From inputs to a report: read, check file by file, check the whole, match suppressions, sort.

mod builds;
mod linter;
mod precedence;
mod remarks;

use std::collections::HashSet;
use std::sync::Arc;

use rayon::prelude::*;

use crate::discover::Input;
use crate::finding::{Finding, SuppressedFinding};
use crate::inputs::InputSet;
use crate::kustomize::{self, Builds};
use crate::progress::Progress;
use crate::read::{is_named, read};
use crate::report::Report;
use crate::rule::Rule;
use crate::rules::{self, suppression_without_reason, unknown_rule, unused_suppression};
use crate::settings::{Level, Settings};
use crate::source::FileId;
use crate::suppress::{Matched, Matcher, Slip, Suppression};
use linter::Linter;

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
    let mut report = Report::default();
    let (set, builds) = read_all(inputs, stdin_name, progress, &mut report);
    let linter = Linter::new(rules, settings, &set, &builds);
    let (mut findings, mut suppressions) = check_files(&linter, inputs, progress, &mut report);
    findings.extend(linter.check_set());
    suppressions.extend(linter.suppressions_in_patches());
    let matched = match_suppressions(&linter, findings, &suppressions);
    add_sorted(matched, &linter, &mut report);
    report
}

/// Reads all inputs, and builds the kustomizations among them. What these read comes behind the inputs.
fn read_all(
    inputs: &[Input],
    stdin_name: &str,
    progress: &Progress,
    report: &mut Report,
) -> (InputSet, Builds) {
    let read: Vec<_> = inputs
        .par_iter()
        .enumerate()
        .map(|(id, input)| read(id, input, stdin_name))
        .inspect(|_| progress.read_one())
        .collect();
    let mut files = Vec::with_capacity(read.len());
    for (file, failure) in read {
        report.summary.files += usize::from(failure.is_none());
        report.errors.extend(failure);
        files.push(file);
    }
    let builds = kustomize::build(files, &|id| inputs.get(id.0 as usize).is_some_and(is_named));
    remarks::tell(&builds, report);
    report.sources = builds.files.iter().map(|file| Arc::clone(&file.source)).collect();
    (InputSet::new(builds.files.clone()), builds)
}

/// Checks each file by itself, and what builds make: what is found, and what suppresses.
fn check_files(
    linter: &Linter<'_>,
    inputs: &[Input],
    progress: &Progress,
    report: &mut Report,
) -> (Vec<Finding>, Vec<Suppression>) {
    let mut results: Vec<_> = inputs
        .par_iter()
        .zip(linter.inputs.files())
        .map(|(input, file)| linter.check_file(file, is_named(input)))
        .inspect(|_| progress.checked_one())
        .collect();
    let beside = linter.inputs.files().get(inputs.len()..).unwrap_or_default();
    results.extend(beside.iter().map(|file| linter.check_beside(file)));
    results.push(builds::check(linter));
    let (mut findings, mut suppressions) = (Vec::new(), Vec::new());
    for mut result in results {
        result.count(&mut report.summary);
        findings.append(&mut result.findings);
        suppressions.append(&mut result.suppressions);
        report.errors.append(&mut result.errors);
    }
    // Many Pods may run one script.
    let mut told = HashSet::new();
    report.errors.retain(|error| told.insert(error.clone()));
    (findings, suppressions)
}

/// Parts `findings` by `suppressions`, and adds what is wrong with these.
fn match_suppressions(linter: &Linter<'_>, findings: Vec<Finding>, suppressions: &[Suppression]) -> Matched {
    let mut matcher = Matcher::new(suppressions, rules::current);
    matcher.match_findings(findings);
    let is_rule = |id: &str| rules::find(id).is_ok();
    matcher.match_findings(tell(linter, matcher.slips(is_rule)));
    // One of a rule that is off isn't in vain, and one that silences this very rule has yet to be matched.
    let runs = |suppression: &Suppression, id: &str| {
        is_rule(id)
            && id != unused_suppression::RULE.id
            && linter.rules_at(suppression.place, None).level(rules::current(id)) != Level::Off
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

/// Adds what is shown to `report`, by place, then by rule.
fn add_sorted(matched: Matched, linter: &Linter<'_>, report: &mut Report) {
    let Matched { mut findings, mut suppressed } = matched;
    let is_shown =
        |finding: &Finding| linter.builds.counts(finding.span.file) && linter.settings.shows(finding);
    findings.retain(is_shown);
    findings.sort_by_key(order);
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
