//! What stands for the output of an action.
//!
//! One character of Unicode's last private-use plane for each value: it is valid in every kind of YAML scalar, and no
//! text that people write has one.

use std::fmt::Write;

use foldhash::HashMap;

use super::action;
use super::scope::Scope;

/// The first placeholder; all characters from here on are placeholders.
const FIRST: char = '\u{100000}';
/// How many there are: the last two of the plane are no characters.
const COUNT: u32 = 0xFFFE;

/// Whether `char` stands for an action's output.
#[must_use]
pub fn is_placeholder(char: char) -> bool {
    char >= FIRST
}

/// Whether an action's output is part of `text`.
#[must_use]
pub fn has_placeholder(text: &str) -> bool {
    find(text).is_some()
}

/// Where the first placeholder of `text` stands.
pub(super) fn find(text: &str) -> Option<usize> {
    memchr::memchr(FIRST_BYTE, text.as_bytes())
}

/// The first byte of each placeholder in UTF-8, and of no other character.
const FIRST_BYTE: u8 = 0xF4;

/// The placeholders of a template, and what they stand for.
#[derive(Debug, Clone, Default)]
pub struct Placeholders {
    /// By the action's text, and the body whose `.` or variables it speaks of.
    known: HashMap<(String, Option<usize>), char>,
    actions: HashMap<char, Action>,
}

#[derive(Debug, Clone)]
struct Action {
    /// Its text, as it is written where it is shortest: elsewhere it may be quoted or indented.
    text: String,
    /// The same with what variables were set to, where it means the same in all templates of a chart: it speaks of no other
    /// variable, and of `.` only where that is the root.
    of_chart: Option<String>,
}

/// An action's `text` on one line.
fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Placeholders {
    /// The placeholder of the action with this text between its delimiters, in a body of this `scope`: the same for the
    /// same value. `resolved` is that text with what variables were set to. `None` when there are none left.
    pub(super) fn of(&mut self, inner: &str, resolved: &str, scope: Scope) -> Option<char> {
        let key = (action::identity(inner), scope.of(inner));
        if let Some(&placeholder) = self.known.get(&key) {
            self.tell_shorter(placeholder, inner);
            return Some(placeholder);
        }
        let placeholder = self.free(&key.0)?;
        let own_scope = if resolved == inner { key.1 } else { scope.of(resolved) };
        let is_of_chart = own_scope.is_none() && !action::has_variable(resolved);
        let of_chart = is_of_chart.then(|| resolved.to_owned());
        self.actions.insert(placeholder, Action { text: inner.to_owned(), of_chart });
        self.known.insert(key, placeholder);
        Some(placeholder)
    }

    /// Tells of `placeholder` by the text of `inner`, if that is the shorter one: it does nothing more to the value.
    fn tell_shorter(&mut self, placeholder: char, inner: &str) {
        if let Some(action) = self.actions.get_mut(&placeholder)
            && inner.len() < action.text.len()
        {
            inner.clone_into(&mut action.text);
        }
    }

    /// A placeholder for the action with this `identity` that no other has. Most have the same in all templates, so that a
    /// script in several is the same text.
    fn free(&self, identity: &str) -> Option<char> {
        let first = fnv(identity) % COUNT;
        let all =
            (first..COUNT).chain(0..first).filter_map(|number| char::from_u32(u32::from(FIRST) + number));
        (self.actions.len() < COUNT as usize).then_some(all)?.find(|one| !self.actions.contains_key(one))
    }

    /// `text` as people know it, each placeholder replaced by its action. In a script it is a variable of that name, with
    /// or without braces.
    #[must_use]
    pub fn reveal(&self, text: &str) -> String {
        let mut revealed = String::with_capacity(text.len());
        let mut chars = text.chars().peekable();
        while let Some(char) = chars.next() {
            let Some(Action { text: action, .. }) = self.action(char) else {
                revealed.push(char);
                continue;
            };
            let before = revealed.trim_end_matches("${").len();
            if before < revealed.len() && chars.next_if_eq(&'}').is_some() {
                revealed.truncate(before);
            } else if revealed.ends_with('$') {
                revealed.pop();
            }
            // Writing to a String never fails.
            _ = write!(revealed, "{{{{ {} }}}}", in_one_line(action));
        }
        revealed
    }

    /// `text` by which it is told in all templates of its chart, where each of its actions means the same there.
    #[must_use]
    pub fn text_of_chart(&self, text: &str) -> Option<String> {
        let mut told = String::new();
        for char in text.chars() {
            match self.action(char) {
                Some(Action { of_chart: None, .. }) => return None,
                Some(Action { of_chart: Some(text), .. }) => {
                    // `template` puts out what `include` does; `$` is the root.
                    let identity = action::identity(&in_one_line(text));
                    let words = identity.split(' ').map(|word| match word {
                        "template" => "include",
                        "$" => ".",
                        _ => word,
                    });
                    _ = write!(told, "{{{{{}}}}}", words.collect::<Vec<_>>().join(" "));
                }
                None => told.push(char),
            }
        }
        Some(told)
    }

    /// The action that `placeholder` stands for.
    fn action(&self, placeholder: char) -> Option<&Action> {
        self.actions.get(&placeholder)
    }
}

/// FNV-1a, the same in every release: what hangs on the order of placeholders must not change with the compiler.
fn fnv(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
