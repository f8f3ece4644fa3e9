//! Lines of a source with what is marked in them, drawn as rustc draws them: `^^^` the place, `---` what it speaks of.

use std::io::{self, Write};

use colored::{ColoredString, Colorize};

use super::Look;
use super::excerpt::{Line, Mark};
use super::text::{width, wrap};
use crate::finding::Severity;

/// The columns that a mark which is cut short, or a caption below one, has at least.
const LEAST: usize = 20;

/// Draws lines of one finding.
pub struct Snippet<'l> {
    /// The columns of the widest line number.
    pub gutter: usize,
    /// The columns that are there beside it.
    pub room: usize,
    /// The finding's.
    pub severity: Severity,
    /// The terminal.
    pub look: &'l Look,
}

/// A piece of a row below a line.
struct Piece {
    column: usize,
    text: String,
    is_primary: bool,
}

impl Snippet<'_> {
    /// The columns that stand before a line's text, for line numbers of `gutter` columns.
    #[must_use]
    pub fn frame(gutter: usize) -> usize {
        gutter + " | ".len()
    }

    /// Draws `lines`. Where some are left out, the last row before them has a mark in place of a number.
    ///
    /// # Errors
    /// Whatever writing says.
    pub fn draw(&self, lines: &[Line<'_>], out: &mut dyn Write) -> io::Result<()> {
        let gutter = self.gutter;
        let mut lines = lines.iter().peekable();
        while let Some(line) = lines.next() {
            let start = secondary(&format!("{:>gutter$} |", line.number));
            writeln!(out, "{}", format!("{start} {}", line.text).trim_end())?;
            let is_gap = lines.peek().is_some_and(|next| line.number + 1 < next.number);
            let gap = if self.look.unicode { "⋮" } else { ":" };
            let mut rows = self.rows(&line.marks).into_iter().peekable();
            while let Some(row) = rows.next() {
                let number = if is_gap && rows.peek().is_none() { gap } else { "" };
                self.draw_row(number, row, out)?;
            }
        }
        Ok(())
    }

    fn draw_row(&self, number: &str, row: Vec<Piece>, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "{} ", secondary(&format!("{number:>gutter$} |", gutter = self.gutter)))?;
        let mut column = 0;
        for piece in row {
            let text =
                if piece.is_primary { primary(self.severity, &piece.text) } else { secondary(&piece.text) };
            write!(out, "{}{text}", " ".repeat(piece.column.saturating_sub(column)))?;
            column = piece.column + width(&piece.text);
        }
        writeln!(out)
    }

    /// What stands below a line: its marks, then the captions, the rightmost first.
    fn rows(&self, marks: &[Mark<'_>]) -> Vec<Vec<Piece>> {
        if marks.is_empty() {
            return Vec::new();
        }
        let end = self.end_of(marks);
        let mut rows = vec![underline(marks, end)];
        let mut said: Vec<&Mark<'_>> = marks.iter().filter(|mark| !mark.place.caption.is_empty()).collect();
        said.sort_by_key(|mark| (mark.columns.start, mark.place.is_primary));
        let mut is_rightmost = true;
        while let Some(mark) = said.pop() {
            let under = self.column_below(mark, said.last().copied());
            let below = wrap(mark.place.caption, self.room_at(under));
            let beside = wrap(mark.place.caption, self.room_at(end + 1));
            let fits = beside.iter().all(|line| width(line) <= self.room_at(end + 1));
            let is_beside = is_rightmost && fits && beside.len() <= below.len() + 1;
            let (column, captions) = if is_beside { (end + 1, beside) } else { (under, below) };
            let mut captions =
                captions.into_iter().map(|text| Piece { column, text, is_primary: mark.place.is_primary });
            if is_beside && let (Some(row), Some(first)) = (rows.first_mut(), captions.next()) {
                row.push(first);
            }
            rows.extend(captions.map(|piece| connected(&said, piece)));
            is_rightmost = false;
        }
        rows
    }

    /// The column that the marks end at. One that leaves no room for its caption beside it is shown by its start, where that
    /// shows enough of it.
    fn end_of(&self, marks: &[Mark<'_>]) -> usize {
        let end = marks.iter().map(|mark| mark.columns.end).max().unwrap_or(0);
        let [mark] = marks else { return end };
        let caption = width(mark.place.caption) + 1;
        let short = self.room.saturating_sub(caption);
        if caption > 1 && short < end && mark.columns.start + LEAST <= short { short } else { end }
    }

    /// Where the caption of `mark` starts below it: further left where it would be a column of single words, but to the right
    /// of the mark that waits `before`.
    fn column_below(&self, mark: &Mark<'_>, before: Option<&Mark<'_>>) -> usize {
        let start = mark.columns.start;
        if self.room_at(start) >= LEAST {
            return start;
        }
        let free = before.map_or(0, |before| before.columns.start + 2);
        start.min(self.room.saturating_sub(width(mark.place.caption)).max(free))
    }

    fn room_at(&self, column: usize) -> usize {
        self.room.saturating_sub(column)
    }
}

/// `^^^` and `---` below what is marked up to the column `end`, the first over the second.
fn underline(marks: &[Mark<'_>], end: usize) -> Vec<Piece> {
    let kind = |column: usize| {
        let here = marks.iter().filter(|mark| mark.columns.contains(&column));
        here.map(|mark| mark.place.is_primary).max()
    };
    let mut pieces: Vec<Piece> = Vec::new();
    for column in 0..end {
        let Some(is_primary) = kind(column) else { continue };
        let sign = if is_primary { '^' } else { '-' };
        match pieces.last_mut() {
            Some(last) if last.is_primary == is_primary && last.column + last.text.len() == column => {
                last.text.push(sign);
            }
            _ => pieces.push(Piece { column, text: sign.to_string(), is_primary }),
        }
    }
    pieces
}

/// `caption`, and to its left a line down to each mark whose own caption comes further below.
fn connected(waiting: &[&Mark<'_>], caption: Piece) -> Vec<Piece> {
    let mut row: Vec<Piece> = Vec::new();
    for mark in waiting {
        let column = mark.columns.start;
        let is_free = row.last().is_none_or(|last| last.column < column) && column < caption.column;
        if is_free {
            row.push(Piece { column, text: "|".to_owned(), is_primary: mark.place.is_primary });
        }
    }
    row.push(caption);
    row
}

/// `text` in the severity's colour.
#[must_use]
pub fn primary(severity: Severity, text: &str) -> ColoredString {
    super::concise::tinted(severity, text)
}

/// `text` in the colour of what isn't the place itself.
#[must_use]
pub fn secondary(text: &str) -> ColoredString {
    text.blue().bold()
}
