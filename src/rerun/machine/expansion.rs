//! Word expansion (POSIX XCU 2.6).

use std::rc::Rc;

use super::havoc::UNFOLLOWED;
use super::matching::Pattern;
use super::{Bound, Jump, Machine, SUCCESS, Sink, Status, arithmetic, braces, patterns};
use crate::rerun::Program;
use crate::rerun::state::atoms::{Atom, clean, is_known};
use crate::shell::ir::{CommandKind, List, Operation, OperationKind, Part, PartKind, Word};

/// The most fields that one command's words may come to.
const MAX_FIELDS: usize = 4096;

/// Fields in the making.
#[derive(Default)]
struct Fields {
    done: Vec<Field>,
    current: Option<Field>,
}

/// A field, and the pattern that it is where it has to be expanded to pathnames.
#[derive(Default)]
struct Field {
    text: String,
    pattern: Option<String>,
}

impl Fields {
    fn literal(&mut self, text: &str) {
        let field = self.current.get_or_insert_default();
        field.text.push_str(text);
        if let Some(pattern) = &mut field.pattern {
            pattern.push_str(&patterns::quoted(text));
        }
    }

    fn pattern(&mut self, text: &str) {
        let field = self.current.get_or_insert_default();
        let pattern = field.pattern.get_or_insert_with(|| patterns::quoted(&field.text));
        pattern.push_str(text);
        field.text.push_str(text);
    }

    /// An unquoted value: split at white space, its pattern characters alive.
    fn split(&mut self, value: &str, separators: &str) {
        let special = |c: char| separators.contains(c) || matches!(c, '*' | '?' | '[');
        let mut rest = value;
        while let Some(at) = rest.find(special) {
            let (plain, tail) = rest.split_at(at);
            if !plain.is_empty() {
                self.literal(plain);
            }
            let c = tail.chars().next().unwrap_or_default();
            if separators.contains(c) {
                self.end();
            } else {
                self.pattern(c.encode_utf8(&mut [0; 4]));
            }
            rest = tail.get(c.len_utf8()..).unwrap_or_default();
        }
        if !rest.is_empty() {
            self.literal(rest);
        }
    }

    fn end(&mut self) {
        self.done.extend(self.current.take());
    }
}

impl Machine<'_, '_> {
    /// The fields that `words` expand to; too many can't be followed.
    pub(super) fn fields(&mut self, words: &[Word]) -> Result<Vec<String>, Jump> {
        match self.fields_cut(words)? {
            (_, true) => self.give_up(Bound::Words),
            (fields, false) => Ok(fields),
        }
    }

    /// The first fields that `words` expand to, and whether there are more.
    pub(super) fn fields_cut(&mut self, words: &[Word]) -> Result<(Vec<String>, bool), Jump> {
        let (mut out, mut is_cut) = (Vec::with_capacity(words.len()), false);
        for word in words {
            if let [Part { kind: PartKind::Literal { text, .. }, .. }] = word.parts.as_slice() {
                out.push(clean(text).into_owned());
                continue;
            }
            if !word.parts.iter().any(|part| matches!(part.kind, PartKind::Braces(_))) {
                self.word_fields(word, &mut out)?;
                if out.len() > MAX_FIELDS {
                    break;
                }
                continue;
            }
            let (words, more) = self.braces(word);
            is_cut |= more;
            for word in words {
                self.word_fields(&word, &mut out)?;
                if out.len() > MAX_FIELDS {
                    break;
                }
            }
        }
        is_cut |= out.len() > MAX_FIELDS;
        out.truncate(MAX_FIELDS);
        self.charge(out.len());
        Ok((out, is_cut))
    }

    fn word_fields(&mut self, word: &Word, out: &mut Vec<String>) -> Result<(), Jump> {
        let mut fields = Fields::default();
        for part in &word.parts {
            self.part_fields(part, &mut fields)?;
        }
        fields.end();
        for field in fields.done {
            let Some(pattern) = field.pattern.filter(|_| !self.shell.options.noglob) else {
                out.push(field.text);
                continue;
            };
            let found = self.glob(&pattern);
            match found.as_slice() {
                [] if self.shell.nullglob => {}
                [] => out.push(field.text),
                _ => out.extend(found),
            }
        }
        Ok(())
    }

