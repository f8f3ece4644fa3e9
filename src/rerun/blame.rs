//! From what went wrong in a second run to the command that has to change, in words.

use std::rc::Rc;

use super::machine::{Branch, Log, LoneGuard, Manner, Reason, Refusal, Run, SUCCESS, Shared};
use super::state::compare::differences;
use super::state::places::{Mounts, Place, Realm, base_name};
use super::state::tree::{Node, SiteId, Tree};
use super::{Container, Hazard, Kind, Program, Severity, Site};

/// What blame needs to find its words.
pub(super) struct Context<'a, 'c> {
    pub(super) shared: &'a mut Shared,
    pub(super) sequence: &'c [Container<'c>],
    pub(super) mounts: &'c [Mounts],
    pub(super) index: usize,
}

/// A second run that isn't as the first.
pub(super) struct Trial<'t> {
    /// What the first run left.
    pub(super) reference: &'t Tree,
    pub(super) first: &'t Log,
    pub(super) again: &'t Run,
    /// Whether the first run had finished, rather than been killed.
    pub(super) ended: bool,
}

/// What a trial proves, one hazard for each command to blame.
pub(super) fn hazards(context: &mut Context<'_, '_>, trial: &Trial<'_>) -> Vec<Hazard> {
    if trial.again.status != Some(SUCCESS) {
        return stuck(context, trial.first, trial.again).into_iter().collect();
    }
    let mut blamed = Vec::new();
    let mut out = Vec::new();
    for place in differences(&context.shared.atoms, trial.reference, &trial.again.kept) {
        let Some(hazard) = difference(context, trial, &place) else { continue };
        if !blamed.contains(&hazard.site) {
            blamed.push(hazard.site.clone());
            out.push(hazard);
        }
    }
    out
}

/// The command whose failure ended a second run: the one that the exit status comes of, or that a
/// branch to `exit 1` hangs on.
pub(super) fn stuck(context: &mut Context<'_, '_>, first: &Log, again: &Run) -> Option<Hazard> {
    if let Some(cause) = &again.log.cause {
        return refused(context, &again.log, cause);
    }
    let branch = first_difference(&first.branches, &again.log.branches)?;
    let guard = context.site(branch.site)?;
    let inside = again.log.refusals.iter().find(|refusal| {
        context.site(refusal.site).is_some_and(|site| {
            site.file == guard.file
                && guard.range.start <= site.range.start
                && site.range.end <= guard.range.end
        })
    });
    match inside {
        Some(refusal) => refused(context, &again.log, refusal),
        None => turned(context, first, branch),
    }
}

fn refused(context: &mut Context<'_, '_>, log: &Log, refusal: &Refusal) -> Option<Hazard> {
    let place = refusal.place.as_ref()?;
    if place.realm == Realm::Elsewhere || place.realm == Realm::Own {
        return None;
    }
    let words = log.commands.get(&refusal.site).cloned()?;
    let command = name_of(&words);
    let path = context.show(place);
    let thing = context.thing(place);
    let met = match refusal.why {
        Reason::Exists => format!("{thing} exists by then, and `{command}` fails on what exists"),
        Reason::NotEmpty => format!("`{path}` exists by then and isn't empty, and `{command}` refuses that"),
        Reason::Missing => format!("`{path}` is gone by then, and `{command}` fails without it"),
        Reason::WrongKind => format!("`{path}` is something else by then, and `{command}` fails on it"),
        Reason::NothingToDo => format!("nothing is left to do by then, and `{command}` calls that a failure"),
        Reason::Asks => {
            format!(
                "`{path}` already holds the files, and `{command}` asks whether to replace them: nobody answers"
            )
        }
    };
    let outside = place.realm == Realm::Outside;
    let kind = if outside { Kind::OutsidePod } else { Kind::Stuck };
    let network = is_network(place);
    let ends = match (network, outside) {
        (true, _) => "the Pod's network outlives the container, so every restart ends there again",
        (_, true) => "every later Pod ends there too",
        _ => "every restart ends there again",
    };
    let mended = context.mended(refusal.site, &words, refusal.why);
    Some(Hazard {
        kind,
        severity: if network { Severity::Warning } else { Severity::Error },
        site: context.site(refusal.site)?,
        help: help_for_stuck(&command, refusal.why, mended.as_deref(), &path),
        command,
        path: Some(path),
        volume: volume(place),
        why: format!("{met}; {ends}"),
        mended,
        labels: Vec::new(),
        assumed: false,
    })
}

/// A second run that fails because a test goes the other way, with nothing that refuses.
fn turned(context: &mut Context<'_, '_>, first: &Log, branch: &Branch) -> Option<Hazard> {
    let text = context.text(branch.site)?.to_owned();
    let place = first.changes.first()?.place.clone();
    let holds = if branch.held { "no longer holds" } else { "holds" };
    Some(Hazard {
        kind: Kind::Stuck,
        severity: Severity::Error,
        site: context.site(branch.site)?,
        command: text.split_whitespace().next().unwrap_or_default().to_owned(),
        path: None,
        volume: volume(&place),
        why: format!(
            "`{text}` {holds} once the first run has done its work, and that makes the run fail; \
             every restart ends there again"
        ),
        help: "end with success where the work is done already: `if …; then …; fi`, `… || true`, or `exit 0`"
            .to_owned(),
        mended: None,
        labels: Vec::new(),
        assumed: false,
    })
}

