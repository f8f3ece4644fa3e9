//! The command that is safe to run again, in the place of the one that isn't.

use super::aside;
use crate::finding::{Edit, Fix};
use crate::fix;
use crate::program::Program;
use crate::rerun::Hazard;
use crate::rule::PodContext;

/// The fix of `hazard`, where the command that mends it is known and can be written.
pub(super) fn of(program: &Program<'_, '_>, hazard: &Hazard, cx: &PodContext<'_>) -> Option<Fix> {
    let Some(new) = hazard.mended() else { return aside::of(program, hazard, cx) };
    let Some(text) = program.text_of(&hazard.site) else {
        let (word, edit) = in_words(program, new, cx)?;
        return Some(fix(hazard, format!("write `{word}`"), vec![edit]));
    };
    let source = cx.source(text.whole())?;
    let range = hazard.site.range.clone();
    let old = text.as_str().get(range.clone())?;
    let first = new.strip_suffix(old).and_then(|first| first.strip_suffix('\n'));
    let (title, edits) = match first {
        Some(first) => (format!("put `{first}` before it"), fix::put_before(source, text, range, first)?),
        None => (title(hazard, new), fix::rewrite(source, text, range, new)?),
    };
    Some(fix(hazard, title, edits))
}

fn fix(hazard: &Hazard, title: String, edits: Vec<Edit>) -> Fix {
    if hazard.is_same_at_first { Fix::safe(title, edits) } else { Fix::for_review(title, edits) }
}

/// What the help shows, which may be shorter than the line.
fn title(hazard: &Hazard, new: &str) -> String {
    if hazard.help.starts_with("write `") { hazard.help.clone() } else { format!("write `{new}`") }
}

/// The one word that the words of a command without a shell have more, or otherwise, than they had, as an edit.
fn in_words<'n>(program: &Program<'_, '_>, new: &'n str, cx: &PodContext<'_>) -> Option<(&'n str, Edit)> {
    let (old, new): (_, Vec<&str>) = (program.argv(), new.split(' ').collect());
    let at = old.iter().zip(&new).position(|(old, new)| old.as_str() != *new)?;
    let word = *new.get(at)?;
    let is_same = |old_from: usize, new_from: usize| {
        let rest = old.get(old_from..).unwrap_or_default().iter().map(crate::source::MappedText::as_str);
        rest.eq(new.get(new_from..).unwrap_or_default().iter().copied())
    };
    let changed = old.get(at)?;
    let source = cx.source(changed.whole())?;
    let edit = if is_same(at + 1, at + 1) {
        fix::replace_text(source, changed, 0..changed.as_str().len(), word)?
    } else {
        let before = old.get(at.checked_sub(1)?).filter(|_| is_same(at, at + 1))?;
        // An image may bring words of its own.
        let is_written = source.slice(before.whole()).contains(before.as_str());
        fix::insert_item(source, before.whole(), word).filter(|_| is_written)?
    };
    Some((word, edit))
}