    fn part_fields(&mut self, part: &Part, fields: &mut Fields) -> Result<(), Jump> {
        match &part.kind {
            PartKind::Glob(text) => fields.pattern(&clean(text)),
            PartKind::Variable { name, operation: Operation { kind: OperationKind::Plain, .. }, quoted }
                if name == "@" || name == "*" =>
            {
                let values: Vec<Rc<str>> = self.shell.parameters.iter().skip(1).cloned().collect();
                for (index, value) in values.iter().enumerate() {
                    if index > 0 {
                        fields.end();
                    }
                    if *quoted { fields.literal(value) } else { fields.split(value, " \t\n") }
                }
            }
            PartKind::Variable {
                name,
                operation: Operation { kind: OperationKind::Other(text), .. },
                quoted,
            } if self.shell.arrays.contains_key(name) && is_all_of(name, text) => {
                let elements = self.shell.arrays.get(name).cloned().unwrap_or_default();
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        fields.end();
                    }
                    if *quoted { fields.literal(element) } else { fields.split(element, " \t\n") }
                }
            }
            PartKind::Variable { quoted: false, .. } | PartKind::Substitution { quoted: false, .. } => {
                let value = self.part_text(part)?;
                let separators = self.shell.variables.get("IFS").map_or(" \t\n".into(), ToString::to_string);
                fields.split(&value, &separators);
            }
            _ => {
                let text = self.part_text(part)?;
                fields.literal(&text);
            }
        }
        Ok(())
    }

    /// What `word` expands to where it isn't split: an assignment, a redirection, a here-document.
    pub(super) fn text_of(&mut self, word: &Word) -> Result<String, Jump> {
        let mut out = String::new();
        for part in &word.parts {
            out.push_str(&self.part_text(part)?);
        }
        Ok(out)
    }

    /// `word` as a pattern: what is quoted in it stands for itself.
    pub(super) fn pattern_of(&mut self, word: &Word) -> Result<String, Jump> {
        let mut out = String::new();
        for part in &word.parts {
            match &part.kind {
                PartKind::Glob(text) => out.push_str(&clean(text)),
                PartKind::Variable { quoted: false, .. } => out.push_str(&self.part_text(part)?),
                _ => out.push_str(&patterns::quoted(&self.part_text(part)?)),
            }
        }
        Ok(out)
    }

    /// Whether `subject` matches a pattern of a `case` clause.
    pub(super) fn case_matches(&mut self, subject: &str, pattern: &Word) -> Result<bool, Jump> {
        let pattern = self.pattern_of(pattern)?;
        Ok(self.matches_pattern(subject, &pattern))
    }

    /// Whether `subject` matches `pattern`; the assumptions says where either isn't known.
    pub(super) fn matches_pattern(&mut self, subject: &str, pattern: &str) -> bool {
        let compiled = Pattern::new(pattern);
        self.charge_pattern(&compiled, &[subject]);
        let found = compiled.matches(subject);
        if found == Some(true) {
            return true;
        }
        if is_known(subject) && is_known(pattern) {
            return found.is_none() && self.ask(&format!("{UNFOLLOWED}matches:{subject}:{pattern}"), false);
        }
        let state = self.as_world().state_of(subject);
        self.ask(&format!("matches:{subject}:{pattern}@{state}"), false)
    }

    fn part_text(&mut self, part: &Part) -> Result<String, Jump> {
        Ok(match &part.kind {
            PartKind::Literal { text, .. } | PartKind::Glob(text) | PartKind::Braces(text) => {
                clean(text).into_owned()
            }
            PartKind::Tilde(text) if text == "~" => self.variable("HOME").to_string(),
            PartKind::Tilde(text) => self.unknown(&format!("tilde:{text}"), text),
            PartKind::Variable { name, operation, .. } => self.parameter(name, operation)?,
            PartKind::Substitution { body, .. } => self.substitution(body)?,
            PartKind::Arithmetic(expression) => self.arithmetic(&expression.text)?,
            PartKind::ProcessSubstitution(body) => {
                let text = self.substitution(body)?;
                self.unknown(&format!("process:{text}"), "a pipe")
            }
        })
    }

    pub(super) fn unknown(&mut self, key: &str, shown: &str) -> String {
        String::from(self.atom(Atom { never_empty: true, ..Atom::new(key, shown) }))
    }

    /// The value of a variable or parameter; `None` where it is unset as far as the manifest tells.
    fn known_variable(&mut self, name: &str) -> Option<Rc<str>> {
        if let Some(value) = self.shell.variables.get(name) {
            return Some(Rc::clone(value));
        }
        if let Ok(number) = name.parse::<usize>() {
            return self.shell.parameters.get(number).cloned();
        }
        let text = match name {
            "?" => self.shell.status.to_string(),
            "#" => self.shell.parameters.len().saturating_sub(1).to_string(),
            "@" | "*" => {
                let all: Vec<&str> = self.shell.parameters.iter().skip(1).map(AsRef::as_ref).collect();
                all.join(" ")
            }
            "PWD" => self.shell.directory.clone(),
            "-" => String::new(),
            _ if self.container.unknown_environment.contains(name) => {
                self.unknown(&format!("env:{name}"), &format!("${name}"))
            }
            _ => return None,
        };
        Some(text.into())
    }

    /// The value of a variable; one that the manifest doesn't set may be the image's.
    pub(in crate::rerun) fn variable(&mut self, name: &str) -> Rc<str> {
        if let Some(value) = self.known_variable(name) {
            return value;
        }
        if name.starts_with(|c: char| c.is_ascii_digit()) {
            return Rc::default();
        }
        let file = self.shell.variables_of.as_deref().unwrap_or_default();
        String::from(self.atom(Atom::new(format!("env:{name}{file}"), format!("${name}")))).into()
    }

    /// Sets a variable.
    pub(super) fn assign(&mut self, name: &str, value: &str) {
        let value = self.bounded(value.into());
        Rc::make_mut(&mut self.shell.variables).insert(name.to_owned(), value);
    }

    fn parameter(&mut self, name: &str, operation: &Operation) -> Result<String, Jump> {
        let set = self.known_variable(name);
        let usable = |or_empty: bool| set.clone().filter(|value| !(or_empty && value.is_empty()));
        Ok(match &operation.kind {
            OperationKind::Plain | OperationKind::Required { .. } => self.variable(name).to_string(),
            OperationKind::Default { or_empty, word } => match usable(*or_empty) {
                Some(value) => value.to_string(),
                None => self.text_of(word)?,
            },
            OperationKind::AssignDefault { or_empty, word } => {
                if let Some(value) = usable(*or_empty) {
                    return Ok(value.to_string());
                }
                let text = self.text_of(word)?;
                self.assign(name, &text);
                text
            }
            OperationKind::Alternative { or_empty, word } => match usable(*or_empty) {
                Some(_) => self.text_of(word)?,
                None => String::new(),
            },
            OperationKind::Trim { suffix, longest, pattern } => {
                let pattern = self.pattern_of(pattern)?;
                let value = self.variable(name);
                self.trimmed(&value, *suffix, *longest, &pattern)
            }
            OperationKind::Other(text) if self.element(name, text).is_some() => {
                self.element(name, text).unwrap_or_default()
            }
            OperationKind::Other(text) => {
                let value = set.unwrap_or_default();
                self.unknown(&format!("parameter:{text}:{value}"), &format!("${{{text}}}"))
            }
        })
    }

    /// An element of an array, or how many there are.
    fn element(&self, name: &str, text: &str) -> Option<String> {
        let elements = self.shell.arrays.get(name)?;
        if text.strip_prefix('#').is_some_and(|text| is_all_of(name, text)) {
            return Some(elements.len().to_string());
        }
        if is_all_of(name, text) {
            return Some(elements.join(" "));
        }
        let index = text.strip_prefix(name)?.strip_prefix('[')?.strip_suffix(']')?;
        Some(elements.get(index.parse::<usize>().ok()?).cloned().unwrap_or_default())
    }

    fn trimmed(&mut self, value: &str, suffix: bool, longest: bool, pattern: &str) -> String {
        let compiled = Pattern::new(pattern);
        self.charge_pattern(&compiled, &[value]);
        let cut = compiled.cut(value, suffix, longest);
        if let Ok(Some(length)) = cut {
            let kept = value.chars().count().saturating_sub(length);
            let skipped = if suffix { 0 } else { length };
            return value.chars().skip(skipped).take(kept).collect();
        }
        if cut.is_ok() && is_known(value) && is_known(pattern) {
            return value.to_owned();
        }
        let unfollowed = if cut.is_err() { UNFOLLOWED } else { "" };
        self.shared.has_unfollowed |= cut.is_err();
        let shown = self.shared.atoms.show(value);
        self.unknown(&format!("{unfollowed}trim:{suffix}:{longest}:{pattern}:{value}"), &shown)
    }

    /// What `$(…)` is replaced by.
    pub(super) fn substitution(&mut self, body: &List) -> Result<String, Jump> {
        let status_is_tested = std::mem::replace(&mut self.status_is_tested, false);
        let current = self.current;
        self.sinks.push(Sink::Text(String::new()));
        let result = match body.as_slice() {
            [only] if is_bare_read(only) => self.redirected(&only.redirections, |machine| {
                let text = machine.input.clone().unwrap_or_default();
                machine.emit(&text);
                Ok(SUCCESS)
            }),
            _ => self.subshell(|machine| {
                // bash, unless it is to be POSIX's, doesn't pass `set -e` on.
                let bash = matches!(*machine.container.program, Program::Script { bash: true, .. });
                machine.shell.options.errexit &= !bash;
                machine.list(body)
            }),
        };
        let text = match self.sinks.pop() {
            Some(Sink::Text(text)) => text,
            _ => String::new(),
        };
        self.status_is_tested = status_is_tested;
        self.current = current;
        self.shell.status = result?;
        self.substituted = true;
        Ok(text.trim_end_matches('\n').to_owned())
    }

    fn arithmetic(&mut self, text: &str) -> Result<String, Jump> {
        let expanded = self.expanded(&clean(text))?;
        Ok(match self.integer(&expanded) {
            Some(value) => value.to_string(),
            None => self.unknown(&format!("arithmetic:{expanded}"), &format!("$(({text}))")),
        })
    }

    /// An arithmetic expression with what is substituted in it (POSIX XCU 2.6.4), where it has any.
    fn expanded(&mut self, text: &str) -> Result<String, Jump> {
        if !["$(", "`", "${", "#$"].iter().any(|mark| text.contains(mark)) {
            return Ok(text.to_owned());
        }
        let parsed = crate::shell::parse(&format!("_=\"{text}\"")).ok();
        let command = parsed.as_ref().and_then(|script| script.body.first());
        let value = command.and_then(|command| match &command.kind {
            CommandKind::Simple(simple) => simple.assignments.first()?.value.words().first(),
            _ => None,
        });
        value.map_or(Ok(text.to_owned()), |value| self.text_of(value))
    }

    /// The status of `((TEXT))`: success where it isn't zero.
    pub(super) fn arithmetic_status(&mut self, text: &str) -> Status {
        let text = clean(text);
        match self.integer(&text) {
            Some(value) => Status::from(value == 0),
            None => self.unknown_status(&format!("(({text}))")),
        }
    }

    /// The value of an arithmetic expression, with what it assigns assigned.
    fn integer(&mut self, text: &str) -> Option<i64> {
        let value = arithmetic::evaluate(text, self);
        if value.is_none() {
            // What it would have assigned isn't known either.
            for name in super::havoc::assigned_by(text) {
                let value = self.unknown(&format!("assigned:{name}:{text}"), &format!("${name}"));
                self.assign(&name, &value);
            }
        }
        value
    }

    /// The words that bash's brace expansion makes of `word`, and whether there are more.
    fn braces(&self, word: &Word) -> (Vec<Word>, bool) {
        let bash = matches!(*self.container.program, Program::Script { bash: true, .. });
        let (mut words, mut is_cut) = (vec![Word::default()], false);
        for part in &word.parts {
            let choices = match &part.kind {
                PartKind::Braces(text) if bash => braces::expand(text),
                _ => None,
            };
            let Some((texts, more)) = choices else {
                for word in &mut words {
                    word.parts.push(part.clone());
                }
                continue;
            };
            let (joined, cut) = braces::product(&words, &texts, |word, text| {
                let mut word = word.clone();
                let kind = if text.contains(['*', '?', '[']) {
                    PartKind::Glob(text.clone())
                } else {
                    PartKind::Literal { text: text.clone(), quoted: false }
                };
                word.parts.push(Part { range: part.range.clone(), kind });
                word
            });
            is_cut |= more || cut;
            words = joined;
        }
        (words, is_cut)
    }
}

impl arithmetic::Variables for Machine<'_, '_> {
    fn get(&self, name: &str) -> Option<String> {
        self.shell.variables.get(name).map(ToString::to_string)
    }

    fn set(&mut self, name: &str, value: i64) {
        self.assign(name, &value.to_string());
    }
}

/// Whether an expansion is `NAME[@]` or `NAME[*]`.
fn is_all_of(name: &str, text: &str) -> bool {
    matches!(text.strip_prefix(name), Some("[@]" | "[*]"))
}

/// `$(< file)`.
fn is_bare_read(command: &crate::shell::ir::Command) -> bool {
    matches!(&command.kind, crate::shell::ir::CommandKind::Simple(simple) if simple.words.is_empty())
        && !command.redirections.is_empty()
}
