//! One command gets one finding: where several rules speak of one, the first of them in [`rules::PRECEDENCE`] counts.

use foldhash::HashSet;

use crate::finding::Finding;
use crate::rules;
use crate::source::Span;

/// `findings` of one Pod without those whose place a rule takes that stands before theirs.
pub(super) fn first_of_each(mut findings: Vec<Finding>) -> Vec<Finding> {
    let is_ranked = |finding: &&Finding| rules::PRECEDENCE.iter().any(|list| list.contains(&finding.rule));
    let ranked: Vec<_> = findings
        .iter()
        .filter(is_ranked)
        .map(|finding| (finding.rule, finding.about, finding.span))
        .collect();
    findings.retain(|finding| {
        let takes = |about, span: Span| about == finding.about && span.overlaps(finding.span);
        !ranked.iter().any(|&(rule, about, span)| comes_before(rule, finding.rule) && takes(about, span))
    });
    findings
}

/// The rules that have to run for what is said of `rules` alone: those, and each that may take the place of one.
pub(super) fn with_those_before(rules: &HashSet<&'static str>) -> HashSet<&'static str> {
    let ranked = rules::PRECEDENCE.iter().flat_map(|list| list.iter().copied());
    let before = ranked.filter(|known| rules.iter().any(|rule| comes_before(known, rule)));
    before.chain(rules.iter().copied()).collect()
}

/// Whether a list has `rule` before `other`.
fn comes_before(rule: &str, other: &str) -> bool {
    let place = |list: &[&str], rule: &str| list.iter().position(|known| *known == rule);
    rules::PRECEDENCE.iter().any(|list| match (place(list, rule), place(list, other)) {
        (Some(own), Some(other)) => own < other,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::source::FileId;

    fn finding(rule: &'static str, range: std::ops::Range<usize>, container: usize) -> Finding {
        let span = |range| Span::new(FileId(0), range);
        let about = Some(span(container..container + 1));
        Finding { rule, about, ..Finding::new(Severity::Warning, span(range), rule) }
    }

    fn left(findings: Vec<Finding>) -> Vec<&'static str> {
        first_of_each(findings).iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn the_first_rule_that_speaks_of_a_command_counts() {
        let [first, .., last] = rules::PRECEDENCE[0] else { panic!("no order") };
        assert_eq!(left(vec![finding(last, 10..20, 1), finding(first, 12..14, 1)]), [*first]);
        assert_eq!(left(vec![finding(last, 12..14, 1), finding(first, 10..20, 1)]), [*first]);
    }

    #[test]
    fn a_rule_by_itself_needs_those_that_come_before_it() {
        let [first, .., last] = rules::PRECEDENCE[0] else { panic!("no order") };
        let needed = |rule: &'static str| with_those_before(&HashSet::from_iter([rule]));
        assert!(needed(last).contains(first) && needed(last).contains(last));
        assert!(!needed(first).contains(last));
        assert_eq!(needed("in-no-list"), HashSet::from_iter(["in-no-list"]));
    }

    #[test]
    fn others_stay() {
        let [first, .., last] = rules::PRECEDENCE[0] else { panic!("no order") };
        let elsewhere = vec![finding(last, 10..20, 1), finding(first, 20..30, 1)];
        assert_eq!(left(elsewhere), [*last, *first]);
        let of_another_container = vec![finding(last, 10..20, 1), finding(first, 10..20, 2)];
        assert_eq!(left(of_another_container), [*last, *first]);
        let [loops, ..] = rules::PRECEDENCE[2] else { panic!("no order") };
        assert_eq!(left(vec![finding(last, 10..20, 1), finding(loops, 0..30, 1)]), [*last, *loops]);
        let both = ["command-not-in-image", "non-idempotent-write"];
        assert_eq!(left(both.map(|rule| finding(rule, 0..9, 1)).into()), both, "an image mends neither");
        assert_eq!(
            left(vec![finding("in-no-list", 0..30, 1), finding(last, 1..2, 1)]),
            ["in-no-list", *last]
        );
    }
}
