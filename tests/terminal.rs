//! What a terminal shows.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, reason = "a test may panic")]

mod support;

use std::fs;

use initlint::report::{Format, Look, Report};
use initlint::settings::Settings;
use support::lint::{cases, lint, root};
use unicode_width::UnicodeWidthStr;

fn pretty(report: &Report, width: usize) -> String {
    let mut out = Vec::new();
    report.write(Format::Pretty, &Look { width, color: false, unicode: true }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn reports() -> Vec<Report> {
    let mut paths = cases(&root().join("rules"));
    paths.extend(cases(&root().join("examples")));
    let settings = Settings { pedantic: true, ..Settings::default() };
    let lint = |path: &std::path::PathBuf| lint("a.yaml", &fs::read_to_string(path).unwrap(), &settings);
    let reports: Vec<Report> = paths.iter().map(lint).filter(|report| !report.findings.is_empty()).collect();
    assert!(reports.len() > 10);
    reports
}

#[test]
fn nothing_is_wider_than_the_terminal() {
    for report in reports() {
        for width in [80, 100, 120] {
            let text = pretty(&report, width);
            for line in text.lines() {
                assert!(line.width() <= width, "{} columns, {width} are there: {line}\n{text}", line.width());
            }
        }
    }
}
