//! What a shell holds while it runs.

use std::rc::Rc;

use foldhash::HashMap;

use super::{CommandFailure, Frame, Status};
use crate::rerun::Container;
use crate::rerun::state::atoms::clean;
use crate::rerun::state::places::absolute;
use crate::shell::ir::Command;
use crate::shell::options::Options;

/// The state of a shell execution environment (POSIX XCU 2.13).
#[derive(Debug, Clone, Default)]
pub(super) struct Shell {
    pub(super) variables: Rc<HashMap<String, Rc<str>>>,
    /// Arrays, where all their elements are known by number.
    pub(super) arrays: Rc<HashMap<String, Rc<[String]>>>,
    pub(super) parameters: Vec<Rc<str>>,
    pub(super) functions: Rc<HashMap<String, Function>>,
    pub(super) directory: String,
    pub(super) status: Status,
    pub(super) options: Options,
    /// bash's `dotglob`: patterns match hidden names too.
    pub(super) dotglob: bool,
    /// bash's `nullglob`: a pattern that matches nothing vanishes.
    pub(super) nullglob: bool,
    /// The action of `trap … EXIT`.
    pub(super) exit_trap: Option<Rc<str>>,
    /// The action of bash's `trap … ERR`.
    pub(super) err_trap: Option<Rc<str>>,
    /// The file of unknown text that was sourced last, where an earlier container wrote it.
    pub(super) variables_of: Option<Rc<str>>,
    /// How many commands were started in the background.
    pub(super) jobs: u32,
    /// What came of the last of them.
    pub(super) job: (Status, Option<CommandFailure>),
}

impl Shell {
    /// What a container's first command is given.
    pub(super) fn of(container: &Container) -> Self {
        let directory = container.working_dir.as_deref().unwrap_or("/");
        let variables = container.environment.iter();
        let variables = variables.map(|(name, value)| (name.clone(), Rc::from(&*clean(value))));
        Self {
            directory: absolute("/", directory),
            variables: Rc::new(variables.collect()),
            ..Self::default()
        }
    }
}

/// A function, and the text that its definition stands in.
#[derive(Debug, Clone)]
pub(super) struct Function {
    pub(super) body: Rc<Command>,
    pub(super) frame: Frame,
}
