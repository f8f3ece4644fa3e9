//! Simple commands (POSIX XCU 2.9.1): expansion, redirection, and finding out what a name runs.

use std::ops::Range;
use std::rc::Rc;

use super::{Flow, Function, Hidden, Machine, SUCCESS, Status, UNFOLLOWED};
use crate::commands::{Call, Trait};
use crate::rerun::state::atoms::{Atom, UNKNOWN, clean, is_atom};
use crate::rerun::state::tree::SiteId;
use crate::shell::condition::{is_test_name, test_command};
use crate::shell::ir::{Assignment, Command, Simple, Value, Word};

/// Builtins whose operands are assignments: they aren't split into fields.
const DECLARATIONS: [&str; 5] = ["export", "local", "readonly", "declare", "typeset"];

impl Machine<'_, '_> {
    pub(super) fn simple(&mut self, command: &Command, simple: &Simple) -> Flow {
        let site = self.site(&command.range);
        let result = match self.mended_text(site) {
            Some(text) => self.run_text(&text, command.range.clone()),
            None => self.simple_at(site, command, simple),
        };
        self.current = site;
        if self.pipeline_depth == 0 {
            self.crash_point();
        }
        result
    }

    /// The text in place of the command at `site`, where that is mended. What was made while running has no place of its
    /// own: what stands there already is the mended text itself.
    fn mended_text(&self, site: SiteId) -> Option<Rc<str>> {
        if self.frame.fixed.is_some() { None } else { self.shared.mended.text(site) }
    }

    fn simple_at(&mut self, site: SiteId, command: &Command, simple: &Simple) -> Flow {
        self.current = site;
        self.log.cause = None;
        let name = simple.words.first().and_then(Word::literal);
        let words = match name.as_deref() {
            Some(name) if DECLARATIONS.contains(&name) => self.unsplit(&simple.words)?,
            Some(name) if is_test_name(name) => Vec::new(),
            _ => self.fields(&simple.words)?,
        };
        self.current = site;
        if words.is_empty() && !simple.assignments.is_empty() {
            // What was substituted last says the status; without any, it is success.
            self.substituted &= !simple.words.is_empty();
            for assignment in &simple.assignments {
                self.assignment(assignment)?;
            }
            let status = if self.substituted { self.shell.status } else { SUCCESS };
            self.current = site;
            return self.redirected(&command.redirections, |_| Ok(status));
        }
        self.words = words.into();
        let words = Rc::clone(&self.words);
        if name.as_deref().is_some_and(is_test_name) {
            return self.redirected(&command.redirections, |machine| match test_command(&simple.words) {
                Some(condition) => machine.condition_status(&condition),
                // It has too many operands, or is none.
                None => Ok(Status::from(!machine.ask(&format!("{UNFOLLOWED}test:{site}"), true))),
            });
        }
        if words.is_empty() {
            return self.redirected(&command.redirections, |_| Ok(SUCCESS));
        }
        if matches!(&*words, [only] if only == "exec") {
            // Its redirections are the shell's own from here on.
            return self.open(&command.redirections);
        }
        let outer = self.set_for_command(&simple.assignments)?;
        self.current = site;
        let result = self.redirected(&command.redirections, |machine| machine.invoke(&words));
        self.unhide(outer);
        result
    }

    fn unsplit(&mut self, words: &[Word]) -> Result<Vec<String>, super::Jump> {
        words.iter().map(|word| self.text_of(word)).collect()
    }

    fn assignment(&mut self, assignment: &Assignment) -> Result<(), super::Jump> {
        let value = match &assignment.value {
            Value::Text(word) => self.text_of(word)?,
            Value::Array(words) => return self.assign_array(&assignment.name, words, assignment.append),
            Value::Unread => {
                let key = format!("array:{}:{:?}", assignment.name, assignment.range);
                let shown = format!("${{{}[@]}}", assignment.name);
                Rc::make_mut(&mut self.shell.arrays).remove(&assignment.name);
                String::from(self.atom(Atom { never_empty: true, ..Atom::new(key, shown) }))
            }
        };
        if assignment.append {
            let old = self.variable(&assignment.name);
            self.assign(&assignment.name, &format!("{old}{value}"));
        } else {
            self.assign(&assignment.name, &value);
        }
        Ok(())
    }

