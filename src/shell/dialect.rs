//! What a script uses that POSIX sh doesn't have: noted where it is written, though the intermediate form gives it the
//! meaning that it has in bash.

use std::ops::Range;

/// A construct that isn't in POSIX's shell language (XCU chapter 2), where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Construct {
    /// What is written for it: an operator, a keyword, an expansion.
    pub range: Range<usize>,
    /// Which it is.
    pub form: Form,
}

/// The constructs, by the names that bash(1) has for them. Builtins (`source`, `let`, `declare`) are plain commands, and
/// bash's own variables (`$RANDOM`) plain variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Form {
    /// `function f {`: the keyword.
    FunctionKeyword,
    /// `[[ … ]]`.
    ConditionalCommand,
    /// `==` in `[ … ]` and `test`.
    DoubleEquals,
    /// `=~`.
    RegexMatch,
    /// `(( … ))` as a command.
    ArithmeticCommand,
    /// `$[ … ]`.
    OldArithmetic,
    /// `for ((…; …; …))`: up to the second parenthesis.
    ArithmeticFor,
    /// `select`: the keyword.
    Select,
    /// `coproc`: the keyword.
    Coprocess,
    /// `;&` and `;;&`.
    FallThrough,
    /// `|&`.
    PipeBoth,
    /// `&>`, `&>>` and `>& file`, with the file.
    RedirectBoth,
    /// `<<<`, with its word.
    HereString,
    /// `{name}>file`, with the file.
    DescriptorVariable,
    /// `<(…)` and `>(…)`.
    ProcessSubstitution,
    /// `$'…'`.
    AnsiQuoting,
    /// `$"…"`.
    LocaleQuoting,
    /// `{a,b}` and `{1..9}`.
    BraceExpansion,
    /// `@(a|b)` and its like.
    ExtendedGlob,
    /// `a=(…)`, `a[0]=…`, `${a[0]}`.
    Array,
    /// `a+=…`.
    AppendAssignment,
    /// `${a:1:2}`.
    Substring,
    /// `${a/b/c}`.
    Replacement,
    /// `${!a}`.
    Indirection,
    /// `${!a*}` and `${!a@}`.
    PrefixMatch,
    /// `${a^}`, `${a,,}`.
    CaseModification,
    /// `${a@Q}`.
    Transformation,
}
