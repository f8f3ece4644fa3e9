//! What words and tests come to in a turn of a loop, while nothing that it asks for is there.

use super::Turn;
use super::outcome::Status;
use crate::commands::{Awaited, Call, Trait};
use crate::helm;
use crate::shell::ir::{Command, CommandKind, Condition, ConditionKind, Part, PartKind, Word};

/// What a word comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    /// What a command said that asked in vain: nothing, or a zero.
    Nothing,
    /// The same in each turn, but what it is isn't known.
    Same,
    /// It may be another in each turn.
    Changing,
}

/// Variables that the shell changes by itself.
const MOVING: [&str; 6] = ["SECONDS", "RANDOM", "EPOCHSECONDS", "EPOCHREALTIME", "!", "LINENO"];

impl Value {
    /// Whether it matches one of a clause's patterns.
    pub(super) fn matches(&self, patterns: &[Word]) -> Status {
        let one = |pattern: &Word| match (self, pattern.literal(), pattern.parts.as_slice()) {
            (_, None, [Part { kind: PartKind::Glob(glob), .. }]) if glob == "*" => Status::Succeeds,
            (Self::Text(own), Some(text), _) => Status::of(*own == text),
            (Self::Nothing, Some(text), _) => Status::of(is_nothing(&text)),
            // A pattern with some letters isn't that of nothing.
            (Self::Nothing, None, parts) if parts.iter().any(has_text) => Status::Fails,
            _ => Status::Either,
        };
        let all: Vec<Status> = patterns.iter().map(one).collect();
        if all.contains(&Status::Succeeds) {
            Status::Succeeds
        } else if all.contains(&Status::Either) {
            Status::Either
        } else {
            Status::Fails
        }
    }

    fn number(&self) -> Option<i64> {
        match self {
            Self::Text(text) => text.trim().parse().ok(),
            Self::Nothing => Some(0),
            Self::Same | Self::Changing => None,
        }
    }
}

fn has_text(part: &Part) -> bool {
    matches!(&part.kind, PartKind::Literal { text, .. } if !text.is_empty())
}

/// What a failed request says: nothing, no line, HTTP status 000.
fn is_nothing(text: &str) -> bool {
    text.trim().chars().all(|c| c == '0')
}

impl Turn<'_, '_> {
    /// What `word` comes to, its substitutions run.
    pub(super) fn word(&mut self, word: &Word) -> Value {
        let mut whole: Option<Value> = None;
        for part in &word.parts {
            let own = self.part(part);
            whole = Some(match (whole, own) {
                (None, own) => own,
                (Some(Value::Changing), _) | (_, Value::Changing) => Value::Changing,
                (Some(Value::Text(left)), Value::Text(right)) => Value::Text(left + &right),
                (Some(Value::Nothing), Value::Text(text)) | (Some(Value::Text(text)), Value::Nothing) => {
                    if text.trim().is_empty() {
                        Value::Nothing
                    } else {
                        Value::Text(text)
                    }
                }
                (Some(Value::Nothing), Value::Nothing) => Value::Nothing,
                (Some(_), _) => Value::Same,
            });
        }
        whole.unwrap_or_else(|| Value::Text(String::new()))
    }

    fn part(&mut self, part: &Part) -> Value {
        match &part.kind {
            PartKind::Literal { text, .. } => Value::Text(text.clone()),
            PartKind::Variable { name, operation, .. } => {
                let value = self.variable(name);
                let plain = operation.range.is_empty();
                if plain || value == Value::Changing || value == Value::Nothing { value } else { Value::Same }
            }
            PartKind::Substitution { body, .. } => self.substitution(body),
            PartKind::Arithmetic(expression) => match self.arithmetic(&expression.text, None) {
                Status::Either if self.mentions_changing(&expression.text) => Value::Changing,
                _ => Value::Same,
            },
            PartKind::Glob(_) | PartKind::Braces(_) | PartKind::Tilde(_) => Value::Same,
            PartKind::ProcessSubstitution(_) => Value::Changing,
        }
    }

