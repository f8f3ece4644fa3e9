//! Lists, pipelines and compound commands (POSIX XCU 2.9.2 to 2.9.5).

use std::ops::Range;
use std::rc::Rc;

use super::{
    Branch, ChangeKind, FAILURE, FailureCause, Flow, Function, GuardOverSlowCommand, Jump, Machine, SUCCESS,
    Sink, Status,
};
use crate::commands::{self, DATA, Trait};
use crate::rerun::state::places::Place;
use crate::rerun::state::tree::Node;
use crate::shell::condition::is_test_name;
use crate::shell::ir::{Arm, Clause, Command, CommandKind, List, Redirection, RedirectionKind, Word};

impl Machine<'_, '_> {
    pub(super) fn list(&mut self, list: &List) -> Flow {
        let status_is_tested = self.status_is_tested;
        let mut status = SUCCESS;
        for (index, command) in list.iter().enumerate() {
            self.status_is_tested = status_is_tested && index + 1 == list.len();
            status = self.command(command)?;
        }
        self.status_is_tested = status_is_tested;
        Ok(status)
    }

    pub(super) fn command(&mut self, command: &Command) -> Flow {
        self.step()?;
        let status =
            if command.background { self.in_background(command)? } else { self.in_foreground(command)? };
        self.shell.status = status;
        if self.shell.options.errexit && self.errexit_ignored == 0 && is_test(command) {
            self.branch(&command.range, status == SUCCESS);
        }
        if status != SUCCESS && self.errexit_ignored == 0 && exits(&command.kind) {
            self.run_err_trap()?;
            if self.shell.options.errexit {
                return Err(Jump::Exit(status));
            }
        }
        Ok(status)
    }

    fn in_foreground(&mut self, command: &Command) -> Flow {
        match &command.kind {
            CommandKind::Simple(simple) => self.simple(command, simple),
            _ if command.redirections.is_empty() => self.compound(command),
            _ => self.redirected(&command.redirections, |machine| machine.compound(command)),
        }
    }

    /// A command in the background is a subshell (POSIX XCU 2.9.3.1): notes what comes of it, for `wait`.
    fn in_background(&mut self, command: &Command) -> Flow {
        let status = self.subshell(|machine| machine.in_foreground(command))?;
        self.shell.jobs += 1;
        self.shell.job = (status, self.log.cause.take());
        Ok(SUCCESS)
    }

    /// Runs the action of bash's `trap … ERR`.
    fn run_err_trap(&mut self) -> Result<(), Jump> {
        let Some(action) = self.shell.err_trap.take() else { return Ok(()) };
        let cause = self.log.cause.clone();
        self.run_text(&action, self.current_range())?;
        self.log.cause = cause;
        self.shell.err_trap = Some(action);
        Ok(())
    }

    fn compound(&mut self, command: &Command) -> Flow {
        match &command.kind {
            CommandKind::Simple(simple) => self.simple(command, simple),
            CommandKind::Pipeline(parts) => self.pipeline(parts),
            CommandKind::Not(inner) => {
                let status = self.errexit_ignored(true, |machine| machine.command(inner))?;
                Ok(if status == SUCCESS { FAILURE } else { SUCCESS })
            }
            CommandKind::And(left, right) => {
                let (status_is_tested, missing) = (self.status_is_tested, self.log.missing.len());
                let status = self.errexit_ignored(status_is_tested, |machine| machine.command(left))?;
                let branch = self.branch(&left.range, status == SUCCESS);
                if status != SUCCESS {
                    self.passed_over(branch, missing);
                    return Ok(status);
                }
                self.guarded(&branch, missing, |machine| machine.command(right))
            }
            CommandKind::Or(left, right) => {
                let (status_is_tested, missing) =
                    (self.status_is_tested || !is_trivial(right), self.log.missing.len());
                let status = self.errexit_ignored(status_is_tested, |machine| machine.command(left))?;
                let branch = self.branch(&left.range, status == SUCCESS);
                if status == SUCCESS {
                    self.passed_over(branch, missing);
                    return Ok(status);
                }
                self.guarded(&branch, missing, |machine| machine.command(right))
            }
            CommandKind::If { arms, otherwise } => self.if_clause(arms, otherwise.as_ref()),
            CommandKind::Loop { until, condition, body } => self.condition_loop(*until, condition, body),
            CommandKind::For { name, words, body } => {
                self.for_loop(&command.range, name, words.as_deref(), body)
            }
            CommandKind::ArithmeticFor { init, condition, step, body } => {
                self.arithmetic_for(&command.range, [&init.text, &condition.text, &step.text], body)
            }
            CommandKind::Select { name, body, .. } => self.select(name, body),
            CommandKind::Coprocess(inner) => self.subshell(|machine| machine.command(inner)),
            CommandKind::Case { subject, clauses } => self.case(subject, clauses),
            CommandKind::Group(list) => self.list(list),
            CommandKind::Subshell(list) => self.subshell(|machine| machine.list(list)),
            CommandKind::Function { name, body } => {
                self.define(name, body);
                Ok(SUCCESS)
            }
            CommandKind::Conditional(condition) => self.condition_status(condition),
            CommandKind::Arithmetic(expression) => Ok(self.arithmetic_status(&expression.text)),
        }
    }

