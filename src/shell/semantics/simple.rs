//! Simple commands (POSIX XCU 2.9.1): what runs, what it sets, and the texts that it hands to a shell.

use std::cell::OnceCell;
use std::sync::Arc;

use super::execution::{Argument, Execution};
use super::fate::{Fate, Place, Reason};
use super::follow::{End, Follow};
use super::quoting;
use super::unit::{Unit, UnitKind, UnparsedText};
use super::variables::Variables;
use crate::commands::{self, Trait};
use crate::shell::invocation::{self, Invocation};
use crate::shell::ir::{Assignment, Command, CommandKind, PartKind, Script, Simple, Value, Word};
use crate::shell::options::{Options, Shell};
use crate::source::MappedText;

/// Builtins whose operands are assignments. Their own status hides that of a substitution in them.
const DECLARATIONS: [&str; 5] = ["export", "local", "readonly", "declare", "typeset"];

impl<'s> Follow<'s> {
    pub(super) fn simple(&mut self, command: &'s Command, simple: &'s Simple, place: Place) -> End {
        let name = simple.words.first().and_then(Word::literal);
        self.expansions(simple, name.as_deref(), place);
        let words = self.arguments(&simple.words);
        let Some(first) = words.first() else {
            for assignment in &simple.assignments {
                self.assign(assignment);
            }
            return End::Runs;
        };
        if let Some(name) = &first.text
            && self.shell.functions.contains_key(name.as_str())
        {
            let arguments: Vec<Option<String>> = words.iter().map(|word| word.text.clone()).collect();
            self.shell.has_unread |= !simple.assignments.is_empty();
            if let Some(end) = self.call(name, &arguments, place) {
                return end;
            }
        }
        let name = first.text.clone().unwrap_or_default();
        // Nothing runs after it: its status is the shell's.
        let ends = name == "exit" || name == "exec" && words.len() > 1;
        let place = if ends { place.exiting() } else { place };
        let texts: Vec<Option<&str>> = words.iter().map(|word| word.text.as_deref()).collect();
        let run = invocation::of(&texts);
        let mut execution = Execution {
            unit: self.shell.unit,
            command,
            simple,
            wrapper: wrapper_of(&run).min(words.len().saturating_sub(1)),
            words: words.clone(),
            directory: self.shell.variables.directory(),
            fate: self.fate(place),
            conditional: place.conditional,
            in_background: place.background,
            in_loop: self.loops_around > 0,
            written: OnceCell::new(),
        };
        if texts.contains(&Some(";")) && execution.is(Trait::HidesFailure) {
            execution.fate = Fate::Ignored(Reason::Found);
        }
        self.executions.push(execution);
        self.run(&name, simple, &words, &run, place)
    }

    /// The expansions in a simple command. One without a name has the status of its last substitution.
    fn expansions(&mut self, simple: &'s Simple, name: Option<&str>, place: Place) {
        let is_declaration = name.is_some_and(|name| DECLARATIONS.contains(&name));
        let hidden = if is_declaration { Reason::Declaration } else { Reason::Substitution };
        let has_substitution = |assignment: &Assignment| {
            let parts = assignment.value.words().iter().flat_map(|word| &word.parts);
            parts.into_iter().any(|part| matches!(part.kind, PartKind::Substitution { .. }))
        };
        let last = simple.assignments.iter().rposition(has_substitution);
        for (index, assignment) in simple.assignments.iter().enumerate() {
            let counts = simple.words.is_empty() && last == Some(index);
            let place = if counts { place } else { place.ignored(Reason::Substitution) };
            self.words(assignment.value.words(), place);
        }
        self.words(&simple.words, place.ignored(hidden));
    }

    fn assign(&mut self, assignment: &Assignment) {
        let value = match &assignment.value {
            Value::Text(word) if !assignment.append => self.text(word),
            _ => None,
        };
        self.shell.variables.set(&assignment.name, value.as_deref());
    }

