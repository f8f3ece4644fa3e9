//! Pattern matching (POSIX XCU 2.13): `case` clauses and pathname expansion.

use super::Machine;
use crate::rerun::state::atoms::{Atom, is_atom};
use crate::rerun::state::places::absolute;

/// The most steps that one match may take; past it the answer is no.
const MAX_STEPS: u32 = 20_000;

/// Whether `pattern` matches all of `text`. In a pattern a backslash quotes the next character.
pub(in crate::rerun) fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let mut steps = 0;
    matches_from(&pattern, &text, &mut steps)
}

fn matches_from(pattern: &[char], text: &[char], steps: &mut u32) -> bool {
    *steps += 1;
    if *steps > MAX_STEPS {
        return false;
    }
    if let ['?' | '*' | '+' | '@' | '!', '(', inner @ ..] = pattern
        && let Some((group, rest)) = group(inner)
    {
        let kind = pattern.first().copied().unwrap_or_default();
        return (0..=text.len()).any(|end| {
            text.split_at_checked(end).is_some_and(|(head, tail)| {
                group_matches(kind, &group, head, steps) && matches_from(rest, tail, steps)
            })
        });
    }
    match pattern {
        [] => text.is_empty(),
        ['*', rest @ ..] => {
            (0..=text.len()).any(|skip| text.get(skip..).is_some_and(|text| matches_from(rest, text, steps)))
        }
        ['?', rest @ ..] => text.split_first().is_some_and(|(_, text)| matches_from(rest, text, steps)),
        ['[', rest @ ..] => match (bracket(rest), text.split_first()) {
            (Some((set, rest)), Some((&first, text))) => {
                set.contains(first) && matches_from(rest, text, steps)
            }
            (Some(_), None) => false,
            (None, _) => {
                text.split_first().is_some_and(|(&c, text)| c == '[' && matches_from(rest, text, steps))
            }
        },
        ['\\', quoted, rest @ ..] | [quoted, rest @ ..] => {
            text.split_first().is_some_and(|(c, text)| c == quoted && matches_from(rest, text, steps))
        }
    }
}

/// The alternatives of an extended pattern (ksh's and bash's `!(a|b)`), given after its opening
/// parenthesis, and what follows it.
fn group(inner: &[char]) -> Option<(Vec<&[char]>, &[char])> {
    let (mut depth, mut start, mut alternatives) = (0_u32, 0, Vec::new());
    for (at, c) in inner.iter().enumerate() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => {
                alternatives.push(inner.get(start..at)?);
                return Some((alternatives, inner.get(at + 1..)?));
            }
            ')' => depth -= 1,
            '|' if depth == 0 => {
                alternatives.push(inner.get(start..at)?);
                start = at + 1;
            }
            _ => {}
        }
    }
    None
}

/// Whether all of `text` matches an extended pattern of this kind.
fn group_matches(kind: char, alternatives: &[&[char]], text: &[char], steps: &mut u32) -> bool {
    let one = |text: &[char], steps: &mut u32| {
        alternatives.iter().any(|alternative| matches_from(alternative, text, steps))
    };
    match kind {
        '!' => !one(text, steps),
        '@' => one(text, steps),
        '?' => text.is_empty() || one(text, steps),
        '*' if text.is_empty() => true,
        _ => (1..=text.len()).any(|end| {
            text.split_at_checked(end).is_some_and(|(head, tail)| {
                one(head, steps) && (tail.is_empty() || group_matches('*', alternatives, tail, steps))
            })
        }),
    }
}

/// A bracket expression.
struct Bracket<'p> {
    negated: bool,
    members: &'p [char],
}

impl Bracket<'_> {
    fn contains(&self, c: char) -> bool {
        let mut members = self.members;
        let mut found = false;
        while let [first, rest @ ..] = members {
            members = rest;
            if let ['-', last, rest @ ..] = rest {
                found |= (*first..=*last).contains(&c);
                members = rest;
            } else {
                found |= *first == c;
            }
        }
        found != self.negated
    }
}

