//! What names a finding across edits elsewhere in its file.

use std::fmt;
use std::str::FromStr;

use foldhash::{HashMap, HashMapExt};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Report;
use super::field::Fields;
use super::paths::portable;
use crate::finding::{Finding, Severity};
use crate::source::{FileId, Span};

/// The name of a place where something is wrong: 128 bits, written as 32 hexadecimal digits.
///
/// It is made of the rule, the severity, the object's name, the field and the text found, white space folded and comment
/// lines left out, so that it outlives other edits and reordering. Places of one file that agree in all that are
/// numbered.
///
/// Baselines of schema 1 name a finding by 64 bits, 16 digits, made of the rule, the object, the container and the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fingerprint {
    /// As baselines of schema 1 have it.
    Earlier(u64),
    /// As it is made now.
    Now(u128),
}

/// The names of one finding.
#[derive(Debug, Clone)]
pub struct Names {
    /// Its own place, then each that is wrong likewise.
    places: Vec<PlaceName>,
    /// What a baseline of schema 1 calls it.
    pub earlier: Fingerprint,
}

/// The name of a place but for the severity.
#[derive(Debug, Clone, Copy)]
pub struct PlaceName {
    hash: u128,
    /// Which it is among its like, from 1.
    number: u64,
    severity: Severity,
}

impl PlaceName {
    /// Its name.
    #[must_use]
    pub fn fingerprint(self) -> Fingerprint {
        self.as_bad_as(self.severity)
    }

    /// Its name and those that it has where it is worse: who knows of the worse knows of it.
    pub fn at_least_as_bad(self) -> impl Iterator<Item = Fingerprint> {
        let all = [Severity::Info, Severity::Warning, Severity::Error].into_iter();
        all.filter(move |severity| *severity >= self.severity).map(move |severity| self.as_bad_as(severity))
    }

    /// All names that it may have, however bad it is.
    pub fn however_bad(self) -> impl Iterator<Item = Fingerprint> {
        let all = [Severity::Info, Severity::Warning, Severity::Error].into_iter();
        all.map(move |severity| self.as_bad_as(severity))
    }

    fn as_bad_as(self, severity: Severity) -> Fingerprint {
        let hash = fnv1a_128(self.hash, severity.name().as_bytes());
        Fingerprint::Now(match self.number {
            ..=1 => hash,
            number => fnv1a_128(hash, &number.to_le_bytes()),
        })
    }
}

impl Names {
    /// The names of its places, its own first.
    #[must_use]
    pub fn places(&self) -> &[PlaceName] {
        &self.places
    }

    /// The names of all findings of `report` within their files, in the order of [`Report::all_findings`].
    #[must_use]
    pub fn within_files(report: &Report) -> Vec<Names> {
        let findings: Vec<&Finding> = report.all_findings().collect();
        let earlier = Fingerprint::earlier(&findings, report);
        let names = earlier.into_iter().zip(place_names(&findings, report));
        names.map(|(earlier, places)| Names { places, earlier }).collect()
    }
}

/// The names of the places of each of `findings`, its own first.
fn place_names(findings: &[&Finding], report: &Report) -> Vec<Vec<PlaceName>> {
    let fields = Fields::of(report, findings.iter().flat_map(|finding| finding.places()));
    // Numbers follow the order in the file, and don't change as a finding is suppressed or gets into a baseline.
    let mut ordered: Vec<(usize, Span, &Finding)> = Vec::new();
    for (index, finding) in findings.iter().enumerate() {
        ordered.extend(finding.places().map(|span| (index, span, *finding)));
    }
    ordered.sort_by_key(|(_, span, finding)| (*span, finding.rule));
    let mut names: Vec<Vec<PlaceName>> = vec![Vec::new(); findings.len()];
    let mut seen: HashMap<(FileId, u128, Severity), u64> = HashMap::new();
    for (index, span, finding) in ordered {
        let (hash, severity) = (hash_of(finding, span, &fields, report), finding.severity);
        let count = seen.entry((span.file, hash, severity)).or_default();
        *count += 1;
        let name = PlaceName { hash, number: *count, severity };
        let Some(names) = names.get_mut(index) else { continue };
        // Its own place comes first, wherever it stands.
        let at = if span == finding.span { 0 } else { names.len() };
        names.insert(at, name);
    }
    names
}

