//! Suppressions written into files, for all that is found there.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::outline::is_same_elsewhere;
use super::rounds::{Outcome, changed};
use crate::discover::Input;
use crate::finding::{Edit, Finding};
use crate::fix::Edits;
use crate::kube::PodTemplatePath;
use crate::report::Report;
use crate::source::{FileId, Source};
use crate::suppress;

/// How often what is left is suppressed: a script's second error comes to light when the first is.
const MAX_ROUNDS: usize = 10;

/// The edits of `source` that suppress `finding`, for `reason`; `None` where it can't be suppressed there.
#[must_use]
pub fn ignore(
    source: &Source,
    finding: &Finding,
    pod_templates: &[PodTemplatePath],
    reason: &str,
) -> Option<Vec<Edit>> {
    let edits = suppress::ignore(source, &[finding], pod_templates, reason);
    written(source, &edits).map(|_| edits)
}

/// `source` with `edits` made, where they are suppressions and change nothing else.
fn written(source: &Source, edits: &[Edit]) -> Option<Source> {
    let edits = Edits::of(edits);
    let after = Source::new(source.id, Arc::clone(&source.path), edits.apply(&source.text));
    let is_same = is_same_elsewhere(source, &after, &edits, &edits.within_lines());
    (after.text != source.text && is_same).then_some(after)
}

/// Writes suppressions, in memory.
pub struct Ignorer<'a> {
    /// Lints inputs.
    pub lint: &'a dyn Fn(&[Input]) -> Report,
    /// Where custom resources have their Pod templates.
    pub pod_templates: &'a [PodTemplatePath],
    /// Why all of that is suppressed.
    pub reason: &'a str,
}

impl Ignorer<'_> {
    /// Suppresses the findings in `report`, which is of `inputs`, and those that then come up.
    #[must_use]
    pub fn run(&self, inputs: Vec<Input>, report: Report) -> Outcome {
        let (originals, before, found) = (inputs.clone(), report.sources.clone(), report.findings.len());
        let (mut inputs, mut report) = (inputs, report);
        for _ in 0..MAX_ROUNDS {
            let Some((new_inputs, new)) = self.round(&inputs, &report) else { break };
            (inputs, report) = (new_inputs, new);
        }
        let left = report.findings.len();
        let refused = report.findings.iter().filter_map(|finding| told(&report, finding)).collect();
        let changed = changed(originals, &before, &inputs, &report);
        Outcome { inputs, changed, report, fixed: found.saturating_sub(left), refused }
    }

    /// The inputs with what is found in them suppressed; `None` where that helps nothing.
    fn round(&self, inputs: &[Input], report: &Report) -> Option<(Vec<Input>, Report)> {
        let mut files: BTreeMap<FileId, Vec<&Finding>> = BTreeMap::new();
        for finding in &report.findings {
            if let Some(file) = file_of(finding, inputs.len()) {
                files.entry(file).or_default().push(finding);
            }
        }
        let mut now = inputs.to_vec();
        for (file, findings) in files {
            let (Some(source), Some(input)) = (report.sources.get(file), now.get_mut(file.0 as usize)) else {
                continue;
            };
            let edits = suppress::ignore(source, &findings, self.pod_templates, self.reason);
            if let Some(new) = written(source, &edits).and_then(|after| input.with_text(&after.text)) {
                *input = new;
            }
        }
        let new = (now != inputs).then(|| (self.lint)(&now))?;
        (new.findings.len() < report.findings.len()).then_some((now, new))
    }
}

/// The file in which a finding is suppressed, one of the first `count`.
fn file_of(finding: &Finding, count: usize) -> Option<FileId> {
    finding.suppressible_at().map(|span| span.file).find(|file| (file.0 as usize) < count)
}

fn told(report: &Report, finding: &Finding) -> Option<String> {
    let place = report.source(finding.span)?.place_of(finding.span);
    Some(format!("{place}: {} can't be suppressed here", finding.rule))
}
