//! What the parser says of a text that it can't read.

use std::ops::Range;

use shuck_parser::Error;
use shuck_parser::parser::ParseResult;

use super::Unparsed;
use super::nesting::Nesting;

/// The first complaint of a parse that wasn't clean.
pub(super) fn of(text: &str, result: &ParseResult) -> Unparsed {
    let (range, message) = match (result.diagnostics.first(), &result.terminal_error) {
        (Some(first), _) => (first.span.start.offset()..first.span.end.offset(), first.message.as_str()),
        (None, Some(Error::Parse { message, line, column })) => {
            (offset(text, *line, *column), message.as_str())
        }
        (None, None) => (0..0, "not understood"),
    };
    let limit = result.terminal_error.iter().find_map(|Error::Parse { message, .. }| limit(message));
    if let Some(limit) = limit.or_else(|| self::limit(message)) {
        return limit;
    }
    let start = range.start.min(text.len());
    syntax(text, start..range.end.min(text.len()).max(start), message)
}

/// The complaint, certain also where it is one of the parser's alone and the scan of the text, which knows no grammar,
/// has come upon the same: a redirection without its file, a parenthesis behind the words of a command.
pub(super) fn confirmed(why: Unparsed, text: &str, nesting: &Nesting) -> Unparsed {
    let Unparsed::Syntax { range, message, certain: false } = why else { return why };
    if let Some(operator) = nesting.dangling.clone().filter(|_| message == "expected word") {
        let written = text.get(operator.clone()).unwrap_or_default();
        let message = format!("`{written}` without a file");
        return Unparsed::Syntax { range: operator, message, certain: true };
    }
    let certain = message.starts_with("unexpected `(`") && nesting.stray.contains(&range.start);
    Unparsed::Syntax { range, message, certain }
}

fn syntax(text: &str, range: Range<usize>, message: &str) -> Unparsed {
    let at_brace = text.get(range.start..).is_some_and(|rest| rest.starts_with(['{', '}']));
    let certain = is_grammar(message) && !at_brace && !has_trap(text);
    let message = message.strip_prefix("syntax error: ").unwrap_or(message);
    Unparsed::Syntax { range, message: message.to_owned(), certain }
}

/// Whether the message speaks of what every shell's grammar asks for. bash, dash and busybox refused
/// each of the 9,000 damaged scripts that gave one of these, but for the traps below.
fn is_grammar(message: &str) -> bool {
    const GRAMMAR: [&str; 12] = [
        "expected 'then'",
        "expected 'fi'",
        "expected 'do'",
        "expected 'done'",
        "expected 'in'",
        "expected 'esac'",
        "expected ')' to close subshell",
        "expected '}' to close brace group",
        "expected command after &&",
        "expected command after ||",
        "expected command after |",
        "expected command",
    ];
    GRAMMAR.contains(&message) || message.starts_with("syntax error: empty")
}

/// Text that the parser misreads: a brace alone in a word, which is a character like others, and
/// `]]` without its `[[`.
fn has_trap(text: &str) -> bool {
    let count = |token: &str| text.matches(token).count();
    count("{") != count("}") || count("[[") != count("]]") || text.contains("\\{")
}

/// The parser gave up because of a limit of its own.
fn limit(message: &str) -> Option<Unparsed> {
    let known = ["fuel exhausted", "nesting too deep", "chained operators", "input too large"];
    let is_known = known.iter().any(|limit| message.contains(limit));
    is_known.then(|| Unparsed::Bound { message: message.to_owned() })
}

/// The empty range at a line and column (both from 1, columns in characters).
fn offset(text: &str, line: usize, column: usize) -> Range<usize> {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text.get(start..).unwrap_or("");
    let within: usize = rest.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum();
    start + within..start + within
}
