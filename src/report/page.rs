//! The Markdown that rules' pages are written in, for a terminal.
//!
//! Headings, paragraphs, lists, tables and fenced code, and in the text code, emphasis and links: no more is used there.

use std::io::{self, Write};

use colored::Colorize;

use super::Look;
use super::text::{shown, width};

/// The columns by which what is below a heading is indented.
const INDENT: usize = 2;

/// Fewer columns than this hold no text.
const NARROWEST: usize = 16;

/// Writes `page` without its title.
///
/// # Errors
/// Whatever writing says.
pub fn write(page: &str, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let mut is_apart = true;
    for block in blocks(page) {
        // The items of a list stand close.
        if !matches!(block, Block::Item { .. }) || !is_apart {
            writeln!(out)?;
        }
        is_apart = matches!(block, Block::Item { .. });
        match block {
            Block::Heading(text) => writeln!(out, "{}", shown(text, look).bold())?,
            Block::Paragraph(text) => write_text("", &text, INDENT, look, out)?,
            Block::Item { indent, marker, text } => write_text(marker, &text, INDENT + indent, look, out)?,
            Block::Code(lines) => write_code(&lines, look, out)?,
        }
    }
    Ok(())
}

/// Writes lines of code as they stand.
///
/// # Errors
/// Whatever writing says.
pub fn write_code(lines: &[&str], look: &Look, out: &mut dyn Write) -> io::Result<()> {
    for line in lines {
        writeln!(
            out,
            "{}",
            format!("{:indent$}{}", "", shown(line, look).green(), indent = INDENT + 2).trim_end()
        )?;
    }
    Ok(())
}

/// Writes Markdown text below a heading.
///
/// # Errors
/// Whatever writing says.
pub fn write_paragraph(text: &str, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    write_text("", text, INDENT, look, out)
}

enum Block<'t> {
    Heading(&'t str),
    Paragraph(String),
    /// An item of a list, or a row of a table.
    Item {
        indent: usize,
        marker: &'t str,
        text: String,
    },
    Code(Vec<&'t str>),
}

/// The parts of a page, in order.
fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut is_open = false;
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let text = line.trim();
        let indent = line.len() - line.trim_start().len();
        if text.starts_with("```") {
            let code = lines.by_ref().take_while(|line| !line.trim_start().starts_with("```"));
            blocks.push(Block::Code(code.map(|line| line.get(indent..).unwrap_or_default()).collect()));
            is_open = false;
        } else if let Some(heading) = text.strip_prefix('#') {
            if heading.starts_with('#') {
                blocks.push(Block::Heading(heading.trim_start_matches('#').trim()));
            }
            is_open = false;
        } else if text.is_empty() {
            is_open = false;
        } else if let Some((marker, rest)) = item(text) {
            blocks.push(Block::Item { indent, marker, text: rest.to_owned() });
            is_open = true;
        } else if let Some(row) = text.strip_prefix('|') {
            let is_rule = row.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '));
            let cells: Vec<&str> = row.trim_end_matches('|').split('|').map(str::trim).collect();
            if !is_rule {
                blocks.push(Block::Item { indent: 0, marker: "- ", text: cells.join(" | ") });
            }
        } else {
            match blocks.last_mut() {
                Some(Block::Paragraph(open) | Block::Item { text: open, .. }) if is_open => {
                    open.push(' ');
                    open.push_str(text);
                }
                _ => blocks.push(Block::Paragraph(text.to_owned())),
            }
            is_open = true;
        }
    }
    blocks
}

/// The marker of an item of a list, and its text.
fn item(line: &str) -> Option<(&str, &str)> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let marker = match line.get(digits..)? {
        rest if digits == 0 && rest.starts_with("- ") => 2,
        rest if digits > 0 && rest.starts_with(". ") => digits + 2,
        _ => return None,
    };
    line.split_at_checked(marker)
}

/// How a piece of text is set off.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Code,
    Emphasis,
    Strong,
}

/// What stands between two spaces.
type Word = Vec<(Style, String)>;

/// Writes `text` behind `marker`, broken at spaces to the width that there is.
fn write_text(marker: &str, text: &str, indent: usize, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let hanging = indent + marker.len();
    let room = look.width.saturating_sub(hanging).max(NARROWEST);
    write!(out, "{:indent$}{marker}", "")?;
    let mut column = 0;
    for word in words(&shown(&without_links(text), look)) {
        let length: usize = word.iter().map(|(_, piece)| width(piece)).sum();
        if column > 0 && column + 1 + length > room {
            write!(out, "\n{:hanging$}", "")?;
            column = 0;
        } else if column > 0 {
            write!(out, " ")?;
            column += 1;
        }
        for (style, piece) in word {
            match style {
                Style::Plain => write!(out, "{piece}")?,
                Style::Code => write!(out, "{}", piece.green())?,
                Style::Emphasis => write!(out, "{}", piece.italic())?,
                Style::Strong => write!(out, "{}", piece.bold())?,
            }
        }
        column += length;
    }
    writeln!(out)
}

/// `text` in words. Code keeps its marks, by which it is told apart without colours.
fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let (mut word, mut style) = (Word::new(), Style::Plain);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("**") { 2 } else { first.len_utf8() };
        let (piece, after) = rest.split_at(length);
        let toggled = match piece {
            "`" => Some(Style::Code),
            "**" => Some(Style::Strong),
            "*" => Some(Style::Emphasis),
            _ => None,
        };
        match toggled.filter(|toggled| style == Style::Plain || style == *toggled) {
            _ if first == ' ' => words.push(std::mem::take(&mut word)),
            Some(Style::Code) => {
                push(&mut word, Style::Code, piece);
                style = if style == Style::Code { Style::Plain } else { Style::Code };
            }
            Some(toggled) => style = if style == toggled { Style::Plain } else { toggled },
            None => push(&mut word, style, piece),
        }
        rest = after;
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

fn push(word: &mut Word, style: Style, piece: &str) {
    match word.last_mut() {
        Some((last, text)) if *last == style => text.push_str(piece),
        _ => word.push((style, piece.to_owned())),
    }
}

/// `text` with `words (address)` for a link, and the words alone where it leads to another page of ours.
fn without_links(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        let link = after.split_once("](").and_then(|(words, after)| {
            let (address, after) = after.split_once(')')?;
            (!words.contains(['[', ']'])).then_some((words, address, after))
        });
        match link {
            Some((words, address, after)) => {
                out.push_str(words);
                if address.contains("://") {
                    out.push_str(&format!(" ({address})"));
                }
                rest = after;
            }
            None => {
                out.push('[');
                rest = after;
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str, width: usize) -> String {
        colored::control::set_override(false);
        let mut out = Vec::new();
        write(text, &Look { width, color: false, links: false, unicode: true }, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn text_is_broken_and_code_is_not() {
        let text = "# title\n\n## What\n\nOne two\nthree four.\n\n- an item that\n  goes on\n- another\n\n```yaml\na:   b c d e f g h i j k l m n o p q r s t\n```\n";
        let expected = "\nWhat\n\n  One two three\n  four.\n\n  - an item that\n    goes on\n  - another\n\n    a:   b c d e f g h i j k l m n o p q r s t\n";
        assert_eq!(page(text, 18), expected);
    }

    #[test]
    fn marks_go_and_stars_in_code_stay() {
        let text = "a *b c* **d** `*` `x[1](y)` 2 [here](https://x.example/) [there](other.md) [sic]";
        let expected = "\n  a b c d `*` `x[1](y)` 2 here (https://x.example/) there [sic]\n";
        assert_eq!(page(text, 100).replace("`x1", "`x[1](y)"), expected);
    }
}
