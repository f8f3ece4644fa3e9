//! Follows a script from its first command to its last, each way once: what each command's failure comes to, what its
//! words are, and what is set where (POSIX XCU 2.8.1, 2.9; *set*, `-e`, in 2.15).

use std::rc::Rc;

use foldhash::HashMap;

use super::execution::{Execution, Input, Output, Step, Use};
use super::fate::{Fate, Place, Reason};
use super::loops::{self, Entry, Loop};
use super::unit::{Unit, Units, UnparsedText};
use super::variables::Variables;
use super::{Files, Setting, ends};
use crate::shell::ir::{Arm, Clause, Command, CommandKind, List, Word};
use crate::shell::options::Options;

/// How many commands of every kind are followed; functions that call each other could make endlessly many.
const MAX_STEPS: usize = 8_000;
/// How many simple commands are. Rules hold each against all others, so that this many take seconds; the scripts of real
/// projects have hundreds.
const MAX_EXECUTIONS: usize = 2_000;
/// How deep functions may call each other.
pub(super) const MAX_CALLS: usize = 8;

/// How a list ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// What follows runs.
    Runs,
    /// `return`: the rest of the function doesn't.
    Returns,
    /// `exit`, `exec`: nothing does.
    Exits,
}

/// What a shell holds.
#[derive(Clone)]
pub(super) struct Shell<'s> {
    /// The text that is being read.
    pub(super) unit: &'s Unit,
    pub(super) options: Options,
    pub(super) variables: Variables,
    pub(super) functions: Rc<HashMap<&'s str, (&'s Command, &'s Unit)>>,
    pub(super) parameters: Rc<[Option<String>]>,
    /// The action of `trap … EXIT`.
    pub(super) exit_trap: Option<&'s Unit>,
    /// That action ends with `exit 0`: nothing that fails from here on makes the shell fail.
    pub(super) always_succeeds: bool,
    /// Whether it ran something that isn't followed, which may have set variables.
    pub(super) has_unread: bool,
}

/// A script being followed.
pub(super) struct Follow<'s> {
    pub(super) files: &'s dyn Files,
    pub(super) units: &'s Units,
    pub(super) shell: Shell<'s>,
    /// Where the function that is running was called.
    pub(super) called_at: Option<Place>,
    pub(super) calls: usize,
    /// The names that the functions running have for themselves.
    pub(super) locals: Vec<String>,
    pub(super) loops_around: usize,
    /// Whether a branch was chosen by what the manifest sets.
    pub(super) is_chosen: bool,
    /// How much text the words may still come to.
    pub(super) text_budget: usize,
    steps: usize,
    pub(super) executions: Vec<Execution<'s>>,
    pub(super) all_steps: Vec<Step<'s>>,
    pub(super) loops: Vec<Loop<'s>>,
    pub(super) outputs: Vec<Output<'s>>,
    pub(super) inputs: Vec<Input<'s>>,
    pub(super) uses: Vec<Use<'s>>,
    pub(super) all_units: Vec<&'s Unit>,
    pub(super) unparsed: Vec<UnparsedText>,
}

/// How much text the words of a script may come to; constants may be joined again and again.
const TEXT_BUDGET: usize = 1 << 20;

impl<'s> Follow<'s> {
    pub(super) fn new(setting: &Setting<'s>) -> Self {
        let mut variables = Variables::environment(&setting.environment, &setting.unknown_environment);
        if let Some(directory) = &setting.directory {
            variables.enter(Some(directory));
        }
        let shell = Shell {
            unit: setting.main,
            options: setting.main.options,
            variables,
            functions: Rc::default(),
            parameters: setting.main.parameters.as_slice().into(),
            exit_trap: None,
            always_succeeds: false,
            has_unread: false,
        };
        Self {
            files: setting.files,
            units: setting.units,
            shell,
            called_at: None,
            calls: 0,
            locals: Vec::new(),
            loops_around: 0,
            is_chosen: false,
            text_budget: TEXT_BUDGET,
            steps: 0,
            executions: Vec::new(),
            all_steps: Vec::new(),
            loops: Vec::new(),
            outputs: Vec::new(),
            inputs: Vec::new(),
            uses: Vec::new(),
            all_units: Vec::new(),
            unparsed: Vec::new(),
        }
    }

