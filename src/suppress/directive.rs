//! What a comment or an annotation says.

use std::ops::Range;

/// What is suppressed, in words; where is another matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Directive {
    pub(super) extent: Extent,
    /// The places of the rules' ids in the text.
    pub(super) names: Vec<Range<usize>>,
    pub(super) reason: Option<String>,
}

/// How far a comment reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Extent {
    /// What stands at it: `ignore`.
    Here,
    /// All of the file: `ignore-file`.
    File,
}

/// What a comment that speaks to initlint says; `None` for any other comment. `text` starts with
/// the `#`. The error says what is wrong with one that suppresses nothing.
pub(super) fn of_comment(text: &str) -> Option<Result<Directive, &'static str>> {
    let text_of_comment = text.trim_start_matches('#').trim_start();
    let Some(said) = text_of_comment.strip_prefix("initlint:").map(str::trim_start) else {
        return is_misspelt(text_of_comment).then_some(Err(SPELLING));
    };
    let end = said.find(|c: char| !c.is_ascii_lowercase() && c != '-').unwrap_or(said.len());
    let (word, rest) = said.split_at_checked(end)?;
    let extent = match word {
        "ignore" => Extent::Here,
        "ignore-file" => Extent::File,
        // What other linters call it. Any other word is a remark to people.
        "disable" | "disable-file" | "disable-line" | "disable-next-line" | "ignore-line"
        | "ignore-next-line" | "skip" | "allow" => {
            return Some(Err("initlint's word for it is `ignore` or `ignore-file`"));
        }
        _ => return is_misspelt(text_of_comment).then_some(Err(SPELLING)),
    };
    Some(list(text, rest).map(|(names, reason)| Directive { extent, names, reason }))
}

/// The text of a comment that suppresses `rules`, without what a comment begins with.
pub(super) fn written(extent: Extent, rules: &str, reason: &str) -> String {
    let word = match extent {
        Extent::Here => "ignore",
        Extent::File => "ignore-file",
    };
    format!("initlint: {word}[{rules}] {reason}").trim_end().to_owned()
}

const SPELLING: &str = "it has to begin with `initlint: ignore[`, in lower case and with a colon";

/// Whether `text` is meant to suppress something, and is spelt otherwise: `Initlint ignore[rule]`.
fn is_misspelt(text: &str) -> bool {
    let Some((name, rest)) = text.split_at_checked("initlint".len()) else { return false };
    let rest = rest.trim_start_matches([' ', '\t', ':', '=', '-']);
    let word = rest.split('[').next().unwrap_or_default().trim_end();
    let is_word = ["ignore", "ignore-file"].iter().any(|known| word.eq_ignore_ascii_case(known));
    name.eq_ignore_ascii_case("initlint") && is_word && rest.contains('[')
}

/// Reads `[rule, rule] reason`, which `text` ends with.
fn list(text: &str, rest: &str) -> Result<(Vec<Range<usize>>, Option<String>), &'static str> {
    let rest = rest.trim_start();
    let list = rest.strip_prefix('[').ok_or(match rest {
        "" => "it names no rule",
        _ => "its rules aren't in brackets",
    })?;
    let (list, reason) = list.split_once(']').ok_or("its list of rules isn't closed")?;
    let start = text.len() - reason.len() - 1 - list.len();
    let names = words(list, ',', start);
    if names.is_empty() { Err("it names no rule") } else { Ok((names, reason_of(reason))) }
}

/// The parts of `text` between `separator`s, without the white space around them, each as its
/// place when `text` starts at `start`.
fn words(text: &str, separator: char, start: usize) -> Vec<Range<usize>> {
    let mut at = start;
    let mut found = Vec::new();
    for part in text.split(separator) {
        let word = part.trim();
        if !word.is_empty() {
            let from = at + (part.len() - part.trim_start().len());
            found.push(from..from + word.len());
        }
        at += part.len() + separator.len_utf8();
    }
    found
}

