//! A file's text, places in it, and text that was decoded from it.

mod sources;
mod text;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

pub use sources::Sources;
pub use text::Text;

/// Which of a run's files a place lies in: its index among the run's [`Source`]s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A place in a file: a range of bytes of its text.
///
/// It knows its file, because a finding may speak of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file that the range lies in.
    pub file: FileId,
    /// First byte, counted from the start of the file.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span of `range` in `file`. Offsets past 4 GiB, which [`Source`] never holds, are cut.
    #[must_use]
    pub fn new(file: FileId, range: Range<usize>) -> Self {
        let cut = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { file, start: cut(range.start), end: cut(range.end.max(range.start)) }
    }

    /// The bytes that it covers.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The smallest span over both; `self` where `other` lies in another file.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        if self.file != other.file {
            return self;
        }
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether `other` lies wholly inside.
    #[must_use]
    pub fn contains(self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }

    /// Whether they have a byte in common.
    #[must_use]
    pub fn overlaps(self, other: Span) -> bool {
        self.file == other.file && self.start < other.end && other.start < self.end
    }
}

/// How a file's bytes were turned into text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As they are; a byte order mark, if any, stays part of the text.
    Utf8,
    /// UTF-16 with a byte order mark; offsets count bytes of the UTF-8 form, without the mark.
    Utf16,
}

/// A file: its name as the user wrote it, and its text.
#[derive(Debug)]
pub struct Source {
    /// The file's index in the run.
    pub id: FileId,
    /// The path to show.
    pub path: Arc<str>,
    /// The text.
    pub text: Text,
    /// What the bytes on disk were.
    pub encoding: Encoding,
    /// The documents that another tool made of a file, each with that file's path as the tool wrote it.
    origins: Box<[(Range<usize>, String)]>,
    lines: OnceLock<Box<Lines>>,
}

/// Where the lines of a text are. Few texts of a run are asked for that.
#[derive(Debug, Default)]
struct Lines {
    /// The first byte of each.
    starts: Box<[u32]>,
    /// How many code points stand before each block of [`BLOCK`] bytes.
    code_points: OnceLock<Box<[u32]>>,
}

/// A line may be megabytes long (JSON): columns are counted from the block's start, not the line's.
const BLOCK: usize = 4096;

/// A line and a column, both from 1; columns count Unicode code points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in code points.
    pub column: usize,
}

impl Source {
    /// A source of UTF-8 text.
    pub fn new(id: FileId, path: impl Into<Arc<str>>, text: impl Into<Text>) -> Self {
        Self::with_encoding(id, path, text, Encoding::Utf8)
    }

    /// A source whose text was decoded from `encoding`.
    pub fn with_encoding(
        id: FileId,
        path: impl Into<Arc<str>>,
        text: impl Into<Text>,
        encoding: Encoding,
    ) -> Self {
        Self {
            id,
            path: path.into(),
            text: text.into(),
            encoding,
            origins: Box::default(),
            lines: OnceLock::new(),
        }
    }

    /// The source with what is known of its documents' `origins`, in order.
    #[must_use]
    pub fn with_origins(self, origins: Vec<(Range<usize>, String)>) -> Self {
        Self { origins: origins.into(), ..self }
    }

    /// The path of the file that another tool made the document at `offset` of: `shop/templates/web.yaml`.
    #[must_use]
    pub fn origin(&self, offset: usize) -> Option<&str> {
        let after = self.origins.partition_point(|(range, _)| range.start <= offset);
        let (range, origin) = self.origins.get(after.checked_sub(1)?)?;
        (offset <= range.end).then_some(origin)
    }

    /// All of the text, each part in its own place.
    #[must_use]
    pub fn mapped(&self) -> MappedText {
        let mut text = MappedText::new(Span::new(self.id, 0..self.text.len()));
        text.push(&self.text, 0..self.text.len());
        text
    }

