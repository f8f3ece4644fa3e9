//! Under which conditions of a template a finding holds.

use std::collections::HashSet;

use crate::charts::{Part, Views};
use crate::finding::Finding;
use crate::source::Span;

/// Where each rule found something.
pub(super) type Places = HashSet<(&'static str, Span)>;

/// The places of what was `found`.
pub(super) fn places(found: &[Finding]) -> Places {
    found.iter().map(|finding| (finding.rule, finding.span)).collect()
}

/// What was found in `part`, as its readers know it: with the conditions under which it holds, where another reading
/// of the document lacks it. `parts` come with what they have, or would have if branches that they don't take added nothing.
pub(super) fn conditional(
    finding: &Finding,
    part: &Part,
    views: &Views<'_>,
    parts: &[(&Part, Places)],
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

fn conditions(finding: &Finding, part: &Part, views: &Views<'_>, parts: &[(&Part, Places)]) -> Vec<String> {
    let has = |places: &Places| places.contains(&(finding.rule, finding.span));
    let alike = || parts.iter().filter(|(other, _)| other.place == part.place);
    let differences = |other: &Part| views.conditions(part, other, finding.span);
    // The fewer readings differ in, the nearer that is to what the finding hangs on.
    let without = alike().filter(|(_, places)| !has(places)).map(|(other, _)| differences(other));
    let mut conditions =
        without.filter(|conditions| !conditions.is_empty()).min_by_key(Vec::len).unwrap_or_default();
    // What doesn't hold in another reading that has it too isn't what it hangs on.
    let with = alike().filter(|(_, places)| has(places)).flat_map(|(other, _)| differences(other));
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