    fn assign_array(&mut self, name: &str, words: &[Word], append: bool) -> Result<(), super::Jump> {
        let old = self.shell.arrays.get(name).filter(|_| append).cloned().unwrap_or_default();
        let elements: Rc<[String]> = old.iter().cloned().chain(self.fields(words)?).collect();
        self.charge(elements.len());
        // Its name alone stands for its first element.
        self.assign(name, elements.first().map_or("", String::as_str));
        Rc::make_mut(&mut self.shell.arrays).insert(name.to_owned(), elements);
        Ok(())
    }

    /// Makes assignments that hold for one command; what the variables were before.
    fn set_for_command(&mut self, list: &[Assignment]) -> Result<Hidden, super::Jump> {
        let mut outer = Vec::new();
        for assignment in list {
            outer.push(self.hide(&assignment.name));
            self.assignment(assignment)?;
        }
        Ok(outer)
    }

    /// A variable as it is, to give back with [`Self::unhide`].
    pub(super) fn hide(&self, name: &str) -> (String, Option<Rc<str>>) {
        (name.to_owned(), self.shell.variables.get(name).cloned())
    }

    /// Gives variables back what they were before, the last set first.
    pub(super) fn unhide(&mut self, hidden: Hidden) {
        for (name, value) in hidden.into_iter().rev() {
            if let Some(value) = value {
                Rc::make_mut(&mut self.shell.variables).insert(name, value);
            } else {
                Rc::make_mut(&mut self.shell.variables).remove(&name);
            }
        }
    }

    /// Runs the command that `words` name.
    pub(super) fn invoke(&mut self, words: &Rc<[String]>) -> Flow {
        self.step()?;
        let Some(name) = words.first() else { return Ok(SUCCESS) };
        self.words = Rc::clone(words);
        if let Some(function) = self.shell.functions.get(name.as_str()).cloned() {
            return self.call(function, words);
        }
        if let Some(result) = self.builtin(name, words) {
            return result;
        }
        if let Some(result) = self.nested(words) {
            return result;
        }
        let call = Call::of(words);
        if let Some(effect) = call.record().and_then(|record| record.effect) {
            self.passed_over = false;
            let status = effect(self, &call);
            return Ok(if std::mem::take(&mut self.passed_over) { SUCCESS } else { status });
        }
        Ok(self.unknown_command(words))
    }

    /// Calls a function (POSIX XCU 2.9.5).
    fn call(&mut self, function: Function, words: &[String]) -> Flow {
        let own = words.iter().skip(1).map(|word| Rc::from(word.as_str()));
        let name = self.shell.parameters.first().cloned().unwrap_or_default();
        let parameters = std::iter::once(name).chain(own).collect();
        let outer = std::mem::replace(&mut self.shell.parameters, parameters);
        self.locals.push(Vec::new());
        let frame = std::mem::replace(&mut self.frame, function.frame);
        let result = self.deeper(|machine| machine.command(&function.body));
        self.frame = frame;
        let hidden = self.locals.pop().unwrap_or_default();
        self.unhide(hidden);
        self.shell.parameters = outer;
        match result {
            Err(super::Jump::Return(status)) => Ok(status),
            other => other,
        }
    }

    /// A command of which nothing is known is taken to be safe: it succeeds, and what it makes of
    /// the same things is the same.
    pub(in crate::rerun) fn unknown_command(&mut self, words: &[String]) -> Status {
        let text = words.join(" ");
        self.log.ran_unknown = true;
        let status = self.unknown_status(&text);
        if status == SUCCESS {
            for word in words.iter().skip(1) {
                let path = word.rsplit_once('=').map_or(word.as_str(), |(_, path)| path);
                if !path.starts_with('-') && !path.contains("://") {
                    self.may_have_touched(path, &format!("{UNKNOWN}{text}"));
                }
            }
        }
        self.emit_unknown(words, true);
        status
    }

