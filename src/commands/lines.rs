//! Texts taken line by line: what `sed`, `grep -v` and `sort -u` make of what is known of them.
//!
//! A text may hold whole files of which nothing is known, each one atom. An edit makes another
//! atom of such a one; the lines around it are edited exactly.

use super::world::World;
use super::world::atoms::SETTLED;
use super::world::atoms::is_atom;

/// A regular expression that stands for one plain text, perhaps anchored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plain {
    text: String,
    start: bool,
    end: bool,
    /// It ends with `.*`: what it matches reaches to the end of the line.
    tail: bool,
}

impl Plain {
    /// `pattern` as one; `None` where it needs more.
    pub(super) fn of(pattern: &str) -> Option<Self> {
        let (start, rest) = pattern.strip_prefix('^').map_or((false, pattern), |rest| (true, rest));
        let (end, rest) = rest.strip_suffix('$').map_or((false, rest), |rest| (true, rest));
        let (tail, rest) = rest.strip_suffix(".*").map_or((false, rest), |rest| (true, rest));
        let mut text = String::new();
        let mut characters = rest.chars();
        while let Some(c) = characters.next() {
            match c {
                '\\' => text.push(characters.next().filter(|c| !c.is_ascii_alphanumeric())?),
                '*' | '[' | ']' | '+' | '?' | '(' | ')' | '{' | '}' | '|' => return None,
                // A dot in a host name or a key is meant as one.
                c => text.push(c),
            }
        }
        Some(Self { text, start, end: end && !tail, tail })
    }

    /// A text that stands for itself.
    pub(super) fn fixed(text: &str) -> Self {
        Self { text: text.to_owned(), start: false, end: false, tail: false }
    }

    /// Whether a line matches.
    pub(super) fn is_in(&self, line: &str) -> bool {
        match (self.start, self.end) {
            (true, true) => line == self.text,
            (true, false) => line.starts_with(&self.text),
            (false, true) => line.ends_with(&self.text),
            (false, false) => line.contains(&self.text),
        }
    }

    /// Whether all of a line matches.
    pub(super) fn is(&self, line: &str) -> bool {
        line == self.text || (self.tail && line.starts_with(&self.text))
    }

    /// `line` with what matches replaced: the first match, or all.
    fn replace(&self, line: &str, replacement: &str, all: bool) -> String {
        if !self.is_in(line) {
            return line.to_owned();
        }
        let with = replacement.replace("\\&", "\u{2}").replace('&', &self.text).replace('\u{2}', "&");
        let with = with.replace("\\/", "/");
        let at =
            if self.end { line.len() - self.text.len() } else { line.find(&self.text).unwrap_or_default() };
        if self.tail {
            return format!("{}{with}", line.get(..at).unwrap_or_default());
        }
        if all && !self.start && !self.end && !self.text.is_empty() {
            return line.replace(&self.text, &with);
        }
        let after = line.get(at + self.text.len()..).unwrap_or_default();
        format!("{}{with}{after}", line.get(..at).unwrap_or_default())
    }
}

/// One line's fate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Edit {
    /// `/…/d`: lines that match go.
    Delete(Plain),
    /// `/…/,/…/d`: from a line that matches the first to one that matches the second, all go.
    DeleteRange(Plain, Plain),
    /// `grep PATTERN`: lines that don't match go.
    Keep(Plain),
    /// `s/…/…/`, on lines that match the address if there is one.
    Replace {
        /// The address.
        on: Option<Plain>,
        /// What is replaced.
        pattern: Plain,
        /// By what, as written.
        with: String,
        /// The flag `g`.
        all: bool,
    },
    /// `/…/a text` and `/…/i text`: lines are put in.
    Insert {
        /// Beside which line.
        at: Spot,
        /// With the line break at its end.
        text: String,
        /// Behind that line.
        is_after: bool,
    },
}

