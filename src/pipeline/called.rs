//! What is wrong in named templates where they are included. Many may include one: it is told once for each place, unless
//! it was found where that stands; and only then it is asked under which conditions it holds.

use std::collections::BTreeMap;

use foldhash::HashSet;
use rayon::prelude::*;

use super::Scope;
use super::file_result::{Place, place};
use super::linter::Linter;
use crate::finding::Finding;
use crate::source::FileId;

/// What is found at `places`, those in named templates of other files, each with the file that includes it, in order;
/// `found` is what was found in the files themselves.
pub(super) fn check(
    linter: &Linter<'_>,
    places: Vec<(FileId, Place)>,
    found: &[Finding],
    scope: Scope<'_>,
) -> Vec<Finding> {
    if places.is_empty() {
        return Vec::new();
    }
    let mut told: HashSet<Place> = found.iter().map(place).collect();
    let mut untold: BTreeMap<FileId, HashSet<Place>> = BTreeMap::new();
    for (file, place) in places {
        if (scope.is_checked)(place.1.file) && told.insert(place) {
            untold.entry(file).or_default().insert(place);
        }
    }
    let check = |(id, mut places): (FileId, HashSet<Place>)| {
        let file = linter.inputs.file(id)?;
        let mut findings = linter.check_called(file, (scope.is_named)(id), &places);
        findings.retain(|finding| places.remove(&place(finding)));
        Some(findings)
    };
    let untold: Vec<_> = untold.into_iter().collect();
    untold.into_par_iter().filter_map(check).flatten().collect()
}
