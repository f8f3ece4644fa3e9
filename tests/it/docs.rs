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
use initlint::rule::{Group, Settings};
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

/// The page in Korean has what each rule's folder says in Korean: what, why and remedy.
#[test]
fn the_korean_page_is_made_of_the_rules_own() {
    let path = root().join("docs/ko/rules.md");
    let page = fs::read_to_string(&path).unwrap();
    let (head, _) = page.split_once("\n## ").unwrap();
    let mut made = head.to_owned();
    for rule in rules::ALL {
        let own = root().join("rules").join(rule.id.replace('-', "_")).join("doc.ko.md");
        let text = fs::read_to_string(&own).unwrap_or_else(|_| panic!("{} is missing", own.display()));
        let parts: Vec<&str> = text.trim_end().split("\n\n").filter(|part| part.starts_with("**")).collect();
        let starts = ["**내용.** ", "**이유.** ", "**조치.** "];
        assert!(
            parts.len() == 3 && parts.iter().zip(starts).all(|(part, start)| part.starts_with(start)),
            "{text}"
        );
        let severity = match rule.severity {
            Severity::Error => "오류",
            Severity::Warning => "경고",
            Severity::Info => "정보",
        };
        let (id, group) = (rule.id, rule.group.name());
        let line = format!("심각도: {severity} · 그룹: `{group}` · [영어 문서](../rules/{id}.md)");
        write!(made, "\n## {id}\n\n{line}\n\n{text}").unwrap();
    }
    compare(&path, &made);
}

/// The rules that a version brought, by group; where one comes with a version, its `since` says so.
#[test]
fn the_changelog_lists_the_rules() {
    let path = root().join("CHANGELOG.md");
    let text = fs::read_to_string(&path).unwrap();
    let (start, end) = ("<!-- rules by group -->\n", "<!-- end of rules -->");
    let (head, rest) = text.split_once(start).unwrap();
    let (_, tail) = rest.split_once(end).unwrap();
    let mut list = String::new();
    for group in Group::ALL {
        let own = rules::ALL.iter().filter(|rule| rule.group == group && rule.since == "0.1.0");
        let ids: Vec<String> = own.map(|rule| format!("`{}`", rule.id)).collect();
        let mut line = format!("- `{}`: ", group.name());
        for (at, id) in ids.iter().enumerate() {
            let word = format!("{id}{}", if at + 1 == ids.len() { "." } else { "," });
            if line.len() + word.len() > 100 {
                writeln!(list, "{}", line.trim_end()).unwrap();
                line = "  ".to_owned();
            }
            write!(line, "{word} ").unwrap();
        }
        writeln!(list, "{}", line.trim_end()).unwrap();
    }
    compare(&path, &format!("{head}{start}{list}{end}{tail}"));
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