/// What made `place` differ.
fn difference(context: &mut Context<'_, '_>, trial: &Trial<'_>, place: &Place) -> Option<Hazard> {
    let changes = || trial.again.log.changes.iter().rev();
    let changed = changes()
        .find(|change| change.place == *place)
        .or_else(|| changes().find(|change| change.place.touches(place)));
    let first_lacks = trial.reference.see(place) == Node::Absent;
    if !trial.ended
        && let Some(hazard) = half_done(context, trial, place)
        && (changed.is_none() || !first_lacks)
    {
        return Some(hazard);
    }
    if let Some(change) = changed {
        return drifting(context, &trial.again.log, change.site, change.manner, place);
    }
    // Left behind by the run that was killed.
    let writer = trial.again.kept.writer(place).filter(|_| first_lacks)?;
    let hazard = drifting(context, trial.first, writer, Manner::FreshName, place)?;
    Some(Hazard { severity: Severity::Info, ..hazard })
}

fn drifting(
    context: &mut Context<'_, '_>,
    log: &Log,
    site: SiteId,
    manner: Manner,
    place: &Place,
) -> Option<Hazard> {
    let words = log.commands.get(&site).cloned()?;
    let command = name_of(&words);
    let path = context.show(place);
    let (why, help) = match manner {
        Manner::Append if place.realm == Realm::Outside => {
            let thing = context.thing(place);
            (
                format!("every run adds to {thing} again"),
                "test whether it is there first, or use a form that passes over what exists".to_owned(),
            )
        }
        Manner::Append => (
            format!("`{path}` keeps what earlier runs appended, and every further run appends it again"),
            format!(
                "write `{path}` anew (`>`) before anything is appended, or test whether the text is there"
            ),
        ),
        Manner::Nest => (
            format!("the target is a directory by then, so `{command}` puts `{path}` inside it"),
            "name the contents (`SOURCE/.`) and make the target directory first, or use `-T` (`-n` for `ln`)"
                .to_owned(),
        ),
        Manner::Edit => (
            format!("`{path}` is edited again on every run, and each time it changes"),
            "make the edit one that changes nothing when it is done already, or edit a fresh copy".to_owned(),
        ),
        Manner::FreshName => (
            format!("every run leaves another file, here `{path}`"),
            "give the file one name (`-O FILE`), or remove it before the run ends".to_owned(),
        ),
        Manner::Write | Manner::Slow | Manner::Remove => (
            format!("a second run leaves `{path}` otherwise than the first"),
            "make the second run end where the first did".to_owned(),
        ),
    };
    let outside = place.realm == Realm::Outside;
    let is_log = std::path::Path::new(&path).extension().is_some_and(|ext| ext.eq_ignore_ascii_case("log"));
    Some(Hazard {
        kind: if outside { Kind::OutsidePod } else { Kind::Drifting },
        // A log is meant to grow.
        severity: if is_log && manner == Manner::Append { Severity::Info } else { Severity::Warning },
        site: context.site(site)?,
        command,
        path: Some(path),
        volume: volume(place),
        why,
        help,
        mended: None,
        labels: Vec::new(),
        assumed: false,
    })
}

/// A branch that the second run took otherwise, after which the first run wrote what is missing.
fn half_done(context: &mut Context<'_, '_>, trial: &Trial<'_>, place: &Place) -> Option<Hazard> {
    let turned = first_difference(&trial.first.branches, &trial.again.log.branches)?;
    let after = trial.first.changes.get(turned.changes..)?;
    let written = after.iter().find(|change| change.place.touches(place))?;
    let first = after.first()?;
    let guard = context.site(turned.site)?;
    let path = context.show(place);
    let words = trial.first.commands.get(&first.site).cloned()?;
    let early = context.show(&first.place);
    let mut labels = Vec::new();
    if let Some(site) = context.site(first.site) {
        labels.push((site, format!("from here on `{early}` tells the guard that all is done")));
    }
    if written.site != first.site
        && let Some(site) = context.site(written.site)
    {
        labels.push((site, "a run killed before this never makes up for it".to_owned()));
    }
    Some(Hazard {
        kind: Kind::HalfDone,
        severity: Severity::Warning,
        site: guard,
        command: name_of(&words),
        why: format!("killed after `{early}` is made and before `{path}` is, the next run takes the work for done"),
        help: "build under a temporary name on the same volume and `mv` it into place last, or write a marker last \
               and test for that"
            .to_owned(),
        path: Some(path),
        volume: volume(place),
        mended: None,
        labels,
        assumed: false,
    })
}

fn first_difference<'b>(first: &'b [Branch], again: &[Branch]) -> Option<&'b Branch> {
    let (turned, _) = first
        .iter()
        .zip(again)
        .find(|(one, other)| (one.site, one.held, one.clause) != (other.site, other.held, other.clause))?;
    Some(turned)
}

