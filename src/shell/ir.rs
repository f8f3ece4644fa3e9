//! The intermediate form of a script: what POSIX XCU 2.9 and 2.10 call commands, lists and words.
//!
//! Every node has its byte range in the script's text, down to expansions and operators. Ranges of commands leave out
//! terminators and the white space around them.

use std::ops::Range;

use super::dialect::Construct;

/// A parsed script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Its commands, in order.
    pub body: List,
    /// What it uses beyond POSIX sh, in the order in which it stands.
    pub dialect: Vec<Construct>,
}

/// Commands that run one after another (`;`, `&`, newline).
pub type List = Vec<Command>;

/// One command with its redirections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// From its first word, assignment or redirection to its last.
    pub range: Range<usize>,
    /// What it is.
    pub kind: CommandKind,
    /// In the order in which the shell makes them.
    pub redirections: Vec<Redirection>,
    /// Ended by `&`: the shell doesn't wait for it, and its failure never counts.
    pub background: bool,
}

impl Command {
    /// Whether `inner`, of the same text, is this command or stands in it.
    #[must_use]
    pub fn holds(&self, inner: &Command) -> bool {
        self.range.start <= inner.range.start && inner.range.end <= self.range.end
    }
}

/// The kinds of command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandKind {
    /// Assignments and words; builtins, `exit`, `export`, `[` and `test` too are simple commands.
    Simple(Simple),
    /// `a | b | c`.
    Pipeline(Vec<Command>),
    /// `! a`.
    Not(Box<Command>),
    /// `a && b`.
    And(Box<Command>, Box<Command>),
    /// `a || b`.
    Or(Box<Command>, Box<Command>),
    /// `if … then … elif … then … else … fi`.
    If {
        /// Conditions with the list that each guards, in order.
        arms: Vec<Arm>,
        /// After `else`.
        otherwise: Option<List>,
    },
    /// `while` and `until`.
    Loop {
        /// `until`: runs as long as the condition fails.
        until: bool,
        /// Between `while` and `do`.
        condition: List,
        /// Between `do` and `done`.
        body: List,
    },
    /// `for name in words`.
    For {
        /// The variable.
        name: String,
        /// The words; `None` without `in`: the positional parameters.
        words: Option<Vec<Word>>,
        /// Between `do` and `done`.
        body: List,
    },
    /// `for ((init; condition; step))` (bash(1), Compound Commands).
    ArithmeticFor {
        /// Evaluated once, before the first turn.
        init: Arithmetic,
        /// Evaluated before each turn; the loop ends where it is zero. Without a text it is 1.
        condition: Arithmetic,
        /// Evaluated after each turn.
        step: Arithmetic,
        /// Between `do` and `done`.
        body: List,
    },
    /// `select name in words`: asks until its input ends.
    Select {
        /// The variable.
        name: String,
        /// The words; `None` without `in`: the positional parameters.
        words: Option<Vec<Word>>,
        /// Between `do` and `done`.
        body: List,
    },
    /// `coproc command`: runs beside the script, as after `&`.
    Coprocess(Box<Command>),
    /// `case word in … esac`.
    Case {
        /// What is matched.
        subject: Word,
        /// The clauses, in order.
        clauses: Vec<Clause>,
    },
    /// `{ … }`, also `time …`.
    Group(List),
    /// `( … )`.
    Subshell(List),
    /// `name() …`.
    Function {
        /// The name that calls it.
        name: String,
        /// A compound command.
        body: Box<Command>,
    },
    /// `[[ … ]]`.
    Conditional(Condition),
    /// `(( … ))`.
    Arithmetic(Arithmetic),
}

/// An arithmetic expression (POSIX XCU 2.6.4), as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arithmetic {
    /// Where the expression stands, without the parentheses and the white space inside them.
    pub range: Range<usize>,
    /// Its text, which may hold expansions.
    pub text: String,
}

/// A condition and the list that runs when it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arm {
    /// From `if` or `elif` to the end of its body.
    pub range: Range<usize>,
    /// Between `if` or `elif` and `then`.
    pub condition: List,
    /// After `then`.
    pub body: List,
}

/// A clause of `case`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// From its first pattern, or the parenthesis before it, to its terminator, included.
    pub range: Range<usize>,
    /// Patterns, as words: `*`, `a|b` gives two.
    pub patterns: Vec<Word>,
    /// What runs.
    pub body: List,
    /// Ended by `;&` or `;;&`: later clauses may run too.
    pub falls_through: bool,
}

/// A simple command (POSIX XCU 2.9.1).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Simple {
    /// `NAME=value` before the first word; all of the command where `words` is empty.
    /// The operands of `export`, `local`, `readonly`, `declare` stay `words`.
    pub assignments: Vec<Assignment>,
    /// The command name and its arguments.
    pub words: Vec<Word>,
}

/// `NAME=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Where it stands.
    pub range: Range<usize>,
    /// The variable.
    pub name: String,
    /// What it is set to.
    pub value: Value,
    /// `NAME+=value`.
    pub append: bool,
}

/// What a variable is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `NAME=word`.
    Text(Word),
    /// `NAME=(word …)`.
    Array(Vec<Word>),
    /// Elements with subscripts, which aren't modelled.
    Unread,
}

