//! What is wrong with kustomizations, one line for each kind.

use std::collections::HashMap;

use crate::discover::Failure;
use crate::kustomize::{Builds, Remark};
use crate::report::Report;
use crate::source::FileId;

/// How many notes on kustomizations are told.
const MAX_NOTES: usize = 20;

/// How many places are named beside the first of a kind.
const NAMED: usize = 2;

/// Adds the remarks of `builds` to `report`. Errors of one kind are told once for each file, notes once for all.
pub(super) fn tell(builds: &Builds, report: &mut Report) {
    let all = || builds.remarks.iter().filter(|remark| builds.counts(remark.span.file));
    let errors = kinds(all().filter(|remark| remark.is_error), |remark| Some(remark.span.file));
    report.errors.extend(errors.iter().filter_map(|kind| told(builds, kind)));
    let notes = kinds(all().filter(|remark| !remark.is_error), |_| None);
    let shown = notes.iter().take(MAX_NOTES).filter_map(|kind| told(builds, kind));
    report.notes.extend(shown.map(|note| format!("{}: {}", note.place(), note.message)));
    let more = notes.len().saturating_sub(MAX_NOTES);
    if more > 0 {
        report.notes.push(format!("{more} more kinds of notes on kustomizations"));
    }
}

/// `remarks` that say the same, and that are in one file where that counts, together, in the order of their first.
fn kinds<'b>(
    remarks: impl Iterator<Item = &'b Remark>,
    file: fn(&Remark) -> Option<FileId>,
) -> Vec<Vec<&'b Remark>> {
    let mut kinds: Vec<Vec<&Remark>> = Vec::new();
    let mut known: HashMap<(Option<FileId>, &str), usize> = HashMap::new();
    for remark in remarks {
        let at = *known.entry((file(remark), &remark.message)).or_insert(kinds.len());
        match kinds.get_mut(at) {
            Some(kind) => kind.push(remark),
            None => kinds.push(vec![remark]),
        }
    }
    kinds
}

/// The first of a kind, with the places of the others.
fn told(builds: &Builds, kind: &[&Remark]) -> Option<Failure> {
    let (first, others) = kind.split_first()?;
    let mut failure = placed(builds, first)?;
    let named: Vec<String> =
        others.iter().take(NAMED).filter_map(|other| Some(placed(builds, other)?.place())).collect();
    if !named.is_empty() {
        failure.message += &format!(" (also {}", named.join(", "));
        let more = others.len().saturating_sub(NAMED);
        failure.message += &if more > 0 { format!(" and {more} more)") } else { ")".to_owned() };
    }
    Some(failure)
}

/// `remark` with its place.
fn placed(builds: &Builds, remark: &Remark) -> Option<Failure> {
    let source = &builds.files.get(remark.span.file.0 as usize)?.source;
    let line = Some(source.position(remark.span.start as usize).line);
    let detail = remark.detail.as_ref().map(|detail| format!(": {detail}"));
    let message = format!("{}{}", remark.message, detail.unwrap_or_default());
    Some(Failure { path: source.path.to_string(), line, message })
}
