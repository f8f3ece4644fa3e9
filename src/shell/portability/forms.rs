//! Constructs of bash's grammar.

use std::ops::Range;

use super::Outcome::{Differs, Fails, Refuses, Same, Stops};
use super::{Departure, Entry, Places, Reader, entry};
use crate::shell::dialect::{Construct, Form};
use crate::shell::ir::{ConditionKind, Word};
use crate::shell::semantics::Unit;
use crate::shell::semantics::visit::{self, Next, Node};

const TEST: &str = "`[ … ]` with `=`, and `case` for patterns";
const PARAMETER: &str = "`sed`, `cut` or `tr` on the value";
const ARITHMETIC: &str = "`[ \"$a\" -gt 1 ]` to compare, `a=$((a + 1))` to count";

/// What becomes of each construct.
fn of_form(form: Form) -> Entry {
    match form {
        Form::FunctionKeyword => entry(Refuses, Same, "`name() { …; }`"),
        Form::ConditionalCommand => entry(Fails, Same, TEST),
        Form::DoubleEquals => entry(Fails, Same, "`=`"),
        // Of the command that it stands in.
        Form::RegexMatch => entry(Same, Same, TEST),
        Form::ArithmeticCommand => {
            let subshell = Differs("the words in it run as a command of their own");
            entry(subshell, subshell, ARITHMETIC)
        }
        Form::OldArithmetic => {
            let text = Differs("it stays as it is");
            entry(text, text, "`$((…))`")
        }
        Form::ArithmeticFor => {
            entry(Refuses, Refuses, "`for i in $(seq 1 9)`, or a `while` loop that counts")
        }
        Form::Select => entry(Refuses, Refuses, "`read` and `case`"),
        Form::Coprocess => entry(Fails, Fails, "`&`"),
        Form::FallThrough => entry(Refuses, Refuses, "`;;`, with the commands in a function"),
        Form::PipeBoth => entry(Refuses, Refuses, "`2>&1 |`"),
        Form::RedirectBoth => entry(
            Differs("the command runs in the background, and its output isn't redirected"),
            Same,
            "`>FILE 2>&1`",
        ),
        Form::HereString => entry(Refuses, Refuses, "`printf '%s\\n' TEXT |`, or a here-document"),
        Form::DescriptorVariable => entry(Fails, Fails, "a number: `3>FILE`"),
        Form::ProcessSubstitution => entry(Refuses, Same, "a pipe, or a file in between"),
        Form::AnsiQuoting => entry(Differs("the `$` and the backslashes stay"), Same, "`\"$(printf '…')\"`"),
        Form::LocaleQuoting => {
            let dollar = Differs("the `$` stays");
            entry(dollar, dollar, "double quotes alone")
        }
        Form::BraceExpansion => {
            let one = Differs("it stays one word, as it is written");
            entry(one, one, "`$(seq FIRST LAST)`, and words that are written out")
        }
        Form::ExtendedGlob => entry(Refuses, Refuses, "`case` with `a|b`"),
        Form::Array => entry(Refuses, Refuses, "`set -- a b c` and `\"$@\"`, or a list of words"),
        Form::AppendAssignment => entry(Fails, Fails, "`a=\"${a}…\"`"),
        Form::Substring | Form::Replacement => entry(Stops, Same, PARAMETER),
        Form::Indirection | Form::PrefixMatch => entry(Stops, Stops, "`eval`, or `case` on the name"),
        Form::CaseModification => entry(Stops, Stops, "`tr '[:upper:]' '[:lower:]'`"),
        Form::Transformation => entry(Stops, Stops, PARAMETER),
    }
}

pub(super) fn departures<'s>(
    unit: &'s Unit,
    reader: Reader,
    places: &Places<'s>,
    found: &mut Vec<Departure<'s>>,
) {
    for construct in &unit.script.dialect {
        let entry = of_construct(unit, construct);
        add(unit, &construct.range, entry, reader, places, found);
    }
    let grouped = entry(Refuses, Refuses, TEST);
    for range in grouped_patterns(unit) {
        add(unit, &range, grouped, reader, places, found);
    }
}

pub(super) fn add<'s>(
    unit: &'s Unit,
    range: &Range<usize>,
    entry: Entry,
    reader: Reader,
    places: &Places<'s>,
    found: &mut Vec<Departure<'s>>,
) {
    let outcome = entry.by(reader);
    let is_fatal = match outcome {
        Same => return,
        Refuses => Some(true),
        outcome => places.is_fatal(range, outcome),
    };
    if let Some(is_fatal) = is_fatal {
        found.push(Departure { unit, range: range.clone(), outcome, instead: entry.instead, is_fatal });
    }
}

/// What becomes of a construct, where the way in which it is written matters.
fn of_construct(unit: &Unit, construct: &Construct) -> Entry {
    let text = unit.text.as_str().get(construct.range.clone()).unwrap_or_default();
    let own = of_form(construct.form);
    match construct.form {
        // `a[0]=x` is a command of that name, `${a[0]}` no expansion; the list alone is refused.
        Form::Array if text.contains("${") => Entry { dash: Stops, ash: Stops, ..own },
        Form::Array if !text.contains('(') => Entry { dash: Fails, ash: Fails, ..own },
        Form::RedirectBoth if text.starts_with(">&") => Entry { dash: Stops, ..own },
        // JSON, and addresses that `curl` expands by itself.
        Form::BraceExpansion if text.contains(['"', '\'', ':', '$']) || is_in_address(unit, construct) => {
            Entry { dash: Same, ash: Same, ..own }
        }
        // `!(a)` is a negated subshell to others.
        Form::ExtendedGlob if text.starts_with('!') => Entry { dash: Same, ash: Same, ..own },
        _ => own,
    }
}

fn is_in_address(unit: &Unit, construct: &Construct) -> bool {
    let before = unit.text.as_str().get(..construct.range.start).unwrap_or_default();
    before.rsplit(char::is_whitespace).next().is_some_and(|word| word.contains("://"))
}

/// The right sides of `=~` that have a group outside quotes, and the groups of `[[ … ]]` itself: a parenthesis is an
/// operator to all shells but bash.
fn grouped_patterns(unit: &Unit) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    visit::walk(&unit.script.body, &mut |node, _| {
        if let Node::Condition(condition) = node
            && let ConditionKind::Binary(_, operator, pattern) = &condition.kind
            && operator.name == "=~"
            && has_group(unit, pattern)
        {
            found.push(pattern.range.clone());
        }
        Next::Into
    });
    found
}

fn has_group(unit: &Unit, pattern: &Word) -> bool {
    let text = unit.text.as_str().get(pattern.range.clone()).unwrap_or_default();
    let (mut quote, mut before) = (None, ' ');
    for c in text.chars() {
        match (quote, c) {
            (None, '\'' | '"') if before != '\\' => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (None, '(') if !matches!(before, '\\' | '$') => return true,
            _ => {}
        }
        before = c;
    }
    false
}