/// A line of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Spot {
    /// Each that matches.
    Matching(Plain),
    First,
    Last,
}

impl Edit {
    /// The line after this edit; `None` where it goes. `inside`: whether a range that began goes on.
    fn apply(&self, line: &str, inside: &mut bool) -> Option<String> {
        match self {
            Edit::DeleteRange(first, last) => {
                let starts = !*inside && first.is_in(line);
                let ends = *inside && last.is_in(line);
                let hit = *inside || starts;
                *inside = starts || (*inside && !ends);
                (!hit).then(|| line.to_owned())
            }
            Edit::Delete(pattern) => (!pattern.is_in(line)).then(|| line.to_owned()),
            Edit::Keep(pattern) => pattern.is_in(line).then(|| line.to_owned()),
            Edit::Replace { on: Some(on), .. } if !on.is_in(line) => Some(line.to_owned()),
            Edit::Replace { pattern, with, all, .. } => Some(pattern.replace(line, with, *all)),
            Edit::Insert { .. } => Some(line.to_owned()),
        }
    }

    /// Whether it takes away each line of `text`.
    pub(super) fn deletes(&self, text: &str) -> bool {
        matches!(self, Edit::Delete(pattern) if text.lines().all(|line| pattern.is_in(line)))
    }

    /// What it puts in, and beside which line.
    pub(super) fn inserts(&self) -> Option<(&Spot, &str)> {
        match self {
            Edit::Insert { at, text, .. } => Some((at, text)),
            _ => None,
        }
    }

    fn inserts_at(&self, spot: &Spot) -> Option<&str> {
        self.inserts().filter(|(at, _)| *at == spot).map(|(_, text)| text)
    }
}

/// Whether a line is the first or the last.
#[derive(Clone, Copy)]
struct Ends {
    is_first: bool,
    is_last: bool,
}

impl Spot {
    fn is(&self, line: &str, ends: Ends) -> bool {
        match self {
            Spot::Matching(on) => on.is_in(line),
            Spot::First => ends.is_first,
            Spot::Last => ends.is_last,
        }
    }
}

/// What comes of one line; `inside` as for [`Edit::apply`], for each edit. A line that goes is no more looked at.
fn edited_line(edits: &[Edit], inside: &mut [bool], line: &str, ends: Ends) -> String {
    let (known, newline) = line.strip_suffix('\n').map_or((line, ""), |known| (known, "\n"));
    let (mut before, mut behind, mut fate) = (String::new(), String::new(), Some(known.to_owned()));
    for (edit, inside) in edits.iter().zip(inside) {
        let Some(line) = &fate else { break };
        match edit {
            Edit::Insert { at, text, is_after } if at.is(line, ends) => {
                if *is_after { &mut behind } else { &mut before }.push_str(text);
            }
            edit => fate = edit.apply(line, inside),
        }
    }
    // A last line without a line break gets one where something follows.
    let newline = if behind.is_empty() { newline } else { "\n" };
    let kept = fate.filter(|line| !(line.is_empty() && newline.is_empty()));
    kept.map_or(format!("{before}{behind}"), |line| format!("{before}{line}{newline}{behind}"))
}

/// Whether an atom stands for a file's contents or a command's output rather than for a part of a
/// line.
fn is_contents(world: &dyn World, c: char) -> bool {
    const CONTENTS: [&str; 6] = ["from:", SETTLED, "altered:", "url:", "output:", "packed:"];
    // What `${…}` or a pattern takes of them.
    const PARTS: [&str; 3] = ["parameter:", "trim:", "match:"];
    let atoms = world.atoms();
    atoms.get(c).is_some_and(|atom| {
        let starts = |prefix: &&str| atom.key.starts_with(prefix);
        let comes_of = |kind: &&str| atoms.mentions(&atom.key, kind);
        CONTENTS.iter().any(starts) || PARTS.iter().any(starts) && CONTENTS.iter().any(comes_of)
    })
}

