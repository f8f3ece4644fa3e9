//! What a command's effect may see and change of the world, and the words for it.
//!
//! An effect has no other door: the abstract machine stands behind [`World`] today, and nothing here knows it.

pub(crate) mod atoms;
pub(crate) mod permissions;
pub(crate) mod place;

use std::collections::BTreeSet;
use std::rc::Rc;

use self::atoms::{Atom, Atoms};
use self::permissions::Permissions;
use self::place::{Place, Store};
use super::Userland;

/// An exit status; 0 is success.
pub(crate) type Status = u8;
pub(crate) const SUCCESS: Status = 0;
pub(crate) const FAILURE: Status = 1;

/// What is at a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Node {
    /// Nothing.
    Absent,
    /// A file with its contents.
    File(Rc<str>),
    /// A directory. Its *fill* says what else was put into it besides what is listed: whole trees
    /// and archives, by what they came from. Without fill, what isn't listed isn't there.
    Directory(BTreeSet<Rc<str>>),
    /// A symbolic link.
    Link(Rc<str>),
    /// Something of which the kind, or even whether it exists, depends on what `key` names.
    Unknown {
        /// What it depends on.
        key: Rc<str>,
        /// It exists for sure.
        exists: bool,
    },
}

impl Node {
    /// An empty directory.
    pub(crate) fn directory() -> Self {
        Self::Directory(BTreeSet::new())
    }
}

/// How a command changes what it finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChangeKind {
    /// It sets contents.
    Write,
    /// It adds to contents.
    Append,
    /// It copies or moves into a directory, because that exists.
    Nest,
    /// It edits in place.
    Edit,
    /// It puts another key or password in the place of one that is used by then.
    Renew,
    /// It makes a name that nobody else has.
    FreshName,
    /// It fetches over the network, or unpacks: it takes long.
    Slow,
    /// It removes.
    Remove,
    /// It sets a file's mode.
    Mode,
}

/// What a command that fails has met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailureCause {
    /// Its target exists.
    Exists,
    /// Its target directory exists and isn't empty.
    NotEmpty,
    /// What it needs isn't there.
    Missing,
    /// A file where it needs a directory, or the other way round.
    WrongKind,
    /// It would ask before overwriting, and nobody answers.
    Asks,
    /// It may not write what is there.
    Denied,
    /// What it would write runs as a program.
    Busy,
    /// There is nothing left for it to do, which it calls a failure.
    NothingToDo,
}

/// A path below where a listing starts, and what is there.
type Listed = (String, Node);

/// All that an effect can do.
pub(crate) trait World {
    // Where things are.

    /// The place of `path`, symbolic links followed.
    fn place(&self, path: &str) -> Place;
    /// The place of `path` itself, where it may be a symbolic link.
    fn place_of_link(&self, path: &str) -> Place;
    /// `path` against the working directory.
    fn absolute(&self, path: &str) -> String;
    /// Whether a volume is mounted exactly there: it can't be moved or removed.
    fn is_mount_point(&self, place: &Place) -> bool;

    // Looking.

    /// What is at `place`.
    fn look(&mut self, place: &Place) -> Node;
    /// The contents of the file at `place`; `None` where there is none.
    fn read(&mut self, place: &Place) -> Option<Rc<str>>;
    /// The names in the directory at `place`, and whether there may be more.
    fn names_in(&mut self, place: &Place) -> (Vec<String>, bool);
    /// All that is listed at and below `place`.
    fn listing(&mut self, place: &Place) -> Vec<Listed>;
    /// What is known of the permissions of the file at `place`.
    fn permissions(&self, place: &Place) -> Permissions;
    /// Whether the command runs as root, whom no mode keeps from writing; `None` where nobody knows.
    fn is_root(&self) -> Option<bool>;
    /// Whether what is at `place`, if anything, is an entry of a `ConfigMap` or Secret: a file, and no directory.
    fn is_entry(&self, place: &Place) -> bool;
    /// Whether a `ConfigMap`, Secret or projected volume is mounted there, or there is one of its files: a link.
    fn has_links(&self, place: &Place) -> bool;
    /// Whether a container that is there by now runs the file at `place` as its program.
    fn is_running(&self, place: &Place) -> bool;
    /// Whether another container has the file at `place` as its program.
    fn is_program(&self, place: &Place) -> bool;
    /// Whether something is at `place` that depends on `key`.
    fn may_exist(&mut self, place: &Place, key: &str) -> bool;

