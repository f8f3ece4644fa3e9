//! Shell scripts: from text to an intermediate form of our own.
//!
//! ```text
//! bounds → mask → parser (a crate) → lower → ir
//! ```
//!
//! Nothing outside this module names a type of the parser behind it.

use std::ops::Range;
use std::panic;

use shuck_parser::parser::{ParseResult, Parser};
use shuck_parser::{ShellDialect, ShellProfile};

mod bounds;
pub mod condition;
mod diagnosis;
pub mod dialect;
pub mod invocation;
pub mod ir;
mod lower;
mod mask;
mod nesting;
pub mod options;
mod parsed;
pub mod portability;
pub mod semantics;
mod wrapper;

use ir::Script;
use nesting::Nesting;
pub use parsed::Parsed;

/// How deep commands and expansions may nest in the parser. Scripts have up to ten.
const MAX_DEPTH: usize = 50;
/// The parser's operations per byte of a script. Scripts need less than one.
const FUEL_PER_BYTE: usize = 4;

/// Why a script's text gave no commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unparsed {
    /// The text breaks the shell's grammar.
    Syntax {
        /// Where, in bytes of the text; may be empty at its end.
        range: Range<usize>,
        /// What is wrong, as the parser says it.
        message: String,
        /// Every shell refuses it. Else another shell, or another parser, may see it otherwise.
        certain: bool,
    },
    /// The text is larger or more deeply nested than what is read, or uses what isn't read.
    Bound {
        /// Which bound.
        message: String,
    },
}

/// The commands of `text`, read as bash reads them (a superset of POSIX sh in all that init
/// scripts use).
///
/// # Errors
/// [`Unparsed`] where the text isn't wholly understood: there are no half trees.
pub fn parse(text: &str) -> Result<Script, Unparsed> {
    Ok(read(text)?.0)
}

/// The places of the comments in `text`, `#` included, line break left out, in order. Those
/// inside substitutions count too. Empty for a text that can't be parsed.
#[must_use]
pub fn comments(text: &str) -> Vec<Range<usize>> {
    read(text).map(|(_, comments)| comments).unwrap_or_default()
}

fn read(text: &str) -> Result<(Script, Vec<Range<usize>>), Unparsed> {
    let nesting = bounds::check(text)?;
    parsed(text, &nesting).map_err(|why| diagnosis::confirmed(why, text, &nesting))
}

fn parsed(text: &str, nesting: &Nesting) -> Result<(Script, Vec<Range<usize>>), Unparsed> {
    let masked = mask::escapes(text, &nesting.escapes);
    let result = syntax(&masked)?;
    let read =
        if result.is_ok() { lower::script(text, &result.file) } else { Err(diagnosis::of(text, &result)) };
    let Err(why) = read else { return read };
    for masked in [mask::braces(&masked), mask::heredoc_tails(&masked)].into_iter().flatten() {
        let again = syntax(&masked)?;
        if again.is_ok()
            && let Ok(script) = lower::script(text, &again.file)
        {
            return Ok(script);
        }
    }
    Err(why)
}

/// The parser panics on a few texts in 100 million, where its own offsets go wrong.
fn syntax(text: &str) -> Result<ParseResult, Unparsed> {
    let fuel = FUEL_PER_BYTE * text.len().max(1000);
    let bash = ShellProfile::native(ShellDialect::Bash);
    let parse = || Parser::with_limits_and_profile(text, MAX_DEPTH, fuel, bash).parse();
    let failed = || Unparsed::Bound { message: "the parser fails on this text".to_owned() };
    panic::catch_unwind(panic::AssertUnwindSafe(parse)).map_err(|_| failed())
}
