//! The strings that a key could hold in a document, told from its text: to parse only what is asked for.

use memchr::memmem;

use super::disguises::{after_blank, after_colon, hides_names, is_name};
use crate::sought::Sought;

/// The key of an object's kind.
pub static KIND: Sought = Sought::new("kind");

/// The key of a name.
pub static NAME: Sought = Sought::new("name");

/// What a template's action starts with.
static ACTION: Sought = Sought::new("{{");

/// What a key could hold.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct KeyValues<'t> {
    /// The values that stand behind the key, wherever it does.
    pub strings: Vec<&'t str>,
    /// Whether some of the text could be anything: it is escaped, encoded, or stands for something else.
    pub is_open: bool,
}

impl KeyValues<'_> {
    /// Whether one of them, which are of `document`, may have one of `values` in it.
    #[must_use]
    pub fn may_have(&self, values: &[&str], document: &str) -> bool {
        let is_one = |own: &&str| values.iter().any(|value| own.contains(value));
        let is_in_document = |value: &&str| memmem::find(document.as_bytes(), value.as_bytes()).is_some();
        self.is_open
            || self.strings.iter().any(is_one)
            // What a template's action puts there isn't known.
            || !values.is_empty() && ACTION.is_in(document) && values.iter().any(is_in_document)
    }
}

/// The values that `key`, of letters alone, could have in `document`, of those made of letters, digits, `-` and `.`.
///
/// Every such value that a parser would find is among them, or the answer is open; there may be more, from texts that
/// only look like YAML. Properties, quotes, block scalars and explicit keys are seen through.
#[must_use]
pub fn key_values<'t>(document: &'t str, key: &Sought) -> KeyValues<'t> {
    let values = more_key_values(document, key);
    KeyValues { is_open: values.is_open || hides_names(document), ..values }
}

/// The same in a `document` of which [`key_values`] gave an answer that isn't open, for another key.
#[must_use]
pub fn more_key_values<'t>(document: &'t str, key: &Sought) -> KeyValues<'t> {
    let mut values = KeyValues::default();
    for (before, after) in key.splits(document) {
        let Some(value) = after_colon(after) else { continue };
        if !before.ends_with(|char: char| char.is_alphanumeric() || char == '_') {
            values.add(value);
        }
    }
    values
}

impl<'t> KeyValues<'t> {
    /// Adds the value that `text` starts with.
    fn add(&mut self, text: &'t str) {
        let text = after_properties(text);
        let (text, end): (&str, &[char]) = match text.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                (text.get(1..).unwrap_or(""), if quote == '"' { &['"'] } else { &['\''] })
            }
            Some('*') => return self.is_open = true,
            _ => (text, &['\n', '\r', ',', '}', ']', '#']),
        };
        let value = text.split(end).next().unwrap_or("");
        self.is_open |= end == ['"'] && value.contains('\\');
        let value = value.trim();
        if !value.is_empty() && value.bytes().all(is_name) {
            self.strings.push(value);
        }
    }
}

/// `text` without what stands before a value: white space, comments, tags, anchors and the header of a block scalar.
fn after_properties(text: &str) -> &str {
    let mut text = after_blank(text);
    while text.starts_with(['&', '!', '|', '>']) {
        let end = text.find([' ', '\t', '\n', '\r']).unwrap_or(text.len());
        text = after_blank(text.get(end..).unwrap_or(""));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(document: &str) -> Vec<&str> {
        let values = key_values(document, &KIND);
        assert!(!values.is_open, "{document}");
        values.strings
    }

    #[test]
    fn values_are_found_however_they_are_written() {
        for document in [
            "kind: ConfigMap\n",
            "kind:   ConfigMap   # a comment\n",
            "kind: &a ConfigMap\n",
            "kind: !!str ConfigMap\n",
            "kind: !!str &a 'ConfigMap'\n",
            "kind: &a\n  ConfigMap\n",
            "kind: # a comment\n  # and one more\n  ConfigMap",
            "kind: |-\n  ConfigMap\n",
            "kind: >- # a comment\n  ConfigMap\n",
            "\"kind\" : \"ConfigMap\"\n",
            "'kind': 'ConfigMap'\n",
            "? kind\n: ConfigMap\n",
            "? &k kind\n: ConfigMap\n",
            "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"a\":1}",
            "{\"kind\"\n:\n\"ConfigMap\"}",
            "{kind: ConfigMap}",
            "{kind: ConfigMap, a: b}",
            "---\r\nkind: ConfigMap\r\n",
        ] {
            assert_eq!(kinds(document), ["ConfigMap"], "{document}");
        }
        assert_eq!(kinds("kind: A\nx: {kind: B}\n"), ["A", "B"]);
    }

    #[test]
    fn other_keys_and_texts_are_none() {
        for document in [
            "kind: {a: b}\n",
            "mankind: ConfigMap\n",
            "a_kind: ConfigMap\n",
            "kinds: ConfigMap\n",
            "kind of a: ConfigMap\n",
            "description: the kind ConfigMap\n",
            "kind:\n  description: key of a ConfigMap\n",
            "kind: a ConfigMap\n",
            "",
        ] {
            assert_eq!(kinds(document), Vec::<&str>::new(), "{document}");
        }
    }

    #[test]
    fn what_could_be_anything_is_open() {
        for document in [
            "kind: \"Config\\x4dap\"\n",
            "\"k\\u0069nd\": ConfigMap\n",
            "{\"kind\": \"\\u0043onfigMap\"}",
            "kind: \"Config\\\n  Map\"\n",
            "? \"ki\\\n  nd\"\n: ConfigMap\n",
            "? !!str \"ki\\\n  nd\"\n: ConfigMap\n",
            "{\"ki\\\n  nd\": ConfigMap}",
            "{a: b, \"ki\\\n  nd\": ConfigMap}",
            "kind: *map\n",
            "kind: !!binary Q29uZmlnTWFw\n",
            "kind: !<tag:yaml.org,2002:binary> Q29uZmlnTWFw\n",
            "!!binary a2luZA==: ConfigMap\n",
        ] {
            assert!(key_values(document, &KIND).is_open, "{document}");
        }
        for document in [
            "a: a binary\n",
            "a: \"\\n\\t\\u003c\"\n",
            "a: |\n  x \\\n  y\n",
            "binaryData: {}\n",
            "a: |\n  run \\\n    --x \"b\": c\n",
            "a: \"b \\\n  \\\"c\\\": d\"\ne: f\n",
        ] {
            assert!(!key_values(document, &KIND).is_open, "{document}");
        }
    }
}
