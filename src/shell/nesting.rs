//! How a script's quotes and expansions nest, by the shell's rules (POSIX XCU 2.2, 2.3 and 2.6).
//!
//! One pass, no recursion but for here-documents. It knows no commands, only what opens and closes.

use std::ops::Range;

/// What [`measure`] found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Nesting {
    /// The places of backslashes that quote the next character in double quotes and here-documents,
    /// or that join two lines inside a word.
    pub(super) escapes: Vec<usize>,
    /// The last thing that is opened and never closed.
    pub(super) unclosed: Option<Unclosed>,
    /// Expansions inside one another, at most.
    pub(super) deepest: usize,
    /// Expansions opened in comments and not closed there, which the parser may see otherwise.
    pub(super) commented: usize,
    /// `time` and `coproc` as words of commands, for which the parser recurses.
    pub(super) prefixes: usize,
    /// Here-documents.
    pub(super) documents: usize,
    /// Bytes of each here-document that expands, or that has no end, times the `$` in it.
    pub(super) document_work: usize,
    /// The first operator of a redirection that no word follows.
    pub(super) dangling: Option<Range<usize>>,
    /// Parentheses that stand behind the words of a command, where no shell knows one.
    pub(super) stray: Vec<usize>,
}

/// Something without an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unclosed {
    /// What opens it.
    pub(super) range: Range<usize>,
    /// What would close it.
    pub(super) closing: char,
    /// Every shell misses the end: it stands in no here-document, after none that has no end, in
    /// no `case`, and in no `${…}` or backquotes, which some shells read only when they come to them.
    pub(super) certain: bool,
}

/// Here-documents of a script that are looked into; more are too many.
pub(super) const MAX_DOCUMENTS: usize = 300;

/// Measures a script.
pub(super) fn measure(text: &str) -> Nesting {
    let mut scan = Scan { text, ..Scan::default() };
    scan.run();
    scan.found
}

/// What the text at hand stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    /// `'…'`
    Single,
    /// `$'…'`
    Escaped,
    /// `"…"`
    Double,
    /// The body of a here-document that expands.
    Document,
    /// `${…}`; in double quotes, where single quotes mean nothing.
    Parameter { quoted: bool },
    /// `$(…)`, `<(…)`
    Substitution,
    /// Backquotes.
    Backquotes,
    /// `(…)`
    Parentheses,
}

impl Within {
    fn is_expansion(self) -> bool {
        matches!(self, Self::Parameter { .. } | Self::Substitution | Self::Backquotes)
    }

    fn closing(self) -> char {
        match self {
            Self::Single | Self::Escaped => '\'',
            Self::Double | Self::Document => '"',
            Self::Parameter { .. } => '}',
            Self::Substitution | Self::Parentheses => ')',
            Self::Backquotes => '`',
        }
    }
}

/// Something open.
struct Frame {
    within: Within,
    range: Range<usize>,
    /// `case` commands in it whose `esac` is still to come: their patterns end with a lone `)`.
    cases: usize,
}

/// A here-document whose body starts after the line.
struct Pending<'a> {
    delimiter: String,
    quoted: bool,
    /// From the operator on.
    from: &'a str,
}

#[derive(Default)]
struct Scan<'a> {
    text: &'a str,
    /// The character at hand.
    at: usize,
    /// Where to go on.
    next: usize,
    stack: Vec<Frame>,
    /// Expansions in the stack, and around this text.
    depth: usize,
    pending: Vec<Pending<'a>>,
    /// A here-document has no end.
    endless: bool,
    found: Nesting,
}

