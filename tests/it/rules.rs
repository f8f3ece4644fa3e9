//! Every rule: its page, its cases, its fixes, its wording.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::generated::compare;
use crate::support::lint::{cases, examples, lint, pretty, root, rules_of};
use initlint::apply::Fixer;
use initlint::discover::Input;
use initlint::finding::Safety;
use initlint::report::Report;
use initlint::rule::{Rule, Settings};
use initlint::{pipeline, rules};

const SECTIONS: [&str; 7] = ["What", "Why", "Bad", "Good", "Fix", "Options", "Source"];

fn folder(rule: &Rule) -> PathBuf {
    root().join("rules").join(rule.id.replace('-', "_"))
}

fn lint_file(path: &Path) -> Report {
    let shown = path.file_name().unwrap().to_string_lossy();
    let text = fs::read_to_string(path).unwrap();
    lint(&shown, &text, &settings_of(&text))
}

/// A case or an example that starts with `# Kubernetes 1.28` is for that version.
fn settings_of(text: &str) -> Settings {
    let version = text.lines().next().and_then(|line| line.strip_prefix("# Kubernetes "));
    let version = version.map(|version| version.parse().unwrap()).unwrap_or_default();
    Settings { version, ..Settings::default() }
}

#[test]
fn each_folder_is_a_rule_in_the_list() {
    let mut folders: Vec<String> = fs::read_dir(root().join("rules"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().replace('_', "-"))
        .collect();
    folders.sort();
    let mut ids: Vec<String> = rules::ALL.iter().map(|rule| rule.id.to_owned()).collect();
    ids.sort();
    assert_eq!(folders, ids);
}

#[test]
fn each_page_has_its_sections_and_true_examples() {
    for rule in rules::ALL {
        let page = rule.doc;
        assert!(page.starts_with(&format!("# {}\n", rule.id)), "{}: title", rule.id);
        let found: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(found, SECTIONS, "{}", rule.id);
        assert_eq!(page.contains("## Fix\n\nNone"), rule.fix.is_none(), "{}: what Fix says", rule.id);
        let (bad, good) = (examples(page, "Bad"), examples(page, "Good"));
        assert!(!bad.is_empty() && !good.is_empty(), "{}: examples", rule.id);
        for text in bad {
            let report = lint("bad.yaml", &text, &settings_of(&text));
            assert_eq!(rules_of(&report), [rule.id], "{}\n{text}", pretty(&report));
        }
        for text in good {
            let report = lint("good.yaml", &text, &settings_of(&text));
            assert!(report.findings.is_empty(), "{}: {}", rule.id, pretty(&report));
        }
    }
}

#[test]
fn bad_cases_are_reported_as_their_snapshots_show() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for rule in rules::ALL {
        let paths = cases(&folder(rule).join("bad"));
        assert!(!paths.is_empty(), "{} has no bad case", rule.id);
        for path in paths {
            let report = lint_file(&path);
            let text = pretty(&report);
            assert!(rules_of(&report).contains(&rule.id), "{}: {text}", path.display());
            let name = format!("{}@{}", rule.id, path.file_stem().unwrap().to_string_lossy());
            settings.bind(|| insta::assert_snapshot!(name, text));
        }
    }
}

#[test]
fn good_cases_are_silent() {
    for rule in rules::ALL {
        let paths = cases(&folder(rule).join("good"));
        assert!(!paths.is_empty(), "{} has no good case", rule.id);
        for path in paths {
            let report = lint_file(&path);
            let mine = report.findings.iter().filter(|finding| finding.rule == rule.id).count();
            assert!(mine == 0 && report.errors.is_empty(), "{}: {}", path.display(), pretty(&report));
        }
    }
}

#[test]
fn fixes_mend_what_was_found_and_break_nothing() {
    for rule in rules::ALL {
        let mut fixed = 0;
        for path in cases(&folder(rule).join("bad")) {
            let text = fs::read_to_string(&path).unwrap();
            let settings = settings_of(&text);
            let fixer = |inputs: &[Input]| {
                let mut report = pipeline::lint(inputs, "<stdin>", &settings);
                let others = report.findings.iter_mut().filter(|finding| finding.rule != rule.id);
                others.for_each(|finding| finding.fix = None);
                report
            };
            let inputs = vec![Input::Text { path: "case.yaml".to_owned(), text }];
            let report = fixer(&inputs);
            let outcome = Fixer { lint: &fixer, allowed: Safety::Unsafe }.run(inputs, report);
            let [Input::Text { text, .. }] = outcome.inputs.as_slice() else { panic!("one text") };
            if outcome.fixed > 0 {
                fixed += 1;
                compare(&path.with_extension("fixed.yaml"), text);
            }
        }
        assert_eq!(fixed > 0, rule.fix.is_some(), "{}: a fix is declared and shown, or neither", rule.id);
    }
}

#[test]
fn findings_are_worded_alike() {
    for rule in rules::ALL {
        assert!(!rule.summary.ends_with('.'), "{}", rule.id);
        for path in cases(&folder(rule).join("bad")) {
            for finding in lint_file(&path).findings {
                let message = &finding.message;
                let first = message.chars().next().unwrap();
                assert!(first.is_lowercase() || first == '`', "starts small: {message}");
                assert!(!message.ends_with('.'), "no full stop: {message}");
                assert!(!message.contains('\n'), "one line: {message}");
                assert!(!finding.caption.is_empty(), "says what is at the caret: {message}");
                assert!(
                    finding.help.is_some() || finding.rule == "invalid-yaml",
                    "tells what to do: {message}"
                );
            }
        }
    }
}

/// `rules/` looks at the model and reports; it reads no file and prints nothing.
#[test]
fn rules_keep_to_their_place() {
    for entry in walkdir::WalkDir::new(root().join("rules")) {
        let path = entry.unwrap().into_path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for word in [
            "std::fs",
            "std::io",
            "println!",
            "crate::cli",
            "crate::report",
            "crate::discover",
            "granit",
            "shuck",
        ] {
            assert!(!text.contains(word), "{} names {word}", path.display());
        }
    }
}
