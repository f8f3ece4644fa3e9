//! sed's `s` command: whether, made on its own result, it changes that again and again.

use super::world::atoms::is_known;

/// Where `wanted` stands in `text` without a backslash before it.
pub(super) fn unescaped(text: &str, wanted: char) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let found = c == wanted && !escaped;
        escaped = c == '\\' && !escaped;
        found.then_some(at)
    })
}

/// `|pattern|replacement|flags`, taken apart.
pub(super) fn substitution(text: &str) -> Option<(&str, &str, &str)> {
    let delimiter = text.chars().next()?;
    let rest = text.get(delimiter.len_utf8()..)?;
    let end = unescaped(rest, delimiter)?;
    let (pattern, rest) = (rest.get(..end)?, rest.get(end + delimiter.len_utf8()..)?);
    let end = unescaped(rest, delimiter)?;
    Some((pattern, rest.get(..end)?, rest.get(end + delimiter.len_utf8()..)?))
}

/// Whether the result of `s|pattern|replacement|`, given without the `s`, no longer grows.
pub(super) fn settles(text: &str) -> bool {
    let Some((pattern, replacement, _)) = substitution(text) else { return true };
    let special =
        |c: char| matches!(c, '.' | '*' | '[' | ']' | '\\' | '^' | '$' | '+' | '?' | '(' | ')' | '{' | '|');
    match pattern {
        // Something is put before or after every line.
        "^" | "$" => replacement.is_empty(),
        _ if pattern.contains(special) => {
            // Anchored at both ends, or not literal: taken to settle, unless it plainly keeps and adds.
            let literal = pattern.trim_start_matches('^').trim_end_matches('$');
            let adds = literal == pattern.trim_end_matches('$')
                && !pattern.starts_with('^')
                && replacement.contains('&')
                && replacement != "&"
                && !literal.contains(['[', '\\', '(']);
            !adds && Sample::of(pattern).is_none_or(|sample| sample.settles(replacement))
        }
        _ if !is_known(pattern) || pattern.is_empty() => true,
        _ => {
            let whole = replacement.replace("\\&", "\u{1}").replace('&', pattern);
            whole == pattern || !whole.contains(pattern)
        }
    }
}

/// What a pattern matches that is one literal text, with at most one wildcard in it.
#[derive(Debug, Default)]
struct Sample {
    /// What stands for itself, before the wildcard and after it.
    head: String,
    tail: String,
    /// The characters that the wildcard passes over: none of these is among them.
    excluded: Option<String>,
    /// Whether it is bound to the start of the line, and to its end.
    start: bool,
    end: bool,
    /// Where each group starts and ends in the text that matches.
    groups: Vec<(usize, usize)>,
}

/// What stands for what a wildcard matches.
const ANY: &str = "\u{1}";

impl Sample {
    /// A pattern as one; `None` where it is more.
    fn of(pattern: &str) -> Option<Self> {
        let mut sample = Self::default();
        let mut open = Vec::new();
        let basic = pattern.contains("\\(");
        let mut rest = pattern;
        if let Some(after) = rest.strip_prefix('^') {
            (sample.start, rest) = (true, after);
        }
        while let Some(first) = rest.chars().next() {
            let escaped = rest.strip_prefix('\\').and_then(|after| after.chars().next());
            let token = escaped.unwrap_or(first);
            let after = rest.get(token.len_utf8() + usize::from(escaped.is_some())..)?;
            let groups = escaped.is_some() == basic;
            rest = match (token, escaped.is_some()) {
                ('$', false) if after.is_empty() => {
                    sample.end = true;
                    after
                }
                ('(', _) if groups => {
                    sample.groups.push((sample.length(), usize::MAX));
                    open.push(sample.groups.len() - 1);
                    after
                }
                (')', _) if groups => {
                    let length = sample.length();
                    sample.groups.get_mut(open.pop()?)?.1 = length;
                    after
                }
                ('.', false) => match after.strip_prefix(['*', '+']) {
                    Some(after) => sample.wildcard(String::new(), after)?,
                    None => sample.literal('.', after)?,
                },
                ('[', false) => {
                    let (excluded, after) = after.strip_prefix('^')?.split_once(']')?;
                    sample.wildcard(excluded.to_owned(), after.strip_prefix(['*', '+'])?)?
                }
                ('*' | '+' | '?' | '|' | '{' | ']', false) => return None,
                (c, true) if c.is_alphanumeric() || matches!(c, '+' | '?' | '|' | '{' | '<' | '>') => {
                    return None;
                }
                (c, _) => sample.literal(c, after)?,
            };
        }
        (open.is_empty() && is_known(pattern)).then_some(sample)
    }

