//! The named templates of a chart, by what other templates of it include them by.

use std::ops::Range;

use foldhash::HashMap;

use super::action::{self, Command, Opening};
use super::lexer::{self, Action};
use crate::source::{FileId, Source, Text};

/// Named templates, as far as there is one text of a name.
#[derive(Debug, Default)]
pub struct Library {
    /// By name; `None` where several texts have it, of which the order of the files decides.
    by_name: HashMap<String, Option<Named>>,
}

/// A named template of a file.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) file: FileId,
    /// All of the file.
    pub(super) text: Text,
    /// What stands between `define` and `end`.
    pub(super) body: Range<usize>,
    /// Whether `define` and `end` take the white space after and before them away.
    pub(super) trims: (bool, bool),
}

/// A part of a named template.
enum Part<'t> {
    Text(&'t str),
    Action(&'t str),
}

/// What a named template asks for before it puts anything out.
pub(super) struct Asked<'t> {
    pub(super) condition: &'t str,
    /// What it puts out where that holds.
    pub(super) output: &'t str,
}

impl Named {
    /// What it asks for, if it does nothing else: `{{ if … }}true{{ end }}`.
    pub(super) fn asked(&self) -> Option<Asked<'_>> {
        let mut parts = self.parts()?;
        if let [.., Part::Action("else"), Part::Action("end")] = parts.as_slice() {
            parts.remove(parts.len() - 2);
        }
        let [Part::Action(open), output, Part::Action("end")] = parts.as_slice() else { return None };
        let output = match output {
            Part::Text(text) => text,
            Part::Action("true") => "true",
            Part::Action(text) => {
                text.strip_prefix('"')?.strip_suffix('"').filter(|text| !text.is_empty())?
            }
        };
        match action::command(open) {
            Command::Open(Opening { condition: Some(condition), rebinds_dot: false }) => {
                Some(Asked { condition, output })
            }
            _ => None,
        }
    }

    /// Its text that isn't blank and what its actions say, in order, comments left out.
    fn parts(&self) -> Option<Vec<Part<'_>>> {
        let text = |range: Range<usize>| self.text.get(range).map(str::trim).filter(|text| !text.is_empty());
        let (mut at, mut parts) = (self.body.start, Vec::new());
        for action in lexer::actions(&self.text, self.body.clone()).ok()? {
            parts.extend(text(at..action.range.start).map(Part::Text));
            at = action.range.end;
            parts.extend(text(action.inner).filter(|inner| !inner.starts_with("/*")).map(Part::Action));
        }
        parts.extend(text(at..self.body.end).map(Part::Text));
        Some(parts)
    }

    /// Whether it puts something into the map that it is called with.
    pub(super) fn changes_argument(&self) -> bool {
        ["set . ", "set $ "].iter().any(|word| self.body().contains(word))
    }

    fn body(&self) -> &str {
        self.text.get(self.body.clone()).unwrap_or("")
    }
}

impl Library {
    /// Adds what `source` defines, if it is a template that can be read.
    pub fn add(&mut self, source: &Source) {
        let Ok(actions) = lexer::actions(&source.text, 0..source.text.len()) else { return };
        let mut open: Option<(String, &Action)> = None;
        let mut depth = 0_usize;
        for action in &actions {
            match action::command(source.text.get(action.inner.clone()).unwrap_or("")) {
                Command::Define(name) => open = Some((name.into_owned(), action)),
                Command::Open(_) => depth += 1,
                Command::End if depth > 0 => depth -= 1,
                Command::End => {
                    let Some((name, define)) = open.take() else { return };
                    let body = define.range.end..action.range.start;
                    let trims = (define.trims_right, action.trims_left);
                    self.define(name, Named { file: source.id, text: source.text.clone(), body, trims });
                }
                _ => {}
            }
        }
    }

    fn define(&mut self, name: String, named: Named) {
        match self.by_name.get_mut(&name) {
            None => _ = self.by_name.insert(name, Some(named)),
            Some(Some(known)) if known.body() == named.body() && known.trims == named.trims => {}
            Some(known) => *known = None,
        }
    }

    /// The named template `name`.
    pub(super) fn get(&self, name: &str) -> Option<&Named> {
        self.by_name.get(name)?.as_ref()
    }
}
