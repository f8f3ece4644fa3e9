//! What is unknown after a loop of which not every turn was followed: the variables that its body may
//! assign, and the files that it goes on to touch (*havoc*, as verifiers call it).
//!
//! A question that hangs on such a value has one answer, which isn't found out. What goes wrong under
//! one answer only isn't told.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::{Bound, ChangeKind, Jump, Machine, SUCCESS};
use crate::rerun::state::atoms::{Atom, UNKNOWN};
use crate::rerun::state::places::Place;
use crate::rerun::state::tree::{Node, SiteId};
use crate::shell::ir::{Command, CommandKind, List, OperationKind, PartKind, Simple, Word};

/// The keys of all that is unknown because it wasn't followed hold this.
pub(in crate::rerun) const UNFOLLOWED: &str = "\u{2}unfollowed ";

/// Where a loop stands in the lists of changes.
pub(super) struct Marks {
    /// Changes of volumes and of the container's own files, before the loop.
    start: (usize, usize),
    /// Before its last turn.
    last: (usize, usize),
}

/// What a loop did at a place.
#[derive(Default)]
struct Touched {
    times: u32,
    in_last: bool,
    is_removed: bool,
}

impl Marks {
    /// Another turn starts.
    pub(super) fn turn(&mut self, machine: &Machine<'_, '_>) {
        self.last = machine.change_counts();
    }
}

impl Machine<'_, '_> {
    pub(super) fn marks(&self) -> Marks {
        let start = self.change_counts();
        Marks { start, last: start }
    }

    fn change_counts(&self) -> (usize, usize) {
        (self.log.changes.len(), self.own_changes.len())
    }

    /// Makes unknown what the rest of a loop may assign and touch: its `bodies`, and `name`, which it assigns itself.
    pub(super) fn havoc(
        &mut self,
        range: &Range<usize>,
        bodies: &[&List],
        name: Option<&str>,
        marks: &Marks,
    ) -> Result<(), Jump> {
        let mut effects = Effects::default();
        effects.names.extend(name.map(str::to_owned));
        for body in bodies {
            effects.list(body);
        }
        self.havoc_effects(range, effects, marks)
    }

    /// The same for a loop that counts by expressions.
    pub(super) fn havoc_arithmetic(
        &mut self,
        range: &Range<usize>,
        expressions: &[&str],
        body: &List,
        marks: &Marks,
    ) -> Result<(), Jump> {
        let mut effects = Effects::default();
        for expression in expressions {
            effects.arithmetic(expression);
        }
        effects.list(body);
        self.havoc_effects(range, effects, marks)
    }

    fn havoc_effects(
        &mut self,
        range: &Range<usize>,
        mut effects: Effects,
        marks: &Marks,
    ) -> Result<(), Jump> {
        self.add_functions(&mut effects);
        if effects.parameters {
            return self.give_up(Bound::Turns);
        }
        let site = self.site(range);
        let visit = self.log.unfollowed.iter().filter(|&&known| known == site).count();
        self.log.unfollowed.push(site);
        self.shared.has_unfollowed = true;
        let key = format!("{UNFOLLOWED}{site}:{visit}:");
        if effects.everything {
            effects.names.extend(self.shell.variables.keys().cloned());
        }
        for name in effects.names {
            let atom = Atom { may_change: true, ..Atom::new(format!("{key}{name}"), format!("${name}")) };
            let value = String::from(self.atom(atom));
            self.assign(&name, &value);
            std::rc::Rc::make_mut(&mut self.shell.arrays).remove(&name);
        }
        if effects.directory {
            self.shell.directory = String::from(self.atom(Atom::new(format!("{key}directory"), "$PWD")));
        }
        self.havoc_files(&key, site, marks);
        let ends = effects.ends && self.ask(&format!("{key}ends"), false);
        if ends { Err(Jump::Exit(SUCCESS)) } else { Ok(()) }
    }

    /// Adds what the functions do that are called, and those that they call.
    fn add_functions(&self, effects: &mut Effects) {
        let mut known = BTreeSet::new();
        while let Some(name) = effects.calls.pop_first() {
            if let Some(function) = self.shell.functions.get(&name)
                && known.insert(name)
            {
                effects.command(&function.body);
            }
        }
    }

