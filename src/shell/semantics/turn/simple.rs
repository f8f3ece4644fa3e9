//! Simple commands in a turn of a loop, while nothing that it asks for is there.

use super::outcome::{Jump, Outcome, Status};
use super::value::Value;
use super::{MAX_DEPTH, Turn, key};
use crate::commands::{self, Awaited, Call, Record, Trait};
use crate::shell::ir::{Assignment, Command, PartKind, Redirection, RedirectionKind, Simple, Word};
use crate::shell::semantics::execution::Execution;
use crate::shell::semantics::unit::{Unit, UnitKind};
use crate::shell::semantics::{ends, loops};

impl<'f, 's> Turn<'f, 's> {
    /// The status of a command that reads nothing from its input.
    pub(super) fn consumer(&self, command: &Command) -> Option<Status> {
        if self.failed.as_ref().is_some_and(|failed| failed.has(command)) {
            return None;
        }
        let words = self.execution(command)?.written();
        let call = Call::of(words);
        if call.is(Trait::Test) || call.is(Trait::RejectsEmptyInput) {
            return Some(Status::Fails);
        }
        call.is(Trait::AcceptsEmptyInput).then_some(Status::Succeeds)
    }

    /// `sleep 1 & wait`.
    pub(super) fn passes_time(&self, command: &Command) -> bool {
        let Some(execution) = self.execution(command) else { return false };
        let words = execution.written();
        let call = Call::of(words);
        call.is(Trait::Waits) && call.is(Trait::OnlyPrints)
    }

    fn execution(&self, command: &Command) -> Option<&'f Execution<'s>> {
        self.first_runs.get(&key(command)).and_then(|at| self.runs.get(*at))
    }

    /// The port that a redirection of `command` opens (bash(1), REDIRECTION).
    pub(super) fn device(&self, command: &Command) -> Option<Awaited> {
        if self.failed.is_some() {
            return None;
        }
        let path = |redirection: &Redirection| {
            let (RedirectionKind::Read(word)
            | RedirectionKind::ReadWrite(word)
            | RedirectionKind::Write(word)
            | RedirectionKind::Append(word)) = &redirection.kind
            else {
                return None;
            };
            Awaited::of_device(&self.shown(word))
        };
        command.redirections.iter().find_map(path)
    }

    pub(super) fn simple(&mut self, command: &Command, simple: &Simple, keep: Option<bool>) -> Outcome {
        if simple.words.is_empty() {
            return Outcome::is(self.assignments(&simple.assignments));
        }
        if let Some(status) = self.substitution_alone(simple) {
            return Outcome::is(status);
        }
        let execution = self.execution(command);
        let words = match execution {
            Some(execution) => execution.written().to_vec(),
            None => simple.words.iter().map(|word| self.shown(word)).collect(),
        };
        let name = words.first().map_or("", String::as_str);
        if let Some((body, _)) = self.shell.functions.get(name).copied() {
            return self.function(body);
        }
        if let Some(outcome) = self.jump(command, simple, &words) {
            return outcome;
        }
        if let Some(outcome) = self.builtin(command, simple, name, keep) {
            return outcome;
        }
        // What its words ask for is no matter: an empty word is one, too.
        let asked = self.asked.len();
        for word in &simple.words {
            self.word(word);
        }
        self.asked.truncate(asked);
        self.external(command, execution, &words)
    }

    /// `$(curl …)` as a command: what asks for something says nothing, so that nothing is run and the status stays.
    fn substitution_alone(&mut self, simple: &Simple) -> Option<Status> {
        let [word] = simple.words.as_slice() else { return None };
        let is_alone =
            word.parts.iter().all(|part| matches!(part.kind, PartKind::Substitution { quoted: false, .. }));
        let asked = self.asked_by_now();
        (is_alone && !word.parts.is_empty()).then(|| self.word(word))?;
        (self.asked_by_now() > asked).then_some(self.last)
    }

    /// In a pipeline whose last command only reads what the others say, `head` is what is asked.
    pub(super) fn ask_head(&mut self, head: Option<&Command>, last: &Command, from: usize) {
        let Some(words) = head.and_then(|head| self.execution(head)).map(Execution::written) else { return };
        if self.consumer(last).is_none() {
            return;
        }
        for asked in self.asked.iter_mut().skip(from) {
            if matches!(asked.what, Awaited::Command(_)) {
                asked.what = Awaited::of(&Call::of(words));
            }
        }
    }

