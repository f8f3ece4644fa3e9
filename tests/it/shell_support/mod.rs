//! A compact notation for the shell's intermediate form, and a walk over it.
#![allow(clippy::needless_for_each, clippy::semicolon_if_nothing_returned, reason = "it reads well so")]
#![allow(dead_code, reason = "each test takes what it needs")]

use initlint::shell::ir::{
    Assignment, Command, CommandKind, Condition, List, Operation, Part, Redirection, RedirectionKind, Script,
    Value, Word,
};

/// The whole script on one line.
pub(crate) fn print(script: &Script) -> String {
    list(&script.body)
}

pub(crate) fn list(commands: &List) -> String {
    commands.iter().map(command).collect::<Vec<_>>().join(" ; ")
}

pub(crate) fn command(command: &Command) -> String {
    let mut out = match &command.kind {
        CommandKind::Simple(simple) => {
            let mut words: Vec<_> = simple.assignments.iter().map(assignment).collect();
            words.extend(simple.words.iter().map(word));
            words.join(" ")
        }
        CommandKind::Pipeline(stages) => format!("({})", join(stages, " | ")),
        CommandKind::Not(inner) => format!("!({})", self::command(inner)),
        CommandKind::And(a, b) => format!("({} && {})", self::command(a), self::command(b)),
        CommandKind::Or(a, b) => format!("({} || {})", self::command(a), self::command(b)),
        CommandKind::If { arms, otherwise } => {
            let arms: Vec<_> =
                arms.iter().map(|arm| format!("{} then {}", list(&arm.condition), list(&arm.body))).collect();
            let last = otherwise.as_ref().map_or(String::new(), |body| format!(" else {}", list(body)));
            format!("if[{}{last}]", arms.join(" elif "))
        }
        CommandKind::Loop { until, condition, body } => {
            format!("{}[{} do {}]", if *until { "until" } else { "while" }, list(condition), list(body))
        }
        CommandKind::For { name, words, body } => {
            let words = words
                .as_ref()
                .map_or("$@".to_owned(), |words| words.iter().map(word).collect::<Vec<_>>().join(" "));
            format!("for[{name} in {words} do {}]", list(body))
        }
        CommandKind::OpaqueLoop(body) => format!("opaque[{}]", list(body)),
        CommandKind::Case { subject, clauses } => {
            let clauses: Vec<_> = clauses
                .iter()
                .map(|clause| {
                    let patterns: Vec<_> = clause.patterns.iter().map(word).collect();
                    let end = if clause.falls_through { " ;&" } else { "" };
                    format!("{}) {}{end}", patterns.join("|"), list(&clause.body))
                })
                .collect();
            format!("case[{} in {}]", word(subject), clauses.join(" ;; "))
        }
        CommandKind::Group(body) => format!("{{ {} }}", list(body)),
        CommandKind::Subshell(body) => format!("sub[{}]", list(body)),
        CommandKind::Function { name, body } => format!("fn {name} {}", self::command(body)),
        CommandKind::Conditional(condition) => format!("[[{}]]", self::condition(condition)),
        CommandKind::Arithmetic(_) => "((…))".to_owned(),
    };
    for redirection in &command.redirections {
        out.push(' ');
        out.push_str(&self::redirection(redirection));
    }
    if command.background {
        out.push_str(" &");
    }
    out
}

fn join(commands: &[Command], by: &str) -> String {
    commands.iter().map(command).collect::<Vec<_>>().join(by)
}

fn assignment(assignment: &Assignment) -> String {
    let operator = if assignment.append { "+=" } else { "=" };
    let value = match &assignment.value {
        Value::Text(value) => word(value),
        Value::Array(_) | Value::Unread => "<array>".to_owned(),
    };
    format!("{}{operator}{value}", assignment.name)
}

pub(crate) fn condition(condition: &Condition) -> String {
    let inner = |c: &Condition| self::condition(c);
    match condition {
        Condition::Unary(operator, operand) => format!("{operator} {}", word(operand)),
        Condition::Binary(a, operator, b) => format!("{} {operator} {}", word(a), word(b)),
        Condition::Word(operand) => word(operand),
        Condition::Not(a) => format!("!({})", inner(a)),
        Condition::And(a, b) => format!("({} && {})", inner(a), inner(b)),
        Condition::Or(a, b) => format!("({} || {})", inner(a), inner(b)),
    }
}

fn redirection(redirection: &Redirection) -> String {
    let descriptor = redirection.descriptor.map_or(String::new(), |fd| fd.to_string());
    let (operator, target) = match &redirection.kind {
        RedirectionKind::Write(target) => (">", target),
        RedirectionKind::Append(target) => (">>", target),
        RedirectionKind::WriteBoth { target, append: false } => ("&>", target),
        RedirectionKind::WriteBoth { target, append: true } => ("&>>", target),
        RedirectionKind::Read(target) => ("<", target),
        RedirectionKind::ReadWrite(target) => ("<>", target),
        RedirectionKind::HereDocument(body) => ("<<", body),
        RedirectionKind::HereString(body) => ("<<<", body),
        RedirectionKind::Duplicate(target) => (">&", target),
    };
    format!("{descriptor}{operator}{}", word(target))
}

