//! What names a finding across edits elsewhere in its file.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Report;
use super::paths::portable;
use crate::finding::Finding;
use crate::source::FileId;

/// The name of a finding: 64 bits, written as 16 hexadecimal digits.
///
/// It is made of the rule, the object's and the container's name and the text found, white space
/// folded and comment lines left out, so that it outlives other edits and reordering. Findings of one file that agree in all
/// that are numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(u64);

/// The fingerprints of a report's findings, each list in its list's order.
#[derive(Debug, Default)]
pub struct Fingerprints {
    /// Of `report.findings`.
    pub findings: Vec<Fingerprint>,
    /// Of `report.suppressed`.
    pub suppressed: Vec<Fingerprint>,
    /// Of `report.baselined`.
    pub baselined: Vec<Fingerprint>,
}

impl Fingerprints {
    /// Fingerprints that name a finding within its file, whatever the file is called.
    #[must_use]
    pub fn within_files(report: &Report) -> Self {
        // Numbers follow the order in the file, and don't change as a finding is suppressed or
        // gets into a baseline.
        let mut ordered: Vec<(usize, &Finding)> = report.all_findings().enumerate().collect();
        ordered.sort_by_key(|(_, finding)| (finding.span, finding.rule));
        let mut seen: HashMap<(FileId, u64), u64> = HashMap::new();
        let mut prints = vec![Fingerprint(0); ordered.len()];
        for (index, finding) in ordered {
            let hash = hash_of(finding, report);
            let count = seen.entry((finding.span.file, hash)).or_default();
            *count += 1;
            if let Some(print) = prints.get_mut(index) {
                *print = Fingerprint(if *count == 1 { hash } else { fnv1a(hash, &count.to_le_bytes()) });
            }
        }
        let baselined = prints.split_off(report.findings.len() + report.suppressed.len());
        let suppressed = prints.split_off(report.findings.len());
        Self { findings: prints, suppressed, baselined }
    }

    /// Fingerprints that name a finding among those of all files: the path is part of them, or that of the file
    /// that another tool made the text of.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let mut prints = Self::within_files(report);
        let all = prints.findings.iter_mut().chain(&mut prints.suppressed).chain(&mut prints.baselined);
        for (print, finding) in all.zip(report.all_findings()) {
            let path = report.source(finding.span).map_or("", |source| &source.path);
            let path = report.origin(finding.span).unwrap_or(path);
            print.0 = fnv1a(fnv1a(FNV_OFFSET, portable(path).as_bytes()), &print.0.to_le_bytes());
        }
        prints
    }
}

fn hash_of(finding: &Finding, report: &Report) -> u64 {
    let text = report.source(finding.span).map_or("", |source| source.slice(finding.span));
    let mut parts: Vec<&str> = vec![finding.rule];
    if let Some(resource) = &finding.resource {
        parts.extend([resource.kind.as_str(), resource.pointer.as_str()]);
        parts.extend(
            [&resource.namespace, &resource.name, &resource.container]
                .map(|part| part.as_deref().unwrap_or_default()),
        );
    }
    let is_comment = |line: &&str| line.trim_start().starts_with('#');
    parts.extend(text.lines().filter(|line| !is_comment(line)).flat_map(str::split_whitespace));
    parts.iter().fold(FNV_OFFSET, |hash, part| fnv1a(fnv1a(hash, part.as_bytes()), &[0]))
}

/// The offset basis of 64-bit FNV-1a, which never changes between releases, as a hasher of the
/// standard library may.
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

fn fnv1a(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for Fingerprint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.len() == 16 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let number = u64::from_str_radix(text, 16).ok().filter(|_| digits);
        number.map(Self).ok_or_else(|| format!("`{text}` is no fingerprint (16 hexadecimal digits)"))
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