    fn define(&mut self, name: &str, body: &Command) {
        let fixed = self.frame.fixed.is_some();
        let site = self.site(&body.range);
        let copy = || Rc::new(body.clone());
        // Texts made while running share a place: there it tells nothing.
        let body =
            if fixed { copy() } else { Rc::clone(self.shared.bodies.entry(site).or_insert_with(copy)) };
        let function = Function { body, frame: self.frame.clone() };
        Rc::make_mut(&mut self.shell.functions).insert(name.to_owned(), function);
    }

    /// Runs `body` where `set -e` doesn't count.
    pub(super) fn errexit_ignored(
        &mut self,
        status_is_tested: bool,
        body: impl FnOnce(&mut Self) -> Flow,
    ) -> Flow {
        let before = std::mem::replace(&mut self.status_is_tested, status_is_tested);
        self.errexit_ignored += 1;
        let result = body(self);
        self.errexit_ignored -= 1;
        self.status_is_tested = before;
        result
    }

    /// Notes which way a branch went.
    pub(super) fn branch(&mut self, range: &Range<usize>, held: bool) -> Branch {
        let (site, changes, missing) = (self.site(range), self.log.changes.len(), self.log.missing.len());
        let branch = Branch { site, held, clause: 0, changes, missing, until: usize::MAX };
        self.log.branches.push(branch.clone());
        branch
    }

    /// Runs what the condition of `guard` stands over, and notes where that is one long command
    /// that makes what the condition found missing.
    fn guarded(&mut self, guard: &Branch, missing: usize, body: impl FnOnce(&mut Self) -> Flow) -> Flow {
        let tested: Vec<Place> = self.log.missing.get(missing..).unwrap_or_default().to_vec();
        let result = body(self);
        if result.is_ok()
            && let Some(branch) = self.log.branches.iter_mut().rev().find(|branch| *branch == guard)
        {
            branch.until = self.log.changes.len();
        }
        self.note_slow_command(guard, &tested);
        result
    }

    /// Notes that what `guard` stands over was passed over: all that follows may hang on it, where that ends the script.
    fn passed_over(&mut self, guard: Branch, missing: usize) {
        let tested = self.log.missing.get(missing..).unwrap_or_default();
        if self.assumptions.is_first() && !tested.is_empty() {
            self.log.passed_over.push((guard, tested.to_vec()));
        }
    }

    /// Notes the guards that were passed over and after which one long command is all that is left.
    pub(super) fn note_slow_commands_at_end(&mut self) {
        for (guard, tested) in std::mem::take(&mut self.log.passed_over) {
            self.note_slow_command(&guard, &tested);
        }
    }

    /// Notes a guard after which nothing but one long command makes what the guard found missing.
    fn note_slow_command(&mut self, guard: &Branch, tested: &[Place]) {
        if let Some([first, rest @ ..]) = self.log.changes.get(guard.changes..)
            && std::iter::once(first).chain(rest).any(|change| change.manner == ChangeKind::Slow)
            && rest.iter().all(|change| change.site == first.site)
            // `.git` is what people test for on purpose: a broken one makes the next git command fail.
            && let Some(tested) = tested.iter().find(|it| it.touches(&first.place) && !matches!(it.name(), ".git" | "HEAD"))
            && !self.is_data(tested, &first.place)
        {
            let (command, place) = (first.site, first.place.clone());
            if self.log.guards_over_slow_commands.iter().any(|known| known.command == command) {
                return;
            }
            self.log.guards_over_slow_commands.push(GuardOverSlowCommand {
                guard: guard.site,
                held: guard.held,
                command,
                place,
                tested: tested.clone(),
            });
        }
    }

    /// Whether `tested` is in a database's data at `place`: with half of that no server starts, and no other test would let a
    /// command pass that takes an empty folder alone.
    fn is_data(&self, tested: &Place, place: &Place) -> bool {
        let Node::Directory(fill) = self.volumes.see(place) else { return false };
        tested != place && tested.is_within(place) && fill.iter().any(|key| key.starts_with(DATA))
    }

