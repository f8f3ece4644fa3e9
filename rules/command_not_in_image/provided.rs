//! What brings a command into a container that its image lacks.

use std::collections::BTreeSet;

use super::FOLDERS;
use crate::commands::is_at_or_below;
use crate::kube::Container;
use crate::shell::invocation::base_name;
use crate::shell::ir::CommandKind;
use crate::shell::semantics::{Execution, Facts, Fate, Reason, visit};

/// What a container has beside its image's commands.
pub(super) struct Provided<'s> {
    /// It may have any: another `PATH`, a volume over a folder of programs, a sourced file, programs that it brings.
    pub(super) anything: bool,
    /// The functions of its scripts.
    functions: BTreeSet<&'s str>,
    /// What its commands are given as words, without folders: `command -v NAME`, `apk add NAME`.
    named: BTreeSet<String>,
    facts: &'s Facts<'s>,
}

impl<'s> Provided<'s> {
    pub(super) fn of(container: &Container<'_>, facts: &'s Facts<'s>) -> Self {
        let words = || {
            let arguments = facts.executions.iter().flat_map(Execution::arguments);
            let outputs = facts.outputs.iter().filter_map(|output| output.path.as_deref());
            arguments.filter_map(|word| word.text.as_deref()).chain(outputs)
        };
        let sets_path = facts.units.iter().any(|unit| unit.text.as_str().contains("PATH="));
        let sources = facts.executions.iter().any(Execution::sources);
        let brings = words().any(is_among_programs);
        let anything = has_own_programs(container) || sets_path || sources || brings;
        let named = words().map(|word| base_name(word).to_owned()).collect();
        let mut functions = BTreeSet::new();
        for unit in &facts.units {
            visit::commands(&unit.script.body, |command| {
                if let CommandKind::Function { name, .. } = &command.kind {
                    functions.insert(name.as_str());
                }
            });
        }
        Self { anything, functions, named, facts }
    }

    /// Whether something gives the container the command `word`, or `execution` provides for its not being there.
    pub(super) fn has(&self, execution: &Execution<'_>, word: &str) -> bool {
        let name = base_name(word);
        let asks = execution.arguments().iter().all(|argument| {
            argument
                .text
                .as_deref()
                .is_some_and(|text| matches!(text, "--version" | "-V" | "--help" | "-h" | "version"))
        });
        self.functions.contains(name) || self.named.contains(name) || asks || self.has_other_way(execution)
    }

    /// Whether it is the left of `||`, with another way to do the same on the right.
    fn has_other_way(&self, execution: &Execution<'_>) -> bool {
        let Fate::Ignored(Reason::LeftOfOr) = execution.fate else { return false };
        let own = &execution.command.range;
        let around = self.facts.steps.iter().filter(|step| std::ptr::eq(step.unit, execution.unit));
        let ors = around.filter_map(|step| match &step.command.kind {
            CommandKind::Or(left, right) if left.range.start <= own.start && own.end <= left.range.end => {
                Some((step.command.range.len(), right))
            }
            _ => None,
        });
        let Some((_, right)) = ors.min_by_key(|(length, _)| *length) else { return true };
        let is_right =
            |other: &&Execution<'_>| std::ptr::eq(other.unit, execution.unit) && right.holds(other.command);
        !self.facts.executions.iter().find(is_right).is_some_and(Execution::does_nothing)
    }
}

fn is_among_programs(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    FOLDERS.iter().any(|folder| is_at_or_below(path, folder))
}

/// Whether the manifest sets `PATH`, or mounts something where programs are looked for, or over what holds that.
fn has_own_programs(container: &Container<'_>) -> bool {
    let sets_path = container.env.iter().any(|variable| variable.name.is_some_and(|name| *name == "PATH"));
    let mounts = container.volume_mounts.iter().filter_map(|mount| mount.mount_path);
    let covers = |path: &str| {
        let path = path.trim_end_matches('/');
        is_among_programs(path) || matches!(path, "" | "/usr" | "/usr/local")
    };
    sets_path || mounts.into_iter().any(|path| covers(path.value))
}