impl Fingerprint {
    /// Names of the findings that count among those of all files: the path is part of them, or that of the file that
    /// another tool made the text of.
    #[must_use]
    pub fn of(report: &Report) -> Vec<Fingerprint> {
        let findings: Vec<&Finding> = report.all_findings().collect();
        let named = findings.iter().zip(place_names(&findings, report));
        let prints = named.map(|(finding, places)| {
            let path = report.source(finding.span).map_or("", |source| &source.path);
            let path = report.origin(finding.span).unwrap_or(path);
            let name = places.first().map(|place| place.fingerprint().to_string()).unwrap_or_default();
            Fingerprint::Now(fnv1a_128(fnv1a_128(BASIS_128, portable(path).as_bytes()), name.as_bytes()))
        });
        prints.collect()
    }

    /// What baselines of schema 1 call `findings`.
    fn earlier(findings: &[&Finding], report: &Report) -> Vec<Fingerprint> {
        let mut ordered: Vec<(usize, &Finding)> = findings.iter().copied().enumerate().collect();
        ordered.sort_by_key(|(_, finding)| (finding.span, finding.rule));
        let mut seen: HashMap<(FileId, u64), u64> = HashMap::new();
        let mut prints = vec![Fingerprint::Earlier(0); ordered.len()];
        for (index, finding) in ordered {
            let hash = earlier_hash_of(finding, report);
            let count = seen.entry((finding.span.file, hash)).or_default();
            *count += 1;
            if let Some(print) = prints.get_mut(index) {
                let hash = if *count == 1 { hash } else { fnv1a_64(hash, &count.to_le_bytes()) };
                *print = Fingerprint::Earlier(hash);
            }
        }
        prints
    }
}

fn hash_of(finding: &Finding, place: Span, fields: &Fields, report: &Report) -> u128 {
    let field = fields.at(place);
    let mut parts: Vec<&str> = vec![finding.rule, field];
    if let Some(resource) = &finding.resource {
        parts.extend([resource.kind.as_str(), resource.pointer.as_str()]);
        parts.extend([&resource.namespace, &resource.name].map(|part| part.as_deref().unwrap_or_default()));
        // A place in a container names that one, be it of another container than the finding's first.
        let container = resource.container.as_deref().filter(|_| !field.contains("ontainers["));
        parts.push(container.unwrap_or_default());
    }
    parts.extend(words_at(place, report));
    parts.iter().fold(BASIS_128, |hash, part| fnv1a_128(fnv1a_128(hash, part.as_bytes()), &[0]))
}

fn earlier_hash_of(finding: &Finding, report: &Report) -> u64 {
    let mut parts: Vec<&str> = vec![finding.rule];
    if let Some(resource) = &finding.resource {
        parts.extend([resource.kind.as_str(), resource.pointer.as_str()]);
        parts.extend(
            [&resource.namespace, &resource.name, &resource.container]
                .map(|part| part.as_deref().unwrap_or_default()),
        );
    }
    parts.extend(words_at(finding.span, report));
    parts.iter().fold(BASIS_64, |hash, part| fnv1a_64(fnv1a_64(hash, part.as_bytes()), &[0]))
}

/// The words at a place, without comment lines.
fn words_at(place: Span, report: &Report) -> impl Iterator<Item = &str> {
    let text = report.source(place).map_or("", |source| source.slice(place));
    let is_comment = |line: &&str| line.trim_start().starts_with('#');
    text.lines().filter(move |line| !is_comment(line)).flat_map(str::split_whitespace)
}

/// The offset bases of FNV-1a, which never changes between releases, as a hasher of the standard library may.
const BASIS_64: u64 = 0xcbf2_9ce4_8422_2325;
const BASIS_128: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;

fn fnv1a_64(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

fn fnv1a_128(hash: u128, bytes: &[u8]) -> u128 {
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    bytes.iter().fold(hash, |hash, &byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME))
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fingerprint::Earlier(hash) => write!(f, "{hash:016x}"),
            Fingerprint::Now(hash) => write!(f, "{hash:032x}"),
        }
    }
}

impl FromStr for Fingerprint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_hex = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let print = match text.len() {
            16 => u64::from_str_radix(text, 16).ok().map(Self::Earlier),
            32 => u128::from_str_radix(text, 16).ok().map(Self::Now),
            _ => None,
        };
        print
            .filter(|_| is_hex)
            .ok_or_else(|| format!("`{text}` is no fingerprint (32 hexadecimal digits, or 16 of schema 1)"))
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vectors of the algorithm's authors (<http://www.isthe.com/chongo/src/fnv/test_fnv.c> and its 128-bit page).
    #[test]
    fn hashes_are_those_of_fnv1a() {
        assert_eq!(fnv1a_64(BASIS_64, b"foobar"), 0x8594_4171_f739_67e8);
        assert_eq!(fnv1a_128(BASIS_128, b"foobar"), 0x343e_1662_793c_64bf_6f0d_3597_ba44_6f18);
    }
}
