//! One manifest in each form in which it can be written: what comes of its fixes is the same.

use std::fmt::Write as _;
use std::fs;

use initlint::finding::Safety;
use initlint::rule::Settings;
use rayon::prelude::*;
use serde_json::Value;

use super::ignores::manifests;
use super::{fix, input, text_of};

/// How a manifest is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    /// On one line.
    CompactJson,
    /// The same behind a comment, with Korean in it.
    Flow,
    /// With block scalars.
    Literal,
    /// So many spaces a level, lists indented too.
    Wide,
    /// Its lines end as on Windows.
    Crlf,
    Folded,
    DoubleQuoted,
    SingleQuoted,
}

const FORMS: [Form; 9] = [
    Form::Json,
    Form::CompactJson,
    Form::Flow,
    Form::Literal,
    Form::Wide,
    Form::Crlf,
    Form::Folded,
    Form::DoubleQuoted,
    Form::SingleQuoted,
];

impl Form {
    fn write(self, value: &Value) -> String {
        match self {
            Form::Json => format!("{value:#}\n"),
            Form::CompactJson => format!("{value}\n"),
            Form::Flow => format!("# 흐름\n{value}\n"),
            Form::Crlf => Form::Literal.write(value).replace('\n', "\r\n"),
            _ => {
                let mut text = "# 블록\n".to_owned();
                self.block(value, 0, &mut text);
                text
            }
        }
    }

    /// The entries or items of `value` on lines of their own.
    fn block(self, value: &Value, indent: usize, text: &mut String) {
        let step = if self == Form::Wide { 4 } else { 2 };
        let pad = " ".repeat(indent);
        match value {
            Value::Object(entries) => {
                for (key, value) in entries {
                    write!(text, "{pad}{}:", self.scalar(&Value::from(key.as_str()), indent)).unwrap();
                    let is_list = matches!(value, Value::Array(_)) && self != Form::Wide;
                    self.value(value, if is_list { indent } else { indent + step }, text);
                }
            }
            Value::Array(items) => {
                for item in items {
                    let mut inner = String::new();
                    match item {
                        Value::Object(entries) if !entries.is_empty() => {
                            self.block(item, indent + 2, &mut inner);
                            write!(text, "{pad}- {}", inner.trim_start_matches(' ')).unwrap();
                        }
                        _ => {
                            write!(text, "{pad}-").unwrap();
                            self.value(item, indent + step, text);
                        }
                    }
                }
            }
            _ => {}
        }
    }

    /// What stands behind a key or a dash.
    fn value(self, value: &Value, indent: usize, text: &mut String) {
        let is_empty = matches!(value, Value::Object(map) if map.is_empty())
            || matches!(value, Value::Array(items) if items.is_empty());
        match value {
            Value::Object(_) | Value::Array(_) if !is_empty => {
                text.push('\n');
                self.block(value, indent, text);
            }
            _ => writeln!(text, " {}", self.scalar(value, indent)).unwrap(),
        }
    }

    fn scalar(self, value: &Value, indent: usize) -> String {
        let Value::String(string) = value else { return value.to_string() };
        let is_printable = !string.chars().any(|c| c.is_control() && c != '\n' && c != '\t');
        match self {
            Form::SingleQuoted if is_printable && !string.contains('\n') => {
                format!("'{}'", string.replace('\'', "''"))
            }
            Form::Literal | Form::Wide | Form::Folded if is_printable && is_of_lines(string) => {
                self.block_scalar(string, indent.max(1))
            }
            Form::Literal | Form::Wide | Form::Folded if is_plain(string) => string.clone(),
            _ => value.to_string(),
        }
    }

    fn block_scalar(self, string: &str, indent: usize) -> String {
        let pad = " ".repeat(indent);
        let chomping = if string.ends_with('\n') { "" } else { "-" };
        let lines: Vec<&str> = string.lines().collect();
        // Lines that start with a blank aren't folded.
        let is_folded = self == Form::Folded
            && lines.iter().all(|line| !line.starts_with([' ', '\t']) && !line.is_empty());
        let between = if is_folded { "\n\n" } else { "\n" };
        let lines =
            lines.iter().map(|line| if line.is_empty() { String::new() } else { format!("{pad}{line}") });
        let style = if is_folded { '>' } else { '|' };
        format!("{style}{chomping}\n{}", lines.collect::<Vec<_>>().join(between))
    }
}

/// Whether a block scalar without an indicator of its indentation can hold `string`.
fn is_of_lines(string: &str) -> bool {
    string.contains('\n')
        && !string.starts_with([' ', '\n', '\t'])
        && !string.ends_with("\n\n")
        && string.lines().all(|line| line.trim_end() == line)
}

fn is_plain(string: &str) -> bool {
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    string.starts_with(|c: char| c.is_ascii_alphabetic())
        && string.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c))
        && !words.iter().any(|word| string.eq_ignore_ascii_case(word))
}

/// `value` without what forms write otherwise: file modes, and what parts the commands of a script.
fn without_layout(value: &serde_yaml::Value) -> serde_yaml::Value {
    match value {
        serde_yaml::Value::Mapping(map) => {
            let kept = map.iter().filter(|(key, _)| !["defaultMode", "mode"].iter().any(|mode| *key == mode));
            serde_yaml::Value::Mapping(
                kept.map(|(key, value)| (key.clone(), without_layout(value))).collect(),
            )
        }
        serde_yaml::Value::Sequence(items) => items.iter().map(without_layout).collect(),
        serde_yaml::Value::String(text) => {
            let words = text.split([' ', '\n', ';']).filter(|word| !word.is_empty());
            words.collect::<Vec<_>>().join(" ").into()
        }
        other => other.clone(),
    }
}

#[test]
fn fixes_are_the_same_in_every_form() {
    let settings = Settings::default();
    let judged: Vec<(usize, usize, Vec<String>)> = manifests()
        .par_iter()
        .filter_map(|path| {
            let value: Value = serde_yaml::from_str(&fs::read_to_string(path).ok()?).ok()?;
            let fixed = |form: Form| {
                let outcome = fix(vec![input("case.yaml", &form.write(&value))], Safety::Unsafe, &settings);
                let read = serde_yaml::from_str::<serde_yaml::Value>(text_of(&outcome));
                (outcome.fixed, text_of(&outcome).to_owned(), read)
            };
            let (count, _, expected) = fixed(Form::Json);
            if count == 0 {
                return None;
            }
            let expected = without_layout(&expected.ok()?);
            let (mut made, mut wrong) = (0, Vec::new());
            for form in FORMS {
                let (own, text, read) = fixed(form);
                made += own.min(count);
                let is_json = !matches!(form, Form::Json | Form::CompactJson)
                    || serde_json::from_str::<Value>(&text).is_ok();
                let is_same = |read: &serde_yaml::Value| own != count || without_layout(read) == expected;
                if !is_json || !read.as_ref().is_ok_and(is_same) {
                    wrong.push(format!("{} {form:?}: {own} of {count}: {read:?}\n{text}", path.display()));
                }
            }
            Some((FORMS.len() * count, made, wrong))
        })
        .collect();
    let wrong: Vec<String> = judged.iter().flat_map(|(_, _, wrong)| wrong.clone()).collect();
    assert!(wrong.is_empty(), "{}\n{} wrong", wrong.join("\n"), wrong.len());
    let (wanted, made) = judged.iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    println!("{made} of {wanted} in {} manifests", judged.len());
    assert!(made * 100 >= wanted * 95, "{made} of {wanted} are made in all forms");
}
