//! Fix, lint, look at what has come of it, and again, until nothing is left to fix.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs;
use std::ops::RangeInclusive;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet};

use super::plan::{Failed, Plan};
use crate::discover::Input;
use crate::finding::{Edit, Finding, Fix, Safety, Severity};
use crate::fix::Edits;
use crate::report::Report;
use crate::source::{FileId, Sources, Span, Text};

/// How often what is mended is looked at for more to mend: one fix may make room for another.
const MAX_ROUNDS: usize = 10;

/// How many times the input is linted: where several fixes don't go well together, to find out which.
const MAX_ATTEMPTS: usize = 100;

/// Makes fixes, in memory.
pub struct Fixer<'a> {
    /// Lints inputs.
    pub lint: &'a dyn Fn(&[Input]) -> Report,
    /// The least safe fixes that are made.
    pub allowed: Safety,
}

/// What came of it.
pub struct Outcome {
    /// The inputs as they are now.
    pub inputs: Vec<Input>,
    /// Those that changed, in order.
    pub changed: Vec<Changed>,
    /// What is found in them.
    pub report: Report,
    /// How many findings were fixed.
    pub fixed: usize,
    /// The fixes that weren't made, a line for each.
    pub refused: Vec<String>,
}

/// An input that changed.
pub struct Changed {
    /// The input as it was.
    pub input: Input,
    /// Its path as it is shown.
    pub path: Arc<str>,
    /// Its text.
    pub before: Text,
    /// Its text as it is now.
    pub after: Text,
}

impl Fixer<'_> {
    /// Makes the fixes of the findings in `report`, which is of `inputs`, and of those that then come up.
    #[must_use]
    pub fn run(&self, inputs: Vec<Input>, report: Report) -> Outcome {
        let (originals, before) = (inputs.clone(), report.sources.clone());
        let mut state = State { fixer: self, inputs, report, fixed: 0, refused: Vec::new(), attempts: 0 };
        for _ in 0..MAX_ROUNDS {
            if !state.round() {
                break;
            }
        }
        let refused = state.told();
        state.withdraw();
        let State { inputs, report, fixed, .. } = state;
        let changed = changed(originals, &before, &inputs, &report);
        Outcome { inputs, changed, report, fixed, refused }
    }
}

/// The inputs that are other ones now, with their texts in `before` and those in `report`.
pub(super) fn changed(
    originals: Vec<Input>,
    before: &Sources,
    now: &[Input],
    report: &Report,
) -> Vec<Changed> {
    let changed = originals.into_iter().zip(now).zip(0..).filter(|((old, new), _)| old != *new);
    let changed = changed.filter_map(|((input, _), id)| {
        let (before, after) = (before.get(FileId(id))?, report.sources.get(FileId(id))?);
        let path = Arc::clone(&before.path);
        Some(Changed { input, path, before: before.text.clone(), after: after.text.clone() })
    });
    without_links(changed.collect())
}

/// `changed` without the links to files that change in the same way: these are written where they are.
fn without_links(mut changed: Vec<Changed>) -> Vec<Changed> {
    let target = |one: &Changed| match &one.input {
        Input::File { path, .. } => Some((fs::canonicalize(path).ok()?, one.after.clone())),
        _ => None,
    };
    let is_link = |one: &Changed| match &one.input {
        Input::File { path, .. } => path.is_symlink(),
        _ => false,
    };
    let own: HashSet<_> = changed.iter().filter(|one| !is_link(one)).filter_map(target).collect();
    changed.retain(|one| !is_link(one) || target(one).is_none_or(|target| !own.contains(&target)));
    changed
}

/// Where a rule finds something. Its end moves with what is edited in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Place {
    rule: &'static str,
    file: FileId,
    start: usize,
}

impl Place {
    fn of(finding: &Finding) -> Self {
        let Finding { rule, span, .. } = finding;
        Self { rule, file: span.file, start: span.range().start }
    }

    /// The same once `files` are edited elsewhere.
    fn shift(&mut self, files: &BTreeMap<FileId, Edits>) {
        let start = files.get(&self.file).and_then(|edits| edits.start(self.start));
        self.start = start.unwrap_or(self.start);
    }
}

/// A fix, and the findings that it mends: two Pods may run one script.
struct Candidate {
    findings: Vec<Place>,
    severity: Severity,
    edits: Vec<Edit>,
    title: String,
}

