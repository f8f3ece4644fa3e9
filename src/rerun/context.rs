//! What a diagnosis needs to find its words.

use super::branches::first_turned;
use super::machine::{Branch, Change, ChangeKind, Log, Shared};
use super::messages::{KeptIn, Words};
use super::state::places::{Mounts, Place, Store};
use super::state::tree::SiteId;
use super::things;
use super::{Container, Hazard, Kind, Program, Severity, Site};
use crate::commands::{Call, Remedy, Trait, Trouble, What};
use crate::shell::ir::{Command, CommandKind, Word};
use crate::shell::semantics::visit;

/// What a diagnosis needs to find its words.
pub(super) struct Context<'a, 'c> {
    pub(super) shared: &'a Shared,
    pub(super) sequence: &'c [Container],
    pub(super) mounts: &'c [Mounts],
    pub(super) index: usize,
    /// Whether an earlier container resets what the command there trips over.
    pub(super) is_reset: &'a dyn Fn(&Site) -> bool,
}

/// What kind of thing outside the volumes, or in a server's data, is at `place`; empty for a file.
fn kind_of(place: &Place) -> &str {
    if let Some((kind, _)) = things::on_server(&place.path) {
        return kind;
    }
    let kind =
        place.path.trim_start_matches('/').split('/').next().filter(|_| place.store == Store::External);
    kind.unwrap_or_default()
}

