//! Pattern matching (POSIX XCU 2.13).
//!
//! A pattern is run over a text as a nondeterministic automaton, all its states at once, so that the
//! work is its length times that of the text, however many `*` there are. Extended patterns need to
//! look back and are matched by trial, within a bound.

/// The most trials of one match of an extended pattern.
const MAX_TRIALS: u32 = 20_000;
/// The longest text, in characters, that an extended pattern is tried on.
const MAX_TEXT: usize = 1_000;

/// A pattern, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::rerun) struct Pattern {
    elements: Vec<Element>,
    is_extended: bool,
}

/// The bound on trials ends before anything is found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooManyTrials;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Element {
    /// `*`.
    Any,
    /// `?`.
    One,
    /// A character that stands for itself.
    Literal(char),
    /// `[…]`.
    Set { negated: bool, ranges: Vec<(char, char)> },
    /// ksh's and bash's `!(a|b)`, by its first character.
    Group { kind: char, alternatives: Vec<Vec<Element>> },
}

/// Whether `pattern` matches all of `text`, as far as that can be found out: `find -name`, which knows no extended
/// patterns.
pub(in crate::rerun) fn matches(pattern: &str, text: &str) -> bool {
    Pattern::new(pattern).matches(text) == Some(true)
}

impl Pattern {
    /// Reads a pattern, in which a backslash quotes the next character.
    pub(in crate::rerun) fn new(pattern: &str) -> Self {
        let characters: Vec<char> = pattern.chars().collect();
        let elements = elements(&characters);
        let is_extended = elements.iter().any(|element| matches!(element, Element::Group { .. }));
        Self { elements, is_extended }
    }

    /// Whether it matches all of `text`; `None` where the bound on trials doesn't let it be found out.
    pub(in crate::rerun) fn matches(&self, text: &str) -> Option<bool> {
        let text: Vec<char> = text.chars().collect();
        if self.is_extended {
            return Trial::of(&text)?.run(&self.elements, &text);
        }
        Some(self.prefixes(text.iter().copied()).last() == Some(&text.len()))
    }

    /// What it matches at the start of `text`, or at its end, as a length in characters: the shortest or the longest.
    pub(super) fn cut(
        &self,
        text: &str,
        at_end: bool,
        longest: bool,
    ) -> Result<Option<usize>, TooManyTrials> {
        let pick =
            |lengths: Vec<usize>| if longest { lengths.last().copied() } else { lengths.first().copied() };
        if self.is_extended {
            return self.cut_by_trial(text, at_end, longest);
        }
        if !at_end {
            return Ok(pick(self.prefixes(text.chars())));
        }
        let elements = self.elements.iter().rev().cloned().collect();
        Ok(pick(Self { elements, is_extended: false }.prefixes(text.chars().rev())))
    }

    fn cut_by_trial(&self, text: &str, at_end: bool, longest: bool) -> Result<Option<usize>, TooManyTrials> {
        let text: Vec<char> = text.chars().collect();
        let mut trial = Trial::of(&text).ok_or(TooManyTrials)?;
        for length in 0..=text.len() {
            let length = if longest { text.len() - length } else { length };
            let part = if at_end { text.get(text.len() - length..) } else { text.get(..length) };
            if trial.run(&self.elements, part.unwrap_or_default()).ok_or(TooManyTrials)? {
                return Ok(Some(length));
            }
        }
        Ok(None)
    }

    /// How much work it is to match a text, roughly.
    pub(super) fn work(&self, text: &str) -> usize {
        if self.is_extended { MAX_TRIALS as usize } else { text.len().saturating_mul(self.elements.len()) }
    }

    /// The lengths of all that it matches at the start of `text`, the shortest first.
    fn prefixes(&self, text: impl Iterator<Item = char>) -> Vec<usize> {
        let mut states = vec![false; self.elements.len() + 1];
        if let Some(first) = states.first_mut() {
            *first = true;
        }
        self.skip_empty(&mut states);
        let mut next = states.clone();
        let mut lengths = Vec::new();
        for (length, c) in text.map(Some).chain([None]).enumerate() {
            lengths.extend(states.last().is_some_and(|&is_end| is_end).then_some(length));
            let Some(c) = c.filter(|_| states.contains(&true)) else { break };
            next.fill(false);
            for (at, element) in self.elements.iter().enumerate() {
                let to = if *element == Element::Any { at } else { at + 1 };
                if states.get(at) == Some(&true)
                    && element.fits(c)
                    && let Some(state) = next.get_mut(to)
                {
                    *state = true;
                }
            }
            self.skip_empty(&mut next);
            std::mem::swap(&mut states, &mut next);
        }
        lengths
    }

