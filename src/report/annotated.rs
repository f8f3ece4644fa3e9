//! Where a service that shows a repository's files shows a finding in text that another tool made of one of them.

use std::collections::BTreeSet;
use std::path::Path;

use foldhash::{HashMap, HashMapExt};
use ignore::WalkBuilder;

use super::Report;
use crate::source::Span;

/// Where a report for such a service puts a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// Where it was found: that file is in the repository.
    AsFound,
    /// At this file, of whose lines nothing is known.
    File(&'a str),
    /// The text came from standard input, and no file can be told that it was made of.
    Nowhere,
}

/// The files below the working folder that text on standard input was made of, by what the tool that made it calls them.
pub type Annotated = HashMap<String, String>;

/// Where there are more files than this no file can be told.
const MAX_FILES: usize = 200_000;

impl Report {
    /// Where a service shows what is at `span`.
    #[must_use]
    pub fn place_of(&self, span: Span) -> Place<'_> {
        let Some(source) = self.source(span) else { return Place::Nowhere };
        match self.origin(span) {
            Some(origin) if !Path::new(&*source.path).is_file() => {
                let files = self.annotated.get_or_init(|| annotated(self, Path::new(".")));
                files.get(origin).map_or(Place::Nowhere, |file| Place::File(file))
            }
            _ => Place::AsFound,
        }
    }
}

/// For each origin of a finding the one file below `folder` whose path ends so, where there is just one.
fn annotated(report: &Report, folder: &Path) -> Annotated {
    let origins: BTreeSet<&str> =
        report.all_findings().filter_map(|finding| report.origin(finding.span)).collect();
    let by_end: HashMap<&str, &str> = origins.iter().map(|origin| (end_of(origin), *origin)).collect();
    let mut files: HashMap<&str, Vec<String>> = HashMap::new();
    let walk = WalkBuilder::new(folder).hidden(false).require_git(false).build().filter_map(Result::ok);
    let entries = walk.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()));
    for (count, entry) in entries.enumerate() {
        if count == MAX_FILES {
            return Annotated::new();
        }
        let path = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        let path = path.display().to_string().replace('\\', "/");
        let starts = std::iter::once(0).chain(path.match_indices('/').map(|(at, _)| at + 1));
        for origin in starts.filter_map(|start| by_end.get(path.get(start..)?)) {
            files.entry(origin).or_default().push(path.clone());
        }
    }
    let alone = files.into_iter().filter_map(|(origin, mut files)| {
        let file = files.pop().filter(|_| files.is_empty())?;
        Some((origin.to_owned(), file))
    });
    alone.collect()
}

/// The part of a path that doesn't hang on the folder that it was written in.
fn end_of(origin: &str) -> &str {
    let mut rest = origin;
    while let Some(inner) = rest.strip_prefix("../").or_else(|| rest.strip_prefix("./")) {
        rest = inner;
    }
    rest
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use super::*;
    use crate::finding::{Finding, Severity};
    use crate::source::{FileId, Source};

    #[test]
    fn one_file_may_be_what_a_document_was_made_of() {
        let folder = tempfile::tempdir().unwrap();
        let files = [
            "charts/shop/templates/web.yaml",
            "a/shop/templates/db.yaml",
            "b/shop/templates/db.yaml",
            "base/x.yaml",
        ];
        for path in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let origins = [
            "shop/templates/web.yaml",
            "shop/templates/db.yaml",
            "shop/templates/none.yaml",
            "../base/x.yaml",
        ];
        let ranges = (0..).map(|at| at..at + 1).zip(origins.map(str::to_owned));
        let source = Source::new(FileId(0), "<stdin>", "abcd").with_origins(ranges.collect());
        let findings = (0..4).map(|at| Finding::new(Severity::Info, Span::new(FileId(0), at..at), "x"));
        let report = Report {
            findings: findings.collect(),
            sources: vec![Arc::new(source)].into(),
            ..Report::default()
        };
        let mut found: Vec<(String, String)> = annotated(&report, folder.path()).into_iter().collect();
        found.sort();
        let pair = |origin: &str, file: &str| (origin.to_owned(), file.to_owned());
        let expected = [pair("../base/x.yaml", "base/x.yaml"), pair("shop/templates/web.yaml", files[0])];
        assert_eq!(found, expected);
    }
}
