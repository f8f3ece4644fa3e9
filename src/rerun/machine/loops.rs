//! Loops (POSIX XCU 2.9.4.2, 2.9.4.4 and 2.9.4.5, and bash's `for ((…))` and `select`).

use std::ops::{ControlFlow, Range};
use std::rc::Rc;

use foldhash::HashMap;

use super::control::{is_always_true, range_of};
use super::{Flow, Jump, Machine, SUCCESS, Status};
use crate::rerun::state::atoms::Atom;
use crate::shell::ir::{List, PartKind, Word};

/// How often the body of a loop is run whose end nobody knows.
const OPEN_TURNS: u32 = 1;
/// How many turns of a loop are followed; what the others leave is unknown.
const MAX_TURNS: u32 = 128;
/// How many, of a loop inside another one.
const MAX_INNER_TURNS: u32 = 48;

/// What a turn may change, in a loop that does the same from there on if it didn't.
#[derive(PartialEq)]
struct Progress {
    writes: u64,
    fresh: u32,
    variables: Rc<HashMap<String, Rc<str>>>,
    arrays: Rc<HashMap<String, Rc<[String]>>>,
    parameters: Vec<Rc<str>>,
    directory: String,
    input: Option<Rc<str>>,
}

/// Whether the shell splits what comes of `list`, one variable or substitution.
fn splits(list: &Word) -> bool {
    let [part] = list.parts.as_slice() else { return false };
    matches!(
        part.kind,
        PartKind::Variable { quoted: false, .. } | PartKind::Substitution { quoted: false, .. }
    )
}

impl Machine<'_, '_> {
    /// `while` and `until`. What a loop waits for is taken to come: one whose end nobody knows is
    /// left after a turn, one that is always true and has no `break` can't be followed.
    pub(super) fn condition_loop(&mut self, until: bool, condition: &List, body: &List) -> Flow {
        self.in_loop(|machine, limit| machine.condition_turns(until, condition, body, limit))
    }

    fn condition_turns(&mut self, until: bool, condition: &List, body: &List, limit: u32) -> Flow {
        let (mut status, mut cause) = (SUCCESS, None);
        let mut marks = self.marks();
        for turn in 0..limit {
            marks.turn(self);
            let before = turn.is_power_of_two().then(|| self.progress());
            let (questions, reads) = (self.assumptions.questions(), self.unknown_reads);
            let held = self.errexit_ignored(true, |machine| machine.list(condition))? == SUCCESS;
            let open = self.assumptions.questions() != questions || self.unknown_reads != reads;
            let ends = held == until || (open && turn >= OPEN_TURNS);
            if turn == 0 || ends {
                self.branch(&range_of(condition), !ends);
            }
            if ends {
                self.log.cause = cause;
                return Ok(status);
            }
            status = match self.turn(body) {
                ControlFlow::Continue(status) => status,
                ControlFlow::Break(flow) => return flow,
            };
            cause.clone_from(&self.log.cause);
            if before.is_some_and(|before| before == self.progress()) {
                return self.without_end(condition, status);
            }
        }
        if is_always_true(condition) && !super::havoc::breaks(body) {
            return Err(Jump::GiveUp);
        }
        self.havoc(&range_of(condition), &[condition, body], None, &marks)?;
        self.log.cause = cause;
        Ok(status)
    }

    /// Leaves a loop in which nothing changes.
    fn without_end(&mut self, condition: &List, status: Status) -> Flow {
        if is_always_true(condition) {
            return Err(Jump::GiveUp);
        }
        let site = self.site(&range_of(condition));
        self.log.endless.push(site);
        if !self.assumptions.is_first() && !self.waited.contains(&site) {
            return Err(Jump::Endless);
        }
        Ok(status)
    }

    /// `for name in words`.
    pub(super) fn for_loop(
        &mut self,
        range: &Range<usize>,
        name: &str,
        words: Option<&[Word]>,
        body: &List,
    ) -> Flow {
        let (words, is_cut) = match words {
            Some([list]) if splits(list) => {
                let (words, is_cut) = self.fields_cut(std::slice::from_ref(list))?;
                (words.into_iter().map(|word| self.item(name, word)).collect(), is_cut)
            }
            Some(words) => self.fields_cut(words)?,
            None => (self.shell.parameters.iter().skip(1).map(ToString::to_string).collect(), false),
        };
        self.in_loop(|machine, limit| {
            let mut marks = machine.marks();
            let mut status = SUCCESS;
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            for word in words.iter().take(limit) {
                marks.turn(machine);
                machine.step()?;
                machine.assign(name, word);
                status = match machine.turn(body) {
                    ControlFlow::Continue(status) => status,
                    ControlFlow::Break(flow) => return flow,
                };
            }
            if is_cut || words.len() > limit {
                machine.havoc(range, &[body], Some(name), &marks)?;
            }
            Ok(status)
        })
    }

