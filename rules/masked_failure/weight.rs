//! Which commands are missed when they fail.

use std::collections::BTreeSet;

use super::script::{Script, brings};
use crate::commands::{self, Operation, Touching, Trait};
use crate::finding::Confidence;
use crate::shell::ir::{Command, CommandKind, PartKind, Word};
use crate::shell::semantics::execution::{Destination, destinations};
use crate::shell::semantics::visit::{self, Next, Node};
use crate::shell::semantics::{Execution, Output, Touch};

/// How sure it is that the failure of the command at `index` is missed; `None` where it isn't known to be.
///
/// It fetches, installs, dumps or sets up; or copies into a volume; or waits; or it reads a volume or another machine,
/// and what it reads becomes a file.
pub(super) fn of(script: &Script<'_, '_>, index: usize, around: &[Node<'_>]) -> Option<Confidence> {
    let call = script.call(index);
    let writes =
        || script.touches(index).filter(|touch| touch.touching.brings() && !touch.path.starts_with("/dev/"));
    if call.is(Trait::NeedsNetwork) && call.is(Trait::Probe) {
        // A client that may only ask.
        if call.is(Trait::Weighty) && writes().any(brings) || !is_inside(around) && writes().next().is_some()
        {
            return Some(Confidence::High);
        }
    } else if call.is(Trait::Weighty) && call.is(Trait::NeedsNetwork) {
        return Some(Confidence::High);
    } else if call.is(Trait::Weighty) {
        let into_volume = script.touches(index).any(|touch| brings(touch) && script.is_in_volume(touch));
        return into_volume.then_some(Confidence::Medium);
    } else if call.is(Trait::Waits) && !call.is(Trait::OnlyPrints) {
        return Some(Confidence::High);
    }
    let is_source = reads_source(script, index) && !hides_errors(script, index);
    (is_source && (becomes_file(script, index) || is_fed(script, index, around)))
        .then_some(Confidence::Medium)
}

/// Whether the command changes something, though seldom anything that is missed: a mode, an owner, a setting.
pub(super) fn is_light(script: &Script<'_, '_>, index: usize) -> bool {
    let changes = |touch: &Touch| touch.touching != Touching::Reads && !touch.is_redirection;
    let call = script.call(index);
    let attempt = script.execution(index).and_then(Execution::attempt);
    let sets_value = attempt.is_some_and(|attempt| matches!(attempt.operation, Operation::Parameter(_)));
    script.touches(index).any(changes) || call.is(Trait::ChangesNetwork) || sets_value
}

/// Whether nobody is to see why the command fails: that it may is known then.
pub(super) fn hides_errors(script: &Script<'_, '_>, index: usize) -> bool {
    script.execution(index).is_some_and(|execution| {
        let (_, error) = destinations(&execution.command.redirections);
        matches!(error, Destination::File(word) if word.literal().as_deref() == Some("/dev/null"))
    })
}

/// Whether a command stands in a pipeline or in a substitution.
fn is_inside(around: &[Node<'_>]) -> bool {
    around.iter().any(|node| match node {
        Node::Command(command) => matches!(command.kind, CommandKind::Pipeline(_)),
        Node::Part(part) => matches!(part.kind, PartKind::Substitution { .. }),
        _ => false,
    })
}

/// Whether a command reads a volume, or another machine.
pub(super) fn reads_source(script: &Script<'_, '_>, index: usize) -> bool {
    let call = script.call(index);
    let mut reads = script.touches(index).filter(|touch| touch.touching == crate::commands::Touching::Reads);
    if call.is(Trait::NeedsNetwork) {
        return call.is(Trait::Probe) && (call.is(Trait::HasSubcommands) || reads.next().is_some());
    }
    call.is(Trait::AcceptsEmptyInput)
        && reads.any(|touch| {
            script.is_in_volume(touch)
                && !script.is_mounted_file(touch)
                && !script.is_written_before(index, touch)
        })
}

/// Whether what the command prints becomes a file of a volume, as if it were copied there: `cat a > b`.
fn becomes_file(script: &Script<'_, '_>, index: usize) -> bool {
    !script.call(index).is(Trait::NeedsNetwork)
        && script.touches(index).any(|touch| {
            touch.is_redirection && touch.touching == Touching::Writes && script.is_in_volume(touch)
        })
}

/// Whether what the command prints comes to a file, or to what runs it.
fn is_fed(script: &Script<'_, '_>, index: usize, around: &[Node<'_>]) -> bool {
    let Some(execution) = script.execution(index) else { return false };
    if behind_in_pipeline(around, execution.command).iter().any(|command| takes(script, command)) {
        return true;
    }
    let Some(substitution) = around.iter().rposition(is_substitution) else { return false };
    let outer = around.get(..substitution).unwrap_or_default();
    if outer.iter().any(|node| matches!(node, Node::Command(command) if is_text(script, command) && is_written(script, command))) {
        return true;
    }
    let Some(name) = assigned(outer) else { return false };
    let names = fed_names(script, &name);
    let is_written_by =
        |output: &Output<'_>| is_text(script, output.command) && mentions(output.command, &names);
    script.facts.outputs.iter().any(is_written_by) || is_set_elsewhere(script, &names)
}

/// Whether a command puts a variable of `names` into a cluster or a server.
fn is_set_elsewhere(script: &Script<'_, '_>, names: &BTreeSet<String>) -> bool {
    let mut executions = script.facts.executions.iter().enumerate();
    executions.any(|(index, execution)| {
        let call = script.call(index);
        let words = execution.arguments().iter().zip(script.words_of(index).iter().skip(1));
        let mut set = words.filter(|(_, text)| commands::says_what_is_set(&call, text));
        set.any(|(argument, _)| {
            let mut words = execution.simple.words.iter().filter(|word| word.range == argument.range);
            words.any(|word| word_mentions(word, names))
        })
    })
}

/// The variable that the substitution inside `outer` becomes the value of: `x=$(…)`, `export x=$(…)`.
pub(super) fn assigned(outer: &[Node<'_>]) -> Option<String> {
    match outer {
        [.., Node::Assignment(assignment), Node::Word(_)] => Some(assignment.name.clone()),
        [.., Node::Command(_), Node::Word(word)] => match &word.parts.first()?.kind {
            PartKind::Literal { text, .. } => text.split_once('=').map(|(name, _)| name.to_owned()),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn is_substitution(node: &Node<'_>) -> bool {
    matches!(node, Node::Part(part) if matches!(part.kind, PartKind::Substitution { .. }))
}

/// The commands behind `own` in the pipeline that it stands in.
pub(super) fn behind_in_pipeline<'s>(around: &[Node<'s>], own: &Command) -> Vec<&'s Command> {
    let pipelines = around.iter().filter_map(|node| match node {
        Node::Command(command) => match &command.kind {
            CommandKind::Pipeline(members) => Some(members),
            _ => None,
        },
        _ => None,
    });
    let behind = pipelines.flat_map(|members| {
        let at = members.iter().position(|member| member.holds(own)).unwrap_or(members.len());
        members.iter().skip(at + 1)
    });
    behind.collect()
}

/// Whether `command`, which reads a pipe, writes it to a file or runs it.
fn takes(script: &Script<'_, '_>, command: &Command) -> bool {
    if is_written(script, command) {
        return true;
    }
    let executions = script.facts.executions.iter().enumerate();
    let mut own =
        executions.filter(|(_, execution)| command.holds(execution.command)).map(|(index, _)| index);
    own.any(|index| {
        let writes = script.touches(index).any(|touch| brings(touch) && !touch.path.starts_with("/dev/"));
        writes || script.is(index, Trait::Weighty) || script.is(index, Trait::RunsInput)
    })
}

/// Whether the output of `command`, or of one in it, goes to a file.
fn is_written(script: &Script<'_, '_>, command: &Command) -> bool {
    let is_file = |output: &Output<'_>| {
        output.path.as_deref().is_none_or(|path| !path.starts_with("/dev/"))
            && output.redirection.descriptor != Some(2)
    };
    script.facts.outputs.iter().any(|output| command.holds(output.command) && is_file(output))
}

/// Whether a command makes text of its words and its input: `echo`, `cat`, `sed`; or stands around others.
fn is_text(script: &Script<'_, '_>, command: &Command) -> bool {
    let CommandKind::Simple(_) = command.kind else { return true };
    let is_it = |index: &usize| {
        script.execution(*index).is_some_and(|execution| std::ptr::eq(execution.command, command))
    };
    (0..script.facts.executions.len()).find(is_it).is_some_and(|index| {
        script.is(index, Trait::OnlyPrints)
            || script.is(index, Trait::AcceptsEmptyInput)
            || script.execution(index).is_some_and(Execution::evaluates)
    })
}

/// `name`, and the variables that are made of what it holds.
pub(super) fn fed_names(script: &Script<'_, '_>, name: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::from([name.to_owned()]);
    for unit in &script.facts.units {
        visit::walk(&unit.script.body, &mut |node, _| {
            match node {
                Node::Assignment(own) if own.value.words().iter().any(|word| word_mentions(word, &names)) => {
                    names.insert(own.name.clone());
                }
                Node::Command(command) => {
                    if let CommandKind::For { name, words: Some(words), .. } = &command.kind
                        && words.iter().any(|word| word_mentions(word, &names))
                    {
                        names.insert(name.clone());
                    }
                }
                _ => {}
            }
            Next::Into
        });
    }
    names
}

pub(super) fn word_mentions(word: &Word, names: &BTreeSet<String>) -> bool {
    word.parts.iter().any(|part| match &part.kind {
        PartKind::Variable { name, .. } => names.contains(name),
        PartKind::Substitution { body, .. } => body.iter().any(|command| mentions(command, names)),
        _ => false,
    })
}

/// Whether a variable of `names` is expanded in `command`.
pub(super) fn mentions(command: &Command, names: &BTreeSet<String>) -> bool {
    let mut found = false;
    visit::walk(std::slice::from_ref(command), &mut |node, _| {
        if let Node::Part(part) = node
            && let PartKind::Variable { name, .. } = &part.kind
        {
            found |= names.contains(name);
        }
        Next::Into
    });
    found
}
