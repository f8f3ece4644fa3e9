//! Placeholders that stand alone on a line.
//!
//! What Helm puts there is a map's entries, a list's items or lines of a script. In a block scalar the placeholder stays;
//! elsewhere YAML would read a scalar where there may be a map, so the line is left blank, and what is around it is open.

use std::borrow::Cow;
use std::ops::Range;

use super::placeholder::{has_placeholder, is_placeholder};
use super::render::{Injection, Output};

/// Takes lone placeholders out of `output`.
pub(super) fn settle(mut output: Output) -> Output {
    let mut layout =
        Layout { block: None, before: None, edits: Vec::new(), injections: Vec::new(), removed: 0, added: 0 };
    let mut waiting = std::mem::take(&mut output.injections).into_iter().peekable();
    let (mut at, mut left) = (0, output.text.as_str());
    while !left.is_empty() {
        let end = memchr::memchr(b'\n', left.as_bytes()).map_or(left.len(), |end| end + 1);
        let (line, rest) = left.split_at_checked(end).unwrap_or((left, ""));
        layout.line(at, line, rest);
        (at, left) = (at + line.len(), rest);
        while let Some(injection) = waiting.next_if(|injection| injection.at < at) {
            output.injections.extend(Some(injection).filter(|injection| !layout.is_text(injection)));
        }
    }
    output.injections.extend(waiting);
    let Layout { edits, injections, .. } = layout;
    move_by(&mut output.injections, &edits);
    output.injections.extend(injections);
    output.injections.sort_by_key(|injection| injection.at);
    output.text = output.text.replace(&edits);
    output
}