    fn length(&self) -> usize {
        self.head.len() + self.tail.len() + self.excluded.as_ref().map_or(0, |_| ANY.len())
    }

    fn literal<'p>(&mut self, c: char, after: &'p str) -> Option<&'p str> {
        // A repeated letter is more than a literal.
        if after.starts_with(['*', '+', '?', '{']) {
            return None;
        }
        let side = if self.excluded.is_some() { &mut self.tail } else { &mut self.head };
        side.push(c);
        Some(after)
    }

    fn wildcard<'p>(&mut self, excluded: String, after: &'p str) -> Option<&'p str> {
        self.excluded.is_none().then(|| self.excluded = Some(excluded))?;
        Some(after)
    }

    /// Whether what `replacement` makes of what matches isn't matched again with more in it.
    fn settles(&self, replacement: &str) -> bool {
        let wild = if self.excluded.is_some() { ANY } else { "" };
        let whole = format!("{}{wild}{}", self.head, self.tail);
        let Some(result) = self.expanded(replacement, &whole) else { return true };
        let Some(excluded) = &self.excluded else {
            return result == whole || !self.is_found(&result);
        };
        let Some(inner) = self.middle(&result) else { return true };
        inner.len() <= ANY.len() || !inner.contains(ANY) || inner.contains(|c| excluded.contains(c))
    }

    fn is_found(&self, text: &str) -> bool {
        match (self.start, self.end) {
            (true, true) => text == self.head,
            (true, false) => text.starts_with(&self.head),
            (false, true) => text.ends_with(&self.head),
            (false, false) => text.contains(&self.head),
        }
    }

    /// What the wildcard would match in `text`.
    fn middle<'t>(&self, text: &'t str) -> Option<&'t str> {
        let inner = match text.find(&self.head) {
            Some(0) => text.get(self.head.len()..)?,
            Some(at) if !self.start => text.get(at + self.head.len()..)?,
            _ => return None,
        };
        if self.tail.is_empty() {
            return Some(inner);
        }
        let end = inner.rfind(&self.tail)?;
        (!self.end || inner.ends_with(&self.tail)).then(|| inner.get(..end))?
    }

    /// `replacement` with its references put in.
    fn expanded(&self, replacement: &str, whole: &str) -> Option<String> {
        let mut out = String::new();
        let mut characters = replacement.chars();
        while let Some(c) = characters.next() {
            match c {
                '&' => out.push_str(whole),
                '\\' => match characters.next()? {
                    '0' => out.push_str(whole),
                    digit if digit.is_ascii_digit() => {
                        let number = usize::try_from(digit.to_digit(10)?).ok()?;
                        let (start, end) = *self.groups.get(number.checked_sub(1)?)?;
                        out.push_str(whole.get(start..end)?);
                    }
                    'n' | 't' | 'U' | 'L' | 'E' => return None,
                    other => out.push(other),
                },
                c => out.push(c),
            }
        }
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacements_that_grow_are_told_from_those_that_settle() {
        for text in [
            "/a/b/",
            r"/^\(port=\).*/\180/",
            r"/^(port: ).*$/\180/",
            r#"/X="[^"]*"/X="y"/"#,
            r#"/\(X="[^"]*\)"/\1" z/"#,
            r"/^#\(listen\)/\1/",
            r"/^# *listen/listen/",
            r"/\(a\)\(b\)/\2\1/",
            "/[0-9]*/x/",
        ] {
            assert!(settles(text), "{text}");
        }
        for text in [
            r#"/OPTS="\(.*\)"/OPTS="\1 -Dx"/"#,
            r#"/^(OPTS=".*)"/\1 -Dx"/"#,
            r#"/^OPTS="\([^"]*\)"/OPTS="\1 -Dx"/"#,
            r"/^\(hosts:.*\)$/\1 mdns/",
            r"/\(listen\)/#\1/",
            "/^path=.*/&:more/",
            "/a.b/xa.b/",
        ] {
            assert!(!settles(text), "{text}");
        }
    }
}
