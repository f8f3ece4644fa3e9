//! The findings that a project lives with for now, so that only new ones count.
//!
//! Each place where something is wrong has its own entry: where a finding speaks of several, mending one leaves the
//! others known. A finding is new where any of its places isn't known, or was known as less severe.

mod file;
mod renames;

use std::fs;
use std::path::{Path, PathBuf};

use file::{Entries, Known};
use foldhash::{HashSet, HashSetExt};

use crate::finding::Severity;
use crate::path_text::path_of_text;
use crate::replace::folder_of;
use crate::report::fingerprint::{Fingerprint, Names};
use crate::report::{Report, object_of, paths};
use crate::settings::Settings;

/// Known findings, and the folder that their paths start from.
#[derive(Debug)]
pub struct Baseline {
    folder: PathBuf,
    /// The current folder.
    here: PathBuf,
    known: Known,
}

/// An entry: path, rule, fingerprint.
type Entry<'a> = (&'a str, &'a str, Fingerprint);

impl Baseline {
    /// Lists nothing. Both folders are known without links, so that one can be seen from the other.
    fn empty(path: &Path) -> Self {
        let real = |folder: &Path| fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        Self { folder: real(folder_of(path)), here: real(Path::new(".")), known: Known::new() }
    }

    /// Reads the baseline at `path`.
    ///
    /// # Errors
    /// A message that names the file, and where it is malformed the line and column (bytes).
    pub fn read(path: &Path) -> Result<Self, String> {
        Ok(Self { known: file::read(path)?, ..Self::empty(path) })
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
        let suppressed = report.findings.len()..report.findings.len() + report.suppressed.len();
        let named = report.all_findings().zip(Names::within_files(report)).enumerate();
        for (_, (finding, names)) in named.filter(|(index, _)| !suppressed.contains(index)) {
            let Some(source) = report.source(finding.span) else { continue };
            let rules = baseline.known.entry(baseline.key(&source.path)).or_default();
            let entries = rules.entry(finding.rule.to_owned()).or_default();
            entries.extend(names.places().iter().map(|place| (place.fingerprint(), object_of(finding))));
        }
        baseline
    }

    /// Takes over from `old`, which it replaces, what the run of `report` didn't look for: entries of files that it
    /// didn't read and that are still there, of rules that were off, and all where some severities were left out. Tells
    /// how many entries these are.
    pub fn keep_unseen(&mut self, old: Self, report: &Report, settings: &Settings) -> usize {
        let read: HashSet<String> = report.sources.iter().map(|source| self.key(&source.path)).collect();
        let is_partial = settings.min_severity > Severity::Info;
        let before = self.len();
        for (path, rules) in old.known {
            let is_elsewhere = !read.contains(&path) && self.has_file(&path);
            for (rule, entries) in rules {
                if is_partial || is_elsewhere || (read.contains(&path) && !settings.may_run(&rule)) {
                    let kept = self.known.entry(path.clone()).or_default().entry(rule).or_default();
                    for (print, object) in entries {
                        kept.entry(print).or_insert(object);
                    }
                }
            }
        }
        self.len() - before
    }

    /// Writes it to `path`, all or nothing.
    ///
    /// # Errors
    /// A message that names the file.
    pub fn write(&self, path: &Path) -> Result<(), String> {
        file::write(&self.known, path)
    }

    /// Moves the findings that it lists from `report.findings` to `report.baselined`, and counts
    /// its entries that nothing was found for.
    pub fn apply(&self, report: &mut Report, settings: &Settings) {
        let keys: Vec<String> = report.sources.iter().map(|source| self.key(&source.path)).collect();
        let names = Names::within_files(report);
        let homes = self.homes(&keys, report, &names);
        let mut met: HashSet<Entry<'_>> = HashSet::new();
        let (mut new, mut worse) = (Vec::new(), 0);
        for (finding, names) in std::mem::take(&mut report.findings).into_iter().zip(names) {
            let home = homes.get(finding.span.file.0 as usize).copied().unwrap_or_default();
            let entries = self.known.get(home).and_then(|rules| rules.get(finding.rule));
            let found = entries.map_or(Vec::new(), |entries| met_by(&names, entries));
            worse += usize::from(entries.is_some_and(|entries| is_worse(&names, &found, entries)));
            let is_known = !found.is_empty() && found.iter().all(Option::is_some);
            met.extend(found.into_iter().flatten().map(|print| (home, finding.rule, print)));
            if is_known {
                report.baselined.push(finding);
            } else {
                new.push(finding);
            }
        }
        report.findings = new;
        if worse > 0 {
            let are = if worse == 1 { "1 finding is" } else { &format!("{worse} findings are") };
            report.notes.push(format!("{are} more severe than in the baseline"));
        }
        report.summary.baselined = report.baselined.len();
        let accepted = report.accepted.iter().map(|accepted| &accepted.failure);
        let failed: HashSet<&str> =
            report.errors.iter().chain(accepted).map(|failure| &*failure.path).collect();
        let read = report.sources.iter().zip(&keys).filter(|(source, _)| !failed.contains(&*source.path));
        report.summary.stale = self.stale(&met, &read.map(|(_, key)| &**key).collect(), settings);
    }

    /// How many entries the run would have met if they still stood for something: those of files
    /// that it read, or that are gone, and of rules that were on.
    fn stale(&self, met: &HashSet<Entry<'_>>, read: &HashSet<&str>, settings: &Settings) -> usize {
        if settings.min_severity > Severity::Info {
            return 0;
        }
        let is_looked_at = |path: &str| read.contains(path) || !self.has_file(path);
        self.known
            .iter()
            .filter(|(path, _)| is_looked_at(path))
            .flat_map(|(path, rules)| rules.iter().map(move |(rule, entries)| (path, rule, entries)))
            .filter(|(_, rule, _)| settings.may_run(rule))
            .flat_map(|(path, rule, entries)| entries.keys().map(move |&print| (&**path, &**rule, print)))
            .filter(|entry| !met.contains(entry))
            .count()
    }

    /// How many entries it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.known.values().flat_map(|rules| rules.values()).map(Entries::len).sum()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The name of a file in the baseline.
    fn key(&self, shown: &str) -> String {
        paths::relative_to(&self.folder, &paths::absolute(&self.here, shown))
    }

    /// Whether the file that it calls `key` is there.
    fn has_file(&self, key: &str) -> bool {
        self.folder.join(key).exists() || self.folder.join(path_of_text(key)).exists()
    }
}

/// Whether a finding is known, but as less severe.
fn is_worse(names: &Names, found: &[Option<Fingerprint>], entries: &Entries) -> bool {
    let is_known = |print: Fingerprint| entries.contains_key(&print);
    found.contains(&None) && names.places().iter().all(|place| place.however_bad().any(is_known))
}

/// For each place of a finding the entry that it answers to, if any; a baseline of schema 1 has one for all of them.
fn met_by(names: &Names, entries: &Entries) -> Vec<Option<Fingerprint>> {
    if entries.contains_key(&names.earlier) {
        return vec![Some(names.earlier)];
    }
    let known = |print: &Fingerprint| entries.contains_key(print);
    names.places().iter().map(|place| place.at_least_as_bad().find(known)).collect()
}