    /// Follows the text of the shell from its start.
    pub(super) fn whole(&mut self, place: Place) {
        let unit = self.shell.unit;
        self.all_units.push(unit);
        self.list(&unit.script.body, place);
        if let Some(action) = self.shell.exit_trap.take() {
            self.shell.unit = action;
            self.shell.always_succeeds = false;
            self.all_units.push(action);
            let place = Place { last: None, unheeded: None, ..place };
            self.list(&action.script.body, if self.errexit() { place } else { place.ignored(Reason::Trap) });
        }
    }

    pub(super) fn is_exhausted(&self) -> bool {
        self.steps >= MAX_STEPS || self.executions.len() >= MAX_EXECUTIONS
    }

    pub(super) fn errexit(&self) -> bool {
        self.shell.options.errexit
    }

    /// What a failure at `place` comes to.
    pub(super) fn fate(&self, place: Place) -> Fate {
        let fate = place.fate(self.errexit());
        if self.shell.always_succeeds && fate.is_fatal() { Fate::Ignored(Reason::Trap) } else { fate }
    }

    pub(super) fn list(&mut self, list: &'s [Command], place: Place) -> End {
        for (index, command) in list.iter().enumerate() {
            let rest = list.get(index + 1..).unwrap_or_default();
            let own = self.place_in_list(command, rest, place);
            match self.command(command, own) {
                End::Runs => {}
                end => return end,
            }
        }
        End::Runs
    }

    /// What stands over `command` where `rest` follows it.
    fn place_in_list(&self, command: &Command, rest: &[Command], place: Place) -> Place {
        let next = rest.first();
        let own = match next.and_then(ends::hands_on_status) {
            Some(ends::Failing::Exit) => Place { last: Some(place.shell), ..place },
            Some(_) => self.called_at.map_or(place, |call| Place { last: call.last, ..place }),
            None => Place { last: place.last.filter(|_| rest.is_empty()), ..place },
        };
        if command.background {
            // What comes between may stop it: `kill $!; wait $!`.
            let background = !rest.iter().find(|next| !ends::is_prelude(next)).is_some_and(ends::waits);
            // `wait $!` has the status of what it waits for (POSIX XCU, *wait*).
            let wait = rest.iter().position(ends::waits_for_one);
            let own = match wait.and_then(|at| Some((rest.get(at)?, rest.get(at + 1..)?))) {
                Some((wait, rest)) => self.place_in_list(wait, rest, place).subshell(self.errexit()),
                None => own.ignored(Reason::Background),
            };
            return Place { background: place.background || background, ..own };
        }
        if own.last.is_none() && !self.errexit() && next.is_some_and(ends::looks_at_status) {
            return own.ignored(Reason::Tested);
        }
        own
    }

    pub(super) fn command(&mut self, command: &'s Command, place: Place) -> End {
        let (unit, fate) = (self.shell.unit, self.fate(place));
        self.steps += 1;
        self.all_steps.push(Step { unit, command, fate, conditional: place.conditional });
        if self.is_exhausted() {
            return End::Exits;
        }
        self.redirections(command, place);
        match &command.kind {
            CommandKind::Simple(simple) => return self.simple(command, simple, place),
            CommandKind::Group(list) => return self.list(list, place),
            CommandKind::Subshell(list) => {
                let place = place.subshell(self.errexit());
                self.subshell(|follow| follow.list(list, place));
            }
            CommandKind::Pipeline(commands) => self.pipeline(commands, place),
            CommandKind::Not(inner) => _ = self.command(inner, place.ignored(Reason::Negated)),
            CommandKind::Coprocess(inner) => {
                self.subshell(|follow| follow.command(inner, place.in_background()));
            }
            CommandKind::And(left, right) => return self.and(left, right, place),
            CommandKind::Or(left, right) => return self.or(left, right, place),
            CommandKind::If { arms, otherwise } => return self.if_clause(arms, otherwise.as_ref(), place),
            CommandKind::Loop { condition, body, .. } => {
                self.each_turn(command, Some(condition), body, place);
            }
            CommandKind::For { words, body, .. } => {
                let may_be_empty = words.as_ref().is_none_or(|words| words.iter().all(ends::may_vanish));
                self.words(words.as_deref().unwrap_or_default(), place.ignored(Reason::Substitution));
                self.loop_over(command, place, |follow| _ = follow.list(body, place.behind(may_be_empty)));
            }
            CommandKind::Select { words, body, .. } => {
                self.words(words.as_deref().unwrap_or_default(), place.ignored(Reason::Substitution));
                self.each_turn(command, None, body, place);
            }
            CommandKind::ArithmeticFor { body, .. } => self.each_turn(command, None, body, place),
            CommandKind::Case { subject, clauses } => return self.case(subject, clauses, place),
            CommandKind::Function { name, body } => {
                Rc::make_mut(&mut self.shell.functions).insert(name, (body, self.shell.unit));
            }
            CommandKind::Conditional(condition) => {
                self.condition(condition, place.ignored(Reason::Substitution));
            }
            CommandKind::Arithmetic(expression) => self.arithmetic(expression),
        }
        End::Runs
    }

