//! What is too large or too deep to be parsed, or has no end.
//!
//! The parser's scanner looks for the end of each expansion from its start, and again for each that
//! isn't closed: 200 bytes of unclosed `${a:-$(` would take it hours. So a text is measured first, by
//! the shell's own rules of quoting, in one pass. The numbers come from measurements: far above what
//! scripts use, and such that nothing takes long.

use super::Unparsed;
use super::nesting::{self, MAX_DOCUMENTS, Nesting, Unclosed};

/// Bytes of a script. Those of init containers have a few thousand, the largest of a Linux
/// distribution about 140 KiB.
const MAX_BYTES: usize = 64 * 1024;
/// Expansions inside one another. Scripts have up to five.
const MAX_NESTING: usize = 12;
/// Expansions in comments that nothing closes.
const MAX_COMMENTED: usize = 4;
/// Braces, brackets or parentheses that nothing closes.
const MAX_BRACKETS: usize = 40;
/// Parentheses within one run without white space, closed or not.
const MAX_RUN: usize = 300;
/// Extended globs inside one another.
const MAX_GROUPS: usize = 8;
/// `time` and `coproc`, for which the parser recurses without a bound of its own.
const MAX_PREFIXES: usize = 50;
/// Bytes of each here-document, times the `$` in it.
const MAX_DOCUMENT_WORK: usize = 1 << 25;

/// Measures a text and holds it against the bounds.
///
/// # Errors
/// [`Unparsed::Bound`] with the bound that the text exceeds, or [`Unparsed::Syntax`] with what has
/// no end.
pub(super) fn check(text: &str) -> Result<Nesting, Unparsed> {
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
    if brackets.longest_run > MAX_RUN {
        return exceeded(&format!("more than {MAX_RUN} parentheses without white space"));
    }
    let nesting = nesting::measure(text);
    if nesting.prefixes > MAX_PREFIXES {
        return exceeded(&format!("more than {MAX_PREFIXES} `time`"));
    }
    if nesting.documents > MAX_DOCUMENTS || nesting.document_work > MAX_DOCUMENT_WORK {
        return exceeded("here-documents are too many, or too large with too many expansions");
    }
    if nesting.deepest > MAX_NESTING || nesting.commented > MAX_COMMENTED {
        return exceeded(&format!("expansions nest deeper than {MAX_NESTING} levels"));
    }
    match &nesting.unclosed {
        Some(unclosed) => Err(unterminated(text, unclosed)),
        None => Ok(nesting),
    }
}

fn exceeded<T>(message: &str) -> Result<T, Unparsed> {
    Err(Unparsed::Bound { message: message.to_owned() })
}

fn unterminated(text: &str, unclosed: &Unclosed) -> Unparsed {
    let opening = text.get(unclosed.range.clone()).unwrap_or("");
    let message = format!("`{opening}` without its `{}`", unclosed.closing);
    // A lone parenthesis may stand in a pattern.
    let certain = unclosed.certain && opening != "(";
    Unparsed::Syntax { range: unclosed.range.clone(), message, certain }
}

/// Brackets, counted without regard to quotes: the parser looks for their ends in places where they
/// mean nothing, too.
#[derive(Default)]
struct Brackets {
    braces: usize,
    squares: usize,
    /// For each open parenthesis, whether it starts an extended glob.
    parentheses: Vec<bool>,
    groups: usize,
    run: usize,
    most: usize,
    most_groups: usize,
    longest_run: usize,
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
            '[' => self.squares += 1,
            ']' => self.squares = self.squares.saturating_sub(1),
            '(' => self.parenthesis("@!+?*".contains(before)),
            ')' => self.groups -= usize::from(self.parentheses.pop() == Some(true)),
            ' ' | '\t' | '\n' => self.run = 0,
            _ => return,
        }
        let open = self.braces.max(self.squares).max(self.parentheses.len());
        self.most = self.most.max(open);
    }

    fn parenthesis(&mut self, group: bool) {
        self.parentheses.push(group);
        self.groups += usize::from(group);
        self.run += 1;
        self.most_groups = self.most_groups.max(self.groups);
        self.longest_run = self.longest_run.max(self.run);
    }
}