    fn variable(&self, name: &str) -> Value {
        if name == "?" {
            return match self.last {
                Status::Succeeds => Value::Text("0".to_owned()),
                Status::Fails => Value::Text("1".to_owned()),
                Status::Either => Value::Changing,
            };
        }
        if MOVING.contains(&name) {
            return Value::Changing;
        }
        if let Some(value) = self.set.get(name) {
            return value.clone();
        }
        let is_parameter = name.bytes().all(|b| b.is_ascii_digit()) || matches!(name, "@" | "*" | "#");
        if self.changing.contains(name) || is_parameter && self.changing.contains("@") {
            return Value::Changing;
        }
        self.shell.variables.value(name).map_or(Value::Same, |value| Value::Text(value.to_string()))
    }

    /// What `$(body)` says.
    fn substitution(&mut self, body: &[Command]) -> Value {
        let (set, asked) = (self.set.clone(), self.asked_by_now());
        let outcome = self.list(body, true);
        self.set = set;
        self.last = outcome.status;
        let says_nothing = match body.last().map(|last| &last.kind) {
            Some(CommandKind::Pipeline(_) | CommandKind::Simple(_)) => true,
            // `$(curl … || true)`.
            Some(CommandKind::Or(_, right)) => is_quiet(right),
            _ => false,
        };
        if self.asked_by_now() > asked && says_nothing { Value::Nothing } else { Value::Changing }
    }

    /// A test. `keep` is what it said when the loop was entered, where that is known.
    pub(super) fn condition(&mut self, condition: &Condition, keep: Option<bool>) -> Status {
        let same = |keep: Option<bool>| keep.map_or(Status::Either, Status::of);
        match &condition.kind {
            ConditionKind::Unary(operator, word) => match (operator.name.as_str(), self.word(word)) {
                (_, Value::Changing) => Status::Either,
                ("-z", Value::Nothing) => Status::Succeeds,
                ("-n", Value::Nothing) => Status::Fails,
                ("-z", Value::Text(text)) => Status::of(text.is_empty()),
                ("-n", Value::Text(text)) => Status::of(!text.is_empty()),
                ("-e" | "-f" | "-d" | "-s" | "-S" | "-r" | "-w" | "-x" | "-p" | "-L" | "-b" | "-c", _) => {
                    let path = self.shown(word);
                    if self.failed.as_ref().is_some_and(|failed| !(failed.is_missing)(&path)) {
                        return Status::Either;
                    }
                    self.asks(Awaited::File(path), true);
                    Status::Fails
                }
                _ => same(keep),
            },
            ConditionKind::Word(word) => match self.word(word) {
                Value::Text(text) => Status::of(!text.is_empty()),
                Value::Nothing => Status::Fails,
                Value::Same => same(keep),
                Value::Changing => Status::Either,
            },
            ConditionKind::Binary(left, operator, right) => {
                let (left, right) = (self.word(left), self.word(right));
                let status = compare(&left, &operator.name, &right).unwrap_or_else(|| same(keep));
                // A request that fails says 000, and one that isn't made says nothing, which is no number.
                let is_open =
                    self.failed.is_some() && operator.name != "!=" && is_zero_or_nothing(&left, &right);
                if is_open && status == Status::Succeeds { Status::Either } else { status }
            }
            ConditionKind::Not(inner) => match self.condition(inner, keep.map(|keep| !keep)) {
                Status::Succeeds => Status::Fails,
                Status::Fails => Status::Succeeds,
                Status::Either => Status::Either,
            },
            ConditionKind::And(left, right) => {
                let keep = keep.filter(|keep| *keep);
                match (self.condition(left, keep), self.condition(right, keep)) {
                    (Status::Fails, _) | (_, Status::Fails) => Status::Fails,
                    (Status::Succeeds, Status::Succeeds) => Status::Succeeds,
                    _ => Status::Either,
                }
            }
            ConditionKind::Or(left, right) => {
                let keep = keep.filter(|keep| !*keep);
                match (self.condition(left, keep), self.condition(right, keep)) {
                    (Status::Succeeds, _) | (_, Status::Succeeds) => Status::Succeeds,
                    (Status::Fails, Status::Fails) => Status::Fails,
                    _ => Status::Either,
                }
            }
        }
    }

