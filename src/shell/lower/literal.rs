//! Text in words: quotes and escapes (POSIX XCU 2.2), globs and tildes.

use std::ops::Range;

use super::super::ir::{Operation, OperationKind, Part, PartKind};
use crate::helm::{has_placeholder, is_placeholder};

/// What stands around a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoting {
    /// Nothing: `\` quotes any character, globs are live.
    None,
    /// Double quotes or a here-document: `\` quotes only some characters.
    Double,
}

/// Appends text that stands at `range`. What a template puts there is a variable that nobody sets.
pub(super) fn push(parts: &mut Vec<Part>, text: &str, range: Range<usize>, quoted: bool) {
    if !has_placeholder(text) {
        return push_known(parts, text, range, quoted);
    }
    let is_written = text.len() == range.len();
    let place = |from: usize, to: usize| {
        if is_written { range.start + from..range.start + to } else { range.clone() }
    };
    let mut at = 0;
    for (start, placeholder) in text.char_indices().filter(|(_, char)| is_placeholder(*char)) {
        let end = start + placeholder.len_utf8();
        if at < start {
            push_known(parts, text.get(at..start).unwrap_or(""), place(at, start), quoted);
        }
        parts.push(Part { range: place(start, end), kind: unknown(placeholder, place(end, end)) });
        at = end;
    }
    if at < text.len() {
        push_known(parts, text.get(at..).unwrap_or(""), place(at, text.len()), quoted);
    }
}

/// What a template puts out: taken for one word, as it is where the template quotes it.
fn unknown(placeholder: char, range: Range<usize>) -> PartKind {
    let operation = Operation { range, kind: OperationKind::Plain };
    PartKind::Variable { name: placeholder.to_string(), operation, quoted: true }
}

/// Appends text, to the last part where that is of the same kind.
fn push_known(parts: &mut Vec<Part>, text: &str, range: Range<usize>, quoted: bool) {
    if let Some(Part { range: place, kind: PartKind::Literal { text: last, quoted: q } }) = parts.last_mut()
        && *q == quoted
    {
        last.push_str(text);
        place.end = range.end;
    } else if quoted || !text.is_empty() {
        let kind = PartKind::Literal { text: text.to_owned(), quoted };
        parts.push(Part { range, kind });
    }
}

/// Appends parts, joining literals at the seam.
pub(super) fn append(parts: &mut Vec<Part>, more: Vec<Part>) {
    for part in more {
        match part.kind {
            PartKind::Literal { text, quoted } => push(parts, &text, part.range, quoted),
            PartKind::Glob(text) => push_glob(parts, &text, part.range),
            kind => parts.push(Part { range: part.range, kind }),
        }
    }
}

/// Appends a glob, to the last part where that is one.
pub(super) fn push_glob(parts: &mut Vec<Part>, text: &str, range: Range<usize>) {
    if let Some(Part { range: place, kind: PartKind::Glob(last) }) = parts.last_mut() {
        last.push_str(text);
        place.end = range.end;
    } else {
        parts.push(Part { range, kind: PartKind::Glob(text.to_owned()) });
    }
}

/// Text outside quotes, which stands at `start`. `first`: it starts a word, where a tilde is one.
pub(super) fn unquoted(parts: &mut Vec<Part>, raw: &str, start: usize, first: bool) {
    let (mut rest, mut at) = (raw, start);
    if first && let Some(end) = tilde(rest) {
        let (prefix, tail) = rest.split_at(end);
        parts.push(Part { range: at..at + end, kind: PartKind::Tilde(prefix.to_owned()) });
        (rest, at) = (tail, at + end);
    }
    while let Some(next) = rest.chars().next() {
        let glob = glob(rest);
        let length = if next == '\\' {
            escape(parts, rest, at)
        } else if glob > 0 {
            push_glob(parts, rest.get(..glob).unwrap_or(rest), at..at + glob);
            glob
        } else {
            let end = rest
                .char_indices()
                .skip(1)
                .find(|(_, c)| "\\*?[@+!".contains(*c))
                .map_or(rest.len(), |(at, _)| at);
            push(parts, rest.get(..end).unwrap_or(rest), at..at + end, false);
            end
        };
        rest = rest.get(length..).unwrap_or("");
        at += length;
    }
}