    /// The text that `span` covers; empty where it isn't of this file or off a character boundary.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        if span.file == self.id { self.text.get(span.range()).unwrap_or("") } else { "" }
    }

    /// The byte offset at which each line starts; the first is 0. A line ends with `\n`.
    pub fn line_starts(&self) -> &[u32] {
        &self.lines().starts
    }

    fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| {
            let breaks = memchr::memchr_iter(b'\n', self.text.as_bytes());
            let starts = breaks.map(|at| u32::try_from(at + 1).unwrap_or(u32::MAX));
            let starts = std::iter::once(0).chain(starts).collect();
            Box::new(Lines { starts, code_points: OnceLock::new() })
        })
    }

    /// The line, from 0, that holds the byte at `offset`.
    #[must_use]
    pub fn line_index(&self, offset: usize) -> usize {
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        self.line_starts().partition_point(|&start| start <= offset).saturating_sub(1)
    }

    /// The bytes of line `index` (from 0), with its line break.
    #[must_use]
    pub fn line_range(&self, index: usize) -> Range<usize> {
        let starts = self.line_starts();
        let at = |i: usize| starts.get(i).map_or(self.text.len(), |&s| s as usize);
        at(index)..at(index + 1)
    }

    /// Where the byte at `offset` stands; a byte order mark is no column.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let line = self.line_index(offset);
        let start = self.line_range(line).start;
        let mark = usize::from(line == 0 && offset > 0 && self.text.starts_with('\u{feff}'));
        let column = self.code_points_between(start, offset) - mark + 1;
        Position { line: line + 1, column }
    }

    /// The path and where `span` begins: `web.yaml:3:5`.
    #[must_use]
    pub fn place_of(&self, span: Span) -> String {
        let Position { line, column } = self.position(span.start as usize);
        format!("{}:{line}:{column}", self.path)
    }

    fn code_points_between(&self, start: usize, end: usize) -> usize {
        let bytes = self.text.as_bytes();
        // Lines are short, but for a file in one line.
        match bytes.get(start..end.min(bytes.len())) {
            Some(line) if line.len() <= BLOCK => code_points(line),
            _ => self.code_points_before(end) - self.code_points_before(start),
        }
    }

    fn code_points_before(&self, offset: usize) -> usize {
        let bytes = self.text.as_bytes();
        let blocks = self.lines().code_points.get_or_init(|| {
            let counts = bytes.chunks(BLOCK).scan(0, |sum, block| {
                let before = *sum;
                *sum += u32::try_from(code_points(block)).unwrap_or(0);
                Some(before)
            });
            counts.collect()
        });
        let block = offset.min(bytes.len()) / BLOCK;
        let rest = bytes.get(block * BLOCK..offset.min(bytes.len())).unwrap_or(&[]);
        blocks.get(block).map_or(0, |&before| before as usize) + code_points(rest)
    }
}

/// How many code points begin in these bytes of UTF-8.
fn code_points(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0xc0 != 0x80).count()
}

/// Text that was decoded from a source, and where each of its bytes came from.
///
/// A YAML scalar has escapes, folds and indentation that its value lacks; the kubelet replaces
/// `$(NAME)`. What a rule finds at an offset of the value is shown at the place in the file. What Helm puts out has parts of
/// several files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedText {
    text: String,
    runs: Vec<Run>,
    /// The place of the whole, for ranges that no run explains.
    whole: Span,
}

/// A stretch of decoded text and the source bytes that it came from.
///
/// Where both have one length they correspond byte by byte; else (an escape, a fold, an expanded
/// variable) the stretch stands for the whole of its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    file: FileId,
    text_start: usize,
    text_len: usize,
    source_start: usize,
    source_len: usize,
}

impl Run {
    /// One past its last byte of decoded text.
    fn text_end(&self) -> usize {
        self.text_start + self.text_len
    }
}

impl MappedText {
    /// Empty text that came from `whole`; grow it with [`push`](Self::push).
    #[must_use]
    pub fn new(whole: Span) -> Self {
        Self { text: String::new(), runs: Vec::new(), whole }
    }

    /// Text of which only the whole place is known.
    #[must_use]
    pub fn opaque(text: String, whole: Span) -> Self {
        Self { text, runs: Vec::new(), whole }
    }

    /// Appends `text`, decoded from the source bytes `source` of the file that the whole is of.
    pub fn push(&mut self, text: &str, source: Range<usize>) {
        self.push_from(self.whole.file, text, source);
    }

    /// Appends `text`, decoded from the bytes `source` of `file`.
    pub fn push_from(&mut self, file: FileId, text: &str, source: Range<usize>) {
        let (text_start, text_len) = (self.text.len(), text.len());
        self.text.push_str(text);
        let (source_start, source_len) = (source.start, source.end.saturating_sub(source.start));
        if let Some(last) = self.runs.last_mut()
            && last.file == file
            && last.text_len == last.source_len
            && text_len == source_len
            && last.source_start + last.source_len == source_start
        {
            last.text_len += text_len;
            last.source_len += source_len;
        } else if text_len > 0 {
            self.runs.push(Run { file, text_start, text_len, source_start, source_len });
        }
    }

