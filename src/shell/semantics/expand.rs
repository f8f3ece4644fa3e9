//! Words: what is expanded in them, and what they come to where that is certain (POSIX XCU 2.6).

use super::execution::{Argument, Input, Output, Use};
use super::fate::{Place, Reason};
use super::follow::Follow;
use super::touches;
use super::variables::Binding;
use super::visit;
use crate::shell::ir::{
    Arithmetic, Command, Condition, ConditionKind, List, OperationKind, Part, PartKind, RedirectionKind, Word,
};
use crate::shell::options::Shell;

/// Characters that split an unquoted value, or make a pattern of it.
const ALIVE: [char; 6] = [' ', '\t', '\n', '*', '?', '['];

impl<'s> Follow<'s> {
    /// Follows what is expanded in `words`.
    pub(super) fn words(&mut self, words: &'s [Word], place: Place) {
        for word in words {
            self.word(word, place);
        }
    }

    /// Follows what is expanded in `word`. `place` stands over its last substitution, whose status is the last.
    pub(super) fn word(&mut self, word: &'s Word, place: Place) {
        let is_substitution = |part: &Part| matches!(part.kind, PartKind::Substitution { .. });
        let last = word.parts.iter().rposition(is_substitution);
        for (index, part) in word.parts.iter().enumerate() {
            let counts = last == Some(index);
            self.part(part, if counts { place } else { place.ignored(Reason::Substitution) });
        }
    }

    fn part(&mut self, part: &'s Part, place: Place) {
        match &part.kind {
            PartKind::Substitution { body, .. } => self.substitution(body, place),
            PartKind::ProcessSubstitution(body) => self.substitution(body, place.in_background()),
            PartKind::Arithmetic(expression) => self.arithmetic(expression),
            PartKind::Variable { name, operation, .. } => {
                let has_default = !matches!(
                    operation.kind,
                    OperationKind::Plain | OperationKind::Trim { .. } | OperationKind::Other(_)
                );
                let binding = self.shell.variables.binding(name);
                let (unit, range) = (self.shell.unit, part.range.clone());
                if self.uses.len() < MAX_USES {
                    self.uses.push(Use { unit, range, name, binding, has_default });
                }
                match &operation.kind {
                    OperationKind::Default { word, .. }
                    | OperationKind::Alternative { word, .. }
                    | OperationKind::Trim { pattern: word, .. } => {
                        self.word(word, place.ignored(Reason::Substitution));
                    }
                    OperationKind::AssignDefault { word, .. } => {
                        self.word(word, place.ignored(Reason::Substitution));
                        self.is_set(name);
                    }
                    OperationKind::Required { .. } => self.is_set(name),
                    OperationKind::Plain | OperationKind::Other(_) => {}
                }
            }
            PartKind::Literal { .. } | PartKind::Glob(_) | PartKind::Braces(_) | PartKind::Tilde(_) => {}
        }
    }

    /// From here on `name` is set; what it holds is known only where it was.
    fn is_set(&mut self, name: &str) {
        if self.shell.variables.value(name).is_none_or(|value| value.is_empty()) {
            self.shell.variables.set(name, None);
        }
    }

    /// `$(…)`. bash doesn't pass `set -e` on to it, unless it is to be POSIX's.
    fn substitution(&mut self, body: &'s List, place: Place) {
        let place = place.subshell(self.errexit());
        self.subshell(|follow| {
            let is_bash = follow.shell.unit.shell == Some(Shell::Bash);
            follow.shell.options.errexit &= !is_bash;
            follow.list(body, place)
        });
    }

    /// What an expression assigns isn't followed.
    pub(super) fn arithmetic(&mut self, expression: &'s Arithmetic) {
        for name in super::loops::assigned_in(&expression.text) {
            self.shell.variables.set(name, None);
        }
    }

    pub(super) fn condition(&mut self, condition: &'s Condition, place: Place) {
        match &condition.kind {
            ConditionKind::Unary(_, word) | ConditionKind::Word(word) => self.word(word, place),
            ConditionKind::Binary(left, _, right) => {
                self.word(left, place);
                self.word(right, place);
            }
            ConditionKind::Not(inner) => self.condition(inner, place),
            ConditionKind::And(left, right) | ConditionKind::Or(left, right) => {
                self.condition(left, place);
                self.condition(right, place);
            }
        }
    }

