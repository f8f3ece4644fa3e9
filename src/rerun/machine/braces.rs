//! Brace expansion (bash(1), Brace Expansion).

/// The most words that one brace expansion is followed to.
pub(super) const MAX_WORDS: usize = 4096;
/// Braces inside one another.
const MAX_DEPTH: u32 = 12;

/// The words that `{…}` stands for, and whether there are more; `None` where it stands for itself, or isn't known.
pub(super) fn expand(text: &str) -> Option<(Vec<String>, bool)> {
    if text.contains(['$', '`', '\\', '\'', '"']) {
        return None;
    }
    let mut words = Words { list: Vec::new(), is_cut: false };
    words.braces(text, 0)?;
    Some((words.list, words.is_cut))
}

/// Joins each of `heads` to each of `tails`, in bash's order; whether some were left out.
pub(super) fn product<T, U>(heads: &[T], tails: &[U], join: impl Fn(&T, &U) -> T) -> (Vec<T>, bool) {
    let all = heads.iter().flat_map(|head| tails.iter().map(move |tail| (head, tail)));
    let joined: Vec<T> = all.take(MAX_WORDS).map(|(head, tail)| join(head, tail)).collect();
    let is_cut = heads.len().saturating_mul(tails.len()) > joined.len();
    (joined, is_cut)
}

struct Words {
    list: Vec<String>,
    is_cut: bool,
}

impl Words {
    fn push(&mut self, words: Vec<String>) {
        self.list.extend(words);
        self.is_cut |= self.list.len() > MAX_WORDS;
        self.list.truncate(MAX_WORDS);
    }

    /// Adds what `{…}` comes to.
    fn braces(&mut self, text: &str, depth: u32) -> Option<()> {
        let inner = text.strip_prefix('{')?.strip_suffix('}')?;
        let items = split(inner)?;
        if items.len() == 1 {
            let (words, is_cut) = sequence(inner)?;
            self.is_cut |= is_cut;
            self.push(words);
            return Some(());
        }
        for item in items {
            let words = self.word(item, depth + 1)?;
            self.push(words);
        }
        Some(())
    }

    /// What a word comes to in which braces may stand.
    fn word(&mut self, text: &str, depth: u32) -> Option<Vec<String>> {
        if depth > MAX_DEPTH {
            return None;
        }
        let mut words = vec![String::new()];
        let mut rest = text;
        while let Some(at) = rest.find('{') {
            let (head, tail) = rest.split_at_checked(at)?;
            let end = closing(tail)?;
            let (braces, after) = tail.split_at_checked(end)?;
            let mut inner = Words { list: Vec::new(), is_cut: false };
            inner.braces(braces, depth)?;
            let (joined, is_cut) = product(&words, &inner.list, |word, item| [word, head, item].concat());
            self.is_cut |= is_cut || inner.is_cut;
            (words, rest) = (joined, after);
        }
        for word in &mut words {
            word.push_str(rest);
        }
        Some(words)
    }
}

/// The length of the braces that `text` starts with.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
}

/// The items between the commas that stand in no inner braces.
fn split(inner: &str) -> Option<Vec<&str>> {
    let (mut depth, mut start, mut items) = (0_u32, 0, Vec::new());
    for (at, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.checked_sub(1)?,
            ',' if depth == 0 => {
                items.push(inner.get(start..at)?);
                start = at + 1;
            }
            _ => {}
        }
    }
    items.push(inner.get(start..)?);
    (depth == 0).then_some(items)
}

/// `first..last` and `first..last..step`, of numbers or letters; whether it is longer than what is followed.
fn sequence(inner: &str) -> Option<(Vec<String>, bool)> {
    let (first, rest) = inner.split_once("..")?;
    let (last, step) = rest.split_once("..").map_or((rest, None), |(last, step)| (last, Some(step)));
    let step = step.map_or(Some(1), |step| step.parse::<i64>().ok())?.unsigned_abs().max(1);
    let (from, to, show): (i64, i64, Box<dyn Fn(i64) -> String>) = match (letter(first), letter(last)) {
        (Some(from), Some(to)) => {
            let show =
                |code: i64| u8::try_from(code).map_or(String::new(), |code| char::from(code).to_string());
            (from, to, Box::new(show))
        }
        _ => {
            let width = if is_padded(first) || is_padded(last) { first.len().max(last.len()) } else { 0 };
            (first.parse().ok()?, last.parse().ok()?, Box::new(move |number| format!("{number:0width$}")))
        }
    };
    let count = to.abs_diff(from) / step;
    let followed = count.min(MAX_WORDS as u64 - 1);
    let number = |index: u64| {
        let offset = i64::try_from(index * step).unwrap_or_default();
        show(if from <= to { from.saturating_add(offset) } else { from.saturating_sub(offset) })
    };
    Some(((0..=followed).map(number).collect(), count > followed))
}

fn letter(text: &str) -> Option<i64> {
    let mut bytes = text.bytes();
    let only = bytes.next().filter(|byte| byte.is_ascii_alphabetic() && bytes.next().is_none())?;
    Some(i64::from(only))
}

/// Whether a number of a sequence asks for leading zeros.
fn is_padded(number: &str) -> bool {
    let digits = number.trim_start_matches('-');
    digits.len() > 1 && digits.starts_with('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_expand_as_in_bash() {
        for (text, expected) in [
            ("{a,b}", "a b"),
            ("{a,b{1,2},c}", "a b1 b2 c"),
            ("{{a,b},c}", "a b c"),
            ("{1..3}", "1 2 3"),
            ("{3..1}", "3 2 1"),
            ("{-1..1}", "-1 0 1"),
            ("{1..10..4}", "1 5 9"),
            ("{08..11}", "08 09 10 11"),
            ("{a..e..2}", "a c e"),
            ("{c..a}", "c b a"),
            ("{x,{1..2}y}", "x 1y 2y"),
            ("{,a}", " a"),
        ] {
            let expanded = expand(text).map(|(words, _)| words.join(" "));
            assert_eq!(expanded.as_deref(), Some(expected), "{text}");
        }
        for text in ["{a}", "{}", "{1..b}", "{$a,b}", "{1..}"] {
            assert_eq!(expand(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_too_much_is_cut() {
        let count = |text: &str| expand(text).map(|(words, is_cut)| (words.len(), is_cut));
        assert_eq!(count("{1..100}"), Some((100, false)));
        assert_eq!(count("{1..4096}"), Some((4096, false)));
        assert_eq!(count("{1..9223372036854775807}"), Some((4096, true)));
        assert_eq!(count("{-9223372036854775808..9223372036854775807..2}"), Some((4096, true)));
        assert_eq!(count(&format!("{{{},x}}", "{1..9}".repeat(9))), Some((4096, true)));
        assert_eq!(count(&format!("{}a,b{}", "{x,".repeat(20), "}".repeat(20))), None);
    }
}
