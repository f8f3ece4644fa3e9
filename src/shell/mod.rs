//! Shell scripts: from text to an intermediate form of our own.
//!
//! ```text
//! bounds → parser (a crate) → lower → ir
//! ```
//!
//! Nothing outside this module names a type of the parser behind it.

use std::ops::Range;

use shuck_parser::parser::{ParseResult, Parser};

mod bounds;
mod diagnosis;
pub mod failure;
pub mod invocation;
pub mod ir;
mod lower;
mod nesting;

use ir::Script;

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
    bounds::check(text)?;
    let result: ParseResult = Parser::new(text).parse();
    if result.is_err() {
        return Err(diagnosis::of(text, &result));
    }
    lower::script(text, &result.file)
}