    /// `(( … ))`.
    pub(super) fn arithmetic(&mut self, expression: &str, keep: Option<bool>) -> Status {
        for name in crate::shell::semantics::loops::assigned_in(expression) {
            let name = name.to_owned();
            self.sets(&name, Value::Changing);
        }
        if expression.trim() == "1" {
            return Status::Succeeds;
        }
        if self.mentions_changing(expression) {
            return Status::Either;
        }
        keep.map_or(Status::Either, Status::of)
    }

    fn mentions_changing(&self, expression: &str) -> bool {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let mut names = expression.split(|c| !is_name(c)).filter(|name| !name.is_empty());
        expression.contains("$(")
            || expression.contains('`')
            || names.any(|name| {
                !name.starts_with(|c: char| c.is_ascii_digit())
                    && !matches!(self.variable(name), Value::Text(_) | Value::Same)
            })
    }

    /// A word with `$NAME` for what isn't known.
    pub(super) fn shown(&self, word: &Word) -> String {
        let parts = word.parts.iter().map(|part| match &part.kind {
            PartKind::Literal { text, .. } | PartKind::Glob(text) | PartKind::Tilde(text) => text.clone(),
            PartKind::Variable { name, .. } => match self.variable(name) {
                Value::Text(text) => text,
                _ if helm::has_placeholder(name) => name.clone(),
                _ => format!("${name}"),
            },
            _ => "…".to_owned(),
        });
        parts.collect()
    }
}

/// Whether a number, or nothing, is compared with nothing.
fn is_zero_or_nothing(left: &Value, right: &Value) -> bool {
    let is_number = |value: &Value| value.number().is_some() && *value != Value::Nothing;
    matches!((left, right), (Value::Nothing, other) | (other, Value::Nothing) if is_number(other))
}

/// `true`, `:`, `echo` of nothing.
fn is_quiet(command: &Command) -> bool {
    let CommandKind::Simple(simple) = &command.kind else { return false };
    let words: Option<Vec<String>> = simple.words.iter().map(Word::literal).collect();
    words.is_some_and(|words| match words.as_slice() {
        [one] => one == "true" || one == ":" || Call::of(&words).is(Trait::OnlyPrints),
        [_, text] => Call::of(&words).is(Trait::OnlyPrints) && is_nothing(text),
        _ => false,
    })
}

/// What a comparison says; `None` where it says the same in each turn.
fn compare(left: &Value, operator: &str, right: &Value) -> Option<Status> {
    let is_numeric = matches!(operator, "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge");
    match (left, right) {
        // Two answers may be wanted to be the same.
        (Value::Changing, _) | (_, Value::Changing) | (Value::Nothing, Value::Nothing) => {
            Some(Status::Either)
        }
        (Value::Same, Value::Same | Value::Text(_)) | (Value::Text(_), Value::Same) => None,
        // A number that isn't known is taken for one above zero: `[ $ready -lt $WANTED ]`.
        _ if is_numeric => {
            let (left, right) = (left.number().unwrap_or(1), right.number().unwrap_or(1));
            Some(Status::of(match operator {
                "-eq" => left == right,
                "-ne" => left != right,
                "-lt" => left < right,
                "-le" => left <= right,
                "-gt" => left > right,
                _ => left >= right,
            }))
        }
        (Value::Text(left), Value::Text(right)) => Some(match operator {
            "=" => Status::of(left == right),
            "!=" => Status::of(left != right),
            _ => Status::Either,
        }),
        (Value::Nothing, Value::Text(text)) | (Value::Text(text), Value::Nothing) => {
            let is_same = is_nothing(text);
            Some(match operator {
                "=" => Status::of(is_same),
                "!=" => Status::of(!is_same),
                "=~" => Status::Fails,
                _ => Status::Either,
            })
        }
        (Value::Nothing, Value::Same) | (Value::Same, Value::Nothing) => Some(match operator {
            "=" | "=~" => Status::Fails,
            "!=" => Status::Succeeds,
            _ => Status::Either,
        }),
    }
}
