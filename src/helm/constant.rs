//! What is true, or false, whatever the values are: `printf "%s-init" .Release.Name` always puts something out.

use super::action;
use super::lexer::string;

/// What Helm sets itself, and never to nothing.
const SET: [&str; 7] = [
    ".Capabilities.KubeVersion.Version",
    ".Chart.Name",
    ".Chart.Version",
    ".Release.Name",
    ".Release.Namespace",
    ".Release.Revision",
    ".Release.Service",
];

/// What makes something of something, and perhaps of nothing, too.
const KEEP: [&str; 6] = ["lower", "quote", "squote", "title", "toString", "upper"];

/// Whether `function` makes something of something.
pub(super) fn keeps(function: &str) -> bool {
    KEEP.contains(&function)
}

/// Whether `text` is true, where no value decides that. What is made of several conditions isn't looked into.
pub(super) fn truth(text: &str) -> Option<bool> {
    match words_of(text.trim()).as_slice() {
        ["true"] => Some(true),
        ["false" | "nil" | "list" | "tuple" | "dict"] => Some(false),
        [path] if SET.contains(&path.strip_prefix('$').unwrap_or(path)) => Some(true),
        [literal] => {
            string(literal).map(|string| !string.is_empty()).or_else(|| Some(number(literal)? != 0.0))
        }
        ["eq", value, others @ ..] if !others.is_empty() => is_one_of(value, others),
        ["ne", value, other] => is_one_of(value, &[other]).map(|is_equal| !is_equal),
        ["has", value, list] => match words_of(list).as_slice() {
            ["list" | "tuple", items @ ..] => is_one_of(value, items),
            _ => None,
        },
        ["list" | "tuple" | "dict", ..] => Some(true),
        ["until", count] => Some(number(count)? > 0.0),
        ["print" | "println", operands @ ..] => operands
            .iter()
            .any(|operand| string(operand).is_some_and(|string| !string.is_empty()))
            .then_some(true),
        ["printf", format, ..] => has_own_text(string(format)?).then_some(true),
        _ => None,
    }
}

/// Whether `value` equals one of `others`, where all of them are literals.
fn is_one_of(value: &str, others: &[&str]) -> Option<bool> {
    let value = literal(value)?;
    let others: Option<Vec<&str>> = others.iter().map(|other| literal(other)).collect();
    Some(others?.into_iter().any(|other| match (string(value), string(other)) {
        (Some(value), Some(other)) => value == other,
        _ => value == other,
    }))
}

fn words_of(text: &str) -> Vec<&str> {
    action::call(action::in_parentheses(text).unwrap_or(text))
}

/// `text`, if it is a string, a whole number, `true`, `false` or `nil`.
pub(super) fn literal(text: &str) -> Option<&str> {
    let text = action::in_parentheses(text).unwrap_or(text);
    let is_one =
        string(text).is_some() || text.parse::<i64>().is_ok() || matches!(text, "true" | "false" | "nil");
    is_one.then_some(text)
}

/// Whether `text` is what an empty value of its kind is, `""` or `false`: what equals that is empty itself. Or it is `true`, and
/// what equals that isn't.
pub(super) fn emptiness(text: &str) -> Option<bool> {
    match text {
        "\"\"" | "``" | "false" => Some(true),
        "true" => Some(false),
        _ => None,
    }
}

/// The number that `text` is; words like `inf` are none in a template.
fn number(text: &str) -> Option<f64> {
    let is_number = |char: char| char.is_ascii_digit() || matches!(char, '.' | '-' | '+');
    text.parse().ok().filter(|_| text.chars().all(is_number))
}

/// Whether `format` puts something out beside what its verbs do.
fn has_own_text(format: &str) -> bool {
    let mut rest = format;
    while let Some(after) = rest.strip_prefix('%') {
        let is_of_verb = |char: char| !char.is_ascii_alphabetic();
        let verb = after.trim_start_matches(is_of_verb);
        if after.starts_with('%') || verb.is_empty() {
            return true;
        }
        rest = verb.get(1..).unwrap_or("");
    }
    !rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::truth;

    #[test]
    fn what_no_value_decides_is_always_true_or_never() {
        for always in [
            "true",
            "\"x\"",
            "`x`",
            "1",
            "-0.5",
            "list 1 2",
            "tuple \"a\"",
            "dict \"a\" 1",
            "until 3",
            "eq \"a\" \"b\" \"a\"",
            "ne 1 2",
            "has \"a\" (list \"b\" \"a\")",
            "print \"a\" .Values.b",
            "printf \"%s-init\" .Values.a",
            "printf \"%d%%\" 5",
            ".Release.Name",
            "$.Chart.Name",
        ] {
            assert_eq!(truth(always), Some(true), "{always}");
        }
        for never in
            ["false", "\"\"", "0", "0.0", "nil", "(list)", "dict", "until 0", "eq nil `a`", "has 1 (list 2)"]
        {
            assert_eq!(truth(never), Some(false), "{never}");
        }
        for open in [
            ".Values.a",
            "$x",
            "",
            ".",
            "inf",
            "printf \"%s\" .Values.a",
            "printf \"%-5s%v\" .Values.a 1",
            "printf .Values.format 1",
            "print .Values.a \"\"",
            "quote \"\"",
            "quote .Values.a",
            "lower .Release.Name .",
            ".Release.IsUpgrade",
            "\"a\" | eq .Values.a",
            "eq \"a\" .Values.a \"b\"",
            "has \"a\" (list .Values.a)",
            "until (int .Values.a)",
            "include \"a\" .",
        ] {
            assert_eq!(truth(open), None, "{open}");
        }
    }
}