    /// Goes on past each `*` that may match nothing.
    fn skip_empty(&self, states: &mut [bool]) {
        for (at, element) in self.elements.iter().enumerate() {
            if *element == Element::Any
                && states.get(at) == Some(&true)
                && let Some(next) = states.get_mut(at + 1)
            {
                *next = true;
            }
        }
    }
}

impl Element {
    /// Whether it matches a character.
    fn fits(&self, c: char) -> bool {
        match self {
            Self::Any | Self::One => true,
            Self::Literal(own) => *own == c,
            Self::Set { negated, ranges } => {
                ranges.iter().any(|&(first, last)| (first..=last).contains(&c)) != *negated
            }
            Self::Group { .. } => false,
        }
    }
}

fn elements(mut pattern: &[char]) -> Vec<Element> {
    let mut out = Vec::new();
    while let Some((&first, rest)) = pattern.split_first() {
        if let ('?' | '*' | '+' | '@' | '!', ['(', inner @ ..]) = (first, rest)
            && let Some((alternatives, after)) = group(inner)
        {
            let alternatives = alternatives.into_iter().map(elements).collect();
            out.push(Element::Group { kind: first, alternatives });
            pattern = after;
            continue;
        }
        let (element, after) = match (first, rest) {
            ('*', _) => (Element::Any, rest),
            ('?', _) => (Element::One, rest),
            ('[', _) => bracket(rest).unwrap_or((Element::Literal('['), rest)),
            ('\\', [quoted, after @ ..]) => (Element::Literal(*quoted), after),
            _ => (Element::Literal(first), rest),
        };
        // `**` matches what `*` does.
        if element != Element::Any || out.last() != Some(&Element::Any) {
            out.push(element);
        }
        pattern = after;
    }
    out
}

/// The alternatives of an extended pattern, given after its opening parenthesis, and what follows it.
fn group(inner: &[char]) -> Option<(Vec<&[char]>, &[char])> {
    let (mut depth, mut start, mut alternatives) = (0_u32, 0, Vec::new());
    for (at, c) in inner.iter().enumerate() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => {
                alternatives.push(inner.get(start..at)?);
                return Some((alternatives, inner.get(at + 1..)?));
            }
            ')' => depth -= 1,
            '|' if depth == 0 => {
                alternatives.push(inner.get(start..at)?);
                start = at + 1;
            }
            _ => {}
        }
    }
    None
}

/// The bracket expression after `[`, and what follows it.
fn bracket(pattern: &[char]) -> Option<(Element, &[char])> {
    let (negated, inner) = match pattern {
        ['!' | '^', inner @ ..] => (true, inner),
        inner => (false, inner),
    };
    // A `]` right at the start is a member.
    let end = inner.iter().skip(1).position(|&c| c == ']')? + 1;
    let (mut members, mut ranges) = (inner.get(..end)?, Vec::new());
    while let [first, rest @ ..] = members {
        if let ['-', last, rest @ ..] = rest {
            ranges.push((*first, *last));
            members = rest;
        } else {
            ranges.push((*first, *first));
            members = rest;
        }
    }
    Some((Element::Set { negated, ranges }, inner.get(end + 1..)?))
}

/// Matching by trial, which extended patterns need.
struct Trial {
    made: u32,
}

impl Trial {
    fn of(text: &[char]) -> Option<Self> {
        (text.len() <= MAX_TEXT).then_some(Self { made: 0 })
    }

