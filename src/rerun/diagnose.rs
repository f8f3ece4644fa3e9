//! From what went wrong in a second run to the command that has to change.

use super::branches::{guard_over, last_turned};
use super::context::Context;
use super::machine::{
    Branch, Change, ChangeKind, CommandFailure, FailureCause, GuardOverSlowCommand, Log, Run, SUCCESS,
};
use super::messages::{self, KeptIn};
use super::state::compare::differences;
use super::state::places::{Place, Store};
use super::state::tree::{Node, SiteId, Tree};
use super::things;
use super::{Hazard, Kind, Mending, Program, Severity, Site};
use crate::commands::{Call, Line, Remedy, Touching, Trait, What, may_copy_file};

/// A second run that isn't as the first.
pub(super) struct Comparison<'t> {
    /// What the first run left.
    pub(super) reference: &'t Tree,
    pub(super) first: &'t Log,
    pub(super) again: &'t Run,
    /// After how many changes the first run was killed; `None` where it had finished.
    pub(super) killed: Option<usize>,
}

/// What a comparison proves, one hazard for each command to change.
pub(super) fn hazards(context: &Context<'_, '_>, trial: &Comparison<'_>) -> Vec<Hazard> {
    if trial.again.status != Some(SUCCESS) {
        return stuck(context, trial.first, trial.again, trial.killed).into_iter().collect();
    }
    let mut out: Vec<Hazard> = Vec::new();
    for place in
        differences(&context.shared.atoms, trial.reference, &trial.again.volumes, trial.killed.is_some())
    {
        let Some(hazard) = difference(context, trial, &place) else { continue };
        if !out.iter().any(|known| known.site == hazard.site) {
            out.push(hazard);
        }
    }
    out
}

/// The command whose failure ended a second run: the one that the exit status comes of, or that a
/// branch to `exit 1` hangs on.
pub(super) fn stuck(
    context: &Context<'_, '_>,
    first: &Log,
    again: &Run,
    killed: Option<usize>,
) -> Option<Hazard> {
    if let Some(&site) = again.log.endless.iter().find(|site| !first.endless.contains(site)) {
        return waiting(context, first, site, killed);
    }
    let left_by = killed.map(|_| first);
    // What fails on the image's own files does so for what led there: `mkdir d && … || git pull`.
    let is_own =
        |cause: &&CommandFailure| cause.place.as_ref().is_some_and(|place| place.store == Store::Container);
    if let Some(cause) = again.log.cause.as_ref().filter(|cause| !is_own(cause)) {
        return refused(context, &again.log, cause, left_by);
    }
    let Some(branch) = last_turned(&first.branches, &again.log.branches) else {
        // A status that was kept and handed on: `rc=$?`, `exit $rc`.
        let refusal = new_refusal(first, &again.log)?;
        return refused(context, &again.log, refusal, left_by);
    };
    let guard = context.site(branch.site)?;
    let inside = refused_inside(context, &again.log, &guard);
    let of_status = || new_refusal(first, &again.log).filter(|_| context.tests_status(branch.site));
    match inside.or_else(of_status) {
        Some(refusal) => refused(context, &again.log, refusal, left_by),
        None => turned(context, first, branch, killed),
    }
}

/// The first command that failed on what it met, of those that stand in `guard`.
fn refused_inside<'l>(context: &Context<'_, '_>, log: &'l Log, guard: &Site) -> Option<&'l CommandFailure> {
    let is_inside = |site: Site| {
        site.file == guard.file && guard.range.start <= site.range.start && site.range.end <= guard.range.end
    };
    log.refusals.iter().find(|refusal| context.site(refusal.site).is_some_and(is_inside))
}

