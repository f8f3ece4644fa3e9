//! The command that is safe to run again, in the place of the one that isn't.

use super::aside;
use crate::finding::{Edit, Fix};
use crate::fix;
use crate::helm;
use crate::program::Program;
use crate::rerun::Hazard;
use crate::rule::PodContext;
use crate::source::MappedText;

/// The fix of `hazard`, where the command that mends it is known and can be written.
pub(super) fn of(program: &Program<'_, '_>, hazard: &Hazard, cx: &PodContext<'_>) -> Option<Fix> {
    let Some(new) = hazard.mended() else { return aside::of(program, hazard, cx) };
    let Some(text) = program.text_of(&hazard.site) else {
        let (words, edits) = in_words(program, new, cx)?;
        return fix(hazard, format!("write `{}`", words.join("` and `")), edits);
    };
    let source = cx.source(text.whole())?;
    let range = hazard.site.range.clone();
    let old = text.as_str().get(range.clone())?;
    let first = new.strip_suffix(old).and_then(|first| first.strip_suffix('\n'));
    let (title, edits) = match first {
        Some(first) => (format!("put `{first}` before it"), fix::put_before(source, text, range, first)?),
        None => (title(hazard, new), fix::rewrite(source, text, range, new)?),
    };
    fix(hazard, title, edits)
}

/// `None` where a template's action would have to be written.
fn fix(hazard: &Hazard, title: String, edits: Vec<Edit>) -> Option<Fix> {
    let is_known = edits.iter().all(|edit| !helm::has_placeholder(&edit.replacement));
    let make = if hazard.is_same_at_first { Fix::safe } else { Fix::for_review };
    is_known.then(|| make(title, edits))
}

/// What the help shows, which may be shorter than the line.
fn title(hazard: &Hazard, new: &str) -> String {
    if hazard.help.starts_with("write `") { hazard.help.clone() } else { format!("write `{new}`") }
}

/// The words that a command without a shell has otherwise than it had them, or the one that it has more, with the edits.
fn in_words<'n>(
    program: &Program<'_, '_>,
    new: &'n str,
    cx: &PodContext<'_>,
) -> Option<(Vec<&'n str>, Vec<Edit>)> {
    let (old, new): (_, Vec<&str>) = (program.argv(), new.split(' ').collect());
    let others = || old.iter().zip(&new).enumerate().filter(|(_, (old, new))| old.as_str() != **new);
    let (at, (changed, word)) = others().next()?;
    let source = cx.source(changed.whole())?;
    if old.len() == new.len() {
        let edit = |(old, word): (&MappedText, &&'n str)| {
            let edit = fix::replace_text(source, old, 0..old.as_str().len(), word)?;
            Some((*word, edit))
        };
        return others()
            .map(|(_, pair)| edit(pair))
            .collect::<Option<Vec<_>>>()
            .map(|it| it.into_iter().unzip());
    }
    let rest = old.get(at..)?.iter().map(MappedText::as_str);
    let is_more = rest.eq(new.get(at + 1..).unwrap_or_default().iter().copied());
    let before = old.get(at.checked_sub(1)?).filter(|_| is_more)?;
    // An image may bring words of its own.
    let is_written = source.slice(before.whole()).contains(before.as_str());
    let edit = fix::insert_item(source, before.whole(), word).filter(|_| is_written)?;
    Some((vec![*word], vec![edit]))
}