    // Changing.

    /// Sets the contents of the file at `place`.
    fn write(&mut self, place: &Place, content: &str, kind: ChangeKind) -> Status;
    /// Adds to the contents of the file at `place`.
    fn append(&mut self, place: &Place, text: &str) -> Status;
    /// Puts `node` at `place`, if the container may write there.
    fn put(&mut self, place: &Place, node: Node, kind: ChangeKind);
    /// Removes what is at `place` and below.
    fn remove(&mut self, place: &Place);
    /// Puts into the directory at `place` all that `key` names: a tree, an archive.
    fn fill(&mut self, place: &Place, key: &str, kind: ChangeKind);
    /// Copies what is at `from` and below to `to`.
    fn copy(&mut self, from: &Place, to: &Place, kind: ChangeKind);
    /// Copies the directory at `from` into the one at `to`, which is made if need be.
    fn merge(&mut self, from: &Place, to: &Place, kind: ChangeKind);
    /// Sets permissions, as `chmod` does.
    fn set_permissions(&mut self, place: &Place, permissions: Permissions);
    /// Gives what took the place of what was at `to` the permissions of the file at `from`.
    fn carry_permissions(&mut self, from: &Place, to: &Place);

    // Text in and out, and what surrounds the command.

    /// Standard input, where something is known of it.
    fn input(&self) -> Option<Rc<str>>;
    /// Writes to standard output.
    fn emit(&mut self, text: &str);
    /// Writes to standard output what nobody can know but by the words and the input.
    fn emit_unknown(&mut self, words: &[String], may_change: bool);
    /// Whether anybody reads standard output.
    fn stdout_is_read(&self) -> bool;
    /// Whether this run has changed anything at `place` or below.
    fn has_changed(&self, place: &Place) -> bool;
    /// Whether standard output goes to the file at `place`.
    fn writes_to(&self, place: &Place) -> bool;
    /// Whether the command's status decides a branch.
    fn status_is_tested(&self) -> bool;
    /// The value of a variable.
    fn variable(&mut self, name: &str) -> Rc<str>;
    /// The folder of data of the database server that was started last and runs.
    fn served(&self) -> Option<Place>;
    /// Starts the database server whose data lie there, or stops the one that runs.
    fn serve(&mut self, data: Option<Place>);
    /// Whose `wget`, `ls` and `sed` the image has.
    fn userland(&self) -> Userland;
    /// The kind of what is kept in the network that the command sees.
    fn network_kind(&self) -> &'static str;
    /// Whether the shell's `pattern` matches `text`.
    fn matches(&self, pattern: &str, text: &str) -> bool;

    // What nobody can know.

    /// The unknown texts there are.
    fn atoms(&self) -> &Atoms;
    /// An unknown text, by how it comes about.
    fn atom(&mut self, atom: Atom) -> char;
    /// `old` after an edit that, made again, changes nothing more.
    fn settled(&mut self, old: &str, how: &str) -> String;
    /// A number that no other run has.
    fn fresh_number(&mut self) -> u32;
    /// A number that this command has in every run.
    fn steady_number(&self) -> u32;
    /// A text that differs where the volumes do.
    fn fingerprint(&mut self) -> String;
    /// The answer to a question that nobody can know.
    fn ask(&mut self, question: &str, default: bool) -> bool;
    /// The answer to what a name likely stands for.
    fn guess(&mut self, question: &str, likely: bool) -> bool;

    // How it ends.

