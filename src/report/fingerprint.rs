//! What names a finding across edits elsewhere in its file.

use std::collections::HashMap;

use super::Report;
use crate::finding::Finding;

/// A fingerprint for each finding, in order: 16 hexadecimal digits.
///
/// It is made of the rule, the path, the object's and the container's name and the text found,
/// white space folded, so that it outlives other edits and reordering. Findings that agree in all
/// that are numbered.
#[must_use]
pub fn all(report: &Report) -> Vec<String> {
    let mut seen: HashMap<u64, u64> = HashMap::new();
    report
        .findings
        .iter()
        .map(|finding| {
            let hash = hash_of(finding, report);
            let count = seen.entry(hash).or_default();
            *count += 1;
            let numbered = if *count == 1 { hash } else { fnv1a(hash, &count.to_le_bytes()) };
            format!("{numbered:016x}")
        })
        .collect()
}

fn hash_of(finding: &Finding, report: &Report) -> u64 {
    let source = report.source(finding.span);
    let path = source.map_or("", |source| &*source.path);
    let text = source.map_or("", |source| source.slice(finding.span));
    let mut parts: Vec<&str> = vec![finding.rule, path];
    if let Some(resource) = &finding.resource {
        parts.extend([resource.kind.as_str(), resource.pointer.as_str()]);
        parts.extend(
            [&resource.namespace, &resource.name, &resource.container]
                .map(|part| part.as_deref().unwrap_or_default()),
        );
    }
    parts.extend(text.split_whitespace());
    parts.iter().fold(FNV_OFFSET, |hash, part| fnv1a(fnv1a(hash, part.as_bytes()), &[0]))
}

/// The offset basis of 64-bit FNV-1a, which never changes between releases, as a hasher of the
/// standard library may.
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

fn fnv1a(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
