//! Pathname expansion, and patterns as text (POSIX XCU 2.13).

use super::Machine;
use super::matching::Pattern;
use crate::rerun::state::atoms::{Atom, is_atom};
use crate::rerun::state::places::absolute;

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

/// How much matching is one item of work.
const WORK_PER_ITEM: usize = 256;

impl Machine<'_, '_> {
    /// Counts the work of matching each of `texts`.
    pub(super) fn charge_pattern<T: AsRef<str>>(&mut self, pattern: &Pattern, texts: &[T]) {
        let work: usize = texts.iter().map(|text| pattern.work(text.as_ref())).sum();
        self.charge(work / WORK_PER_ITEM);
    }

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
        let (pattern, hidden) = (Pattern::new(component), component.starts_with('.'));
        self.charge_pattern(&pattern, &names);
        let mut found: Vec<String> = names
            .iter()
            .filter(|name| name.starts_with('.') == hidden || (!hidden && self.shell.dotglob))
            // One that isn't found out is not taken to match: so it was before.
            .filter(|name| pattern.matches(name) == Some(true))
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
