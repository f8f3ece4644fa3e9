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

/// Puts a brace in the place of what follows a closing quote behind the operator of a here-document: the parser ends no word
/// there that goes on with a letter, as in `cat << EOF > "$DIR"/a`.
pub(super) fn heredoc_tails(text: &str) -> Option<String> {
    let mut masked = Vec::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let tail = line.find("<<").map_or(line.len(), |at| at + 2);
        let (head, tail) = line.split_at_checked(tail)?;
        masked.extend_from_slice(head.as_bytes());
        let (mut quote, mut is_escaped, mut was_closed) = (None, false, false);
        for byte in tail.bytes() {
            let is_word = byte.is_ascii_alphanumeric() || b"/._-=:,+%@~*?[".contains(&byte);
            masked.push(if was_closed && is_word { b'{' } else { byte });
            was_closed = !is_escaped && quote == Some(byte);
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' if quote != Some(b'\'') => is_escaped = true,
                _ if was_closed => quote = None,
                b'"' | b'\'' if quote.is_none() => quote = Some(byte),
                _ => {}
            }
        }
    }
    String::from_utf8(masked).ok().filter(|masked| masked != text)
}

#[cfg(test)]
mod tests {
    use super::heredoc_tails;

    #[test]
    fn what_follows_a_closing_quote_is_masked() {
        for (text, masked) in [
            ("cat << E > \"$d\"/x && a 'b'c\n1\nE\nd", "cat << E > \"$d\"{x && a 'b'{\n1\nE\nd"),
            ("cat <<'E' | a '/d'.\"e\\\"\"f $g\n", "cat <<'E' | a '/d'{\"e\\\"\"{ $g\n"),
        ] {
            assert_eq!(heredoc_tails(text).as_deref(), Some(masked));
        }
        assert_eq!(heredoc_tails("a \"b\"c\ncat <<E >\"d\" 'e'\"f\"$g\n1\nE\n"), None);
    }
}
