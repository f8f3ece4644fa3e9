//! First runs, second runs, and what differs.

use std::collections::VecDeque;
use std::rc::Rc;

use foldhash::{HashMap, HashMapExt, HashSet};

use super::context::Context;
use super::diagnose::{self, Comparison};
use super::found::{Found, add, in_all, unfinished};
use super::machine::{CrashPoint, GuardOverSlowCommand, Inputs, Log, Machine, Run, SUCCESS, Shared};
use super::messages;
use super::start::{self, missing_input, mounted, with_directories};
use super::state::assumptions::Assumptions;
use super::state::compare::differences;
use super::state::places::{Mounts, Place, Store};
use super::state::tree::{Node, SiteId, Tree};
use super::{Analysis, Bound, Budget, Container, Hazard, Kind, Lifetime, Mending, Program, Severity, Site};

/// Commands that an undisturbed run, and the runs after its end, may take together.
const STEPS: u32 = 50_000;
/// As many containers as real Pods have at most.
const USUAL: u32 = 16;
/// Commands that all other runs of a container may take together: after a kill, or with other
/// answers to what nobody can know.
const MORE_STEPS: u32 = 5_000;
/// The most ways through a first run, by different answers to what nobody can know.
const MAX_PATHS: usize = 12;
/// The most answers tried to make a second run end as the first.
const MAX_CHOICES: usize = 8;
/// The most files that a first run may need to find in its volumes.
const MAX_ASSUMED_INPUTS: usize = 12;

/// How often a container is judged anew, with what was found before mended.
const MAX_ROUNDS: usize = 6;
/// How often a kill after one command is tried before all others are.
const MAX_TIMES: u32 = 8;

/// All answers that a run was given.
type Answers = Rc<HashMap<String, bool>>;

/// A first run that succeeded, or what stands for one that couldn't be followed.
#[derive(Default)]
struct Reference {
    /// What it ran on.
    start: Rc<Tree>,
    /// Whether that, or an answer, was assumed.
    assumed: bool,
    /// Up to which question it went as one that was judged before: kills before that were tried.
    turned: usize,
    volumes: Rc<Tree>,
    answers: Answers,
    log: Log,
    /// How many commands stood otherwise in the script, as mended, when it ran.
    texts: usize,
}

impl Reference {
    /// Whether another run in the same state may do otherwise: it hangs on what nobody can know.
    fn may_differ(&self) -> bool {
        !self.answers.is_empty() || self.log.ran_unknown || self.log.is_told_elsewhere
    }
}

/// What comes of running a container again.
enum Outcome {
    /// It ends as it should.
    Same(Box<Run>),
    /// It doesn't, whatever the answers to what nobody can know.
    Different(Box<Run>),
    /// It couldn't be followed, or not under all answers.
    Undecided,
}

/// The containers of a Pod, and what their runs share.
struct Explorer<'c> {
    sequence: &'c [Container],
    mounts: &'c [Mounts],
    inputs: &'c [Inputs],
    shared: Shared,
    /// The volumes that containers fill as another machine, or an earlier run's traces, tell them to; each with the
    /// container's number.
    passed_on: Vec<(usize, usize)>,
    /// The bound at which a second run ended.
    bound: Option<Bound>,
    budget: &'c Budget,
}

