//! Every row of the table of facts has a fixture, which `tests/it/rerun.rs` runs where it can.
use crate::rerun_support::{Case, cases, missing_command};
use initlint::commands::{Record, records};

fn uses(case: &Case, name: &str) -> bool {
    let separators = |c: char| c.is_whitespace() || "()|;&\"'`".contains(c);
    case.script.split(separators).any(|word| word == name || word.ends_with(&format!("/{name}")))
}

#[test]
fn every_row_of_the_table_has_a_fixture() {
    let cases = cases();
    let (mut proved, mut told, mut bare) = (0, Vec::new(), Vec::new());
    for names in records().filter(|record| record.has_effect()).map(Record::names) {
        let fitting: Vec<&Case> =
            cases.iter().filter(|case| names.iter().any(|name| uses(case, name))).collect();
        if fitting.iter().any(|case| case.not_run.is_none() && missing_command(&case.script).is_none()) {
            proved += 1;
        } else if fitting.is_empty() {
            bare.push(names.join(", "));
        } else {
            told.push(names.join(", "));
        }
    }
    println!("{proved} rows run, {} only told:\n{}", told.len(), told.join("\n"));
    assert!(bare.is_empty(), "rows without a fixture:\n{}", bare.join("\n"));
}
