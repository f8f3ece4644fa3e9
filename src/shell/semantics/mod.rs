//! What a script means, worked out once for all rules that look at scripts.
//!
//! ```text
//! unit (a text) → follow (its commands as they run) → facts
//! ```
//!
//! Each way through a script is followed once, whatever its tests say: unlike the analysis of a second run, which runs it
//! on a model of its files, and which shares only the intermediate form with this.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

mod decided;
mod endless;
mod ends;
pub mod execution;
mod expand;
mod fate;
mod follow;
pub mod loops;
mod quoting;
mod simple;
mod touches;
mod turn;
pub mod unit;
mod variables;
pub mod visit;
pub mod waits;

pub use crate::commands::Needs;
pub use endless::Endless;
pub use execution::{Argument, Execution, Input, LinkCopy, Output, Step, Use};
pub use fate::{Fate, Reason};
pub use loops::{Bound, Loop};
pub(crate) use touches::Touch;
pub use unit::{Unit, UnitKind, Units, UnparsedText};
pub use variables::Binding;
pub use waits::{Wait, WaitBound};

pub use crate::commands::Awaited;
use crate::source::MappedText;

/// What a script is followed with.
pub struct Setting<'s> {
    /// The script, or the command, that a container runs.
    pub main: &'s Unit,
    /// Where the texts are kept that are found on the way.
    pub units: &'s Units,
    /// The mounted files.
    pub files: &'s dyn Files,
    /// The working directory that it starts in, where the manifest says.
    pub directory: Option<String>,
    /// The environment variables whose values the manifest says.
    pub environment: BTreeMap<String, String>,
    /// Those whose values only the cluster knows.
    pub unknown_environment: BTreeSet<String>,
}

/// Text files that scripts may run or source.
pub trait Files {
    /// The text of the file at an absolute path, where the input holds it.
    fn text(&self, path: &str) -> Option<MappedText>;
}

/// No files.
impl Files for () {
    fn text(&self, _path: &str) -> Option<MappedText> {
        None
    }
}

/// What is known of a container's script, or of its one command.
#[derive(Debug, Default)]
pub struct Facts<'s> {
    /// Its simple commands in the order in which they run, those of functions where they are called.
    pub executions: Vec<Execution<'s>>,
    /// Its commands of every kind, in the same order.
    pub steps: Vec<Step<'s>>,
    /// Its loops.
    pub loops: Vec<Loop<'s>>,
    /// What is redirected into files. What commands write by themselves, as `tee` does, is among the
    /// `touches` as well.
    pub outputs: Vec<Output<'s>>,
    /// What is redirected from files, where they are certain.
    pub inputs: Vec<Input<'s>>,
    /// The variables that it expands.
    pub uses: Vec<Use<'s>>,
    /// The texts that it consists of, the container's own first.
    pub units: Vec<&'s Unit>,
    /// The texts that are no shell scripts, though a shell is to read them.
    pub unparsed: Vec<UnparsedText>,
    /// Whether all of it was followed: it is no endless tangle of functions.
    pub is_complete: bool,
    /// Whether what runs hangs on arguments or variables that the manifest sets: with others other commands run.
    pub is_chosen: bool,
    /// The shell as it is before its first command, with all functions that it ever defines.
    pub(crate) shell: Option<loops::Entry<'s>>,
    /// The paths that it does something at, once somebody asks.
    pub(crate) touches: OnceCell<Vec<Touch>>,
}

impl<'s> Facts<'s> {
    /// Whether all that the script may ever do is known: what it doesn't do can be told.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.is_complete && !self.is_chosen
    }

    /// Follows the script in `setting`.
    #[must_use]
    pub fn of(setting: &Setting<'s>) -> Self {
        let mut follow = follow::Follow::new(setting);
        let variables = follow.shell.variables.clone();
        follow.whole(fate::Place::WHOLE);
        let shell = loops::Entry {
            functions: std::rc::Rc::clone(&follow.shell.functions),
            variables,
            errexit: false,
            pipefail: follow.shell.options.pipefail,
        };
        Self {
            shell: Some(shell),
            is_complete: !follow.is_exhausted(),
            is_chosen: follow.is_chosen,
            executions: follow.executions,
            steps: follow.all_steps,
            loops: follow.loops,
            outputs: follow.outputs,
            inputs: follow.inputs,
            uses: follow.uses,
            units: follow.all_units,
            unparsed: follow.unparsed,
            touches: OnceCell::new(),
        }
    }
}