/// Quoted literals in `'…'`, globs in `‹…›`, braces in `«…»`; what is quoted carries `"`.
pub(crate) fn word(word: &Word) -> String {
    if word.parts.is_empty() {
        return "∅".to_owned();
    }
    word.parts.iter().map(part).collect()
}

fn part(part: &Part) -> String {
    let mark = |quoted: &bool| if *quoted { "\"" } else { "" };
    match part {
        Part::Literal { text, quoted: true } => format!("'{}'", text.escape_debug()),
        Part::Literal { text, quoted: false } => text.escape_debug().to_string(),
        Part::Glob(text) => format!("‹{text}›"),
        Part::Braces(text) => format!("«{text}»"),
        Part::Tilde(text) => format!("tilde({text})"),
        Part::Variable { name, operation, quoted } => {
            format!("{}${{{name}{}}}", mark(quoted), self::operation(operation))
        }
        Part::Substitution { body, quoted } => format!("{}$({})", mark(quoted), list(body)),
        Part::Arithmetic(text) => format!("$(({text}))"),
        Part::ProcessSubstitution(body) => format!("<({})", list(body)),
    }
}

fn operation(operation: &Operation) -> String {
    let colon = |or_empty: &bool| if *or_empty { ":" } else { "" };
    match operation {
        Operation::Plain => String::new(),
        Operation::Default { or_empty, word: w } => format!("{}-{}", colon(or_empty), word(w)),
        Operation::AssignDefault { or_empty, word: w } => format!("{}={}", colon(or_empty), word(w)),
        Operation::Required { or_empty } => format!("{}?", colon(or_empty)),
        Operation::Alternative { or_empty, word: w } => format!("{}+{}", colon(or_empty), word(w)),
        Operation::Trim { suffix, longest, pattern } => {
            let sign = if *suffix { "%" } else { "#" };
            format!("{}{}", sign.repeat(1 + usize::from(*longest)), word(pattern))
        }
        Operation::Other(text) => format!(" other {text}"),
    }
}

/// Calls `visit` for each command, substitutions' too.
pub(crate) fn for_each_command(commands: &List, visit: &mut dyn FnMut(&Command)) {
    for command in commands {
        visit(command);
        inside(command, visit);
    }
}

fn inside(command: &Command, visit: &mut dyn FnMut(&Command)) {
    let one = |inner: &Command, visit: &mut dyn FnMut(&Command)| {
        for_each_command(&vec![inner.clone()], visit);
    };
    match &command.kind {
        CommandKind::Simple(simple) => {
            simple.assignments.iter().flat_map(|a| a.value.words()).for_each(|w| words(w, visit));
            simple.words.iter().for_each(|w| words(w, visit));
        }
        CommandKind::Not(inner) | CommandKind::Function { body: inner, .. } => one(inner, visit),
        CommandKind::And(a, b) | CommandKind::Or(a, b) => {
            one(a, visit);
            one(b, visit);
        }
        CommandKind::If { arms, otherwise } => {
            for arm in arms {
                for_each_command(&arm.condition, visit);
                for_each_command(&arm.body, visit);
            }
            if let Some(body) = otherwise {
                for_each_command(body, visit);
            }
        }
        CommandKind::Loop { condition, body, .. } => {
            for_each_command(condition, visit);
            for_each_command(body, visit);
        }
        CommandKind::For { words: list, body, .. } => {
            list.iter().flatten().for_each(|w| words(w, visit));
            for_each_command(body, visit);
        }
        CommandKind::Case { subject, clauses } => {
            words(subject, visit);
            for clause in clauses {
                clause.patterns.iter().for_each(|w| words(w, visit));
                for_each_command(&clause.body, visit);
            }
        }
        CommandKind::Pipeline(body)
        | CommandKind::OpaqueLoop(body)
        | CommandKind::Group(body)
        | CommandKind::Subshell(body) => for_each_command(body, visit),
        CommandKind::Conditional(_) | CommandKind::Arithmetic(_) => {}
    }
    for redirection in &command.redirections {
        words(target(&redirection.kind), visit);
    }
}

fn words(word: &Word, visit: &mut dyn FnMut(&Command)) {
    for part in &word.parts {
        match part {
            Part::Substitution { body, .. } | Part::ProcessSubstitution(body) => {
                for_each_command(body, visit);
            }
            Part::Variable {
                operation:
                    Operation::Default { word, .. }
                    | Operation::AssignDefault { word, .. }
                    | Operation::Alternative { word, .. }
                    | Operation::Trim { pattern: word, .. },
                ..
            } => words(word, visit),
            _ => {}
        }
    }
}

pub(crate) fn target(kind: &RedirectionKind) -> &Word {
    match kind {
        RedirectionKind::Write(word)
        | RedirectionKind::Append(word)
        | RedirectionKind::WriteBoth { target: word, .. }
        | RedirectionKind::Read(word)
        | RedirectionKind::ReadWrite(word)
        | RedirectionKind::HereDocument(word)
        | RedirectionKind::HereString(word)
        | RedirectionKind::Duplicate(word) => word,
    }
}
