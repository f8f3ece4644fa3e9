//! What the author does about a failure: whoever asks for the result knows that it may be missing.

use std::collections::{BTreeMap, BTreeSet};

use super::script::{Script, brings, is_in_other_branch, is_passed_by, is_same_text};
use super::weight::{assigned, behind_in_pipeline, fed_names, is_substitution, mentions, word_mentions};
use crate::commands::{self, Touching, Trait};
use crate::shell::condition::is_test_name;
use crate::shell::ir::{Arm, Command, CommandKind, OperationKind, Part, PartKind, Simple, Word};
use crate::shell::semantics::visit::{self, Next, Node};
use crate::shell::semantics::{Execution, Fate, Reason, Unit};

/// Whether what follows the command at `index` provides for its failure.
pub(super) fn is_provided_for(script: &Script<'_, '_>, index: usize, around: &[Node<'_>]) -> bool {
    let Some(execution) = script.execution(index) else { return true };
    let texts = || script.facts.units.iter().map(|unit| unit.text.as_str());
    texts().any(|text| text.contains("PIPESTATUS") || text.contains("trap") && text.contains("ERR"))
        || leaves_on_success(execution.command, around)
        || execution.fate == Fate::Ignored(Reason::NoErrexit) && ends_well_on_purpose(script)
        || is_tried_again(script, execution)
        || is_asked_for(script, index, around)
        || is_looked_for(script, index, around)
        || only_finds_nothing(script, index)
        || is_there_by_test(script, index, around)
        || is_handed_to_a_test(script, execution, around)
}

/// Whether a question about files finds nothing where it fails, which is an answer: a test before it says that they are
/// there.
fn only_finds_nothing(script: &Script<'_, '_>, index: usize) -> bool {
    let Some(own) = script.execution(index) else { return false };
    let read = || script.touches(index).filter(|touch| touch.touching == Touching::Reads);
    if !script.is(index, Trait::Test) || read().next().is_none() {
        return false;
    }
    let before = script.facts.executions.iter().take(index).enumerate();
    let questions = before.filter(|(_, it)| it.name().is_some_and(is_test_name));
    let mut tested: Vec<String> = questions.flat_map(|(at, _)| script.resolved_words(at)).collect();
    visit::walk(&own.unit.script.body, &mut |node, _| {
        if let Node::Command(command) = node
            && command.range.end <= own.command.range.start
        {
            tested.extend(tested_text(own.unit, command).map(str::to_owned));
        }
        Next::Into
    });
    read().all(|touch| tested.iter().any(|text| names_it(text, &touch.path)))
}

/// Whether it only prints files of which a test around it says that they are there.
fn is_there_by_test(script: &Script<'_, '_>, index: usize, around: &[Node<'_>]) -> bool {
    let Some(own) = script.execution(index) else { return false };
    let call = script.call(index);
    let read: Vec<&str> = script.touches(index).filter(|it| !it.is_redirection).map(|it| &*it.path).collect();
    if !call.is(Trait::AcceptsEmptyInput) || call.is(Trait::NeedsNetwork) || read.is_empty() {
        return false;
    }
    let conditions = around.iter().filter_map(|node| match node {
        Node::Command(Command { kind: CommandKind::If { arms, .. }, .. }) => {
            let arm = arms.iter().find(|arm| arm.body.iter().any(|it| it.holds(own.command)))?;
            arm.condition.last()
        }
        Node::Command(Command { kind: CommandKind::And(left, right), .. }) if right.holds(own.command) => {
            Some(&**left)
        }
        _ => None,
    });
    let conditions: Vec<&Command> = conditions.collect();
    let before = script.facts.executions.iter().take(index).enumerate();
    let tests = before.filter(|(_, it)| {
        it.name().is_some_and(is_test_name)
            && conditions.iter().any(|condition| std::ptr::eq(*condition, it.command))
    });
    let said: Vec<Vec<String>> = tests.map(|(at, _)| script.resolved_words(at)).collect();
    read.iter().all(|path| {
        said.iter().any(
            |words| matches!(words.get(1..3), Some([flag, tested]) if is_for_file(flag) && tested == path),
        )
    })
}

/// Whether an option of `[` asks whether something is there.
fn is_for_file(flag: &str) -> bool {
    matches!(flag, "-e" | "-f" | "-r" | "-s")
}

/// Whether the variable that holds what it says is handed to a function that tests its parameter: `check "$x"`.
fn is_handed_to_a_test(script: &Script<'_, '_>, own: &Execution<'_>, around: &[Node<'_>]) -> bool {
    let substitution = around.iter().rposition(is_substitution).unwrap_or(0);
    let Some(name) = assigned(around.get(..substitution).unwrap_or_default()) else { return false };
    let names = fed_names(script, &name);
    let functions: BTreeMap<String, (&Unit, &Command)> = functions(script);
    let mut found = false;
    visit::walk(&own.unit.script.body, &mut |node, _| {
        if let Node::Command(Command { kind: CommandKind::Simple(simple), range, .. }) = node
            && range.start >= own.command.range.end
            && let Some((first, rest)) = simple.words.split_first()
            && let Some((unit, body)) = first.literal().and_then(|name| functions.get(&name))
        {
            let handed = rest.iter().enumerate().filter(|(_, word)| word_mentions(word, &names));
            let parameters: BTreeSet<String> = handed.map(|(at, _)| (at + 1).to_string()).collect();
            found |= has_test(unit, body, &parameters);
        }
        Next::Into
    });
    found
}

/// The functions of the script, by name.
fn functions<'f>(script: &Script<'f, '_>) -> BTreeMap<String, (&'f Unit, &'f Command)> {
    let mut functions = BTreeMap::new();
    for unit in &script.facts.units {
        visit::walk(&unit.script.body, &mut |node, _| {
            if let Node::Command(Command { kind: CommandKind::Function { name, body }, .. }) = node {
                functions.entry(name.clone()).or_insert((*unit, &**body));
            }
            Next::Into
        });
    }
    functions
}