impl Candidate {
    /// The same once `files` are edited elsewhere.
    fn shift(&mut self, files: &BTreeMap<FileId, Edits>) {
        self.findings.iter_mut().for_each(|place| place.shift(files));
        for Edit { span, .. } in &mut self.edits {
            let range = span.range();
            if let Some(start) = files.get(&span.file).and_then(|edits| edits.start(range.start)) {
                *span = Span::new(span.file, start..start + range.len());
            }
        }
    }
}

/// A fix that isn't made.
struct Refusal {
    place: Place,
    /// What its edits would put in: once other fixes are made, it may be another one.
    replacements: Vec<String>,
    title: String,
    why: String,
}

impl Refusal {
    /// Where each of `refusals` is, and what its edits would put in.
    fn all(refusals: &[Self]) -> HashSet<(Place, Vec<&str>)> {
        fn edits(refusal: &Refusal) -> Vec<&str> {
            refusal.replacements.iter().map(String::as_str).collect()
        }
        refusals.iter().map(|refusal| (refusal.place, edits(refusal))).collect()
    }

    fn told(&self, report: &Report) -> String {
        let Self { place: Place { rule, file, start }, title, why, .. } = self;
        let span = Span::new(*file, *start..*start);
        let place = report.source(span).map_or_else(String::new, |source| source.place_of(span) + ": ");
        let title = if title.is_empty() { String::new() } else { format!(" ({title})") };
        format!("{place}not fixed{title}: {why} [{rule}]")
    }
}

/// What the edits of `fix` put in.
fn replacements(fix: &Fix) -> Vec<&str> {
    fix.edits.iter().map(|edit| &*edit.replacement).collect()
}

struct State<'a> {
    fixer: &'a Fixer<'a>,
    inputs: Vec<Input>,
    report: Report,
    fixed: usize,
    refused: Vec<Refusal>,
    attempts: usize,
}

/// The input with some fixes made.
struct Attempt {
    files: BTreeMap<FileId, Edits>,
    inputs: Vec<Input>,
    report: Report,
}

