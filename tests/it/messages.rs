//! What findings say is one plain sentence, short enough to be taken in at a glance; the rest is the help and the page.

use std::fs;

use crate::support::lint::{cases, examples, lint, root};
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
        texts.extend(examples(rule.doc, "Bad").into_iter().map(|text| (rule.id.to_owned(), text)));
    }
    let mut messages = Vec::new();
    for (place, text) in texts {
        let version = text.lines().next().and_then(|line| line.strip_prefix("# Kubernetes "));
        let version = version.map(|version| version.parse().unwrap()).unwrap_or_default();
        let settings = Settings { version, pedantic: true, ..Settings::default() };
        let findings = lint("case.yaml", &text, &settings).findings;
        messages.extend(findings.into_iter().map(|finding| (place.clone(), finding.message)));
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
