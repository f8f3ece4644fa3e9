//! What else is true where a value is: `tpl .Values.a .` puts nothing out where `.Values.a` is empty.

use super::action;
use super::lexer::string;

/// What makes an empty value of an empty one: its last operand.
const KEEP_EMPTY: [&str; 20] = [
    "b64dec", "b64enc", "compact", "first", "float64", "index", "int", "int64", "keys", "last", "len",
    "lower", "nospace", "rest", "title", "trim", "trunc", "uniq", "upper", "values",
];

/// What an empty value passes none of: its last operand is searched for the first.
const SEARCH: [&str; 4] = ["contains", "has", "hasPrefix", "hasSuffix"];

/// How many steps are followed from one value to another.
const MAX_STEPS: usize = 10;

/// The values that are true wherever `text` is.
pub(super) fn by(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut last = text.to_owned();
    while let Some(next) = next(&last).filter(|_| all.len() < MAX_STEPS) {
        all.push(action::identity(action::in_parentheses(&next).unwrap_or(&next)));
        last = next;
    }
    all
}

/// The value that is true wherever `text` is, by the last thing that was done with it.
fn next(text: &str) -> Option<String> {
    if let Some(value) = field_of(text) {
        return Some(value.to_owned());
    }
    let text = action::in_parentheses(text.trim()).unwrap_or(text.trim());
    let words = action::call(text);
    let value = match words.as_slice() {
        [path] => return field_of(path).map(str::to_owned),
        ["tpl", value, _] | ["index", value, _, ..] => value,
        [function, .., value] if KEEP_EMPTY.contains(function) => value,
        [function, sought, value] if SEARCH.contains(function) && is_full_string(sought) => value,
        ["eq", value, literal] | ["eq", literal, value] if is_full_string(literal) => value,
        ["gt", value, number] if number.parse::<u64>().is_ok() => value,
        ["ge", value, number] if number.parse::<u64>().is_ok_and(|number| number > 0) => value,
        _ => return None,
    };
    Some((*value).to_owned())
}

/// `.Values.a` of `.Values.a.b`.
fn field_of(path: &str) -> Option<&str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'$');
    let (value, field) = path.rsplit_once('.').filter(|_| path.bytes().all(is_plain))?;
    let is_value = value.starts_with(['.', '$']) && !matches!(value, "$" | ".Values" | "$.Values");
    (is_value && !field.is_empty()).then_some(value)
}

/// Whether `text` is a string that isn't empty.
fn is_full_string(text: &str) -> bool {
    string(text).is_some_and(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::by;

    #[test]
    fn a_value_is_true_only_where_what_it_is_made_of_is() {
        let all = |text: &str| by(text).join(", ");
        assert_eq!(all("tpl .Values.a ."), ".Values.a");
        assert_eq!(all("tpl (.Values.a | trim) $"), ".Values.a | trim, .Values.a");
        assert_eq!(all(".Values.a | trim | lower"), ".Values.a | trim, .Values.a");
        assert_eq!(all(".Values.a.b.c"), ".Values.a.b, .Values.a");
        assert_eq!(all("$x.b"), "$x");
        assert_eq!(all("gt (len .Values.a) 0"), "len .Values.a, .Values.a");
        assert_eq!(all("eq .Values.a \"x\""), ".Values.a");
        assert_eq!(all("contains \"a\" .Values.b"), ".Values.b");
        for nothing in [
            ".Values.a",
            "eq .Values.a \"\"",
            "contains \"\" .Values.b",
            "include \"a\" .",
            "gt .Values.a .Values.b",
            "toYaml .Values.a",
            ".Values.a | default 1",
            "ge .Values.a 0",
            "kindIs \"map\" .Values.a",
            "",
            ".",
            "$",
        ] {
            assert_eq!(all(nothing), "", "{nothing}");
        }
    }
}
