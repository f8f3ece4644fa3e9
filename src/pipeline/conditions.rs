//! Under which conditions of a template a finding holds.

use std::collections::HashSet;

use crate::charts::{Part, Views};
use crate::finding::Finding;
use crate::source::Span;

/// Where each rule found something.
pub(super) type Places = HashSet<(&'static str, Span)>;

/// What was found in `part`, as its readers know it: with the conditions under which it holds, where another reading
/// of the document lacks it. `closed` says of each part what it would have if branches that it doesn't take added nothing.
pub(super) fn conditional(
    finding: &Finding,
    part: &Part,
    views: &Views<'_>,
    parts: &[(&Part, Vec<Finding>)],
    closed: &[Places],
) -> Finding {
    let mut finding = finding.clone();
    let conditions = conditions(&finding, part, views, parts, closed);
    if conditions.len() > MAX_CONDITIONS {
        finding.message.push_str(" (with some values)");
    } else if !conditions.is_empty() {
        finding.message = format!("{} (if {})", finding.message, conditions.join(" and "));
    }
    match part.document.placeholders() {
        Some(placeholders) => finding.revealed(placeholders),
        None => finding,
    }
}

/// How many conditions a message names. More say little to a reader.
const MAX_CONDITIONS: usize = 3;

fn conditions(
    finding: &Finding,
    part: &Part,
    views: &Views<'_>,
    parts: &[(&Part, Vec<Finding>)],
    closed: &[Places],
) -> Vec<String> {
    let key = (finding.rule, finding.span);
    let has = |found: &[Finding], closed: &Places| {
        found.iter().any(|other| (other.rule, other.span) == key) || closed.contains(&key)
    };
    let alike = || parts.iter().zip(closed).filter(|((other, _), _)| other.place == part.place);
    let differences = |other: &Part| views.conditions(part, other, finding.span);
    // The fewer readings differ in, the nearer that is to what the finding hangs on.
    let without =
        alike().filter(|((_, found), closed)| !has(found, closed)).map(|((other, _), _)| differences(other));
    let mut conditions =
        without.filter(|conditions| !conditions.is_empty()).min_by_key(Vec::len).unwrap_or_default();
    // What doesn't hold in another reading that has it too isn't what it hangs on.
    let with = alike()
        .filter(|((_, found), closed)| has(found, closed))
        .flat_map(|((other, _), _)| differences(other));
    let needless: HashSet<String> = with.collect();
    if conditions.iter().any(|condition| !needless.contains(condition)) {
        conditions.retain(|condition| !needless.contains(condition));
    }
    for needed in &finding.needs {
        for condition in views.conditions_of_one(part, finding.span, *needed) {
            if !conditions.contains(&condition) {
                conditions.push(condition);
            }
        }
    }
    conditions
}