/// Whether how many lines `text` has isn't known.
pub(super) fn holds_contents(world: &dyn World, text: &str) -> bool {
    text.chars().any(|c| is_atom(c) && is_contents(world, c))
}

/// `text` with `edits` made on each line. What is unknown in it becomes another unknown text, by
/// `how` it is edited: the same when edited again if the edit `settles` on it.
pub(super) fn edited(
    world: &mut dyn World,
    text: &str,
    edits: &[Edit],
    how: &str,
    settles: &dyn Fn(&dyn World, char) -> bool,
) -> String {
    let mut out = String::new();
    let mut inside = vec![false; edits.len()];
    let mut lines = text.split_inclusive('\n').peekable();
    let mut is_first = true;
    while let Some(line) = lines.next() {
        let end = line.find(|c: char| !(is_atom(c) && is_contents(world, c))).unwrap_or(line.len());
        let (unknown, known) = line.split_at(end);
        let ends = Ends { is_first: std::mem::take(&mut is_first), is_last: lines.peek().is_none() };
        for atom in unknown.chars() {
            let is_settled = settles(world, atom);
            let atom = String::from(atom);
            out.push_str(&if is_settled { world.settled(&atom, how) } else { world.altered(&atom, how) });
        }
        if known.trim_end_matches('\n').is_empty() && !unknown.is_empty() {
            // What is put in at an end of the text is put beside what is unknown there.
            let beside = |spot| edits.iter().filter_map(move |edit| edit.inserts_at(spot));
            let before: String = beside(&Spot::First).filter(|_| ends.is_first).collect();
            out.insert_str(0, &before);
            out.push_str(known);
            out.extend(beside(&Spot::Last).filter(|_| ends.is_last));
            continue;
        }
        out.push_str(&edited_line(edits, &mut inside, known, ends));
    }
    out
}

/// The lines of `text`, sorted, each once. What is unknown in it is taken once too, before them.
pub(super) fn sorted_unique(world: &dyn World, text: &str) -> String {
    let mut unknown: Vec<char> = Vec::new();
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines() {
        let end = line.find(|c: char| !(is_atom(c) && is_contents(world, c))).unwrap_or(line.len());
        let (contents, line) = line.split_at(end);
        unknown.extend(contents.chars());
        if !line.is_empty() || contents.is_empty() {
            lines.push(line);
        }
    }
    unknown.sort_unstable();
    unknown.dedup();
    lines.sort_unstable();
    lines.dedup();
    unknown.into_iter().chain(lines.iter().flat_map(|line| line.chars().chain(['\n']))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hit(pattern: &str, line: &str) -> bool {
        Plain::of(pattern).is_some_and(|wanted| wanted.is_in(line))
    }

    #[test]
    fn plain_patterns_are_looked_up() {
        assert!(hit("^api_key=", "api_key=1"));
        assert!(hit("^api_key=.*", "api_key=1"));
        assert!(!hit("^key=", "api_key=1"));
        assert!(hit("a.b", "xa.b"));
        assert!(hit("\\[General\\]", "[General]"));
        assert_eq!(Plain::of("a*"), None);
        assert!(Plain::fixed("a*").is_in("xa*"));
    }

    #[test]
    fn replacements_are_made_as_sed_makes_them() {
        for (pattern, with, all, line, expected) in [
            ("a", "b", false, "aXa", "bXa"),
            ("a", "b", true, "aXa", "bXb"),
            ("a", "<&>", true, "aXa", "<a>X<a>"),
            ("^k=.*", "k=2", false, "k=1", "k=2"),
            ("^k=.*", "k=2", false, "xk=1", "xk=1"),
            ("k$", "!", false, "kk", "k!"),
        ] {
            let pattern = Plain::of(pattern).expect("a plain pattern");
            assert_eq!(pattern.replace(line, with, all), expected, "{pattern:?} in {line}");
        }
    }
}