    /// Appends another text, with the places of its parts.
    pub fn append(&mut self, other: &MappedText) {
        if other.runs.is_empty() {
            self.push_from(other.whole.file, &other.text, other.whole.range());
        } else {
            other.copy_into(self, 0..other.text.len());
        }
    }

    /// The decoded text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether only the whole place is known, though there is text.
    #[must_use]
    pub fn is_opaque(&self) -> bool {
        self.runs.is_empty() && !self.text.is_empty()
    }

    /// The place of the whole text.
    #[must_use]
    pub fn whole(&self) -> Span {
        self.whole
    }

    /// The place that the bytes `range` of the decoded text came from; where that are several files, what is of the first.
    #[must_use]
    pub fn span(&self, range: Range<usize>) -> Span {
        let Some(first) = self.run_at(range.start) else { return self.whole };
        let start = source_at(first, range.start, false);
        let last = range.end.checked_sub(1).filter(|last| *last >= range.start);
        let last = last.and_then(|last| Some((self.run_at(last)?, last)));
        let end = match last {
            Some((run, last)) if run.file == first.file => source_at(run, last, true),
            Some(_) => self.end_in_file(first.file, &range).unwrap_or(start),
            None => start,
        };
        Span::new(first.file, start..end.max(start))
    }

    /// Past the last byte of `file` that some of the bytes `range` came from.
    fn end_in_file(&self, file: FileId, range: &Range<usize>) -> Option<usize> {
        let after = self.runs.partition_point(|run| run.text_start < range.end);
        let mut before = self.runs.get(..after)?.iter().rev();
        let last = before.find(|run| run.file == file)?;
        Some(source_at(last, last.text_end().min(range.end).saturating_sub(1), true))
    }

    /// The run that tells where the decoded byte at `offset` came from.
    fn run_at(&self, offset: usize) -> Option<&Run> {
        self.runs.get(self.runs.partition_point(|run| run.text_start <= offset).checked_sub(1)?)
    }