impl State<'_> {
    /// Makes the fixes of the report's findings that don't meet; `false` where there is none.
    fn round(&mut self) -> bool {
        let mut candidates = self.candidates();
        if candidates.is_empty() {
            return false;
        }
        let mut plan = Plan::default();
        let apart: Vec<bool> = candidates.iter().map(|candidate| plan.try_add(&candidate.edits)).collect();
        let mut apart = apart.into_iter();
        candidates.retain(|_| apart.next().unwrap_or(false));
        self.make(candidates);
        true
    }

    /// The fixes that may be made and weren't refused, each once, those of what is worst first.
    fn candidates(&self) -> Vec<Candidate> {
        let mut candidates: Vec<Candidate> = Vec::new();
        let mut known: HashMap<Vec<(Span, &str)>, usize> = HashMap::new();
        let refused = Refusal::all(&self.refused);
        for finding in &self.report.findings {
            let Some(fix) = self.fix_of(finding) else { continue };
            let place = Place::of(finding);
            if refused.contains(&(place, replacements(fix))) {
                continue;
            }
            let edits = fix.edits.iter().map(|edit| (edit.span, &*edit.replacement)).collect();
            let at = *known.entry(edits).or_insert(candidates.len());
            match candidates.get_mut(at) {
                Some(same) => same.findings.push(place),
                None => candidates.push(Candidate {
                    findings: vec![place],
                    severity: finding.severity,
                    edits: fix.edits.clone(),
                    title: fix.message.clone(),
                }),
            }
        }
        candidates.sort_by_key(|candidate| Reverse(candidate.severity));
        candidates
    }

    /// The fix of `finding`, where it may be made: files that weren't asked for aren't changed.
    fn fix_of<'f>(&self, finding: &'f Finding) -> Option<&'f Fix> {
        finding.fix.as_ref().filter(|fix| self.is_allowed(fix.safety) && self.is_ours(fix))
    }

    fn is_allowed(&self, safety: Safety) -> bool {
        safety == Safety::Safe || self.fixer.allowed == Safety::Unsafe
    }

    fn is_ours(&self, fix: &Fix) -> bool {
        fix.edits.iter().all(|edit| (edit.span.file.0 as usize) < self.inputs.len())
    }

    /// The fixes of what is found that were allowed and never tried.
    fn left(&self) -> Vec<Refusal> {
        let refusals = self.report.findings.iter().filter_map(|finding| {
            let (safety, why, title) = match (&finding.fix, finding.withheld) {
                (Some(fix), _) if !self.is_ours(fix) => {
                    (fix.safety, "its file isn't one of the input", fix.message.clone())
                }
                (None, Some(withheld)) => (withheld.safety, withheld.why, String::new()),
                _ => return None,
            };
            let (place, why) = (Place::of(finding), why.to_owned());
            self.is_allowed(safety).then_some(Refusal { place, replacements: Vec::new(), title, why })
        });
        refusals.collect()
    }

    /// What of the refusals is to be told: of each finding that is still there, the last.
    fn told(&self) -> Vec<String> {
        let mut found: HashSet<Place> = self.report.findings.iter().map(Place::of).collect();
        let last: Vec<&Refusal> =
            self.refused.iter().rev().filter(|refusal| found.remove(&refusal.place)).collect();
        let left = self.left();
        last.into_iter().rev().chain(&left).map(|refusal| refusal.told(&self.report)).collect()
    }

    /// Takes from the findings that are left the fixes that were refused: nobody is to be promised them again.
    fn withdraw(&mut self) {
        let refused = Refusal::all(&self.refused);
        for finding in &mut self.report.findings {
            let place = Place::of(finding);
            finding.fix.take_if(|fix| refused.contains(&(place, replacements(fix))));
        }
    }

    /// Makes as many of `batch`, which are apart, as go well together.
    fn make(&mut self, batch: Vec<Candidate>) {
        let mut waiting = vec![batch];
        while let Some(mut part) = waiting.pop() {
            // Another fix may have mended it, too.
            let found: HashSet<Place> = self.report.findings.iter().map(Place::of).collect();
            part.retain(|candidate| candidate.findings.iter().any(|place| found.contains(place)));
            if part.is_empty() {
                continue;
            }
            match (self.attempt(&part), part.len()) {
                (Ok(attempt), _) => {
                    waiting.iter_mut().flatten().for_each(|candidate| candidate.shift(&attempt.files));
                    self.refused.iter_mut().for_each(|refusal| refusal.place.shift(&attempt.files));
                    self.fixed += part.iter().map(|candidate| candidate.findings.len()).sum::<usize>();
                    (self.inputs, self.report) = (attempt.inputs, attempt.report);
                }
                (Err(Failed { why, .. }), 1) => self.refuse(part, &why),
                (Err(Failed { files, .. }), length) => {
                    let is_to_blame = |candidate: &Candidate| {
                        candidate.edits.iter().any(|edit| files.contains(&edit.span.file))
                    };
                    let (blamed, others): (Vec<_>, Vec<_>) = part.into_iter().partition(is_to_blame);
                    if blamed.is_empty() || others.is_empty() {
                        part = if blamed.is_empty() { others } else { blamed };
                        let rest = part.split_off(length / 2);
                        waiting.extend([rest, part]);
                    } else {
                        waiting.extend([blamed, others]);
                    }
                }
            }
        }
    }

    fn refuse(&mut self, part: Vec<Candidate>, why: &str) {
        for Candidate { findings, edits, title, .. } in part {
            let replacements: Vec<String> = edits.into_iter().map(|edit| edit.replacement).collect();
            self.refused.extend(findings.into_iter().map(|place| Refusal {
                place,
                replacements: replacements.clone(),
                title: title.clone(),
                why: why.to_owned(),
            }));
        }
    }

    /// The input with `batch` made.
    ///
    /// # Errors
    /// Why they can't be made together.
    fn attempt(&mut self, batch: &[Candidate]) -> Result<Attempt, Failed> {
        let mut plan = Plan::default();
        if !batch.iter().all(|candidate| plan.try_add(&candidate.edits)) {
            return Err("its edits meet each other".into());
        }
        let edited = plan.edited(&self.report.sources)?;
        let mut inputs = self.inputs.clone();
        for (file, (_, after)) in &edited {
            let input = inputs.get_mut(file.0 as usize).ok_or("its file isn't one of the input")?;
            *input = input.with_text(&after.text).ok_or("standard input can't be changed")?;
        }
        if self.attempts == MAX_ATTEMPTS {
            return Err("too many others had to be tried one by one".into());
        }
        self.attempts += 1;
        let report = (self.fixer.lint)(&inputs);
        let files = edited.into_iter().map(|(file, (edits, _))| (file, edits)).collect();
        let attempt = Attempt { files, inputs, report };
        self.check(batch, &attempt)?;
        Ok(attempt)
    }

    /// Checks that what `batch` mends is gone, and that nothing has come instead.
    fn check(&self, batch: &[Candidate], attempt: &Attempt) -> Result<(), Failed> {
        let known: HashSet<(&str, &str)> =
            self.report.errors.iter().map(|error| (&*error.path, &*error.message)).collect();
        if attempt.report.errors.iter().any(|error| !known.contains(&(&*error.path, &*error.message))) {
            return Err("the file could not be checked any more".into());
        }
        let mut mended: HashMap<Place, usize> = HashMap::new();
        for place in batch.iter().flat_map(|candidate| &candidate.findings) {
            *mended.entry(*place).or_default() += 1;
        }
        let mut left = Expected::default();
        for finding in &self.report.findings {
            match mended.get_mut(&Place::of(finding)) {
                Some(count @ 1..) => *count -= 1,
                _ => left.add(finding, &attempt.files),
            }
        }
        let more = attempt.report.findings.iter().filter(|finding| !left.take(finding));
        let mut more: Vec<&Finding> = more.collect();
        let rules: HashSet<&str> = mended.keys().map(|place| place.rule).collect();
        let moves = Moves::of(&self.report.findings, &attempt.report.findings);
        more.retain(|finding| rules.contains(finding.rule) || !moves.is_moved(finding));
        let Some(first) = more.first() else { return Ok(()) };
        let is_mended =
            |candidate: &Candidate| candidate.findings.iter().any(|place| place.rule == first.rule);
        let why = if batch.iter().any(is_mended) {
            "the finding would stay, or another one would come".into()
        } else {
            format!("`{}` would be found then", first.rule).into()
        };
        Err(Failed { why, files: more.iter().map(|finding| finding.span.file).collect() })
    }
}