    /// What is expanded in redirections, and what they write to and read from.
    pub(super) fn redirections(&mut self, command: &'s Command, place: Place) {
        for redirection in &command.redirections {
            let target = visit::target(&redirection.kind);
            self.word(target, place.ignored(Reason::Substitution));
            if let (RedirectionKind::Read(_), Some(path)) = (&redirection.kind, self.text(target)) {
                let directory = self.shell.variables.directory();
                let path = touches::resolved(directory.as_deref(), &path);
                self.inputs.push(Input { command, path, fate: self.fate(place) });
            }
            let keeps = match redirection.kind {
                RedirectionKind::Write(_) | RedirectionKind::WriteBoth { append: false, .. } => false,
                RedirectionKind::Append(_)
                | RedirectionKind::ReadWrite(_)
                | RedirectionKind::WriteBoth { append: true, .. } => true,
                _ => continue,
            };
            let output = Output {
                unit: self.shell.unit,
                command,
                redirection,
                path: self.text(target),
                directory: self.shell.variables.directory(),
                keeps,
                in_loop: self.loops_around > 0,
                conditional: place.conditional,
                fate: self.fate(place),
            };
            self.outputs.push(output);
        }
    }

    /// What `word` comes to where it isn't split, where that is certain.
    pub(super) fn text(&mut self, word: &Word) -> Option<String> {
        let mut text = String::new();
        for part in &word.parts {
            text.push_str(&self.part_text(part)?);
        }
        self.afford(text)
    }

    /// `text`, as long as there is room for it.
    fn afford(&mut self, text: String) -> Option<String> {
        self.text_budget = self.text_budget.saturating_sub(text.len());
        (self.text_budget > 0).then_some(text)
    }

    /// What an unsplit part of a word comes to, where that is certain.
    pub(super) fn part_text(&self, part: &Part) -> Option<String> {
        match &part.kind {
            PartKind::Literal { text, .. } => Some(text.clone()),
            PartKind::Variable { name, operation, .. } => self.value(name, &operation.kind),
            _ => None,
        }
    }

    fn value(&self, name: &str, operation: &OperationKind) -> Option<String> {
        let known = match name.parse::<usize>() {
            Ok(number) => self.shell.parameters.get(number).cloned().flatten(),
            Err(_) if self.shell.variables.binding(name) == Binding::MaybeSet => None,
            Err(_) => self.shell.variables.value(name).map(ToString::to_string),
        };
        match operation {
            OperationKind::Plain | OperationKind::Required { .. } => known,
            OperationKind::Default { or_empty, word } | OperationKind::AssignDefault { or_empty, word } => {
                let known = known?;
                if *or_empty && known.is_empty() { self.plain_text(word) } else { Some(known) }
            }
            _ => None,
        }
    }

    fn plain_text(&self, word: &Word) -> Option<String> {
        word.parts.iter().map(|part| self.part_text(part)).collect()
    }

    /// What `words` come to as a command's words. Where one may come to several, or to none, it is one that isn't known.
    pub(super) fn arguments(&mut self, words: &[Word]) -> Vec<Argument> {
        let mut arguments = Vec::with_capacity(words.len());
        for word in words {
            let argument = |text| Argument { text, range: word.range.clone() };
            match word.parts.as_slice() {
                [Part { kind: PartKind::Variable { name, operation, quoted }, .. }] => {
                    let fields = self.fields(name, &operation.kind, *quoted);
                    arguments.extend(fields.into_iter().map(argument));
                }
                parts => {
                    let splits = parts.iter().any(|part| self.is_alive(part));
                    let text = if splits { None } else { self.text(word) };
                    arguments.push(argument(text));
                }
            }
        }
        arguments
    }

    /// What a word of nothing but a parameter comes to (POSIX XCU 2.5.2, 2.6.5).
    fn fields(&mut self, name: &str, operation: &OperationKind, quoted: bool) -> Vec<Option<String>> {
        if matches!(name, "@" | "*") && *operation == OperationKind::Plain {
            return self.shell.parameters.iter().skip(1).cloned().collect();
        }
        let Some(value) = self.value(name, operation).and_then(|text| self.afford(text)) else {
            return vec![None];
        };
        if quoted {
            return vec![Some(value)];
        }
        let plain = |field: &str| Some(field.to_owned()).filter(|field| !field.contains(ALIVE));
        value.split_ascii_whitespace().map(plain).collect()
    }

    /// Whether an unquoted value may split its word, or make a pattern of it.
    fn is_alive(&self, part: &Part) -> bool {
        matches!(part.kind, PartKind::Variable { quoted: false, .. })
            && self.part_text(part).is_some_and(|text| text.contains(ALIVE))
    }
}

/// More expansions than any script has.
const MAX_USES: usize = 50_000;