/// An edit of the text: what is replaced, and by what.
type Edit = (Range<usize>, Cow<'static, str>);

/// Leads the places of `injections` through `edits`.
fn move_by(injections: &mut [Injection], edits: &[Edit]) {
    let mut edits = edits.iter().peekable();
    let (mut removed, mut added) = (0, 0);
    for injection in injections {
        while let Some((range, text)) = edits.next_if(|(range, _)| range.start < injection.at) {
            removed += range.len();
            added += text.len();
        }
        injection.at = (injection.at + added).saturating_sub(removed);
    }
}

/// A block scalar that may go on.
#[derive(Debug, Clone, Copy)]
struct BlockScalar {
    /// The columns of the key or the `-` that it is the value of.
    parent: usize,
    /// The columns of its text, once there is some.
    indent: Option<usize>,
}

struct Layout {
    block: Option<BlockScalar>,
    /// The columns of the last line that isn't blank, and whether it ends with a key.
    before: Option<(usize, bool)>,
    edits: Vec<Edit>,
    injections: Vec<Injection>,
    /// How many bytes the edits took out and put in so far.
    removed: usize,
    added: usize,
}

impl Layout {
    /// Lays out the line at `at`, which `rest` follows.
    fn line(&mut self, at: usize, line: &str, rest: &str) {
        let content = line.trim_end();
        let spaces = columns(content);
        if content.len() == spaces || self.is_in_block(at, content, spaces) {
            return;
        }
        self.block = block_scalar(content, spaces);
        let before = self.before.replace((spaces, content.ends_with(':')));
        // Most lines have none.
        if !has_placeholder(content) {
            return;
        }
        let next = rest.lines().next().unwrap_or("").trim_end();
        if is_lone(content) {
            let is_entry =
                before.is_some_and(|(before, is_key)| before < spaces || before == spaces && !is_key);
            match goes_on(rest, spaces).filter(|_| is_entry) {
                Some(column) => self.take_for_key(at, line, column),
                // Items that stand deeper than those that are put there are none of the same list: it is no YAML.
                None if before == Some((spaces, true)) && has_deeper_item(rest, spaces) => {}
                None => self.take_out(at, content, spaces, spaces),
            }
        } else if is_lone_after_dash(content, spaces) {
            // The space after the `-` is trimmed: what is put out has one of its own.
            let (dash, column) = (spaces + 1, spaces + 2);
            if continues(next, column) {
                self.take_out(at, content, dash, column);
            } else {
                self.added += 1;
                self.edits.push((at + dash..at + dash, Cow::Borrowed(" ")));
            }
        } else if let Some(column) = lone_item(content, spaces).filter(|&column| continues(next, column)) {
            self.take_out(at, content, column, column);
        }
    }

    /// Takes what a line holds for a key: what is put there ends with one, and lines follow that go on in its map at `column`.
    fn take_for_key(&mut self, at: usize, line: &str, column: usize) {
        let end = at + line.trim_end().len();
        self.added += 1;
        self.edits.push((end..end, Cow::Borrowed(":")));
        let behind = at + line.len() + self.added - self.removed;
        self.injections.push(Injection {
            at: behind,
            column: Some(column),
            is_certain: true,
            is_items: None,
        });
    }

    /// Takes out what a line holds from the byte `from` on, a comment left out: more is put there at `column`.
    fn take_out(&mut self, at: usize, content: &str, from: usize, column: usize) {
        let injected = at + from + self.added - self.removed;
        self.injections.push(Injection {
            at: injected,
            column: Some(column),
            is_certain: true,
            is_items: None,
        });
        let end = content.find(" #").unwrap_or(content.len());
        self.removed += end - from;
        self.edits.push((at + from..at + end, Cow::Borrowed("")));
    }

    /// Whether what may be put behind the last line are more lines of the block scalar that it is one of.
    fn is_text(&self, injection: &Injection) -> bool {
        let is_in = |block: BlockScalar| injection.column.is_some_and(|column| column > block.parent);
        !injection.is_certain && self.block.is_some_and(is_in)
    }

    /// Whether the line is one of the block scalar's; one that doesn't end it by its own indentation, but whose output
    /// Helm would indent, is put where the others are.
    fn is_in_block(&mut self, at: usize, content: &str, spaces: usize) -> bool {
        let Some(block) = &mut self.block else { return false };
        if spaces <= block.parent {
            return false;
        }
        let indent = *block.indent.get_or_insert(spaces);
        if spaces < indent && is_lone(content) {
            self.added += indent - spaces;
            self.edits.push((at..at, Cow::Owned(" ".repeat(indent - spaces))));
            return true;
        }
        spaces >= indent
    }
}

/// The columns that a line is indented by.
fn columns(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The column of the lines that follow, where they stand deeper than `column`, and another key comes there behind them.
fn goes_on(rest: &str, column: usize) -> Option<usize> {
    let mut lines = rest.lines().map(str::trim_end).filter(|line| !line.trim_start().is_empty());
    let deeper = lines.next().map(columns).filter(|&deeper| deeper > column)?;
    let key = lines.find(|line| columns(line) <= column).filter(|line| columns(line) == column)?;
    let key = key.trim_start();
    (!key.starts_with(['-', '#']) && (key.ends_with(':') || key.contains(": "))).then_some(deeper)
}

/// Whether the next line is an item of a list that stands deeper than `column`.
fn has_deeper_item(rest: &str, column: usize) -> bool {
    let next = rest.lines().find(|line| !line.trim().is_empty());
    next.is_some_and(|line| columns(line) > column && line.trim_start().starts_with("- "))
}

/// Whether a line holds placeholders, and beside them at most a comment.
fn is_lone(content: &str) -> bool {
    // Nearly all lines begin with something else.
    if !content.trim_start_matches(' ').starts_with(is_placeholder) {
        return false;
    }
    let content = content.split(" #").next().unwrap_or(content);
    content.chars().all(|char| is_placeholder(char) || char == ' ')
}

/// Whether a line holds nothing but a `-` and, right after it, placeholders.
fn is_lone_after_dash(content: &str, spaces: usize) -> bool {
    let after = content.get(spaces..).and_then(|item| item.strip_prefix('-'));
    after.is_some_and(|after| after.starts_with(is_placeholder) && is_lone(after))
}

/// The column of an item that holds nothing but placeholders.
fn lone_item(content: &str, spaces: usize) -> Option<usize> {
    let (mut column, mut rest) = (spaces, content.get(spaces..)?);
    while let Some(item) = rest.strip_prefix("- ") {
        let inner = item.trim_start();
        column += rest.len() - inner.len();
        rest = inner;
    }
    (column > spaces && is_lone(rest)).then_some(column)
}

/// Whether the line `next` has more of the map that starts at `column`.
fn continues(next: &str, column: usize) -> bool {
    next.len() - next.trim_start_matches(' ').len() == column && next.len() > column
}

/// The block scalar that starts at the end of a line, if one does.
fn block_scalar(content: &str, spaces: usize) -> Option<BlockScalar> {
    let line = content.get(spaces..)?;
    if line.starts_with('#') || memchr::memchr2(b'|', b'>', line.as_bytes()).is_none() {
        return None;
    }
    header(line, spaces).or_else(|| header(line.split(" #").next()?, spaces))
}

fn header(line: &str, spaces: usize) -> Option<BlockScalar> {
    let line = line.trim_end();
    let head = line.trim_end_matches(|char: char| matches!(char, '+' | '-' | '1'..='9'));
    let indicators = line.get(head.len()..)?;
    let mut before = head.strip_suffix(['|', '>']).filter(|_| indicators.len() <= 2)?;
    // An anchor or a tag may stand between.
    while let Some(word) = before.trim_end().rsplit(' ').next().filter(|word| word.starts_with(['&', '!'])) {
        before = before.trim_end().strip_suffix(word)?;
    }
    let is_spaced = before.ends_with(' ');
    let before = before.trim_end();
    if !is_spaced || !(before.ends_with(':') || before == "-" || before.ends_with(" -")) {
        return None;
    }
    let (mut parent, mut rest) = (spaces, line);
    while let Some(item) = rest.strip_prefix("- ") {
        let inner = item.trim_start();
        if inner.starts_with(['|', '>', '&', '!']) {
            break;
        }
        parent += rest.len() - inner.len();
        rest = inner;
    }
    let digit = indicators.chars().find_map(|char| char.to_digit(10));
    Some(BlockScalar { parent, indent: digit.map(|digit| parent + digit as usize) })
}
