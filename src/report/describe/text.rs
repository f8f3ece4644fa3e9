//! Text by the columns that it takes.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::super::Look;
use super::super::excerpt::visible;

/// A manifest's `text` as the terminal can show it: harmless, and in ASCII where that is all it reads.
pub(super) fn shown(text: &str, look: &Look) -> String {
    let text = visible(text);
    if look.unicode {
        return text;
    }
    let escaped =
        text.chars().map(|c| if c.is_ascii() { c.to_string() } else { c.escape_unicode().to_string() });
    escaped.collect()
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
