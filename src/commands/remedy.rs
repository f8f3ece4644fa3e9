//! What helps where a second run goes wrong at a command.

use super::Call;
use super::world::{ChangeKind, FailureCause};

/// What went wrong, for a command's record to say what helps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trouble<'a> {
    pub(crate) call: &'a Call<'a>,
    /// The command as it is written.
    pub(crate) text: &'a str,
    pub(crate) what: What,
    /// The kind of what it met outside the Pod's volumes: `table`, `bucket`; empty in a volume.
    pub(crate) kind: &'a str,
    /// What it met, in words.
    pub(crate) thing: &'a str,
    /// Where that is, as the container sees it.
    pub(crate) path: &'a str,
    /// Whether a word of the call is another one in each run: a password that is made anew.
    pub(crate) varies: bool,
}

/// How it went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// It fails.
    Fails(FailureCause),
    /// It leaves something else.
    Drifts(ChangeKind),
}

/// What helps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// The command's line as it should be.
    Line(Line),
    /// Something to do: a sentence without a full stop.
    Advice(String),
}

/// A command's line as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) text: String,
    /// Whether a run that finds nothing there does what it did before.
    pub(crate) is_same_at_first: bool,
    /// What is told instead of the line, which may be long.
    pub(crate) advice: Option<String>,
}

impl Remedy {
    /// The line `text` instead.
    pub(crate) fn line(text: impl Into<String>) -> Self {
        Self::Line(Line { text: text.into(), is_same_at_first: false, advice: None })
    }

    /// The same, where a run that finds nothing there does what it did before.
    pub(crate) fn same_at_first(self) -> Self {
        match self {
            Self::Line(line) => Self::Line(Line { is_same_at_first: true, ..line }),
            advice @ Self::Advice(_) => advice,
        }
    }

    /// `text` as advice.
    #[expect(clippy::unnecessary_wraps, reason = "every remedy is one that may be none")]
    pub(crate) fn advice(text: impl Into<String>) -> Option<Self> {
        Some(Self::Advice(text.into()))
    }
}

impl<'a> Trouble<'a> {
    /// Whether it fails for `cause`.
    pub(crate) fn fails(&self, cause: FailureCause) -> bool {
        self.what == What::Fails(cause)
    }

    /// The line with `new` in place of the first `old`.
    pub(crate) fn replaced(&self, old: &str, new: &str) -> Option<Remedy> {
        self.text.contains(old).then(|| Remedy::line(self.text.replacen(old, new, 1)))
    }

    /// The words as they are written, where each comes to one and none is quoted.
    pub(crate) fn written(&self) -> Option<Vec<&'a str>> {
        let is_plain = !self.text.contains(['\'', '"', '`', '\\', '(', '<', '>', '\n']);
        let words: Vec<&str> = self.text.split_whitespace().collect();
        (is_plain && words.len() == self.call.words().len()).then_some(words)
    }

    /// The line with `option` behind the command's name, in place of `instead` if that stands there: what is there already
    /// doesn't keep the command from its work.
    pub(crate) fn with_option(&self, option: &str, instead: &str) -> Option<Remedy> {
        let name = self.call.words().first()?;
        let (head, rest) = self.text.split_once(name.as_str())?;
        let rest = rest.trim_start();
        let rest = rest.strip_prefix(instead).unwrap_or(rest);
        Some(Remedy::line(format!("{head}{name} {option} {rest}")).same_at_first())
    }
}

/// The trouble, where it is that something exists.
pub(super) fn exists<'t>(trouble: &'t Trouble<'t>) -> Option<&'t Trouble<'t>> {
    Some(trouble).filter(|trouble| trouble.fails(FailureCause::Exists))
}