/// A command that fails on what it meets, perhaps on what the run `left_by` had left when it was killed.
fn refused(
    context: &Context<'_, '_>,
    log: &Log,
    refusal: &CommandFailure,
    left_by: Option<&Log>,
) -> Option<Hazard> {
    // A name that is another one on each run is never met again.
    let place = refusal.place.as_ref().filter(|place| !context.shared.atoms.differs_per_run(&place.path))?;
    let kept_in = context.kept_in(place, refusal.site)?;
    let call = Call::of(log.commands.get(&refusal.site)?);
    let command = call.title();
    let (thing, path) = (context.thing(place), context.show(place));
    let parts = call.is(Trait::FailsOverParts) && refusal.why == FailureCause::Exists;
    let thing = if parts { format!("what `{command}` puts into {thing}") } else { thing };
    let remedy = context.remedy(refusal.site, &call, What::Fails(refusal.why), place);
    let (line, advice) = told(remedy);
    let mended = line.as_ref().filter(|_| advice.is_none()).map(|line| &*line.text);
    let container = context.sequence.get(context.index)?;
    let is_named_a_file = context.text(refusal.site).is_some_and(names_files);
    let doubtful = log.doubtful.contains(&refusal.site) && !is_named_a_file;
    let obstacle = messages::Obstacle {
        doubtful,
        thing: &thing,
        path: &path,
        is_visible: things::inside(&path).is_none(),
        why: refusal.why,
        is_leftover: left_by.is_some_and(|first| is_leftover(first, place)),
        kept_in,
        mended,
        advice,
        clearing: things::clearing(&call, &path, context.is_mount(place), kept_in),
        in_script: matches!(*container.program, Program::Script { .. }),
    };
    let said = messages::stuck(&command, &obstacle);
    let text = messages::first(&obstacle).zip(context.text(refusal.site));
    let is_same_at_first = line.as_ref().is_some_and(|line| line.is_same_at_first);
    let text = text.map(|(first, text)| format!("{first}\n{text}")).or(line.map(|line| line.text));
    let mending = Some(text.map_or(Mending::PassesOver, Mending::Text));
    let assumed = log.assumed.contains(&refusal.site);
    let mild = assumed || kept_in == KeptIn::PodNetwork;
    let severity = match mild {
        _ if doubtful || context.is_over(refusal.site, kept_in) => Severity::Info,
        true => Severity::Warning,
        false => Severity::Error,
    };
    let hazard = context.hazard(Kind::Stuck, severity, refusal.site, &command, Some(place), &said)?;
    Some(Hazard { mending, is_same_at_first, assumed, ..hazard })
}

/// The line that mends a command, and what is told of that in other words.
fn told(remedy: Option<Remedy>) -> (Option<Line>, Option<String>) {
    match remedy {
        Some(Remedy::Line(mut line)) => {
            let advice = line.advice.take();
            (Some(line), advice)
        }
        Some(Remedy::Advice(advice)) => (None, Some(advice)),
        None => (None, None),
    }
}

/// Whether the last part of an operand is a variable that is called a file: `$f`, `${file}`.
fn names_files(text: &str) -> bool {
    let variable = |word: &str| {
        let (_, name) = word.rsplit_once('$')?;
        Some(name.trim_matches(['{', '}', '"']).to_ascii_lowercase())
    };
    text.split_whitespace().filter_map(variable).any(|name| name == "f" || name.ends_with("file"))
}

/// A second run that fails because a test goes the other way, with nothing that refuses.
fn turned(context: &Context<'_, '_>, first: &Log, branch: &Branch, killed: Option<usize>) -> Option<Hazard> {
    let test = context.text(branch.site)?;
    let command = test.split_whitespace().next().unwrap_or_default().to_owned();
    let place = &first.changes.first()?.place;
    let kept_in = context.kept_in(place, branch.site)?;
    let said = match left_lock(first, killed) {
        Some(lock) => messages::locked(test, branch.held, &context.show(lock), kept_in),
        None => messages::turned(test, branch.held, kept_in, first.changes.len() <= branch.changes),
    };
    let hazard = context.hazard(Kind::Stuck, Severity::Error, branch.site, &command, Some(place), &said)?;
    Some(Hazard { path: None, ..hazard })
}

/// A second run that waits for ever in a loop.
fn waiting(context: &Context<'_, '_>, first: &Log, site: SiteId, killed: Option<usize>) -> Option<Hazard> {
    let text = context.text(site)?;
    let command = text.split_whitespace().find(|word| *word != "!").unwrap_or_default().to_owned();
    let lock = left_lock(first, killed);
    let place = lock.or_else(|| Some(&first.changes.last()?.place))?;
    let kept_in = context.kept_in(place, site)?;
    let said = messages::waiting(&context.show(place), lock.is_some(), kept_in);
    context.hazard(Kind::Stuck, Severity::Error, site, &command, Some(place), &said)
}

/// What a run makes and removes again at its end, and one that was killed has left.
fn left_lock(first: &Log, killed: Option<usize>) -> Option<&Place> {
    let mut made = first.changes.get(..killed?)?.iter().rev().map(|change| &change.place);
    made.find(|place| is_leftover(first, place))
}