impl<'a> Scan<'a> {
    fn run(&mut self) {
        while let Some(c) = self.rest().chars().next() {
            self.next = self.at + c.len_utf8();
            match self.stack.last().map(|frame| frame.within) {
                Some(Within::Single) => self.close_at('\'', c),
                Some(Within::Escaped) if c != '\\' => self.close_at('\'', c),
                within if c == '\\' => self.escape(within),
                Some(Within::Double) => self.quoted(c == '"'),
                Some(Within::Document) => self.quoted(false),
                Some(Within::Parameter { quoted }) => self.parameter(quoted, c),
                within => self.command(within, c),
            }
            self.at = self.next;
        }
        let open = self.stack.iter().rev().find(|frame| frame.within != Within::Document);
        if let Some(frame) = open {
            let doubtful =
                |within| matches!(within, Within::Document | Within::Parameter { .. } | Within::Backquotes);
            let outer = self.stack.iter().rev().skip(1).any(|frame| doubtful(frame.within));
            let doubtful = outer || self.stack.iter().any(|frame| frame.cases > 0);
            let (range, closing) = (frame.range.clone(), frame.within.closing());
            let certain = !doubtful && !self.endless;
            self.found.unclosed = Some(Unclosed { range, closing, certain });
        }
    }

    /// From the character at hand on.
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// From the place to go on.
    fn after(&self) -> &'a str {
        self.text.get(self.next..).unwrap_or("")
    }

    fn escape(&mut self, within: Option<Within>) {
        let quoted = matches!(within, Some(Within::Double | Within::Parameter { quoted: true }));
        let next = self.after().chars().next();
        let joins =
            next == Some('\n') && !quoted && within != Some(Within::Document) && self.is_inside_word();
        // A line that is joined to the next one may not end a here-document.
        if quoted || joins || (within == Some(Within::Document) && next != Some('\n')) {
            self.found.escapes.push(self.at);
        }
        self.next += next.map_or(0, char::len_utf8);
    }

    /// Whether a word goes on past the backslash at hand and the line break after it.
    fn is_inside_word(&self) -> bool {
        let parts = |c: char| c.is_ascii_whitespace() || ";&|<>(".contains(c);
        let before = self.text.get(..self.at).and_then(|text| text.chars().next_back());
        let after = self.rest().chars().nth(2);
        before.is_some_and(|c| !parts(c)) && after.is_some_and(|c| !parts(c) && !")#\\".contains(c))
    }

    fn open(&mut self, within: Within, length: usize) {
        self.next = self.at + length;
        self.stack.push(Frame { within, range: self.at..self.next, cases: 0 });
        if within.is_expansion() {
            self.depth += 1;
            self.found.deepest = self.found.deepest.max(self.depth);
        }
    }

    fn close(&mut self) {
        if self.stack.pop().is_some_and(|frame| frame.within.is_expansion()) {
            self.depth = self.depth.saturating_sub(1);
        }
    }

    fn close_at(&mut self, closing: char, c: char) {
        if c == closing {
            self.close();
        }
    }

    /// Opens an expansion, if one starts here. `quoted`: in double quotes.
    fn expansion(&mut self, quoted: bool) -> bool {
        let rest = self.rest();
        if rest.starts_with("${") {
            self.open(Within::Parameter { quoted }, 2);
        } else if rest.starts_with("$(") || (!quoted && (rest.starts_with("<(") || rest.starts_with(">("))) {
            self.open(Within::Substitution, 2);
        } else if rest.starts_with('`') {
            self.open(Within::Backquotes, 1);
        } else {
            return false;
        }
        true
    }

    fn quoted(&mut self, ends: bool) {
        if ends {
            self.close();
        } else if self.rest().starts_with("$$") {
            self.next += 1;
        } else {
            self.expansion(true);
        }
    }

    fn parameter(&mut self, quoted: bool, c: char) {
        match c {
            '}' => self.close(),
            '"' => self.open(Within::Double, 1),
            '\'' if !quoted => self.open(Within::Single, 1),
            '$' if self.rest().starts_with("$$") => self.next += 1,
            _ => {
                self.expansion(quoted);
            }
        }
    }

    fn command(&mut self, within: Option<Within>, c: char) {
        match c {
            '<' | '>' if self.found.dangling.is_none() => self.note_dangling(),
            '(' if self.is_stray() => self.found.stray.push(self.at),
            _ => {}
        }
        match c {
            '`' if self.stack.iter().any(|frame| frame.within == Within::Backquotes) => self.backquote(),
            '$' if self.rest().starts_with("$$") => self.next += 1,
            _ if self.expansion(false) => {}
            '\'' => self.open(Within::Single, 1),
            '"' => self.open(Within::Double, 1),
            '$' if self.rest().starts_with("$'") => self.open(Within::Escaped, 2),
            '(' => self.open(Within::Parentheses, 1),
            ')' => self.parenthesis(within),
            '#' if self.starts_comment() => self.comment(),
            '<' if self.rest().starts_with("<<<") => self.next += 2,
            '<' if self.rest().starts_with("<<") && !self.in_arithmetic() => self.document_operator(),
            '\n' => self.documents(),
            'c' | 'e' | 't' if self.starts_word() => self.keyword(),
            _ => {}
        }
    }

    /// Notes the operator of a redirection at hand, unless a word follows it.
    fn note_dangling(&mut self) {
        const OPERATORS: [&str; 7] = [">>", "<>", ">|", ">&", "<&", ">", "<"];
        let rest = self.rest();
        if rest.starts_with("<<") || self.in_arithmetic() {
            return;
        }
        let Some(operator) = OPERATORS.iter().find(|operator| rest.starts_with(**operator)) else { return };
        let after = rest.get(operator.len()..).unwrap_or_default();
        let after = after.trim_start_matches([' ', '\t']);
        let is_process = after.starts_with("<(") || after.starts_with(">(");
        if !is_process && after.chars().next().is_none_or(|c| "\n;|)&<>".contains(c)) {
            self.found.dangling = Some(self.at..self.at + operator.len());
        }
    }

    /// Whether the parenthesis at hand stands behind the words of a simple command: `echo done (or so)`.
    fn is_stray(&self) -> bool {
        const OTHERS: [&str; 17] = [
            "if", "then", "elif", "else", "do", "while", "until", "for", "case", "select", "function",
            "time", "coproc", "in", "esac", "done", "fi",
        ];
        let before = self.text.get(..self.at).unwrap_or_default();
        let line = before.rsplit(['\n', ';', '&', '|', '(', ')', '`', '{', '}']).next().unwrap_or_default();
        let mut words = line.split_whitespace();
        let is_plain = |word: &str| word.chars().all(|c| c.is_ascii_alphanumeric() || "_./-".contains(c));
        let is_command = words.next().is_some_and(|word| is_plain(word) && !OTHERS.contains(&word));
        let has_arguments = words.next().is_some();
        let is_function = self.after().trim_start_matches([' ', '\t']).starts_with(')');
        line.ends_with([' ', '\t']) && is_command && (has_arguments || !is_function)
    }

    /// A backquote ends its like, whatever else is open inside.
    fn backquote(&mut self) {
        while let Some(within) = self.stack.last().map(|frame| frame.within) {
            self.close();
            if within == Within::Backquotes {
                return;
            }
        }
    }

    fn parenthesis(&mut self, within: Option<Within>) {
        let in_pattern = self.stack.last().is_some_and(|frame| frame.cases > 0);
        if !in_pattern && matches!(within, Some(Within::Parentheses | Within::Substitution)) {
            self.close();
        }
    }

    /// `case`, `esac`, `time` and `coproc`, wherever they stand as words.
    fn keyword(&mut self) {
        let word_end = |c: char| c.is_ascii_whitespace() || ";&|()`".contains(c);
        let rest = self.rest();
        let word = rest.get(..rest.find(word_end).unwrap_or(rest.len())).unwrap_or("");
        let starts_command = self.starts_command();
        match (word, self.stack.last_mut()) {
            ("time" | "coproc", _) => self.found.prefixes += 1,
            ("case", Some(frame)) if starts_command => frame.cases += 1,
            ("esac", Some(frame)) => frame.cases = frame.cases.saturating_sub(1),
            _ => {}
        }
    }

    /// After an operator or a reserved word, where a command is expected.
    fn starts_command(&self) -> bool {
        let before = self.text.get(..self.at).unwrap_or("").trim_end_matches([' ', '\t']);
        let reserved = ["do", "then", "else", "{", "!"];
        let word = before.rsplit(|c: char| c.is_ascii_whitespace() || ";&|(`".contains(c)).next();
        word.is_none_or(|word| word.is_empty() || reserved.contains(&word))
    }

    fn starts_word(&self) -> bool {
        let before = self.text.get(..self.at).and_then(|text| text.chars().next_back());
        before.is_none_or(|before| before.is_ascii_whitespace() || ";&|()`".contains(before))
    }

    /// A `#` that starts a word; not the one in `^(#|$)`, a regular expression.
    fn starts_comment(&self) -> bool {
        let before = self.text.get(..self.at).unwrap_or("");
        let group = before.strip_suffix('(').and_then(|outer| outer.chars().next_back());
        self.starts_word() && group.is_none_or(|outer| outer.is_ascii_whitespace() || "=$<>(".contains(outer))
    }

    fn comment(&mut self) {
        let line = self.rest().split('\n').next().unwrap_or("");
        let in_backquotes = self.stack.iter().any(|frame| frame.within == Within::Backquotes);
        let line = if in_backquotes { line.split('`').next().unwrap_or("") } else { line };
        let opened = line.matches("${").count() + line.matches("$(").count();
        let closed = line.matches(['}', ')']).count();
        self.found.commented = (self.found.commented + opened).saturating_sub(closed);
        self.next = self.at + line.len();
    }

    /// In `((…))` or `$((…))`, where `<<` is a shift.
    fn in_arithmetic(&self) -> bool {
        let mut inner = self.stack.iter().rev();
        inner.next().zip(inner.next()).is_some_and(|(one, two)| {
            one.within == Within::Parentheses
                && one.range.start == two.range.end
                && two.within.closing() == ')'
        })
    }

    fn document_operator(&mut self) {
        self.next = self.at + 2;
        let from = self.after();
        let word = from.trim_start_matches('-').trim_start_matches([' ', '\t']);
        let end =
            word.find(|c: char| c.is_ascii_whitespace() || ";&|<>()`".contains(c)).unwrap_or(word.len());
        let raw = word.get(..end).unwrap_or("");
        let delimiter: String = raw.chars().filter(|c| !"'\"\\".contains(*c)).collect();
        let quoted = delimiter.len() < raw.len();
        self.found.documents += 1;
        // Each is looked for to the end of the text, at worst.
        if self.found.documents <= MAX_DOCUMENTS {
            self.pending.push(Pending { delimiter, quoted, from });
        }
    }

    /// After a line break: steps over the bodies of the line's here-documents. One without a
    /// delimiter's line goes to the end of the text.
    fn documents(&mut self) {
        for pending in std::mem::take(&mut self.pending) {
            let strip = pending.from.starts_with('-');
            let body = self.after();
            let length = body_length(body, &pending.delimiter, strip);
            self.endless |= length.is_none();
            let length = length.unwrap_or(body.len());
            if !pending.quoted {
                self.document(body.get(..length).unwrap_or(""));
            }
            self.next += length;
            // Over the delimiter's line.
            self.next += self.after().find('\n').map_or(self.after().len(), |end| end + 1);
        }
    }

    fn document(&mut self, body: &'a str) {
        let frame = Frame { within: Within::Document, range: 0..0, cases: 0 };
        let mut inner = Scan { text: body, stack: vec![frame], depth: self.depth, ..Scan::default() };
        inner.run();
        let (found, outer) = (inner.found, &mut self.found);
        outer.deepest = outer.deepest.max(found.deepest);
        outer.commented += found.commented;
        outer.documents += found.documents;
        outer.prefixes += found.prefixes;
        outer.escapes.extend(found.escapes.into_iter().map(|at| self.next + at));
        outer.document_work += found.document_work + work(body);
        if let Some(unclosed) = found.unclosed {
            let range = self.next + unclosed.range.start..self.next + unclosed.range.end;
            outer.unclosed = Some(Unclosed { range, ..unclosed });
        }
    }
}

/// What a here-document costs the parser, which goes over it for each expansion.
fn work(body: &str) -> usize {
    body.len() * body.matches(['$', '`']).count()
}

/// The bytes of a body up to its delimiter's line; `None` where there is none.
fn body_length(body: &str, delimiter: &str, strip: bool) -> Option<usize> {
    let mut length = 0;
    for line in body.split_inclusive('\n') {
        let text = line.trim_end_matches('\n');
        let text = if strip { text.trim_start_matches('\t') } else { text };
        if text == delimiter {
            return Some(length);
        }
        length += line.len();
    }
    None
}
