//! Which findings are suppressed, and which suppressions are wrong.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use super::{Form, Name, Suppression, What};
use crate::finding::{Finding, Severity, SuppressedFinding};
use crate::source::{FileId, Span};
use crate::unchecked::UNCHECKED;

/// A run's findings, parted by its suppressions.
#[derive(Debug, Default)]
pub struct Matched {
    /// Those that nothing suppresses.
    pub findings: Vec<Finding>,
    /// Those that something suppresses.
    pub suppressed: Vec<SuppressedFinding>,
}

impl Matched {
    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().chain(self.suppressed.iter().map(|suppressed| &suppressed.finding))
    }
}

/// What is wrong with a suppression.
#[derive(Debug)]
pub enum Slip<'s> {
    /// It isn't understood, for the reason that is told here.
    NotUnderstood(&'s Suppression, &'static str),
    /// It names no rule that there is.
    UnknownRule(&'s Name),
    /// It names a rule by a name that this had before.
    OldName(&'s Name),
    /// It suppresses something, and doesn't say why.
    WithoutReason(&'s Suppression),
    /// It names rules in vain.
    Unused {
        /// The suppression.
        suppression: &'s Suppression,
        /// For each of its names, whether that is in vain.
        in_vain: Vec<bool>,
    },
}

/// Parts findings by the suppressions of all files of a run.
#[derive(Debug)]
pub struct Matcher<'s> {
    suppressions: &'s [Suppression],
    /// What a rule is called now.
    current: fn(&str) -> &str,
    /// The scopes in which a rule is suppressed in a file, by their start.
    scopes: HashMap<(FileId, &'s str), Vec<Scope<'s>>>,
    /// From where to where findings of a rule that were suppressed in a file reach.
    silenced: HashMap<(FileId, &'static str), BTreeSet<(u32, u32)>>,
    /// The files that something unchecked is about, where more may be found one day.
    unchecked: HashSet<FileId>,
    /// Where the first error of a rule stands in each container of a file, by the container's end.
    errors: HashMap<(FileId, &'static str), BTreeMap<u32, u32>>,
    matched: Matched,
}

/// A scope among others. Files hold ten thousands of both scopes and findings at worst: neither
/// are all scopes tried for each finding nor the other way round.
#[derive(Debug, Clone, Copy)]
struct Scope<'s> {
    start: u32,
    /// The suppression that reaches furthest, of this one and those that start before it.
    furthest: &'s Suppression,
}

impl<'s> Matcher<'s> {
    /// Of `suppressions`; `current` tells what a rule is called now that one may name as it was called before.
    #[must_use]
    pub fn new(suppressions: &'s [Suppression], current: fn(&str) -> &str) -> Self {
        let mut scopes: HashMap<_, Vec<Scope<'s>>> = HashMap::new();
        for suppression in suppressions {
            for name in names(suppression) {
                let scope = Scope { start: suppression.scope.start, furthest: suppression };
                scopes.entry((suppression.scope.file, current(&name.id))).or_default().push(scope);
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
        let (silenced, unchecked, errors) = (HashMap::new(), HashSet::new(), HashMap::new());
        Self { suppressions, current, scopes, silenced, unchecked, errors, matched: Matched::default() }
    }

    /// Puts each finding where it belongs. There may be many: what nothing suppresses isn't moved.
    pub fn match_findings(&mut self, mut findings: Vec<Finding>) {
        let mut justifications = Vec::new();
        let is_suppressed = |finding: &mut Finding| {
            let suppression = self.suppression_of(finding);
            justifications.extend(suppression.map(justification));
            suppression.is_some()
        };
        let suppressed: Vec<_> = findings.extract_if(.., is_suppressed).collect();
        let suppressed = suppressed.into_iter().zip(justifications);
        let suppressed =
            suppressed.map(|(finding, justification)| SuppressedFinding { finding, justification });
        self.matched.suppressed.extend(suppressed);
        if self.matched.findings.is_empty() {
            self.matched.findings = findings;
        } else {
            self.matched.findings.append(&mut findings);
        }
    }

    /// What suppresses `finding`, if anything; notes what that tells of suppressions.
    fn suppression_of(&mut self, finding: &Finding) -> Option<&'s Suppression> {
        if finding.rule == UNCHECKED {
            self.unchecked.extend(places(finding).map(|place| place.file));
        }
        let about = finding.about.filter(|about| about.file == finding.span.file);
        if let Some(about) = about.filter(|_| finding.severity == Severity::Error) {
            let errors = self.errors.entry((about.file, finding.rule)).or_default();
            let first = errors.entry(about.end).or_insert(finding.span.start);
            *first = finding.span.start.min(*first);
        }
        let suppression = places(finding).find_map(|place| self.covering(finding.rule, place))?;
        for place in places(finding) {
            let silenced = self.silenced.entry((place.file, finding.rule)).or_default();
            silenced.insert((place.start, place.end));
        }
        Some(suppression)
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
        let Span { file, start, end } = suppression.scope;
        let silenced = self.silenced.get(&(file, (self.current)(id)));
        silenced.is_some_and(|places| places.range((start, 0)..=(end, end)).any(|(_, last)| *last <= end))
    }

    /// Whether a comment in a script stands behind an error of the rule `id`: the script ends there the second time, and
    /// what comes after isn't known before that is mended.
    fn is_behind_error(&self, suppression: &Suppression, id: &str) -> bool {
        let Span { file, start, .. } = suppression.place;
        let errors = self.errors.get(&(file, (self.current)(id)));
        let around = errors.and_then(|errors| errors.range(start..).next());
        suppression.form == Form::ScriptComment && around.is_some_and(|(_, first)| *first < start)
    }

    /// What is wrong with suppressions by themselves: names of no rule, as `is_rule` tells, and reasons that are missing
    /// where something is suppressed.
    pub fn slips(&self, is_rule: impl Fn(&str) -> bool) -> Vec<Slip<'s>> {
        let mut found = Vec::new();
        for suppression in self.suppressions {
            let What::Rules { names, reason } = &suppression.what else { continue };
            if suppression.is_meant {
                found.extend(names.iter().filter(|name| !is_rule(&name.id)).map(Slip::UnknownRule));
                let is_old = |name: &&Name| (self.current)(&name.id) != name.id;
                found.extend(names.iter().filter(is_old).map(Slip::OldName));
            }
            if reason.is_none() && names.iter().any(|name| self.is_used(suppression, &name.id)) {
                found.push(Slip::WithoutReason(suppression));
            }
        }
        found
    }

    /// The suppressions that name a rule in vain, or none; to be asked when all findings are matched. A rule may be in
    /// vain where it `runs` in the suppression's file.
    pub fn unused(&self, runs: impl Fn(&Suppression, &str) -> bool) -> Vec<Slip<'s>> {
        let slip = |suppression: &'s Suppression| {
            if let What::Nothing(why) = suppression.what {
                return suppression.is_meant.then_some(Slip::NotUnderstood(suppression, why));
            }
            if !suppression.is_decided {
                return None;
            }
            let is_in_vain = |Name { id, .. }: &Name| {
                runs(suppression, id)
                    && !self.is_used(suppression, id)
                    && (id == UNCHECKED || !self.unchecked.contains(&suppression.scope.file))
                    && !self.is_behind_error(suppression, id)
            };
            let in_vain: Vec<bool> = names(suppression).iter().map(is_in_vain).collect();
            in_vain.contains(&true).then_some(Slip::Unused { suppression, in_vain })
        };
        self.suppressions.iter().filter_map(slip).collect()
    }

    /// What came of the findings.
    #[must_use]
    pub fn into_matched(self) -> Matched {
        self.matched
    }
}

fn justification(suppression: &Suppression) -> Option<String> {
    match &suppression.what {
        What::Rules { reason, .. } => reason.clone(),
        What::Nothing(_) => None,
    }
}

fn names(suppression: &Suppression) -> &[Name] {
    match &suppression.what {
        What::Rules { names, .. } => names,
        What::Nothing(_) => &[],
    }
}

/// Where a suppression may cover a finding: at its start, or all of what it is about.
fn places(finding: &Finding) -> impl Iterator<Item = Span> + '_ {
    let start = Span { end: finding.span.start, ..finding.span };
    std::iter::once(start).chain(finding.suppressible_at().skip(1))
}
