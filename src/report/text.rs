//! Text made safe for a terminal, and by the columns that it takes.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::Look;

/// A manifest's `text` as the terminal can show it: harmless, and in ASCII where that is all it reads.
pub(super) fn shown(text: &str, look: &Look) -> String {
    let text = visible(text);
    if look.unicode {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        push_ascii(&mut out, character);
    }
    out
}

/// `character` in ASCII: what our own messages hold has a plain form, any other is escaped.
pub(super) fn push_ascii(out: &mut String, character: char) {
    match character {
        '×' => out.push('x'),
        '…' => out.push_str("..."),
        _ if character.is_ascii() => out.push(character),
        _ => out.extend(character.escape_unicode()),
    }
}

/// How many columns `text` takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// `text` in at most `columns`, with an ellipsis where it is cut.
pub(super) fn cut(text: String, columns: usize, look: &Look) -> String {
    if width(&text) <= columns {
        return text;
    }
    let ellipsis = if look.unicode { '…' } else { '~' };
    let (mut kept, mut free) = (String::new(), columns.saturating_sub(1));
    for character in text.chars() {
        let Some(rest) = free.checked_sub(character.width().unwrap_or(0)) else { break };
        kept.push(character);
        free = rest;
    }
    kept.push(ellipsis);
    kept
}

/// The spaces that fill `text` up to `columns`.
pub(super) fn fill(text: &str, columns: usize) -> String {
    " ".repeat(columns.saturating_sub(width(text)))
}

/// `text` in lines of at most `columns`, broken at spaces.
pub(super) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut().filter(|line| width(line) + 1 + width(word) <= columns) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Control characters would drive the terminal: they are shown as pictures, one column each.
/// Characters that reorder or hide text (bidirectional marks, zero width) likewise. Only what makes one emoji of two, or
/// chooses its looks, stays behind an emoji.
pub(super) fn push_visible(text: &mut String, character: char) {
    match character {
        '\t' => text.push('\t'),
        '\0'..='\u{1f}' => text.push(char::from_u32(0x2400 + character as u32).unwrap_or('\u{fffd}')),
        '\u{7f}' => text.push('\u{2421}'),
        '\u{fe0e}' | '\u{fe0f}' if text.chars().next_back().is_some_and(is_emoji) => text.push(character),
        '\u{200d}' if text.chars().next_back().is_some_and(|last| last == '\u{fe0f}' || is_emoji(last)) => {
            text.push(character);
        }
        _ if is_hidden(character) => text.push('\u{fffd}'),
        _ => text.push(character),
    }
}

/// Whether a character is an emoji: the blocks of Unicode's `emoji-data.txt`, roughly.
fn is_emoji(character: char) -> bool {
    matches!(character, '\u{203c}'..='\u{3299}' | '\u{1f000}'..='\u{1faff}') && !is_hidden(character)
}

/// C1 controls, the line breaks of Unicode, and what shows as nothing or changes how other text is shown
/// (`Default_Ignorable_Code_Point` of Unicode 16, the blank of Braille, annotations between lines).
#[must_use]
pub fn is_hidden(character: char) -> bool {
    matches!(
        character,
        '\u{80}'..='\u{9f}'
            | '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
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

/// `text` with its tabs, for a line that keeps its columns.
#[must_use]
pub fn visible_with_tabs(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|character| push_visible(&mut out, character));
    out
}

/// The longest word that is shown whole (code points): Kubernetes' longest names have 253.
const LONGEST_WORD: usize = 300;

/// `text` with the middle of absurdly long words left out.
pub(super) fn abridged(text: &str) -> String {
    let abridge = |word: &str| match word.chars().count() {
        0..=LONGEST_WORD => word.to_owned(),
        long => {
            let start: String = word.chars().take(LONGEST_WORD / 2).collect();
            let end: String = word.chars().skip(long - LONGEST_WORD / 4).collect();
            format!("{start}...{end}")
        }
    };
    text.split(' ').map(abridge).collect::<Vec<_>>().join(" ")
}

/// `text` as a link, for terminals that know OSC 8.
pub(super) fn linked(text: &str, address: &str) -> String {
    format!("\u{1b}]8;;{address}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\")
}
