//! Commands that run other commands: wrappers, shells, scripts in files.

use std::ops::Range;
use std::rc::Rc;

use super::{Flow, Frame, Machine, SUCCESS, Sink, Status};
use crate::commands::{self, Call, Trait};
use crate::rerun::Bound;
use crate::rerun::state::atoms::is_known;
use crate::rerun::state::tree::Node;
use crate::shell;
use crate::shell::invocation::{self, Invocation, base_name};
use crate::shell::options::{Options, Shell};

/// What xargs exits with where a command that it ran failed.
const SOME_FAILED: Status = 123;

impl Machine<'_, '_> {
    /// Runs `words` where they run another command that can be seen.
    pub(super) fn nested(&mut self, words: &Rc<[String]>) -> Option<Flow> {
        let name = words.first()?;
        let known: Vec<Option<&str>> =
            words.iter().map(|word| is_known(word).then_some(word.as_str())).collect();
        match invocation::of(&known) {
            Invocation::Script { wrapper, options, text, .. } => {
                self.wrapped(words, wrapper, |machine| Some(machine.script(words, options, text)))
            }
            Invocation::File { wrapper, options, path, shell } => self.wrapped(words, wrapper, |machine| {
                let operands = words.get(path..)?;
                let options = Some(options).filter(|_| shell.is_some());
                let run = machine.subshell_file(operands.first()?, operands, options);
                let is_certain = shell.is_some() || wrapper > 0;
                run.or_else(|| is_certain.then(|| Ok(machine.unknown_command(words))))
            }),
            Invocation::Exec { program: 0 } if name.contains('/') => self.subshell_file(name, words, None),
            Invocation::Exec { program: 0 } if commands::is(name, Trait::RunsOnInput) => self.xargs(words),
            Invocation::Exec { program: 0 } => self.found(words),
            Invocation::Exec { program } => self.wrapped(words, program, |machine| {
                let rest: Rc<[String]> = words.get(program..)?.into();
                Some(machine.deeper(|machine| machine.invoke(&rest)))
            }),
            Invocation::Elsewhere => Some(self.run_abroad(words)),
            Invocation::Unknown if Shell::named(base_name(name)).is_some() => {
                Some(self.shell_on_input(words))
            }
            Invocation::OtherLanguage(_) | Invocation::Unknown => None,
        }
    }

    /// `xargs`, where all that it reads is known.
    fn xargs(&mut self, words: &Rc<[String]>) -> Option<Flow> {
        let call = Call::of(words);
        let command = words.get(call.operands_from()..)?.to_vec();
        let input = self.input().filter(|text| is_known(text))?;
        if command.is_empty() || call.has("0 null d delimiter a L") {
            return None;
        }
        let most = call.value("n max-args").and_then(|number| number.parse().ok()).unwrap_or(usize::MAX);
        let runs: Vec<Vec<String>> = match call.value("I") {
            Some(mark) => {
                let lines = input.lines().map(str::trim).filter(|line| !line.is_empty());
                lines.map(|line| command.iter().map(|word| word.replace(mark, line)).collect()).collect()
            }
            None => {
                let items: Vec<&str> = input.split_whitespace().collect();
                let with = |items: &[&str]| {
                    command.iter().cloned().chain(items.iter().map(ToString::to_string)).collect()
                };
                items.chunks(most.max(1)).map(with).collect()
            }
        };
        self.input = Some(Rc::default());
        let mut status = SUCCESS;
        for words in runs {
            match self.deeper(|machine| machine.invoke(&words.into())) {
                Ok(SUCCESS) => {}
                Ok(_) => status = SOME_FAILED,
                other => return Some(other),
            }
        }
        Some(Ok(status))
    }

    /// `find … -exec COMMAND {} +`, where all that it finds is known. What removes is followed by `find` itself.
    fn found(&mut self, words: &Rc<[String]>) -> Option<Flow> {
        let (search, command, counts) = commands::run_on_found(&Call::of(words))?;
        self.sinks.push(Sink::Text(String::new()));
        let listed = self.deeper(|machine| machine.invoke(&search.into()));
        let Some(Sink::Text(found)) = self.sinks.pop() else { return Some(listed) };
        let mut status = match listed {
            Ok(status) => status,
            other => return Some(other),
        };
        if !is_known(&found) {
            self.emit_unknown(words, true);
            return Some(Ok(status));
        }
        let files: Vec<&str> = found.lines().collect();
        for files in files.chunks(if counts { files.len().max(1) } else { 1 }) {
            match self.deeper(|machine| machine.invoke(&with_files(command, files).into())) {
                Ok(SUCCESS) => {}
                Ok(_) if !counts => {}
                Ok(failed) => status = failed,
                other => return Some(other),
            }
        }
        Some(Ok(status))
    }