    /// What a command does to the shell, and the texts that it runs.
    fn run(
        &mut self,
        name: &str,
        simple: &'s Simple,
        words: &[Argument],
        run: &Invocation,
        place: Place,
    ) -> End {
        match name {
            "exit" => return End::Exits,
            "return" => return End::Returns,
            "set" => self.set(words),
            "cd" => self.change_directory(words),
            "pushd" | "popd" => self.shell.variables.enter(None),
            "shift" => self.shell.parameters = [].into(),
            "eval" => return self.eval(simple, words, place),
            "." | "source" => return self.source(words, place),
            "trap" => self.trap(simple, words),
            "unset" => {
                for word in words.iter().skip(1).filter_map(|word| word.text.as_deref()) {
                    self.shell.variables.unset(word);
                }
            }
            "read" | "getopts" | "mapfile" | "readarray" | "let" => {
                for word in words.iter().skip(1).filter_map(|word| word.text.as_deref()) {
                    let name = word.split(['=', '+', '-', '*']).next().unwrap_or_default();
                    if !name.is_empty() {
                        self.shell.variables.set(name, None);
                    }
                }
            }
            // `-v NAME`, and how texts are compared.
            "printf" if words.get(1).and_then(|word| word.text.as_deref()) == Some("-v") => _ = self.unread(),
            "shopt" => _ = self.unread(),
            _ if DECLARATIONS.contains(&name) => self.declare(name, simple),
            _ => self.nested(simple, words, run, place),
        }
        if name == "exec" && words.len() > 1 { End::Exits } else { End::Runs }
    }

    /// `cd DIRECTORY` (POSIX XCU, *cd*).
    fn change_directory(&mut self, words: &[Argument]) {
        let operand =
            words.iter().skip(1).find(|word| !matches!(word.text.as_deref(), Some("--" | "-P" | "-L")));
        let path = operand.and_then(|word| word.text.as_deref()).filter(|path| *path != "-");
        let directory = match (path, self.shell.variables.directory()) {
            (Some(path), _) if path.starts_with('/') => Some(commands::absolute("/", path)),
            (Some(path), Some(before)) => Some(commands::absolute(&before, path)),
            _ => None,
        };
        self.shell.variables.enter(directory.as_deref());
    }

    fn set(&mut self, words: &[Argument]) {
        let arguments: Vec<Option<&str>> = words.iter().skip(1).map(|word| word.text.as_deref()).collect();
        let options = self.shell.options.set(&arguments);
        let operands = arguments.get(options..).unwrap_or_default();
        if !operands.is_empty() || arguments.contains(&Some("--")) {
            let first = self.shell.parameters.first().cloned().flatten();
            let operands = operands.iter().map(|operand| operand.map(str::to_owned));
            self.shell.parameters = std::iter::once(first).chain(operands).collect();
        }
    }

    /// `export NAME=value`: the name stands in the word's first part.
    fn declare(&mut self, declaration: &str, simple: &'s Simple) {
        for word in simple.words.iter().skip(1) {
            let Some(PartKind::Literal { text: first, .. }) = word.parts.first().map(|part| &part.kind)
            else {
                continue;
            };
            if first.starts_with('-') {
                // A name for another variable (bash): what is set by it isn't seen.
                self.shell.has_unread |= first.contains('n');
                continue;
            }
            let (name, is_set) = match first.split_once('=') {
                Some((name, _)) => (name, true),
                None => (first.as_str(), false),
            };
            if declaration == "local" {
                self.locals.push(name.to_owned());
            }
            if is_set {
                let value = self.text(word);
                let value = value.as_deref().and_then(|text| text.split_once('=')).map(|(_, value)| value);
                self.shell.variables.set(name, value);
            } else if declaration == "local" {
                self.shell.variables.set(name, Some(""));
            }
            if declaration == "export" {
                self.shell.variables.export(name);
            }
        }
    }

    /// The text of the word that `argument` comes from, with its places.
    fn mapped(&self, simple: &Simple, argument: &Argument) -> Option<MappedText> {
        let word = simple.words.iter().find(|word| word.range == argument.range)?;
        let text = quoting::mapped(self.shell.unit, word, |part| self.part_text(part))?;
        (Some(text.as_str()) == argument.text.as_deref()).then_some(text)
    }

