//! Texts of the same shape and length that the parser reads rightly.
//!
//! The parser gets a masked text; places and words are taken from the script itself.

use std::borrow::Cow;

/// Puts dots, which mean nothing to a shell, in the place of each escape in double quotes, and of
/// each line joined inside a word.
///
/// The parser takes `\"` for one byte where the quotes hold a `$(…)`, and all places after it go wrong.
pub(super) fn escapes<'a>(text: &'a str, escapes: &[usize]) -> Cow<'a, str> {
    if escapes.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for &escape in escapes {
        let length =
            1 + text.get(escape + 1..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        masked.push_str(text.get(at..escape).unwrap_or(""));
        masked.push_str(&".".repeat(length));
        at = escape + length;
    }
    masked.push_str(text.get(at..).unwrap_or(""));
    Cow::Owned(masked)
}

/// Writes `find … -exec … \{} \;` otherwise, over which the parser stumbles.
pub(super) fn braces(text: &str) -> Option<String> {
    text.contains(" \\{} ").then(|| text.replace(" \\{} ", " {\\} "))
}
