//! What named templates are called with, where that is written out: `include "x" (dict "type" "server" "root" $)`.

use std::borrow::Cow;

use foldhash::HashMap;

use super::action;
use super::constant;
use super::lexer::{string, string_end};
use super::scope::Scope;

/// The maps that named templates are called with, by the number of what `.` is in them.
#[derive(Debug, Default)]
pub(super) struct Arguments(HashMap<usize, Keys>);

/// What stands by each key, where that is a literal.
type Keys = HashMap<String, Option<String>>;

impl Arguments {
    /// Notes that `.` is `argument` where it has the number `dot`, if that is a `dict` whose keys are written out.
    pub(super) fn add(&mut self, dot: usize, argument: &str) {
        let call = action::in_parentheses(argument).unwrap_or(argument);
        let ["dict", pairs @ ..] = &*action::call(call) else { return };
        let (pairs, rest) = pairs.as_chunks::<2>();
        let known = |[key, value]: &[&str; 2]| {
            Some((string(key)?.to_owned(), constant::literal(value).map(str::to_owned)))
        };
        if let Some(keys) = pairs.iter().map(known).collect::<Option<Keys>>().filter(|_| rest.is_empty()) {
            self.0.insert(dot, keys);
        }
    }

    /// `text`, in a body of this `scope`, with the literals that the arguments in it are; one that isn't passed is nothing.
    pub(super) fn resolved<'t>(&self, text: &'t str, scope: Scope) -> Cow<'t, str> {
        let keys = |number: Option<usize>| self.0.get(&number?);
        let (of_dot, of_root) = (keys(scope.dot), keys(scope.root));
        if of_dot.is_none() && of_root.is_none() {
            return Cow::Borrowed(text);
        }
        let (mut resolved, mut rest, mut is_start) = (String::new(), text, true);
        while let Some(first) = rest.chars().next() {
            let mut operand =
                is_start.then(|| [("$", of_root), ("", of_dot)].into_iter()).into_iter().flatten();
            let known = operand.find_map(|(sign, keys)| known(rest, sign, keys?));
            let length = match first {
                '"' | '`' => string_end(rest.as_bytes(), 0).unwrap_or(rest.len()),
                _ => first.len_utf8(),
            };
            let (length, value) = known.unwrap_or_else(|| (length, rest.get(..length).unwrap_or(rest)));
            resolved.push_str(value);
            rest = rest.get(length..).unwrap_or("");
            is_start = matches!(first, ' ' | '(' | '|' | '\t' | '\n');
        }
        Cow::Owned(resolved)
    }
}

/// The length of the operand that `text` starts with, and what it is, where `keys` tell that of the map that is called `sign`
/// and has a dot before its keys.
fn known<'k>(text: &str, sign: &str, keys: &'k Keys) -> Option<(usize, &'k str)> {
    if let Some(after) = text.strip_prefix("hasKey ") {
        let after = after.trim_start().strip_prefix(if sign.is_empty() { "." } else { sign })?;
        let key = after.strip_prefix(' ')?.trim_start();
        let end = string_end(key.as_bytes(), 0).filter(|_| key.starts_with(['"', '`']))?;
        let is_there = keys.contains_key(string(key.get(..end)?)?);
        return Some((text.len() - key.len() + end, if is_there { "true" } else { "false" }));
    }
    let path = text.strip_prefix(sign)?.strip_prefix('.')?;
    let is_of_path = |char: char| char.is_alphanumeric() || matches!(char, '_' | '.');
    let path = path.get(..path.find(|char| !is_of_path(char)).unwrap_or(path.len()))?;
    let length = sign.len() + ".".len() + path.len();
    match keys.get(path.split('.').next().filter(|key| !key.is_empty())?) {
        Some(value) => Some((length, value.as_deref().filter(|_| !path.contains('.'))?)),
        None => Some((length, "nil")),
    }
}

#[cfg(test)]
mod tests {
    use super::Arguments;
    use crate::helm::scope::Scope;

    #[test]
    fn what_is_passed_is_known() {
        let mut arguments = Arguments::default();
        arguments.add(1, "(dict \"type\" \"init\" \"root\" $ \"n\" 2 \"is_last\" false)");
        arguments.add(2, "(dict \"type\" .kind .x 1)");
        let resolved = |text, dot| {
            let scope = Scope::default().with_dot(dot);
            arguments.resolved(text, scope).into_owned()
        };
        for (text, known) in [
            ("eq .type \"a .type\"", "eq \"init\" \"a .type\""),
            ("and (gt .n 1) .is_last .other.x", "and (gt 2 1) false nil"),
            ("or .root.Values.type $.type", "or .root.Values.type $.type"),
            ("hasKey . \"type\" | not", "true | not"),
            ("not (hasKey . \"b\")", "not (false)"),
            ("include \"x\" .", "include \"x\" ."),
            ("$x.type", "$x.type"),
        ] {
            assert_eq!(resolved(text, 1), known);
            assert_eq!(resolved(text, 2), text);
            assert_eq!(resolved(text, 3), text);
        }
    }
}