impl<'c> Context<'_, 'c> {
    /// Where what the command at `site` meets at a place is kept; `None` where nothing is: nobody is blamed for it.
    pub(super) fn kept_in(&self, place: &Place, site: SiteId) -> Option<KeptIn> {
        let container = self.sequence.get(self.index)?;
        match place.store {
            Store::Volume(volume) => {
                let life = container.mounts.iter().find(|mount| mount.volume == volume)?.life;
                let reset = self.site(site).is_some_and(|site| (self.is_reset)(&site));
                Some(KeptIn::Volume { life, met: container.lasts(), reset })
            }
            Store::External if place.path.starts_with("/node/") => Some(KeptIn::Node),
            Store::External if !place.path.starts_with("/net/") => Some(KeptIn::Outside),
            Store::External if container.host_network => Some(KeptIn::Node),
            Store::External => Some(KeptIn::PodNetwork).filter(|_| container.restarts),
            Store::Container | Store::Unknown => None,
        }
    }

    pub(super) fn hazard(
        &self,
        kind: Kind,
        severity: Severity,
        site: SiteId,
        command: &str,
        place: Option<&Place>,
        said: &Words,
    ) -> Option<Hazard> {
        let outside = place.is_some_and(|place| place.store == Store::External);
        Some(Hazard {
            kind: if outside { Kind::OutsidePod } else { kind },
            severity,
            site: self.site(site)?,
            command: self.shared.atoms.show(command),
            path: place.filter(|_| !outside).map(|place| self.show(place)),
            volume: place.and_then(|place| match place.store {
                Store::Volume(volume) => Some(volume),
                _ => None,
            }),
            why: self.shared.atoms.show(&said.why),
            help: self.shared.atoms.show(&said.help),
            mending: None,
            is_same_at_first: false,
            adds: false,
            is_refused: false,
            is_vague: false,
            slow: None,
            labels: Vec::new(),
            assumed: false,
        })
    }

    /// Whether a second run hardly ever meets what the command at `site` left: the Pod's network goes with its sandbox, and
    /// nothing that may fail in the same one comes after it.
    pub(super) fn is_over(&self, site: SiteId, kept_in: KeptIn) -> bool {
        let own = self.site(site).filter(|site| kept_in == KeptIn::PodNetwork && site.file.is_none());
        // A sidecar's end is no end of its Pod.
        let container = self.sequence.get(self.index).filter(|container| !container.is_sidecar);
        let (Some(own), Some(container)) = (own, container) else { return false };
        let Program::Script { script, .. } = &*container.program else { return true };
        let (mut is_last, mut excused) = (true, Vec::new());
        visit::commands(&script.body, |command| match &command.kind {
            CommandKind::Or(left, right) if never_fails(right) => excused.push(&**left),
            CommandKind::Simple(_) if command.range.start >= own.range.end => {
                is_last &= never_fails(command) || excused.iter().any(|it| it.holds(command));
            }
            _ => {}
        });
        is_last
    }

    /// The test that is told of where `turned` was turned over. One of a variable alone hangs on another, which sees what is
    /// there.
    pub(super) fn test_of_files<'t>(&self, first: &'t Log, again: &Log, turned: &'t Branch) -> &'t Branch {
        let text = self.text(turned.site).unwrap_or_default();
        let is_of_variable = text.contains('$') && !text.contains(['/', '(', '`']) && !text.contains(" -");
        let first = first_turned(&first.branches, &again.branches);
        first.filter(|_| is_of_variable).unwrap_or(turned)
    }

    /// Whether the test at `site` is of the status of commands before it: `[ $? -ne 0 ]`, or of what `rc=$?` kept.
    pub(super) fn tests_status(&self, site: SiteId) -> bool {
        let test = self.text(site).unwrap_or_default();
        let text = match self.sequence.get(self.index).map(|container| &*container.program) {
            Some(Program::Script { text, .. }) => text,
            _ => "",
        };
        let is_name = |char: char| char.is_ascii_alphanumeric() || char == '_';
        let mut names = test.split('$').skip(1).map(|after| after.trim_start_matches('{'));
        names.any(|after| {
            let name = after.split(|char| !is_name(char)).next().unwrap_or_default();
            after.starts_with('?') || !name.is_empty() && text.contains(&format!("{name}=$?"))
        })
    }

    /// A site, if it is this container's.
    pub(super) fn site(&self, id: SiteId) -> Option<Site> {
        let (container, site) = self.shared.sites.get(id)?;
        (*container == self.index).then(|| site.clone())
    }

    /// A path as its container sees it, with unknown parts as they are written.
    pub(super) fn show(&self, place: &Place) -> String {
        let path =
            self.mounts.get(self.index).map_or_else(|| place.path.clone(), |mounts| mounts.show(place));
        self.shared.atoms.show(&path)
    }

    /// Whether a volume is mounted there: it can't be moved or removed.
    pub(super) fn is_mount(&self, place: &Place) -> bool {
        self.mounts.get(self.index).is_some_and(|mounts| mounts.is_mount_point(place))
    }

    /// What is at a place, in words.
    pub(super) fn thing(&self, place: &Place) -> String {
        let shown = self.show(place);
        match place.path.trim_start_matches('/').split_once('/') {
            Some((kind, name)) if place.store == Store::External => {
                things::outside(kind, &self.shared.atoms.show(name).replace('\u{2215}', "/"))
            }
            _ => things::inside(&shown).unwrap_or_else(|| format!("`{shown}`")),
        }
    }

    /// A moment in a run: what a change did to what was `known` before, or not.
    pub(super) fn event(&self, log: &Log, change: &Change, known: bool) -> Option<String> {
        let place = &change.place;
        let root = self.is_mount(place);
        let (shown, command) = (self.thing(place), Call::of(log.commands.get(&change.site)?).title());
        Some(match change.manner {
            ChangeKind::Remove => format!("{shown} is removed"),
            ChangeKind::Mode => format!("{shown} is made executable"),
            _ if root => format!("`{command}` has filled {shown}"),
            _ if known => format!("`{command}` has written to {shown}"),
            _ => format!("{shown} is made"),
        })
    }

    /// The text of a command.
    pub(super) fn text(&self, id: SiteId) -> Option<&'c str> {
        let (container, site) = self.shared.sites.get(id)?;
        let container = self.sequence.get(*container)?;
        match (&*container.program, &site.file) {
            (_, Some(file)) => container.files.get(file)?.as_ref()?.get(site.range.clone()),
            (Program::Script { text, .. }, None) => text.get(site.range.clone()),
            (Program::Exec(_), None) => None,
        }
    }

    /// What helps at the command at `site`, by its record.
    pub(super) fn remedy(&self, site: SiteId, call: &Call<'_>, what: What, place: &Place) -> Option<Remedy> {
        let mend = call.record()?.remedy?;
        let text = match &*self.sequence.get(self.index)?.program {
            Program::Exec(_) => call.words().join(" "),
            Program::Script { .. } => self.text(site)?.to_owned(),
        };
        let (thing, path) = (self.thing(place), self.show(place));
        let kind = kind_of(place);
        let varies = self.shared.atoms.differs_per_run(&call.words().join(" "));
        let trouble = Trouble { call, text: &text, what, kind, thing: &thing, path: &path, varies };
        let remedy = mend(&trouble)?;
        let is_script = matches!(*self.sequence.get(self.index)?.program, Program::Script { .. });
        match remedy {
            Remedy::Line(line) => {
                // What a word comes to only then can't be written in its place. What a template puts into it stands there.
                let text = &line.text;
                let is_known = !text.chars().any(|char| self.shared.atoms.get(char).is_some());
                let is_short = line.advice.is_some() || !text.contains('\n') && text.len() <= 200;
                let is_plain = is_known && (is_script || !text.contains([';', '&', '|']));
                let advice = line.advice.clone().map(Remedy::Advice);
                if is_short && is_plain { Some(Remedy::Line(line)) } else { advice }
            }
            Remedy::Advice(advice) => Some(Remedy::Advice(self.shared.atoms.show(&advice))),
        }
    }
}

/// Whether a command surely succeeds.
fn never_fails(command: &Command) -> bool {
    let CommandKind::Simple(simple) = &command.kind else { return false };
    let words: Vec<String> = simple.words.iter().map_while(Word::literal).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => simple.words.is_empty(),
        [":" | "true", ..] | ["exit"] | ["exit", "0"] => true,
        _ => Call::of(&words).is(Trait::OnlyPrints),
    }
}
