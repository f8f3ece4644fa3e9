//! What the helps say is written into the scripts: what was found is gone, nothing else comes, whatever the order, and the
//! execution of what is mended agrees.
use std::ops::Range;

use crate::rerun::analysed;
use crate::rerun_support::{Case, Verdict, cases, execute, is_root, missing_command};
use crate::support::lint::{self, lint, pretty, root};
use initlint::rerun::{Hazard, Mending, Severity, Site};
use initlint::rule::Settings;
use rayon::prelude::*;

/// A script in which some commands stand otherwise.
struct Edited {
    text: String,
    /// What was replaced, in order, and by how many bytes.
    edits: Vec<(Range<usize>, usize)>,
}

impl Edited {
    /// `text` with `edits` made; of two that overlap the first counts.
    fn new(text: &str, mut edits: Vec<(Range<usize>, String)>) -> Self {
        edits.sort_by_key(|(range, _)| (range.start, range.end));
        let mut out = Self { text: String::new(), edits: Vec::new() };
        let mut end = 0;
        for (range, new) in edits {
            if range.start >= end {
                out.text.push_str(&text[end..range.start]);
                out.text.push_str(&new);
                end = range.end;
                out.edits.push((range, new.len()));
            }
        }
        out.text.push_str(&text[end..]);
        out
    }

    /// Where a byte stood before; within what was replaced, its start.
    fn before(&self, at: usize) -> usize {
        let mut shift = 0_isize;
        for (range, length) in &self.edits {
            let start = range.start.strict_add_signed(shift);
            if at <= start {
                break;
            }
            if at < start + length {
                return range.start;
            }
            shift += length.cast_signed() - range.len().cast_signed();
        }
        at.strict_add_signed(-shift)
    }

    /// The edit that a place lies in.
    fn within(&self, place: &Range<usize>) -> Option<&Range<usize>> {
        let start = self.before(place.start);
        let is_in = |(range, _): &&(Range<usize>, usize)| range.contains(&start) && !place.is_empty();
        self.edits
            .iter()
            .find(is_in)
            .map(|(range, _)| range)
            .filter(|range| self.before(place.end) <= range.end)
    }
}

fn site(hazard: &Hazard) -> Range<usize> {
    let Site { file: None, range } = &hazard.site else { panic!("a script of its own") };
    range.clone()
}

/// A command with the SQL in it that the help tells to write: `CREATE TABLE IF NOT EXISTS` for `CREATE TABLE`.
fn with_sql(command: &str, help: &str) -> Option<String> {
    let (phrase, _) = help.strip_prefix("write `")?.split_once('`')?;
    let plain = phrase.replace(" IF NOT EXISTS", "").replace(" OR REPLACE", "");
    let at = command.to_ascii_uppercase().find(&plain).filter(|_| plain != phrase)?;
    Some(format!("{}{phrase}{}", &command[..at], &command[at + plain.len()..]))
}

/// What somebody writes who does as the help says; where it shows no line, that the failure is passed over.
fn written(case: &Case, hazard: &Hazard) -> Option<(Range<usize>, String)> {
    let range = site(hazard);
    if let Some(text) = with_sql(&case.script[range.clone()], &hazard.help) {
        return Some((range, text));
    }
    match hazard.mending.as_ref()? {
        Mending::Text(text) => Some((range, text.clone())),
        Mending::PassesOver => {
            let text = format!("{{ {}; }} || true", &case.script[range.clone()]);
            Some((range, text))
        }
    }
}

fn with_script(case: &Case, script: String) -> Case {
    Case {
        file: case.file.clone(),
        name: case.name.clone(),
        expected: String::new(),
        not_run: None,
        script,
        ..*case
    }
}

/// The hazards of a mended script that weren't in the script before.
fn new_ones(old: &[Hazard], edited: &Edited, new: &[Hazard]) -> Vec<String> {
    let known = |hazard: &&Hazard| {
        let range = site(hazard);
        let before = edited.before(range.start)..edited.before(range.end);
        edited.within(&range).is_some()
            || old.iter().any(|old| site(old).start == before.start || site(old) == before)
    };
    new.iter()
        .filter(|hazard| !known(hazard))
        .map(|hazard| format!("{}: {}", hazard.command, hazard.why))
        .collect()
}

