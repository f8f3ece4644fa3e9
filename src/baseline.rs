//! The findings that a project lives with for now, so that only new ones count.
//!
//! A baseline is a JSON file: path → rule → fingerprint → the object, for people. Paths are
//! relative to the file's own folder, so that it serves from wherever initlint is run. One line
//! for each finding, all sorted: it diffs and merges well.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error as _};

use crate::bounded;
use crate::finding::Severity;
use crate::report::fingerprint::{Fingerprint, Fingerprints};
use crate::report::text::visible;
use crate::report::{Report, json, object_of, output, paths};
use crate::settings::Settings;

/// The largest baseline (bytes): a hundred thousand findings have a tenth of it.
const MAX_SIZE: u64 = 64 << 20;

/// The version of the form.
const SCHEMA: u64 = 1;

/// Known findings, and the folder that their paths start from.
#[derive(Debug)]
pub struct Baseline {
    folder: PathBuf,
    /// The current folder.
    here: PathBuf,
    known: Known,
}

/// Path → rule → fingerprint → object.
type Known = BTreeMap<String, BTreeMap<String, BTreeMap<Fingerprint, String>>>;

#[derive(Debug, Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Root {
    schema: Schema,
    findings: Known,
}

impl Baseline {
    /// Lists nothing. Both folders are known without links, so that one can be seen from the other.
    fn empty(path: &Path) -> Self {
        let real = |folder: &Path| fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        Self { folder: real(output::folder_of(path)), here: real(Path::new(".")), known: Known::new() }
    }

    /// Reads the baseline at `path`.
    ///
    /// # Errors
    /// A message that names the file, and where it is malformed the line and column (bytes).
    pub fn read(path: &Path) -> Result<Self, String> {
        let shown = path.display();
        let bytes = bounded::read(path, MAX_SIZE).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                format!("{shown}: no such baseline; make it with --write-baseline {shown}")
            }
            _ => format!("{shown}: cannot read the baseline: {error}"),
        })?;
        let root: Root = serde_json::from_slice(&bytes).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            format!("{shown}:{line}:{column}: not a baseline: {}", visible(message))
        })?;
        Ok(Self { known: root.findings, ..Self::empty(path) })
    }

    /// The baseline at `path` that is to be replaced, if anything is there: it must be one.
    ///
    /// # Errors
    /// As [`Baseline::read`].
    pub fn replaced(path: &Path) -> Result<Option<Self>, String> {
        let is_something = fs::metadata(path).is_ok_and(|known| known.is_file() && known.len() > 0);
        is_something.then(|| Self::read(path)).transpose()
    }

    /// A baseline at `path` of all findings of `report` that no suppression silences.
    #[must_use]
    pub fn of(report: &Report, path: &Path) -> Self {
        let mut baseline = Self::empty(path);
        let prints = Fingerprints::within_files(report);
        let counted = report.findings.iter().zip(prints.findings);
        for (finding, print) in counted.chain(report.baselined.iter().zip(prints.baselined)) {
            let Some(source) = report.source(finding.span) else { continue };
            let rules = baseline.known.entry(baseline.key(&source.path)).or_default();
            rules.entry(finding.rule.to_owned()).or_default().insert(print, object_of(finding));
        }
        baseline
    }

    /// Takes over from `old`, which it replaces, what the run of `report` didn't look for: entries of files that it
    /// didn't read and that are still there, of rules that were off, and all where some severities were left out.
    pub fn keep_unseen(&mut self, old: Self, report: &Report, settings: &Settings) {
        let read: HashSet<String> = report.sources.iter().map(|source| self.key(&source.path)).collect();
        let is_partial = settings.min_severity > Severity::Info;
        for (path, rules) in old.known {
            let is_elsewhere = !read.contains(&path) && self.folder.join(&path).exists();
            for (rule, prints) in rules {
                if is_partial || is_elsewhere || (read.contains(&path) && !settings.may_run(&rule)) {
                    let kept = self.known.entry(path.clone()).or_default().entry(rule).or_default();
                    for (print, object) in prints {
                        kept.entry(print).or_insert(object);
                    }
                }
            }
        }
    }

    /// Writes it to `path`, all or nothing.
    ///
    /// # Errors
    /// A message that names the file.
    pub fn write(&self, path: &Path) -> Result<(), String> {
        let root = Root { schema: Schema, findings: self.known.clone() };
        let mut bytes = Vec::new();
        json::write_value(&root, &mut bytes)
            .and_then(|()| output::write(path, &bytes))
            .map_err(|error| format!("cannot write {}: {error}", path.display()))
    }

    /// Moves the findings that it lists from `report.findings` to `report.baselined`, and counts
    /// its entries that nothing was found for.
    pub fn apply(&self, report: &mut Report, settings: &Settings) {
        let keys: Vec<String> = report.sources.iter().map(|source| self.key(&source.path)).collect();
        let prints = Fingerprints::within_files(report).findings;
        let mut met: HashSet<(&str, &str, Fingerprint)> = HashSet::new();
        let mut new = Vec::new();
        for (finding, print) in std::mem::take(&mut report.findings).into_iter().zip(prints) {
            let key = keys.get(finding.span.file.0 as usize).map_or("", String::as_str);
            let known = self.known.get(key).and_then(|rules| rules.get(finding.rule));
            if known.is_some_and(|known| known.contains_key(&print)) {
                met.insert((key, finding.rule, print));
                report.baselined.push(finding);
            } else {
                new.push(finding);
            }
        }
        report.findings = new;
        report.summary.baselined = report.baselined.len();
        let failed = |path: &str| report.errors.iter().any(|failure| failure.path == path);
        let read = report.sources.iter().zip(&keys).filter(|(source, _)| !failed(&source.path));
        report.summary.stale = self.stale(&met, &read.map(|(_, key)| &**key).collect(), settings);
    }

    /// How many entries the run would have met if they still stood for something: those of files
    /// that it read, or that are gone, and of rules that were on.
    fn stale(
        &self,
        met: &HashSet<(&str, &str, Fingerprint)>,
        read: &HashSet<&str>,
        settings: &Settings,
    ) -> usize {
        if settings.min_severity > Severity::Info {
            return 0;
        }
        let is_looked_at = |path: &str| read.contains(path) || !self.folder.join(path).exists();
        self.known
            .iter()
            .filter(|(path, _)| is_looked_at(path))
            .flat_map(|(path, rules)| rules.iter().map(move |(rule, prints)| (path, rule, prints)))
            .filter(|(_, rule, _)| settings.may_run(rule))
            .flat_map(|(path, rule, prints)| prints.keys().map(move |&print| (&**path, &**rule, print)))
            .filter(|entry| !met.contains(entry))
            .count()
    }

    /// How many findings it lists.
    #[must_use]
    pub fn len(&self) -> usize {
        self.known.values().flat_map(BTreeMap::values).map(BTreeMap::len).sum()
    }

    /// Whether it lists none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The name of a file in the baseline.
    fn key(&self, shown: &str) -> String {
        paths::relative_to(&self.folder, &paths::absolute(&self.here, shown))
    }
}

/// The number [`SCHEMA`], and no other.
#[derive(Debug)]
struct Schema;

impl Serialize for Schema {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(SCHEMA)
    }
}

impl<'de> Deserialize<'de> for Schema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            SCHEMA => Ok(Self),
            other => Err(D::Error::custom(format!("its schema is {other}; this version reads {SCHEMA}"))),
        }
    }
}
