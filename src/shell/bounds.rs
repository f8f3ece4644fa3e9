//! What is too large or too deep to be parsed, or has no end.
//!
//! The parser's scanner looks for the end of each expansion from its start, and again for each that
//! isn't closed: 200 bytes of unclosed `${a:-$(` would take it hours. So a text is measured first, by
//! the shell's own rules of quoting, in one pass. The numbers come from measurements: far above what
//! scripts use, and such that nothing takes long.

use super::Unparsed;
use super::nesting::{self, MAX_DOCUMENTS, Unclosed};

/// Bytes of a script. Those of init containers have a few thousand, the largest of a Linux
/// distribution about 140 KiB.
const MAX_BYTES: usize = 64 * 1024;
/// Expansions inside one another. Scripts have up to five.
const MAX_NESTING: usize = 12;
/// Expansions in comments that nothing closes.
const MAX_COMMENTED: usize = 4;
/// Braces and parentheses that nothing closes.
const MAX_BRACKETS: usize = 100;
/// Extended globs inside one another.
const MAX_GROUPS: usize = 8;
/// `coproc`, and `time` after an operator, for which the parser recurses without a bound of its own.
const MAX_PREFIXES: usize = 20;
/// Bytes of here-documents that expand, times the expansions in each.
const MAX_DOCUMENT_WORK: usize = 1 << 25;

/// # Errors
/// [`Unparsed::Bound`] with the bound that the text exceeds, or [`Unparsed::Syntax`] with what has
/// no end.
pub(super) fn check(text: &str) -> Result<(), Unparsed> {
    if text.len() > MAX_BYTES {
        return exceeded(&format!("the script has more than {} KiB", MAX_BYTES / 1024));
    }
    let brackets = Brackets::of(text);
    if brackets.most > MAX_BRACKETS {
        return exceeded(&format!("more than {MAX_BRACKETS} brackets are not closed"));
    }
    if brackets.most_groups > MAX_GROUPS {
        return exceeded(&format!("extended globs nest deeper than {MAX_GROUPS} levels"));
    }
    if prefixes(text) > MAX_PREFIXES {
        return exceeded("too many `time` or `coproc`");
    }
    let nesting = nesting::measure(text);
    if nesting.documents > MAX_DOCUMENTS || nesting.document_work > MAX_DOCUMENT_WORK {
        return exceeded("here-documents are too many, or too large with too many expansions");
    }
    if nesting.deepest > MAX_NESTING || nesting.commented > MAX_COMMENTED {
        return exceeded(&format!("expansions nest deeper than {MAX_NESTING} levels"));
    }
    nesting.unclosed.map_or(Ok(()), |unclosed| Err(unterminated(text, &unclosed)))
}

fn exceeded(message: &str) -> Result<(), Unparsed> {
    Err(Unparsed::Bound { message: message.to_owned() })
}

fn unterminated(text: &str, unclosed: &Unclosed) -> Unparsed {
    let opening = text.get(unclosed.range.clone()).unwrap_or("");
    let message = format!("`{opening}` without its `{}`", unclosed.closing);
    // A lone parenthesis may stand in a pattern.
    let certain = unclosed.in_command && opening != "(";
    Unparsed::Syntax { range: unclosed.range.clone(), message, certain }
}

/// How often the parser may recurse for `time` and `coproc`.
fn prefixes(text: &str) -> usize {
    let recurs = |before: &str| {
        let before = before.trim_end();
        before.ends_with(['|', '&', '!']) || ["time", "-p", "--"].iter().any(|word| before.ends_with(word))
    };
    let timed = text.match_indices("time").filter(|(at, _)| text.get(..*at).is_some_and(recurs)).count();
    timed + text.matches("coproc").count()
}

/// Braces and parentheses, counted without regard to quotes: the parser looks for their ends in
/// places where they mean nothing, too.
#[derive(Default)]
struct Brackets {
    braces: usize,
    /// For each open parenthesis, whether it starts an extended glob.
    parentheses: Vec<bool>,
    groups: usize,
    most: usize,
    most_groups: usize,
}

impl Brackets {
    fn of(text: &str) -> Self {
        let mut brackets = Self::default();
        let mut before = '\0';
        for c in text.chars() {
            brackets.count(before, c);
            before = c;
        }
        brackets
    }

    fn count(&mut self, before: char, c: char) {
        match c {
            '{' => self.braces += 1,
            '}' => self.braces = self.braces.saturating_sub(1),
            '(' => {
                let group = "@!+?*".contains(before);
                self.parentheses.push(group);
                self.groups += usize::from(group);
            }
            ')' => self.groups -= usize::from(self.parentheses.pop() == Some(true)),
            _ => return,
        }
        self.most_groups = self.most_groups.max(self.groups);
        self.most = self.most.max(self.braces).max(self.parentheses.len());
    }
}