/// A backslash outside quotes, at `start`, and what it quotes; gives their length.
fn escape(parts: &mut Vec<Part>, rest: &str, start: usize) -> usize {
    let next = rest.chars().nth(1);
    let length = 1 + next.map_or(0, char::len_utf8);
    match next {
        None => push(parts, "\\", start..start + length, false),
        Some('\n') => {}
        Some(quoted) => push(parts, quoted.encode_utf8(&mut [0; 4]), start..start + length, true),
    }
    length
}

/// The length of `~` or `~user` at the start of a word; it ends with the word or at `/`.
fn tilde(raw: &str) -> Option<usize> {
    let name = raw.strip_prefix('~')?;
    let length = name.find('/').unwrap_or(name.len());
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-+".contains(c);
    name.get(..length)?.chars().all(plain).then_some(1 + length)
}

/// The length of the glob at the start of `rest`; 0 where there is none.
///
/// A bracket expression whose middle is quoted (`["a"b]`) isn't seen as one.
fn glob(rest: &str) -> usize {
    let mut chars = rest.chars();
    let (first, second) = (chars.next(), chars.next());
    match (first, second) {
        (Some('@' | '+' | '!' | '?' | '*'), Some('(')) => group(rest).unwrap_or(0),
        (Some('*' | '?'), _) => 1,
        (Some('['), _) => bracket(rest).unwrap_or(0),
        _ => 0,
    }
}

/// The length of an extended glob such as `@(a|b)`.
fn group(rest: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in rest.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 1 => return Some(at + 1),
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// Characters of a bracket expression that are looked at for its end.
const MAX_BRACKET: usize = 200;

/// The length of a bracket expression (POSIX XCU 2.14.1).
fn bracket(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('[')?;
    let negation = usize::from(inner.starts_with(['!', '^']));
    let from = inner.get(negation..)?;
    let first = usize::from(from.starts_with(']'));
    let mut classes = 0_usize;
    let mut previous = '\0';
    for (at, c) in from.char_indices().take(MAX_BRACKET).skip(first) {
        match (previous, c) {
            ('[', ':' | '.' | '=') => classes += 1,
            (':' | '.' | '=', ']') if classes > 0 => classes -= 1,
            (_, ']') => return Some(1 + negation + at + 1),
            (_, '/') => return None,
            _ => {}
        }
        previous = c;
    }
    None
}

/// Text inside double quotes: `\` quotes `$`, a backquote, `"`, `\` and a line break.
pub(super) fn double_quoted(raw: &str) -> String {
    resolve(raw, "$`\"\\")
}

fn resolve(raw: &str, quotable: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match chars.peek() {
            Some('\n') if c == '\\' => {
                chars.next();
            }
            Some(&next) if c == '\\' && quotable.contains(next) => {
                out.push(next);
                chars.next();
            }
            _ => out.push(c),
        }
    }
    out
}

/// Whether a backslash inside backquotes quotes something for the backquotes themselves.
pub(super) fn has_backquote_escape(raw: &str) -> bool {
    ["\\$", "\\`", "\\\\", "\\\""].iter().any(|escape| raw.contains(escape))
}

/// Text of a here-document whose delimiter was quoted.
pub(super) fn verbatim(raw: &str, strip_tabs: bool) -> String {
    if !strip_tabs {
        return raw.to_owned();
    }
    raw.split_inclusive('\n').map(|line| line.trim_start_matches('\t')).collect()
}

/// Text of a here-document that expands: `\` quotes `$`, a backquote, `\` and a line break.
///
/// `line_start` goes from one piece of the body to the next. A continued line keeps its tabs, as
/// bash joins lines first.
pub(super) fn document(raw: &str, strip_tabs: bool, line_start: &mut bool) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        if strip_tabs && *line_start && c == '\t' {
            continue;
        }
        *line_start = c == '\n';
        match chars.peek() {
            Some('\n') if c == '\\' => {
                chars.next();
            }
            Some(&next) if c == '\\' && "$`\\".contains(next) => {
                out.push(next);
                chars.next();
            }
            _ => out.push(c),
        }
    }
    out
}
