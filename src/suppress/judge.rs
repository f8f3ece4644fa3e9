//! Which findings are suppressed, and which suppressions are wrong.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Form, Name, Suppression, What};
use crate::finding::{Finding, Severity, SuppressedFinding};
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
    /// The scopes in which a rule is suppressed in a file, by their start.
    scopes: HashMap<(FileId, &'s str), Vec<Scope<'s>>>,
    /// From where to where findings of a rule that were suppressed in a file reach.
    silenced: HashMap<(FileId, &'static str), BTreeSet<(u32, u32)>>,
    /// Where the first error of a rule stands in each container of a file, by the container's end.
    errors: HashMap<(FileId, &'static str), BTreeMap<u32, u32>>,
    judged: Judged,
}

/// A scope among others. Files hold ten thousands of both scopes and findings at worst: neither
/// are all scopes tried for each finding nor the other way round.
#[derive(Clone, Copy)]
struct Scope<'s> {
    start: u32,
    /// The suppression that reaches furthest, of this one and those that start before it.
    furthest: &'s Suppression,
}

impl<'s> Court<'s> {
    fn new(suppressions: &'s [Suppression], inputs: &'s InputSet, settings: &'s Settings) -> Self {
        let mut scopes: HashMap<_, Vec<Scope<'s>>> = HashMap::new();
        for suppression in suppressions {
            for name in names(suppression) {
                let scope = Scope { start: suppression.scope.start, furthest: suppression };
                scopes.entry((suppression.scope.file, name.id.as_str())).or_default().push(scope);
            }
        }
        for scopes in scopes.values_mut() {
            scopes.sort_by_key(|scope| scope.start);
            let mut furthest = None;
            for scope in scopes {
                let so_far = *furthest.get_or_insert(scope.furthest);
                if so_far.scope.end > scope.furthest.scope.end {
                    scope.furthest = so_far;
                }
                furthest = Some(scope.furthest);
            }
        }
        let (silenced, errors) = (HashMap::new(), HashMap::new());
        Self { suppressions, inputs, settings, scopes, silenced, errors, judged: Judged::default() }
    }

    /// Puts each finding where it belongs.
    fn hear(&mut self, findings: Vec<Finding>) {
        for finding in findings {
            let about = finding.about.filter(|about| about.file == finding.span.file);
            if let Some(about) = about.filter(|_| finding.severity == Severity::Error) {
                let errors = self.errors.entry((about.file, finding.rule)).or_default();
                let first = errors.entry(about.end).or_insert(finding.span.start);
                *first = finding.span.start.min(*first);
            }
            let covering = places(&finding).find_map(|place| self.covering(finding.rule, place));
            let Some(suppression) = covering else {
                self.judged.findings.push(finding);
                continue;
            };
            for place in places(&finding) {
                let silenced = self.silenced.entry((place.file, finding.rule)).or_default();
                silenced.insert((place.start, place.end));
            }
            let justification = match &suppression.what {
                What::Rules { reason, .. } => reason.clone(),
                What::Nothing(_) => None,
            };
            self.judged.suppressed.push(SuppressedFinding { finding, justification });
        }
    }

    /// A suppression of `rule` that covers all of `place`: if any does, then the one that reaches
    /// furthest.
    fn covering(&self, rule: &str, place: Span) -> Option<&'s Suppression> {
        let scopes = self.scopes.get(&(place.file, rule))?;
        let after = scopes.partition_point(|scope| scope.start <= place.start);
        let scope = after.checked_sub(1).and_then(|last| scopes.get(last))?;
        (place.end <= scope.furthest.scope.end).then_some(scope.furthest)
    }

    /// Whether `suppression` has suppressed a finding of the rule `id`.
    fn is_used(&self, suppression: &Suppression, id: &str) -> bool {
        let Ok(rule) = rules::find(id) else { return false };
        let Span { file, start, end } = suppression.scope;
        let silenced = self.silenced.get(&(file, rule.id));
        silenced.is_some_and(|places| places.range((start, 0)..=(end, end)).any(|(_, last)| *last <= end))
    }

    /// Whether a comment in a script stands behind an error of the rule `id`: the script ends there the second time, and
    /// what comes after isn't known before that is mended.
    fn is_behind_error(&self, suppression: &Suppression, id: &str) -> bool {
        let Ok(rule) = rules::find(id) else { return false };
        let Span { file, start, .. } = suppression.place;
        let errors = self.errors.get(&(file, rule.id));
        let around = errors.and_then(|errors| errors.range(start..).next());
        suppression.form == Form::ScriptComment && around.is_some_and(|(_, first)| *first < start)
    }

    /// What is wrong with suppressions by themselves: names of no rule, and reasons that are missing
    /// where something is suppressed.
    fn slips(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        for suppression in self.suppressions {
            let What::Rules { names, reason } = &suppression.what else { continue };
            if suppression.is_decided {
                let unknown = names.iter().filter(|name| rules::find(&name.id).is_err());
                found.extend(unknown.map(|name| unknown_rule::finding(name.span, &name.id)));
            }
            if reason.is_none() && names.iter().any(|name| self.is_used(suppression, &name.id)) {
                found.push(suppression_without_reason::finding(suppression));
            }
        }
        self.settled(found)
    }

    /// A finding for each suppression that names a rule in vain, or none. One of a rule that is
    /// off isn't in vain.
    fn unused(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        for suppression in self.suppressions.iter().filter(|suppression| suppression.is_decided) {
            let Some(source) = self.inputs.source(suppression.place.file) else { continue };
            if let What::Nothing(slip) = &suppression.what {
                found.push(unused_suppression::slip(suppression, slip));
                continue;
            }
            let rules = self.settings.rules_for(&source.path);
            let is_in_vain = |name: &Name| {
                let runs = rules::find(&name.id).is_ok() && rules.level(&name.id) != Level::Off;
                // One that silences this very rule has yet to be heard.
                runs && name.id != unused_suppression::RULE.id
                    && !self.is_used(suppression, &name.id)
                    && !self.is_behind_error(suppression, &name.id)
            };
            let in_vain: Vec<bool> = names(suppression).iter().map(is_in_vain).collect();
            if in_vain.contains(&true) {
                found.push(unused_suppression::finding(suppression, &in_vain, source));
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

/// Where a suppression may cover a finding: at its start, or all of what it is about.
fn places(finding: &Finding) -> impl Iterator<Item = Span> {
    let start = Span { end: finding.span.start, ..finding.span };
    [start].into_iter().chain(finding.about)
}
