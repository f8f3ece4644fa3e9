//! What can be told of a text that isn't parsed, or doesn't parse.

use super::key_values::KIND;
use crate::sought::Sought;

static API_VERSION: Sought = Sought::new("apiVersion");

/// Whether `document` could be a Kubernetes object: it has an `apiVersion` and a `kind`.
#[must_use]
pub fn looks_like_object(document: &str) -> bool {
    has_key(document, &API_VERSION) && has_key(document, &KIND)
}

/// Whether `key` stands where a key may: first on its line, after `- `, or in JSON's quotes.
fn has_key(document: &str, key: &Sought) -> bool {
    key.splits(document).any(|(before, after)| {
        let is_part = |char: char| char.is_alphanumeric() || char == '.' || char == '_';
        !before.ends_with(is_part) && after.trim_start_matches(['"', '\'', ' ']).starts_with(':')
    })
}

/// What starts a line that another program reads: Helm or Jinja, ERB, `FreeMarker`, Sealos.
const ACTIONS: [&str; 7] = ["{{", "{%", "<%", "<#", "</#", "%%", "${{"];

/// What a template that isn't Helm's has beside double braces.
const OF_OTHERS: [&str; 3] = ["{%", "<%", "<#"];

/// Whether `line` starts with a directive of Terraform's (`%{ for a in b ~}`), and not with what `curl -w` fills in.
fn is_directive(line: &str) -> bool {
    let word = line.strip_prefix("%{").map(|rest| rest.trim_start_matches(['~', ' ']));
    let is_it = |word: &str, keyword: &str| {
        word.strip_prefix(keyword)
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    };
    word.is_some_and(|word| {
        ["if", "else", "endif", "for", "endfor"].iter().any(|keyword| is_it(word, keyword))
    })
}

/// Whether `document`, which doesn't parse, is a template of Helm, Jinja, ERB, `FreeMarker`, configure or the like: an action
/// starts a line, or is a value, or names something of Helm's.
#[must_use]
pub fn looks_like_template(document: &str) -> bool {
    let mut ends_with_colon = false;
    document.lines().any(|line| {
        let indentation = line.len() - line.trim_start().len();
        let line = line.trim_start().trim_start_matches("- ");
        let is_action = ACTIONS.iter().any(|action| line.starts_with(action)) || is_directive(line);
        let value = line.split_once(": ").map_or(line, |(_, value)| value);
        if is_action || starts_with_configured_name(value) || starts_with_format_field(value) {
            return true;
        }
        let is_under_key = std::mem::replace(&mut ends_with_colon, line.trim_end().ends_with(':'));
        if (is_under_key || indentation == 0) && is_expansion(line.trim_end()) {
            return true;
        }
        line.match_indices("{{").any(|(at, _)| {
            let is_value = line.get(..at).is_some_and(|before| before.trim_end().ends_with(':'));
            let action = line.get(at + 2..).unwrap_or("").trim_start_matches('-').trim_start();
            is_value || HELM.iter().any(|word| action.starts_with(word)) || is_quoted_with_quotes(line, at)
        })
    })
}

/// Whether `document`, a template, may be one of Helm's: its actions stand in braces of their own, and no other tool's
/// statements beside them.
#[must_use]
pub fn looks_like_helm(document: &str) -> bool {
    let is_of_others = |line: &str| {
        let line = line.trim_start();
        line.starts_with("${{") || is_directive(line)
    };
    document.contains("{{")
        && !OF_OTHERS.iter().any(|statement| document.contains(statement))
        && !document.lines().any(is_of_others)
}

/// Whether the action at `at` stands in double quotes, and has some of its own: `"{{ .Image "web" }}"`, which ends early as
/// YAML.
fn is_quoted_with_quotes(line: &str, at: usize) -> bool {
    let (before, action) = line.split_at_checked(at).unwrap_or((line, ""));
    let quotes = |text: &str| text.matches('"').count();
    let is_open = quotes(before) % 2 == 1 && !before.contains('\'');
    is_open
        && action.split_once("}}").is_some_and(|(action, _)| action.contains(" \"") && !action.contains('\\'))
}