/// Analyses each container of a sequence.
pub(super) fn explore(sequence: &[Container], budget: &Budget) -> Vec<Analysis> {
    let mut shared = Shared::new(STEPS);
    let mounts = sequence.iter().map(|container| Mounts::of(container, &mut shared.atoms));
    let mounts: Vec<Mounts> = mounts.collect();
    let inputs = sequence.iter().zip(&mounts).map(|(container, mounts)| Inputs::of(container, mounts));
    let inputs: Vec<Inputs> = inputs.collect();
    let (passed_on, bound) = (Vec::new(), None);
    let mut explorer =
        Explorer { sequence, mounts: &mounts, inputs: &inputs, shared, passed_on, bound, budget };
    let mut found: Vec<Analysis> = vec![Analysis::default(); sequence.len()];
    let mut before: Vec<Reference> = Vec::new();
    for index in 0..sequence.len() {
        let start = before.last().map(|reference| Rc::clone(&reference.volumes)).unwrap_or_default();
        let end = explorer.container(index, &start, &before, &mut found);
        let own =
            mounts.get(index).filter(|own| own.keep_any() || end.as_ref().is_none_or(Reference::may_differ));
        explorer.passed_on.extend(own.into_iter().flat_map(Mounts::passed_on).map(|volume| (index, volume)));
        let mut end = end
            .filter(|_| !explorer.is_sidecar(index))
            .unwrap_or(Reference { volumes: start, ..Reference::default() });
        // It was killed at each; those after it run when it is done.
        end.log.crash_points = Vec::new();
        // What it leaves is kept for the runs of those behind it.
        budget.spend(u64::try_from(end.volumes.len()).unwrap_or(u64::MAX));
        before.push(end);
    }
    for Analysis { hazards, unfinished } in &mut found {
        hazards
            .sort_by_key(|hazard| (order(&hazard.site), std::cmp::Reverse(hazard.severity), hazard.assumed));
        hazards.dedup_by(|later, first| later.site == first.site);
        // What a run left undone behind a test differs as long as the test takes it for done.
        let test = hazards.iter().find(|hazard| hazard.kind == Kind::HalfDone);
        if let Some((test, severity)) = test.map(|test| (order(&test.site), test.severity)) {
            hazards.retain(|hazard| {
                !hazard.is_vague || hazard.severity > severity || order(&hazard.site) <= test
            });
        }
        if let (Some(bound), Some(last)) = (&unfinished, hazards.last_mut()) {
            last.help.push_str(&messages::unfollowed(*bound));
            *unfinished = None;
        }
    }
    found
}

impl<'c> Explorer<'c> {
    /// Judges one container, then again as it is once what was found is mended, until nothing is found any more; what
    /// its undisturbed run leaves in the end.
    fn container(
        &mut self,
        index: usize,
        start: &Rc<Tree>,
        before: &[Reference],
        found: &mut [Analysis],
    ) -> Option<Reference> {
        let start = mounted(start, self.mounts.get(index)?);
        let mut end = None;
        let all = most_of_one(self.sequence);
        let mut left = u32::try_from(self.budget.left()).unwrap_or(u32::MAX).min(all);
        for _ in 0..MAX_ROUNDS {
            let mended = self.shared.mended.count();
            self.shared.steps = share(self.sequence).min(left);
            self.shared.spent = 0;
            let mut new = Found::new();
            end = self.round(index, &start, before, found, &mut new);
            left = left.saturating_sub(self.shared.spent);
            self.budget.spend(self.shared.spent.into());
            for (container, hazard) in &new {
                self.mend_once(*container, hazard);
            }
            add(found, new);
            if self.shared.mended.count() == mended {
                break;
            }
        }
        end
    }

    /// Goes on with a command as mended that wasn't before.
    fn mend_once(&mut self, container: usize, hazard: &Hazard) {
        let site = self.shared.sites.find(container, &hazard.site);
        if site.is_some_and(|site| !self.shared.mended.has(site)) {
            self.mend(container, hazard);
        }
    }

    /// Goes on with the command as mended that a hazard blames; `false` where nothing is known to go on with.
    fn mend(&mut self, container: usize, hazard: &Hazard) -> bool {
        let Some(site) = self.shared.sites.find(container, &hazard.site) else { return false };
        let Some(mending) = &hazard.mending else { return false };
        // A text needs a shell.
        let program = self.sequence.get(container).map(|container| &*container.program);
        let mending = if matches!(program, Some(Program::Exec(_))) { &Mending::PassesOver } else { mending };
        self.shared.mended.add(site, mending)
    }

