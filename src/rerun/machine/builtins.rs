//! Builtins of the shell (POSIX XCU 2.14, and bash's common ones).

use std::rc::Rc;

use super::{FAILURE, FailureCause, Flow, Jump, Machine, SUCCESS, Sink, Status};
use crate::rerun::state::atoms::{Atom, is_known};
use crate::rerun::state::tree::Node;

impl Machine<'_, '_> {
    /// Runs `words` where they name a builtin.
    pub(super) fn builtin(&mut self, name: &str, words: &[String]) -> Option<Flow> {
        let arguments = words.get(1..).unwrap_or_default();
        let number = |default: u32| arguments.first().and_then(|n| n.parse().ok()).unwrap_or(default);
        Some(match name {
            ":" | "true" | "umask" | "ulimit" | "alias" | "unalias" | "hash" | "times" | "enable"
            | "bind" | "complete" => Ok(SUCCESS),
            "false" => Ok(FAILURE),
            "wait" => Ok(self.wait(arguments)),
            "exit" => Err(Jump::Exit(self.status_argument(arguments))),
            "return" => Err(Jump::Return(self.status_argument(arguments))),
            "break" => Err(Jump::Break(number(1))),
            "continue" => Err(Jump::Continue(number(1))),
            "cd" | "pushd" => Ok(self.change_directory(arguments)),
            "pwd" => {
                let directory = self.shell.directory.clone();
                self.emit(&format!("{directory}\n"));
                Ok(SUCCESS)
            }
            "set" => Ok(self.set(arguments)),
            "shopt" => Ok(self.shopt(arguments)),
            "shift" => {
                let count = number(1) as usize;
                let end = (1 + count).min(self.shell.parameters.len());
                self.shell.parameters.drain(1.min(end)..end);
                Ok(SUCCESS)
            }
            "export" | "readonly" | "local" | "declare" | "typeset" => Ok(self.declare(name, arguments)),
            "unset" => Ok(self.unset(arguments)),
            "read" => Ok(self.read_line(arguments)),
            "trap" => Ok(self.trap(arguments)),
            "eval" => self.eval(arguments),
            "." | "source" => self.source(arguments),
            "exec" => self.exec(arguments),
            "let" => Ok(arguments.iter().fold(FAILURE, |_, text| self.arithmetic_status(text))),
            "getopts" => {
                self.options_read(arguments);
                Ok(self.unknown_status(&words.join(" ")))
            }
            "printf" if arguments.first().is_some_and(|word| word == "-v") => {
                self.print_to_variable(arguments)
            }
            _ => return None,
        })
    }

    /// Bash's `shopt`, of which the options that change a pattern's matches count.
    fn shopt(&mut self, arguments: &[String]) -> Status {
        let on = arguments.iter().any(|word| word == "-s");
        for name in arguments {
            match name.as_str() {
                "dotglob" => self.shell.dotglob = on,
                "nullglob" => self.shell.nullglob = on,
                _ => {}
            }
        }
        SUCCESS
    }

    fn unset(&mut self, arguments: &[String]) -> Status {
        for name in arguments.iter().filter(|name| !name.starts_with('-')) {
            Rc::make_mut(&mut self.shell.variables).insert(name.clone(), Rc::default());
            Rc::make_mut(&mut self.shell.functions).remove(name);
            Rc::make_mut(&mut self.shell.arrays).remove(name);
        }
        SUCCESS
    }

    fn status_argument(&self, arguments: &[String]) -> Status {
        match arguments.first() {
            None => self.shell.status,
            // Statuses are taken modulo 256; what isn't a number is an error.
            Some(text) => {
                text.trim().parse::<i64>().map_or(FAILURE, |n| n.rem_euclid(256).try_into().unwrap_or(1))
            }
        }
    }

    fn change_directory(&mut self, arguments: &[String]) -> Status {
        let path = match arguments.iter().find(|word| !word.starts_with('-') || *word == "-") {
            Some(path) if path == "-" => self.variable("OLDPWD").to_string(),
            Some(path) => path.clone(),
            None => self.variable("HOME").to_string(),
        };
        let place = self.place(&path);
        match self.look(&place) {
            Node::Absent => self.refuse(Some(&place), FailureCause::Missing),
            Node::File(_) => self.refuse(Some(&place), FailureCause::WrongKind),
            _ => {
                let old = std::mem::take(&mut self.shell.directory);
                self.assign("OLDPWD", &old);
                self.shell.directory = crate::rerun::state::places::absolute(&old, &path);
                SUCCESS
            }
        }
    }

    fn set(&mut self, arguments: &[String]) -> Status {
        let known: Vec<Option<&str>> =
            arguments.iter().map(|word| is_known(word).then_some(word.as_str())).collect();
        let taken = self.shell.options.set(&known);
        let (options, operands) = arguments.split_at_checked(taken).unwrap_or_default();
        if !operands.is_empty() || options.last().is_some_and(|word| word == "--") {
            let name = self.shell.parameters.first().cloned().unwrap_or_default();
            let values = operands.iter().map(|word| Rc::from(word.as_str()));
            self.shell.parameters = std::iter::once(name).chain(values).collect();
        }
        SUCCESS
    }