/// The bracket expression after `[`, and what follows it.
fn bracket(pattern: &[char]) -> Option<(Bracket<'_>, &[char])> {
    let (negated, inner) = match pattern {
        ['!' | '^', inner @ ..] => (true, inner),
        inner => (false, inner),
    };
    // A `]` right at the start is a member.
    let end = inner.iter().skip(1).position(|&c| c == ']')? + 1;
    Some((Bracket { negated, members: inner.get(..end)? }, inner.get(end + 1..)?))
}

/// `text` with all that means something in a pattern quoted.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '\\' | '-' | '!') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn unquoted(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut characters = pattern.chars();
    while let Some(c) = characters.next() {
        out.push(if c == '\\' { characters.next().unwrap_or('\\') } else { c });
    }
    out
}

fn has_glob(pattern: &str) -> bool {
    let mut characters = pattern.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => drop(characters.next()),
            '*' | '?' | '[' => return true,
            '!' | '@' | '+' if characters.clone().next() == Some('(') => return true,
            _ => {}
        }
    }
    false
}

impl Machine<'_, '_> {
    /// The paths that `pattern` matches; empty where surely none does. Where a directory's contents
    /// aren't all known, one path stands for those that nobody can list.
    pub(super) fn glob(&mut self, pattern: &str) -> Vec<String> {
        let lead = if pattern.starts_with('/') { "/" } else { "" };
        let mut paths = vec![lead.to_owned()];
        let components: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty()).collect();
        for component in &components {
            let mut next = Vec::new();
            for path in &paths {
                if has_glob(component) {
                    next.extend(self.glob_in(path, component));
                } else {
                    next.push(joined(path, &unquoted(component)));
                }
            }
            paths = next;
        }
        let last_is_literal = components.last().is_some_and(|last| !has_glob(last));
        if last_is_literal {
            paths.retain(|path| {
                let place = self.place(path);
                path.contains(is_atom) || self.exists(&place)
            });
        }
        if pattern.ends_with('/') {
            for path in &mut paths {
                path.push('/');
            }
        }
        paths
    }

    fn glob_in(&mut self, directory: &str, component: &str) -> Vec<String> {
        let path = if directory.is_empty() { "." } else { directory };
        let place = self.place(path);
        let (names, open) = self.names_in(&place);
        let hidden = component.starts_with('.');
        let mut found: Vec<String> = names
            .iter()
            .filter(|name| name.starts_with('.') == hidden || (!hidden && self.shell.dotglob))
            .filter(|name| matches(component, name))
            .map(|name| joined(directory, name))
            .collect();
        // Hidden names that nobody knows of are not taken to exist.
        if open && !hidden {
            let all = absolute(&self.absolute(path), component);
            let name = self.atom(Atom {
                never_empty: true,
                pattern: Some(component.into()),
                ..Atom::new(format!("glob:{all}"), unquoted(component))
            });
            found.push(joined(directory, &String::from(name)));
        }
        found
    }
}

fn joined(directory: &str, name: &str) -> String {
    match directory {
        "" => name.to_owned(),
        _ if directory.ends_with('/') => format!("{directory}{name}"),
        _ => format!("{directory}/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_a_shell() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("*.conf", "a.conf", true),
            ("*.conf", "a.confx", false),
            ("0x56a*", "0x56a9", true),
            ("[a-c]?", "bx", true),
            ("[!a-c]?", "bx", false),
            ("[]x]", "]", true),
            ("!(keep|*.md)", "drop", true),
            ("!(keep|*.md)", "keep", false),
            ("!(keep|*.md)", "a.md", false),
            ("+(ab)c", "ababc", true),
            ("@(a|b)*(c)", "bcc", true),
            ("?(a)b", "b", true),
            ("?(a)b", "aab", false),
            ("\\*", "*", true),
            ("\\*", "x", false),
            (".[!.]*", ".git", true),
            (".[!.]*", "..", false),
            ("[x", "[x", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} against {text}");
        }
        assert!(matches(&quoted("a*[b]-!"), "a*[b]-!"));
    }

    #[test]
    fn a_hostile_pattern_ends() {
        assert!(!matches(&"*a".repeat(40), &"a".repeat(39)));
    }
}