/// Whether a test in `body` expands one of `names`.
fn has_test(unit: &Unit, body: &Command, names: &BTreeSet<String>) -> bool {
    let mut found = false;
    visit::walk(std::slice::from_ref(body), &mut |node, _| {
        if let Node::Command(command) = node {
            found |= tested_text(unit, command).is_some() && mentions_only(command, names);
        }
        Next::Into
    });
    found
}

/// Whether the script's last command is `true`, which is there for its status alone.
fn ends_well_on_purpose(script: &Script<'_, '_>) -> bool {
    let last = script.facts.executions.last();
    last.is_some_and(|last| {
        last.only_succeeds() && last.fate == Fate::EndsScript && Script::around(last).is_empty()
    })
}

/// `a && break`, `a && exit 0`.
fn leaves_on_success(own: &Command, around: &[Node<'_>]) -> bool {
    around.iter().any(|node| match node {
        Node::Command(Command { kind: CommandKind::And(left, right), .. }) => {
            left.holds(own) && ends_with(right, &["break", "exit", "return", "continue"])
        }
        _ => false,
    })
}

/// `a || exit 1`, where `a` holds `own`.
pub(super) fn is_meant_to_end(own: &Command, around: &[Node<'_>]) -> bool {
    around.iter().any(|node| match node {
        Node::Command(Command { kind: CommandKind::Or(left, right), .. }) => {
            left.holds(own) && ends_with(right, &["exit"])
        }
        _ => false,
    })
}

fn ends_with(command: &Command, names: &[&str]) -> bool {
    match &command.kind {
        CommandKind::Simple(simple) => {
            let name = simple.words.first().and_then(Word::literal);
            name.is_some_and(|name| names.contains(&name.as_str()))
        }
        CommandKind::Group(list) | CommandKind::Subshell(list) => {
            list.last().is_some_and(|last| ends_with(last, names))
        }
        CommandKind::And(_, right) => ends_with(right, names),
        _ => false,
    }
}

/// Whether it stands in a loop that only something else ends: `while true`, `until curl …`.
fn is_tried_again(script: &Script<'_, '_>, execution: &Execution<'_>) -> bool {
    script.facts.loops.iter().any(|around| {
        around.bound.is_none()
            && is_same_text(around.unit, execution.unit)
            && around.command.holds(execution.command)
    })
}

/// Whether a test that comes after it names what it writes, or the variable that holds what it says.
fn is_asked_for(script: &Script<'_, '_>, index: usize, around: &[Node<'_>]) -> bool {
    let Some(own) = script.execution(index) else { return true };
    let touches = script.touches(index).filter(|touch| touch.touching.brings());
    let mut paths: BTreeSet<String> = touches.clone().map(|touch| touch.path.clone()).collect();
    paths.extend(touches.filter(|touch| brings(touch)).filter_map(|touch| parent(&touch.path)));
    // What the whole pipeline writes is asked for as well.
    paths.extend(written_behind(script, own, around));
    let substitution = around.iter().rposition(is_substitution).unwrap_or(0);
    let name = assigned(around.get(..substitution).unwrap_or_default());
    let names = name.map(|name| fed_names(script, &name)).unwrap_or_default();
    if script.facts.units.iter().any(|unit| has_default(unit, &names)) {
        return true;
    }
    let later = script.facts.executions.iter().enumerate().skip(index + 1);
    let mut questions =
        later.filter(|(_, later)| later.name().is_some_and(|name| commands::is(name, Trait::Test)));
    let is_passed_by = |question: &Execution<'_>| is_in_other_branch(around, own, question);
    // Of what `find` hands on nobody knows the names: any file in their folder asks for them.
    let is_found = own.fate == Fate::Ignored(Reason::Found);
    let is_in = |text: &str, path: &str| is_found && text.contains(&format!("{path}/"));
    let names_path = |text: &str| paths.iter().any(|path| names_it(text, path) || is_in(text, path));
    questions.any(|(later, question)| {
        is_heeded(question)
            && !is_passed_by(question)
            && script.resolved_words(later).iter().skip(1).any(|word| names_path(word))
    }) || script.facts.units.iter().any(|unit| is_in_test(unit, own, around, &names, &names_path))
}

/// Whether the script asks later whether a command is there that the one at `index` may bring: one of that name, or any where
/// it installs, by itself or by a script that it hands to a shell (`curl … | sh`).
fn is_looked_for(script: &Script<'_, '_>, index: usize, around: &[Node<'_>]) -> bool {
    let Some(own) = script.execution(index) else { return true };
    let behind = behind_in_pipeline(around, own.command);
    let runs_input = |at: usize| {
        let is_behind = |it: &Execution<'_>| behind.iter().any(|command| std::ptr::eq(*command, it.command));
        script.is(at, Trait::RunsInput) && script.execution(at).is_some_and(is_behind)
    };
    let all = script.facts.executions.len();
    let installs = script.is(index, Trait::InstallsPackages) || (index + 1..all).any(runs_input);
    let brings_it = |name: &str| {
        let mut brought = script.touches(index).filter(|touch| brings(touch));
        brought.any(|touch| touch.path.rsplit('/').next() == Some(name))
    };
    (index + 1..all).any(|later| {
        let asks = script
            .execution(later)
            .is_some_and(|it| it.is(Trait::SeeksCommands) && it.fate != Fate::Ignored(Reason::NoErrexit));
        let sought = || script.words_of(later).iter().skip(1).filter(|word| !word.starts_with('-'));
        asks && sought().any(|name| !script.is_in_image(name) && (installs || brings_it(name)))
    })
}

/// Whether an expansion in `unit` provides for a variable of `names` that is empty: `${a:?}`, `${a:-b}`.
fn has_default(unit: &Unit, names: &BTreeSet<String>) -> bool {
    let mut found = false;
    visit::walk(&unit.script.body, &mut |node, _| {
        if let Node::Part(part) = node
            && let PartKind::Variable { name, operation, .. } = &part.kind
            && names.contains(name)
        {
            found |= matches!(
                operation.kind,
                OperationKind::Required { or_empty: true }
                    | OperationKind::Default { or_empty: true, .. }
                    | OperationKind::AssignDefault { or_empty: true, .. }
            );
        }
        Next::Into
    });
    found
}

fn parent(path: &str) -> Option<String> {
    path.rsplit_once('/').map(|(parent, _)| parent.to_owned()).filter(|parent| !parent.is_empty())
}

fn written_behind(script: &Script<'_, '_>, own: &Execution<'_>, around: &[Node<'_>]) -> Vec<String> {
    let behind = behind_in_pipeline(around, own.command);
    let is_behind = |index: &usize| {
        script.execution(*index).is_some_and(|it| behind.iter().any(|command| command.holds(it.command)))
    };
    let indices = (0..script.facts.executions.len()).filter(is_behind);
    let touches = indices.flat_map(|index| script.touches(index).filter(|touch| touch.touching.brings()));
    touches.map(|touch| touch.path.clone()).collect()
}

/// Whether something is made of a question's answer.
fn is_heeded(question: &Execution<'_>) -> bool {
    let is_bracket = question.name().is_some_and(is_test_name);
    match question.fate {
        Fate::Ignored(Reason::Tested | Reason::Negated) => true,
        _ => is_bracket,
    }
}

/// Whether `text` names `path` itself, or a pattern below it.
fn names_it(text: &str, path: &str) -> bool {
    path.len() > 1
        && text.match_indices(path).any(|(at, _)| {
            let rest = text.get(at + path.len()..).unwrap_or_default();
            rest.is_empty()
                || rest.starts_with(|c: char| !(c.is_alphanumeric() || "/._-".contains(c)))
                || rest.starts_with("/*")
                || rest == "/"
        })
}

/// Whether a test in `unit` behind `own` names a path, or expands one of `names`.
fn is_in_test(
    unit: &Unit,
    own: &Execution<'_>,
    around: &[Node<'_>],
    names: &BTreeSet<String>,
    names_path: &dyn Fn(&str) -> bool,
) -> bool {
    let mut found = false;
    visit::walk(&unit.script.body, &mut |node, above| {
        let is_before = is_same_text(unit, own.unit) && node.range().start < own.command.range.end;
        if let Node::Command(command) = node
            && let Some(text) = tested_text(unit, command)
            && !is_before
            && !(is_same_text(unit, own.unit) && is_passed_by(around, own.command, command))
            && !is_passed_over(command, above)
        {
            let expands = names
                .iter()
                .any(|name| text.contains(&format!("${name}")) || text.contains(&format!("${{{name}")));
            found |= expands || names_path(text) || mentions_only(command, names);
        }
        Next::Into
    });
    found
}

/// Whether `command` is a comparison of numbers over an `if` without `else`. Of an empty value it is an error, which counts
/// as false (POSIX XCU, *test*): the failure passes the `if` over. The length of an empty value is a number, 0.
fn is_passed_over(command: &Command, above: &[Node<'_>]) -> bool {
    let CommandKind::Simple(simple) = &command.kind else { return false };
    let compares = simple
        .words
        .iter()
        .filter_map(Word::literal)
        .any(|word| matches!(word.as_str(), "-eq" | "-ne" | "-gt" | "-ge" | "-lt" | "-le"));
    let over = above.iter().rev().find_map(|node| match node {
        Node::Command(outer) => Some(*outer),
        _ => None,
    });
    let is_alone = over.is_some_and(|outer| match &outer.kind {
        CommandKind::If { arms, otherwise } => {
            let is_condition = |arm: &Arm| arm.condition.iter().any(|test| std::ptr::eq(test, command));
            otherwise.is_none() && arms.iter().any(is_condition)
        }
        _ => false,
    });
    compares && is_alone && !holds_of_zero(simple)
}

/// Whether it compares the length of a variable with a number so that it holds of an empty one: `[ ${#a} -lt 32 ]`.
fn holds_of_zero(test: &Simple) -> bool {
    let Some([left, comparison, right]) = test.words.get(1..4) else { return false };
    let is_length = matches!(left.parts.as_slice(), [Part { kind: PartKind::Variable { operation, .. }, .. }]
        if matches!(&operation.kind, OperationKind::Other(text) if text.starts_with('#')));
    let number = right.literal().and_then(|text| text.parse::<u32>().ok());
    let (Some(comparison), Some(number)) = (comparison.literal(), number.filter(|_| is_length)) else {
        return false;
    };
    match comparison.as_str() {
        "-lt" | "-ne" => number > 0,
        "-eq" | "-ge" => number == 0,
        "-le" => true,
        _ => false,
    }
}

/// What a test looks at, as it is written; `None` for a command that is no test.
fn tested_text<'u>(unit: &'u Unit, command: &Command) -> Option<&'u str> {
    let range = match &command.kind {
        CommandKind::Conditional(_) | CommandKind::Arithmetic(_) => &command.range,
        CommandKind::Case { subject, .. } => &subject.range,
        CommandKind::Simple(simple) => {
            let name = simple.words.first().and_then(Word::literal);
            name.is_some_and(|name| is_test_name(&name)).then_some(&command.range)?
        }
        _ => return None,
    };
    Some(unit.text.as_str().get(range.clone()).unwrap_or_default())
}

fn mentions_only(command: &Command, names: &BTreeSet<String>) -> bool {
    matches!(command.kind, CommandKind::Simple(_) | CommandKind::Conditional(_)) && mentions(command, names)
}