/// A reason, without the dash or colon that people put before it.
fn reason_of(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches([':', '-', '–', '—']).trim_start();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The parts of an annotation's value, `rule-id: reason; other: reason`, and the place of each.
pub(super) fn of_annotation(value: &str) -> Vec<(Range<usize>, Directive)> {
    let mut found: Vec<(Range<usize>, Directive)> = Vec::new();
    for part in words(value, ';', 0) {
        let text = value.get(part.clone()).unwrap_or("");
        let (id, reason) = text.split_once(':').unwrap_or((text, ""));
        let id = id.trim_end();
        match found.last_mut() {
            // No id has a space in it: the semicolon belongs to the reason before it.
            Some((place, last)) if id.contains(char::is_whitespace) => {
                place.end = part.end;
                last.reason = last.reason.take().map(|reason| format!("{reason}; {text}"));
            }
            _ => {
                let name = part.start..part.start + id.len();
                let reason = reason_of(reason);
                found.push((part, Directive { extent: Extent::Here, names: Vec::from([name]), reason }));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(Extent, Vec<&str>, Option<String>)> {
        let directive = of_comment(text)?.ok()?;
        let names = directive.names.into_iter().map(|name| text.get(name).unwrap()).collect();
        Some((directive.extent, names, directive.reason))
    }

    #[test]
    fn comments_name_rules_and_a_reason() {
        let reason = |text: &str| Some(text.to_owned());
        assert_eq!(read("# initlint: ignore[a] why"), Some((Extent::Here, vec!["a"], reason("why"))));
        assert_eq!(
            read("#initlint:ignore[ a-b ,c ,]: why [x]"),
            Some((Extent::Here, vec!["a-b", "c"], reason("why [x]")))
        );
        assert_eq!(
            read("## initlint: ignore-file [a] — why"),
            Some((Extent::File, vec!["a"], reason("why")))
        );
        assert_eq!(read("# initlint: ignore[a]"), Some((Extent::Here, vec!["a"], None)));
        assert_eq!(read("# initlint: ignore[a] -"), Some((Extent::Here, vec!["a"], None)));
    }

    #[test]
    fn remarks_are_left_alone_and_slips_are_told() {
        for remark in
            ["# initlint", "# initlint: see docs", "# see initlint: ignore[a]", "# xinitlint: ignore[a]"]
        {
            assert_eq!(of_comment(remark), None, "{remark}");
        }
        for slip in
            ["# initlint: ignore", "# initlint: ignore a", "# initlint: ignore[]", "# initlint: ignore[a"]
        {
            assert!(matches!(of_comment(slip), Some(Err(_))), "{slip}");
        }
        for slip in [
            "# initlint ignore[a] why",
            "# Initlint: ignore[a]",
            "# initlint: Ignore[a]",
            "# INITLINT - ignore-file [a]",
        ] {
            assert_eq!(of_comment(slip), Some(Err(SPELLING)), "{slip}");
        }
        for remark in ["# initlint ignore what follows", "# Initlint [sic]", "# initlints: ignore[a]"] {
            assert_eq!(of_comment(remark), None, "{remark}");
        }
        assert!(matches!(of_comment("# initlint: disable[a]"), Some(Err(_))));
        assert_eq!(of_comment("# initlint: ignored[a]"), None);
    }

    #[test]
    fn annotations_have_a_reason_for_each_rule() {
        let read = |value: &'static str| -> Vec<(&str, Option<String>)> {
            let parts = of_annotation(value).into_iter();
            parts.map(|(_, said)| (value.get(said.names[0].clone()).unwrap(), said.reason)).collect()
        };
        let reason = |text: &str| Some(text.to_owned());
        assert_eq!(read("a: why; b : because"), [("a", reason("why")), ("b", reason("because"))]);
        assert_eq!(read("a;b"), [("a", None), ("b", None)]);
        assert_eq!(read("a: no; it is fine; b: x"), [("a", reason("no; it is fine")), ("b", reason("x"))]);
        assert_eq!(read(" "), []);
    }
}