#[test]
fn what_is_mended_as_the_help_says_is_gone() {
    let wrong: Vec<String> = cases()
        .iter()
        .flat_map(|case| {
            let old = analysed(case);
            let has_line = |hazard: &&Hazard| {
                hazard.mended().is_some() || with_sql(&case.script[site(hazard)], &hazard.help).is_some()
            };
            let with_lines: Vec<&Hazard> = old.iter().filter(has_line).collect();
            with_lines
                .iter()
                .filter_map(|hazard| {
                    let edited = Edited::new(&case.script, written(case, hazard).into_iter().collect());
                    let new = analysed(&with_script(case, edited.text.clone()));
                    let mut faults = new_ones(&old, &edited, &new);
                    let left = new.iter().filter(|hazard| edited.within(&site(hazard)).is_some());
                    faults.extend(left.map(|hazard| format!("still there: {}", hazard.why)));
                    (!faults.is_empty())
                        .then(|| format!("{}/{}: {faults:?}\n{}", case.file, case.name, edited.text))
                })
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(wrong.is_empty(), "{}\n{} wrong", wrong.join("\n"), wrong.len());
}

/// Which of `count` helps somebody has followed so far: any of few; of many each alone, all but each, and some by chance.
fn subsets(count: usize) -> Vec<u64> {
    const SEED: u64 = 0x9E37_79B9_7F4A_7C15;
    let all = (1_u64 << count.min(63)) - 1;
    if count <= 5 {
        return (1..=all).collect();
    }
    let each = (0..count.min(63)).flat_map(|at| [1 << at, all & !(1 << at)]);
    // Marsaglia's xorshift: the same in every run.
    let mut state = SEED;
    let mut chance = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state & all
    };
    each.chain([all]).chain(std::iter::repeat_with(&mut chance).take(16)).collect()
}

#[test]
fn mending_in_any_order_brings_nothing_new() {
    let mut tried = 0;
    let mut wrong = Vec::new();
    for case in cases() {
        let old = analysed(&case);
        let mends: Vec<_> = old.iter().filter_map(|hazard| written(&case, hazard)).collect();
        if mends.len() < 2 {
            continue;
        }
        for subset in subsets(mends.len()) {
            let chosen = mends.iter().enumerate().filter(|(at, _)| subset >> at & 1 == 1);
            let edited = Edited::new(&case.script, chosen.map(|(_, mend)| mend.clone()).collect());
            let new = analysed(&with_script(&case, edited.text.clone()));
            tried += 1;
            let faults = new_ones(&old, &edited, &new);
            if !faults.is_empty() {
                wrong.push(format!("{}/{}: {faults:?}\n{}", case.file, case.name, edited.text));
            }
        }
    }
    assert!(tried > 150, "{tried} tried");
    assert!(wrong.is_empty(), "{}\n{} wrong", wrong.join("\n"), wrong.len());
}

#[test]
fn execution_says_that_what_is_mended_is_safe() {
    if cfg!(not(unix)) {
        println!("skipped: needs bash");
        return;
    }
    let mended: Vec<Case> = cases()
        .iter()
        .filter(|case| case.not_run.is_none() && missing_command(&case.script).is_none())
        .filter(|case| !(case.busybox || case.user && is_root()))
        .filter_map(|case| {
            let old = analysed(case);
            let lines = old.iter().all(|hazard| hazard.mended().is_some()) && !old.is_empty();
            let edits = old.iter().filter_map(|hazard| written(case, hazard)).collect();
            lines.then(|| with_script(case, Edited::new(&case.script, edits).text))
        })
        .collect();
    assert!(mended.len() > 15, "{} run", mended.len());
    let wrong: Vec<String> = mended
        .par_iter()
        .filter(|case| analysed(case).iter().all(|hazard| hazard.severity == Severity::Info))
        .filter_map(|case| {
            let verdict = execute(&case.script);
            let is_right = matches!(verdict, Verdict::Idempotent | Verdict::Inconclusive(_));
            (!is_right).then(|| format!("{}/{}: {verdict:?}\n{}", case.file, case.name, case.script))
        })
        .collect();
    assert!(wrong.is_empty(), "{}\n{} wrong", wrong.join("\n"), wrong.len());
}

/// The line that a help tells to write, or to put before.
fn shown(help: &str) -> Option<(&str, bool)> {
    if let Some(rest) = help.strip_prefix("write `") {
        let (line, rest) = rest.split_once('`')?;
        // SQL is no line of a script, nor is a file that is to be written anew.
        let is_line = !line.starts_with(char::is_uppercase) && !rest.starts_with(" anew");
        return Some((line, false)).filter(|_| is_line);
    }
    Some((help.strip_prefix("put `")?.split_once("` before it")?.0, true))
}

/// The manifests of the project, and in each the lines that the helps show written in, one at a time.
#[test]
fn manifests_are_mended_as_the_helps_say() {
    let folders = ["rules/non_idempotent_write/bad", "rules/non_idempotent_command/bad", "tests/cases"];
    let paths: Vec<_> = folders.iter().flat_map(|folder| lint::cases(&root().join(folder))).collect();
    let judged: Vec<(usize, Vec<String>)> = paths
        .par_iter()
        .map(|path| {
            let text = std::fs::read_to_string(path).unwrap();
            let report = lint("case.yaml", &text, &Settings::default());
            let found = report.findings.iter().filter(|finding| finding.rule.starts_with("non-idempotent-"));
            let (mut tried, mut wrong) = (0, Vec::new());
            for finding in found {
                let (help, range) = (finding.help.as_deref().unwrap_or_default(), finding.span.range());
                let command = &text[range.clone()];
                // The words of a command without a shell stand apart.
                let new = match (with_sql(command, help), shown(help)) {
                    (Some(new), _) => new,
                    (None, Some(_)) if command.contains(", ") => continue,
                    (None, Some((line, true))) => format!("{line}; {command}"),
                    (None, Some((line, false))) => line.to_owned(),
                    (None, None) => continue,
                };
                let mended = Edited::new(&text, vec![(range.clone(), new)]).text;
                let after = lint("case.yaml", &mended, &Settings::default());
                tried += 1;
                let is_fewer = after.findings.len() < report.findings.len();
                if !is_fewer {
                    wrong.push(format!("{}: {help}\n{}", path.display(), pretty(&after)));
                }
            }
            (tried, wrong)
        })
        .collect();
    let tried: usize = judged.iter().map(|(tried, _)| tried).sum();
    let wrong: Vec<String> = judged.into_iter().flat_map(|(_, wrong)| wrong).collect();
    assert!(tried > 5, "{tried} tried");
    assert!(wrong.is_empty(), "{}\n{} wrong", wrong.join("\n"), wrong.len());
}