    fn if_clause(&mut self, arms: &[Arm], otherwise: Option<&List>) -> Flow {
        let (first, mut last) = (self.log.missing.len(), None);
        for arm in arms {
            let missing = self.log.missing.len();
            let status = self.errexit_ignored(true, |machine| machine.list(&arm.condition))?;
            let branch = self.branch(&range_of(&arm.condition), status == SUCCESS);
            if status == SUCCESS {
                return self.guarded(&branch, missing, |machine| machine.list(&arm.body));
            }
            last = Some(branch);
        }
        let Some(branch) = last else { return Ok(SUCCESS) };
        match otherwise {
            Some(list) => self.guarded(&branch, first, |machine| machine.list(list)),
            None => {
                self.passed_over(branch, first);
                Ok(SUCCESS)
            }
        }
    }

    fn case(&mut self, subject: &Word, clauses: &[Clause]) -> Flow {
        let site = self.site(&subject.range);
        let subject = self.text_of(subject)?;
        let mut falling = false;
        for (index, clause) in clauses.iter().enumerate() {
            let mut held = falling;
            for pattern in &clause.patterns {
                held = held || self.case_matches(&subject, pattern)?;
            }
            if held {
                let (changes, missing) = (self.log.changes.len(), self.log.missing.len());
                self.log.branches.push(Branch {
                    site,
                    held,
                    clause: index,
                    changes,
                    missing,
                    until: usize::MAX,
                });
                let status = self.list(&clause.body)?;
                if !clause.falls_through {
                    return Ok(status);
                }
                falling = true;
            }
        }
        Ok(SUCCESS)
    }

    /// Runs `body` in a subshell environment: only files outlive it.
    pub(super) fn subshell(&mut self, body: impl FnOnce(&mut Self) -> Flow) -> Flow {
        let (outer, depth) = (self.shell.clone(), self.sinks.len());
        self.shell.exit_trap = None;
        self.shell.err_trap = None;
        let result = self.deeper(body);
        let result = self.run_exit_trap(result);
        self.shell = outer;
        self.sinks.truncate(depth);
        match result {
            Err(Jump::Exit(status) | Jump::Return(status)) => Ok(status),
            Err(Jump::Break(_) | Jump::Continue(_)) => Ok(SUCCESS),
            other => other,
        }
    }

    /// A pipeline: its parts run one after another here, each on what the last one wrote.
    fn pipeline(&mut self, parts: &[Command]) -> Flow {
        let outer = self.input.clone();
        let status_is_tested = self.status_is_tested;
        let (mut failed, mut cause) = (SUCCESS, None);
        let mut status = SUCCESS;
        for (index, part) in parts.iter().enumerate() {
            let last = index + 1 == parts.len();
            self.status_is_tested = status_is_tested && last;
            if !last {
                self.sinks.push(Sink::Text(String::new()));
                self.pipeline_depth += 1;
            }
            let result = self.subshell(|machine| machine.command(part));
            if !last {
                self.pipeline_depth -= 1;
                if let Some(Sink::Text(text)) = self.sinks.pop() {
                    self.input = Some(text.into());
                }
            }
            status = result?;
            if status != SUCCESS {
                failed = status;
                cause.clone_from(&self.log.cause);
            }
        }
        self.input = outer;
        self.status_is_tested = status_is_tested;
        if !self.shell.options.pipefail {
            return Ok(status);
        }
        self.log.cause = cause;
        Ok(failed)
    }

    /// Runs the action of `trap … EXIT`, which keeps the exit status unless it exits itself.
    pub(super) fn run_exit_trap(&mut self, end: Flow) -> Flow {
        let Some(action) = self.shell.exit_trap.take() else { return end };
        let status = match end {
            Ok(status) | Err(Jump::Exit(status) | Jump::Return(status)) => status,
            other => return other,
        };
        self.shell.status = status;
        let cause = self.log.cause.take();
        if let Err(jump @ (Jump::Exit(_) | Jump::GiveUp)) = self.run_text(&action, self.current_range()) {
            return Err(jump);
        }
        self.log.cause = cause;
        Err(Jump::Exit(status))
    }

    /// Runs `body` with `redirections` in place.
    pub(super) fn redirected(
        &mut self,
        redirections: &[Redirection],
        body: impl FnOnce(&mut Self) -> Flow,
    ) -> Flow {
        let (input, depth) = (self.input.clone(), self.sinks.len());
        let opened = self.open(redirections);
        let result = match opened {
            Ok(SUCCESS) => body(self),
            other => other,
        };
        self.sinks.truncate(depth);
        // What a command reads of an input that it shares with the next is read.
        if redirections.iter().any(is_input) {
            self.input = input;
        }
        result
    }

