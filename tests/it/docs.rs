//! Text that is made from the code: the README's table and the rules' pages. With `UPDATE_DOCS=1`
//! this test writes them; else it holds them to what it would write.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use crate::support::generated::compare;
use crate::support::lint::{lint, root};
use initlint::discover::Failure;
use initlint::finding::Severity;
use initlint::report::{Format, Look};
use initlint::rule::Settings;
use initlint::rules;

#[test]
fn readme_lists_the_rules() {
    let path = root().join("README.md");
    let text = fs::read_to_string(&path).unwrap();
    let (start, end) =
        ("| rule | severity, at worst | what it finds |\n| --- | --- | --- |\n", "<!-- end of rules -->");
    let (head, rest) = text.split_once(start).unwrap();
    let (_, tail) = rest.split_once(end).unwrap();
    let mut table = String::new();
    for rule in rules::ALL {
        writeln!(table, "| [`{0}`](docs/rules/{0}.md) | {1} | {2} |", rule.id, rule.severity, rule.summary)
            .unwrap();
    }
    compare(&path, &format!("{head}{start}{table}{end}{tail}"));
}

#[test]
fn each_rule_has_its_page() {
    let folder = root().join("docs/rules");
    for rule in rules::ALL {
        let note = "<!-- Made from rules/*/doc.md by `UPDATE_DOCS=1 cargo test --test it docs`. -->";
        compare(&folder.join(format!("{}.md", rule.id)), &format!("{note}\n\n{}", rule.doc));
    }
    for entry in fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(rules::find(name.trim_end_matches(".md")).is_ok(), "docs/rules/{name} belongs to no rule");
    }
}

/// The page in Korean has each rule, in the order of the list, with what, why and remedy, and no other.
#[test]
fn the_korean_page_has_each_rule() {
    let page = fs::read_to_string(root().join("docs/ko/rules.md")).unwrap();
    let mut sections = page.split("\n## ");
    sections.next();
    for (rule, section) in rules::ALL.iter().zip(sections.clone()) {
        let severity = match rule.severity {
            Severity::Error => "오류",
            Severity::Warning => "경고",
            Severity::Info => "정보",
        };
        let expected = format!(
            "{0}\n\n심각도: {severity} · 그룹: `{1}` · [영어 문서](../rules/{0}.md)\n\n",
            rule.id,
            rule.group.name()
        );
        assert!(section.starts_with(&expected), "{expected}\n{section}");
        let parts = ["**내용.** ", "**이유.** ", "**조치.** "];
        let starts: Vec<usize> =
            parts.iter().map(|part| section.find(&format!("\n\n{part}")).unwrap()).collect();
        assert!(starts.is_sorted(), "{section}");
        assert_eq!(section.matches("\n\n**").count(), parts.len(), "{section}");
    }
    assert_eq!(sections.count(), rules::ALL.len());
}

#[test]
fn the_changelog_names_each_rule() {
    let changelog = fs::read_to_string(root().join("CHANGELOG.md")).unwrap();
    for rule in rules::ALL {
        assert!(changelog.contains(&format!("`{}`", rule.id)), "CHANGELOG.md lacks {}", rule.id);
    }
}

/// The names of all members in `value`, however deep.
fn members(value: &serde_json::Value, found: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(map) => {
            for (name, value) in map {
                found.insert(name.clone());
                members(value, found);
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| members(item, found)),
        _ => {}
    }
}

#[test]
fn the_page_on_json_names_each_member() {
    let page = fs::read_to_string(root().join("docs/json.md")).unwrap();
    let (mut found, settings) = (BTreeSet::new(), Settings::default());
    let probe = fs::read_to_string(root().join("rules/forbidden_probe/bad/each-field.yaml")).unwrap();
    let texts = [probe, "{{ if .Values.x }}\nkind: Pod\ninitContainers: []\n".to_owned()];
    for text in texts {
        let mut report = lint("a.yaml", &text, &settings);
        report.errors.push(Failure::new("b.yaml".to_owned(), "unreadable".to_owned()));
        let mut json = Vec::new();
        report
            .write(Format::Json, &Look { width: 80, color: false, links: false, unicode: true }, &mut json)
            .unwrap();
        members(&serde_json::from_slice(&json).unwrap(), &mut found);
    }
    assert!(found.contains("replacement") && found.contains("reason"), "{found:?}");
    for name in found {
        assert!(page.contains(&format!("`{name}`")), "docs/json.md lacks `{name}`");
    }
}

#[test]
fn ci_runs_what_the_readme_tells() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let script = fs::read_to_string(root().join(".ci/run")).unwrap();
    let lines = readme.split("```console\n").skip(1).map(|block| block.lines().next().unwrap());
    let commands: Vec<&str> =
        lines.filter(|line| line.starts_with("cargo ") && !line.contains("install")).collect();
    assert!(commands[0].starts_with("cargo run") && commands[1].starts_with("cargo test"), "{commands:?}");
    for command in commands {
        assert!(script.lines().any(|line| line == command), ".ci/run lacks `{command}`");
    }
}
