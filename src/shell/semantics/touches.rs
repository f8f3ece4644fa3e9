//! Which paths a script reads and writes, and by which command.

use foldhash::{HashMap, HashMapExt};

use super::execution::{Argument, Execution, Output};
use super::{Facts, Fate};
use crate::commands::{Call, Touching, Trait};
use crate::shell::ir::Command;
use crate::source::Span;

/// A path that a command, or a redirection, does something at.
#[derive(Debug, Clone)]
pub(crate) struct Touch {
    /// The index of the execution among those of the facts; `None` for a redirection of a compound command.
    pub(crate) by: Option<usize>,
    /// Absolute where that is known, else as it is written.
    pub(crate) path: String,
    /// What happens there.
    pub(crate) touching: Touching,
    /// Whether the shell itself makes the file, by redirection: before the command runs, and be it empty.
    pub(crate) is_redirection: bool,
    /// The path in the script, or the redirection.
    pub(crate) span: Span,
    /// What it comes to that it fails.
    pub(crate) fate: Fate,
    /// Whether it may be passed over.
    pub(crate) conditional: bool,
}

impl Touch {
    /// The path up to its first part that isn't known.
    pub(crate) fn known(&self) -> &str {
        match self.path.find(UNKNOWN) {
            Some(at) => {
                self.path.get(..at).and_then(|start| start.rsplit_once('/')).map_or("", |(start, _)| start)
            }
            None => &self.path,
        }
    }

    /// Whether the whole path is known, and absolute.
    pub(crate) fn is_literal(&self) -> bool {
        self.path.starts_with('/') && !self.path.contains(UNKNOWN)
    }
}

/// Builtins that touch no file (POSIX XCU 2.15).
const SILENT: [&str; 12] =
    ["set", "cd", "exit", "export", "true", "false", ":", "umask", "unset", "shift", "break", "return"];

/// What a word holds of which a part isn't known: expansions and patterns, as written.
const UNKNOWN: [char; 5] = ['$', '`', '*', '?', '['];

impl Execution<'_> {
    /// Whether all that it does at paths is known.
    pub(crate) fn has_known_paths(&self) -> bool {
        let words = self.written();
        let call = Call::of(words);
        call.has_paths()
            || call.is(Trait::OnlyPrints)
            || call.is(Trait::Test)
            || SILENT.contains(&call.name())
    }

    /// `path`, which one of its words names, from the root where that is known.
    pub(crate) fn resolved(&self, path: &str) -> String {
        resolved(self.directory.as_deref(), path)
    }

    /// What it does at the paths that its words name.
    pub(crate) fn paths(&self) -> Vec<(Touching, String)> {
        let words = self.written();
        let paths = Call::of(words).paths();
        paths.into_iter().map(|(touching, path)| (touching, self.resolved(&path))).collect()
    }

    /// The words after its name by the paths that they name as they are: for each the last.
    fn words_by_path(&self) -> HashMap<String, &Argument> {
        let path = |word: &Argument| self.resolved(&word.text.clone().unwrap_or_else(|| self.pattern(word)));
        self.words.iter().skip(self.wrapper + 1).map(|word| (path(word), word)).collect()
    }
}

/// `path` from the root, where `directory` is the working directory.
pub(super) fn resolved(directory: Option<&str>, path: &str) -> String {
    if path.contains("://") || path.starts_with(['$', '~', '`']) {
        return path.to_owned();
    }
    match directory {
        Some(directory) => crate::commands::absolute(directory, path),
        None if path.starts_with('/') => crate::commands::absolute("/", path),
        None => path.trim_start_matches("./").trim_end_matches('/').to_owned(),
    }
}

impl Facts<'_> {
    /// The paths that the script does something at, in the order of its commands; redirections of compound commands
    /// come last. Worked out once, for whoever asks first.
    pub(crate) fn touches(&self) -> &[Touch] {
        self.touches.get_or_init(|| self.all_touches())
    }

    fn all_touches(&self) -> Vec<Touch> {
        let mut touches = Vec::new();
        let mut first_of: HashMap<*const Command, usize> = HashMap::new();
        for (by, execution) in self.executions.iter().enumerate() {
            first_of.entry(std::ptr::from_ref(execution.command)).or_insert(by);
            let paths = execution.paths();
            let words = if paths.is_empty() { HashMap::new() } else { execution.words_by_path() };
            for (touching, path) in paths {
                let word = words.get(&path);
                touches.push(Touch {
                    by: Some(by),
                    // The command where no word names the path as it is.
                    span: word.map_or_else(|| execution.span(), |word| execution.unit.span(&word.range)),
                    path,
                    touching,
                    is_redirection: false,
                    fate: execution.fate,
                    conditional: execution.conditional,
                });
            }
        }
        let by = |output: &Output<'_>| first_of.get(&std::ptr::from_ref(output.command)).copied();
        touches.extend(self.outputs.iter().map(|output| redirected(output, by(output))));
        touches.sort_by_key(|touch| touch.by.unwrap_or(usize::MAX));
        touches
    }
}

fn redirected(output: &Output<'_>, by: Option<usize>) -> Touch {
    let target = super::visit::target(&output.redirection.kind);
    let raw =
        || output.unit.text.as_str().get(target.range.clone()).unwrap_or_default().replace(['"', '\''], "");
    Touch {
        by,
        path: resolved(output.directory.as_deref(), &output.path.clone().unwrap_or_else(raw)),
        touching: Touching::Writes,
        is_redirection: true,
        span: output.unit.span(&output.redirection.range),
        fate: output.fate,
        conditional: output.conditional,
    }
}
