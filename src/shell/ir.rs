//! The intermediate form of a script: what POSIX XCU 2.9 and 2.10 call commands, lists and words.
//!
//! Every node has its byte range in the script's text. Ranges of commands leave out terminators
//! and the white space around them.

use std::ops::Range;

/// A parsed script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Its commands, in order.
    pub body: List,
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
    /// `for ((…))`, `select`, `coproc`: a body whose number of runs nobody knows.
    OpaqueLoop(List),
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
    /// `(( … ))`, with its text.
    Arithmetic(String),
}

/// A condition and the list that runs when it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arm {
    /// Between `if` or `elif` and `then`.
    pub condition: List,
    /// After `then`.
    pub body: List,
}

/// A clause of `case`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
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
pub enum Part {
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
    /// `$((…))`, with its text.
    Arithmetic(String),
    /// `<(…)` or `>(…)`.
    ProcessSubstitution(List),
}

/// What `${NAME…}` does to the value (POSIX XCU 2.6.2, and bash's additions).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
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
    /// `> word`, `>| word`.
    Write(Word),
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
pub enum Condition {
    /// `-e path`, `-z text`…
    Unary(String, Word),
    /// `a = b`, `a -nt b`, `a =~ b`…
    Binary(Word, String, Word),
    /// `a`: not empty.
    Word(Word),
    /// `! a`.
    Not(Box<Condition>),
    /// `a && b`, `a -a b`.
    And(Box<Condition>, Box<Condition>),
    /// `a || b`, `a -o b`.
    Or(Box<Condition>, Box<Condition>),
}

impl Word {
    /// The text of a word that holds nothing but literals.
    #[must_use]
    pub fn literal(&self) -> Option<String> {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Literal { text, .. } => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }
}
