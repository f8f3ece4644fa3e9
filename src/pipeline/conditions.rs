//! Under which conditions of a template a finding holds.

use std::collections::HashSet;

use crate::charts::{Part, Views};
use crate::finding::Finding;

/// What was found in `part`, as its readers know it: with the conditions under which it holds, where another reading
/// of the document lacks it.
pub(super) fn conditional(
    finding: &Finding,
    part: &Part,
    views: &Views<'_>,
    parts: &[(&Part, Vec<Finding>)],
) -> Finding {
    let mut finding = finding.clone();
    let conditions = conditions(&finding, part, views, parts);
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
) -> Vec<String> {
    let has = |found: &[Finding]| {
        found.iter().any(|other| (other.rule, other.span) == (finding.rule, finding.span))
    };
    let alike = || parts.iter().filter(|(other, _)| other.place == part.place);
    let differences = |other: &Part| views.conditions(part, other, finding.span);
    // The fewer readings differ in, the nearer that is to what the finding hangs on.
    let without = alike().filter(|(_, found)| !has(found)).map(|(other, _)| differences(other));
    let mut conditions =
        without.filter(|conditions| !conditions.is_empty()).min_by_key(Vec::len).unwrap_or_default();
    // What doesn't hold in another reading that has it too isn't what it hangs on.
    let with = alike().filter(|(_, found)| has(found)).flat_map(|(other, _)| differences(other));
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