    /// Makes redirections, in order (POSIX XCU 2.7).
    pub(super) fn open(&mut self, redirections: &[Redirection]) -> Flow {
        for redirection in redirections {
            let standard_output = matches!(redirection.descriptor, None | Some(1));
            let status = match &redirection.kind {
                RedirectionKind::Write(word) => match self.refused_by_noclobber(word)? {
                    SUCCESS => self.open_output(word, false, standard_output)?,
                    refused => refused,
                },
                RedirectionKind::Clobber(word) => self.open_output(word, false, standard_output)?,
                RedirectionKind::Append(word) => self.open_output(word, true, standard_output)?,
                RedirectionKind::WriteBoth { target, append } => self.open_output(target, *append, true)?,
                RedirectionKind::ReadWrite(_) => SUCCESS,
                RedirectionKind::Read(word) => self.open_input(word)?,
                RedirectionKind::HereDocument(word) => {
                    let text = self.text_of(word)?;
                    self.input = Some(text.into());
                    SUCCESS
                }
                RedirectionKind::HereString(word) => {
                    let text = self.text_of(word)?;
                    self.input = Some(format!("{text}\n").into());
                    SUCCESS
                }
                RedirectionKind::Duplicate(word) => {
                    if standard_output && word.literal().as_deref() == Some("2") {
                        self.sinks.push(Sink::Console);
                    }
                    SUCCESS
                }
            };
            if status != SUCCESS {
                return Ok(status);
            }
        }
        Ok(SUCCESS)
    }

    /// Under `set -C`, `>` refuses a file that exists (POSIX XCU 2.7.2).
    fn refused_by_noclobber(&mut self, word: &Word) -> Flow {
        if !self.shell.options.noclobber {
            return Ok(SUCCESS);
        }
        let path = self.text_of(word)?;
        let place = self.place(&path);
        let is_file = !path.starts_with("/dev/") && matches!(self.look(&place), Node::File(_));
        Ok(if is_file { self.refuse(Some(&place), FailureCause::Exists) } else { SUCCESS })
    }

    fn open_output(&mut self, word: &Word, append: bool, standard_output: bool) -> Flow {
        let path = self.text_of(word)?;
        if path.starts_with("/dev/") || path.is_empty() {
            if standard_output {
                self.sinks.push(Sink::Console);
            }
            return Ok(SUCCESS);
        }
        let place = self.place(&path);
        let status: Status =
            if append { self.append(&place, "") } else { self.write(&place, "", ChangeKind::Write) };
        if status == SUCCESS && standard_output {
            self.opened += 1;
            self.sinks.push(Sink::File(place, self.opened));
        }
        Ok(status)
    }

    fn open_input(&mut self, word: &Word) -> Flow {
        let path = self.text_of(word)?;
        if path.starts_with("/dev/") {
            self.input = None;
            return Ok(SUCCESS);
        }
        match self.as_world().needs(&path) {
            Ok(place) => {
                self.input = self.read(&place);
                Ok(SUCCESS)
            }
            Err(status) => Ok(status),
        }
    }
}

fn is_input(redirection: &Redirection) -> bool {
    matches!(
        redirection.kind,
        RedirectionKind::Read(_) | RedirectionKind::HereDocument(_) | RedirectionKind::HereString(_)
    )
}

/// The commands whose own failure `set -e` acts on; in the others some inner command's does.
fn exits(kind: &CommandKind) -> bool {
    matches!(
        kind,
        CommandKind::Simple(_)
            | CommandKind::Pipeline(_)
            | CommandKind::Subshell(_)
            | CommandKind::Conditional(_)
            | CommandKind::Arithmetic(_)
    )
}

/// Whether it is a test by itself: under `set -e` all that follows hangs on it.
fn is_test(command: &Command) -> bool {
    match &command.kind {
        CommandKind::Conditional(_) => true,
        CommandKind::Not(inner) => is_test(inner),
        CommandKind::Simple(_) => first_word(command).is_some_and(|name| is_test_name(&name)),
        _ => false,
    }
}

fn first_word(command: &Command) -> Option<String> {
    match &command.kind {
        CommandKind::Simple(simple) => simple.words.first()?.literal(),
        _ => None,
    }
}

/// Commands after `||` that do nothing to anything: which way the branch goes doesn't matter.
fn is_trivial(command: &Command) -> bool {
    command.redirections.is_empty()
        && first_word(command).is_some_and(|word| {
            matches!(word.as_str(), "true" | ":" | "break" | "continue")
                || commands::is(&word, Trait::OnlyPrints)
        })
}

pub(super) fn is_always_true(condition: &List) -> bool {
    matches!(condition.as_slice(), [only] if matches!(first_word(only).as_deref(), Some("true" | ":")))
}

/// From the first command of a list to its last.
pub(super) fn range_of(list: &List) -> Range<usize> {
    let start = list.first().map_or(0, |command| command.range.start);
    list.last().map_or(start..start, |last| start..last.range.end)
}
