//! Has a loop count its tries, and give up in time.

use super::unchanged::Unchanged;
use crate::finding::{Edit, Fix};
use crate::fix;
use crate::rule::PodContext;
use crate::shell::semantics::{Loop, UnitKind, Wait};
use crate::source::Source;

/// After how many tries a wait that is given a bound gives up: minutes, as waits sleep for some seconds.
const TRIES: u32 = 300;

/// As many tries as that takes for a wait that sleeps for less than a second.
fn tries(wait: &Wait) -> u32 {
    let pause = wait.pause.map_or(1000, |pause| pause.as_millis().clamp(1, 1000));
    TRIES * 1000 / u32::try_from(pause).unwrap_or(1000)
}

/// A bound for `own`, the loop of `wait`. In a text that the script hands to a further shell, the script itself would fill
/// in the count.
pub(super) fn fix(own: &Loop<'_>, wait: &Wait, cx: &PodContext<'_>) -> Option<Fix> {
    if !matches!(own.unit.kind, UnitKind::Main) {
        return None;
    }
    let source = cx.source(own.span())?;
    if let Some(unchanged) = Unchanged::of(own) {
        let counted = unchanged.counted();
        let edit = at_start_of_body(source, own, &[&counted])?;
        return Some(Fix::for_review(format!("count the tries, `{counted}`"), vec![edit]));
    }
    let text = &own.unit.text;
    let script = text.as_str();
    let name = ["tries", "attempts", "turns"].into_iter().find(|name| !script.contains(name))?;
    let tries = tries(wait);
    let bound = format!("{name}=$(({name} + 1)); [ ${name} -le {tries} ] || exit 1");
    let pause = (!wait.sleeps).then_some("sleep 1");
    let lines: Vec<&str> = [bound.as_str()].into_iter().chain(pause).collect();
    let mut edits = fix::put_before(source, text, own.command.range.clone(), &format!("{name}=0"))?;
    edits.push(at_start_of_body(source, own, &lines)?);
    Some(Fix::for_review(format!("give up after {tries} tries"), edits))
}

/// Puts `commands` first into the body of `own`, each on a line of its own where the body has lines of its own.
fn at_start_of_body(source: &Source, own: &Loop<'_>, commands: &[&str]) -> Option<Edit> {
    let (text, at) = (&own.unit.text, body_keyword(own)?);
    let (script, range) = (text.as_str(), at..at + "do".len());
    let indent = |at: usize| {
        let line = script.get(..at)?.rsplit('\n').next()?;
        line.get(..line.len() - line.trim_start_matches([' ', '\t']).len())
    };
    let ends_line = script.get(range.end..)?.trim_start_matches([' ', '\t']).starts_with('\n');
    let body = own.body().first()?.range.start;
    let deeper = indent(body)?.strip_prefix(indent(at)?).filter(|_| ends_line);
    let own_lines = deeper.and_then(|deeper| {
        let lines: String = commands.iter().map(|command| format!("\n{deeper}{command}")).collect();
        fix::replace_text(source, text, range.clone(), &format!("do{lines}"))
    });
    own_lines.or_else(|| fix::replace_text(source, text, range, &format!("do {};", commands.join("; "))))
}

/// Where in the text of `own` the `do` before its body stands: comments and separators may stand around it.
fn body_keyword(own: &Loop<'_>) -> Option<usize> {
    let (condition, body) = (own.condition().last()?, own.body().first()?);
    let mut at = condition.range.end;
    for line in own.unit.text.as_str().get(at..body.range.start)?.split_inclusive('\n') {
        let word = line.trim_start_matches([' ', '\t', ';']);
        if word
            .strip_prefix("do")
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
        {
            return Some(at + (line.len() - word.len()));
        }
        at += line.len();
    }
    None
}