    /// Judges one container by itself and in its place; what its undisturbed run leaves.
    fn round(
        &mut self,
        index: usize,
        start: &Rc<Tree>,
        before: &[Reference],
        found: &mut [Analysis],
        new: &mut Found,
    ) -> Option<Reference> {
        let mut pending = VecDeque::from([(Rc::clone(start), Vec::new())]);
        let mut end: Option<Reference> = None;
        let (mut open, mut is_followed): (Vec<Found>, bool) = (Vec::new(), true);
        for _ in 0..MAX_PATHS {
            let Some((world, choices)) = pending.pop_front() else { break };
            let (run, given) = self.first_run(index, &world, &choices)?;
            if end.is_none() && run.status.is_none() {
                unfinished(found, index, run.log.bound);
            }
            // A file that the script makes itself isn't taken to come with what it unpacks too.
            let is_settled = |place: &Place| !run.log.is_open && run.volumes.lists(place);
            let others = run.assumptions.alternatives(is_settled);
            pending.extend(others.into_iter().map(|choices| (Rc::clone(&world), choices)));
            is_followed &= run.status.is_some();
            if run.status != Some(SUCCESS) {
                continue;
            }
            if end.is_none() && !run.log.missing_parents.is_empty() {
                pending.push_back((with_directories(&given, &run.log.missing_parents), Vec::new()));
            }
            let is_assumed = !choices.is_empty() || given != *start;
            let reference = self.reference(run, given, choices.len(), is_assumed);
            let (hazards, bound) = self.rerun_path(index, before, &reference);
            if end.is_none() {
                unfinished(found, index, bound);
            }
            if reference.log.is_open {
                open.push(hazards);
            } else {
                new.extend(hazards);
            }
            self.shared.steps = self.shared.steps.min(MORE_STEPS);
            end = end.or(Some(reference));
        }
        if is_followed && pending.is_empty() {
            new.extend(in_all(open));
        }
        end
    }

    /// What a run that ended well is to those after it.
    fn reference(&self, run: Run, start: Rc<Tree>, turned: usize, assumed: bool) -> Reference {
        let (answers, texts) = (run.assumptions.all(), self.shared.mended.texts());
        Reference { assumed, turned, start, answers, volumes: run.volumes, log: run.log, texts }
    }

    fn is_sidecar(&self, index: usize) -> bool {
        self.sequence.get(index).is_some_and(|container| container.is_sidecar)
    }

    /// A machine for one container, on what the volumes hold.
    fn machine(
        &mut self,
        index: usize,
        kept: &Rc<Tree>,
        assumptions: Assumptions,
    ) -> Option<Machine<'_, 'c>> {
        let (container, mounts) = (self.sequence.get(index)?, self.mounts.get(index)?);
        let inputs = self.inputs.get(index)?;
        let earlier = self.passed_on.iter().filter(|(by, _)| *by < index);
        let taken: Vec<usize> = earlier.clone().map(|(_, volume)| *volume).collect();
        let sees_volumes = earlier.filter_map(|(by, _)| self.mounts.get(*by)).any(Mounts::keep_any);
        let kept = Rc::clone(kept);
        let machine = Machine::new(container, index, mounts, inputs, &mut self.shared, assumptions, kept);
        Some(machine.taking_over(&mounts.taken_over(&taken), sees_volumes))
    }

    /// The undisturbed run. Volumes are empty at first; where it fails for want of a file that
    /// nothing in the Pod makes, that file is taken to have been there, and it runs anew.
    fn first_run(&mut self, index: usize, start: &Rc<Tree>, choices: &[bool]) -> Option<(Run, Rc<Tree>)> {
        let mut given = Rc::clone(start);
        for _ in 0..=MAX_ASSUMED_INPUTS {
            let run = self.machine(index, &given, Assumptions::first(choices.to_vec()))?.run();
            if run.status == Some(SUCCESS) || run.status.is_none() {
                return Some((run, given));
            }
            let may_hold = |place: &Place| self.may_hold_input(index, place);
            let Some(place) = missing_input(&run, &given, may_hold).filter(|_| choices.is_empty()) else {
                return Some((run, given));
            };
            let key = format!("given:{:?}:{}", place.store, place.path).into();
            Rc::make_mut(&mut given).put(place, Node::Unknown { key, exists: true }, SiteId::MAX);
        }
        let run = self.machine(index, &given, Assumptions::first(choices.to_vec()))?.run();
        Some((run, given))
    }

