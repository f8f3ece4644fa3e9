//! What comes of a command in a turn: its status, and where it leads.

use std::collections::BTreeSet;

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Status {
    Succeeds,
    Fails,
    /// It can't be told, or is another one in each turn.
    Either,
}

impl Status {
    pub(super) fn of(succeeds: bool) -> Self {
        if succeeds { Self::Succeeds } else { Self::Fails }
    }

    /// One of two.
    pub(super) fn or(self, other: Self) -> Self {
        if self == other { self } else { Self::Either }
    }

    pub(super) fn not(self) -> Self {
        match self {
            Self::Succeeds => Self::Fails,
            Self::Fails => Self::Succeeds,
            Self::Either => Self::Either,
        }
    }
}

/// Where a command leads to but the one after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Jump {
    /// Out of this many loops.
    Break(usize),
    /// To the next turn of this loop around it.
    Continue(usize),
    /// Out of the function, with this status.
    Return(Status),
    /// Out of the shell, with this status.
    Exit(Status),
}

/// What comes of a command.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    pub(super) status: Status,
    /// Whether what follows it may run.
    pub(super) falls: bool,
    pub(super) jumps: BTreeSet<Jump>,
}

impl Outcome {
    pub(super) fn is(status: Status) -> Self {
        Self { status, falls: true, jumps: BTreeSet::new() }
    }

    pub(super) fn jump(jump: Jump) -> Self {
        Self { status: Status::Either, falls: false, jumps: BTreeSet::from([jump]) }
    }

    /// One of two ways.
    pub(super) fn or(mut self, other: Self) -> Self {
        self.jumps.extend(other.jumps);
        let status = match (self.falls, other.falls) {
            (true, false) => self.status,
            (false, true) => other.status,
            _ => self.status.or(other.status),
        };
        Self { status, falls: self.falls || other.falls, jumps: self.jumps }
    }

    /// The same of a shell of its own: an `exit` in it ends that alone.
    pub(super) fn apart(self) -> Self {
        let jumps = self.jumps.into_iter().map(|jump| match jump {
            Jump::Exit(status) => status,
            _ => Status::Either,
        });
        let status = jumps.chain(self.falls.then_some(self.status)).reduce(Status::or);
        Self { status: status.unwrap_or(Status::Either), falls: status.is_some(), jumps: BTreeSet::new() }
    }
}

/// What comes of one of several ways, of which it isn't known which.
pub(super) fn one_of(ways: Vec<Outcome>) -> Outcome {
    ways.into_iter().reduce(Outcome::or).unwrap_or_else(|| Outcome::is(Status::Succeeds))
}

/// Whether a jump ends within the loop that it stands in.
pub(super) fn is_inner(jump: Jump) -> bool {
    matches!(jump, Jump::Break(1) | Jump::Continue(1))
}

/// Jumps as the loop around a loop sees them.
pub(super) fn outside(jumps: BTreeSet<Jump>) -> BTreeSet<Jump> {
    let step = |jump| match jump {
        Jump::Break(1) | Jump::Continue(1) => None,
        Jump::Break(levels) => Some(Jump::Break(levels - 1)),
        Jump::Continue(levels) => Some(Jump::Continue(levels - 1)),
        jump => Some(jump),
    };
    jumps.into_iter().filter_map(step).collect()
}