    /// Whether `elements` match all of `text`; `None` past the bound.
    fn run(&mut self, mut elements: &[Element], mut text: &[char]) -> Option<bool> {
        self.made += 1;
        if self.made > MAX_TRIALS {
            return None;
        }
        let (element, rest) = loop {
            let Some((element, rest)) = elements.split_first() else { return Some(text.is_empty()) };
            if matches!(element, Element::Any | Element::Group { .. }) {
                break (element, rest);
            }
            match text.split_first() {
                Some((&c, tail)) if element.fits(c) => (elements, text) = (rest, tail),
                _ => return Some(false),
            }
        };
        for end in 0..=text.len() {
            let Some((head, tail)) = text.split_at_checked(end) else { continue };
            let fits = match element {
                Element::Group { kind, alternatives } => self.group(*kind, alternatives, head)?,
                _ => true,
            };
            if fits && self.run(rest, tail)? {
                return Some(true);
            }
        }
        Some(false)
    }

    /// Whether all of `text` matches a group of this kind.
    fn group(&mut self, kind: char, alternatives: &[Vec<Element>], text: &[char]) -> Option<bool> {
        match kind {
            '!' => self.one(alternatives, text).map(|one| !one),
            '?' | '*' if text.is_empty() => Some(true),
            '@' | '?' => self.one(alternatives, text),
            _ => {
                // `+()` of nothing matches nothing, too.
                if text.is_empty() {
                    return self.one(alternatives, text);
                }
                for end in 1..=text.len() {
                    let Some((head, tail)) = text.split_at_checked(end) else { continue };
                    if self.one(alternatives, head)?
                        && (tail.is_empty() || self.group('*', alternatives, tail)?)
                    {
                        return Some(true);
                    }
                }
                Some(false)
            }
        }
    }

    fn one(&mut self, alternatives: &[Vec<Element>], text: &[char]) -> Option<bool> {
        for alternative in alternatives {
            if self.run(alternative, text)? {
                return Some(true);
            }
        }
        Some(false)
    }
}

#[cfg(test)]
mod tests {
    use super::super::patterns::quoted;
    use super::*;

    fn found(pattern: &str, text: &str) -> Option<bool> {
        Pattern::new(pattern).matches(text)
    }

    #[test]
    fn patterns_match_as_in_a_shell() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("*.conf", "a.conf", true),
            ("*.conf", "a.confx", false),
            ("0x56a*", "0x56a9", true),
            ("[a-c]?", "bx", true),
            ("[!a-c]?", "bx", false),
            ("[]x]", "]", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("!(keep|*.md)", "drop", true),
            ("!(keep|*.md)", "keep", false),
            ("!(keep|*.md)", "a.md", false),
            ("+(ab)c", "ababc", true),
            ("@(a|b)*(c)", "bcc", true),
            ("?(a)b", "b", true),
            ("?(a)b", "aab", false),
            ("\\*", "*", true),
            ("\\*", "x", false),
            (".[!.]*", ".git", true),
            (".[!.]*", "..", false),
            ("[x", "[x", true),
        ] {
            assert_eq!(found(pattern, text), Some(expected), "{pattern} against {text}");
        }
        assert_eq!(found(&quoted("a*[b]-!"), "a*[b]-!"), Some(true));
    }

    #[test]
    fn the_shortest_and_the_longest_are_cut_off() {
        let cut =
            |pattern: &str, text: &str, at_end, longest| Pattern::new(pattern).cut(text, at_end, longest);
        assert_eq!(cut("*/", "a/b/c", false, false), Ok(Some(2)));
        assert_eq!(cut("*/", "a/b/c", false, true), Ok(Some(4)));
        assert_eq!(cut("/*", "a/b/c", true, false), Ok(Some(2)));
        assert_eq!(cut("/*", "a/b/c", true, true), Ok(Some(4)));
        assert_eq!(cut("x", "a/b/c", true, true), Ok(None));
        assert_eq!(cut(".@(gz|xz)", "a.tar.gz", true, false), Ok(Some(3)));
        assert_eq!(cut("*", "가나", true, true), Ok(Some(2)));
    }

    #[test]
    fn a_hostile_pattern_ends() {
        assert_eq!(found(&"*a".repeat(40), &"a".repeat(39)), Some(false));
        assert_eq!(found(&format!("{}b", "*(a|aa)".repeat(40)), &"a".repeat(39)), None);
        assert_eq!(found("+(a)", &"a".repeat(2_000)), None);
        let (pattern, text) = (format!("{}b", "*a".repeat(500)), "a".repeat(5_000));
        assert_eq!(Pattern::new(&pattern).cut(&text, true, true), Ok(None));
    }
}
