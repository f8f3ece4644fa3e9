//! The few lines of a source that a report shows, made safe for a terminal.

use std::ops::Range;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::source::{Source, Span};

/// Lines shown before and after each place.
pub const CONTEXT_LINES: usize = 1;

/// What frames take of a terminal's width beside line numbers (columns).
const FRAME: usize = 4;

/// What leads from a place to its caption (columns).
const ARROW: usize = 4;

/// A line is cut where a place is too far right for this much of its caption (columns).
const MIN_CAPTION: usize = 20;

/// A copy of the lines around some places of one source.
///
/// miette reads a source from its start for each label, and prints control characters raw. So it
/// gets this copy: only the lines that it shows, control characters replaced, long lines cut.
/// Offsets of its text mean nothing elsewhere; [`Excerpt::place`] gives them for a span.
pub struct Excerpt<'a> {
    source: &'a Source,
    text: String,
    lines: Vec<Line>,
    places: Vec<(Span, SourceSpan)>,
    /// The columns before a line.
    frame: usize,
    /// The most columns that a line may take.
    room: usize,
    /// The columns that captions need at least from the middle of their places on.
    caption: usize,
}

struct Line {
    /// The line in the source, from 0.
    number: usize,
    /// Its text, with the line break, in the excerpt.
    range: Range<usize>,
}

impl<'a> Excerpt<'a> {
    /// The lines of `source` around each of `places`, which all lie in it, for a terminal of
    /// `width` columns. A span of several lines is shown by its first. The places' captions go
    /// below their lines.
    #[must_use]
    pub fn new(source: &'a Source, places: &[(Span, &str)], width: usize) -> Self {
        let spans: Vec<Span> = places.iter().map(|(span, _)| *span).collect();
        let caption = places.iter().map(|(_, caption)| caption.width()).max().unwrap_or(0);
        let mut numbers: Vec<usize> = spans
            .iter()
            .flat_map(|span| {
                let line = source.line_index(span.start as usize);
                line.saturating_sub(CONTEXT_LINES)..=(line + CONTEXT_LINES)
            })
            // What follows the last line break is no line.
            .filter(|&line| !source.line_range(line).is_empty())
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        let digits = numbers.last().map_or(1, |last| (last + 1).to_string().len());
        let frame = FRAME + digits;
        let caption = ARROW + caption.min(MIN_CAPTION);
        let (text, lines, places) = (String::new(), Vec::new(), Vec::new());
        let room = width.saturating_sub(frame);
        let mut excerpt = Self { source, text, lines, places, frame, room, caption };
        for number in numbers {
            excerpt.add_line(number, &spans);
        }
        excerpt
    }

    fn add_line(&mut self, number: usize, spans: &[Span]) {
        let full = self.source.line_range(number);
        let line = self.source.text.get(full.clone()).unwrap_or("");
        let content = full.start..full.start + line.trim_end_matches(['\n', '\r']).len();
        let here: Vec<Span> = spans
            .iter()
            .copied()
            .filter(|span| self.source.line_index(span.start as usize) == number)
            .collect();
        let kept = self.kept_part(&content, &here);
        let start = self.text.len();
        if kept.start > content.start {
            self.text.push('…');
        }
        let mut bounds = vec![None; here.len()];
        for (at, character) in self.source.text.get(kept.clone()).unwrap_or("").char_indices() {
            self.mark(&here, &mut bounds, kept.start + at);
            push_visible(&mut self.text, character);
        }
        self.mark(&here, &mut bounds, kept.end);
        if kept.end < content.end {
            self.text.push('…');
        }
        for (span, bounds) in here.iter().zip(bounds) {
            let (from, to) = bounds.unwrap_or((self.text.len(), self.text.len()));
            self.places.push((*span, SourceSpan::from(from..to)));
        }
        self.text.push('\n');
        self.lines.push(Line { number, range: start..self.text.len() });
    }

