//! A download that goes to a temporary name and is moved into place when it is whole.

use std::ops::Range;

use crate::commands::Touching;
use crate::finding::{Edit, Fix};
use crate::fix;
use crate::program::Program;
use crate::rerun::Hazard;
use crate::rule::PodContext;
use crate::shell::semantics::{Execution, Facts, Fate, UnitKind};
use crate::source::Source;

/// What the temporary name ends with.
const SUFFIX: &str = ".tmp";

/// The options behind which a file's name may stand in the same word: `-O/data/f`, `--output=/data/f`.
const GLUED: [&str; 4] = ["-O", "-o", "--output=", "--output-document="];

/// The fix of `hazard`, where that is a test over a download to one file, of which the script has the name.
pub(super) fn of(program: &Program<'_, '_>, hazard: &Hazard, cx: &PodContext<'_>) -> Option<Fix> {
    let (site, path) = (hazard.slow.as_ref()?, hazard.path.as_deref()?);
    let span = program.span(site);
    let mut scripts = cx.scripts();
    let (_, facts) = scripts.find(|(own, _)| std::ptr::eq(*own, program))?;
    let is_it = |by: &usize| {
        let own = facts.executions.get(*by);
        own.is_some_and(|own| own.span() == span && own.needs_network() && own.unit.kind == UnitKind::Main)
    };
    let mut written = facts.touches().iter().filter(|touch| touch.by.as_ref().is_some_and(is_it));
    let brought = written.find(|touch| touch.touching == Touching::Writes && touch.path == path)?;
    if written.any(|touch| touch.touching == Touching::Writes) {
        return None;
    }
    let edits = moved(cx.source(span)?, facts, brought.by?, path)?;
    Some(Fix::for_review(format!("download to `{path}{SUFFIX}`, then `mv` it"), edits))
}

/// Has the execution `by` write its file aside, and `mv` put it at `path`.
fn moved(source: &Source, facts: &Facts<'_>, by: usize, path: &str) -> Option<Vec<Edit>> {
    let execution = facts.executions.get(by)?;
    let (text, range) = (&execution.unit.text, execution.command.range.clone());
    let script = text.as_str();
    let named = name_in(execution, path)?;
    let written = script.get(named.clone())?;
    let quote = written.chars().next_back().filter(|last| matches!(last, '"' | '\''));
    let (inner, quote) = match quote {
        Some(quote) => (written.strip_suffix(quote)?, quote.to_string()),
        None => (written, String::new()),
    };
    let aside = format!("{inner}{SUFFIX}{quote}");
    let is_statement = is_statement(script, &range);
    // Where `errexit` heeds the download, what stands left of `&&` would escape it.
    let has_own_line = is_statement
        && source.slice(text.whole()).starts_with('|')
        && !script.get(range.clone())?.contains('\n');
    let joint = match execution.fate == Fate::Errexit {
        true if has_own_line => "\n",
        true => "; ",
        false => " && ",
    };
    let (before, behind) = if is_statement { ("", "") } else { ("{ ", "; }") };
    let behind = format!("{joint}mv {aside} {written}{behind}");
    let last = inner.chars().next_back()?;
    let end = named.start + inner.len();
    let suffixed = |behind: &str| {
        fix::replace_text(source, text, end - last.len_utf8()..end, &format!("{last}{SUFFIX}{behind}"))
    };
    let mut edits = if end == range.end {
        // The name is the command's last word.
        let start = range.start..named.start;
        let mut edits = vec![suffixed(&behind)?];
        if !before.is_empty() {
            edits.extend(fix::put_around(source, text, start, before, "")?);
        }
        edits
    } else {
        let mut edits = fix::put_around(source, text, range, before, &behind)?;
        edits.push(suffixed("")?);
        edits
    };
    edits.sort_by_key(|edit| edit.span.start);
    Some(edits)
}

/// The bytes of the script that name the file at `path` among the words of `execution`, once.
fn name_in(execution: &Execution<'_>, path: &str) -> Option<Range<usize>> {
    let script = execution.unit.text.as_str();
    let relative = execution.directory.as_deref().and_then(|directory| {
        let below = path.strip_prefix(directory)?;
        below.strip_prefix('/').or(directory.ends_with('/').then_some(below))
    });
    let is_name = |text: &str| text == path || Some(text) == relative;
    let mut named = execution.arguments().iter().filter_map(|argument| {
        let text = argument.text.as_deref()?;
        let written = script.get(argument.range.clone())?;
        let glued = GLUED
            .iter()
            .find(|option| text.strip_prefix(**option).is_some_and(is_name) && written.starts_with(**option));
        let start = match glued {
            Some(option) => argument.range.start + option.len(),
            None if is_name(text) => argument.range.start,
            None => return None,
        };
        Some(start..argument.range.end)
    });
    named.next().filter(|_| named.next().is_none())
}

/// Whether the command at `range` is a statement of its own, on which nothing else of its line hangs.
fn is_statement(script: &str, range: &Range<usize>) -> bool {
    let (before, behind) = (script.get(..range.start).unwrap_or(""), script.get(range.end..).unwrap_or(""));
    let line = before.rsplit('\n').next().unwrap_or("").trim();
    let opens = [";", "then", "do", "else", "{", "("].iter().any(|word| line.ends_with(word));
    let rest = behind.lines().next().unwrap_or("").trim_start();
    let ends = rest.is_empty() || rest.starts_with([';', '#', '}', ')']);
    ends && (opens || fix::starts_statement(script, range.start))
}
