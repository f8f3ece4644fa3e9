//! What templates ask for of the files of their chart (Helm's documentation, *Accessing Files Inside Templates*).

use super::action;

/// Files of a chart, as an action asks for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedFiles {
    /// The path of one, or a pattern for several, from the chart's folder.
    pub path: String,
    /// Whether the action puts out an entry for each, by its name: `.AsConfig`.
    pub are_entries: bool,
    /// Whether they are templates themselves: `tpl`.
    pub are_templates: bool,
}

/// The paths and patterns of files that the actions of `text` name.
pub fn named_files(text: &str) -> impl Iterator<Item = &str> {
    [".Files.Get ", ".Files.Glob ", ".Files.Lines "].into_iter().flat_map(move |asks| {
        let behind = memchr::memmem::find_iter(text.as_bytes(), asks.as_bytes());
        behind.filter_map(move |at| Some(quoted(text.get(at + asks.len()..)?.trim_start())?.0))
    })
}

/// What the action `inner` asks for, if it puts out that and nothing else.
#[must_use]
pub fn asked_files(inner: &str) -> Option<AskedFiles> {
    let identity = action::identity(inner).replace("( ", "(").replace(" )", ")");
    let templates =
        identity.strip_prefix("tpl ").and_then(|rest| rest.strip_suffix(" .").or(rest.strip_suffix(" $")));
    let asked = templates.unwrap_or(&identity);
    let asked = action::in_parentheses(asked).unwrap_or(asked);
    let (text, are_entries) = match asked.strip_prefix('(').and_then(|rest| rest.strip_suffix(").AsConfig")) {
        Some(glob) => (glob.strip_prefix(".Files.Glob ")?, true),
        None => (asked.strip_prefix(".Files.Get ")?, false),
    };
    let (path, rest) = quoted(text)?;
    let is_all = rest.is_empty() && !path.contains(['\\', '\n']);
    is_all.then(|| AskedFiles { path: path.to_owned(), are_entries, are_templates: templates.is_some() })
}

/// The text in the quotes that `text` begins with, and what follows them.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|char| matches!(char, '"' | '`'))?;
    text.get(1..)?.split_once(quote)
}

/// Whether `pattern` matches `path`, both from the chart's folder: `*` stands for any part of a name, `**` for names, too.
#[must_use]
pub fn matches_file(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == path,
        Some((head, rest)) => {
            let is_deep = rest.starts_with('*');
            let rest = rest.trim_start_matches('*');
            path.strip_prefix(head).is_some_and(|tail| {
                let ends = tail.char_indices().map(|(at, _)| at).chain([tail.len()]);
                let mut ends = ends.take_while(|&at| is_deep || !tail.get(..at).unwrap_or("").contains('/'));
                ends.any(|at| matches_file(rest, tail.get(at..).unwrap_or("")))
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{asked_files, matches_file, named_files};

    #[test]
    fn actions_tell_which_files_they_put_out() {
        let told = |inner: &str| {
            let asked = asked_files(inner)?;
            Some((asked.path, asked.are_entries, asked.are_templates))
        };
        let some = |path: &str, entries, templates| Some((path.to_owned(), entries, templates));
        assert_eq!(told(".Files.Get \"a/b.sh\""), some("a/b.sh", false, false));
        assert_eq!(told("$.Files.Get  \"a/b.sh\" | nindent 4"), some("a/b.sh", false, false));
        assert_eq!(told("tpl (.Files.Get \"b.sh\") . | indent 4"), some("b.sh", false, true));
        assert_eq!(told("(.Files.Glob \"a/*\").AsConfig | indent 2"), some("a/*", true, false));
        assert_eq!(told("( .Files.Glob \"a/*\" ).AsConfig | nindent 2"), some("a/*", true, false));
        assert_eq!(told("tpl (.Files.Glob \"a/*\").AsConfig . | indent 2"), some("a/*", true, true));
        for inner in [
            ".Files.Get .Values.file",
            ".Files.Get \"a\" | b64enc",
            "(.Files.Glob \"a/*\").AsSecrets",
            "printf \"%s\" (.Files.Get \"a\")",
            ".Values.a",
        ] {
            assert_eq!(told(inner), None, "{inner}");
        }
        let text = "{{ .Files.Get \"a.sh\" }} {{ range $p, $_ := $.Files.Glob `b/*` }} {{ .Files.Get $p }}";
        assert_eq!(named_files(text).collect::<Vec<_>>(), ["a.sh", "b/*"]);
    }

    #[test]
    fn patterns_match_as_helm_has_it() {
        for (pattern, path) in [
            ("a/b", "a/b"),
            ("a/*", "a/b.sh"),
            ("a/*.sh", "a/b.sh"),
            ("**.sh", "a/b.sh"),
            ("a/**", "a/b/c"),
            ("*", "a"),
        ] {
            assert!(matches_file(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in
            [("a/*", "a/b/c"), ("a/*.sh", "a/b"), ("a", "a/b"), ("*.sh", "a/b.sh"), ("a/*", "b/a")]
        {
            assert!(!matches_file(pattern, path), "{pattern} {path}");
        }
    }
}
