//! `$(NAME)` in scripts: what the kubelet leaves is a command to the shell, or a text in single quotes.

use std::ops::Range;

use super::fed::Fed;
use super::{Unexpanded, is_variable};
use crate::finding::Severity;
use crate::kube::Container;
use crate::shell::invocation::{self, Invocation};
use crate::shell::ir::{CommandKind, PartKind};
use crate::shell::semantics::{Execution, Facts, UnitKind, visit};

pub(super) fn unexpanded(container: &Container<'_>, facts: &Facts<'_>, fed: &Fed<'_>) -> Vec<Unexpanded> {
    let scripts = facts.executions.iter().filter(|execution| execution.unit.kind != UnitKind::Exec);
    let mut found: Vec<Unexpanded> = Vec::new();
    for execution in scripts {
        let one = command(container, facts, execution, fed).or_else(|| quoted(execution));
        found.extend(one.filter(|one| found.iter().all(|other| other.span != one.span)));
    }
    found
}

/// `$(NAME)` alone, which runs `NAME`.
fn command(
    container: &Container<'_>,
    facts: &Facts<'_>,
    execution: &Execution<'_>,
    fed: &Fed<'_>,
) -> Option<Unexpanded> {
    let [word] = execution.words.as_slice() else { return None };
    let name = word.text.as_deref().filter(|name| is_variable(name))?;
    let text = execution.unit.text.as_str();
    let range = &execution.command.range;
    let is_alone = text.get(..range.start)?.ends_with("$(") && text.get(range.end..)?.starts_with(')');
    if !is_alone || fed.by_vars() || fed.is_var(name) || is_function(facts, name) {
        return None;
    }
    let place = execution.unit.span(&(range.start - 2..range.end + 1));
    let is_set = container.env.iter().any(|own| own.name.is_some_and(|own| *own == name));
    let problem = format!("the shell runs `{name}` as a command: the kubelet leaves `$({name})` as it is");
    let help = if is_set {
        format!("write `$ {name}` without parentheses: the kubelet expands nothing in a ConfigMap")
            .replace("$ ", "$")
    } else {
        format!("set `{name}` in `env`, and write `${name}`")
    };
    Some(Unexpanded::new(place, problem, help))
}

fn is_function(facts: &Facts<'_>, wanted: &str) -> bool {
    let mut is_there = false;
    for unit in &facts.units {
        visit::commands(&unit.script.body, |command| {
            is_there |= matches!(&command.kind, CommandKind::Function { name, .. } if name == wanted);
        });
    }
    is_there
}

/// `$(<NAME)` and `$(<NAME>)` in single quotes, of a word that no further shell reads.
fn quoted(execution: &Execution<'_>) -> Option<Unexpanded> {
    let texts = execution.texts();
    if !matches!(invocation::of(&texts), Invocation::Exec { .. }) {
        return None;
    }
    let (range, name) = execution.simple.words.iter().find_map(|word| {
        let is_literal = word.parts.iter().all(|part| matches!(part.kind, PartKind::Literal { .. }));
        let written = execution.unit.text.as_str().get(word.range.clone()).filter(|_| is_literal)?;
        let (at, name) = placeholder(written)?;
        Some((word.range.start + at.start..word.range.start + at.end, name.to_owned()))
    })?;
    let written = execution.unit.text.as_str().get(range.clone()).unwrap_or_default();
    let problem = format!("`{written}` is handed on as it is written: it stands in single quotes");
    let help = format!(
        "set `{name}` in `env`, and write `$({name})`: the kubelet puts the value in, whatever the quotes"
    );
    let unexpanded = Unexpanded::new(execution.unit.span(&range), problem, help);
    Some(Unexpanded { severity: Severity::Info, ..unexpanded })
}

fn placeholder(text: &str) -> Option<(Range<usize>, &str)> {
    let start = text.find("$(<")?;
    let inner = text.get(start + 3..)?;
    let end = inner.find(')')?;
    let name = inner.get(..end)?.trim_end_matches('>');
    is_variable(name).then_some((start..start + 3 + end + 1, name))
}