/// What made `place` differ.
fn difference(context: &Context<'_, '_>, trial: &Comparison<'_>, place: &Place) -> Option<Hazard> {
    let latest = |fits: &dyn Fn(&Change) -> bool| trial.again.log.changes.iter().rev().find(|it| fits(it));
    // What is in a folder unlisted isn't changed by what is done to a file in it.
    let is_folder = |tree: &Tree| matches!(tree.see(place), Node::Directory(_));
    let is_unlisted = is_folder(trial.reference) && is_folder(&trial.again.volumes);
    let concerns = |change: &Change| {
        if is_unlisted { place.is_within(&change.place) } else { change.place.touches(place) }
    };
    let changed = latest(&|change| change.place == *place).or_else(|| latest(&concerns));
    let first_lacks = trial.reference.see(place) == Node::Absent;
    if (changed.is_none() || !first_lacks)
        && let Some(half_done) = half_done(context, trial, place)
    {
        return Some(half_done);
    }
    let made = || trial.again.log.changes.iter().chain(&trial.first.changes);
    if let Some(change) = made().find(|it| it.manner == ChangeKind::FreshName && place.is_within(&it.place)) {
        let hazard =
            drifting(context, trial.first, &trial.again.log, change.site, change.manner, &change.place)?;
        let severity = if trial.killed.is_some() { Severity::Info } else { hazard.severity };
        return Some(Hazard { severity, ..hazard });
    }
    if let Some(change) = changed {
        let (change, place) = match moved_there(trial, change) {
            Some(made) => (made, &made.place),
            None => (change, place),
        };
        return drifting(context, trial.first, &trial.again.log, change.site, change.manner, place);
    }
    if !first_lacks && let Some(hazard) = cut_short(context, trial, place) {
        return Some(hazard);
    }
    // Left behind by the run that was killed.
    let writer = trial.again.volumes.writer(place).filter(|_| first_lacks)?;
    let hazard = drifting(context, trial.first, trial.first, writer, ChangeKind::FreshName, place)?;
    Some(Hazard { severity: Severity::Info, ..hazard })
}

/// What made that which `change` only moved: a link or a copy inside a directory, where the first run made it in its place.
fn moved_there<'t>(trial: &Comparison<'t>, change: &Change) -> Option<&'t Change> {
    let changes = &trial.again.log.changes;
    let is_move = changes.iter().any(|it| it.site == change.site && it.manner == ChangeKind::Remove);
    let nests = |it: &&Change| {
        it.manner == ChangeKind::Nest && it.site != change.site && it.place.name() == change.place.name()
    };
    changes.iter().rev().filter(|_| is_move).find(nests)
}

fn drifting(
    context: &Context<'_, '_>,
    first: &Log,
    log: &Log,
    site: SiteId,
    manner: ChangeKind,
    place: &Place,
) -> Option<Hazard> {
    let call = Call::of(log.commands.get(&site)?);
    let command = call.title();
    if context.shared.atoms.differs_per_run(&place.path) {
        return None;
    }
    let others = log.commands.values().map(|words| Call::of(words));
    if manner == ChangeKind::Nest && may_copy_file(&call, others) {
        return None;
    }
    let (thing, path) = (context.thing(place), context.show(place));
    let kept_in = context.kept_in(place, site)?;
    // A mounted directory is one in the first run too.
    let is_meant =
        manner == ChangeKind::Nest && place.parent().is_some_and(|parent| context.is_mount(&parent));
    let manner = if is_meant { ChangeKind::Write } else { manner };
    let (line, advice) = told(context.remedy(site, &call, What::Drifts(manner), place));
    let is_same_at_first = line.as_ref().is_some_and(|line| line.is_same_at_first);
    let (advice, mending) = match line {
        Some(Line { text, .. }) => {
            (advice.or_else(|| Some(format!("write `{text}`"))), Some(Mending::Text(text)))
        }
        None if advice.is_some() => (advice, None),
        None if manner == ChangeKind::Renew && call.is(Trait::MakesSecret) => {
            let line = context.text(site).map(|text| format!("[ -s {path} ] || {text}"));
            let line = line.filter(|line| !line.contains('\n'));
            (line.as_ref().map(|line| format!("write `{line}`")), line.map(Mending::Text))
        }
        None => (None, None),
    };
    let varies = call.is(Trait::Varies);
    let change = messages::Drift { thing: &thing, path: &path, manner, kept_in, advice, varies };
    let said = messages::drifting(&command, &change);
    // A log is meant to grow.
    let is_log = std::path::Path::new(&path).extension().is_some_and(|ext| ext.eq_ignore_ascii_case("log"));
    // Nor does anyone want what `sed -i.bak` keeps: it is there because some `sed`s insist on a suffix.
    let is_unwanted = call.is(Trait::EditsInPlace) && messages::is_backup(&path);
    let minor = (is_log && manner == ChangeKind::Append)
        || is_unwanted
        || context.is_over(site, kept_in)
        || first.doubtful.contains(&site);
    let severity = if minor { Severity::Info } else { Severity::Warning };
    let hazard = context.hazard(Kind::Drifting, severity, site, &command, Some(place), &said)?;
    let adds = matches!(manner, ChangeKind::Append | ChangeKind::Nest | ChangeKind::FreshName);
    let is_vague = messages::is_difference(manner, &path);
    Some(Hazard { mending, is_same_at_first, adds, is_vague, assumed: log.assumed.contains(&site), ..hazard })
}

