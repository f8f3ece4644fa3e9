//! One set of manifests through every format.

use std::collections::BTreeSet;

use initlint::finding::SuppressedFinding;
use initlint::report::{Format, Report};

use super::readers::{annotations, json, lint_all, page, results, sarif, tests, written};
use crate::support::corpus::manifests as manifests_below;
use crate::support::lint::root;

/// A Pod with `number` init containers that may have no probe.
fn pod(name: &str, number: usize) -> String {
    let container =
        |n| format!("  - {{name: init-{n}, image: \"x:1\", livenessProbe: {{exec: {{command: [a]}}}}}}\n");
    let containers: String = (0..number).map(container).collect();
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: shop}}\nspec:\n  initContainers:\n{containers}  \
         containers:\n  - {{name: c, image: \"x:1\"}}\n"
    )
}

/// A bare Pod with a deadline, which is a warning.
fn with_deadline(name: &str) -> String {
    pod(name, 0).replace("  initContainers:\n", "  activeDeadlineSeconds: 10\n")
}

/// A Job's Pod with a deadline, which is advice.
fn job() -> &'static str {
    "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec:\n  template:\n    spec:\n      \
     activeDeadlineSeconds: 10\n      restartPolicy: Never\n      containers:\n      - {name: c, image: \"x:1\"}\n"
}

/// Findings of all severities, of several files, more than GitHub shows, and a file that can't be
/// checked.
fn manifests() -> Report {
    let deep = format!("initContainers: {}", "[".repeat(10_000));
    let deadlines: Vec<String> = (0..12).map(|n| with_deadline(&format!("d{n}"))).collect();
    lint_all(&[
        ("a/many.yaml", &pod("web", 13)),
        ("a/한글 😀.yaml", &pod("웹", 1).replace("init-0", "\"초기화 😀\"")),
        ("b/deadlines.yaml", &deadlines.join("---\n")),
        ("b/job.yaml", job()),
        ("c/syntax.yaml", "initContainers: 'x\n"),
        ("c/deep.yaml", &deep),
        ("c/twice.yaml", &[pod("same", 1), pod("same", 1)].join("---\n")),
        ("d/chart.yaml", "initContainers:\n{{- if x }}\n"),
    ])
}

/// Holds each format to its schema or its readers, and to the number of findings.
fn hold(report: &Report) {
    let (total, failed) = (report.findings.len(), report.errors.len());
    let plain = json(report, Format::Json, "report-1.json");
    assert_eq!(plain["findings"].as_array().unwrap().len(), total);
    let log = sarif(report);
    assert_eq!(results(&log).len(), total);
    let issues = json(report, Format::Gitlab, "gitlab-code-quality.json");
    assert_eq!(issues.as_array().unwrap().len(), total);
    let (commands, omitted) = annotations(report);
    assert_eq!(commands.len() + omitted, total + failed);
    let outcomes = tests(report);
    assert_eq!((outcomes["failures"], outcomes["errors"]), (total, failed));
    assert_eq!(page(report).rows.len(), total);
    assert_eq!(written(report, Format::Concise).lines().count(), total + failed);
    let pretty = written(report, Format::Pretty);
    assert_eq!(shown_by_pretty(&pretty), total, "{pretty}");
}

/// How many findings the pretty form tells of: each header is one, and `3 more:` are three of the same text.
fn shown_by_pretty(text: &str) -> usize {
    let is_head = |line: &&str| ["error[", "warning[", "info["].iter().any(|start| line.starts_with(start));
    let more =
        |line: &str| line.trim_start().strip_prefix("= ")?.split_once(" more: ")?.0.parse::<usize>().ok();
    text.lines().filter(is_head).count() + text.lines().filter_map(more).sum::<usize>()
}

#[test]
fn every_format_is_valid_and_tells_of_all_findings() {
    let report = manifests();
    assert!(report.findings.len() > 28, "{report:?}");
    assert_eq!((report.errors.len(), report.summary.unjudged.len()), (1, 1), "{report:?}");
    hold(&report);
}

#[test]
fn every_format_holds_what_every_rule_finds() {
    let files: Vec<(String, String)> = manifests_below(&root().join("rules"))
        .into_iter()
        .map(|(path, text)| (path.strip_prefix(root()).unwrap().display().to_string(), text))
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let report = lint_all(&files);
    let silent = initlint::rules::ALL.iter().filter(|rule| report.all_findings().all(|f| f.rule != rule.id));
    // It has nothing to say for the newest version.
    assert_eq!(silent.map(|rule| rule.id).collect::<Vec<_>>(), ["unsupported-sidecar"]);
    hold(&report);
}

#[test]
fn nothing_found_is_told_apart_from_nothing_checked() {
    let good = pod("web", 1).replace(", livenessProbe: {exec: {command: [a]}}", "");
    let checked = [
        (lint_all(&[("good.yaml", &good)]), 0, "no findings"),
        (lint_all(&[("other.yaml", "a: b\n")]), 1, "nothing to check"),
    ];
    for (report, skipped, words) in checked {
        let outcomes = tests(&report);
        assert_eq!((outcomes["tests"], outcomes["skipped"], outcomes["failures"]), (1, skipped, 0));
        let text = page(&report).text;
        assert!(text.contains(words), "{text}");
        assert_eq!(results(&sarif(&report)).len(), 0);
        assert_eq!(written(&report, Format::Gitlab), "[]\n");
        assert_eq!(written(&report, Format::Github), "");
    }
}

