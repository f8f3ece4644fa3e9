//! The few lines of a source that a report shows, made safe for a terminal.

use std::ops::Range;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::source::{Source, Span};

/// Lines shown before and after each place.
pub const CONTEXT_LINES: usize = 1;

/// Longer lines are cut (code points): one-line JSON can be megabytes.
const MAX_LINE: usize = 400;

/// What is kept of a long line on either side of a place (code points).
const AROUND: usize = 100;

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
}

struct Line {
    /// The line in the source, from 0.
    number: usize,
    /// Its text, with the line break, in the excerpt.
    range: Range<usize>,
}

impl<'a> Excerpt<'a> {
    /// The lines of `source` around each of `spans`, which all lie in it. A span of several lines
    /// is shown by its first.
    #[must_use]
    pub fn new(source: &'a Source, spans: &[Span]) -> Self {
        let mut numbers: Vec<usize> = spans
            .iter()
            .flat_map(|span| {
                let line = source.line_index(span.start as usize);
                line.saturating_sub(CONTEXT_LINES)..=(line + CONTEXT_LINES)
            })
            .filter(|&line| line < source.line_starts().len())
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        let mut excerpt = Self { source, text: String::new(), lines: Vec::new(), places: Vec::new() };
        for number in numbers {
            excerpt.add_line(number, spans);
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
        let kept = kept_part(self.source, &content, &here);
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

/// The bytes of a line that are shown: all, or where it is long a window around its places.
fn kept_part(source: &Source, content: &Range<usize>, spans: &[Span]) -> Range<usize> {
    let text = source.text.get(content.clone()).unwrap_or("");
    if text.len() <= MAX_LINE {
        return content.clone();
    }
    let from = spans.iter().map(|span| span.start as usize).min().unwrap_or(content.start);
    let to = spans.iter().map(|span| span.end as usize).max().unwrap_or(from);
    let to = to.min(content.end).min(from + MAX_LINE).max(from);
    let start = source.text.floor_char_boundary(from.saturating_sub(AROUND).max(content.start));
    let end = source.text.ceil_char_boundary((to + AROUND).min(content.end));
    start..end
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
fn is_hidden(character: char) -> bool {
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

/// [`visible`] for each line of `text`. Help may have several, as where it shows a mended script.
#[must_use]
pub fn visible_lines(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
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