    /// What `name` is in a turn, of a `list` that isn't known where that is nothing else: an item of it, and none is all of
    /// it.
    fn item(&mut self, name: &str, list: String) -> String {
        let mut characters = list.chars();
        let (Some(character), None) = (characters.next(), characters.next()) else { return list };
        match self.shared.atoms.get(character).filter(|atom| atom.pattern.is_none()) {
            Some(all) => {
                let key = format!("{} item:{name}", all.key);
                let item = Atom { key: key.into(), shown: format!("${name}").into(), ..all.clone() };
                String::from(self.atom(item))
            }
            None => list,
        }
    }

    /// `for ((init; condition; step))`. Without a condition it is always true.
    pub(super) fn arithmetic_for(
        &mut self,
        range: &Range<usize>,
        [init, condition, step]: [&str; 3],
        body: &List,
    ) -> Flow {
        if !init.trim().is_empty() {
            self.arithmetic_status(init);
        }
        self.in_loop(|machine, limit| {
            let mut marks = machine.marks();
            let mut status = SUCCESS;
            for turn in 0..limit {
                marks.turn(machine);
                machine.step()?;
                let questions = machine.assumptions.questions();
                let ends = !condition.trim().is_empty()
                    && machine.errexit_ignored(true, |machine| Ok(machine.arithmetic_status(condition)))?
                        != SUCCESS;
                let open = machine.assumptions.questions() != questions;
                if ends || (open && turn >= OPEN_TURNS) {
                    return Ok(status);
                }
                status = match machine.turn(body) {
                    ControlFlow::Continue(status) => status,
                    ControlFlow::Break(flow) => return flow,
                };
                if !step.trim().is_empty() {
                    machine.arithmetic_status(step);
                }
            }
            if condition.trim().is_empty() && !super::havoc::breaks(body) {
                return Err(Jump::GiveUp);
            }
            machine.havoc_arithmetic(range, &[condition, step], body, &marks)?;
            Ok(status)
        })
    }

    /// `select`: nobody knows what is chosen, nor how often.
    pub(super) fn select(&mut self, name: &str, body: &List) -> Flow {
        let value = self.atom(Atom::new(format!("select:{name}"), format!("${name}")));
        self.assign(name, &String::from(value));
        self.in_loop(|machine, _| match machine.turn(body) {
            ControlFlow::Continue(status) => Ok(status),
            ControlFlow::Break(flow) => flow,
        })
    }

    /// Runs a loop, given how many of its turns to follow.
    fn in_loop(&mut self, turns: impl FnOnce(&mut Self, u32) -> Flow) -> Flow {
        let limit = if self.loop_depth == 0 { MAX_TURNS } else { MAX_INNER_TURNS };
        self.loop_depth += 1;
        let result = turns(self, limit);
        self.loop_depth -= 1;
        result
    }

    /// Runs the body of a loop once: its status, or what the whole loop comes to.
    fn turn(&mut self, body: &List) -> ControlFlow<Flow, Status> {
        match self.list(body) {
            Ok(status) => ControlFlow::Continue(status),
            Err(Jump::Continue(levels)) if levels <= 1 => ControlFlow::Continue(SUCCESS),
            Err(Jump::Break(levels)) if levels <= 1 => ControlFlow::Break(Ok(SUCCESS)),
            Err(Jump::Continue(levels)) => ControlFlow::Break(Err(Jump::Continue(levels - 1))),
            Err(Jump::Break(levels)) => ControlFlow::Break(Err(Jump::Break(levels - 1))),
            Err(jump) => ControlFlow::Break(Err(jump)),
        }
    }

    fn progress(&self) -> Progress {
        Progress {
            writes: self.writes,
            fresh: self.shared.fresh,
            variables: Rc::clone(&self.shell.variables),
            arrays: Rc::clone(&self.shell.arrays),
            parameters: self.shell.parameters.clone(),
            directory: self.shell.directory.clone(),
            input: self.input.clone(),
        }
    }
}