    /// `eval`: its operands, joined by blanks, in this shell.
    fn eval(&mut self, simple: &'s Simple, words: &[Argument], place: Place) -> End {
        let operands = words.get(1..).unwrap_or_default();
        let texts: Option<Vec<MappedText>> = operands.iter().map(|word| self.mapped(simple, word)).collect();
        let Some(text) = texts.and_then(|texts| joined(&texts)) else { return self.unread() };
        let Some(unit) =
            self.unit(text, UnitKind::Eval, self.shell.unit.shell, Options::default(), &[], 0, words)
        else {
            return self.unread();
        };
        self.in_this_shell(unit, place)
    }

    /// `. FILE`.
    fn source(&mut self, words: &[Argument], place: Place) -> End {
        let path = words.get(1).and_then(|word| word.text.as_deref());
        let Some(text) = path.and_then(|path| self.files.text(path)) else { return self.unread() };
        let shell = self.shell.unit.shell;
        let Some(unit) = self.unit(text, UnitKind::Sourced, shell, Options::default(), &[], 0, words) else {
            return self.unread();
        };
        match self.in_this_shell(unit, place) {
            End::Exits => End::Exits,
            End::Runs | End::Returns => End::Runs,
        }
    }

    /// What isn't followed may have set anything.
    fn unread(&mut self) -> End {
        self.shell.has_unread = true;
        End::Runs
    }

    fn in_this_shell(&mut self, unit: &'s Unit, place: Place) -> End {
        let place = place.called(self.errexit());
        let outer = std::mem::replace(&mut self.shell.unit, unit);
        self.all_units.push(unit);
        self.calls += 1;
        let end = self.list(&unit.script.body, place);
        self.calls -= 1;
        self.shell.unit = outer;
        end
    }

    /// `trap ACTION EXIT` (POSIX XCU, *trap*).
    fn trap(&mut self, simple: &'s Simple, words: &[Argument]) {
        let mut operands = words.iter().skip(1).skip_while(|word| word.text.as_deref() == Some("--"));
        let Some(action) = operands.next() else { return };
        if !operands.any(|signal| matches!(signal.text.as_deref(), Some("EXIT" | "0"))) {
            return;
        }
        let text = self.mapped(simple, action).filter(|text| !matches!(text.as_str(), "" | "-"));
        let shell = self.shell.unit.shell;
        self.shell.exit_trap =
            text.and_then(|text| self.unit(text, UnitKind::Trap, shell, Options::default(), &[], 0, words));
        self.shell.always_succeeds =
            self.shell.exit_trap.is_some_and(|action| ends_with_success(&action.script));
    }

    /// `sh -c TEXT`, `sh FILE`, or a script by its path: a shell of its own.
    fn nested(&mut self, simple: &'s Simple, words: &[Argument], run: &Invocation, place: Place) {
        let file = |at: usize| self.files.text(words.get(at)?.text.as_deref()?);
        let found = match *run {
            Invocation::Script { wrapper, shell, options, text } => words
                .get(text)
                .and_then(|word| self.mapped(simple, word))
                .map(|mapped| (mapped, UnitKind::Text, shell, options, text + 1, wrapper)),
            Invocation::File { wrapper, shell, options, path } => file(path).and_then(|text| {
                let (shell, options) = match shell {
                    Some(shell) => (shell, options),
                    None => invocation::of_first_line(text.as_str())?,
                };
                Some((text, UnitKind::File, shell, options, path, wrapper))
            }),
            Invocation::Exec { program } => file(program).and_then(|text| {
                let (shell, options) = invocation::of_first_line(text.as_str())?;
                Some((text, UnitKind::File, shell, options, program, program))
            }),
            Invocation::Elsewhere | Invocation::OtherLanguage(_) | Invocation::Unknown => None,
        };
        let Some((text, kind, shell, options, parameters, wrapper)) = found else { return };
        let parameters = words.get(parameters..).unwrap_or_default();
        if let Some(unit) = self.unit(text, kind, Some(shell), options, parameters, wrapper, words) {
            // Of what is given to it alone, as by `env`, only its own text may speak.
            let is_given = |word: &Argument| word.text.as_deref().is_none_or(|text| text.contains('='));
            let before = words.iter().take(unit.wrapper.len());
            self.shell.has_unread |= !simple.assignments.is_empty() || before.into_iter().any(is_given);
            self.in_new_shell(unit, place);
        }
    }

