//! What findings say is one plain sentence, short enough to be taken in at a glance; the rest is the help and the page.

use std::collections::BTreeMap;
use std::fs;

use crate::support::lint::{cases, examples, root};
use initlint::discover::Input;
use initlint::kube::Version;
use initlint::pipeline;
use initlint::rule::Settings;
use initlint::rules;

/// The most characters of a message without the names in it.
const LONGEST: usize = 120;
/// What makes two sentences of one, or takes a second reading.
const CLUMSY: [&str; 8] = [";", ". ", "! ", "\n", "by then", "otherwise than", " will ", " shall "];

/// `message` without the names in it, which stand in backticks or in quotes.
fn without_names(message: &str) -> String {
    let mut bare = String::new();
    for (index, part) in message.split('`').enumerate() {
        if index % 2 == 0 {
            bare.push_str(part);
        }
    }
    bare.split('"').step_by(2).collect()
}

/// Every message of the rules' own cases and examples and of `tests/cases`, each with where it was found.
fn messages() -> Vec<(String, String)> {
    let mut texts = Vec::new();
    for folder in ["rules", "tests/cases", "examples"] {
        let paths = cases(&root().join(folder)).into_iter();
        texts.extend(paths.map(|path| (path.display().to_string(), fs::read_to_string(path).unwrap())));
    }
    for rule in rules::ALL {
        let examples = examples(rule.doc, "Bad").into_iter().enumerate();
        texts.extend(examples.map(|(index, text)| (format!("{}/{index}/bad.yaml", rule.id), text)));
    }
    let mut by_version: BTreeMap<Version, Vec<Input>> = BTreeMap::new();
    for (path, text) in texts {
        let version = text.lines().next().and_then(|line| line.strip_prefix("# Kubernetes "));
        let version = version.map(|version| version.parse().unwrap()).unwrap_or_default();
        by_version.entry(version).or_default().push(Input::Text { path, text });
    }
    let reports = by_version.into_iter().map(|(version, inputs)| {
        let settings = Settings { version, pedantic: true, ..Settings::default() };
        pipeline::lint(&inputs, "<stdin>", &settings)
    });
    let mut messages = Vec::new();
    for report in reports {
        for finding in report.findings {
            let source = report.sources.get(finding.span.file).unwrap();
            messages.push((source.path.to_string(), finding.message));
        }
    }
    messages
}

#[test]
fn each_message_is_one_short_sentence() {
    let messages = messages();
    assert!(messages.len() > 300, "{}", messages.len());
    let mut wrong: Vec<String> = Vec::new();
    for (place, message) in messages {
        let bare = without_names(&message);
        let clumsy: Vec<&str> = CLUMSY.into_iter().filter(|clumsy| bare.contains(clumsy)).collect();
        let length = bare.chars().count();
        let is_well = clumsy.is_empty() && length <= LONGEST && !bare.ends_with('.') && !bare.is_empty();
        let text = format!("{length} {clumsy:?} {message}");
        if !is_well && !wrong.iter().any(|known| known.starts_with(&text)) {
            wrong.push(format!("{text} ({place})"));
        }
    }
    assert!(wrong.is_empty(), "{} messages: {wrong:#?}", wrong.len());
}

#[test]
fn names_are_left_out() {
    assert_eq!(without_names("`a; b` of \"c. d\" ends"), " of  ends");
}
