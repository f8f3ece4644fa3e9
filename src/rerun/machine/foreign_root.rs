//! Commands in another file system: `nsenter`, `chroot`.
//!
//! Their paths are the host's, of which nothing is known. What they add to a network is followed: it is the node's, or
//! the Pod's, and stays there.

use std::rc::Rc;

use super::{Flow, Machine, SUCCESS};
use crate::commands::{self, Call, Elsewhere, Trait};
use crate::rerun::state::places::{Place, Store, base_name};

impl Machine<'_, '_> {
    /// Whether the paths of the command being run are another file system's.
    pub(super) fn is_abroad(&self) -> bool {
        self.foreign_root.is_some()
    }

    /// The place of an absolute path of another file system, where the command being run has that.
    pub(super) fn place_abroad(&self, path: &str) -> Option<Place> {
        self.foreign_root.map(|_| Place { store: Store::Unknown, path: format!("/host{path}") })
    }

    /// The kind of what is kept in the network of the command being run: a node's outlives every Pod.
    pub(in crate::rerun) fn network_kind(&self) -> &'static str {
        if self.foreign_root == Some(true) { "node" } else { "net" }
    }

    /// Runs a command that has another file system, as far as it changes a network.
    pub(super) fn run_abroad(&mut self, words: &[String]) -> Flow {
        let inner = inner(words).filter(|(_, inner)| speaks_of_network(inner));
        if let (Some((enters, inner)), false) = (inner, self.is_abroad()) {
            let inner: Rc<[String]> = inner.into();
            let directory = std::mem::replace(&mut self.shell.directory, "/".to_owned());
            self.foreign_root = Some(enters && !self.container.host_network);
            let refusals = self.log.refusals.len();
            let result = self.deeper(|machine| machine.invoke(&inner));
            self.foreign_root = None;
            self.shell.directory = directory;
            let cause = self.log.cause.as_ref().and_then(|cause| cause.place.as_ref());
            let is_network = cause.is_some_and(|place| place.store == Store::External);
            match result {
                Ok(status) if status == SUCCESS || is_network => return Ok(status),
                // What it fails on there isn't known.
                Ok(_) => {
                    self.log.cause = None;
                    self.log.refusals.truncate(refusals);
                }
                Err(jump) => return Err(jump),
            }
        }
        self.emit_unknown(words, true);
        Ok(self.unknown_status(&words.join(" ")))
    }
}

/// Whether a command, or the text of a script in its words, names one that changes a network: no other is followed.
fn speaks_of_network(words: &[String]) -> bool {
    let separators = |c: char| c.is_whitespace() || "()|;&\"'`/".contains(c);
    let mut names = words.iter().flat_map(|word| word.split(separators));
    names.any(|name| commands::is(name, Trait::ChangesNetwork))
}

/// Whether `words` enter the node's network, and the command that they run there. Only what enters a file system of
/// this node is followed, which says by its record how the command follows it.
fn inner(words: &[String]) -> Option<(bool, &[String])> {
    let at = words.iter().position(|word| {
        commands::find(base_name(word)).is_some_and(|record| record.elsewhere != Elsewhere::Never)
    })?;
    let call = Call::of(words.get(at..)?);
    let wrapper = call.record()?.wrapper.as_ref()?;
    let inner = call.words().get(call.operands_from() + wrapper.operands..)?;
    (!inner.is_empty()).then_some((call.has("n net a all"), inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_behind_nsenter_is_found() {
        let found = |text: &str| {
            let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
            inner(&words).map(|(enters, inner)| (enters, inner.join(" ")))
        };
        assert_eq!(found("nsenter -t 1 -m -n -- sh -c x"), Some((true, "sh -c x".to_owned())));
        assert_eq!(found("nsenter --target=1 --mount ls"), Some((false, "ls".to_owned())));
        assert_eq!(found("timeout 5 nsenter -t1 -mun ls"), Some((true, "ls".to_owned())));
        assert_eq!(found("chroot /host sh -c x"), Some((false, "sh -c x".to_owned())));
        assert_eq!(found("nsenter -t 1 -a"), None);
        assert_eq!(found("ssh host ls"), None);
    }
}