    /// This text with each of `edits` (ordered, apart, byte ranges) replaced. Replacements
    /// stand for the place of what they replace; the rest keeps its own.
    #[must_use]
    pub fn replace(&self, edits: &[(Range<usize>, Cow<'_, str>)]) -> MappedText {
        let mut out = MappedText::new(self.whole);
        let mut at = 0;
        for (range, replacement) in edits {
            self.copy_into(&mut out, at..range.start);
            if self.runs.is_empty() {
                out.text.push_str(replacement);
            } else {
                let place = self.span(range.clone());
                out.push_from(place.file, replacement, place.range());
            }
            at = range.end;
        }
        self.copy_into(&mut out, at..self.text.len());
        out
    }

    /// This text with the places that its source has in turn: `outer` is the text that it was decoded from.
    #[must_use]
    pub fn through(&self, outer: &MappedText) -> MappedText {
        let whole = outer.span(self.whole.range());
        if self.runs.is_empty() {
            return Self::opaque(self.text.clone(), whole);
        }
        let mut out = MappedText::new(whole);
        for run in &self.runs {
            let source = run.source_start..run.source_start + run.source_len;
            if run.text_len == run.source_len {
                for (part, place) in outer.pieces(source) {
                    let start = run.text_start + (part.start - run.source_start);
                    let text = self.text.get(start..start + part.len()).unwrap_or("");
                    out.push_from(place.file, text, place.range());
                }
            } else {
                let (text, place) = (self.text.get(run.text_start..run.text_end()), outer.span(source));
                out.push_from(place.file, text.unwrap_or(""), place.range());
            }
        }
        out
    }

    fn copy_into(&self, out: &mut MappedText, range: Range<usize>) {
        if self.runs.is_empty() {
            out.text.push_str(self.text.get(range).unwrap_or(""));
            return;
        }
        for (part, place) in self.pieces(range) {
            out.push_from(place.file, self.text.get(part).unwrap_or(""), place.range());
        }
    }

    /// The pieces of the bytes `range` that come from one stretch of the source each, with their places.
    fn pieces(&self, range: Range<usize>) -> impl Iterator<Item = (Range<usize>, Span)> {
        let first = self.runs.partition_point(|run| run.text_end() <= range.start);
        let runs = self.runs.get(first..).unwrap_or_default().iter();
        let end = range.end;
        runs.take_while(move |run| run.text_start < end).map(move |run| {
            let start = run.text_start.max(range.start);
            let end = run.text_end().min(range.end);
            let place = if run.text_len == run.source_len {
                let from = run.source_start + (start - run.text_start);
                from..from + (end - start)
            } else {
                run.source_start..run.source_start + run.source_len
            };
            (start..end, Span::new(run.file, place))
        })
    }
}

/// The source byte of the decoded byte at `offset`, which `run` tells of; with `past`, the one after it.
fn source_at(run: &Run, offset: usize, past: bool) -> usize {
    let inside = offset - run.text_start;
    if inside >= run.text_len {
        run.source_start + run.source_len
    } else if run.text_len == run.source_len {
        run.source_start + inside + usize::from(past)
    } else {
        run.source_start + if past { run.source_len } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_code_points_across_blocks_and_after_a_mark() {
        let line = "가🚀é".repeat(2000);
        let text = format!("\u{feff}ab\n{line}x\r\n");
        let source = Source::new(FileId(0), "a", text.clone());
        let at = |line, column| Position { line, column };
        assert_eq!(source.position(0), at(1, 1));
        assert_eq!(source.position(text.find('b').unwrap()), at(1, 2));
        assert_eq!(source.position(text.find('x').unwrap()), at(2, 6001));
        assert_eq!(source.position(text.len()), at(3, 1));
    }

    #[test]
    fn mapped_text_leads_back_through_escapes_and_replacements() {
        // `"a\tb$(X)c"`: the escape is one character of text and two of source.
        let whole = Span::new(FileId(0), 0..12);
        let mut text = MappedText::new(whole);
        text.push("a", 1..2);
        text.push("\t", 2..4);
        text.push("b$(X)c", 4..10);
        assert_eq!(text.span(0..3).range(), 1..5);
        assert_eq!(text.span(1..2).range(), 2..4);
        let replaced = text.replace(&[(3..7, "longer".into())]);
        assert_eq!(replaced.as_str(), "a\tblongerc");
        assert_eq!(replaced.span(5..6).range(), 5..9, "inside a replacement: all of what it replaces");
        assert_eq!(replaced.span(9..10).range(), 9..10);
        let opaque = MappedText::opaque("ab".to_owned(), whole);
        assert_eq!(opaque.replace(&[(0..1, "x".into())]).span(0..1), whole);
    }

    #[test]
    fn a_text_of_several_files_leads_to_the_one_that_a_part_starts_in() {
        let mut text = MappedText::new(Span::new(FileId(0), 0..20));
        text.push("a:\n", 0..3);
        text.push_from(FileId(1), "  b: c\n", 40..47);
        text.push("d", 10..11);
        assert_eq!(text.span(0..8), Span::new(FileId(0), 0..3));
        assert_eq!(text.span(0..11), Span::new(FileId(0), 0..11));
        assert_eq!(text.span(5..11), Span::new(FileId(1), 42..47));
        assert_eq!(text.span(5..6), Span::new(FileId(1), 42..43));
        let replaced = text.replace(&[(5..6, "bb".into())]);
        assert_eq!(replaced.span(5..7), Span::new(FileId(1), 42..43));
        let mut inner = MappedText::new(Span::new(FileId(0), 0..11));
        inner.push("b: c\nd", 5..11);
        assert_eq!(inner.through(&text).span(5..6), Span::new(FileId(0), 10..11));
    }

    #[test]
    fn a_text_within_a_text_leads_to_the_file() {
        // The file holds `"a\tb\nc"` from byte 10 on; the inner text is `b c`, folded from `b\nc`.
        let mut outer = MappedText::new(Span::new(FileId(0), 10..20));
        outer.push("a", 11..12);
        outer.push("\t", 12..14);
        outer.push("b", 14..15);
        outer.push("\n", 15..17);
        outer.push("c", 17..18);
        let mut inner = MappedText::new(Span::new(FileId(0), 2..5));
        inner.push("b", 2..3);
        inner.push(" ", 3..4);
        inner.push("c", 4..5);
        let found = inner.through(&outer);
        assert_eq!(found.as_str(), "b c");
        assert_eq!(found.span(1..2).range(), 15..17);
        assert_eq!(found.span(2..3).range(), 17..18);
        assert_eq!(found.whole().range(), 14..18);
    }
}
