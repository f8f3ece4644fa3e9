//! What earlier containers leave in volumes that no second run meets as it was: an emptyDir of a Pod that is never tried
//! again in its place.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::Machine;
use crate::rerun::state::places::{Place, Store};
use crate::rerun::state::tree::{Node, SiteId};

/// What the name of everything in such a volume begins with.
const PASSED_ON: &str = "\u{3}passed on ";

impl Machine<'_, '_> {
    /// Has answers to questions about what lies at `paths` hang on what those who filled them may have met: where they
    /// see volumes that last, on all that lasts, else on what was made outside.
    pub(in crate::rerun) fn taking_over(mut self, paths: &[&str], sees_volumes: bool) -> Self {
        if paths.is_empty() {
            return self;
        }
        for path in paths {
            let place = Place { store: Store::Container, path: (*path).to_owned() };
            let fill = BTreeSet::from([Rc::from(format!("{PASSED_ON}{path}"))]);
            self.tree_mut(&place).put(place, Node::Directory(fill), SiteId::MAX);
        }
        let outside = Place { store: Store::External, path: String::new() };
        self.met_by_earlier = Some(if sees_volumes {
            self.fingerprint()
        } else {
            self.volumes.listed_below(&outside).iter().map(|place| place.path.as_str()).collect()
        });
        self
    }

    /// Notes that the variables may be those of the file at `place`, where that is one of these.
    pub(super) fn note_variables_of(&mut self, place: &Place) {
        if let Node::Unknown { key, .. } = self.look(place)
            && key.starts_with(PASSED_ON)
        {
            self.shell.variables_of = Some(key);
        }
    }

    /// What the answer to `question` hangs on besides, if anything.
    pub(super) fn met_by_earlier(&self, question: &str) -> Option<&str> {
        let met = self.met_by_earlier.as_deref()?;
        self.shared.atoms.mentions(question, PASSED_ON).then_some(met)
    }
}
