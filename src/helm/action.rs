//! What an action says: its keyword, its condition, where its output goes.

use std::borrow::Cow;

use super::lexer::{string, string_end};

/// What an action does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command<'t> {
    /// `if`, `with`, `range` and `block`: its body is output as often as `condition` says.
    Open(Opening<'t>),
    /// `else`; `else if` and `else with` have a condition.
    Else(Opening<'t>),
    /// `end`.
    End,
    /// `define`, with the name.
    Define(Cow<'t, str>),
    /// A comment, an assignment, `break`, `continue` or `fail`: puts nothing out.
    Silent,
    /// Puts a text out that stands in the template.
    Constant(Cow<'t, str>),
    /// Puts a value out.
    Value,
}

/// What opens a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Opening<'t> {
    /// What decides; `None` for `else` and for `block`, whose body is always output.
    pub(super) condition: Option<&'t str>,
    /// `range` and `with`: `.` means something else in the body.
    pub(super) rebinds_dot: bool,
}

/// Reads the text between an action's delimiters.
pub(super) fn command(inner: &str) -> Command<'_> {
    if inner.starts_with("/*") {
        return Command::Silent;
    }
    let (word, rest) = first_word(inner);
    let open = |condition, rebinds_dot| Command::Open(Opening { condition, rebinds_dot });
    match word {
        "if" => open(Some(pipeline(rest)), false),
        "with" | "range" => open(Some(pipeline(rest)), true),
        "block" => open(None, true),
        "define" => Command::Define(constant(rest).unwrap_or(Cow::Borrowed(rest))),
        "end" => Command::End,
        "else" => {
            let (word, condition) = first_word(rest);
            let has_condition = matches!(word, "if" | "with");
            Command::Else(Opening {
                condition: has_condition.then(|| pipeline(condition)),
                rebinds_dot: word == "with",
            })
        }
        "break" | "continue" | "fail" => Command::Silent,
        // Without a value it fails each time.
        "required" if matches!(words(rest).as_slice(), [_] | [_, "\"\"" | "nil"]) && !rest.contains('|') => {
            Command::Silent
        }
        _ if assignment(inner).is_some() => Command::Silent,
        _ => constant(inner).map_or(Command::Value, Command::Constant),
    }
}

fn first_word(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    (word, rest.trim())
}

/// What is evaluated where variables may be set from it: `.Values.x` of `$i, $x := .Values.x`.
fn pipeline(text: &str) -> &str {
    match text.split_once(":=") {
        Some((variables, pipeline)) if variables.starts_with('$') => pipeline.trim(),
        _ => text,
    }
}

/// What an action sets a variable to.
pub(super) struct Assignment<'t> {
    /// With its `$`.
    pub(super) variable: &'t str,
    pub(super) value: &'t str,
    /// Whether the variable is a new one: `:=`.
    pub(super) declares: bool,
}

/// The assignment that the action `inner` is.
pub(super) fn assignment(inner: &str) -> Option<Assignment<'_>> {
    let (variable, after) = inner.split_at_checked(variable_end(inner)?)?;
    let after = after.trim_start();
    let declared = after.strip_prefix(":=").map(|value| (value, true));
    let set = after.strip_prefix('=').filter(|value| !value.starts_with('=')).map(|value| (value, false));
    let (value, declares) = declared.or(set)?;
    Some(Assignment { variable, value: value.trim(), declares })
}

/// Where the variable ends that `text` starts with.
fn variable_end(text: &str) -> Option<usize> {
    let name = text.strip_prefix('$')?;
    let is_of_name = |char: char| char.is_alphanumeric() || char == '_';
    Some(1 + name.find(|char| !is_of_name(char)).unwrap_or(name.len()))
}

/// `text` with each variable that `value` knows replaced by what that says.
pub(super) fn resolved<'v>(text: &str, value: impl Fn(&str) -> Option<&'v str>) -> String {
    let (mut resolved, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.find('$').and_then(|at| rest.split_at_checked(at)) {
        let (variable, behind) =
            after.split_at_checked(variable_end(after).unwrap_or(1)).unwrap_or((after, ""));
        resolved.push_str(before);
        match value(variable) {
            Some(value) => resolved.extend(["(", value, ")"]),
            None => resolved.push_str(variable),
        }
        rest = behind;
    }
    resolved + rest
}

/// The text of an action that is one string and nothing else, or a format without a value.
fn constant(inner: &str) -> Option<Cow<'_, str>> {
    match inner.strip_prefix("printf ") {
        Some(format) => unescaped(format.trim_start()).filter(|format| !format.contains('%')),
        None => unescaped(inner),
    }
}

