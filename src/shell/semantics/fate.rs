//! What a command's failure comes to.

/// What becomes of a command's failure (POSIX XCU 2.8.1; *set*, `-e`, in 2.15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fate {
    /// Its status is the script's.
    EndsScript,
    /// `errexit` ends the script.
    Errexit,
    /// Nothing: the script goes on, or ends as if nothing had failed.
    Ignored(Reason),
}

/// Why a failure comes to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// More follows, and `errexit` isn't set.
    NoErrexit,
    /// A pipeline's status is that of its last command, without `pipefail`.
    EarlierInPipeline,
    /// `! a`.
    Negated,
    /// It is a condition, or what follows looks at its status.
    Tested,
    /// `a || b`: b is for this case.
    LeftOfOr,
    /// `a && b`: `errexit` doesn't heed `a`.
    LeftOfAnd,
    /// `a &`.
    Background,
    /// `$(a)` in an argument, a here-document or the words of `for`.
    Substitution,
    /// `find … -exec a \;`: the status is that of `find`.
    Found,
    /// `local x=$(a)`, `export x=$(a)`: the status is that of `local`.
    Declaration,
    /// `trap a EXIT`: the status was settled before; or the action settles it with `exit 0`.
    Trap,
}

impl Fate {
    /// Whether the script fails where the command fails.
    #[must_use]
    pub fn is_fatal(self) -> bool {
        !matches!(self, Fate::Ignored(_))
    }

    /// Whether it runs in a shell of its own, whose end isn't the script's.
    #[must_use]
    pub fn is_apart(self) -> bool {
        let Fate::Ignored(reason) = self else { return false };
        matches!(
            reason,
            Reason::EarlierInPipeline | Reason::Background | Reason::Substitution | Reason::Declaration
        )
    }
}

/// What stands over a command.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Its status is that of something around it: what it comes to that this fails.
    pub(super) last: Option<Fate>,
    /// Why `errexit` doesn't heed its failure, where it doesn't though it is set.
    pub(super) unheeded: Option<Reason>,
    /// What it comes to that its shell fails.
    pub(super) shell: Fate,
    /// It may be passed over: it stands behind a test, in a branch or in a loop that needn't run.
    pub(super) conditional: bool,
    /// Nobody waits for it.
    pub(super) background: bool,
}

impl Place {
    /// The whole of a script.
    pub(super) const WHOLE: Self = Self {
        last: Some(Fate::EndsScript),
        unheeded: None,
        shell: Fate::EndsScript,
        conditional: false,
        background: false,
    };

    /// What a failure here comes to.
    pub(super) fn fate(self, errexit: bool) -> Fate {
        match (self.last, self.unheeded) {
            (Some(fate), _) => fate,
            // Without `errexit` it is heeded no more elsewhere.
            (None, None | Some(Reason::LeftOfAnd)) if !errexit => Fate::Ignored(Reason::NoErrexit),
            (None, Some(reason)) => Fate::Ignored(reason),
            (None, None) if self.shell == Fate::EndsScript => Fate::Errexit,
            (None, None) => self.shell,
        }
    }

    /// A place whose status nobody hears of.
    pub(super) fn ignored(self, reason: Reason) -> Self {
        // Whoever looks at the command around it does so for a failure of its own. That `errexit` doesn't heed that
        // command tells nothing of one whose failure isn't that command's.
        let is_own = matches!(reason, Reason::Substitution | Reason::Declaration | Reason::EarlierInPipeline);
        let outer = self.unheeded.filter(|outer| *outer != Reason::LeftOfAnd || !is_own);
        Self { last: None, unheeded: Some(outer.unwrap_or(reason)), ..self }
    }

    /// A place that `errexit` doesn't heed, though its status may be that of something around it.
    pub(super) fn unheeded(self, reason: Reason) -> Self {
        Self { unheeded: Some(self.unheeded.unwrap_or(reason)), ..self }
    }

    /// Behind something that may pass it over.
    pub(super) fn behind(self, conditional: bool) -> Self {
        Self { conditional: self.conditional || conditional, ..self }
    }

    /// Beside what follows, which doesn't wait for it.
    pub(super) fn in_background(self) -> Self {
        Self { background: true, ..self.ignored(Reason::Background) }
    }

    /// Inside a function, or what `eval` and `.` read: its last status is that of the command that runs it here.
    pub(super) fn called(self, errexit: bool) -> Self {
        Self { last: Some(self.fate(errexit)), ..self }
    }

    /// The last command of its shell: what `exit` hands on.
    pub(super) fn exiting(self) -> Self {
        Self { last: Some(self.shell), unheeded: None, ..self }
    }

    /// Inside a subshell environment that stands here (POSIX XCU 2.13): `set -e` is as it is outside.
    pub(super) fn subshell(self, errexit: bool) -> Self {
        let fate = self.fate(errexit);
        Self { last: Some(fate), shell: fate, ..self }
    }

    /// Inside a shell of its own that runs here.
    pub(super) fn new_shell(self, errexit: bool) -> Self {
        Self { unheeded: None, ..self.subshell(errexit) }
    }
}