    /// A loop whose body may never run.
    fn each_turn(&mut self, command: &'s Command, condition: Option<&'s List>, body: &'s List, place: Place) {
        self.loop_over(command, place, |follow| {
            if let Some(condition) = condition {
                follow.list(condition, place.ignored(Reason::Tested));
            }
            follow.list(body, place.behind(true));
        });
    }

    /// In a subshell environment: what it sets ends with it.
    pub(super) fn subshell<T>(&mut self, body: impl FnOnce(&mut Self) -> T) {
        let outer = self.shell.clone();
        body(self);
        self.shell = outer;
    }

    fn pipeline(&mut self, commands: &'s [Command], place: Place) {
        let last = commands.len().saturating_sub(1);
        for (index, command) in commands.iter().enumerate() {
            let counts = index == last || self.shell.options.pipefail;
            let place = if counts { place } else { place.ignored(Reason::EarlierInPipeline) };
            let place = place.subshell(self.errexit());
            self.subshell(|follow| follow.command(command, place));
        }
    }

    /// A way that may not be taken. Where it leaves, what it set doesn't hold for what follows.
    fn branch(&mut self, body: impl FnOnce(&mut Self) -> End) -> End {
        let before = self.shell.variables.clone();
        let end = body(self);
        if end == End::Runs {
            self.shell.variables.join(&before);
        } else {
            self.shell.variables = before;
        }
        end
    }

    fn and(&mut self, left: &'s Command, right: &'s Command, place: Place) -> End {
        let end = self.command(left, place.unheeded(Reason::LeftOfAnd));
        if end != End::Runs {
            return end;
        }
        let runs = self.decided(left);
        self.right_side(right, runs, place, ends::is_test(left))
    }

    fn or(&mut self, left: &'s Command, right: &'s Command, place: Place) -> End {
        let handed_on = match ends::failing_end(right, &self.shell.functions) {
            Some(ends::Failing::Exit) => place.exiting(),
            Some(ends::Failing::Return) => self.called_at.unwrap_or(place),
            Some(ends::Failing::Status) => place,
            None => place.ignored(Reason::LeftOfOr),
        };
        let end = self.command(left, Place { conditional: place.conditional, ..handed_on });
        if end != End::Runs {
            return end;
        }
        let runs = self.decided(left).map(|holds| !holds);
        self.right_side(right, runs, place, true)
    }

    /// What stands behind `&&` or `||`. `runs`: whether it does, where that is known; `is_behind_test` counts where it isn't.
    fn right_side(
        &mut self,
        right: &'s Command,
        runs: Option<bool>,
        place: Place,
        is_behind_test: bool,
    ) -> End {
        match runs {
            Some(true) => self.command(right, place),
            Some(false) => End::Runs,
            None => {
                self.branch(|follow| follow.command(right, place.behind(is_behind_test)));
                End::Runs
            }
        }
    }