/// What the string `inner` is, its escapes read.
fn unescaped(inner: &str) -> Option<Cow<'_, str>> {
    let text = string(inner)?;
    if inner.starts_with('`') || !text.contains('\\') {
        return Some(Cow::Borrowed(text));
    }
    serde_json::from_str(inner).ok().map(Cow::Owned)
}

/// The lines that a value's output is put on, by the last step of its pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Indentation {
    /// `nindent`: a line break comes first.
    pub(super) breaks_line: bool,
    /// The columns, where they are written as a number.
    pub(super) columns: Option<usize>,
}

/// More columns than any manifest is indented by.
pub(super) const MAX_COLUMNS: usize = 200;

/// Where the output of the value `inner` is put, if its pipeline ends in `nindent` or `indent`, or calls it.
pub(super) fn indentation(inner: &str) -> Option<Indentation> {
    let (word, rest) = first_word(last_step(inner));
    let breaks_line = match word {
        "nindent" => true,
        "indent" => false,
        // What is evaluated is indented already.
        "tpl" => return indentation(parenthesised(rest)?),
        "printf" => {
            let [format, value] = words(rest).try_into().ok()?;
            let format = constant(format)?;
            let breaks_line = format.starts_with('\n');
            let indented = indentation(parenthesised(value)?).filter(|_| format.trim_start() == "%s")?;
            return Some(Indentation { breaks_line: breaks_line || indented.breaks_line, ..indented });
        }
        _ => return None,
    };
    let number = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    let columns = number.parse().ok().filter(|&columns| columns <= MAX_COLUMNS);
    Some(Indentation { breaks_line, columns })
}

/// The call of a named template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Included<'t> {
    pub(super) name: Cow<'t, str>,
    /// What `.` is in it; empty where nothing is passed.
    pub(super) argument: &'t str,
}

/// The named template that the action `inner` puts out, at most indented.
pub(super) fn included(inner: &str) -> Option<Included<'_>> {
    let called = inner.trim_start_matches(['(', ' ']);
    if !called.starts_with("include") && !called.starts_with("template") {
        return None;
    }
    let starts = steps(inner);
    let (first, later) = match starts.get(1) {
        Some(&second) => (inner.get(..second.checked_sub(1)?)?, inner.get(second..)?),
        None => (inner, ""),
    };
    let is_indented = || indentation(later).is_some_and(|indentation| indentation.columns.is_some());
    if !(later.is_empty() || starts.len() == 2 && is_indented()) {
        return None;
    }
    let first = in_parentheses(first.trim()).unwrap_or(first);
    match words(first).as_slice() {
        ["include" | "template", name] => Some(Included { name: constant(name)?, argument: "" }),
        ["include" | "template", name, argument] => Some(Included { name: constant(name)?, argument }),
        _ => None,
    }
}

/// What the parentheses hold that `text` starts with.
fn parenthesised(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('(')?;
    let mut depth = 1_usize;
    let end = inner.find(|char| {
        match char {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        depth == 0
    })?;
    inner.get(..end)
}

/// What stands after the last `|` outside strings and parentheses.
fn last_step(inner: &str) -> &str {
    let is_one = memchr::memchr(b'|', inner.as_bytes()).is_none();
    let start = if is_one { 0 } else { steps(inner).last().copied().unwrap_or(0) };
    inner.get(start..).unwrap_or("").trim()
}

/// Where each step of a pipeline starts.
fn steps(inner: &str) -> Vec<usize> {
    let bytes = inner.as_bytes();
    // Most pipelines are of one step.
    if memchr::memchr(b'|', bytes).is_none() {
        return vec![0];
    }
    let (mut at, mut depth, mut starts) = (0, 0_usize, vec![0]);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b'|' if depth == 0 => starts.push(at + 1),
            _ => {}
        }
        at = match byte {
            b'"' | b'\'' | b'`' => string_end(bytes, at).unwrap_or(bytes.len()),
            _ => at + 1,
        };
    }
    starts
}