    /// Fails, for a reason that is known.
    fn fail(&mut self, place: Option<&Place>, why: FailureCause) -> Status;
    /// Notes that the command does so by what is usual, not for sure.
    fn assume(&mut self);
    /// Notes that what the command does hangs on what nobody can know.
    fn doubt(&mut self);
    /// Does what is taken of a command of which nothing is known.
    fn unknown_command(&mut self, words: &[String]) -> Status;
}

impl dyn World + '_ {
    /// Fails unless `path` names something; the place if it does.
    pub(crate) fn needs(&mut self, path: &str) -> Result<Place, Status> {
        let place = self.place(path);
        if self.look(&place) == Node::Absent {
            self.fail(Some(&place), FailureCause::Missing);
            return Err(FAILURE);
        }
        Ok(place)
    }

    /// Whether the directory that `place` would lie in exists, or may.
    pub(crate) fn has_parent(&mut self, place: &Place) -> bool {
        place.parent().is_none_or(|parent| !matches!(self.look(&parent), Node::Absent | Node::File(_)))
    }

    /// Whether a directory is at `place`; `None` where nobody can know.
    pub(crate) fn is_directory(&mut self, place: &Place) -> Option<bool> {
        match self.look(place) {
            Node::Directory(_) => Some(true),
            Node::Unknown { .. } if self.is_entry(place) => Some(false),
            Node::Unknown { .. } => None,
            Node::Absent | Node::File(_) | Node::Link(_) => Some(false),
        }
    }

    /// Whether `path` is surely no directory.
    pub(crate) fn is_file_or_absent(&mut self, path: &str) -> bool {
        let place = self.place(path);
        self.is_directory(&place) == Some(false)
    }

    /// Whether the directory at `place` is surely empty, or surely not.
    pub(crate) fn is_empty(&mut self, place: &Place) -> Option<bool> {
        match self.look(place) {
            Node::Directory(fill) if !fill.is_empty() => Some(false),
            Node::Directory(_) => {
                let (names, open) = self.names_in(place);
                (!open || !names.is_empty()).then_some(names.is_empty())
            }
            Node::Absent => Some(true),
            _ => None,
        }
    }

    /// Whether the file at `place` is surely empty, or surely not.
    pub(crate) fn is_empty_file(&mut self, place: &Place) -> Option<bool> {
        let content = self.read(place)?;
        self.atoms().is_empty(&content)
    }

    /// Whether the file at `place` can't be opened for writing for its mode. Root opens any.
    pub(crate) fn is_denied(&self, place: &Place) -> bool {
        self.is_root() == Some(false) && self.permissions(place).write == Some(false)
    }

    /// Why a program can't be copied over the file at `place`. Nobody opens for writing what runs (`ETXTBSY`, open(2)).
    pub(crate) fn cannot_copy_to(&mut self, place: &Place) -> Option<FailureCause> {
        if self.is_denied(place) {
            return Some(FailureCause::Denied);
        }
        // An init container seldom runs beside the app: another Pod's, or one whose end a kubelet of old lost sight of.
        self.is_running(place).then(|| self.doubt()).map(|()| FailureCause::Busy)
    }

    /// All that lies at and below `place`; `None` where that isn't all known.
    pub(crate) fn all_below(&mut self, place: &Place) -> Option<Vec<Listed>> {
        let listing = self.listing(place);
        let known = |node: &Node| match node {
            Node::Directory(fill) => fill.is_empty(),
            Node::Unknown { .. } => false,
            Node::Absent | Node::File(_) | Node::Link(_) => true,
        };
        let closed = place.store != Store::Container || !place.path.is_empty();
        (!listing.is_empty() && closed && listing.iter().all(|(_, node)| known(node))).then_some(listing)
    }

    /// The files that are listed at and below `place`.
    pub(crate) fn files_below(&mut self, place: &Place) -> Vec<Place> {
        let files = self.listing(place).into_iter().filter(|(_, node)| matches!(node, Node::File(_)));
        files.map(|(path, _)| Place { store: place.store, path: format!("{}{path}", place.path) }).collect()
    }

    /// Edits the file at `place`.
    pub(crate) fn edit(
        &mut self,
        place: &Place,
        edit: impl FnOnce(&mut dyn World, &str) -> String,
    ) -> Status {
        let Some(old) = self.read(place) else {
            return self.fail(Some(place), FailureCause::Missing);
        };
        let content = edit(self, &old);
        if content != *old {
            self.put(place, Node::File(content.into()), ChangeKind::Edit);
        }
        SUCCESS
    }

    /// Changes the file at `place` in a way that doing it again doesn't change any more.
    pub(crate) fn edit_once(&mut self, place: &Place, how: &str) -> Status {
        self.edit(place, |world, old| world.settled(old, how))
    }

    /// Changes the file at `place` in a way that changes it again each time.
    pub(crate) fn edit_again(&mut self, place: &Place, how: &str) -> Status {
        self.edit(place, |world, old| world.altered(old, how))
    }

    /// `old` after an edit that changes it again each time.
    pub(crate) fn altered(&mut self, old: &str, how: &str) -> String {
        String::from(self.atom(Atom::new(format!("altered:{how}:{old}"), "edited text")))
    }

    /// Whether somebody answers what a command asks: `yes | …`, `echo y | …`.
    pub(crate) fn is_answered(&self) -> bool {
        self.input().is_some_and(|text| !text.is_empty())
    }

    /// The status of a command that may look at anything: the same while the volumes are the same.
    pub(crate) fn unknown_status(&mut self, text: &str) -> Status {
        if !self.status_is_tested() {
            return SUCCESS;
        }
        let input = self.input().unwrap_or_default();
        let question = format!("status:{text}:{input}@{}", self.fingerprint());
        Status::from(!self.ask(&question, true))
    }

    /// The status of a command that doesn't look at volumes: the same in every run.
    pub(crate) fn steady_status(&mut self, words: &[String]) -> Status {
        if !self.status_is_tested() {
            return SUCCESS;
        }
        let input = self.input().unwrap_or_default();
        let text = words.join(" ");
        let question = format!("status:{text}:{input}");
        let sent = self.sent_to_server_of(&question);
        Status::from(!self.ask(&format!("{question}{sent}"), true))
    }

    /// What else the answer to a question about `text` hangs on: the volumes, where it may change with them, and what a
    /// server that it comes from was sent.
    pub(crate) fn state_of(&mut self, text: &str) -> String {
        if self.atoms().may_change(text) { self.fingerprint() } else { self.sent_to_server_of(text) }
    }

    /// What was sent, to be made, to the servers that `text` names or comes from.
    fn sent_to_server_of(&mut self, text: &str) -> String {
        if asks_whether_it_runs(text) {
            return String::new();
        }
        let requests = self.listing(&Place::of_requests());
        let sent = requests.iter().filter_map(|(url, node)| match node {
            Node::File(sent) if self.atoms().mentions(text, &origin(url)) => Some(&**sent),
            _ => None,
        });
        sent.collect()
    }
}

/// How the path of a URL ends that is asked whether its server runs, whatever that holds.
const HEALTH: [&str; 14] = [
    "health",
    "healthz",
    "healthcheck",
    "healthy",
    "live",
    "livez",
    "liveness",
    "ping",
    "ready",
    "readyz",
    "readiness",
    "status",
    "up",
    "version",
];

/// Whether a URL in `text` is one of a server's health.
fn asks_whether_it_runs(text: &str) -> bool {
    let paths = text.split_whitespace().filter_map(|word| word.split_once("://")?.1.split('?').next());
    let mut last = paths.filter_map(|path| path.trim_matches([':', '/', '"', '\'']).rsplit_once('/'));
    last.any(|(_, name)| HEALTH.contains(&name))
}

/// Whom the `url` of a request asks, as its place has it: all up to the path.
fn origin(url: &str) -> String {
    let url = url.trim_start_matches('/').replace('\u{2215}', "/");
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url.get(host..).and_then(|rest| rest.find('/')).map_or(url.len(), |at| host + at);
    url.get(..end).unwrap_or(&url).to_owned()
}
