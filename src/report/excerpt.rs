//! The few lines of a source that a report shows, made safe for a terminal, and what is marked in them.

use std::ops::Range;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::Look;
use super::text::{push_ascii, push_visible};
use crate::source::{Source, Span};

/// A line is cut where a place is too far right for this much of its caption (columns).
const MIN_CAPTION: usize = 20;

/// A tab is shown as these spaces.
const TAB: &str = "    ";

/// A place to mark.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Where it is; of several lines the first is marked.
    pub span: Span,
    /// What is said of it.
    pub caption: &'a str,
    /// Whether the finding is at this place, rather than speaks of it.
    pub is_primary: bool,
}

/// A line as it is shown.
#[derive(Debug)]
pub struct Line<'a> {
    /// Its number in the source, from 1.
    pub number: usize,
    /// Its text, without what would drive the terminal, and cut where it is too long.
    pub text: String,
    /// What is marked in it.
    pub marks: Vec<Mark<'a>>,
}

/// A part of a line that is marked.
#[derive(Debug)]
pub struct Mark<'a> {
    /// The columns that it takes in the line's text, from 0.
    pub columns: Range<usize>,
    /// The place.
    pub place: Place<'a>,
}

/// The lines of `source` that hold `places`, and those that lie alone between two of them. Each takes at most `room`
/// columns.
#[must_use]
pub fn lines<'a>(source: &Source, places: &[Place<'a>], room: usize, look: &Look) -> Vec<Line<'a>> {
    let line_of = |place: &Place<'_>| source.line_index(place.span.start as usize);
    let mut numbers: Vec<usize> = places.iter().map(line_of).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let between: Vec<usize> = numbers
        .windows(2)
        .filter_map(|pair| match pair {
            [first, second] if first + 2 == *second => Some(first + 1),
            _ => None,
        })
        .collect();
    numbers.extend(between);
    numbers.sort_unstable();
    let line = |number: usize| {
        let here: Vec<Place<'a>> = places.iter().copied().filter(|place| line_of(place) == number).collect();
        line(source, number, &here, room, look)
    };
    numbers.into_iter().map(line).collect()
}

fn line<'a>(source: &Source, number: usize, places: &[Place<'a>], room: usize, look: &Look) -> Line<'a> {
    let full = source.line_range(number);
    let content = source.text.get(full.clone()).unwrap_or("").trim_end_matches(['\n', '\r']);
    let content = full.start..full.start + content.len();
    let cells = Cells::of(source, &content, places, look);
    let kept = cells.kept(&content, places, room);
    let (mut text, mut column) = (String::new(), 0);
    let mut bounds: Vec<Option<Range<usize>>> = vec![None; places.len()];
    if kept.start > content.start {
        text.push_str(cells.ellipsis);
        column += cells.ellipsis.width();
    }
    for (at, shown) in cells.shown.iter().filter(|(at, _)| kept.contains(at)) {
        mark(places, &mut bounds, *at, column);
        text.push_str(shown);
        column += shown.width();
    }
    mark(places, &mut bounds, kept.end, column);
    if kept.end < content.end {
        text.push_str(cells.ellipsis);
    }
    let marked = places.iter().zip(bounds);
    let marks = marked.map(|(place, bounds)| {
        let bounds = bounds.unwrap_or(column..column);
        Mark { columns: bounds.start..bounds.end.max(bounds.start + 1), place: *place }
    });
    Line { number: number + 1, text, marks: marks.collect() }
}

