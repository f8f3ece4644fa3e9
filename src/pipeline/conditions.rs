//! Under which conditions of a template a finding holds.
//!
//! A finding is looked for again with branches taken otherwise. Those without which it is gone are what it hangs on.

use std::ops::Range;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use super::precedence;
use crate::charts::{Part, Views};
use crate::finding::{Finding, Severity};
use crate::helm::{self, Choice};
use crate::source::{FileId, Span};
use crate::yaml::Document;

/// How many conditions a message names. More say little to a reader.
const MAX_CONDITIONS: usize = 3;

/// How often the documents of a file are checked to learn under which conditions what a rule finds holds. Each rule has its
/// own, so that no other one decides on what is told of it.
const MAX_TRIALS: usize = 64;

/// How much text is checked for that (bytes).
const MAX_TRIED: usize = 4 << 20;

/// How many ways are tried in which a branch may be taken otherwise: by another of its block, or by none.
const MAX_WAYS: usize = 3;

/// Where a rule finds something, and whether that is an error: where that ends may hang on a branch.
type Place = (&'static str, bool, FileId, u32);

/// Where `finding` is told.
fn own_place(finding: &Finding) -> Place {
    place(finding, finding.span)
}

fn place(finding: &Finding, span: Span) -> Place {
    (finding.rule, finding.severity == Severity::Error, span.file, span.start)
}

/// Where `finding` says that something is wrong.
fn places(finding: &Finding) -> impl Iterator<Item = Place> {
    finding.places().map(|span| place(finding, span))
}

/// What tells what these rules find in a document.
type Check<'a> = &'a dyn Fn(&Document, &HashSet<&'static str>) -> Vec<Finding>;

/// What was found in `parts`, the documents of `views`, as the template's readers know it: with the conditions under which
/// it holds. What several have alike is told once. `check` is for further readings of the template.
pub(super) fn conditional(
    views: &Views<'_>,
    parts: &[(&Part, Vec<Finding>)],
    check: Check<'_>,
) -> Vec<Finding> {
    let most = MAX_TRIALS.min(MAX_TRIED / views.size().max(1));
    let mut left: HashMap<&str, usize> = HashMap::new();
    let mut told: Vec<Finding> = Vec::new();
    let mut known = HashSet::new();
    for (part, found) in parts.iter().filter(|(_, found)| !found.is_empty()) {
        let mut trials = Trials::new(views, part, found, check);
        let from = told.len();
        for finding in found.iter().filter(|finding| !known.contains(&own_place(finding))) {
            told.extend(trials.conditional(finding, left.entry(finding.rule).or_insert(most)));
        }
        known.extend(told.iter().skip(from).map(own_place));
    }
    tell_once(&mut told);
    told.iter_mut().for_each(place_once);
    told
}

/// Leaves out of `told` the places that a finding names beside its own where another reading tells of them by themselves:
/// they hold under conditions of their own. One that is about several containers names them, and keeps its places.
fn tell_once(told: &mut [Finding]) {
    let own: HashSet<_> = told.iter().map(|finding| own_place(finding)).collect();
    for finding in told.iter_mut().filter(|finding| is_of_one(finding)) {
        let mut labels = std::mem::take(&mut finding.labels);
        labels.retain(|label| !label.is_likewise || !own.contains(&place(finding, label.span)));
        finding.labels = labels;
    }
}

/// Whether `finding` is about a single container.
fn is_of_one(finding: &Finding) -> bool {
    finding.resource.as_ref().is_some_and(|resource| resource.container.is_some())
}

/// Leaves out what `finding` says of a place once more: several containers may have what one named template puts out.
fn place_once(finding: &mut Finding) {
    let mut known = HashSet::default();
    known.insert(finding.span);
    finding.labels.retain(|label| !label.is_likewise || known.insert(label.span));
}

/// What the findings of a document hang on.
struct Trials<'a> {
    views: &'a Views<'a>,
    part: &'a Part,
    choices: Vec<Choice<'a>>,
    check: Check<'a>,
    /// The rules that decide whether a finding stays.
    rules: HashSet<&'static str>,
    /// Where something is found; nothing where it isn't YAML.
    known: HashMap<Trial, Option<HashSet<Place>>>,
    /// Those that a rule was asked about.
    counted: HashSet<(&'static str, Trial)>,
}

/// The numbers of the choices that stay, and which way the others go.
type Trial = (Vec<usize>, usize);

impl<'a> Trials<'a> {
    fn new(views: &'a Views<'a>, part: &'a Part, found: &[Finding], check: Check<'a>) -> Self {
        let rules = precedence::with_those_before(&found.iter().map(|finding| finding.rule).collect());
        let (known, counted) = (HashMap::new(), HashSet::new());
        Self { views, part, choices: views.choices(part), check, rules, known, counted }
    }

    /// `finding` with the conditions under which it holds; `left` is how many more trials there may be. `None` where it isn't
    /// known whether they ever hold: they hang on what a named template is called with.
    fn conditional(&mut self, finding: &Finding, left: &mut usize) -> Option<Finding> {
        let mut finding = finding.clone();
        let own = self.conditions(&finding, left).text()?;
        let others = self.conditions_of_others(&finding, left);
        if others.iter().all(|(_, other)| *other == own) {
            finding.message.push_str(&own);
        } else {
            finding.message.push_str(" (each under conditions of its own)");
            finding.caption.push_str(&own);
            for (number, other) in others {
                if let Some(label) = finding.labels.get_mut(number) {
                    label.message.push_str(&other);
                }
            }
        }
        Some(match self.part.document.placeholders() {
            Some(placeholders) => finding.revealed(placeholders),
            None => finding,
        })
    }

    /// Where `finding` is about several containers, what has to hold for it at each of the others' labels, by their numbers.
    fn conditions_of_others(&mut self, finding: &Finding, left: &mut usize) -> Vec<(usize, String)> {
        if is_of_one(finding) {
            return Vec::new();
        }
        let labels = finding.labels.iter().enumerate().filter(|(_, label)| label.is_likewise);
        let others = labels.map(|(number, label)| {
            let other = Finding { span: label.span, about: None, labels: Vec::new(), ..finding.clone() };
            (number, self.conditions(&other, left).text().unwrap_or_default())
        });
        others.collect()
    }

    /// What has to hold for `finding`.
    fn conditions(&mut self, finding: &Finding, left: &mut usize) -> Conditions {
        let place = self.place(finding);
        let stands_in = |choice: &Choice<'_>| choice.holds(&place) || choice.holds_called(finding.span);
        let is_around = |number: &usize| self.choices.get(*number).is_some_and(stands_in);
        let (around, mut others): (Vec<usize>, Vec<usize>) = (0..self.choices.len()).partition(is_around);
        // Of several branches that would do, the one is told of that the reader is shown.
        let shown: Vec<_> = self.ranges(finding.labels.iter().map(|label| label.span)).collect();
        others.sort_by_key(|&number| {
            let choice = self.choices.get(number);
            !choice.is_some_and(|choice| shown.iter().any(|range| choice.holds(range)))
        });
        let mut search = Search { trials: self, finding, at: place.start, way: 0, left };
        let needed = search.needed_whatever_way(&around, &others);
        let needed = needed.map(|needed| {
            let confirmed = search.confirmed(&around, &needed);
            search.with_alike(&around, &confirmed)
        });
        let around_it = around.iter().filter_map(|number| self.choices.get(*number));
        let shows = |choice: &Choice<'_>| finding.labels.iter().any(|label| choice.holds_called(label.span));
        if around_it.chain(needed.iter().flatten().map(|(_, choice)| choice)).any(Choice::is_of_call)
            || self.choices.iter().any(|choice| choice.is_of_call() && shows(choice))
        {
            return Conditions::OfCall;
        }
        let Some(needed) = needed else { return Conditions::Many };
        // What stands around a place can be seen there, the outermost last.
        let told = (0..=around.len())
            .filter_map(|from| self.described(around.get(from..).unwrap_or_default(), &needed))
            .find(|told| told.len() <= MAX_CONDITIONS);
        told.map_or(Conditions::Many, Conditions::Known)
    }

    /// What the choices of the numbers `around` and those `needed` ask for, in order.
    fn described(&self, around: &[usize], needed: &[(usize, Choice<'a>)]) -> Option<Vec<String>> {
        let around = around.iter().filter_map(|&number| Some((number, *self.choices.get(number)?)));
        let mut all: Vec<_> = around.chain(needed.iter().copied()).collect();
        all.sort_by_key(|(number, _)| *number);
        let choices: Vec<_> = all.into_iter().map(|(_, choice)| choice).collect();
        helm::conditions(&choices)
    }

    /// The bytes of the document that `finding` is at, or else what it is about: a script may be in another one.
    fn place(&self, finding: &Finding) -> Range<usize> {
        let spans = [Some(finding.span), finding.about].into_iter().flatten();
        self.ranges(spans).next().unwrap_or(self.part.place.range())
    }

    /// Those of `spans` that lie in the document.
    fn ranges(&self, spans: impl Iterator<Item = Span>) -> impl Iterator<Item = Range<usize>> {
        let place = self.part.place;
        let ranges = spans.filter(move |span| span.file == place.file).map(Span::range);
        ranges.filter(move |range| place.range().contains(&range.start))
    }
}

/// What has to hold for a finding.
enum Conditions {
    /// As they are written.
    Known(Vec<String>),
    /// Too many to be told, or to be found out.
    Many,
    /// Some that hang on what a named template is called with.
    OfCall,
}

impl Conditions {
    /// What is put behind a message; `None` where it isn't known whether they ever hold.
    fn text(self) -> Option<String> {
        match self {
            Self::Known(conditions) if conditions.is_empty() => Some(String::new()),
            Self::Known(conditions) => Some(format!(" (if {})", conditions.join(" and "))),
            Self::Many => Some(" (with some values)".to_owned()),
            Self::OfCall => None,
        }
    }
}

/// What becomes of a finding where branches are taken otherwise.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Stays,
    Goes,
    /// So does its document, which isn't YAML then.
    Unknown,
}

/// Looks for what one finding hangs on.
struct Search<'t, 'a> {
    trials: &'t mut Trials<'a>,
    finding: &'t Finding,
    at: usize,
    /// Which way the branches are taken otherwise that have several.
    way: usize,
    left: &'t mut usize,
}

impl<'a> Search<'_, 'a> {
    /// Those of `open` that have to stay beside `kept` for the finding to stay, whichever way the others go.
    fn needed_whatever_way(&mut self, kept: &[usize], open: &[usize]) -> Option<Vec<usize>> {
        let mut needed = self.needed(kept, true, open)?;
        for way in 1..MAX_WAYS {
            let has_it = |number: &usize| {
                let choice = self.trials.choices.get(*number);
                choice.is_some_and(|choice| choice.alternatives() > way) && !needed.contains(number)
            };
            let open: Vec<usize> = open.iter().copied().filter(has_it).collect();
            let kept = [kept, &needed].concat();
            self.way = way;
            if !open.is_empty() && self.fate(&kept)? == Fate::Goes {
                needed.extend(self.needed(&kept, false, &open)?);
            }
        }
        self.way = 0;
        Some(needed)
    }

    /// The fewest of `open` that have to stay beside `kept` for the finding to stay (`QuickXplain`, Junker 2004). `is_new`
    /// tells that `kept` by itself may do. `None` where it takes too many trials.
    fn needed(&mut self, kept: &[usize], is_new: bool, open: &[usize]) -> Option<Vec<usize>> {
        if open.is_empty() || is_new && self.fate(kept)? == Fate::Stays {
            return Some(Vec::new());
        }
        if open.len() == 1 {
            return Some(open.to_vec());
        }
        let (first, second) = open.split_at(open.len() / 2);
        let of_second = self.needed(&[kept, first].concat(), true, second)?;
        let of_first = self.needed(&[kept, &of_second].concat(), !of_second.is_empty(), first)?;
        Some([of_first, of_second].concat())
    }

    /// Those of `needed` without which the finding is gone, but not the document with it.
    fn confirmed(&mut self, kept: &[usize], needed: &[usize]) -> Vec<usize> {
        let mut confirmed = needed.to_vec();
        confirmed.retain(|one| {
            let others = needed.iter().copied().filter(|other| other != one);
            let kept: Vec<usize> = kept.iter().copied().chain(others).collect();
            self.fate(&kept).is_some_and(|fate| fate != Fate::Unknown)
        });
        confirmed
    }

    /// Those of `needed` with the other branches that would do as well: each by itself.
    fn with_alike(&mut self, kept: &[usize], needed: &[usize]) -> Vec<(usize, Choice<'a>)> {
        let mut all = Vec::new();
        for &number in needed {
            let Some(choice) = self.trials.choices.get(number).copied() else { continue };
            let others = needed.iter().copied().filter(|other| *other != number);
            let kept: Vec<usize> = kept.iter().copied().chain(others).collect();
            let ways = if choice.alternatives() > 1 { choice.alternatives().min(MAX_WAYS) } else { 0 };
            let stays = |way: &usize| {
                self.way = *way;
                self.fate(&kept) == Some(Fate::Stays)
            };
            all.push((number, choice.or_otherwise((0..ways).filter(stays).collect::<Vec<_>>())));
        }
        self.way = 0;
        all
    }

    /// What becomes of the finding where only the choices `kept` stay as they are. `None` after too many trials.
    fn fate(&mut self, kept: &[usize]) -> Option<Fate> {
        let Trials { views, part, choices, check, rules, known, counted } = &mut *self.trials;
        let mut trial = (kept.to_vec(), self.way);
        trial.0.sort_unstable();
        if counted.insert((self.finding.rule, trial.clone())) {
            *self.left = self.left.checked_sub(1)?;
        }
        if !known.contains_key(&trial) {
            let choices = choices.iter().enumerate();
            let choices: Vec<_> =
                choices.map(|(number, choice)| (*choice, trial.0.binary_search(&number).is_ok())).collect();
            let document = views.otherwise(part, self.at, &choices, self.way);
            let places = document.map(|document| check(&document, rules).iter().flat_map(places).collect());
            known.insert(trial.clone(), places);
        }
        Some(match known.get(&trial)? {
            Some(places) if places.contains(&own_place(self.finding)) => Fate::Stays,
            Some(_) => Fate::Goes,
            None => Fate::Unknown,
        })
    }
}