    /// The bytes of a line that are shown: all, or where there are too few columns for it or for a
    /// caption a window around its places, or around the first of them.
    fn kept_part(&self, content: &Range<usize>, spans: &[Span]) -> Range<usize> {
        let (source, room) = (self.source, self.room);
        // Of a line of megabytes no more is looked at than could be shown.
        let first = spans.first().map_or(content.clone(), |span| span.range());
        let reach = room * 4;
        let near = source.text.floor_char_boundary(first.start.saturating_sub(reach).max(content.start))
            ..source.text.ceil_char_boundary((first.start + reach).min(content.end));
        let text = source.text.get(near.clone()).unwrap_or("");
        let chars: Vec<(usize, usize)> =
            text.char_indices().map(|(at, c)| (near.start + at, c.width().unwrap_or(1))).collect();
        let wide = |part: &[(usize, usize)]| part.iter().map(|(_, width)| width).sum::<usize>();
        let index = |byte: u32| chars.partition_point(|(at, _)| *at < byte as usize);
        let around = |spans: &[Span]| {
            let from = spans.iter().map(|span| index(span.start)).min().unwrap_or(0);
            from..spans.iter().map(|span| index(span.end)).max().unwrap_or(0).max(from)
        };
        let part = |range: &Range<usize>| wide(chars.get(range.clone()).unwrap_or(&[]));
        let middle =
            |span: &Span| part(&(0..index(span.start))) + part(&(index(span.start)..index(span.end))) / 2;
        let is_close = |span: &Span| middle(span) + self.caption <= room;
        if near == *content && wide(&chars) <= room && spans.iter().all(is_close) {
            return content.clone();
        }
        let mut window = around(spans);
        let is_too_wide = part(&window) > room;
        if is_too_wide {
            window = around(spans.get(..1).unwrap_or(&[]));
            // A place that is wider itself is shown by its start.
            while part(&window) + 2 > room && window.end > window.start {
                window.end -= 1;
            }
        }
        let mut free = room.saturating_sub(part(&window) + 2);
        // What stands to the right is worth more where places are there.
        let spare = if is_too_wide { 0 } else { room.saturating_sub(part(&window) + 1 + self.caption) };
        let mut left = (free / 2).min(spare);
        while let Some((_, width)) = window.start.checked_sub(1).and_then(|at| chars.get(at)) {
            let Some(rest) = left.checked_sub(*width) else { break };
            (left, free, window.start) = (rest, free - width, window.start - 1);
        }
        while let Some((_, width)) = chars.get(window.end) {
            let Some(rest) = free.checked_sub(*width) else { break };
            (free, window.end) = (rest, window.end + 1);
        }
        let at = |index: usize| chars.get(index).map_or(near.end, |(at, _)| *at);
        at(window.start)..at(window.end)
    }

    /// Notes where the spans that start or end at the source byte `at` do so in the excerpt.
    fn mark(&self, spans: &[Span], bounds: &mut [Option<(usize, usize)>], at: usize) {
        let now = self.text.len();
        for (span, bound) in spans.iter().zip(bounds) {
            match bound {
                None if at >= span.start as usize => *bound = Some((now, now)),
                Some((_, end)) if at <= span.end as usize => *end = now,
                _ => {}
            }
        }
    }

    /// Where the excerpt shows `span`, one of those that it was made for.
    #[must_use]
    pub fn place(&self, span: Span) -> SourceSpan {
        self.places
            .iter()
            .find(|(known, _)| *known == span)
            .map_or(SourceSpan::from(0..0), |(_, place)| *place)
    }

    /// The column at which a terminal shows the caption of `place`, from 0: past its line number,
    /// and past the arrow that leads to its middle.
    #[must_use]
    pub fn column_of_caption(&self, place: SourceSpan) -> usize {
        let line = self.lines.get(self.line_of(place.offset())).map_or(0, |line| line.range.start);
        let before = self.text.get(line..place.offset()).unwrap_or("");
        let within = self.text.get(place.offset()..place.offset() + place.len()).unwrap_or("");
        self.frame + before.width() + within.width() / 2 + ARROW
    }

    fn line_of(&self, offset: usize) -> usize {
        self.lines.partition_point(|line| line.range.start <= offset).saturating_sub(1)
    }

    /// Steps from line `at` in one direction over lines that follow each other in the source too.
    fn neighbour(&self, at: usize, steps: usize, forward: bool) -> usize {
        let mut at = at;
        for _ in 0..steps {
            let next = if forward { at + 1 } else { at.wrapping_sub(1) };
            match (self.lines.get(at), self.lines.get(next)) {
                (Some(here), Some(there)) if here.number.abs_diff(there.number) == 1 => at = next,
                _ => break,
            }
        }
        at
    }
}