/// Notes at which column the places that start or end at the source byte `at` do so.
fn mark(places: &[Place<'_>], bounds: &mut [Option<Range<usize>>], at: usize, column: usize) {
    for (place, bounds) in places.iter().zip(bounds) {
        match bounds {
            None if at >= place.span.start as usize => *bounds = Some(column..column),
            Some(bounds) if at <= place.span.end as usize => bounds.end = column,
            _ => {}
        }
    }
}

/// The characters of a line near its places: where each starts in the source, and how it is shown.
struct Cells {
    shown: Vec<(usize, String)>,
    /// The bytes that they are.
    bytes: Range<usize>,
    ellipsis: &'static str,
}

impl Cells {
    /// Of a line of megabytes no more is looked at than could be shown.
    fn of(source: &Source, content: &Range<usize>, places: &[Place<'_>], look: &Look) -> Self {
        let first = places.first().map_or(content.clone(), |place| place.span.range());
        let reach = look.width * 4;
        let bytes = source.text.floor_char_boundary(first.start.saturating_sub(reach).max(content.start))
            ..source.text.ceil_char_boundary((first.start + reach).min(content.end));
        let text = source.text.get(bytes.clone()).unwrap_or("");
        let mut before = None;
        let cells = text.char_indices().map(|(at, character)| {
            let at = bytes.start + at;
            // A byte order mark hides nothing where it belongs.
            let is_mark = at == 0 && character == '\u{feff}';
            (at, if is_mark { String::new() } else { shown(before.replace(character), character, look) })
        });
        Self { shown: cells.collect(), bytes, ellipsis: if look.unicode { "…" } else { "..." } }
    }

    /// The columns of some cells.
    fn width(&self, range: Range<usize>) -> usize {
        self.shown.get(range).unwrap_or(&[]).iter().map(|(_, shown)| shown.width()).sum()
    }

    /// The cell at a byte of the source.
    fn index(&self, byte: u32) -> usize {
        self.shown.partition_point(|(at, _)| *at < byte as usize)
    }

    /// The cells from the first of `places` to the last.
    fn around(&self, places: &[Place<'_>]) -> Range<usize> {
        let from = places.iter().map(|place| self.index(place.span.start)).min().unwrap_or(0);
        from..places.iter().map(|place| self.index(place.span.end)).max().unwrap_or(0).max(from)
    }

    /// The bytes of the line that are shown: all, or where there are too few columns for it or for a caption a window
    /// around its places, or around the first of them.
    fn kept(&self, content: &Range<usize>, places: &[Place<'_>], room: usize) -> Range<usize> {
        let ends = 2 * self.ellipsis.width();
        let caption = |place: &Place<'_>| place.caption.width().min(MIN_CAPTION);
        let is_close =
            |place: &Place<'_>| self.width(0..self.index(place.span.start)) + caption(place) <= room;
        let is_short = self.bytes == *content && self.width(0..self.shown.len()) <= room;
        if is_short && places.iter().all(is_close) {
            return content.clone();
        }
        let mut window = self.around(places);
        if self.width(window.clone()) + ends > room {
            window = self.around(places.get(..1).unwrap_or(&[]));
            // A place that is wider itself is shown by its start.
            while self.width(window.clone()) + ends > room && window.end > window.start {
                window.end -= 1;
            }
        }
        self.widened(window, room.saturating_sub(ends), places.iter().map(caption).max().unwrap_or(0))
    }

    /// `window` with as much around it as `room` has; what stands to the right is worth more where a caption is there.
    fn widened(&self, mut window: Range<usize>, room: usize, caption: usize) -> Range<usize> {
        let taken = self.width(window.clone());
        let mut free = room.saturating_sub(taken);
        let mut left = (free / 2).min(room.saturating_sub(taken.max(caption)));
        let width = |cell: Option<&(usize, String)>| cell.map(|(_, shown)| shown.width());
        while let Some(width) = window.start.checked_sub(1).and_then(|at| width(self.shown.get(at))) {
            let Some(rest) = left.checked_sub(width) else { break };
            (left, free, window.start) = (rest, free - width, window.start - 1);
        }
        while let Some(width) = width(self.shown.get(window.end)) {
            let Some(rest) = free.checked_sub(width) else { break };
            (free, window.end) = (rest, window.end + 1);
        }
        let at = |index: usize| self.shown.get(index).map_or(self.bytes.end, |(at, _)| *at);
        at(window.start)..at(window.end)
    }
}

/// A character of a source, which stands behind `before`, as the terminal shows it.
fn shown(before: Option<char>, character: char, look: &Look) -> String {
    let mut text = String::new();
    match character {
        '\t' => text.push_str(TAB),
        _ if look.unicode => {
            let mut both = String::from_iter(before);
            let start = both.len();
            push_visible(&mut both, character);
            text.push_str(both.get(start..).unwrap_or(""));
        }
        _ if character.width() == Some(0) || character.is_control() => text.push('?'),
        _ => push_ascii(&mut text, character),
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn shown(text: &str, range: Range<usize>, room: usize) -> (String, String) {
        let source = Source::new(FileId(0), "a", text);
        let place = Place { span: Span::new(FileId(0), range), caption: "", is_primary: true };
        let look = Look { width: room, color: false, links: false, unicode: true };
        let line = lines(&source, &[place], room, &look).remove(0);
        let columns = &line.marks[0].columns;
        let mut column = 0;
        let is_marked = |character: &char| {
            column += character.width().unwrap_or(0);
            columns.contains(&(column - 1))
        };
        (line.text.chars().filter(is_marked).collect(), line.text.clone())
    }

    #[test]
    fn a_wide_line_is_cut_around_its_place() {
        let text = format!("{}here{}", "가".repeat(100_000), "x".repeat(100_000));
        let (marked, line) = shown(&text, 300_000..300_004, 40);
        assert_eq!(marked, "here");
        assert!(line.starts_with('…') && line.ends_with('…'), "{line}");
        assert!(line.width() <= 40, "{} columns: {line}", line.width());
    }

    #[test]
    fn a_place_that_is_wider_than_the_terminal_is_shown_by_its_start() {
        let (marked, line) = shown(&format!("run: {}", "가b".repeat(200)), 5..805, 60);
        assert!(marked.starts_with("가b가b") && line.ends_with('…'), "{line}");
        assert!(line.width() <= 60, "{} columns: {line}", line.width());
    }

    #[test]
    fn control_characters_become_pictures() {
        let (marked, line) = shown("a: \u{1b}[2Jb\u{7f}\u{9b}\u{202e}c\r\n", 3..8, 80);
        assert_eq!((marked.as_str(), line.as_str()), ("␛[2Jb", "a: ␛[2Jb␡\u{fffd}\u{fffd}c"));
    }

    #[test]
    fn a_span_of_several_lines_is_shown_by_its_first() {
        let (marked, line) = shown("one\ntwo\nthree\nfour\n", 0..18, 80);
        assert_eq!((marked.as_str(), line.as_str()), ("one", "one"));
    }
}
