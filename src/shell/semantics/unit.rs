//! The texts that shells read: a container's script, and what it hands to further shells.

use std::cell::OnceCell;
use std::ops::Range;
use std::sync::Arc;

use super::visit::{self, Next, Node};
use crate::shell::Unparsed;
use crate::shell::ir::{Command, CommandKind, Part, PartKind, Script, Simple, Word};
use crate::shell::options::{Options, Shell};
use crate::source::{MappedText, Span};

/// A text that a shell reads.
#[derive(Debug)]
pub struct Unit {
    /// Its commands.
    pub script: Arc<Script>,
    /// The text, and where it stands.
    pub text: MappedText,
    /// How it is run.
    pub kind: UnitKind,
    /// The shell that reads it; `None` where there is none (the exec form).
    pub shell: Option<Shell>,
    /// The options that the shell starts with.
    pub options: Options,
    /// `$0` and the positional parameters; `None` for one that isn't known.
    pub parameters: Vec<Option<String>>,
    /// The words of the wrappers before its shell, and before the shells around that: `timeout 60`.
    pub wrapper: Vec<String>,
}

/// How a text comes to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitKind {
    /// By the container itself.
    Main,
    /// The words of a container's `command` and `args`, which no shell reads: one command.
    Exec,
    /// `sh -c TEXT`.
    Text,
    /// `sh FILE`, or the file by its name.
    File,
    /// `. FILE`, in the shell that says so.
    Sourced,
    /// `eval TEXT`, in the shell that says so.
    Eval,
    /// `trap TEXT EXIT`, in the shell that says so, when it ends.
    Trap,
}

/// A text that a shell is to read, and can't.
#[derive(Debug, Clone)]
pub struct UnparsedText {
    /// The text, and where it stands.
    pub text: MappedText,
    /// The shell.
    pub shell: Option<Shell>,
    /// What is wrong with it.
    pub why: Unparsed,
    /// Whether the container fails by it.
    pub is_fatal: bool,
}

impl Unit {
    /// A container's own script.
    #[must_use]
    pub fn main(script: Script, text: MappedText, shell: Shell, options: Options) -> Self {
        let (parameters, wrapper) = (Vec::new(), Vec::new());
        let script = Arc::new(script);
        Self { script, text, kind: UnitKind::Main, shell: Some(shell), options, parameters, wrapper }
    }

    /// A container's words, which no shell reads, as one command; `None` without any.
    #[must_use]
    pub fn exec(argv: &[MappedText]) -> Option<Self> {
        let whole = argv.iter().map(MappedText::whole).reduce(Span::to)?;
        let mut text = MappedText::new(whole);
        let mut words = Vec::with_capacity(argv.len());
        for word in argv {
            let start = text.as_str().len();
            text.append(word);
            let range = start..text.as_str().len();
            words.push(literal_word(range.clone(), word.as_str()));
            let end = word.whole().range().end;
            text.push(" ", end..end);
        }
        let range = 0..words.last().map_or(0, |word| word.range.end);
        let kind = CommandKind::Simple(Simple { assignments: Vec::new(), words });
        let command = Command { range, kind, redirections: Vec::new(), background: false };
        let script = Arc::new(Script { body: vec![command], dialect: Vec::new() });
        let unit = Self {
            script,
            text,
            kind: UnitKind::Exec,
            shell: None,
            options: Options::default(),
            parameters: Vec::new(),
            wrapper: Vec::new(),
        };
        Some(unit)
    }

    /// The first command that ends in a carriage return, as the lines of Windows do: to a shell it is part of the last
    /// word.
    #[must_use]
    pub fn carriage_return(&self) -> Option<Range<usize>> {
        let text = self.text.as_str();
        if !text.contains("\r\n") {
            return None;
        }
        let mut first: Option<Range<usize>> = None;
        visit::walk(&self.script.body, &mut |node, _| {
            if let Node::Word(word) = node
                && text.get(word.range.clone()).is_some_and(|word| word.ends_with('\r'))
                && first.as_ref().is_none_or(|first| word.range.start < first.start)
            {
                first = Some(word.range.clone());
            }
            Next::Into
        });
        first
    }

    /// Where `range` of its text stands.
    #[must_use]
    pub fn span(&self, range: &Range<usize>) -> Span {
        self.text.span(range.clone())
    }
}

fn literal_word(range: Range<usize>, text: &str) -> Word {
    let kind = PartKind::Literal { text: text.to_owned(), quoted: true };
    Word { range: range.clone(), parts: vec![Part { range, kind }] }
}

/// The most texts that one container's script is followed into.
const MAX_UNITS: usize = 64;

/// The texts that are found while a script is followed. Each stays where it is, so that facts may borrow from it while
/// more are found.
#[derive(Debug, Default)]
pub struct Units {
    cells: OnceCell<Vec<OnceCell<Box<Unit>>>>,
}

impl Units {
    /// Keeps `unit`; `None` where there are too many.
    pub(super) fn add(&self, unit: Unit) -> Option<&Unit> {
        let cells =
            self.cells.get_or_init(|| std::iter::repeat_with(OnceCell::new).take(MAX_UNITS).collect());
        let free = cells.iter().find(|cell| cell.get().is_none())?;
        Some(free.get_or_init(|| Box::new(unit)))
    }
}