/// A rule, how severe its finding is and what it says, of which object and which of its containers.
type About<'f> = (&'static str, Severity, &'f str, String, &'f str);

/// How often a rule finds the same in a container, before and after.
struct Moves<'f> {
    counts: HashMap<About<'f>, (usize, usize)>,
}

impl<'f> Moves<'f> {
    fn of(before: &'f [Finding], after: &'f [Finding]) -> Self {
        let mut counts: HashMap<_, (usize, usize)> = HashMap::new();
        for key in before.iter().filter_map(Self::key) {
            counts.entry(key).or_default().0 += 1;
        }
        for key in after.iter().filter_map(Self::key) {
            counts.entry(key).or_default().1 += 1;
        }
        Self { counts }
    }

    /// The container that `finding` is about, with what is found in it.
    fn key(finding: &'f Finding) -> Option<About<'f>> {
        let resource = finding.resource.as_ref()?;
        let object = format!("{} {:?} {:?}", resource.kind, resource.namespace, resource.name);
        Some((finding.rule, finding.severity, &finding.message, object, resource.container.as_deref()?))
    }

    /// Whether what is told of a container was told of it before, perhaps at another place.
    fn is_moved(&self, finding: &'f Finding) -> bool {
        let counts = Self::key(finding).and_then(|key| self.counts.get(&key));
        counts.is_some_and(|(before, after)| after <= before)
    }
}

/// A rule, and a file in which it finds something.
type Where = (&'static str, FileId);

/// The findings that may still be there once some files are edited, each no worse than before.
#[derive(Default)]
struct Expected {
    /// How severe those are that start at each place.
    exact: HashMap<(Where, usize), Vec<Severity>>,
    /// Those that an edit meets: where they may start.
    near: HashMap<Where, Vec<(RangeInclusive<usize>, Severity)>>,
}

impl Expected {
    fn add(&mut self, finding: &Finding, files: &BTreeMap<FileId, Edits>) {
        let at = (finding.rule, finding.span.file);
        let range = finding.span.range();
        let starts =
            files.get(&finding.span.file).map_or(range.start..=range.start, |edits| edits.starts(&range));
        if starts.start() == starts.end() {
            self.exact.entry((at, *starts.start())).or_default().push(finding.severity);
        } else {
            self.near.entry(at).or_default().push((starts, finding.severity));
        }
    }

    /// Takes one that `finding` may be; `false` where there is none.
    fn take(&mut self, finding: &Finding) -> bool {
        let at = (finding.rule, finding.span.file);
        let start = finding.span.range().start;
        let exact = self.exact.get_mut(&(at, start));
        if exact.is_some_and(|all| take_one(all, |severity| finding.severity <= *severity)) {
            return true;
        }
        let near = self.near.get_mut(&at);
        near.is_some_and(|all| {
            take_one(all, |(starts, severity)| starts.contains(&start) && finding.severity <= *severity)
        })
    }
}

/// Takes the first of `all` that `is_it`; `false` where there is none.
fn take_one<T>(all: &mut Vec<T>, is_it: impl Fn(&T) -> bool) -> bool {
    let found = all.iter().position(is_it);
    found.map(|at| all.swap_remove(at)).is_some()
}
