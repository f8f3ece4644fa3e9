//! Which findings are suppressed, and which suppressions are wrong.

use std::collections::HashMap;

use super::{Name, Suppression, What};
use crate::finding::{Finding, SuppressedFinding};
use crate::inputs::InputSet;
use crate::rules::{self, suppression_without_reason, unknown_rule, unused_suppression};
use crate::settings::{Level, Settings};
use crate::source::{FileId, Span};

/// What is left of a run's findings when suppressions have been heard.
#[derive(Debug, Default)]
pub struct Judged {
    /// Those that nothing suppresses, and those about suppressions.
    pub findings: Vec<Finding>,
    /// Those that something suppresses.
    pub suppressed: Vec<SuppressedFinding>,
}

/// Parts `findings` by `suppressions`, those of all files of the run.
#[must_use]
pub fn judge(
    findings: Vec<Finding>,
    suppressions: &[Suppression],
    inputs: &InputSet,
    settings: &Settings,
) -> Judged {
    let mut court = Court::new(suppressions, inputs, settings);
    court.hear(findings);
    court.hear(court.slips());
    // Last, when all that is suppressed is known.
    court.hear(court.unused());
    court.judged
}

struct Court<'s> {
    suppressions: &'s [Suppression],
    inputs: &'s InputSet,
    settings: &'s Settings,
    /// The suppressions that name a rule in a file.
    by_rule: HashMap<(FileId, &'s str), Vec<Named>>,
    /// Of each suppression, which of its names have suppressed something.
    used: Vec<Vec<bool>>,
    judged: Judged,
}

/// A name, by the index of its suppression and its own in that.
#[derive(Clone, Copy)]
struct Named {
    suppression: usize,
    name: usize,
}

impl<'s> Court<'s> {
    fn new(suppressions: &'s [Suppression], inputs: &'s InputSet, settings: &'s Settings) -> Self {
        let mut by_rule: HashMap<_, Vec<Named>> = HashMap::new();
        for (suppression, what) in suppressions.iter().enumerate() {
            for (name, id) in names(what).iter().enumerate() {
                let of_rule = by_rule.entry((what.scope.file, id.id.as_str())).or_default();
                of_rule.push(Named { suppression, name });
            }
        }
        let used = suppressions.iter().map(|what| vec![false; names(what).len()]).collect();
        Self { suppressions, inputs, settings, by_rule, used, judged: Judged::default() }
    }

    /// Puts each finding where it belongs.
    fn hear(&mut self, findings: Vec<Finding>) {
        for finding in findings {
            let reason = self.covering(&finding).map(|suppression| match &suppression.what {
                What::Rules { reason, .. } => reason.clone(),
                What::Nothing(_) => None,
            });
            match reason {
                Some(justification) => {
                    self.judged.suppressed.push(SuppressedFinding { finding, justification });
                }
                None => self.judged.findings.push(finding),
            }
        }
    }

    /// The first suppression that covers `finding`. All that do are noted as used.
    fn covering(&mut self, finding: &Finding) -> Option<&'s Suppression> {
        let mut first = None;
        let here = finding.span.file;
        let there = finding.about.map(|about| about.file).filter(|file| *file != here);
        for file in [Some(here), there].into_iter().flatten() {
            for named in self.by_rule.get(&(file, finding.rule)).into_iter().flatten() {
                let Some(suppression) = self.suppressions.get(named.suppression) else { continue };
                if covers(suppression.scope, finding) {
                    first.get_or_insert(suppression);
                    let used = self.used.get_mut(named.suppression);
                    if let Some(used) = used.and_then(|used| used.get_mut(named.name)) {
                        *used = true;
                    }
                }
            }
        }
        first
    }

    /// What is wrong with suppressions by themselves: names of no rule, and reasons that are missing
    /// where something is suppressed.
    fn slips(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        for (suppression, used) in self.suppressions.iter().zip(&self.used) {
            let What::Rules { names, reason } = &suppression.what else { continue };
            if suppression.is_decided {
                let unknown = names.iter().filter(|name| rules::find(&name.id).is_err());
                found.extend(unknown.map(|name| unknown_rule::finding(name.span, &name.id)));
            }
            if reason.is_none() && used.contains(&true) {
                found.push(suppression_without_reason::finding(suppression));
            }
        }
        self.settled(found)
    }

    /// A finding for each suppression that names a rule in vain, or none. One of a rule that is
    /// off isn't in vain.
    fn unused(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        for (suppression, used) in self.suppressions.iter().zip(&self.used) {
            let Some(source) = self.inputs.source(suppression.place.file) else { continue };
            let rules = self.settings.rules_for(&source.path);
            let is_in_vain = |(name, used): (&Name, &bool)| {
                let runs = rules::find(&name.id).is_ok() && rules.level(&name.id) != Level::Off;
                // One that silences this very rule has yet to be heard.
                !used && runs && name.id != unused_suppression::RULE.id
            };
            let in_vain: Vec<bool> = names(suppression).iter().zip(used).map(is_in_vain).collect();
            match &suppression.what {
                _ if !suppression.is_decided => {}
                What::Nothing(slip) => found.push(unused_suppression::slip(suppression, slip)),
                What::Rules { .. } if !in_vain.contains(&true) => {}
                What::Rules { .. } => found.push(unused_suppression::finding(suppression, &in_vain, source)),
            }
        }
        self.settled(found)
    }

    /// `findings` as bad as their rules are set to be in their files.
    fn settled(&self, findings: Vec<Finding>) -> Vec<Finding> {
        let settle = |finding: Finding| {
            let path = self.inputs.source(finding.span.file).map_or("", |source| &*source.path);
            self.settings.rules_for(path).settle(finding)
        };
        findings.into_iter().filter_map(settle).collect()
    }
}

fn names(suppression: &Suppression) -> &[Name] {
    match &suppression.what {
        What::Rules { names, .. } => names,
        What::Nothing(_) => &[],
    }
}

/// Whether a finding starts in `scope`, or all of what it is about lies there.
fn covers(scope: Span, finding: &Finding) -> bool {
    let starts = Span { end: finding.span.start, ..finding.span };
    scope.contains(starts) || finding.about.is_some_and(|about| scope.contains(about))
}
