//! A script as it is once its hazards are mended. The analysis goes on with that: one run tells of all of them.

use std::rc::Rc;

use foldhash::HashMap;

use super::state::tree::SiteId;
use crate::shell;

/// What mends a hazard, as far as the analysis can go on with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mending {
    /// This text in the command's place.
    Text(String),
    /// The command, but that it passes over what it fails on.
    PassesOver,
}

/// The commands that count as mended, by where they stand.
#[derive(Debug, Default)]
pub(super) struct Mended {
    commands: HashMap<SiteId, MendedCommand>,
    /// How often anything was mended.
    count: usize,
    /// How often a text took a command's place: runs before that did something else.
    texts: usize,
}

#[derive(Debug, Default)]
struct MendedCommand {
    text: Option<Rc<str>>,
    passes_over: bool,
}

impl Mended {
    /// Mends the command at `site`; `false` where it was mended so before, and nothing more can be done. Of what a text
    /// doesn't mend it is taken that it passes over.
    pub(super) fn add(&mut self, site: SiteId, mending: &Mending) -> bool {
        let command = self.commands.entry(site).or_default();
        match mending {
            Mending::Text(text) if command.text.is_none() && shell::parse(text).is_ok() => {
                command.text = Some(text.as_str().into());
                self.texts += 1;
            }
            _ if command.passes_over => return false,
            _ => command.passes_over = true,
        }
        self.count += 1;
        true
    }

    /// The text in place of the command at `site`.
    pub(super) fn text(&self, site: SiteId) -> Option<Rc<str>> {
        self.commands.get(&site)?.text.clone()
    }

    /// Whether the command at `site` passes over what it fails on.
    pub(super) fn passes_over(&self, site: SiteId) -> bool {
        self.commands.get(&site).is_some_and(|command| command.passes_over)
    }

    /// Whether the command at `site` is mended.
    pub(super) fn has(&self, site: SiteId) -> bool {
        self.commands.contains_key(&site)
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    pub(super) fn texts(&self) -> usize {
        self.texts
    }
}