/// Whether `line` is `${NAME}` and no more, as programs and `envsubst` fill in whole lines; scripts are indented, and
/// don't stand right under a key that ends with its colon.
fn is_expansion(line: &str) -> bool {
    let name = line.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.';
    name.is_some_and(|name| !name.is_empty() && name.bytes().all(is_of_name))
}

/// Whether `value` starts with `@NAME@` or `%NAME%`, as configure and many a script with `sed` fill in. A plain scalar can't
/// start so (YAML 1.2.2, 5.3).
fn starts_with_configured_name(value: &str) -> bool {
    let value = value.trim_start();
    let within = |mark: char| value.strip_prefix(mark)?.split_once(mark);
    let name = within('@').or_else(|| within('%')).map(|(name, _)| name);
    let is_of_name = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    name.is_some_and(|name| !name.is_empty() && name.bytes().all(is_of_name))
}

/// Whether `value` starts with `{name}`, `{name.part}` or `{name[key]}` and goes on, as Python's `format` fills in; alone on
/// its line only what stands under it shows that it is no map.
fn starts_with_format_field(value: &str) -> bool {
    let field = value.trim_start().strip_prefix('{').and_then(|rest| rest.split_once('}'));
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.[]".contains(&byte);
    field.is_some_and(|(name, _)| {
        name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') && name.bytes().all(is_of_name)
    })
}