/// The words of a call: parentheses and strings stay whole.
pub(super) fn words(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let (mut at, mut start, mut depth, mut words) = (0, 0, 0_usize, Vec::new());
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii_whitespace() && depth == 0 {
            words.extend(text.get(start..at).filter(|word| !word.is_empty()));
            start = at + 1;
        }
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at = match byte {
            b'"' | b'\'' | b'`' => string_end(bytes, at).unwrap_or(bytes.len()),
            _ => at + 1,
        };
    }
    words.extend(text.get(start..).filter(|word| !word.is_empty()));
    words
}

/// What is called, and with what: the words of a call, or of the last step of a pipeline, whose last operand the steps before
/// it are. Parentheses and strings stay whole.
pub(super) fn call(text: &str) -> Vec<&str> {
    let last = steps(text).last().copied().unwrap_or(0);
    let mut words = words(text.get(last..).unwrap_or(""));
    let before = text.get(..last.saturating_sub(1)).unwrap_or("").trim();
    words.extend(Some(before).filter(|before| !before.is_empty()));
    words
}

/// What the parentheses around all of `text` hold.
pub(super) fn in_parentheses(text: &str) -> Option<&str> {
    parenthesised(text).filter(|inner| inner.len() + "()".len() == text.len()).map(str::trim)
}

/// The text by which two values are told to be the same: white space, a final `quote` and the root's `$` don't count.
pub(super) fn identity(inner: &str) -> String {
    // Most actions are one step on one line.
    let is_plain = |byte: u8| !matches!(byte, b'|' | b'$') && (byte == b' ' || byte.is_ascii_graphic());
    if inner.bytes().all(is_plain) && !inner.as_bytes().windows(2).any(|pair| pair == b"  ") {
        return inner.trim().to_owned();
    }
    let starts = steps(inner);
    let ends = starts.iter().skip(1).map(|start| start - 1).chain([inner.len()]);
    let mut steps: Vec<&str> =
        starts.iter().zip(ends).filter_map(|(&start, end)| Some(inner.get(start..end)?.trim())).collect();
    while steps.len() > 1
        && steps.last().is_some_and(|step| {
            matches!(*step, "quote" | "squote" | "toString") || indentation(step).is_some()
        })
    {
        steps.pop();
    }
    let mut identity = String::with_capacity(inner.len());
    for word in steps.iter().flat_map(|step| step.split_whitespace().chain(["|"])) {
        if !identity.is_empty() {
            identity.push(' ');
        }
        identity.push_str(word);
    }
    identity.truncate(identity.trim_end_matches([' ', '|']).len());
    if identity.contains('$') { identity.replace("$.", ".") } else { identity }
}

/// Whether `inner` speaks of a variable; `$` alone is the root.
pub(super) fn has_variable(inner: &str) -> bool {
    inner.split('$').skip(1).any(starts_name)
}

fn starts_name(text: &str) -> bool {
    text.starts_with(|char: char| char.is_alphanumeric() || char == '_')
}

/// Whether `inner` speaks of `.` or of a variable, which mean something else in another body.
pub(super) fn is_local(inner: &str) -> bool {
    let bytes = inner.as_bytes();
    let mut signs = memchr::memchr2_iter(b'.', b'$', bytes);
    signs.any(|at| match bytes.get(at) {
        Some(b'.') => starts_operand(bytes, at),
        _ => inner.get(at + 1..).is_some_and(starts_name),
    })
}

/// Whether `inner` speaks of a field of `.`.
pub(super) fn has_field(inner: &str) -> bool {
    let bytes = inner.as_bytes();
    memchr::memchr_iter(b'.', bytes)
        .any(|at| starts_operand(bytes, at) && inner.get(at + 1..).is_some_and(starts_name))
}

/// Whether what stands at `at` is the start of an operand.
fn starts_operand(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| bytes.get(before));
    before.is_none_or(|byte| matches!(byte, b' ' | b'(' | b'\t' | b'\n' | b'|'))
}
