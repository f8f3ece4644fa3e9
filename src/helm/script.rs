//! Where in a template a script is being written, as far as its lines tell.

/// Whether `before`, all of a template up to a line, ends within a script: its last line is no entry of a map or a list.
pub(super) fn goes_on_after(before: &str) -> bool {
    last_line(before).is_some_and(|line| !is_entry(line))
}

/// Whether what comes next is the first line of a block scalar: `- |`.
pub(super) fn begins_after(before: &str) -> bool {
    let header = last_line(before).and_then(|line| line.rsplit([' ', ':']).next()).unwrap_or("");
    header.starts_with(['|', '>'])
        && header.chars().skip(1).all(|char| char == '-' || char == '+' || char.is_ascii_digit())
}

/// Whether `text` has a command that decides on what becomes of those behind it: of their failure, or whether they run.
pub(super) fn steers(text: &str) -> bool {
    const COMMANDS: [&str; 5] = ["set -", "set +", "exit", "exec ", "trap "];
    let is_one = |line: &str| {
        let after = |command: &&str| line.strip_prefix(command);
        COMMANDS.iter().find_map(after).is_some_and(|rest| !rest.starts_with([':', '-', '_']))
    };
    text.lines().map(str::trim_start).any(is_one)
}

/// Whether an action of `text` decides what is put out: where a branch or a loop begins or ends.
#[must_use]
pub fn has_branches(text: &str) -> bool {
    text.split("{{").skip(1).any(is_of_block)
}

/// Whether the action that `text` starts with, perhaps behind its braces, begins a branch or a loop, or ends one.
pub(super) fn is_of_block(text: &str) -> bool {
    let action = text.trim_start_matches(['{', '-', ' ']);
    let is_next =
        |word: &&str| action.strip_prefix(word).is_some_and(|rest| rest.starts_with([' ', '-', '}']));
    ["if", "else", "end", "with", "range"].iter().any(is_next)
}

/// The last line of `before` that isn't blank, an action or a comment.
fn last_line(before: &str) -> Option<&str> {
    let mut lines = before.lines().rev().map(str::trim);
    lines.find(|line| !line.is_empty() && !line.starts_with("{{") && !line.starts_with('#'))
}

/// Whether a line is one of YAML: a key, an item, the end of a list or a map, the end of a document.
fn is_entry(line: &str) -> bool {
    let is_of_key = |char: char| char.is_alphanumeric() || "._-/\"'".contains(char);
    let key = line.split_once(": ").map_or_else(|| line.strip_suffix(':'), |(key, _)| Some(key));
    line.starts_with('-')
        || key.is_some_and(|key| key.chars().all(is_of_key))
        || line.chars().all(|char| "[]{}".contains(char))
}

#[cfg(test)]
mod tests {
    use super::{begins_after, goes_on_after, has_branches};

    #[test]
    fn branches_are_told_by_their_actions() {
        for text in ["{{- if .a }}", "a {{ range .b }}", "{{end}}", "{{-end-}}", "x {{ .y }} {{ else }}"] {
            assert!(has_branches(text), "{text}");
        }
        for text in ["", "{ if; }", "{{ .if }}", "{{ ending }}", "{{ include \"if\" . }}", "if {{ .a }}"] {
            assert!(!has_branches(text), "{text}");
        }
    }

    #[test]
    fn block_scalars_begin_after_their_header() {
        for before in ["args:\n- |\n", "run: >-\n", "a: |2-\n  {{- if .Values.a }}\n"] {
            assert!(begins_after(before), "{before}");
        }
        for before in ["", "a: b\n", "- a | b\n", "- |\n  cp /a /b\n", "a:\n"] {
            assert!(!begins_after(before), "{before}");
        }
    }

    #[test]
    fn commands_are_no_entries() {
        for before in
            ["- |\n  cp /a /b\n", "- |\n  cp /a /b\n  {{- if .Values.a }}\n\n", "echo \"a: b\"\n# c: d\n"]
        {
            assert!(goes_on_after(before), "{before}");
        }
        for before in
            ["", "spec:\n", "a: b\n", "- a\n  # b\n", "\"a\": b\n", "a: [\n]\n", "---\n", "args:\n- |\n"]
        {
            assert!(!goes_on_after(before), "{before}");
        }
    }
}