impl Value {
    /// The words in it.
    #[must_use]
    pub fn words(&self) -> &[Word] {
        match self {
            Value::Text(word) => std::slice::from_ref(word),
            Value::Array(words) => words,
            Value::Unread => &[],
        }
    }
}

/// A word before expansion.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Word {
    /// Where it stands, quotes included.
    pub range: Range<usize>,
    /// Its parts, in order.
    pub parts: Vec<Part>,
}

/// A part of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Where it stands. That of a literal has the quotes around it, but for those inside which other parts stand, too;
    /// pieces that make one literal are covered from the first to the last.
    pub range: Range<usize>,
    /// What it is.
    pub kind: PartKind,
}

/// The kinds of part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartKind {
    /// Text that stands for itself, quotes and escapes resolved.
    Literal {
        /// The text.
        text: String,
        /// Was quoted: no globbing, no splitting, no tilde.
        quoted: bool,
    },
    /// Unquoted `*`, `?`, `[…]`, extended globs, as written. Braces are in `Braces`.
    Glob(String),
    /// `{a,b}` or `{1..9}`, as written (bash only; a plain literal to other shells).
    Braces(String),
    /// `~` or `~user` at the start of a word, as written.
    Tilde(String),
    /// `$NAME`, `${NAME}`, `${NAME:-word}`, also `$1`, `$@`, `$?`.
    Variable {
        /// Its name.
        name: String,
        /// What is done to its value.
        operation: Operation,
        /// Within double quotes.
        quoted: bool,
    },
    /// `$(…)` or backquotes.
    Substitution {
        /// The commands.
        body: List,
        /// Within double quotes.
        quoted: bool,
    },
    /// `$((…))`.
    Arithmetic(Arithmetic),
    /// `<(…)` or `>(…)`.
    ProcessSubstitution(List),
}

/// What `${NAME…}` does to the value (POSIX XCU 2.6.2, and bash's additions).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Where it stands, operator and word; all between the braces for what isn't modelled. Empty for none.
    pub range: Range<usize>,
    /// What it is.
    pub kind: OperationKind,
}

/// The kinds of operation on a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperationKind {
    /// Nothing.
    Plain,
    /// `:-` or `-` (default), without assignment.
    Default {
        /// Also where it is empty (`:`).
        or_empty: bool,
        /// The word.
        word: Word,
    },
    /// `:=` or `=`.
    AssignDefault {
        /// Also where it is empty (`:`).
        or_empty: bool,
        /// The word.
        word: Word,
    },
    /// `:?` or `?`: the shell ends where it is unset.
    Required {
        /// Also where it is empty (`:`).
        or_empty: bool,
    },
    /// `:+` or `+`.
    Alternative {
        /// Also where it is empty (`:`).
        or_empty: bool,
        /// The word.
        word: Word,
    },
    /// `#`, `##`, `%`, `%%` with its pattern.
    Trim {
        /// `%` and `%%`: from the end.
        suffix: bool,
        /// Doubled: the longest match.
        longest: bool,
        /// The pattern.
        pattern: Word,
    },
    /// Anything else (`#NAME`, slices, replacements, indirection, arrays), as written.
    Other(String),
}

/// A redirection (POSIX XCU 2.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirection {
    /// Where it stands, operator and target; a here-document's body isn't part of it.
    pub range: Range<usize>,
    /// The file descriptor; `None` is the operator's default.
    pub descriptor: Option<u32>,
    /// What it does.
    pub kind: RedirectionKind,
}

/// The kinds of redirection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RedirectionKind {
    /// `> word`.
    Write(Word),
    /// `>| word`: overwrites even under `set -C`.
    Clobber(Word),
    /// `>> word`.
    Append(Word),
    /// `&> word`, `>& file`: standard output and standard error (`append`: `&>> word`).
    WriteBoth {
        /// The file.
        target: Word,
        /// `&>>`.
        append: bool,
    },
    /// `< word`.
    Read(Word),
    /// `<> word`.
    ReadWrite(Word),
    /// `<<` and `<<-`, its body as a word (one quoted literal where the delimiter was quoted).
    HereDocument(Word),
    /// `<<< word`.
    HereString(Word),
    /// `>&2`, `<&-`, `2>&1`: the word after `&`.
    Duplicate(Word),
}

/// An expression of `[[ … ]]`, also what `[ … ]` and `test` come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// From its first word, operator or parenthesis to its last.
    pub range: Range<usize>,
    /// What it is.
    pub kind: ConditionKind,
}

/// The kinds of condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConditionKind {
    /// `-e path`, `-z text`…
    Unary(Operator, Word),
    /// `a = b`, `a -nt b`, `a =~ b`…
    Binary(Word, Operator, Word),
    /// `a`: not empty.
    Word(Word),
    /// `! a`.
    Not(Box<Condition>),
    /// `a && b`, `a -a b`.
    And(Box<Condition>, Box<Condition>),
    /// `a || b`, `a -o b`.
    Or(Box<Condition>, Box<Condition>),
}

/// An operator of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// Where it stands.
    pub range: Range<usize>,
    /// The operator by its first name: `=` for `==`, `-L` for `-h`, `-e` for `-a`.
    pub name: String,
}

impl Word {
    /// The text of a word that holds nothing but literals.
    #[must_use]
    pub fn literal(&self) -> Option<String> {
        self.parts
            .iter()
            .map(|part| match &part.kind {
                PartKind::Literal { text, .. } => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }
}