    /// `ls DIR | grep NAME` asks for an entry of a folder that is there itself.
    pub(super) fn ask_for_entry(&mut self, commands: &[Command], from: usize) {
        let words = |command: &Command| self.execution(command).map(Execution::written);
        let Some((head, rest)) = commands.split_first() else { return };
        if !words(head).is_some_and(|words| commands::lists_folder(&Call::of(words))) {
            return;
        }
        let mut searched =
            rest.iter().filter_map(words).map(|words| commands::searched_name(&Call::of(words)));
        let Some(name) = searched.find_map(|name| name) else { return };
        for asked in self.asked.iter_mut().skip(from) {
            if let Awaited::File(path) = &mut asked.what {
                *path = format!("{}/{name}", path.trim_end_matches('/'));
            }
        }
    }

    /// In a pipeline whose last command wants to find something in what the others say, that they succeed isn't enough.
    pub(super) fn ask_through(&mut self, last: &Command, from: usize) {
        let Some(words) = self.execution(last).map(Execution::written) else { return };
        let call = Call::of(words);
        for asked in self.asked.iter_mut().skip(from) {
            if let Awaited::Command(command) = &mut asked.what {
                *command = format!("{command} | {}", call.name());
            }
        }
    }

    /// A command that goes elsewhere than to the next one.
    fn jump(&mut self, command: &Command, simple: &Simple, words: &[String]) -> Option<Outcome> {
        let first = simple.words.first().and_then(Word::literal)?;
        let second = words.get(1).map(String::as_str);
        let levels = || second.and_then(|levels| levels.parse().ok()).unwrap_or(1).max(1);
        let leaves = first == "exit" || simple.words.len() > 1;
        Some(match first.as_str() {
            // A script that ends before anything has failed is none of those that are asked about.
            "exit" | "exec" if leaves && self.failed.as_ref().is_some_and(|failed| !failed.has_begun) => {
                Outcome { falls: false, ..Outcome::is(Status::Either) }
            }
            "exit" => {
                let status = second.map(|status| status.parse::<u32>().ok());
                Outcome::jump(Jump::Exit(match status {
                    None => self.last,
                    Some(Some(status)) => Status::of(status % 256 == 0),
                    Some(None) if simple.words.get(1).is_some_and(ends::is_last_status) => self.last,
                    Some(None) => Status::Either,
                }))
            }
            "exec" if leaves => {
                let fails = self.failed.as_ref().is_some_and(|failed| failed.has(command));
                Outcome::jump(Jump::Exit(if fails { Status::Fails } else { Status::Either }))
            }
            "return" => {
                let status = second.and_then(|status| status.parse::<u32>().ok());
                Outcome::jump(Jump::Return(status.map_or(self.last, |status| Status::of(status == 0))))
            }
            "break" => Outcome::jump(Jump::Break(levels())),
            "continue" => Outcome::jump(Jump::Continue(levels())),
            // What they run isn't known here: it may leave.
            "eval" | "." | "source" if self.failed.is_none() => {
                Outcome { falls: true, ..Outcome::jump(Jump::Exit(Status::Either)) }
            }
            _ => return None,
        })
    }

    /// What the shell does itself.
    fn builtin(
        &mut self,
        command: &Command,
        simple: &Simple,
        name: &str,
        keep: Option<bool>,
    ) -> Option<Outcome> {
        let status = match name {
            "true" | ":" | "wait" | "set" | "trap" | "cd" | "umask" | "ulimit" => Status::Succeeds,
            "false" => Status::Fails,
            "test" | "[" => {
                let condition = crate::shell::condition::test_command(&simple.words);
                let status = condition.map_or(Status::Either, |condition| self.condition(&condition, keep));
                self.told(command, status)
            }
            "read" | "mapfile" | "readarray" | "getopts" | "shift" | "let" | "unset" => {
                self.touch(command);
                Status::Either
            }
            "export" | "local" | "readonly" | "declare" | "typeset" => {
                self.declaration(&simple.words);
                Status::Succeeds
            }
            _ => return None,
        };
        Some(Outcome::is(status))
    }

