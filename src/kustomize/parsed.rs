//! Files as kustomize reads them.

use foldhash::{HashMap, HashSet};
use rayon::prelude::*;

use super::definitions::{head_of, named, value_of};
use super::files::Files;
use crate::discover::is_kustomization;
use crate::read::InputFile;
use crate::source::{FileId, Span};
use crate::yaml::{self, Document, Problem, Value};

/// The values of a file's documents.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub(super) values: Vec<Value>,
    /// Keys that are written twice, for which kustomize refuses the document.
    pub(super) refused: Vec<Span>,
    /// Whether every document is YAML, as far as it was looked at.
    pub(super) is_readable: bool,
}

impl Parsed {
    /// Parses `file`, all of it or of definitions what names them. What can't be read is told of where files are checked.
    pub(super) fn of(file: &InputFile, is_whole: bool) -> Self {
        let mut parsed = Self { is_readable: true, ..Self::default() };
        if file.is_noted() {
            parsed.values = file.definitions.to_vec();
            return parsed;
        }
        for range in &file.documents {
            let text = file.source.text.get(range.clone()).unwrap_or("");
            let head = (!is_whole && yaml::is_definition(text)).then(|| head_of(text)).flatten();
            let head = head.map(|length| Document::parse(&file.source, range.start..range.start + length));
            let head = head.and_then(|head| named(&head.ok()?));
            let value = match head {
                Some(value) => Ok(Ok(value)),
                None => Document::parse(&file.source, range.clone()).map(|document| value_of(&document)),
            };
            parsed.add(value);
        }
        parsed
    }

    fn add(&mut self, value: Result<Result<Value, Span>, Problem>) {
        match value {
            Ok(Ok(value)) => self.values.push(value),
            Ok(Err(place)) => self.refused.push(place),
            Err(_) => self.is_readable = false,
        }
    }
}

/// Parses the kustomizations among `files`. Those that `is_whole` says are parsed to their ends.
pub(super) fn kustomizations(
    files: &Files,
    is_whole: &(dyn Fn(FileId) -> bool + Sync),
) -> HashMap<FileId, Parsed> {
    let ours = files.list().par_iter().with_max_len(32).filter(|file| is_kustomization(&file.source.path));
    ours.map(|file| (file.source.id, Parsed::of(file, is_whole(file.source.id)))).collect()
}

/// Parses those of the files `named` that aren't `parsed`: all that builds will be made of, at once instead of one after
/// another.
pub(super) fn ahead(
    files: &mut Files,
    named: &HashSet<FileId>,
    parsed: &mut HashMap<FileId, Parsed>,
    is_whole: &(dyn Fn(FileId) -> bool + Sync),
) {
    let named: HashSet<FileId> = named.iter().copied().filter(|id| !parsed.contains_key(id)).collect();
    let is_unread = |id: &FileId| files.get(*id).is_some_and(|file| !file.is_noted());
    let unread = named.iter().copied().filter(is_unread).collect();
    files.restore(&unread);
    let named = files.list().par_iter().with_max_len(32).filter(|file| named.contains(&file.source.id));
    parsed.par_extend(named.map(|file| (file.source.id, Parsed::of(file, is_whole(file.source.id)))));
}