/// Guards over one long command: a kill inside it leaves half a file that the guard takes for whole.
pub(super) fn lone_guards(context: &mut Context<'_, '_>, log: &Log, guards: &[LoneGuard]) -> Vec<Hazard> {
    let mut out = Vec::new();
    for lone in guards {
        let (Some(guard), Some(command), Some(words)) =
            (context.site(lone.guard), context.site(lone.command), log.commands.get(&lone.command).cloned())
        else {
            continue;
        };
        if !matches!(lone.place.realm, Realm::Kept(_)) {
            continue;
        }
        let (name, path) = (name_of(&words), context.show(&lone.place));
        out.push(Hazard {
            kind: Kind::HalfDone,
            severity: Severity::Info,
            site: guard,
            why: format!("killed inside `{name}`, `{path}` may be there but not whole, and the next run takes it for done"),
            help: format!("let `{name}` write to a temporary name on the same volume and `mv` it to `{path}` when it is whole"),
            command: name,
            path: Some(path),
            volume: volume(&lone.place),
            mended: None,
            labels: vec![(command, "this takes a while".to_owned())],
            assumed: false,
        });
    }
    out
}

fn help_for_stuck(command: &str, why: Reason, mended: Option<&str>, path: &str) -> String {
    match (mended, why) {
        (Some(line), _) => format!("write `{line}`"),
        (None, Reason::NotEmpty | Reason::Exists) => {
            format!("test for `{path}` first, or remove it before `{command}`")
        }
        (None, Reason::Missing) => {
            format!("test for `{path}` first, or let `{command}` pass over what is missing")
        }
        (None, _) => format!("make `{command}` pass when its work is done already"),
    }
}

fn volume(place: &Place) -> Option<usize> {
    match place.realm {
        Realm::Kept(volume) => Some(volume),
        _ => None,
    }
}

/// Whether it is kept in the Pod's network namespace.
fn is_network(place: &Place) -> bool {
    place.realm == Realm::Outside && place.path.starts_with("/net/")
}

/// A command's name as a message says it: `git clone`, `mkdir`.
fn name_of(words: &Rc<[String]>) -> String {
    const WITH_SUBCOMMAND: [&str; 8] = ["git", "kubectl", "aws", "mc", "helm", "ip", "vault", "gsutil"];
    let name = base_name(words.first().map_or("", String::as_str));
    let subcommand = words.iter().skip(1).find(|word| !word.starts_with('-'));
    match subcommand {
        Some(subcommand) if WITH_SUBCOMMAND.contains(&name) => format!("{name} {subcommand}"),
        _ => name.to_owned(),
    }
}

impl Context<'_, '_> {
    fn site(&self, id: SiteId) -> Option<Site> {
        let (container, site) = self.shared.sites.get(id)?;
        (*container == self.index).then(|| site.clone())
    }

    /// A path as its container sees it, with unknown parts as they are written.
    fn show(&self, place: &Place) -> String {
        let path =
            self.mounts.get(self.index).map_or_else(|| place.path.clone(), |mounts| mounts.show(place));
        self.shared.atoms.show(&path)
    }

    /// What is at a place, in words.
    fn thing(&self, place: &Place) -> String {
        let outside = place.path.trim_start_matches('/').split_once('/');
        match (place.realm, outside) {
            (Realm::Outside, Some((kind, name))) => {
                let name = self.shared.atoms.show(name).replace('\u{2215}', "/");
                if kind == "net" { format!("`{name}`") } else { format!("the {kind} `{name}`") }
            }
            _ => format!("`{}`", self.show(place)),
        }
    }

    /// The text of a command of the container's own script.
    fn text(&self, id: SiteId) -> Option<&str> {
        let (container, site) = self.shared.sites.get(id)?;
        match (&self.sequence.get(*container)?.program, &site.file) {
            (Program::Script { text, .. }, None) => text.get(site.range.clone()),
            (_, Some(file)) => self.sequence.get(*container)?.files.get(file)?.get(site.range.clone()),
            (Program::Exec(_), None) => None,
        }
    }

    /// The command's line as it should be, where an option mends it.
    fn mended(&self, id: SiteId, words: &[String], why: Reason) -> Option<String> {
        let text = match &self.sequence.get(self.index)?.program {
            Program::Exec(_) => words.join(" "),
            Program::Script { .. } => self.text(id)?.to_owned(),
        };
        if text.contains('\n') || text.len() > 200 {
            return None;
        }
        let name = words.first()?;
        let option = match (base_name(name), why) {
            ("mkdir", Reason::Exists) => "-p",
            ("ln", Reason::Exists) if words.iter().any(|word| word.starts_with("-s")) => "-sfn",
            ("rm", Reason::Missing) | ("gunzip" | "gzip", Reason::Asks) => "-f",
            ("unzip", Reason::Asks) => "-o",
            _ => return None,
        };
        let (head, rest) = text.split_once(name.as_str())?;
        let rest = if option == "-sfn" { rest.replacen(" -s ", " ", 1) } else { rest.to_owned() };
        Some(format!("{head}{name} {option}{rest}"))
    }
}
