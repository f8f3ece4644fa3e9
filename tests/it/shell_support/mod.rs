//! A compact notation for the shell's intermediate form.
#![allow(dead_code, reason = "each test takes what it needs")]

use initlint::shell::ir::{
    Arithmetic, Assignment, Command, CommandKind, Condition, ConditionKind, List, Operation, OperationKind,
    Part, PartKind, Redirection, RedirectionKind, Script, Value, Word,
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
            format!("for[{name} in {} do {}]", items(words.as_deref()), list(body))
        }
        CommandKind::Select { name, words, body } => {
            format!("select[{name} in {} do {}]", items(words.as_deref()), list(body))
        }
        CommandKind::ArithmeticFor { init, condition, step, body } => {
            format!("for[{}; {}; {} do {}]", init.text, condition.text, step.text, list(body))
        }
        CommandKind::Coprocess(inner) => format!("coproc[{}]", self::command(inner)),
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
        CommandKind::Arithmetic(Arithmetic { text, .. }) => format!("(({text}))"),
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

fn items(words: Option<&[Word]>) -> String {
    words.map_or("$@".to_owned(), |words| words.iter().map(word).collect::<Vec<_>>().join(" "))
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
    match &condition.kind {
        ConditionKind::Unary(operator, operand) => format!("{} {}", operator.name, word(operand)),
        ConditionKind::Binary(a, operator, b) => format!("{} {} {}", word(a), operator.name, word(b)),
        ConditionKind::Word(operand) => word(operand),
        ConditionKind::Not(a) => format!("!({})", inner(a)),
        ConditionKind::And(a, b) => format!("({} && {})", inner(a), inner(b)),
        ConditionKind::Or(a, b) => format!("({} || {})", inner(a), inner(b)),
    }
}

fn redirection(redirection: &Redirection) -> String {
    let descriptor = redirection.descriptor.map_or(String::new(), |fd| fd.to_string());
    let (operator, target) = match &redirection.kind {
        RedirectionKind::Write(target) => (">", target),
        RedirectionKind::Clobber(target) => (">|", target),
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
    match &part.kind {
        PartKind::Literal { text, quoted: true } => format!("'{}'", text.escape_debug()),
        PartKind::Literal { text, quoted: false } => text.escape_debug().to_string(),
        PartKind::Glob(text) => format!("‹{text}›"),
        PartKind::Braces(text) => format!("«{text}»"),
        PartKind::Tilde(text) => format!("tilde({text})"),
        PartKind::Variable { name, operation, quoted } => {
            format!("{}${{{name}{}}}", mark(quoted), self::operation(operation))
        }
        PartKind::Substitution { body, quoted } => format!("{}$({})", mark(quoted), list(body)),
        PartKind::Arithmetic(Arithmetic { text, .. }) => format!("$(({text}))"),
        PartKind::ProcessSubstitution(body) => format!("<({})", list(body)),
    }
}

fn operation(operation: &Operation) -> String {
    let colon = |or_empty: &bool| if *or_empty { ":" } else { "" };
    match &operation.kind {
        OperationKind::Plain => String::new(),
        OperationKind::Default { or_empty, word: w } => format!("{}-{}", colon(or_empty), word(w)),
        OperationKind::AssignDefault { or_empty, word: w } => format!("{}={}", colon(or_empty), word(w)),
        OperationKind::Required { or_empty } => format!("{}?", colon(or_empty)),
        OperationKind::Alternative { or_empty, word: w } => format!("{}+{}", colon(or_empty), word(w)),
        OperationKind::Trim { suffix, longest, pattern } => {
            let sign = if *suffix { "%" } else { "#" };
            format!("{}{}", sign.repeat(1 + usize::from(*longest)), word(pattern))
        }
        OperationKind::Other(text) => format!(" other {text}"),
    }
}