    /// Makes unknown what a loop goes on to write: again in the files that it wrote in more than one turn, and beside
    /// those that it wrote in its last.
    fn havoc_files(&mut self, key: &str, site: SiteId, marks: &Marks) {
        let of_volumes = self.log.changes.get(marks.start.0..).unwrap_or_default();
        let own = self.own_changes.get(marks.start.1..).unwrap_or_default();
        let (volumes_of_last, own_of_last) = (marks.last.0 - marks.start.0, marks.last.1 - marks.start.1);
        let mut places: BTreeMap<Place, Touched> = BTreeMap::new();
        let changes =
            of_volumes.iter().enumerate().map(|(at, it)| (&it.place, it.manner, at >= volumes_of_last));
        let own = own.iter().enumerate().map(|(at, (place, manner))| (place, *manner, at >= own_of_last));
        for (place, manner, is_last) in changes.chain(own) {
            let touched = places.entry(place.clone()).or_default();
            touched.times += 1;
            touched.in_last |= is_last;
            touched.is_removed = manner == ChangeKind::Remove;
        }
        for (place, touched) in places {
            if touched.times > 1 {
                self.havoc_file(&place, key, site);
            } else if touched.in_last
                && let Some(parent) = place.parent()
            {
                self.havoc_names(&parent, touched.is_removed, key, site);
            }
        }
        self.changed = true;
    }

    /// Makes unknown what else is in a directory, and where names go on to be removed, whether what is there is left.
    fn havoc_names(&mut self, directory: &Place, is_removed: bool, key: &str, site: SiteId) {
        let filling = format!("{UNKNOWN}{key}");
        let beside = if is_removed { self.tree(directory).names_in(directory) } else { Vec::new() };
        for other in beside.iter().map(|name| directory.join(name)) {
            if matches!(self.tree(&other).see(&other), Node::File(_)) {
                let key = format!("{filling}{}", other.path).into();
                self.tree_mut(&other).put(other, Node::Unknown { key, exists: false }, site);
            }
        }
        self.tree_mut(directory).fill(directory, &filling.as_str().into(), site, |_| false);
    }

    fn havoc_file(&mut self, place: &Place, key: &str, site: SiteId) {
        if let Node::File(old) = self.tree(place).see(place) {
            let shown = self.mounts.show(place);
            let atom = Atom { may_change: true, ..Atom::new(format!("{key}{}:{old}", place.path), shown) };
            let content = String::from(self.atom(atom)).into();
            self.tree_mut(place).put(place.clone(), Node::File(content), site);
        }
    }
}

/// Whether a `break` in the body of a loop leaves it.
pub(super) fn breaks(body: &[Command]) -> bool {
    body.iter().any(|command| match &command.kind {
        CommandKind::Simple(simple) => name_of(simple).as_deref() == Some("break"),
        CommandKind::Loop { .. }
        | CommandKind::For { .. }
        | CommandKind::ArithmeticFor { .. }
        | CommandKind::Select { .. } => false,
        kind => in_this_shell(kind).into_iter().any(breaks),
    })
}

/// The commands inside a compound command that run in the same shell environment.
fn in_this_shell(kind: &CommandKind) -> Vec<&[Command]> {
    match kind {
        CommandKind::Not(inner) => vec![std::slice::from_ref(inner)],
        CommandKind::And(left, right) | CommandKind::Or(left, right) => {
            vec![std::slice::from_ref(left), std::slice::from_ref(right)]
        }
        CommandKind::If { arms, otherwise } => {
            let arms = arms.iter().flat_map(|arm| [arm.condition.as_slice(), &arm.body]);
            arms.chain(otherwise.as_deref()).collect()
        }
        CommandKind::Loop { condition, body, .. } => vec![condition, body],
        CommandKind::For { body, .. }
        | CommandKind::ArithmeticFor { body, .. }
        | CommandKind::Select { body, .. }
        | CommandKind::Group(body) => {
            vec![body]
        }
        CommandKind::Case { clauses, .. } => clauses.iter().map(|clause| clause.body.as_slice()).collect(),
        CommandKind::Simple(_)
        | CommandKind::Pipeline(_)
        | CommandKind::Subshell(_)
        | CommandKind::Coprocess(_)
        | CommandKind::Function { .. }
        | CommandKind::Conditional(_)
        | CommandKind::Arithmetic(_) => Vec::new(),
    }
}