    fn in_new_shell(&mut self, unit: &'s Unit, place: Place) {
        let place = place.new_shell(self.errexit());
        self.calls += 1;
        let called_at = self.called_at.take();
        self.subshell(|follow| {
            follow.shell.unit = unit;
            follow.shell.options = unit.options;
            follow.shell.variables = follow.shell.variables.exported();
            follow.shell.functions = std::rc::Rc::default();
            follow.shell.parameters = unit.parameters.as_slice().into();
            follow.shell.exit_trap = None;
            follow.whole(place);
        });
        self.called_at = called_at;
        self.calls -= 1;
    }

    /// The unit of `text`, the same one each time that it is met; `None` where it doesn't parse, or nests too deep.
    #[expect(clippy::too_many_arguments, reason = "they are what a unit is made of")]
    fn unit(
        &mut self,
        text: MappedText,
        kind: UnitKind,
        shell: Option<Shell>,
        options: Options,
        parameters: &[Argument],
        wrapper: usize,
        words: &[Argument],
    ) -> Option<&'s Unit> {
        if self.calls >= super::follow::MAX_CALLS {
            return None;
        }
        let parameters: Vec<Option<String>> = parameters.iter().map(|word| word.text.clone()).collect();
        let own = words.iter().take(wrapper).filter_map(|word| word.text.clone());
        let wrapper: Vec<String> = self.shell.unit.wrapper.iter().cloned().chain(own).collect();
        let is_same = |unit: &&&Unit| {
            unit.kind == kind
                && unit.text == text
                && unit.parameters == parameters
                && unit.wrapper == wrapper
                && unit.options == options
        };
        if let Some(known) = self.all_units.iter().find(is_same) {
            return Some(known);
        }
        let script = match crate::shell::parse(text.as_str()) {
            Ok(script) => Arc::new(script),
            Err(why) => {
                let run = self.executions.last();
                let is_fatal = run.is_some_and(|run| run.fate.is_fatal() && !run.conditional);
                if !self.unparsed.iter().any(|known| known.text == text) {
                    self.unparsed.push(UnparsedText { text, shell, why, is_fatal });
                }
                return None;
            }
        };
        self.units.add(Unit { script, text, kind, shell, options, parameters, wrapper })
    }

    /// Gives the variables that a function has for itself back what they were in `before`.
    pub(super) fn end_locals(&mut self, from: usize, before: &Variables) {
        for name in self.locals.split_off(from.min(self.locals.len())) {
            self.shell.variables.restore(&name, before);
        }
    }
}

fn wrapper_of(run: &Invocation) -> usize {
    match *run {
        Invocation::Script { wrapper, .. } | Invocation::File { wrapper, .. } => wrapper,
        Invocation::Exec { program } => program,
        Invocation::Elsewhere | Invocation::OtherLanguage(_) | Invocation::Unknown => 0,
    }
}

/// Texts with a blank between them.
fn joined(texts: &[MappedText]) -> Option<MappedText> {
    let (first, rest) = texts.split_first()?;
    let mut all = MappedText::new(rest.iter().fold(first.whole(), |span, text| span.to(text.whole())));
    all.append(first);
    for text in rest {
        let at = text.whole().range().start;
        all.push(" ", at..at);
        all.append(text);
    }
    Some(all)
}

/// Whether the last of the script's commands is `exit 0`.
fn ends_with_success(script: &Script) -> bool {
    let words = script.body.last().and_then(|last| match &last.kind {
        CommandKind::Simple(simple) => Some(&simple.words),
        _ => None,
    });
    words.is_some_and(|words| {
        words.iter().map(Word::literal).eq(["exit", "0"].map(|word| Some(word.to_owned())))
    })
}
