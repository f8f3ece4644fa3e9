//! What is wrong with kustomizations, one line for each kind.

use std::collections::HashMap;

use crate::finding::Finding;
use crate::kustomize::{Builds, Remark};
use crate::report::Report;
use crate::source::{FileId, Span};
use crate::unchecked;

/// How many notes on kustomizations are told.
const MAX_NOTES: usize = 20;

/// How many places are named beside the first of a kind.
const NAMED: usize = 2;

/// What can't be checked since kustomize refuses it. Errors of one kind are told once for each file.
pub(super) fn unchecked(builds: &Builds) -> Vec<Finding> {
    let errors = kinds(remarks(builds, true), |remark| Some(remark.span.file));
    let told = errors.iter().filter_map(|kind| told(builds, kind));
    told.map(|(span, message)| unchecked::finding(span, message)).collect()
}

/// Adds the notes on `builds` to `report`, once for all that say the same.
pub(super) fn note(builds: &Builds, report: &mut Report) {
    let notes = kinds(remarks(builds, false), |_| None);
    let shown = notes.iter().take(MAX_NOTES).filter_map(|kind| told(builds, kind));
    let placed = shown.filter_map(|(span, message)| Some(format!("{}: {message}", place(builds, span)?)));
    report.notes.extend(placed);
    let more = notes.len().saturating_sub(MAX_NOTES);
    if more > 0 {
        report.notes.push(format!("{more} more kinds of notes on kustomizations"));
    }
}

fn remarks(builds: &Builds, is_error: bool) -> impl Iterator<Item = &Remark> {
    let counts = move |remark: &&Remark| remark.is_error == is_error && builds.counts(remark.span.file);
    builds.remarks.iter().filter(counts)
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

/// What the first of a kind says and where, with the places of the others.
fn told(builds: &Builds, kind: &[&Remark]) -> Option<(Span, String)> {
    let (first, others) = kind.split_first()?;
    let detail = first.detail.as_ref().map(|detail| format!(": {detail}"));
    let mut message = format!("{}{}", first.message, detail.unwrap_or_default());
    let named: Vec<String> =
        others.iter().take(NAMED).filter_map(|other| place(builds, other.span)).collect();
    if !named.is_empty() {
        message += &format!(" (also {}", named.join(", "));
        let more = others.len().saturating_sub(NAMED);
        message += &if more > 0 { format!(" and {more} more)") } else { ")".to_owned() };
    }
    Some((first.span, message))
}

/// The path and line of `span`.
fn place(builds: &Builds, span: Span) -> Option<String> {
    let source = &builds.files.get(span.file.0 as usize)?.source;
    Some(format!("{}:{}", source.path, source.position(span.start as usize).line))
}