    /// A program, or a shell with a text of its own.
    fn external(
        &mut self,
        command: &Command,
        execution: Option<&'f Execution<'s>>,
        words: &[String],
    ) -> Outcome {
        if let Some(unit) = execution.and_then(|execution| self.shell_of(execution)) {
            return self.inner(|turn| {
                let own = turn.list(&unit.script.body, true).apart();
                let is_limited = unit.wrapper.iter().any(|word| commands::is(word, Trait::LimitsTime));
                Outcome { falls: own.falls || is_limited, ..own }
            });
        }
        if self.failed.is_some() {
            return Outcome::is(self.status_of(command, words));
        }
        let call = Call::of(words);
        if call.is(Trait::OnlyPrints) {
            self.sleeps |= call.is(Trait::Waits);
            self.pause = self.pause.max(commands::pause(&call));
            return Outcome::is(Status::Succeeds);
        }
        let is_probe = call.is(Trait::Probe) || call.is(Trait::Waits);
        let asks = is_probe || call.is(Trait::Test) || call.is(Trait::NeedsNetwork);
        let what = Awaited::of(&call);
        let looks = matches!(what, Awaited::File(_) | Awaited::Host { .. });
        if !asks && !looks && call.record().is_some_and(Record::has_effect) {
            return Outcome::is(Status::Either);
        }
        self.asks(what, is_probe || looks);
        Outcome::is(Status::Fails)
    }

    /// The text that `execution` hands to a shell.
    fn shell_of(&self, execution: &Execution<'s>) -> Option<&'s Unit> {
        let at = *self.first_runs.get(&key(execution.command))?;
        let unit = self.runs.get(at + 1)?.unit;
        let is_new = matches!(unit.kind, UnitKind::Text | UnitKind::File);
        (is_new && !std::ptr::eq(unit, execution.unit)).then_some(unit)
    }

    fn function(&mut self, body: &Command) -> Outcome {
        self.inner(|turn| {
            let own = turn.command(body, None, true);
            let returned = |jump: &Jump| if let Jump::Return(status) = jump { Some(*status) } else { None };
            let returns = own.jumps.iter().filter_map(returned);
            let status = returns.chain(own.falls.then_some(own.status)).reduce(Status::or);
            let jumps = own.jumps.iter().filter(|jump| returned(jump).is_none()).copied().collect();
            Outcome { status: status.unwrap_or(Status::Either), falls: status.is_some(), jumps }
        })
    }

    fn inner(&mut self, body: impl FnOnce(&mut Self) -> Outcome) -> Outcome {
        if self.depth >= MAX_DEPTH {
            return Outcome { falls: true, ..Outcome::jump(Jump::Exit(Status::Either)) };
        }
        self.depth += 1;
        let outcome = body(self);
        self.depth -= 1;
        outcome
    }

    /// The status of assignments alone is that of the last substitution in them.
    fn assignments(&mut self, assignments: &[Assignment]) -> Status {
        let mut status = Status::Succeeds;
        for assignment in assignments {
            let before = self.asked_by_now();
            let value = match assignment.value.words() {
                [word] if !assignment.append => self.word(word),
                _ => Value::Changing,
            };
            if self.asked_by_now() > before {
                status = self.last;
            }
            self.sets(&assignment.name, value);
        }
        status
    }

    /// `local NAME=value`.
    fn declaration(&mut self, words: &[Word]) {
        for word in words.iter().skip(1) {
            let value = self.word(word);
            let text = self.shown(word);
            let Some((name, _)) = text.split_once('=') else { continue };
            let value = match value {
                Value::Text(text) => Value::Text(text.split_once('=').map_or("", |(_, own)| own).to_owned()),
                other => other,
            };
            self.sets(name, value);
        }
    }

    /// What a command sets in a way that isn't followed.
    fn touch(&mut self, command: &Command) {
        for name in loops::assigned(command).names {
            self.sets(&name, Value::Changing);
        }
        // `shift` and `getopts` go on through the parameters.
        self.touched.insert("@".to_owned());
    }
}