/// A test that the killed run's last change turned over, so that the second run passes over what makes `place`.
fn half_done(context: &Context<'_, '_>, trial: &Comparison<'_>, place: &Place) -> Option<Hazard> {
    let killed = trial.killed?;
    let changes = &trial.first.changes;
    let undone = |fits: &dyn Fn(&Change) -> bool| {
        changes.iter().enumerate().skip(killed).find(|(_, change)| fits(change))
    };
    let (at, written) =
        undone(&|change| change.place == *place).or_else(|| undone(&|change| change.place.touches(place)))?;
    let turned = guard_over(&trial.first.branches, &trial.again.log.branches, at)?;
    // Where a command fails on what the killed run left, no test holds: what stands behind it in an `&&` is skipped.
    if context
        .site(turned.site)
        .is_some_and(|guard| refused_inside(context, &trial.again.log, &guard).is_some())
    {
        return cut_short(context, trial, place);
    }
    let before = changes.get(..killed)?;
    let end = before.last()?;
    let of_last = before.iter().rev().take_while(|change| change.site == end.site);
    let mut made = of_last.filter(|change| change.manner != ChangeKind::Remove);
    let is_tested = |change: &&Change| looked_for(trial.first, turned).any(|it| *it == change.place);
    let last = made.clone().find(is_tested).or_else(|| made.next()).unwrap_or(end);
    let early = context.event(trial.first, &of_test(trial.first, turned, last), false)?;
    let in_server = things::on_server(&place.path).is_some();
    let mut said = messages::half_done(&early, in_server);
    let command = Call::of(trial.first.commands.get(&last.site)?).title();
    // What git keeps for itself (a setting, a remote) is noticed soon, and seldom matters. What the work leaves lying
    // about matters less.
    let inner = format!("{}/", place.path).contains("/.git/");
    // Of a folder that is missing the app seldom fails to make one.
    let mut left_undone = changes.iter().take(turned.until).skip(killed);
    let lacks_folders = left_undone.clone().all(|change| makes_folder(trial.first, change));
    let is_printed = left_undone.all(|change| is_printed_with(trial.first, change, end));
    if lacks_folders && makes_folder(trial.first, last) {
        messages::FOLDERS_ALONE.clone_into(&mut said.help);
    }
    let minor = inner || lacks_folders || is_printed || is_leftover(trial.first, place);
    let severity = if minor { Severity::Info } else { Severity::Warning };
    let shown = context.test_of_files(trial.first, &trial.again.log, turned);
    let mut hazard = context.hazard(Kind::HalfDone, severity, shown.site, &command, Some(place), &said)?;
    let label = |site, text: String| context.site(site).map(|site| (site, text));
    hazard.labels.extend(label(last.site, "from here on the test takes all for done".to_owned()));
    if written.site != last.site {
        let text = "a run killed before this never makes up for it".to_owned();
        hazard.labels.extend(label(written.site, text));
    }
    Some(hazard)
}

/// Whether `change` prints to where `before` did, through one redirection: that takes no time.
fn is_printed_with(first: &Log, change: &Change, before: &Change) -> bool {
    let prints = |site| first.commands.get(&site).is_some_and(|words| Call::of(words).is(Trait::OnlyPrints));
    change.output.is_some() && change.output == before.output && prints(change.site) && prints(before.site)
}