    /// The status of a command that may look at anything: the same while the volumes are the same.
    pub(in crate::rerun) fn unknown_status(&mut self, text: &str) -> Status {
        self.as_world().unknown_status(text)
    }

    /// Writes to standard output what nobody can know but by the words and the input. A second run that lets a command go
    /// over its own result is taken to find all done: a finding needs a known fact.
    pub(in crate::rerun) fn emit_unknown(&mut self, words: &[String], may_change: bool) {
        if !self.stdout_is_read() {
            return;
        }
        let input = self.input().unwrap_or_default();
        let text = words.join(" ");
        let key = ["output:", &text, ":", &input].concat();
        self.log.is_told_elsewhere |= may_change;
        // How it is shown takes longest, and is seldom new.
        if let Some(atom) = self.shared.atoms.known(&key) {
            return self.emit(atom.encode_utf8(&mut [0; 4]));
        }
        let call = Call::of(words);
        let may_settle = call.is(Trait::MaySettle) || call.is(Trait::Interpreter) || call.record().is_none();
        let maker = may_settle.then_some(self.current);
        let own = maker.and_then(|maker| self.shared.atoms.made_by(&key, maker));
        if let Some(own) = own {
            return self.emit(own.encode_utf8(&mut [0; 4]));
        }
        let mut shown = self.shared.atoms.show(&text);
        if shown.len() > 40 {
            shown = format!("{} …", shown.split_whitespace().next().unwrap_or_default());
        }
        let may_change = may_change || self.shared.atoms.may_change(&input);
        let (varies, is_secret) = (call.is(Trait::Varies), call.is(Trait::MakesSecret));
        let atom =
            self.atom(Atom { may_change, varies, is_secret, maker, ..Atom::new(key, format!("$({shown})")) });
        self.emit(&String::from(atom));
    }

    /// The range of the command being run, in the text that it stands in.
    pub(super) fn current_range(&self) -> Range<usize> {
        self.shared.sites.get(self.current).map_or(0..0, |(_, site)| site.range.clone())
    }

    /// Runs a container's command that no shell reads.
    pub(super) fn exec_form(&mut self, words: &[String]) -> Flow {
        self.current = self.site(&(0..0));
        let words: Rc<[String]> = words.iter().map(|word| self.given(word)).collect();
        let result = self.invoke(&words);
        self.current = self.site(&(0..0));
        self.crash_point();
        result
    }

    /// A word of `command` or `args` as the process gets it. Only the cluster knows what a template puts into it, what a variable
    /// is that the manifest doesn't tell (`${NAME}`), and whether somebody injects one that it doesn't have (`$(NAME)`).
    pub(super) fn given(&mut self, word: &str) -> String {
        let (mut text, mut rest) = (String::new(), word);
        while let Some((before, unknown, after)) = first_unknown(rest) {
            let name = unknown.trim_start_matches("${").trim_end_matches('}');
            let atom = Atom { never_empty: true, ..Atom::new(format!("env:{name}"), unknown) };
            text.push_str(&clean(before));
            text.push(self.atom(atom));
            rest = after;
        }
        text + &clean(rest)
    }
}

/// The first part of `word` that only the cluster knows, between what stands before it and behind it.
fn first_unknown(word: &str) -> Option<(&str, &str, &str)> {
    let is_of_name = |char: char| char.is_ascii_alphanumeric() || char == '_';
    let end = |rest: &str| {
        let reference = |open: &str, close: char| {
            let name = rest.strip_prefix(open)?.split_once(close)?.0;
            let is_name = !name.is_empty() && name.chars().all(is_of_name);
            is_name.then(|| open.len() + name.len() + close.len_utf8())
        };
        let first = rest.chars().next().filter(|char| is_atom(*char));
        first.map(char::len_utf8).or_else(|| reference("${", '}')).or_else(|| reference("$(", ')'))
    };
    let mut starts = word.match_indices(|char| char == '$' || is_atom(char));
    let (start, end) = starts.find_map(|(start, _)| Some((start, start + end(word.get(start..)?)?)))?;
    Some((word.get(..start)?, word.get(start..end)?, word.get(end..)?))
}