    /// Whether something may be at `place` of a volume that no script here put there: of another Pod, or of another
    /// container that has the volume too.
    fn may_hold_input(&self, index: usize, place: &Place) -> bool {
        let Store::Volume(volume) = place.store else { return false };
        let of_volume = |container: &Container| {
            container.mounts.iter().find(|mount| mount.volume == volume).map(|mount| mount.life)
        };
        let before = self.sequence.get(..index).unwrap_or_default();
        let own = self.sequence.get(index).and_then(of_volume);
        own == Some(Lifetime::Persistent) || before.iter().any(|container| of_volume(container).is_some())
    }

    /// Judges one way through a container's first run; and the bound that kept a run after it from its end.
    fn rerun_path(
        &mut self,
        index: usize,
        before: &[Reference],
        reference: &Reference,
    ) -> (Found, Option<Bound>) {
        if reference.log.changes.is_empty() {
            return (Vec::new(), None);
        }
        self.bound = None;
        let is_sidecar = self.is_sidecar(index);
        // Finished, it runs again with all that come before it.
        let (is_reached, in_sequence) =
            if is_sidecar { (false, Vec::new()) } else { self.sequence_again(index, before, reference) };
        // What an earlier container resets is excused where this one finished, not where it was killed.
        // One that fails itself resets nothing.
        let reset = |site: &Site| is_reached && !in_sequence.iter().any(|(_, known)| known.site == *site);
        let alone = if index == 0 && !is_sidecar && !reference.volumes.has_outside() {
            Vec::new()
        } else {
            self.alone_again(index, &reference.volumes, reference, None, &reset)
        };
        let bound = self.bound;
        self.shared.steps = self.shared.steps.min(MORE_STEPS);
        // Where the answer to a question is one that isn't found out, the way with the other one has to be followed too.
        let reserve = if reference.log.is_open { self.shared.steps / 2 } else { 0 };
        self.shared.steps -= reserve;
        let is_excused = |site: &Site| reset(site) && alone.iter().any(|other| other.site == *site);
        let killed = self.killed(index, reference, &is_excused);
        self.shared.steps += reserve;
        let excused = |hazard: &Hazard| hazard.kind != Kind::OutsidePod && is_excused(&hazard.site);
        let by_itself = alone.iter().chain(&killed);
        let by_itself =
            by_itself.filter(|hazard| !in_sequence.iter().any(|(_, known)| known.site == hazard.site));
        let by_itself: Vec<(usize, Hazard)> = by_itself
            .map(|hazard| {
                let severity = if excused(hazard) { Severity::Info } else { hazard.severity };
                (index, Hazard { severity, ..hazard.clone() })
            })
            .collect();
        let lone = self.guards_over_slow_commands(index, reference).into_iter().map(|hazard| (index, hazard));
        let all = in_sequence.into_iter().chain(by_itself).chain(lone);
        let assumed = |hazard: Hazard| Hazard { assumed: reference.assumed || hazard.assumed, ..hazard };
        (all.map(|(container, hazard)| (container, assumed(hazard))).collect(), bound)
    }

    /// Judges a container that was killed at each of its crash points.
    fn killed(
        &mut self,
        index: usize,
        reference: &Reference,
        is_excused: &dyn Fn(&Site) -> bool,
    ) -> Vec<Hazard> {
        let state = |tree: &Tree| (tree.fingerprint(), Rc::clone(&tree.modes));
        let mut seen = HashSet::default();
        seen.extend([state(&reference.start), state(&reference.volumes)]);
        let points = reference.log.crash_points.iter().filter(|point| point.asked >= reference.turned);
        let mut killed = Vec::new();
        for point in most_telling_first(points) {
            if seen.insert(state(&point.volumes)) {
                let changes = Some(point.changes);
                killed.extend(self.alone_again(index, &point.volumes, reference, changes, is_excused));
            }
        }
        killed
    }