/// Whether `text` is a script that a shell or another interpreter reads, by its first line.
#[must_use]
pub fn is_script(text: &str) -> bool {
    const INTERPRETERS: [&str; 9] = ["sh", "bash", "dash", "ash", "ksh", "zsh", "python", "perl", "ruby"];
    let first = text.trim_start_matches('\u{feff}').strip_prefix("#!").and_then(|rest| rest.lines().next());
    let mut words = first.unwrap_or("").split_whitespace().filter_map(|word| word.rsplit('/').next());
    let program = words.find(|word| *word != "env" && !word.starts_with('-'));
    program.is_some_and(|name| {
        INTERPRETERS.contains(&name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.'))
    })
}

/// Whether `document` is a text for people: its first line is no key, no item and nothing else that YAML starts with, nor a
/// key of an object's without its colon.
#[must_use]
pub fn is_prose(document: &str) -> bool {
    const KEYS: [&str; 4] = ["apiVersion", "kind", "metadata", "spec"];
    let is_passed_over = |line: &str| line.is_empty() || line.starts_with('#') || line == "---";
    let mut lines = document.lines().map(|line| line.trim_start_matches('\u{feff}').trim());
    let Some(first) = lines.find(|line| !is_passed_over(line)) else { return false };
    let is_yaml = first.ends_with(':')
        || [": ", "{{", ":\t"].iter().any(|part| first.contains(part))
        || first.starts_with(|c: char| "-[{}]\"'?&*!%|>#@`<".contains(c));
    !is_yaml && !KEYS.iter().any(|key| first.starts_with(key))
}

/// What Helm's actions start with (`text/template`, Sprig and Helm's own functions).
const HELM: [&str; 9] =
    [".Values", ".Release", ".Chart", "include ", "template ", "tpl ", "toYaml ", "$.", "if "];

/// Whether `document` is YAML at all, be it such as kubectl refuses.
#[must_use]
pub fn is_yaml(document: &str) -> bool {
    granit_parser::Parser::new_from_str(document).all(|event| event.is_ok())
}

/// Whether kubectl takes a document for JSON: its first character is a brace.
#[must_use]
pub fn is_json(document: &str) -> bool {
    let is_passed_over = |line: &&str| line.starts_with("---") || line.trim().is_empty();
    let first = document.lines().find(|line| !is_passed_over(line)).unwrap_or("");
    first.trim_start_matches('\u{feff}').trim_start().starts_with('{')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_have_both_keys() {
        assert!(looks_like_object("apiVersion: v1\nkind: Pod\n"));
        assert!(looks_like_object("{\"apiVersion\": \"v1\", \"kind\":\"List\"}"));
        assert!(looks_like_object("- kind: Pod\n  apiVersion : v1\n"));
        assert!(!looks_like_object("kind: Pod\n"));
        assert!(!looks_like_object("the apiVersion and the kind: both\n"));
    }

    #[test]
    fn prose_starts_with_no_key() {
        assert!(is_prose("1. create a pod\n   kubectl run a\n\napiVersion: v1\nkind: Pod\n"));
        assert!(is_prose("# notes\nhttps://kubernetes.io/docs\n"));
        for object in
            ["apiVersion v1\nkind: Pod\n", "kind: Pod\n", "{a: b}", "- a\n", "\"kind\": Pod", "{{ x }}\n", ""]
        {
            assert!(!is_prose(object), "{object}");
        }
    }

    #[test]
    fn scripts_say_what_reads_them() {
        assert!(is_script("#!/bin/bash\ncat <<EOF\n---\nkind: Pod\nEOF\n"));
        assert!(is_script("\u{feff}#!/usr/bin/env python3\n"));
        assert!(!is_script("#!/usr/bin/env -S kubectl apply -f\nkind: Pod\n"));
        assert!(!is_script("# a\nkind: Pod\n#!/bin/sh\n"));
        assert!(!is_script("#!yamllint disable\nkind: Pod\n"));
    }

    #[test]
    fn helm_has_no_statements_of_others() {
        assert!(looks_like_helm("a: {{ .Values.a }}\n"));
        assert!(looks_like_helm("a: {{ .Values.a }}\nb: curl -w '%{http_code}' ${{ b }}\n"));
        for text in ["a: {{ a }}\n{% endif %}\n", "${{ if(a) }}\na: {{ b }}\n", "a: 1\n"] {
            assert!(!looks_like_helm(text), "{text}");
        }
    }

    #[test]
    fn templates_have_actions_outside_strings() {
        assert!(looks_like_template("a:\n  {{- toYaml .Values.x | nindent 2 }}\n"));
        assert!(looks_like_template("name: {{ .Release.Name }}\n"));
        assert!(looks_like_template("name: web-{{ .Release.Name }}\n"));
        assert!(looks_like_template("{% if x %}\na: 1\n{% endif %}\n"));
        assert!(looks_like_template("<#if x>\na: 1\n</#if>\n"));
        assert!(looks_like_template("a: 1\n%%MAIN%%:\n"));
        assert!(!looks_like_template("<!-- a -->\na: 1 # <#b>\n"));
        assert!(looks_like_template("metadata:\n  name: @STS_NAME@\n"));
        assert!(looks_like_template("- @NODE_1@-web\n"));
        assert!(looks_like_template("metadata:\n  image: %IMAGE%\n"));
        assert!(looks_like_template("image: {repo}/init:1.0\n"));
        assert!(looks_like_template("image: {images[init]}\n"));
        assert!(looks_like_template("backend: {self.path.k8s}:80\n"));
        assert!(looks_like_template(
            "tolerations:\n  %{~ for key in keys ~}\n  - key: ${key}\n  %{~ endfor ~}\n"
        ));
        assert!(!looks_like_template("a: |\n  curl -w '\n  %{http_code}'\n b: c\n"));
        assert!(looks_like_template("${{ if(inputs.db === 'true') }}\napiVersion: v1\n"));
        assert!(looks_like_template("tolerations: {more-tolerations}\n  - key: x\n"));
        assert!(!looks_like_template("image: {a: b} c\nresources: {}\n"));
        assert!(looks_like_template("env:\n${ENV}\n  - name: a\n"));
        assert!(looks_like_template("env:\n  ${ENV}\n  - name: a\n"));
        assert!(!looks_like_template("args:\n- |\n  ${RUN}\n  a: [\n"));
        assert!(!looks_like_template("name: @web\nmail: a@B@c\n"));
        assert!(!looks_like_template("command: [\"docker inspect -f '{{json .State}}' x\"\n"));
        assert!(!looks_like_template("a: 'x\n"));
        assert!(looks_like_template("image: \"{{ .Images.Get \"Web\" }}\"\n"));
        assert!(!looks_like_template("a: \"x \"{{ y }}\n"));
        assert!(!looks_like_template("a: \"{{ x }}\" y\n"));
    }
}