/// What commands may do to the shell that runs them.
#[derive(Default)]
struct Effects {
    /// The variables that they may set.
    names: BTreeSet<String>,
    /// Names of commands, which may be functions.
    calls: BTreeSet<String>,
    /// They may set any variable.
    everything: bool,
    /// They may set the positional parameters.
    parameters: bool,
    /// They may change the working directory.
    directory: bool,
    /// They may end the script with success.
    ends: bool,
}

impl Effects {
    fn list(&mut self, list: &[Command]) {
        for command in list {
            self.command(command);
        }
    }

    fn command(&mut self, command: &Command) {
        match &command.kind {
            CommandKind::Simple(simple) => self.simple(simple),
            CommandKind::Arithmetic(expression) => self.arithmetic(&expression.text),
            CommandKind::ArithmeticFor { init, condition, step, .. } => {
                for expression in [init, condition, step] {
                    self.arithmetic(&expression.text);
                }
            }
            CommandKind::For { name, words, .. } | CommandKind::Select { name, words, .. } => {
                self.names.insert(name.clone());
                for word in words.iter().flatten() {
                    self.word(word);
                }
            }
            _ => {}
        }
        for list in in_this_shell(&command.kind) {
            self.list(list);
        }
    }

    fn simple(&mut self, simple: &Simple) {
        let values = simple.assignments.iter().flat_map(|assignment| assignment.value.words());
        for word in values.chain(&simple.words) {
            self.word(word);
        }
        let Some(name) = name_of(simple) else {
            self.names.extend(simple.assignments.iter().map(|assignment| assignment.name.clone()));
            return;
        };
        let arguments = simple.words.get(1..).unwrap_or_default();
        let named = arguments.iter().filter_map(leading_name);
        match name.as_str() {
            "read" | "export" | "readonly" | "local" | "declare" | "typeset" | "unset" | "mapfile"
            | "readarray" => self.names.extend(named),
            "printf" if arguments.first().is_some_and(|word| word.literal().as_deref() == Some("-v")) => {
                self.names.extend(named);
            }
            "getopts" => {
                self.names.extend(named);
                self.names.extend(["OPTARG", "OPTIND"].map(str::to_owned));
            }
            "let" => {
                for text in arguments.iter().filter_map(Word::literal) {
                    self.arithmetic(&text);
                }
            }
            "eval" | "." | "source" => self.everything = true,
            "shift" => self.parameters = true,
            "set" => self.parameters |= arguments.iter().any(|word| word.literal().as_deref() == Some("--")),
            "cd" | "pushd" | "popd" => self.directory = true,
            // A first run is one that succeeds.
            "exit" | "return" => {
                let status = arguments.first().map(|word| word.literal().and_then(|text| text.parse().ok()));
                self.ends |= !matches!(status, Some(Some(1_u8..)));
            }
            "exec" => self.ends |= !arguments.is_empty(),
            _ => drop(self.calls.insert(name)),
        }
    }

    fn word(&mut self, word: &Word) {
        for part in &word.parts {
            match &part.kind {
                PartKind::Arithmetic(expression) => self.arithmetic(&expression.text),
                PartKind::Variable { name, operation, .. }
                    if matches!(operation.kind, OperationKind::AssignDefault { .. }) =>
                {
                    self.names.insert(name.clone());
                }
                _ => {}
            }
        }
    }

    fn arithmetic(&mut self, text: &str) {
        self.names.extend(assigned_by(text));
    }
}

/// The names in an arithmetic expression, where it may assign.
pub(super) fn assigned_by(text: &str) -> BTreeSet<String> {
    if !text.contains('=') && !text.contains("++") && !text.contains("--") {
        return BTreeSet::new();
    }
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let names = words.filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'));
    names.map(str::to_owned).collect()
}

fn name_of(simple: &Simple) -> Option<String> {
    simple.words.first()?.literal()
}

/// The variable that an argument names or sets: `x`, `x=$y`.
fn leading_name(word: &Word) -> Option<String> {
    let Some(PartKind::Literal { text, .. }) = word.parts.first().map(|part| &part.kind) else { return None };
    let name = text.split_once('=').map_or(text.as_str(), |(name, _)| name);
    let is_name = !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (is_name && !name.is_empty()).then(|| name.to_owned())
}