    /// The tests over one long command that a second run takes at their word.
    fn guards_over_slow_commands(&mut self, index: usize, reference: &Reference) -> Vec<Hazard> {
        if reference.log.guards_over_slow_commands.is_empty() {
            return Vec::new();
        }
        let assumptions = Assumptions::again(Rc::clone(&reference.answers), Vec::new());
        let Some(machine) = self.machine(index, &reference.volumes, assumptions) else { return Vec::new() };
        let again = machine.after(&reference.volumes, &reference.log.endless).run();
        let turned = |guard: &GuardOverSlowCommand| {
            again.log.branches.iter().any(|branch| branch.site == guard.guard && branch.held != guard.held)
                && !again.log.changes.iter().any(|change| change.site == guard.command)
        };
        let lone: Vec<&GuardOverSlowCommand> =
            reference.log.guards_over_slow_commands.iter().filter(|guard| turned(guard)).collect();
        let context = self.context(index, &|_| false);
        lone.iter()
            .filter_map(|lone| diagnose::guard_over_slow_command(&context, &reference.log, lone))
            .collect()
    }

    /// Runs the containers up to `index` again, after all of them finished: whether it is reached, and
    /// what goes wrong.
    fn sequence_again(
        &mut self,
        index: usize,
        before: &[Reference],
        reference: &Reference,
    ) -> (bool, Vec<(usize, Hazard)>) {
        let mut state = Rc::clone(&reference.volumes);
        // A lost sandbox takes the Pod's network with it.
        let network = Place { store: Store::External, path: "/net".to_owned() };
        if !state.listed_below(&network).is_empty() {
            Rc::make_mut(&mut state).remove(&network, SiteId::MAX);
        }
        let mut hazards = Vec::new();
        for (earlier, first) in before.iter().enumerate() {
            if self.is_sidecar(earlier) {
                continue;
            }
            loop {
                match self.rerun_under_choices(earlier, &state, first, failures) {
                    Outcome::Same(run) => {
                        state = run.volumes;
                        break;
                    }
                    Outcome::Different(run) => {
                        let hazard =
                            diagnose::stuck(&self.context(earlier, &|_| false), &first.log, &run, None);
                        let goes_on = hazard.as_ref().is_some_and(|hazard| self.mend(earlier, hazard));
                        hazards.extend(hazard.map(|hazard| (earlier, hazard)));
                        if !goes_on {
                            return (false, hazards);
                        }
                    }
                    Outcome::Undecided => return (true, hazards),
                }
            }
        }
        if let Some(last) = before.last() {
            state = start::given_again(&state, &last.volumes, &reference.start);
        }
        let own = self.alone_again(index, &state, reference, None, &|_| false);
        hazards.extend(own.into_iter().map(|hazard| (index, hazard)));
        (true, hazards)
    }

    /// Runs one container again on `state`, and tells what goes wrong whatever the answers.
    fn alone_again(
        &mut self,
        index: usize,
        state: &Rc<Tree>,
        reference: &Reference,
        killed: Option<usize>,
        is_reset: &dyn Fn(&Site) -> bool,
    ) -> Vec<Hazard> {
        let faults = |shared: &Shared, run: &Run| {
            if run.status != Some(SUCCESS) {
                usize::MAX
            } else if run.volumes == reference.volumes {
                0
            } else {
                differences(&shared.atoms, &reference.volumes, &run.volumes, killed.is_some()).len()
            }
        };
        let mut found = Vec::new();
        loop {
            let outcome = self.rerun_under_choices(index, state, reference, faults);
            let (Outcome::Different(run) | Outcome::Same(run)) = &outcome else { return found };
            let trial =
                Comparison { reference: &reference.volumes, first: &reference.log, again: run, killed };
            let context = self.context(index, is_reset);
            let is_stuck = run.status != Some(SUCCESS);
            let hazards = match outcome {
                // The first run left what the script did before it was mended: the next round compares.
                _ if !is_stuck && self.shared.mended.texts() != reference.texts => Vec::new(),
                Outcome::Different(_) => diagnose::hazards(&context, &trial),
                _ => diagnose::unexecutable(&context, &trial),
            };
            let goes_on = is_stuck && hazards.iter().any(|hazard| self.mend(index, hazard));
            found.extend(hazards);
            if !goes_on {
                return found;
            }
        }
    }

