//! Commands that run other commands: wrappers, shells, scripts in files.

use std::ops::Range;
use std::rc::Rc;

use super::{Flow, Frame, Jump, Machine, SUCCESS};
use crate::rerun::facts::options::Options;
use crate::rerun::state::atoms::is_known;
use crate::rerun::state::places::base_name;
use crate::rerun::state::tree::Node;
use crate::shell;

/// Commands that run the rest of their words, by how many operands of their own come first.
/// Options that take a value are given as [`Options`] wants them.
const WRAPPERS: [(&str, usize, &str); 22] = [
    ("command", 0, ""),
    ("builtin", 0, ""),
    ("nohup", 0, ""),
    ("time", 0, "f o"),
    ("timeout", 1, "s k signal kill-after"),
    ("nice", 0, "n adjustment"),
    ("ionice", 0, "c n p"),
    ("sudo", 0, "u g user group"),
    ("doas", 0, "u C"),
    ("su-exec", 1, ""),
    ("gosu", 1, ""),
    ("setpriv", 0, "reuid regid groups"),
    ("tini", 0, "e"),
    ("dumb-init", 0, "r"),
    ("catchsegv", 0, ""),
    ("stdbuf", 0, "i o e"),
    ("busybox", 0, ""),
    ("env", 0, "u C S"),
    ("unbuffer", 0, ""),
    ("flock", 1, "w timeout E"),
    ("setsid", 0, ""),
    ("chronic", 0, ""),
];

/// Shells whose scripts are read here.
const SHELLS: [&str; 5] = ["sh", "bash", "ash", "dash", "ksh"];

impl Machine<'_, '_> {
    /// Runs `words` where they run another command that can be seen.
    pub(super) fn nested(&mut self, name: &str, words: &[String]) -> Option<Flow> {
        let base = base_name(name);
        if let Some(&(_, own, valued)) = WRAPPERS.iter().find(|(wrapper, ..)| *wrapper == base) {
            return self.wrapped(base, words, own, valued);
        }
        if SHELLS.contains(&base) {
            return Some(self.shell(words));
        }
        if name.contains('/') {
            return self.subshell_file(name, words, false);
        }
        None
    }

    fn wrapped(&mut self, name: &str, words: &[String], own: usize, valued: &str) -> Option<Flow> {
        if name == "command"
            && words.get(1).is_some_and(|word| word.starts_with("-v") || word.starts_with("-V"))
        {
            return None;
        }
        let operands = Options::until_operand(words, valued).operands_from();
        let mut rest = words.get(operands..)?;
        if name == "env" {
            while let Some((first, others)) = rest.split_first() {
                let Some((variable, value)) = first.split_once('=') else { break };
                self.assign(variable, value);
                rest = others;
            }
        }
        let rest = rest.get(own..)?;
        if rest.is_empty() {
            return None;
        }
        let rest: Rc<[String]> = rest.into();
        Some(self.deeper(|machine| machine.invoke(&rest)))
    }

    /// `sh -c TEXT`, `sh FILE`, `… | sh`.
    fn shell(&mut self, words: &[String]) -> Flow {
        let mut letters = String::new();
        let mut rest = words.iter().skip(1);
        let mut operands: Vec<String> = Vec::new();
        while let Some(word) = rest.next() {
            match word.as_str() {
                "--" => operands.extend(rest.by_ref().cloned()),
                word if word.starts_with("--") => {}
                word if word.starts_with(['-', '+']) && word.len() > 1 => {
                    letters.push_str(word.get(1..).unwrap_or(""));
                    if word.ends_with(['o', 'O']) && rest.next().is_some_and(|option| option == "errexit") {
                        letters.push('e');
                    }
                }
                _ => {
                    operands.push(word.clone());
                    operands.extend(rest.by_ref().cloned());
                }
            }
        }
        let errexit = letters.contains('e');
        let Some(first) = operands.first().cloned() else {
            let text = self.input().filter(|text| is_known(text));
            return match text {
                Some(text) if !text.is_empty() => {
                    self.in_new_shell(errexit, &[], |machine, range| machine.run_text(&text, range))
                }
                _ => Ok(self.unknown_command(words)),
            };
        };
        if letters.contains('c') {
            if !is_known(&first) {
                return Err(Jump::GiveUp);
            }
            let parameters = operands.split_off(1);
            return self.in_new_shell(errexit, &parameters, |machine, range| machine.run_text(&first, range));
        }
        self.subshell_file(&first, &operands, errexit).unwrap_or_else(|| Ok(self.unknown_command(words)))
    }

    /// Runs the script in the file at `path` in a shell of its own, where its text is known.
    fn subshell_file(&mut self, path: &str, parameters: &[String], errexit: bool) -> Option<Flow> {
        self.text_of_file(path)?;
        let path = path.to_owned();
        let run = |machine: &mut Self, _| machine.run_file(&path).unwrap_or(Ok(SUCCESS));
        Some(self.in_new_shell(errexit, parameters, run))
    }

    fn in_new_shell(
        &mut self,
        errexit: bool,
        parameters: &[String],
        body: impl FnOnce(&mut Self, Range<usize>) -> Flow,
    ) -> Flow {
        let range = self.current_range();
        let sheltered = std::mem::replace(&mut self.sheltered, 0);
        let result = self.subshell(|machine| {
            machine.shell.errexit = errexit;
            machine.shell.pipefail = false;
            machine.shell.functions = Rc::default();
            machine.shell.parameters = parameters.iter().map(|text| Rc::from(text.as_str())).collect();
            body(machine, range)
        });
        self.sheltered = sheltered;
        result
    }

    /// The text of a script file, and whether the input's own files hold it.
    fn text_of_file(&mut self, path: &str) -> Option<(Rc<str>, bool)> {
        let absolute = self.absolute(path);
        if let Some(text) = self.container.files.get(&absolute) {
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
        let Some(script) = parsed else { return Err(Jump::GiveUp) };
        let outer = std::mem::replace(&mut self.frame, frame);
        let result = self.deeper(|machine| machine.list(&script.body));
        self.frame = outer;
        result
    }
}