#[test]
fn fingerprints_are_unique_and_the_same_everywhere() {
    let report = manifests();
    let names = |values: Vec<&serde_json::Value>| -> Vec<String> {
        values.iter().map(|value| value.as_str().unwrap().to_owned()).collect()
    };
    let plain = json(&report, Format::Json, "report-1.json");
    let plain = names(plain["findings"].as_array().unwrap().iter().map(|f| &f["fingerprint"]).collect());
    let log = sarif(&report);
    let results = results(&log);
    assert_eq!(names(results.iter().map(|r| &r["partialFingerprints"]["initlint/v2"]).collect()), plain);
    let issues = json(&report, Format::Gitlab, "gitlab-code-quality.json");
    assert_eq!(names(issues.as_array().unwrap().iter().map(|i| &i["fingerprint"]).collect()), plain);
    assert_eq!(plain.iter().collect::<BTreeSet<_>>().len(), plain.len());
}

#[test]
fn github_shows_the_most_severe_of_each_kind() {
    let report = manifests();
    let (commands, omitted) = annotations(&report);
    let number = |name: &str| commands.iter().filter(|command| command.name == name).count();
    assert_eq!((number("error"), number("warning"), number("notice")), (10, 10, 1));
    assert_eq!(omitted, report.findings.len() + 1 - 21);
    let order: Vec<&str> = commands.iter().map(|command| command.name.as_str()).collect();
    let mut sorted = order.clone();
    sorted.sort_by_key(|name| ["error", "warning", "notice"].iter().position(|known| known == name));
    assert_eq!(order, sorted);
    let failure = &commands[0];
    assert_eq!(
        (failure.properties["file"].as_str(), failure.properties["line"].as_str()),
        ("c/deep.yaml", "1")
    );
    let finding = &commands[1];
    let place = ["file", "line", "col", "endLine", "endColumn"].map(|name| finding.properties[name].as_str());
    assert_eq!(place, ["a/many.yaml", "6", "34", "6", "47"]);
    assert_eq!(finding.properties["title"], "initlint: forbidden-probe");
    assert!(finding.data.starts_with("a/many.yaml:6:34: init container `init-0` has a `livenessProbe`"));
}

#[test]
fn a_summary_in_markdown_stays_below_github_s_limit() {
    let many: Vec<String> = (0..300).map(|n| pod(&format!("web-{n}"), 20)).collect();
    let report = lint_all(&[("many.yaml", &many.join("---\n"))]);
    assert_eq!(report.findings.len(), 6000);
    assert!(written(&report, Format::Markdown).len() < 1 << 20);
    let page = page(&report);
    assert!(
        page.omitted > 0 && page.rows.len() + page.omitted == 6000,
        "{} {}",
        page.rows.len(),
        page.omitted
    );
}

#[test]
fn suppressed_and_baselined_findings_are_shown_as_such() {
    let mut report = lint_all(&[("a.yaml", &pod("web", 3))]);
    let finding = report.findings.remove(0);
    let justification = Some("the image is ours".to_owned());
    report.suppressed.push(SuppressedFinding { finding, justification });
    report.baselined.push(report.findings.remove(0));
    (report.summary.suppressed, report.summary.baselined) = (1, 1);

    let log = sarif(&report);
    assert_eq!(results(&log).len(), 1);
    let all = log["runs"][0]["results"].as_array().unwrap();
    let of = |index: usize, name: &str| all[index]["suppressions"][0][name].as_str().unwrap_or_default();
    assert_eq!(
        (of(1, "kind"), of(1, "status"), of(1, "justification")),
        ("inSource", "accepted", "the image is ours")
    );
    assert_eq!((of(2, "kind"), of(2, "status")), ("external", "accepted"));
    assert_eq!((&all[0]["baselineState"], &all[2]["baselineState"]), (&"new".into(), &"unchanged".into()));
    let outcomes = tests(&report);
    assert_eq!((outcomes["failures"], outcomes["skipped"]), (1, 2));
    let plain = json(&report, Format::Json, "report-1.json");
    assert_eq!((&plain["summary"]["suppressed"], &plain["summary"]["baselined"]), (&1.into(), &1.into()));
    assert_eq!(json(&report, Format::Gitlab, "gitlab-code-quality.json").as_array().unwrap().len(), 1);
    assert_eq!(page(&report).rows.len(), 1);
}

#[test]
fn sarif_describes_the_rules_and_what_could_not_be_checked() {
    let log = sarif(&manifests());
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), initlint::rules::ALL.len());
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notifications = invocation["toolExecutionNotifications"].as_array().unwrap();
    let places: Vec<(&str, &str)> = notifications
        .iter()
        .map(|n| (&n["level"], &n["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]))
        .map(|(level, uri)| (level.as_str().unwrap(), uri.as_str().unwrap()))
        .collect();
    assert_eq!(places, [("error", "c/deep.yaml"), ("note", "d/chart.yaml")]);
    assert_eq!(notifications[0]["locations"][0]["physicalLocation"]["region"]["startLine"], 1);
}