    /// Runs a container again: a run without `faults` under some answers to what is new in it, else the first with the
    /// fewest of those with the likeliest answers. What goes wrong under others alone isn't told.
    fn rerun_under_choices(
        &mut self,
        index: usize,
        state: &Rc<Tree>,
        reference: &Reference,
        faults: impl Fn(&Shared, &Run) -> usize,
    ) -> Outcome {
        let mut pending = VecDeque::from([Vec::new()]);
        let mut different: Option<((usize, usize), Box<Run>)> = None;
        for _ in 0..MAX_CHOICES {
            let Some(choices) = pending.pop_front() else { break };
            let assumptions = Assumptions::again(Rc::clone(&reference.answers), choices.clone());
            let Some(machine) = self.machine(index, state, assumptions) else { return Outcome::Undecided };
            let run = Box::new(machine.after(&reference.volumes, &reference.log.endless).run());
            if run.status.is_none() {
                self.bound = run.log.bound;
                return Outcome::Undecided;
            }
            let faults = faults(&self.shared, &run);
            if faults == 0 {
                return Outcome::Same(run);
            }
            // Loops that aren't followed at the same places leave what can't be compared.
            if !reference.log.unfollowed.starts_with(&run.log.unfollowed) {
                return Outcome::Undecided;
            }
            pending.extend(run.assumptions.alternatives(|_| false));
            let rank = (run.assumptions.unlikely(), faults);
            if different.as_ref().is_none_or(|(least, _)| rank < *least) {
                different = Some((rank, run));
            }
        }
        let decided = different.filter(|_| pending.is_empty());
        decided.map_or(Outcome::Undecided, |(_, run)| Outcome::Different(run))
    }

    fn context<'a>(&'a self, index: usize, is_reset: &'a dyn Fn(&Site) -> bool) -> Context<'a, 'c> {
        Context { shared: &self.shared, sequence: self.sequence, mounts: self.mounts, index, is_reset }
    }
}

fn failures(_: &Shared, run: &Run) -> usize {
    usize::from(run.status != Some(SUCCESS))
}

/// The steps of one container in one round. A Pod's containers have as many together as [`USUAL`] of them, so that a
/// thousand take no longer.
fn share(sequence: &[Container]) -> u32 {
    let containers = u32::try_from(sequence.len()).unwrap_or(u32::MAX);
    STEPS.saturating_mul(USUAL) / containers.max(USUAL)
}

/// The most steps of one container of `sequence`, in all rounds.
pub(super) fn most_of_one(sequence: &[Container]) -> u32 {
    share(sequence).saturating_mul(2)
}

/// Crash points in the order in which they are tried: what a loop does again and again comes last.
fn most_telling_first<'p>(points: impl Iterator<Item = &'p CrashPoint>) -> Vec<&'p CrashPoint> {
    let mut times: HashMap<SiteId, u32> = HashMap::new();
    let (again, first): (Vec<_>, Vec<_>) = points.partition(|point| {
        let times = times.entry(point.site).or_default();
        *times += 1;
        *times > MAX_TIMES
    });
    first.into_iter().chain(again).collect()
}

/// The order of the places in a container's texts.
fn order(site: &Site) -> (Option<String>, usize, usize) {
    (site.file.clone(), site.range.start, site.range.end)
}