    /// Runs a command behind `wrapper` words, with the variables that they set: `env A=b COMMAND`.
    fn wrapped(
        &mut self,
        words: &[String],
        wrapper: usize,
        run: impl FnOnce(&mut Self) -> Option<Flow>,
    ) -> Option<Flow> {
        let mut outer = Vec::new();
        for (name, value) in words.iter().take(wrapper).filter_map(|word| word.split_once('=')) {
            if !name.starts_with('-') {
                outer.push(self.hide(name));
                self.assign(name, value);
            }
        }
        let result = run(self);
        self.unhide(outer);
        result
    }

    /// `sh -c TEXT`.
    fn script(&mut self, words: &[String], options: Options, text: usize) -> Flow {
        let (Some(script), parameters) = (words.get(text), words.get(text + 1..).unwrap_or_default()) else {
            return Ok(SUCCESS);
        };
        if !is_known(script) {
            return Ok(self.unknown_command(words));
        }
        self.in_new_shell(options, parameters, |machine, range| machine.run_text(script, range))
    }

    /// `… | sh`: runs its input, where that is known.
    fn shell_on_input(&mut self, words: &[String]) -> Flow {
        match self.input().filter(|text| !text.is_empty() && is_known(text)) {
            Some(text) => {
                self.in_new_shell(Options::default(), &[], |machine, range| machine.run_text(&text, range))
            }
            None => Ok(self.unknown_command(words)),
        }
    }

    /// Runs the script in the file at `path` in a shell of its own, where its text is known. Without `options` its first
    /// line says which shell, with what options.
    fn subshell_file(&mut self, path: &str, parameters: &[String], options: Option<Options>) -> Option<Flow> {
        let (text, _) = self.text_of_file(path)?;
        let options = options.or_else(|| Some(invocation::of_first_line(&text)?.1))?;
        let path = path.to_owned();
        let run = |machine: &mut Self, _| machine.run_file(&path).unwrap_or(Ok(SUCCESS));
        Some(self.in_new_shell(options, parameters, run))
    }

    fn in_new_shell(
        &mut self,
        options: Options,
        parameters: &[String],
        body: impl FnOnce(&mut Self, Range<usize>) -> Flow,
    ) -> Flow {
        let range = self.current_range();
        let errexit_ignored = std::mem::replace(&mut self.errexit_ignored, 0);
        let result = self.subshell(|machine| {
            machine.shell.options = options;
            machine.shell.functions = Rc::default();
            machine.shell.parameters = parameters.iter().map(|text| Rc::from(text.as_str())).collect();
            body(machine, range)
        });
        self.errexit_ignored = errexit_ignored;
        result
    }

    /// The text of a script file, and whether the input's own files hold it.
    fn text_of_file(&mut self, path: &str) -> Option<(Rc<str>, bool)> {
        let absolute = self.absolute(path);
        if self.is_abroad() {
            return None;
        }
        if let Some(Some(text)) = self.container.files.get(&absolute) {
            return Some((text.as_str().into(), true));
        }
        let place = self.place(path);
        match self.look(&place) {
            Node::File(text) if is_known(&text) => Some((text, false)),
            _ => None,
        }
    }

    /// Runs the file at `path` in this shell; `None` where its text isn't known.
    pub(super) fn run_file(&mut self, path: &str) -> Option<Flow> {
        let (text, given) = self.text_of_file(path)?;
        if !given {
            let range = self.current_range();
            return Some(self.run_text(&text, range));
        }
        let file = Some(Rc::from(self.absolute(path).as_str()));
        Some(self.run_in_frame(&text, Frame { file, fixed: None }))
    }

    /// Runs a text that was made while running; all of it stands at `range`.
    pub(super) fn run_text(&mut self, text: &str, range: Range<usize>) -> Flow {
        let file = self.frame.file.clone();
        self.run_in_frame(text, Frame { file, fixed: Some(range) })
    }

    fn run_in_frame(&mut self, text: &str, frame: Frame) -> Flow {
        let known = self.shared.parsed.get(text).cloned();
        let parsed = known.unwrap_or_else(|| {
            let parsed = shell::parse(text).ok().map(Rc::new);
            self.shared.parsed.insert(text.to_owned(), parsed.clone());
            parsed
        });
        let Some(script) = parsed else { return self.give_up(Bound::Unparsed) };
        let outer = std::mem::replace(&mut self.frame, frame);
        let result = self.deeper(|machine| machine.list(&script.body));
        self.frame = outer;
        result
    }
}

/// `command` with `files` for the word `{}`, or one of them for it in any word.
fn with_files(command: &[String], files: &[&str]) -> Vec<String> {
    let put = |word: &String| match files {
        [file] => vec![word.replace("{}", file)],
        files if word == "{}" => files.iter().map(ToString::to_string).collect(),
        _ => vec![word.clone()],
    };
    command.iter().flat_map(put).collect()
}
