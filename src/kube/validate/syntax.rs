//! The forms that names have to have (`apimachinery/pkg/util/validation/validation.go`). Each function gives what a
//! text that hasn't the form must do.

use super::super::version::{Gate, Version};

/// A check of a text's form: what the text must do, as a sentence goes on after "must".
pub(super) type Form = Result<(), &'static str>;

fn form(is_valid: bool, must: &'static str) -> Form {
    if is_valid { Ok(()) } else { Err(must) }
}

fn is_lower_or_digit(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// Letters, digits and hyphens, no hyphen at either end.
fn is_label(text: &str) -> bool {
    let ends = [text.bytes().next(), text.bytes().next_back()];
    ends.into_iter().all(|end| end.is_some_and(is_lower_or_digit))
        && text.bytes().all(|byte| is_lower_or_digit(byte) || byte == b'-')
}

/// `IsDNS1123Label`.
pub(super) fn dns_label(text: &str) -> Form {
    const MUST: &str =
        "be a DNS label: at most 63 lower-case letters, digits and hyphens, no hyphen at either end";
    form(text.len() <= 63 && is_label(text), MUST)
}

/// `IsDNS1123Subdomain`.
pub(super) fn dns_subdomain(text: &str) -> Form {
    const MUST: &str = "be a DNS name: lower-case letters, digits, hyphens and dots";
    form(text.len() <= 253 && text.split('.').all(is_label), MUST)
}

/// `IsQualifiedName`: `example.com/name`.
pub(super) fn qualified_name(text: &str) -> Form {
    const MUST: &str = "be a name, or a DNS name, a slash and a name";
    let (prefix, name) = match text.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, text),
    };
    let alphanumeric = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    let is_name = name.len() <= 63
        && alphanumeric(name.bytes().next())
        && alphanumeric(name.bytes().next_back())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    form(is_name && prefix.is_none_or(|prefix| dns_subdomain(prefix).is_ok()), MUST)
}

/// `IsValidPortName`.
pub(super) fn port_name(text: &str) -> Form {
    const MUST: &str = "be a port name: at most 15 lower-case letters, digits and single hyphens, with a letter, no hyphen at either end";
    let is_valid = text.len() <= 15
        && is_label(text)
        && !text.contains("--")
        && text.bytes().any(|byte| byte.is_ascii_lowercase());
    form(is_valid, MUST)
}

/// `IsValidPortNum`.
pub(super) fn port_number(value: i64) -> Form {
    form((1..=65535).contains(&value), "be between 1 and 65535")
}

/// `IsEnvVarName`; with the gate on, `IsRelaxedEnvVarName`.
pub(super) fn env_name(text: &str, version: Version) -> Form {
    if version.has(Gate::RelaxedEnvironmentVariableValidation) {
        let is_valid = text.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'=');
        return form(is_valid, "consist of printable ASCII characters other than `=`");
    }
    let is_valid = !text.starts_with(|first: char| first.is_ascii_digit()) && is_file_name(text);
    form(
        is_valid,
        "be a variable's name: letters, digits, `_`, `-` and `.`, not starting with a digit or with `..`",
    )
}

/// `IsConfigMapKey`.
pub(super) fn config_key(text: &str) -> Form {
    form(text.len() <= 253 && is_file_name(text), "consist of letters, digits, `_`, `-` and `.`")
}

/// Letters, digits, `-_.`, and nothing that leads to another folder (`hasChDirPrefix`).
fn is_file_name(text: &str) -> bool {
    text != "."
        && !text.starts_with("..")
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// `IsHTTPHeaderName`.
pub(super) fn header_name(text: &str) -> Form {
    let is_valid = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    form(is_valid, "consist of letters, digits and hyphens")
}

/// `validatePathNoBacksteps`.
pub(super) fn no_backsteps(path: &str) -> Form {
    form(path.split('/').all(|part| part != ".."), "not contain `..`")
}

/// `validateLocalDescendingPath`.
pub(super) fn descending_path(path: &str) -> Form {
    form(!path.starts_with('/'), "be a relative path")?;
    no_backsteps(path)
}

/// `ValidateLocalNonReservedPath`.
pub(super) fn local_path(path: &str) -> Form {
    descending_path(path)?;
    form(!path.starts_with(".."), "not start with `..`")
}

/// `IsValidUserID`, `IsValidGroupID`.
pub(super) fn user_id(value: i64) -> Form {
    form((0..=i64::from(i32::MAX)).contains(&value), "be between 0 and 2147483647")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_the_forms_that_kubernetes_asks_for() {
        for good in ["a", "a-1", "1a", &"x".repeat(63)] {
            assert!(dns_label(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "A", "a.b", "a_b", "ä", &"x".repeat(64)] {
            assert!(dns_label(bad).is_err(), "{bad}");
        }
        for (text, is_valid) in [("a.b", true), ("a..b", false), (".a", false), ("a_b", false)] {
            assert_eq!(dns_subdomain(text).is_ok(), is_valid, "{text}");
        }
        for (text, is_valid) in
            [("http", true), ("8080", false), ("a--b", false), ("a-", false), ("sixteen-letters-x", false)]
        {
            assert_eq!(port_name(text).is_ok(), is_valid, "{text}");
        }
        for (text, is_valid) in
            [("cpu", true), ("example.com/gpu", true), ("a/b/c", false), ("/a", false), ("a/", false)]
        {
            assert_eq!(qualified_name(text).is_ok(), is_valid, "{text}");
        }
    }

    #[test]
    fn names_of_variables_are_freer_from_1_32_on() {
        let at = |text: &str, version: &str| env_name(text, version.parse().unwrap()).is_ok();
        for (text, old, new) in [
            ("A_B", true, true),
            ("my.var-1", true, true),
            ("1A", false, true),
            ("a b$", false, true),
            ("..a", false, true),
            ("a=b", false, false),
            ("ä", false, false),
        ] {
            assert_eq!((at(text, "1.31"), at(text, "1.32")), (old, new), "{text}");
        }
    }
}