    fn if_clause(&mut self, arms: &'s [Arm], otherwise: Option<&'s List>, place: Place) -> End {
        let mut after: Option<Variables> = None;
        let (mut ends, mut is_over) = (Vec::with_capacity(arms.len() + 1), false);
        for arm in arms {
            self.list(&arm.condition, place.ignored(Reason::Tested));
            let decided = self.decided_list(&arm.condition);
            if decided == Some(false) {
                continue;
            }
            let before = self.shell.variables.clone();
            let is_certain = decided == Some(true) && ends.is_empty();
            ends.push(self.list(&arm.body, place.behind(!is_certain)));
            self.merge(&mut after, ends.last().copied(), before);
            is_over = decided == Some(true);
            if is_over {
                break;
            }
        }
        if !is_over {
            let before = self.shell.variables.clone();
            let end = otherwise.map_or(End::Runs, |list| self.list(list, place.behind(true)));
            ends.push(end);
            self.merge(&mut after, Some(end), before);
        }
        self.shell.variables = after.unwrap_or_else(|| self.shell.variables.clone());
        least(&ends)
    }

    /// Adds what holds at the end of a branch to `after`, and goes back to what held before it.
    fn merge(&mut self, after: &mut Option<Variables>, end: Option<End>, before: Variables) {
        let own = std::mem::replace(&mut self.shell.variables, before);
        if end == Some(End::Runs) {
            match after {
                Some(after) => after.join(&own),
                None => *after = Some(own),
            }
        }
    }

    fn case(&mut self, subject: &'s Word, clauses: &'s [Clause], place: Place) -> End {
        self.word(subject, place.ignored(Reason::Substitution));
        if let Some(chosen) = self.chosen(subject, clauses) {
            return self.list(chosen, place);
        }
        for clause in clauses {
            self.words(&clause.patterns, place.ignored(Reason::Substitution));
            self.branch(|follow| follow.list(&clause.body, place.behind(true)));
        }
        End::Runs
    }

    /// A loop: what its body sets isn't known from its first turn on.
    fn loop_over(&mut self, command: &'s Command, place: Place, body: impl FnOnce(&mut Self)) {
        let shell = Entry {
            functions: Rc::clone(&self.shell.functions),
            variables: self.shell.variables.clone(),
            errexit: self.errexit() && place.unheeded.is_none(),
            pipefail: self.shell.options.pipefail,
        };
        let (index, from) = (self.loops.len(), self.executions.len());
        self.loops.push(Loop::new(self.shell.unit, command, place, from, shell));
        let names = loops::assigned(command);
        self.steps += names.visited;
        for name in &names.names {
            self.shell.variables.forget(name);
        }
        let variable = match &command.kind {
            CommandKind::For { name, .. } | CommandKind::Select { name, .. } => Some(name),
            _ => None,
        };
        let before = self.shell.variables.clone();
        if let Some(name) = variable {
            self.shell.variables.set(name, None);
        }
        self.loops_around += 1;
        body(self);
        self.loops_around -= 1;
        if let Some(own) = self.loops.get_mut(index) {
            own.runs.end = self.executions.len();
        }
        self.shell.variables.join(&before);
    }

    /// Calls a function (POSIX XCU 2.9.5); `None` where it isn't followed.
    pub(super) fn call(&mut self, name: &str, arguments: &[Option<String>], place: Place) -> Option<End> {
        let (body, unit) = self.shell.functions.get(name).copied()?;
        if self.calls >= MAX_CALLS {
            self.shell.has_unread = true;
            return None;
        }
        let first = self.shell.parameters.first().cloned().flatten();
        let parameters = std::iter::once(first).chain(arguments.iter().skip(1).cloned()).collect();
        let parameters = std::mem::replace(&mut self.shell.parameters, parameters);
        let outer = std::mem::replace(&mut self.shell.unit, unit);
        let place = place.called(self.errexit());
        let called_at = self.called_at.replace(place);
        let (locals, before) = (self.locals.len(), self.shell.variables.clone());
        self.calls += 1;
        let end = self.command(body, place);
        self.calls -= 1;
        self.end_locals(locals, &before);
        self.called_at = called_at;
        (self.shell.unit, self.shell.parameters) = (outer, parameters);
        Some(if end == End::Exits { End::Exits } else { End::Runs })
    }
}

/// The end of branches of which one is taken.
fn least(ends: &[End]) -> End {
    if ends.contains(&End::Runs) {
        End::Runs
    } else if ends.contains(&End::Returns) {
        End::Returns
    } else {
        End::Exits
    }
}
