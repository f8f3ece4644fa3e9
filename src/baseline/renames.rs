//! Files that have another name now than in the baseline.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashMap, HashMapExt, HashSet};

use super::Baseline;
use crate::report::Report;
use crate::report::fingerprint::{Fingerprint, Names};

impl Baseline {
    /// Under which name the baseline has each of the files that it would call `keys`, which `report` has read: another
    /// one where a file is gone, one that it doesn't know has what was found there, and no other pair does.
    pub(super) fn homes<'a>(&'a self, keys: &'a [String], report: &Report, names: &[Names]) -> Vec<&'a str> {
        let gone = self.gone(keys);
        let mut pairs: BTreeSet<(&str, &str)> = BTreeSet::new();
        for (finding, names) in report.all_findings().zip(names) {
            let key = keys.get(finding.span.file.0 as usize).map_or("", String::as_str);
            if gone.is_empty() || self.known.contains_key(key) {
                continue;
            }
            let prints = names.places().iter().flat_map(|place| place.at_least_as_bad());
            let olds = prints.chain([names.earlier]).filter_map(|print| *gone.get(&(finding.rule, print))?);
            pairs.extend(olds.map(|old| (key, old)));
        }
        let (mut of_new, mut of_old): (BTreeMap<&str, usize>, BTreeMap<&str, usize>) = Default::default();
        for (key, old) in &pairs {
            *of_new.entry(*key).or_default() += 1;
            *of_old.entry(*old).or_default() += 1;
        }
        let is_alone =
            |(key, old): &&(&str, &str)| of_new.get(key) == Some(&1) && of_old.get(old) == Some(&1);
        let renamed: HashMap<&str, &str> = pairs.iter().filter(is_alone).copied().collect();
        keys.iter().map(|key| renamed.get(&**key).copied().unwrap_or(key)).collect()
    }

    /// The entries of files that are gone, each with its file where no other has it.
    fn gone(&self, keys: &[String]) -> HashMap<(&str, Fingerprint), Option<&str>> {
        let read: HashSet<&str> = keys.iter().map(String::as_str).collect();
        let mut entries: HashMap<(&str, Fingerprint), Option<&str>> = HashMap::new();
        for (path, rules) in &self.known {
            if read.contains(&**path) || self.has_file(path) {
                continue;
            }
            for (rule, prints) in rules {
                for print in prints.keys() {
                    entries.entry((rule, *print)).and_modify(|file| *file = None).or_insert(Some(path));
                }
            }
        }
        entries
    }
}