    fn declare(&mut self, builtin: &str, arguments: &[String]) -> Status {
        for word in arguments.iter().filter(|word| !word.starts_with('-')) {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (word.as_str(), None),
            };
            let inside = matches!(builtin, "local" | "declare" | "typeset");
            if inside && let Some(locals) = self.locals.last_mut() {
                locals.push((name.to_owned(), self.shell.variables.get(name).cloned()));
            }
            if let Some(value) = value {
                self.assign(name, value);
            } else if inside {
                self.assign(name, "");
            }
        }
        // `local x=$(false)` succeeds, whatever the substitution did.
        SUCCESS
    }

    /// `read`: the next line of standard input, one word for each name.
    fn read_line(&mut self, arguments: &[String]) -> Status {
        let mut names: Vec<&str> = Vec::new();
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "-d" | "-n" | "-N" | "-p" | "-t" | "-u" | "-i" | "-a" => drop(words.next()),
                option if option.starts_with('-') => {}
                name => names.push(name),
            }
        }
        let Some(input) = self.input.clone() else {
            self.unknown_reads += 1;
            for name in names {
                let key = format!("read:{name}:{}", self.current);
                let atom = self.atom(Atom::new(key, format!("${name}")));
                self.assign(name, &String::from(atom));
            }
            return SUCCESS;
        };
        let (line, rest) = input.split_once('\n').unwrap_or((&input, ""));
        self.input = Some(rest.into());
        let mut left = line.trim_matches([' ', '\t']);
        for (index, name) in names.iter().enumerate() {
            let last = index + 1 == names.len();
            let (word, next) = match left.split_once([' ', '\t']) {
                Some((word, next)) if !last => (word, next.trim_start_matches([' ', '\t'])),
                _ => (left, ""),
            };
            self.assign(name, word);
            left = next;
        }
        Status::from(input.is_empty())
    }

    /// `getopts`: which option is next isn't followed.
    fn options_read(&mut self, arguments: &[String]) {
        for name in arguments.get(1).map(String::as_str).into_iter().chain(["OPTARG", "OPTIND"]) {
            let key = format!("getopts:{name}:{}", self.current);
            let value = self.atom(Atom::new(key, format!("${name}")));
            self.assign(name, &String::from(value));
        }
    }

    /// bash's `printf -v NAME FORMAT …`.
    fn print_to_variable(&mut self, arguments: &[String]) -> Flow {
        let [_, name, rest @ ..] = arguments else { return Ok(FAILURE) };
        let words: Vec<String> = std::iter::once("printf".to_owned()).chain(rest.iter().cloned()).collect();
        self.sinks.push(Sink::Text(String::new()));
        let result = self.invoke(&words.into());
        if let Some(Sink::Text(text)) = self.sinks.pop() {
            self.assign(name, &text);
        }
        result
    }

    /// `wait` has the status of the command that it is told to wait for (POSIX XCU, wait). Of several nobody knows here
    /// which one is meant.
    fn wait(&mut self, arguments: &[String]) -> Status {
        if arguments.is_empty() || self.shell.jobs != 1 {
            return SUCCESS;
        }
        let (status, cause) = self.shell.job.clone();
        self.log.cause = cause;
        status
    }

    fn trap(&mut self, arguments: &[String]) -> Status {
        let [action, conditions @ ..] = arguments else { return SUCCESS };
        if conditions.iter().any(|name| matches!(name.as_str(), "EXIT" | "0")) {
            self.shell.exit_trap = (action != "-" && !action.is_empty()).then(|| action.as_str().into());
        }
        if conditions.iter().any(|name| name == "ERR") {
            self.shell.err_trap = (action != "-" && !action.is_empty()).then(|| action.as_str().into());
        }
        SUCCESS
    }

    fn eval(&mut self, arguments: &[String]) -> Flow {
        let text = arguments.join(" ");
        let range = self.current_range();
        if is_known(&text) {
            return self.run_text(&text, range);
        }
        // Variables that it sets are unknown anyway.
        Ok(self.unknown_command(&["eval".to_owned(), text]))
    }

    /// `.`: runs a file in this shell. One whose text isn't known is taken to define functions and
    /// variables only.
    fn source(&mut self, arguments: &[String]) -> Flow {
        let Some(path) = arguments.first() else { return Ok(SUCCESS) };
        let place = self.place(path);
        if place.store != crate::rerun::state::places::Store::Container && self.look(&place) == Node::Absent {
            return Ok(self.refuse(Some(&place), FailureCause::Missing));
        }
        match self.run_file(path) {
            Some(Err(Jump::Return(status))) => Ok(status),
            Some(result) => result,
            None => {
                self.note_variables_of(&place);
                Ok(self.unknown_status(&format!(". {path}")))
            }
        }
    }

    fn exec(&mut self, arguments: &[String]) -> Flow {
        if arguments.is_empty() {
            return Ok(SUCCESS);
        }
        let status = self.invoke(&arguments.into())?;
        Err(Jump::Exit(status))
    }
}
