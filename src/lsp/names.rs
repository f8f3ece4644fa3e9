//! Where a rule may be named: in a suppression, and in the config file.

use std::ops::Range;

use super::documents::Document;
use super::folder;
use super::positions::Lines;

/// A place where a name stands or may stand.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) kind: SlotKind,
    /// The bytes of what is there now.
    pub(super) word: Range<usize>,
}

/// What belongs there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SlotKind {
    /// A rule that a comment or an annotation suppresses.
    Suppressed,
    /// A rule or a group of rules that the config file sets.
    Configured,
    /// How severe the config file has it.
    Level,
}

/// The place of a name at `offset` of `document`. It goes by lines: what is being typed is seldom YAML.
pub(super) fn slot(document: &Document, lines: &Lines<'_>, offset: usize) -> Option<Slot> {
    let line = lines.line_of(offset);
    let (before, after) =
        document.text.get(line.clone())?.split_at_checked(offset.checked_sub(line.start)?)?;
    let start = before.trim_end_matches(is_of_name).len();
    let end = after.len() - after.trim_start_matches(is_of_name).len();
    let before = before.get(..start)?;
    let kind = if folder::is_config(&document.path) {
        in_config(before, document.text.get(..line.start)?)
    } else {
        (is_in_comment(before) || is_in_annotation(before)).then_some(SlotKind::Suppressed)
    };
    Some(Slot { kind: kind?, word: line.start + start..offset + end })
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-'
}

/// Whether what follows `before` on its line is in the brackets of `# initlint: ignore[…]`.
fn is_in_comment(before: &str) -> bool {
    let names = before.rsplit_once('#').and_then(|(_, comment)| {
        let said = comment.trim_start().strip_prefix("initlint:")?.trim_start().strip_prefix("ignore")?;
        said.strip_prefix("-file").unwrap_or(said).trim_start().strip_prefix('[')
    });
    names.is_some_and(|names| !names.contains(']'))
}

/// Whether what follows `before` on its line begins the value of an annotation, `initlint.dev/ignore: rule: reason; rule`, or
/// a part of it.
fn is_in_annotation(before: &str) -> bool {
    let value = before.split_once("initlint.dev/").and_then(|(_, key)| key.split_once(':'));
    value.is_some_and(|(_, value)| {
        let part = value.rsplit(';').next().unwrap_or_default();
        part.trim_start().trim_start_matches(['"', '\'']).is_empty()
    })
}

/// What follows `before` on its line of a config file, of which `above` are the lines above.
fn in_config(before: &str, above: &str) -> Option<SlotKind> {
    let indent = before.len() - before.trim_start().len();
    let own = before.trim_start().trim_start_matches("- ").trim_start();
    if let Some((key, rules)) = own.split_once('{') {
        // `rules: {rule: level, rule: level`
        let entry = rules.rsplit(',').next().unwrap_or_default();
        return is_rules(key)
            .then(|| if entry.contains(':') { SlotKind::Level } else { SlotKind::Configured });
    }
    let is_written = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let is_above = |line: &&str| line.len() - line.trim_start().len() < indent;
    let parent = above.lines().rev().filter(is_written).find(is_above)?;
    let parent = parent.trim().trim_start_matches("- ");
    match own.trim_end().strip_suffix(':') {
        _ if !is_rules(parent) => None,
        Some(_) => Some(SlotKind::Level),
        None => own.is_empty().then_some(SlotKind::Configured),
    }
}

fn is_rules(key: &str) -> bool {
    key.trim() == "rules:"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::positions::PositionEncoding;

    /// What belongs where `|` stands in `text`, and the word there.
    fn at(path: &str, text: &str) -> Option<(SlotKind, String)> {
        let offset = text.find('|').unwrap();
        let text = text.replace('|', "");
        let uri = format!("file:///{path}").parse().unwrap();
        let document = Document { uri, path: path.into(), version: 1, text: text.as_str().into() };
        let slot = slot(&document, &Lines::new(&text, PositionEncoding::Utf16), offset)?;
        Some((slot.kind, text.get(slot.word)?.to_owned()))
    }

    #[test]
    fn suppressions_name_rules() {
        for (text, word) in [
            ("a: 가 # initlint: ignore[|", ""),
            ("## initlint:ignore-file [a, mask|ed-f] why", "masked-f"),
            ("  initlint.dev/ignore: |", ""),
            ("  ignore.initlint.dev/seed: \"a: it is, so; bash|ism\"", "bashism"),
        ] {
            assert_eq!(at("a.yaml", text), Some((SlotKind::Suppressed, word.to_owned())), "{text}");
        }
        for text in [
            "# initlint: ignore[a] |",
            "# initlint: |",
            "initlint: ignore[|",
            "initlint.dev/ignore|: a",
            "initlint.dev/ignore: a: why|",
            "|",
        ] {
            assert_eq!(at("a.yaml", text), None, "{text}");
        }
    }

    #[test]
    fn config_files_name_rules_and_levels() {
        for (text, kind, word) in [
            ("rules:\n  |", SlotKind::Configured, ""),
            ("rules:\n  a: off\n\n  # x\n  bash|: error\n", SlotKind::Configured, "bash"),
            ("rules:\n  bashism: o|", SlotKind::Level, "o"),
            ("rules: {a: off, b|", SlotKind::Configured, "b"),
            ("rules: {a: |", SlotKind::Level, ""),
            ("overrides:\n  - paths: [a]\n    rules:\n      |", SlotKind::Configured, ""),
            ("overrides:\n  - rules:\n      a|\n", SlotKind::Configured, "a"),
        ] {
            assert_eq!(at(".initlint.yaml", text), Some((kind, word.to_owned())), "{text}");
        }
        for text in
            ["|", "rul|", "images:\n  - na|", "rules:\n  a: {severity: o|", "x: {|", "rules:\n  a:\n    b|"]
        {
            assert_eq!(at(".initlint.yaml", text), None, "{text}");
        }
    }
}