/// Control characters would drive the terminal: they are shown as pictures, one column each.
/// Characters that reorder or hide text (bidirectional marks, zero width) likewise.
fn push_visible(text: &mut String, character: char) {
    match character {
        '\t' => text.push('\t'),
        '\0'..='\u{1f}' => text.push(char::from_u32(0x2400 + character as u32).unwrap_or('\u{fffd}')),
        '\u{7f}' => text.push('\u{2421}'),
        '\u{feff}' => {}
        _ if is_hidden(character) => text.push('\u{fffd}'),
        _ => text.push(character),
    }
}

/// C1 controls, and format characters that change how other text is shown.
#[must_use]
pub fn is_hidden(character: char) -> bool {
    matches!(character, '\u{80}'..='\u{9f}' | '\u{61c}' | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
}

/// `text` for one line of a terminal: nothing in it can move the cursor or start a new line.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' => out.push(' '),
            _ => push_visible(&mut out, character),
        }
    }
    out
}

impl SourceCode for Excerpt<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let first = self.line_of(span.offset());
        let last = self.line_of(span.offset() + span.len());
        let (from, to) = (self.neighbour(first, before, false), self.neighbour(last, after, true));
        let (Some(top), Some(bottom), Some(line)) =
            (self.lines.get(from), self.lines.get(to), self.lines.get(first))
        else {
            return Err(MietteError::OutOfBounds);
        };
        let range = top.range.start..bottom.range.end;
        let data = self.text.get(range.clone()).unwrap_or("").as_bytes();
        // Without context the column is asked for, and it must be the source's own.
        let column = if before == 0 { self.column(line, *span) } else { 0 };
        Ok(Box::new(MietteSpanContents::new_named(
            visible(&self.source.path),
            data,
            SourceSpan::from(range),
            top.number,
            column,
            to - from + 1,
        )))
    }
}

impl Excerpt<'_> {
    /// The column (from 0, in code points) at which `span` starts in the source.
    fn column(&self, line: &Line, span: SourceSpan) -> usize {
        let known = self.places.iter().find(|(_, place)| *place == span);
        match known {
            Some((original, _)) => self.source.position(original.start as usize).column - 1,
            None => self.text.get(line.range.start..span.offset()).unwrap_or("").chars().count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn shown(text: &str, range: Range<usize>, width: usize) -> (String, String) {
        let source = Source::new(FileId(0), "a", text);
        let span = Span::new(FileId(0), range);
        let excerpt = Excerpt::new(&source, &[(span, "")], width);
        let place = excerpt.place(span);
        let marked = excerpt.text.get(place.offset()..place.offset() + place.len()).unwrap();
        (marked.to_owned(), excerpt.text.clone())
    }

    #[test]
    fn a_wide_line_is_cut_around_its_place() {
        let text = format!("{}here{}", "가".repeat(100_000), "x".repeat(100_000));
        let (marked, line) = shown(&text, 300_000..300_004, 40);
        assert_eq!(marked, "here");
        assert!(line.starts_with('…') && line.trim_end().ends_with('…'), "{line}");
        let width: usize = line.trim_end().chars().filter_map(UnicodeWidthChar::width).sum();
        assert!(width <= 40 - FRAME, "{width} columns: {line}");
    }

    #[test]
    fn a_place_that_is_wider_than_the_terminal_is_shown_by_its_start() {
        let (marked, line) = shown(&format!("run: {}", "가b".repeat(200)), 5..805, 60);
        assert!(marked.starts_with("가b가b") && line.trim_end().ends_with('…'), "{line}");
        let width: usize = line.trim_end().chars().filter_map(UnicodeWidthChar::width).sum();
        assert!(width <= 60 - FRAME, "{width} columns: {line}");
    }

    #[test]
    fn control_characters_become_pictures() {
        let (marked, line) = shown("a: \u{1b}[2Jb\u{7f}\u{9b}\u{202e}c\r\n", 3..8, 80);
        assert_eq!((marked.as_str(), line.as_str()), ("␛[2Jb", "a: ␛[2Jb␡\u{fffd}\u{fffd}c\n"));
    }

    #[test]
    fn a_span_of_several_lines_is_shown_by_its_first() {
        let (marked, line) = shown("one\ntwo\nthree\nfour\n", 0..18, 80);
        assert_eq!((marked.as_str(), line.as_str()), ("one", "one\ntwo\n"));
    }
}