/// Whether `change` is that of a command that makes folders and nothing else.
fn makes_folder(first: &Log, change: &Change) -> bool {
    let paths = first.commands.get(&change.site).map(|words| Call::of(words).paths()).unwrap_or_default();
    !paths.is_empty() && paths.iter().all(|(touching, _)| *touching == Touching::MakesDirectory)
}

/// The `change` that turned a test over: at the path that the test looks for, where the change fills a directory above it.
fn of_test(first: &Log, test: &Branch, change: &Change) -> Change {
    let is_filled = |place: &&Place| place.is_within(&change.place) && change.manner != ChangeKind::Mode;
    let place = looked_for(first, test).find(is_filled).unwrap_or(&change.place);
    Change { place: place.clone(), ..change.clone() }
}

/// The paths that a test looks for, the last first.
fn looked_for<'l>(first: &'l Log, test: &Branch) -> impl Iterator<Item = &'l Place> {
    first.missing.get(..test.missing).unwrap_or_default().iter().rev().take(MAX_TESTED)
}

/// How many paths a test looks for.
const MAX_TESTED: usize = 8;

/// Files with the right contents that a second run doesn't make executable, as the first would have. No verdict hangs
/// on modes: they aren't contents.
pub(super) fn unexecutable(context: &Context<'_, '_>, trial: &Comparison<'_>) -> Vec<Hazard> {
    let lacking = trial.again.volumes.modes.lacking_execute(&trial.reference.modes);
    let hazards = lacking.filter_map(|place| half_done(context, trial, place));
    hazards.map(|hazard| Hazard { severity: Severity::Info, ..hazard }).collect()
}

/// Whether what is at `place` is only missing its removal, by the run that made it for itself.
fn is_leftover(first: &Log, place: &Place) -> bool {
    let mut changes = first.changes.iter().filter(|change| change.place.touches(place));
    changes.next().is_some_and(|first| first.manner != ChangeKind::Remove)
        && changes
            .next_back()
            .is_some_and(|last| last.manner == ChangeKind::Remove && place.is_within(&last.place))
}

/// A command that ends a second run early without failing it: what comes after is left undone.
fn cut_short(context: &Context<'_, '_>, trial: &Comparison<'_>, place: &Place) -> Option<Hazard> {
    let refusal = new_refusal(trial.first, &trial.again.log)?;
    let hazard = refused(context, &trial.again.log, refusal, None)?;
    let late = context.thing(place);
    Some(Hazard {
        severity: Severity::Warning,
        kind: Kind::HalfDone,
        is_refused: true,
        why: messages::cut_short(&hazard.command, hazard.path.as_deref().unwrap_or_default(), &late),
        ..hazard
    })
}

/// The last refusal of a second run at a command that refused nothing in the first.
fn new_refusal<'l>(first: &Log, again: &'l Log) -> Option<&'l CommandFailure> {
    let before = |refusal: &CommandFailure| first.refusals.iter().any(|first| first.site == refusal.site);
    again.refusals.iter().rev().find(|refusal| !before(refusal))
}

/// Guards over one long command: a kill inside it leaves half a file that the guard takes for whole.
pub(super) fn guard_over_slow_command(
    context: &Context<'_, '_>,
    log: &Log,
    lone: &GuardOverSlowCommand,
) -> Option<Hazard> {
    let place = Some(&lone.place).filter(|place| matches!(place.store, Store::Volume(_)))?;
    let command = Call::of(log.commands.get(&lone.command)?).title();
    // One of the things that come into a folder, which may hold others.
    let is_part = lone.tested != *place && lone.tested.is_within(place);
    let tested = if is_part { &lone.tested } else { place };
    let (place, aside) = match () {
        () if context.is_mount(place) => (place, messages::Aside::Nowhere),
        () if is_part => (tested, messages::Aside::Folder),
        () => (place, messages::Aside::Name),
    };
    let said = messages::half_fetched(&command, &context.show(place), &context.show(tested), aside);
    let mut hazard =
        context.hazard(Kind::HalfDone, Severity::Info, lone.guard, &command, Some(place), &said)?;
    hazard.slow = context.site(lone.command).filter(|_| aside == messages::Aside::Name);
    hazard.labels.extend(context.site(lone.command).map(|site| (site, "this takes a while".to_owned())));
    Some(hazard)
}
